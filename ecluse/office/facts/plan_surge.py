"""Where does an urgent order for home stand? Ordered, placed, planned, its surplus stated, taken, called back.

Every step leaves a record; what remains to be done is read from them, so that whoever comes next can go on.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from ecluse.custody.recall import Reach
from ecluse.custody.terms import Manifest
from ecluse.licence.life import is_in_force
from ecluse.licence.terms import Licence, LicenceEvent
from ecluse.office.facts.surplus import own_draw
from ecluse.office.models import Document, Tranche
from ecluse.office.on_file import records
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.office.session_kept import load_files
from ecluse.order import HELD, Gate, Hearing, Standing
from ecluse.plan.terms import Plan, PlanBaseline, PlanSurplus, StoppedTranche, Surge, UrgentOrder
from ecluse.surplus.terms import FundedOrder, Withdrawal

PLANS_KEPT = 2


class Waits(enum.Enum):
    """What does an urgent order wait for?"""

    PLACE = "place"
    COMMIT = "commit"
    ADOPT = "adopt"
    STATE = "state"
    TAKE = "take"
    HEAR = "hear"
    RECALL = "recall"
    RETURN = "return"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Adopted:
    """The plan adopted last, and what its document says."""

    plan: Plan
    document: Mapping[str, Any]


def urgent_orders() -> list[UrgentOrder]:
    """Which urgent orders are on file, the oldest first?"""
    return [one.value for one in sorted(records(UrgentOrder), key=lambda one: (one.on, one.index))]


def is_planned() -> bool:
    """Was any plan adopted?"""
    return bool(records(Plan))


def adopted_last() -> Adopted | None:
    """Which plan was adopted last? None where none was, or its document is not kept."""
    plans = sorted(records(Plan), key=lambda one: (one.on, one.log, one.index))
    document = opened(plans[-1].value.document) if plans else None
    return Adopted(plans[-1].value, document) if document is not None else None


def opened(digest: str) -> Mapping[str, Any] | None:
    """What does the kept document of this digest say? None where it is not kept."""
    return _parsed(digest) if Document.objects.filter(digest=digest).exists() else None


@lru_cache(maxsize=PLANS_KEPT)
def _parsed(digest: str) -> Mapping[str, Any]:
    """Read once: under one digest there is one content."""
    found: Mapping[str, Any] = json.loads(bytes(Document.objects.get(digest=digest).content))
    return found


def placed(urgent: UrgentOrder) -> list[FundedOrder]:
    """Which funded orders were placed for it?"""
    return [one.value for one in records(FundedOrder, rid__startswith=f"{urgent.id}/")]


def is_asked(document: Mapping[str, Any], urgent: UrgentOrder) -> bool:
    """Does the question of this plan have the order in it?"""
    return any(order["id"].startswith(f"{urgent.id}/") for order in document["question"]["orders"])


def stated(session: Session, urgent: UrgentOrder, plan: Plan) -> PlanSurplus | None:
    """What was stated last of the surplus beside this plan?"""
    found = [one for one in session.of(urgent.id, PlanSurplus) if one.plan == plan.id]
    return found[-1] if found else None


def waits_for(session: Session, urgent: UrgentOrder, is_back: Callable[[PlanSurplus, Surge], bool]) -> Waits:
    """What is to be done next about this order? `is_back`: did units of a surge come back that are home's to draw?"""
    if not placed(urgent):
        return Waits.PLACE
    adopted = adopted_last()
    if adopted is None or not is_asked(adopted.document, urgent):
        return Waits.ADOPT if committed_by(urgent) else Waits.COMMIT
    surges, surplus = session.of(urgent.id, Surge), stated(session, urgent, adopted.plan)
    read_ahead(session, surges)
    if surplus is None:
        return Waits.NOTHING if surges else Waits.STATE
    if any(to_hear(session, surge) for surge in surges):
        return Waits.HEAR
    if any(to_recall(session, surge) for surge in surges):
        return Waits.RECALL
    if not surges or any(is_back(surplus, surge) for surge in surges):
        return Waits.TAKE
    return Waits.RETURN if any(out_of_hand(session, surge) for surge in surges) else Waits.NOTHING


def read_ahead(session: Session, surges: Iterable[Surge]) -> None:
    """Read at once what will be asked of all that stopped."""
    stopped = [one for surge in surges for one in surge.stopped]
    orders = {one.tranche.rsplit("/", 1)[0] for one in stopped}
    names = {one.tranche for one in stopped} | {one.certificate for one in stopped}
    wanted = names | orders | {f"{order}/0" for order in orders}
    session.files.update(load_files(session, sorted(wanted - session.files.keys())))


def committed_by(urgent: UrgentOrder) -> set[str]:
    """Which authorities committed to a baseline whose question has the order in it?"""
    bases = [one.value for one in records(PlanBaseline) if one.on >= urgent.on]
    return {base.authority for base in bases if (found := opened(base.document)) and is_asked(found, urgent)}


def to_hear(session: Session, surge: Surge) -> list[StoppedTranche]:
    """Which stopped tranches still stand as surplus, though home has their units or their certificate is withdrawn?"""
    return [one for one in surge.stopped if _passed(session, one.tranche, Gate.SURPLUS) and _is_taken(session, one)]


def _is_taken(session: Session, one: StoppedTranche) -> bool:
    if one.reach is Reach.MOVING:
        return session.newest(one.certificate, Withdrawal) is not None and _is_out(session, one.tranche)
    return own_draw(session, one.certificate, one.tranche) is None


def to_recall(session: Session, surge: Surge) -> list[StoppedTranche]:
    """Which stopped tranches are moving under a licence in force, and no gate holds them yet?"""
    moving = [one for one in out_of_hand(session, surge) if one.reach is Reach.MOVING]
    return [one for one in moving if has_licence(session, one.tranche, surge.on) and not _is_held(session, one)]


def out_of_reach(session: Session, surge: Surge) -> list[StoppedTranche]:
    """Which are moving where neither a licence, used up, nor a certificate, which carries more, can call them back?"""
    moving = [one for one in out_of_hand(session, surge) if one.reach is Reach.MOVING]
    return [
        one for one in moving
        if not has_licence(session, one.tranche, surge.on) and session.newest(one.certificate, Withdrawal) is None
        and not _is_held(session, one)
    ]  # fmt: skip


def has_licence(session: Session, tranche: str, on: date) -> bool:
    """Is the tranche's licence in force, so that it can be suspended?"""
    order = tranche.rsplit("/", 1)[0]
    licence = session.newest(order, Licence)
    return licence is not None and is_in_force(licence, session.of(order, LicenceEvent), on)


def _is_held(session: Session, one: StoppedTranche) -> bool:
    row = session.row(Tranche, one.tranche, one.tranche)
    return row is not None and Standing(row.standing) in HELD


def out_of_hand(session: Session, surge: Surge) -> list[StoppedTranche]:
    """Which stopped tranches are with others than their maker, and not with the end user?"""
    return [one for one in surge.stopped if _is_out(session, one.tranche)]


def _is_out(session: Session, tranche: str) -> bool:
    from ecluse.office.actions.reopen import is_delivered

    manifests = session.of(tranche, Manifest)
    is_elsewhere = bool(manifests) and manifests[-1].to_custodian != manifests[0].from_custodian
    return is_elsewhere and not is_delivered(session, order_named(session, tranche), tranche)


def order_named(session: Session, tranche: str) -> Order:
    """To which order does this tranche belong? Raises KeyError."""
    found = session.newest(tranche.rsplit("/", 1)[0], Order)
    if found is None:
        raise KeyError(tranche)
    return found


def _passed(session: Session, tranche: str, gate: Gate) -> bool:
    """Did this gate pass when it was heard last, on the tranche or on the one it was split from?"""
    for name in dict.fromkeys((tranche, f"{tranche.rsplit('/', 1)[0]}/0")):
        heard = [hearing for hearing in session.of(name, Hearing) if hearing.gate is gate]
        if heard:
            return heard[-1].finding is not None
    return False
