"""Which serial numbers do these runs hold together, apart and in common? Set algebra on runs, O(n log n).

A result is always in normal form: sorted by block and first number, disjoint, neighbours joined, empty runs left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from ecluse.custody.terms import SerialRange

Ranges = tuple[SerialRange, ...]


def normal(ranges: Iterable[SerialRange]) -> Ranges:
    """Which numbers are these, each once?

    >>> normal([SerialRange("B", 5, 9), SerialRange("B", 1, 4), SerialRange("B", 7, 8)])
    (SerialRange(block='B', first=1, last=9),)
    """
    out: list[SerialRange] = []
    for run in sorted((r for r in ranges if r.first <= r.last), key=lambda r: (r.block, r.first)):
        if out and out[-1].block == run.block and run.first <= out[-1].last + 1:
            out[-1] = SerialRange(run.block, out[-1].first, max(out[-1].last, run.last))
        else:
            out.append(run)
    return tuple(out)


def count(ranges: Iterable[SerialRange]) -> int:
    """How many different numbers do they hold?

    >>> count([SerialRange("B", 1, 4), SerialRange("B", 4, 5)])
    5
    """
    return sum(run.units() for run in normal(ranges))


def union(*sets: Iterable[SerialRange]) -> Ranges:
    """Which numbers are in any of them?"""
    return normal(run for ranges in sets for run in ranges)


def overlap(left: Iterable[SerialRange], right: Iterable[SerialRange]) -> Ranges:
    """Which numbers are in both?

    >>> overlap([SerialRange("B", 1, 5)], [SerialRange("B", 4, 9)])
    (SerialRange(block='B', first=4, last=5),)
    """
    a, b = normal(left), normal(right)
    out: list[SerialRange] = []
    i = j = 0
    while i < len(a) and j < len(b):
        one, other = a[i], b[j]
        if one.block == other.block and max(one.first, other.first) <= min(one.last, other.last):
            out.append(SerialRange(one.block, max(one.first, other.first), min(one.last, other.last)))
        if (one.block, one.last) <= (other.block, other.last):
            i += 1
        else:
            j += 1
    return tuple(out)


def difference(left: Iterable[SerialRange], right: Iterable[SerialRange]) -> Ranges:
    """Which numbers are in the first and not in the second?

    >>> difference([SerialRange("B", 1, 5)], [SerialRange("B", 2, 3)])
    (SerialRange(block='B', first=1, last=1), SerialRange(block='B', first=4, last=5))
    """
    out: list[SerialRange] = []
    taken = normal(right)
    j = 0
    for run in normal(left):
        first = run.first
        while j < len(taken) and (taken[j].block, taken[j].last) < (run.block, first):
            j += 1
        k = j
        while k < len(taken) and taken[k].block == run.block and taken[k].first <= run.last:
            if first < taken[k].first:
                out.append(SerialRange(run.block, first, taken[k].first - 1))
            first = max(first, taken[k].last + 1)
            k += 1
        # The last run taken away may reach into the next one on the left, so it is looked at again.
        j = max(j, k - 1)
        if first <= run.last:
            out.append(SerialRange(run.block, first, run.last))
    return tuple(out)


def contains(outer: Iterable[SerialRange], inner: Iterable[SerialRange]) -> bool:
    """Is every number of the second in the first?"""
    return not difference(inner, outer)


def same(left: Iterable[SerialRange], right: Iterable[SerialRange]) -> bool:
    """Do they hold the same numbers?"""
    return normal(left) == normal(right)


def twice(ranges: Iterable[SerialRange]) -> int:
    """How many numbers are named more than once, counted as often as they are too many?

    >>> twice([SerialRange("B", 1, 4), SerialRange("B", 4, 5)])
    1
    """
    runs = [run for run in ranges if run.first <= run.last]
    return sum(run.units() for run in runs) - count(runs)
