"""Do the published logs hash to their roots, are their checkpoints signed, is each a beginning of what follows?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ecluse.base.canon import canonical, parse
from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, verify_note
from ecluse.base.proof import Levels, leaf_hash, root_of
from ecluse.custody.log.outer import BEACON, is_outer, read_entry
from ecluse.custody.log.outer import ENTRY as OUTER_ENTRY
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_points import Point, broken, cannot, checked

ORIGIN = "ecluse/"
ENTRY_VERSION = "entry/1"
LOGS_LIMIT = 10_000


def tree_of(entries: Iterable[bytes]) -> Levels:
    """Which hash tree stands over these entries?"""
    return Levels(leaf_hash(entry) for entry in entries)


def log_root(heads: Iterable[tuple[str, int, str]]) -> str:
    """What is the tree root over all logs by name? Each leaf is the canonical record of a log's name, size and root.

    >>> log_root([])[:16]
    'e3b0c44298fc1c14'
    """
    leaves = [canonical({"log": name, "root": root, "size": size}) for name, size, root in sorted(heads)]
    return root_of(leaves).hex()


@dataclass(frozen=True, slots=True)
class Place:
    """Where does a published list say that a commitment stands?"""

    log: str
    index: int
    commitment: str

    @classmethod
    def of(cls, form: dict[str, Any]) -> Place:
        """Which place does this part of a file name? Raises EvidenceError."""
        log, index, commitment = form["log"], form["index"], form["commitment"]
        if not isinstance(log, str) or type(index) is not int or not isinstance(commitment, str):
            raise EvidenceError(f"not a place in a log: {form!r}")
        return cls(log, index, commitment)

    def __str__(self) -> str:
        return f"{self.log}#{self.index}"

    def is_before(self, other: Place) -> bool:
        """Had this entry certainly been written before the other? Between two logs only the year decides."""
        if self.log == other.log:
            return self.index < other.index
        return self.log.rsplit("/", 1)[-1] < other.log.rsplit("/", 1)[-1]


@dataclass(slots=True)
class Logs:
    """Every published log: its entries as read, and the tree over them."""

    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    trees: dict[str, Levels] = field(default_factory=dict)

    def fault_of(self, place: Place, kind: str = "") -> str | None:
        """Does this commitment stand at this place, in an entry of this kind? None when it does, else what is wrong."""
        entries = self.entries.get(place.log, [])
        if not 0 <= place.index < len(entries):
            return "place_is_outside"
        entry = entries[place.index]
        if place.commitment not in entry["sd"]:
            return "commitment_missing"
        return "other_kind" if kind and entry["kind"] != kind else None

    def commitments(self) -> dict[str, int]:
        """How many commitments did each year make, over all logs?"""
        found: dict[str, int] = {}
        for name, entries in self.entries.items():
            year = name.rsplit("/", 1)[-1]
            found[year] = found.get(year, 0) + sum(len(entry["sd"]) for entry in entries)
        return found


def read_logs(folder: Folder) -> tuple[Logs, list[Point]]:
    """Which logs are published, and what does not fit between their entries, sizes, roots and checkpoints?"""
    logs, points = Logs(), []
    form = folder.json("logs.json")
    listed = form["logs"][:LOGS_LIMIT]
    signed, entries, after = 0, 0, 0
    for item in listed:
        name = item["log"]
        bodies = list(folder.lines(f"logs/{name}/entries.jsonl"))
        logs.trees[name] = tree = tree_of(bodies)
        entries += len(bodies)
        logs.entries[name], faults = _entries(name, bodies)
        points += faults
        if (tree.size, tree.root().hex()) != (item["size"], item["root"]):
            points.append(broken("P6", "root_differs", f"logs/{name}/entries.jsonl"))
        notes, covered, faults = _checkpoints(folder, name, tree)
        signed, after, points = signed + notes, after + tree.size - covered, points + faults
    if log_root((item["log"], item["size"], item["root"]) for item in listed) != form["log_root"]:
        points.append(broken("P6", "log_root_differs", "logs.json"))
    if form["log_root"] != folder.manifest["log_root"]:
        points.append(broken("P6", "log_root_differs", "manifest.json"))
    points += _chains(logs)
    points.append(checked("P6", "entries", n=entries, logs=len(listed)))
    points.append(checked("P6", "checkpoints", n=signed))
    if after:
        points.append(cannot("P6", "after_checkpoint", n=after))
    points.append(cannot("P6", "cosigned"))
    return logs, points


def _entries(name: str, bodies: list[bytes]) -> tuple[list[dict[str, Any]], list[Point]]:
    """Every entry as it reads; one that is no entry of this log stands as an empty one, and is named."""
    found, points = [], []
    for index, body in enumerate(bodies):
        entry: dict[str, Any] = {"kind": "", "sd": [], "tag": "", "seq": 0}
        try:
            read = parse(body)
            if is_outer(name) and read["v"] in (BEACON, OUTER_ENTRY):
                read_entry(body, name)
                found.append(entry)
                continue
            if read["v"] != ENTRY_VERSION or read["log"] != name:
                raise EvidenceError("another version, or another log's entry")
            if not isinstance(read["sd"], list) or type(read["seq"]) is not int:
                raise EvidenceError("no list of commitments, or no count")
            entry = {**entry, **read}
        except (EvidenceError, KeyError, TypeError):
            points.append(broken("P6", "entry_unreadable", f"{name}#{index}"))
        found.append(entry)
    return found, points


def _checkpoints(folder: Folder, name: str, tree: Levels) -> tuple[int, int, list[Point]]:
    """How many checkpoints hold, up to which size, and which do not?"""
    points, sizes = [], []
    stem = f"logs/{name}"
    paths = folder.under(f"{stem}/checkpoints/")
    for path in [*paths, f"{stem}/checkpoint"]:
        try:
            text = verify_note(folder.text(path), folder.signer_name, folder.public_key())
            checkpoint = parse_checkpoint(text)
        except EvidenceError:
            points.append(broken("P6", "checkpoint_unsigned", path))
            continue
        label = path.rsplit("/", 1)[-1].split("-")[0]
        if checkpoint.origin != ORIGIN + name or label not in ("checkpoint", str(checkpoint.size)):
            points.append(broken("P6", "checkpoint_of_another_log", path))
        elif checkpoint.size > tree.size or tree.root(checkpoint.size) != checkpoint.root:
            points.append(broken("P6", "checkpoint_contradicts_log", path))
        else:
            sizes.append(checkpoint.size)
    newest = max(sizes, default=0)
    if not paths or (sizes and sizes[-1] != newest):
        points.append(broken("P6", "checkpoint_is_old", f"{stem}/checkpoint"))
    return len(paths), newest, points


def _chains(logs: Logs) -> Iterator[Point]:
    """An entry that names the one before it in its file must name one that stands in a log, with a smaller count."""
    leaves = {
        tree.leaf(index).hex(): (entry["seq"], name, index)
        for name, tree in logs.trees.items()
        for index, entry in enumerate(logs.entries[name])
    }
    for name, entries in logs.entries.items():
        for index, entry in enumerate(entries):
            before = entry.get("previous")
            if before is None:
                continue
            found = leaves.get(before) if isinstance(before, str) else None
            if found is None or found[0] > entry["seq"] or not _is_earlier(found[1:], (name, index)):
                yield broken("P6", "previous_missing", f"{name}#{index}")


def _is_earlier(place: tuple[str, int], other: tuple[str, int]) -> bool:
    return place[0] != other[0] or place[1] < other[1]
