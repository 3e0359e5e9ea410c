"""Which claim is just held and which just passes, for every code of the licence gate?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from keys import key_for, signed

from ecluse.base.days import Stop
from ecluse.base.money import Money, Rate
from ecluse.licence.officers import Officer
from ecluse.licence.terms import (
    Aggregate,
    Application,
    Condition,
    CriticalGoods,
    GoodsList,
    Interest,
    LicenceClaim,
    MarketingAuthorisation,
    Opinion,
    OriginDeclaration,
    PartnerList,
    PermitKind,
    PriceBand,
    ProposedDecision,
    QueuePlace,
    ReExportConsent,
    Route,
    Voice,
)
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import GoodsKind

ON = date(2026, 4, 20)
DAY = timedelta(days=1)
MODEL, OTHER_MODEL = "model:ew-set-07", "model:ew-set-08"
EXPORTER, BUYER, END_USER = "party:maker-001", "party:buyer-dk", "party:user-dk"
AUTHOR, COUNTERSIGNER = "officer:ssecu-1", "officer:mod-9"
SSECU, COMMISSION, MOD, SBU, MFA = (f"authority:{slug}" for slug in ("ssecu", "commission", "mod", "sbu", "mfa"))
FLOOR = Money.of("15000000", "UAH")
KOPIYKA = Money(1, "UAH")
CENT = Money(1, "EUR")

FINDING = PartiesFinding(
    "tranche:0001-1", EXPORTER, BUYER, END_USER, "DK", "statement:0417", ("list:north-1",), 30, MODEL
)
APPLICATION = Application(
    id="application:0001",
    order="order:0001",
    exporter=EXPORTER,
    buyer=BUYER,
    model=MODEL,
    class_="ew_set",
    kind=GoodsKind.ARTICLE,
    goods_list=GoodsList.MILITARY,
    control_entry="ML11.a",
    units=30,
    unit_price=Money.of("6000", "EUR"),
    price_uah=Money.of("9000000", "UAH"),  # 30 at 6,000 euros, at 50 hryvnias the euro
    permit=PermitKind.ONE_OFF,
    route=Route.A,
    offered_on=date(2026, 2, 16),
    filed_on=date(2026, 3, 2),
    complete_on=date(2026, 3, 4),
    return_by=None,
    third_state=None,
    queue_number=17,
)
MARKETING = MarketingAuthorisation(
    "marketing:0001", "DK-EW-417", SSECU, EXPORTER, "ew_set", "DK", date(2026, 1, 12), date(2026, 12, 31)
)
PARTNERS = PartnerList("partners:2026", MFA, ("DK", "NL"), ("DK", "NO"), date(2026, 1, 1), None)
CRITICAL = CriticalGoods("critical:2026", MOD, ("model:long-range-01",), date(2026, 1, 1), None)
DECISION = ProposedDecision(
    "decision:0001",
    APPLICATION.id,
    True,
    AUTHOR,
    SSECU,
    COUNTERSIGNER,
    MOD,
    "All opinions are in favour.",
    ON - 5 * DAY,
)
CONDITION = Condition("condition:0001", APPLICATION.id, SBU, "Export variant only", date(2026, 3, 20), SBU, ON, True)


def opinion(authority: str, voice: Voice = Voice.FOR, *, officer: str | None = None) -> Opinion:
    """What does this authority say, by its own first officer?"""
    slug = authority.removeprefix("authority:")
    reason = "" if voice is Voice.FOR else f"Reason of {slug}"
    return Opinion(
        f"opinion:0001-{slug}",
        APPLICATION.id,
        authority,
        officer or f"officer:{slug}-1",
        voice,
        reason,
        date(2026, 3, 25),
    )


OPINIONS = (opinion(MOD), opinion(SBU), opinion(MFA))
RATE = Rate("EUR", "UAH", 50, 1, APPLICATION.filed_on, "National Bank")


def office(officer: str, authority: str, role: str = "opinion", *, until: date | None = None) -> Officer:
    """Which office does this person hold?"""
    return Officer(officer, authority, role, "Somebody", date(2025, 1, 1), until)


SLUGS = ("mod", "general-staff", "sbu", "szr", "gur", "mfa", "economy", "finance")
REGISTERED = (
    office(AUTHOR, SSECU, "author"),
    office(COUNTERSIGNER, MOD, "countersigner"),
    office("officer:commission-1", COMMISSION, "author"),
    *(office(f"officer:{slug}-1", f"authority:{slug}") for slug in SLUGS),
)
OFFICERS = (AUTHOR, COUNTERSIGNER, "officer:commission-1", "officer:mod-1", "officer:sbu-1", "officer:economy-1")


def decided(claim: LicenceClaim, **changes: Any) -> LicenceClaim:
    """What is the claim once this decision stands in it, signed by those it names?"""
    decision = replace(claim.decision or DECISION, **changes)
    officers = dict.fromkeys((decision.author, decision.countersigner))
    return replace(
        claim,
        decision=decision,
        decision_signatures=tuple(signed(officer, decision, decision.on) for officer in officers),
    )


def filed(claim: LicenceClaim, **changes: Any) -> LicenceClaim:
    """What is the claim once the application says this, the rate of the day being what makes its value right?"""
    asked = replace(claim.application, **changes)
    value = asked.unit_price.times(asked.units)
    rate = Rate(value.currency, "UAH", asked.price_uah.minor, value.minor, asked.filed_on, RATE.source)
    return replace(claim, application=asked, official_rate=rate)


def enrolled(claim: LicenceClaim, *offices: Officer) -> LicenceClaim:
    """What is the claim once these are the only offices of the persons named, all others as they were?"""
    named = {office.id for office in offices}
    return replace(claim, officers=(*(o for o in claim.officers if o.id not in named), *offices))


BASE = decided(
    LicenceClaim(
        tranche=FINDING.tranche,
        parties=FINDING,
        parties_hearing="0" * 64,
        application=APPLICATION,
        marketing=MARKETING,
        partner_list=PARTNERS,
        critical_goods=CRITICAL,
        defence_city=False,
        opinions=OPINIONS,
        interests=(),
        conditions=(),
        origin=OriginDeclaration("origin:ew-07", MODEL, ("US",), ("US:consent-9",), date(2026, 1, 20)),
        re_export_consent=None,
        decision=DECISION,
        decision_signatures=(),
        clock_stops=(),
        queue=QueuePlace(17, 0),
        aggregate=Aggregate(Money.of("9000000", "UAH"), 1, 365),
        price_band=PriceBand(Money.of("5000", "EUR"), Money.of("7000", "EUR"), 5),
        units_licensed_before=0,
        officers=REGISTERED,
        official_rate=RATE,
        keys=tuple(key_for(officer)[0] for officer in OFFICERS),
    )
)
TECHNOLOGY = filed(replace(BASE, origin=None), kind=GoodsKind.TECHNOLOGY, permit=PermitKind.TECHNOLOGY)
TEMPORARY = filed(BASE, permit=PermitKind.TEMPORARY, return_by=date(2026, 9, 30))
ON_WARD = filed(
    replace(BASE, re_export_consent=ReExportConsent("consent:0001", APPLICATION.order, "NO", MFA, date(2026, 3, 30))),
    third_state="NO",
)
# Route D: at the floor exactly, decided within its 30 days.
DEAL = filed(
    replace(BASE, aggregate=Aggregate(FLOOR, 1, 365)),
    route=Route.D,
    price_uah=FLOOR,
    complete_on=DECISION.on - 30 * DAY,
)
# Route C: a resident of Defence City, a treaty state, decided within its 15 days.
TREATY = filed(replace(BASE, defence_city=True), route=Route.C, complete_on=DECISION.on - 15 * DAY)
# Route B: the commission decides on eight opinions; five must not be recused.
WARTIME_BODIES = tuple(f"authority:{slug}" for slug in SLUGS)
WARTIME = decided(
    filed(replace(BASE, opinions=tuple(opinion(body) for body in WARTIME_BODIES)), route=Route.B),
    author="officer:commission-1",
    author_authority=COMMISSION,
)


def recused(claim: LicenceClaim, count: int) -> LicenceClaim:
    """What is the claim once the first so many authorities stand aside?"""
    return replace(
        claim,
        opinions=tuple(
            replace(said, voice=Voice.RECUSED) if place < count else said for place, said in enumerate(claim.opinions)
        ),
    )


def heard(claim: LicenceClaim, said: Opinion) -> LicenceClaim:
    """What is the claim once the authority says this instead?"""
    return replace(claim, opinions=tuple(said if o.authority == said.authority else o for o in claim.opinions))


def summed(value: Money, applications: int = 3, window_days: int = 365) -> LicenceClaim:
    """What is the base claim once the same owners sold this much?"""
    return replace(BASE, aggregate=Aggregate(value, applications, window_days))


INTERESTED = replace(BASE, interests=(Interest("interest:0001", "officer:sbu-1", BUYER, date(2026, 1, 5)),))
AGAINST = heard(BASE, opinion(SBU, Voice.AGAINST))
STOPPED = (Stop(date(2026, 3, 10), date(2026, 3, 12), "Question to the exporter"),)
# 47 days from completion to decision, less two on which the clock stood still: the 45 of route A.
SLOW = filed(replace(BASE, clock_stops=STOPPED), filed_on=date(2026, 2, 25), complete_on=DECISION.on - 47 * DAY)

SPOKEN_ON = OPINIONS[0].on
COLLEAGUE_ID = "officer:ssecu-2"
# A second officer of the same service; and two persons who each hold offices of two authorities.
COLLEAGUE = replace(
    enrolled(BASE, office(COLLEAGUE_ID, SSECU, "countersigner")),
    keys=(*BASE.keys, key_for(COLLEAGUE_ID)[0]),
)
TWO_OFFICES = enrolled(
    BASE,
    office(AUTHOR, SSECU, "author"),
    office(AUTHOR, MOD, "countersigner"),
    office("officer:mod-1", MOD),
    office("officer:mod-1", SBU),
)


def _countersigned_by(authority: str) -> LicenceClaim:
    return decided(enrolled(BASE, office(COUNTERSIGNER, authority, "countersigner")), countersigner_authority=authority)


# Parts to Denmark under the general permit: no opinion, no decision, no place in a queue.
GENERAL = replace(
    filed(BASE, permit=PermitKind.GENERAL, kind=GoodsKind.PART, class_="part"),
    opinions=(), decision=None, decision_signatures=(), queue=None, marketing=None,
)  # fmt: skip


CASES: dict[str, tuple[LicenceClaim, LicenceClaim, date]] = {
    "licence.goods_are_not_critical": (
        replace(BASE, critical_goods=replace(CRITICAL, models=(MODEL,))),
        replace(BASE, critical_goods=replace(CRITICAL, models=(OTHER_MODEL,))),
        ON,
    ),
    "licence.application_agrees_with_finding": (
        replace(BASE, parties=replace(FINDING, buyer="party:buyer-no")),
        BASE,
        ON,
    ),
    "licence.units_are_within_finding": (
        replace(BASE, parties=replace(FINDING, units=40), units_licensed_before=11),
        replace(BASE, parties=replace(FINDING, units=40), units_licensed_before=10),
        ON,
    ),
    "licence.no_authority_vetoes": (
        heard(WARTIME, opinion(SBU, Voice.VETO)),
        heard(WARTIME, opinion(SBU, Voice.AGAINST)),
        ON,
    ),
    "licence.decision_grants": (decided(BASE, grant=False), decided(BASE, grant=True), ON),
    "licence.re_export_has_consent": (filed(ON_WARD, third_state="SE"), ON_WARD, ON),
    "licence.origin_consents_are_held": (
        replace(BASE, origin=replace(BASE.origin, consents_held=("UK:consent-3",))),
        BASE,
        ON,
    ),
    "licence.technology_has_own_licence": (filed(TECHNOLOGY, permit=PermitKind.ONE_OFF), TECHNOLOGY, ON),
    "licence.route_carries_no_technology": (
        filed(DEAL, permit=PermitKind.LICENSED_PRODUCTION),
        filed(DEAL, permit=PermitKind.ONE_OFF),
        ON,
    ),
    "licence.offer_was_authorised": (
        filed(BASE, offered_on=MARKETING.valid_from - DAY),
        filed(BASE, offered_on=MARKETING.valid_from),
        ON,
    ),
    "licence.return_is_dated": (filed(TEMPORARY, return_by=None), TEMPORARY, ON),
    "licence.route_fits_the_facts": (filed(DEAL, price_uah=FLOOR - KOPIYKA), DEAL, ON),
    "licence.interested_officer_recuses": (
        INTERESTED,
        heard(INTERESTED, opinion(SBU, Voice.RECUSED)),
        ON,
    ),
    "licence.one_officer_one_voice": (heard(TWO_OFFICES, opinion(SBU, officer="officer:mod-1")), TWO_OFFICES, ON),
    "licence.two_persons_sign": (
        decided(TWO_OFFICES, countersigner=AUTHOR),
        decided(TWO_OFFICES, countersigner=COUNTERSIGNER),
        ON,
    ),
    "licence.two_authorities_sign": (
        decided(COLLEAGUE, countersigner=COLLEAGUE_ID, countersigner_authority=SSECU),
        decided(COLLEAGUE, countersigner_authority=MOD),
        ON,
    ),
    "licence.officers_hold_office": (
        enrolled(BASE, office(COUNTERSIGNER, MOD, "countersigner", until=DECISION.on - DAY)),
        enrolled(BASE, office(COUNTERSIGNER, MOD, "countersigner", until=DECISION.on)),
        ON,
    ),
    "licence.speakers_hold_office": (
        enrolled(BASE, office("officer:sbu-1", SBU, until=SPOKEN_ON - DAY)),
        enrolled(BASE, office("officer:sbu-1", SBU, until=SPOKEN_ON)),
        ON,
    ),
    "licence.decision_authority_is_competent": (
        _countersigned_by("authority:dk"),
        _countersigned_by("authority:customs"),
        ON,
    ),
    "licence.decision_is_signed": (replace(BASE, decision_signatures=BASE.decision_signatures[:1]), BASE, ON),
    "licence.owner_lifts_condition": (
        replace(BASE, conditions=(replace(CONDITION, lifted_by=SSECU),)),
        replace(BASE, conditions=(CONDITION,)),
        ON,
    ),
    "licence.conditions_are_lifted": (
        replace(BASE, conditions=(replace(CONDITION, lifted_on=ON + DAY),)),
        replace(BASE, conditions=(replace(CONDITION, lifted_on=ON),)),
        ON,
    ),
    "licence.queue_number_is_committed": (replace(BASE, queue=QueuePlace(18, 0)), BASE, ON),
    "licence.general_permit_covers": (
        replace(GENERAL, parties=replace(FINDING, destination="US")),
        GENERAL,
        ON,
    ),
    "licence.control_entry_agrees": (
        filed(BASE, goods_list=GoodsList.UNCONTROLLED),
        filed(BASE, goods_list=GoodsList.UNCONTROLLED, control_entry=""),
        ON,
    ),
    "licence.critical_list_is_known": (
        replace(BASE, critical_goods=replace(CRITICAL, valid_until=ON - DAY)),
        replace(BASE, critical_goods=replace(CRITICAL, valid_until=ON)),
        ON,
    ),
    "licence.partner_list_is_known": (replace(TREATY, partner_list=None), TREATY, ON),
    "licence.origin_is_declared": (replace(BASE, origin=None), BASE, ON),
    "licence.value_is_at_official_rate": (
        replace(BASE, application=replace(APPLICATION, price_uah=APPLICATION.price_uah - KOPIYKA)),
        BASE,
        ON,
    ),
    "licence.value_is_not_split": (summed(FLOOR), summed(FLOOR - KOPIYKA), ON),
    "licence.aggregate_is_known": (
        summed(FLOOR - KOPIYKA, window_days=364),
        summed(FLOOR - KOPIYKA, window_days=365),
        ON,
    ),
    "licence.file_is_complete": (filed(BASE, complete_on=None), filed(BASE, complete_on=DECISION.on), ON),
    "licence.dissent_is_heard": (
        AGAINST,
        decided(AGAINST, author="officer:commission-1", author_authority=COMMISSION),
        ON,
    ),
    "licence.opinions_are_in": (replace(BASE, opinions=(opinion(MOD), opinion(SBU))), BASE, ON),
    "licence.quorum_is_met": (recused(WARTIME, 4), recused(WARTIME, 3), ON),
    "licence.decision_is_made": (replace(BASE, decision=None), BASE, DECISION.on),
    "licence.clock_is_not_overrun": (
        filed(SLOW, complete_on=DECISION.on - 48 * DAY),
        SLOW,
        ON,
    ),
    "licence.queue_place_is_known": (replace(BASE, queue=None), BASE, ON),
    "licence.queue_is_kept": (replace(BASE, queue=QueuePlace(17, 4)), replace(BASE, queue=QueuePlace(17, 3)), ON),
    "licence.price_is_in_band": (
        filed(BASE, unit_price=Money.of("7000", "EUR") + CENT),
        filed(BASE, unit_price=Money.of("7000", "EUR")),
        ON,
    ),
}
