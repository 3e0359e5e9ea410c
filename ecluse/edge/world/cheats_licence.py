"""Which attempts get a licence by a false route, a false price, or with too few honest hands? Cheats at the licence."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from ecluse.edge.world.cheats import Cheat, Planting
from ecluse.edge.world.cheats_parties import dealer
from ecluse.edge.world.draft import FLOOR_MINOR_UAH, Row
from ecluse.edge.world.generate_orders import DEALS, DEAREST, EARLY, TREATIES, UNITS, Wish
from ecluse.edge.world.generate_parties import add_ownership, add_party, register_exporter
from ecluse.edge.world.generate_states import BUYERS, CRITICAL_UNTIL, add_officer

LATE = (date(2026, 2, 9), date(2026, 10, 15))
# A decision that comes too late must still come within the carried year: one never taken is a case left open.
DECIDED_BY = date(2026, 12, 18)
BASE = Wish(goods_list="military", route="A", days=LATE)
BASE_EARLY = Wish(goods_list="military", route="A")
NO_TREATY = tuple(row[0] for row in BUYERS if row[0] not in TREATIES)


def _unchanged(planting: Planting, order: Row, rng: random.Random) -> None:
    """The order itself is what is wrong with it."""


def _kept(purpose: str, days: tuple[date, date]) -> Callable[[Planting], Wish]:
    def wish(planting: Planting) -> Wish:
        models = planting.kept[purpose].split(";")
        return Wish(model=models[planting.variant % len(models)], route="A", days=days)

    return wish


def _offering(planting: Planting) -> Wish:
    return Wish(
        class_="article", exporter=dealer(planting, "offers"), goods_list="military", route="A", opens_state=True
    )


def _offered_early(planting: Planting, order: Row, rng: random.Random) -> None:
    class_ = planting.draft.model(order["model"])["class"]
    key = (order["exporter"], class_, order["destination"])
    planting.draft.offers_from[key] = order["offered_on"] + timedelta(rng.randint(1, 9))


def _offered_on_the_first_day(planting: Planting, order: Row, rng: random.Random) -> None:
    class_ = planting.draft.model(order["model"])["class"]
    planting.draft.offers_from[order["exporter"], class_, order["destination"]] = order["offered_on"]


def _treaty_without_one(planting: Planting) -> Wish:
    return Wish(goods_list="military", route="A", state=NO_TREATY[planting.variant % len(NO_TREATY)], days=LATE)


def _by_route_c(planting: Planting, order: Row, rng: random.Random) -> None:
    order["route"] = "C"


def _by_route_d(planting: Planting, order: Row, rng: random.Random) -> None:
    order["route"] = "D"


def _small_deal(planting: Planting) -> Wish:
    states = sorted(DEALS)
    return Wish(
        goods_list="military", value="small", state=states[planting.variant % len(states)], route="A", days=LATE
    )


def _large_deal(planting: Planting) -> Wish:
    states = sorted(DEALS)
    return Wish(goods_list="military", value="large", state=states[planting.variant % len(states)], route="D")


def _halves(planting: Planting, exporter: str = "") -> Wish:
    """A deal of four fifths of the floor, with a buyer of its own."""
    draft = planting.draft
    state = BUYERS[planting.variant % len(BUYERS)][0]
    candidates = [row for row in planting.market.sold["ew_set"] if row["goods_list"] == "military" and _piece(row)]
    model = min(candidates, key=lambda row: (draft.taken(row["model"]), row["model"]))
    end_user = add_party(draft, "state_body", state)
    draft.aside.add(end_user)
    return Wish(
        model=model["model"], units=_piece(model), state=state, end_user=end_user, buyer=end_user, route="A",
        exporter=exporter or model["maker"], days=(date(2026, 3, 30), EARLY[1]),
    )  # fmt: skip


def _piece(model: Row) -> int:
    """How many units of this model come to four fifths of the floor? None if no order holds so few or so many."""
    units = FLOOR_MINOR_UAH * 4 // 5 // (model["unit_price_minor"] * DEAREST[model["currency"]])
    return int(units) if UNITS[model["class"]][0] <= units <= 90 else 0


def _second_piece(planting: Planting, order: Row, rng: random.Random) -> None:
    _other_piece(planting, order, order["exporter"], order["units"])


def _piece_of_another_firm(planting: Planting, order: Row, rng: random.Random) -> None:
    """The other piece was sold by another firm of the same owner."""
    _other_piece(planting, order, _nominee(planting, 2), order["units"])


def _nominee(planting: Planting, number: int) -> str:
    """Which of two exporters that belong to one person?"""
    draft = planting.draft
    if "nominee-1" not in planting.kept:
        person = add_party(draft, "person", "UA")
        for each in (1, 2):
            firm = add_party(draft, "firm", "UA")
            add_ownership(draft, person, firm, 10_000, 10_000, controls=True)
            register_exporter(draft, firm, defence_city=False)
            draft.groups[firm] = f"{person}/{each}"
            draft.aside.add(firm)
            planting.kept[f"nominee-{each}"] = firm
    return planting.kept[f"nominee-{number}"]


def _small_second_piece(planting: Planting, order: Row, rng: random.Random) -> None:
    """Both pieces together stay under the floor."""
    order_units = order["units"]
    _other_piece(planting, order, order["exporter"], max(1, order_units // 6))


def _other_piece(planting: Planting, order: Row, exporter: str, units: int) -> None:
    """Another order to the same buyer, complete and filed before: alone it stays under the floor."""
    last = order["filed_on"] - timedelta(16)
    traded = planting.draft.traded
    for key in [key for key in sorted(traded) if key[1] == order["buyer"]]:
        del traded[key]
    piece = planting.order(
        model=order["model"], units=units, state=order["destination"], end_user=order["end_user"],
        buyer=order["buyer"], exporter=exporter, route="A", days=(last - timedelta(12), last),
    )  # fmt: skip
    piece["consignments"] = 1


def _conduct(*changes: tuple[str, str]) -> Callable[[Planting, Row, random.Random], None]:
    """The officers of this file do these things: field `step.field` and value."""

    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        for where, value in changes:
            step, _, field = where.partition(".")
            planting.draft.add("conduct", order=order["order"], step=step, field=field, value=value)

    return apply


def _one_of(*ways: tuple[tuple[str, str], ...]) -> Callable[[Planting, Row, random.Random], None]:
    """Another way for each variant."""

    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        _conduct(*ways[planting.variant % len(ways)])(planting, order, rng)

    return apply


def _interested(planting: Planting, order: Row, *, speaks: bool) -> None:
    slug = ("sbu", "mod", "mfa")[planting.variant % 3]
    party = order["exporter"] if planting.variant % 2 else order["buyer"]
    officer = add_officer(planting.draft, slug, "opinion", party, order["filed_on"] - timedelta(40))
    if speaks:
        _conduct((f"opinion.officer.{slug}", officer))(planting, order, planting.draft.rng)


def _interested_speaks(planting: Planting, order: Row, rng: random.Random) -> None:
    _interested(planting, order, speaks=True)


def _interested_stands_aside(planting: Planting, order: Row, rng: random.Random) -> None:
    _interested(planting, order, speaks=False)


def _late(least: int, most: int) -> Callable[[Planting, Row, random.Random], None]:
    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        order["complete_on"] = order["filed_on"]
        days = min(rng.randint(least, most), (DECIDED_BY - order["filed_on"]).days)
        _conduct(("decision.after_days", str(days)))(planting, order, rng)

    return apply


def _popular(planting: Planting) -> Wish:
    """A model that others sold often by early summer, offered by a special exporter to a buyer of its own."""
    draft = planting.draft
    trader = planting.market.traders[0]
    sales: dict[str, int] = {}
    for order in draft.tables["orders"]:
        if order["exporter"] != trader and order["filed_on"] < date(2026, 5, 20) and order["complete_on"]:
            sales[order["model"]] = sales.get(order["model"], 0) + 1
    often = [
        model
        for model, count in sorted(sales.items())
        if count >= 7 and draft.model(model)["kind"] == "article" and draft.model(model)["goods_list"] == "military"
    ]
    used = planting.kept.get("priced", "").split(";")
    model = next((each for each in often if each not in used), often[planting.variant % len(often)] if often else "")
    model = model or draft.tables["orders"][0]["model"]
    planting.kept["priced"] = ";".join([*used, model])
    state = BUYERS[planting.variant % len(BUYERS)][0]
    end_user = add_party(draft, "state_body", state)
    draft.aside.add(end_user)
    return Wish(
        model=model, exporter=trader, state=state, end_user=end_user, buyer=end_user, route="A",
        days=(date(2026, 6, 1), date(2026, 7, 15)),
    )  # fmt: skip


def _priced(percent: int, other: int) -> Callable[[Planting, Row, random.Random], str]:
    def apply(planting: Planting, order: Row, rng: random.Random) -> str:
        model = planting.draft.model(order["model"])
        share = percent if planting.variant % 2 else other
        order["unit_price_minor"] = model["unit_price_minor"] * share // 100
        return f"{share} per cent of the usual price"

    return apply


def _third_state(planting: Planting, order: Row, rng: random.Random) -> None:
    order["third_state"] = rng.choice([state for state in ("QA", "AE", "RO", "GR") if state != order["destination"]])


def _no_return_day(planting: Planting, order: Row, rng: random.Random) -> None:
    order["return_by"] = None


TEMPORARY = Wish(permit="temporary", route="A", class_="article", goods_list="military")
# One hand signs once, for both.
ONE_HAND = (
    ("decision.author", "officer:ssecu-02"),
    ("decision.countersigner", "officer:ssecu-02"),
    ("decision.unsigned_by", "countersigner"),
)

KINDS: dict[str, Cheat] = {
    "critical_goods": Cheat("T6", "licence", "licence.goods_are_not_critical", _unchanged,
                            wish=_kept("critical", LATE),
                            twin_wish=_kept("no_longer_critical", (CRITICAL_UNTIL + timedelta(1), EARLY[1]))),
    "offered_before_authorised": Cheat("T11", "licence", "licence.offer_was_authorised", _offered_early,
                                       _offered_on_the_first_day, _offering),
    "treaty_route_without_treaty": Cheat("T5", "licence", "licence.route_fits_the_facts", _by_route_c,
                                         wish=_treaty_without_one, twin_wish=BASE_EARLY),
    "deal_route_under_floor": Cheat("T12", "licence", "licence.route_fits_the_facts", _by_route_d, wish=_small_deal,
                                    twin_wish=_large_deal),
    "deal_in_pieces": Cheat("T12", "licence", "licence.value_is_not_split", _second_piece, _small_second_piece,
                            _halves),
    "pieces_of_one_owner": Cheat("T12", "licence", "licence.value_is_not_split", _piece_of_another_firm,
                                 _small_second_piece, lambda planting: _halves(planting, _nominee(planting, 1)),
                                 _halves),
    "opinion_left_out": Cheat("T14", "licence", "licence.opinions_are_in",
                              _one_of((("opinion.sbu", "none"),), (("opinion.mfa", "none"),)),
                              _one_of((("opinion.sbu", "late:9"),), (("opinion.mfa", "late:12"),)), BASE, BASE_EARLY),
    "veto_passed_over": Cheat("T5", "licence", "licence.no_authority_vetoes",
                              _one_of((("opinion.sbu", "veto"),), (("opinion.mod", "veto"),)), wish=BASE,
                              twin_wish=BASE_EARLY),
    "dissent_unheard": Cheat("T5", "licence", "licence.dissent_is_heard",
                             _one_of((("opinion.mfa", "against"), ("decision.author", "officer:ssecu-01")),
                                     (("opinion.sbu", "against"), ("decision.author", "officer:ssecu-02"))),
                             _conduct(("opinion.mfa", "against"), ("decision.author", "officer:commission-01")), BASE,
                             BASE_EARLY),
    "interested_officer": Cheat("T5", "licence", "licence.interested_officer_recuses", _interested_speaks,
                                _interested_stands_aside, BASE, BASE_EARLY),
    "one_officer_two_voices": Cheat("T5", "licence", "licence.one_officer_one_voice",
                                    _one_of((("opinion.officer.mfa", "officer:sbu-01"),),
                                            (("opinion.officer.mod", "officer:mfa-01"),)), wish=BASE,
                                    twin_wish=BASE_EARLY),
    "author_countersigns": Cheat("T5", "licence", "licence.two_persons_sign", _conduct(*ONE_HAND),
                                 _conduct(("decision.author", "officer:ssecu-02"),
                                          ("decision.countersigner", "officer:economy-02")), BASE, BASE_EARLY),
    "decision_unsigned": Cheat("T5", "licence", "licence.decision_is_signed",
                               _one_of((("decision.unsigned_by", "countersigner"),),
                                       (("decision.unsigned_by", "author"),)), wish=BASE, twin_wish=BASE_EARLY),
    "other_house_decides": Cheat("T5", "licence", "licence.decision_authority_is_competent",
                                 _conduct(("decision.author", "officer:economy-01")),
                                 _conduct(("decision.author", "officer:commission-02")), BASE, BASE_EARLY),
    "clock_overrun": Cheat("T14", "licence", "licence.clock_is_not_overrun", _late(58, 80), _late(45, 45), BASE,
                           BASE_EARLY),
    "file_back_dated": Cheat("T5", "licence", "licence.queue_number_is_committed", _conduct(("queue.number", "1")),
                             wish=BASE, twin_wish=BASE_EARLY),
    "price_out_of_band": Cheat("T5", "licence", "licence.price_is_in_band", _priced(52, 160), _priced(78, 120),
                               _popular, planted_last=True),
    "condition_kept_open": Cheat("T5", "licence", "licence.conditions_are_lifted",
                                 _conduct(("condition.set_by", "authority:gur"), ("condition.lifted_by", "none")),
                                 _conduct(("condition.set_by", "authority:gur"),
                                          ("condition.lifted_by", "authority:gur")),
                                 BASE, BASE_EARLY),
    "condition_lifted_by_other": Cheat("T5", "licence", "licence.owner_lifts_condition",
                                       _conduct(("condition.set_by", "authority:mfa"),
                                                ("condition.lifted_by", "authority:economy")),
                                       _conduct(("condition.set_by", "authority:mfa"),
                                                ("condition.lifted_by", "authority:mfa")), BASE, BASE_EARLY),
    "consent_of_origin_missing": Cheat("T6", "licence", "licence.origin_consents_are_held", _unchanged,
                                       wish=_kept("unconsented", LATE), twin_wish=BASE_EARLY),
    "passed_on_without_consent": Cheat("T6", "licence", "licence.re_export_has_consent", _third_state, wish=BASE,
                                       twin_wish=BASE_EARLY),
    "no_day_of_return": Cheat("T13", "licence", "licence.return_is_dated", _no_return_day, wish=TEMPORARY),
    "technology_as_goods": Cheat("T6", "licence", "licence.technology_has_own_licence", _unchanged,
                                 wish=Wish(class_="technology", permit="one_off", route="A", days=LATE),
                                 twin_wish=Wish(class_="technology", permit="licensed_production", route="A")),
}  # fmt: skip
