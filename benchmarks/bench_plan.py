"""How long does the plan take to build, hand over, solve and check, beside linopy, PuLP and Pyomo on the same model?

python benchmarks/bench_plan.py [--sizes S,M,L] [--limit 300] [--repeat 3] [--parts build,solve,what-if,proof,windows]

Every cell runs in a fresh process, the layers one after the other at each size, so that what disturbs one disturbs all.
Ours begins at the question as it is read from a file; the others are given their tables or rows ready made, which
flatters them. A cell that passes the limit says so; the fastest of several is told, one of a minute is not repeated.
Tables go to benchmarks/results/plan.md; of parts that were not asked for, those that stand there stay. A cell of
windows is stopped after an hour.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import plan_large

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "plan.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
LAYERS = ("ours", "linopy", "pulp", "pyomo")
TITLES = {"ours": "ours", "linopy": "linopy, sparse", "pulp": "PuLP", "pyomo": "Pyomo, appsi"}
WHAT_IFS = (
    "budget=+5%", "budget=-5%", "rate:EUR=-3%", "lag:s5=+1", "lag=+1", "share=90%", "destination:d3=0", "centre:h2=0",
    "line:l3.2026-03..2026-05=50%", "need:n3.2=+20%",
)  # fmt: skip
SEED = 1
HALF_AN_HOUR = 1_800
TOUCHED = 3 * 2**30
LONG = 60  # seconds: what takes as long is not repeated
Cell = dict[str, Any]


# ------------------------------------------------------------------ one cell, in its own process


def memory() -> float:
    """Peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def touch() -> None:
    """Take more memory than a cell needs and let it go, in a process of its own, so that no peak tells of it.

    A virtual machine gives free memory back to its host; to get it again can cost more than all that is measured here.
    """
    subprocess.run([sys.executable, "-c", f"import numpy; numpy.ones({TOUCHED}, numpy.int8)"], check=True)


def question_of(size: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A question of this size, and a baseline that leaves every need unmet: it forbids nothing."""
    from plan_worlds import SIZES, world

    question = world(SEED, SIZES[size])
    unmet = [list(accumulate(need["units"])) for need in question["needs"]]
    return question, {"u": unmet, "b": [[0] * len(question["months"]) for _ in question["needs"]]}


def ours(question: dict[str, Any], base: dict[str, Any]) -> Iterator[Any]:
    import highspy

    from ecluse.plan.engine import Engine, Options
    from ecluse.plan.model import with_exports
    from ecluse.plan.scaled import Scaled

    yield None
    yield None
    program = with_exports(question, base)
    yield {"rows": program.shape[0], "columns": program.shape[1], "coefficients": len(program.factors)}
    engine = Engine(Scaled(program), Options())
    engine.aim(engine.scaled.costs(program.stages[0])[0])
    yield engine
    ready, another = engine.highs.getLp(), highspy.Highs()
    another.setOptionValue("output_flag", False)
    yield timed(lambda: another.passModel(ready))[0]


def linopy(question: dict[str, Any], base: dict[str, Any]) -> Iterator[Any]:
    from linopy.io import to_highspy
    from plan_twin import Words, twin

    yield None
    words = Words(question, base)
    yield None
    model = twin(words)
    model.add_objective((1 * model.variables["u"]).sum())
    yield {"coefficients": 0}
    yield to_highspy(model)


def rows_of(question: dict[str, Any], base: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The checker's rows, like terms summed, and their columns: what a layer that writes term by term is given."""
    from ecluse.plan.checker import Question

    rows = []
    for name, terms, sense, right in Question(question, base).rows(exports=True):
        summed: dict[Any, int] = {}
        for factor, column in terms:
            summed[column] = summed.get(column, 0) + factor
        rows.append((name, summed, sense, right))
    return rows, list({column: None for _, summed, _, _ in rows for column in summed})


def pulp(question: dict[str, Any], base: dict[str, Any]) -> Iterator[Any]:
    import pulp as layer

    yield None
    rows, columns = rows_of(question, base)
    senses = {"<": layer.LpConstraintLE, "=": layer.LpConstraintEQ, ">": layer.LpConstraintGE}
    yield None
    problem = layer.LpProblem("plan", layer.LpMinimize)
    variable = {column: layer.LpVariable(f"x{k}", 0) for k, column in enumerate(columns)}
    problem += layer.LpAffineExpression([(v, 1) for (block, _, _), v in variable.items() if block == "u"])
    for name, summed, sense, right in rows:
        left = layer.LpAffineExpression([(variable[column], factor) for column, factor in summed.items()])
        problem.addConstraint(layer.LpConstraint(left, senses[sense], name, right))
    yield {"coefficients": 0}
    solver = layer.HiGHS(msg=False)
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    yield problem


def pyomo(question: dict[str, Any], base: dict[str, Any]) -> Iterator[Any]:
    import pyomo.environ as layer
    from pyomo.contrib.appsi.solvers import Highs
    from pyomo.core.expr.numeric_expr import LinearExpression

    yield None
    rows, columns = rows_of(question, base)
    rows = [row for row in rows if row[1]]
    yield None
    model = layer.ConcreteModel()
    model.x = layer.Var(range(len(columns)), domain=layer.NonNegativeReals)
    variable = {column: model.x[k] for k, column in enumerate(columns)}

    def row(_: Any, k: int) -> Any:
        _, summed, sense, right = rows[k]
        left = LinearExpression(
            constant=0, linear_coefs=list(summed.values()), linear_vars=[variable[column] for column in summed]
        )
        return (left, right) if sense == "=" else (None, left, right) if sense == "<" else (right, left, None)

    model.rows = layer.Constraint(range(len(rows)), rule=row)
    model.goal = layer.Objective(expr=sum(v for (block, _, _), v in variable.items() if block == "u"))
    yield {"coefficients": 0}
    solver = Highs()
    solver.set_instance(model)
    yield solver


def build(layer: str, size: str) -> Cell:
    """How long do building and handing over take, and how much memory?"""
    question, base = question_of(size)
    steps = globals()[layer](question, base)
    next(steps)
    given, _ = timed(lambda: next(steps))
    before = memory()
    touch()
    built, told = timed(lambda: next(steps))
    handed, kept = timed(lambda: next(steps))
    assert kept is not None
    told |= {"given": given, "build": built, "hand": handed, "peak": memory(), "above": memory() - before}
    return told | {"floor": next(steps, None)}


def solve(mode: str, size: str) -> Cell:
    """How long do the baseline and the plan with exports take, by weights or stage after stage?"""
    from ecluse.plan.model import baseline, with_exports
    from ecluse.plan.session import no_better
    from ecluse.plan.solve import Options, Solved, Solver

    question, _ = question_of(size)
    options = Options(solver="interior" if mode == "interior" else "simplex")
    first = Solver(baseline(question), options)
    by_weights = mode != "stages"
    base_seconds, base = timed(lambda: first.solve(by_weights=by_weights))
    if not isinstance(base, Solved):
        return {"told": type(base).__name__}
    program = with_exports(question, no_better(base))
    seconds, plan = timed(lambda: Solver(program, options).solve(by_weights=by_weights))
    if not isinstance(plan, Solved):
        return {"told": type(plan).__name__}
    caps = [math.ceil(value) + 1 for value in base.reached.values()]
    duals, _ = timed(lambda: first.duals(first.program.stages, caps)) if mode != "interior" else (None, None)
    return {"baseline": base_seconds, "plan": seconds, "duals": duals, "peak": memory()}


def what_if(_: str, size: str) -> Cell:
    """How long does each what-if take, warm, beside the question asked cold? In CPU seconds: others may be at work."""
    from ecluse.plan.changes import changed, spelled
    from ecluse.plan.session import Session

    question, _ = question_of(size)
    session, found = Session(question), {}
    for text in WHAT_IFS:
        session.what_if([])
        warm = cpu(lambda text=text: session.what_if([spelled(text)]))
        cold = cpu(lambda text=text: Session(changed(question, [spelled(text)])))
        found[text] = [warm, cold]
    return {"what_if": found}


def paid(path: str, _: str) -> Cell:
    """How long does a person wait who asks a what-if of a file: a new process, the question read, all solved?"""
    from ecluse.plan.changes import changed, spelled
    from ecluse.plan.session import Session

    question = json.loads(Path(path).read_text(encoding="utf-8"))
    Session(changed(question, [spelled(WHAT_IFS[0])]))
    return {"cpu": time.process_time()}


def cpu(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def proof(mode: str, size: str) -> Cell:
    """How long do the whole way to a proven plan and the checker take, by weights or by stages?"""
    from ecluse.plan import checker, paper

    question, _ = question_of(size)
    used = time.process_time()
    seconds, document = timed(lambda: paper.solve_question(question, by_weights=mode == "weights"))
    used = time.process_time() - used
    told: list[str] = []
    checked = cpu(lambda: told.extend(checker.check(document)))
    terms = plan_large.terms_of(question, document["baseline"]["values"])
    return {"solve": seconds, "cpu": used, "check": checked, "terms": terms, "told": told}


def windows(mode: str, size: str) -> Cell:
    """How long do windows take, and how near are they to the bound?"""
    return plan_large.by_windows(question_of(size)[0], mode) | {"peak": memory()}


def greedy(_: str, size: str) -> Cell:
    return plan_large.greedy(question_of(size)[0])


CELLS = {
    "build": build, "solve": solve, "what_if": what_if, "paid": paid, "proof": proof, "windows": windows,
    "greedy": greedy,
}  # fmt: skip


# ------------------------------------------------------------------ all cells, and their tables


def run(kind: str, name: str, size: str, limit: int) -> Cell:
    """What does one cell say, run in a process of its own?"""
    command = [sys.executable, __file__, "--cell", kind, name, size]
    print(f"  {kind} {name} {size}", end=" ", file=sys.stderr, flush=True)
    try:
        quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False, env=quiet)
    except subprocess.TimeoutExpired:
        print("stopped", file=sys.stderr)
        return {"stopped": limit}
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return {"failed": done.stderr.strip().splitlines()[-1][:80] if done.stderr.strip() else "no word"}
    found: Cell = json.loads(done.stdout.strip().splitlines()[-1])
    print({k: round(v, 3) if isinstance(v, float) else v for k, v in found.items() if k != "what_if"}, file=sys.stderr)
    return found


def best(cells: list[Cell]) -> Cell:
    """The fastest of several runs of a cell; the first that failed where all did."""
    good = [cell for cell in cells if "build" in cell]
    return min(good, key=lambda cell: cell["build"] + cell["hand"]) if good else cells[0]


def say(cell: Cell, *names: str) -> str:
    if "stopped" in cell:
        return f"stopped at {cell['stopped']} s"
    if "failed" in cell:
        return f"failed: {cell['failed']}"
    values = [cell[name] for name in names if cell.get(name) is not None]
    return f"{sum(values):.3g}" if values else "–"


def builds(sizes: list[str], limit: int, repeat: int) -> Iterator[str]:
    cells: dict[tuple[str, str], Cell] = {}
    for size in sizes:
        runs: dict[str, list[Cell]] = {layer: [] for layer in LAYERS}
        for _ in range(repeat):
            for layer in LAYERS:
                if all(sum(cell.get(part, LONG) for part in ("build", "hand")) < LONG for cell in runs[layer]):
                    runs[layer].append(run("build", layer, size, limit))
        cells |= {(layer, size): best(found) for layer, found in runs.items()}
    yield "## Build and hand over to the solver"
    yield ""
    for size in sizes:
        told = cells["ours", size]
        rows, columns, coefficients = (told.get(name, 0) for name in ("rows", "columns", "coefficients"))
        yield f"{size}: {rows:,} rows, {columns:,} columns, {coefficients:,} coefficients."
    yield ""
    yield "Given ready: made before a layer's time begins: nothing for us, the question's tables as arrays for linopy."
    yield ""
    heads = ("layer", "size", "given ready s", "build s", "hand over s", "together s", "ours / it", "ours / it, all",
             "peak MB", "above the question MB")  # fmt: skip
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for size in sizes:
        mine = cells["ours", size]
        for layer in LAYERS:
            cell = cells[layer, size]
            shown = ["–", "–"] if "build" not in cell else [
                f"{sum(mine[part] for part in parts) / sum(cell[part] for part in parts):.4f}"
                for parts in (("build", "hand"), ("given", "build", "hand"))
            ]  # fmt: skip
            parts = [say(cell, "given"), say(cell, "build"), say(cell, "hand"), say(cell, "build", "hand"), *shown]
            yield f"| {TITLES[layer]} | {size} | {' | '.join(parts)} | {say(cell, 'peak')} | {say(cell, 'above')} |"
    yield ""
    yield from exponents(cells, sizes)


def exponents(cells: dict[tuple[str, str], Cell], sizes: list[str]) -> Iterator[str]:
    for layer in LAYERS:
        good = [size for size in sizes if "build" in cells[layer, size]]
        for one, two in pairwise(good):
            took = [cells[layer, size]["build"] + cells[layer, size]["hand"] for size in (one, two)]
            grew = cells["ours", two]["coefficients"] / cells["ours", one]["coefficients"]
            exponent = math.log(took[1] / took[0]) / math.log(grew)
            yield f"- {TITLES[layer]}, {one} to {two}: growth exponent {exponent:.2f}"
    for size in sizes:
        cell = cells["ours", size]
        if "above" in cell:
            each = cell["above"] * 2**20 / cell["coefficients"]
            yield f"- ours, {size}: {each:.0f} bytes a coefficient above the question"
            twin = sum(cells["linopy", size].get(part, 0) for part in ("given", "build", "hand"))
            share = f", {cell['floor'] / twin:.2f} of all that linopy takes" if twin else ""
            yield f"- the solver alone takes the ready program in {cell['floor']:.3g} s{share}: nobody is faster"
    yield ""


def solves(sizes: list[str], limit: int) -> Iterator[str]:
    yield "## Solve"
    yield ""
    yield "| size | how | baseline s | plan with exports s | multipliers, a vector a stage s | peak MB |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for size in sizes:
        modes = {"S": ("weights", "stages", "interior"), "M": ("weights", "interior")}.get(size, ("interior",))
        for mode in modes:
            cell = run("solve", mode, size, limit)
            parts = [say(cell, name) for name in ("baseline", "plan", "duals", "peak")]
            yield f"| {size} | {mode} | {' | '.join(parts)} |"
    yield ""


def what_ifs() -> Iterator[str]:
    cell = run("what_if", "ours", "S", 600)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(question_of("S")[0], file)
        file.flush()
        process = run("paid", file.name, "S", 600)
    yield "## What if, at S: baseline and plan again, by weights"
    yield ""
    yield f"CPU seconds. A new process that reads the question and asks the first of them takes {say(process, 'cpu')}."
    yield ""
    yield "| change | warm s | cold s | cold / warm | new process / warm |"
    yield "| --- | --- | --- | --- | --- |"
    for text, (warm, cold) in cell.get("what_if", {}).items():
        whole = process.get("cpu", math.nan) / warm
        yield f"| `{text}` | {warm:.3f} | {cold:.3f} | {cold / warm:.1f} | {whole:.1f} |"
    yield ""


def proofs() -> Iterator[str]:
    yield "## From the question to a proven plan, and the checker, at S"
    yield ""
    for mode in ("weights", "stages"):
        cell = run("proof", mode, "S", 600)
        if "check" not in cell:
            yield f"{mode}: {say(cell)}"
            continue
        speed = plan_large.speed(cell["check"], cell["terms"], len(cell["told"]) - 2)
        yield f"By {mode}: solved, rounded, proven and checked in {cell['solve']:.1f} s ({cell['cpu']:.1f} CPU s)."
        yield f"Checked again in {cell['check']:.2f} CPU s: {speed}."
        yield ""


def large(sizes: list[str]) -> Iterator[str]:
    for size in sizes:
        other = run("greedy", "S1", size, HALF_AN_HOUR)
        modes = {"S": ["fitting", "6+3"], "M": ["fitting", "9+3"]}.get(size, ["fitting"])
        cells = [(mode, run("windows", mode, size, 2 * HALF_AN_HOUR)) for mode in modes]
        yield from plan_large.tables(size, cells, other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="S,M,L")
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--parts", default="build,solve,what-if,proof,windows")
    parser.add_argument("--cell", nargs=3)
    asked = parser.parse_args()
    if asked.cell:
        kind, name, size = asked.cell
        print(json.dumps(CELLS[kind](name, size)))
        return
    sizes = asked.sizes.split(",")
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "build": lambda: builds(sizes, asked.limit, asked.repeat),
        "solve": lambda: solves(sizes, asked.limit),
        "what-if": what_ifs,
        "proof": proofs,
        "windows": lambda: large(sizes),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    cores, command = f"{os.cpu_count()} cores; seconds of wall clock", "`python benchmarks/bench_plan.py`"
    top = ["# The plan", "", f"{cores}; {command}; parts may be of different runs.", ""]
    for name in asked.parts.split(","):
        lines = list(parts[name]())
        before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        RESULTS.write_text(plan_large.merged(before, [*top, *lines]), encoding="utf-8")
        print("\n".join(lines))


if __name__ == "__main__":
    main()
