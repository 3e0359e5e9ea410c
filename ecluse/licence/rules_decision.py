"""On which grounds do opinions, officers, conditions and the decision hold a file at the licence gate?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.licence.dated import is_collegial, is_home_body
from ecluse.licence.officers import are_of_two_bodies, holds, in_office
from ecluse.licence.onfile import (
    conditions_set,
    countersigned,
    day_decided,
    decision_made,
    is_lifted,
    offices_claimed,
    opinions_given,
    parties_of,
    voices,
)
from ecluse.licence.routes import ANY_OTHER, RouteTerms, terms_of
from ecluse.licence.terms import LicenceClaim, Voice


def no_authority_vetoes(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """No authority has vetoed the application (mechanism.md 1.2, R15)."""
    for opinion in opinions_given(claim):
        if opinion.voice is Voice.VETO:
            yield refuse(
                "licence.no_authority_vetoes", "ecluse/veto",
                authority=opinion.authority, spoken_on=opinion.on, reason=opinion.reason,
            )  # fmt: skip


def decision_grants(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The decision grants what was asked; a refusal states its reason (mechanism.md R20)."""
    decision = decision_made(claim, on)
    if decision and not decision.grant:
        yield refuse(
            "licence.decision_grants", "ua-549-iv/export-control",
            authority=decision.author_authority, decided_on=decision.on, reason=decision.reason,
        )  # fmt: skip


def interested_officer_recuses(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """An officer with an interest in exporter, buyer or end user neither speaks nor signs (mechanism.md T5, R15)."""
    speaks = {opinion.officer for opinion in opinions_given(claim) if opinion.voice is not Voice.RECUSED}
    decision, second = decision_made(claim, on), countersigned(claim, on)
    if decision and second:
        speaks |= {decision.author, second[0]}
    for interest in claim.interests:
        if interest.officer in speaks and interest.party in parties_of(claim):
            yield refuse(
                "licence.interested_officer_recuses", "ecluse/recusal",
                officer=interest.officer, party=interest.party,
            )  # fmt: skip


def one_officer_one_voice(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """No officer speaks for two authorities on one file (mechanism.md T5, R15)."""
    spoken: dict[str, set[str]] = {}
    for officer, authority in voices(claim, on):
        spoken.setdefault(officer, set()).add(authority)
    decision, other = decision_made(claim, on), countersigned(claim, on)
    # Who signs the decision twice is named by two_persons_sign, and here only when an opinion is theirs too.
    signs_twice = decision.author if decision and other and decision.author == other[0] else None
    heard = {opinion.officer for opinion in opinions_given(claim)}
    for officer, authorities in spoken.items():
        if len(authorities) > 1 and (officer != signs_twice or officer in heard):
            first, second, *_ = sorted(authorities)
            yield refuse(
                "licence.one_officer_one_voice", "ecluse/one-voice",
                officer=officer, authority_first=first, authority_second=second,
            )  # fmt: skip


def two_persons_sign(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Author and countersigner of a decision are two persons (mechanism.md T5, R21)."""
    decision, second = decision_made(claim, on), countersigned(claim, on)
    if decision and second and decision.author == second[0]:
        yield refuse(
            "licence.two_persons_sign", "ecluse/two-persons",
            decision=decision.id, officer=decision.author,
        )  # fmt: skip


def two_authorities_sign(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Author and countersigner of a decision speak for two authorities (mechanism.md T5, R21)."""
    decision, second = decision_made(claim, on), countersigned(claim, on)
    if decision is None or second is None:
        return
    # What the decision says of its officers is not believed: their registered offices are compared. Whoever is not
    # registered at all is named by officers_hold_office.
    name, day = second
    known = [in_office(claim.officers, officer, day) for officer in (decision.author, name)]
    is_one_body = all(known) and not are_of_two_bodies(claim.officers, decision.author, name, day)
    if is_one_body or decision.author_authority == decision.countersigner_authority:
        yield refuse(
            "licence.two_authorities_sign", "ecluse/two-authorities",
            decision=decision.id, authority=decision.author_authority,
        )  # fmt: skip


def officers_hold_office(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Who signs a decision held, on its day, the office that the decision states (mechanism.md T5, R21)."""
    for side, day in offices_claimed(claim, on):
        if not holds(claim.officers, side, day):
            yield refuse(
                "licence.officers_hold_office", "ecluse/registered-office",
                officer=side.officer, authority=str(side.authority), decided_on=day,
            )  # fmt: skip


def speakers_hold_office(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Who speaks for an authority is, on that day, one of its officers (mechanism.md T5, R15)."""
    for opinion in opinions_given(claim):
        bodies = {office.authority for office in in_office(claim.officers, opinion.officer, opinion.on)}
        if opinion.authority not in bodies:
            yield refuse(
                "licence.speakers_hold_office", "ecluse/registered-office",
                officer=opinion.officer, authority=opinion.authority, spoken_on=opinion.on,
            )  # fmt: skip


def decision_authority_is_competent(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Those who decide are the bodies that the route names for it (mechanism.md 1.2)."""
    decision, terms = decision_made(claim, on), terms_of(claim, on, law)
    if decision is None:
        return
    wrong = []
    if decision.author_authority not in terms.competent:
        wrong.append(decision.author_authority)
    if not may_countersign(decision.countersigner_authority, terms, on, law):
        wrong.append(decision.countersigner_authority)
    for authority in dict.fromkeys(wrong):
        yield refuse(
            "licence.decision_authority_is_competent", "ua-procedure-2026/competence",
            authority=authority, route=terms.route.value,
        )  # fmt: skip


def decision_is_signed(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The decision bears the signatures of its author and its countersigner, or of his deputy (mechanism.md R21)."""
    decision, second = decision_made(claim, on), countersigned(claim, on)
    if decision is None or second is None:
        return
    made = tuple(signature for signature in claim.decision_signatures if signature.on <= on)
    for officer in dict.fromkeys((decision.author, second[0])):
        if not is_signed_by(officer, decision, made, claim.keys):
            yield refuse(
                "licence.decision_is_signed", "ecluse/decision-signed",
                decision=decision.id, officer=officer,
            )  # fmt: skip


def owner_lifts_condition(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Only the authority that set a condition lifts it (licensing.md 5.2: conditions removed unseen)."""
    for condition in conditions_set(claim):
        if condition.lifted_by is not None and condition.lifted_by != condition.owner:
            yield refuse(
                "licence.owner_lifts_condition", "ecluse/conditions",
                condition=condition.id, authority=condition.owner, lifted_by=condition.lifted_by,
            )  # fmt: skip


def conditions_are_lifted(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """What must be met before issue has been met, says the authority that asked for it (licensing.md 5.2)."""
    for condition in conditions_set(claim):
        if condition.must_be_lifted_before_issue and not is_lifted(condition, on):
            yield refuse(
                "licence.conditions_are_lifted", "ecluse/conditions",
                condition=condition.id, authority=condition.owner, subject=condition.subject,
            )  # fmt: skip


def opinions_are_in(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every authority that the route asks has spoken by the day of the decision (mechanism.md 1.2, R15)."""
    asked, until = terms_of(claim, on, law).opinions_required, day_decided(claim, on)
    spoken = {opinion.authority for opinion in opinions_given(claim) if opinion.on <= until}
    for authority in asked:
        if authority not in spoken:
            yield refer(
                "licence.opinions_are_in", "ua-procedure-2026/interagency-query",
                application=claim.application.id, authority=authority,
            )  # fmt: skip


def quorum_is_met(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Enough of the authorities that the route asks speak to the case; who recuses does not (mechanism.md R15)."""
    terms = terms_of(claim, on, law)
    recused = {opinion.authority for opinion in opinions_given(claim) if opinion.voice is Voice.RECUSED}
    quorum = min(terms.quorum, len(terms.opinions_required))
    # An authority that is still silent is named by opinions_are_in; here only those who stood aside are missing.
    able = sum(authority not in recused for authority in terms.opinions_required)
    if able < quorum:
        yield refer(
            "licence.quorum_is_met", "ecluse/quorum",
            application=claim.application.id, voices=able, quorum=quorum,
        )  # fmt: skip


def dissent_is_heard(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Where one authority is against, a collegial body decides (mechanism.md 1.2, Aerotechnika case; R15)."""
    decision = decision_made(claim, on)
    if decision and is_collegial(decision.author_authority, on, law):
        return
    for opinion in opinions_given(claim):
        if opinion.voice is Voice.AGAINST:
            yield refer(
                "licence.dissent_is_heard", "ecluse/dissent",
                authority=opinion.authority, spoken_on=opinion.on, reason=opinion.reason,
            )  # fmt: skip


def decision_is_made(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """An officer has decided this application (mechanism.md 0.1; controls.md 0.10: only a named officer grants)."""
    if decision_made(claim, on) is None:
        yield refer("licence.decision_is_made", "ua-549-iv/export-control", application=claim.application.id, on=on)


def may_countersign(authority: str, terms: RouteTerms, on: date, law: Law) -> bool:
    """May this authority countersign on this route? `other` in the row stands for every home body."""
    return authority in terms.countersigning or (ANY_OTHER in terms.countersigning and is_home_body(authority, on, law))
