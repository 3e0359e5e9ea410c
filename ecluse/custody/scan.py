"""Which units do serial numbers name that were typed or scanned? Each doubt is told with its place; nothing is guessed.

A line is one serial number, or the first and the last of an unbroken run, as a crate's label has them: `FIRST..LAST`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.custody.ranges import Ranges, normal
from ecluse.custody.serials import SERIAL, Serial, check_character, is_in_block, parse
from ecluse.custody.terms import SerialBlock, SerialRange

RUN = ".."
# A manifest names so many lines at most; each is so long at most.
MOST_LINES, LONGEST_LINE = 5_000, 80
MOST_DOUBTS = 50
# Capitals of other scripts that look like a Latin one on a plate.
LOOKS = str.maketrans("АВЕЅІЈКМНОРСТУХЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYX3ABEZHIKMNOPTYX")
# Letters that are taken for a digit where only digits stand.
DIGITS_MEANT = str.maketrans("OQDILSBZ", "00011582")
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with one line: its place (from 1), which doubt, and what the reader should know."""

    line: int
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scanned:
    """Which runs were named, in normal form, and which lines are in doubt? Runs count only where no doubt is."""

    ranges: Ranges
    doubts: tuple[Doubt, ...]


class Blocks:
    """Committed blocks by prefix and first number, so that a serial number finds its own quickly."""

    def __init__(self, blocks: Iterable[SerialBlock]) -> None:
        self._by_prefix: dict[str, list[SerialBlock]] = {}
        for block in sorted(blocks, key=lambda one: (one.first, one.id)):
            self._by_prefix.setdefault(block.prefix, []).append(block)
        self._firsts = {prefix: [one.first for one in found] for prefix, found in self._by_prefix.items()}

    def of(self, serial: Serial) -> SerialBlock | None:
        """In which block does this number lie? None when no line committed it."""
        at = bisect_right(self._firsts.get(serial.prefix, []), serial.number) - 1
        found = self._by_prefix[serial.prefix][at] if at >= 0 else None
        return found if found is not None and is_in_block(serial, found) else None


def read_scanned(lines: Sequence[str], blocks: Blocks) -> Scanned:
    """Which units do these lines name? Every line is read by itself; one that names a unit again is a doubt."""
    found: list[tuple[SerialRange, int]] = []
    doubts: list[Doubt] = []
    for place, line in enumerate(lines[:MOST_LINES], 1):
        read = _line(place, line, blocks)
        if isinstance(read, Doubt):
            doubts.append(read)
        else:
            found.append((read, place))
    if len(lines) > MOST_LINES:
        doubts.append(Doubt(MOST_LINES + 1, "too_many", {"most": MOST_LINES}))
    doubts += _named_twice(found, lines)
    return Scanned(normal(run for run, _ in found), tuple(sorted(doubts, key=lambda one: one.line)[:MOST_DOUBTS]))


def _line(place: int, line: str, blocks: Blocks) -> SerialRange | Doubt:
    first, mark, last = line.partition(RUN)
    ends = [_serial(place, text) for text in ((first, last) if mark else (first,))]
    for end in ends:
        if isinstance(end, Doubt):
            return end
    runs = [(blocks.of(end), end) for end in ends if isinstance(end, Serial)]
    block, start = runs[0]
    if block is None or runs[-1][0] is None:
        return Doubt(place, "no_block", {"serial": str(start if block is None else runs[-1][1])})
    stop = runs[-1][1]
    if runs[-1][0] != block or stop.number < start.number:
        return Doubt(place, "no_run", {"first": str(start), "last": str(stop)})
    return SerialRange(block.id, start.number, stop.number)


def _serial(place: int, text: str) -> Serial | Doubt:
    """Which serial number is this? Marks that nobody sees come first, then look-alikes, the form, the check."""
    hidden = next((mark for mark in text if unicodedata.category(mark) in INVISIBLE), None)
    if hidden is not None:
        return Doubt(place, "control", {"mark": f"U+{ord(hidden):04X}", "at": text.index(hidden) + 1})
    meant = plain(text)
    if meant != text:
        wrong = next(i for i, mark in enumerate(text) if i >= len(meant) or mark != meant[i])
        facts = {"serial": shown(text), "at": wrong + 1, "mark": _named(text[wrong]), "meant": meant}
        return Doubt(place, "look_alike", facts)
    try:
        return parse(text)
    except EvidenceError:
        better = likely(text)
        kind = "check" if SERIAL.fullmatch(text) else "form"
        return Doubt(place, f"{kind}_likely" if better else kind, {"serial": shown(text), "meant": better})


def plain(text: str) -> str:
    """How is this spelled in capital Latin letters, digits and hyphens, once look-alikes and spaces are put right?

    >>> plain("uа-fpv 000417m")  # the second letter is Cyrillic
    'UA-FPV000417M'
    """
    folded = unicodedata.normalize("NFKC", text).upper().translate(LOOKS)
    for dash in "‐‑‒–—―−":
        folded = folded.replace(dash, "-")
    return "".join(folded.split())


def likely(text: str) -> str:
    """Which number fits its check character when letters among its digits are read as digits? Empty when none does.

    >>> likely("UA-FPVOOO4I7M")
    'UA-FPV000417M'
    """
    if len(text) < 8 or not text.isascii():
        return ""
    head, digits, check = text[:-7], text[-7:-1].translate(DIGITS_MEANT), text[-1]
    meant = f"{head}{digits}{check}"
    if meant == text or not SERIAL.fullmatch(meant):
        return ""
    return meant if check_character(head + digits) == check else ""


def shown(text: str) -> str:
    """How may this be told again? Short, and with nothing in it that a page or a log could trip over."""
    return "".join(mark if mark.isprintable() else "?" for mark in text[:LONGEST_LINE])


def _named(mark: str) -> str:
    return f"{mark} (U+{ord(mark):04X})" if not mark.isspace() else f"U+{ord(mark):04X}"


def _named_twice(found: list[tuple[SerialRange, int]], lines: Sequence[str]) -> list[Doubt]:
    """Which lines name a unit that an earlier one named? Sorted by run, a line is compared with its neighbour alone."""
    doubts: list[Doubt] = []
    reach: tuple[str, int, int] = ("", -1, 0)
    for run, place in sorted(found, key=lambda one: (one[0].block, one[0].first, one[1])):
        if run.block == reach[0] and run.first <= reach[1]:
            later, earlier = max(place, reach[2]), min(place, reach[2])
            doubts.append(Doubt(later, "twice", {"serial": shown(lines[later - 1]), "line": earlier}))
        if run.block != reach[0] or run.last > reach[1]:
            reach = (run.block, run.last, place)
    return doubts
