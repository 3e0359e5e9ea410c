"""Which claims are about places? Centres and lines: where, since when, with whose technology, how much they make."""

from __future__ import annotations

from collections import Counter
from datetime import date

from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Fate, LifeState, Line, Manifest, Marking, SerialBlock
from ecluse.licence.terms import MarketingAuthorisation
from ecluse.office.audit.reading import Reading
from ecluse.office.claims.terms import (
    DRONES,
    Claim,
    Measure,
    Measured,
    Worded,
    centres,
    counted,
    life,
    lines,
    orders,
    output,
    reached,
    status_of,
)

CENTRES_CLAIMED = 10
NORTH = frozenset({"DK", "EE", "FI", "IS", "LT", "LV", "NO", "SE"})
GERMANY_AND_BRITAIN = ("DE", "GB")
HALF_BP = 5000
MID_FEBRUARY = (10, 20)


def centres_open(claim: Claim) -> Measured:
    """A1: do ten centres open in the year?"""
    year, reading = claim.said_on.year, claim.reading
    today = reading.today()
    opened = sorted(day for centre in centres(reading) for day in [reached(reading, centre.id, LifeState.OPEN)] if day)
    in_year = [day for day in opened if day.year == year]
    states = [steps[-1].state.value for centre in centres(reading) for steps in [life(reading, centre.id)] if steps]
    enough = len(in_year) >= CENTRES_CLAIMED
    return Measured(
        status_of(supported=enough, contradicted=not enough and today >= date(year, 12, 31)),
        {
            "opened": len(in_year), "claimed": CENTRES_CLAIMED, "announced": len(centres(reading)),
            "first": opened[0] if opened else None, "last": opened[-1] if opened else None, "day": today,
            "states": tuple(Worded(f"claim.life.{state}", number) for state, number in Counter(states).most_common()),
        },
    )  # fmt: skip


def centres_north(claim: Claim) -> Measured:
    """A2: do most centres stand in the Baltic and Nordic states?"""
    hosts = [centre.host for centre in centres(claim.reading)]
    north = sum(host in NORTH for host in hosts)
    return Measured(
        status_of(supported=2 * north > len(hosts), contradicted=2 * north < len(hosts)),
        {"north": north, "centres": len(hosts), "hosts": counted(hosts)},
    )


def centres_first(claim: Claim) -> Measured:
    """B1: are the first centres in Germany and the United Kingdom? Centres and lines are kept apart."""
    reading = claim.reading
    opened = sorted(
        (day, centre.host, centre.id)
        for centre in centres(reading)
        for day in [reached(reading, centre.id, LifeState.OPEN)]
        if day
    )
    first = [host for _, host, _ in opened[:2]]
    abroad = [line.host for line in lines(reading) if line.host != claim.world.home]
    return Measured(
        status_of(
            supported=len(first) == 2 and all(host in GERMANY_AND_BRITAIN for host in first),
            contradicted=bool(first) and first[0] not in GERMANY_AND_BRITAIN,
        ),
        {
            "first": tuple(f"{host} {day.isoformat()}" for day, host, _ in opened[:3]),
            "centres_there": sum(centre.host in GERMANY_AND_BRITAIN for centre in centres(reading)),
            "centres": len(centres(reading)),
            "lines_there": sum(host in GERMANY_AND_BRITAIN for host in abroad), "lines": len(abroad),
        },
    )  # fmt: skip


def network_grows(claim: Claim) -> Measured:
    """A3: do contracts through centres grow with the centres, the year's second half against its first?"""
    reading, middle = claim.reading, date(claim.said_on.year, 6, 30)
    opened = [reached(reading, centre.id, LifeState.OPEN) for centre in centres(reading)]
    before = sum(day is not None and day <= middle for day in opened)
    after = sum(day is not None for day in opened)
    through = [order for order in orders(reading).values() if order.centre]
    early = sum(order.contract_on <= middle for order in through)
    late = len(through) - early
    return Measured(
        status_of(supported=late > early and after >= before, contradicted=late < early and after >= before > 0),
        {
            "open_before": before, "open_after": after, "contracts_before": early, "contracts_after": late,
            "offers": len(reading.of(MarketingAuthorisation)),
            "by_centre": counted(order.centre or "" for order in through),
        },
    )  # fmt: skip


def german_lines(claim: Claim) -> Measured:
    """A4: do drone lines in Germany work in series with home technology?"""
    reading = claim.reading
    own = _drone_lines(reading, "DE")
    series = [line for line in own if reached(reading, line.id, LifeState.SERIES)]
    works = [line for line in series if output(reading, line.id) and (line.technology_home_bp or 0) >= HALF_BP]
    started = [day for line in series for day in [reached(reading, line.id, LifeState.SERIES)] if day]
    return Measured(
        status_of(supported=bool(works), contradicted=not own),
        {
            "lines": len(own), "series": len(series), "since": min(started, default=None),
            "units": sum(output(reading, line.id) for line in own),
            "technology": _least([line.technology_home_bp for line in own]),
        },
    )  # fmt: skip


def _drone_lines(reading: Reading, host: str) -> list[Line]:
    return [line for line in lines(reading) if line.host == host and line.class_ in DRONES]


def _least(shares: list[int | None]) -> int | None:
    """Which is the smallest of these shares, in hundredths? Unknown when one is unknown."""
    known = [share for share in shares if share is not None]
    return min(known) // 100 if known and len(known) == len(shares) else None


def first_article(claim: Claim) -> Measured:
    """A5: does the first drone of a German line come, and is it handed over, in mid-February?"""
    reading = claim.reading
    names = {line.id for line in _drone_lines(reading, "DE")}
    made = [row.value for row in reading.of(Marking) if row.value.fate is Fate.MADE and row.value.line in names]
    first = min(made, key=lambda marking: (marking.on, marking.block, marking.range.first), default=None)
    block = reading.newest(first.block, SerialBlock) if first else None
    handed = _first_handover(reading, first) if first else None
    window = [date(claim.said_on.year, 2, day) for day in MID_FEBRUARY]
    over = reading.today() > window[1]
    in_time = first is not None and window[0] <= first.on <= window[1]
    is_handed = handed is not None and handed <= window[1]
    return Measured(
        status_of(supported=in_time and is_handed, contradicted=over and not in_time),
        {
            "made": first.on if first else None, "handed": handed, "earliest": window[0], "latest": window[1],
            "serial": serial_text(block.prefix, first.range.first) if first and block else None,
            "line": first.line if first else None,
        },
    )  # fmt: skip


def _first_handover(reading: Reading, marking: Marking) -> date | None:
    """When did the first number of this run first change hands?"""
    block, number = marking.block, marking.range.first
    days = [
        row.value.received_at.date()
        for row in reading.of(Manifest)
        if row.value.received_at
        and any(run.block == block and run.first <= number <= run.last for run in row.value.ranges)
    ]
    return min(days, default=None)


def british_lines(claim: Claim) -> Measured:
    """A6: did lines in the United Kingdom already work when it was said?"""
    reading = claim.reading
    own = [line for line in lines(reading) if line.host == "GB"]
    began = [reached(reading, line.id, LifeState.SERIES) for line in own]
    working = sum(day is not None and day <= claim.said_on for day in began)
    by_then = sum(output(reading, line.id, claim.said_on) for line in own)
    return Measured(
        status_of(supported=working > 0 and by_then > 0, contradicted=working == 0),
        {
            "lines": len(own), "working": working, "on": claim.said_on, "units_by_then": by_then,
            "units": sum(output(reading, line.id) for line in own),
        },
    )  # fmt: skip


def declared_shares(claim: Claim) -> Measured:
    """A7: do all lines abroad declare that most of their technology and specialists come from home, with evidence?"""
    abroad = [line for line in lines(claim.reading) if line.host != claim.world.home]
    shares = [share for line in abroad for share in (line.technology_home_bp, line.specialists_home_bp)]
    unsaid = sum(share is None for share in shares) + sum(not line.evidence for line in abroad)
    low = sum(share is not None and share < HALF_BP for share in shares)
    return Measured(
        status_of(supported=bool(abroad) and not low and not unsaid, contradicted=low > 0),
        {
            "lines": len(abroad), "technology": _least([line.technology_home_bp for line in abroad]),
            "specialists": _least([line.specialists_home_bp for line in abroad]), "undeclared": unsaid,
            "below_half": low,
        },
    )  # fmt: skip


PLACES = ("centres", "lives")
WORKS = ("lines", "lives", "markings")
MEASURES = {
    "A1": Measure(centres_open, PLACES),
    "A2": Measure(centres_north, PLACES),
    "A3": Measure(network_grows, (*PLACES, "orders", "marketing")),
    "A4": Measure(german_lines, WORKS),
    "A5": Measure(first_article, WORKS),
    "A6": Measure(british_lines, WORKS),
    "A7": Measure(declared_shares, ("lines",)),
    "B1": Measure(centres_first, (*PLACES, "lines")),
}
