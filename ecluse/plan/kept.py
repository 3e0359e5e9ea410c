"""What does a plan document say, once the checker has added it up? Read strictly; standard library alone."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecluse.base.days import Month
from ecluse.plan import checker
from ecluse.plan.checker import PlanError
from ecluse.plan.terms import ModelUnits, StageValue

DOCUMENT_BYTES_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A document that holds: its own digest and those of its parts, its question, stages and exports."""

    document: str
    digests: Mapping[str, str]
    question: Mapping[str, Any]
    first_month: Month
    last_month: Month
    stages: tuple[StageValue, ...]
    exports: tuple[ModelUnits, ...]

    @property
    def rule(self) -> str:
        """Which no-harm rule does it obey?"""
        return str(self.question["rule"])

    @property
    def units_exported(self) -> int:
        """How many units leave under it?"""
        return sum(row.units for row in self.exports)


def read_kept(content: bytes) -> KeptPlan:
    """What does this document say? Raises PlanError with the first row that does not hold."""
    if len(content) > DOCUMENT_BYTES_LIMIT:
        raise PlanError(f"document: more than {DOCUMENT_BYTES_LIMIT} bytes")
    try:
        document = json.loads(
            content.decode("utf-8"), parse_float=str, parse_constant=str, object_pairs_hook=_record_or_nothing
        )
        stages = tuple(StageValue(*ends) for ends in checker.judged(document))
        return _said(content, document, stages)
    except PlanError:
        raise
    except Exception as error:  # whatever a forger wrote, the answer is no
        raise PlanError(f"document: a record or number is missing or of another kind: {error!r}"[:300]) from None


def _record_or_nothing(pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
    """A record that names a field twice says nothing."""
    record = dict(pairs)
    return record if len(record) == len(pairs) else None


def _said(content: bytes, document: Mapping[str, Any], stages: tuple[StageValue, ...]) -> KeptPlan:
    question = document["question"]
    units: Counter[str] = Counter()
    for place, sale in enumerate(question["sales"]):
        units[sale["product"]] += sum(document["plan"]["values"]["g"][place])
    exports = tuple(ModelUnits(model, count) for model, count in sorted(units.items()) if count)
    first, last = (Month.parse(question["months"][at]) for at in (0, -1))
    digests = {part: str(document["digests"][part]) for part in checker.PARTS}
    return KeptPlan(hashlib.sha256(content).hexdigest(), digests, question, first, last, stages, exports)
