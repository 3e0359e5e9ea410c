"""How do host states open a period by themselves? One opens its share with its own key; k shares open the folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ecluse.base.canon import canonical
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.words import say
from ecluse.custody.disclosures import open_share, sealing_key
from ecluse.custody.openings import HandedShare, OpeningKey, restored, standing_keys
from ecluse.edge.keys import open_key
from ecluse.edge.language import person_language
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_keys import KEYS, Hidden, hidden_under, values_of
from ecluse.edge.public_audit_law import read_law
from ecluse.edge.public_audit_logs import Logs, read_logs
from ecluse.edge.public_audit_openings import read_opened
from ecluse.edge.public_audit_points import Point
from ecluse.edge.seal import write_new

FIELDS = ("key", "host", "index", "value_hex")
SHARE_BYTES_LIMIT = 10_000


def share(folder: str, name: str, key: str, passphrase: str) -> int:
    """Open the share that was laid for the owner of this key, check it against its logged digest, print it."""
    found, _ = _key_in(Folder(Path(folder)), name)
    holder = open_key(Path(key), passphrase)
    held = found.share_of(holder.owner)
    if held is None:
        hosts = ", ".join(one.host for one in found.shares)
        raise _bad(Path(key).name, say("openingkeys.cli.host", person_language(), hosts=hosts), holder.owner)
    opened = open_share(held, found.id, found.threshold, sealing_key(holder.private))
    form = {"key": found.id, "host": holder.owner, "index": held.index, "value_hex": opened.value.hex()}
    print(json.dumps(form, sort_keys=True))
    return 0


def open_folder(folder: str, name: str, shares: Sequence[str], out: str) -> int:
    """Restore the key from these shares, write every record that it hid. 0: each opens what the log holds; 1: not."""
    published = Folder(Path(folder))
    key, logs = _key_in(published, name)
    secret = restored(key, [_share_of(Path(path), key) for path in shares])
    law, _ = read_law(published)
    found = list(hidden_under(published, logs, law, key, secret))
    lines = [
        canonical({
            "log": one.place.log, "index": one.place.index, "commitment": one.place.commitment,
            "salt": one.salt.hex(), "body": one.body.decode(),
        })
        for one in found if isinstance(one, Hidden)
    ]  # fmt: skip
    body = b"".join(line + b"\n" for line in lines)
    if out:
        write_new(Path(out), body)
    else:
        sys.stdout.write(body.decode())
    wrong = [one.sentence(person_language()) for one in found if isinstance(one, Point)]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    print(say("openingkeys.cli.opened", person_language(), n=len(lines), name=key.id), file=sys.stderr)
    return 1 if wrong else 0


def _key_in(folder: Folder, name: str) -> tuple[OpeningKey, Logs]:
    """The named key of the folder, as its record in the log says it; by its id or its name's last part."""
    logs, _ = read_logs(folder)
    opened, _ = read_opened(folder, logs)
    keys = standing_keys(values_of(opened, KEYS, OpeningKey))
    for key in keys.values():
        if name in (key.id, key.name, key.name.partition(":")[2]):
            return key, logs
    known = ", ".join(key.name.partition(":")[2] for key in keys.values()) or "-"
    raise _bad(folder.path.name, known, name)


def _share_of(path: Path, key: OpeningKey) -> HandedShare:
    """One share as a host printed it. Raises BadInputError for a file that holds none."""
    try:
        if path.stat().st_size > SHARE_BYTES_LIMIT:
            raise ValueError
        form = json.loads(path.read_text(encoding="utf-8"))
        values = [form[name] for name in FIELDS]
        if [type(value) for value in values] != [str, str, int, str]:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise _bad(path.name, say("openingkeys.cli.share", person_language()), path.name) from None
    named, host, index, value = values
    if named != key.id:
        raise EvidenceError(f"{path.name}: a share of {named}, not of {key.id}")
    return HandedShare(f"opening-share:{named}/{host}", named, host, index, value, key.opens_on)


def _bad(file: str, expected: str, found: str) -> BadInputError:
    return BadInputError.one(file, expected, found[:200], say("openingkeys.cli.remedy", person_language()))
