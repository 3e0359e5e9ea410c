"""P6, second part: is every log whole, one entry after the other, as its signed heads say it was?"""

from __future__ import annotations

import hmac
from collections import defaultdict
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, models
from django.db.models.functions import Cast

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.figures import LABEL_KEY
from ecluse.base.note import parse_checkpoint, verify_note
from ecluse.base.proof import Edge, Levels, leaf_hash, verify_consistency
from ecluse.custody.log.outer import BEACON, is_outer
from ecluse.custody.log.outer import ENTRY as OUTER_ENTRY
from ecluse.custody.openings import OpeningKey
from ecluse.office.audit.p6_records import salt_of
from ecluse.office.audit.reading import Filed, Logged, Reading, day_of, order_of, whole
from ecluse.office.audit.report import Tally
from ecluse.office.models import Checkpoint, Head, LogHead

SIGNER = "authority:ssecu"
OUTER_KINDS = (OUTER_ENTRY, BEACON)
SEALED_TABLES = ("record", "signaturerow", "salt", "logentry", "checkpoint", "entry", "posting", "setting", "readentry")
TRIGGERS_OF_BOOKS = ("office_entry_balances", "office_posting_before_entry")


def entries_hash_to_leaves(reading: Reading, tally: Tally) -> None:
    """Is every entry as it was hashed, in its place, and does no index lack one?"""
    tally.count("log_entries", len(reading.entries))
    expected: dict[str, int] = defaultdict(int)
    for entry in reading.entries:
        day = day_of_entry(reading, entry)
        if leaf_hash(entry.body).hex() != entry.leaf_hex:
            tally.broken("entry_altered", entry.id, day, log=entry.log, index=entry.index)
        elif not _is_entry(entry):
            tally.broken("entry_unreadable", entry.id, day, log=entry.log, index=entry.index)
        if entry.index != expected[entry.log]:
            tally.broken("entry_missing", entry.log, day, log=entry.log, index=expected[entry.log])
        expected[entry.log] = entry.index + 1


def _is_entry(entry: Logged) -> bool:
    """Does it read as an entry of its log, at its place? The outer log has entries of its own kinds beside."""
    if entry.form is None or entry.id != f"{entry.log}/{entry.index:08d}":
        return False
    kinds = ("entry/1", *OUTER_KINDS) if is_outer(entry.log) else ("entry/1",)
    return entry.form.get("log") == entry.log and entry.form.get("v") in kinds


def is_of_outer(entry: Logged) -> bool:
    """Is it one of the outer log's own entries, which hold no commitment of a record and bear no tag?"""
    return is_outer(entry.log) and entry.form is not None and entry.form.get("v") in OUTER_KINDS


def day_of_entry(reading: Reading, entry: Logged) -> date | None:
    """On which day was this entry written, as far as its records tell?"""
    days: dict[tuple[str, int], date] | None = reading.kept("day_of_place")
    if days is None:
        days = reading.keep("day_of_place", {row.place: row.on for row in reading.rows})
    return days.get((entry.log, entry.index))


def logs_of(reading: Reading) -> dict[str, list[Logged]]:
    """Which entries does each log hold, in order?"""
    found = reading.kept("logs")
    if found is None:
        found = defaultdict(list)
        for entry in reading.entries:
            found[entry.log].append(entry)
        reading.keep("logs", found)
    return dict(found)


def trees_of(reading: Reading) -> dict[str, Levels]:
    """Which tree stands over each log? Over the stored leaf hashes: an altered entry is named by itself."""
    found = reading.kept("trees")
    if found is None:
        found = reading.keep("trees", {log: Levels(map(_leaf, own)) for log, own in sorted(logs_of(reading).items())})
    return dict(found)


def _leaf(entry: Logged) -> bytes:
    try:
        leaf = bytes.fromhex(entry.leaf_hex)
    except ValueError:
        leaf = b""
    return leaf if len(leaf) == 32 else leaf_hash(entry.body)


def heads_agree(reading: Reading, tally: Tally) -> None:
    """Does the stored head of every log, from which the next entry goes on, agree with its entries?"""
    trees = trees_of(reading)
    stored = {log: (whole(size), edge) for log, size, edge in LogHead.objects.values_list("log", "size", "edge_hex")}
    for log in sorted(set(trees) | set(stored)):
        tree = trees.get(log, Levels())
        size, edge_hex = stored.get(log, (0, ""))
        try:
            edge = Edge.from_hex(size, edge_hex)
        except (ValueError, TypeError):
            edge = None
        if edge is None or (edge.size, edge.root()) != (tree.size, tree.root()):
            tally.broken("log_head_differs", log, None, size_stored=size, size_found=tree.size)


def checkpoints_hold(reading: Reading, tally: Tally) -> None:
    """Does every signed head verify, state a root that the log still has, and extend the one before it?"""
    trees = trees_of(reading)
    before: dict[str, tuple[int, bytes]] = {}
    publics = [key.public_hex for key in reading.keys.values() if key.owner == SIGNER]
    dated = Checkpoint.objects.annotate(day=Cast("on", models.TextField())).order_by("log", "size", "on")
    rows = dated.values_list("id", "log", "size", "root_hex", "note", "day")
    for id, log, size, root_hex, note, on in rows:
        tally.count("checkpoints")
        day, tree = day_of(on), trees.get(log, Levels())
        text = _verified(note, publics)
        if text is None:
            tally.broken("checkpoint_unsigned", id, day, log=log)
            continue
        said = parse_checkpoint(text)
        is_named = id in (f"{log}/{size}", f"{log}/{size}/{on}")
        if not is_named or (said.origin, said.size, said.root.hex()) != (f"ecluse/{log}", size, root_hex):
            tally.broken("checkpoint_altered", id, day, log=log)
        elif size > tree.size:
            tally.broken("log_cut_short", log, day, size_signed=size, size_found=tree.size)
        elif tree.root(size) != said.root:
            tally.broken("log_rewritten", log, day, size_signed=size)
        else:
            old_size, old_root = before.get(log, (0, Levels().root()))
            proof = tree.consistency_proof(old_size, size)
            if not verify_consistency(old_size, size, proof, old_root, said.root):
                tally.broken("log_rewritten", log, day, size_signed=size)
            before[log] = (size, said.root)
    for log, tree in trees.items():
        tally.count("entries_after_last_checkpoint", tree.size - before.get(log, (0, b""))[0])


def _verified(note: str, publics: list[str]) -> str | None:
    for public in publics:
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
            return verify_note(note, SIGNER.replace(":", "/"), key)
        except (EvidenceError, ValueError):
            continue
    return None


def tags_are_known(reading: Reading, tally: Tally) -> None:
    """Which subject is each entry about? Its tag is a keyed hash of its subject's count; who holds the key can tell."""
    heads = {s: (whole(turn), leaf) for s, turn, leaf in Head.objects.values_list("subject", "turn", "leaf_hex")}
    turns: dict[str, int] = defaultdict(int)
    for row in reading.rows:
        turns[row.subject] = max(turns[row.subject], row.turn)
    subjects: dict[str, str] = {}
    keyless, names = [], set()
    for subject in sorted(set(heads) | set(turns)):
        name = digest(f"tag/{subject}".encode())
        names.add(name)
        key = salt_of(reading.salts.get(name))
        if key is None:
            keyless.append(subject)
            continue
        for turn in range(max(turns[subject], heads.get(subject, (0, ""))[0]) + 1):
            subjects[hmac.digest(key, str(turn).encode(), "sha256").hex()] = subject
    reading.keep("subject_of_tag", subjects)
    # The opening keys lie beside the salts as the tags' keys do, and so does the key of the envelope's labels.
    names.add(digest(LABEL_KEY.encode()))
    names |= {digest(f"opening-key/{row.value.key_digest}".encode()) for row in reading.of(OpeningKey)}
    reading.keep("tag_names", names)
    reading.keep("heads", heads)
    reading.keep("turns", turns)


def chains_are_unbroken(reading: Reading, tally: Tally) -> None:
    """Do the entries about each subject follow one another, each naming the one before, up to the stored head?"""
    subjects: dict[str, str] = reading.kept("subject_of_tag")
    by_subject: dict[str, list[Logged]] = defaultdict(list)
    unknown = []
    for entry in reading.entries:
        if entry.form is not None and entry.form.get("tag") in subjects:
            by_subject[subjects[entry.form["tag"]]].append(entry)
        elif entry.form is not None and not is_of_outer(entry):
            unknown.append(entry)
    tally.count("chains", len(by_subject))
    for subject, entries in sorted(by_subject.items()):
        fault = _chain_fault(reading, subject, entries)
        if fault and not reading.tainted.intersection({subject, *(entry.id for entry in entries)}):
            tally.broken("chain_broken", subject, day_of_entry(reading, fault), log=fault.log, index=fault.index)
    # Where a tag key is gone P8 names it, and nothing can be said of the entries it would find.
    for entry in () if _keyless(reading, subjects) else unknown:
        tally.broken("tag_unknown", entry.id, day_of_entry(reading, entry), log=entry.log, index=entry.index)


def _keyless(reading: Reading, subjects: dict[str, str]) -> list[str]:
    """Whose tag key is gone? Entries about them cannot be told: P8 names the missing key."""
    written = {row.subject for row in reading.rows} | set(reading.kept("heads"))
    with_key = set(subjects.values())
    main = {entry.form.get("tag") for entry in reading.entries if entry.form and not is_of_outer(entry)}
    main -= set(subjects)
    lost = sorted(written - with_key) if main else []
    reading.keep("tags_unexplained", len(main))
    return lost


def _chain_fault(reading: Reading, subject: str, entries: list[Logged]) -> Logged | None:
    """The first entry that breaks the subject's chain; its last leaf must be the one that the head names."""
    by_leaf = {entry.leaf_hex: entry for entry in entries}
    after: dict[str, Logged] = {}
    for entry in entries:
        assert entry.form is not None
        previous = entry.form.get("previous", "")
        if previous in after or (previous and previous not in by_leaf):
            return entry
        after[previous] = entry
    following, seen, seq = after.get(""), 0, 0
    last = entries[-1]
    while following is not None and following.form is not None:
        number = following.form.get("seq")
        if type(number) is not int or number < seq:
            return following
        seq, seen, last = number, seen + 1, following
        following = after.get(following.leaf_hex) if seen <= len(entries) else None
    head_turn, head_leaf = reading.kept("heads").get(subject, (0, ""))
    if seen != len(entries) or last.leaf_hex != head_leaf:
        return last
    return last if head_turn != reading.kept("turns")[subject] else None


def turns_are_whole(reading: Reading, tally: Tally) -> None:
    """Is every subject's file counted without a gap?"""
    files: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.rows:
        files[row.subject].append(row)
    for subject, rows in sorted(files.items()):
        if [row.turn for row in rows] != list(range(1, len(rows) + 1)) and subject not in reading.tainted:
            tally.broken("file_not_whole", subject, rows[-1].on, records=len(rows))
            reading.tainted.update({subject, order_of(subject)} - {""})
    told = set((reading.kept("subject_of_tag") or {}).values())
    for subject, (turn, leaf_hex) in sorted((reading.kept("heads") or {}).items()):
        tally.count("heads")
        is_alone = leaf_hex and subject not in told
        if (turn != len(files.get(subject, ())) or is_alone) and subject not in reading.tainted:
            tally.broken("head_differs", subject, None, records=len(files.get(subject, ())), turn=turn)
            reading.tainted.update({subject, order_of(subject)} - {""})


def triggers_stand(reading: Reading, tally: Tally) -> None:
    """Does the database itself still refuse to change or delete what is sealed, and an entry out of balance?"""
    found = _sqlite_triggers() if connection.vendor == "sqlite" else _postgresql_triggers()
    for name in _expected_triggers():
        tally.count("triggers")
        if name not in found:
            tally.broken("trigger_missing", name, None)


def _expected_triggers() -> list[str]:
    suffixes = ("no_update", "no_delete", "no_replace") if connection.vendor == "sqlite" else ("sealed", "whole")
    return [f"office_{t}_{suffix}" for t in SEALED_TABLES for suffix in suffixes] + list(TRIGGERS_OF_BOOKS)


def _sqlite_triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name for name, table, sql in cursor.fetchall() if "RAISE(ABORT" in sql and f"ON {table}" in sql}


def _postgresql_triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        )
        return {name for name, source in cursor.fetchall() if "RAISE EXCEPTION" in source}
