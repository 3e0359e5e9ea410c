"""Which planning policy binds, and which baseline was committed to? As the registers say it."""

from __future__ import annotations

from datetime import date

from ecluse.base.sealed import seal
from ecluse.base.signing import is_signed_by
from ecluse.office.session import Session
from ecluse.plan.kept import KeptPlan
from ecluse.plan.terms import PlanBaseline, PlanPolicy, subject_of

POLICY = "policy:plan"


def policy_in_force(session: Session, on: date) -> PlanPolicy | None:
    """Which planning policy is signed and binds on this day? The last one of those in force."""
    for policy in reversed(session.of(POLICY, PlanPolicy)):
        is_binding = policy.valid_from <= on and (policy.valid_until is None or on <= policy.valid_until)
        signatures = session.signatures(seal(policy).digest)
        if is_binding and is_signed_by(policy.owner, policy, signatures, session.keys([policy.owner])):
            return policy
    return None


def obeys(kept: KeptPlan, policy: PlanPolicy) -> bool:
    """Does the question take its rule, its share and its term from this policy?"""
    asked = tuple(kept.question[name] for name in ("rule", "share_bp", "grace_months"))
    return asked == (policy.rule, policy.reinvest_share_bp, policy.grace_months)


def committed_baseline(session: Session, kept: KeptPlan) -> PlanBaseline | None:
    """Which baseline on record is the one of this document: the same question, the same figures?"""
    wanted = kept.digests["question"], kept.digests["baseline"]
    filed = session.of(subject_of(kept.first_month), PlanBaseline)
    return next((one for one in filed if (one.question_digest, one.baseline_digest) == wanted), None)
