"""What do the commands that need the database do?"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from ecluse.edge.language import person_language

# A worker to a core; what a thread waits for is the disk, so few are enough, and each keeps its connection.
MOST_WORKERS, THREADS, THREAD_IDLE_SECONDS = 4, 6, 600
# A browser that holds its connection open does not keep a stopped office alive for longer.
LAST_SECONDS = 10


def open_office(db: str) -> None:
    """Set Django up on this database, its tables made or brought up to date."""
    if db:
        os.environ["ECLUSE_DATABASE"] = db
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
    import django

    gc.disable()  # nothing that a start makes is let go
    django.setup()
    gc.freeze()
    gc.enable()
    if tables_are_missing():
        from django.core.management import call_command

        call_command("migrate", verbosity=0)


def tables_are_missing() -> bool:
    """Is a migration of any app not on record in this database? By the names of their files: none is imported."""
    from django.apps import apps
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            made = set(cursor.fetchall())
    except DatabaseError:
        return True
    files = {
        (app.label, file.stem)
        for app in apps.get_app_configs() for file in Path(app.path, "migrations").glob("[0-9]*.py")
    }  # fmt: skip
    return bool(files - made)


def say(text: str) -> None:
    """Tell the person at the terminal; results alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def tell(key: str, **facts: str | int) -> None:
    """Tell the person at the terminal, in the person's language."""
    from ecluse.base.words import say as word

    say(word(f"cli.{key}", person_language(), **facts))


def demo(world: str, lists: str, db: str, export: str, as_json: bool, unless_carried: bool = False) -> int:
    """Carry the year, audit it, print the summary: one JSON object on the last line of standard output."""
    open_office(db)
    from ecluse.edge.world.workbook import open_world
    from ecluse.office.carry.progress import carrying
    from ecluse.office.carry.year import carry, is_carried
    from ecluse.office.summary import summary

    found = open_world(Path(world))
    if unless_carried and is_carried(found):
        tell("carried_before", world=found.name)
        return 0
    with carrying(found) as told:
        carry(found, Path(lists) if lists else None, told)
    from ecluse.office.audit.report import run_audit

    report = run_audit(say)
    if export:
        from ecluse.office.publish.dossiers import export_dossiers

        tell("dossiers", count=export_dossiers(Path(export)))
    result = summary(found, report, answers=_answers(Path(world)))
    say(report.text(person_language()))
    print(json.dumps(result, ensure_ascii=False))
    return 1 if _is_broken(result) else 0


def _answers(world: Path) -> Path | None:
    path = world.with_name(world.name.removesuffix(".xlsx") + ".answers.csv")
    return path if path.is_file() else None


def _is_broken(result: dict[str, Any]) -> bool:
    return "broken" in result["promises"].values() or "missed" in result["threats"].values()


def audit(db: str, as_json: bool, keep: bool = False) -> int:
    """Is every promise kept? With `keep`, what was found is sealed, for the office's own page of the audit."""
    open_office(db)
    from ecluse.office.audit.report import run_audit

    report = run_audit(say)
    if keep:
        from ecluse.office.actions.audits import keep_audit
        from ecluse.office.desk.today import open_session, today

        keep_audit(open_session(), report, today())
    print(json.dumps(report.to_json(), ensure_ascii=False) if as_json else report.text(person_language()))
    return 0 if report.is_kept() else 1


def publish(folder: str, db: str, proofs: bool) -> int:
    """Write exactly what a stranger may see; what the closed envelope lacks is proven first, unless told otherwise."""
    open_office(db)
    from ecluse.office.commands.envelope import told
    from ecluse.office.publish.folder import publish as written

    tell("files", folder=folder, count=written(Path(folder), proofs=proofs, progress=told))
    return 0


def cheat(kind: str, db: str, as_json: bool) -> int:
    """Commit a fraud on a demonstration database, then let the audit name it. 0: it was named; 1: it was not."""
    open_office(db)
    from ecluse.office.audit.report import run_audit
    from ecluse.office.cheat import commit_cheat, kinds_text

    if not kind:
        print(kinds_text(person_language()))
        return 0
    done = commit_cheat(kind)
    say(done.told)
    report = run_audit(say)
    is_named = report.statuses()[done.promise] == "broken"
    form = {
        "kind": done.kind,
        "promise": done.promise,
        "subject": done.subject,
        "day": str(done.day),
        "named": is_named,
    }
    print(json.dumps(form, ensure_ascii=False) if as_json else report.text(person_language()))
    return 0 if is_named else 1


def claims(db: str, world: str, lang: str, as_json: bool) -> int:
    """What do the records say about each public claim?"""
    open_office(db)
    from ecluse.edge.world.workbook import open_world
    from ecluse.office.claims.answers import claim_rows, claims_text

    opened = open_world(Path(world))
    rows = list(claim_rows(opened, lang, say))
    for row in rows if as_json else ():
        print(json.dumps(row, ensure_ascii=False))
    if not as_json:
        print(claims_text(rows, opened, lang))
    return 0


def flow(db: str, out: str, lang: str) -> int:
    """Draw the carried year."""
    open_office(db)
    from ecluse.office.flow import draw_flow

    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text(draw_flow(lang), encoding="utf-8")
    say(out)
    return 0


def world_generate(seed: int, size: int, cheats: int, out: str) -> int:
    """Generate a world, carry it beside it, and print caught and false-alarm rates by threat."""
    from ecluse.edge.commands import world_generate as generated

    generated(seed, size, cheats, out)
    database = Path(out).with_name(Path(out).name + ".sqlite3")
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    open_office(f"sqlite:///{database}")
    from ecluse.edge.world.read import read_world
    from ecluse.office.carry.progress import carrying
    from ecluse.office.carry.year import carry
    from ecluse.office.rates import caught_by_threat, rates_form, rates_text

    world = read_world(Path(out))
    with carrying(world) as told:
        carry(world, None, told)
    rates = caught_by_threat(Path(out).with_name(Path(out).name + ".answers.csv"))
    say(rates_text(rates, person_language()))
    print(json.dumps(rates_form(rates)))
    return 0 if all(rate.cheats == rate.caught and not rate.false_alarms for rate in rates.values()) else 1


def serve(db: str, port: int, prove: bool) -> int:
    """Serve the office on 127.0.0.1; with `prove` a process beside it proves what the closed envelope lacks."""
    open_office(db)
    from granian.constants import Interfaces
    from granian.server import Server

    from ecluse.office.commands.proving import proving_beside

    say(f"http://127.0.0.1:{port}")
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    with (
        tempfile.TemporaryDirectory(prefix="ecluse-") as shared,
        proving_beside() if prove else contextlib.nullcontext(),
    ):
        os.environ.setdefault("ECLUSE_CACHE", shared)
        Server(
            "ecluse.site.wsgi:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI,
            websockets=False, workers=workers, blocking_threads=THREADS,
            blocking_threads_idle_timeout=THREAD_IDLE_SECONDS, workers_kill_timeout=LAST_SECONDS,
        ).serve(target_loader=_application)  # fmt: skip
    return 0


def _application(target: str) -> Any:
    """The application, loaded in a worker out of reach of the keyboard: told to stop twice, a worker may hang."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
