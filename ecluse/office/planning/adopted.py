"""Which plan is adopted, which is only committed to, and what does its document say? Read from the registers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from ecluse.base.days import Month
from ecluse.office.models import Document
from ecluse.office.on_file import records
from ecluse.plan.kept import KeptPlan, read_kept
from ecluse.plan.terms import Plan, PlanBaseline

# A document of a megabyte is some fifteen of memory once it is read: the one adopted, and one beside it.
DOCUMENTS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Filed:
    """A plan's document on file: its baseline's record, the plan's where it was adopted, and what it says."""

    baseline: PlanBaseline
    plan: Plan | None
    kept: KeptPlan
    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Under which id is it filed?"""
        return self.plan.id if self.plan else self.baseline.id

    @property
    def question(self) -> Mapping[str, Any]:
        """What is asked in it?"""
        found: Mapping[str, Any] = self.document["question"]
        return found


@dataclass(frozen=True, slots=True)
class Named:
    """A plan or baseline on file, its document not yet read."""

    id: str
    document: str
    on: date
    is_adopted: bool


def filed_plans() -> list[Named]:
    """Which plans are adopted, which baselines are committed to without one? The newest first."""
    plans = [one.value for one in records(Plan)]
    adopted = {plan.baseline for plan in plans}
    found = [Named(plan.id, plan.document, plan.on, True) for plan in plans]
    found += [
        Named(one.value.id, one.value.document, one.value.on, False)
        for one in records(PlanBaseline) if one.value.id not in adopted
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.on, one.id), reverse=True)


def adopted_plan(on: date) -> Filed | None:
    """Which plan is in force on this day? The last one adopted of those that have begun, else of those that begin."""
    plans = [(one.value, one.on) for one in records(Plan)]
    if not plans:
        return None
    first = {one.value.id: one.value.first_month for one in records(PlanBaseline)}
    begun = [one for one in plans if first[one[0].baseline] <= Month.of(on)] or plans
    return filed_plan(max(begun, key=lambda one: (first[one[0].baseline], one[1], one[0].id))[0].id)


def filed_plan(id: str) -> Filed | None:
    """What is filed under this id of a plan or a baseline? None where nothing is, or its document is gone."""
    plan = next((one.value for one in records(Plan) if one.value.id == id), None)
    wanted = plan.baseline if plan else id
    baseline = next((one.value for one in records(PlanBaseline) if one.value.id == wanted), None)
    if baseline is None:
        return None
    read = _read(plan.document if plan else baseline.document)
    return None if read is None else Filed(baseline, plan, *read)


def content_of(digest: str) -> bytes | None:
    """Which bytes are kept under this digest?"""
    found = Document.objects.filter(digest=digest).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _read(digest: str) -> tuple[KeptPlan, Mapping[str, Any]] | None:
    """A document under its digest never changes: it is added up and read once a process."""
    content = content_of(digest)
    return None if content is None else (read_kept(content), json.loads(content))
