"""On which grounds do the goods, their route and their value hold a file at the licence gate?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.money import Money, Rounding
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.licence import routes
from ecluse.licence.dated import general_permit, is_home_body, term
from ecluse.licence.onfile import (
    TECHNOLOGY_PERMITS,
    carries_technology,
    consents_missing,
    critical_list,
    has_consent,
    partner_list,
)
from ecluse.licence.terms import Aggregate, GoodsList, LicenceClaim, MarketingAuthorisation, PermitKind
from ecluse.surplus.terms import GoodsKind


def goods_are_not_critical(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Models on the list of critical goods never go (mechanism.md 1.2 route D, T6)."""
    listed = critical_list(claim, on, law)
    if listed and claim.application.model in listed.models:
        yield refuse(
            "licence.goods_are_not_critical", "ua-dd-2026/critical-goods",
            model=claim.application.model, critical_list=listed.id,
        )  # fmt: skip


def critical_list_is_known(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """A list of critical goods, kept by its owner, is in force on the day (mechanism.md 1.2 route D, R12)."""
    if critical_list(claim, on, law) is None:
        yield refer("licence.critical_list_is_known", "ua-dd-2026/critical-goods", model=claim.application.model, on=on)


def technology_has_own_licence(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Technology goes only under a permit for technology or for licensed production (mechanism.md T6, R16)."""
    asked = claim.application
    if asked.kind is GoodsKind.TECHNOLOGY and asked.permit not in TECHNOLOGY_PERMITS:
        yield refuse(
            "licence.technology_has_own_licence", "ua-549-iv/technology",
            model=asked.model, permit=asked.permit.value,
        )  # fmt: skip


def route_carries_no_technology(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """A route that transfers no intellectual property carries no technology (mechanism.md 1.2 route D)."""
    terms = routes.effective(claim.application.route, claim.application.goods_list, law, on)
    if terms and not terms.carries_technology and carries_technology(claim):
        yield refuse(
            "licence.route_carries_no_technology", "ua-dd-2026/intellectual-property",
            model=claim.application.model, route=terms.route.value,
        )  # fmt: skip


def offer_was_authorised(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """A military article is offered only under an authorisation for exporter, class and state (T11, R11)."""
    asked = claim.application
    if asked.goods_list is not GoodsList.MILITARY or asked.kind is not GoodsKind.ARTICLE:
        return
    if claim.marketing is None or not authorises(claim.marketing, claim, on, law):
        yield refuse(
            "licence.offer_was_authorised", "ua-549-iv/negotiations",
            exporter=asked.exporter, goods_class=asked.class_, state=claim.parties.destination,
            offered_on=asked.offered_on,
        )  # fmt: skip


def re_export_has_consent(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Goods of an order go on to a third state only with written consent (mechanism.md 1.2 route D, R19)."""
    state = claim.application.third_state
    if state is not None and not has_consent(claim, state, on, law):
        yield refuse(
            "licence.re_export_has_consent", "ua-dd-2026/re-export",
            order=claim.application.order, state=state,
        )  # fmt: skip


def origin_consents_are_held(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every origin state whose consent the components need has given it (mechanism.md T8, R23; controls.md Q25)."""
    for consent in consents_missing(claim):
        yield refuse(
            "licence.origin_consents_are_held", "ecluse/component-origin",
            model=claim.application.model, consent=consent,
        )  # fmt: skip


def return_is_dated(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """A temporary export states the day by which the goods come back (mechanism.md T13, R16)."""
    asked = claim.application
    if asked.permit is PermitKind.TEMPORARY and asked.return_by is None:
        yield refuse(
            "licence.return_is_dated", "ua-1807-2003/temporary-permit",
            application=asked.id, units=asked.units,
        )  # fmt: skip


def route_fits_the_facts(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The route asked for is open on status, treaty or deal, goods and value (mechanism.md 1.2, R14)."""
    asked, facts = claim.application, routes.facts_of(claim, on, law)
    terms = routes.effective(asked.route, asked.goods_list, law, on)
    if terms is None or routes.is_open(terms, facts) is False:
        yield refuse(
            "licence.route_fits_the_facts", "ua-procedure-2026/routes",
            route=asked.route.value, route_open=routes.choose(facts, law, on).value,
            destination=claim.parties.destination, price=asked.price_uah,
        )  # fmt: skip


def general_permit_covers(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """A general permit in force covers this class to this state; else the deal needs a permit of its own (1.2)."""
    asked, state = claim.application, claim.parties.destination
    if asked.permit is PermitKind.GENERAL and general_permit(asked.class_, state, on, law) is None:
        yield refuse(
            "licence.general_permit_covers", "ecluse/general-permit",
            application=asked.id, goods_class=asked.class_, state=state,
        )  # fmt: skip


def control_entry_agrees(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Goods under a military entry are on the military list, whatever the application calls them (controls.md 1)."""
    asked = claim.application
    if asked.control_entry.upper().startswith("ML") and asked.goods_list is not GoodsList.MILITARY:
        yield refer(
            "licence.control_entry_agrees", "ua-1807-2003/list-of-goods",
            control_entry=asked.control_entry, goods_list=asked.goods_list.value,
        )  # fmt: skip


def partner_list_is_known(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """A route for partner states needs the list of them that is in force (mechanism.md 1.2 routes C and D, R12)."""
    asked = claim.application
    terms = routes.effective(asked.route, asked.goods_list, law, on)
    if terms and terms.state_list and partner_list(claim, on, law) is None:
        yield refer(
            "licence.partner_list_is_known", "ua-dd-2026/partner-list",
            route=asked.route.value, destination=claim.parties.destination, on=on,
        )  # fmt: skip


def origin_is_declared(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """An article or a part goes with a declaration of whose components are inside (mechanism.md T8, R23)."""
    asked, origin = claim.application, claim.origin
    if asked.kind not in (GoodsKind.ARTICLE, GoodsKind.PART):
        return
    if origin is None or origin.model != asked.model or origin.declared_on > on:
        yield refer("licence.origin_is_declared", "ecluse/component-origin", model=asked.model)


def aggregate_is_known(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Below the floor it is known what the same owners sold in the window of the law (mechanism.md T12, R17)."""
    window = term("splitting_window_days", on, law)
    if value_escapes_floor(claim, on, law) and not is_whole(claim.aggregate, claim.application.price_uah, window):
        yield refer(
            "licence.aggregate_is_known", "ecluse/aggregation",
            exporter=claim.application.exporter, buyer=claim.application.buyer, window_days=window,
        )  # fmt: skip


def value_is_not_split(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """Sales by the same owners to the same end use do not reach the floor in pieces (mechanism.md T12, R17)."""
    floor, summed = routes.value_floor(on, law), claim.aggregate
    if floor is None or summed is None or not value_escapes_floor(claim, on, law):
        return
    if summed.applications > 1 and routes.in_hryvnias(summed.value_uah) >= routes.in_hryvnias(floor):
        yield refer(
            "licence.value_is_not_split", "ua-dd-2026/floor",
            price=claim.application.price_uah, sum=summed.value_uah, floor=floor,
            applications=summed.applications, window_days=summed.window_days,
        )  # fmt: skip


def value_is_at_official_rate(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The value stated for the floor is units by price at the official rate of the day of filing (T12, R17)."""
    asked = claim.application
    reckoned = value_at_rate(claim)
    if reckoned is None or routes.in_hryvnias(asked.price_uah) != routes.in_hryvnias(reckoned):
        yield refer(
            "licence.value_is_at_official_rate", "ecluse/official-rate",
            price=asked.price_uah, value=asked.unit_price.times(asked.units), filed_on=asked.filed_on,
        )  # fmt: skip


def price_is_in_band(claim: LicenceClaim, on: date, law: Law) -> Iterator[Ground]:
    """The unit price lies within the band of its peers, where there are enough of them (mechanism.md T5, R22)."""
    band, price = claim.price_band, claim.application.unit_price
    if band is None or band.peers < term("price_peers_min", on, law):
        return
    if {band.low.currency, band.high.currency} != {price.currency}:
        raise ValueError(f"a band in {band.low.currency} cannot judge a price in {price.currency}")
    if not band.low.minor <= price.minor <= band.high.minor:
        yield refer(
            "licence.price_is_in_band", "ecluse/price-band",
            model=claim.application.model, unit_price=price, low=band.low, high=band.high, peers=band.peers,
        )  # fmt: skip


def authorises(marketing: MarketingAuthorisation, claim: LicenceClaim, on: date, law: Law) -> bool:
    """Did a home body let this exporter offer this class to this state on the day of the offer?"""
    asked = claim.application
    about = (marketing.exporter, marketing.class_, marketing.state)
    if about != (asked.exporter, asked.class_, claim.parties.destination) or not is_home_body(marketing.owner, on, law):
        return False
    return marketing.valid_from <= asked.offered_on <= marketing.valid_until


def value_escapes_floor(claim: LicenceClaim, on: date, law: Law) -> bool:
    """Does this application stay under the floor of the procedure for larger transfers of military goods?"""
    floor = routes.value_floor(on, law)
    if floor is None or claim.application.goods_list is not GoodsList.MILITARY:
        return False
    return routes.in_hryvnias(claim.application.price_uah) < routes.in_hryvnias(floor)


def value_at_rate(claim: LicenceClaim) -> Money | None:
    """What are the goods worth in hryvnias at the rate of the day of filing? None where that day has no rate."""
    asked, rate = claim.application, claim.official_rate
    value = asked.unit_price.times(asked.units)
    if value.currency == "UAH":
        return value
    if rate is None or (rate.base, rate.quote, rate.on) != (value.currency, "UAH", asked.filed_on):
        return None
    return rate.convert(value, Rounding.HALF_UP)


def is_whole(summed: Aggregate | None, price: Money, window_days: int) -> bool:
    """Does the sum cover the whole window of the law, and this application with it?"""
    if summed is None or summed.window_days < window_days:
        return False
    return routes.in_hryvnias(summed.value_uah) >= routes.in_hryvnias(price)
