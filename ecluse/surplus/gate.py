"""Is it really surplus? Two doors: one for a certificate, one for a tranche that draws on it."""

from __future__ import annotations

from datetime import date, timedelta

from ecluse.base.errors import EvidenceError
from ecluse.base.law import Law
from ecluse.base.verdict import Held, Passed, held
from ecluse.surplus.dated import term
from ecluse.surplus.figures import results
from ecluse.surplus.rules import RULES, certificate_drawn
from ecluse.surplus.rules_certificate import CERTIFICATE_RULES
from ecluse.surplus.terms import CertificateClaim, CertificateFinding, SurplusClaim, SurplusFinding

__all__ = [
    "CERTIFICATE_RULES", "RULES", "TABLES", "CertificateClaim", "CertificateFinding", "SurplusClaim", "SurplusFinding",
    "judge", "judge_certificate",
]  # fmt: skip

TABLES: tuple[str, ...] = ("surplus/kinds", "surplus/terms")


def judge(claim: SurplusClaim, *, on: date, law: Law) -> Passed[SurplusFinding] | Held:
    """Are these units of this tranche surplus on this day?

    Raises EvidenceError for a claim of no units: there is nothing to judge.
    """
    if claim.units < 1:
        raise EvidenceError(f"tranche {claim.tranche} claims {claim.units} units")
    grounds = held(ground for rule in RULES for ground in rule(claim, on, law))
    return grounds or Passed(_surplus(claim, on, law))


def _surplus(claim: SurplusClaim, on: date, law: Law) -> SurplusFinding:
    certificate = certificate_drawn(claim, on, law)
    valid_until = on + timedelta(term("reservation_days", on, law))
    if certificate is not None:
        valid_until = min(valid_until, certificate.valid_until)
    drawn = None if certificate is None else certificate.id
    return SurplusFinding(claim.tranche, claim.model, claim.class_, claim.kind, claim.units, drawn, valid_until)


def judge_certificate(claim: CertificateClaim, *, on: date, law: Law) -> Passed[CertificateFinding] | Held:
    """May a surplus certificate be issued for these units of this model?

    Raises EvidenceError for a claim whose counts are no counts.
    """
    _check_counts(claim)
    grounds = held(ground for rule in CERTIFICATE_RULES for ground in rule(claim, on, law))
    return grounds or Passed(_certified(claim))


def _certified(claim: CertificateClaim) -> CertificateFinding:
    assert claim.policy is not None  # held by policy_is_signed
    assert claim.units_need_unmet is not None  # held by need_is_shown
    return CertificateFinding(
        claim.certificate, claim.units_asked, claim.policy.rule,
        results(claim.class_year, claim.policy), claim.units_need_unmet,
    )  # fmt: skip


def _check_counts(claim: CertificateClaim) -> None:
    year, policy, reserve = claim.class_year, claim.policy, claim.reserve
    counts = {
        "units_asked": claim.units_asked - 1,
        "inputs_unsigned": claim.inputs_unsigned,
        "units_certified_before": claim.units_certified_before,
        "units_model_certified_before": claim.units_model_certified_before or 0,
        "units_aid_received": claim.units_aid_received,
        "units_need_unmet": claim.units_need_unmet or 0,
        "units_home_funded": year.units_home_funded or 0,
        "units_partner_funded": year.units_partner_funded or 0,
        "units_need": year.units_need or 0,
        "units_absorption": year.units_absorption or 0,
        "reserve": reserve.units if reserve else 0,
        "flows": min((min(flow.units_funded, flow.units_home) for flow in claim.flows), default=0),
        "ratio_numerator": policy.ratio_numerator if policy else 0,
        "ratio_denominator": policy.ratio_denominator - 1 if policy else 0,
    }
    wrong = sorted(name for name, count in counts.items() if count < 0)
    if wrong:
        raise EvidenceError(f"certificate {claim.certificate}: {wrong[0]} is no count")
