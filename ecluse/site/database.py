"""Which database does the office use? ECLUSE_DATABASE: `sqlite:///PATH` or `postgresql://user:password@host/name`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ecluse.base.errors import BadInputError

DEFAULT = "sqlite:///var/ecluse.sqlite3"
BUSY_SECONDS = 30
# Each thread of a worker keeps its connection, and with it the pages that SQLite has read; threads are few.
KEPT_OPEN = None
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"


def from_environment() -> dict[str, Any]:
    """Which Django database setting does ECLUSE_DATABASE name?"""
    return from_url(os.environ.get("ECLUSE_DATABASE", DEFAULT))


def from_url(url: str) -> dict[str, Any]:
    """Which Django database setting does this URL name? Raises BadInputError for another scheme."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path.removeprefix("/")))
        path.parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": KEPT_OPEN,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": BUSY_SECONDS,
                "init_command": PRAGMAS,
            },
        }
    if parts.scheme in ("postgresql", "postgres"):
        query = parse_qs(parts.query)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.removeprefix("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.get("host", [parts.hostname or ""])[0],
            "PORT": str(parts.port or query.get("port", [""])[0]),
            "CONN_MAX_AGE": KEPT_OPEN,
            "CONN_HEALTH_CHECKS": True,
        }
    raise BadInputError.one(
        "ECLUSE_DATABASE",
        "sqlite:///PATH or postgresql://…",
        url.rsplit("@", maxsplit=1)[-1],
        "name the database by such a URL",
    )
