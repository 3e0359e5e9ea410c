"""What do the commands do that keep an office: sign apart, carry to the other side, back up, restore, look over?"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.edge.language import person_language

PASSPHRASE = "ECLUSE_KEYS_PASSPHRASE"


def say(text: str) -> None:
    """Tell the person at the terminal; results alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def tell(key: str, **facts: Any) -> None:
    """Tell the person at the terminal, in the person's language."""
    from ecluse.base.words import say as word

    say(word(f"keep.{key}", person_language(), **facts))


def _day(text: str) -> date:
    from ecluse.base.errors import BadInputError
    from ecluse.base.words import say as word

    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        lang = person_language()
        raise BadInputError.one("--on", word("keep.day.expected", lang), text, word("keep.day.remedy", lang)) from None


def _key(path: Path) -> Any:
    """The key in this file; its passphrase from the environment, else asked for where a person sits there."""
    from ecluse.edge.keys import is_locked, open_key

    passphrase = os.environ.get(PASSPHRASE, "")
    if not passphrase and path.is_file() and is_locked(path.read_bytes()[:200]) and sys.stdin.isatty():
        from getpass import getpass

        from ecluse.base.words import say as word

        passphrase = getpass(word("keep.key.ask", person_language(), path=path.name))
    return open_key(path, passphrase)


def seal(file: str, key: str, on: str, out: str) -> int:
    """Show a record, sign it, write the signature. Needs neither database nor network."""
    import ecluse.office.opening.records
    import ecluse.office.registers
    import ecluse.order  # noqa: F401  with these every kind of record is known that is signed apart
    from ecluse.edge.seal import read_record, shown, sign_record, signature_bytes, write_new
    from ecluse.edge.seal_many import is_to_sign, read_to_sign, signatures_bytes

    lang, path = person_language(), Path(file)
    asked = read_to_sign(path) if is_to_sign(path) else None
    records = list(asked.records) if asked else [read_record(path)]
    if asked:
        say(word_count("seal.many", len(records)))
    for _, record in records:
        for line in shown(record, lang):
            say(line)
    opened, day = _key(Path(key)), _day(on)
    if asked and opened.owner != asked.owner:
        raise _not_theirs(path.name, asked.owner, opened.owner)
    made = [(record.digest, sign_record(value, opened, day)) for value, record in records]
    body = signatures_bytes(made) if asked else signature_bytes(*made[0])
    if out == "-":
        sys.stdout.write(body.decode())
        return 0
    target = Path(out) if out else Path(file + ".signature.json")
    write_new(target, body)
    tell("seal.done", file=str(target), owner=opened.owner, on=day)
    return 0


def word_count(key: str, n: int) -> str:
    """What is said of so many, in the language of the person at the terminal?"""
    from ecluse.base.words import say_count

    return say_count(f"keep.{key}", n, person_language())


def _not_theirs(file: str, owner: str, holder: str) -> Exception:
    from ecluse.base.errors import ForbiddenError
    from ecluse.base.words import say as word

    return ForbiddenError(word("keep.seal.other_owner", person_language(), file=file, owner=owner, holder=holder))


def side_export(folder: str, db: str, key: str, on: str, as_json: bool) -> int:
    """Carry what may cross to the low side, as signed files in a folder of their own."""
    session, day = _open(db, on)
    from ecluse.edge.doctor import keys_folder
    from ecluse.edge.keys import KeyStore, OpenKey, key_id
    from ecluse.office.actions.sides import export_side
    from ecluse.office.backup import root_over
    from ecluse.office.models import LogEntry

    if key.endswith(".pem"):
        signer = _key(Path(key))
    elif session.source.is_seeded:
        private = session.source.private_key(key)
        public_hex = private.public_key().public_bytes_raw().hex()
        names = [known.id for known in session.keys([key]) if known.public_hex == public_hex]
        signer = OpenKey(key, names[0] if names else key_id(key, public_hex), private)
    else:
        signer = KeyStore(keys_folder(), os.environ.get(PASSPHRASE, "")).open(key)
    entries = LogEntry.objects.order_by("log", "index").values_list("log", "index", "leaf_hex")
    made = export_side(session, Path(folder), signer, on=day, log_root=root_over(entries.iterator()))
    return _told("side.exported", made, folder, as_json)


def side_import(folder: str, db: str, owner: str, on: str, as_json: bool) -> int:
    """Take a carriage in on the low side: all of it, or nothing."""
    session, day = _open(db, on)
    from ecluse.office.actions.sides import import_side, rehear_withdrawn
    from ecluse.office.desk.tell_office import tell_written

    made = import_side(session, Path(folder), owner, on=day)
    tell_written(session, day)
    held = []
    for certificate in made.withdrawn:
        session, _ = _open(db, on)
        held += rehear_withdrawn(session, certificate, day)
        tell_written(session, day)
    for tranche in held:
        tell("side.held", tranche=tranche)
    return _told("side.imported", made, folder, as_json)


def _open(db: str, on: str) -> tuple[Any, date]:
    from ecluse.office.commands.year import open_office

    open_office(db)
    from ecluse.office.desk.today import open_session, today

    return open_session(), _day(on) if on else today()


def _told(name: str, made: Any, folder: str, as_json: bool) -> int:
    tell(name, number=made.number, records=made.records, folder=folder)
    if as_json:
        print(json.dumps({**asdict(made), "by_kind": dict(made.by_kind), "withdrawn": list(made.withdrawn)}))
    return 0


def backup(file: str, db: str, as_json: bool) -> int:
    """Copy the whole office into one archive, while others go on working."""
    from ecluse.office.backup import back_up, file_digest
    from ecluse.office.doctor import database_named

    made = back_up(Path(file), database_named(db))
    sha256 = file_digest(Path(file))
    tell("backup.done", file=file, log_root=made.log_root[:16], sha256=sha256[:16])
    if as_json:
        print(json.dumps({"file": file, "sha256": sha256, "manifest": asdict(made)}))
    return 0


def restore(file: str, db: str, as_json: bool) -> int:
    """Bring an office back from its archive, into an empty place; then say how to prove it whole."""
    from ecluse.office.doctor import database_named

    setting = database_named(db)
    from django.db.migrations.loader import MigrationLoader

    from ecluse.office.actions.restore import restore as restored

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    made = restored(Path(file), setting, known)
    tell("backup.restored", file=file, log_root=made.log_root[:16])
    if as_json:
        print(json.dumps(asdict(made)))
    return 0


def doctor(db: str, as_json: bool) -> int:
    """What is missing or amiss here? 0: nothing that an office needs; what tests or comfort lack is told too."""
    import importlib.util

    from ecluse.edge.doctor import NEEDED, ailments

    found, lang = ailments(), person_language()
    if importlib.util.find_spec("django") is not None and importlib.util.find_spec("allauth") is not None:
        from ecluse.office.doctor import office_ailments

        found += office_ailments(db)
    for ailment in found:
        say(ailment.sentence(lang))
    if not found:
        tell("doctor.well")
    is_well = all(ailment.grade != NEEDED for ailment in found)
    if as_json:
        print(json.dumps({"well": is_well, "ailments": [a.form(lang) for a in found]}, ensure_ascii=False))
    return 0 if is_well else 1
