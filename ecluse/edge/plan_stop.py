"""How does long work stop at once when a person presses Ctrl-C, with nothing half-kept?"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ecluse.base.words import say as word
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language

STOPPED = 130  # as shells have it: 128 and the number of the signal
LOOK_SECONDS = 60
T = TypeVar("T")


def stoppable(work: Callable[[], T]) -> T:
    """What does this work give? It runs beside the thread that hears Ctrl-C: a solver does not listen while it counts.

    Only work that writes nothing: when a person stops it, it is left where it is.
    """
    given: list[T] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            given.append(work())
        except BaseException as error:  # whatever went wrong is raised where the work was asked for
            failed.append(error)
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()
    while not done.wait(LOOK_SECONDS):
        pass
    if failed:
        raise failed[0]
    return given[0]


def ends_when_stopped(command: Callable[..., int]) -> Callable[..., int]:
    """Which command leaves with 130 when a person stops it? What was being written is taken away first."""

    @wraps(command)
    def ended(*given: Any, **named: Any) -> int:
        try:
            return command(*given, **named)
        except KeyboardInterrupt:
            tell(word("planask.stopped", person_language()))
            sys.stdout.flush()
            os._exit(STOPPED)  # the solver's own thread may still be counting; nothing of it is kept

    return ended
