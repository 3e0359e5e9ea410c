"""What do strangers send? Random bytes, a good input cut and spoilt, its values exchanged, sizes that nobody has."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

HUGE = [b"9" * 5_000, b"[" * 100_000, b'{"a":' * 50_000, b"\xff" * 8, b"-1", b"1e999999999", b"\x00", b"\n" * 3, b"NaN"]
HUGE += ["\u202e\ud7ff".encode(), b"\xed\xa0\x80", b'"' * 3, b"18446744073709551616", b"\xff\xff", b"<!ENTITY a '&a;'>"]
OTHERS: list[Any] = [
    None,
    True,
    -1,
    0,
    2**70,
    1.5,
    "",
    "\x00",
    "x" * 3_000,
    [],
    {},
    [[]],
    {"": {}},
    "2026-99-99",
    [1, "a"],
]


def spoilt(good: bytes, chance: random.Random) -> bytes:
    """One input: anything at all, the good one cut, with bytes exchanged, doubled, put in; or other values."""
    kind = chance.randrange(10)
    if kind == 0:
        return chance.randbytes(chance.randrange(400))
    if kind == 1:
        return good[: chance.randrange(len(good) + 1)]
    if kind < 5 and (other := exchanged(good, chance)) is not None:
        return other
    body = bytearray(good)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(body) + 1)
        end = min(len(body), at + chance.randint(0, 40))
        match chance.randrange(4):
            case 0 if at < len(body):
                body[at] = chance.randrange(256)
            case 1:
                del body[at:end]
            case 2:
                body[at:end] = body[at:end] * 2
            case _:
                body[at:end] = chance.choice(HUGE)
    return bytes(body)


def exchanged(good: bytes, chance: random.Random) -> bytes | None:
    """The same JSON with one value of another kind, one name gone, or one value twice as deep."""
    try:
        value = json.loads(good)
    except (ValueError, RecursionError):
        return None
    places = list(_places(value))
    if not places:
        return None
    for _ in range(chance.randint(1, 2)):
        held, key = chance.choice(places)
        match chance.randrange(4):
            case 0 if isinstance(held, dict):
                held.pop(key, None)
            case 1:
                held[key] = [held[key]] if key in held or isinstance(held, list) else None
            case _:
                held[key] = chance.choice(OTHERS)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
