"""What would each no-harm rule allow? A process of its own compares N1, N2 and N3 beside one baseline, and ends.

python -m ecluse.office.planning.rules FOLDER < PLAN
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecluse.office.planning.telling import Record, Telling, written
from ecluse.plan.checker import PlanError
from ecluse.plan.paper import NoPlan
from ecluse.plan.rules_compared import RULES, Compared, rules_compared
from ecluse.plan.solve import Options

STATE, FOUND = "rules.json", "rules.found.json"


def compare(folder: Path, asked: Record) -> str:
    """Compare the rules beside the baseline of the plan sent, telling how far it is. How did it end?"""
    document = asked.pop("near")
    asked.pop("question", None)
    telling = Telling(folder / STATE, asked)
    telling.expect("rules", ["compare"])
    telling.begin("rules", "compare")
    options = Options(progress=lambda progress: _heard(telling, progress.iterations))
    try:
        found = rules_compared(document["question"], document["baseline"]["values"], options=options)
    except (PlanError, KeyError, ValueError) as error:
        telling.end("bad", found=str(error)[:2_000])
        return "bad"
    if isinstance(found, NoPlan):
        telling.end("none", why=found.why, rows=list(found.rows[:60]), told={})
        return "none"
    written(folder / FOUND, json.dumps({"plan": asked["plan"], **form_of(found)}, ensure_ascii=False))
    telling.end("solved")
    return "solved"


def _heard(telling: Telling, iterations: int) -> bool:
    telling.hearing("rules")(type("At", (), {"stage": "compare", "iterations": iterations}))
    return False


def form_of(found: Compared) -> Mapping[str, Any]:
    """Which plain record says the same: each rule's figures, what N1 adds to N2, and why nothing leaves if so?"""
    added = found.adds("N1", "N2")
    return {
        "currency": found.currency, "unmet_baseline": dict(found.unmet_baseline), "why_none": found.why_none,
        "rules": [{**asdict(each), "units_exported": each.units_exported, "units_unmet": each.units_unmet}
                  for each in (found.under(rule) for rule in RULES)],
        "added": {**asdict(added), "is_nothing": added.is_nothing, "units_exported": added.units_exported},
    }  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(0 if compare(Path(sys.argv[1]), json.load(sys.stdin)) == "solved" else 1)
