"""What do the commands that need the database do?"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any


def open_office(db: str) -> None:
    """Set Django up on this database, its tables made or brought up to date."""
    if db:
        os.environ["ECLUSE_DATABASE"] = db
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def say(text: str) -> None:
    """Tell the person at the terminal; results alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def demo(world: str, lists: str, db: str, export: str, as_json: bool) -> int:
    """Carry the year, audit it, print the summary: one JSON object on the last line of standard output."""
    open_office(db)
    from ecluse.edge.world.workbook import open_world
    from ecluse.office.carry.progress import carrying
    from ecluse.office.carry.year import carry
    from ecluse.office.summary import summary

    found = open_world(Path(world))
    with carrying(found) as told:
        carry(found, Path(lists) if lists else None, told)
    from ecluse.office.audit.report import run_audit

    report = run_audit(say)
    if export:
        from ecluse.office.dossiers import export_dossiers

        say(f"dossiers written: {export_dossiers(Path(export))}")
    result = summary(found, report, answers=_answers(Path(world)))
    say(report.text("en"))
    print(json.dumps(result, ensure_ascii=False))
    return 1 if _is_broken(result) else 0


def _answers(world: Path) -> Path | None:
    path = world.with_name(world.name.removesuffix(".xlsx") + ".answers.csv")
    return path if path.is_file() else None


def _is_broken(result: dict[str, Any]) -> bool:
    return "broken" in result["promises"].values() or "missed" in result["threats"].values()


def audit(db: str, as_json: bool) -> int:
    """Is every promise kept?"""
    open_office(db)
    from ecluse.office.audit.report import run_audit

    report = run_audit(say)
    print(json.dumps(report.to_json(), ensure_ascii=False) if as_json else report.text("en"))
    return 0 if report.is_kept() else 1


def serve(db: str, port: int) -> int:
    """Serve the office on 127.0.0.1."""
    open_office(db)
    from granian.constants import Interfaces
    from granian.server import Server

    say(f"http://127.0.0.1:{port}")
    Server("ecluse.site.wsgi:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI).serve()
    return 0


def today() -> date:
    """Which day does the machine's clock show?"""
    return date.today()
