"""Does the outer log keep its cadence, and are the logs as shown the ones that it committed to at the time?"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, verify_note
from ecluse.custody.log.outer import Beacon, OuterEntry, OuterHead, faults, hidden, is_outer, missed, read_entry
from ecluse.custody.log.tiles import bundles_between
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_logs import ORIGIN, Logs, tree_of
from ecluse.edge.public_audit_points import Point, broken, cannot, checked

FORM, TILES = "outer.json", "tiles"
OPENED_LIMIT = 1_000_000


def check_outer(folder: Folder, logs: Logs) -> Iterator[Point]:
    """Is each log named in every period, each shown head the one that was hidden, each shown log one that was?"""
    if FORM not in folder.present:
        yield cannot("P6", "outer_absent")
        return
    form, found, days = folder.json(FORM), dict[tuple[str, str, date], str](), set[date]()
    for name in sorted(filter(is_outer, logs.trees)):
        bodies = yield from _tiles(folder, name, logs)
        entries = []
        for index, body in enumerate(bodies):
            read = _read(body, name)
            if isinstance(read, OuterEntry):
                entries.append(read)
                found[name, read.of, read.on] = read.commitment
                days.add(read.on)
            elif isinstance(read, Beacon) and not read.is_true:
                yield broken("P6", "beacon_false", f"{name}#{index}")
        yield from (broken("P6", key, f"{name} {entries[at].on}") for at, key in faults(entries))
    yield checked("P6", "outer", n=len(found), days=form["days"], missed=missed(days, max(1, int(form["days"]))))
    yield from _opened(form["opened"][:OPENED_LIMIT], found, logs)


def _tiles(folder: Folder, name: str, logs: Logs) -> Generator[Point, None, list[bytes]]:
    """Which entries has the outer log as tiles? Signed, and going on from what the folder shows of it elsewhere."""
    log, where = LogFolder(folder.path / TILES / name), f"{TILES}/{name}"
    try:
        head = parse_checkpoint(verify_note(log.checkpoint(), folder.signer_name, folder.public_key()))
        bodies = [body for bundle in bundles_between(0, head.size) for body in log.entries(bundle)]
    except (EvidenceError, OSError) as error:
        yield broken("P6", "unreadable", where, reason=str(error))
        return []
    tree, shown = tree_of(bodies), logs.trees[name]
    if head.origin != ORIGIN + name or (tree.size, tree.root()) != (head.size, head.root):
        yield broken("P6", "checkpoint_contradicts_log", where)
    elif shown.size > tree.size or tree.root(shown.size) != shown.root():
        yield broken("P6", "root_differs", where)
    else:
        yield checked("P6", "outer_tiles", n=head.size)
    return bodies


def _read(body: bytes, name: str) -> OuterEntry | Beacon | None:
    """One of the outer log's own entries; the others commit to records and are read as such."""
    try:
        return read_entry(body, name)
    except EvidenceError:
        return None


def _opened(rows: list[Any], found: dict[tuple[str, str, date], str], logs: Logs) -> Iterator[Point]:
    """Does each opened head open its entry, and is each log as shown what the last of them says?"""
    newest: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        head, on = OuterHead(row["of"], row["size"], row["root"], row["salt"]), date.fromisoformat(row["on"])
        if found.get((row["log"], head.log, on)) != hidden(bytes.fromhex(head.salt_hex), head.text()):
            yield broken("P6", "outer_opens_nothing", f"{head.log} {on}")
            continue
        tree, root = logs.trees.get(head.log), bytes.fromhex(head.root_hex)
        if tree is None or head.size > tree.size or tree.root(head.size) != root:
            yield broken("P6", "outer_head_differs", f"{head.log} {on}")
        newest[head.log] = max(newest.get(head.log, (0, b"")), (head.size, root))
    for name, tree in sorted(logs.trees.items()):
        if not is_outer(name) and newest.get(name) != (tree.size, tree.root()):
            yield broken("P6", "outer_head_missing", name)
    yield checked("P6", "outer_heads", n=len(rows))
