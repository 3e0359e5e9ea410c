"""May many handovers that a centre took down be signed at once? Each judged as it would be alone; all of them, or none.

One transaction: a lorry's papers become durable together, what all of them are judged by is read once, and whoever is
concerned is told once an order. Nothing that one handover is asked is left out: clock, turn, count, permission, host's
witness, the other side's signature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from ecluse.base.errors import ForbiddenError
from ecluse.custody.terms import Capture, SerialBlock
from ecluse.office.actions.signatures import SignaturesRefusedError
from ecluse.office.desk.capture import Captured, CaptureRefusedError, Refusal, take_capture
from ecluse.office.desk.refs import on_file
from ecluse.office.desk.registry import Desk
from ecluse.office.desk.tell import Together

MOST_HANDOVERS = 256
Refused = CaptureRefusedError | SignaturesRefusedError | ForbiddenError


class BatchRefusedError(Exception):
    """A batch is not taken: for each handover that is refused, its place (from 0) and why; nothing was written."""

    def __init__(self, refused: Sequence[tuple[int, Refused]]) -> None:
        self.refused = tuple(refused)
        super().__init__("; ".join(f"{place}: {error}" for place, error in self.refused))


def take_captures(sit: Callable[[], Desk], captured: Sequence[Captured]) -> list[Capture]:
    """Are all of these signed now, in their order? Raises BatchRefusedError with every handover that is refused.

    `sit` gives the desk anew for each: a handover is judged by what the ones before it left on record.
    """
    blocks, told, refused, taken = on_file(SerialBlock), Together(), [], []
    with transaction.atomic():
        for place, one in enumerate(captured):
            try:
                with transaction.atomic():
                    taken.append(take_capture(sit(), _alone(one, captured[:place]), blocks, by=told.take))
            except (CaptureRefusedError, SignaturesRefusedError, ForbiddenError) as error:
                refused.append((place, error))
        if refused:
            raise BatchRefusedError(refused)
        told.tell(sit)
    return taken


def _alone(one: Captured, before: Sequence[Captured]) -> Captured:
    """The handover itself; raises CaptureRefusedError where its id stands in the batch before."""
    if any(one.client == other.client for other in before):
        raise CaptureRefusedError([Refusal("client", "twice_in_batch", {"client": one.client})], status=422)
    return one
