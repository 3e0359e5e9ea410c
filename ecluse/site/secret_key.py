"""With which key does the office sign its sessions? ECLUSE_SECRET_KEY, or one made once beside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

KEY_BYTES = 32
DEFAULT = Path("var/ecluse.session-key")


def secret_key(database: dict[str, Any]) -> str:
    """Which key is it? The same at every start, so that nobody is signed out by a restart."""
    given = os.environ.get("ECLUSE_SECRET_KEY")
    if given:
        return given
    path = key_path(database)
    if path is None:
        return secrets.token_hex(KEY_BYTES)
    try:
        return _kept(path)
    except OSError:
        # A folder in which nothing may be written: commands that only read need no key that lasts.
        return secrets.token_hex(KEY_BYTES)


def key_path(database: dict[str, Any]) -> Path | None:
    """In which file is the key kept? None for a database in memory, which keeps nothing."""
    name = str(database["NAME"])
    if not database["ENGINE"].endswith("sqlite3"):
        return DEFAULT
    return None if name == ":memory:" else Path(name).with_name(Path(name).name + ".session-key")


def _kept(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under another name, then linked: of two offices that start at once both read the same key.
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)
    return path.read_text(encoding="ascii").strip()
