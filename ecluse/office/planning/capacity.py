"""What does each maker claim under its signature, and what has it demonstrated in the twelve months before?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from ecluse.base.days import Month
from ecluse.base.sealed import VERSIONS
from ecluse.base.signing import Key, is_digest_signed_by
from ecluse.office.desk.today import open_session
from ecluse.office.facts.capacity import capacity_words, demonstrated_words, units_within
from ecluse.office.models import Record
from ecluse.office.on_file import Kept, records
from ecluse.office.opening.records import SignatureBrought
from ecluse.surplus.terms import CapacityAttestation

# What was read last for each database, and how many questionnaires and late signatures it then held: both only grow.
_LAST: dict[str, tuple[tuple[int, int], list[CapacityAttestation]]] = {}


@dataclass(frozen=True, slots=True)
class Attested:
    """A maker's word on one model: units it could make in the months asked about and in each of the twelve before this
    one, units it demonstrated in those twelve, its best month, when it spoke last and until when its word holds."""

    pk: str
    model: str
    class_: str
    maker: str
    units: int
    units_before: int
    units_demonstrated: int
    best_month: int
    attested_on: date
    valid_until: date

    @property
    def shown_percent(self) -> int | None:
        """Which part of what it claimed for the last twelve months was demonstrated, in percent rounded down?"""
        return self.units_demonstrated * 100 // self.units_before if self.units_before else None


def attested(first: Month, last: Month, on: date) -> list[Attested]:
    """What does each maker say of each model for these months, and what did it demonstrate in the last twelve?"""
    found: dict[tuple[str, str], list[CapacityAttestation]] = {}
    for given in _all():
        found.setdefault((given.model, given.maker), []).append(given)
    return [_attested(own, first, last, on) for _, own in sorted(found.items())]


def attested_before(on: date) -> list[Attested]:
    """What was attested and demonstrated in the twelve months up to this day's?"""
    end = Month.of(on)
    return attested(_year_before(end), end, on)


def capacity_of_models(first: Month, last: Month) -> dict[str, int]:
    """How many units of each model are attested for these months, over its makers?"""
    by_model: dict[str, list[CapacityAttestation]] = {}
    for given in _all():
        by_model.setdefault(given.model, []).append(given)
    return {model: units_within(capacity_words(own), first, last) for model, own in by_model.items()}


def _all() -> list[CapacityAttestation]:
    """Every questionnaire that bears its maker's signature; one that waits for it says nothing yet."""
    name = str(connection.settings_dict["NAME"])
    filed = Record.objects.filter(v__in=(VERSIONS[CapacityAttestation], VERSIONS[SignatureBrought]))
    count = (filed.filter(v=VERSIONS[CapacityAttestation]).count(), filed.filter(v=VERSIONS[SignatureBrought]).count())
    held = _LAST.get(name)
    if held is None or held[0] != count:
        held = _LAST[name] = (count, _signed(records(CapacityAttestation)))
    return held[1]


def _signed(filed: list[Kept]) -> list[CapacityAttestation]:
    session, keys = open_session(), dict[str, list[Key]]()
    session.know_signatures(one.digest for one in filed)
    for key in records(Key):  # at once: makers are many, and each would be asked for by itself
        keys.setdefault(key.value.owner, []).append(key.value)
    return [
        one.value for one in filed
        if is_digest_signed_by(
            one.value.maker, one.digest, session.signatures(one.digest), keys.get(one.value.maker, [])
        )
    ]  # fmt: skip


def _attested(own: list[CapacityAttestation], first: Month, last: Month, on: date) -> Attested:
    newest = max(own, key=lambda given: given.attested_on)
    end = Month.of(on)
    start = _year_before(end)
    claimed, shown = capacity_words(own), demonstrated_words(own)
    by_month: dict[Month, int] = {}
    for (_, _, month), (_, units) in shown.items():
        if start <= month <= end:
            by_month[month] = by_month.get(month, 0) + units
    return Attested(
        f"{newest.model} {newest.maker}", newest.model, newest.class_, newest.maker,
        units_within(claimed, first, last), units_within(claimed, start, end), sum(by_month.values()),
        max(by_month.values(), default=0), newest.attested_on, newest.valid_until,
    )  # fmt: skip


def _year_before(end: Month) -> Month:
    """The first of the twelve months that end with this one."""
    return Month(end.year - 1, end.number).next()
