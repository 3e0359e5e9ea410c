"""Which serial numbers might somebody have meant? Suggestions for a reading that names none; never a confirmation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from ecluse.base.errors import EvidenceError
from ecluse.custody.serials import DIGITS, Serial, is_in_block, parse, serial_text
from ecluse.custody.terms import SerialBlock

SUGGESTIONS_LIMIT = 5
READING_LIMIT = 60
# Letters that look like another one on a plate: Cyrillic and Greek capitals, then digits and their look-alikes.
LETTERS = str.maketrans("АВЕЅІЈКМНОРСТУХЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYX3ABEZHIKMNOPTYX")
SHAPES = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "G": "6"})
LEFT_OUT = "-‐‑‒–—―−_ ./\t\u00a0\u202f"


def suggestions(reading: str, blocks: Iterable[SerialBlock]) -> list[str]:
    """Which numbers of these blocks look like this reading, or differ from it by one slip? The likeliest first.

    >>> block = SerialBlock("block:1", "line:1", "model:1", "UA-FPV-", 400, 50, None, False)
    >>> suggestions("ua fpv 000417 m", [block])
    ['UA-FPV-000417M']
    """
    known = list(blocks)
    found: dict[str, None] = {}
    for block in known:
        for number in _numbers(shape(reading), block):
            if is_in_block(Serial(block.prefix, number), block):
                found[serial_text(block.prefix, number)] = None
    for serial in _one_slip(reading, known):
        found[serial] = None
    found.pop(reading, None)
    return list(found)[:SUGGESTIONS_LIMIT]


def shape(text: str) -> str:
    """How does this text look on a plate, once look-alikes are one and marks for the eye are left out?"""
    plain = unicodedata.normalize("NFKC", text[:READING_LIMIT]).upper().translate(LETTERS).translate(SHAPES)
    return "".join(character for character in plain if character not in LEFT_OUT)


def _numbers(looks: str, block: SerialBlock) -> Iterator[int]:
    """Which number of this block has this shape? Its check character may be missing or wrong."""
    head = shape(block.prefix)
    tail = looks[len(head) :]
    if looks.startswith(head) and DIGITS <= len(tail) <= DIGITS + 1 and _is_number(tail[:DIGITS]):
        yield int(tail[:DIGITS])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _one_slip(reading: str, blocks: list[SerialBlock]) -> Iterator[str]:
    """Which numbers fit the check character as it was read, when two digits change places or one is another?"""
    for block in blocks:
        head, tail = block.prefix, reading[len(block.prefix) :]
        if not reading.startswith(head) or len(tail) != DIGITS + 1 or not _is_number(tail[:DIGITS]):
            continue
        for digits in _slips(tail[:DIGITS]):
            text = f"{head}{digits}{tail[DIGITS]}"
            try:
                serial = parse(text)
            except EvidenceError:
                continue
            if is_in_block(serial, block):
                yield text


def _slips(digits: str) -> Iterator[str]:
    for place in range(DIGITS - 1):
        yield digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    for place in range(DIGITS):
        for digit in "0123456789":
            yield digits[:place] + digit + digits[place + 1 :]
