"""What did the registers hold when a hearing was heard?

Within one log the index says what stood before; between two logs only the day does, so that a record of another log and
of the hearing's own day may have stood or not. Each subject's file is therefore cut at an instant: what certainly stood
lies before the first one, what may have stood before the last.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, product
from typing import Any, TypeVar

from ecluse.base.sealed import VERSIONS, encode
from ecluse.base.signing import Key, Signature, holds
from ecluse.office.audit.brought import brought
from ecluse.office.audit.reading import Filed, Reading, Window, order_of
from ecluse.office.opening.records import SignatureBrought
from ecluse.order import Gate, Hearing, seal_form

T = TypeVar("T")
# So many ways in which the files of several logs may have stood on one day are tried before a fact is said to differ.
INSTANTS_TRIED = 512


@dataclass(slots=True)
class _File:
    """One subject's records by class and by log, each with its place in the file."""

    length: int
    by_class: dict[str, tuple[list[int], list[Filed]]]
    by_log: dict[str, tuple[list[int], list[int], list[date]]]

    def window(self, hearing: Filed) -> Window:
        """How many records stood at the first instant of the hearing, and how many at its last?"""
        least = most = self.length
        for log, (places, indices, days) in self.by_log.items():
            if log == hearing.log:
                first = last = bisect_left(indices, hearing.index)
            else:
                first, last = bisect_left(days, hearing.on), bisect_right(days, hearing.on)
            least = min(least, places[first]) if first < len(places) else least
            most = min(most, places[last]) if last < len(places) else most
        return Window(least, most)


def _file(rows: list[Filed]) -> _File:
    by_class: dict[str, tuple[list[int], list[Filed]]] = defaultdict(lambda: ([], []))
    by_log: dict[str, tuple[list[int], list[int], list[date]]] = defaultdict(lambda: ([], [], []))
    for place, row in enumerate(rows):
        of_class = by_class[row.v]
        of_class[0].append(place)
        of_class[1].append(row)
        places, indices, days = by_log[row.log]
        places.append(place)
        indices.append(max(row.index, indices[-1]) if indices else row.index)
        days.append(max(row.on, days[-1]) if days else row.on)
    return _File(len(rows), dict(by_class), dict(by_log))


@dataclass(slots=True)
class Known:
    """The registers as they stood when this hearing was heard."""

    reading: Reading
    row: Filed
    hearing: Hearing
    order: Any
    claim: dict[str, Any]
    _files: dict[str, _File] = field(default_factory=dict)
    _cuts: dict[str, int] = field(default_factory=dict)
    _memo: dict[Callable[[Known], Any], Any] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """On which day was it heard?"""
        return self.hearing.on

    @property
    def tranche(self) -> str:
        """Which tranche was heard?"""
        return self.hearing.tranche

    def rows(self, subject: str | None, cls: type[Any]) -> list[Filed]:
        """Which records of this class about this subject stood, oldest first?"""
        if subject is None:
            return []
        cut = self._cuts.get(subject)
        if cut is None:
            cut = self._open(subject)
        found = self._files[subject].by_class.get(VERSIONS[cls])
        return found[1][: bisect_left(found[0], cut)] if found else []

    def _open(self, subject: str) -> int:
        opened = self._files[subject] = _file_of(self.reading, subject)
        cut = self._cuts[subject] = opened.window(self.row).most
        return cut

    def once(self, rebuild: Callable[[Known], T]) -> T:
        """What does this give here? Rebuilt once for all facts that rest on it."""
        if rebuild not in self._memo:
            self._memo[rebuild] = rebuild(self)
        found: T = self._memo[rebuild]
        return found

    @property
    def subjects(self) -> tuple[str, ...]:
        """Whose files were read?"""
        return tuple(sorted(self._files))

    def of(self, subject: str | None, cls: type[T]) -> list[T]:
        """Which values of this class about this subject stood, oldest first?"""
        return [row.value for row in self.rows(subject, cls)]

    def either(self, subject: str | None, *classes: type[Any]) -> list[Any]:
        """Which values of these classes about this subject stood, in the order in which they were written?"""
        found = [row for cls in classes for row in self.rows(subject, cls)]
        return [row.value for row in sorted(found, key=lambda row: row.turn)]

    def newest(self, subject: str | None, cls: type[Any]) -> Filed | None:
        """Which record of this class about this subject stood last?"""
        found = self.rows(subject, cls)
        return found[-1] if found else None

    def in_force(self, subject: str, cls: type[Any], on: date | None = None) -> Filed | None:
        """Which dated record was in force on this day (of the hearing, when none is named)? The newest that was."""
        day = on or self.on
        found = [
            row for row in self.rows(subject, cls)
            if row.value.valid_from <= day and (row.value.valid_until is None or day <= row.value.valid_until)
        ]  # fmt: skip
        return max(found, key=lambda row: row.value.valid_from) if found else None

    def instants(self, rebuild: Callable[[Known], Any]) -> Iterator[Any]:
        """What does this give at each instant at which the hearing may have been heard? The last comes first."""
        yield rebuild(self)
        windows = {subject: opened.window(self.row) for subject, opened in self._files.items()}
        unsure = [name for name, window in windows.items() if window.least < window.most]
        spans = [range(windows[name].most, windows[name].least - 1, -1) for name in unsure]
        for cuts in islice(product(*spans), 1, INSTANTS_TRIED):
            self._cuts.update(zip(unsure, cuts, strict=True))
            self._memo.clear()
            yield rebuild(self)

    def last_passed(self, gate: Gate) -> Filed | None:
        """Which was this gate's last hearing of the tranche, or of the one it was split from, if it passed?"""
        for name in dict.fromkeys((self.tranche, f"{order_of(self.tranche)}/0")):
            found = [row for row in self.rows(name, Hearing) if row.value.gate is gate]
            if found:
                return found[-1] if found[-1].value.finding is not None else None
        return None

    def hearing_of(self, gate: Gate) -> str | None:
        """By which hearing did this gate pass the tranche?"""
        found = self.last_passed(gate)
        return found.digest if found else None

    def finding(self, gate: Gate) -> dict[str, str] | None:
        """What did this gate find, as a claim cites it?"""
        found = self.last_passed(gate)
        if found is None:
            return None
        memo: dict[str, str] = self.reading.kept("finding_digests") or self.reading.keep("finding_digests", {"": ""})
        if found.digest not in memo:
            memo[found.digest] = seal_form(found.value.finding).digest
        return {"ref": memo[found.digest]}

    def keys(self, *owners: str) -> list[Filed]:
        """Which keys had these owners registered? By id, each once."""
        found = {row.value.id: row for owner in set(owners) for row in self.rows(f"key:{owner}", Key)}
        return [found[id] for id in sorted(found)]

    def signatures(self, signed: Filed | None, stated: Any) -> list[Any]:
        """Which signatures did this record bear? One that holds and is gone from the table was there all the same."""
        if signed is None:
            return []
        late = self._brought_later(signed)
        held = [encode(made) for made in self.reading.signatures.get(signed.digest, ()) if made.key not in late]
        if stated == held or type(stated) is not list:
            return held
        # What verifies over nothing is named by P6.
        sound = [form for form in held if form in stated or self._holds(signed.digest, form)]
        gone = [f for f in stated if f not in held and self._holds(signed.digest, f) and f["key"] not in late]
        return sorted([*sound, *gone], key=lambda form: str(form["key"]))

    def _brought_later(self, signed: Filed) -> set[str]:
        """By which keys was it signed away from the office, the signatures brought in only after this was heard?"""
        rows = brought(self.reading).get(signed.digest)
        if not rows:
            return set()
        stood = {row.rid for row in self.rows(signed.subject, SignatureBrought)}
        return {row.value.key for row in rows if row.rid not in stood}

    def _holds(self, digest: str, form: Any) -> bool:
        try:
            made = Signature(form["key"], date.fromisoformat(form["on"]), form["value_hex"])
            key = self.reading.keys[made.key]
        except (KeyError, TypeError, ValueError):
            return False
        return holds(digest, made.on, key.public_hex, made.value_hex)


def _file_of(reading: Reading, subject: str) -> _File:
    """Each subject's file is indexed once."""
    indexed: dict[str, _File] = reading.kept("files_indexed") or reading.keep("files_indexed", {"": _file([])})
    if subject not in indexed:
        indexed[subject] = _file(reading.by_subject.get(subject, []))
    return indexed[subject]


def form_of(value: Any) -> Any:
    """How would a claim spell this? A record is cited by its digest."""
    if value is None or type(value) in (str, int, bool, dict):
        return value
    if isinstance(value, Filed):
        return {"ref": value.digest}
    if isinstance(value, list | tuple):
        return [form_of(item) for item in value]
    return encode(value)
