"""What may the world know of our logs at a fixed cadence? The public outer log: one salted commitment a log and period.

An entry says which log it is of and which period closed, and hides the log's checkpoint behind a salt: neither the
log's size nor when it grew can be told from it, also where nothing was written. Salt and checkpoint open it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ecluse.base.canon import canonical, parse
from ecluse.base.errors import EvidenceError
from ecluse.base.law import Law
from ecluse.base.note import checkpoint_text
from ecluse.base.sealed import sealed

ENTRY, BEACON = "outer/1", "outer-beacon/1"
NAME, ORIGIN = "outer", "ecluse/"
SALT_BYTES = 32
BYTES_IN_HEX = re.compile(r"(?:[0-9a-f]{2}){1,512}")
DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class OuterHead:
    """What one entry of the outer log hides: the log's size and root when the period closed, and the salt."""

    log: str
    size: int
    root_hex: str
    salt_hex: str

    def text(self) -> str:
        """Which text was committed to? The checkpoint's, as signed."""
        return checkpoint_text(f"{ORIGIN}{self.log}", self.size, bytes.fromhex(self.root_hex))


@sealed("outer_period/1")
@dataclass(frozen=True, slots=True)
class OuterPeriod:
    """What all entries of one period hide. Sealed, so that it opens on its date as every other record does."""

    id: str
    on: date
    heads: tuple[OuterHead, ...]

    def head_of(self, log: str) -> OuterHead | None:
        """Where did this log stand when the period closed?"""
        return next((head for head in self.heads if head.log == log), None)


@dataclass(frozen=True, slots=True)
class OuterEntry:
    """One entry: of which log, of the period that closed on which day, and the commitment."""

    log: str
    of: str
    on: date
    commitment: str

    def body(self) -> bytes:
        """Which bytes stand in the outer log?"""
        return canonical({
            "v": ENTRY, "log": self.log, "of": self.of, "on": self.on.isoformat(), "commitment": self.commitment
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beacon:
    """A public random value: what stands behind it in the log was written after it was known (not before).

    As drand has it, the value is SHA-256 of the signature. Whether the beacon's own key made that signature is for a
    program that knows the beacon; one of a demonstration is made here and says so in its name.
    """

    log: str
    on: date
    beacon: str
    round: int
    value: str
    signature: str

    def body(self) -> bytes:
        """Which bytes stand in the outer log?"""
        return canonical({
            "v": BEACON, "log": self.log, "on": self.on.isoformat(), "beacon": self.beacon, "round": self.round,
            "value": self.value, "signature": self.signature,
        })  # fmt: skip

    @property
    def is_true(self) -> bool:
        """Is the value the one that the signature gives?"""
        return hashlib.sha256(bytes.fromhex(self.signature)).hexdigest() == self.value


def outer_log(on: date) -> str:
    """In which outer log does this day's period stand?

    >>> outer_log(date(2026, 4, 2))
    'outer/2026'
    """
    return f"{NAME}/{on.year}"


def is_outer(log: str) -> bool:
    """Is this the name of an outer log?"""
    return log.startswith(f"{NAME}/")


def hidden(salt: bytes, checkpoint: str) -> str:
    """What hides this checkpoint's text? SHA-256 of the salt, which has 32 bytes, followed by the text.

    >>> hidden(bytes(32), "ecluse/home/2026")[:8]
    '551a7151'
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + checkpoint.encode()).hexdigest()


def entry_of(head: OuterHead, on: date) -> OuterEntry:
    """Which entry hides this head?"""
    return OuterEntry(outer_log(on), head.log, on, hidden(bytes.fromhex(head.salt_hex), head.text()))


def read_entry(body: bytes, log: str = "") -> OuterEntry | Beacon:
    """What does this entry of an outer log say? Raises EvidenceError for any other form, or another log's entry."""
    form = parse(body)
    found = _read(form) if isinstance(form, dict) else None
    if found is None or not is_outer(found.log) or (log and found.log != log):
        raise EvidenceError("not an entry of this outer log")
    return found


def _read(form: dict[str, Any]) -> OuterEntry | Beacon | None:
    texts = {name: form.get(name) for name in ("log", "on")}
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    try:
        on = date.fromisoformat(form["on"])
    except ValueError:
        return None
    if form["on"] != on.isoformat():
        return None
    if form.get("v") == ENTRY and set(form) == {"v", "log", "of", "on", "commitment"}:
        is_good = isinstance(form["of"], str) and _is_hex(form["commitment"], 32)
        return OuterEntry(form["log"], form["of"], on, form["commitment"]) if is_good else None
    if form.get("v") == BEACON and set(form) == {"v", "log", "on", "beacon", "round", "value", "signature"}:
        is_number = type(form["round"]) is int and form["round"] >= 0
        is_good = is_number and isinstance(form["beacon"], str) and _is_hex(form["value"], 32)
        if is_good and _is_hex(form["signature"]):
            return Beacon(form["log"], on, form["beacon"], form["round"], form["value"], form["signature"])
    return None


def _is_hex(text: object, size: int = 0) -> bool:
    return isinstance(text, str) and bool(BYTES_IN_HEX.fullmatch(text)) and (not size or len(text) == 2 * size)


# ------------------------------------------------------------------ the cadence


def cadence(law: Law, on: date) -> tuple[int, int]:
    """How many days has a period of the outer log, and how many months one after which a log's entries are shown?"""
    rows = list(law["custody/outer"].in_force(on))
    if len(rows) != 1:
        raise EvidenceError(f"custody/outer sets {len(rows)} cadences on {on.isoformat()}")
    return int(rows[0]["days"]), int(rows[0]["months_shown"])


def is_due(on: date, days: int) -> bool:
    """Does a period of so many days close on this day? All offices count from one day, so that nothing is told by it.

    >>> [is_due(date(2026, 4, day), 1) for day in (1, 2)]
    [True, True]
    """
    return on.toordinal() % days == 0


def closes_showing(on: date, months: int) -> bool:
    """Is this the last day of a time after which what the logs hold is shown?

    >>> closes_showing(date(2026, 2, 28), 1), closes_showing(date(2026, 2, 28), 3), closes_showing(date(2026, 3, 31), 3)
    (True, False, True)
    """
    return (on + timedelta(1)).day == 1 and on.month % months == 0


def faults(entries: Iterable[OuterEntry]) -> Iterator[tuple[int, str]]:
    """Which entries break the order: a day before the last one, a log twice in a period, one that is left out?

    A log of the year that was named once is named in every period after it, whether it grew or not; one of an older
    year only where it grew.
    """
    known: set[str] = set()
    named: set[str] = set()
    day, at = date.min, 0
    for at, entry in enumerate(entries):
        if entry.on < day:
            yield at, "outer_backwards"
        elif entry.on > day:
            if known - named:
                yield at, "outer_left_out"
            day, known, named = entry.on, known | _of_year(named, entry.log), set()
        if entry.of in named:
            yield at, "outer_twice"
        named.add(entry.of)
    if known - named:
        yield at, "outer_left_out"


def _of_year(named: set[str], log: str) -> set[str]:
    """Which of these logs are of the outer log's own year?"""
    return {one for one in named if one.rpartition("/")[2] == log.rpartition("/")[2]}


def missed(days_seen: Iterable[date], days: int) -> int:
    """How many periods between the first day and the last have no entry?"""
    seen = sorted(set(days_seen))
    if not seen:
        return 0
    due = sum(is_due(date.fromordinal(at), days) for at in range(seen[0].toordinal(), seen[-1].toordinal() + 1))
    return max(0, due - len(seen))
