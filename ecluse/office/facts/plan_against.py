"""What became of the plan: deliveries accepted at home beside it, makers' claims of surplus beside later shortage?

Read from records alone. Acceptance acts name a class and no maker: what a class fell short of is shared among those
from whom it was due that month, in proportion to what was due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ecluse.office.facts.plan_surge import adopted_last
from ecluse.office.on_file import records
from ecluse.office.registers import CertificateAsked, HomeDelivery, Model
from ecluse.plan import against as law
from ecluse.plan.quota import shared
from ecluse.surplus.terms import FundedOrder

Slot = tuple[str, str]  # class and month


@dataclass(frozen=True, slots=True)
class Against:
    """The plan of this id beside what was accepted, class by class and month by month; and makers, the worst first."""

    plan: str
    beside: tuple[law.Beside, ...]
    makers: tuple[law.Record, ...]


def plan_against(on: date) -> Against | None:
    """How did the adopted plan and the makers' claims turn out by this day? None where no plan was adopted."""
    adopted = adopted_last()
    if adopted is None:
        return None
    acts = delivered(on)
    accepted = {slot: act.units_accepted for slot, act in acts.items()}
    found = law.records(claimed(on), short(acts))
    return Against(adopted.plan.id, tuple(law.against(adopted.document, accepted)), tuple(found))


def delivered(on: date) -> dict[Slot, HomeDelivery]:
    """Which acceptance acts are in, by class and month? Of two for one month the last."""
    acts = sorted(records(HomeDelivery), key=lambda one: (one.on, one.subject, one.turn))
    return {(one.value.class_, str(one.value.month)): one.value for one in acts if one.value.accepted_on <= on}


def claimed(on: date) -> list[law.Claimed]:
    """What did makers ask to have certified as surplus, each certificate as it was asked for last?"""
    class_of = {model.id: model.class_ for model in models().values()}
    asked = {one.value.certificate: one.value for one in records(CertificateAsked) if one.on <= on}
    return [
        law.Claimed(one.maker, class_of[one.model], str(one.first_month), str(one.last_month), one.units)
        for _, one in sorted(asked.items()) if one.model in class_of
    ]  # fmt: skip


def models() -> dict[str, Model]:
    """Which models are catalogued, by id?"""
    return {one.value.id: one.value for one in records(Model)}


def due_by_maker() -> dict[Slot, Counter[str]]:
    """How many units of each class are due at home in each month, from which maker?"""
    makers = {model.id: model.maker for model in models().values()}
    found: dict[Slot, Counter[str]] = {}
    for one in records(FundedOrder):
        order: FundedOrder = one.value
        for point in order.due:
            found.setdefault((order.class_, str(point.month)), Counter())[makers.get(order.model, "")] += point.units
    return found


def short(acts: Mapping[Slot, HomeDelivery]) -> list[law.Short]:
    """By how much did each maker's class fall short at home, month by month?"""
    due, found = due_by_maker(), []
    for (class_, month), act in sorted(acts.items()):
        owed = {maker: units for maker, units in due.get((class_, month), Counter()).items() if maker and units}
        missing = min(sum(owed.values()), max(0, act.units_planned - act.units_accepted))
        for maker, units in shared(missing, owed).items() if missing else ():
            if units:
                found.append(law.Short(maker, class_, month, units))
    return found
