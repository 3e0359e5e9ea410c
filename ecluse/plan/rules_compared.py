"""What does each no-harm rule allow: exports, receipts, home need and displaced budget, beside one baseline?

Every figure is of a plan in whole units that was added up row by row; nothing here is an estimate. A plan that obeys N2
or N3 obeys N1 too: where the solver finds nothing better under N1, the stricter rule's plan is N1's as well, so that no
accident of rounding passes for a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecluse.plan.checker import Question
from ecluse.plan.displaced import displaced_minor, replaced_minor
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.paper import NoPlan, made
from ecluse.plan.proof import stage_values
from ecluse.plan.solve import Options, Solved, Solver
from ecluse.plan.written import Whole, verified

RULES = ("N1", "N2", "N3")
WEAKEST = "N1"  # whatever obeys another rule obeys this one
OWN_COLUMNS = "Bk"  # written under N2 and N3 alone
NEAR = 1e-6  # relative: a solver in floats tells no smaller difference
LOT = 1e-2  # relative: rounding to whole units tells no smaller one
ByName = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a plan under one rule comes to; money in minor units of the home currency, need at the end of the plan.

    `receipts_minor` come home within the months of the plan, `receipts_after_minor` after them. `unmet_worth` is unmet
    need times value, by priority class, as the stages count it. `displaced_minor`: so much less of the budget goes to
    need than in the baseline (below nought: more). `replaced_minor`: bought by the baseline for needs that the plan no
    longer buys it for. `cells_better`: needs and months better served than in the baseline.
    """

    rule: str
    exports: ByName  # units by class
    exports_by_model: ByName
    receipts_minor: int
    receipts_after_minor: int
    unmet: ByName  # units by class
    unmet_worth: tuple[tuple[str, int], ...]
    bought_from_proceeds: ByName  # units by class, at home and abroad
    displaced_minor: int
    replaced_minor: int
    cells_better: int

    @property
    def units_exported(self) -> int:
        """How many units leave?"""
        return sum(self.exports.values())

    @property
    def units_unmet(self) -> int:
        """How many units of need stay unmet?"""
        return sum(self.unmet.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """What a weaker rule adds to a stricter one, and what it costs at home: more is above nought."""

    stricter: str
    weaker: str
    exports: ByName
    receipts_minor: int
    receipts_after_minor: int
    unmet: ByName
    displaced_minor: int
    replaced_minor: int

    @property
    def is_nothing(self) -> bool:
        """Is nothing different at all?"""
        money = (self.receipts_minor, self.receipts_after_minor, self.displaced_minor, self.replaced_minor)
        return not any([*money, *self.exports.values(), *self.unmet.values()])

    @property
    def units_exported(self) -> int:
        """How many more units leave?"""
        return sum(self.exports.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """What stays unmet in the baseline, what each rule allows beside it, and is any sale offered at all?"""

    currency: str
    unmet_baseline: ByName
    allowed: tuple[Allowed, ...]
    is_offered: bool

    def under(self, rule: str) -> Allowed:
        """What does this rule allow? Raises KeyError for one that was not asked about."""
        return {each.rule: each for each in self.allowed}[rule]

    def adds(self, weaker: str, stricter: str) -> Difference:
        """What would the weaker rule add, and cost at home?"""
        one, other = self.under(stricter), self.under(weaker)
        return Difference(
            stricter=stricter,
            weaker=weaker,
            exports=_less(other.exports, one.exports),
            receipts_minor=other.receipts_minor - one.receipts_minor,
            receipts_after_minor=other.receipts_after_minor - one.receipts_after_minor,
            unmet=_less(other.unmet, one.unmet),
            displaced_minor=other.displaced_minor - one.displaced_minor,
            replaced_minor=other.replaced_minor - one.replaced_minor,
        )

    @property
    def why_none(self) -> str | None:
        """Why does nothing leave under any of these rules? `no_sales`, `no_room`, or None where something does."""
        if any(each.units_exported for each in self.allowed):
            return None
        return "no_room" if self.is_offered else "no_sales"


def rules_compared(
    question: Mapping[str, Any], base: Whole | None = None, *, rules: Sequence[str] = RULES,
    options: Options | None = None,
) -> Compared | NoPlan:  # fmt: skip
    """What does each rule allow beside the same baseline? `base`: the baseline's values where a plan has them already.

    NoPlan where the baseline, or a plan under one of the rules, was not found.
    """
    if base is None:
        found = made("baseline", Solver(baseline(question), options).solve(), question, None)
        if isinstance(found, NoPlan):
            return found
        base = found
    plans: dict[str, Whole] = {}
    reached: dict[str, list[float]] = {}
    for rule in sorted(rules, reverse=True):  # the weakest last: the others are plans under it too
        asked = {**question, "rule": rule}
        outcome = Solver(with_exports(asked, base), options).solve()
        found = made("plan", outcome, asked, base)
        if isinstance(found, NoPlan) or not isinstance(outcome, Solved):
            return found if isinstance(found, NoPlan) else NoPlan("plan", "stopped")
        plans[rule], reached[rule] = found, list(outcome.reached.values())
    if WEAKEST in plans:
        plans[WEAKEST] = _no_worse({**question, "rule": WEAKEST}, base, plans, reached)
    allowed = tuple(_allowed({**question, "rule": rule}, base, plans[rule]) for rule in rules)
    return Compared(question["currency"], _unmet(question, base), allowed, bool(question["sales"]))


def _no_worse(
    question: Mapping[str, Any], base: Whole, plans: Mapping[str, Whole], reached: Mapping[str, Sequence[float]]
) -> Whole:
    """Which plan is the weakest rule's: another's where the solver reached nothing better, or rounding lost more?"""
    others = [rule for rule in plans if rule != WEAKEST]
    alike = [rule for rule in others if not _is_better(reached[WEAKEST], reached[rule], NEAR)]
    worth = {rule: [*stage_values(question, plan), -plan["q"][0][-1]] for rule, plan in plans.items()}
    rounded = [rule for rule in others if _is_better(worth[rule], worth[WEAKEST], LOT)]
    for rule in [*alike, *rounded]:
        return verified(question, {block: own for block, own in plans[rule].items() if block not in OWN_COLUMNS}, base)
    return plans[WEAKEST]


def _is_better(one: Sequence[float], other: Sequence[float], near: float) -> bool:
    """Is the first stage that differs by more than this share of it less?"""
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > near * max(1, abs(a)):
            return a < b
    return False


def _allowed(question: Mapping[str, Any], base: Whole, values: Whole) -> Allowed:
    exports, by_model, unserved = _exports(question, values), _by_model(question, values), _unmet(question, values)
    names = [name.removeprefix("class/") for name, _ in Question(question).stages()][:-1]
    cells = zip(base["u"], values["u"], strict=True)
    return Allowed(
        rule=question["rule"],
        exports=exports,
        exports_by_model=by_model,
        receipts_minor=values["q"][0][-1],
        receipts_after_minor=_after(question, values),
        unmet=unserved,
        unmet_worth=tuple(zip(names, stage_values(question, values), strict=False)),
        bought_from_proceeds=_summed((need["pool"], sum(values["r"][n]) + sum(values["y"][n]))
                                     for n, need in enumerate(question["needs"])),
        displaced_minor=displaced_minor(question, base, values),
        replaced_minor=replaced_minor(question, base, values),
        cells_better=sum(now < before for pair in cells for before, now in zip(*pair, strict=True)),
    )  # fmt: skip


def _exports(question: Mapping[str, Any], values: Whole) -> ByName:
    pool = {product["id"]: product["pool"] for product in question["products"]}
    return _summed((pool[model], units) for model, units in _by_model(question, values).items())


def _after(question: Mapping[str, Any], values: Whole) -> int:
    """What comes home after the last month, at the rate of the month in which the unit left, less cost?"""
    months, gross = len(question["months"]), Question(question).gross
    return sum(
        units * (gross[j][t] - sale["cost"])
        for j, sale in enumerate(question["sales"])
        for t, units in enumerate(values["g"][j])
        if t + sale["lag"] >= months
    )


def _by_model(question: Mapping[str, Any], values: Whole) -> ByName:
    return _summed((sale["product"], sum(values["g"][place])) for place, sale in enumerate(question["sales"]))


def _unmet(question: Mapping[str, Any], values: Whole) -> ByName:
    return _summed((need["pool"], values["u"][n][-1]) for n, need in enumerate(question["needs"]))


def _summed(pairs: Iterator[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, units in pairs:
        found[name] = found.get(name, 0) + units
    return found


def _less(one: ByName, other: ByName) -> dict[str, int]:
    """By how much is each figure more than in the other?"""
    return {name: one.get(name, 0) - other.get(name, 0) for name in {**other, **one}}
