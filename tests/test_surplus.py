"""Does the surplus gate hold exactly what it must, for a tranche and for a certificate?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from cases_surplus import (
    CASES,
    CERTIFICATE,
    CERTIFICATE_CLAIM,
    CLASS,
    MAY,
    ON,
    POLICY,
    SURPLUS_CLAIM,
    YEAR,
    attested,
    claimed,
    drawn,
    given,
    of_year,
)
from hypothesis import given as with_values
from hypothesis import strategies as st

from ecluse.base.canon import canonical
from ecluse.base.claim import read_claim, write_claim
from ecluse.base.days import Month
from ecluse.base.errors import EvidenceError, UnknownLawError
from ecluse.base.law import Law, Table
from ecluse.base.sealed import encode, unseal
from ecluse.base.verdict import Force, Held, Passed, codes_of
from ecluse.edge.law import newest_law
from ecluse.surplus import gate
from ecluse.surplus.figures import result_under
from ecluse.surplus.rules import RULES
from ecluse.surplus.rules_certificate import CERTIFICATE_RULES
from ecluse.surplus.terms import (
    Balance,
    CertificateClaim,
    GoodsKind,
    GoodsOrigin,
    ModelCapacity,
    ModelFlow,
    MonthUnits,
    SurplusClaim,
    SurplusRule,
)

ROOT = Path(__file__).resolve().parent.parent
LAW = newest_law().only(gate.TABLES)
REFERRED = {
    "surplus.balance_is_known", "surplus.capacity_is_demonstrated", "surplus.capacity_is_current",
    "surplus.home_deliveries_are_known", "surplus.figures_are_known", "surplus.demonstrated_supports_attested",
    "surplus.need_is_shown",
}  # fmt: skip


def judge(claim: Any, on: date = ON) -> Passed[Any] | Held:
    door = gate.judge_certificate if isinstance(claim, CertificateClaim) else gate.judge
    return door(claim, on=on, law=LAW)


def spelled(verdict: Passed[Any] | Held) -> bytes:
    if isinstance(verdict, Held):
        return canonical([encode(ground) for ground in verdict.grounds])
    return canonical(encode(verdict.finding))


HELD_SENTENCES = {
    "surplus.goods_are_home_made": "donor-funded goods stay, goods made for sale may leave",
    "surplus.home_army_first": "one unit over the class figure stays, exactly the figure may leave",
    "surplus.certificate_is_present": "a part without a certificate stays, a service needs none",
    "surplus.certificate_is_signed": "another's signature does not sign a certificate, its owner's does",
    "surplus.certificate_precedes_application": "filed the day before issue is too early, filed on the day is in order",
    "surplus.certificate_covers_model": "another model is not covered, the model itself is",
    "surplus.certificate_covers_month": "the month after the span is not covered, the last month is",
    "surplus.certificate_is_in_force": "a certificate that ended yesterday is over, its last day counts",
    "surplus.certificate_stands": "withdrawn today carries nothing, withdrawn tomorrow still carries",
    "surplus.policy_is_bound": "a policy that ended yesterday binds nothing, its last day binds",
    "surplus.balance_is_known": "an unknown balance goes to a person, a known one passes",
    "surplus.balance_covers_units": "one unit more than is free stays, the free units may leave",
    "surplus.units_are_claimed_once": "units another tranche claims stay, units claimed once pass",
    "surplus.capacity_is_demonstrated": "one unit beyond the tolerance goes to a person, the tolerance itself passes",
    "surplus.capacity_is_current": "an attestation that ended yesterday goes to a person, its last day counts",
    "surplus.home_deliveries_are_known": "an article waits for the home figures, a part does not",
    "surplus.inputs_are_signed": "one unsigned figure stops a certificate, none lets it pass",
    "surplus.policy_is_signed": "a policy signed by a maker binds nothing, the ministry's binds",
    "surplus.attestation_is_current": "capacity attested until yesterday is no capacity, until today it is",
    "surplus.certificate_within_rule": "one unit beyond the bound rule is refused, the rule's figure passes",
    "surplus.certificate_within_class_month": "one unit more than the class has left in May is refused",
    "surplus.certificate_within_look_ahead": "one unit a later month needs is refused, what is free passes",
    "surplus.figures_are_known": "an unknown capacity goes to a person, a known one passes",
    "surplus.demonstrated_supports_attested": "one unit too little demonstrated goes to a person, enough passes",
    "surplus.need_is_shown": "unmet need shown one unit too low goes to a person, shown in full passes",
}


@pytest.mark.parametrize("code", CASES, ids=lambda code: HELD_SENTENCES[code])
def test_each_ground_is_just_held_and_just_passed(code: str) -> None:
    just_held, just_passed, on = CASES[code]
    verdict = judge(just_held, on)
    assert codes_of(verdict) == [code]
    assert isinstance(verdict, Held)
    assert verdict.grounds[0].force is (Force.REFER if code in REFERRED else Force.REFUSE)
    assert isinstance(judge(just_passed, on), Passed)


def test_every_rule_has_its_case() -> None:
    rules = [f"surplus.{rule.__name__}" for rule in (*RULES, *CERTIFICATE_RULES)]
    assert sorted(rules) == sorted(CASES)
    assert len(set(rules)) == len(rules)


# ------------------------------------------------------------------ the tranche


def test_a_finding_names_the_units_and_lasts_ninety_days() -> None:
    verdict = judge(drawn(replace(CERTIFICATE, valid_until=date(2026, 12, 31))))
    assert isinstance(verdict, Passed)
    assert (verdict.finding.units, verdict.finding.certificate) == (100, CERTIFICATE.id)
    assert verdict.finding.valid_until == ON + timedelta(90)


def test_a_finding_never_outlasts_its_certificate() -> None:
    verdict = judge(SURPLUS_CLAIM)
    assert isinstance(verdict, Passed)
    assert verdict.finding.valid_until == CERTIFICATE.valid_until == date(2026, 6, 30)


@pytest.mark.parametrize("kind", [GoodsKind.SERVICE, GoodsKind.TECHNOLOGY], ids=lambda kind: f"{kind.value} needs none")
def test_goods_without_units_of_capacity_need_no_certificate(kind: GoodsKind) -> None:
    verdict = judge(claimed(kind=kind, certificate=None, balance=None, capacity=None, home=None, policy=None))
    assert isinstance(verdict, Passed)
    assert verdict.finding.certificate is None


@pytest.mark.parametrize("kind", list(GoodsKind), ids=lambda kind: f"{kind.value} never leaves when it was not made")
@pytest.mark.parametrize("origin", [origin for origin in GoodsOrigin if origin is not GoodsOrigin.MADE])
def test_only_goods_that_were_made_leave(kind: GoodsKind, origin: GoodsOrigin) -> None:
    assert "surplus.goods_are_home_made" in codes_of(judge(claimed(kind=kind, origin=origin)))


def test_all_grounds_are_reported_in_the_order_of_the_rules_refusals_first() -> None:
    verdict = judge(
        claimed(origin=GoodsOrigin.CAPTURED, certificate=None, capacity=None, also_claimed_by="T-9", home=None)
    )
    assert codes_of(verdict) == [
        "surplus.goods_are_home_made", "surplus.certificate_is_present", "surplus.units_are_claimed_once",
        "surplus.capacity_is_current", "surplus.home_deliveries_are_known",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(claimed(capacity=None), id="capacity unknown"),
        pytest.param(claimed(policy=None), id="policy unknown"),
        pytest.param(drawn(given(None)), id="figure under the bound rule unknown"),
        pytest.param(drawn(replace(CERTIFICATE, results=())), id="no figure stated at all"),
        pytest.param(drawn(replace(CERTIFICATE, class_units_by_month=())), id="class figure of the month unknown"),
        pytest.param(claimed(balance=Balance("SC-9", 300, 0, 0, 0)), id="balance of another certificate"),
        pytest.param(claimed(balance=Balance(CERTIFICATE.id, 900, 0, 0, 0)), id="balance of a larger certificate"),
        pytest.param(claimed(balance=Balance(CERTIFICATE.id, 300, -9, 0, 0)), id="balance with a figure below zero"),
        pytest.param(claimed(home=replace(SURPLUS_CLAIM.home, class_="fpv")), id="home figures of another class"),  # type: ignore[type-var]
        pytest.param(claimed(certificate_signatures=()), id="certificate unsigned"),
        pytest.param(claimed(keys=()), id="keys unknown"),
        pytest.param(drawn(replace(CERTIFICATE, issued_on=date(2026, 4, 3))), id="certificate issued tomorrow"),
    ],
)
def test_what_is_unknown_holds_a_tranche(claim: SurplusClaim) -> None:
    assert isinstance(judge(claim), Held)


def test_a_certificate_changed_after_signing_is_not_signed() -> None:
    larger = replace(CERTIFICATE, units_certified=301)
    claim = claimed(certificate=larger, balance=Balance(CERTIFICATE.id, 301, 0, 0, 0))
    assert codes_of(judge(claim)) == ["surplus.certificate_is_signed"]


@pytest.mark.parametrize("units", [0, -1])
def test_a_claim_of_no_units_cannot_be_judged(units: int) -> None:
    with pytest.raises(EvidenceError):
        judge(claimed(units=units))


def test_before_the_law_was_in_force_nothing_is_judged_by_it() -> None:
    with pytest.raises(UnknownLawError):
        judge(SURPLUS_CLAIM, date(2025, 10, 31))


def test_a_kind_on_which_the_law_is_silent_needs_a_certificate() -> None:
    silent = Law({**LAW.tables, "surplus/kinds": Table("surplus/kinds", "0" * 64, ())})
    verdict = gate.judge(claimed(kind=GoodsKind.SERVICE, certificate=None), on=ON, law=silent)
    assert codes_of(verdict) == ["surplus.certificate_is_present"]


# ------------------------------------------------------------------ the certificate


def test_a_certificate_states_every_rule_and_the_need_unmet() -> None:
    verdict = judge(CERTIFICATE_CLAIM)
    assert isinstance(verdict, Passed)
    assert verdict.finding.units == 300
    assert verdict.finding.rule is SurplusRule.SR_1
    assert [result.rule for result in verdict.finding.results] == list(SurplusRule)
    assert verdict.finding.units_need_unmet == 4_000


def certificate_claim(**changed: Any) -> CertificateClaim:
    return replace(CERTIFICATE_CLAIM, **changed)


FLOWS = CERTIFICATE_CLAIM.flows
BY_ABSORPTION = replace(POLICY, rule=SurplusRule.SR_3)


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        pytest.param(certificate_claim(stock=None), "figures_are_known", id="stock unknown"),
        pytest.param(certificate_claim(reserve=None), "figures_are_known", id="reserve unknown"),
        pytest.param(
            certificate_claim(units_model_certified_before=None), "figures_are_known", id="earlier ones unknown"
        ),
        pytest.param(certificate_claim(class_units_left_by_month=()), "figures_are_known", id="class months unknown"),
        pytest.param(certificate_claim(flows=()), "figures_are_known", id="flows unknown"),
        pytest.param(certificate_claim(flows=FLOWS[:6]), "figures_are_known", id="look-ahead cut short"),
        pytest.param(certificate_claim(flows=FLOWS[1:]), "figures_are_known", id="flows start after the stock count"),
        pytest.param(certificate_claim(flows=FLOWS[:3] + FLOWS[4:]), "figures_are_known", id="a month left out"),
        pytest.param(certificate_claim(last_month=Month(2027, 1)), "figures_are_known", id="span beyond the period"),
        pytest.param(of_year(units_home_funded=None), "figures_are_known", id="funded orders unknown"),
        pytest.param(
            certificate_claim(policy=BY_ABSORPTION, class_year=replace(YEAR, units_partner_funded=None)),
            "figures_are_known",
            id="the look-ahead's funded orders unknown",
        ),
        pytest.param(certificate_claim(attestations=()), "attestation_is_current", id="no attestation"),
        pytest.param(attested(model="INT-05"), "attestation_is_current", id="attestation of another model"),
        pytest.param(certificate_claim(attestation_signatures=()), "inputs_are_signed", id="attestation unsigned"),
        pytest.param(certificate_claim(policy=None), "policy_is_signed", id="policy unknown"),
        pytest.param(certificate_claim(units_need_unmet=None), "need_is_shown", id="need unmet unknown"),
        pytest.param(attested(demonstrated=()), "demonstrated_supports_attested", id="nothing demonstrated"),
    ],
)
def test_what_is_unknown_holds_a_certificate(claim: CertificateClaim, code: str) -> None:
    assert f"surplus.{code}" in codes_of(judge(claim))


def test_flows_count_no_more_capacity_than_was_attested() -> None:
    generous = tuple(replace(flow, units_capacity=9_999) for flow in FLOWS)
    claim = certificate_claim(flows=generous, units_model_certified_before=101)
    assert codes_of(judge(claim)) == ["surplus.certificate_within_look_ahead"]


def test_flows_count_no_fewer_funded_orders_than_were_signed() -> None:
    forgetful = tuple(replace(flow, units_funded=0) for flow in FLOWS)
    claim = certificate_claim(flows=forgetful, units_model_certified_before=101)
    assert codes_of(judge(claim)) == ["surplus.certificate_within_look_ahead"]


def test_a_peak_in_december_is_not_promised_abroad_in_may() -> None:
    peak = (*FLOWS[:-1], ModelFlow(Month(2026, 12), 250, 1_200, 40))
    assert "surplus.certificate_within_look_ahead" in codes_of(judge(certificate_claim(flows=peak)))


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(certificate_claim(units_asked=0), id="no units asked"),
        pytest.param(certificate_claim(inputs_unsigned=-1), id="fewer than no unsigned inputs"),
        pytest.param(certificate_claim(units_certified_before=-1), id="less than nothing certified"),
        pytest.param(certificate_claim(policy=replace(POLICY, ratio_denominator=0)), id="a ratio to nothing"),
        pytest.param(of_year(units_partner_funded=-5), id="orders below zero"),
    ],
)
def test_counts_that_are_no_counts_cannot_be_judged(claim: CertificateClaim) -> None:
    with pytest.raises(EvidenceError):
        judge(claim)


# ------------------------------------------------------------------ properties

UNITS = st.integers(0, 2_000)


def gravity(verdict: Passed[Any] | Held) -> set[str]:
    return set(codes_of(verdict))


@with_values(
    units=st.integers(1, 400),
    more=UNITS,
    reserved=st.integers(0, 300),
    lost=UNITS,
    shown=UNITS,
    under=st.integers(0, 500),
)
def test_a_worse_tranche_never_fares_better(
    units: int, more: int, reserved: int, lost: int, shown: int, under: int
) -> None:
    def tranche(units: int, reserved: int, attested: int, under: int) -> SurplusClaim:
        certificate = given(under)
        balance = Balance(certificate.id, 300, reserved, 0, 0)
        return drawn(
            certificate, units=units, balance=balance, capacity=ModelCapacity(attested, shown, date(2026, 12, 31))
        )

    now = gravity(judge(tranche(units, reserved, 1_000, under)))
    for worse in (
        tranche(units + more, reserved, 1_000, under),
        tranche(units, reserved + more, 1_000, under),
        tranche(units, reserved, 1_000 + more, under),
        tranche(units, reserved, 1_000, max(0, under - lost)),
    ):
        assert now <= gravity(judge(worse))


@with_values(reserved=UNITS, committed=UNITS, used=UNITS, units=st.integers(1, 2_000))
def test_no_tranche_passes_beyond_what_is_free(reserved: int, committed: int, used: int, units: int) -> None:
    balance = Balance(CERTIFICATE.id, 300, reserved, committed, used)
    if isinstance(judge(claimed(units=units, balance=balance)), Passed):
        assert units <= balance.units_free()


@with_values(rule=st.sampled_from(SurplusRule), lost=UNITS, more=UNITS, before=UNITS)
def test_a_worse_class_year_never_gives_a_certificate_that_was_refused(
    rule: SurplusRule, lost: int, more: int, before: int
) -> None:
    year = replace(CERTIFICATE_CLAIM.class_year, units_judged=1_000)
    policy = replace(POLICY, rule=rule)
    claim = certificate_claim(policy=policy, class_year=year, units_certified_before=before)
    now = gravity(judge(claim))
    for worse in (
        replace(claim, class_year=replace(year, units_capacity=max(0, 3_000 - lost))),
        replace(claim, class_year=replace(year, units_absorption=2_500 + more)),
        replace(claim, class_year=replace(year, units_judged=max(0, 1_000 - lost))),
        replace(claim, units_certified_before=before + more),
        replace(claim, flows=tuple(replace(flow, units_home=flow.units_home + more) for flow in FLOWS)),
        replace(claim, units_asked=300 + more),
    ):
        assert now <= gravity(judge(worse))


@with_values(asked=st.integers(1, 2_000), before=UNITS, left=UNITS, rule=st.sampled_from(SurplusRule))
def test_no_certificate_passes_beyond_its_rule_or_its_class_month(
    asked: int, before: int, left: int, rule: SurplusRule
) -> None:
    months = (MonthUnits(MAY, left), MonthUnits(Month(2026, 6), left + 100))
    claim = certificate_claim(units_asked=asked, units_certified_before=before, class_units_left_by_month=months)
    if isinstance(judge(claim), Passed):
        assert asked <= left
        assert asked + before <= (result_under(SurplusRule.SR_1, claim.class_year, POLICY) or 0)


# ------------------------------------------------------------------ records and words


@pytest.mark.parametrize("code", CASES)
def test_a_claim_read_back_earns_the_same_verdict_byte_for_byte(code: str) -> None:
    for claim in CASES[code][:2]:
        form, cited = write_claim(claim)
        facts = {record.digest: unseal(record.body) for record in cited}
        again = read_claim(type(claim), form, facts.__getitem__)
        assert again == claim
        assert spelled(judge(again)) == spelled(judge(claim))


@pytest.mark.parametrize("language", ["uk", "en", "fr"])
@pytest.mark.parametrize("code", CASES)
def test_a_sentence_names_exactly_the_facts_of_its_ground(code: str, language: str) -> None:
    from babel.messages.pofile import read_po

    with (ROOT / f"ecluse/locale/{language}/LC_MESSAGES/surplus.po").open("rb") as file:
        words = {message.id: message.string for message in read_po(file)}
    verdict = judge(CASES[code][0])
    assert isinstance(verdict, Held)
    facts = set(verdict.grounds[0].facts_by_name())
    named = {name for _, name, _, _ in Formatter().parse(str(words[f"{code}.sentence"])) if name}
    assert named == facts
    assert words[f"{code}.remedy"]
    assert words[f"provision.{verdict.grounds[0].provision}.title"]


def test_class_is_named_alike_in_all_cases() -> None:
    assert {CERTIFICATE.class_, CERTIFICATE_CLAIM.class_year.class_, SURPLUS_CLAIM.class_} == {CLASS}
