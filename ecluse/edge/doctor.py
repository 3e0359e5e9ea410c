"""What does this machine lack, and which one command mends it?"""

from __future__ import annotations

import importlib.util
import shutil
import sys

NEEDED = (
    ("django", "python3 bootstrap.py env"),
    ("granian", "python3 bootstrap.py env"),
    ("babel", "python3 bootstrap.py env"),
    ("psycopg", "python3 bootstrap.py env"),
    ("python_calamine", "python3 bootstrap.py env"),
    ("xlsxwriter", "python3 bootstrap.py env"),
)
PROGRAMS = (("initdb", "make system-deps"), ("chromium", "make system-deps"), ("go", "make system-deps"))
PLACES = "/usr/lib/postgresql/15/bin:/usr/lib/postgresql/16/bin:/usr/lib/postgresql/17/bin"


def ailments() -> list[tuple[str, str]]:
    """Which parts are missing, each with its remedy? An office runs without the programs; some tests do not."""
    found = [] if sys.version_info >= (3, 11) else [("Python 3.11", "install Python 3.11 or newer")]
    found += [(name, remedy) for name, remedy in NEEDED if importlib.util.find_spec(name) is None]
    for program, remedy in PROGRAMS:
        if shutil.which(program) is None and shutil.which(program, path=PLACES) is None:
            found.append((program, remedy))
    return found
