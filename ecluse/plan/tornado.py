"""Which figures matter most? Each made larger and smaller alone, and what becomes of receipts and of unmet need.

Answers are the quick ones of a warm session, by weights and in fractions, rounded; no plan to be adopted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecluse.plan.changes import Change
from ecluse.plan.session import Answer, Session
from ecluse.plan.solve import Solved

PERCENT = 10
# budget, rates, capacity, demand, throughput of centres: by so many percent; lag by a month; the share by points.
BY_PERCENT = ("budget", "rate", "line", "sale", "centre", "need")
LAG, SHARE, WHOLE = "lag", "share", 10_000
MOST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Level:
    """What an answer comes to: receipts within the months, and the value of need unmet at the end. Rounded."""

    receipts_minor: int
    unmet_value: int


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure made smaller and larger comes to; None where there is no plan then, or no such figure."""

    kind: str
    less: Level | None
    more: Level | None

    def on_receipts(self, now: Level) -> int:
        """By how much do receipts change at most?"""
        return max((abs(at.receipts_minor - now.receipts_minor) for at in (self.less, self.more) if at), default=0)

    def on_need(self, now: Level) -> int:
        """By how much does unmet need change at most?"""
        return max((abs(at.unmet_value - now.unmet_value) for at in (self.less, self.more) if at), default=0)


@dataclass(frozen=True, slots=True)
class Tornado:
    """Bars around the answer as it is."""

    now: Level
    bars: tuple[Bar, ...]

    def by_receipts(self) -> list[Bar]:
        """Which figures move receipts most?"""
        return sorted(self.bars, key=lambda bar: (-bar.on_receipts(self.now), -bar.on_need(self.now), bar.kind))

    def by_need(self) -> list[Bar]:
        """Which figures move unmet need most?"""
        return sorted(self.bars, key=lambda bar: (-bar.on_need(self.now), -bar.on_receipts(self.now), bar.kind))


def tornado(session: Session, percent: int = PERCENT) -> Tornado:
    """What do budget, rates, lag, share, capacity, demand, centres and need do, one at a time? Needs a solved session.

    Raises ValueError where there is no answer to begin with, or for a percentage that is none.
    """
    now = level(session.opened)
    if now is None or not 0 < percent <= MOST_PERCENT:
        raise ValueError(f"expected a question with an answer, and 1 to {MOST_PERCENT} percent")
    return Tornado(now, tuple(_bars(session, percent)))


def _bars(session: Session, percent: int) -> Iterator[Bar]:
    for kind in BY_PERCENT:
        less, more = (_change(kind, sign, percent, share=True) for sign in "-+")
        yield Bar(kind, _level(session, [less]), _level(session, [more]))
    lags = [sale["lag"] for sale in session.question["sales"]]
    shorter = _level(session, [_change(LAG, "-", 1)]) if any(lags) else None
    yield Bar(LAG, shorter, _level(session, [_change(LAG, "+", 1)]))
    points = percent * WHOLE // 100
    share = session.question["share_bp"]
    levels = [max(0, share - points), min(WHOLE, share + points)]
    ends = [None if at == share else _level(session, [_change(SHARE, "", at)]) for at in levels]
    yield Bar(SHARE, *ends)


def _change(kind: str, sign: str, amount: int, *, share: bool = False) -> Change:
    return Change(kind, None, None, None, sign, amount, share)


def _level(session: Session, changes: Sequence[Change]) -> Level | None:
    return level(session.what_if(changes))


def level(answer: Answer) -> Level | None:
    """What does an answer come to? None where there is no plan."""
    if not isinstance(answer.plan, Solved):
        return None
    values: Mapping[str, Any] = answer.plan.values
    needs = answer.question["needs"]
    unmet = sum(need["value"] * months[-1] for need, months in zip(needs, values["u"], strict=True))
    return Level(round(values["q"][0][-1]), round(unmet))
