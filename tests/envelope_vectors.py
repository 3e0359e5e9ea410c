"""Known answers of the closed envelope, which both verifiers read: true statements, and every way to spoil one.

python tests/envelope_vectors.py   writes tests/vectors/envelope.json anew; the same bytes each time
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from ecluse.base import curve
from ecluse.base.commitments import Opening, blinding_from, commit
from ecluse.base.envelope import Form, prove
from ecluse.base.generators import DOMAIN, derived, pair
from ecluse.base.group import BASE, ORDER, mul
from ecluse.base.hash_to_curve import hash_to_curve
from ecluse.base.statement import InRange, Statement, Sum, as_json

FILE = Path(__file__).parent / "vectors" / "envelope.json"
FRESH = b"known answers of the envelope, 1".ljust(32)
CONTEXT, LOG = "an invented world, 2026-01 to 2026-12", "home/2026"
# RFC 9380, appendix J.5.1: text, and the affine coordinates of P.
RFC_DOMAIN = "QUUX-V01-CS02-with-edwards25519_XMD:SHA-512_ELL2_RO_"
RFC = (
    (
        "",
        "3c3da6925a3c3c268448dcabb47ccde5439559d9599646a8260e47b1e4822fc6",
        "09a6c8561a0b22bef63124c588ce4c62ea83a3c899763af26d795302e115dc21",
    ),
    (
        "abc",
        "608040b42285cc0d72cbb3985c6b04c935370c7361f4b7fbdb1ae7f8c1a8ecad",
        "1a8395b88338f22e435bbd301183e7f20a5f9de643f11882fb237f88268a5531",
    ),
    (
        "abcdef0123456789",
        "6d7fabf47a2dc03fe7d47f7dddd21082c5fb8f86743cd020f3fb147d57161472",
        "53060a3d140e7fbcda641ed3cf42c88a75411e648a1add71217f70ea8ec561a6",
    ),
)


def opened(**figures: int) -> dict[str, Opening]:
    """Which openings have these figures, with blindings that everyone may compute anew?"""
    return {name: Opening(value, blinding_from(b"vectors:" + name.encode())) for name, value in figures.items()}


def certificate(
    *, capacity: int = 900, funded: int = 650, certified: int = 120, index: int = 7, log: str = LOG,
    context: str = CONTEXT, bits: int = 20,
) -> tuple[Statement, dict[str, Opening]]:  # fmt: skip
    """A certificate within SR-1: certified and what is left are not negative; nothing, or at least one unit."""
    openings = opened(capacity=capacity, funded=funded, certified=certified)
    points = {name: commit(one) for name, one in openings.items()}
    left = Sum((("capacity", 1), ("funded", -1), ("certified", -1)))
    statement = Statement(
        "certificate within SR-1", context, log, index, tuple(points.items()), known=("certified",),
        in_range=(InRange(left, bits), InRange(Sum((("certified", 1),)), bits)),
    )  # fmt: skip
    return statement, openings


def contribution(*, receipt: int = 1_234_567, due: int | None = None) -> tuple[Statement, dict[str, Opening]]:
    """A contribution of 20 %, rounded up, all of it paid or overdue, by one of two banks."""
    whole = -(-receipt * 2000 // 10_000) if due is None else due
    openings = opened(receipt=receipt, due=whole, paid=whole - 5, overdue=5, bank=2)
    points = {name: commit(one) for name, one in openings.items()}
    statement = Statement(
        "contribution by rate", CONTEXT, LOG, 8, tuple(points.items()),
        zero=(Sum((("due", 1), ("paid", -1), ("overdue", -1))),),
        one_of=((Sum((("bank", 1),), 1), Sum((("bank", 1),), 2)),),
        in_range=(
            InRange(Sum((("due", 10_000), ("receipt", -2000))), 14),
            InRange(Sum((("due", -10_000), ("receipt", 2000)), -9_999), 14),
            InRange(Sum((("paid", 1),)), 48),
        ),
    )  # fmt: skip
    return statement, openings


def many_ranges() -> tuple[Statement, dict[str, Opening]]:
    """Seventeen figures in ranges of 4 bits, and the first three in ranges of 3 too: more than one proof holds."""
    openings = opened(**{f"figure {number}": number % 8 for number in range(17)})
    ranges = [InRange(Sum(((name, 1),)), 4) for name in openings]
    narrow = [InRange(Sum(((name, 1),)), 3) for name in list(openings)[:3]]
    points = tuple((name, commit(one)) for name, one in openings.items())
    return Statement("many ranges", CONTEXT, LOG, 9, points, in_range=(*ranges, *narrow)), openings


@lru_cache(maxsize=1)
def small_order_points() -> list[bytes]:
    """Which canonical bytes spell points whose order divides 8? ORDER times points that lie anywhere on the curve."""
    y = 2
    found: dict[bytes, None] = {}
    while len(found) < 8:
        x = curve.x_of(y, 0)
        if x is not None:
            found[curve.encode(curve.times(ORDER, curve.extended(x, y)))] = None
        y += 1
    return sorted(found)


def bad_points() -> Iterator[tuple[str, bytes]]:
    """Which bytes are refused as a point, and why?"""
    for number, raw in enumerate(small_order_points()):
        yield f"of small order or neutral, {number}", raw
    off = next(y for y in range(2, 99) if curve.x_of(y, 0) is None)
    yield "off the curve", off.to_bytes(32, "little")
    yield "y is the prime plus one", (curve.PRIME + 1).to_bytes(32, "little")
    yield "y is the prime plus three", (curve.PRIME + 3).to_bytes(32, "little")
    yield "neutral with the sign set", (1 | 1 << 255).to_bytes(32, "little")
    yield "minus one with the sign set", (curve.PRIME - 1 | 1 << 255).to_bytes(32, "little")
    base = curve.extended(curve.x_of(*curve.y_and_sign(BASE.raw)) or 0, curve.y_and_sign(BASE.raw)[0])
    for number, raw in enumerate(small_order_points()):
        y, sign = curve.y_and_sign(raw)
        torsion = curve.extended(curve.x_of(y, sign) or 0, y)
        if not curve.is_neutral(torsion):
            yield f"the base point and a part of small order, {number}", curve.encode(curve.add(base, torsion))
    yield "31 bytes", BASE.raw[:31]
    yield "33 bytes", BASE.raw + b"\0"
    yield "no bytes", b""


def whole() -> list[dict[str, Any]]:
    """Which statements hold, each with its proof?"""
    found: list[dict[str, Any]] = []
    for form in Form:
        for name, (statement, openings) in (("certificate", certificate()), ("contribution", contribution())):
            proof = prove(statement, openings, FRESH, form).hex()
            found.append({"name": f"{name}, form {form.value}", "statement": as_json(statement), "proof": proof})
    statement, openings = many_ranges()
    proof = prove(statement, openings, FRESH).hex()
    return [*found, {"name": "ranges in three blocks", "statement": as_json(statement), "proof": proof}]


def spoiled(made: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Which ways are there to spoil one of them? Each by what is put where: in the proof's bytes, or at a path."""
    for of, one in enumerate(made):
        proof = bytes.fromhex(one["proof"])
        # Long ones are slow to read: they are spoiled at their beginning alone.
        for name, bad in spoiled_proofs(proof) if of not in (1, 4) else [("nothing", b""), ("cut", proof[:64])]:
            yield {"name": name, "of": of, **difference(proof, bad)}
        if one["statement"]["name"] == "certificate within SR-1":
            for name, path, new in spoiled_statements(one["statement"]):
                yield {"name": name, "of": of, "path": list(path), "value": new}
    ranges = made[4]["statement"]["in_range"]
    yield {"name": "ranges of two blocks changed over", "of": 4, "path": ["in_range"], "value": ranges[::-1]}
    yield {"name": "a proof of another statement", "of": 3, "path": [], "value": made[2]["statement"]}


def spoiled_proofs(proof: bytes) -> Iterator[tuple[str, bytes]]:
    """Which ways are there to spoil a proof's bytes?"""
    yield "nothing", b""
    yield "cut by a byte", proof[:-1]
    yield "cut by a part", proof[:-32]
    yield "a byte more", proof + b"\0"
    yield "a part more", proof + proof[-32:]
    yield "two parts changed over", proof[:1] + proof[33:65] + proof[1:33] + proof[65:]
    yield "last two parts changed over", proof[:-64] + proof[-32:] + proof[-64:-32]
    yield "announcement off by the base point", _moved(proof, 1)
    last = int.from_bytes(proof[-32:], "little")
    yield "scalar out of range", proof[:-32] + (last + ORDER).to_bytes(32, "little")
    yield "scalar off by one", proof[:-32] + ((last + 1) % ORDER).to_bytes(32, "little")
    yield "the other form's byte", bytes([3 - proof[0]]) + proof[1:]
    yield "a form that is not", bytes([3]) + proof[1:]
    for why, raw in bad_points():
        if len(raw) == 32:
            yield f"announced: {why}", proof[:1] + raw + proof[33:]


def spoiled_statements(value: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    """Which ways are there to carry a certificate's proof into another statement?"""
    yield "another name", ("name",), "certificate within SR-3"
    yield "another period", ("context",), "an invented world, 2027-01 to 2027-12"
    yield "another log", ("log",), "centre-1/2026"
    yield "another index", ("index",), 8
    yield "an owner's commitment swapped", ("commitments", 0, 1), commit(Opening(901, 5)).raw.hex()
    yield "two commitments changed over", ("commitments",), [value["commitments"][at] for at in (1, 0, 2)]
    yield "a commitment with another name", ("commitments", 0, 0), "output"
    yield "a coefficient changed", ("in_range", 0, "terms", 1, 1), -2
    yield "a public number changed", ("in_range", 0, "less"), -1
    yield "a range made wider", ("in_range", 0, "bits"), 21
    yield "a range taken out", ("in_range",), value["in_range"][:1]
    yield "the ranges changed over", ("in_range",), value["in_range"][::-1]
    yield "a claim more", ("known",), ["certified", "capacity"]
    yield "a claim less", ("known",), []
    yield "no claim", ("in_range",), []
    yield "a coefficient of zero", ("in_range", 0, "terms", 1, 1), 0
    yield "a name nobody committed to", ("in_range", 0, "terms", 1, 0), "stock"
    yield "a term that is nothing", ("in_range", 0, "terms", 1), None
    yield "a term of three", ("in_range", 0, "terms", 1), ["funded", -1, 0]
    yield "terms that are text", ("in_range", 0, "terms"), "capacity"
    yield "a range that is nothing", ("in_range", 0), None
    yield "ranges that are nothing", ("in_range",), None
    yield "a choice that is nothing", ("one_of",), [None]
    yield "a commitment that is nothing", ("commitments", 0), None
    yield "a commitment that is a number", ("commitments", 0, 1), 5
    yield "a truth for a number", ("index",), True
    yield "the same term twice", ("in_range", 0, "terms", 1, 0), "capacity"
    yield "49 bits", ("in_range", 0, "bits"), 49
    yield "a range of no bits", ("in_range", 0, "bits"), 0
    yield "a negative index", ("index",), -1
    yield "an index that is text", ("index",), "7"
    yield "another version", ("v",), "envelope_statement/2"
    yield "a field more", ("note",), "a word"
    yield "capital letters", ("commitments", 0, 1), value["commitments"][0][1].upper()
    yield "a space between the digits", ("commitments", 0, 1), value["commitments"][0][1][:2] + " " * 2
    for why, raw in bad_points():
        yield f"commits to: {why}", ("commitments", 0, 1), raw.hex()


def difference(old: bytes, new: bytes) -> dict[str, Any]:
    """What is put where, to make the new bytes of the old? From the first byte that differs to the last."""
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    first = min(len(old), len(new)) if start is None else start
    same = 0
    while same < min(len(old), len(new)) - first and old[-1 - same] == new[-1 - same]:
        same += 1
    return {"at": [first, len(old) - same], "put": new[first : len(new) - same].hex()}


def applied(one: dict[str, Any], made: list[dict[str, Any]]) -> tuple[Any, bytes]:
    """Which statement and proof does this spoiled case consist of?"""
    value, proof = made[one["of"]]["statement"], bytes.fromhex(made[one["of"]]["proof"])
    if "path" in one:
        return changed(value, tuple(one["path"]), one["value"]), proof
    first, last = one["at"]
    return value, proof[:first] + bytes.fromhex(one["put"]) + proof[last:]


def changed(value: dict[str, Any], path: tuple[Any, ...], new: Any) -> dict[str, Any]:
    """What is this value with another one at that path?"""
    if not path:
        return dict(new)
    found = copy.deepcopy(value)
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return found


def _moved(proof: bytes, at: int) -> bytes:
    x_y = curve.y_and_sign(proof[at : at + 32])
    point = curve.extended(curve.x_of(*x_y) or 0, x_y[0])
    base = curve.extended(curve.x_of(*curve.y_and_sign(BASE.raw)) or 0, curve.y_and_sign(BASE.raw)[0])
    return proof[:at] + curve.encode(curve.add(point, base)) + proof[at + 32 :]


@lru_cache(maxsize=1)
def vectors() -> dict[str, Any]:
    """What does the file hold?"""
    made = whole()
    good = [("the base point", BASE.raw), ("five times the base point", mul(5, BASE).raw)]
    return {
        "domain": DOMAIN.decode(),
        "generators": [
            ["H", derived(b"H").raw.hex()],
            *([f"{side} {number}", pair(number)[place].raw.hex()]
              for number in (0, 1, 47, 95) for place, side in enumerate(("left", "right"))),
        ],
        "curve": [
            {"text": text, "domain": RFC_DOMAIN,
             "raw": curve.encode(hash_to_curve(text.encode(), RFC_DOMAIN.encode())).hex()}
            for text, _, _ in RFC
        ],
        "points": [
            *({"name": name, "raw": raw.hex(), "holds": True} for name, raw in good),
            *({"name": name, "raw": raw.hex(), "holds": False} for name, raw in bad_points()),
        ],
        "whole": made,
        "spoiled": list(spoiled(made)),
    }  # fmt: skip


def text() -> str:
    """Which text does the file hold? One line a case."""
    found = vectors()
    lines = []
    for key, value in found.items():
        rows = ",\n  ".join(json.dumps(row) for row in value) if isinstance(value, list) else None
        lines.append(f' "{key}": ' + (json.dumps(value) if rows is None else f"[\n  {rows}\n ]"))
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
    print(f"{FILE.name}: {len(FILE.read_text(encoding='utf-8'))} bytes")
