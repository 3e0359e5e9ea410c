"""Does the licence gate hold and pass as the law says, in every language, and never better for a worse fact?"""

from __future__ import annotations

import csv
import string
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from cases_licence import (
    AGAINST,
    BASE,
    CASES,
    CONDITION,
    CRITICAL,
    DEAL,
    DECISION,
    FLOOR,
    KOPIYKA,
    MFA,
    MODEL,
    ON,
    SBU,
    TEMPORARY,
    TREATY,
    WARTIME,
    decided,
    filed,
    heard,
    opinion,
    recused,
    summed,
)
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.canon import canonical
from ecluse.base.claim import read_claim, write_claim
from ecluse.base.errors import EvidenceError, UnknownLawError
from ecluse.base.law import Law
from ecluse.base.money import Money
from ecluse.base.sealed import encode, unseal
from ecluse.base.verdict import Force, Held, Passed, codes_of
from ecluse.edge.law import TABLES as FOLDER
from ecluse.edge.law import read_table
from ecluse.licence.gate import RULES, RULES_FOR_ALL_GOODS, TABLES, LicenceClaim, judge
from ecluse.licence.terms import (
    Aggregate,
    GoodsList,
    Interest,
    LicenceFinding,
    Outcome,
    PermitKind,
    PriceBand,
    Route,
    Voice,
)
from ecluse.surplus.terms import GoodsKind

LAW = Law({name: read_table(name, FOLDER / f"{name}.csv") for name in TABLES})
LOCALE = Path(FOLDER).parent / "locale"
SENTENCES = {code: code.split(".")[1].replace("_", " ") for code in CASES}


def verdict(claim: LicenceClaim, on: date = ON) -> Passed[LicenceFinding] | Held:
    return judge(claim, on=on, law=LAW)


def verdict_bytes(answer: Passed[LicenceFinding] | Held) -> bytes:
    if isinstance(answer, Held):
        return canonical([encode(ground) for ground in answer.grounds])
    return canonical(encode(answer.finding))


@pytest.mark.parametrize("code", [pytest.param(code, id=f"just held: {SENTENCES[code]}") for code in CASES])
def test_just_held(code: str) -> None:
    claim, _, on = CASES[code]
    assert codes_of(verdict(claim, on)) == [code]


@pytest.mark.parametrize("code", [pytest.param(code, id=f"just passed: {SENTENCES[code]}") for code in CASES])
def test_just_passed(code: str) -> None:
    _, claim, on = CASES[code]
    assert codes_of(verdict(claim, on)) == []


@pytest.mark.parametrize("side", [0, 1], ids=["held claims", "passed claims"])
def test_a_claim_written_and_read_earns_the_same_verdict(side: int) -> None:
    for case in CASES.values():
        form, cited = write_claim(case[side])
        facts = {record.digest: unseal(record.body) for record in cited}
        again = read_claim(LicenceClaim, form, facts.__getitem__)
        assert again == case[side]
        assert verdict_bytes(verdict(again, case[2])) == verdict_bytes(verdict(case[side], case[2]))


def test_the_finding_states_the_terms_of_the_licence() -> None:
    answer = verdict(TEMPORARY)
    assert isinstance(answer, Passed)
    found, asked = answer.finding, TEMPORARY.application
    assert (found.outcome, found.permit, found.units) == (Outcome.GRANT, PermitKind.TEMPORARY, asked.units)
    assert found.value == asked.unit_price.times(asked.units)
    assert (found.return_by, found.valid_until) == (asked.return_by, date(2027, 4, 20))
    assert (found.end_user, found.destination) == (BASE.parties.end_user, "DK")


def test_uncontrolled_goods_need_no_licence_and_nothing_but_their_parties() -> None:
    bare = replace(
        filed(BASE, goods_list=GoodsList.UNCONTROLLED, control_entry="", complete_on=None),
        opinions=(), decision=None, queue=None, aggregate=None, origin=None, critical_goods=None, partner_list=None,
    )  # fmt: skip
    answer = verdict(bare)
    assert isinstance(answer, Passed)
    assert answer.finding.outcome is Outcome.NO_LICENCE_REQUIRED
    assert codes_of(verdict(replace(bare, units_licensed_before=1))) == ["licence.units_are_within_finding"]


def test_every_ground_is_reported_refusals_first() -> None:
    bad = filed(
        replace(BASE, critical_goods=replace(CRITICAL, models=(MODEL,)), origin=None, units_licensed_before=1),
        complete_on=None,
    )
    assert codes_of(verdict(bad)) == [
        "licence.goods_are_not_critical",
        "licence.units_are_within_finding",
        "licence.origin_is_declared",
        "licence.file_is_complete",
    ]


UNKNOWN = [
    pytest.param("critical_goods", BASE, "licence.critical_list_is_known", id="no list of critical goods"),
    pytest.param("partner_list", TREATY, "licence.partner_list_is_known", id="no list of partner states"),
    pytest.param("marketing", BASE, "licence.offer_was_authorised", id="no marketing authorisation"),
    pytest.param("origin", BASE, "licence.origin_is_declared", id="no declaration of origin"),
    pytest.param("decision", BASE, "licence.decision_is_made", id="no decision"),
    pytest.param("queue", BASE, "licence.queue_place_is_known", id="no place in the queue"),
    pytest.param("aggregate", BASE, "licence.aggregate_is_known", id="no sum over the owners"),
]


@pytest.mark.parametrize(("field", "claim", "code"), UNKNOWN)
def test_what_is_unknown_holds(field: str, claim: LicenceClaim, code: str) -> None:
    assert code in codes_of(verdict(replace(claim, **{field: None})))


def test_an_unknown_price_band_is_the_stated_exception() -> None:
    assert codes_of(verdict(replace(BASE, price_band=None))) == []
    few = PriceBand(Money.of("1", "EUR"), Money.of("2", "EUR"), 4)
    assert codes_of(verdict(replace(BASE, price_band=few))) == []


HELD = [
    pytest.param(decided(BASE, on=ON + timedelta(1)), "decision_is_made", id="decided tomorrow"),
    pytest.param(decided(BASE, application="application:0002"), "decision_is_made", id="decides another application"),
    pytest.param(decided(BASE, on=date(2026, 3, 24)), "opinions_are_in", id="decided before the opinions came"),
    pytest.param(decided(BASE, on=date(2026, 3, 3)), "file_is_complete", id="decided before the file was complete"),
    pytest.param(filed(BASE, complete_on=date(2026, 3, 1)), "file_is_complete", id="complete before it was filed"),
    pytest.param(
        decided(BASE, author_authority=SBU), "decision_authority_is_competent", id="authored by the wrong body"
    ),
    pytest.param(
        decided(WARTIME, author_authority="authority:ssecu"),
        "decision_authority_is_competent",
        id="the service alone decides on route B",
    ),
    pytest.param(
        decided(BASE, author="officer:sbu-1"), "one_officer_one_voice", id="author also speaks for another body"
    ),
    pytest.param(
        replace(BASE, interests=(Interest("interest:2", "officer:ssecu-1", BASE.application.exporter, ON),)),
        "interested_officer_recuses",
        id="the author is interested in the exporter",
    ),
    pytest.param(
        heard(WARTIME, opinion(SBU, Voice.VETO)), "no_authority_vetoes", id="the commission cannot set a veto aside"
    ),
    pytest.param(
        replace(BASE, marketing=replace(BASE.marketing, state="NO")),
        "offer_was_authorised",
        id="authorised for another state",
    ),
    pytest.param(
        replace(BASE, marketing=replace(BASE.marketing, class_="fpv")),
        "offer_was_authorised",
        id="authorised for another class",
    ),
    pytest.param(
        replace(BASE, marketing=replace(BASE.marketing, owner="party:maker-001")),
        "offer_was_authorised",
        id="authorised by the maker itself",
    ),
    pytest.param(
        replace(BASE, critical_goods=replace(CRITICAL, owner="authority:economy")),
        "critical_list_is_known",
        id="a list of critical goods by another body",
    ),
    pytest.param(replace(TREATY, defence_city=False), "route_fits_the_facts", id="route C without residence"),
    pytest.param(
        replace(
            TREATY, parties=replace(TREATY.parties, destination="NL"), marketing=replace(BASE.marketing, state="NL")
        ),
        "route_fits_the_facts",
        id="route C to a state without a treaty",
    ),
    pytest.param(
        filed(DEAL, goods_list=GoodsList.DUAL_USE, control_entry="5A001"),
        "route_fits_the_facts",
        id="route D for dual-use goods",
    ),
    pytest.param(filed(WARTIME, kind=GoodsKind.PART), "route_fits_the_facts", id="route B for a part"),
    pytest.param(
        filed(DEAL, kind=GoodsKind.TECHNOLOGY, permit=PermitKind.TECHNOLOGY),
        "route_carries_no_technology",
        id="a technology package on route D",
    ),
    pytest.param(summed(Money.of("8999999.99", "UAH")), "aggregate_is_known", id="a sum that leaves this sale out"),
    pytest.param(
        replace(BASE, conditions=(replace(CONDITION, lifted_by=None, lifted_on=None),)),
        "conditions_are_lifted",
        id="a condition nobody lifted",
    ),
    pytest.param(filed(BASE, unit_price=Money.of("4999.99", "EUR")), "price_is_in_band", id="a price under the band"),
    pytest.param(
        replace(BASE, keys=BASE.keys[1:]), "decision_is_signed", id="signed with a key that is not registered"
    ),
    pytest.param(
        replace(BASE, decision=replace(DECISION, reason="Changed afterwards")),
        "decision_is_signed",
        id="the decision was changed after it was signed",
    ),
    pytest.param(
        replace(BASE, tranche="tranche:0002-1"), "application_agrees_with_finding", id="a finding of another tranche"
    ),
]


@pytest.mark.parametrize(("claim", "name"), HELD)
def test_held(claim: LicenceClaim, name: str) -> None:
    assert f"licence.{name}" in codes_of(verdict(claim))


PASSED = [
    pytest.param(
        replace(
            BASE, conditions=(replace(CONDITION, must_be_lifted_before_issue=False, lifted_by=None, lifted_on=None),)
        ),
        id="a condition that may stand after issue",
    ),
    pytest.param(
        replace(BASE, conditions=(replace(CONDITION, application="application:0002", lifted_by=None),)),
        id="a condition of another application",
    ),
    pytest.param(recused(BASE, 1), id="one of three authorities stands aside on route A"),
    pytest.param(summed(FLOOR, applications=1), id="one sale alone is not split"),
    pytest.param(filed(BASE, price_uah=FLOOR), id="route A for a value at the floor, nothing hidden"),
    pytest.param(
        filed(
            replace(BASE, aggregate=None),
            goods_list=GoodsList.DUAL_USE,
            control_entry="5A001",
            complete_on=DECISION.on - timedelta(30),
        ),
        id="dual-use goods are outside the floor",
    ),
    pytest.param(filed(replace(BASE, marketing=None), kind=GoodsKind.PART), id="parts need no marketing authorisation"),
    pytest.param(
        filed(replace(BASE, marketing=None, origin=None), kind=GoodsKind.SERVICE),
        id="services need no declaration of origin",
    ),
    pytest.param(
        replace(BASE, interests=(Interest("interest:3", "officer:sbu-1", "party:maker-009", ON),)),
        id="an interest in a stranger to the case",
    ),
]


@pytest.mark.parametrize("claim", PASSED)
def test_passed(claim: LicenceClaim) -> None:
    assert codes_of(verdict(claim)) == []


def test_a_count_below_zero_is_no_evidence() -> None:
    with pytest.raises(EvidenceError, match="units_licensed_before"):
        verdict(replace(BASE, units_licensed_before=-1))


def test_a_value_in_another_currency_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="UAH"):
        verdict(filed(BASE, price_uah=Money.of("9000000", "EUR")))


def test_no_law_no_verdict() -> None:
    with pytest.raises(UnknownLawError):
        verdict(BASE, date(2001, 1, 1))


# ------------------------------------------------------------------ a worse fact never improves a verdict


def gravity(claim: LicenceClaim) -> int:
    answer = verdict(claim)
    if isinstance(answer, Passed):
        return 0
    return 2 if answer.is_refused() else 1


def with_queue(claim: LicenceClaim, waiting: int) -> LicenceClaim:
    place = claim.queue
    return claim if place is None else replace(claim, queue=replace(place, older_waiting=place.older_waiting + waiting))


def with_sales(claim: LicenceClaim, more: Money) -> LicenceClaim:
    before = claim.aggregate
    return claim if before is None else replace(
        claim, aggregate=Aggregate(before.value_uah + more, before.applications + 1, before.window_days)
    )  # fmt: skip


WORSE: dict[str, Any] = {
    "one more unit": lambda claim: filed(claim, units=claim.application.units + 1),
    "a veto": lambda claim: replace(claim, opinions=(*claim.opinions, opinion("authority:economy", Voice.VETO))),
    "a voice against": lambda claim: replace(claim, opinions=(*claim.opinions, opinion(SBU, Voice.AGAINST))),
    "an opinion fewer": lambda claim: replace(
        claim, opinions=tuple(said for said in claim.opinions if said.authority != MFA)
    ),
    "an interest": lambda claim: replace(
        claim, interests=(*claim.interests, Interest("interest:4", "officer:mod-1", claim.application.buyer, ON))
    ),
    "no signatures": lambda claim: replace(claim, decision_signatures=()),
    "a condition": lambda claim: replace(
        claim, conditions=(*claim.conditions, replace(CONDITION, lifted_by=None, lifted_on=None))
    ),
    "a critical model": lambda claim: replace(claim, critical_goods=replace(CRITICAL, models=(MODEL,))),
    "a third state": lambda claim: filed(claim, third_state="SE"),
    "a place changed": lambda claim: filed(claim, queue_number=16),
    "files waiting": lambda claim: with_queue(claim, 4),
    "more sales by the owners": lambda claim: with_sales(claim, FLOOR),
    "a price far off": lambda claim: filed(claim, unit_price=Money.of("70000", "EUR")),
    "an earlier start of the clock": lambda claim: filed(
        claim, filed_on=date(2026, 1, 2), complete_on=date(2026, 1, 2)
    ),
    "a consent withdrawn": lambda claim: replace(
        claim, origin=claim.origin and replace(claim.origin, consents_held=())
    ),
    "no residence": lambda claim: replace(claim, defence_city=False),
    "no authorisation to offer": lambda claim: replace(claim, marketing=None),
    "a shorter window": lambda claim: replace(
        claim, aggregate=claim.aggregate and replace(claim.aggregate, window_days=30)
    ),
}
STARTS = [BASE, AGAINST, DEAL, TREATY, WARTIME, TEMPORARY, *(case[0] for case in CASES.values())]


@given(st.sampled_from(STARTS), st.lists(st.sampled_from(sorted(WORSE)), max_size=4), st.sampled_from(sorted(WORSE)))
def test_a_worse_fact_never_improves_a_verdict(claim: LicenceClaim, before: list[str], last: str) -> None:
    for name in before:
        claim = WORSE[name](claim)
    worse = WORSE[last](claim)
    assert gravity(worse) >= gravity(claim)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_no_more_is_licensed_than_was_screened(units: int, before: int, screened: int) -> None:
    claim = filed(
        replace(BASE, units_licensed_before=before, parties=replace(BASE.parties, units=screened)), units=units + 1
    )
    assert isinstance(verdict(claim), Passed) == (units + 1 + before <= screened)


@given(st.integers(1, 2 * FLOOR.minor), st.integers(1, 5))
def test_route_d_opens_at_the_floor_and_not_a_kopiyka_below(price: int, applications: int) -> None:
    value = Money(price, "UAH")
    claim = filed(replace(DEAL, aggregate=Aggregate(value, applications, 365)), price_uah=value)
    assert ("licence.route_fits_the_facts" in codes_of(verdict(claim))) == (price <= (FLOOR - KOPIYKA).minor)


# ------------------------------------------------------------------ codes, provisions, words


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_codes_stand_in_the_order_of_the_rules_each_with_one_force() -> None:
    names = [f"licence.{rule.__name__}" for rule in RULES]
    assert [row["code"] for row in rows("codes/licence")] == names
    assert sorted(CASES) == sorted(names)
    assert set(RULES_FOR_ALL_GOODS) <= set(RULES)
    forces: dict[str, set[Force]] = {}
    provisions = {row["code"]: row["provision"] for row in rows("codes/licence")}
    for held, _, on in CASES.values():
        answer = verdict(held, on)
        assert isinstance(answer, Held)
        for ground in answer.grounds:
            forces.setdefault(ground.code, set()).add(ground.force)
            assert ground.provision == provisions[ground.code]
    assert all(len(found) == 1 for found in forces.values())


def test_every_row_of_law_cites_a_provision_and_a_source() -> None:
    known = {row["id"] for row in rows("provisions/licence")}
    for name in TABLES:
        for row in rows(name):
            assert row["provision"] in known
            assert row["source"]
            assert row["grade"] in {"A", "B", "C", "K", "ours"}


@pytest.mark.parametrize("language", ["uk", "en", "fr"])
def test_sentences_name_exactly_the_facts_of_their_grounds(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "licence.po").open("rb") as file:
        words = {message.id: message.string for message in read_po(file) if message.id and not message.fuzzy}
    for code, (held, _, on) in CASES.items():
        answer = verdict(held, on)
        assert isinstance(answer, Held)
        asked = {name for _, name, _, _ in string.Formatter().parse(words[f"{code}.sentence"]) if name}
        assert asked == set(answer.grounds[0].facts_by_name())
        assert words[f"{code}.remedy"]
    for row in rows("provisions/licence"):
        assert words[f"provision.{row['id']}.title"]


def test_each_route_names_what_it_assumes() -> None:
    for row in rows("licence/routes"):
        assert (row["assumption"] == "yes") == bool(row["assumed"])
        assert Route(row["route"])
