"""How is one promise checked beside the others, on a second core? In a forked child that shares what was read."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

from ecluse.office.audit.report import Tally

MEMORY = (":memory:", "mode=memory")


class Beside:
    """A tally that a child fills in. Where no child can be had, or it came to grief, the check runs here, later."""

    def __init__(self, tally: Tally, check: Callable[[Tally], None]) -> None:
        self.tally, self.check = tally, check
        self.child: Any = None
        self.pipe: Connection | None = None
        if may_fork():
            self._start()

    def _start(self) -> None:
        # Parent and child may not share a connection; each opens its own if it needs one.
        connections.close_all()
        context = multiprocessing.get_context("fork")
        self.pipe, there = context.Pipe(duplex=False)
        self.child = context.Process(target=_fill, args=(self.check, self.tally, there), daemon=True)
        self.child.start()
        there.close()

    def filled(self) -> Tally:
        """What did the check find? Waits for the child."""
        found = self._received()
        if found is not None:
            return found
        self.check(self.tally)
        return self.tally

    def _received(self) -> Tally | None:
        if self.pipe is None:
            return None
        try:
            found: Tally | None = self.pipe.recv()
        except (EOFError, OSError):
            found = None
        self.child.join()
        if found is not None:
            found.tainted = self.tally.tainted
        return found


def _fill(check: Callable[[Tally], None], tally: Tally, to: Connection) -> None:
    check(tally)
    tally.tainted = set()
    to.send(tally)
    to.close()
    # Nothing of the parent's is put away twice: no exit handlers, no buffers.
    os._exit(0)


def may_fork() -> bool:
    """Is there a second core, a system that forks, and a database that a child can open again?"""
    name = str(connections["default"].settings_dict.get("NAME", ""))
    can = "fork" in multiprocessing.get_all_start_methods() and (os.cpu_count() or 1) > 1
    in_process = multiprocessing.current_process().daemon
    return can and not in_process and not any(part in name for part in MEMORY)
