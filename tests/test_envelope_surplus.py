"""Do statements in the closed envelope allow what the rules of surplus allow, to the unit, under every rule?"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from envelope_world import (
    CONTEXT,
    DAY,
    HOME,
    MINISTRY,
    MONTHS,
    POLICY,
    World,
    attested,
    by_month,
    certify,
    draw,
    order,
    reserve,
    stock,
    year,
)

from ecluse.base.envelope import prove, verify
from ecluse.base.statement import Statement
from ecluse.surplus.balance import Account
from ecluse.surplus.envelope_draws import STEPS, steps_in_order
from ecluse.surplus.envelope_year import PolicyAt
from ecluse.surplus.figures import result_under
from ecluse.surplus.look_ahead import surplus_by_month
from ecluse.surplus.terms import (
    AbsorptionLimit,
    ClassYear,
    Draw,
    DrawState,
    Funder,
    JudgedSurplus,
    ModelFlow,
    StatedNeed,
    SurplusRule,
)


class Case:
    """Random figures of a class of two models, and one certificate of another model's before the one asked for."""

    def __init__(self, chance: random.Random, rule: SurplusRule) -> None:
        self.policy = replace(POLICY, rule=rule, ratio_numerator=chance.randrange(1, 4))
        self.made = {model: [chance.randrange(20, 60) for _ in MONTHS] for model in "ab"}
        self.due = {model: [chance.randrange(20) for _ in MONTHS] for model in "ab"}
        self.home = [chance.randrange(4) for _ in MONTHS]
        self.stock = {model: chance.randrange(30) for model in "ab"}
        self.reserve = chance.randrange(20)
        self.need, self.limit, self.judged = (chance.randrange(100) for _ in range(3))
        self.before, self.first = chance.randrange(1, 6), chance.randrange(3)

    def class_year(self) -> ClassYear:
        return ClassYear(
            "ew_set", MONTHS[0], MONTHS[-1], sum(map(sum, self.made.values())), sum(self.due["a"]), sum(self.due["b"]),
            sum(self.stock.values()), self.need, self.limit, self.judged,
        )  # fmt: skip

    def most(self) -> int:
        """How many units does the gate's own arithmetic allow of model a?"""
        given = result_under(self.policy.rule, self.class_year(), self.policy)
        assert given is not None
        flows = {m: list(map(ModelFlow, MONTHS, self.made[m], self.due[m], [0, 0, 0])) for m in "ab"}
        own = list(map(ModelFlow, MONTHS, self.made["a"], self.due["a"], self.home))
        of_class = [ModelFlow(a.month, a.units_capacity + b.units_capacity, a.units_funded + b.units_funded, 0)
                    for a, b in zip(flows["a"], flows["b"], strict=True)]  # fmt: skip
        by_model = surplus_by_month(self.stock["a"], self.reserve, own)[self.first].units
        by_class = surplus_by_month(0, 0, of_class)[self.first].units
        return min(given - self.before, by_model, by_class - self.before)

    def certified(self, units: int) -> tuple[World, Statement]:
        world = World(7)
        world.entries[HOME].append({"kind": "office", "sd": [], "seq": 0})
        world.policies.append(PolicyAt(self.policy, HOME, 0))
        world.file(*(attested(model, *self.made[model]) for model in "ab"))
        world.file(order("a", *self.due["a"]), order("b", *self.due["b"], funder=Funder.PARTNER))
        world.file(*(stock(model, self.stock[model]) for model in "ab"), reserve("a", self.reserve), reserve("b", 0))
        span = MONTHS[0], MONTHS[-1], DAY
        world.file(
            StatedNeed("need:1", MINISTRY, "ew_set", 1, by_month(self.need), DAY),
            AbsorptionLimit("limit:1", MINISTRY, "ew_set", self.limit, *span),
            JudgedSurplus("judged:1", MINISTRY, "ew_set", self.judged, *span),
        )  # fmt: skip
        world.sign_all()
        certify(world, "b-1", self.before, policy=self.policy)
        certify(world, "a-1", units, *self.home, first=self.first, policy=self.policy)
        found = world.expected()
        assert found.faults == []
        return world, next(one for line, one in reversed(found.statements) if line.kind == "certificate")


@pytest.mark.parametrize("rule", SurplusRule)
def test_the_statement_allows_what_the_rule_allows_and_not_a_unit_more(rule: SurplusRule) -> None:
    chance, shown, tried = random.Random(rule.value), 0, 0
    while shown < 4:
        case = Case(chance, rule)
        most = max(0, case.most())
        tried += 1
        assert tried < 60
        if most >= 1:
            world, statement = case.certified(most)
            assert world.is_true(statement), (most, vars(case))
            shown += 1
        world, statement = case.certified(most + 1)
        assert not world.is_true(statement), (most, vars(case))
    opened = {name: world.opening[point] for name, point in statement.commitments}
    with pytest.raises(ValueError, match="not within"):
        prove(statement, opened, bytes(32))


def test_what_is_true_under_a_ratio_is_proven() -> None:
    case = Case(random.Random(3), SurplusRule.SR_4)
    case.made, case.due = {"a": [90, 90, 90], "b": [9, 9, 9]}, {"a": [10, 10, 10], "b": [0, 0, 0]}
    case.policy = replace(case.policy, ratio_numerator=1)
    assert result_under(SurplusRule.SR_4, case.class_year(), case.policy) == 10
    world, statement = case.certified(10 - case.before)
    assert "within SR-4 of policy-1" in statement.name
    assert statement.context == CONTEXT
    opened = {name: world.opening[point] for name, point in statement.commitments}
    verify(statement, prove(statement, opened, bytes(32)))


BEFORE = {"": (), DrawState.RESERVED: ("reserved",), DrawState.COMMITTED: ("reserved", "committed"),
          DrawState.USED: ("reserved", "committed", "used")}  # fmt: skip


@pytest.mark.parametrize(("before", "state"), sorted(STEPS, key=str))
def test_each_step_of_the_envelope_is_one_of_the_balance(before: DrawState, state: DrawState) -> None:
    account = Account("certificate:a-1", 9)
    for one in (*BEFORE[before], state.value):
        account.take(_step(one))


def _step(state: str) -> Draw:
    return replace(draw("a-1", "t1", 3, state), id=f"draw:t1/{state}")


def test_a_step_in_a_centres_log_comes_in_where_its_tranche_needs_it() -> None:
    world = year()
    certificate = next(line for line in world.lines if line.kind == "certificate")
    mark = certificate.mark("certificate")
    of_a = [line for line in world.lines if line.kind == "draw" and line.mark("certificate") == mark]
    states = [(line.mark("state"), line.log.split("/")[0]) for line in steps_in_order(certificate, of_a)]
    assert states == [
        ("reserved", "home"), ("reserved", "home"), ("committed", "home"), ("released", "home"),
        ("used", "centre-lt-1"), ("returned", "home"),
    ]  # fmt: skip
