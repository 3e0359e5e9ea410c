"""May a handover that a centre's officer took down be signed for his side? The count must be that of the paper.

The device is not told which numbers to expect, so that a count is a count: what was read must be exactly what the other
side's paper names (taking), or what the centre holds (giving). Signed is the centre's side alone; the other side signs
as it always does. What is refused has written nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from ecluse.base.errors import ForbiddenError
from ecluse.base.sealed import seal
from ecluse.base.signing import Signature
from ecluse.base.source import ServiceSource
from ecluse.base.verdict import Ground, Held
from ecluse.custody.chain import taken_over
from ecluse.custody.ranges import Ranges, count, difference, normal
from ecluse.custody.scan import Blocks, Doubt, read_scanned
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Capture, Centre, Manifest, SerialBlock, Side, Step
from ecluse.edge.seal import signature_bytes
from ecluse.office.actions import custody as act
from ecluse.office.actions.cases import bodies_of, holder_of
from ecluse.office.actions.signatures import bring_signatures
from ecluse.office.desk.custody import Offer, SignFor, held_of, waiting_paper
from ecluse.office.desk.papers import records_of
from ecluse.office.desk.refs import on_file
from ecluse.office.desk.registry import Desk, Done, all_actions, may
from ecluse.office.desk.tell import take
from ecluse.office.desk.today import is_demonstration
from ecluse.office.models import Tranche
from ecluse.office.registers import Order, Release

# A device's clock may run ahead by so much; a handover older than keys are kept could no longer be told from a new one.
AHEAD, OLDEST = timedelta(minutes=5), timedelta(days=30)
NAMED_SERIALS, MOST_PHOTOS = 5, 10
OUTWARD = frozenset({Step.RELEASE, Step.DELIVERY})


@dataclass(frozen=True, slots=True)
class Captured:
    """What was taken down: under which id, by which clock, on which side, which lines were read, for whom?"""

    client: str
    centre: str
    side: Side
    tranche: str
    lines: tuple[str, ...]
    device_at: datetime
    sequence: int | None = None
    step: Step | None = None
    to_custodian: str = ""
    place_state: str = ""
    photos: tuple[str, ...] = ()
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why is it not taken: which field, a word of the catalogue (`capture.fault.…`), its facts?"""

    where: str
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class CaptureRefusedError(Exception):
    """A handover is not taken, for these reasons or on these grounds of a gate; nothing was written."""

    def __init__(self, refusals: Iterable[Refusal] = (), grounds: Iterable[Ground] = (), *, status: int = 409) -> None:
        self.refusals, self.grounds, self.status = tuple(refusals), tuple(grounds), status
        super().__init__("; ".join([f"{one.where}: {one.kind}" for one in self.refusals] or ["held"]))


def take_capture(
    desk: Desk, captured: Captured, blocks: Sequence[SerialBlock] = (), *, by: Callable[..., Done] = take
) -> Capture:
    """Is the centre's side of this handover signed now? Raises CaptureRefusedError with every reason, KeyError for a
    centre that is not the person's own, ForbiddenError where its officer may not sign.

    `blocks` are those on file, where they were read for many handovers at once; `by` takes the action.
    """
    centre = desk.session.newest(captured.centre, Centre)
    if centre is None or centre.operator != desk.body:
        raise KeyError(captured.centre)
    order = _order(desk, captured)
    _refuse(list(_clock_faults(desk, captured)) or list(_turn_faults(desk, order, captured)))
    name = "custody.hand_over" if captured.side is Side.TAKER else "custody.offer"
    action = all_actions()[name]
    if not may(desk, action, captured.tranche):
        raise ForbiddenError(f"{desk.person} may not do {name} for {desk.body}")
    paper = _paper(desk, captured.tranche) if captured.side is Side.TAKER else None
    ranges = taken_over(paper) if paper else held_of(desk, captured.tranche)
    read = _count(captured, ranges, blocks or on_file(SerialBlock))
    form: Any = SignFor(received=True)
    if paper is None:
        form = Offer(captured.step or Step.RELEASE, captured.to_custodian, captured.place_state)
    elif captured.signature:
        body = signature_bytes(seal(paper).digest, captured.signature)
        bring_signatures(desk.session, "signature", body, actor=desk.body, on=desk.on)
    done = by(desk, action, captured.tranche, form)
    if isinstance(done.verdict, Held):
        raise CaptureRefusedError(grounds=done.verdict.grounds)
    made = paper or _paper(desk, captured.tranche)
    assert made is not None  # it was just offered
    return _kept(desk, order, captured, made, count(read))


def _kept(desk: Desk, order: Order, captured: Captured, manifest: Manifest, units: int) -> Capture:
    number = 1 + len(desk.session.of(captured.tranche, Capture))
    capture = Capture(
        f"capture:{captured.tranche}/{number}", captured.client, captured.centre, captured.tranche, manifest.id,
        captured.side, desk.body, units, captured.device_at, captured.photos, desk.on,
    )  # fmt: skip
    act.keep_capture(desk.session, order.id, capture, log=desk.log_of(order))
    return capture


def _refuse(refusals: list[Refusal], status: int = 409) -> None:
    if refusals:
        raise CaptureRefusedError(refusals, status=status)


def _order(desk: Desk, captured: Captured) -> Order:
    """Which order of this centre's is it? One that is another's is told of as one that is not there."""
    found = desk.session.newest(captured.tranche.rpartition("/")[0], Order)
    row = desk.session.row(Tranche, captured.tranche, captured.tranche)
    if found is None or row is None or found.centre != captured.centre:
        facts = {"tranche": captured.tranche, "centre": captured.centre}
        raise CaptureRefusedError([Refusal("tranche", "not_of_centre", facts)], status=404)
    return found


def _paper(desk: Desk, tranche: str) -> Manifest | None:
    """Which handover's paper waits for a second signature? A tranche has one at most."""
    paper = waiting_paper(desk, tranche)
    return next((one for one in records_of(paper) if isinstance(one, Manifest)), None) if paper else None


# ------------------------------------------------------------------ when


def _clock_faults(desk: Desk, captured: Captured) -> Iterator[Refusal]:
    # A demonstration's clock stands still: there a device's instant is compared with the machine's own clock alone.
    last = None if is_demonstration() else _before(desk, captured)
    yield from clock_faults(captured.device_at, ServiceSource().now(), last)


def clock_faults(device_at: datetime, now: datetime, last: datetime | None) -> Iterator[Refusal]:
    """Can this be when it happened: not ahead of now, not too long ago, and not before what came before it?"""
    if device_at > now + AHEAD:
        yield Refusal("device_at", "from_the_future", {"at": device_at, "now": now})
    elif device_at < now - OLDEST:
        yield Refusal("device_at", "too_old", {"at": device_at, "days": OLDEST.days})
    elif last is not None and device_at < last - AHEAD:
        yield Refusal("device_at", "before_the_last", {"at": device_at, "last": last})


def _before(desk: Desk, captured: Captured) -> datetime | None:
    """Which instant cannot come after this handover: when the other side sent the goods, or when the last one was?"""
    paper = _paper(desk, captured.tranche)
    if captured.side is Side.TAKER and paper is not None:
        return paper.sent_at
    manifests = desk.session.of(captured.tranche, Manifest)
    return (manifests[-1].received_at or manifests[-1].sent_at) if manifests else None


# ------------------------------------------------------------------ whose turn


def _turn_faults(desk: Desk, order: Order, captured: Captured) -> Iterator[Refusal]:
    """Was it taken down before, is it out of order, or not this side's turn?"""
    tranche, due = captured.tranche, desk.sequence(captured.tranche)
    known = next((one for one in desk.session.of(tranche, Capture) if one.client == captured.client), None)
    if known is not None:
        yield Refusal("client", "taken_before", {"manifest": known.manifest})
    elif captured.sequence is not None and captured.sequence < due:
        yield Refusal("sequence", "on_file", {"number": captured.sequence, "tranche": tranche})
    elif captured.sequence is not None and captured.sequence > due:
        yield Refusal("sequence", "out_of_order", {"number": captured.sequence, "due": due, "tranche": tranche})
    elif captured.side is Side.TAKER:
        yield from _taker_faults(desk, order, captured)
    else:
        yield from _giver_faults(desk, order, captured)


def _taker_faults(desk: Desk, order: Order, captured: Captured) -> Iterator[Refusal]:
    paper = waiting_paper(desk, captured.tranche)
    if paper is None or paper.waits_for != desk.body:
        holder = holder_of(desk.session, order, captured.tranche)
        kind = "is_here" if holder == desk.body else "no_paper"
        yield Refusal("tranche", kind, {"tranche": captured.tranche, "holder": holder})


def _giver_faults(desk: Desk, order: Order, captured: Captured) -> Iterator[Refusal]:
    tranche, paper = captured.tranche, waiting_paper(desk, captured.tranche)
    holder = holder_of(desk.session, order, tranche)
    if captured.signature is not None:
        yield Refusal("signature", "signature_of_giver")
    if holder != desk.body:
        yield Refusal("tranche", "not_held", {"tranche": tranche, "holder": holder})
    elif paper is not None:
        yield Refusal("tranche", "offered", {"tranche": tranche, "other": paper.waits_for})
    elif captured.step is None:
        yield Refusal("step", "no_step")
    elif captured.step in OUTWARD and not desk.session.of(tranche, Release):
        yield Refusal("step", "not_released", {"tranche": tranche})
    elif captured.step in OUTWARD and not desk.is_open(tranche):
        yield Refusal("tranche", "held", {"tranche": tranche})
    elif captured.to_custodian == desk.body or captured.to_custodian not in bodies_of(desk.session, order):
        yield Refusal("to_custodian", "not_of_order", {"other": captured.to_custodian or "–", "tranche": tranche})


# ------------------------------------------------------------------ which units


def _count(captured: Captured, ranges: Ranges, blocks: Sequence[SerialBlock]) -> Ranges:
    """Which units were read? Raises CaptureRefusedError unless they are exactly these."""
    read = read_scanned(captured.lines, Blocks(blocks))
    _refuse([_doubted(one) for one in read.doubts], status=422)
    by_id = {block.id: block for block in blocks}
    beyond, left_out = difference(read.ranges, ranges), difference(ranges, read.ranges)
    faults = []
    if beyond:
        faults.append(Refusal("serials", "not_on_paper", _some(beyond, by_id)))
    if left_out:
        # How many, and not which: whoever counts is not told what to find.
        facts = {"units": count(left_out), "read": count(read.ranges), "due": count(ranges)}
        faults.append(Refusal("serials", "left_out", facts))
    _refuse(faults, status=422)
    return read.ranges


def _doubted(doubt: Doubt) -> Refusal:
    return Refusal(f"serials.{doubt.line}", doubt.kind, {**doubt.facts, "place": doubt.line})


def _some(ranges: Ranges, blocks: Mapping[str, SerialBlock]) -> dict[str, Any]:
    """The first few of these numbers as they are written, and how many there are."""
    numbers = ((run.block, number) for run in normal(ranges) for number in range(run.first, run.last + 1))
    first = [serial_text(blocks[block].prefix, number) for block, number in islice(numbers, NAMED_SERIALS)]
    return {"units": count(ranges), "serials": ", ".join(first)}
