"""Did every unit reach its end user, come back or get lost for a stated cause? Rules of delivery, and its account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.custody.chain import by_sequence, holdings, taken_over
from ecluse.custody.measures import causes, measure, signatures_by
from ecluse.custody.ranges import Ranges, count, difference, overlap, union
from ecluse.custody.rules_chain import BACKWARD, lost_by
from ecluse.custody.terms import CustodyClaim, DeliveryVerification, Level, Manifest, Step


@dataclass(frozen=True, slots=True)
class Account:
    """Where are the released numbers at last? `units_twice` counts numbers that stand in two places."""

    delivered: Ranges
    returned: Ranges
    units_lost: int
    units_missing: int
    units_twice: int

    def is_closed_without_delivery(self) -> bool:
        """Did everything come back or get lost, so that nothing was delivered and nothing is missing?"""
        return not self.delivered and not self.units_missing


def account(claim: CustodyClaim) -> Account:
    """Where is each released number: with the end user, back with the maker, or lost on the way?"""
    ordered = by_sequence(claim.manifests)
    origin = ordered[0].from_custodian if ordered else ""
    held = holdings(ordered, origin, claim.ranges)
    at_origin = difference(held.get(origin, ()), lost_by(claim, origin))
    back = union(*(_came_back(manifest, origin) for manifest in ordered))
    # What the end user reports lost was delivered to him first: it stays delivered, and its cause is asked for.
    losses = [loss for loss in claim.losses if loss.custodian != claim.end_user]
    delivered = overlap(held.get(claim.end_user, ()) if claim.end_user != origin else (), claim.ranges)
    returned = overlap(overlap(at_origin, back), claim.ranges)
    lost = overlap(union(*(loss.ranges for loss in losses)), claim.ranges)
    units_lost = sum(loss.units for loss in losses)
    found = count((*delivered, *returned, *lost))
    units_twice = count(delivered) + count(returned) + units_lost - found
    return Account(delivered, returned, units_lost, claim.units - found, units_twice)


def _came_back(manifest: Manifest, origin: str) -> Ranges:
    """What a receiver rejected never left the maker; what was sent back reached him when he signed for it."""
    if manifest.step in BACKWARD:
        return taken_over(manifest) if manifest.to_custodian == origin else ()
    return union(manifest.rejected) if manifest.from_custodian == origin and manifest.received_at else ()


def delivered_on(claim: CustodyClaim) -> date | None:
    """On which day did the end user sign for the last delivery?"""
    days = [m.received_at.date() for m in deliveries(claim) if m.received_at and m.to_custodian == claim.end_user]
    return max(days, default=None)


def deliveries(claim: CustodyClaim) -> list[Manifest]:
    """Which handovers deliver to an end user?"""
    return [manifest for manifest in by_sequence(claim.manifests) if manifest.step is Step.DELIVERY]


def end_user_received(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The last delivery is to the licensed end user, in his own state (Cabinet 920; mechanism.md R26)."""
    if account(claim).is_closed_without_delivery() and not deliveries(claim):
        return
    last = [(manifest.to_custodian, manifest.place_state) for manifest in deliveries(claim)[-1:]]
    if last != [(claim.end_user, claim.end_user_state)]:
        yield refuse(
            "custody.end_user_received", "ua-920-1999/end-use-control",
            end_user=claim.end_user, end_user_state=claim.end_user_state,
        )  # fmt: skip


def units_are_accounted_for(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Released units are delivered, returned or lost, each once; nothing else is possible (mechanism.md R27)."""
    found = account(claim)
    if found.units_missing or found.units_twice:
        yield refuse(
            "custody.units_are_accounted_for", "ecluse/units-conserved",
            units_released=claim.units, units_missing=found.units_missing, units_twice=found.units_twice,
        )  # fmt: skip


def temporary_export_is_returned(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """What left for a time is back when its time has run out (mechanism.md 4 T13)."""
    terms = (claim.finding.return_by, claim.licence.return_by if claim.licence else None)
    return_by = min((day for day in terms if day), default=None)
    units_returned = count(account(claim).returned)
    if return_by and on > return_by and units_returned < claim.units:
        yield refuse(
            "custody.temporary_export_is_returned", "ua-549-iv/temporary-export",
            return_by=return_by, units=claim.units, units_returned=units_returned,
        )  # fmt: skip


def verification_is_signed(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The authority of the end user's state signed the delivery verification (Cabinet 920)."""
    verification = verification_of(claim)
    if verification is None:
        return
    authority = f"authority:{claim.end_user_state.lower()}"
    signatures = signatures_by(claim.verification_signatures, on)
    if verification.owner != authority or not is_signed_by(authority, verification, signatures, claim.keys):
        yield refuse(
            "custody.verification_is_signed", "ua-920-1999/delivery-verification",
            verification=verification.id, authority=authority,
        )  # fmt: skip


def receipt_is_in_time(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """A handover is signed for within its term, a delivery by the day agreed; else a person looks (R27)."""
    term = timedelta(measure(law, on, "receipt_days"))
    for manifest in by_sequence(claim.manifests):
        is_delivery = manifest.step is Step.DELIVERY
        due_on = manifest.sent_at.date() + term
        if is_delivery:
            due_on = claim.deliver_by if manifest.received_at else min(due_on, claim.deliver_by)
        is_late = manifest.received_at is None and on > due_on
        if is_late or (is_delivery and manifest.received_at and manifest.received_at.date() > due_on):
            yield refer("custody.receipt_is_in_time", "ecluse/receipt-term", manifest=manifest.id, due_on=due_on)


def delivery_is_verified(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The end user's state certifies what arrived (Cabinet 920; mechanism.md R18)."""
    if verification_of(claim) is None and not account(claim).is_closed_without_delivery():
        since = delivered_on(claim) or claim.deliver_by
        due_on = since + timedelta(measure(law, on, "verification_days"))
        yield refer(
            "custody.delivery_is_verified", "ua-920-1999/delivery-verification", tranche=claim.tranche, due_on=due_on
        )


def delivered_units_match(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """What the end user's state certifies is what was handed over, within the tolerance of the level (R18)."""
    verification = verification_of(claim)
    if verification is None:
        return
    # Two states of the chain are certified truthfully: as delivered, or after a temporary export went back.
    delivered = union(*(taken_over(m) for m in deliveries(claim) if m.to_custodian == claim.end_user))
    units_delivered = count(overlap(delivered, claim.ranges))
    units_differing = abs(verification.units - units_delivered)
    if claim.level is Level.UNIT:
        missing = count(difference(delivered, verification.ranges))
        units_differing = max(units_differing, missing, count(difference(verification.ranges, delivered)))
    units_allowed = units_delivered * measure(law, on, "delivery_per_mille", claim.level) // 1000
    if units_differing > units_allowed:
        yield refer(
            "custody.delivered_units_match", "ecluse/delivery-tolerance",
            units_differing=units_differing, units_allowed=units_allowed,
        )  # fmt: skip


def losses_are_explained(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Each loss names an accepted cause; another is looked at by a person (controls.md 4.1)."""
    accepted = causes(law, on)
    for loss in claim.losses:
        if loss.cause not in accepted:
            yield refer("custody.losses_are_explained", "ecluse/loss-report", loss=loss.id, cause=loss.cause)


def units_stay_with_end_user(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """A delivered unit seen in another state is looked into: it may have been passed on (mechanism.md 1.2-D, T2)."""
    day, delivered = delivered_on(claim), account(claim).delivered
    for sighting in claim.sightings:
        is_elsewhere = sighting.state != claim.end_user_state
        if day and sighting.on > day and is_elsewhere and overlap(delivered, (sighting.range,)):
            yield refer(
                "custody.units_stay_with_end_user", "ua-dd-2026/units-stay-with-end-user",
                sighting=sighting.id, state=sighting.state, end_user_state=claim.end_user_state,
            )  # fmt: skip


def verification_of(claim: CustodyClaim) -> DeliveryVerification | None:
    """Which verification speaks of this very delivery?"""
    found = claim.verification
    return found if found and (found.tranche, found.end_user) == (claim.tranche, claim.end_user) else None


RULES_OF_DELIVERY = (
    end_user_received,
    units_are_accounted_for,
    temporary_export_is_returned,
    verification_is_signed,
    receipt_is_in_time,
    delivery_is_verified,
    delivered_units_match,
    losses_are_explained,
    units_stay_with_end_user,
)
