"""Which attempts lose, swap, divert or never return goods once licensed? Cheats at the custody gate."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from ecluse.edge.world.cheats import Cheat, Planting
from ecluse.edge.world.cheats_licence import _conduct, _one_of
from ecluse.edge.world.draft import Row
from ecluse.edge.world.generate_industry import add_line, opened_on
from ecluse.edge.world.generate_orders import EARLY, Wish
from ecluse.edge.world.generate_parties import add_firm, add_party
from ecluse.edge.world.generate_states import BUYERS, UNTIERED
from ecluse.edge.world.generate_units import special_block

UNITS = Wish(class_="article", route="A", centre=False)
BY_CENTRE = Wish(class_="article", route="A", centre=True, days=(date(2026, 2, 12), EARLY[1]))
CAUSES = ("transport_accident", "fire", "flood", "acceptance_test")


def _block(planting: Planting, order: Row, *, line: str = "", late: bool = False, home: bool = False) -> None:
    """The goods are taken from a block beside the ordinary ones."""
    filed_on = order["filed_on"]
    marked_on = filed_on - timedelta(planting.draft.rng.randint(2, 12))
    committed_on = marked_on - timedelta(0 if late else 20)
    block = special_block(
        planting.draft, line or order["line"], order["model"], order["units"] + 10, committed_on=committed_on,
        marked_on=marked_on, funded_for_home=home,
    )  # fmt: skip
    _conduct(("units.block", block))(planting, order, planting.draft.rng)


def _never_marked(planting: Planting, order: Row, rng: random.Random) -> None:
    """From a block of which only a few numbers were marked."""
    draft, units = planting.draft, order["units"]
    marked_on = order["filed_on"] - timedelta(rng.randint(2, 12))
    block = special_block(
        draft, order["line"], order["model"], 2 * units + 10, committed_on=marked_on - timedelta(20),
        marked_on=marked_on, made=units // 2,
    )  # fmt: skip
    _conduct(("units.block", block), ("units.unmarked", "yes"))(planting, order, rng)


def _home_funded(planting: Planting, order: Row, rng: random.Random) -> None:
    _block(planting, order, home=True)


def _committed_late(planting: Planting, order: Row, rng: random.Random) -> None:
    _block(planting, order, late=True)


def _of_another_line(planting: Planting, order: Row, rng: random.Random) -> None:
    maker = planting.draft.model(order["model"])["maker"]
    class_ = planting.draft.model(order["model"])["class"]
    others = [row["line"] for row in planting.draft.tables["lines"] if row["class"] == class_ and row["maker"] != maker]
    _block(planting, order, line=rng.choice(others))


def _beside_the_ordinary(planting: Planting, order: Row, rng: random.Random) -> None:
    _block(planting, order)


def _sold_twice(planting: Planting, order: Row, rng: random.Random) -> None:
    """The numbers of an order that left two months before."""
    last = order["filed_on"] - timedelta(45)
    first = planting.order(
        model=order["model"], line=order["line"], units=order["units"], days=(last - timedelta(10), last), route="A"
    )
    first["consignments"] = 1
    _conduct(("units.reuse", first["order"]))(planting, order, rng)


def _on_own_line(planting: Planting, order: Row, rule: str | None, *, stopped: bool) -> None:
    """A line of the same maker for this order alone."""
    model, filed_on = planting.draft.model(order["model"]), order["filed_on"]
    order["line"] = add_line(planting.draft, model["maker"], "UA", model["class"], rule, 0, filed_on - timedelta(80))
    if stopped:
        planting.draft.add(
            "lives", subject=order["line"], state="stopped", owner="authority:mod", on=filed_on + timedelta(3)
        )


def _stopped_line(planting: Planting, order: Row, rng: random.Random) -> None:
    _on_own_line(planting, order, "home_first", stopped=True)


def _young_line(planting: Planting, order: Row, rng: random.Random) -> None:
    _on_own_line(planting, order, "home_first", stopped=False)


def _line_for_home(planting: Planting, order: Row, rng: random.Random) -> None:
    _on_own_line(planting, order, "all_home", stopped=False)


def _centre(number: str, *, days: tuple[date, date] = EARLY) -> Callable[[Planting, Row, random.Random], None]:
    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        order["centre"] = number
        host = number.partition(":")[2][:2].upper()
        order["transit"] = (host,) if host != order["destination"] else ()

    return apply


def _since_it_opened(planting: Planting) -> Wish:
    """Filed on the very day a centre opened, and through that centre."""
    day = opened_on((1, 2, 3, 4, 5)[planting.variant % 5]) or EARLY[0]
    day = max(day, EARLY[0])
    return Wish(class_="article", route="A", centre=True, days=(day, day + timedelta(6)))


def _suspended(planting: Planting, order: Row, rng: random.Random) -> None:
    planting.draft.happens(
        order["filed_on"] + timedelta(10), "licence_suspend", order["order"], "the General Staff asks for these goods"
    )
    _conduct(("release.despite_suspension", "yes"))(planting, order, rng)


def _reinstated(planting: Planting, order: Row, rng: random.Random) -> None:
    filed_on = order["filed_on"]
    planting.draft.happens(filed_on + timedelta(9), "licence_suspend", order["order"], "the quantity is looked into")
    planting.draft.happens(filed_on + timedelta(11), "licence_reinstate", order["order"], "the quantity was in order")


def _host_short(planting: Planting, order: Row, rng: random.Random) -> None:
    _conduct(("host.licence", f"units:{order['units'] - rng.randint(1, 4)}"))(planting, order, rng)


def _host_exact(planting: Planting, order: Row, rng: random.Random) -> None:
    _conduct(("host.licence", f"units:{order['units']}"))(planting, order, rng)


def _stranger_hands_over(planting: Planting, order: Row, rng: random.Random) -> None:
    stranger = add_firm(planting.draft, "PL", service="carrier")
    planting.draft.aside.add(stranger)
    _conduct(("handover.2", f"gap:{stranger}"))(planting, order, rng)


def _range_shift(planting: Planting, order: Row, rng: random.Random) -> None:
    _conduct(("handover.2", "range_shift"))(planting, order, rng)


def _delivered_elsewhere(planting: Planting, order: Row, rng: random.Random) -> None:
    state = UNTIERED[planting.variant % len(UNTIERED)]
    other = add_party(planting.draft, "firm", state)
    planting.draft.aside.add(other)
    _conduct(("handover.end_user", other), ("handover.state", state))(planting, order, rng)


def _lost_unreported(planting: Planting, order: Row, rng: random.Random) -> str:
    units = rng.randint(1, 4)
    _lose(planting, order, units, "theft", "no")
    return f"{units} units lost"


def _lost_unexplained(planting: Planting, order: Row, rng: random.Random) -> str:
    units = rng.randint(1, 4)
    _lose(planting, order, units, "unknown", "yes")
    return f"{units} units lost"


def _lost_and_reported(planting: Planting, order: Row, rng: random.Random) -> str:
    units = rng.randint(1, 3)
    _lose(planting, order, units, CAUSES[planting.variant % len(CAUSES)], "yes")
    return f"{units} units lost"


def _lose(planting: Planting, order: Row, units: int, cause: str, reported: str) -> None:
    _conduct(("loss.units", str(units)), ("loss.cause", cause), ("loss.reported", reported))(
        planting, order, planting.draft.rng
    )


def _verified_short(planting: Planting, order: Row, rng: random.Random) -> None:
    _conduct(("verification.units", str(order["units"] - rng.randint(1, 4))))(planting, order, rng)


def _seen_elsewhere(planting: Planting, order: Row, rng: random.Random) -> None:
    state = (*UNTIERED, "AE")[planting.variant % (len(UNTIERED) + 1)]
    _conduct(("sighting.state", state), ("sighting.after_days", str(rng.randint(12, 20))))(planting, order, rng)


def _seen_at_home(planting: Planting, order: Row, rng: random.Random) -> None:
    _conduct(("sighting.state", order["destination"]), ("sighting.after_days", str(rng.randint(12, 20))))(
        planting, order, rng
    )


def _returned_on_the_last_day(planting: Planting, order: Row, rng: random.Random) -> None:
    leaves_on = max(order["filed_on"] + timedelta(13), order["deliver_in"].first_day())
    days = (order["return_by"] - leaves_on).days - 5
    _conduct(("return.after_days", str(days)))(planting, order, rng)


def _for_own_user(planting: Planting) -> Wish:
    """An end user whose missing verification holds nobody else's goods."""
    draft = planting.draft
    state = draft.rng.choice(BUYERS)[0]
    end_user = add_party(draft, "state_body", state)
    draft.aside.add(end_user)
    return Wish(class_="article", route="A", centre=False, state=state, end_user=end_user, buyer=end_user)


TEMPORARY = Wish(class_="article", permit="temporary", route="A", days=(EARLY[0], date(2026, 6, 12)))
HOME_LATE = Wish(class_="fpv", route="A", centre=False, days=(date(2026, 9, 22), date(2026, 10, 9)))
HOME_ON_PLAN = Wish(class_="fpv", route="A", centre=False, days=(date(2026, 7, 1), date(2026, 7, 24)))
# A month's acceptance act of the class is not in when these are to leave: honest makers wait for it.
ACT_MISSING = Wish(class_="part", route="A", centre=False, days=(date(2026, 5, 10), date(2026, 5, 22)))

KINDS: dict[str, Cheat] = {
    "units_never_marked": Cheat("T16", "custody", "custody.units_are_born_in_block",
                                _never_marked, _beside_the_ordinary, UNITS),
    "units_paid_by_donors": Cheat("T16", "custody", "custody.block_is_not_home_funded", _home_funded,
                                  _beside_the_ordinary, UNITS),
    "block_committed_late": Cheat("T16", "custody", "custody.block_precedes_production", _committed_late,
                                  _beside_the_ordinary, UNITS),
    "block_of_another_line": Cheat("T16", "custody", "custody.marks_are_by_the_blocks_line", _of_another_line,
                                   _beside_the_ordinary, UNITS),
    "units_sold_twice": Cheat("T2", "custody", "custody.units_are_nobodys_else", _sold_twice,
                              wish=Wish(class_="article", route="A", centre=False, days=(date(2026, 5, 4), EARLY[1]))),
    "line_stopped": Cheat("T16", "custody", "custody.line_is_in_series", _stopped_line, _young_line, UNITS),
    "line_works_for_home": Cheat("T9", "custody", "custody.line_output_may_go", _line_for_home, _young_line, UNITS),
    "centre_not_open": Cheat("T4", "custody", "custody.centre_is_open", _centre("centre:lt-10"),
                             wish=Wish(class_="article", route="A", centre=False), twin_wish=_since_it_opened),
    "office_holds_goods": Cheat("T3", "custody", "custody.centre_may_hold_goods", _centre("centre:de-8"),
                                wish=Wish(class_="article", route="A", centre=False,
                                          days=(date(2026, 2, 16), EARLY[1])), twin_wish=BY_CENTRE),
    "home_army_waits": Cheat("T9", "custody", "custody.home_deliveries_are_on_plan",
                             _conduct(("release.early", "yes")), wish=HOME_LATE, twin_wish=HOME_ON_PLAN),
    "home_act_missing": Cheat("T9", "custody", "custody.home_deliveries_are_known",
                              _conduct(("release.early", "yes")), wish=ACT_MISSING),
    "released_while_suspended": Cheat("T14", "custody", "custody.licence_is_in_force", _suspended, _reinstated, UNITS),
    "host_not_asked": Cheat("T4", "custody", "custody.host_licence_is_present", _conduct(("host.licence", "none")),
                            wish=BY_CENTRE),
    "host_licence_short": Cheat("T4", "custody", "custody.host_licence_covers_units", _host_short, _host_exact,
                                BY_CENTRE),
    "custodian_left_out": Cheat("T3", "custody", "custody.custody_has_no_gap", _stranger_hands_over, wish=UNITS),
    "two_custodians": Cheat("T3", "custody", "custody.custody_does_not_overlap", _conduct(("handover.2", "overlap")),
                            wish=UNITS),
    "handover_unsigned": Cheat("T3", "custody", "custody.handover_is_signed_by_both",
                               _one_of((("handover.2", "unsigned_to"),), (("handover.2", "unsigned_from"),)),
                               wish=UNITS),
    "numbers_exchanged": Cheat("T2", "custody", "custody.handover_keeps_ranges", _range_shift, wish=UNITS),
    "delivered_elsewhere": Cheat("T2", "custody", "custody.end_user_received", _delivered_elsewhere, wish=UNITS),
    "delivery_unverified": Cheat("T4", "custody", "custody.delivery_is_verified",
                                 _conduct(("verification.none", "yes")), wish=_for_own_user, twin_wish=UNITS),
    "verified_short": Cheat("T2", "custody", "custody.delivered_units_match", _verified_short, wish=UNITS),
    "loss_unreported": Cheat("T2", "custody", "custody.units_are_accounted_for", _lost_unreported, _lost_and_reported,
                             UNITS),
    "loss_unexplained": Cheat("T2", "custody", "custody.losses_are_explained", _lost_unexplained, _lost_and_reported,
                              UNITS),
    "not_returned": Cheat("T13", "custody", "custody.temporary_export_is_returned", _conduct(("return.units", "none")),
                          _returned_on_the_last_day, TEMPORARY),
    "seen_elsewhere": Cheat("T2", "custody", "custody.units_stay_with_end_user", _seen_elsewhere, _seen_at_home,
                            UNITS),
}  # fmt: skip
