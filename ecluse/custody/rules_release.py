"""May these goods leave this place today? Rules of centre, home army, licence, host state and its witness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ecluse.base.days import Month
from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.custody.measures import home_state, measure, signatures_by, witness_minutes
from ecluse.custody.terms import CentreRole, CustodyClaim, LifeState
from ecluse.custody.witnessed import Departure
from ecluse.licence.terms import WITHOUT_OWN_LICENCE, LicenceState

LIVE = {LicenceState.ISSUED, LicenceState.REINSTATED, LicenceState.AMENDED}
HOLDING_ROLES = {CentreRole.DEPOT, CentreRole.LINE}


def home_deliveries_are_on_plan(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Nothing is released while home deliveries of the class are behind plan (mechanism.md R6, T9)."""
    home = claim.home
    if home and home.units_accepted < home.units_planned:
        yield refuse(
            "custody.home_deliveries_are_on_plan", "ecluse/home-first-interlock",
            home_class=home.class_, month=str(home.month),
            units_planned=home.units_planned, units_accepted=home.units_accepted,
        )  # fmt: skip


def home_deliveries_are_known(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Home deliveries of this very class are known, every month up to a recent one (mechanism.md R6).

    A month without its acceptance act leaves them unknown: no progress is handed in then.
    """
    home, class_ = claim.home, claim.line.class_ if claim.line else None
    is_known = home is not None and class_ in (None, home.class_)
    if home and is_known:
        month = home.month
        for _ in range(measure(law, on, "home_progress_months")):
            month = month.next()
        is_known = month >= Month.of(on)
    if not is_known:
        yield refer("custody.home_deliveries_are_known", "ecluse/home-first-interlock", tranche=claim.tranche, day=on)


def centre_is_open(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Goods leave only through an open centre, or straight from their line (mechanism.md R24)."""
    if claim.centre and claim.centre_state is not LifeState.OPEN:
        state = claim.centre_state.value if claim.centre_state else "unknown"
        yield refuse("custody.centre_is_open", "ecluse/centre-life", centre=claim.centre.id, centre_state=state)


def centre_may_hold_goods(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Only a centre with the role of depot or line holds goods (mechanism.md R24)."""
    if claim.centre and not HOLDING_ROLES.intersection(claim.centre.roles):
        yield refuse("custody.centre_may_hold_goods", "ecluse/centre-roles", centre=claim.centre.id)


def licence_is_in_force(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Goods leave under a licence in force, neither suspended nor run out (law 549-IV; mechanism.md R7)."""
    licence, standing = claim.licence, claim.licence_standing
    if not needs_licence(claim):
        return
    is_live = standing is not None and standing.state in LIVE
    if licence is None or not is_live or not licence.issued_on <= on <= licence.valid_until:
        yield refuse(
            "custody.licence_is_in_force", "ua-549-iv/release-under-licence",
            tranche=claim.tranche, day=on, licence_state=standing.state.value if standing else "unknown",
        )  # fmt: skip


def licence_is_for_this_order(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The licence names this order, model and end user, in the end user's state (law 549-IV)."""
    licence = claim.licence
    if not needs_licence(claim) or licence is None:
        return
    named = (licence.order, licence.model, licence.end_user, licence.destination)
    if named != (claim.order, claim.finding.model, claim.end_user, claim.end_user_state):
        yield refuse(
            "custody.licence_is_for_this_order", "ua-549-iv/release-under-licence",
            licence=licence.id, order=claim.order,
        )  # fmt: skip


def release_is_within_licence(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """What left under the licence before and what leaves now stay within its quantity (mechanism.md R4, R5)."""
    if not needs_licence(claim) or claim.licence is None or claim.licence_standing is None:
        return
    before = claim.licence_standing.units_released_before
    if before + claim.units > claim.licence.units:
        yield refuse(
            "custody.release_is_within_licence", "ua-549-iv/release-under-licence",
            units_released_before=before, units=claim.units, units_licensed=claim.licence.units,
        )  # fmt: skip


def host_licence_is_present(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """What leaves a host state has that state's own licence for this order too (mechanism.md R28)."""
    host, licence = host_left(claim, on, law), claim.host_licence
    if host and (licence is None or licence.host != host or licence.order != claim.order):
        yield refuse("custody.host_licence_is_present", "host-law/export-licence", host=host, order=claim.order)


def host_licence_is_signed(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The host state's authority signed its licence (mechanism.md R28)."""
    host, licence = host_left(claim, on, law), claim.host_licence
    if not host or licence is None:
        return
    authority = f"authority:{host.lower()}"
    is_signed = is_signed_by(authority, licence, signatures_by(claim.host_licence_signatures, on), claim.keys)
    if licence.owner != authority or not is_signed:
        yield refuse("custody.host_licence_is_signed", "host-law/export-licence", host_licence=licence.id, host=host)


def host_licence_covers_units(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """What left under the host licence before and what leaves now stay within its quantity (mechanism.md R28)."""
    licence = claim.host_licence
    units_after = claim.host_units_released_before + claim.units
    if host_left(claim, on, law) and licence and units_after > licence.units:
        yield refuse(
            "custody.host_licence_covers_units", "host-law/export-licence",
            units_after=units_after, units_host_licensed=licence.units,
        )  # fmt: skip


def host_licence_is_in_force(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The host state's licence is in force on the day of release (mechanism.md R28)."""
    licence = claim.host_licence
    if host_left(claim, on, law) and licence and not licence.valid_from <= on <= licence.valid_until:
        yield refuse(
            "custody.host_licence_is_in_force", "host-law/export-licence",
            host_licence=licence.id, valid_from=licence.valid_from, valid_until=licence.valid_until,
        )  # fmt: skip


def release_is_witnessed(claim: Departure, on: date, law: Law) -> Iterator[Ground]:
    """Goods leave a centre abroad once its host's witness saw their release on record, or its silence was overridden.

    A witness vouches that the record is only added to, never for the goods (custody.md 5, Witnesses).
    """
    if claim.host and not claim.is_witnessed and claim.override is None:
        yield refuse(
            "custody.release_is_witnessed", "host-agreement/witness-before-departure",
            tranche=claim.tranche, host=claim.host, log=claim.log, size_witnessed=claim.size_witnessed,
            size_needed=claim.size_witnessed + 1 if claim.index is None else claim.index + 1,
        )  # fmt: skip


def override_follows_silence(claim: Departure, on: date, law: Law) -> Iterator[Ground]:
    """A silent witness is waited for before it is overridden (custody.md 5, Witnesses)."""
    override, call = claim.override, claim.call
    if not claim.host or claim.is_witnessed or override is None:
        return
    required = witness_minutes(law, on, claim.host)
    is_called = call is not None and call.id == override.call
    waited = (override.at - call.at) // timedelta(minutes=1) if call and is_called else 0
    if not is_called or waited < required:
        yield refuse(
            "custody.override_follows_silence", "host-agreement/witness-before-departure",
            tranche=claim.tranche, host=claim.host, minutes_waited=max(0, waited), minutes_required=required,
        )  # fmt: skip


def override_is_by_two(claim: Departure, on: date, law: Law) -> Iterator[Ground]:
    """Two officers of two authorities sign an override (design P4, P6)."""
    override = claim.override
    if not claim.host or claim.is_witnessed or override is None:
        return
    are_two = override.officer != override.countersigner
    are_apart = override.officer_authority != override.countersigner_authority
    signed = signatures_by(claim.override_signatures, on)
    are_signed = all(
        is_signed_by(who, override, signed, claim.keys) for who in (override.officer, override.countersigner)
    )
    if not (are_two and are_apart and are_signed):
        yield refuse(
            "custody.override_is_by_two", "host-agreement/witness-before-departure",
            tranche=claim.tranche, officer=override.officer, countersigner=override.countersigner,
        )  # fmt: skip


def needs_licence(claim: CustodyClaim) -> bool:
    """Do these goods need a licence, as the licence gate found?"""
    return claim.finding.outcome not in WITHOUT_OWN_LICENCE


def host_left(claim: CustodyClaim, on: date, law: Law) -> str | None:
    """Which host state do the goods leave: the centre's, else the line's; None when they leave from home?"""
    home = home_state(law, on)
    states = [place.host for place in (claim.centre, claim.line) if place is not None]
    return next((state for state in states if state != home), None)


RULES_OF_PLACE = (
    home_deliveries_are_on_plan,
    centre_is_open,
    centre_may_hold_goods,
    home_deliveries_are_known,
)
RULES_OF_PERMIT = (
    licence_is_in_force,
    licence_is_for_this_order,
    release_is_within_licence,
    host_licence_is_present,
    host_licence_is_signed,
    host_licence_covers_units,
    host_licence_is_in_force,
)
RULES_OF_DEPARTURE = (release_is_witnessed, override_follows_silence, override_is_by_two)
