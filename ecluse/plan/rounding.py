"""How does a solver's answer in fractions become a plan in whole units, money exact to the minor unit?

Round, repair, verify. The baseline first. The plan begins at the baseline's own deliveries where additions are promised
(N2) or where the solver's do not fit, so that home never gets less; exports take what is left. A plan that the checker
would refuse is never returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ecluse.plan.blocks import Ints
from ecluse.plan.checker import PlanError
from ecluse.plan.delivering import Delivering, RoundingError
from ecluse.plan.figures import Figures, Markets
from ecluse.plan.leaving import Leaving
from ecluse.plan.making import NEAR, mended, units_there, whole_output
from ecluse.plan.settling import without_idleness
from ecluse.plan.sharing import Promise, Shares
from ecluse.plan.written import Whole, supplied, verified, with_sales

ATTEMPTS = 8

__all__ = ["RoundingError", "again", "whole_baseline", "whole_plan"]


def whole_baseline(question: Mapping[str, Any], said: Mapping[str, Any]) -> Whole:
    """Which baseline in whole units lies near what the solver said? Raises RoundingError when none was found.

    Orders and reserve are met whatever it costs the rest; then needs, class by class, as far as units and money go.
    """
    figures = Figures(question)
    made = _output(figures, said)
    delivering = Delivering(figures, units_there(figures, made))
    shares = Shares(figures, delivering.pools())
    shares.toward("ob", said, up=True)
    for block in "ob":
        shares.fill(block)
    delivering.match(shares.by_pool(), said["h"])
    return verified(question, supplied(figures, made, delivering.home, shares), None)


class _HarmError(RoundingError):
    """These needs would get less than the rule promises."""

    def __init__(self, needs: set[int]) -> None:
        self.needs = needs
        super().__init__(f"{len(needs)} needs would get less than the rule promises")


def whole_plan(question: Mapping[str, Any], base: Whole, said: Mapping[str, Any]) -> Whole:
    """Which plan with exports in whole units lies near what the solver said, and harms nothing of this baseline?

    Needs that rounding would harm keep what the baseline bought them, more of them from attempt to attempt, then all;
    then output is turned toward the baseline's deliveries, then built on its output, and in the end output and
    deliveries are the baseline's own. Raises RoundingError when even then a row does not hold.
    """
    faults: list[str] = []
    for output in _OUTPUTS:
        try:
            return _harmless(question, base, said, output(Figures(question), said, base))
        except (RoundingError, PlanError) as error:
            faults.append(str(error))
    figures, every = Figures(question), set(range(len(question["needs"])))
    made, home = _based(figures, said, base), figures.units(base["h"])
    try:
        return verified(question, _plan(question, base, said, every, made, home), base)
    except (RoundingError, PlanError) as error:
        raise RoundingError("plan: " + "; ".join([*faults, str(error)])) from error


def _harmless(question: Mapping[str, Any], base: Whole, said: Mapping[str, Any], made: Ints) -> Whole:
    """Which plan with this output harms nothing? Raises RoundingError when none was found."""
    every, kept = set(range(len(question["needs"]))), set[int]()
    for _ in range(ATTEMPTS):
        try:
            return verified(question, _plan(question, base, said, kept, made), base)
        except _HarmError as error:
            if kept == every:
                raise
            kept = every if error.needs <= kept else kept | error.needs
    return verified(question, _plan(question, base, said, every, made), base)


def again(question: Mapping[str, Any], said: Mapping[str, Any], base: Whole | None) -> Whole:
    """Which plan is this, said in whole units but for the error of floats, when it is worked out exactly?

    Raises PlanError or RoundingError when it does not hold exactly.
    """
    figures = Figures(question)
    made, home = (figures.units(np.round(figures.fractions(said[block]))) for block in "xh")
    delivering = Delivering(figures, units_there(figures, made), home)
    shares = Shares(figures, delivering.pools())
    for block in "obry" if base is not None else "ob":
        for n, months in enumerate(said[block]):
            for t, units in enumerate(months):
                shares.give(block, n, t, round(units))
    if base is None:
        return verified(question, supplied(figures, made, home, shares), None)
    markets = Markets(figures)
    leaving = Leaving(figures, markets, made, delivering.left)
    for k, months in enumerate(said["e"]):
        for t, units in enumerate(months):
            leaving.send(k, t, round(units))
    shares.receive(leaving.receipts())
    without_idleness(shares, question["share_bp"], question["grace_months"])
    delivering.match(shares.by_pool(), said["h"], leaving)
    return verified(question, with_sales(question, made, delivering.home, shares, leaving), base)


def _plan(
    question: Mapping[str, Any], base: Whole, said: Mapping[str, Any], kept: set[int], made: Ints,
    home: Ints | None = None,
) -> Whole:  # fmt: skip
    """Which plan with this output, the baseline's purchases kept for these needs, and its deliveries (`home`) too?"""
    figures = Figures(question)
    markets = Markets(figures)
    delivering = Delivering(figures, units_there(figures, made), home)
    shares, promise = Shares(figures, delivering.pools()), _promise(question, base, figures)
    _keep(shares, base, kept, taken=home is None)
    shares.toward("ob", said)
    shares.toward("ry", said, paid=False)
    shares.no_more_unmet(promise, paid=False)
    shares.toward("ob", said, up=True)
    for block in "ob":
        shares.fill(block)
    delivering.match(shares.by_pool(), said["h"])
    leaving = Leaving(figures, markets, made, delivering.left)
    leaving.toward(said["e"])
    shares.units = delivering.pools(leaving.apart)
    shares.receive(leaving.receipts())
    shares.within_money()
    shares.no_more_unmet(promise)
    delivering.match(shares.by_pool(), said["h"], leaving)
    leaving.fill()
    shares.receive(leaving.receipts())
    shares.units = delivering.pools(leaving.apart)
    shares.no_more_unmet(promise)
    for block in "ry":
        shares.fill(block)
    without_idleness(shares, question["share_bp"], question["grace_months"])
    if harmed := promise.broken(shares):
        raise _HarmError(harmed)
    delivering.match(shares.by_pool(), said["h"], leaving)
    return with_sales(question, made, delivering.home, shares, leaving)


def _output(figures: Figures, said: Mapping[str, Any], base: Whole | None = None) -> Ints:
    """Which output serves orders and reserve for certain, and the deliveries that the solver said if it can be?"""
    return _toward(figures, said, np.zeros_like(figures.reserve))


def _served(figures: Figures, said: Mapping[str, Any], base: Whole) -> Ints:
    """The same, but for no less of each product than the baseline delivers."""
    return _toward(figures, said, np.cumsum(figures.units(base["h"]), axis=1))


def _toward(figures: Figures, said: Mapping[str, Any], least: Ints) -> Ints:
    nothing = np.zeros_like(figures.reserve)
    made, met = mended(figures, whole_output(figures, figures.fractions(said["x"])), nothing)
    if not met:
        raise RoundingError("orders and reserve are not met in whole units near the solver's answer")
    promised = np.ceil(np.cumsum(figures.fractions(said["h"]), axis=1) - NEAR).astype(np.int64)
    return mended(figures, made, np.maximum(promised, least))[0]


def _based(figures: Figures, said: Mapping[str, Any], base: Whole) -> Ints:
    """Which output is the baseline's own, and more where the solver said so?"""
    return whole_output(figures, figures.fractions(said["x"]), figures.units(base["x"]))


_OUTPUTS = (_output, _served, _based)  # the nearest to the solver's answer first


def _keep(shares: Shares, base: Whole, kept: set[int], *, taken: bool) -> None:
    """Give these needs what the baseline gave them from budget; `taken`: out of units that nobody has taken yet.

    Where they are taken already, what came from orders is kept too, so that home is the baseline's own.
    """
    units = shares.units.copy()
    for block in "b" if taken else "ob":
        for n in kept:
            for t, given in enumerate(base[block][n]):
                if given:
                    shares.give(block, n, t, given)
    if not taken:
        shares.units = units
    elif (shares.units < 0).any():
        raise RoundingError("the baseline's deliveries do not fit the solver's output")


def _promise(question: Mapping[str, Any], base: Whole, figures: Figures) -> Promise:
    """What does the rule promise every need? Under N0 no more than that nothing is taken that was never given."""
    rule, unmet = question["rule"], figures.units(base["u"])
    if rule == "N0":
        unmet = np.cumsum(figures.need, axis=1)
    return Promise(unmet, figures.units(base["b"]) if rule == "N2" else None, rule == "N3")
