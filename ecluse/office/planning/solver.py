"""What if, and why? A process of its own that holds one plan in the solver's hands and answers over a private socket.

It knows no Django, no database and no key. It ends by itself when nobody has asked for a while, or when its socket has
gone from the folder.

    python -m ecluse.office.planning.solver FOLDER
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.edge.plan_report import Figures, as_rows, differences, figures, totals
from ecluse.edge.plan_whatif import changes_of
from ecluse.office.planning import wire
from ecluse.plan.explain import Why
from ecluse.plan.session import Answer, Session
from ecluse.plan.solve import Infeasible, Options, Progress, Solved

IDLE_SECONDS = 900
LOOK_EVERY = 1  # seconds between two looks whether the socket is still there
ANSWER_SECONDS = 20  # so long may one question take
TALK_SECONDS = 30
QUEUE = 16
MOST_ROWS = 4_000
Record = dict[str, Any]


class Table:
    """One plan, held ready to be asked about."""

    def __init__(self) -> None:
        self.plan, self.until = "", 0
        self.document: Record = {}
        self.session: Session | None = None
        self.before: tuple[Figures, Figures] = ({}, {})
        self.reasons: Why | None = None

    def answer(self, asked: Record) -> Record:
        """What is the answer to this question? Every one says its `outcome`."""
        began = time.monotonic_ns()
        self.until = began + ANSWER_SECONDS * 10**9
        work = ASKED.get(str(asked.get("ask")))
        if work is None:
            return {"outcome": "unknown"}
        if work is not Table.open and asked.get("plan") != self.plan:
            return {"outcome": "unopened"}
        try:
            found = work(self, asked)
        except BadInputError as error:
            found = {"outcome": "bad", "found": str(error)}
        except (KeyError, IndexError, TypeError, ValueError) as error:
            found = {"outcome": "bad", "found": repr(error)}
        return {**found, "milliseconds": (time.monotonic_ns() - began) // 10**6}

    def held(self, asked: Record) -> Record:
        """Is this the plan that is held?"""
        return {"outcome": "held"}

    def open(self, asked: Record) -> Record:
        """Take this plan instead of the one that is held."""
        if asked["plan"] == self.plan:
            return {"outcome": "opened"}
        self.plan, self.session, self.reasons = "", None, None
        self.document = asked["document"]
        opened = self._session().opened
        failed = failure(opened)
        if failed:
            return failed
        self.before, self.plan = _figures(opened), str(asked["plan"])
        return {"outcome": "opened"}

    def _session(self) -> Session:
        """The question in the solver's hands; anew after a question was stopped, for then the solver stays stopped."""
        if self.session is None:
            self.session = Session(self.document["question"], Options(progress=self._is_late))
        return self.session

    def what_if(self, asked: Record) -> Record:
        """What is different with these changes?"""
        answer = self._session().what_if(changes_of(self.document["question"], asked["changes"]))
        failed = failure(answer)
        if failed:
            self.session = None if failed["outcome"] == "stopped" else self.session
            return failed
        (one, in_all), (other, in_all_then) = self.before, _figures(answer)
        rows = list(differences(one, other))
        return {
            "outcome": "optimal",
            "before": as_rows(in_all),
            "after": as_rows(in_all_then),
            "rows": rows[:MOST_ROWS],
            "rows_left_out": max(0, len(rows) - MOST_ROWS),
        }

    def why(self, asked: Record) -> Record:
        """Why may so many units of a model leave in a month, and no more? In the reader's language."""
        if self.reasons is None:
            self.reasons = Why(self.document, Options(progress=self._is_late))
        try:
            reasons = self.reasons.of(asked["model"], asked["month"])
            said = [reason.told(asked["lang"], asked.get("names")) for reason in reasons]
        except ValueError:
            self.reasons = None  # what was stopped stays stopped
            raise
        return {"outcome": "told", "said": said}

    def _is_late(self, progress: Progress) -> bool:
        return time.monotonic_ns() > self.until


ASKED: dict[str, Callable[[Table, Record], Record]] = {
    "held": Table.held, "open": Table.open, "what_if": Table.what_if, "why": Table.why,
}  # fmt: skip


def failure(answer: Answer) -> Record:
    """Why is there no plan, and which rows contradict one another? Nothing where there is one."""
    for part, outcome in (("baseline", answer.baseline), ("plan", answer.plan)):
        if outcome is not None and not isinstance(outcome, Solved):
            is_infeasible = isinstance(outcome, Infeasible)
            rows = outcome.rows if isinstance(outcome, Infeasible) else []
            return {"outcome": "infeasible" if is_infeasible else "stopped", "part": part, "rows": rows[:MOST_ROWS]}
    return {}


def _figures(answer: Answer) -> tuple[Figures, Figures]:
    """What does an answer come to: month by month, and in all?"""
    assert isinstance(answer.plan, Solved)
    found = figures(answer.question, answer.plan.values)
    return found, totals(found)


# ------------------------------------------------------------------ listening


def serve(folder: Path, *, idle: int = IDLE_SECONDS) -> None:
    """Answer whoever of this user asks, one after the other, until nobody has asked for so long."""
    table, asked_at = Table(), time.monotonic()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        own = _listen(door, folder)
        while time.monotonic() - asked_at < idle and _stamp(folder) == own:
            try:
                link, _ = door.accept()
            except TimeoutError:
                continue
            with link, contextlib.suppress(OSError):
                link.settimeout(TALK_SECONDS)
                if _is_own(link):
                    talk(table, link)
            asked_at = time.monotonic()
        if _stamp(folder) == own:
            (folder / wire.SOCKET).unlink(missing_ok=True)


def talk(table: Table, link: socket.socket) -> None:
    """Answer one visitor's questions until it goes."""
    while (asked := wire.receive(link)) is not None:
        wire.send(link, table.answer(asked))


def _listen(door: socket.socket, folder: Path) -> tuple[int, int]:
    before = os.umask(0o177)
    try:
        with wire.Address(folder) as address:
            door.bind(address)
    finally:
        os.umask(before)
    door.listen(QUEUE)
    door.settimeout(LOOK_EVERY)
    return _stamp(folder)


def _stamp(folder: Path) -> tuple[int, int]:
    """Which socket stands in the folder? Another one there means that another process has taken over."""
    try:
        found = (folder / wire.SOCKET).stat()
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino


def _is_own(link: socket.socket) -> bool:
    """Is the visitor a process of the same user? Where the system does not say, the folder alone keeps others out."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    said = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(said[4:8], sys.byteorder) == os.getuid()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), idle=int(sys.argv[2]) if len(sys.argv) > 2 else IDLE_SECONDS)
