"""On which grounds is a file held at the licence gate? The gravest rule first: order is law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.licence import rules_decision as decision
from ecluse.licence import rules_goods as goods
from ecluse.licence.dated import term
from ecluse.licence.onfile import day_decided
from ecluse.licence.routes import clock_days_run, clock_start, terms_of
from ecluse.licence.terms import LicenceClaim

Rule = Callable[[LicenceClaim, date, Law], Iterator[Ground]]


def application_agrees_with_finding(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The application is about the tranche, parties and model that passed the gate before (style.md 2)."""
    asked, passed = claim.application, claim.parties
    pairs = (
        (claim.tranche, passed.tranche),
        (asked.exporter, passed.exporter),
        (asked.buyer, passed.buyer),
        (asked.model, passed.model),
    )
    for stated, screened in pairs:
        if stated != screened:
            yield refuse(
                "licence.application_agrees_with_finding", "ecluse/same-case",
                application=asked.id, stated=stated, screened=screened,
            )  # fmt: skip


def units_are_within_finding(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more is licensed, all licences counted, than was screened with its end-use statement (mechanism.md R5)."""
    asked, before, screened = claim.application.units, claim.units_licensed_before, claim.parties.units
    if asked + before > screened:
        yield refuse(
            "licence.units_are_within_finding", "ecluse/units-screened",
            units_asked=asked, units_licensed_before=before, units_screened=screened,
        )  # fmt: skip


def queue_number_is_committed(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The file bears the number that was committed when it came in: no back-dating (mechanism.md T5, R21)."""
    asked, place = claim.application, claim.queue
    if place and asked.queue_number != place.number_committed:
        yield refuse(
            "licence.queue_number_is_committed", "ecluse/queue",
            application=asked.id, queue_number=asked.queue_number, number_committed=place.number_committed,
        )  # fmt: skip


def file_is_complete(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The file is complete, which starts the clock, not before it is filed nor after it is decided (1.2, R14)."""
    asked = claim.application
    if asked.complete_on is None or not asked.filed_on <= asked.complete_on <= day_decided(claim, on):
        yield refer(
            "licence.file_is_complete", "ua-procedure-2026/complete-file",
            application=asked.id, filed_on=asked.filed_on,
        )  # fmt: skip


def clock_is_not_overrun(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The file was decided within the clock of its route, stops left out (mechanism.md 1.2, T14, R14)."""
    terms = terms_of(claim, on, law)
    start, run = clock_start(claim, terms), clock_days_run(claim, terms, day_decided(claim, on), law)
    if start is not None and run is not None and run > terms.clock_days:
        yield refer(
            "licence.clock_is_not_overrun", "ua-procedure-2026/clock",
            route=terms.route.value, started_on=start, days_run=run, clock_days=terms.clock_days,
        )  # fmt: skip


def queue_place_is_known(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """It is known which place in the queue was committed when the file came in (mechanism.md T5, R21)."""
    asked = claim.application
    if claim.queue is None:
        yield refer(
            "licence.queue_place_is_known", "ecluse/queue",
            application=asked.id, queue_number=asked.queue_number,
        )  # fmt: skip


def queue_is_kept(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """No file is decided while more older complete files of its route wait than tolerated (mechanism.md T5, R21)."""
    place, tolerance = claim.queue, term("queue_tolerance_files", on, law)
    if place and place.older_waiting > tolerance:
        yield refer(
            "licence.queue_is_kept", "ecluse/queue",
            application=claim.application.id, older_waiting=place.older_waiting, tolerance=tolerance,
        )  # fmt: skip


# These hold for all goods, also those that need no licence.
RULES_FOR_ALL_GOODS: tuple[Rule, ...] = (
    application_agrees_with_finding,
    units_are_within_finding,
    goods.control_entry_agrees,
)

# Under a general permit nobody decides on the single deal: what is left is about the goods, their way and their value.
RULES_UNDER_GENERAL_PERMIT: tuple[Rule, ...] = (
    goods.goods_are_not_critical,
    application_agrees_with_finding,
    units_are_within_finding,
    goods.general_permit_covers,
    goods.re_export_has_consent,
    goods.origin_consents_are_held,
    goods.technology_has_own_licence,
    goods.offer_was_authorised,
    goods.route_fits_the_facts,
    goods.control_entry_agrees,
    goods.critical_list_is_known,
    goods.partner_list_is_known,
    goods.origin_is_declared,
    goods.value_is_at_official_rate,
    goods.value_is_not_split,
    goods.aggregate_is_known,
    goods.price_is_in_band,
)

RULES: tuple[Rule, ...] = (
    goods.goods_are_not_critical,
    application_agrees_with_finding,
    units_are_within_finding,
    decision.no_authority_vetoes,
    decision.decision_grants,
    goods.re_export_has_consent,
    goods.origin_consents_are_held,
    goods.technology_has_own_licence,
    goods.route_carries_no_technology,
    goods.offer_was_authorised,
    goods.return_is_dated,
    goods.route_fits_the_facts,
    decision.interested_officer_recuses,
    decision.one_officer_one_voice,
    decision.two_persons_sign,
    decision.two_authorities_sign,
    decision.officers_hold_office,
    decision.speakers_hold_office,
    decision.decision_authority_is_competent,
    decision.decision_is_signed,
    decision.owner_lifts_condition,
    decision.conditions_are_lifted,
    queue_number_is_committed,
    goods.general_permit_covers,
    goods.control_entry_agrees,
    goods.critical_list_is_known,
    goods.partner_list_is_known,
    goods.origin_is_declared,
    goods.value_is_at_official_rate,
    goods.value_is_not_split,
    goods.aggregate_is_known,
    file_is_complete,
    decision.dissent_is_heard,
    decision.opinions_are_in,
    decision.quorum_is_met,
    decision.decision_is_made,
    clock_is_not_overrun,
    queue_place_is_known,
    queue_is_kept,
    goods.price_is_in_band,
)
