"""What becomes of the money of exports, to the minor unit: fund, other uses, what lies idle?

Other uses take what the law leaves them as soon as nothing later needs it. Where money would lie idle although urgent
need can be bought abroad, it is bought, and if need be a later purchase gives way.
"""

from __future__ import annotations

from ecluse.plan.sharing import PROCEEDS, Shares

WHOLE = 10_000


def without_idleness(shares: Shares, received: list[int], share: int, grace: int) -> None:
    """Buy urgent need abroad wherever the law would find money idle."""
    for t in range(len(received) - grace):
        while n := _idle_for(shares, received, share, t, t + grace):
            need = n[0]
            units = min(shares.room("y", need, t + grace), max(1, n[1]))
            if units > 0:
                shares.give("y", need, t + grace, units)
            elif not _gives_way(shares, t + grace):
                return


def _idle_for(shares: Shares, received: list[int], share: int, t: int, s: int) -> tuple[int, int] | None:
    """For which need does money lie idle, and how many units would it buy?"""
    idle = idle_money(shares, received, share, t, s)
    left = [n for n in shares.eligible("y") if shares.unmet[n, s]]
    if not left:
        return None
    need = min(left, key=lambda n: shares.price("y", n))
    price = shares.price("y", need)
    return (need, -(-(idle - WHOLE * price) // (WHOLE * price)) if price else 1) if idle > WHOLE * price else None


def idle_money(shares: Shares, received: list[int], share: int, t: int, s: int) -> int:
    """How much of what had come home by month t lies idle in month s, in ten-thousandths of a minor unit?"""
    return max(0, share * received[t] - WHOLE * (received[s] - int(shares.fund[s])))


def _gives_way(shares: Shares, s: int) -> bool:
    """Was a later purchase taken back, the latest and least urgent?"""
    for t in range(shares.figures.months - 1, s, -1):
        for block in reversed(PROCEEDS):
            for n in reversed(shares.eligible(block)):
                if shares.given[block][n, t] and shares.price(block, n):
                    shares.give(block, n, t, -1)
                    return True
    return False


def other_uses(shares: Shares, received: list[int], share: int) -> list[int]:
    """How much have other uses taken by the end of each month? All they may, as soon as nothing later needs it."""
    allowed = [
        min(int(fund), (WHOLE - share) * money // WHOLE) for fund, money in zip(shares.fund, received, strict=True)
    ]
    return [min(allowed[t:]) for t in range(len(allowed))]
