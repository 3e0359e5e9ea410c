"""P2: does every adopted plan hold, after a baseline that was committed to before it, and is no need worse served?

The kept document is checked again to the last unit, and what it asked is compared with the registers of that day.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ecluse.office.audit.p2_question import differences, lapsed
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.models import Document
from ecluse.plan.checker import PlanError
from ecluse.plan.kept import KeptPlan, read_kept
from ecluse.plan.terms import Plan, PlanBaseline, PlanPolicy

POLICIES = "policy:plan"


@dataclass(frozen=True, slots=True)
class Opened:
    """A kept document: its bytes, and what it says; None and the fault where it says nothing that holds."""

    kept: KeptPlan | None
    values: dict[str, Any]
    fault: str = ""
    ground: str = ""


def plans_hold(reading: Reading, tally: Tally) -> None:
    """Does each baseline and each plan on record hold, in its order, with its document, by the policy in force?"""
    opened: dict[str, Opened] = {}

    def document(named: str) -> Opened:
        if named not in opened:
            opened[named] = _opened(named)
        return opened[named]

    def check_baseline(row: Filed) -> None:
        tally.count("plan_baselines")
        _check_baseline(reading, tally, row, document(row.value.document))

    def check_plan(row: Filed) -> None:
        tally.count("plans")
        _check_plan(reading, tally, row, document(row.value.document))

    tally.each(reading.of(PlanBaseline), check_baseline, lambda row: row.rid)
    tally.each(reading.of(Plan), check_plan, lambda row: row.rid)


def _opened(named: str) -> Opened:
    row = Document.objects.filter(digest=named).first()
    content = bytes(row.content) if row is not None else b""
    if row is None:
        return Opened(None, {}, "plan_document_missing")
    try:
        kept = read_kept(content)
    except PlanError as error:
        return Opened(None, {}, "plan_does_not_hold", str(error)[:300])
    if hashlib.sha256(content).hexdigest() != named:
        return Opened(None, {}, "plan_document_differs")
    parts = json.loads(content)
    return Opened(kept, {part: parts[part]["values"] for part in ("baseline", "plan")})


def _check_baseline(reading: Reading, tally: Tally, row: Filed, found: Opened) -> None:
    record: PlanBaseline = row.value
    if found.kept is None:
        tally.broken(found.fault, row.rid, row.on, rests=[row.subject], ground=found.ground)
        return
    kept = found.kept
    says = (record.question_digest, record.baseline_digest, record.first_month, record.last_month, record.stages)
    held = (kept.digests["question"], kept.digests["baseline"], kept.first_month, kept.last_month, kept.stages)
    if says != held:
        tally.broken("plan_record_differs", row.rid, row.on, rests=[row.subject])
    policy = _policy(reading, row)
    asked = tuple(kept.question[name] for name in ("rule", "share_bp", "grace_months"))
    bound = (policy.rule, policy.reinvest_share_bp, policy.grace_months) if policy else None
    if policy is None or asked != bound or (record.policy, record.rule) != (policy.id, policy.rule):
        tally.broken("plan_policy_differs", row.rid, row.on, rests=[row.subject, POLICIES], rule=kept.rule)
    for key, subject, asked_for, on_register in differences(reading, kept.question, row.on):
        tally.broken(
            key, row.rid, row.on, rests=[row.subject, subject], record=subject, asked=asked_for, kept=on_register
        )
    for model, until in lapsed(reading, kept.question, row.on):
        tally.held("plan_capacity_lapsed", row.rid, row.on, model=model, until=until)


def _policy(reading: Reading, row: Filed) -> PlanPolicy | None:
    """Which signed policy bound on the day of this baseline?"""
    found = None
    for filed in reading.about(POLICIES, PlanPolicy):
        policy: PlanPolicy = filed.value
        is_binding = policy.valid_from <= row.on and (policy.valid_until is None or row.on <= policy.valid_until)
        if is_binding and filed.on <= row.on and reading.is_signed(filed, policy.owner):
            found = policy
    return found


def _check_plan(reading: Reading, tally: Tally, row: Filed, found: Opened) -> None:
    record: Plan = row.value
    baselines = [filed for filed in reading.about(row.subject, PlanBaseline) if filed.rid == record.baseline]
    if not baselines:
        tally.broken("plan_without_baseline", row.rid, row.on, rests=[row.subject], baseline=record.baseline)
        return
    base = baselines[0]
    is_before = base.index < row.index if base.log == row.log else base.on < row.on
    if not is_before:
        tally.broken("plan_before_baseline", row.rid, row.on, rests=[row.subject], baseline=base.rid)
    if found.kept is None:
        tally.broken(found.fault, row.rid, row.on, rests=[row.subject], ground=found.ground)
        return
    kept, committed = found.kept, base.value
    says = (
        committed.question_digest, committed.baseline_digest, record.plan_digest, record.units_exported, record.exports,
    )  # fmt: skip
    digests = tuple(kept.digests[part] for part in ("question", "baseline", "plan"))
    if says != (*digests, kept.units_exported, kept.exports):
        tally.broken("plan_record_differs", row.rid, row.on, rests=[row.subject])
    _check_needs(tally, row, kept.question, found.values)


def _check_needs(tally: Tally, row: Filed, question: Any, values: dict[str, Any]) -> None:
    """The promise itself, whatever the rule: no need, in any month, is left with more unmet than without exports."""
    for place, need in enumerate(question["needs"]):
        pairs = zip(question["months"], values["baseline"]["u"][place], values["plan"]["u"][place], strict=True)
        tally.count("need_months", len(question["months"]))
        worse = [(month, before, after) for month, before, after in pairs if after > before]
        if worse:
            month, before, after = worse[0]
            tally.broken(
                "need_worse_served", row.rid, row.on, rests=[row.subject], need=need["id"], month=month,
                units_without=before, units_with=after,
            )  # fmt: skip
