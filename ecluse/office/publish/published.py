"""What does the published folder say? The public pages show its files and nothing else; here they are read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.money import Money
from ecluse.base.proof import Levels, leaf_hash, verify_inclusion
from ecluse.edge.public_audit_folder import MANIFEST
from ecluse.office.kept import public_folder

FORMS = ("logs", "certificates", "custody", "proceeds", "openings", "lists", "authorities", "hearings", "outer")
FORM_BYTES = 64 * 1024 * 1024
TREES_KEPT = 4


@dataclass(frozen=True)
class Published:
    """One publication: the day it speaks of, the root over all logs, its files."""

    folder: Path
    as_of: date
    log_root: str
    verifier_key: str
    files: frozenset[str]
    sizes: dict[str, int]
    roots: dict[str, str]
    forms: dict[str, Any] = field(default_factory=dict)

    def form(self, name: str) -> Any:
        """What does this file say? Read once. Raises EvidenceError when it is absent or too large."""
        if name not in self.forms:
            path = self.folder / f"{name}.json"
            if path.name not in self.files or path.stat().st_size > FORM_BYTES:
                raise EvidenceError(f"{path.name} is not among the published files")
            self.forms[name] = json.loads(path.read_text(encoding="utf-8"))
        return self.forms[name]

    def lines(self, log: str) -> list[bytes]:
        """Which entries has this log, as published?"""
        return self.folder.joinpath("logs", log, "entries.jsonl").read_bytes().splitlines()[: self.sizes[log]]


@dataclass(frozen=True, slots=True)
class Included:
    """A commitment that stands in a log, with what shows it: entry, leaf, proof, size and root of the log."""

    log: str
    index: int
    commitment: str
    entry: str
    leaf: str
    size: int
    root: str
    proof: tuple[str, ...]

    def form(self) -> dict[str, Any]:
        """How does it stand in a file that a program reads?"""
        return {
            "log": self.log, "index": self.index, "commitment": self.commitment, "entry": self.entry,
            "leaf": self.leaf, "size": self.size, "root": self.root, "proof": list(self.proof),
        }  # fmt: skip


def published() -> Published | None:
    """Which publication do the public pages show? None when there is none."""
    place = public_folder()
    path = place / MANIFEST if place else None
    try:
        stamp = path.stat() if path else None
        return _read(str(place), stamp.st_mtime_ns, stamp.st_ino) if stamp else None
    except (OSError, KeyError, ValueError):
        return None


@lru_cache(maxsize=2)
def _read(place: str, stamp: int, inode: int) -> Published:
    folder = Path(place)
    manifest = json.loads(folder.joinpath(MANIFEST).read_text(encoding="utf-8"))
    logs = json.loads(folder.joinpath("logs.json").read_text(encoding="utf-8"))["logs"]
    return Published(
        folder, date.fromisoformat(manifest["as_of"]), manifest["log_root"], manifest["verifier_key"],
        frozenset({MANIFEST, *(file["path"] for file in manifest["files"])}),
        {item["log"]: item["size"] for item in logs}, {item["log"]: item["root"] for item in logs},
    )  # fmt: skip


def included(said: Published, log: str, index: int, commitment: str) -> Included:
    """What shows that this commitment stands at this place? Raises EvidenceError when it does not."""
    lines, tree = _tree(str(said.folder), said.log_root, log)
    if not 0 <= index < len(lines):
        raise EvidenceError(f"{log} has no entry {index} in this publication")
    entry, proof, leaf = lines[index], tree.inclusion_proof(index), leaf_hash(lines[index])
    root = bytes.fromhex(said.roots[log])
    holds = commitment in json.loads(entry)["sd"] and verify_inclusion(leaf, index, len(lines), proof, root)
    if not holds:
        raise EvidenceError(f"entry {index} of {log} does not hold this commitment under the published root")
    return Included(
        log, index, commitment, entry.decode(), leaf.hex(), len(lines), root.hex(), tuple(step.hex() for step in proof)
    )


@lru_cache(maxsize=TREES_KEPT)
def _tree(place: str, log_root: str, log: str) -> tuple[list[bytes], Levels]:
    said = published()
    if said is None or said.log_root != log_root:
        raise EvidenceError("the publication changed meanwhile")
    lines = said.lines(log)
    return lines, Levels(leaf_hash(line) for line in lines)


def money(form: dict[str, Any], name: str) -> Money:
    """Which amount stands under this name of a form with a currency?"""
    return Money(int(form[f"{name}_minor"]), form["currency"])
