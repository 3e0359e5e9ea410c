"""Do statements in the closed envelope say what the rules of surplus say, to the unit, and fall for every change?"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from ecluse.base.commitments import Opening, commit, point_of
from ecluse.base.days import Month
from ecluse.base.envelope import prove, verify, verify_all
from ecluse.base.errors import EvidenceError
from ecluse.base.group import ORDER, Point
from ecluse.base.statement import Statement
from ecluse.surplus.envelope import MOVES, Place, broken_at, figures_in_range, step, within_look_ahead, within_rule
from ecluse.surplus.figures import FIGURES_NEEDED, result_under
from ecluse.surplus.look_ahead import surplus_by_month
from ecluse.surplus.terms import ClassYear, DrawState, ModelFlow, SurplusPolicy, SurplusRule

PLACE = Place("an invented world, 2026", "home/2026", 5)
JANUARY = Month(2026, 1)
FRESH = bytes(32)
Openings = dict[str, Opening]


def shut(chance: random.Random, **figures: int) -> Openings:
    return {name: Opening(value, chance.randrange(ORDER)) for name, value in figures.items()}


def points(openings: Openings) -> dict[str, Point]:
    return {name: commit(one) for name, one in openings.items()}


def year_of(chance: random.Random) -> ClassYear:
    capacity = chance.randrange(500, 5000)
    return ClassYear(
        "ew_set", JANUARY, Month(2026, 12), capacity, chance.randrange(capacity), chance.randrange(capacity // 2),
        chance.randrange(800), chance.randrange(3000), chance.randrange(3000), chance.randrange(3000),
    )  # fmt: skip


def policy_of(rule: SurplusRule, numerator: int = 1, denominator: int = 3) -> SurplusPolicy:
    return SurplusPolicy("policy-1", "authority:mod", rule, numerator, denominator, date(2026, 1, 1), None)


def certificate(
    chance: random.Random, year: ClassYear, policy: SurplusPolicy, asked: int, before: int
) -> tuple[Statement, Openings]:
    known = {name: getattr(year, name) for name in FIGURES_NEEDED[policy.rule]}
    openings = shut(chance, **known, certified=asked)
    openings["certificate:1"], openings["certificate:2"] = shut(chance, a=before // 2, b=before - before // 2).values()
    return within_rule("certificate:3", policy, points(openings), ["certificate:1", "certificate:2"], PLACE), openings


@pytest.mark.parametrize("rule", SurplusRule)
def test_the_statement_allows_what_the_rule_allows_and_not_a_unit_more(rule: SurplusRule) -> None:
    chance, policy, shown, refused = random.Random(rule.value), policy_of(rule), 0, 0
    while shown < 3 or refused < 3:
        year = year_of(chance)
        given = result_under(rule, year, policy)
        assert given is not None
        before = chance.randrange(given) if given else 0
        if given - before >= 1:
            statement, openings = certificate(chance, year, policy, given - before, before)
            verify(statement, prove(statement, openings, FRESH))
            shown += 1
        with pytest.raises(ValueError, match="not within"):
            prove(*certificate(chance, year, policy, given - before + 1, before), FRESH)
        refused += 1


def test_nothing_certified_is_no_certificate() -> None:
    chance = random.Random(1)
    year = replace(year_of(chance), units_capacity=1000, units_home_funded=300, units_partner_funded=100)
    with pytest.raises(ValueError, match="sum 1, is -1, not within 32 bits"):
        prove(*certificate(chance, year, policy_of(SurplusRule.SR_1), 0, 0), FRESH)


def test_the_ratio_is_rounded_down_to_the_unit() -> None:
    chance = random.Random(2)
    year = replace(year_of(chance), units_capacity=1000, units_home_funded=299, units_partner_funded=0)
    policy = policy_of(SurplusRule.SR_4, 1, 3)
    assert result_under(SurplusRule.SR_4, year, policy) == 99
    statement, openings = certificate(chance, year, policy, 99, 0)
    verify(statement, prove(statement, openings, FRESH))
    with pytest.raises(ValueError, match="not within 48 bits"):
        prove(*certificate(chance, year, policy, 100, 0), FRESH)


def test_no_single_change_of_a_certificate_is_believed() -> None:
    chance = random.Random(3)
    year = replace(year_of(chance), units_capacity=1000, units_home_funded=300, units_partner_funded=100)
    statement, openings = certificate(chance, year, policy_of(SurplusRule.SR_1), 50, 20)
    proof = prove(statement, openings, FRESH)
    given = points(openings)
    names = list(given)
    changes = [
        within_rule("certificate:3", policy_of(rule), {**given, "units_need": given["certified"],
                    "units_judged": given["certified"], "units_stock": given["certified"]}, names[-2:], PLACE)
        for rule in (SurplusRule.SR_0B, SurplusRule.SR_2, SurplusRule.SR_5)
    ]  # fmt: skip
    policy = policy_of(SurplusRule.SR_1)
    changes += [
        within_rule("certificate:3", policy, {**given, name: commit(Opening(one.value + 1, one.blinding))},
                    ["certificate:1", "certificate:2"], PLACE)
        for name, one in openings.items()
    ]  # fmt: skip
    changes.append(within_rule("certificate:3", policy, given, ["certificate:1"], PLACE))
    changes.append(within_rule("certificate:4", policy, given, ["certificate:1", "certificate:2"], PLACE))
    for place in (replace(PLACE, index=6), replace(PLACE, log="centre-1/2026"), replace(PLACE, context="2027")):
        changes.append(within_rule("certificate:3", policy, given, ["certificate:1", "certificate:2"], place))
    for changed in changes:
        with pytest.raises(EvidenceError):
            verify(changed, proof)


def test_the_same_capacity_is_not_certified_twice() -> None:
    chance = random.Random(4)
    year = replace(year_of(chance), units_capacity=1000, units_home_funded=300, units_partner_funded=100)
    policy = policy_of(SurplusRule.SR_1)
    for before in (0, 300):
        statement, openings = certificate(chance, year, policy, 300, before)
        verify(statement, prove(statement, openings, FRESH))
    with pytest.raises(ValueError, match="is -1, not within"):
        prove(*certificate(chance, year, policy, 300, 301), FRESH)


def test_owners_show_that_their_figures_do_not_wrap() -> None:
    chance = random.Random(5)
    openings = shut(chance, units_capacity=2**32 - 1, units_need=0)
    statement = figures_in_range("authority:staff", points(openings), PLACE)
    verify(statement, prove(statement, openings, FRESH))
    wide = shut(chance, units_capacity=2**32)
    with pytest.raises(ValueError, match="not within 32 bits"):
        prove(figures_in_range("party:maker", points(wide), PLACE), wide, FRESH)


def ahead(
    chance: random.Random, flows: list[ModelFlow], stock: int, first: Month, asked: int, before: int
) -> tuple[Statement, Openings]:
    openings = shut(chance, stock=stock, reserve=40, certified=asked)
    openings["certificate:1"] = Opening(before, chance.randrange(ORDER))
    for flow in flows:
        for name, units in (
            ("capacity", flow.units_capacity),
            ("funded", flow.units_funded),
            ("home", flow.units_home),
        ):
            openings[f"{name} {flow.month}"] = Opening(units, chance.randrange(ORDER))
    months = [flow.month for flow in flows]
    return within_look_ahead("certificate:2", months, first, points(openings), ["certificate:1"], PLACE), openings


@pytest.mark.parametrize("first", [0, 2, 3])
def test_the_look_ahead_allows_what_s1_allows_and_not_a_unit_more(first: int) -> None:
    chance, shown = random.Random(first), 0
    while shown < 2:
        months = [JANUARY, JANUARY.next(), JANUARY.next().next(), JANUARY.next().next().next()]
        flows = [
            ModelFlow(month, chance.randrange(300), chance.randrange(200), chance.randrange(60)) for month in months
        ]
        stock = chance.randrange(500)
        free = surplus_by_month(stock, 40, flows)[first].units
        before = chance.randrange(free) if free else 0
        if free - before >= 1:
            statement, openings = ahead(chance, flows, stock, months[first], free - before, before)
            verify(statement, prove(statement, openings, FRESH))
            shown += 1
        with pytest.raises(ValueError, match="not within 32 bits"):
            prove(*ahead(chance, flows, stock, months[first], free - before + 1, before), FRESH)


def test_a_month_left_out_is_told() -> None:
    chance = random.Random(6)
    months = [JANUARY, JANUARY.next().next()]
    flows = [ModelFlow(month, 100, 50, 0) for month in months]
    with pytest.raises(ValueError, match="follow one another"):
        ahead(chance, flows, 100, JANUARY, 5, 0)
    with pytest.raises(ValueError, match="follow one another"):
        ahead(chance, flows[:1], 100, JANUARY.next(), 5, 0)


def moves_of(
    chance: random.Random, count: int, certified: int
) -> tuple[list[tuple[str, str, Statement]], list[Openings]]:
    """A balance through so many random steps: statements in order, and what opens each."""
    standing = shut(chance, free=certified, reserved=0, committed=0, used=0)
    allowed = sorted({move for moves in MOVES.values() for move in moves})
    made: list[tuple[str, str, Statement]] = []
    opened: list[Openings] = []
    while len(made) < count:
        source, target = chance.choice(allowed)
        if not standing[source].value:
            continue
        (units,) = shut(chance, units=chance.randrange(standing[source].value) + 1).values()
        openings = {"units": units}
        for part, sign in ((source, -1), (target, 1)):
            before = standing[part]
            after = Opening(before.value + sign * units.value, (before.blinding + sign * units.blinding) % ORDER)
            openings[f"{part} before"], openings[f"{part} after"] = before, after
            standing[part] = after
        place = replace(PLACE, index=len(made))
        made.append((source, target, step(f"draw:{len(made)}", source, target, points(openings), place)))
        opened.append(openings)
    return made, opened


def test_a_balance_is_followed_step_by_step_and_a_step_left_out_is_seen() -> None:
    chance = random.Random(7)
    made, opened = moves_of(chance, 12, 40)
    first = {part: commit(next(one[f"{part} before"] for one in opened if f"{part} before" in one))
             for part in {name for source, target, _ in made for name in (source, target)}}  # fmt: skip
    verify_all([(one[2], prove(one[2], openings, FRESH)) for one, openings in zip(made, opened, strict=True)])
    assert broken_at(made, first) is None
    for number in range(len(made) - 1):
        broken = broken_at(made[:number] + made[number + 1 :], first)
        touched = {part for source, target, _ in made[number + 1 :] for part in (source, target)}
        assert (broken is not None) == bool(touched & set(made[number][:2]))
    assert broken_at([made[0], *made], first) == 1


def test_a_unit_more_than_the_balance_holds_does_not_move() -> None:
    chance = random.Random(8)
    for units, after in ((6, 0), (6, -1), (6, ORDER - 1), (0, 5), (-1, 6)):
        openings = shut(chance, **{"units": units, "free before": 5, "reserved before": 0, "reserved after": units})
        openings["free after"] = Opening(after, 3)
        shown = {name: point_of(one) for name, one in openings.items()}
        statement = step("draw:1", "free", "reserved", shown, PLACE)
        with pytest.raises(ValueError, match=r"not zero|not within"):
            prove(statement, openings, FRESH)


def test_no_step_moves_units_where_no_state_does() -> None:
    assert set(MOVES) == set(DrawState)
    with pytest.raises(ValueError, match="no step moves units from used to committed"):
        step("draw:1", "used", "committed", {}, PLACE)
    with pytest.raises(ValueError, match="nothing is committed under units, free before"):
        step("draw:1", "free", "reserved", {}, PLACE)
