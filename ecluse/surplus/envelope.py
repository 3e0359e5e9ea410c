"""Which statements show, without a number, that a certificate was covered and that each of its draws fitted?

Pure statements over points: figures that owners committed to, and sums of such, which whoever verifies adds up anew.
Whoever knows the figures proves them, anyone verifies. Each is the arithmetic of a rule of this room:
`certificate_within_rule` (figures.py), `certificate_within_look_ahead` (look_ahead.py), the steps of a balance
(balance.py). Where a rule takes the larger of a difference and zero, at least one unit certified makes the difference
itself the bound: that one unit is claimed too.

Nothing wraps: each figure is shown below 2^SINGLE_BITS, a sum adds fewer than 2^20 of them with coefficients below
2^48, and the order of the group lies above 2^252; so a claim about a sum is a claim about whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecluse.base.days import Month
from ecluse.base.figure_line import Line
from ecluse.base.group import Point
from ecluse.base.statement import InRange, Statement, Sum
from ecluse.surplus.terms import SurplusPolicy, SurplusRule

# Figures by month, and units certified or drawn: up to 16,777,215.
MONTHLY_BITS = 24
# Figures of a whole year or stock, and what is left of sums.
SINGLE_BITS = 32
SUM_BITS = 32
# A sum times the policy's ratio: SR-4 alone.
PRODUCT_BITS = 48
MONTHLY_KINDS = frozenset({"capacity", "order", "need", "home"})
# Of what an attestation carries, only what it says of capacity is added up.
SHOWN = "shown "
Points = Mapping[str, Point]


def figures_in_range(line: Line, context: str) -> Statement:
    """What is shown of each figure that is added up anywhere? That it is known, has no sign and does not wrap."""
    bits = MONTHLY_BITS if line.kind in MONTHLY_KINDS else SINGLE_BITS
    points = tuple((name, point) for name, point in line.points if not name.startswith(SHOWN))
    return Statement(
        f"{line.kind} {line.at} in range", context, line.log, line.index, points,
        in_range=tuple(InRange(Sum(((name, 1),)), bits) for name, _ in points),
    )  # fmt: skip


def certificate_covered(
    line: Line, policy: SurplusPolicy, points: Points, months: Sequence[Month], context: str
) -> Statement:
    """What shows that a certificate lies within the bound rule, and within the look-ahead of its class and model?

    `points` are sums: what the rule needs of `capacity`, `home orders`, `partner orders`, `need`, `stock`,
    `absorption`, `judged` (left out where nothing is on file), `class taken`, and of each month from the certificate's
    first `model free M`, `class free M`, `class taken M`; `model taken`, `certified`.
    """
    claims = [*_rule(policy, points), InRange(Sum((("certified", 1),), 1), MONTHLY_BITS)]
    for month in months:
        claims.append(_left(points, (f"model free {month}", 1), ("model taken", -1)))
        claims.append(_left(points, (f"class free {month}", 1), (f"class taken {month}", -1)))
    return Statement(
        f"certificate {line.at} within {policy.rule.value} of {policy.id} and its look-ahead", context, line.log,
        line.index, tuple(points.items()), in_range=tuple(claims),
    )  # fmt: skip


def reserved(line: Line, units: Point, free: Point, context: str) -> Statement:
    """What shows that a reservation takes at least one unit, and no more than its certificate has free?

    `free` is what the certificate has free once the units are taken: certified less everything held.
    """
    return Statement(
        f"draw {line.at} reserved", context, line.log, line.index, (("units", units), ("free after", free)),
        in_range=(InRange(Sum((("units", 1),), 1), MONTHLY_BITS), InRange(Sum((("free after", 1),)), MONTHLY_BITS)),
    )  # fmt: skip


def moved(line: Line, units: Point, held: Point, context: str) -> Statement:
    """What shows that a later step moves exactly what its tranche holds? Both are the same number."""
    return Statement(
        f"draw {line.at} {line.mark('state')}", context, line.log, line.index, (("units", units), ("held", held)),
        zero=(Sum((("units", 1), ("held", -1))),),
    )  # fmt: skip


def licensed(line: Line, units: Point, committed: Point, context: str) -> Statement:
    """What shows that a licence is for exactly the units that its tranche had committed?"""
    return Statement(
        f"licence {line.at} as drawn", context, line.log, line.index, (("units", units), ("committed", committed)),
        zero=(Sum((("units", 1), ("committed", -1))),),
    )  # fmt: skip


def licensed_open(line: Line, units: Point, context: str) -> Statement:
    """What is shown of an open licence, whose consignments draw each for itself? That it is for units at all."""
    return Statement(
        f"licence {line.at} open", context, line.log, line.index, (("units", units),),
        in_range=(InRange(Sum((("units", 1),), 1), MONTHLY_BITS),),
    )  # fmt: skip


def _rule(policy: SurplusPolicy, points: Points) -> list[InRange]:
    """Which sums are not negative under this rule? One of `figures.result_under`, line by line."""
    taken, need = ("class taken", -1), ("need", -1)
    orders = (("home orders", -1), ("partner orders", -1))
    unfunded = _left(points, ("capacity", 1), *orders, taken)
    funded_less_need = (("home orders", 1), ("partner orders", 1), need)
    if policy.rule is SurplusRule.SR_0:
        return [_left(points, *funded_less_need), _left(points, ("capacity", 1), need, taken)]
    if policy.rule is SurplusRule.SR_0B:
        return [_left(points, ("capacity", 1), need, taken)]
    if policy.rule is SurplusRule.SR_1:
        return [unfunded]
    if policy.rule is SurplusRule.SR_2:
        return [unfunded, _left(points, ("stock", 1), *funded_less_need)]
    if policy.rule is SurplusRule.SR_3:
        return [_left(points, ("capacity", 1), ("absorption", -1), taken)]
    if policy.rule is SurplusRule.SR_4:
        return [unfunded, _ratio(policy, points)]
    return [unfunded, _left(points, ("judged", 1), taken)]


def _ratio(policy: SurplusPolicy, points: Points) -> InRange:
    """Units are at most n/d of home orders, rounded down: exactly when d times units is at most n times orders."""
    if policy.ratio_denominator < 1 or policy.ratio_numerator < 1:
        raise ValueError(f"nothing is certified under the ratio {policy.ratio_numerator}/{policy.ratio_denominator}")
    terms = (("home orders", policy.ratio_numerator), ("class taken", -policy.ratio_denominator))
    return InRange(Sum(_there(points, terms)), PRODUCT_BITS)


def _left(points: Points, *terms: tuple[str, int]) -> InRange:
    return InRange(Sum(_there(points, terms)), SUM_BITS)


def _there(points: Points, terms: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """A sum of no figures at all is no point, and counts as nothing."""
    return tuple((name, coefficient) for name, coefficient in terms if name in points)
