"""P5: is every gate that was held again over delivered goods on record as a case, and which cases are open?"""

from __future__ import annotations

from ecluse.custody.terms_after import CaseClosed
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Case, DeliveryMade, Split
from ecluse.order import BESIDE, REOPENING, Hearing


def cases_are_opened(reading: Reading, tally: Tally) -> None:
    """Did every rehearing that held delivered goods open a case? Those that are open are listed."""
    delivered = {row.value.tranche: row.value.on for row in reversed(reading.of(DeliveryMade))}
    parts = {row.value.parent: row.value.children for row in reading.of(Split)}
    opened = {(row.value.tranche, row.value.gate, row.on) for row in reading.of(Case)}

    closed = {row.value.case for row in reading.of(CaseClosed)}

    def list_case(row: Filed) -> None:
        case: Case = row.value
        if case.id in closed:
            return  # by a person, on record
        tally.count("cases_open")
        tally.held(
            "case_open", case.tranche, row.on, case=case.id, gate=case.gate, opened_on=case.opened_on,
            reason=case.reason,
        )  # fmt: skip

    def check(row: Filed) -> None:
        hearing: Hearing = row.value
        if hearing.gate in BESIDE or hearing.finding is not None or hearing.trigger not in REOPENING:
            return
        for tranche in parts.get(hearing.tranche, (hearing.tranche,)):
            is_there = tranche in delivered and delivered[tranche] <= hearing.on
            if is_there and (tranche, hearing.gate.value, hearing.on) not in opened:
                tally.broken(
                    "case_missing", tranche, row.on, rests=[tranche, order_of(tranche), hearing.tranche],
                    gate=hearing.gate.value,
                )  # fmt: skip

    tally.each(reading.of(Case), list_case, lambda row: row.rid)
    tally.each(reading.of(Hearing), check, lambda row: row.rid)
