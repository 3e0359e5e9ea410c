"""Is a run of the solver under way, how far is it, what came of the last one? Started, stopped, read by any worker."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ecluse.office.planning import wire
from ecluse.office.planning.asking import SolverAwayError, detached, folder, locked

# What may be run: a year solved anew, the no-harm rules compared, each figure turned. Each is a module of this room,
# not imported here, for it brings the solver along; its files begin with its name.
YEAR, RULES, TORNADO = "year", "rules", "tornado"
OUTCOMES = {YEAR: "year.document.json", RULES: "rules.found.json", TORNADO: "tornado.found.json"}
TERM_MILLISECONDS, KILL_MILLISECONDS, LOOK_MILLISECONDS = 700, 800, 20
RUNNING, CANCELLED, DIED = "running", "cancelled", "died"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a part: how long it took or takes, in milliseconds, its value and its bound as far as known."""

    part: str
    stage: str
    milliseconds: int | None
    iterations: int
    value: int | None
    bound: int | None
    is_begun: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run under way, or the last one: how it stands, who asked for it and when, with which changes and rule."""

    id: str
    state: str
    person: str
    at: datetime
    milliseconds: int
    changes: tuple[str, ...]
    rule: str
    stages: tuple[Stage, ...]
    form: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_running(self) -> bool:
        """Is it still under way?"""
        return self.state == RUNNING


def start(task: str, asked: dict[str, Any]) -> bool:
    """Begin to solve this, unless another of its kind is under way. Was it begun? SolverAwayError: no folder."""
    place = _place()
    with locked(place / f"{task}.start.lock"):
        alive = _locked_alive(place, task)
        if alive is None:
            return False
        try:
            _forget(place, task)
            run = detached(f"ecluse.office.planning.{task}", str(place), stdin=subprocess.PIPE, pass_fds=(alive,))
            first = {name: value for name, value in asked.items() if name not in ("question", "near")}
            _write(place, task, {**first, "pid": run.pid, "state": RUNNING, "stages": [], "milliseconds": 0})
        finally:
            os.close(alive)  # the process holds it on: it is free again when that ends, however it ends
    threading.Thread(target=_send, args=(run, asked), daemon=True).start()
    return True


def _send(run: subprocess.Popen[bytes], asked: Mapping[str, Any]) -> None:
    assert run.stdin is not None
    with contextlib.suppress(OSError), run.stdin:
        run.stdin.write(json.dumps(asked, ensure_ascii=False).encode())


def last_run(task: str) -> Run | None:
    """How does the run stand that is under way, or was the last? None where there was none."""
    place = folder()
    form = _read(place, task) if place is not None else None
    if place is None or form is None:
        return None
    state = str(form["state"])
    if state == RUNNING and not _is_alive(place, task):
        form = _read(place, task) or form  # it may have told its end in between
        state = DIED if form["state"] == RUNNING else str(form["state"])
    return _run(form, state)


def cancel(task: str) -> bool:
    """Stop the run that is under way. Is it stopped? Within two seconds, whatever the solver is at."""
    place = folder()
    if place is None:
        return False
    with locked(place / f"{task}.start.lock"):
        form = _read(place, task)
        if form is None or form["state"] != RUNNING:
            return True
        for kind, patience in ((signal.SIGTERM, TERM_MILLISECONDS), (signal.SIGKILL, KILL_MILLISECONDS)):
            if _stopped(place, task, int(form["pid"]), kind, patience):
                told = _read(place, task) or form
                if told["state"] == RUNNING:
                    _write(place, task, {**told, "state": CANCELLED})
                return True
    return False


def outcome(task: str) -> bytes | None:
    """What came of the last run? None where nothing did."""
    place, run = folder(), last_run(task)
    if place is None or run is None or run.state != "solved":
        return None
    with contextlib.suppress(OSError):
        return (place / OUTCOMES[task]).read_bytes()
    return None


# ------------------------------------------------------------------ the folder


def _place() -> Path:
    place = folder()
    if place is None:
        raise SolverAwayError("this office has no folder of its own")
    return wire.private_folder(place)


def _locked_alive(place: Path, task: str) -> int | None:
    """The lock that a run holds as long as it lives; None where another holds it."""
    held = os.open(place / f"{task}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held


def _is_alive(place: Path, task: str) -> bool:
    held = _locked_alive(place, task)
    if held is None:
        return True
    os.close(held)
    return False


def _stopped(place: Path, task: str, pid: int, kind: signal.Signals, milliseconds: int) -> bool:
    """Was it ended by this signal? Its number is its own as long as its lock is held."""
    if not _is_alive(place, task):
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, kind)
    end = time.monotonic_ns() + milliseconds * 10**6
    while time.monotonic_ns() < end:
        if not _is_alive(place, task):
            return True
        time.sleep(LOOK_MILLISECONDS / 1000)
    return False


def _forget(place: Path, task: str) -> None:
    for name in (f"{task}.json", OUTCOMES[task]):
        (place / name).unlink(missing_ok=True)


def _read(place: Path, task: str) -> dict[str, Any] | None:
    try:
        found = json.loads((place / f"{task}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(place: Path, task: str, form: Mapping[str, Any]) -> None:
    part = place / f".{task}.{os.getpid()}"
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(form, file, ensure_ascii=False)
    part.replace(place / f"{task}.json")


def _run(form: Mapping[str, Any], state: str) -> Run:
    stages = tuple(
        Stage(
            row["part"], row["stage"], row["milliseconds"], row["iterations"], row["value"], row["bound"],
            row["began"] is not None,
        )
        for row in form["stages"]
    )  # fmt: skip
    at, milliseconds = datetime.fromisoformat(form["at"]), int(form["milliseconds"])
    if state == RUNNING:  # its process says how far it is when something changes, not every moment
        milliseconds = max(milliseconds, (datetime.now(at.tzinfo) - at) // timedelta(milliseconds=1))
    return Run(
        str(form["run"]), state, str(form["person"]), at, milliseconds,
        tuple(form.get("changes", ())), str(form.get("rule") or ""), stages, form,
    )  # fmt: skip
