"""What can a stranger check of each promise, with nothing but a public folder and this program?

Each promise is `checked`, `waits` until a day, or `cannot be checked from here`; what does not hold is `broken`
and says where. No database, no Django, no network; the folder's key must be compared with one that came another way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from ecluse.base.errors import EvidenceError
from ecluse.base.words import say
from ecluse.edge.public_audit_after import check_after
from ecluse.edge.public_audit_envelope import check_envelope, silent
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_gates import check_authorities, check_certificates, check_lists
from ecluse.edge.public_audit_goods import check_custody, check_proceeds
from ecluse.edge.public_audit_keys import check_keys
from ecluse.edge.public_audit_law import PublishedLaw, check_hearings, read_law
from ecluse.edge.public_audit_logs import Logs, read_logs
from ecluse.edge.public_audit_openings import OpenedRecord, Openings, check_openings, of_version, read_opened
from ecluse.edge.public_audit_outer import check_outer
from ecluse.edge.public_audit_plans import check_plans
from ecluse.edge.public_audit_points import Point, PublicReport, broken
from ecluse.edge.public_audit_proofs import PROOFS, Tell

FAULTS = (
    EvidenceError, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError, OSError,
)  # fmt: skip
# A multiple of what is verified at once.
TOLD_AT = 2048


def audit_public(folder: Path, as_json: bool = False, lang: str = "en") -> int:
    """Does the folder hold what it promises, as far as a stranger can see? Prints the report; 0 sound, 1 broken.

    Raises BadInputError for a folder that is no publication at all.
    """
    report = report_on(folder, telling(lang))
    print(json.dumps(report.form(), ensure_ascii=False) if as_json else report.text(lang))
    for point in report.breaks() if as_json else ():
        print(f"{point.promise}: {point.sentence(lang)}", file=sys.stderr)
    return 0 if report.is_sound() else 1


def telling(lang: str) -> Tell:
    """How is somebody who waits told how far it is? On the error output, so many proofs at a time."""

    def tell(done: int, all_: int) -> None:
        if done % TOLD_AT == 0:
            print(say("public.envelope_progress", lang, done=done, all=all_), file=sys.stderr, flush=True)

    return tell


def report_on(path: Path, tell: Tell = silent) -> PublicReport:
    """What was found in this folder, promise by promise?"""
    folder = Folder(path)
    points = _guarded("P6", "manifest.json", folder.check_manifest)
    logs, found = _read("P6", "logs.json", lambda: read_logs(folder), Logs())
    points += found
    law, found = _read("P9", "law.json", lambda: read_law(folder), PublishedLaw())
    points += found
    opened, found = _read("P8", "opened.jsonl", lambda: read_opened(folder, logs), [])
    points += found
    openings, found = _read("P8", "openings.json", lambda: (_openings(folder), []), Openings([]))
    points += found
    checks: list[tuple[str, str, Callable[[], Iterable[Point]]]] = [
        ("P1", "certificates.json", lambda: check_certificates(folder, logs, openings)),
        ("P2", "plans.json", lambda: check_plans(folder, logs, openings, opened)),
        ("P3", "lists.json", lambda: check_lists(folder, logs, openings, opened)),
        ("P4", "authorities.json", lambda: check_authorities(folder, logs, openings, opened)),
        ("P5", "custody.json", lambda: check_custody(folder, logs, openings, opened)),
        ("P6", "outer.json", lambda: check_outer(folder, logs)),
        ("P5", "custody.json", lambda: check_after(folder, opened)),
        ("P6", "opened.jsonl", lambda: _key_is_registered(folder, opened)),
        ("P7", "proceeds.json", lambda: check_proceeds(folder, logs, law, openings, opened)),
        ("P1", PROOFS, lambda: check_envelope(folder, logs, opened, tell)),
        ("P8", "openings.json", lambda: check_openings(folder, logs, law, opened, openings)),
        ("P8", "openings.json", lambda: check_keys(folder, logs, law, opened, openings)),
        ("P9", "hearings.json", lambda: check_hearings(folder, law)),
        ("P9", "openings.json", lambda: openings.wait("P9", "replay", "hearings")),
    ]
    for promise, where, check in checks:
        points += _guarded(promise, where, check)
    manifest = folder.manifest
    return PublicReport(manifest["as_of"], manifest["log_root"], manifest["verifier_key"], tuple(points))


def _openings(folder: Folder) -> Openings:
    """The schedule, its rows strict, so that every check may rely on their types."""
    kinds = folder.json("openings.json")["kinds"]
    for item in kinds:
        if not all(type(item[name]) is int and item[name] >= 0 for name in ("year", "commitments", "due", "done")):
            raise EvidenceError("a count of openings.json is no whole number")
        if not isinstance(item["kind"], str) or not isinstance(item.get("opens_on", ""), str):
            raise EvidenceError("a kind or day of openings.json is no text")
    return Openings(kinds)


def _key_is_registered(folder: Folder, opened: list[OpenedRecord]) -> Iterable[Point]:
    """The key under the checkpoints is one that the log registered, long before, for the authority that signs."""
    public = folder.public_key().public_bytes_raw().hex()
    signer, key = folder.manifest["signer"], folder.manifest["signature"].get("key")
    for record in of_version(opened, "key/1"):
        if (record.form["id"], record.form["owner"], record.form["public_hex"]) == (key, signer, public):
            return
    yield broken("P6", "key_unregistered", "manifest.json", signer=str(signer))


def _read(promise: str, where: str, read: Callable[[], tuple], empty: object) -> tuple:  # type: ignore[type-arg]
    """What a part of the folder holds, and its points; an unreadable part is empty, and named."""
    try:
        return read()
    except FAULTS as error:
        return empty, [_unreadable(promise, where, error)]


def _guarded(promise: str, where: str, check: Callable[[], Iterable[Point]]) -> list[Point]:
    """Every point of a check; where the folder makes no sense to it, that is a point too, never a crash."""
    points: list[Point] = []
    try:
        for point in check():
            points.append(point)  # what was found before a fault is kept
    except FAULTS as error:
        points.append(_unreadable(promise, where, error))
    return points


def _unreadable(promise: str, where: str, error: BaseException) -> Point:
    reason = f"{type(error).__name__}: {error}" if not isinstance(error, EvidenceError) else str(error)
    return broken(promise, "unreadable", where, reason=reason)
