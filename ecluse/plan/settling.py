"""What becomes of the money of exports, to the minor unit: fund, other uses, what lies idle?

Other uses take what the law leaves them as soon as nothing later needs it. Where money would lie idle although urgent
need can be bought abroad, it is bought, and if need be a later purchase gives way.
"""

from __future__ import annotations

import numpy as np

from ecluse.plan.sharing import PROCEEDS, Shares

WHOLE = 10_000


def without_idleness(shares: Shares, share: int, grace: int) -> None:
    """Buy urgent need abroad wherever the law would find money idle."""
    received = shares.received
    for t in range(len(received) - grace):
        s = t + grace
        while (need := _idle_for(shares, idle_money(shares, received, share, t, s), s)) is not None:
            excess = idle_money(shares, received, share, t, s) // (WHOLE * max(1, shares.price("y", need)))
            if units := min(shares.room("y", need, s), max(1, excess)):
                shares.give("y", need, s, units)
            elif not _gives_way(shares, s, need if not shares.unmet[need, s:].min() else None):
                return


def _idle_for(shares: Shares, idle: int, s: int) -> int | None:
    """For which need does this money lie idle: unmet in month s, and later too but for proceeds spent later?"""
    if idle <= 0:
        return None
    needs = np.array(shares.eligible("y"), dtype=np.int64)
    later = sum(shares.given[block][needs, s + 1 :] for block in PROCEEDS)
    come = np.cumsum(np.concatenate([np.zeros((len(needs), 1), dtype=np.int64), later], axis=1), axis=1)
    still = (shares.unmet[needs, s:] + come).min(axis=1) > 0
    need = min(needs[still].tolist(), key=lambda n: shares.price("y", n), default=None)
    return need if need is not None and idle > WHOLE * shares.price("y", need) else None


def idle_money(shares: Shares, received: list[int], share: int, t: int, s: int) -> int:
    """How much of what had come home by month t lies idle in month s, in ten-thousandths of a minor unit?"""
    return max(0, share * received[t] - WHOLE * (received[s] - int(shares.fund[s])))


def _gives_way(shares: Shares, s: int, need: int | None) -> bool:
    """Was a later purchase taken back, the latest and least urgent: of this need, or of any?"""
    for t in range(shares.figures.months - 1, s, -1):
        for block in reversed(PROCEEDS):
            given = shares.given[block][:, t]
            if not given.any() or (need is not None and not given[need]):
                continue
            for n in [need] if need is not None else reversed(shares.eligible(block)):
                if given[n] and (n == need or shares.price(block, n)):
                    shares.give(block, n, t, -1)
                    return True
    return False


def other_uses(shares: Shares, received: list[int], share: int) -> list[int]:
    """How much have other uses taken by the end of each month? All they may, as soon as nothing later needs it."""
    allowed = [
        min(int(fund), (WHOLE - share) * money // WHOLE) for fund, money in zip(shares.fund, received, strict=True)
    ]
    return [min(allowed[t:]) for t in range(len(allowed))]
