"""What may be done beside a licence's own file? Stop its clock, appeal, decide an appeal, authorise an offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ecluse.base.errors import ForbiddenError
from ecluse.base.signing import Signature, is_signed_by
from ecluse.licence import appeal as appeals
from ecluse.licence.marketing import why_not_authorised
from ecluse.licence.officers import AUTHOR, Side, holds
from ecluse.licence.terms import (
    Appeal,
    ClockStop,
    Interest,
    LicenceClaim,
    MarketingApplication,
    MarketingAuthorisation,
    ProposedDecision,
)
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import last_finding
from ecluse.office.actions.licence import check_second, check_two, offices_of
from ecluse.office.facts.licence import licence_claim
from ecluse.office.facts.second import is_signed_second
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.order import Gate
from ecluse.parties.terms import PartiesFinding


def stop_clock(session: Session, order: str, stop: ClockStop) -> None:
    """An authority asks the exporter something: the file's clock stands still until it is answered.

    Raises ForbiddenError for an officer of another authority, and while the clock stands still already.
    """
    _check_office(session, stop.officer, stop.authority, stop.since)
    if any(standing.until is None for standing in stops_of(session, order).values()):
        raise ForbiddenError(f"the clock of {stop.application} stands still already")
    with Deed(session, "licence.stop_clock", actor=stop.officer, on=stop.since, subject=order, order=order) as deed:
        deed.seal(replace(stop, until=None))


def resume_clock(session: Session, order: str, stop_id: str, *, officer: str, on: date) -> None:
    """The question is answered: the clock runs on. Only the authority that stopped it lets it run.

    Raises ForbiddenError for another authority, and for a clock that does not stand still.
    """
    stop = stops_of(session, order).get(stop_id)
    if stop is None or stop.until is not None or on < stop.since:
        raise ForbiddenError(f"{stop_id} does not stand still on {on}")
    _check_office(session, officer, stop.authority, on)
    with Deed(session, "licence.stop_clock", actor=officer, on=on, subject=order, order=order) as deed:
        deed.seal(replace(stop, until=on), rid=f"{stop.id}/ended")


def stops_of(session: Session, order: str) -> dict[str, ClockStop]:
    """Which stops has the file's clock had, each in its last state?"""
    return {stop.id: stop for stop in session.of(order, ClockStop)}


def _check_office(session: Session, officer: str, authority: str, on: date) -> None:
    known = offices_of(session, officer)
    if not any(office.authority == authority for office in known if holds(known, Side(officer, office.role), on)):
        raise ForbiddenError(f"{officer} is no officer of {authority} on {on}")


def appeal(session: Session, order: Order, asked: Appeal, signature: Signature) -> None:
    """An exporter appeals a refusal. Raises ForbiddenError where nothing was refused, or too late, or unsigned."""
    claim = _refused(session, order, asked.filed_on)
    is_its_own = is_signed_by(order.exporter, asked, [signature], session.keys([order.exporter]))
    if asked.decided_on is not None or not is_its_own or not appeals.is_sound(asked, claim, session.law):
        raise ForbiddenError(f"{asked.id} is no appeal in time against a refusal of {claim.application.id}")
    with Deed(
        session, "licence.appeal", actor=order.exporter, on=asked.filed_on, subject=order.id, order=order.id
    ) as deed:
        deed.seal(asked, signatures=[signature])


def decide_appeal(session: Session, order: Order, decided: Appeal, signature: Signature) -> None:
    """Another officer decides the appeal; upheld, two officers decide the file anew.

    Raises ForbiddenError for who took part in the refusal or has an interest, and for an appeal that nobody filed.
    """
    filed = next((found for found in session.of(order.id, Appeal) if found.id == decided.id), None)
    officer, on = decided.officer, decided.decided_on
    if filed is None or filed.decided_on is not None or officer is None or on is None:
        raise ForbiddenError(f"{decided.id} does not wait for a decision")
    if replace(decided, decided_on=None, upheld=None, officer=None) != filed:
        raise ForbiddenError(f"{decided.id} is not the appeal that was filed")
    if not holds(offices_of(session, officer), Side(officer, AUTHOR), on):
        raise ForbiddenError(f"{officer} is no {AUTHOR} on {on}")
    claim = _refused(session, order, on)
    is_signed = is_signed_by(officer, decided, [signature], session.keys([officer]))
    if not is_signed or not may_hear(session, order, officer, on):
        raise ForbiddenError(f"{officer} may not hear {decided.id}")
    if not appeals.is_sound(decided, claim, session.law):
        raise ForbiddenError(f"{decided.id} is no sound appeal")
    with Deed(session, "licence.decide_appeal", actor=officer, on=on, subject=order.id, order=order.id) as deed:
        deed.seal(decided, signatures=[signature], rid=f"{decided.id}/decided")


def may_hear(session: Session, order: Order, officer: str, on: date) -> bool:
    """May this officer hear an appeal against the refusal of this order: no part in it, no interest in its parties?"""
    return appeals.may_hear(officer, _refused(session, order, on), session.of(officer, Interest))


def _refused(session: Session, order: Order, on: date) -> LicenceClaim:
    """On which facts was the file refused?"""
    tranche = f"{order.id}/0"
    found = last_finding(session, tranche, Gate.PARTIES, PartiesFinding)
    if found is None:
        raise ForbiddenError(f"{order.id} did not come before the licence gate")
    return licence_claim(session, order, tranche, *found, on)


def apply_to_offer(session: Session, asked: MarketingApplication, signature: Signature) -> None:
    """An exporter asks for an authorisation to offer. Raises ForbiddenError when it is not its own signature."""
    if not is_signed_by(asked.exporter, asked, [signature], session.keys([asked.exporter])):
        raise ForbiddenError(f"{asked.id} is not signed by {asked.exporter}")
    with Deed(
        session, "licence.apply_to_offer", actor=asked.exporter, on=asked.filed_on, subject=_case(asked.id)
    ) as deed:
        deed.seal(asked, signatures=[signature])


def authorise_marketing(
    session: Session,
    decision: ProposedDecision,
    given: MarketingAuthorisation,
    signatures: tuple[Sequence[Signature], Sequence[Signature]],
    *,
    actor: str = "",
    on: date | None = None,
) -> None:
    """Two officers decide that an exporter may offer; decision and authorisation bear both signatures.

    It goes on file on the day of the last signature, `on`: the decision's own day is that of the first.

    Raises ForbiddenError, and writes nothing, for anything less.
    """
    case = _case(decision.application)
    asked = session.newest(case, MarketingApplication)
    if asked is None:
        raise ForbiddenError(f"{decision.application} is not on file")
    check_two(session, decision)
    why = why_not_authorised(asked, decision, given, session.law)
    if why:
        raise ForbiddenError(why)
    day, actor = on or decision.on, actor or decision.author
    check_second(session, decision, actor, day)
    for record, made in ((decision, signatures[0]), (given, signatures[1])):
        if not is_signed_by(decision.author, record, made, session.keys([decision.author])):
            raise ForbiddenError(f"{record.id} is not signed by {decision.author}")
        if not is_signed_second(session, record, decision.countersigner, made):
            raise ForbiddenError(f"{record.id} is not signed by {decision.countersigner}")
    with Deed(session, "licence.authorise_marketing", actor=actor, on=day, subject=case) as deed:
        deed.seal(decision, signatures=signatures[0])
        deed.seal(given, given.exporter, signatures[1])


def _case(application: str) -> str:
    """Under which subject is an application to offer kept, with its decision?"""
    return application.removeprefix("application:")
