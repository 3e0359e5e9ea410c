"""How does a partner's document become our own custody records? By the desk's actions, event by event; all, or none.

Who sends it speaks for one body: its despatches are offered, its receipts signed for, its state's acceptances
certified, each by the action that a person takes on a page, which asks for permission where it writes. The instants of
a handover are those at which it was signed here; when the partner says that it happened stands in the event, which is
kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from ecluse.base.canon import digest
from ecluse.base.errors import ForbiddenError
from ecluse.base.verdict import Held
from ecluse.custody.epcis.faults import MisreadError, Spot
from ecluse.custody.epcis.reading import read_document
from ecluse.custody.epcis.terms import Action, Event, EventKind
from ecluse.custody.epcis.vocabulary import plain_word
from ecluse.custody.ranges import overlap
from ecluse.custody.terms import Manifest
from ecluse.office.actions.cases import touches
from ecluse.office.desk.custody import waiting_paper
from ecluse.office.desk.form import FormError, raw_value, read_form
from ecluse.office.desk.papers import records_of
from ecluse.office.desk.registry import Desk, Done, all_actions, may
from ecluse.office.desk.tell import take
from ecluse.office.desk.today import HOME_ZONE, open_session, today
from ecluse.office.epcis import export, kept
from ecluse.office.epcis.asked import CHECKS, OFFER, STEPS, Case, check_units
from ecluse.office.epcis.goods import consignments_of, units_of
from ecluse.office.registers import Packing
from ecluse.office.session import Mandate

MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one event: by which action, about which consignment; not new when it was on file before."""

    event: str
    action: str
    subject: str
    is_new: bool
    verdict: str | None = None

    def form(self) -> dict[str, Any]:
        """How is it told to a program?"""
        return {"event": self.event, "action": self.action, "subject": self.subject, "is_new": self.is_new,
                "verdict": self.verdict}  # fmt: skip


@dataclass(slots=True)
class _Hand:
    """Who sends a document, under which context of names, and what may be done on his behalf."""

    mandate: Mandate
    context: Any
    may_use: Callable[[str], bool]
    stopped: set[str] = field(default_factory=set)

    def desk(self) -> Desk:
        return Desk(open_session(self.mandate), self.mandate, today())


def _any(action: str) -> bool:
    return True


def capture(mandate: Mandate, body: bytes, may_use: Callable[[str], bool] = _any) -> list[Taken]:
    """What became of each event of this document? Raises MisreadError with every fault; then nothing was written.

    `may_use` says which actions whoever sends it was given: a program's token may reach less far than its person.
    """
    document = read_document(body)
    faults = Spot([])
    if len(document.events) > MOST_EVENTS:
        faults.at("epcisBody", "eventList").fault("many", len(document.events), most=str(MOST_EVENTS))
        raise MisreadError(faults.faults)
    hand = _Hand(mandate, document.context, may_use)
    with transaction.atomic():
        taken = [
            _take(hand, faults.at("epcisBody", "eventList", number), event)
            for number, event in enumerate(document.events)
        ]
        if faults.faults:
            raise MisreadError(faults.faults)
    return [one for one in taken if one is not None]


def _take(hand: _Hand, spot: Spot, event: Event) -> Taken | None:
    case = _case(hand, spot, event)
    if case is None:
        return None
    known = _known(hand, case)
    if known is not None:
        return known
    name = STEPS.get(plain_word(event.biz_step or ""), "")
    before = len(spot.faults)
    if not name or event.kind is not EventKind.OBJECT or event.action is not Action.OBSERVE:
        spot.at("bizStep").fault("not_taken", event.biz_step or event.kind.value, known=", ".join(STEPS))
    elif case.tranche not in hand.stopped:
        # What follows a refused event of the same goods would be refused for that alone.
        _check_time(case)
        raw = CHECKS[name](case)
        if len(spot.faults) == before:
            return _do(hand, case, name, raw)
    if len(spot.faults) > before:
        hand.stopped.add(case.tranche)
    return None


def _case(hand: _Hand, spot: Spot, event: Event) -> Case | None:
    """Which goods is it about, as far as the sender has a part in them? What is another's is to him not there."""
    before, desk = len(spot.faults), hand.desk()
    if event.id is None:
        spot.fault("id", "–")
    if event.error is not None:
        spot.at("errorDeclaration").fault("correction", event.error.reason or "–")
    units = units_of(spot, event)
    if not units and len(spot.faults) == before:
        spot.fault("no_units", "–")
    if len(spot.faults) > before:
        return None
    tranches = {name for name in consignments_of(desk.session, units) if _is_own(desk, name)}
    if len(tranches) != 1:
        spot.fault("consignment", ", ".join(sorted(tranches)) or "–")
        return None
    return Case(spot, desk, event, tranches.pop(), units)


def _is_own(desk: Desk, tranche: str) -> bool:
    return touches(desk.session, desk.mandate, tranche.rpartition("/")[0])


def _known(hand: _Hand, case: Case) -> Taken | None:
    """Is it on file: taken before, or told by ourselves? Another event under an id that was used is a fault."""
    event = case.event
    there = kept.digest_kept(case.desk, case.order, str(event.id))
    if there is not None:
        if there == digest(kept.text_of(event, hand.context)):
            return Taken(str(event.id), "", case.tranche, is_new=False)
        case.spot.at("eventID").fault("id_other", event.id)
        hand.stopped.add(case.tranche)
        return None
    if any(own.id == event.id for own in export.of_tranche(case.desk.session, case.tranche)):
        return Taken(str(event.id), "", case.tranche, is_new=False)
    return None


def _check_time(case: Case) -> None:
    """Did it happen before now, and after what is on file of the same goods?"""
    session, event = case.desk.session, case.event
    spot = case.spot.at("eventTime")
    if event.at > session.source.now():
        spot.fault("future", event.time, now=session.source.now().isoformat(timespec="seconds"))
    days = [(m.received_at or m.sent_at).astimezone(HOME_ZONE).date() for m in session.of(case.tranche, Manifest)]
    days += [packing.on for packing in session.of(case.tranche, Packing)]
    others = [other.at for other in kept.events_kept(case.desk, case.order) if _is_about(case, other)]
    if days and event.at.astimezone(HOME_ZONE).date() < max(days):
        spot.fault("order", event.time, last=max(days).isoformat())
    elif others and event.at < max(others):
        spot.fault("order", event.time, last=max(others).isoformat(timespec="seconds"))


def _is_about(case: Case, other: Event) -> bool:
    return bool(overlap(units_of(Spot([]), other), case.units))


def _do(hand: _Hand, case: Case, name: str, raw: Mapping[str, Any]) -> Taken | None:
    """Take the action as a page would, see that it named the same goods, and keep the event."""
    action, desk, subject = all_actions()[name], case.desk, case.tranche
    if not hand.may_use(name):
        case.spot.fault("forbidden", name)
        hand.stopped.add(subject)
        return None
    if not may(desk, action, subject) or not action.offers(desk, subject):
        case.spot.fault("turn", subject)
        hand.stopped.add(subject)
        return None
    given = {field: raw_value(value) for field, value in action.given(desk, subject).items()}
    try:
        done = take(desk, action, subject, read_form(action.form, {**given, **raw}))
        kept.keep(hand.desk(), case.order, case.event, hand.context)
    except FormError as error:
        case.spot.fault("turn", ", ".join(fault.field for fault in error.faults))
    except ForbiddenError as error:
        case.spot.fault("forbidden", str(error))
    else:
        return _done(hand, case, name, done)
    hand.stopped.add(subject)
    return None


def _done(hand: _Hand, case: Case, name: str, done: Done) -> Taken:
    """What came of it? An offer names all that one holds of the consignment: the event must name the same."""
    paper = waiting_paper(hand.desk(), case.tranche) if name == OFFER else None
    if paper is not None:
        check_units(case, records_of(paper)[0].ranges)
    verdict = None if done.verdict is None else "held" if isinstance(done.verdict, Held) else "passed"
    return Taken(str(case.event.id), name, case.tranche, is_new=True, verdict=verdict)
