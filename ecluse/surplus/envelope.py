"""Which statements show, without a number, that a certificate was covered and that each of its draws fitted?

Pure statements over commitments of owners' figures, for `base.envelope`; whoever knows the figures proves them, anyone
verifies. Each is the arithmetic of a rule of this room: `certificate_within_rule` (figures.py),
`certificate_within_look_ahead` (look_ahead.py), the steps of a balance (balance.py). Where a rule takes the larger of a
difference and zero, at least one unit asked for makes the difference itself the bound: that one unit is claimed too.

Figures are units below 2^UNITS_BITS, which their owners show of each when they commit to it (`figures_in_range`); so no
sum here comes near the order of the group, and a claim about a sum is a claim about whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ecluse.base.days import Month
from ecluse.base.group import Point
from ecluse.base.statement import InRange, Statement, Sum
from ecluse.surplus.figures import FIGURES_NEEDED, FUNDED
from ecluse.surplus.terms import DrawState, SurplusPolicy, SurplusRule

UNITS_BITS = 32
# A figure times the policy's ratio: SR-4 alone.
PRODUCT_BITS = 48
CERTIFIED = "certified"
Term = tuple[str, int]
CAPACITY_LEFT: tuple[Term, ...] = (("units_capacity", 1), *((name, -1) for name in FUNDED))

# From which part of a tranche's hold to which does a step move units? What is released goes by two steps where it
# comes from both what was reserved and what was committed.
MOVES: dict[DrawState, tuple[tuple[str, str], ...]] = {
    DrawState.RESERVED: (("free", "reserved"),),
    DrawState.COMMITTED: (("reserved", "committed"),),
    DrawState.USED: (("committed", "used"),),
    DrawState.RELEASED: (("reserved", "free"), ("committed", "free")),
    DrawState.RETURNED: (("used", "free"),),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands: whose books and which period, in which log, at which index."""

    context: str
    log: str
    index: int


def figures_in_range(owner: str, points: Mapping[str, Point], place: Place) -> Statement:
    """What does an owner show of its own figures when it commits to them? That it knows each, and that none wraps."""
    return Statement(
        f"figures of {owner}", place.context, place.log, place.index, tuple(points.items()), known=tuple(points),
        in_range=tuple(_units(((name, 1),)) for name in points),
    )  # fmt: skip


def within_rule(
    certificate: str, policy: SurplusPolicy, points: Mapping[str, Point], earlier: Sequence[str], place: Place
) -> Statement:
    """What shows that a certificate lies within the bound rule, earlier certificates of its class counted?

    `points` holds the figures that the rule needs by their names in ClassYear, `certified`, and each earlier
    certificate under its own name. Raises ValueError when one is missing.
    """
    names = (*FIGURES_NEEDED[policy.rule], *earlier, CERTIFIED)
    return Statement(
        f"{certificate} within {policy.rule.value} of {policy.id}", place.context, place.log, place.index,
        _chosen(points, names), known=(CERTIFIED,), in_range=(*_rule(policy, earlier), _units(((CERTIFIED, 1),), 1)),
    )  # fmt: skip


def within_look_ahead(
    certificate: str, months: Sequence[Month], first: Month, points: Mapping[str, Point], earlier: Sequence[str],
    place: Place,
) -> Statement:  # fmt: skip
    """What shows that in no month from its first on does a certificate take what that month or a later one needs?

    S1, month by month: stock less reserve, plus capacity less funded orders and home deliveries up to the month, less
    earlier certificates of the model and this one. `points` has `stock`, `reserve`, and of each month `capacity M`,
    `funded M`, `home M`. Raises ValueError when a month is skipped or a figure is missing.
    """
    if any(after != before.next() for before, after in pairwise(months)) or first not in months:
        raise ValueError(
            "the months of a look-ahead follow one another, and the first of the certificate is among them"
        )
    terms: list[Term] = [("stock", 1), ("reserve", -1), *taken(earlier)]
    found = []
    for month in months:
        terms += [(f"capacity {month}", 1), (f"funded {month}", -1), (f"home {month}", -1)]
        if first <= month:
            found.append(_units(tuple(terms)))
    return Statement(
        f"{certificate} within the look-ahead from {first} to {months[-1]}", place.context, place.log, place.index,
        _chosen(points, tuple(name for name, _ in terms)), in_range=(*found, _units(((CERTIFIED, 1),), 1)),
    )  # fmt: skip


def step(draw: str, source: str, target: str, points: Mapping[str, Point], place: Place) -> Statement:
    """What shows that a step of a draw moved units from one part of the balance to another, and had them to move?

    `points` has `units`, and before and after of either part: `free before`, `free after` and so on. Nothing is made or
    lost, at least one unit moves, and what is left is not negative. Raises ValueError for a move that no state makes.
    """
    if not any((source, target) in moves for moves in MOVES.values()):
        raise ValueError(f"{draw}: no step moves units from {source} to {target}")
    names = ("units", *(f"{part} {when}" for part in (source, target) for when in ("before", "after")))
    return Statement(
        f"{draw} from {source} to {target}", place.context, place.log, place.index, _chosen(points, names),
        zero=(
            Sum(((f"{source} before", 1), ("units", -1), (f"{source} after", -1))),
            Sum(((f"{target} before", 1), ("units", 1), (f"{target} after", -1))),
        ),
        in_range=(_units(((f"{source} after", 1),)), _units((("units", 1),), 1)),
    )  # fmt: skip


def broken_at(steps: Iterable[tuple[str, str, Statement]], opening: Mapping[str, Point]) -> int | None:
    """At which step does a balance not follow from the one before? None when each begins with what the last left.

    `steps` are source, target and statement in the order of the log; `opening` the parts as they stood at first. A part
    that is nowhere named stays as it was: units cannot be drawn twice by leaving a step out.
    """
    standing = dict(opening)
    for number, (source, target, statement) in enumerate(steps):
        points = statement.points()
        for part in (source, target):
            if points.get(f"{part} before") != standing.get(part):
                return number
            standing[part] = points[f"{part} after"]
    return None


def taken(earlier: Sequence[str]) -> tuple[Term, ...]:
    """What do the earlier certificates and this one take together?"""
    return (*((name, -1) for name in earlier), (CERTIFIED, -1))


def _rule(policy: SurplusPolicy, earlier: Sequence[str]) -> tuple[InRange, ...]:
    """Which sums are not negative under this rule? One of `figures.result_under`, line by line."""
    need, certified = ("units_need", -1), taken(earlier)
    unfunded = _units((*CAPACITY_LEFT, *certified))
    funded_less_need = (*((name, 1) for name in FUNDED), need)
    if policy.rule is SurplusRule.SR_0:
        return _units(funded_less_need), _units((("units_capacity", 1), need, *certified))
    if policy.rule is SurplusRule.SR_0B:
        return (_units((("units_capacity", 1), need, *certified)),)
    if policy.rule is SurplusRule.SR_1:
        return (unfunded,)
    if policy.rule is SurplusRule.SR_2:
        return unfunded, _units((("units_stock", 1), *funded_less_need))
    if policy.rule is SurplusRule.SR_3:
        return (_units((("units_capacity", 1), ("units_absorption", -1), *certified)),)
    if policy.rule is SurplusRule.SR_4:
        return unfunded, _ratio(policy, certified)
    return unfunded, _units((("units_judged", 1), *certified))


def _ratio(policy: SurplusPolicy, certified: tuple[Term, ...]) -> InRange:
    """Units are at most n/d of home orders, rounded down: exactly when d times units is at most n times orders."""
    if policy.ratio_denominator < 1 or policy.ratio_numerator < 1:
        raise ValueError(f"nothing is certified under the ratio {policy.ratio_numerator}/{policy.ratio_denominator}")
    scaled = tuple((name, sign * policy.ratio_denominator) for name, sign in certified)
    return InRange(Sum((("units_home_funded", policy.ratio_numerator), *scaled)), PRODUCT_BITS)


def _units(terms: tuple[Term, ...], less: int = 0) -> InRange:
    return InRange(Sum(terms, less), UNITS_BITS)


def _chosen(points: Mapping[str, Point], names: Sequence[str]) -> tuple[tuple[str, Point], ...]:
    missing = [name for name in names if name not in points]
    if missing:
        raise ValueError(f"nothing is committed under {', '.join(missing)}")
    return tuple((name, points[name]) for name in names)
