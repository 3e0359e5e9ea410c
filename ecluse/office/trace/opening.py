"""Was this unit abroad before the office began? What its opening balance states, which nobody proved here."""

from __future__ import annotations

from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import VERSIONS, unseal_as
from ecluse.office.models import Record
from ecluse.office.opening.records import OpeningUnits


def opening_run(serial: str) -> tuple[Record, OpeningUnits] | None:
    """Which opening balance holds the unit with this serial number, as it was marked? None when none does.

    Raises EvidenceError where the record was altered.
    """
    for row in Record.objects.filter(v=VERSIONS[OpeningUnits]).order_by("rid"):
        body = bytes(row.body)
        if digest(body) != row.digest:
            raise EvidenceError(f"{row.rid} was altered after it was sealed: run ecluse audit")
        run = unseal_as(OpeningUnits, body)
        number = serial.removeprefix(run.prefix) if serial.startswith(run.prefix) else ""
        is_number = number.isascii() and number.isdigit() and len(number) == run.digits
        if is_number and run.first <= int(number) <= run.last:
            return row, run
    return None


def opening_told(serial: str) -> dict[str, Any] | None:
    """What is stated of this unit, with the grade of the statement? None where no opening balance holds it."""
    found = opening_run(serial)
    if found is None:
        return None
    row, run = found
    return {
        "record": run.id, "digest": row.digest, "model": run.model, "custodian": run.custodian,
        "authority": run.authority, "place": run.place, "as_of": run.as_of.isoformat(), "document": run.document,
        "grade": run.grade, "log": row.log, "index": row.index,
    }  # fmt: skip
