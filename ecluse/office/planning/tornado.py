"""Which figures does a plan hang on most? A process of its own turns each alone, and ends.

python -m ecluse.office.planning.tornado FOLDER < PLAN
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from ecluse.office.planning.telling import Record, Telling, written
from ecluse.plan.checker import PlanError
from ecluse.plan.session import Session
from ecluse.plan.solve import Options, Solved
from ecluse.plan.tornado import tornado

STATE, FOUND = "tornado.json", "tornado.found.json"


def turn(folder: Path, asked: Record) -> str:
    """Turn each figure of the plan sent by so many percent, telling how far it is. How did it end?"""
    document, percent = asked.pop("near"), int(asked["percent"])
    telling = Telling(folder / STATE, asked)
    telling.expect("tornado", ["turn"])
    telling.begin("tornado", "turn")
    try:
        session = Session(document["question"], Options(progress=telling.hearing("tornado")))
        if not isinstance(session.opened.plan, Solved):
            telling.end("none", why="infeasible", rows=[], told={})
            return "none"
        found = tornado(session, percent)
    except (PlanError, KeyError, ValueError) as error:
        telling.end("bad", found=str(error)[:2_000])
        return "bad"
    form = {"plan": asked["plan"], "percent": percent, "now": asdict(found.now)}
    bars = [asdict(bar) for bar in found.by_receipts()]
    written(folder / FOUND, json.dumps({**form, "bars": bars}, ensure_ascii=False))
    telling.end("solved")
    return "solved"


if __name__ == "__main__":
    raise SystemExit(0 if turn(Path(sys.argv[1]), json.load(sys.stdin)) == "solved" else 1)
