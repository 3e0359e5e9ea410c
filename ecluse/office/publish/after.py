"""What may a stranger know of what came after delivery? Units verified, checks drawn, coverage by class, rounded."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ecluse.custody.drawn import units_of, visited_by_class
from ecluse.custody.ranges import count
from ecluse.custody.terms import DeliveryVerification
from ecluse.custody.terms_after import CheckDraw, CheckFrame, CheckVisit, Outcome
from ecluse.office.publish.reading import Reading, publication_term
from ecluse.office.registers import DeliveryMade

PER_MILLE = 1000


def verified(reading: Reading) -> dict[str, int]:
    """How many units did the states of their end users verify, of how many that were handed over to end users?"""
    made = {one.tranche: one.units for one in reading.values(DeliveryMade)}
    signed = {one.tranche: one.units for one in reading.values(DeliveryVerification)}
    units = sum(min(signed.get(tranche, 0), own) for tranche, own in made.items())
    of = sum(made.values())
    return {"units": units, "of": of, "per_mille": PER_MILLE * units // of if of else 0}


def post_checks(reading: Reading) -> dict[str, Any]:
    """How many units were drawn and visited, and how many of each class, as far as policy lets it be told?

    By class counts are rounded down to the leading digits of the policy; what is below its minimum is withheld.
    """
    frames = {one.check: one for one in reading.values(CheckFrame)}
    visits = list(reading.values(CheckVisit))
    told: Counter[Outcome] = Counter()
    for visit in visits:
        told.update({one.outcome: count(one.ranges) for one in visit.found})
    digits, least = (publication_term(reading.law, name, reading.as_of) for name in ("story_digits", "minimum_count"))
    looked, there = visited_by_class(frames, visits)
    listed: Counter[str] = Counter()
    if frames:
        for one in max(frames.values(), key=lambda one: one.on).deliveries:
            listed[one.class_] += units_of([one])
    shown = [name for name in sorted(listed) if min(listed[name], looked[name]) >= least]
    return {
        "units_drawn": sum(len(one.positions) for one in reading.values(CheckDraw)),
        **{f"units_{outcome.value}": told[outcome] for outcome in Outcome},
        "by_class": [
            {"class": name, "units": rounded(listed[name], digits), "visited": rounded(looked[name], digits),
             "there": rounded(there[name], digits)}
            for name in shown
        ],
        "withheld": len(listed) - len(shown),
    }  # fmt: skip


def rounded(units: int, digits: int) -> int:
    """What is this count, rounded down to so many leading digits?

    >>> rounded(1234, 2), rounded(57, 2)
    (1200, 57)
    """
    scale = 10 ** max(0, len(str(units)) - digits)
    return units // scale * scale
