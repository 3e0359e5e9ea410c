"""What may a stranger know of units, centres and lines? Totals, public lives, and that blocks stood before markings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ecluse.custody.life import state_on
from ecluse.custody.measures import measure
from ecluse.custody.ranges import Ranges, count, difference, overlap, union
from ecluse.custody.terms import (
    Centre,
    CustodyStage,
    DeliveryVerification,
    Fate,
    LifeEvent,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
)
from ecluse.edge.public_audit_goods import ENDS
from ecluse.office.audit.p5_chain import whereabouts
from ecluse.office.opening.records import OpeningLicence, OpeningReceipt, OpeningReceivable, OpeningUnits
from ecluse.office.publish.after import post_checks, verified
from ecluse.office.publish.hearings import Heard
from ecluse.office.publish.reading import Placed, Reading, by
from ecluse.office.publish.witnesses import overrides
from ecluse.office.registers import DeliveryMade, Order, Packing, Release
from ecluse.office.trace.figures import tracing

DAYS_TO_DELIVER = 60


def custody(reading: Reading, hearings: Iterable[Heard]) -> dict[str, Any]:
    """Which totals and lives of custody are public?"""
    units = _units(reading, hearings)
    return {
        "numbers": _numbers(reading),
        "blocks": _blocks(reading),
        "units": units,
        "tracing": tracing(reading, units["released"]),
        "overdue": _overdue(reading),
        "overrides": overrides(reading),
        "centres": _centres(reading),
        "lines": _lines(reading),
        "verified": verified(reading),
        "post_checks": post_checks(reading),
        "taken_over": _taken_over(reading),
    }


def _taken_over(reading: Reading) -> dict[str, int]:
    """How many balances did the office take over when it began? Stated on paper, proved nowhere, counted apart."""
    kinds = {"licences": OpeningLicence, "units": OpeningUnits, "receivables": OpeningReceivable,
             "receipts": OpeningReceipt}  # fmt: skip
    return {name: len(list(reading.values(cls))) for name, cls in kinds.items()}


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
    found: dict[str, int] = {}
    taken: Ranges = ()
    for fate in Fate:  # a number that was marked twice counts once, as it was first in this order
        mine = difference(runs[fate], taken)
        found[fate.value] = count(mine)
        taken = union(taken, mine)
    return {"committed": committed, **found, "open": committed - count(taken)}


def _blocks(reading: Reading) -> list[dict[str, Any]]:
    """Where does each block stand, and where its markings?"""
    markings = by(reading.placed(Marking), lambda record: record.subject)
    return [
        {**record.place(), "markings": [marking.place() for marking in markings.get(record.subject, [])]}
        for record in reading.placed(SerialBlock)
    ]


def _units(reading: Reading, hearings: Iterable[Heard]) -> dict[str, int]:
    """Where are the released units that are traced by number? Each counts once.

    `astray` ones were signed for by another than the end user, `exchanged` ones left as other numbers than were packed.
    """
    orders = {order.id: order for order in reading.values(Order)}
    packed = by(_own(reading.placed(Packing)), lambda packing: packing.tranche)
    manifests = by(reading.values(Manifest), lambda manifest: manifest.tranche)
    losses = by(reading.values(Loss), lambda loss: loss.tranche)
    closed = {item.tranche for item in hearings if item.asks == CustodyStage.DELIVERY.value}
    total: Counter[str] = Counter()
    for release in _own(reading.placed(Release)):
        own = manifests.get(release.tranche, [])
        runs = union(SerialRange(p.block, p.first, p.last) for p in packed.get(release.tranche, []))
        where = whereabouts(own, runs, losses.get(release.tranche, []), orders[release.order].end_user)
        left = count(difference(runs, union(*where.values())))
        is_over = release.tranche in closed or release.on + timedelta(DAYS_TO_DELIVER) < reading.as_of
        foreign = count(difference(union(*(manifest.ranges for manifest in own)), runs))
        name = "in_transit" if not is_over else "exchanged" if left and foreign == left else "unaccounted"
        total.update({place: count(numbers) for place, numbers in where.items()})
        total.update({name: left, "released": count(runs)})
    return {name: total[name] for name in ("released", *ENDS)}


def _own(records: Iterable[Placed]) -> list[Any]:
    """Records that stand with their tranche; their copies with a block, a line or a host licence are left out."""
    return [record.value for record in records if record.subject == record.value.tranche]


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
