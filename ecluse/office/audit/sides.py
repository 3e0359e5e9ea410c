"""Is this database the low side of two, and what came to it from the high side? Read from the records alone."""

from __future__ import annotations

from ecluse.office.audit.reading import Reading
from ecluse.office.registers import Carriage

FROM_HIGH = "side:high"


def is_low(reading: Reading) -> bool:
    """Was this database founded as the low side, or did it ever take a carriage in?"""
    return reading.settings.get("side") == "low" or bool(reading.about(FROM_HIGH, Carriage))


def carried(reading: Reading) -> frozenset[str]:
    """Which records, by digest, came in a carriage from the high side?"""
    found: frozenset[str] | None = reading.kept("carried")
    if found is None:
        digests = [digest for row in reading.about(FROM_HIGH, Carriage) for digest in row.value.records]
        found = reading.keep("carried", frozenset(digests))
    return found
