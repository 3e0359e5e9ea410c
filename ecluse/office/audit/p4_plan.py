"""P4: was every plan adopted by another person, of another authority, than the one who committed to its baseline?"""

from __future__ import annotations

from ecluse.licence.officers import in_office
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Officer
from ecluse.plan.terms import Plan, PlanBaseline

PLANNER = "planner"


def plans_are_by_two(reading: Reading, tally: Tally) -> None:
    """Are baseline and plan each signed by a planner in office, and by two persons of two authorities?"""

    def check_baseline(row: Filed) -> None:
        _check_hand(reading, tally, row, row.value.author, row.value.authority)

    def check_plan(row: Filed) -> None:
        plan: Plan = row.value
        tally.count("plans")
        _check_hand(reading, tally, row, plan.adopter, plan.authority)
        for base in reading.about(row.subject, PlanBaseline):
            is_one = plan.adopter == base.value.author or plan.authority == base.value.authority
            if base.rid == plan.baseline and is_one:
                tally.broken("plan_by_one", row.rid, row.on, rests=[row.subject], officer=plan.adopter)

    tally.each(reading.of(PlanBaseline), check_baseline, lambda row: row.rid)
    tally.each(reading.of(Plan), check_plan, lambda row: row.rid)


def _check_hand(reading: Reading, tally: Tally, row: Filed, person: str, authority: str) -> None:
    offices = in_office((found.value for found in reading.about(person, Officer)), person, row.on)
    if not any((office.authority, office.role) == (authority, PLANNER) for office in offices):
        tally.broken("officer_not_in_office", row.rid, row.on, rests=[row.subject, person], officer=person)
    if not reading.is_signed(row, person):
        tally.broken("plan_unsigned", row.rid, row.on, rests=[row.subject], officer=person)
