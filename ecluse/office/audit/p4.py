"""P4: did nobody grant, change or close anything alone?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from ecluse.base.claim import refs_in
from ecluse.licence.life import STEPS, state_after
from ecluse.licence.officers import Absence, in_office
from ecluse.licence.terms import Application, Interest, Licence, LicenceEvent, LicenceState, ProposedDecision
from ecluse.office.audit.opening import imports_are_by_two
from ecluse.office.audit.p4_plan import plans_are_by_two
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Officer
from ecluse.order import Gate, Hearing
from ecluse.proceeds.terms import PeriodClose

# To take away in haste needs one officer; to give, to give back or to end for good needs two.
TWO_OFFICERS = frozenset({
    LicenceState.ISSUED, LicenceState.REINSTATED, LicenceState.AMENDED, LicenceState.REVOKED,
})  # fmt: skip
DECLARED = "office.declare_absence"


def officer_on(reading: Reading, officer: str, on: date) -> Officer | None:
    """Who is this officer on this day, if in office?"""
    found = in_office((row.value for row in reading.about(officer, Officer)), officer, on)
    return found[0] if found else None


def decisions_are_by_two(reading: Reading, tally: Tally) -> None:
    """Is every decision on which the licence gate passed by two officers of two authorities, signed, free?"""
    heard = _hearings_citing(reading, Gate.LICENCE)

    def check(row: Filed) -> None:
        decision: ProposedDecision = row.value
        tally.count("decisions")
        hearings = heard.get(row.digest, [])
        is_held = bool(hearings) and all(hearing.value.finding is None for hearing in hearings)
        faults = _faults(reading, row)
        if not hearings and faults == [("decision_unsigned", decision.countersigner)]:
            return  # proposed, not decided: it waits for the second officer, and nothing rests on it
        for fault, officer in faults:
            tally.broken_unless(
                is_held, fault, decision.id, row.on, rests=[row.subject, officer], officer=officer or decision.author
            )

    tally.each(reading.of(ProposedDecision), check, lambda row: row.rid)


def _hearings_citing(reading: Reading, gate: Gate) -> dict[str, list[Filed]]:
    """Which hearings of this gate cite which record?"""
    found: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(Hearing):
        if row.value.gate is gate and type(row.value.claim) is dict:
            for ref in refs_in(row.value.claim):
                found[ref].append(row)
    return found


def _faults(reading: Reading, row: Filed) -> list[tuple[str, str]]:
    decision: ProposedDecision = row.value
    second, day = _second(reading, row)
    found = []
    if decision.author == second:
        found.append(("one_person_decides", decision.author))
    elif decision.author_authority == decision.countersigner_authority or _are_of_one_body(
        reading, decision.author, second, day
    ):
        found.append(("one_authority_decides", decision.author))
    sides = ((decision.author, decision.author_authority, decision.on), (second, decision.countersigner_authority, day))
    application = _application(reading, row)
    for name, authority, then in dict.fromkeys(sides):
        officer = officer_on(reading, name, then)
        if officer is None or officer.authority != authority:
            found.append(("officer_not_in_office", name))
        if not reading.is_signed(row, name):
            found.append(("decision_unsigned", name))
        if application and _has_interest(reading, name, application, decision.on):
            found.append(("officer_has_interest", name))
    return found


def _second(reading: Reading, row: Filed) -> tuple[str, date]:
    """Who countersigned, and for which day is his office asked? Or the deputy who signed while he was away."""
    decision: ProposedDecision = row.value
    return _hand(reading, row, decision.countersigner, decision.on)


def _hand(reading: Reading, row: Filed, named: str, otherwise: date) -> tuple[str, date]:
    """Whose signature is the second one: that of the one named, or of his deputy, on which day of his absence?"""
    if not reading.is_signed(row, named):
        signed = [made for made in reading.signatures.get(row.digest, ()) if made.key in reading.keys]
        days = {(reading.keys[made.key].owner, made.on) for made in signed}
        for away in (found.value for found in reading.about(named, Absence)):
            then = [day for owner, day in days if owner == away.deputy and away.first_day <= day <= away.last_day]
            if then and reading.is_signed(row, away.deputy):
                return away.deputy, min(then)
    return named, otherwise


def _are_of_one_body(reading: Reading, first: str, second: str, on: date) -> bool:
    """Are both registered, and of one authority, whatever the paper says of them?"""
    people = [officer_on(reading, name, on) for name in (first, second)]
    return all(people) and len({person.authority for person in people if person}) == 1


def _application(reading: Reading, row: Filed) -> Application | None:
    applications = [found.value for found in reading.about(row.subject, Application)]
    return next((found for found in applications if found.id == row.value.application), None)


def _has_interest(reading: Reading, officer: str, application: Application, on: date) -> bool:
    parties = {application.exporter, application.buyer}
    interests = (row.value for row in reading.about(officer, Interest))
    return any(interest.party in parties and interest.declared_on <= on for interest in interests)


def licences_rest_on_two(reading: Reading, tally: Tally) -> None:
    """Does every licence rest on a passed hearing that cites a decision to grant?"""

    def check(row: Filed) -> None:
        licence: Licence = row.value
        tally.count("licences")
        hearing = reading.by_digest.get(licence.hearing)
        rests = [licence.order, licence.tranche, licence.hearing]
        if hearing is None or not isinstance(hearing.value, Hearing) or hearing.value.finding is None:
            tally.broken("licence_without_hearing", licence.id, row.on, rests=rests)
            return
        cited = hearing.value.claim.get("decision", {}).get("ref", "")
        decision = reading.by_digest.get(cited)
        if decision is None or not isinstance(decision.value, ProposedDecision) or not decision.value.grant:
            tally.broken("licence_without_decision", licence.id, row.on, rests=[*rests, cited])

    tally.each(reading.of(Licence), check, lambda row: row.rid)


def changes_are_by_two(reading: Reading, tally: Tally) -> None:
    """Is each step in a life lawful and, where it gives or ends for good, signed by two officers of two authorities?"""

    def check(row: Filed) -> None:
        event: LicenceEvent = row.value
        tally.count("licence_events")
        for fault in _faults_of_step(reading, row):
            tally.broken(fault, event.id, row.on, rests=[row.subject], state=event.state.value, officer=event.officer)

    tally.each(reading.of(LicenceEvent), check, lambda row: row.rid)


def _faults_of_step(reading: Reading, row: Filed) -> Iterator[str]:
    event: LicenceEvent = row.value
    second, day = _hand(reading, row, event.countersigner, row.on) if event.countersigner else ("", row.on)
    sides = [(event.officer, row.on), *([(second, day)] if second else [])]
    officers = [name for name, _ in sides]
    people = [officer_on(reading, name, on) for name, on in sides if not name.startswith(("clock:", "party:"))]
    if any(person is None for person in people):
        yield "officer_not_in_office"
    if event.state in TWO_OFFICERS:
        if len(set(officers)) < 2 or len({person.authority for person in people if person}) < 2:
            yield "change_by_one"
        if not all(reading.is_signed(row, name) for name in officers):
            yield "change_unsigned"
    if event.state not in _may_follow(reading, row):
        yield "change_out_of_order"


def _may_follow(reading: Reading, row: Filed) -> frozenset[LicenceState]:
    """Which steps might be taken when this one was? None before the licence was issued."""
    event: LicenceEvent = row.value
    rows = reading.about(row.subject, LicenceEvent)
    before = [found.value for found in rows if found.turn < row.turn]
    licence = next((f.value for f in reading.about(row.subject, Licence) if f.value.id == event.licence), None)
    if licence is None or event.on < licence.issued_on:
        return frozenset()
    return STEPS[state_after(licence, before, [found.value for found in reading.of(Officer)])]


def closes_are_by_another(reading: Reading, tally: Tally) -> None:
    """Were the books of every month closed by an officer of an authority that does not spend?"""
    heard = _hearings_citing(reading, Gate.PROCEEDS)

    def check(row: Filed) -> None:
        close: PeriodClose = row.value
        tally.count("period_closes")
        hearings = heard.get(row.digest, [])
        is_held = bool(hearings) and all(hearing.value.finding is None for hearing in hearings)
        spender, controller = officer_on(reading, close.spender, row.on), officer_on(reading, close.controller, row.on)
        same_authority = spender and controller and spender.authority == controller.authority
        if close.spender == close.controller or same_authority or controller is None:
            tally.broken_unless(
                is_held, "spender_closes", close.id, row.on, rests=["books"], spender=close.spender,
                controller=close.controller,
            )  # fmt: skip

    tally.each(reading.of(PeriodClose), check, lambda row: row.rid)


def actors_are_in_office(reading: Reading, tally: Tally) -> None:
    """Was every officer who is named as having acted in office on that day?"""
    memo: dict[tuple[str, date], bool] = {}
    for row in reading.rows:
        if row.fault or not row.actor.startswith("officer:"):
            continue
        tally.count("acts_of_officers")
        if (row.actor, row.on) not in memo:
            memo[row.actor, row.on] = officer_on(reading, row.actor, row.on) is not None
        if not memo[row.actor, row.on]:
            tally.broken("officer_not_in_office", row.rid, row.on, rests=[row.subject], officer=row.actor)


def deputies_rest_on_absences(reading: Reading, tally: Tally) -> None:
    """Does every office that somebody holds only meanwhile rest on the absence of one who holds it, within its days?"""

    def check(row: Filed) -> None:
        office: Officer = row.value
        if row.action != DECLARED:
            return
        tally.count("offices_held_meanwhile")
        absences = [found.value for found in reading.about(f"deputy:{office.id}", Absence)]
        if not any(_covers(reading, away, office) for away in absences):
            tally.broken("office_without_absence", row.rid, row.on, rests=[row.subject], officer=office.id)

    tally.each(reading.of(Officer), check, lambda row: row.rid)


def _covers(reading: Reading, away: Absence, office: Officer) -> bool:
    """Is the absent one's own office held here, for no day on which he was there?"""
    last = office.valid_until
    if last is None or away.deputy != office.id or not away.first_day <= office.valid_from <= last <= away.last_day:
        return False
    rows = (row for row in reading.about(away.officer, Officer) if row.action != DECLARED)
    held = in_office((row.value for row in rows), away.officer, office.valid_from)
    return any((own.authority, own.role) == (office.authority, office.role) for own in held)


CHECKS = (
    decisions_are_by_two,
    licences_rest_on_two,
    changes_are_by_two,
    closes_are_by_another,
    actors_are_in_office,
    deputies_rest_on_absences,
    imports_are_by_two,
    plans_are_by_two,
)


def not_checked(reading: Reading, tally: Tally) -> None:
    """Nothing waits."""
