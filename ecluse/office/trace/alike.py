"""Which serial numbers might somebody have meant? Suggestions for a reading that names none; never a confirmation."""

from __future__ import annotations

from collections.abc import Iterable

from ecluse.custody.terms import SerialBlock
from ecluse.custody.tracing.index import SerialIndex, run_of

SUGGESTIONS_LIMIT = 5


def suggestions(reading: str, blocks: Iterable[SerialBlock]) -> list[str]:
    """Which numbers of these blocks look like this reading, or differ from it by one slip? The likeliest first.

    >>> block = SerialBlock("block:1", "line:1", "model:1", "UA-FPV-", 400, 50, None, False)
    >>> suggestions("ua fpv 000417 m", [block])
    ['UA-FPV-000417M']
    """
    found = SerialIndex(run_of(block) for block in blocks).candidates(reading, SUGGESTIONS_LIMIT + 1)
    return [one.serial for one in found if one.serial != reading][:SUGGESTIONS_LIMIT]
