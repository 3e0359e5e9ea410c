"""Which of our handovers crossed a border, as the other side's register would tell it?"""

from __future__ import annotations

from collections.abc import Iterator

from ecluse.base.sealed import VERSIONS
from ecluse.custody.terms import Manifest, Step
from ecluse.edge.reconcile import Kind, Movement
from ecluse.licence.terms import Licence
from ecluse.office.models import Record
from ecluse.office.on_file import kept, records

# Goods leave a state when they are sent off under a release; they are in the buyer's state once delivery is signed.
STEPS = {Kind.CUSTOMS_EXITS: Step.RELEASE, Kind.IMPORT_REPORTS: Step.DELIVERY}


def movements(kind: Kind) -> Iterator[Movement]:
    """Which licensed movements are on record? Exits by the day sent, imports by the day signed for."""
    licences: dict[str, str] = {}
    for one in records(Licence):
        licences[one.value.tranche] = one.value.number
        licences.setdefault(one.value.order, one.value.number)
    for row in kept(Record.objects.filter(v=VERSIONS[Manifest])):
        manifest: Manifest = row.value
        if manifest.step is not STEPS[kind] or row.subject != manifest.tranche:
            continue
        number = licences.get(manifest.tranche) or licences.get(manifest.tranche.rpartition("/")[0])
        at = manifest.sent_at if kind is Kind.CUSTOMS_EXITS else manifest.received_at
        if number is not None and at is not None:
            yield Movement(number, manifest.place_state, at.date(), manifest.units, manifest.id)
