"""How does an order's dossier travel as a file, and do the verdicts in it still hold?

One JSON Lines file an order. Its first line names the order, the release that wrote it, how many lines follow and
their digest; then one sealed record a line, spelled canonically: cited objects by digest, then hearings in order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecluse import __version__
from ecluse.base.canon import canonical, digest, parse
from ecluse.base.claim import read_claim, refs_in
from ecluse.base.errors import BadInputError, EcluseError, EvidenceError, UnknownLawError
from ecluse.base.sealed import VERSIONS, Sealed, encode, unseal
from ecluse.edge.law import library
from ecluse.order import DOORS, Dossier, Hearing, Replayed, replay, seal_form

FORMAT = "dossier/1"
SUFFIX = ".dossier.jsonl"
BYTES_LIMIT = 256 * 1024 * 1024
LINES_LIMIT = 1_000_000
HEADER = {"v": str, "order": str, "release": str, "lines": int, "digest": str}


def write_dossier(dossier: Dossier, path: Path) -> Path:
    """Where does this dossier stand now? In a folder, under its order's name. The same dossier gives the same bytes.

    Raises ValueError when an object does not have the digest that it stands under.
    """
    records = []
    for name in sorted(dossier.objects):
        record = _sealed(dossier.objects[name])
        if record.digest != name:
            raise ValueError(f"object {name[:12]} has the digest {record.digest[:12]}")
        records.append(record.body)
    records += [_sealed(hearing).body for hearing in dossier.hearings]
    body = b"".join(record + b"\n" for record in records)
    head = canonical({
        "v": FORMAT, "order": dossier.order, "release": __version__, "lines": len(records), "digest": digest(body),
    })  # fmt: skip
    target = path / file_name(dossier.order) if path.is_dir() else path
    half = target.with_name(target.name + ".part")
    half.write_bytes(head + b"\n" + body)
    os.replace(half, target)
    return target


def _sealed(value: Any) -> Sealed:
    return seal_form({"v": VERSIONS[type(value)], **encode(value)})


def file_name(order: str) -> str:
    """Under which name does this order's dossier stand in a folder?"""
    return re.sub(r"[^A-Za-z0-9.-]", "_", order) + SUFFIX


def read_dossier(path: Path) -> Dossier:
    """Which dossier does this file hold, whole, unchanged and understood by this release?

    Raises BadInputError when the file is no dossier, is cut short or comes from a newer release, EvidenceError when a
    record was changed, is not understood or cites what is missing, UnknownLawError for a table that is not held here.
    """
    head, body = _opened(path)
    lines = body.split(b"\n")[:-1]
    objects: dict[str, Any] = {}
    hearings: list[Hearing] = []
    for number, line in enumerate(lines, 2):
        try:
            _take(unseal(line), line, objects, hearings)
        except EvidenceError as error:
            raise EvidenceError(f"{path.name}, line {number}: {error}") from None
    dossier = Dossier(head["order"], tuple(hearings), objects)
    findings: dict[str, Any] = {}
    for hearing in hearings:
        try:
            _check_hearing(hearing, dossier.order, objects, findings)
        except EvidenceError as error:
            raise EvidenceError(f"{path.name}, hearing {hearing.id}: {error}") from None
        except UnknownLawError as error:
            raise UnknownLawError(f"{path.name}, hearing {hearing.id}: {error}") from None
    return dossier


def _opened(path: Path) -> tuple[dict[str, Any], bytes]:
    """The first line as stated, and the bytes of all following lines as they were sealed."""
    try:
        if path.stat().st_size > BYTES_LIMIT:
            raise BadInputError.one(
                path.name, f"at most {BYTES_LIMIT} bytes", "a larger file", "export the order again"
            )
        whole = path.read_bytes()
    except OSError as error:
        raise BadInputError.one(
            path.name, "a dossier", error.strerror or "no file", "name a file that exists"
        ) from None
    first, _, body = whole.partition(b"\n")
    head = _header(path.name, first)
    found = body.count(b"\n")
    if found < head["lines"] or not whole.endswith(b"\n"):
        raise BadInputError.one(
            path.name,
            f"{head['lines']} whole lines after the first",
            f"{found}: the file is cut short",
            "fetch it again",
        )
    if found > head["lines"] or digest(body) != head["digest"]:
        raise EvidenceError(
            f"{path.name}: the lines were changed: their digest is not the one stated in the first line"
        )
    return head, body


def _header(name: str, line: bytes) -> dict[str, Any]:
    expected = f"a first line with v = {FORMAT}, order, release, lines, digest"
    try:
        head = parse(line)
    except EvidenceError as error:
        raise BadInputError.one(name, expected, str(error), "export the order again") from None
    if not isinstance(head, dict) or not isinstance(head.get("v"), str) or not head["v"].startswith("dossier/"):
        raise BadInputError.one(name, expected, "another line", "give a file that `ecluse demo --export` wrote")
    release = head.get("release")
    if head["v"] != FORMAT or (isinstance(release, str) and _is_newer(release)):
        found = f"{head['v']} of release {release}"
        raise BadInputError.one(name, f"{FORMAT} of release {__version__} or older", found, "use that newer release")
    if {key: type(value) for key, value in head.items()} != HEADER or not 0 <= head["lines"] <= LINES_LIMIT:
        raise BadInputError.one(name, expected, f"the fields {', '.join(sorted(head))}", "export the order again")
    return head


def _is_newer(release: str) -> bool:
    """Is this release newer than the one that runs? A release that cannot be read is."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6}){0,3}", release):
        return release != __version__
    ours = [int(part) for part in re.findall(r"\d+", __version__)[:3]]
    return [int(part) for part in release.split(".")] > ours


def _take(record: Any, line: bytes, objects: dict[str, Any], hearings: list[Hearing]) -> None:
    if isinstance(record, Hearing):
        hearings.append(record)
        return
    name = digest(line)
    if hearings:
        raise EvidenceError("an object stands after the hearings")
    if name in objects:
        raise EvidenceError("an object stands twice")
    objects[name] = record


def _check_hearing(hearing: Hearing, order: str, objects: dict[str, Any], findings: dict[str, Any]) -> None:
    if hearing.order != order:
        raise EvidenceError(f"it belongs to {hearing.order}, not to {order}")
    if _is_newer(hearing.engine.removeprefix("ecluse ")):
        raise EvidenceError(f"it was judged by {hearing.engine}; this is {__version__}: use that newer release")
    for table, version in hearing.law:
        library(table, version)
    if type(hearing.claim) is not dict:
        raise EvidenceError("its claim is not a record")
    for ref in refs_in(hearing.claim):
        if ref in findings:  # the finding of an earlier hearing is an object, even where it has no line of its own
            objects.setdefault(ref, findings[ref])
        elif ref not in objects:
            raise EvidenceError(f"it cites {str(ref)[:12]}, which the dossier does not hold")
    read_claim(DOORS[hearing.gate].claim, hearing.claim, objects.__getitem__)
    if hearing.finding is not None:
        if type(hearing.finding) is not dict or type(hearing.finding.get("v")) is not str:
            raise EvidenceError("its finding names no version")
        sealed = seal_form(hearing.finding)
        findings[sealed.digest] = unseal(sealed.body)


@dataclass(frozen=True, slots=True)
class DossierReplay:
    """One file judged again: its hearings, or the sentence that says why it could not be read."""

    path: Path
    order: str | None
    replayed: tuple[Replayed, ...]
    error: str | None

    def different(self) -> tuple[Replayed, ...]:
        """Which hearings earn another verdict than the stored one?"""
        return tuple(item for item in self.replayed if not item.same)

    def is_same(self) -> bool:
        """Was it read, and does every hearing earn its stored verdict?"""
        return self.error is None and not self.different()


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """How many dossiers and hearings were judged again, and how many differ or could not be read?"""

    dossiers: int
    hearings: int
    different: int
    unreadable: int

    @classmethod
    def of(cls, results: Iterable[DossierReplay]) -> ReplaySummary:
        """What do these results sum to?"""
        dossiers = hearings = different = unreadable = 0
        for result in results:
            dossiers += 1
            hearings += len(result.replayed)
            different += len(result.different())
            unreadable += result.error is not None
        return cls(dossiers, hearings, different, unreadable)

    def is_same(self) -> bool:
        """Was every dossier read, and was there at least one, and does every hearing earn its stored verdict?"""
        return self.dossiers > 0 and not self.different and not self.unreadable

    def form(self) -> Mapping[str, int | bool]:
        """What does `--json` print?"""
        return {
            "dossiers": self.dossiers, "hearings": self.hearings, "different": self.different,
            "unreadable": self.unreadable, "same": self.is_same(),
        }  # fmt: skip


def dossiers_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Which dossier files are meant? A folder stands for every dossier beneath it, by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob(f"*{SUFFIX}"))
        else:
            yield path


def replay_paths(paths: Iterable[Path]) -> Iterator[DossierReplay]:
    """What does each dossier earn when it is judged again? A file that cannot be read is a result, not the end."""
    for path in dossiers_in(paths):
        try:
            dossier = read_dossier(path)
            yield DossierReplay(path, dossier.order, tuple(replay(dossier, library)), None)
        except EcluseError as error:
            yield DossierReplay(path, None, (), str(error))
