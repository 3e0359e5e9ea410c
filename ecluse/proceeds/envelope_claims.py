"""How are exact shares of committed amounts, rounded once, said in sums and ranges that anyone may check?

Why nothing wraps: every amount is shown below 2^AMOUNT_BITS, itself or as a sum of such; factors of exact shares have
at most RATE_BITS; at most MOST_PAYMENTS amounts are added up in a statement. So each claimed sum is a whole number
below 2^100, far from the order of the group, and a claim about it is a claim about money.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from ecluse.base.draft import Draft, Ref, Values
from ecluse.base.figure_line import Line
from ecluse.base.money import Rounding, divide
from ecluse.base.statement import InRange, Sum

AMOUNT_BITS = 40
RATE_BITS = 46
MOST_PAYMENTS = 60
Term = tuple[str, int]
Given = tuple[str, tuple[Ref, ...]]
Share = Mapping[str, Fraction]
Solve = Callable[[Values], dict[str, int]]


@dataclass
class Claims:
    """The parts of one draft while they gather; each new figure is solved from those before it."""

    given: list[Given] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    zero: list[Sum] = field(default_factory=list)
    one_of: list[tuple[Sum, ...]] = field(default_factory=list)
    in_range: list[InRange] = field(default_factory=list)
    solved: list[Solve] = field(default_factory=list)

    def take(self, name: str, *refs: Ref) -> str:
        """Under which name does the sum of these figures, committed before, enter the statement?"""
        self.given.append((name, refs))
        return name

    def take_amount(self, name: str, ref: Ref) -> str:
        """Under which name does this amount enter? It is shown to be one."""
        self.amount(self.take(name, ref))
        return name

    def make(self, solve: Solve, *names: str) -> None:
        """Which figures does the statement commit to anew, and how does whoever knows the others find them?"""
        self.made.extend(names)
        self.solved.append(solve)

    def amount(self, *names: str) -> None:
        """The sum of these is an amount of money: not negative, and below 2^AMOUNT_BITS."""
        self.in_range.append(InRange(Sum(tuple((name, 1) for name in names)), AMOUNT_BITS))

    def equal(self, *terms: Term) -> None:
        """The sum of these is nothing."""
        self.zero.append(Sum(terms))

    def equal_to(self, name: str, number: int) -> None:
        """This figure is a public number."""
        self.zero.append(Sum(((name, 1),), number))

    def apart(self, more: str, less: str) -> None:
        """One of the two is nothing, and neither is negative: their sum is then the one that is not."""
        self.one_of.append((Sum(((more, 1),)), Sum(((less, 1),))))
        self.amount(more, less)

    def rounded_up(self, whole: Sequence[Term], share: Share) -> None:
        """The whole is the share, rounded up: d whole - n amount is 0 to d - 1 for the share n/d."""
        scale = scale_of(share)
        self._remainder((*times(whole, scale), *times(terms_of(share, scale), -1)), scale)

    def rounded_down(self, whole: Sequence[Term], share: Share) -> None:
        """The whole is the share, rounded down: n amount - d whole is 0 to d - 1 for the share n/d."""
        scale = scale_of(share)
        self._remainder((*terms_of(share, scale), *times(whole, -scale)), scale)

    def _remainder(self, terms: tuple[Term, ...], divisor: int) -> None:
        """The sum is what a division by this number leaves over: two ranges, that it is not negative and not more."""
        if divisor == 1:
            self.zero.append(Sum(terms))
            return
        bits = (divisor - 1).bit_length()
        self.in_range += [InRange(Sum(terms), bits), InRange(Sum(times(terms, -1), 1 - divisor), bits)]

    def draft(self, name: str, line: Line) -> Draft:
        """Which draft is this, standing where this line stands?"""
        steps = tuple(self.solved)

        def solve(values: Values, other: Callable[[Ref], int]) -> Values:
            known = dict(values)
            for step in steps:
                known |= step(known)
            return known

        return Draft(
            name, line.log, line.index, tuple(self.given), tuple(self.made), (), tuple(self.zero), tuple(self.one_of),
            tuple(self.in_range), solve,
        )  # fmt: skip


def scale_of(share: Share) -> int:
    """By which least number does every factor become whole? Raises ValueError where a factor has too many digits."""
    scale = lcm(*(factor.denominator for factor in share.values()))
    if max(scale, *(abs(factor * scale) for factor in share.values()), 0) >= 2**RATE_BITS:
        raise ValueError(f"a rate has factors of more than {RATE_BITS} bits")
    return scale


def terms_of(share: Share, scale: int) -> tuple[Term, ...]:
    """Which whole multiples is the share, so many times over? What counts nothing is no term."""
    return tuple((name, int(factor * scale)) for name, factor in share.items() if factor)


def times(terms: Sequence[Term], factor: int) -> tuple[Term, ...]:
    """Which terms are these, so many times over?"""
    return tuple((name, each * factor) for name, each in terms)


def worth(values: Values, share: Share) -> Fraction:
    """What is the exact share of these amounts?"""
    return sum((factor * values[name] for name, factor in share.items()), Fraction(0))


def up(amount: Fraction) -> int:
    """Which whole minor unit is this, rounded up?"""
    return divide(amount.numerator, amount.denominator, Rounding.UP) if amount > 0 else -down(-amount)


def down(amount: Fraction) -> int:
    """Which whole minor unit is this, rounded down?"""
    return amount.numerator // amount.denominator


def split(amount: int, more: str, less: str) -> dict[str, int]:
    """Which two amounts, one of them nothing, differ by this one?"""
    return {more: max(0, amount), less: max(0, -amount)}
