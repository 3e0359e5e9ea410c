"""Who makes the proofs of the closed envelope while an office is served? A process beside it, on one core's spare time.

A year's proofs are minutes of work. Made as deeds are written they are there when somebody publishes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from ecluse.base.errors import EcluseError
from ecluse.office.commands.envelope import PROOFS, proven
from ecluse.office.commands.year import open_office, say

# Whoever opens an office wants its first page first; then the log is looked at so often.
FIRST_SECONDS, EVERY_SECONDS = 20, 600
LAST_SECONDS = 10
KINDEST = 19  # of what `nice` takes: this work gives way to all other
LEFT_ALONE = "the office is closed"


class OfficeClosedError(Exception):
    """The office beside which this process ran is gone."""


@contextlib.contextmanager
def proving_beside(first: int = FIRST_SECONDS) -> Iterator[int]:
    """Within this block a process of its own proves what this office has not proven yet; it ends with us. Its number.

    It begins after so many seconds.
    """
    command = [sys.executable, "-m", "ecluse.office.commands.proving", str(os.getpid()), str(first)]
    beside = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield beside.pid
    finally:
        beside.terminate()
        try:
            beside.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            beside.kill()


def keep_proving(every: int, is_wanted: Callable[[], bool] = lambda: True) -> None:
    """Prove what is missing now, and again whenever the log has grown, as long as it is wanted.

    `every` is how many seconds lie between two looks at the log. What a stop loses is made again.
    """
    from django.db import connection

    from ecluse.office import kept
    from ecluse.office.views.summary import log_root

    def go_on(done: int = 0, all_: int = 0) -> None:
        if not is_wanted():
            raise OfficeClosedError(LEFT_ALONE)

    if hasattr(os, "nice"):
        os.nice(KINDEST)
    with contextlib.suppress(OfficeClosedError):
        last = ""
        while True:
            before = kept.kept(PROOFS)
            root = log_root()
            if root and (before is None or before.log_root != root):
                last, told = _prove(go_on), last
                if last not in ("", told):
                    say(last)
            connection.close()
            until = time.monotonic() + every
            while time.monotonic() < until:
                go_on()
                time.sleep(1)


def _prove(go_on: Callable[[int, int], None]) -> str:
    """Prove what is missing. What stands in the way, as a month that is not closed yet? It is looked at again."""
    try:
        proven(go_on, processes=1)
    except EcluseError as error:
        return str(error)
    return ""


def main(words: list[str]) -> int:
    """Prove beside the office whose process has this number, after so many seconds and until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard stops the office, and that stops us
    office, first = int(words[0]), int(words[1])

    def is_open() -> bool:
        return os.getppid() == office

    until = time.monotonic() + first
    while is_open() and time.monotonic() < until:
        time.sleep(1)
    if is_open():
        open_office("")
        keep_proving(EVERY_SECONDS, is_open)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
