"""What may a stranger see? Writes the public folder: logs, law, certificates, lists, authorities, totals, openings."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse import __version__
from ecluse.base.canon import canonical, digest
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import verifier_key
from ecluse.base.signing import Key, message
from ecluse.base.source import SeededSource, ServiceSource, Source
from ecluse.base.words import LANGUAGES, say
from ecluse.custody.log.outer import is_outer
from ecluse.edge.law import TABLES, newest_law
from ecluse.edge.public_audit_folder import MANIFEST, PUBLICATION_VERSION, Folder
from ecluse.edge.public_audit_logs import tree_of
from ecluse.edge.public_audit_points import PROMISES
from ecluse.office.actions.checkpoint import SIGNER
from ecluse.office.actions.envelope_proofs import Progress, prove_missing
from ecluse.office.models import Setting
from ecluse.office.publish.custody import custody
from ecluse.office.publish.disclosures import disclosures, keys_told
from ecluse.office.publish.envelope import (
    ENVELOPE,
    FIGURES,
    PROOFS,
    SIGNED,
    envelope,
    figures_lines,
    proof_lines,
    signed_lines,
)
from ecluse.office.publish.envelope_work import work_of
from ecluse.office.publish.gates import authorities, certificates, lists
from ecluse.office.publish.hearings import Heard, counts, heard, law_used
from ecluse.office.publish.openings import Schedule, Slot, opened, openings
from ecluse.office.publish.outer import write_outer_tiles
from ecluse.office.publish.plans import plans
from ecluse.office.publish.proceeds import money_told
from ecluse.office.publish.reading import Reading, publication_term
from ecluse.office.publish.verify_page import write_verify_page

Proving = tuple[Source, Progress]


def publish(
    folder: Path, source: Source | None = None, *, proofs: bool = True, progress: Progress = lambda done, all_: None
) -> int:  # fmt: skip
    """How many files does the public folder hold now? All or nothing: one beside it is filled, then takes its name.

    Raises BadInputError when the folder holds anything but an older publication of the same logs. In service `source`
    holds the signer's key; a demonstration signs with its own. With `proofs` what the closed envelope lacks is
    proven first, which takes minutes for a year; `progress` is told how far that is.
    """
    folder = folder.resolve()
    _recover(folder)
    reading = Reading(newest_law())
    older = _older(folder, reading)
    source = source or source_of(reading)
    private = source.private_key(SIGNER)
    key = _registered(reading, private.public_key())
    partial = folder.with_name(f".{folder.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    try:
        hearings = heard(reading)
        _write_logs(partial, reading)
        money = money_told(reading, hearings)
        _write_law(partial, reading, hearings)
        _write_json(partial, "proceeds.json", money)
        _write_lists(partial, reading, hearings)
        _write_envelope(partial, reading, money, (source, progress) if proofs else None)
        write_verify_page(partial)
        files = _write_manifest(partial, reading, private, key)
        _exchange(partial, folder, older)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return files


def source_of(reading: Reading) -> Source:
    """Where does chance come from, and in a demonstration the signer's key?"""
    settings = dict(Setting.objects.values_list("key", "value"))
    if settings.get("kind") == "demonstration":
        return SeededSource(settings["seed"], datetime.combine(reading.as_of, time(), UTC))
    return ServiceSource()


def _registered(reading: Reading, public: Ed25519PublicKey) -> Key:
    """Under which registered key does the service sign? A stranger finds its record among those opened."""
    for key in reading.values(Key):
        if key.owner == SIGNER and key.public_hex == public.public_bytes_raw().hex():
            return key
    raise EvidenceError(f"the key at hand is not registered as a key of {SIGNER}")


# ------------------------------------------------------------------ the folder


def _old_name(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.older")


def _recover(folder: Path) -> None:
    """A publication that was stopped between two renames left the older one aside: it takes its place again."""
    aside = _old_name(folder)
    if aside.exists():
        if folder.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(folder)


def _older(folder: Path, reading: Reading) -> bool:
    """Is there an older publication of these very logs? Nothing else may be written over."""
    remedy = "name an empty or absent folder"
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise BadInputError.one(str(folder), "a folder", "a file", remedy)
    if not any(folder.iterdir()):
        return False
    expected = "an empty folder, or an older publication of the same logs"
    ours = reading.entries
    try:
        for item in Folder(folder).json("logs.json")["logs"]:
            name, size, root = item["log"], item["size"], item["root"]
            entries = ours.get(name, [])
            if size > len(entries) or tree_of(entries[:size]).root().hex() != root:
                raise EvidenceError(f"{name} as published is no beginning of {name} as it stands")
    except (BadInputError, EvidenceError, KeyError, TypeError) as error:
        raise BadInputError.one(str(folder), expected, str(error).splitlines()[0], remedy) from None
    return True


def _exchange(partial: Path, folder: Path, is_older: bool) -> None:
    """The new folder takes the name; the older one is set aside first and goes last."""
    _sync(partial)
    aside = _old_name(folder)
    if is_older:
        folder.rename(aside)
    elif folder.exists():
        folder.rmdir()
    partial.rename(folder)
    _sync_folder(folder.parent)
    if is_older:
        shutil.rmtree(aside)


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(folder: Path, name: str, body: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def _write_json(folder: Path, name: str, form: Any) -> None:
    canonical(form)  # refuses fractions, nulls and whole numbers that other programs would round
    _write(folder, name, (json.dumps(form, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def _write_lines(folder: Path, name: str, lines: Iterable[bytes]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")


# ------------------------------------------------------------------ its parts


def _write_logs(folder: Path, reading: Reading) -> None:
    heads = []
    for name in sorted(reading.sizes):
        _write_lines(folder, f"logs/{name}/entries.jsonl", reading.entries[name])
        notes = reading.checkpoints(name)
        for label, note in notes:
            _write(folder, f"logs/{name}/checkpoints/{label}", note.encode())
        if notes:
            _write(folder, f"logs/{name}/checkpoint", notes[-1][1].encode())
        heads.append({"log": name, "size": reading.sizes[name], "root": reading.roots[name].hex()})
    _write_json(folder, "logs.json", {"logs": heads, "log_root": reading.log_root})
    if reading.outer is not None:
        write_outer_tiles(folder, filter(is_outer, reading.sizes))
        _write_json(folder, "outer.json", reading.outer.form())


def _write_law(folder: Path, reading: Reading, hearings: list[Heard]) -> None:
    """Every version of every table, byte for byte; the table of contents comes with the counts of hearings."""
    tables = []
    for path in sorted(TABLES.glob("*/*.csv")):
        body, file = path.read_bytes(), f"law/{path.parent.name}/{path.name}"
        _write(folder, file, body)
        name = f"{path.parent.name}/{path.stem.split('@')[0]}"
        tables.append({"name": name, "file": file, "digest": digest(body)})
    minimum = publication_term(reading.law, "minimum_count", reading.as_of)
    _write_json(folder, "law.json", {"engine": f"ecluse {__version__}", "tables": tables, "used": law_used(hearings)})
    _write_json(folder, "hearings.json", counts(hearings, minimum))
    _write_json(folder, "certificates.json", certificates(reading, hearings))
    _write_json(folder, "plans.json", plans(reading))
    _write_json(folder, "authorities.json", authorities(reading, hearings))


def _write_lists(folder: Path, reading: Reading, hearings: list[Heard]) -> None:
    _write_json(folder, "lists.json", lists(reading))
    _write_json(folder, "custody.json", custody(reading, hearings))
    schedule, done = Schedule.of(reading), Counter[Slot]()

    def lines() -> Iterable[bytes]:
        for slot, line in opened(reading, schedule):
            done[slot] += 1
            yield line

    _write_lines(folder, "opened.jsonl", lines())
    _write_json(folder, "openings.json", {**openings(reading, schedule, done), "keys": keys_told(reading)})
    for name, hidden in disclosures(reading, schedule):
        _write_lines(folder, name, hidden)
    _write_json(folder, "promises.json", {
        promise: {
            lang: {part: say(f"public.{promise}.{part}", lang) for part in ("promise", "today", "later")}
            for lang in LANGUAGES
        }
        for promise in PROMISES
    })  # fmt: skip


def _write_envelope(folder: Path, reading: Reading, money: dict[str, Any], proving: Proving | None) -> None:
    """Committed figures, their owners' signatures, and what is shown of them; missing proofs are made first."""
    counts: Counter[str] = Counter()

    def write(name: str, lines: Iterable[bytes]) -> None:
        def counted() -> Iterable[bytes]:
            for line in lines:
                counts[Path(name).stem] += 1
                yield line

        _write_lines(folder, name, counted())

    write(FIGURES, figures_lines(reading))
    write(SIGNED, signed_lines(reading))
    work = work_of(reading, money) if proving else None
    if proving and work:
        prove_missing(work.tasks, *proving)
        write(PROOFS, proof_lines(work))
    _write_json(folder, ENVELOPE, envelope(reading, dict(counts), work))


def _write_manifest(folder: Path, reading: Reading, private: Ed25519PrivateKey, key: Key) -> int:
    """The list of all files, signed: what is not listed is not published. How many files are there with it?"""
    files = [
        {"path": path.relative_to(folder).as_posix(), "size": path.stat().st_size, "sha256": digest(path.read_bytes())}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    public = private.public_key()
    form = {
        "v": PUBLICATION_VERSION, "as_of": reading.as_of.isoformat(), "engine": f"ecluse {__version__}",
        "signer": SIGNER, "verifier_key": verifier_key(SIGNER.replace(":", "/"), public),
        "log_root": reading.log_root, "files": files,
    }  # fmt: skip
    value = private.sign(message(digest(canonical(form)), reading.as_of)).hex()
    signature = {"key": key.id, "on": reading.as_of.isoformat(), "value_hex": value}
    _write_json(folder, MANIFEST, {**form, "signature": signature})
    return len(files) + 1
