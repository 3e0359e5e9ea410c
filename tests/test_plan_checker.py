"""Does the checker refuse every change of a plan, whatever a forger writes, with the standard library alone?"""

from __future__ import annotations

import ast
import contextlib
import copy
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from plan_worlds import world

from ecluse.plan import checker
from ecluse.plan.checker import PlanError, Question
from ecluse.plan.paper import NoPlan, solve_question, with_digests

FILE = Path(checker.__file__)
CHANGES = 200
RULES = ("N0", "N1", "N2", "N3")
SEEDS = {"N0": 3, "N1": 5, "N2": 0, "N3": 1}
Place = tuple[str | int, ...]


@cache
def text_of(rule: str) -> str:
    plan = solve_question(world(SEEDS[rule], rule=rule))
    assert not isinstance(plan, NoPlan)
    return json.dumps(plan)


def plan_of(rule: str = "N2") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of(rule))
    return found


def leaves(part: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(part, dict | list):
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from leaves(inner, (*place, key))
    elif type(part) in (int, str):
        yield place


def changed(plan: dict[str, Any], place: Place, change: Callable[[Any], Any]) -> dict[str, Any]:
    """The same plan but for one place, its digests made anew."""
    found = copy.deepcopy(plan)
    at: Any = found
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = change(at[place[-1]])
    return with_digests(found)


def run(path: Path | str, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", *flags, str(FILE), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("rule", RULES)
def test_a_sound_plan_passes_and_its_gaps_are_told(rule: str) -> None:
    told = checker.check(plan_of(rule))
    assert [line.split(":")[0] for line in told[:2]] == ["baseline", "plan"]
    assert [line.split(":")[0] for line in told[2:]] == [
        f"cap/{name}" for name, _ in Question(plan_of(rule)["question"]).stages()
    ]
    assert all(int(line.rpartition(" ")[2]) >= 0 for line in told[2:])


PLACE = re.compile(r"(question|baseline|plan|proof|values|digests|sums|format|ledger|[a-z]+/[^:]+)[^:]*: ")


@contextlib.contextmanager
def touched(plan: dict[str, Any], place: Place, draw: random.Random) -> Iterator[dict[str, Any]]:
    """The same plan but for one place, for as long as it is looked at."""
    amount, letter, at = draw.choice([1, -1, 7, 1_000, 10**15]), draw.choice("aZ9ж/"), plan
    for key in place[:-1]:
        at = at[key]  # type: ignore[index]
    before: Any = at[place[-1]]  # type: ignore[index]
    at[place[-1]] = before + amount if type(before) is int else before + letter  # type: ignore[index]
    try:
        yield plan
    finally:
        at[place[-1]] = before  # type: ignore[index]


def answer_to(plan: dict[str, Any]) -> str | list[str]:
    """What the checker tells of a plan that holds, or why it refuses it."""
    try:
        return checker.check(plan)
    except PlanError as refusal:
        return str(refusal)


@pytest.mark.parametrize("rule", RULES)
def test_no_single_change_with_digests_made_anew_passes(rule: str) -> None:
    plan, draw = plan_of(rule), random.Random(rule)
    places = [place for place in leaves(plan) if place[0] != "digests"]
    for place in draw.sample(places, CHANGES):
        with touched(plan, place, draw) as other, pytest.raises(PlanError) as refusal:
            checker.check(with_digests(other))
        assert PLACE.match(str(refusal.value)), (place, str(refusal.value))


@pytest.mark.parametrize("rule", RULES)
def test_no_single_change_passes_with_sums_made_anew_too(rule: str) -> None:
    """Whoever remakes every digest and sum is still told the row; a multiplier may pass, but the gap is another."""
    plan, draw = plan_of(rule), random.Random(f"sums/{rule}")
    honest = checker.check(plan)
    places = [place for place in leaves(plan) if place[0] not in ("digests", "sums")]
    for place in draw.sample(places, CHANGES):
        with touched(plan, place, draw) as other:
            said = answer_to(other | checker.kept(other))
        assert PLACE.match(said) if type(said) is str else place[0] == "proof" and said != honest, (place, said)


def test_a_changed_row_is_named() -> None:
    plan = plan_of()
    need = plan["question"]["needs"][0]["id"]
    place: Place = ("plan", "values", "u", 0, 1)
    with pytest.raises(PlanError, match=rf"^need/{need}/2026-02: does not hold"):
        checker.check(changed(plan, place, lambda units: units + 1))
    with pytest.raises(PlanError, match=r"^cap/class/1: the ledger tells otherwise"):
        checker.check(changed(plan, ("question", "needs", 0, "value"), lambda value: value + 1))
    with pytest.raises(PlanError, match=r"^hours/l0/2026-01: the ledger tells otherwise"):
        checker.check(changed(plan, ("question", "lines", 0, "hours", 0), lambda hours: hours + 1))
    with pytest.raises(PlanError, match=r"^sums/question/pools/0|^question"):
        checker.check(changed(plan, ("question", "pools", 0, "id"), lambda name: name + "x"))
    vector = plan["proof"]["multipliers"][-1]
    row = vector.index(next(y for y in vector if y))
    names = [name for name, *_ in Question(plan["question"]).rows(exports=False)]
    with pytest.raises(PlanError, match=f"^{names[row]}: the ledger tells otherwise"):
        checker.check(
            changed(plan, ("proof", "multipliers", len(plan["proof"]["multipliers"]) - 1, row), lambda y: y * 2)
        )


def test_digests_guard_what_they_are_of() -> None:
    for part in checker.PARTS:
        plan = plan_of()
        plan["digests"][part] = plan["digests"][part][::-1]
        with pytest.raises(PlanError, match=f"digests/{part}"):
            checker.check(plan)


def put(*place: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(plan: dict[str, Any]) -> None:
        at: Any = plan
        for key in place[:-1]:
            at = at[key]
        if to is KeyError:
            del at[place[-1]]
        else:
            at[place[-1]] = to

    return change


Q, V = "question", ("plan", "values")
CHEATS = {
    "a negative price at home": put(Q, "pools", 0, "price", to=-1),
    "a negative budget": put(Q, "budget", 0, to=-5),
    "a negative demand": put(Q, "sales", 0, "demand", 0, to=-5),
    "a negative reserve": put(Q, "products", 0, "reserve", 0, to=-5),
    "a negative grace": put(Q, "grace_months", to=-1),
    "a negative transit": put(Q, "routes", 0, "transit", to=-1),
    "a negative lag": put(Q, "sales", 0, "lag", to=-1),
    "a negative rate": put(Q, "rates", "EUR", 0, 0, to=-1),
    "a rate over nothing": put(Q, "rates", "EUR", 0, 1, to=0),
    "hours that are nought": put(Q, "makes", 0, "hours", to=0),
    "a flag that is a number": put(Q, "sales", 0, "hypothetical", to=1),
    "a flag in a list": put(Q, "needs", 0, "urgent", to=[False]),
    "a flag that is a word": put(Q, "lines", 0, "may_export", to="false"),
    "a number that is a flag": put(Q, "pools", 0, "price", to=True),
    "a number that is a fraction": put(Q, "pools", 0, "price", to=1.5),
    "a number that is no number": put(Q, "budget", 0, to=float("nan")),
    "a number without end": put(Q, "budget", 0, to=float("inf")),
    "a number that is a text": put(Q, "budget", 0, to="12"),
    "a month that stands twice": put(Q, "months", 1, to="2026-01"),
    "months out of order": put(Q, "months", to=["2026-02", "2026-01", "2026-03"]),
    "a month that is not one": put(Q, "months", 2, to="2026-3"),
    "an id that stands twice": put(Q, "products", 1, "id", to="p0"),
    "an id that is nobody's": put(Q, "makes", 0, "product", to="p99"),
    "an id that writes on the screen": put(Q, "pools", 0, "id", to="\x1b[2Jc0"),
    "a licence that is nobody's": put(Q, "sales", 0, "licence", to="j99"),
    "neither licence nor mark": put(Q, "sales", 0, "licence", to=None),
    "an unknown rule": put(Q, "rule", to="N9"),
    "no rule": put(Q, "rule", to=None),
    "a field that is missing": put(Q, "needs", 0, "urgent", to=KeyError),
    "a list that is missing": put(Q, "licences", to=KeyError),
    "a list that is a record": put(Q, "sales", to={}),
    "needs that are nested without end": put(Q, "needs", to=json.loads("[" * 60 + "]" * 60)),
    "a block that is missing": put(*V, "u", to=KeyError),
    "a block too many": put(*V, "gift", to=[[5]]),
    "a column too many": put(*V, "u", 0, to=[0] * 9),
    "a value below nought": put(*V, "g", 0, 0, to=-1),
    "a value that is a flag": put(*V, "g", 0, 0, to=False),
    "a value that is a fraction": put(*V, "g", 0, 0, to=0.5),
    "a ledger that is too long": put("plan", "ledger", to=[[0, 0, 0]] * 9_999),
    "a ledger that is empty": put("plan", "ledger", to=[]),
    "a shift below nought": put("proof", "shift", to=-1),
    "multipliers of another length": put("proof", "multipliers", 0, to=[0]),
    "multipliers of too many stages": put("proof", "multipliers", to=[[0] * 96] * 9),
    "another part": put("remark", to="approved"),
    "another format": put("format", to="ecluse-plan/2"),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_no_cheat_passes_even_with_sums_and_digests_made_anew(cheat: str, tmp_path: Path) -> None:
    plan = plan_of()
    hypothetical = [sale for sale in plan["question"]["sales"] if not sale["hypothetical"]]
    plan["question"]["sales"].sort(key=lambda sale: sale is not hypothetical[0])
    CHEATS[cheat](plan)
    with contextlib.suppress(AttributeError, KeyError, RecursionError, TypeError):  # then the checker cannot either
        plan |= checker.kept(plan)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    done = run(file)
    assert done.returncode == 1, done
    assert not done.stderr
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"{", 2, id="no JSON"),
        pytest.param(b"\xff\xfe\x00", 2, id="no text"),
        pytest.param(b"[]", 1, id="a list"),
        pytest.param(b"null", 1, id="nothing"),
        pytest.param(b"[" * 100_000, 1, id="nested without end"),
        pytest.param(b'{"format": ' + b"9" * 5_000 + b"}", 1, id="a number past all sizes"),
        pytest.param(b'{"format": "ecluse-plan/1", "format": "ecluse-plan/1"}', 1, id="a field that stands twice"),
    ],
)
def test_what_is_no_plan_is_refused_without_a_stack_trace(content: bytes, status: int, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    done = run(file)
    assert (done.returncode, done.stderr) == (status, "")
    assert run(tmp_path / "absent.json").returncode == 2


def test_a_field_that_stands_twice_is_not_read_either_way(tmp_path: Path) -> None:
    text = text_of("N2").replace('"rule": "N2"', '"rule": "N0", "rule": "N2"')
    assert text != text_of("N2")
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    assert run(tmp_path / "plan.json").returncode == 1


def test_it_runs_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text_of("N2"), encoding="utf-8")
    done = run(tmp_path / "plan.json")
    assert done.returncode == 0, done
    assert "no baseline below" in done.stdout


def test_it_is_short_and_needs_the_standard_library_alone() -> None:
    source = FILE.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 250
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    assert names <= sys.stdlib_module_names


# ------------------------------------------------------------------ laws that are no rows of the solver's program


def test_the_host_state_gets_the_least_part_and_no_more() -> None:
    seed = next(s for s in range(60) if any(line["host_bp"] for line in world(s)["lines"]) and _gives(s))
    plan = solve_question(world(seed))
    assert not isinstance(plan, NoPlan)
    make = next(m for m, months in enumerate(plan["plan"]["values"]["v"]) if any(months))
    with pytest.raises(PlanError, match=r"^(host|stock)/"):
        checker.check(changed(plan, ("plan", "values", "v", make, 0), lambda units: units + 1))


def _gives(seed: int) -> bool:
    plan = solve_question(world(seed))
    return not isinstance(plan, NoPlan) and any(map(any, plan["plan"]["values"]["v"]))


def one_line(**changes: Any) -> dict[str, Any]:
    """The line of planning.md 1.5: 100 hours, A and B an hour each, 30 and 20 needed; all may be sold."""
    products = [{"id": p, "pool": p, "stock": 0, "reserve": [0], "volume": 1} for p in "AB"]
    needs = [
        {"id": p, "pool": p, "priority": 1, "value": 1, "units": [units], "urgent": False, "price_abroad": None}
        for p, units in (("A", 30), ("B", 20))
    ]
    sales = [
        {"id": p, "product": p, "destination": "d", "licence": None, "hypothetical": True, "demand": [100]}
        | {"price": 10, "currency": "UAH", "lag": 0, "cost": 0}
        for p in "AB"
    ]
    return {
        "currency": "UAH",
        "months": ["2026-01"],
        "rule": "N2",
        "share_bp": 7_000,
        "grace_months": 0,
        "rates": {"UAH": [[1, 1]]},
        "budget": [1_000],
        "products": products,
        "pools": [{"id": p, "price": 1} for p in "AB"],
        "lines": [{"id": "l", "hours": [100_000], "host_bp": 0, "may_export": True}],
        "makes": [{"id": p, "line": "l", "product": p, "hours": 1_000, "ramp": None, "before": 0} for p in "AB"],
        "orders": [],
        "needs": needs,
        "centres": [{"id": "h", "throughput": [1_000]}],
        "licences": [],
        "destinations": [{"id": "d", "value": 10**6}],
        "sales": sales,
        "routes": [{"id": p, "sale": p, "centre": "h", "transit": 0} for p in "AB"],
    } | changes


def test_one_line_makes_fifty_for_export_and_not_fifty_of_each() -> None:
    plan = solve_question(one_line())
    assert not isinstance(plan, NoPlan)
    assert sum(map(sum, plan["plan"]["values"]["g"])) == 50
    assert plan["plan"]["values"]["u"] == [[0], [0]]


def test_what_a_line_makes_that_serves_at_home_alone_does_not_leave() -> None:
    lines = [{"id": "l", "hours": [100_000], "host_bp": 0, "may_export": False}]
    plan = solve_question(one_line(lines=lines))
    assert not isinstance(plan, NoPlan)
    assert sum(map(sum, plan["plan"]["values"]["g"])) == 0


def test_free_units_used_at_home_do_not_let_bound_ones_leave_later() -> None:
    """Ten free units are made and used first; ten bound ones come after: none of these may be sold."""
    question = one_line(
        months=["2026-01", "2026-02"],
        rates={"UAH": [[1, 1]] * 2},
        budget=[1_000, 0],
        products=[{"id": "A", "pool": "A", "stock": 0, "reserve": [0, 0], "volume": 1}],
        pools=[{"id": "A", "price": 1}],
        lines=[
            {"id": "free", "hours": [10_000, 0], "host_bp": 0, "may_export": True},
            {"id": "bound", "hours": [0, 10_000], "host_bp": 0, "may_export": False},
        ],
        makes=[
            {"id": name, "line": name, "product": "A", "hours": 1_000, "ramp": None, "before": 0}
            for name in ("free", "bound")
        ],
        needs=[
            {"id": "A", "pool": "A", "priority": 1, "value": 1, "units": [10, 0], "urgent": False}
            | {"price_abroad": None}
        ],
        centres=[{"id": "h", "throughput": [1_000] * 2}],
        sales=[
            {"id": "A", "product": "A", "destination": "d", "licence": None, "hypothetical": True}
            | {"demand": [100, 100], "price": 10, "currency": "UAH", "lag": 0, "cost": 0}
        ],
        routes=[{"id": "A", "sale": "A", "centre": "h", "transit": 0}],
    )
    plan = solve_question(question)
    assert not isinstance(plan, NoPlan)
    assert plan["plan"]["values"]["u"] == [[0, 0]]
    assert plan["plan"]["values"]["g"] == [[0, 0]]


def test_a_sale_at_a_loss_makes_no_room_under_a_ceiling() -> None:
    """The ceiling counts prices: a second sale whose cost is above its price takes room, it gives none."""
    question = one_line(destinations=[{"id": "d", "value": 300}])
    question["sales"][1]["cost"] = 1_000
    rows = {name: terms for name, terms, *_ in Question(question).rows(exports=True)}
    assert [factor for factor, _ in rows["value/d"]] == [10, 10]
    plan = solve_question(question)
    assert not isinstance(plan, NoPlan)
    assert sum(map(sum, plan["plan"]["values"]["g"])) == 30


def test_goods_under_way_are_no_reserve_and_pass_the_centre_later() -> None:
    question = one_line(
        products=[
            {"id": "A", "pool": "A", "stock": 5, "reserve": [5], "volume": 1},
            {"id": "B", "pool": "B", "stock": 0, "reserve": [0], "volume": 1},
        ],
        routes=[{"id": p, "sale": p, "centre": "h", "transit": 1} for p in "AB"],
        centres=[{"id": "h", "throughput": [7]}],
    )
    plan = solve_question(question)
    assert not isinstance(plan, NoPlan)
    values = plan["plan"]["values"]
    assert values["s"][0][0] >= 5
    assert sum(map(sum, values["g"])) == 7  # they pass after the last month, held to its throughput


def idle_world(price_abroad: int) -> dict[str, Any]:
    """Nothing can be made for a need that is urgent, money comes in, and abroad it could be bought."""
    question = one_line(rule="N1")
    question["needs"].append(
        {"id": "C", "pool": "C", "priority": 1, "value": 1, "units": [9], "urgent": True}
        | {"price_abroad": price_abroad}
    )
    question["pools"].append({"id": "C", "price": 1})
    return question


@pytest.mark.parametrize(("price_abroad", "bought"), [(10, 9), (100, 5), (500, 1), (501, 0)])
def test_money_is_not_left_idle_while_urgent_need_can_be_bought_abroad(price_abroad: int, bought: int) -> None:
    plan = solve_question(idle_world(price_abroad))
    assert not isinstance(plan, NoPlan)
    values = plan["plan"]["values"]
    assert values["y"][2] == [bought]
    if bought == 5:  # forged: nothing is bought although 500 came home
        forged = copy.deepcopy(plan)
        forged["plan"]["values"] |= {"y": [[], [], [0]], "F": [[500]], "Z": [[0]], "I": [[7_000 * 500]]}
        forged["plan"]["values"]["u"][2] = [9]
        forged["plan"]["values"]["f"] = [[10_000]]
        _write_ledger(forged)
        with pytest.raises(PlanError, match=r"^(idle|harm|additive)/"):
            checker.check(forged)


def _write_ledger(plan: dict[str, Any]) -> None:
    from ecluse.plan.written import ledger

    plan["plan"]["ledger"] = ledger(plan["question"], plan["plan"]["values"], plan["baseline"]["values"])
    plan |= checker.kept(plan)


def test_a_lazy_baseline_shows_in_the_gap() -> None:
    """A baseline that does nothing may be published; the bound tells what it hides."""
    from ecluse.plan.paper import plan_document

    plan = plan_of()
    honest = [int(line.rpartition(" ")[2]) for line in checker.check(plan)[2:]]
    lazy = solve_question(plan["question"] | {"budget": [0] * len(plan["question"]["months"])})
    assert not isinstance(lazy, NoPlan)
    base = lazy["baseline"]["values"]
    money, months = 0, []
    for amount in plan["question"]["budget"]:
        money += amount
        months.append(money)
    base["c"] = [months]
    forged = plan_document(plan["question"], base, without_exports(plan, base), plan["proof"])
    told = [int(line.rpartition(" ")[2]) for line in checker.check(forged)[2:]]
    assert told[0] > honest[0] or told[1] > honest[1]


def without_exports(plan: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """The baseline as a plan that sells nothing."""
    question, months = plan["question"], len(plan["question"]["months"])
    asked = Question(question)
    nothing = [[0] * months]
    values = copy.deepcopy(base) | {
        "g": [[0] * months for _ in question["sales"]],
        "e": [[0] * months for _ in question["routes"]],
        "r": [[0] * months if n in asked.urgent else [] for n in range(len(question["needs"]))],
        "y": [[0] * months if n in asked.abroad else [] for n in range(len(question["needs"]))],
        "q": nothing, "F": nothing, "Z": nothing,
        "I": [[0] * max(0, months - question["grace_months"])],
        "a": [[0] * months if held else [] for held in plan["plan"]["values"]["a"]],
    }  # fmt: skip
    bought = []
    for own in base["b"]:
        bought.append([sum(own[: t + 1]) for t in range(months)])
    return values | {"B": bought}
