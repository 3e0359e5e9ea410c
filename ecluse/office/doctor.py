"""What is amiss in this office's own set-up: its database, its lists, its mail, its side? Reads, and mends nothing."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ecluse.edge.doctor import ADVICE, NEEDED, Ailment, keys_folder

LIST_DAYS = 30


def database_named(db: str) -> dict[str, Any]:
    """Which database is meant, as Django's setting? Sets Django up without making a table, or a key of sessions."""
    if db:
        os.environ["ECLUSE_DATABASE"] = db
    os.environ.setdefault("ECLUSE_SECRET_KEY", secrets.token_hex(32))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
    import django
    from django.conf import settings

    django.setup()
    return dict(settings.DATABASES["default"])


def office_ailments(db: str) -> list[Ailment]:
    """What is amiss in the office on this database? Makes no table and no file."""
    setting = database_named(db)
    if setting["ENGINE"].endswith("sqlite3") and not Path(setting["NAME"]).is_file():
        return [Ailment("database_absent", NEEDED, setting["NAME"], "ecluse init")]
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
        waiting = _migrations_waiting()
    except DatabaseError as error:
        return [
            Ailment("database_unreachable", NEEDED, str(error).strip().splitlines()[0][:200], "ecluse doctor --db URL")
        ]
    if waiting:
        return [Ailment("database_old", NEEDED, waiting[0], "ecluse audit")]
    return [*_kind(), *log_ailments(), *_lists(), *_mail(), *_side()]


def _migrations_waiting() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    loader = MigrationExecutor(connection).loader
    return sorted(f"{app}.{name}" for app, name in set(loader.graph.nodes) - set(loader.applied_migrations))


def _kind() -> Iterator[Ailment]:
    from ecluse.office.models import Setting

    kind = Setting.objects.filter(key="kind").values_list("value", flat=True).first()
    if kind is None:
        yield Ailment("not_founded", NEEDED, "-", "ecluse init")
    elif kind != "demonstration" and not any(keys_folder().glob("*.pem")):
        yield Ailment("no_keys", ADVICE, str(keys_folder()), "export ECLUSE_KEYS=FOLDER")


def log_ailments() -> Iterator[Ailment]:
    """Was somebody found ahead of this office's logs, so that it only reads?"""
    from ecluse.office.actions.recovery import is_behind

    if who := is_behind():
        yield Ailment("log_behind", NEEDED, who, "ecluse log recover --from MIRROR")


def _lists() -> Iterator[Ailment]:
    from ecluse.office.desk.today import today
    from ecluse.office.models import Record

    newest = Record.objects.filter(v="list_version/1").order_by("-on").values_list("on", flat=True).first()
    day: date = today()
    if newest is None:
        yield Ailment("no_list", NEEDED, "-", "docs/keeping.md")
    elif newest + timedelta(LIST_DAYS) < day:
        yield Ailment("list_old", ADVICE, str(newest), "docs/keeping.md")


def _mail() -> Iterator[Ailment]:
    from django.conf import settings

    if not settings.EMAIL_HOST or settings.EMAIL_HOST == "localhost":
        yield Ailment("no_mail", ADVICE, settings.EMAIL_HOST or "-", "export ECLUSE_SMTP_HOST=HOST")


def _side() -> Iterator[Ailment]:
    """A low side that holds a figure of the ministry, or a setting that says the other side than the records do."""
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.sides import BOTH, HIGH, LOW, side_of
    from ecluse.office.models import Record
    from ecluse.office.sides import SECRET_VERSIONS

    said = os.environ.get("ECLUSE_SIDE", BOTH)
    if said not in (HIGH, LOW, BOTH):
        yield Ailment("side_unknown", NEEDED, said, "export ECLUSE_SIDE=both")
        return
    side = side_of(open_session())
    if said not in (BOTH, side):
        yield Ailment("side_differs", NEEDED, side, f"export ECLUSE_SIDE={side}")
    secret = Record.objects.filter(v__in=SECRET_VERSIONS).values_list("v", flat=True).first()
    if side == LOW and secret:
        yield Ailment("secret_on_low", NEEDED, secret, "ecluse init")
