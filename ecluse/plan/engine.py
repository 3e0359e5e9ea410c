"""What does the solver say of a scaled program: the one place that speaks to HiGHS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse

from ecluse.plan.blocks import Ints
from ecluse.plan.scaled import Floats, Scaled

BY_COLUMNS, LEAST = 1, 1  # HiGHS: the matrix is handed over column by column, and costs are made least
PRIMAL, CHOOSE = 4, 0
# Options of the solver: how its dual method chooses a row, whether costs are shaken first, how many steps it may take.
WEIGHTS, DEVEX, EXACT = "simplex_dual_edge_weight_strategy", 1, -1
PERTURBATION, STEPS = "dual_simplex_cost_perturbation_multiplier", "simplex_iteration_limit"
FEW, DEARER = 40, 8  # a step near the end costs as much as eight from nothing: more are not worth while
_NO = np.zeros(0, dtype=np.int32)
SAY_EVERY, SAY_INTERIOR = 500, 1  # iterations between two words of progress


class Status(Enum):
    """How did a run end?"""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    TIME = "time"
    CANCELLED = "cancelled"
    LOST = "lost"  # numbers failed the solver, or the program is unbounded


STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME,
    highspy.HighsModelStatus.kInterrupt: Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far is a run: which stage, how many iterations?"""

    stage: str
    iterations: int


@dataclass(frozen=True, slots=True)
class Options:
    """How is a program solved? `seconds` limits the whole; `progress` is told now and then, and True from it cancels.

    `solver` is `simplex`, or `interior`: an interior point without crossover, faster past some 500,000 coefficients.
    It gives no corner of the feasible set, which the proof does not need.
    """

    solver: str = "simplex"
    seconds: int | None = None
    threads: int = 0
    progress: Callable[[Progress], bool | None] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A program in floats without names: costs, bounds of columns, limits of rows, the matrix by rows."""

    costs: Floats
    lower: Floats
    upper: Floats
    below: Floats
    above: Floats
    starts: npt.NDArray[Any]
    indices: npt.NDArray[Any]
    values: Floats


def solve_piece(piece: Piece, options: Options, stage: str = "") -> tuple[Status, Floats, Floats, float]:
    """How does a run on a piece end, what are its columns, the multipliers of its rows, and how many seconds it ran?

    Where an interior point finds no optimum the simplex method is asked.
    """
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    interior = options.solver == "interior"
    if interior:
        choose_interior(highs)
    if options.seconds is not None:
        highs.setOptionValue("time_limit", float(max(options.seconds, 0)))
    if options.progress is not None:
        listen(highs, options.progress, lambda: stage, SAY_INTERIOR if interior else SAY_EVERY)
    hand_over(highs, piece)
    highs.run()
    status = STATUS.get(highs.getModelStatus(), Status.LOST)
    if status in (Status.LOST, Status.INFEASIBLE) and interior:
        found, values, multipliers, more = solve_piece(piece, replace(options, solver="simplex"), stage)
        return found, values, multipliers, float(highs.getRunTime()) + more
    solution = highs.getSolution()
    return status, np.array(solution.col_value), np.array(solution.row_dual), float(highs.getRunTime())


def hand_over(highs: Any, piece: Piece) -> None:
    """Give the solver a program. By columns: it would turn rows round itself, and more slowly."""
    shape = len(piece.below), len(piece.costs)
    by_columns = scipy.sparse.csr_array((piece.values, piece.indices, piece.starts), shape=shape).tocsc()
    starts, rows = (part.astype(np.int32, copy=False) for part in (by_columns.indptr, by_columns.indices))
    said = highs.passModel(
        shape[1], shape[0], len(piece.values), BY_COLUMNS, LEAST, 0.0, piece.costs, piece.lower, piece.upper,
        piece.below, piece.above, starts, rows, by_columns.data, np.zeros(shape[1], dtype=np.int32),
    )  # fmt: skip
    assert said != highspy.HighsStatus.kError, "the solver refused the program"


def listen(highs: Any, progress: Callable[[Progress], bool | None], stage: Callable[[], str], each: int) -> None:
    """Tell of a run's progress every so many iterations, and end it where the answer is True."""
    told: dict[str, Any] = {"at": -each, "stage": stage()}

    def hear(event: Any) -> None:
        out = event.data_out
        if told["stage"] != stage():  # a new stage counts from nought
            told.update(at=-each, stage=stage())
        done = int(max(out.simplex_iteration_count, out.ipm_iteration_count))
        if 0 <= done - told["at"] < each:
            return
        told["at"] = done
        if progress(Progress(stage(), done)):
            event.interrupt()

    highs.cbSimplexInterrupt += hear
    highs.cbIpmInterrupt += hear


def choose_interior(highs: Any) -> None:
    """HiPO where the installation has it, else IPX."""
    if highs.setOptionValue("solver", "hipo") != highspy.HighsStatus.kOk:
        highs.setOptionValue("solver", "ipx")
    highs.setOptionValue("run_crossover", "off")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run ended: the solver's basis, which rows it was shown, how many steps it took."""

    basis: Any
    kept: Ints
    steps: int


class Engine:
    """A program in the solver's hands; it stays there, and a changed one is solved from where the last one ended."""

    def __init__(self, scaled: Scaled, options: Options) -> None:
        self.scaled, self.options, self.caps, self.stage = scaled, options, 0, ""
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.silent()
        self.interior = options.solver == "interior"
        if self.interior:
            choose_interior(self.highs)
        if options.threads:
            self.highs.setOptionValue("threads", options.threads)
        if options.progress is not None:
            listen(self.highs, options.progress, lambda: self.stage, SAY_INTERIOR if self.interior else SAY_EVERY)
        self._load()

    def _load(self) -> None:
        scaled, bounds = self.scaled, self.scaled.bounds
        count = scaled.program.columns.count
        below, above = scaled.row_limits
        none = np.zeros(count)
        matrix = scaled.starts, scaled.indices, scaled.values
        hand_over(self.highs, Piece(none, bounds.lower, bounds.upper, below, above, *matrix))
        self._costs, self._limits, self._bounds = none, (below, above), (bounds.lower, bounds.upper)

    def reload(self, scaled: Scaled) -> None:
        """Hand over another program with the same columns and rows; where the last run ended is forgotten."""
        self.scaled, self.caps = scaled, 0
        self._load()

    def place(self) -> Place:
        """Where did the last run end?"""
        return Place(self.highs.getBasis(), self.scaled.kept, int(self.highs.getInfo().simplex_iteration_count))

    def _go_to(self, place: Place) -> None:
        """Begin the next run where another ended, be it of a program that had other rows left; forget all else."""
        basis = place.basis
        if not np.array_equal(place.kept, self.scaled.kept):
            seen = dict(zip(place.kept.tolist(), basis.row_status, strict=False))
            basis = highspy.HighsBasis()
            basis.valid, basis.col_status = True, place.basis.col_status
            basis.row_status = [seen.get(row, highspy.HighsBasisStatus.kBasic) for row in self.scaled.kept.tolist()]
        self.highs.clearSolver()
        self.highs.setBasis(basis)

    def tell_limits(self, scaled: Scaled) -> None:
        """Set the rows' limits and the columns' bounds anew: those that are not what the solver was told before."""
        limits, bounds = scaled.row_limits, (scaled.bounds.lower, scaled.bounds.upper)
        for change, old, new in (
            (self.highs.changeRowsBounds, self._limits, limits), (self.highs.changeColsBounds, self._bounds, bounds),
        ):  # fmt: skip
            at = np.flatnonzero((old[0] != new[0]) | (old[1] != new[1])).astype(np.int32)
            change(len(at), at, new[0][at], new[1][at])
        self._limits, self._bounds = limits, bounds

    def aim(self, costs: Floats) -> None:
        """Make these costs least next."""
        at = np.flatnonzero(costs != self._costs).astype(np.int32)
        self.highs.changeColsCost(len(at), at, costs[at])
        self._costs = costs

    def cap(self, costs: Floats, limit: float) -> None:
        """Hold what these costs add up to at or below a limit from now on."""
        at = np.flatnonzero(costs).astype(np.int32)
        self.highs.addRow(-np.inf, limit, len(at), at, costs[at])
        self.caps += 1

    def lift(self) -> None:
        """Take all caps away; the place where the last run ended stays known."""
        first = len(self.scaled.kept)
        if self.caps:
            self.highs.deleteRows(self.caps, np.arange(first, first + self.caps, dtype=np.int32))
        self.caps = 0

    def fix(self, columns: Ints, at: Floats) -> None:
        """Hold these columns at these figures."""
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), at, at)
        lower, upper = (bound.copy() for bound in self._bounds)
        lower[columns] = upper[columns] = at
        self._bounds = lower, upper

    def keep_near(self, columns: Ints, aims: Floats, now: Floats) -> None:
        """Make the sum of distances of these columns to these aims least next, from where they are `now`.

        Each gets two columns, above and below its aim, and a row that says so; the last that is done with a program.
        """
        few, first, highs = len(columns), self.highs.getNumCol(), self.highs
        basis, none = highs.getBasis(), np.zeros(0)
        highs.addCols(2 * few, np.ones(2 * few), np.zeros(2 * few), np.full(2 * few, np.inf), 0, _NO, _NO, none)
        above = first + np.arange(few)
        terms = np.stack([columns, above, above + few], axis=1).astype(np.int32).reshape(-1)
        starts, signs = np.arange(few, dtype=np.int32) * 3, np.tile([1.0, -1.0, 1.0], few)
        highs.addRows(few, aims, aims, 3 * few, starts, terms, signs)
        if basis.valid:
            free, low = highspy.HighsBasisStatus.kBasic, highspy.HighsBasisStatus.kLower
            over = (now > aims).tolist()
            basis.col_status = [
                *basis.col_status,
                *(free if o else low for o in over),
                *(low if o else free for o in over),
            ]
            basis.row_status = [*basis.row_status, *([low] * few)]
            highs.setBasis(basis)

    def run_near(self, place: Place, *, stage: str, perturbed: bool) -> Status:
        """How does a run end that begins where a run on a program much like this one ended?

        A few steps are tried with weights that cost nothing to begin with, then more with exact ones, then all from
        nothing. `perturbed`: costs are shaken a little first, as in a run from nothing; where few steps are needed,
        taking that back at the end takes more of them than it saves.
        """
        tries = [(DEVEX, place.steps // DEARER)] if perturbed else [(DEVEX, FEW), (EXACT, place.steps // DEARER)]
        self.highs.setOptionValue(PERTURBATION, 1.0 if perturbed else 0.0)
        for weights, steps in tries:
            self._go_to(place)
            self.highs.setOptionValue(WEIGHTS, weights)
            self.highs.setOptionValue(STEPS, max(steps, FEW))
            status = self.run(stage=stage)
            if self.highs.getModelStatus() != highspy.HighsModelStatus.kIterationLimit:
                break
        for option, usual in ((PERTURBATION, 1.0), (WEIGHTS, EXACT), (STEPS, 2**31 - 1)):
            self.highs.setOptionValue(option, usual)
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kIterationLimit:
            return status
        self.highs.clearSolver()
        return self.run(stage=stage)

    def run(self, *, stage: str = "", onward: bool = False, limited: bool = True) -> Status:
        """How does a run end? `onward`: from a place that is still feasible, where the primal method is at home."""
        self.stage = stage
        self.highs.setOptionValue("time_limit", float("inf"))
        if not self.interior:
            self.highs.setOptionValue("simplex_strategy", PRIMAL if onward else CHOOSE)
        if limited and self.options.seconds is not None:
            spent = self.highs.getRunTime()
            self.highs.setOptionValue("time_limit", float(max(self.options.seconds, 0)))
            if spent >= self.options.seconds:
                return Status.TIME
        self.highs.run()
        return STATUS.get(self.highs.getModelStatus(), Status.LOST)

    def run_again(self, *, limited: bool = True) -> Status:
        """How does a run end that begins from nothing and without presolve? For what the first could not say."""
        self.highs.clearSolver()
        self.highs.setOptionValue("presolve", "off")
        self.highs.setOptionValue("solver", "simplex")
        status = self.run(stage=self.stage, limited=limited)
        self.highs.setOptionValue("presolve", "choose")
        return status

    @property
    def columns(self) -> Floats:
        """What is each column, in the solver's scale?"""
        return np.array(self.highs.getSolution().col_value)[: self.scaled.program.columns.count]

    def multipliers(self, cost_scale: float, cap_scales: Sequence[float]) -> tuple[Floats, Floats]:
        """Which multiplier has each row of the program, and each cap, for costs as they were?"""
        solution = self.highs.getSolution()
        rows, reduced = np.array(solution.row_dual), np.array(solution.col_dual)
        kept = len(self.scaled.kept)
        if not solution.dual_valid or len(rows) != kept + len(cap_scales):  # nothing is known: zeros bound too, weakly
            return np.zeros(self.scaled.program.shape[0]), np.zeros(len(cap_scales))
        own = self.scaled.multipliers(rows[:kept], reduced, cost_scale)
        return own, rows[kept:] * np.asarray(cap_scales) / cost_scale

    def ray(self) -> Floats:
        """Which multipliers of the rows show that nothing is feasible? Zeros where the solver knows none."""
        found, has, values = self.highs.getDualRay()
        scaled = self.scaled
        if found != highspy.HighsStatus.kOk or not has:
            return np.zeros(scaled.program.shape[0])
        ray = np.array(values)[: len(scaled.kept)]
        own = np.zeros(scaled.program.shape[0])
        own[scaled.kept] = ray * scaled.row_scale
        return scaled.multipliers(ray, -scaled.program.pressure(own) * scaled.column_scale, 1.0)
