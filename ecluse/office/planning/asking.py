"""How does a page ask the solver? It finds the process of its office, starts one where there is none, and asks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ecluse.office import kept
from ecluse.office.planning import wire

FOLDER = "planning"
# What the process needs of our surroundings: where Python and its parts are. No database, no key.
HANDED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
START_SECONDS, ANSWER_SECONDS = 20, 30
LOOK_EVERY_MILLISECONDS = 20
ATTEMPTS = 2
Record = dict[str, Any]


class SolverAwayError(RuntimeError):
    """The solver's process could not be asked: it does not start, or ends without an answer."""


def folder() -> Path | None:
    """Where do the office and its solver meet? Beside the database; nowhere for one in memory."""
    place = kept.folder()
    return None if place is None else place / FOLDER


def ask(plan: str, document: Mapping[str, Any], asked: Record) -> Record:
    """What does the solver say of this plan, known by its digest? Raises SolverAwayError."""
    place = folder()
    if place is None:
        raise SolverAwayError("this office has no folder of its own")
    wire.private_folder(place)
    fault: OSError | None = None
    for _ in range(ATTEMPTS):
        try:
            return _asked(place, plan, document, asked)
        except OSError as error:
            fault = error
            start(place)
    raise SolverAwayError(str(fault))


def warm(plan: str, document: Mapping[str, Any]) -> threading.Thread:
    """Have the solver take this plan while the reader still reads."""

    def open_it() -> None:
        with contextlib.suppress(SolverAwayError):
            ask(plan, document, {"ask": "open"})

    thread = threading.Thread(target=open_it, daemon=True)
    thread.start()
    return thread


def _asked(place: Path, plan: str, document: Mapping[str, Any], asked: Record) -> Record:
    with wire.connect(place, ANSWER_SECONDS) as link:
        if asked.get("ask") == "open":
            return _open(link, plan, document)
        answer = _talk(link, {**asked, "plan": plan})
        if answer.get("outcome") == "unopened":
            opened = _open(link, plan, document)
            if opened.get("outcome") != "opened":
                return opened
            answer = _talk(link, {**asked, "plan": plan})
        return answer


def _open(link: Any, plan: str, document: Mapping[str, Any]) -> Record:
    """Whether the plan is held is asked first: its document is large."""
    if _talk(link, {"ask": "held", "plan": plan}).get("outcome") == "held":
        return {"outcome": "opened"}
    return _talk(link, {"ask": "open", "plan": plan, "document": dict(document)})


def _talk(link: Any, asked: Record) -> Record:
    wire.send(link, asked)
    answer = wire.receive(link)
    if answer is None:
        raise wire.WireError("the solver went away")
    return answer


# ------------------------------------------------------------------ its process


def start(place: Path) -> None:
    """Start the solver of this folder, unless it listens already. A socket that nobody listens on is taken away."""
    with locked(place / "solver.lock"):
        if listens(place):
            return
        (place / wire.SOCKET).unlink(missing_ok=True)
        run = detached("ecluse.office.planning.solver", str(place))
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and run.poll() is None:
            if listens(place):
                return
            time.sleep(LOOK_EVERY_MILLISECONDS / 1000)
        raise SolverAwayError(f"the solver did not start, exit status {run.poll()}")


def listens(place: Path) -> bool:
    """Does a solver answer in this folder?"""
    try:
        wire.connect(place, ANSWER_SECONDS).close()
    except OSError:
        return False
    return True


def detached(module: str, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    """Run this module of ours in a process that outlives the page, and is seen off when it ends."""
    handed = {name: value for name, value in os.environ.items() if name in HANDED_ON}
    run = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env=handed,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more},
    )  # fmt: skip
    threading.Thread(target=run.wait, daemon=True).start()
    return run


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Within this block no other process of the office does the same."""
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
