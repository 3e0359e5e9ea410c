"""Which of all serial numbers on record might a reading mean? An index built once, asked by exact look-ups alone.

Numbers stand in runs: a prefix, so many digits, from first to last, with a check character or without. A reading's
shape and all that is one slip away from it are looked up; `likeness` then says how near each number found really is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ecluse.custody.serials import DIGITS, serial_text
from ecluse.custody.terms import SerialBlock
from ecluse.custody.tracing.likeness import LEFT_OUT, Candidate, Plain, candidate, plain, shape

CANDIDATES_LIMIT = 10
# How many numbers found by one reading are compared with it? A reading without its prefix may fit every block.
COMPARED_LIMIT = 2000
# Shapes of what may stand on a plate: one sign for those that look alike.
SIGNS = "".join(sorted(set(shape("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"))))


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers in a row under one prefix; `has_check` where a check character follows the digits."""

    prefix: str
    first: int
    last: int
    digits: int = DIGITS
    has_check: bool = True


def run_of(block: SerialBlock) -> Run:
    """Which run of numbers is this block?"""
    return Run(block.prefix, block.first, block.first + block.count - 1)


@dataclass(slots=True)
class Group:
    """All runs of one prefix and one way of writing, in the order of their numbers."""

    prefix: str
    digits: int
    has_check: bool
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)

    def holds(self, number: int) -> bool:
        """Is this number in one of the runs?"""
        place = bisect_right(self.firsts, number) - 1
        return place >= 0 and number <= self.lasts[place]

    def text(self, number: int) -> str:
        """How is this number written?"""
        return serial_text(self.prefix, number) if self.has_check else f"{self.prefix}{number:0{self.digits}d}"


class SerialIndex:
    """The numbers of these runs, found by what they look like."""

    def __init__(self, runs: Iterable[Run]) -> None:
        groups: dict[tuple[str, int, bool], Group] = {}
        for run in sorted(runs, key=lambda run: (run.prefix, run.digits, run.has_check, run.first, run.last)):
            group = groups.setdefault(
                (run.prefix, run.digits, run.has_check), Group(run.prefix, run.digits, run.has_check)
            )
            if group.lasts and run.first <= group.lasts[-1] + 1:
                group.lasts[-1] = max(group.lasts[-1], run.last)
            else:
                group.firsts.append(run.first)
                group.lasts.append(run.last)
        self._heads: dict[str, list[Group]] = defaultdict(list)
        self._ends: dict[str, list[Group]] = defaultdict(list)
        for group in groups.values():
            head = shape("".join(sign for sign in group.prefix if sign not in LEFT_OUT))
            self._heads[head].append(group)
            for place in range(1, len(head) + 1):
                self._ends[head[place:]].append(group)
        # How many characters follow the prefix: the digits, and the check character where there is one and it was read.
        self._tails = sorted({
            (group.digits, length) for group in groups.values()
            for length in (group.digits, group.digits + group.has_check)
        })  # fmt: skip
        self._groups = groups

    def has(self, serial: str) -> bool:
        """Is this very text a number on record?"""
        for digits, length in self._tails:
            prefix, number = serial[:-length], serial[-length:][:digits]
            group = self._groups.get((prefix, digits, length > digits))
            if group and _is_number(number) and group.holds(int(number)) and group.text(int(number)) == serial:
                return True
        return False

    def candidates(self, reading: str, limit: int = CANDIDATES_LIMIT) -> list[Candidate]:
        """Which numbers might this reading mean? The likeliest first; never a confirmation.

        >>> [one.serial for one in SerialIndex([Run("UA-FPV-", 400, 449)]).candidates("ua fpv 00O4l7")]
        ['UA-FPV-000417M']
        """
        read = plain(reading)
        found = [one for one in self._compared(read) if one is not None]
        return sorted(found, key=lambda one: (-one.score, one.serial))[:limit]

    def _compared(self, read: Plain) -> Iterator[Candidate | None]:
        seen: set[str] = set()
        for group, number in self._near(shape(read.text)):
            serial = group.text(number)
            if serial not in seen:
                seen.add(serial)
                yield candidate(read, serial, group.prefix, has_check=group.has_check)
            if len(seen) >= COMPARED_LIMIT:
                return

    def _near(self, looks: str) -> Iterator[tuple[Group, int]]:
        yield from self._at(looks, self._heads)
        yield from self._at(looks, self._ends)
        for near in one_slip(looks):
            yield from self._at(near, self._heads)

    def _at(self, looks: str, heads: dict[str, list[Group]]) -> Iterator[tuple[Group, int]]:
        """Which numbers have this shape, under the prefixes that stand here?"""
        for digits, length in self._tails:
            if len(looks) < length:
                continue
            groups, number = heads.get(looks[:-length]), looks[-length:][:digits]
            if groups and _is_number(number):
                for group in groups:
                    if group.digits == digits and group.holds(int(number)):
                        yield group, int(number)


def one_slip(looks: str) -> Iterator[str]:
    """What is one slip away from this shape: a character another one, left out or too many, or two exchanged?"""
    for place in range(len(looks)):
        head, tail = looks[:place], looks[place + 1 :]
        yield head + tail
        if tail:
            yield head + tail[0] + looks[place] + tail[1:]
        for sign in SIGNS:
            yield head + sign + tail
            yield head + sign + looks[place:]
    for sign in SIGNS:
        yield looks + sign


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
