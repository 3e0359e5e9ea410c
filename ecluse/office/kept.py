"""What did the long computations give last? The public folder, the claims, the audit: made apart, kept on disk.

No page waits for them. A process of its own makes each anew; until it is done pages show what was kept before, and of
which state of the logs that speaks.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

NAMES = ("public", "claims", "audit")
# A run that has said nothing for so long is dead; a stranger's visit starts at most one run in so long.
SILENT_SECONDS, REST_SECONDS = 600, 600
MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run left: its form, and the root over all logs of which it speaks."""

    form: dict[str, Any]

    @property
    def log_root(self) -> str:
        """Of which state of the logs does it speak?"""
        return str(self.form.get("log_root", ""))


def folder() -> Path | None:
    """Where is it kept? Beside an embedded database, else under var; nowhere for a database in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite":
        return Path("var") / f"{Path(name).name}.kept"
    return None if ":memory:" in name or "mode=memory" in name else Path(name).with_name(f"{Path(name).name}.kept")


def public_folder() -> Path | None:
    """Which published folder do the public pages show? ECLUSE_PUBLIC, else one beside the database."""
    named = os.environ.get("ECLUSE_PUBLIC")
    place = folder()
    return Path(named) if named else place / "public" if place else None


def kept(name: str) -> Kept | None:
    """What did the last run of this name leave? None before the first."""
    place = folder()
    path = place / f"{name}.json" if place else None
    if path is None or not path.is_file():
        return None
    stamp = path.stat()
    return _read(str(path), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _read(path: str, stamp: int, size: int) -> Kept:
    return Kept(json.loads(Path(path).read_text(encoding="utf-8")))


def keep(name: str, form: dict[str, Any]) -> None:
    """This is what the run gave. Written whole under another name, then renamed: nobody reads half of it."""
    place = folder()
    if place is None:
        return
    place.mkdir(parents=True, exist_ok=True)
    _replace(place / f"{name}.json", json.dumps(form, ensure_ascii=False))


def tell(name: str, text: str) -> None:
    """How far is this run? Whoever waits for it reads the last word."""
    place = folder()
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        _replace(_sign(place, name), text[:MOST_TOLD])


def done(name: str) -> None:
    """This run is over, whatever came of it."""
    place = folder()
    if place is not None:
        _sign(place, name).unlink(missing_ok=True)
        place.joinpath(f"{name}.ended").touch()


def progress(name: str) -> str | None:
    """What did the run say last? None when there is no run."""
    place = folder()
    with contextlib.suppress(OSError):
        if place is not None and _age(_sign(place, name)) < SILENT_SECONDS:
            return _sign(place, name).read_text(encoding="utf-8")
    return None


def start(name: str, *arguments: str) -> bool:
    """Begin a run in a process of its own, unless one is under way. Is one under way now?"""
    place = folder()
    if place is None or name not in NAMES:
        return False
    place.mkdir(parents=True, exist_ok=True)
    if progress(name) is not None:
        return True
    _sign(place, name).unlink(missing_ok=True)
    try:
        os.close(os.open(_sign(place, name), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return True
    command = [sys.executable, "-m", "ecluse.office.kept_runs", name, *arguments]
    run = subprocess.Popen(
        command, env={**os.environ, "ECLUSE_DATABASE": address()}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    threading.Thread(target=run.wait, daemon=True).start()
    return True


def start_rested(name: str) -> bool:
    """Begin a run on a stranger's visit: only when the last one ended long enough ago. Is one under way now?"""
    place = folder()
    if place is None:
        return False
    ended = place / f"{name}.ended"
    if progress(name) is None and ended.exists() and _age(ended) < REST_SECONDS:
        return False
    return start(name)


def address() -> str:
    """By which URL does another process open this database?"""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(Path(found['NAME']).absolute()))}"
    login = quote(found["USER"] or "", safe="")
    login += f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else ""
    host = found["HOST"] or ""
    if host.startswith("/"):
        return f"postgresql://{login}@/{found['NAME']}?host={quote(host, safe='')}&port={found['PORT']}"
    return f"postgresql://{login}@{host}{':' if found['PORT'] else ''}{found['PORT']}/{found['NAME']}"


def _sign(place: Path, name: str) -> Path:
    return place / f"{name}.running"


def _age(path: Path) -> int:
    return int(time.time() - path.stat().st_mtime)


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
