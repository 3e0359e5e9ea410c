"""Which plan with exports leaves everything that home gets in the baseline exactly as it is?

Purchases, order credit and deliveries at home are the baseline's own, unit by unit; what is made beyond them leaves or
serves urgent need from proceeds. So no rule of no harm can break, and nothing has to be repaired: the way for questions
too large to try.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ecluse.plan.blocks import Ints
from ecluse.plan.delivering import Delivering, RoundingError
from ecluse.plan.figures import Figures, Floats, Markets
from ecluse.plan.leaving import Leaving
from ecluse.plan.making import NEAR, mended, units_there, whole_output
from ecluse.plan.settling import without_idleness
from ecluse.plan.sharing import PROCEEDS, Shares
from ecluse.plan.written import Whole, with_sales

HELD = "ob"  # what home gets without proceeds


def held_plan(question: Mapping[str, Any], base: Whole, said: Mapping[str, Any], stands: int = 0) -> Whole:
    """Which plan in whole units lies near what the solver said of output, exports and proceeds, home held?

    In the first months that stand output and exports are whole already and stay; the question's demand there is what
    was sold. Raises RoundingError where the rest finds no room beside them.
    """
    try:
        return _held(question, base, said, stands, as_base=True)
    except RoundingError:  # the products that serve a pool are not the baseline's: then those that the solver said
        return _held(question, base, said, stands, as_base=False)


def _held(question: Mapping[str, Any], base: Whole, said: Mapping[str, Any], stands: int, *, as_base: bool) -> Whole:
    figures = Figures(question)
    markets, home = Markets(figures), figures.units(base["h"])
    gone = _gone(figures, markets, said["e"], stands)
    there = np.cumsum(home, axis=1) if as_base else _said(said["h"], figures)
    made = _output(figures, figures.fractions(said["x"]), base, there + gone, stands)
    delivering = Delivering(figures, units_there(figures, made) - gone, home if as_base else None)
    if (delivering.left < 0).any():
        raise RoundingError("what was sold and what home gets in the baseline do not fit together")
    shares = Shares(figures, delivering.pools())
    _as_in(shares, base)
    if not as_base:
        delivering.match(shares.by_pool(), said["h"])
        shares.units = delivering.pools()
    shares.toward(PROCEEDS, said, paid=False)
    delivering.match(shares.by_pool(), said["h"])
    delivering.left += gone
    leaving = Leaving(figures, markets, made, delivering.left)
    for k, t in np.argwhere(figures.fractions(said["e"])[:, :stands] > NEAR).tolist():
        leaving.send(k, t, round(said["e"][k][t]))
    leaving.toward(said["e"])
    shares.units = delivering.pools(leaving.apart)
    shares.receive(leaving.receipts())
    shares.within_money()
    delivering.match(shares.by_pool(), said["h"], leaving)
    leaving.fill()
    shares.receive(leaving.receipts())
    shares.units = delivering.pools(leaving.apart)
    for block in PROCEEDS:
        shares.fill(block)
    without_idleness(shares, question["share_bp"], question["grace_months"])
    delivering.match(shares.by_pool(), said["h"], leaving)
    return with_sales(question, made, delivering.home, shares, leaving)


def _output(figures: Figures, said: Floats, base: Whole, promised: Ints, stands: int) -> Ints:
    """Which output lies near what was said and delivers what is promised? If need be the baseline's own, and more."""
    made, met = mended(figures, whole_output(figures, said), promised, stands)
    if met or stands:
        return made
    return mended(figures, whole_output(figures, said, figures.units(base["x"])), promised)[0]


def _said(home: Any, figures: Figures) -> Ints:
    return np.asarray(np.ceil(np.cumsum(figures.fractions(home), axis=1) - NEAR), dtype=np.int64)


def _gone(figures: Figures, markets: Markets, sent: Any, stands: int) -> Ints:
    """How many units of each product have left in the months that stand, cumulated?"""
    found = np.zeros_like(figures.reserve)
    units = np.round(figures.fractions(sent)).astype(np.int64)
    units[:, stands:] = 0
    np.add.at(found, markets.product[markets.sale], units)
    return np.asarray(np.cumsum(found, axis=1))


def _as_in(shares: Shares, base: Whole) -> None:
    """Give every need what the baseline gives it; the units for it are set aside already."""
    figures = shares.figures
    for block in HELD:
        given = figures.units(base[block])
        shares.given[block] += given
        shares.unmet -= np.cumsum(given, axis=1)
        if block == "o":
            np.subtract.at(shares.credit, figures.pool, np.cumsum(given, axis=1))
        else:
            spent = (figures.price[figures.pool].astype(object)[:, None] * given).sum(axis=0)
            shares.budget = shares.budget - np.cumsum(spent)
