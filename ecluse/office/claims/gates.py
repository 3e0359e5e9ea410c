"""Which claims are about who watches? Publication, custody, host states, decisions, units seen elsewhere."""

from __future__ import annotations

from datetime import date

from ecluse.custody.chain import breaks, by_time
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import DeliveryVerification, HostLicence, Manifest, SerialBlock, Sighting
from ecluse.edge.law import newest_law
from ecluse.licence.terms import WITHOUT_OWN_LICENCE, Licence, ProposedDecision
from ecluse.office.audit.p5_chain import manifests
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.claims.terms import Claim, Measure, Measured, centres, counted, lines, orders, released, status_of
from ecluse.order import Gate, Hearing

# Europe, North America, Australia and New Zealand; a sighting elsewhere lies in Asia, Africa or Latin America.
NEAR = (
    "AD AL AT AU BA BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO NZ PL PT "
    "RO RS SE SI SK SM TR UA US VA XK"
)
ELSEWHERE_NOT = frozenset(NEAR.split())
PER = 10_000


def publication_dates(claim: Claim) -> Measured:
    """B3: which kinds of record are public at once, and which wait for how long?"""
    today = claim.reading.today()
    rows = list(newest_law()["office/opening"].in_force(today))
    at_once = [row for row in rows if row["opens"] == "at_once"]
    waits = [int(row["months"]) for row in rows if row["months"]]
    kinds = {v: row["opens"] for row in rows if not row["subject_prefix"] for v in row["records"].split(";")}
    on_record = len(claim.reading.rows)
    public = sum(kinds.get(row.v) == "at_once" for row in claim.reading.rows)
    return Measured(
        status_of(supported=not at_once, contradicted=bool(rows) and len(at_once) == len(rows)),
        {
            "kinds": len(rows), "at_once": len(at_once), "waiting": len(waits),
            "months": max(waits, default=None), "records": on_record, "records_public": public,
        },
    )  # fmt: skip


def custody_gaps(claim: Claim) -> Measured:
    """B8: did goods leave from abroad under both licences, each unit in one custodian's hands?"""
    reading = claim.reading
    hosts = {row.value.order for row in reading.of(HostLicence)}
    abroad = _released_abroad(claim)
    one_sided = [row for row in abroad if not (row.value.order in hosts and _home_licence(reading, row))]
    rows = {row.value.id: row.value for own in manifests(reading).values() for row in own}
    broken = breaks(by_time(rows.values()))
    loose = [
        found for found in broken
        if not any(reading.is_held(rows[id].tranche, Gate.CUSTODY) for id in (found.manifest, found.previous))
    ]  # fmt: skip
    return Measured(
        status_of(
            supported=bool(one_sided) or bool(loose), contradicted=bool(abroad) and not one_sided and not loose
        ),
        {
            "abroad": len(abroad), "one_sided": len(one_sided), "handovers": len(rows), "breaks": len(broken),
            "breaks_loose": len(loose),
        },
    )  # fmt: skip


def _released_abroad(claim: Claim) -> list[Filed]:
    """Which releases left from another state than home, from a centre or from the line itself?"""
    reading, home = claim.reading, claim.world.home
    hosts = {centre.id: centre.host for centre in centres(reading)} | {line.id: line.host for line in lines(reading)}
    by_order = orders(reading)
    found = []
    for row in released(reading):
        order = by_order[row.value.order]
        places = [hosts.get(place or "", home) for place in (order.centre, order.line)]
        if any(host != home for host in places):
            found.append(row)
    return found


def _home_licence(reading: Reading, release: Filed) -> bool:
    """Did the home state license it, or find that no licence is required?"""
    decided = reading.last_hearing(release.value.tranche, Gate.LICENCE)
    finding = (decided.value.finding or {}) if decided else {}
    is_free = finding.get("outcome") in {found.value for found in WITHOUT_OWN_LICENCE}
    return is_free or reading.newest(release.value.order, Licence) is not None


def host_decisions(claim: Claim) -> Measured:
    """B9: did anything leave a host state without its licence, and did a missing answer ever stop goods?"""
    reading = claim.reading
    hosts = {row.value.order for row in reading.of(HostLicence)}
    abroad = _released_abroad(claim)
    without = [row for row in abroad if row.value.order not in hosts]
    silent = _held_on(reading, "custody.host_licence_is_present", "custody.host_licence_covers_units")
    unverified = _held_on(reading, "custody.delivery_is_verified", "custody.delivered_units_match")
    return Measured(
        status_of(supported=bool(without), contradicted=bool(abroad) and not without and silent + unverified > 0),
        {
            "granted": len(hosts), "released": len(abroad), "without": len(without), "silent": silent,
            "verified": len(reading.of(DeliveryVerification)), "unverified": unverified,
        },
    )  # fmt: skip


def _held_on(reading: Reading, *codes: str) -> int:
    """How many orders were ever held on one of these codes?"""
    return len({h.value.order for h in reading.of(Hearing) if any(g.code in codes for g in h.value.grounds)})


def overrides(claim: Claim) -> Measured:
    """B10: was a licence issued on what one person or authority decided, and what did the gate hold?"""
    reading = claim.reading
    decisions = {row.value.application: row.value for row in reading.of(ProposedDecision)}
    licences = [row.value for row in reading.of(Licence)]
    amiss = [
        licence for licence in licences
        for decision in [decisions.get(licence.application)]
        if decision is None or not decision.grant or decision.author == decision.countersigner
        or decision.author_authority == decision.countersigner_authority
    ]  # fmt: skip
    filed = {id: order.filed_on for id, order in orders(reading).items()}
    waits = sorted((licence.issued_on - filed[licence.order]).days for licence in licences if licence.order in filed)
    return Measured(
        status_of(supported=bool(amiss), contradicted=False),
        {
            "licences": len(licences), "amiss": len(amiss),
            "price": _held_on(reading, "licence.price_is_in_band"),
            "queue": _held_on(reading, "licence.queue_number_is_committed", "licence.queue_is_kept"),
            "interest": _held_on(reading, "licence.interested_officer_recuses"),
            "alone": _held_on(reading, "licence.two_persons_sign", "licence.decision_is_signed"),
            "days": waits[len(waits) // 2] if waits else None, "days_longest": waits[-1] if waits else None,
        },
    )  # fmt: skip


def sightings(claim: Claim) -> Measured:
    """B6: were exported units seen in Asia, Africa or Latin America, away from their end user?"""
    return _sightings(claim, by_centre=False)


def sightings_by_centre(claim: Claim) -> Measured:
    """B11: were units that passed through a centre seen away from their end user?"""
    return _sightings(claim, by_centre=True)


def _sightings(claim: Claim, *, by_centre: bool) -> Measured:
    reading, by_order = claim.reading, orders(claim.reading)
    units = sum(row.value.units for row in released(reading) if not by_centre or by_order[row.value.order].centre)
    seen = [row for row in reading.of(Sighting) if not by_centre or by_order[order_of(row.subject)].centre]
    away = [
        row for row in seen
        if row.value.state not in (by_order[order_of(row.subject)].destination, claim.world.home)
    ]  # fmt: skip
    far = away if by_centre else [row for row in away if row.value.state not in ELSEWHERE_NOT]
    return Measured(
        status_of(supported=bool(far), contradicted=False),
        {
            "seen": len(seen), "away": len(away), "far": len(far), "units": units,
            "rate": len(away) * PER // units if units else None, "per": PER,
            "where": counted(row.value.state for row in away),
            "unknown": sum(reading.newest(row.value.range.block, SerialBlock) is None for row in seen),
            "last": tuple(sorted(f"{_serial(reading, row.value)} {_last_custodian(reading, row)}" for row in away)),
            "first_day": min((row.value.on for row in away), default=None),
        },
    )  # fmt: skip


def _serial(reading: Reading, seen: Sighting) -> str:
    block = reading.newest(seen.range.block, SerialBlock)
    return serial_text(block.prefix, seen.range.first) if block else f"{seen.range.block} {seen.range.first}"


def _last_custodian(reading: Reading, row: Filed) -> str:
    """Who last signed for what was seen, by the day it was seen?"""
    day: date = row.value.on
    own: list[Manifest] = [
        filed.value for filed in manifests(reading).get(row.subject, ())
        if filed.value.received_at and filed.value.received_at.date() <= day
    ]  # fmt: skip
    return own[-1].to_custodian if own else "?"


HANDS = ("orders", "blocks", "conduct")
MEASURES = {
    "B3": Measure(publication_dates, ()),
    "B6": Measure(sightings, HANDS),
    "B8": Measure(custody_gaps, HANDS),
    "B9": Measure(host_decisions, HANDS),
    "B10": Measure(overrides, ("orders", "officers", "conduct")),
    "B11": Measure(sightings_by_centre, HANDS),
}
