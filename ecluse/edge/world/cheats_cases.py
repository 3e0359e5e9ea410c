"""Which attempts are made on a value, on an appeal, on an open permit? And which honest files use the same doors?"""

from __future__ import annotations

import random
from datetime import date, timedelta

from ecluse.edge.world.cheats import Cheat, Planting, certificate_of, remove
from ecluse.edge.world.cheats_licence import BASE, BASE_EARLY, _conduct, _unchanged
from ecluse.edge.world.draft import YEAR, Draft, Row
from ecluse.edge.world.generate_orders import Market, NoRoomError, Wish, honest_order
from ecluse.edge.world.generate_parties import add_party
from ecluse.edge.world.generate_states import BUYERS

# Early enough that a second consignment, a month after the first, still ends within the year.
EARLY_ENOUGH = (date(YEAR, 1, 20), date(YEAR, 4, 20))
OPEN = Wish(class_="article", goods_list="military", route="A", permit="open", days=EARLY_ENOUGH, own_certificate=True)
REFUSED = (("decision.grant", "no"), ("decision.reason", "the end use is not clear"), ("appeal.outcome", "upheld"))
CASES_OF_EACH = 6


def _large_to_a_buyer_of_its_own(planting: Planting) -> Wish:
    """Its deals count together with nobody else's, whatever value it states."""
    state = BUYERS[planting.variant % len(BUYERS)][0]
    end_user = add_party(planting.draft, "state_body", state)
    planting.draft.aside.add(end_user)
    return Wish(
        goods_list="military", value="large", state=state, end_user=end_user, buyer=end_user, route="A",
        days=(date(YEAR, 2, 9), date(YEAR, 6, 10)),
    )  # fmt: skip


def _understated(planting: Planting, order: Row, rng: random.Random) -> str:
    percent = rng.randint(20, 90)
    _conduct(("application.value_percent", str(percent)))(planting, order, rng)
    return f"{percent} per cent of its value"


def _sold_meanwhile(planting: Planting, order: Row, left: int) -> None:
    """Between two consignments of an open permit another order draws as much; `left` is 1 where it finds room."""
    order["consignments"] = 2
    certificate = certificate_of(planting.draft, order)
    first = order["filed_on"] + timedelta(20)
    other = planting.order(
        model=order["model"], units=order["units"] // 2, days=(first, first + timedelta(9)), route="A",
        own_certificate=True,
    )  # fmt: skip
    remove(planting.draft, "certificates", "certificate", other["certificate"])
    other["certificate"], other["consignments"] = certificate["certificate"], 1
    certificate["units_asked"] = order["units"] + other["units"] * left


def _beyond_balance(planting: Planting, order: Row, rng: random.Random) -> None:
    _sold_meanwhile(planting, order, 0)


def _whole_balance(planting: Planting, order: Row, rng: random.Random) -> None:
    _sold_meanwhile(planting, order, 1)


KINDS: dict[str, Cheat] = {
    "value_understated": Cheat("T12", "licence", "licence.value_is_at_official_rate", _understated, _unchanged,
                               _large_to_a_buyer_of_its_own),
    "appeal_heard_by_who_refused": Cheat("T5", "licence", "licence.decision_grants",
                                         _conduct(*REFUSED, ("decision.author", "officer:ssecu-02"),
                                                  ("appeal.officer", "officer:ssecu-02")),
                                         _conduct(*REFUSED, ("decision.author", "officer:ssecu-02"),
                                                  ("appeal.officer", "officer:ssecu-03")), BASE, BASE_EARLY),
    "open_permit_overdrawn": Cheat("T1", "surplus", "surplus.balance_covers_units", _beyond_balance, _whole_balance,
                                   OPEN),
}  # fmt: skip


def add_cases(draft: Draft, market: Market) -> None:
    """Which honest files are amended, appealed in vain, stopped for a question, or called off only in part?"""
    of_each = draft.scaled(CASES_OF_EACH, 1)
    for number in range(of_each):
        for add in (_amended, _asked, _appealed_in_vain, _called_off_in_part, _registered, _concluded):
            try:
                add(draft, market, number)
            except NoRoomError:
                continue


def _amended(draft: Draft, market: Market, number: int) -> None:
    order = honest_order(draft, market, Wish(class_="article", route="A", days=EARLY_ENOUGH))
    draft.happens(
        order["filed_on"] + timedelta(11), "licence_amend", order["order"], "the buyer's name is spelled as registered"
    )


def _asked(draft: Draft, market: Market, number: int) -> None:
    """The exporter is asked something; with the days on which the clock stood still the decision is in time."""
    order = honest_order(draft, market, BASE_EARLY)
    order["complete_on"] = order["filed_on"]
    draft.conduct(order, clock__stopped_days=10 + number, decision__after_days=50)


def _appealed_in_vain(draft: Draft, market: Market, number: int) -> None:
    order = honest_order(draft, market, Wish(class_="article", route="A", days=EARLY_ENOUGH))
    draft.conduct(order, decision__grant="no", decision__reason="the end use is not clear", appeal__outcome="dismissed")


def _called_off_in_part(draft: Draft, market: Market, number: int) -> None:
    """The second consignment is never called off: when the open permit runs out, nothing is left to draw."""
    order = honest_order(draft, market, OPEN)
    order["consignments"] = 2
    draft.conduct(order, call_off__last="no")


def _registered(draft: Draft, market: Market, number: int) -> None:
    """Parts go to partner states under the general permit: nobody decides on the single deal."""
    state = ("DK", "NL", "SE", "DE")[number % 4]
    honest_order(draft, market, Wish(class_="part", goods_list="military", permit="general", route="A", state=state))


def _concluded(draft: Draft, market: Market, number: int) -> None:
    """A conclusion is asked for on a service: two officers give it, and nothing goes under it."""
    honest_order(draft, market, Wish(class_="service", permit="conclusion", route="A"))
