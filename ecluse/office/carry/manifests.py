"""What does a handover's paper say, and who signs it? Whatever its parties do differently included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.signing import Signature
from ecluse.custody.ranges import difference
from ecluse.custody.terms import Loss, Manifest, SerialRange
from ecluse.custody.terms import Step as Handover
from ecluse.office.actions import custody as act
from ecluse.office.carry.clock import at_noon
from ecluse.office.facts.custody import packed_ranges
from ecluse.office.registers import Order

if TYPE_CHECKING:
    from ecluse.office.carry.stage import Stage


def order_of(tranche: str) -> str:
    """To which order does this tranche belong?"""
    return tranche.rsplit("/", 1)[0]


def manifest_of(
    stage: Stage, tranche: str, sequence: int, step: Handover, sides: tuple[str, str], state: str,
    days: tuple[date, date], units: int | None = None,
) -> Manifest:  # fmt: skip
    """The manifest of one handover, with whatever its parties do differently."""
    order = stage.order(order_of(tranche))
    does = stage.conduct(order.id).get(("handover", str(sequence)), "")
    before = stage.session.of(tranche, Manifest)
    ranges = (
        list(difference(before[-1].ranges, (*before[-1].short, *before[-1].rejected)))
        if before
        else list(packed_ranges(stage.session, tranche))
    )
    lost = [run for record in stage.session.of(tranche, Loss) for run in record.ranges]
    lost += stage.unreported(tranche, step)
    ranges = list(difference(ranges, lost))
    if units is not None:
        ranges = first_units(ranges, units)
    giver, taker = sides
    if does.startswith("gap:"):
        giver = does.split(":", 1)[1]
    if does == "range_shift":
        ranges = [replace(run, first=run.first + 1, last=run.last + 1) for run in ranges]
    short = tuple(first_units(ranges[::-1], int(does.split(":")[1]))) if does.startswith("short:") else ()
    rejected = tuple(first_units(ranges[::-1], int(does.split(":")[1]))) if does.startswith("rejected:") else ()
    sent = at_noon(days[0], 8 + sequence)
    if does == "overlap" and before and before[-1].received_at:
        sent = before[-1].received_at - timedelta(hours=30)
    authority = "authority:ssecu" if state == stage.world.home else f"authority:{state.lower()}"
    return Manifest(
        f"manifest:{tranche}/{sequence}", tranche, sequence, step, giver, taker, state, authority, tuple(ranges),
        sum(run.units() for run in ranges), short, rejected, sent, at_noon(days[1], 9 + sequence),
    )  # fmt: skip


def first_units(ranges: list[SerialRange], units: int) -> list[SerialRange]:
    found: list[SerialRange] = []
    for run in ranges:
        count = min(units, run.units())
        if count > 0:
            found.append(SerialRange(run.block, run.first, run.first + count - 1))
        units -= count
    return found


def hand_over(stage: Stage, order: Order, manifest: Manifest) -> None:
    does = stage.conduct(order.id).get(("handover", str(manifest.sequence)), "")
    on = manifest.received_at.date() if manifest.received_at else manifest.sent_at.date()
    sides = (("unsigned_from", manifest.from_custodian), ("unsigned_to", manifest.to_custodian))
    signatures: list[Signature] = [stage.sign(owner, manifest, on) for side, owner in sides if side != does]
    act.hand_over(stage.session, order.id, manifest, signatures, end_user=order.end_user, log=stage.log_of(order))


def last_units(stage: Stage, tranche: str, units: int) -> list[SerialRange]:
    """The last so many numbers of the tranche."""
    found: list[SerialRange] = []
    for run in reversed(packed_ranges(stage.session, tranche)):
        count = min(units, run.units())
        if count:
            found.append(SerialRange(run.block, run.last - count + 1, run.last))
        units -= count
    return found
