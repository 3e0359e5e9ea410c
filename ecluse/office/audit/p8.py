"""P8: does every commitment open, is it bound to a key that hosts hold, and is no salt one that could be foretold?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from ecluse.base.source import SeededSource
from ecluse.custody.openings import OpeningKey
from ecluse.office.audit.p6_records import salt_of
from ecluse.office.audit.p8_keys import keys_are_kept, keys_are_laid_by_two, keys_come_first
from ecluse.office.audit.p8_openings import openings_are_done, shares_are_those_laid
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally

NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)
KINDS = ("demonstration", "service")


def commitments_open(reading: Reading, tally: Tally) -> None:
    """Is there a salt for every record, and does it open the record's commitment?"""
    openings: dict[str, tuple[str, Filed]] = reading.kept("openings") or {}
    for rid, (state, row) in openings.items():
        tally.count("openings")
        if state in ("salt_missing", "salt_altered"):
            tally.broken(state, rid, row.on, log=row.log, index=row.index)
    if reading.kept("tags_unexplained"):
        written = {row.subject for row in reading.rows} | set(reading.kept("heads") or ())
        known = set((reading.kept("subject_of_tag") or {}).values())
        for subject in sorted(written - known):
            tally.broken("tag_key_missing", subject, None)


def salts_are_apart(reading: Reading, tally: Tally) -> None:
    """Is every salt used once? A salt used twice shows that two records are the same."""
    used = Counter(reading.salts.values())
    for digest, salt in sorted(reading.salts.items()):
        if used[salt] > 1:
            row = reading.by_digest.get(digest)
            tally.broken("salt_used_twice", row.rid if row else digest, row.on if row else None)


def chance_is_of_its_kind(reading: Reading, tally: Tally) -> None:
    """Are salts that follow from a seed found in a demonstration only?"""
    kind = reading.settings.get("kind", "")
    if kind not in KINDS and reading.rows:
        tally.broken("kind_unknown", kind or "-", None)
    # Whoever renames a demonstration a service leaves the seed somewhere among the settings.
    names = {reading.settings.get("seed", "")} if reading.is_demonstration() else set(reading.settings.values())
    seeds = [SeededSource(name, NOON) for name in sorted(names - {""})]
    seeded = [row for row in reading.rows if _is_seeded(reading, row, seeds)]
    tally.count("salts_seeded", len(seeded))
    if reading.is_demonstration() and reading.rows and not seeded:
        tally.broken("seed_differs", reading.settings.get("seed", "-"), None)
    if seeded and not reading.is_demonstration():
        tally.broken("salts_foretold", seeded[0].rid, seeded[0].on, records=len(seeded))


def _is_seeded(reading: Reading, row: Filed, seeds: list[SeededSource]) -> bool:
    salt = salt_of(reading.salts.get(row.digest))
    return salt is not None and any(source.salt(row.rid, "record") == salt for source in seeds)


CHECKS = (
    commitments_open, salts_are_apart, chance_is_of_its_kind, keys_come_first, keys_are_laid_by_two, keys_are_kept,
    shares_are_those_laid, openings_are_done,
)  # fmt: skip


def not_checked(reading: Reading, tally: Tally) -> None:
    """What cannot be said? Where no opening key was ever laid, nothing is split and nothing is bound to open."""
    if not reading.of(OpeningKey):
        tally.is_unchecked = True
        tally.unchecked.append("no_opening_keys")
