"""Which values stand in these DER bytes? A small strict reader of X.690 section 10 and 11 for time stamps.

Definite lengths in their shortest form, tags of one byte, whole numbers and object identifiers in their shortest form,
nothing after the end. All of it is walked once, within limits, before anything in it is believed. The reader of
`cryptography` (hazmat.asn1) gives one error for whatever is wrong; a person is to be told which rule was broken.
"""

from __future__ import annotations

from typing import NamedTuple

from ecluse.base.errors import EvidenceError

BYTES_LIMIT = 0x10000
DEPTH_LIMIT = 24
LENGTH_BYTES_LIMIT = 4
ARCS_LIMIT = 32
BOOLEAN, INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31
CONSTRUCTED, UNIVERSAL_END, LOW_TAG_END = 0x20, 0x40, 0x1F


class StampError(EvidenceError):
    """This time stamp is refused: the reason's code, and what was found."""

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(f"time stamp: {code} {found}".rstrip())
        self.code, self.found = code, found


class Der(NamedTuple):
    """One value: its tag, its content, and all its bytes."""

    tag: int
    body: bytes
    whole: bytes

    def parts(self) -> list[Der]:
        """Which values stand in this one?"""
        found, at = [], 0
        while at < len(self.body):
            one = _value(self.body, at)
            found.append(one)
            at += len(one.whole)
        return found


def read_der(content: bytes) -> Der:
    """Which one value is this, strictly DER down to its leaves? Raises StampError.

    >>> read_der(bytes.fromhex("3003020105")).parts()[0].body
    b'\\x05'
    """
    if len(content) > BYTES_LIMIT:
        raise StampError("too_long", str(len(content)))
    if not content:
        raise StampError("cut", "0")
    found = _value(content, 0)
    if len(found.whole) < len(content):
        raise StampError("trailing", str(len(content) - len(found.whole)))
    _check(found)
    return found


def _check(root: Der) -> None:
    """Every value beneath; none too deep, none spelled otherwise than DER spells it."""
    waiting = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            raise StampError("depth", str(depth))
        if value.tag & CONSTRUCTED:
            waiting += [(part, depth + 1) for part in value.parts()]
        else:
            _check_leaf(value)


def _check_leaf(value: Der) -> None:
    body = value.body
    if value.tag == INTEGER:
        is_good = bool(body) and not (len(body) > 1 and (body[0], body[1] >> 7) in ((0x00, 0), (0xFF, 1)))
    elif value.tag == BOOLEAN:
        is_good = body in (b"\x00", b"\xff")
    elif value.tag == OID:
        starts = b"\x00" + body  # no arc begins with 0x80, the last byte ends one
        is_good = bool(body) and body[-1] < 0x80 and all(
            not (byte == 0x80 and before < 0x80) for before, byte in zip(starts, body, strict=False)
        )  # fmt: skip
    else:
        is_good = value.tag != NULL or not body
    if not is_good:
        raise StampError("der", f"{value.tag:#04x}: {body[:8].hex()}")


def _value(held: bytes, at: int) -> Der:
    """The value that begins here. A length is held against what there is before anything is taken."""
    tag = held[at]
    is_constructed, is_sequence = (
        bool(tag & CONSTRUCTED),
        tag & LOW_TAG_END in (SEQUENCE & LOW_TAG_END, SET & LOW_TAG_END),
    )
    if tag & LOW_TAG_END == LOW_TAG_END or tag == 0 or (tag < UNIVERSAL_END and is_constructed != is_sequence):
        raise StampError("der", f"{tag:#04x}")
    size, begin = _length(held, at + 1)
    if size > BYTES_LIMIT:
        raise StampError("too_long", str(size))
    if begin + size > len(held):
        raise StampError("cut", f"{len(held) - begin} < {size}")
    return Der(tag, held[begin : begin + size], held[at : begin + size])


def _length(held: bytes, at: int) -> tuple[int, int]:
    """The length that stands here, and where the content begins; only in its shortest form."""
    first = held[at : at + 1]
    if not first:
        raise StampError("cut", "0")
    if first[0] < 0x80:
        return first[0], at + 1
    count = first[0] & 0x7F
    if not 1 <= count <= LENGTH_BYTES_LIMIT:
        raise StampError("der", f"length {first.hex()}")
    body = held[at + 1 : at + 1 + count]
    if len(body) < count:
        raise StampError("cut", f"{len(body)} < {count}")
    size = int.from_bytes(body, "big")
    if body[0] == 0 or size < 0x80:
        raise StampError("der", f"length {body.hex()}")
    return size, at + 1 + count


def dotted(value: Der) -> str:
    """How is this object identifier written? Raises StampError for another value.

    >>> dotted(read_der(bytes.fromhex("06092a864886f70d010702")))
    '1.2.840.113549.1.7.2'
    """
    if value.tag != OID:
        raise StampError("form", f"{value.tag:#04x}")
    arcs, arc = list[int](), 0
    for byte in value.body:
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(arc)
            arc = 0
    if len(arcs) > ARCS_LIMIT or max(arcs) >> 128:
        raise StampError("form", "object identifier")
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def number(value: Der) -> int:
    """Which whole number is this? Raises StampError for another value, or one of more than 64 bytes."""
    if value.tag != INTEGER or len(value.body) > 64:
        raise StampError("form", f"{value.tag:#04x}")
    return int.from_bytes(value.body, "big", signed=True)


def octets(value: Der) -> bytes:
    """Which bytes stand in this octet string? Raises StampError for another value."""
    if value.tag != OCTETS:
        raise StampError("form", f"{value.tag:#04x}")
    return value.body


def spelled(tag: int, *parts: bytes) -> bytes:
    """Which bytes has a value of this tag that holds these parts?"""
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(body) < 0x80 else bytes([0x80 | len(size)]) + size) + body
