"""Which promise breaks under which fault at which system call? The whole grid, or a sample drawn by a seed.

python tests/faults/grid.py [--scene NAME] [--sample N --seed S] [--cell SCENE/KIND/AT]

One JSON object a struck call on standard output, a last one with the counts; status 1 where a promise broke, 77 where
this machine lets nobody be traced. A process of its own, for it waits for all its children.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from faults.scenes import SCENES, Said, Scene  # noqa: E402
from faults.tracer import BROKEN, REFUSED, Call, Fault, RefusedError, kinds_for, traced  # noqa: E402

ENDS_IT = ("kill", "power", "torn")


class Cell(NamedTuple):
    """One fault at one call of one scene."""

    scene: str
    fault: Fault


class Grid:
    """All scenes with the calls that they make, counted once without a fault."""

    def __init__(self, folder: Path, names: list[str] | None = None) -> None:
        from ecluse.edge.log import folder as log_folder

        log_folder.WRITERS = 1  # so that the n-th call is the same one each time
        self.folder, self.scenes, self.calls = folder, dict[str, Scene](), dict[str, list[Call]]()
        for kind in all_scenes(names):
            scene = kind()
            self.scenes[scene.name] = scene
            self.template(scene).mkdir(parents=True)
            scene.lay(self.template(scene))
            place = folder / "counted"
            ran, said = self.run(scene, place, None)
            assert ran.status == 0, f"{scene.name} fails without a fault: {said} {told(place)}"
            assert not any(line[0] == "failed" for line in said)
            scene.check(place / "f", said)
            self.calls[scene.name] = ran.calls
            shutil.rmtree(place)

    def template(self, scene: Scene) -> Path:
        return self.folder / scene.name.replace(" ", "-").replace(",", "") / "template"

    def cells(self) -> Iterator[Cell]:
        for name, calls in self.calls.items():
            for at, call in enumerate(calls, 1):
                for kind in kinds_for(call.name):
                    yield Cell(name, Fault(kind, at))

    def run(self, scene: Scene, place: Path, fault: Fault | None) -> tuple[Any, Said]:
        shutil.copytree(self.template(scene), place / "f")

        def work() -> bool:
            for name, number in (("out", 1), ("err", 2), ("said", 9)):
                os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
            return scene.work(place / "f", lambda *words: os.write(9, ("\t".join(map(str, words)) + "\n").encode()))

        ran = traced(work, place / "f", fault)
        said = (place / "said").read_text().splitlines() if (place / "said").exists() else []
        return ran, [line.split("\t") for line in said]

    def strike(self, cell: Cell, seed: int = 0) -> dict[str, Any]:
        """What came of this cell: which call was struck, what the program answered, which promise broke if any?"""
        scene = self.scenes[cell.scene]
        place = Path(tempfile.mkdtemp(prefix="cell-", dir=self.folder))
        try:
            ran, said = self.run(scene, place, cell.fault)
            row: dict[str, Any] = {
                "cell": f"{cell.scene}/{cell.fault.kind}/{cell.fault.at}", "call": str(ran.hit) if ran.hit else "",
                "end": ended(ran.status), "answers": sorted({line[2] for line in said if line[0] == "failed"}),
            }  # fmt: skip
            row["stuck"] = is_stuck(said)
            row["broken"] = broken(lambda: self.judge(scene, cell, ran, said, place, seed))
            if row["broken"] and os.environ.get("FAULTS_SHOW"):
                row["told"], row["said"] = told(place), said
            return row
        finally:
            shutil.rmtree(place)

    def judge(self, scene: Scene, cell: Cell, ran: Any, said: Said, place: Path, seed: int) -> None:
        assert os.waitstatus_to_exitcode(ran.status) != BROKEN, f"the program broke: {told(place)[-1500:]}"
        assert not is_stuck(said) or has_to_be_started_again(ran.hit), "one fault, and the program did not come back"
        left = place / "left"
        # Every other power cut lets through a part of what was not synced.
        ran.lasting.left(left, random.Random(f"{seed}/{cell}") if (cell.fault.at + seed) % 2 else None)
        if cell.fault.kind != "power":
            scene.check(place / "f", said)
        if cell.fault.kind not in ("kill", "torn"):
            scene.check(left, said)


def is_stuck(said: Said) -> bool:
    """Did more fail than the step that was struck?"""
    failed = [line for line in said if line[0] == "failed"]
    return len(failed) > 1 and failed[0][1] != "-1"


def has_to_be_started_again(hit: Call | None) -> bool:
    """SQLite opens a file for reading that it may not open for writing, and a lock not given back stays held.

    Both last until the connection is closed. Nothing is acknowledged by such a process, and it says so at each write.
    """
    return hit is not None and (hit.name, hit.file) in {("openat", "office.sqlite3"), ("fcntl", "office.sqlite3-shm")}


def broken(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})"
    return ""


def ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return {0: "as if nothing", 3: "answered", BROKEN: "broke", -9: "killed"}.get(code, str(code))


def told(place: Path) -> str:
    return (place / "err").read_text("utf-8", "replace") if (place / "err").exists() else ""


def all_scenes(names: list[str] | None) -> list[type[Scene]]:
    """Those named, or all; the office's only where they are wanted, for Django takes its time."""
    chosen = [kind for kind in SCENES if not names or kind.name in names]
    if not names or {"append", "log write"} & set(names):
        from carried import set_up

        set_up()
        from faults.office_scenes import OFFICE_SCENES

        chosen += [kind for kind in OFFICE_SCENES if not names or kind.name in names]
    return chosen


def drawn(grid: Grid, sample: int, seed: int) -> list[Cell]:
    """So many cells by chance, as many of each scene, those that write first: nine in ten."""
    chance, found = random.Random(seed), list[Cell]()
    for name, calls in grid.calls.items():
        cells = [cell for cell in grid.cells() if cell.scene == name]
        heavy = [cell for cell in cells if len(kinds_for(calls[cell.fault.at - 1].name)) > 3]
        each = max(1, sample // len(grid.calls))
        found += chance.sample(heavy, min(len(heavy), -(-each * 9 // 10)))
        found += chance.sample(cells, min(len(cells), each // 10))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", action="append")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cell", default="")
    asked = parser.parse_args()
    began, fails, cells = time.monotonic(), 0, list[Cell]()
    folder = Path(tempfile.mkdtemp(prefix="ecluse-faults-"))
    try:
        scene, _, rest = asked.cell.partition("/")
        grid = Grid(folder, [scene] if scene else asked.scene)
        cells = drawn(grid, asked.sample, asked.seed) if asked.sample else list(grid.cells())
        if scene:
            kind, at = rest.split("/")
            cells = [Cell(scene, Fault(kind, int(at)))]
        for cell in cells:
            row = grid.strike(cell, asked.seed)
            fails += bool(row["broken"])
            print(json.dumps(row), flush=True)
        counts = {name: len(calls) for name, calls in grid.calls.items()}
    except RefusedError as error:
        print(json.dumps({"refused": str(error)}))
        return REFUSED
    finally:
        shutil.rmtree(folder)
    print(json.dumps({
        "cells": len(cells), "broken": fails, "calls": counts, "seconds": round(time.monotonic() - began, 1),
    }))  # fmt: skip
    return 1 if fails else 0


if __name__ == "__main__":
    sys.exit(main())
