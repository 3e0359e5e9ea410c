"""Does a what-if, asked of a question held warm, answer as the changed question asked cold would?"""

from __future__ import annotations

import copy

import pytest
from plan_worlds import RULES, Question, Size, world

from ecluse.plan.changes import changed, spelled
from ecluse.plan.session import Session
from ecluse.plan.solve import Infeasible, Solved, solve, weighted

MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)
CHANGES = [
    "budget=+5%", "budget=-5%", "budget.2026-02=0", "rate:EUR=-3%", "rate=+10%", "lag:s1=+1", "lag=+1", "share=90%",
    "grace=+1", "destination:d1=0", "centre:h0=0", "centre:h1.2026-02..2026-04=50%", "line:l0.2026-03=50%",
    "need:n0.1=+20%", "need=+10%", "sale:s0=0", "reserve=-50%", "order=-10%",
]  # fmt: skip


@pytest.fixture(scope="module", params=RULES)
def session(request: pytest.FixtureRequest) -> Session:
    return Session(world(3, MIDDLE, rule=request.param))


@pytest.mark.parametrize("texts", [*([text] for text in CHANGES), CHANGES[:1] + CHANGES[3:4] + CHANGES[9:11]], ids=str)
def test_warm_answers_as_cold(session: Session, texts: list[str]) -> None:
    warm = session.what_if([spelled(text) for text in texts])
    cold = Session(changed(session.question, [spelled(text) for text in texts])).opened
    assert type(warm.baseline) is type(cold.baseline)
    if not isinstance(cold.baseline, Solved):
        return
    assert isinstance(warm.baseline, Solved)
    assert isinstance(warm.plan, Solved)
    assert warm.baseline.program.row_names() == cold.baseline.program.row_names()
    assert value(warm.baseline) == pytest.approx(value(cold.baseline), rel=1e-6, abs=1e-3)
    alone = solve(warm.plan.program, by_weights=True)  # of equal baselines each allows its own plan: compare on one
    assert isinstance(alone, Solved)
    assert value(warm.plan) == pytest.approx(value(alone), rel=1e-6, abs=1e-3)


def test_an_answer_does_not_depend_on_what_was_asked_before(session: Session) -> None:
    """Also past a question that is infeasible, one solved from nothing, and one whose rows are others."""
    asked = ["budget=-5%", "centre:h0=0", "lag=+1", "order=+100000%", "budget=0", "need=+10%"]
    first = {text: told(session, text) for text in asked}
    assert {text: told(session, text) for text in reversed(asked)} == first
    assert session.what_if([]).baseline is session.opened.baseline


def told(session: Session, text: str) -> list[object]:
    answer = session.what_if([spelled(text)])
    return [part.vector.tolist() if isinstance(part, Solved) else type(part) for part in (answer.baseline, answer.plan)]


def value(outcome: Solved) -> float:
    """What do the weights make of it? One figure: equal optima may share it among the classes otherwise."""
    stage = weighted(outcome.program)
    return float(stage.costs @ outcome.vector[stage.columns]) / float(abs(stage.costs).min())


def test_a_question_that_became_infeasible_says_so_and_the_session_goes_on(session: Session) -> None:
    assert isinstance(session.what_if([spelled("order=+100000%")]).baseline, Infeasible)
    again = session.what_if([])
    assert isinstance(again.baseline, Solved)
    assert isinstance(session.opened.baseline, Solved)
    assert value(again.baseline) == pytest.approx(value(session.opened.baseline), rel=1e-6, abs=1e-3)


def test_a_change_leaves_the_question_it_was_asked_of_alone() -> None:
    question = world(1, MIDDLE)
    before = copy.deepcopy(question)
    for text in CHANGES:
        assert changed(question, [spelled(text)]) != before, text
    assert question == before


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        pytest.param("budget=+5%", lambda q: q["budget"][1], lambda f: f * 105 // 100, id="more by a share"),
        pytest.param("budget.2026-02=0", lambda q: q["budget"][1], lambda _: 0, id="a month set"),
        pytest.param("budget.2026-03=0", lambda q: q["budget"][1], lambda f: f, id="another month stays"),
        pytest.param("share=80%", lambda q: q["share_bp"], lambda _: 8_000, id="the share itself"),
        pytest.param("lag:s1=+2", lambda q: q["sales"][1]["lag"], lambda f: f + 2, id="added"),
        pytest.param("lag:s1=+2", lambda q: q["sales"][0]["lag"], lambda f: f, id="another record stays"),
        pytest.param("line:l0.2026-01..2026-02=50%", lambda q: q["lines"][0]["hours"][1], lambda f: f // 2, id="half"),
        pytest.param("need:n0.1.2026-02=-100%", lambda q: q["needs"][0]["units"][1], lambda _: 0, id="a dotted id"),
        pytest.param("rate:EUR=-3%", lambda q: q["rates"]["EUR"][0][0], lambda f: f * 97 // 100, id="a rate"),
    ],
)
def test_what_a_spelled_change_does(text: str, path: object, expected: object) -> None:
    question: Question = world(1, MIDDLE)
    assert path(changed(question, [spelled(text)])) == expected(path(question))  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "budget", "budget=", "budget=5.5%", "weather=1", "budget=++1", "line:=", "x:y=1"])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected KIND"):
        spelled(text)


def test_a_record_that_is_not_there_is_named() -> None:
    for text in ("line:nowhere=0", "rate:XAU=0", "lag:nothing=1", "destination:moon=0"):
        with pytest.raises(ValueError, match="no such"):
            changed(world(1), [spelled(text)])
