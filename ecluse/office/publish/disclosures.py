"""What do hosts need to open a period without the office? Every disclosure, encrypted under the period's key.

One file a key, its lines in the order of their locators, which says nothing to whoever lacks the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.proof import commit
from ecluse.custody.disclosures import Disclosures
from ecluse.custody.openings import HandedShare, OpeningDone, OpeningKey, file_of, key_digest, standing_keys
from ecluse.office.models import Salt
from ecluse.office.publish.openings import Schedule
from ecluse.office.publish.reading import Reading


def disclosures(reading: Reading, schedule: Schedule) -> Iterator[tuple[str, list[bytes]]]:
    """Which file hides each period's disclosures, and which lines has it? Nothing where no key was laid."""
    keys = standing_keys(reading.values(OpeningKey))
    hidden = {name: Disclosures(_secret(key)) for name, key in keys.items()}
    lines: dict[str, list[bytes]] = {name: [] for name in keys}
    for version in sorted({version for version, _, _ in reading.outline} if keys else ()):
        for record in reading.each(version):
            period = schedule.period_of(record)
            if period is None or period.name not in hidden:
                continue
            salt = bytes.fromhex(record.salt_hex)
            lines[period.name].append(hidden[period.name].close(commit(salt, record.body).hex(), salt, record.body))
    for name, found in lines.items():
        if found:
            yield file_of(name), sorted(found)


def keys_told(reading: Reading) -> list[dict[str, Any]]:
    """Which keys are there, who holds their shares, who handed in, and when is the day? For people to read."""
    handed = reading.values(HandedShare)
    done = {one.key: one.on.isoformat() for one in reading.values(OpeningDone)}
    return [
        {
            "key": key.id, "name": key.name, "first_day": key.first_day.isoformat(),
            "last_day": key.last_day.isoformat(), "opens_on": key.opens_on.isoformat(),
            "due_on": key.due_on.isoformat(), "threshold": key.threshold, "file": file_of(key.name),
            "hosts": [share.host for share in key.shares],
            "handed_in": [{"host": one.host, "on": one.on.isoformat()} for one in handed if one.key == key.id],
            **({"opened_on": done[key.id]} if key.id in done else {}),
        }
        for key in sorted(standing_keys(reading.values(OpeningKey)).values(), key=lambda key: (key.opens_on, key.id))
    ]  # fmt: skip


def _secret(key: OpeningKey) -> bytes:
    row = Salt.objects.filter(digest=digest(f"opening-key/{key.key_digest}".encode())).first()
    secret = bytes.fromhex(row.salt_hex) if row else b""
    if key_digest(secret) != key.key_digest:
        raise EvidenceError(f"the opening key {key.id} is lost; run: ecluse audit")
    return secret
