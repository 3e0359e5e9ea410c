"""Where is a document not what the standard asks for, and what stands there? Every fault by its place in the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ecluse.base.errors import EvidenceError

MOST_FAULTS = 100
SHOWN = 80


@dataclass(frozen=True, slots=True)
class Misread:
    """One fault: its place as a JSON pointer, which expectation it fails, what was found, facts of the sentence."""

    place: str
    key: str
    found: str
    facts: tuple[tuple[str, str], ...] = ()


class MisreadError(EvidenceError):
    """A document that cannot be read: every fault, the first hundred."""

    def __init__(self, faults: list[Misread]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        super().__init__("; ".join(f"{fault.place}: {fault.key}, found {fault.found}" for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document that is being read, and the faults found so far anywhere in it."""

    faults: list[Misread]
    path: tuple[str, ...] = ()
    prefixes: frozenset[str] = field(default_factory=frozenset)

    def at(self, *names: str | int) -> Spot:
        """Which place lies within this one?"""
        return Spot(self.faults, (*self.path, *(str(name) for name in names)), self.prefixes)

    def knowing(self, prefixes: frozenset[str]) -> Spot:
        """The same place, where these prefixes of names are declared."""
        return Spot(self.faults, self.path, self.prefixes | prefixes)

    def fault(self, key: str, found: Any, **facts: str) -> None:
        """Note that what stands here is not what is expected."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Misread(pointer(self.path), key, shown(found), tuple(facts.items())))

    def items(self, value: Any) -> Iterator[tuple[Spot, Any]]:
        """Which places has this list, with what stands there? None where it is no list, which is a fault."""
        if not isinstance(value, list):
            self.fault("list", value)
            return
        for number, one in enumerate(value):
            yield self.at(number), one

    def members(self, value: Any) -> Mapping[str, Any]:
        """Which members has this object? None where it is none, which is a fault."""
        if isinstance(value, dict):
            return value
        self.fault("object", value)
        return {}


def pointer(path: tuple[str, ...]) -> str:
    """How is a place in a JSON value spelled (RFC 6901)?

    >>> pointer(("epcisBody", "eventList", "0", "a/b"))
    '/epcisBody/eventList/0/a~1b'
    """
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path) or "/"


def shown(value: Any) -> str:
    """How is what was found shown in one short line?

    >>> shown({"a": 1}), shown("x" * 200)[-3:], shown(True)
    ('an object', 'xx…', 'true')
    """
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(value)[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
