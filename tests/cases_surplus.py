"""Which claims are just held at the surplus gate, and which just pass? One pair for each code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from keys import key_for, signed

from ecluse.base.days import Month
from ecluse.surplus.terms import (
    Balance,
    CapacityAttestation,
    Certificate,
    CertificateClaim,
    ClassYear,
    FundedOrder,
    Funder,
    GoodsKind,
    GoodsOrigin,
    HomeProgress,
    ModelCapacity,
    ModelFlow,
    MonthUnits,
    Reserve,
    RuleResult,
    StockCount,
    SurplusClaim,
    SurplusPolicy,
    SurplusRule,
    Withdrawal,
)

ON = date(2026, 4, 2)
MINISTRY, MAKER, STAFF, CLASS, MODEL = "ministry-of-defence", "maker-017", "general-staff", "interceptor", "INT-04"
KEYS = tuple(key_for(owner)[0] for owner in (MINISTRY, MAKER, STAFF))
MONTHS = tuple(Month(2026, 1).until(Month(2026, 12)))
MAY, JUNE = Month(2026, 5), Month(2026, 6)


def by_month(units: int) -> tuple[MonthUnits, ...]:
    return tuple(MonthUnits(month, units) for month in MONTHS)


POLICY = SurplusPolicy("surplus-policy-2026-1", MINISTRY, SurplusRule.SR_1, 1, 2, date(2026, 1, 1), None)
CERTIFICATE = Certificate(
    "SC-2026-0031", MINISTRY, CLASS, MODEL, MAKER, MAY, JUNE, 300, SurplusRule.SR_1, POLICY.id,
    (RuleResult(SurplusRule.SR_0, 0), RuleResult(SurplusRule.SR_1, 1_200)), 4_000, 0,
    (MonthUnits(MAY, 400), MonthUnits(JUNE, 500)), "0" * 64, "1" * 64, date(2026, 3, 2), date(2026, 6, 30),
)  # fmt: skip


def drawn(certificate: Certificate, **changed: Any) -> SurplusClaim:
    """The passing claim on this certificate, freshly signed, with its own balance."""
    claim = replace(
        SURPLUS_CLAIM,
        certificate=certificate,
        certificate_signatures=(signed(MINISTRY, certificate, date(2026, 3, 2)),),
        balance=Balance(certificate.id, certificate.units_certified, 50, 20, 30),
    )
    return replace(claim, **changed)


SURPLUS_CLAIM = SurplusClaim(
    tranche="T-2026-0117-1",
    order="O-2026-0117",
    model=MODEL,
    class_=CLASS,
    kind=GoodsKind.ARTICLE,
    origin=GoodsOrigin.MADE,
    units=100,
    filed_on=date(2026, 3, 10),
    deliver_in=MAY,
    certificate=CERTIFICATE,
    certificate_signatures=(signed(MINISTRY, CERTIFICATE, date(2026, 3, 2)),),
    withdrawal=None,
    policy=POLICY,
    balance=Balance(CERTIFICATE.id, 300, 50, 20, 30),
    capacity=ModelCapacity(1_250, 1_000, date(2026, 12, 31)),
    home=HomeProgress(CLASS, Month(2026, 3), 900, 900),
    also_claimed_by=None,
    keys=KEYS,
)

ATTESTATION = CapacityAttestation(
    "CA-0017-04", MAKER, MODEL, CLASS, by_month(250), (MonthUnits(Month(2025, 12), 200),),
    date(2026, 1, 5), date(2026, 12, 31),
)  # fmt: skip
# A year of 3,000 with 1,800 funded: SR-1 leaves 1,200 of the class; the model's own look-ahead leaves 300 by May.
YEAR = ClassYear(CLASS, MONTHS[0], MONTHS[-1], 3_000, 1_500, 300, 200, 6_000, 2_500, None)
CERTIFICATE_CLAIM = CertificateClaim(
    certificate=CERTIFICATE.id,
    model=MODEL,
    maker=MAKER,
    first_month=MAY,
    last_month=JUNE,
    units_asked=300,
    policy=POLICY,
    policy_signatures=(signed(MINISTRY, POLICY, date(2026, 1, 1)),),
    class_year=YEAR,
    attestations=(ATTESTATION,),
    attestation_signatures=(signed(MAKER, ATTESTATION, date(2026, 1, 5)),),
    funded_orders=(FundedOrder("FO-3", MINISTRY, Funder.HOME, MODEL, CLASS, by_month(150), date(2025, 12, 1)),),
    reserve=Reserve("RS-3", STAFF, MODEL, CLASS, 100, date(2026, 1, 1)),
    stock=StockCount("ST-3", STAFF, MODEL, CLASS, 200, date(2025, 12, 31)),
    flows=tuple(ModelFlow(month, 250, 150, 40) for month in MONTHS),
    units_certified_before=900,
    units_model_certified_before=100,
    class_units_left_by_month=(MonthUnits(MAY, 300), MonthUnits(JUNE, 400)),
    units_need_unmet=4_000,
    units_aid_received=0,
    inputs_unsigned=0,
    keys=KEYS,
)


def of_year(**figures: int | None) -> CertificateClaim:
    return replace(CERTIFICATE_CLAIM, class_year=replace(YEAR, **figures))


def attested(on: date = date(2026, 1, 5), **changed: Any) -> CertificateClaim:
    attestation = replace(ATTESTATION, **changed)
    signatures = (signed(MAKER, attestation, on),)
    return replace(CERTIFICATE_CLAIM, attestations=(attestation,), attestation_signatures=signatures)


def given(units: int | None) -> Certificate:
    """The certificate with this figure under its bound rule."""
    return replace(CERTIFICATE, results=(RuleResult(SurplusRule.SR_0, 0), RuleResult(SurplusRule.SR_1, units)))


def claimed(**changed: Any) -> SurplusClaim:
    return replace(SURPLUS_CLAIM, **changed)


def asked(**changed: Any) -> CertificateClaim:
    return replace(CERTIFICATE_CLAIM, **changed)


WITHDRAWN = Withdrawal("W-3", CERTIFICATE.id, MINISTRY, ON, "urgent need")
Case = tuple[SurplusClaim | CertificateClaim, SurplusClaim | CertificateClaim, date]

CASES: dict[str, Case] = {
    "surplus.goods_are_home_made": (claimed(origin=GoodsOrigin.DONOR_FUNDED), SURPLUS_CLAIM, ON),
    "surplus.home_army_first": (drawn(given(150), units=151), drawn(given(150), units=150), ON),
    "surplus.certificate_is_present": (
        claimed(certificate=None, kind=GoodsKind.PART),
        claimed(certificate=None, kind=GoodsKind.SERVICE),
        ON,
    ),
    "surplus.certificate_is_signed": (
        claimed(certificate_signatures=(signed(MAKER, CERTIFICATE, date(2026, 3, 2)),)),
        SURPLUS_CLAIM,
        ON,
    ),
    "surplus.certificate_precedes_application": (
        claimed(filed_on=date(2026, 3, 1)),
        claimed(filed_on=date(2026, 3, 2)),
        ON,
    ),
    "surplus.certificate_covers_model": (claimed(model="INT-05"), SURPLUS_CLAIM, ON),
    "surplus.certificate_covers_month": (claimed(deliver_in=Month(2026, 7)), claimed(deliver_in=JUNE), ON),
    "surplus.certificate_is_in_force": (
        drawn(replace(CERTIFICATE, valid_until=date(2026, 4, 1))),
        drawn(replace(CERTIFICATE, valid_until=ON)),
        ON,
    ),
    "surplus.certificate_stands": (
        claimed(withdrawal=WITHDRAWN),
        claimed(withdrawal=replace(WITHDRAWN, on=date(2026, 4, 3))),
        ON,
    ),
    "surplus.policy_is_bound": (
        claimed(policy=replace(POLICY, valid_until=date(2026, 4, 1))),
        claimed(policy=replace(POLICY, valid_until=ON)),
        ON,
    ),
    "surplus.balance_is_known": (claimed(balance=None), SURPLUS_CLAIM, ON),
    "surplus.balance_covers_units": (claimed(units=201), claimed(units=200), ON),
    "surplus.units_are_claimed_once": (claimed(also_claimed_by="T-2026-0093-2"), SURPLUS_CLAIM, ON),
    "surplus.capacity_is_demonstrated": (
        claimed(capacity=ModelCapacity(1_251, 1_000, date(2026, 12, 31))),
        claimed(capacity=ModelCapacity(1_250, 1_000, date(2026, 12, 31))),
        ON,
    ),
    "surplus.capacity_is_current": (
        claimed(capacity=ModelCapacity(1_000, 1_000, date(2026, 4, 1))),
        claimed(capacity=ModelCapacity(1_000, 1_000, ON)),
        ON,
    ),
    "surplus.home_deliveries_are_known": (claimed(home=None), claimed(home=None, kind=GoodsKind.PART), ON),
    "surplus.inputs_are_signed": (asked(inputs_unsigned=1), CERTIFICATE_CLAIM, ON),
    "surplus.policy_is_signed": (
        asked(policy_signatures=(signed(MAKER, POLICY, date(2026, 1, 1)),)),
        CERTIFICATE_CLAIM,
        ON,
    ),
    "surplus.attestation_is_current": (attested(valid_until=date(2026, 4, 1)), attested(valid_until=ON), ON),
    "surplus.certificate_within_rule": (asked(units_certified_before=901), CERTIFICATE_CLAIM, ON),
    "surplus.certificate_within_class_month": (
        asked(class_units_left_by_month=(MonthUnits(MAY, 299), MonthUnits(JUNE, 400))),
        CERTIFICATE_CLAIM,
        ON,
    ),
    "surplus.certificate_within_look_ahead": (asked(units_model_certified_before=101), CERTIFICATE_CLAIM, ON),
    "surplus.figures_are_known": (of_year(units_capacity=None), CERTIFICATE_CLAIM, ON),
    "surplus.demonstrated_supports_attested": (
        attested(demonstrated=(MonthUnits(Month(2025, 12), 199),)),
        CERTIFICATE_CLAIM,
        ON,
    ),
    "surplus.need_is_shown": (asked(units_need_unmet=3_999), CERTIFICATE_CLAIM, ON),
}
