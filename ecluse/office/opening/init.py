"""How is an empty office begun? From questions or a file of answers: home state, authorities, two officers, keys."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.base.errors import ForbiddenError
from ecluse.base.ids import check_id
from ecluse.base.places import check_state
from ecluse.base.signing import Key
from ecluse.base.source import ServiceSource
from ecluse.base.words import say
from ecluse.edge.imports.mapping import MAP_BYTES_LIMIT
from ecluse.edge.imports.problems import ImportRefusedError, Problem
from ecluse.edge.keys import key_id, make_key
from ecluse.edge.language import person_language
from ecluse.edge.law import newest_law
from ecluse.edge.world.schema import SETS
from ecluse.office.actions.opening import found_office, refuse_used_database
from ecluse.office.registers import Authority, Officer
from ecluse.office.session import Session

SIDES = ("high", "low", "both")
NAMES = ("name_uk", "name_en", "name_fr")
AUTHORITIES_LIMIT = 60
FIRST_SIGN_IN = "first-sign-in.txt"
PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class FirstOfficer:
    """One of the first two officers: who, for which authority, in which role, reached where."""

    id: str
    name: str
    email: str
    authority: str
    role: str


@dataclass(frozen=True, slots=True)
class Answers:
    """All that an office needs to begin."""

    home: str
    side: str
    authorities: tuple[Authority, ...]
    officers: tuple[FirstOfficer, ...]
    keys: Path
    # Public keys of authorities whose private key lies elsewhere, as the ministry's does for the portal's office.
    elsewhere: tuple[tuple[str, str], ...] = ()


def read_answers(path: Path) -> Answers:
    """What does this file of answers say? Raises ImportRefusedError with every answer that cannot be used."""
    try:
        with path.open("rb") as file:
            body = file.read(MAP_BYTES_LIMIT + 1)
        form = tomllib.loads(body.decode("utf-8-sig")) if len(body) <= MAP_BYTES_LIMIT else {}
    except OSError as error:
        raise ImportRefusedError.of_file(str(path), "no_file", error.strerror or "") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportRefusedError.of_file(str(path), "map_toml", str(error)) from None
    return answers_of(form, path.name, path.parent)


def answers_of(form: dict[str, Any], name: str, beside: Path) -> Answers:
    """What do these answers come to? A folder of keys is named beside the file, or from the root."""
    problems: list[Problem] = []

    def wrong(column: str, key: str, found: object, **facts: Any) -> None:
        problems.append(Problem(name, None, None, key, f"{column} = {found}", tuple(sorted(facts.items()))))

    authorities = _rows(form, "authorities", ("id", "state", *NAMES), wrong, optional=("public_key",))
    officers = _rows(form, "officers", ("id", "name", "email", "authority", "role"), wrong)
    for unknown in sorted(set(form) - {"home", "side", "keys", "authorities", "officers"}):
        wrong(unknown, "answer_unknown", form[unknown])
    home, side, keys = form.get("home", ""), form.get("side", "both"), form.get("keys", "")
    homes = sorted({row["state"] for row in newest_law()["custody/home"].rows})
    if home not in homes:
        wrong("home", "home_state", home, states=", ".join(homes))
    if side not in SIDES:
        wrong("side", "one_of", side, values=", ".join(SIDES))
    if not isinstance(keys, str) or not keys:
        wrong("keys", "keys_folder", keys)
    _check_authorities(authorities, home, wrong)
    _check_officers(officers, authorities, wrong)
    if problems:
        raise ImportRefusedError(problems)
    return Answers(
        home, side, tuple(Authority(a["id"], a["state"], *(a[n] for n in NAMES)) for a in authorities),
        tuple(FirstOfficer(**officer) for officer in officers), beside / keys,
        tuple((a["id"], a["public_key"].lower()) for a in authorities if a.get("public_key")),
    )  # fmt: skip


def _rows(
    form: dict[str, Any], table: str, columns: tuple[str, ...], wrong: Any, optional: tuple[str, ...] = ()
) -> list[dict[str, str]]:
    rows = form.get(table, [])
    if not isinstance(rows, list) or len(rows) > AUTHORITIES_LIMIT or not all(isinstance(row, dict) for row in rows):
        wrong(table, "answer_table", type(rows).__name__)
        return []
    for row in rows:
        for column in columns:
            if not isinstance(row.get(column), str) or not row[column].strip():
                wrong(f"{table}.{column}", "required", row.get(column, ""))
        for unknown in sorted(set(row) - {*columns, *optional}):
            wrong(f"{table}.{unknown}", "answer_unknown", row[unknown])
    return rows if all(isinstance(row.get(column), str) for row in rows for column in columns) else []


def _check_authorities(authorities: list[dict[str, str]], home: str, wrong: Any) -> None:
    seen = set()
    for authority in authorities:
        if not _is_id("authority", authority["id"]) or authority["id"] in seen:
            wrong("authorities.id", "id", authority["id"])
        seen.add(authority["id"])
        if "public_key" in authority and not re.fullmatch("[0-9a-f]{64}", str(authority["public_key"]).lower()):
            wrong("authorities.public_key", "hex", authority["public_key"])
        try:
            check_state(authority["state"])
        except ValueError:
            wrong("authorities.state", "state", authority["state"])
    if len([a for a in authorities if a["state"] == home]) < 2:
        wrong("authorities", "two_authorities", len(authorities))


def _check_officers(officers: list[dict[str, str]], authorities: list[dict[str, str]], wrong: Any) -> None:
    known, roles = {authority["id"] for authority in authorities}, SETS["OFFICER_ROLES"]
    for officer in officers:
        if not _is_id("officer", officer["id"]):
            wrong("officers.id", "id", officer["id"])
        if officer["authority"] not in known:
            wrong("officers.authority", "on_record", officer["authority"], registers="authorities")
        if officer["role"] not in roles:
            wrong("officers.role", "one_of", officer["role"], values=", ".join(roles))
        if "@" not in officer["email"].strip("@") or " " in officer["email"]:
            wrong("officers.email", "email", officer["email"])
    apart = all(len({officer[name] for officer in officers}) == 2 for name in ("id", "email", "authority"))
    if len(officers) != 2 or not apart:
        wrong("officers", "two_officers", len(officers))
    elif not {officer["role"] for officer in officers} & {"author", "planner"}:
        wrong("officers.role", "proposing_role", officers[0]["role"])


def _is_id(kind: str, id: str) -> bool:
    try:
        check_id(kind, id)
    except ValueError:
        return False
    return True


def begin(answers: Answers, passphrase: str, on: date) -> dict[str, str]:
    """Begin this office: keys into their folder, records and accounts into the database. Gives first passwords.

    Raises ForbiddenError for a database or a folder that holds anything, and for an empty passphrase. What fails
    leaves neither keys nor records.
    """
    from ecluse.office.actions.people import make_account

    lang = person_language()
    refuse_used_database()
    if not passphrase:
        raise ForbiddenError(say("opening.no_passphrase", lang))
    if answers.keys.exists() and any(answers.keys.iterdir()):
        raise ForbiddenError(say("opening.keys_used", lang, folder=str(answers.keys)))
    passwords = {officer.id: secrets.token_urlsafe(PASSWORD_BYTES) for officer in answers.officers}

    def accounts() -> None:
        for officer in answers.officers:
            make_account(officer.id, officer.email, officer.name, passwords[officer.id])

    with _undone(answers.keys):
        public = dict(answers.elsewhere)
        owners = [*(authority.id for authority in answers.authorities), *(o.id for o in answers.officers)]
        public |= {owner: make_key(answers.keys, owner, passphrase) for owner in owners if owner not in public}
        keys = [Key(key_id(owner, found), owner, found, on, None) for owner, found in public.items()]
        _write_private(answers.keys / FIRST_SIGN_IN, answers, passwords)
        found_office(
            Session(ServiceSource(), newest_law()), home=answers.home, side=answers.side, on=on,
            authorities=answers.authorities, keys=keys, accounts=accounts,
            officers=[Officer(o.id, o.authority, o.role, o.name, on, None) for o in answers.officers],
        )  # fmt: skip
    return passwords


@contextlib.contextmanager
def _undone(folder: Path) -> Iterator[None]:
    """What was made in the folder goes again when the office could not be founded."""
    before = folder.exists()
    try:
        yield
    except BaseException:
        for path in folder.glob("*") if folder.exists() else ():
            path.unlink()
        if not before and folder.exists():
            folder.rmdir()
        raise


def _write_private(path: Path, answers: Answers, passwords: dict[str, str]) -> None:
    lines = [f"{o.email}\t{passwords[o.id]}\t{o.id}\t{o.name}\n" for o in answers.officers]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(lines)
