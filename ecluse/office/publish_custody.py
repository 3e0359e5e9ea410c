"""What may a stranger know of units, centres and lines? Totals, public lives, and that blocks stood before markings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ecluse.custody.chain import by_sequence, holdings, taken_over
from ecluse.custody.life import state_on
from ecluse.custody.measures import measure
from ecluse.custody.ranges import Ranges, count, difference, overlap, union
from ecluse.custody.terms import (
    Centre,
    DeliveryVerification,
    Fate,
    LifeEvent,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Step,
)
from ecluse.office.publish_reading import Placed, Reading, by
from ecluse.office.registers import DeliveryMade, Order, Packing, Release

DAYS_TO_DELIVER = 60


def custody(reading: Reading) -> dict[str, Any]:
    """Which totals and lives of custody are public?"""
    return {
        "numbers": _numbers(reading),
        "blocks": _blocks(reading),
        "units": _units(reading),
        "overdue": _overdue(reading),
        "overrides": {"count": 0, "of_entries": sum(reading.sizes.values())},
        "centres": _centres(reading),
        "lines": _lines(reading),
    }


def _numbers(reading: Reading) -> dict[str, int]:
    """How did the numbers of all committed blocks end? What is neither made, void nor unused is still open."""
    blocks = {block.id: block for block in reading.values(SerialBlock)}
    runs: dict[Fate, list[SerialRange]] = {fate: [] for fate in Fate}
    for marking in reading.values(Marking):
        block = blocks.get(marking.block)
        if block:
            whole = SerialRange(block.id, block.first, block.first + block.count - 1)
            runs[marking.fate] += overlap([marking.range], [whole])
    committed = sum(block.count for block in blocks.values())
    found, taken = {}, ()
    for fate in Fate:  # a number that was marked twice counts once, as it was first in this order
        mine = difference(runs[fate], taken)
        found[fate.value], taken = count(mine), union(taken, mine)
    return {"committed": committed, **found, "open": committed - count(taken)}


def _blocks(reading: Reading) -> list[dict[str, Any]]:
    """Where does each block stand, and where its markings?"""
    markings = by(reading.placed(Marking), lambda record: record.subject)
    return [
        {**record.place(), "markings": [marking.place() for marking in markings.get(record.subject, [])]}
        for record in reading.placed(SerialBlock)
    ]


def _units(reading: Reading) -> dict[str, int]:
    """Where are the released units that are traced by number? Each counts once: delivered before returned before lost."""
    orders = {order.id: order for order in reading.values(Order)}
    packed = by(_own(reading.placed(Packing)), lambda p: p.tranche)
    manifests = by(reading.values(Manifest), lambda m: m.tranche)
    losses = by(reading.values(Loss), lambda loss: loss.tranche)
    total: Counter[str] = Counter()
    for release in _own(reading.placed(Release)):
        ranges = union(SerialRange(p.block, p.first, p.last) for p in packed.get(release.tranche, []))
        lost = union(*(loss.ranges for loss in losses.get(release.tranche, [])))
        end_user = orders[release.order].end_user
        where = _where(ranges, by_sequence(manifests.get(release.tranche, [])), end_user, lost)
        is_late = release.on + timedelta(DAYS_TO_DELIVER) < reading.as_of
        arrived = any(m.step is Step.DELIVERY and m.received_at for m in manifests.get(release.tranche, []))
        where["unaccounted" if arrived or is_late else "in_transit"] = where.pop("elsewhere")
        total.update(where)
        total["released"] += count(ranges)
    names = ("released", "delivered", "returned", "lost", "in_transit", "unaccounted")
    return {name: total[name] for name in names}


def _own(records: Iterable[Placed]) -> list[Any]:
    """Records that stand with their tranche; their copies with a block, a line or a host licence are left out."""
    return [record.value for record in records if record.subject == record.value.tranche]


def _where(ranges: Ranges, manifests: Iterable[Manifest], end_user: str, lost: Ranges) -> dict[str, int]:
    ordered = tuple(manifests)
    origin = ordered[0].from_custodian if ordered else ""
    held = holdings(ordered, origin, ranges)
    delivered = overlap(held.get(end_user, ()) if end_user != origin else (), ranges)
    back = union(*(
        taken_over(m) if m.step in (Step.RETURN, Step.RECALL) else union(m.rejected)
        for m in ordered if m.received_at
    ))  # fmt: skip
    returned = difference(overlap(overlap(held.get(origin, ()), back), ranges), delivered)
    gone = difference(overlap(lost, ranges), union(delivered, returned))
    rest = difference(ranges, union(delivered, returned, gone))
    return {
        "delivered": count(delivered), "returned": count(returned), "lost": count(gone), "elsewhere": count(rest),
    }


def _overdue(reading: Reading) -> dict[str, int]:
    """How many handovers lack their receiver's signature after the term, and how many deliveries their verification?"""
    as_of = reading.as_of
    to_sign = timedelta(measure(reading.law, as_of, "receipt_days"))
    to_verify = timedelta(measure(reading.law, as_of, "verification_days"))
    verified = {verification.tranche for verification in reading.values(DeliveryVerification)}
    receipts = sum(m.received_at is None and m.sent_at.date() + to_sign < as_of for m in reading.values(Manifest))
    deliveries = {made.tranche: made for made in reading.values(DeliveryMade)}
    late = sum(made.on + to_verify < as_of and tranche not in verified for tranche, made in deliveries.items())
    return {"receipts": receipts, "verifications": late}


def _lives(reading: Reading) -> dict[str, list[LifeEvent]]:
    return by(reading.values(LifeEvent), lambda event: event.subject)


def _centres(reading: Reading) -> list[dict[str, Any]]:
    """Which centres are there, in which host state, with which roles and life? Who runs them is not said."""
    lives = _lives(reading)
    found = []
    for centre in sorted(reading.values(Centre), key=lambda centre: centre.id):
        life = [{"state": event.state.value, "day": event.on.isoformat()} for event in lives.get(centre.id, [])]
        roles = [role.value for role in centre.roles]
        found.append({"id": centre.id, "host": centre.host, "roles": roles, "life": life})
    return found


def _lines(reading: Reading) -> list[dict[str, Any]]:
    """How many lines stand in each host state, by state of life?"""
    lives = _lives(reading)
    by_host: dict[str, Counter[str]] = {}
    for line in reading.values(Line):
        state = state_on(lives.get(line.id, []), reading.as_of)
        by_host.setdefault(line.host, Counter())[state.value if state else "registered"] += 1
    return [{"host": host, "lines": dict(sorted(by_host[host].items()))} for host in sorted(by_host)]


