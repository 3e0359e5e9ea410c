"""Which fractions solve a square system of equations exactly?

Floats solve it roughly; what is still missing is counted exactly and solved again, until the digits suffice to guess
the fractions; a guess is taken only when every equation holds to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import scipy.sparse
import scipy.sparse.linalg

Vector = list[Fraction]
ROUNDS = 40
DIGITS = 10  # so many more decimal digits a round, when the system is not too badly put
EASY = 10**4


def solved_exactly(
    columns: Sequence[Mapping[int, Fraction]], right: Sequence[Fraction], *, across: bool = False
) -> Vector | None:
    """What solves this system, a row a right-hand side? `across`: the transposed one. None when it was not found.

    >>> solved_exactly([{0: Fraction(3)}, {0: Fraction(1), 1: Fraction(7)}], [Fraction(1), Fraction(1)])
    [Fraction(2, 7), Fraction(1, 7)]
    """
    count = len(columns)
    if not count:
        return []
    floats = scipy.sparse.csc_array(
        (
            [float(factor) for column in columns for factor in column.values()],
            (
                [row for column in columns for row in column],
                [at for at, column in enumerate(columns) for _ in column],
            ),
        ),
        shape=(count, count),
    )
    try:
        parts = scipy.sparse.linalg.splu(floats)
    except RuntimeError:  # singular to the eye of floats
        return None
    found, missing = [Fraction(0)] * count, list(right)
    for done in range(1, ROUNDS + 1):
        size = max(map(abs, missing))
        if not size:
            return found
        step = parts.solve(np.array([float(figure / size) for figure in missing]), "T" if across else "N")
        if not np.isfinite(step).all():
            return None
        found = [figure + size * Fraction(float(more)) for figure, more in zip(found, step, strict=True)]
        guess = [figure.limit_denominator(max(EASY, 10 ** (DIGITS * done // 2))) for figure in found]
        if not any(_missing(columns, guess, right, across)):
            return guess
        missing = _missing(columns, found, right, across)
    return None


def _missing(
    columns: Sequence[Mapping[int, Fraction]], found: Sequence[Fraction], right: Sequence[Fraction], across: bool
) -> Vector:
    """How far from its right-hand side is each equation?"""
    left = list(right)
    for at, column in enumerate(columns):
        for row, factor in column.items():
            if across:
                left[at] -= factor * found[row]
            elif found[at]:
                left[row] -= factor * found[at]
    return left
