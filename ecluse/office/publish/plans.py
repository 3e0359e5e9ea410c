"""What may a stranger know of plans? The digests of question, baseline and plan, and where each stands in the log."""

from __future__ import annotations

from typing import Any

from ecluse.office.publish.reading import Reading
from ecluse.plan.terms import Plan, PlanBaseline


def plans(reading: Reading) -> dict[str, Any]:
    """Which baselines were committed to, and which plans adopted on them? No figure of either."""
    baselines = [
        {
            "id": record.value.id, "question": record.value.question_digest, "baseline": record.value.baseline_digest,
            "rule": record.value.rule, "day": record.on.isoformat(), **record.place(),
        }
        for record in reading.placed(PlanBaseline)
    ]  # fmt: skip
    adopted = [
        {
            "id": record.value.id, "on_baseline": record.value.baseline, "plan": record.value.plan_digest,
            "document": record.value.document, "day": record.on.isoformat(), **record.place(),
        }
        for record in reading.placed(Plan)
    ]  # fmt: skip
    return {"baselines": baselines, "plans": adopted}
