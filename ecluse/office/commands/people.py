"""What do `ecluse keys make` and `ecluse account` do? They give a later officer a key and a way in."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from ecluse.base.errors import ForbiddenError
from ecluse.base.words import say as word
from ecluse.edge.language import person_language

PASSWORD_BYTES = 12


def _tell(key: str, **facts: Any) -> None:
    from ecluse.office.commands.keep import say

    say(word(f"newoffice.{key}", person_language(), **facts))


def keys_make(owner: str, folder: str, passphrase_file: str, as_json: bool) -> int:
    """Make a key for this owner; the public half is printed, to be registered by a table."""
    from ecluse.edge.doctor import keys_folder
    from ecluse.edge.keys import key_id, make_key

    kept = os.environ.get("ECLUSE_KEYS_PASSPHRASE", "")
    passphrase = _first_line(passphrase_file) if passphrase_file else kept
    if not passphrase:
        raise ForbiddenError(word("opening.no_passphrase", person_language()))
    place = Path(folder) if folder else keys_folder()
    public = make_key(place, owner, passphrase)
    _tell("keys.made", owner=owner, folder=str(place))
    print(json.dumps({"owner": owner, "key": key_id(owner, public), "public_key": public}) if as_json else public)
    return 0


def _first_line(file: str) -> str:
    from ecluse.edge.imports.problems import ImportRefusedError

    try:
        return Path(file).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefusedError.of_file(file, "no_file", str(error)) from None


def account(officer: str, email: str, language: str, out: str, db: str) -> int:
    """Give a person on record a way in; the first password goes into a file that only its owner may read."""
    from ecluse.edge.imports.problems import ImportRefusedError
    from ecluse.office.commands.year import open_office

    open_office(db)
    from ecluse.office.actions.people import make_account
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session, today
    from ecluse.office.registers import Officer

    session = open_session()
    found = session.newest(officer, Officer)
    if found is None or not mandates_of(session, officer, today()):
        raise ForbiddenError(word("newoffice.account.no_mandate", person_language(), officer=officer))
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ImportRefusedError.of_file(out, "no_file", error.strerror or "") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{email}\t{password}\t{officer}\t{found.name}\n")
        make_account(officer, email, found.name, password, language)
    except BaseException:
        Path(out).unlink()
        raise
    _tell("account.made", officer=officer, file=out)
    return 0
