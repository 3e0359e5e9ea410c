"""What do windows of months give: time, gap of the proven bound, memory; and what would a greedy plan give?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

Cell = dict[str, Any]
PERCENT = 100
RATIO = 10  # a class weighs ten times the next


def by_windows(question: dict[str, Any], mode: str) -> Cell:
    """What do windows give (`fitting`: as many months as the solver has room for; `9+3`: that many, and an outlook)?"""
    from ecluse.plan import checker, windows
    from ecluse.plan.paper import NoPlan

    chosen = None if mode == "fitting" else windows.Windows(*(int(part) for part in mode.split("+")))
    clock, began, cpu = _checks(checker), time.perf_counter(), time.process_time()
    found = windows.solve_by_windows(question, windows=chosen)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    if isinstance(found, NoPlan):
        return {"told": f"no plan: {found.part} {found.why}, {'; '.join(found.rows)[:200]}", "took": took, "cpu": cpu}
    told = checker.judged(found)
    return {
        "took": took, "cpu": cpu, "check": clock["took"], "terms": terms_of(question, found["baseline"]["values"]),
        "stages": [[name, value, bound] for name, value, bound in told], **_reached(question, found["plan"]["values"]),
    }  # fmt: skip


def greedy(question: dict[str, Any]) -> Cell:
    """What does the plan give that a planner makes by hand: even shares of each line, class by class, then S1 sold?

    Every line's hours are shared evenly by what it makes, orders and reserve are met, needs are served class by class
    as far as units and budget go, and what look-ahead then leaves (S1) is sold where it brings most.
    """
    from ecluse.plan.figures import Figures
    from ecluse.plan.holding import held_plan
    from ecluse.plan.rounding import whole_baseline

    began = time.perf_counter()
    figures = Figures(question)
    share = np.bincount(figures.made_on, minlength=len(figures.hours))[figures.made_on]
    made = (figures.hours[figures.made_on] // (share * figures.make_hours)[:, None]).astype(np.float64)
    for t in range(figures.months):
        before = made[:, t - 1] if t else figures.before
        made[:, t] = np.where(figures.ramps, np.minimum(made[:, t], before + figures.ramp), made[:, t])
    needs, none = [[0.0] * figures.months for _ in question["needs"]], [0.0] * figures.months
    said = {"x": made.tolist(), "h": [none for _ in question["products"]], "o": needs, "b": needs}
    base = whole_baseline(question, said)
    said |= {"r": needs, "y": needs, "e": [none for _ in question["routes"]], "x": base["x"], "h": base["h"]}
    plan = held_plan(question, base, said)
    return {"took": time.perf_counter() - began, **_reached(question, plan)}


def terms_of(question: dict[str, Any], base: dict[str, Any]) -> list[int]:
    """How many coefficients has the baseline, and how many the plan with exports?"""
    from ecluse.plan.checker import Question

    return [sum(len(row[1]) for row in Question(question, b).rows(exports=bool(b))) for b in (None, base)]


def _checks(checker: Any) -> dict[str, float]:
    """Time the check that every plan passes before it is handed out."""
    clock, check = {"took": 0.0}, checker.check

    def timed(document: Any) -> Any:
        began = time.process_time()
        told = check(document)
        clock["took"] = time.process_time() - began
        return told

    checker.check = timed
    return clock


def _reached(question: dict[str, Any], plan: dict[str, Any]) -> Cell:
    from ecluse.plan.figures import Figures, Markets
    from ecluse.plan.proof import stage_values

    net = Markets(Figures(question)).net
    receipts = int((np.array(plan["g"], dtype=object) * net).sum())
    return {"plan": stage_values(question, plan), "receipts": receipts, "units": int(np.array(plan["g"]).sum())}


def gap(value: int, bound: int) -> str:
    """How wide is the gap, as a share of what was reached?"""
    return "0" if value == bound else f"{(value - bound) * PERCENT / max(1, value):.2f} %"


def weighted_gap(stages: list[list[Any]]) -> str:
    """How wide is the gap of all classes together, by weights?"""
    classes = [(value, bound) for name, value, bound in stages if name != "fairness"]
    sums = [sum(pair[k] * RATIO ** (len(classes) - j) for j, pair in enumerate(classes)) for k in (0, 1)]
    return gap(sums[0], sums[1])


def merged(before: str, lines: list[str]) -> str:
    """Sections of a file with those written anew in their places; each begins with its heading."""
    found: dict[str, list[str]] = {}
    for text in (before, "\n".join(lines)):
        fresh: dict[str, list[str]] = {}
        name = ""
        for line in text.splitlines():
            name = line if line.startswith("#") else name
            fresh.setdefault(name, []).append(line)
        found |= fresh
    return "\n".join("\n".join(section).rstrip() + "\n" for section in found.values() if any(section))


def speed(check: float, terms: list[int], vectors: int) -> str:
    """How fast is the checker, by coefficients alone and by coefficients and vectors that it adds up?"""
    each, added = sum(terms) / 1e6, (terms[0] * vectors + terms[1]) / 1e6
    return f"{check / each:.2f} s a million coefficients, {check / added:.2f} s a million coefficients and vector"


def tables(size: str, cells: list[tuple[str, Cell]], other: Cell) -> Iterator[str]:
    """The tables of a size: what it took, and what was reached beside greedy."""
    yield f"## By windows, {size}: from the question to a proven plan"
    yield ""
    yield "| windows | wall s | CPU s | checker CPU s | peak MB | gap, all classes by weights | gap by class |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for mode, cell in cells:
        if "stages" not in cell:
            told = [f"{cell[name]:.0f}" if name in cell else "" for name in ("took", "cpu")]
            yield f"| {mode} | {' | '.join(told)} | | {cell['peak']:.0f} | {cell['told']} | |"
            continue
        gaps = ", ".join(f"{name} {gap(v, b)} ({v - b:,})" for name, v, b in cell["stages"] if name != "fairness")
        parts = [f"{cell[name]:.0f}" for name in ("took", "cpu", "check", "peak")]
        yield f"| {mode} | {' | '.join(parts)} | {weighted_gap(cell['stages'])} | {gaps} |"
    yield ""
    yield "Gaps are of what is reached, and in units of value beside it; a class that is met but for a trace is bounded"
    yield "by nought. Weights do not seek fairness, and it has no bound here."
    yield ""
    yield "| plan | unmet by class, times value | receipts | units that leave | s |"
    yield "| --- | --- | --- | --- | --- |"
    for name, told in [*((f"windows {mode}", cell) for mode, cell in cells), ("greedy S1", other)]:
        if "plan" in told:
            unmet = " / ".join(f"{value:,}" for value in told["plan"][:-1])
            yield f"| {name} | {unmet} | {told['receipts']:,} | {told['units']:,} | {told['took']:.0f} |"
    yield ""
    for mode, cell in cells:
        if "stages" in cell:
            yield f"- checker, {mode}: {speed(cell['check'], cell['terms'], len(cell['stages']))}"
    yield ""
