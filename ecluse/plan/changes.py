"""Which question is asked when something changes: budget, rate, lag, share, a destination, centre, line or need?

A change is spelled `KIND[:ID][.MONTH[..MONTH]]=VALUE`; the value is a share of the figure (`+5%`, `50%`), something
added (`+2`, `-2`) or the figure itself (`0`). Without an id every record changes, without a month every month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WHOLE = 10_000
MONTHLY = {
    "line": ("lines", "hours"),
    "need": ("needs", "units"),
    "centre": ("centres", "throughput"),
    "order": ("orders", "units"),
    "reserve": ("products", "reserve"),
    "sale": ("sales", "demand"),
    "destination": ("sales", "demand"),
}
SINGLE = {"share": "share_bp", "grace": "grace_months"}
ABROAD = frozenset({"rate", "lag", "share", "grace", "centre", "sale", "destination"})  # no part of the baseline
KINDS = ("budget", "rate", "lag", *MONTHLY, *SINGLE)
SPELLED = re.compile(
    r"(?P<kind>[a-z]+)(?::(?P<record>[^=]+?))?(?:\.(?P<first>\d{4}-\d\d)(?:\.\.(?P<last>\d{4}-\d\d))?)?"
    r"=(?P<sign>[+-]?)(?P<amount>\d{1,18})(?P<part>%?)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which kind and record, in which months, by what."""

    kind: str
    record: str | None
    first: str | None
    last: str | None
    sign: str
    amount: int
    share: bool

    def to(self, figure: int) -> int:
        """What becomes of a figure? Rounded down, never below zero.

        >>> spelled("budget=+5%").to(199), spelled("budget=50%").to(199), spelled("lag=+1").to(2)
        (208, 99, 3)
        """
        amount = -self.amount if self.sign == "-" else self.amount
        if self.share:
            return max(0, figure * ((100 if self.sign else 0) + amount) // 100)
        return max(0, figure + amount if self.sign else amount)

    def within(self, month: str) -> bool:
        """Is this month among those that change?"""
        return self.first is None or self.first <= month <= (self.last or self.first)


def spelled(text: str) -> Change:
    """Which change is spelled so? Raises ValueError for one that is not.

    >>> spelled("line:l1.2026-05..2026-07=50%").last
    '2026-07'
    """
    found = SPELLED.fullmatch(text.strip())
    if found is None or found["kind"] not in KINDS:
        raise ValueError(f"{text}: expected KIND[:ID][.MONTH[..MONTH]]=VALUE, KIND one of {', '.join(KINDS)}")
    return Change(
        found["kind"], found["record"], found["first"], found["last"], found["sign"], int(found["amount"]),
        bool(found["part"]),
    )  # fmt: skip


def changed(question: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """Which question is asked with these changes, one after the other? What does not change is shared, not copied."""
    found = dict(question)
    for change in changes:
        if change.kind == "budget":
            found["budget"] = _months(found, change, found["budget"])
        elif change.kind == "rate":
            found["rates"] = _rates(found, change)
        elif change.kind in SINGLE:
            name = SINGLE[change.kind]
            whole = change.kind == "share" and change.share and not change.sign  # share=80% says the share itself
            found[name] = change.amount * WHOLE // 100 if whole else change.to(found[name])
        else:
            records, name = MONTHLY.get(change.kind, ("sales", "lag"))
            found[records] = _records(found, change, records, name)
    return found


def _months(question: Mapping[str, Any], change: Change, figures: Sequence[int]) -> list[int]:
    pairs = zip(question["months"], figures, strict=True)
    return [change.to(figure) if change.within(month) else figure for month, figure in pairs]


def _rates(question: Mapping[str, Any], change: Change) -> dict[str, Any]:
    rates = question["rates"]
    if change.record is not None and change.record not in rates:
        raise ValueError(f"rate:{change.record}: no such currency; there are {', '.join(sorted(rates))}")
    found = {}
    for code, pairs in rates.items():
        touched = change.record in (None, code)
        tops = _months(question, change, [pair[0] for pair in pairs])
        found[code] = [[top, pair[1]] for top, pair in zip(tops, pairs, strict=True)] if touched else pairs
    return found


def _records(question: Mapping[str, Any], change: Change, records: str, name: str) -> list[Any]:
    own = "destination" if change.kind == "destination" else "id"
    wanted: Callable[[Any], bool] = lambda each: change.record is None or each[own] == change.record  # noqa: E731
    if change.record is not None and not any(wanted(each) for each in question[records]):
        raise ValueError(f"{change.kind}:{change.record}: no such record")
    if name == "lag":
        return [each | {name: change.to(each[name])} if wanted(each) else each for each in question[records]]
    return [
        each | {name: _months(question, change, each[name])} if wanted(each) else each for each in question[records]
    ]
