"""Which serial numbers has this office on record, to be found by what they look like?"""

from __future__ import annotations

import threading

from django.db import connection

from ecluse.base.sealed import VERSIONS, unseal_as
from ecluse.custody.terms import SerialBlock
from ecluse.custody.tracing.index import Run, SerialIndex, run_of
from ecluse.office.models import Record
from ecluse.office.on_file import records
from ecluse.office.opening.records import OpeningUnits

INDEXES_KEPT = 2
_KEPT: dict[tuple[str, str, str], SerialIndex] = {}
_LOCK = threading.Lock()


def index_on_record() -> SerialIndex:
    """Which numbers are committed or taken over? Built anew only when a block or an opening balance was added."""
    blocks = records(SerialBlock)
    stated = list(Record.objects.filter(v=VERSIONS[OpeningUnits]).order_by("rid").values_list("digest", "body"))
    state = (
        str(connection.settings_dict["NAME"]), f"{len(blocks)} {max((b.digest for b in blocks), default='')}",
        " ".join(digest for digest, _ in stated),
    )  # fmt: skip
    with _LOCK:
        if state not in _KEPT:
            units = [unseal_as(OpeningUnits, bytes(body)) for _, body in stated]
            runs = [run_of(block.value) for block in blocks]
            runs += [Run(run.prefix, run.first, run.last, run.digits, has_check=False) for run in units]
            while len(_KEPT) >= INDEXES_KEPT:
                del _KEPT[next(iter(_KEPT))]
            _KEPT[state] = SerialIndex(runs)
        return _KEPT[state]
