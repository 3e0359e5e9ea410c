"""P9: do the same facts judged again give the same verdict, and were they the facts on record?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from ecluse.base.claim import refs_in
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Row, Table
from ecluse.edge.law import library
from ecluse.office.audit.p9_facts import facts_differing
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.audit.standings import standings_are_rebuilt
from ecluse.order import Hearing, judge_hearing, verdict_bytes


class DatedOnce(Table):
    """A table that remembers which of its rows are in force on a day: a year's hearings ask for few days, often."""

    def in_force(self, on: date) -> Iterator[Row]:
        """Which rows are in force on this day?"""
        known: dict[date, tuple[Row, ...]] = self.__dict__.setdefault("known", {})
        if on not in known:
            known[on] = tuple(super().in_force(on))
        return iter(known[on])


@lru_cache(maxsize=256)
def table_of(name: str, digest: str) -> DatedOnce:
    """Which table of law has this name and digest? Raises UnknownLawError when this release does not hold it."""
    found = library(name, digest)
    return DatedOnce(found.name, found.digest, found.rows)


def hearings_replay(reading: Reading, tally: Tally) -> None:
    """Does every hearing's law, judged on its own facts, still give the stored verdict byte for byte?"""

    def check(row: Filed) -> None:
        hearing: Hearing = row.value
        tally.count(f"hearings_{hearing.gate.value}")
        try:
            again = judge_hearing(hearing, reading.resolve, table_of)
        except UnknownLawError:
            tally.broken("law_unknown", hearing.id, row.on, rests=_rests(reading, row))
        except Exception as error:
            _unjudgeable(reading, tally, row, error)
        else:
            if again != verdict_bytes(hearing.grounds, hearing.finding):
                tally.broken("verdict_differs", hearing.id, row.on, rests=_rests(reading, row), again=_short(again))

    tally.each(reading.of(Hearing), check, lambda row: row.rid)


def _unjudgeable(reading: Reading, tally: Tally, row: Filed, error: Exception) -> None:
    """A hearing that cannot be judged again cites what is not on record, or was never one that a gate heard."""
    rests = _rests(reading, row)
    missing = [ref for ref in refs_in(row.value.claim) if ref not in reading.by_digest and ref not in reading.findings]
    if missing:
        tally.broken("fact_not_on_record", row.value.id, row.on, rests=rests, digest=missing[0])
    else:
        tally.broken("hearing_unjudgeable", row.value.id, row.on, rests=rests, error=str(error)[:200])


def _short(verdict: bytes) -> str:
    text = verdict.decode()
    return text if len(text) <= 200 else f"{text[:200]}..."


def _rests(reading: Reading, row: Filed) -> list[str]:
    hearing: Hearing = row.value
    refs = list(refs_in(hearing.claim)) if type(hearing.claim) is dict else []
    places = [f"{cited.log}/{cited.index:08d}" for cited in hearing.citations]
    return [hearing.tranche, order_of(hearing.tranche), hearing.previous or "", *refs, *places]


def citations_stand(reading: Reading, tally: Tally) -> None:
    """Does every fact stand in the log where the hearing says, and does each hearing stand on one that passed?"""

    def check(row: Filed) -> None:
        hearing: Hearing = row.value
        for citation in hearing.citations:
            cited = reading.by_digest.get(citation.digest)
            tally.count("citations")
            if cited is None or cited.place != (citation.log, citation.index):
                tally.broken(
                    "citation_misplaced", hearing.id, row.on, rests=[*_rests(reading, row), citation.digest],
                    log=citation.log, index=citation.index,
                )  # fmt: skip
        if hearing.previous is not None:
            before = reading.by_digest.get(hearing.previous)
            if before is None or not isinstance(before.value, Hearing) or before.value.finding is None:
                tally.broken("previous_not_passed", hearing.id, row.on, rests=_rests(reading, row))

    tally.each(reading.of(Hearing), check, lambda row: row.rid)


def facts_are_of_the_registers(reading: Reading, tally: Tally) -> None:
    """Were the facts that each hearing heard those that the registers held when it was heard?"""

    def check(row: Filed) -> None:
        tally.count("claims_compared")
        for fact, stated, held, subjects in facts_differing(reading, row):
            rests = [*_rests(reading, row), *subjects]
            tally.broken("fact_differs", row.value.id, row.on, rests=rests, fact=fact, stated=stated, held=held)

    tally.each(reading.of(Hearing), check, lambda row: row.rid)


CHECKS = (hearings_replay, citations_stand, facts_are_of_the_registers, standings_are_rebuilt)


def not_checked(reading: Reading, tally: Tally) -> None:
    """Nothing waits: every fact of every claim has its register."""
