"""Do statements in the closed envelope say what the rules of the money say, to the minor unit, roundings included?"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from money_lines import (
    LOG,
    PAID,
    POLICY,
    RECEIVED,
    TITLED,
    TOTALS,
    World,
    allocation,
    contribution,
    counted,
    honest,
    label_of,
    objections,
    published,
    purchase,
    receipt,
    sale,
    title,
)

from ecluse.base.draft import holds
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.group import BASE
from ecluse.base.money import Money
from ecluse.proceeds.contribution import PAID_ROUNDING, due_under, exact, whole
from ecluse.proceeds.envelope_totals import PUBLISHED, published_totals
from ecluse.proceeds.envelope_year import shares_needed
from ecluse.proceeds.terms import ContributionRule, RateOfDay

TRANCHE = "order:1/0"
DUE = "contribution of "


def rate(base: str, quote: str, numerator: int, denominator: int, on: date = RECEIVED) -> RateOfDay:
    return RateOfDay(f"rate:{base}-{quote}-{on}", base, quote, numerator, denominator, on, "synthetic")


def of_one(records: list[Any], **more: Any) -> tuple[World, dict[str, int]]:
    """A world of one sale, and the figures of what is due of it."""
    world = World(records, **more)
    figures = world.figures()
    return world, figures[DUE + label_of(world, "title")]


def random_sale(chance: random.Random) -> list[Any]:
    price = chance.choice([1, 7, chance.randrange(1, 10**8)])
    cost = Money(chance.choice([0, price, chance.randrange(1, 10**9)]), chance.choice(["EUR", "UAH", "JPY"]))
    home = Money(chance.choice([0, price * 3, chance.randrange(10**10)]), chance.choice(["EUR", "UAH"]))
    made: list[Any] = [
        sale(TRANCHE, price, unit_cost=cost, home_order_value=home), title(TRANCHE, price * 3),
        receipt(TRANCHE, chance.randrange(1, 10**8)), receipt(TRANCHE, 5, "USD", 2),
    ]  # fmt: skip
    for number in range(chance.randrange(4)):
        currency = chance.choice(["EUR", "EUR", "UAH"])
        made.append(contribution(TRANCHE, chance.randrange(10**8), currency, number))
    return made


@pytest.mark.parametrize("rule", ContributionRule)
def test_what_is_due_paid_and_owed_is_what_the_room_says(rule: ContributionRule) -> None:
    chance = random.Random(rule.value)
    for _ in range(60):
        made = random_sale(chance)
        uah = rate("EUR", "UAH", chance.randrange(1, 10**6), chance.choice([1, 3, 10**4]))
        jpy = rate("EUR", "JPY", chance.randrange(1, 10**6), 1000)
        bp = {
            name: chance.choice([0, 1, 1999, 2500, 10_000])
            for name in ("ad_valorem_bp", "profit_share_bp", "order_ratio_bp")
        }
        policy = replace(POLICY, rule=rule, **bp)
        world = World(made, policies=[policy], rates=[uah, jpy])
        world.shares = dict.fromkeys(shares_needed(world.year()), 1500)
        figures = world.figures()[DUE + label_of(world, "title")]
        used = jpy if made[0].unit_cost.currency == "JPY" and rule is ContributionRule.PROFIT_SHARE else uah
        due = due_under(rule, made[0], made[1], tuple(made[2:4]), policy, used)
        assert due is not None
        worths = [exact(one.money, "EUR", uah, RECEIVED) for one in made[4:]]
        paid = whole(sum(one for one in worths if one is not None), "EUR", PAID_ROUNDING) if worths else Money(0, "EUR")
        assert figures["due"] == due.minor
        assert (figures["owed"], figures["overpaid"]) == (
            max(0, due.minor - paid.minor),
            max(0, paid.minor - due.minor),
        )
        missing = made[1].invoice.minor - made[2].money.minor
        assert (figures["missing"], figures["over"]) == (max(0, missing), max(0, -missing))


@pytest.mark.parametrize(("rule", "more", "due"), [
    (ContributionRule.AD_VALOREM, {"invoice": 5_000_000}, 999_500),
    (ContributionRule.AD_VALOREM, {"invoice": 5_000_001}, 999_501),
    (ContributionRule.AD_VALOREM, {"invoice": 0}, 0),
    (ContributionRule.DEVELOPMENT_SHARE, {"invoice": 20}, 3),
    (ContributionRule.DEVELOPMENT_SHARE, {"invoice": 21}, 4),
    (ContributionRule.PROFIT_SHARE, {"price": 101, "cost": 100}, 2),
    (ContributionRule.PROFIT_SHARE, {"price": 100, "cost": 100}, 0),
    (ContributionRule.PROFIT_SHARE, {"price": 99, "cost": 100}, 0),
    (ContributionRule.ORDER_RATIO, {"invoice": 1000, "home": 1001}, 100),
    (ContributionRule.ORDER_RATIO, {"invoice": 1001, "home": 1001}, 101),
    (ContributionRule.ORDER_RATIO, {"invoice": 1010, "home": 991}, 100),
    (ContributionRule.ORDER_RATIO, {"invoice": 1010, "home": 990}, 99),
    (ContributionRule.NONE, {}, 0),
])  # fmt: skip
def test_a_minor_unit_more_or_less_than_due_is_not_shown(
    rule: ContributionRule, more: dict[str, int], due: int
) -> None:
    made = [
        sale(TRANCHE, **{k: v for k, v in more.items() if k != "invoice"}),
        title(TRANCHE, more.get("invoice", 303)),
    ]
    world = World(made, policies=[replace(POLICY, rule=rule)])
    world.shares = dict.fromkeys(shares_needed(world.year()), 1500)
    draft = world.drafts()[0]
    figures = world.figures()[draft.name]
    assert figures["due"] == due
    assert holds(draft, figures)
    for wrong in (due - 1, due + 1):
        for moved in ("owed", "overpaid", "loss", "left of invoice", "left of orders"):
            if moved in figures:
                spoilt = {**figures, "due": wrong, moved: figures[moved] + (wrong - due)}
                assert not holds(draft, spoilt)
                assert not holds(draft, {**spoilt, "owed": max(0, wrong), "overpaid": max(0, -wrong)})


def test_what_was_paid_in_another_currency_is_rounded_down_once() -> None:
    uah = rate("EUR", "UAH", 3, 1)
    made = [
        sale(TRANCHE),
        title(TRANCHE, 30),
        receipt(TRANCHE, 30),
        *(contribution(TRANCHE, 10, "UAH", n) for n in (1, 2)),
    ]
    world, figures = of_one(made, rates=[uah])
    # Twenty thirds are six; each alone would be three, and rounded up it would be seven.
    assert (figures["due"], figures["paid"], figures["owed"]) == (6, 6, 0)
    draft = world.drafts()[0]
    for paid, overpaid, owed in ((7, 1, 0), (5, 0, 1)):
        assert not holds(draft, {**figures, "paid": paid, "overpaid": overpaid, "owed": owed})


def test_the_rate_is_that_of_the_last_receipt_and_without_one_nothing_is_shown() -> None:
    made = [sale(TRANCHE), title(TRANCHE, 30), receipt(TRANCHE, 30), contribution(TRANCHE, 18, "UAH")]
    _, figures = of_one(made, rates=[rate("EUR", "UAH", 9, 1, TITLED), rate("EUR", "UAH", 3, 1, RECEIVED)])
    assert figures["paid"] == 6
    for rates in ([], [rate("EUR", "UAH", 9, 1, TITLED)], [rate("EUR", "UAH", 3, 1), rate("EUR", "UAH", 4, 1)]):
        world = World(made, rates=rates)
        assert objections(world, {}) == [f"no_rate: {LOG}#1.0"]


def test_a_rate_too_fine_for_the_ranges_is_told_and_not_shown() -> None:
    made = [sale(TRANCHE), title(TRANCHE, 30), receipt(TRANCHE, 30), contribution(TRANCHE, 18, "UAH")]
    world = World(made, rates=[rate("EUR", "UAH", 2**46 + 1, 3)])
    assert objections(world, {}) == [f"number_not_public: {LOG}#1.0"]


def test_everything_of_an_honest_world_is_shown() -> None:
    world = World(honest(), totals=TOTALS)
    shown = published(world)
    assert len(shown) == 2 + 2 + 2 + 1 + 4 + 1
    assert objections(world, shown) == []


def test_an_honest_world_in_several_currencies_is_shown() -> None:
    made = [
        sale(TRANCHE, unit_cost=Money(70_000_000, "UAH")), title(TRANCHE), receipt(TRANCHE),
        receipt(TRANCHE, 5, "USD", 2), contribution(TRANCHE, 15_000_000, "UAH"),
        contribution(TRANCHE, 100_000, number=2),
        allocation(TRANCHE, 100_000), allocation(TRANCHE, 14_999_999, "UAH", 2),
        purchase([f"allocation:{TRANCHE}/1", f"allocation:{TRANCHE}/2"], 14_000_000, "UAH"),
    ]  # fmt: skip
    uah = rate("EUR", "UAH", 492_743, 10_000)
    world = World(made, policies=[replace(POLICY, rule=ContributionRule.PROFIT_SHARE)], rates=[uah])
    assert objections(world, published(world)) == []


def test_every_rule_is_proven_and_verified() -> None:
    for rule in ContributionRule:
        world = World(
            [sale(TRANCHE), title(TRANCHE), receipt(TRANCHE), contribution(TRANCHE, 400_000)],
            policies=[replace(POLICY, rule=rule)],
        )
        world.shares = dict.fromkeys(shares_needed(world.year()), 1500)
        assert objections(world, published(world)) == []


def test_titles_without_receipts_or_contributions_owe_everything() -> None:
    world, figures = of_one([sale(TRANCHE), title(TRANCHE)])
    assert (figures["missing"], figures["owed"]) == (3_000_003, 599_701)
    assert objections(world, published(world)) == []


def test_a_purchase_draws_on_its_allocations_in_its_order_as_the_books_do() -> None:
    made = [*honest(), purchase(["allocation:order:2/0/1", "allocation:order:1/0/1"], 349_701, number=2)]
    figures = World(made).figures()
    drawn = sorted(
        (name, value) for one in figures.values() for name, value in one.items() if name.startswith("drawn by")
    )
    first, second = f"drawn by {LOG}#11.0", f"drawn by {LOG}#12.0"
    assert drawn == [(first, 100_299), (first, 599_701), (second, 0), (second, 349_701)]


def test_the_order_of_lines_that_matters_is_that_of_the_log() -> None:
    early = [allocation(TRANCHE, 100, on=PAID), contribution(TRANCHE, 100)]
    world = World([sale(TRANCHE), title(TRANCHE), *early])
    assert objections(world, published(world)) == []
    late = World(
        [
            sale(TRANCHE),
            title(TRANCHE),
            allocation(TRANCHE, 100, on=RECEIVED),
            contribution(TRANCHE, 100, on=date(2026, 4, 1)),
        ]
    )
    assert objections(late, published(late)) == ["not shown: fund EUR at the end of 2026-03"]


def test_the_fund_is_shown_month_by_month_for_this_year_and_the_last() -> None:
    old = [contribution(TRANCHE, 100, on=date(1900, 1, 1)), allocation(TRANCHE, 100, on=date(1900, 1, 2))]
    names = [draft.name for draft in World([sale(TRANCHE), title(TRANCHE), *old]).drafts() if "fund" in draft.name]
    assert (len(names), names[0], names[-1]) == (18, "fund EUR at the end of 2025-01", "fund EUR at the end of 2026-06")


@pytest.mark.parametrize(("row", "told"), [
    ({}, "'currency'"), ({"currency": "ZZZ"}, "'ZZZ' is no currency"), ({"paid_minor": 1.5}, "1.5 is no whole number"),
    ({"paid_minor": "-1"}, "'-1' is no whole number"), ({"paid_minor": None}, "None is no whole number"),
])  # fmt: skip
def test_totals_that_are_none_are_told(row: dict[str, Any], told: str) -> None:
    whole = {f"{name}_minor": 1 for name in (*PUBLISHED, "within_term")} | {"currency": "EUR"}
    assert published_totals({"currencies": [whole]})["EUR"]["owed"] == 2
    with pytest.raises(EvidenceError, match=f"^proceeds.json: totals by currency, in whole minor units: {told}"):
        published_totals({"currencies": [{**whole, **row} if row else {}]})


@pytest.mark.parametrize(("kind", "scope", "told"), [
    ("title", {"currency": "EUR"}, "a line of kind title has tranche, invoice, units"),
    ("title", {"currency": "ZZZ", "tranche": "t"}, "a line of kind title has invoice, units"),
    ("receipt", {"currency": "ZZZ", "tranche": "t"}, "a currency is spelled by its ISO 4217 code"),
    ("purchase", {"currency": "EUR", "purchase": "p", "allocation 2": "a"}, "a purchase cites its allocations as"),
])  # fmt: skip
def test_lines_that_are_none_are_told(kind: str, scope: dict[str, str], told: str) -> None:
    world = World([])
    world.lines.append(Line(kind, scope, (("money", BASE),), TITLED, LOG, 5, 1))
    assert objections(world, {})[0].startswith(f"figures {LOG}#5.1: {told}")


def test_what_was_proven_stays_the_same_when_it_is_proven_again() -> None:
    one, other = (World(honest(), totals=TOTALS).true() for _ in range(2))
    assert [statement for statement, _ in one] == [statement for statement, _ in other]
    changed = World([*honest(), contribution("order:2/0", 1, number=2)]).true()
    name = one[1][0].name
    before, after = one[1][0].points(), next(s for s, _ in changed if s.name == name).points()
    assert {key: before[key] == after[key] for key in ("invoice", "due", "owed")} == {
        "invoice": True, "due": False, "owed": False,
    }  # fmt: skip


def test_few_bits_are_spent_on_a_sale() -> None:
    world = World(honest(), policies=[replace(POLICY, ad_valorem_bp=2000)], totals=TOTALS)
    titles = [statement for statement, _ in world.true() if statement.name.startswith(DUE)]
    assert counted(titles[1:]) == {40: 5, 3: 2}
