"""How far is a run, stage by stage? Told in a private file, whole, to whoever of this user reads it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

TELL_EVERY = 200 * 10**6  # nanoseconds between two words of progress
PRIVATE = 0o600
Record = dict[str, Any]


class Telling:
    """What is told while a run goes on: parts and their stages, with time, values and bounds."""

    def __init__(self, path: Path, asked: Record) -> None:
        self.path, self.told_at, self.began = path, 0, time.monotonic_ns()
        self.state: Record = {**asked, "pid": os.getpid(), "state": "running", "stages": []}

    def expect(self, part: str, stages: Iterable[str]) -> None:
        """These stages of this part are still to come, in this order."""
        blank = {"began": None, "milliseconds": None, "iterations": 0, "value": None, "bound": None}
        self.state["stages"] += [{"part": part, "stage": stage, **blank} for stage in stages]
        self.write()

    def begin(self, part: str, stage: str) -> None:
        """From now on this stage is worked on; what stands before it is done."""
        now = self._now()
        for row in self.state["stages"]:
            if (row["part"], row["stage"]) == (part, stage):
                row["began"] = now if row["began"] is None else row["began"]
                break
            self._close(row, now)
        self.write()

    def hearing(self, part: str) -> Callable[[Any], bool]:
        """Whom does the solver tell how far it is with a part?"""

        def hear(progress: Any) -> bool:
            row = self._row(part, progress.stage)
            if row is not None and row["milliseconds"] is None:
                if row["began"] is None:
                    self.begin(part, progress.stage)
                row["iterations"] = progress.iterations
            if time.monotonic_ns() - self.told_at > TELL_EVERY:
                self.write()
            return False

        return hear

    def figures(self, part: str, kind: str, found: Mapping[str, int]) -> None:
        """These are the values, or the bounds, of a part's stages."""
        for stage, figure in found.items():
            row = self._row(part, stage)
            if row is not None:
                row[kind] = figure
        self.write()

    def end(self, state: str, **more: Any) -> None:
        """It is over: how, and with what."""
        if state == "solved":
            for row in self.state["stages"]:
                self._close(row, self._now())
        self.state |= {"state": state, **more}
        self.write()

    def write(self) -> None:
        """Tell it."""
        self.told_at = time.monotonic_ns()
        self.state["milliseconds"] = self._now()
        written(self.path, json.dumps(self.state, ensure_ascii=False))

    def _row(self, part: str, stage: str) -> Record | None:
        rows: list[Record] = self.state["stages"]
        return next((row for row in rows if (row["part"], row["stage"]) == (part, stage)), None)

    def _close(self, row: Record, now: int) -> None:
        if row["milliseconds"] is None:
            row["milliseconds"] = 0 if row["began"] is None else now - row["began"]

    def _now(self) -> int:
        return (time.monotonic_ns() - self.began) // 10**6


def written(path: Path, text: str) -> None:
    """Write a private file whole under another name, then rename it: nobody reads half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
