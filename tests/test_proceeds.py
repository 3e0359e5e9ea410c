"""Does the proceeds gate hold what it must, pass what it may, and do its books conserve every cent?"""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from cases_proceeds import (
    ALLOCATION,
    BASE,
    BUYER,
    CASES,
    CLOSE,
    CONTRIBUTION,
    CUSTODY,
    DELIVERY,
    EXPORTER,
    ON,
    OWNER,
    PAID,
    PAY_BY,
    POLICY,
    PURCHASE,
    RATE,
    RECEIPT,
    RECEIPT_ON,
    SALE,
    SOLD,
    SUPPLIER,
    TITLE,
    TITLE_ON,
    TRANCHE,
    but,
    eur,
    paid_in_uah,
    under,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from keys import key_for, signed

from ecluse.base.canon import canonical
from ecluse.base.claim import read_claim, write_claim
from ecluse.base.days import Month
from ecluse.base.money import Money, Rounding
from ecluse.base.sealed import encode, seal, unseal
from ecluse.base.verdict import Force, Held, Passed, codes_of
from ecluse.custody.terms import CustodyStage
from ecluse.edge.law import TABLES as TABLES_FOLDER
from ecluse.edge.law import newest_law, read_table
from ecluse.proceeds.contribution import due_under, results
from ecluse.proceeds.export import account_names, beancount, json_text, purchase_release, sale_release
from ecluse.proceeds.gate import TABLES, judge
from ecluse.proceeds.ledger import (
    balance,
    chart_row,
    contribution_fell_due,
    contribution_paid,
    faults,
    is_balanced,
    money_allocated,
    money_received,
    of_kind,
    purchase_delivered,
    purchase_made,
    reversal,
    title_transferred,
    trial,
    written_off,
)
from ecluse.proceeds.reinvestment import SignedBudget, displaced_budget, reinvestment
from ecluse.proceeds.rules import RULES
from ecluse.proceeds.terms import (
    BudgetFigure,
    ContributionRule,
    JournalEntry,
    PeriodClose,
    Posting,
    ProceedsClaim,
    ProceedsFinding,
    PurchaseDelivery,
)

LAW = newest_law().only(TABLES)
CHART = read_table("proceeds/accounts", TABLES_FOLDER / "proceeds" / "accounts.csv")
LOCALE = Path(__file__).parent.parent / "ecluse" / "locale"
CENTS = st.integers(min_value=0, max_value=40_000_00)


def codes(claim: ProceedsClaim, on: date = ON) -> list[str]:
    return codes_of(judge(claim, on=on, law=LAW))


def finding(claim: ProceedsClaim, on: date = ON) -> ProceedsFinding:
    verdict = judge(claim, on=on, law=LAW)
    assert isinstance(verdict, Passed), codes_of(verdict)
    return verdict.finding


def gravity(claim: ProceedsClaim, on: date = ON) -> int:
    """How bad is the verdict: 0 passed, 1 referred, 2 refused?"""
    verdict = judge(claim, on=on, law=LAW)
    return 0 if isinstance(verdict, Passed) else 2 if verdict.is_refused() else 1


# ------------------------------------------------------------------ every ground, just held and just passed


@pytest.mark.parametrize("code", CASES, ids=lambda code: f"holds on {code}")
def test_just_held(code: str) -> None:
    claim, _, on = CASES[code]
    assert codes(claim, on) == [code]


@pytest.mark.parametrize("code", CASES, ids=lambda code: f"passes just short of {code}")
def test_just_passed(code: str) -> None:
    _, claim, on = CASES[code]
    assert codes(claim, on) == []


def test_every_rule_has_its_case_in_the_order_of_rules() -> None:
    assert [f"proceeds.{rule.__name__}" for rule in RULES] == list(CASES)


def test_refusals_stand_before_referrals_in_rules() -> None:
    forces = []
    for claim, _, on in CASES.values():
        verdict = judge(claim, on=on, law=LAW)
        assert isinstance(verdict, Held)
        forces.append(verdict.grounds[0].force)
    assert forces == sorted(forces, key=lambda force: force is Force.REFER)


@lru_cache(maxsize=3)
def words(language: str) -> dict[str, str]:
    with (LOCALE / language / "LC_MESSAGES" / "proceeds.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


@pytest.mark.parametrize("language", ["uk", "en", "fr"])
@pytest.mark.parametrize("code", CASES)
def test_the_sentence_says_exactly_the_facts_of_the_ground(code: str, language: str) -> None:
    claim, _, on = CASES[code]
    verdict = judge(claim, on=on, law=LAW)
    assert isinstance(verdict, Held)
    facts = verdict.grounds[0].facts_by_name()
    sentence = words(language)[f"{code}.sentence"]
    assert {name for _, name, _, _ in string.Formatter().parse(sentence) if name} == set(facts)
    assert words(language)[f"{code}.remedy"]
    assert words(language)[f"provision.{verdict.grounds[0].provision}.title"]


# ------------------------------------------------------------------ the unknown holds


@pytest.mark.parametrize(("claim", "held"), [
    pytest.param(but(sale=None), ["proceeds.title_has_passed"], id="units were delivered without a contract"),
    pytest.param(but(title=None), ["proceeds.title_has_passed"], id="title is unknown after delivery"),
    pytest.param(but(title__on=ON + timedelta(1)), ["proceeds.title_has_passed"], id="title passes only tomorrow"),
    pytest.param(but(sale__tranche="tranche:x"), ["proceeds.title_has_passed"], id="the contract is another tranche's"),
    pytest.param(but(policy=None), ["proceeds.policy_is_known"], id="no policy is named"),
    pytest.param(paid_in_uah(None), ["proceeds.rate_is_of_the_day"], id="the rate is unknown"),
    pytest.param(but(close=None), ["proceeds.controller_is_of_other_authority"], id="nobody closed the books"),
    pytest.param(
        but(close__spender_authority=None), ["proceeds.controller_is_of_other_authority"], id="the spender's is unknown"
    ),
    pytest.param(
        but(custody__tranche="tranche:x"), ["proceeds.invoice_covers_delivery"], id="the finding is another tranche's"
    ),
])  # fmt: skip
def test_unknown_is_held_never_passed(claim: ProceedsClaim, held: list[str]) -> None:
    assert set(held) <= set(codes(claim))


def test_profit_share_with_a_cost_in_another_currency_is_referred_without_the_rate() -> None:
    claim = under(replace(POLICY, rule=ContributionRule.PROFIT_SHARE), but(sale__unit_cost=Money.of("31850.00", "UAH")))
    assert codes(claim) == ["proceeds.rate_is_of_the_day"]
    assert finding(replace(claim, rate=RATE)).due == eur("15000.00")


def test_another_rule_is_due_although_the_cost_is_unknown() -> None:
    claim = but(sale__unit_cost=Money.of("31850.00", "UAH"))
    variants = {variant.rule: variant.due for variant in finding(claim).results}
    assert variants[ContributionRule.PROFIT_SHARE] is None
    assert variants[ContributionRule.AD_VALOREM] == eur("20000.00")


# ------------------------------------------------------------------ vacuous promises


def test_a_temporary_export_with_nothing_sold_is_vacuous() -> None:
    custody = replace(CUSTODY, units_delivered=0, units_returned=100)
    claim = but(SOLD, custody=custody, sale=None, title=None, receipts=(), policy=None, close=None)
    found = finding(claim)
    assert (found.vacuous, found.due, found.rule) == (True, eur("0.00"), ContributionRule.NONE)


def test_a_sold_tranche_still_under_way_is_not_vacuous() -> None:
    custody = replace(CUSTODY, stage=CustodyStage.RELEASE, units_delivered=0)
    assert codes(but(SOLD, custody=custody, title=None, receipts=())) == ["proceeds.title_has_passed"]


def test_money_without_a_sale_is_held() -> None:
    custody = replace(CUSTODY, units_delivered=0)
    assert "proceeds.title_has_passed" in codes(but(custody=custody, sale=None, title=None))


def test_rule_none_owes_nothing_and_says_so() -> None:
    found = finding(under(replace(POLICY, rule=ContributionRule.NONE), but(SOLD, close=None)))
    assert (found.vacuous, found.paid, found.received) == (True, eur("0.00"), eur("100000.00"))


# ------------------------------------------------------------------ frauds


@pytest.mark.parametrize(("claim", "code"), [
    pytest.param(
        but(receipts=(replace(RECEIPT, money=eur("50000.00")),) * 2), "proceeds.receipt_is_home",
        id="half the price is shown twice",
    ),
    pytest.param(
        but(receipts=(replace(RECEIPT, tranche="tranche:x"),)), "proceeds.receipt_is_home",
        id="another tranche's money is shown",
    ),
    pytest.param(
        but(receipt__on=ON + timedelta(1)), "proceeds.receipt_is_home", id="the money comes only tomorrow"
    ),
    pytest.param(
        but(allocations=(
            replace(ALLOCATION, money=eur("40000.00")), replace(ALLOCATION, id="a2", money=eur("-20000.00"))
        )),
        "proceeds.allocation_is_within_contribution", id="an allocation below zero hides one too high",
    ),
    pytest.param(
        but(purchases=(PURCHASE, replace(PURCHASE, id="purchase:2"))), "proceeds.purchase_is_within_allocations",
        id="two purchases spend one allocation",
    ),
    pytest.param(
        but(purchases=(replace(PURCHASE, allocations=("allocation:1", "allocation:none"), money=eur("20000.01")),)),
        "proceeds.purchase_is_within_allocations", id="a purchase cites an allocation that nobody made",
    ),
    pytest.param(
        but(allocations=(ALLOCATION, replace(ALLOCATION, id="a2", tranche="tranche:x", shortage="shortage:2")),
            purchases=(replace(PURCHASE, allocations=("allocation:1", "a2")),)),
        "proceeds.purchase_is_for_that_shortage", id="a purchase spends another shortage's money",
    ),
    pytest.param(but(units_licensed=0), "proceeds.invoice_matches_licence", id="no unit was licensed"),
    pytest.param(but(sale__unit_price=eur("999.99")), "proceeds.invoice_matches_licence", id="the price was other"),
    pytest.param(
        but(title__invoice=Money.of("100000.00", "USD")), "proceeds.currency_is_of_the_contract", id="a dollar invoice"
    ),
    pytest.param(
        but(deliveries=(replace(DELIVERY, units=4),) * 2), "proceeds.purchase_is_delivered", id="a delivery shown twice"
    ),
])  # fmt: skip
def test_a_fraud_is_held(claim: ProceedsClaim, code: str) -> None:
    assert code in codes(claim)


def test_holding_back_the_last_cent_does_not_stop_the_clock() -> None:
    claim = but(SOLD, receipt__money=eur("99999.99"))
    last = TITLE_ON + timedelta(90 + 30)
    assert "proceeds.contribution_is_paid" not in codes(claim, last)
    assert "proceeds.contribution_is_paid" in codes(claim, last + timedelta(1))


def test_on_the_last_day_of_the_term_the_money_is_not_late() -> None:
    claim, last = but(SOLD, receipt__money=eur("99999.99")), TITLE_ON + timedelta(90)
    assert codes(claim, last) == []
    assert codes(claim, last + timedelta(1)) == ["proceeds.receipt_is_home"]


def test_a_policy_binds_on_its_last_day() -> None:
    assert codes(under(replace(POLICY, valid_until=TITLE_ON))) == []
    assert codes(under(replace(POLICY, valid_until=TITLE_ON - timedelta(1)))) == ["proceeds.policy_is_known"]


def test_purchases_may_pool_allocations_of_several_tranches() -> None:
    other = replace(ALLOCATION, id="allocation:2", tranche="tranche:proceeds-2")
    pooled = replace(PURCHASE, allocations=(ALLOCATION.id, other.id), money=eur("40000.00"))
    assert codes(but(allocations=(ALLOCATION, other), purchases=(pooled,))) == []


# ------------------------------------------------------------------ properties of the gate


@settings(max_examples=60, deadline=None)
# A full price starts the contribution's term, which is another duty: what is short is compared with what is shorter.
@given(received=CENTS.filter(bool), less=CENTS, days=st.integers(0, 200))
def test_less_money_home_never_improves_the_verdict(received: int, less: int, days: int) -> None:
    on, full = RECEIPT_ON + timedelta(days), TITLE.invoice.minor
    more = replace(RECEIPT, money=Money(max(0, full - received), "EUR"))
    fewer = replace(RECEIPT, money=Money(max(0, full - received - less), "EUR"))
    assert gravity(but(SOLD, receipts=(fewer,)), on) >= gravity(but(SOLD, receipts=(more,)), on)


@settings(max_examples=60, deadline=None)
@given(paid=CENTS, less=CENTS, days=st.integers(1, 200))
def test_less_contribution_never_improves_the_verdict(paid: int, less: int, days: int) -> None:
    on, due = PAY_BY + timedelta(days), 20_000_00
    claims = [
        but(contribution__money=Money(max(1, amount), "EUR")) for amount in (due - min(paid, due), due - paid - less)
    ]
    assert gravity(claims[1], on) >= gravity(claims[0], on)


@settings(max_examples=60, deadline=None)
@given(days=st.integers(0, 60), earlier=st.integers(0, 60))
def test_a_shortage_that_states_an_earlier_day_than_its_entry_counts_from_its_entry(days: int, earlier: int) -> None:
    """A back-dated shortage gains nothing: the later of the two days counts."""
    entered = but(entered__on=ALLOCATION.on - timedelta(days))
    backdated = replace(but(shortage__named_on=ALLOCATION.on - timedelta(days + earlier)),
                        shortages_entered=entered.shortages_entered)  # fmt: skip
    assert gravity(backdated) == gravity(replace(backdated, shortages=entered.shortages))


def test_a_shortage_whose_entry_is_unknown_is_never_clear() -> None:
    assert codes(replace(BASE, shortages_entered=()), ON) == ["proceeds.shortage_stood_before"]


@settings(max_examples=60, deadline=None)
@given(days=st.integers(0, 60), earlier=st.integers(0, 60))
def test_a_younger_shortage_never_improves_the_verdict(days: int, earlier: int) -> None:
    younger = but(shortage__named_on=ALLOCATION.on - timedelta(days))
    older = but(shortage__named_on=ALLOCATION.on - timedelta(days + earlier))
    assert gravity(younger) >= gravity(older)


@settings(max_examples=60, deadline=None)
@given(days=st.integers(0, 400), later=st.integers(0, 400))
def test_waiting_never_cures_what_is_owed(days: int, later: int) -> None:
    first = RECEIPT_ON + timedelta(days)
    assert gravity(SOLD, first + timedelta(later)) >= gravity(SOLD, first)


FIELDS_THAT_MAY_LACK = ["sale", "title", "policy", "close"]


@pytest.mark.parametrize("field", FIELDS_THAT_MAY_LACK)
@pytest.mark.parametrize("code", CASES)
def test_what_was_held_stays_held_when_a_fact_is_withheld(code: str, field: str) -> None:
    claim, _, on = CASES[code]
    assert codes(replace(claim, **{field: None}), on)


@pytest.mark.parametrize("code", CASES)
@pytest.mark.parametrize("side", [0, 1], ids=["held", "passed"])
def test_a_claim_written_and_read_again_earns_the_same_verdict(code: str, side: int) -> None:
    claim, on = CASES[code][side], CASES[code][2]
    form, cited = write_claim(claim)
    objects = {fact.digest: unseal(fact.body) for fact in cited}
    again = read_claim(ProceedsClaim, json.loads(canonical(form)), objects.__getitem__)
    assert again == claim
    assert verdict_form(again, on) == verdict_form(claim, on)


def verdict_form(claim: ProceedsClaim, on: date) -> bytes:
    verdict = judge(claim, on=on, law=LAW)
    if isinstance(verdict, Held):
        return canonical([encode(ground) for ground in verdict.grounds])
    return seal(verdict.finding).body


# ------------------------------------------------------------------ contribution


def due(rule: ContributionRule, **changes: Any) -> Money | None:
    claim = but(**changes)
    return due_under(rule, claim.sale, claim.title, claim.receipts, claim.policy, claim.rate)


@pytest.mark.parametrize(("rule", "changes", "expected"), [
    pytest.param(ContributionRule.AD_VALOREM, {}, "20000.00", id="a fifth of the invoice"),
    pytest.param(ContributionRule.PROFIT_SHARE, {}, "15000.00", id="half of the profit"),
    pytest.param(ContributionRule.PROFIT_SHARE, {"sale__unit_cost": eur("1000.01")}, "0.00", id="a loss owes nothing"),
    pytest.param(ContributionRule.ORDER_RATIO, {}, "6000.00", id="a tenth as far as home orders go"),
    pytest.param(
        ContributionRule.ORDER_RATIO, {"sale__home_order_value": eur("900000.00")}, "10000.00",
        id="no more than the sale",
    ),
    pytest.param(ContributionRule.DEVELOPMENT_SHARE, {}, "5000.00", id="the state's share in development"),
    pytest.param(ContributionRule.NONE, {}, "0.00", id="nothing"),
])  # fmt: skip
def test_what_each_rule_gives(rule: ContributionRule, changes: dict[str, Any], expected: str) -> None:
    assert due(rule, **changes) == eur(expected)


def test_a_part_of_a_cent_is_due_as_a_whole_one() -> None:
    assert due(ContributionRule.AD_VALOREM, title__invoice=eur("0.01")) == eur("0.01")


@pytest.mark.parametrize("withheld", ["sale", "title", "policy"])
def test_variants_are_unknown_not_zero_without_their_figures(withheld: str) -> None:
    found = {variant.rule: variant.due for variant in results(
        None if withheld == "sale" else SALE, None if withheld == "title" else TITLE, (RECEIPT,),
        None if withheld == "policy" else POLICY, None,
    )}  # fmt: skip
    assert found[ContributionRule.AD_VALOREM] is None
    assert set(found) == set(ContributionRule)


@given(cents=st.integers(1, 10**9), first=st.integers(0, 10**9), bp=st.integers(0, 10_000))
def test_splitting_a_sale_never_lowers_what_is_due(cents: int, first: int, bp: int) -> None:
    policy, part = replace(POLICY, ad_valorem_bp=bp), min(first, cents)
    whole, *parts = [
        due_under(ContributionRule.AD_VALOREM, SALE, replace(TITLE, invoice=Money(c, "EUR")), (), policy, None)
        for c in (cents, part, cents - part)
    ]
    assert whole is not None
    assert sum(p.minor for p in parts if p) >= whole.minor


@given(cost=st.integers(0, 200_000), more=st.integers(0, 100_000))
def test_a_higher_attested_cost_never_raises_the_profit_share(cost: int, more: int) -> None:
    low = due(ContributionRule.PROFIT_SHARE, sale__unit_cost=Money(cost, "EUR"))
    high = due(ContributionRule.PROFIT_SHARE, sale__unit_cost=Money(cost + more, "EUR"))
    assert low is not None
    assert high is not None
    assert low.minor >= high.minor >= 0


@given(cents=st.integers(1, 10**9), numerator=st.integers(1, 10**7), denominator=st.integers(1, 10**5))
def test_a_due_paid_in_hryvnias_rounded_up_is_paid_in_full(cents: int, numerator: int, denominator: int) -> None:
    from ecluse.base.money import Rate
    from ecluse.proceeds.contribution import exact

    rate = replace(RATE, numerator=numerator, denominator=denominator)
    uah = Rate("EUR", "UAH", numerator, denominator, RECEIPT_ON, "").convert(Money(cents, "EUR"), Rounding.UP)
    worth = exact(uah, "EUR", rate, RECEIPT_ON)
    assert worth is not None
    assert worth >= cents


# ------------------------------------------------------------------ ledger


def story(due_money: Money = eur("20000.00")) -> list[JournalEntry]:
    """One sale's books, from title transfer to two deliveries."""
    return [
        title_transferred("entry:1", SALE, TITLE),
        contribution_fell_due("entry:2", SALE, TITLE, due_money),
        money_received("entry:3", SALE, RECEIPT),
        contribution_paid("entry:4", SALE, CONTRIBUTION, CONTRIBUTION.money),
        money_allocated("entry:5", ALLOCATION),
        purchase_made("entry:6", PURCHASE, TRANCHE),
        purchase_delivered("entry:7", PURCHASE, replace(DELIVERY, units=3), 0, TRANCHE),
        purchase_delivered("entry:8", PURCHASE, replace(DELIVERY, id="delivery:2", units=5), 3, TRANCHE),
    ]


def test_the_whole_story_ends_where_the_army_has_the_units() -> None:
    books = balance(story())
    assert books["cash:bank:dnipro", "EUR"] == 100_000_00
    assert books[f"receivable:{BUYER}", "EUR"] == 0
    assert books[f"contribution-due:{EXPORTER}", "EUR"] == 0
    assert books["fund:cash", "EUR"] == books["fund:contributed", "EUR"] == 0
    assert books[f"supplier:{SUPPLIER}", "EUR"] == 0
    assert books["fund:delivered:shortage:1", "EUR"] == 20_000_00 == -books["fund:spent:shortage:1", "EUR"]
    assert trial(story()) == (eur("0.00"),)
    assert list(faults(story(), CHART)) == []


def test_the_trial_is_what_the_gate_asks_for() -> None:
    assert codes(but(balance_by_currency=trial(story()))) == []
    forged = JournalEntry("entry:9", TRANCHE, "none", (Posting("fund:cash", eur("1.00")),), ON)
    assert codes(but(balance_by_currency=trial([*story(), forged]))) == ["proceeds.books_balance"]
    assert any("out of balance" in fault for fault in faults([forged], CHART))


def test_faults_name_strange_accounts_and_entries_that_stand_twice() -> None:
    strange = JournalEntry(
        "entry:9", None, "x", (Posting("slush", eur("1.00")), Posting("fund:cash", eur("-1.00"))), ON
    )
    assert list(faults([strange, strange], CHART)) == [
        "entry:9: account slush is not in the chart",
        "entry:9: the entry stands twice",
        "entry:9: account slush is not in the chart",
    ]


@given(
    paid=CENTS, allocated=CENTS, spent=CENTS, units=st.lists(st.integers(0, 4), max_size=6), due_cents=CENTS,
    worth=CENTS, in_uah=st.booleans(),
)  # fmt: skip
def test_every_entry_sums_to_zero_and_the_fund_conserves(
    paid: int, allocated: int, spent: int, units: list[int], due_cents: int, worth: int, in_uah: bool
) -> None:
    currency = "UAH" if in_uah else "EUR"
    contribution = replace(CONTRIBUTION, money=Money(paid, currency))
    settles = Money(worth if in_uah else paid, "EUR")
    purchase = replace(PURCHASE, units=24, money=Money(spent, currency))
    entries = [
        title_transferred("1", SALE, TITLE),
        contribution_fell_due("2", SALE, TITLE, Money(due_cents, "EUR")),
        contribution_paid("3", SALE, contribution, settles),
        money_allocated("4", replace(ALLOCATION, money=Money(allocated, currency))),
        purchase_made("5", purchase),
    ]
    for number, part in enumerate(units):
        delivery = PurchaseDelivery(f"d{number}", purchase.id, part, OWNER, ON)
        entries.append(purchase_delivered(f"6-{number}", purchase, delivery, sum(units[:number])))
    assert all(is_balanced(entry) for entry in entries)
    assert all(money.minor == 0 for money in trial(entries))
    books = balance(entries)
    # due = paid + overdue, and what was paid lies in the fund, with a supplier, or with the army.
    assert due_cents == settles.minor + of_kind(books, "contribution-due")["EUR"]
    held = sum(of_kind(books, kind).get(currency, 0) for kind in ("fund:cash", "supplier", "fund:delivered"))
    assert held == paid


@given(units=st.integers(1, 50), parts=st.lists(st.integers(1, 7), max_size=10), cents=CENTS)
def test_parts_delivered_sum_to_the_purchase_exactly(units: int, parts: list[int], cents: int) -> None:
    purchase = replace(PURCHASE, units=units, money=Money(cents, "EUR"))
    entries, before = [purchase_made("p", purchase)], 0
    for part in [*parts, units]:
        taken = min(part, units - before)
        entries.append(purchase_delivered(f"d{before}", purchase, replace(DELIVERY, units=taken), before))
        before += taken
    assert of_kind(balance(entries), "fund:delivered") == {"EUR": cents}
    assert of_kind(balance(entries), "supplier") == {"EUR": 0}


def test_a_delivery_beyond_its_purchase_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="within its purchase"):
        purchase_delivered("x", PURCHASE, replace(DELIVERY, units=6), 3)


def test_a_reversal_takes_an_entry_back_and_names_it() -> None:
    for entry in story():
        back = reversal(f"{entry.id}/reversed", entry, ON)
        assert back.subject == entry.id
        assert set(balance([entry, back]).values()) == {0}


def test_a_write_off_is_a_new_entry_that_names_the_title() -> None:
    entry = title_transferred("entry:1", SALE, TITLE)
    off = written_off("entry:9", entry, BUYER, eur("40000.00"), ON)
    books = balance([entry, off])
    assert off.subject == "entry:1"
    assert books[f"receivable:{BUYER}", "EUR"] == 60_000_00
    assert books[f"written-off:{BUYER}", "EUR"] == 40_000_00
    assert trial([entry, off]) == (eur("0.00"),)


def test_every_account_of_the_story_stands_in_the_chart() -> None:
    for account, _ in balance(story()):
        assert chart_row(account, CHART) is not None


# ------------------------------------------------------------------ reinvestment


def test_the_report_of_one_sale() -> None:
    (report,) = reinvestment([BASE], ON)
    assert (report.received, report.due, report.paid) == (eur("100000.00"), eur("20000.00"), eur("20000.00"))
    assert (report.allocated, report.spent, report.delivered) == (eur("20000.00"),) * 3
    assert (report.idle, report.overdue, report.is_vacuous) == (eur("0.00"), (), False)
    assert report.reinvested_per_mille == 200


def test_what_is_overdue_stands_under_the_debtors_name() -> None:
    (report,) = reinvestment([but(SOLD, receipt__money=eur("60000.00"))], ON)
    assert [(late.debtor, late.money) for late in report.overdue] == [
        (BUYER, eur("40000.00")),
        (EXPORTER, eur("20000.00")),
    ]


def test_money_that_lies_still_is_idle_and_half_a_delivery_is_half() -> None:
    (report,) = reinvestment([but(purchase__money=eur("15000.00"), delivery__units=4)], ON)
    assert (report.spent, report.delivered, report.idle) == (eur("15000.00"), eur("7500.00"), eur("5000.00"))


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    (report,) = reinvestment([BASE, paid_in_uah(None)], ON)
    assert (report.paid, report.spent, report.idle, report.reinvested_per_mille) == (None, None, None, None)
    assert report.received == eur("200000.00")


def test_pooled_purchases_count_once_for_each_tranche() -> None:
    other = replace(ALLOCATION, id="allocation:2", tranche="tranche:proceeds-2")
    pooled = replace(PURCHASE, allocations=(ALLOCATION.id, other.id), money=eur("40000.00"))
    (report,) = reinvestment([but(allocations=(ALLOCATION, other), purchases=(pooled,))], ON)
    assert (report.spent, report.delivered) == (eur("20000.00"), eur("20000.00"))


def budget(before: str, after: str, signer: str = OWNER) -> SignedBudget:
    figure = BudgetFigure(
        "budget:1", OWNER, "interceptor", Month(2026, 1), Month(2026, 12), eur(before), eur(after), ON
    )
    return SignedBudget(figure, (signed(signer, figure, ON),))


@pytest.mark.parametrize(("figures", "expected"), [
    pytest.param((budget("90000.00", "90000.00"),), eur("0.00"), id="the budget stood"),
    pytest.param((budget("90000.00", "83000.00"),), eur("7000.00"), id="a cut below what proceeds bought"),
    pytest.param((budget("90000.00", "10000.00"),), eur("20000.00"), id="never more than proceeds bought"),
    pytest.param((budget("90000.00", "95000.00"),), eur("0.00"), id="a rise displaces nothing"),
    pytest.param((), None, id="no figure is unknown"),
    pytest.param((budget("90000.00", "90000.00", signer=EXPORTER),), None, id="an unsigned figure is none"),
])  # fmt: skip
def test_displaced_budget(figures: tuple[SignedBudget, ...], expected: Money | None) -> None:
    keys = (key_for(OWNER)[0], key_for(EXPORTER)[0])
    assert displaced_budget({"interceptor": eur("20000.00")}, figures, keys) == expected


# ------------------------------------------------------------------ export


def test_the_journal_as_beancount_text() -> None:
    text = beancount(story(), CHART)
    assert "2026-03-02 open Assets:Receivable:Party-nordwehr" in text
    assert '2026-03-02 * "title:1"\n  entry: "entry:1"\n  tranche: "tranche:proceeds-1"\n' in text
    assert "  Income:Sales:Maker-vesna  -100000.00 EUR\n" in text
    assert text.count(" * ") == len(story())


def test_names_that_would_be_one_get_a_digest() -> None:
    names = account_names(["sales:maker:a-b", "sales:maker:a.b"], CHART)
    assert len(set(names.values())) == 2


def test_an_account_off_the_chart_is_not_exported() -> None:
    with pytest.raises(ValueError, match="not in the chart"):
        account_names(["slush"], CHART)


def test_a_sale_as_a_release() -> None:
    release = sale_release("ocds-ecluse", SALE, TITLE, (RECEIPT,), (CONTRIBUTION,), ON)
    (contract,) = json.loads(json_text(release))["contracts"]
    received, paid = contract["implementation"]["transactions"]
    assert received["value"] == {"amount": 100000, "currency": "EUR"}
    assert (paid["payer"]["id"], paid["value"]["amount"]) == (EXPORTER, 20000)
    assert '"amount":20000.00' in json_text(release)


def test_a_purchase_as_a_release_names_the_sales_that_paid_for_it() -> None:
    release = purchase_release("ocds-ecluse", PURCHASE, (ALLOCATION,), (DELIVERY,), ON)
    assert release["relatedProcesses"][0]["identifier"] == "ocds-ecluse-tranche-proceeds-1"
    assert release["contracts"][0]["implementation"]["milestones"][0]["description"] == "units: 8"
    assert {"ocid", "id", "date", "tag", "initiationType"} <= release.keys()


# ------------------------------------------------------------------ records


def test_a_close_sealed_without_the_spenders_authority_reads_back() -> None:
    old = replace(CLOSE, spender_authority=None)
    assert unseal(seal(old).body) == old
    assert isinstance(old, PeriodClose)


def test_paid_claim_within_the_allocation_term_passes() -> None:
    assert codes(PAID, PAY_BY) == []
