"""What do `ecluse init` and `ecluse import` do?"""

from __future__ import annotations

import getpass
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.base.errors import ForbiddenError
from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.edge.imports.kinds import KINDS
from ecluse.edge.imports.problems import ImportRefusedError
from ecluse.edge.imports.sheet import FILE_BYTES_LIMIT
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say

if TYPE_CHECKING:
    from ecluse.office.opening.plan import Plan
    from ecluse.office.session import Session

SHOWN_ROWS = 5
SHOWN_TEXT = 160


def _tell(key: str, **facts: Any) -> None:
    say(word(f"opening.{key}", person_language(), **facts))


def init(db: str, answers: str, side: str, passphrase_file: str) -> int:
    """Begin an empty office: from a file of answers, else from questions at the terminal."""
    open_office(db)
    from ecluse.office.actions.opening import refuse_used_database
    from ecluse.office.desk.today import today
    from ecluse.office.opening.init import FIRST_SIGN_IN, SIDES, begin, read_answers
    from ecluse.office.opening.questions import ask_answers

    refuse_used_database()
    if side and side not in SIDES:
        raise ImportRefusedError.of_file("--side", "one_of", side, values=", ".join(SIDES))
    if answers:
        given = read_answers(Path(answers))
        given = replace(given, side=side) if side else given
    elif sys.stdin.isatty():
        given = ask_answers(input, say, person_language(), side)
    else:
        raise ForbiddenError(word("opening.no_terminal", person_language()))
    begin(given, _passphrase(passphrase_file), today())
    _tell(
        "begun", home=given.home, side=given.side, authorities=len(given.authorities), folder=str(given.keys),
        file=FIRST_SIGN_IN,
    )  # fmt: skip
    return 0


def _passphrase(file: str) -> str:
    """From a file, else from ECLUSE_KEYS_PASSPHRASE, else asked for twice."""
    if file:
        try:
            return next(iter(Path(file).read_text(encoding="utf-8").splitlines()), "").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImportRefusedError.of_file(file, "no_file", str(error)) from None
    kept = os.environ.get("ECLUSE_KEYS_PASSPHRASE", "")
    if kept or not sys.stdin.isatty():
        return kept
    lang = person_language()
    first = getpass.getpass(word("opening.ask.passphrase", lang) + " ")
    if first != getpass.getpass(word("opening.ask.passphrase_again", lang) + " "):
        raise ForbiddenError(word("opening.passphrases_differ", lang))
    return first


def import_table(
    kind: str, file: str, map_file: str, dry_run: bool, person: str, accept: str, decline: str, reason: str,
    waiting: bool, db: str, as_json: bool,
) -> int:  # fmt: skip
    """Propose a table, accept or decline a proposed one, or list what waits."""
    open_office(db)
    if waiting:
        return _waiting(as_json)
    if accept or decline:
        return _answer(accept, decline, reason, person, dry_run, as_json)
    if not kind or not file:
        _tell("kinds", kinds=", ".join(KINDS))
        return 2
    body = _bytes_of(file)
    map_body = _bytes_of(map_file) if map_file else None
    return _plan_only(kind, file, body, map_body, map_file, as_json) if dry_run else _propose(
        kind, file, body, map_body, person, as_json
    )  # fmt: skip


def _bytes_of(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(FILE_BYTES_LIMIT + 1)
    except OSError as error:
        raise ImportRefusedError.of_file(path, "no_file", error.strerror or "") from None


def session_of(person: str, roles: frozenset[str]) -> Session:
    """With which session does this person act? Under the first mandate of the person that has one of these roles."""
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session, today

    if not person:
        raise ForbiddenError(word("opening.name_officer", person_language()))
    mandates = [mandate for mandate in mandates_of(open_session(), person, today()) if mandate.role in roles]
    if not mandates:
        lang, named = person_language(), ", ".join(sorted(roles))
        raise ForbiddenError(word("opening.no_role", lang, person=person, roles=named, day=today()))
    return open_session(mandates[0])


def _plan_only(kind: str, file: str, body: bytes, map_body: bytes | None, map_file: str, as_json: bool) -> int:
    from ecluse.office.desk.today import law, today
    from ecluse.office.opening.plan import plan_import

    plan = plan_import(kind, file, body, map_body, law=law(), on=today(), map_name=map_file or "map")
    _show(plan, as_json)
    _tell("dry_run")
    return 0


def _propose(kind: str, file: str, body: bytes, map_body: bytes | None, person: str, as_json: bool) -> int:
    from ecluse.office.actions.opening import PROPOSERS, propose_import
    from ecluse.office.desk.today import today

    session = session_of(person, PROPOSERS)
    proposal, plan = propose_import(session, kind, file, body, map_body, officer=person, on=today())
    _show(plan, as_json, proposal=proposal.id)
    _tell("proposed", id=proposal.id)
    return 0


def _answer(accept: str, decline: str, reason: str, person: str, dry_run: bool, as_json: bool) -> int:
    from ecluse.office.actions.opening import ACCEPTORS, accept_import, decline_import, plan_of, proposal_of
    from ecluse.office.desk.tell_office import tell_written
    from ecluse.office.desk.today import today

    session = session_of(person, ACCEPTORS)
    if decline:
        decline_import(session, decline, officer=person, reason=reason, on=today())
        _tell("declined", id=decline)
        return 0
    if dry_run:
        _show(plan_of(session, proposal_of(session, accept), today()), as_json, proposal=accept)
        _tell("dry_run")
        return 0
    done = accept_import(session, accept, officer=person, on=today())
    tell_written(session, today())
    _show(done.plan, as_json, proposal=accept)
    say(say_count("opening.accepted", len(done.plan.planned), person_language()))
    if done.unsigned:
        say(say_count("opening.unsigned", done.unsigned, person_language()))
    return 0


def _waiting(as_json: bool) -> int:
    from ecluse.base.sealed import encode
    from ecluse.office.actions.opening import waiting
    from ecluse.office.desk.today import open_session

    for proposal in waiting(open_session()):
        if as_json:
            print(json.dumps(encode(proposal), ensure_ascii=False))
        else:
            print(f"{proposal.id}  {proposal.on}  {proposal.proposer}  {proposal.file_name}  {proposal.records}")
    return 0


def _show(plan: Plan, as_json: bool, proposal: str = "") -> None:
    """Counts by kind of record and the first rows; as JSON one object."""
    from ecluse.base.sealed import encode

    first = [encode(planned.filing.record) for planned in plan.planned[:SHOWN_ROWS]]
    if as_json:
        form = {
            "kind": plan.kind, "file": plan.file, "map": plan.map, "rows": plan.rows, "unchanged": plan.unchanged,
            "records": plan.counts(), "rows_digest": plan.rows_digest, "first": first, "proposal": proposal or None,
        }  # fmt: skip
        print(json.dumps(form, ensure_ascii=False))
        return
    lang = person_language()
    print(word("opening.plan", lang, file=plan.file_name, digest=plan.file[:12], rows=plan.rows, same=plan.unchanged))
    for version, count in plan.counts().items():
        print(f"  {version}  {count}")
    for record in first:
        print(f"  {json.dumps(record, ensure_ascii=False)[:SHOWN_TEXT]}")
