"""How did every number of a serial block end: made, void or unused; and which numbers are still open?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ecluse.custody.ranges import Ranges, count, difference, overlap, union
from ecluse.custody.terms import Fate, Marking, SerialBlock, SerialRange


@dataclass(frozen=True, slots=True)
class BlockAccount:
    """The numbers of one block by their end. `disputed` bear more than one end; `foreign` lie outside the block."""

    block: str
    made: Ranges
    void: Ranges
    unused: Ranges
    open: Ranges
    disputed: Ranges
    foreign: Ranges

    def is_closed(self) -> bool:
        """Has every number exactly one end, and none outside?"""
        return not (self.open or self.disputed or self.foreign)


def whole(block: SerialBlock) -> SerialRange:
    """Which numbers were committed?

    >>> from datetime import date
    >>> whole(SerialBlock("B", "L", "M", "UA", 101, 50, date(2026, 1, 5), False))
    SerialRange(block='B', first=101, last=150)
    """
    return SerialRange(block.id, block.first, block.first + block.count - 1)


def account_of(block: SerialBlock, markings: Iterable[Marking]) -> BlockAccount:
    """How did the numbers of this block end, by these markings?"""
    own = [marking for marking in markings if marking.block == block.id]
    committed = (whole(block),)
    named = {fate: union(m.range for m in own if m.fate is fate) for fate in Fate}
    made, void, unused = named[Fate.MADE], named[Fate.VOID], named[Fate.UNUSED]
    ended = union(made, void, unused)
    return BlockAccount(
        block.id,
        made=overlap(made, committed),
        void=overlap(void, committed),
        unused=overlap(unused, committed),
        open=difference(committed, ended),
        disputed=union(overlap(made, void), overlap(made, unused), overlap(void, unused)),
        foreign=difference(ended, committed),
    )


def units_by_end(account: BlockAccount) -> dict[str, int]:
    """How many numbers ended in each way?"""
    ends = {"made": account.made, "void": account.void, "unused": account.unused, "open": account.open}
    return {end: count(numbers) for end, numbers in ends.items()}
