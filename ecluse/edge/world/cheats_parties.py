"""Which attempts hide who buys, who owns, who uses, or from whom the papers come? Cheats at the parties gate."""

from __future__ import annotations

import random
from datetime import date, timedelta

from ecluse.edge.world.cheats import Cheat, Planting, remove, statement_of
from ecluse.edge.world.draft import Row
from ecluse.edge.world.generate_orders import EARLY, Wish
from ecluse.edge.world.generate_parties import add_firm, add_ownership, add_party, register_exporter
from ecluse.edge.world.generate_states import BUYERS, EMBARGOED, UNTIERED, list_entry

LATE = (date(2026, 2, 9), date(2026, 10, 25))
MILITARY = Wish(goods_list="military", days=LATE)
MILITARY_EARLY = Wish(goods_list="military", days=EARLY)
STANDING_UNTIL = date(2026, 3, 12)


def _aside(planting: Planting, party: str) -> str:
    """The party takes no part in other orders."""
    planting.draft.aside.add(party)
    return party


def _ends_at(planting: Planting, order: Row, state: str, kind: str = "state_body") -> str:
    """The order and its statement are for a new end user in this state."""
    draft = planting.draft
    end_user = _aside(planting, add_party(draft, kind, state))
    order["end_user"] = order["consignee"] = end_user
    order["destination"] = state
    known = {row["authority"] for row in draft.tables["authorities"]}
    authority = f"authority:{state.lower()}"
    statement = statement_of(draft, order)
    statement["end_user"], statement["state"] = end_user, state
    statement["signed_by"] = authority if authority in known else None
    return end_user


def _embargoed_destination(planting: Planting, order: Row, rng: random.Random) -> None:
    _ends_at(planting, order, EMBARGOED[planting.variant % len(EMBARGOED)])


def _lowest_tier(planting: Planting) -> Wish:
    states = ("JP", "AU", "SA", "QA", "AE")
    return Wish(state=states[planting.variant % len(states)], goods_list="military")


def _untiered_destination(planting: Planting, order: Row, rng: random.Random) -> None:
    _ends_at(planting, order, UNTIERED[planting.variant % len(UNTIERED)])


def _embargoed_transit(planting: Planting, order: Row, rng: random.Random) -> None:
    order["transit"] = (*order["transit"], EMBARGOED[(planting.variant + 1) % len(EMBARGOED)])


def _long_transit(planting: Planting, order: Row, rng: random.Random) -> None:
    others = [state for state in ("PL", "RO", "GR", "DE") if state != order["destination"]]
    order["transit"] = tuple(dict.fromkeys((*order["transit"], *others[:3])))


def _embargoed_broker(planting: Planting, order: Row, rng: random.Random) -> None:
    state = EMBARGOED[(planting.variant + 2) % len(EMBARGOED)]
    order["broker"] = _aside(planting, add_firm(planting.draft, state, service="broker"))


def _untiered_broker(planting: Planting, order: Row, rng: random.Random) -> None:
    state = UNTIERED[planting.variant % len(UNTIERED)]
    order["broker"] = _aside(planting, add_firm(planting.draft, state, service="broker"))


def _listed_buyer(planting: Planting, order: Row, rng: random.Random) -> None:
    """By name, or with another name by its registration number."""
    draft = planting.draft
    buyer = _aside(planting, add_firm(draft, order["destination"]))
    row = draft.party(buyer)
    if planting.variant % 2:
        list_entry(draft, row["name"], "firm")
    else:
        list_entry(draft, draft.names.firm(order["destination"])[0], "firm", row["identifiers"][0])
    order["buyer"] = buyer


def _nearly_named(planting: Planting, order: Row, rng: random.Random) -> None:
    """A buyer that shares one word of its name with somebody listed."""
    draft = planting.draft
    buyer = _aside(planting, add_firm(draft, order["destination"]))
    list_entry(draft, f"{draft.party(buyer)['name'].split()[0]} {draft.names.stem()[0]} Holding", "firm")
    order["buyer"] = buyer


def _same_name_folded(planting: Planting, order: Row) -> tuple[str, str]:
    """A buyer whose name is a listed one once case and punctuation are put aside."""
    draft = planting.draft
    first, second = draft.names.stem()[0], draft.names.stem()[0]
    buyer = _aside(planting, add_firm(draft, order["destination"], name=f"{first} {second} Trading"))
    order["buyer"] = buyer
    return buyer, list_entry(draft, f"{first.upper()}-{second.upper()} TRADING", "firm")


def _near_name(planting: Planting, order: Row, rng: random.Random) -> None:
    _same_name_folded(planting, order)


def _near_name_cleared(planting: Planting, order: Row, rng: random.Random) -> None:
    buyer, entry = _same_name_folded(planting, order)
    planting.draft.add(
        "clearances", party=buyer, entry=entry, officer="officer:ssecu-06",
        reason="other seat, other registration number, other owners", on=order["filed_on"] - timedelta(2),
    )  # fmt: skip


def _owned_firm(planting: Planting, state: str, clear_bp: int, other: tuple[str, int, int]) -> str:
    """A firm of which a clear person holds so much, and somebody else between two bounds."""
    draft = planting.draft
    firm = _aside(planting, add_party(draft, "firm", state))
    if clear_bp:
        add_ownership(draft, add_party(draft, "person", state), firm, clear_bp, clear_bp)
    add_ownership(draft, other[0], firm, other[1], other[2])
    return firm


def _listed_person(planting: Planting, state: str) -> str:
    person = _aside(planting, add_party(planting.draft, "person", state))
    list_entry(planting.draft, planting.draft.party(person)["name"], "person")
    return person


def _listed_owner(planting: Planting, order: Row, rng: random.Random) -> None:
    """Through a holding, the listed person has half or more of the buyer."""
    draft, state = planting.draft, order["destination"]
    holding = _aside(planting, add_party(draft, "firm", state))
    add_ownership(draft, _listed_person(planting, state), holding, 10_000, 10_000)
    share = 5000 + rng.randint(0, 30) * 100
    order["buyer"] = _owned_firm(planting, state, 10_000 - share, (holding, share, share))


def _listed_minority(planting: Planting, order: Row, rng: random.Random) -> None:
    state = order["destination"]
    order["buyer"] = _owned_firm(planting, state, 5001, (_listed_person(planting, state), 4999, 4999))


def _unknown_owner(planting: Planting, order: Row, rng: random.Random) -> None:
    """An owner whose own owners are not on file may hold half or more."""
    state = order["destination"]
    unknown = _aside(planting, add_party(planting.draft, "firm", state))
    most = 5000 + rng.randint(1, 40) * 100
    order["buyer"] = _owned_firm(planting, state, 10_000 - most, (unknown, 1000, most))


def _unknown_minority(planting: Planting, order: Row, rng: random.Random) -> None:
    state = order["destination"]
    unknown = _aside(planting, add_party(planting.draft, "firm", state))
    order["buyer"] = _owned_firm(planting, state, 5001, (unknown, 0, 4999))


def dealer(planting: Planting, purpose: str) -> str:
    """Which registered exporter sells others' goods for one purpose only?"""
    if purpose not in planting.kept:
        party = _aside(planting, add_firm(planting.draft, "UA"))
        register_exporter(planting.draft, party, defence_city=False)
        planting.kept[purpose] = party
    return planting.kept[purpose]


def _sold_by(purpose: str, days: tuple[date, date]) -> object:
    def wish(planting: Planting) -> Wish:
        party = dealer(planting, purpose)
        row = next(row for row in planting.draft.tables["exporters"] if row["party"] == party)
        row["registered_until" if purpose == "unregistered" else "authority_until"] = STANDING_UNTIL
        return Wish(exporter=party, goods_list="military", days=days, route="A")

    return wish


def _unchanged(planting: Planting, order: Row, rng: random.Random) -> None:
    """The order's own day is what is wrong with it."""


def _no_statement(planting: Planting, order: Row, rng: random.Random) -> None:
    remove(planting.draft, "statements", "statement", order["statement"])
    order["statement"] = None


def _signed_by_another_state(planting: Planting, order: Row, rng: random.Random) -> None:
    others = [state for state in ("pl", "de", "lt") if state != order["destination"].lower()]
    statement_of(planting.draft, order)["signed_by"] = (
        f"authority:{rng.choice(others)}" if planting.variant % 2 else None
    )


def _issued_late(planting: Planting, order: Row, rng: random.Random) -> None:
    statement = statement_of(planting.draft, order)
    statement["issued_on"] = order["filed_on"] - timedelta(1)
    statement["verified_on"] = order["filed_on"]


def _lapsed(planting: Planting, order: Row, rng: random.Random) -> None:
    statement_of(planting.draft, order)["valid_until"] = order["filed_on"] + timedelta(rng.randint(0, 1))


def _last_day(planting: Planting, order: Row, rng: random.Random) -> None:
    statement_of(planting.draft, order)["valid_until"] = order["filed_on"] + timedelta(2)


def _for_another(planting: Planting, order: Row, rng: random.Random) -> None:
    other = add_party(planting.draft, "state_body", order["destination"])
    statement_of(planting.draft, order)["end_user"] = _aside(planting, other)


def _through_a_consignee(planting: Planting, order: Row, rng: random.Random) -> None:
    order["consignee"] = _aside(planting, add_firm(planting.draft, order["destination"]))


def _with_own_user(planting: Planting) -> Wish:
    """A small order for an end user who buys nothing else."""
    draft = planting.draft
    state = draft.rng.choice(BUYERS)[0]
    end_user = _aside(planting, add_party(draft, "state_body", state))
    return Wish(
        class_="ew_set", goods_list="military", units=draft.rng.randint(5, 6), state=state, end_user=end_user,
        buyer=end_user, route="A", days=(date(2026, 3, 9), EARLY[1]),
    )  # fmt: skip


def _earlier_on_statement(planting: Planting, order: Row) -> Row:
    """Another order of the same buyer on the same statement, filed and heard before."""
    last = order["filed_on"] - timedelta(5)
    companion = planting.order(
        model=order["model"], state=order["destination"], end_user=order["end_user"], buyer=order["end_user"],
        exporter=order["exporter"], days=(last - timedelta(20), last), units=planting.draft.rng.randint(5, 7),
    )  # fmt: skip
    companion["consignments"] = 1
    remove(planting.draft, "statements", "statement", order["statement"])
    order["statement"] = companion["statement"]
    return companion


def _statement_used_twice(planting: Planting, order: Row, rng: random.Random) -> None:
    companion = _earlier_on_statement(planting, order)
    room = companion["units"] + order["units"] - rng.randint(1, min(4, order["units"]))
    statement_of(planting.draft, order)["units"] = room


def _statement_shared(planting: Planting, order: Row, rng: random.Random) -> None:
    companion = _earlier_on_statement(planting, order)
    statement_of(planting.draft, order)["units"] = companion["units"] + order["units"]


def _clause_left_out(planting: Planting, order: Row, rng: random.Random) -> None:
    statement = statement_of(planting.draft, order)
    left_out = statement["clauses"][planting.variant % 4]
    statement["clauses"] = tuple(clause for clause in statement["clauses"] if clause != left_out)


def _two_clauses(planting: Planting, order: Row, rng: random.Random) -> None:
    statement = statement_of(planting.draft, order)
    statement["clauses"] = statement["clauses"][:2]


def _unverified(planting: Planting, order: Row, rng: random.Random) -> None:
    statement_of(planting.draft, order)["verified_on"] = None


def _verified_at_last(planting: Planting, order: Row, rng: random.Random) -> None:
    statement_of(planting.draft, order)["verified_on"] = order["filed_on"] + timedelta(2)


def _forwarder_uses(planting: Planting, order: Row, rng: random.Random) -> None:
    draft, state = planting.draft, order["destination"]
    end_user = _aside(planting, add_firm(draft, state, kind="forwarder", service="forwarder"))
    order["end_user"] = order["consignee"] = end_user
    statement_of(draft, order)["end_user"] = end_user


def _forwarder_carries(planting: Planting, order: Row, rng: random.Random) -> None:
    order["consignee"] = planting.market.circle.forwarders[planting.variant % 4]


BEFORE = _sold_by("unregistered", (date(2026, 2, 2), STANDING_UNTIL - timedelta(2)))
AFTER = _sold_by("unregistered", (STANDING_UNTIL + timedelta(1), LATE[1]))
BEFORE_AUTHORITY = _sold_by("unauthorised", (date(2026, 2, 2), STANDING_UNTIL - timedelta(2)))
AFTER_AUTHORITY = _sold_by("unauthorised", (STANDING_UNTIL + timedelta(1), LATE[1]))

KINDS: dict[str, Cheat] = {
    "embargoed_destination": Cheat("T2", "parties", "parties.destination_is_not_embargoed", _embargoed_destination,
                                   wish=MILITARY, twin_wish=_lowest_tier),
    "embargoed_transit": Cheat("T2", "parties", "parties.transit_is_not_embargoed", _embargoed_transit, _long_transit,
                               MILITARY, MILITARY_EARLY),
    "embargoed_broker": Cheat("T2", "parties", "parties.party_state_is_not_embargoed", _embargoed_broker,
                              _untiered_broker, MILITARY, MILITARY_EARLY),
    "untiered_destination": Cheat("T2", "parties", "parties.state_is_in_tier", _untiered_destination, wish=MILITARY,
                                  twin_wish=_lowest_tier),
    "listed_buyer": Cheat("T2", "parties", "parties.party_is_not_listed", _listed_buyer, _nearly_named, Wish(days=LATE),
                          Wish()),
    "near_name": Cheat("T2", "parties", "parties.name_is_clear", _near_name, _near_name_cleared, Wish(days=LATE),
                       Wish()),
    "listed_owner": Cheat("T5", "parties", "parties.owner_is_not_listed", _listed_owner, _listed_minority,
                          Wish(days=LATE), Wish()),
    "unknown_owner": Cheat("T5", "parties", "parties.owners_are_known", _unknown_owner, _unknown_minority,
                           Wish(days=LATE), Wish()),
    "exporter_unregistered": Cheat("T11", "parties", "parties.exporter_is_registered", _unchanged,
                                   wish=AFTER, twin_wish=BEFORE),  # type: ignore[arg-type]
    "exporter_unauthorised": Cheat("T11", "parties", "parties.exporter_has_authority", _unchanged,
                                   wish=AFTER_AUTHORITY, twin_wish=BEFORE_AUTHORITY),  # type: ignore[arg-type]
    "no_statement": Cheat("T2", "parties", "parties.end_use_statement_is_present", _no_statement, _issued_late,
                          Wish(days=LATE), Wish()),
    "statement_forged": Cheat("T2", "parties", "parties.end_use_statement_is_signed", _signed_by_another_state,
                              _issued_late, Wish(days=LATE), Wish()),
    "statement_lapsed": Cheat("T2", "parties", "parties.end_use_statement_is_in_force", _lapsed, _last_day,
                              Wish(days=LATE), Wish()),
    "statement_for_another": Cheat("T2", "parties", "parties.end_use_statement_names_parties", _for_another,
                                   _through_a_consignee, Wish(days=LATE), Wish()),
    "statement_used_twice": Cheat("T2", "parties", "parties.end_use_statement_covers_units", _statement_used_twice,
                                  _statement_shared, _with_own_user),
    "clause_left_out": Cheat("T2", "parties", "parties.end_use_statement_is_complete", _clause_left_out, _two_clauses,
                             MILITARY, Wish(goods_list="dual_use")),
    "statement_unverified": Cheat("T2", "parties", "parties.end_use_statement_is_verified", _unverified,
                                  _verified_at_last, Wish(days=LATE), Wish()),
    "forwarder_as_end_user": Cheat("T2", "parties", "parties.end_user_is_no_forwarder", _forwarder_uses,
                                   _forwarder_carries, Wish(days=LATE), Wish()),
}  # fmt: skip
