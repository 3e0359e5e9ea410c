"""Do the blocks write exactly the checker's rows, and does each coefficient know where it came from?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from plan_worlds import RULES, SIZES, TINY, Question, Size, world

from ecluse.plan.blocks import SENSES, Program
from ecluse.plan.checker import Column, Values
from ecluse.plan.checker import Question as Checked
from ecluse.plan.model import baseline, with_exports

MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)


def invented_base(question: Question) -> dict[str, list[list[int]]]:
    """Backlog and purchases of no particular baseline; only their numbers matter here."""
    shape = (len(question["needs"]), len(question["months"]))
    draw = np.random.default_rng(shape[0])
    return {block: draw.integers(0, 50, shape).tolist() for block in "ub"}


Written = tuple[str, dict[Column, int], str, int]


def as_checker(question: Question, base: Values | None, *, exports: bool) -> list[Written]:
    found = []
    for name, terms, sense, rhs in Checked(question, base).rows(exports=exports):
        summed: dict[Column, int] = {}
        for factor, column in terms:
            summed[column] = summed.get(column, 0) + factor
        found.append((name, {column: factor for column, factor in summed.items() if factor}, sense, rhs))
    return found


def as_program(program: Program) -> list[Written]:
    columns = [program.columns.column(index) for index in range(program.columns.count)]
    found = []
    for row, name in enumerate(program.row_names()):
        among = slice(program.starts[row], program.starts[row + 1])
        terms = {columns[c]: int(f) for c, f in zip(program.indices[among], program.factors[among], strict=True)}
        assert len(terms) == program.starts[row + 1] - program.starts[row], f"{name} names a column twice"
        found.append((name, terms, SENSES[int(program.sense[row])], int(program.rhs[row])))
    return found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [TINY, MIDDLE], ids=["tiny", "middle"])
@pytest.mark.parametrize("seed", range(6))
def test_rows_are_the_checkers_exactly(seed: int, size: Size, rule: str) -> None:
    question = world(seed, size, rule=rule, tight=bool(seed % 2))
    base = invented_base(question)
    assert as_program(baseline(question)) == as_checker(question, None, exports=False)
    assert as_program(with_exports(question, base)) == as_checker(question, base, exports=True)
    assert as_program(with_exports(question, None)) == as_checker(question, None, exports=True)


def test_the_worlds_show_every_family_and_every_feature() -> None:
    families, lags, transits = set(), set(), set()
    for seed in range(24):
        question = world(seed, MIDDLE, rule=RULES[seed % 4])
        families |= {name.split("/")[0] for name in with_exports(question, invented_base(question)).row_names()}
        lags |= {sale["lag"] for sale in question["sales"]}
        transits |= {route["transit"] for route in question["routes"]}
    expected = "stock reserve origin apart hours ramp host pool credit need fair budget demand route centre after "
    expected += "licence window value receipts fund uses other spend harm bought additive unpaid default"
    assert families == set(expected.split())
    assert lags >= {0, 1, 2, 3}
    assert transits == {0, 1, 2}


@pytest.mark.parametrize("grace", [0, 1, 3, 9])
@pytest.mark.parametrize("share", [0, 7_000, 10_000])
def test_shares_and_graces_at_their_ends_are_the_checkers(grace: int, share: int) -> None:
    question = world(3) | {"grace_months": grace, "share_bp": share}
    base = invented_base(question)
    assert as_program(with_exports(question, base)) == as_checker(question, base, exports=True)


def test_an_empty_market_is_the_checkers() -> None:
    question = world(4) | {"sales": [], "routes": [], "licences": [], "destinations": [], "centres": [], "orders": []}
    base = invented_base(question)
    assert as_program(with_exports(question, base)) == as_checker(question, base, exports=True)


def test_prices_past_64_bits_on_the_way_are_exact() -> None:
    question = world(5)
    for pair in question["rates"]["EUR"]:
        pair[0], pair[1] = pair[0] * 10**12, pair[1] * 10**12
    base = invented_base(question)
    assert as_program(with_exports(question, base)) == as_checker(question, base, exports=True)


@pytest.mark.parametrize(
    ("records", "name", "figure"),
    [
        pytest.param("products", "stock", 1.5, id="a fraction"),
        pytest.param("products", "stock", 2**80, id="past 64 bits"),
        pytest.param("products", "reserve", [1], id="a month missing"),
        pytest.param("pools", "price", "12", id="a text"),
    ],
)
def test_a_figure_that_is_no_whole_number_is_refused_by_name(records: str, name: str, figure: Any) -> None:
    question = world(1)
    question[records][0][name] = figure
    with pytest.raises(ValueError, match=f"question/{records}/{name}"):
        baseline(question)


def test_stages_are_the_checkers_and_then_receipts() -> None:
    question = world(2, MIDDLE)
    program = with_exports(question, invented_base(question))
    told = [
        (stage.name, {program.columns.column(c): int(v) for c, v in zip(stage.columns, stage.costs, strict=True)})
        for stage in program.stages
    ]
    assert told[:-1] == Checked(question).stages()
    name, costs = told[-1]
    assert name == "receipts"
    for j, sale in enumerate(question["sales"]):
        for t, (rate, over) in enumerate(question["rates"][sale["currency"]]):
            assert costs.pop(("g", j, t)) == sale["cost"] - sale["price"] * rate // over
    assert not costs


def test_every_coefficient_names_a_record_that_its_row_or_column_speaks_of() -> None:
    question = world(1, MIDDLE)
    program = with_exports(question, invented_base(question))
    at = np.repeat(np.arange(program.shape[0]), np.diff(program.starts))
    for k in range(0, len(at), 7):
        row, column = int(at[k]), int(program.indices[k])
        name, place = program.came_from(row, column)
        if name == "question":
            assert place in (-1, 0)
            continue
        record = question[name][place]
        block, own, _ = program.columns.column(column)
        family = program.row_name(row).split("/")[0]
        if (family, block) == ("budget", "b"):
            assert record["id"] == question["needs"][own]["pool"]
            assert record["price"] == program.factors[k]
        if (family, block) == ("hours", "x"):
            assert record["hours"] == program.factors[k]
            assert place == own
        if (family, block) == ("centre", "e"):
            assert record["volume"] == program.factors[k]


def test_a_vector_is_split_by_block_and_joined_again() -> None:
    question = world(2, MIDDLE)
    program = with_exports(question, invented_base(question))
    vector = np.arange(program.columns.count)
    split = program.columns.split(vector)
    assert program.columns.join(split).tolist() == vector.tolist()
    assert split["x"][1][2] == program.columns.blocks["x"].at(1, 2)
    assert [bool(months) for months in split["r"]] == [need["urgent"] for need in question["needs"]]


def test_the_same_seed_draws_the_same_world() -> None:
    assert world(7, MIDDLE) == world(7, MIDDLE)
    assert world(7, MIDDLE) != world(8, MIDDLE)
    assert replace(SIZES["S"], products=3).months == 12
