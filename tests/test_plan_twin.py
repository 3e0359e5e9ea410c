"""Does a second builder, written in linopy from the words of the model, get the same rows, coefficients and optimum?"""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pytest
from plan_twin import Words, twin
from plan_worlds import RULES, TINY, Size, world

from ecluse.plan.blocks import SENSES, Program
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.session import no_better
from ecluse.plan.solve import Solved, solve, weighted

MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)
Rows = dict[tuple[str, int, int], tuple[dict[tuple[str, int, int], int], str, int]]


def ours(program: Program) -> Rows:
    columns = [program.columns.column(index) for index in range(program.columns.count)]
    found: Rows = {}
    for row in range(program.shape[0]):
        among = slice(program.starts[row], program.starts[row + 1])
        terms = {columns[c]: int(f) for c, f in zip(program.indices[among], program.factors[among], strict=True)}
        key = (program.families[program.family[row]].name, int(program.place[row]), int(program.month[row]))
        found[key] = (terms, SENSES[int(program.sense[row])], int(program.rhs[row]))
    return found


def labels(part: Any, over: tuple[str, ...]) -> dict[int, tuple[int, int]]:
    """Which record and month is each label of a variable or constraint?"""
    frame = part.labels.to_series().reset_index()
    record = [name for name in over if name != "month"]
    places = frame[record[0]] if record else [-1] * len(frame)
    months = frame["month"] if "month" in over else [-1] * len(frame)
    return dict(zip(frame.iloc[:, -1], zip(places, months, strict=True), strict=True))


def theirs(model: linopy.Model) -> Rows:
    columns = {}
    for name in model.variables:
        for label, (place, month) in labels(model.variables[name], model.variables[name].dims).items():
            columns[label] = (name, place, max(month, 0))
    matrix = model.matrices.A.tocsr()
    of_column = [columns[label] for label in model.matrices.vlabels]
    rows = {}
    for name in model.constraints:
        for label, (place, month) in labels(model.constraints[name], model.constraints[name].coord_dims).items():
            rows[label] = (name, place, month)
    found: Rows = {}
    both = zip(model.matrices.clabels, model.matrices.sense, model.matrices.b, strict=True)
    for row, (label, sense, right) in enumerate(both):
        among = slice(matrix.indptr[row], matrix.indptr[row + 1])
        pairs = zip(matrix.indices[among], matrix.data[among], strict=True)
        found[rows[label]] = ({of_column[c]: int(f) for c, f in pairs if f}, str(sense)[0], int(right))
    return found


def question_and_base(seed: int, size: Size, rule: str) -> tuple[Any, Any]:
    question = world(seed, size, rule=rule)
    outcome = solve(baseline(question))
    assert isinstance(outcome, Solved)
    return question, no_better(outcome)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("size", "seed"), [(TINY, 1), (MIDDLE, 1), (MIDDLE, 3)])
def test_the_twin_writes_the_same_rows(size: Size, seed: int, rule: str) -> None:
    question, base = question_and_base(seed, size, rule)
    mine, other = ours(with_exports(question, base)), theirs(twin(Words(question, base)))
    empty = {key for key, (terms, _, _) in mine.items() if not terms}
    assert {key for key in mine if key not in other} <= empty, "only rows without columns may be missing"
    assert set(other) <= set(mine)
    for key in other:
        assert other[key] == mine[key], key


@pytest.mark.parametrize("rule", RULES)
def test_the_twin_reaches_the_same_optimum(rule: str) -> None:
    question, base = question_and_base(3, MIDDLE, rule)
    program = with_exports(question, base)
    outcome = solve(program, by_weights=True)
    assert isinstance(outcome, Solved)
    stage, model = weighted(program), twin(Words(question, base))
    unit = float(np.median(np.abs(stage.costs)))  # costs near one: HiGHS has absolute tolerances
    costs: dict[tuple[str, int, int], float] = {}
    for column, cost in zip(stage.columns.tolist(), stage.costs.tolist(), strict=True):
        costs[program.columns.column(column)] = cost / unit
    goal: Any = 0
    for name in ("u", "g"):
        variable = model.variables[name]
        records, months = variable.shape
        by = [[costs.get((name, i, t), 0.0) for t in range(months)] for i in range(records)]
        goal = goal + (variable * variable.labels.copy(data=np.array(by))).sum()
    model.add_objective(goal)
    model.solve("highs", io_api="direct", output_flag=False)
    assert model.objective.value * unit == pytest.approx(stage.costs @ outcome.vector[stage.columns], rel=1e-6)
