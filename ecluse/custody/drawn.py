"""Which delivered units are visited? Drawn by public randomness from a committed list; anyone can repeat it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from ecluse.custody.chain import taken_over
from ecluse.custody.ranges import Ranges, count, difference, normal, overlap, union
from ecluse.custody.terms import Loss, Manifest, SerialRange, Step
from ecluse.custody.terms_after import CheckFrame, CheckVisit, LiveDelivery, Outcome

BP = 10_000
DOMAIN = b"ecluse/post-check-draw/1"
HASH_BITS = 256
# A unit that is damaged or accounted for on paper was not diverted.
THERE = frozenset({Outcome.SEEN, Outcome.ACCOUNTED, Outcome.DAMAGED})
BACKWARD = frozenset({Step.RETURN, Step.RECALL})


def sample_size(units: int, confidence_bp: int, diverted_bp: int) -> int:
    """How many units must be drawn, so that a diverted share is missed with a chance of at most 1 - confidence?

    Exact whole numbers (hypergeometric, without replacement). With D = the share of the units, rounded up, the chance
    to draw none of them in n is C(units - D, n) / C(units, n); the smallest n that brings it down far enough is given.

    >>> sample_size(500, 9500, 200), sample_size(1000, 9500, 500), sample_size(20, 9500, 500), sample_size(0, 9500, 500)
    (129, 57, 19, 0)
    """
    if not (0 < confidence_bp < BP and 0 < diverted_bp <= BP):
        raise ValueError("confidence lies between nothing and certainty, a share above nothing")
    if units <= 0:
        return 0
    diverted = -(-units * diverted_bp // BP)
    high = 1  # doubled until it is enough: the products stay as short as the sample
    while high < units and not _is_missed_seldom(units, diverted, high, confidence_bp):
        high = min(units, 2 * high)
    low = 1
    while low < high:
        middle = (low + high) // 2
        if _is_missed_seldom(units, diverted, middle, confidence_bp):
            high = middle
        else:
            low = middle + 1
    return low


def _is_missed_seldom(units: int, diverted: int, drawn: int, confidence_bp: int) -> bool:
    # C(N-D, n) / C(N, n) = C(N-n, D) / C(N, D): whichever product is the shorter.
    factors, taken = sorted((diverted, drawn))
    missed = whole = 1
    for step in range(factors):
        missed *= max(0, units - taken - step)
        whole *= units - step
    return missed * BP <= whole * (BP - confidence_bp)


def draw(value: bytes, list_digest: bytes, units: int, size: int) -> tuple[int, ...]:
    """Which positions of a list of so many units are drawn by this public value? Counted from 0, in order.

    Each step picks one of the positions left (Fisher and Yates); a hash that would favour some of them is thrown away.

    >>> draw(bytes(32), bytes(32), 10, 3)
    (3, 5, 9)
    """
    if not 0 <= size <= units:
        raise ValueError(f"{size} of {units} cannot be drawn")
    numbers = _numbers(value, list_digest, units)
    moved: dict[int, int] = {}
    drawn = []
    for step in range(size):
        place = step + _below(units - step, numbers)
        drawn.append(moved.get(place, place))
        moved[place] = moved.get(step, step)
    return tuple(sorted(drawn))


def _numbers(value: bytes, list_digest: bytes, units: int) -> Iterator[int]:
    """A stream of 256-bit numbers that only the value, the list and its length decide."""
    parts = (DOMAIN, value, list_digest, units.to_bytes(8, "big"))
    seed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest(), "big")
        counter += 1


def _below(limit: int, numbers: Iterator[int]) -> int:
    fair = (1 << HASH_BITS) // limit * limit
    return next(number for number in numbers if number < fair) % limit


def value_of(signature: bytes) -> bytes:
    """Which value does a beacon's round have? The SHA-256 of its signature, as drand has it."""
    return hashlib.sha256(signature).digest()


def round_at(beacon: Mapping[str, str], instant: datetime) -> int:
    """Which is the first round of this beacon at or after this instant?

    >>> round_at({"genesis": "1595431050", "period_seconds": "30"}, datetime(2020, 7, 22, 15, 17, 31, tzinfo=UTC))
    2
    """
    genesis, period = int(beacon["genesis"]), int(beacon["period_seconds"])
    seconds = -((datetime.fromtimestamp(genesis, UTC) - instant) // timedelta(seconds=1))
    return max(1, -(-seconds // period) + 1)


def told_at(beacon: Mapping[str, str], number: int) -> datetime:
    """At which instant is this round of this beacon told?"""
    seconds = (number - 1) * int(beacon["period_seconds"])
    return datetime.fromtimestamp(int(beacon["genesis"]), UTC) + timedelta(seconds=seconds)


# ------------------------------------------------------------------ the list


def live(manifests: Iterable[Manifest], losses: Iterable[Loss], end_user: str, on: date) -> Ranges:
    """Which numbers of a tranche has its end user at the end of this day: signed for, not sent back, not lost?"""
    made = [one for one in manifests if one.received_at and one.received_at.date() <= on]
    taken = union(*(taken_over(one) for one in made if one.step is Step.DELIVERY and one.to_custodian == end_user))
    back = union(*(taken_over(one) for one in made if one.step in BACKWARD and one.from_custodian == end_user))
    lost = [run for loss in losses if loss.on <= on for run in loss.ranges]
    return difference(difference(taken, back), lost)


def units_of(deliveries: Iterable[LiveDelivery]) -> int:
    """How many units stand in the list?"""
    return sum(run.units() for one in deliveries for run in one.ranges)


def drawn_by_end_user(deliveries: Sequence[LiveDelivery], positions: Iterable[int]) -> dict[str, Ranges]:
    """Which numbers are to be seen at which end user? Positions count the list's units in its own order.

    >>> drawn_by_end_user([LiveDelivery("T", "party:a", "fpv", (SerialRange("B", 1, 5),))], [0, 4])
    {'party:a': (SerialRange(block='B', first=1, last=1), SerialRange(block='B', first=5, last=5))}
    """
    found: dict[str, list[SerialRange]] = {}
    wanted, start = iter(sorted(positions)), 0
    position = next(wanted, None)
    for one in deliveries:
        for run in one.ranges:
            while position is not None and position < start + run.units():
                number = run.first + position - start
                found.setdefault(one.end_user, []).append(SerialRange(run.block, number, number))
                position = next(wanted, None)
            start += run.units()
    return {end_user: normal(runs) for end_user, runs in sorted(found.items())}


def in_class(deliveries: Iterable[LiveDelivery], runs: Iterable[SerialRange]) -> dict[str, Ranges]:
    """Which of these numbers are of which class, as the list has them?"""
    found: dict[str, Ranges] = {}
    runs = tuple(runs)
    for one in deliveries:
        found[one.class_] = union(found.get(one.class_, ()), overlap(one.ranges, runs))
    return {class_: own for class_, own in sorted(found.items()) if own}


def visited_by_class(
    frames: Mapping[str, CheckFrame], visits: Iterable[CheckVisit]
) -> tuple[Counter[str], Counter[str]]:
    """How many units of each class were looked for, and how many of those were there or accounted for?"""
    looked: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for visit in visits:
        frame = frames.get(visit.check)
        own = [one for one in frame.deliveries if one.end_user == visit.end_user] if frame else []
        for one in visit.found:
            units = {name: count(runs) for name, runs in in_class(own, one.ranges).items()}
            looked.update(units)
            there.update(units if one.outcome in THERE else {})
    return looked, there
