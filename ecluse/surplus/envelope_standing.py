"""Which committed figures of a class stand before a certificate, and what do they come to, as points?

As `restated.py` and the office's facts have it of the figures themselves: of two that speak of the same thing the one
dated later counts, of one day's the one filed later; orders all count; what a maker attests counts once it is signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ecluse.base.days import Month
from ecluse.base.figure_line import Line
from ecluse.base.group import NEUTRAL, Point, add, sub
from ecluse.surplus.terms import Funder

Add = Callable[[Iterable[tuple[int, Point]]], Point]
Slot = tuple[str, ...]
# Which marks tell whether two lines speak of the same thing?
SAME: dict[str, tuple[str, ...]] = {
    "capacity": ("owner", "model"), "need": ("owner", "priority"), "absorption": ("owner", "first", "last"),
    "stock": ("owner", "model"),
}  # fmt: skip


def summed(terms: Iterable[tuple[int, Point]]) -> Point:
    """What is the sum of these points, each taken once with its sign? Raises ValueError for another multiple."""
    found = NEUTRAL
    for sign, point in terms:
        if sign not in (1, -1):
            raise ValueError(f"a point is added or taken away once, not {sign} times")
        found = add(found, point) if sign == 1 else sub(found, point)
    return found


@dataclass(slots=True)
class Filed:
    """The lines of a class in the order in which they were filed, and which of them their owner has signed so far."""

    lines: list[Line] = field(default_factory=list)
    signed: set[tuple[str, int, int]] = field(default_factory=set)
    version: int = 0

    def file(self, line: Line) -> None:
        """One more line stands in the log."""
        self.lines.append(line)
        self.version += 1

    def sign(self, line: Line) -> None:
        """The line's owner has signed it."""
        self.signed.add(line.place())
        self.version += 1

    def of(self, kind: str) -> list[Line]:
        """Which lines of this kind are filed?"""
        return [line for line in self.lines if line.kind == kind]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that stands: of which month (None: of a whole period), whose line, which point."""

    month: Month | None
    line: Line
    point: Point


class Standing:
    """The figures of one class as they stand at one moment, and their sums."""

    def __init__(self, filed: Filed, add: Add) -> None:
        self._filed, self.add = filed, add
        signed = [line for line in filed.of("capacity") if line.place() in filed.signed]
        self.capacity = _last_words(signed, "made ")
        self.orders = [one for line in filed.of("order") for one in _monthly(line, "due ")]
        self._sums: dict[tuple[str, ...], Point | None] = {}

    def unsigned(self, lines: Iterable[Line]) -> list[Line]:
        """Which of these lines has their owner not signed?"""
        return [line for line in lines if line.place() not in self._filed.signed]

    def needs(self) -> list[Figure]:
        """Which needs stand?"""
        return _last_words(self._filed.of("need"), "needed ")

    def limits(self) -> list[Line]:
        """Which limits of absorption stand?"""
        return _last_lines(self._filed.of("absorption"))

    def judged(self, first: Month, last: Month) -> Line | None:
        """What was judged last of this very period?"""
        span = str(first), str(last)
        found = [line for line in self._filed.of("judged") if (line.mark("first"), line.mark("last")) == span]
        return found[-1] if found else None

    def reserve(self, model: str) -> Line | None:
        """Which reserve of the model was filed last?"""
        found = [line for line in self._filed.of("reserve") if line.mark("model") == model]
        return found[-1] if found else None

    def stocks(self, opening: Month) -> list[Line]:
        """Which count of each owner's model opens the year? The last of those that do; where none does, of all."""
        counts = self._filed.of("stock")
        opens = [line for line in counts if opens_year(line, opening)]
        opened = {(line.mark("owner"), line.mark("model")) for line in opens}
        rest = [line for line in counts if (line.mark("owner"), line.mark("model")) not in opened]
        standing = {line.place() for line in (*_last_lines(opens), *_last_lines(rest))}
        return [line for line in counts if line.place() in standing]

    def months(self) -> set[Month]:
        """Of which months does any figure of capacity or orders speak?"""
        return {one.month for one in (*self.capacity, *self.orders) if one.month}

    def funded(self, funder: Funder) -> Point | None:
        """What do the orders that this funder pays come to?"""
        return self._sum(("funded", funder.value), lambda: [
            one.point for one in self.orders if one.line.mark("funder") == funder.value
        ])  # fmt: skip

    def all_capacity(self) -> Point | None:
        """What does the class's capacity come to?"""
        return self._sum(("capacity",), lambda: [one.point for one in self.capacity])

    def flow_until(self, months: Sequence[Month], last: Month, model: str = "", maker: str = "") -> Point | None:
        """What do capacity less orders come to, up to and with this month? Of the class, or of one maker's model."""
        kept = ("flow", str(last), model, maker)
        if kept not in self._sums:
            before = self.flow_until(months, months[months.index(last) - 1], model, maker) if last > months[0] else None
            own = [(1, one.point) for one in self.capacity if one.month == last and _is_of(one.line, model, maker)]
            own += [(-1, one.point) for one in self.orders if one.month == last and _is_of(one.line, model)]
            terms = [*([(1, before)] if before else []), *own]
            self._sums[kept] = self.add(terms) if terms else None
        return self._sums[kept]

    def _sum(self, kept: tuple[str, ...], points: Callable[[], list[Point]]) -> Point | None:
        if kept not in self._sums:
            found = points()
            self._sums[kept] = self.add([(1, point) for point in found]) if found else None
        return self._sums[kept]


def opens_year(count: Line, opening: Month) -> bool:
    """Was the stock counted in the year's first month or the one before?"""
    counted = Month.of(date.fromisoformat(count.mark("counted_on")))
    return opening in (counted, counted.next())


def month_of(name: str, prefix: str) -> Month:
    """Of which month is this figure? Raises ValueError."""
    return Month.parse(name.removeprefix(prefix))


def _is_of(line: Line, model: str, maker: str = "") -> bool:
    return (not model or line.mark("model") == model) and (not maker or line.mark("owner") == maker)


def _monthly(line: Line, prefix: str) -> list[Figure]:
    return [Figure(month_of(name, prefix), line, point) for name, point in line.points if name.startswith(prefix)]


def _last_words(lines: Sequence[Line], prefix: str) -> list[Figure]:
    """Month by month the last word: of the later date, of one date of the later place."""
    found: dict[tuple[Slot, Month | None], Figure] = {}
    for line in sorted(lines, key=_dated):
        found |= {(_slot(line), one.month): one for one in _monthly(line, prefix)}
    return list(found.values())


def _last_lines(lines: Sequence[Line]) -> list[Line]:
    return list({_slot(line): line for line in sorted(lines, key=_dated)}.values())


def _dated(line: Line) -> date:
    return line.on


def _slot(line: Line) -> Slot:
    return tuple(line.mark(name) for name in SAME[line.kind])
