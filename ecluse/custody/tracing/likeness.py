"""How near is what somebody read to a serial number? The slips that lead from one to the other, and what each costs."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

READING_LIMIT = 60
WHOLE = 1000
# Capitals of other alphabets that are drawn like ours; then signs of one shape on a plate.
LETTERS = str.maketrans("АВЕЅІЈКМНОРСТУХЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYX3ABEZHIKMNOPTYX")
SHAPES = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "|": "1", "S": "5", "B": "8", "Z": "2",
                        "G": "6"})  # fmt: skip
# Our own mark for the eye: in a number or not, nothing was misread.
DASH = "-"
LEFT_OUT = DASH + "‐‑‒–—―−_ ./\t\u00a0\u202f"


class Slip(enum.Enum):
    """What happened between the plate and the reading?"""

    WRITTEN = "written"
    CONTROL = "control"
    ALPHABET = "alphabet"
    SHAPE = "shape"
    NO_CHECK = "no_check"
    PART_OF_PREFIX = "part_of_prefix"
    NO_PREFIX = "no_prefix"
    EXCHANGED = "exchanged"
    WRONG = "wrong"
    TOO_MANY = "too_many"
    MISSING = "missing"


COST = {
    Slip.WRITTEN: 10, Slip.CONTROL: 20, Slip.ALPHABET: 20, Slip.SHAPE: 30, Slip.NO_CHECK: 100, Slip.PART_OF_PREFIX: 150,
    Slip.EXCHANGED: 160, Slip.WRONG: 200, Slip.TOO_MANY: 220, Slip.MISSING: 240, Slip.NO_PREFIX: 250,
}  # fmt: skip
STRUCTURAL = frozenset({Slip.EXCHANGED, Slip.WRONG, Slip.TOO_MANY, Slip.MISSING})


@dataclass(frozen=True, slots=True)
class Plain:
    """A reading without marks for the eye: its characters in capitals, and what was left out or changed for that."""

    text: str
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A serial number that the reading might mean: how near of a thousand, and by which slips, the costliest first."""

    serial: str
    score: int
    slips: tuple[Slip, ...]


def plain(reading: str) -> Plain:
    """Which characters were read, once blanks, dashes and characters that nobody sees are left out?

    >>> plain("ua-fpv 000417m").text
    'UAFPV000417M'
    """
    kept, slips = [], set[Slip]()
    for character in unicodedata.normalize("NFKC", reading[:READING_LIMIT]):
        if character == DASH:
            continue
        if character in LEFT_OUT or character.isspace():
            slips.add(Slip.WRITTEN)
        elif unicodedata.category(character)[0] == "C":
            slips.add(Slip.CONTROL)
        else:
            kept.append(character)
    text = "".join(kept)
    capitals = text.upper()
    if text != capitals:
        slips.add(Slip.WRITTEN)
    return Plain(capitals[:READING_LIMIT], tuple(sorted(slips, key=lambda slip: slip.value)))


def shape(text: str) -> str:
    """How do these capitals look on a plate, where signs of one shape are one?

    >>> shape("UA-FPV-OOO4I7")
    'UA-FPV-000417'
    """
    return text.translate(LETTERS).translate(SHAPES)


def candidate(read: Plain, serial: str, prefix: str, *, has_check: bool = True) -> Candidate | None:
    """Might this reading mean this number? None where more than one character is wrong, missing, too many, exchanged.

    Without its prefix or its check character a reading may have no such slip besides; signs that look alike always.
    """
    target, head = _bare(serial), len(_bare(prefix))
    ways = list(_ways(read.text, target, head))
    if has_check:
        without = _ways(read.text, target[:-1], head)
        ways += [(*slips, Slip.NO_CHECK) for slips in without if STRUCTURAL.isdisjoint(slips)]
    if not ways:
        return None
    best = min(ways, key=_cost)
    slips = tuple(sorted((*best, *read.slips), key=lambda slip: (-COST[slip], slip.value)))
    return Candidate(serial, max(1, WHOLE - _cost(slips)), tuple(dict.fromkeys(slips)))


def _bare(text: str) -> str:
    return "".join(character for character in text if character not in LEFT_OUT)


def _cost(slips: Iterable[Slip]) -> int:
    return sum(COST[slip] for slip in slips)


def _ways(read: str, target: str, head: int) -> Iterator[tuple[Slip, ...]]:
    """By which slips does this reading come from this number?"""
    short = len(target) - len(read)
    if short == 0:
        yield from _same_length(read, target)
    elif short == 1:
        yield from _one_left_out(read, target, Slip.MISSING)
    elif short == -1:
        yield from _one_left_out(target, read, Slip.TOO_MANY)
    if 0 < short <= head:
        alike = _alike(read, target[short:])
        if alike is not None:
            yield (*alike, Slip.NO_PREFIX if short == head else Slip.PART_OF_PREFIX)


def _same_length(read: str, target: str) -> Iterator[tuple[Slip, ...]]:
    slips, wrong = [], []
    for place, (one, other) in enumerate(zip(read, target, strict=True)):
        kind = _kind(one, other)
        if kind is Slip.WRONG:
            wrong.append(place)
            if len(wrong) > 2:
                return
        elif kind:
            slips.append(kind)
    if len(wrong) <= 1:
        yield (*slips, *(Slip.WRONG for _ in wrong))
    elif wrong[1] == wrong[0] + 1:
        first, second = wrong
        crossed = (_kind(read[first], target[second]), _kind(read[second], target[first]))
        if Slip.WRONG not in crossed:
            yield (*slips, *(kind for kind in crossed if kind), Slip.EXCHANGED)


def _one_left_out(shorter: str, longer: str, slip: Slip) -> Iterator[tuple[Slip, ...]]:
    """By which look-alikes do both agree, when one character of the longer is left out?"""
    for place in range(len(longer)):
        alike = _alike(shorter, longer[:place] + longer[place + 1 :])
        if alike is not None:
            yield (*alike, slip)
            return


def _alike(read: str, target: str) -> tuple[Slip, ...] | None:
    """Which look-alikes stand in this reading of the same length? None where a character is another one."""
    kinds = [_kind(one, other) for one, other in zip(read, target, strict=True)]
    return None if Slip.WRONG in kinds else tuple(kind for kind in kinds if kind)


def _kind(one: str, other: str) -> Slip | None:
    if one == other:
        return None
    if one.translate(LETTERS) == other.translate(LETTERS):
        return Slip.ALPHABET
    return Slip.SHAPE if shape(one) == shape(other) else Slip.WRONG
