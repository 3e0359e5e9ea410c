"""P9: do the same facts judged again give the same verdict, and were they the facts on record?"""

from __future__ import annotations

from ecluse.base.claim import refs_in
from ecluse.base.errors import EcluseError, UnknownLawError
from ecluse.edge.law import library
from ecluse.office.audit.p9_facts import facts_differing
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.audit.standings import standings_are_rebuilt
from ecluse.order import Hearing, judge_hearing, verdict_bytes


def hearings_replay(reading: Reading, tally: Tally) -> None:
    """Does every hearing's law, judged on its own facts, still give the stored verdict byte for byte?"""
    cache: dict[tuple[str, str], object] = {}

    def table(name: str, digest: str) -> object:
        if (name, digest) not in cache:
            cache[name, digest] = library(name, digest)
        return cache[name, digest]

    def check(row: Filed) -> None:
        hearing: Hearing = row.value
        tally.count(f"hearings_{hearing.gate.value}")
        rests = _rests(reading, row)
        for ref in refs_in(hearing.claim):
            if ref not in reading.by_digest and ref not in reading.findings:
                tally.broken("fact_not_on_record", hearing.id, row.on, rests=[*rests, ref], digest=ref)
                return
        try:
            again = judge_hearing(hearing, reading.resolve, table)
        except UnknownLawError:
            tally.broken("law_unknown", hearing.id, row.on, rests=rests)
            return
        except (EcluseError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
            tally.broken("hearing_unjudgeable", hearing.id, row.on, rests=rests, error=str(error)[:200])
            return
        if again != verdict_bytes(hearing.grounds, hearing.finding):
            tally.broken("verdict_differs", hearing.id, row.on, rests=rests, again=_short(again))

    tally.each(reading.of(Hearing), check, lambda row: row.rid)


def _short(verdict: bytes) -> str:
    text = verdict.decode()
    return text if len(text) <= 200 else f"{text[:200]}..."


def _rests(reading: Reading, row: Filed) -> list[str]:
    hearing: Hearing = row.value
    refs = list(refs_in(hearing.claim)) if type(hearing.claim) is dict else []
    return [hearing.tranche, order_of(hearing.tranche), hearing.previous or "", *refs]


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
        for fact, stated, held in facts_differing(reading, row):
            tally.broken(
                "fact_differs", row.value.id, row.on, rests=_rests(reading, row), fact=fact, stated=stated, held=held
            )

    tally.each(reading.of(Hearing), check, lambda row: row.rid)


CHECKS = (hearings_replay, citations_stand, facts_are_of_the_registers, standings_are_rebuilt)


def not_checked(reading: Reading, tally: Tally) -> None:
    """Nothing waits."""
