"""P5: did every unit pass from one signed hand to the next, with every state's leave, and where is it now?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from ecluse.base.sealed import seal
from ecluse.custody.chain import BreakKind, breaks, by_sequence, by_time, holdings, taken_over
from ecluse.custody.life import host_licence_standing
from ecluse.custody.ranges import Ranges, count, difference, overlap, union
from ecluse.custody.terms import Centre, HostLicence, HostLicenceWithdrawn, Line, Loss, Manifest, SerialRange, Step
from ecluse.licence.life import is_in_force
from ecluse.licence.terms import WITHOUT_OWN_LICENCE, Licence, LicenceEvent
from ecluse.office.audit.p5_blocks import packed, serials_of
from ecluse.office.audit.reading import Filed, Reading, law_rows, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Order, Release
from ecluse.order import Gate

DAYS_TO_DELIVER = 60
BACKWARD = frozenset({Step.RETURN, Step.RECALL})


def manifests(reading: Reading) -> dict[str, list[Filed]]:
    """Which handovers did each tranche have, in the custodians' own count?"""
    found = reading.kept("manifests")
    if found is None:
        found = defaultdict(list)
        for row in reading.of(Manifest):
            found[row.value.tranche].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (row.value.sequence, row.value.sent_at, row.value.id))
        reading.keep("manifests", found)
    return dict(found)


def releases(reading: Reading) -> dict[str, Filed]:
    """Which tranches left their last controlled place, and when?"""
    found = reading.kept("releases")
    if found is None:
        rows = [row for row in reading.of(Release) if row.subject == row.value.tranche]
        found = reading.keep("releases", {row.value.tranche: row for row in rows})
    return dict(found)


def handovers_are_signed_by_both(reading: Reading, tally: Tally) -> None:
    """Did each side sign each handover with its own key?"""

    def check(row: Filed) -> None:
        manifest: Manifest = row.value
        tally.count("handovers")
        is_held = reading.is_held(manifest.tranche, Gate.CUSTODY)
        as_sent = seal(replace(manifest, short=(), rejected=(), received_at=None)).digest
        sender = manifest.from_custodian
        unsigned = []
        if not reading.is_signed(row, sender) and not reading.signs(row.digest, sender, as_sent):
            unsigned.append(sender)
        if manifest.received_at and not reading.is_signed(row, manifest.to_custodian):
            unsigned.append(manifest.to_custodian)
        for custodian in unsigned:
            tally.broken_unless(
                is_held, "handover_unsigned", manifest.id, row.on, rests=_rests(manifest.tranche), custodian=custodian,
                tranche=manifest.tranche, units=manifest.units,
            )  # fmt: skip

    tally.each(reading.of(Manifest), check, lambda row: row.rid)


def _rests(tranche: str) -> list[str]:
    return [tranche, order_of(tranche)]


def chains_have_no_break(reading: Reading, tally: Tally) -> None:
    """Is there neither gap nor overlap of custodians over all handovers, from the maker on?"""
    orders = reading.orders()
    rows = {row.value.id: row for own in manifests(reading).values() for row in own}
    for found in breaks(by_time(row.value for row in rows.values())):
        row = rows[found.manifest]
        tranche: str = row.value.tranche
        other = rows[found.previous].value.tranche
        is_held = reading.is_held(tranche, Gate.CUSTODY) or reading.is_held(other, Gate.CUSTODY)
        key = "custody_gap" if found.kind is BreakKind.GAP else "custody_overlap"
        tally.broken_unless(
            is_held, key, serials_of(reading, found.range), row.on, rests=[*_rests(tranche), *_rests(other)],
            manifest=found.manifest, units=found.range.units(),
        )  # fmt: skip

    def check(item: tuple[str, list[Filed]]) -> None:
        tranche, own = item
        tally.count("chains")
        order: Order = orders[order_of(tranche)].value
        is_held = reading.is_held(tranche, Gate.CUSTODY)
        line = reading.newest(order.line, Line) if order.line else None
        first = own[0].value
        if line is not None and first.from_custodian != line.maker:
            tally.broken_unless(
                is_held, "custody_begins_elsewhere", first.id, own[0].on, rests=_rests(tranche),
                custodian=first.from_custodian, maker=line.maker,
            )  # fmt: skip
        for number, row in enumerate(own, 1):
            manifest: Manifest = row.value
            if manifest.sequence != number:
                tally.broken_unless(
                    is_held, "handover_missing", manifest.id, row.on, rests=_rests(tranche), sequence=manifest.sequence
                )
                break
            if manifest.step is Step.DELIVERY and manifest.to_custodian != order.end_user:
                tally.broken_unless(
                    is_held, "delivered_elsewhere", manifest.id, row.on, rests=_rests(tranche),
                    custodian=manifest.to_custodian, end_user=order.end_user, units=manifest.units,
                )  # fmt: skip
            foreign = difference(manifest.ranges, packed(reading).get(tranche, ()))
            for run in foreign:
                tally.broken_unless(
                    is_held, "handed_over_unpacked", serials_of(reading, run), row.on,
                    rests=[*_rests(tranche), run.block], manifest=manifest.id, units=run.units(),
                )  # fmt: skip

    tally.each(sorted(manifests(reading).items()), check, lambda item: item[0])


def host_states_agreed(reading: Reading, tally: Tally) -> None:
    """Did everything that left a host state have that state's own signed licence, in force and large enough?"""
    orders, taken = reading.orders(), defaultdict(int)
    home = next((row["state"] for row in law_rows("custody/home", reading.today())), "")

    def check(item: tuple[str, Filed]) -> None:
        tranche, row = item
        order: Order = orders[row.value.order].value
        host = _host(reading, order, home)
        if host is None:
            return
        tally.count("host_releases")
        taken[order.id] += row.value.units
        found = _host_licence(reading, order.id, row)
        licence: HostLicence | None = found.value if found else None
        fault = ""
        if licence is None or licence.host != host or licence.order != order.id:
            fault = "host_licence_missing"
        elif found is None or not reading.is_signed(found, f"authority:{host.lower()}"):
            fault = "host_licence_unsigned"
        elif not licence.valid_from <= row.on <= licence.valid_until or taken[order.id] > licence.units:
            fault = "host_licence_exceeded"
        if fault:
            tally.broken(
                fault, tranche, row.on, rests=[*_rests(tranche), f"host:{order.id}"], host=host, units=taken[order.id]
            )

    # One order's releases in the order in which they were written: each licence counts all that left before.
    made = sorted(releases(reading).items(), key=lambda item: (item[1].value.order, item[1].on, item[1].index))
    tally.each(made, check, lambda item: item[0])


def _host_licence(reading: Reading, order: str, release: Filed) -> Filed | None:
    """Which host licence stood when this left: the newest on record before, unless it had been taken back?"""
    subject = f"host:{order}"
    copies = [row for row in reading.about(subject, Release) if row.value.tranche == release.value.tranche]

    def stood(row: Filed) -> bool:
        return row.turn < copies[0].turn if copies else row.on <= release.on

    rows = [row for row in reading.about(subject, HostLicence) if stood(row)]
    taken = [row.value for row in reading.about(subject, HostLicenceWithdrawn) if stood(row)]
    return rows[-1] if host_licence_standing([row.value for row in rows], taken) else None


def _host(reading: Reading, order: Order, home: str) -> str | None:
    centre = reading.newest(order.centre, Centre) if order.centre else None
    line = reading.newest(order.line, Line) if order.line else None
    states = [place.host for place in (centre, line) if place is not None]
    return next((state for state in states if state != home), None)


def licences_allowed_release(reading: Reading, tally: Tally) -> None:
    """Was the home licence in force on the day of each release, and did the custody gate pass it?"""

    def check(item: tuple[str, Filed]) -> None:
        tranche, row = item
        tally.count("releases")
        order = row.value.order
        hearing = reading.by_digest.get(row.value.hearing)
        if hearing is None or hearing.value.gate is not Gate.CUSTODY or hearing.value.finding is None:
            tally.broken("release_without_hearing", tranche, row.on, rests=[*_rests(tranche), row.value.hearing])
        decided = reading.last_hearing(tranche, Gate.LICENCE)
        if decided and (decided.value.finding or {}).get("outcome") in {found.value for found in WITHOUT_OWN_LICENCE}:
            return
        licence = reading.newest(order, Licence)
        # A change proposed before and signed by its second officer after the goods had left did not hold them; nor did
        # one that was filed later on the same day.
        events = [event.value for event in reading.about(order, LicenceEvent) if _was_before(event, row)]
        if licence is None or not is_in_force(licence, events, row.on):
            tally.broken("release_without_licence", tranche, row.on, rests=_rests(tranche), units=row.value.units)

    tally.each(sorted(releases(reading).items()), check, lambda item: item[0])


def _was_before(event: Filed, release: Filed) -> bool:
    """Was this filed before those goods left? Of one day two logs do not say; what the gate was told, P9 compares."""
    is_earlier = event.log == release.log and event.index < release.index
    return event.on < release.on or (event.on == release.on and is_earlier)


def units_are_accounted_for(reading: Reading, tally: Tally) -> None:
    """Is every released unit delivered, back, reported lost or on its way in time? The others are named one by one."""
    losses: dict[str, list[Loss]] = defaultdict(list)
    for row in reading.of(Loss):
        losses[row.value.tranche].append(row.value)
    missing: list[str] = reading.keep("units_unaccounted", [])

    def check(item: tuple[str, Filed]) -> None:
        tranche, release = item
        runs = packed(reading).get(tranche, ())
        if not runs:
            return
        own = [row.value for row in manifests(reading).get(tranche, [])]
        where = whereabouts(own, runs, losses.get(tranche, []), reading.orders()[order_of(tranche)].value.end_user)
        tally.count("units_released", release.value.units)
        for place, numbers in where.items():
            tally.count(f"units_{place}", count(numbers))
        left = difference(runs, union(*where.values()))
        closed = _closed_on(reading, tranche)
        if closed is None and reading.today() <= release.on + timedelta(DAYS_TO_DELIVER):
            tally.count("units_in_transit", count(left))
            return
        _name_missing(reading, tally, tranche, left, closed or release.on + timedelta(DAYS_TO_DELIVER), missing)

    tally.each(sorted(releases(reading).items()), check, lambda item: item[0])


def whereabouts(own: list[Manifest], runs: Ranges, losses: list[Loss], end_user: str) -> dict[str, Ranges]:
    """Which of these numbers are with the end user, back with the maker, reported lost, or signed for by somebody else?

    What was delivered to another than the end user has a custodian: it is astray, and a finding by itself.
    """
    ordered = by_sequence(own)
    origin = ordered[0].from_custodian if ordered else ""
    held = holdings(ordered, origin, runs)
    back = [
        run
        for manifest in ordered
        for run in (
            taken_over(manifest) if manifest.step in BACKWARD and manifest.to_custodian == origin
            else manifest.rejected if manifest.from_custodian == origin and manifest.received_at else ()
        )
    ]  # fmt: skip
    delivered = overlap(held.get(end_user, ()), runs) if end_user != origin else ()
    lost = overlap([run for loss in losses if loss.custodian != end_user for run in loss.ranges], runs)
    returned = difference(overlap(overlap(held.get(origin, ()), back), runs), lost)
    others = {m.to_custodian for m in ordered if m.step is Step.DELIVERY} - {end_user, origin}
    astray = overlap([run for custodian in others for run in held.get(custodian, ())], runs)
    return {
        "delivered": delivered, "returned": returned, "lost": difference(lost, delivered),
        "astray": difference(astray, lost),
    }  # fmt: skip


def _closed_on(reading: Reading, tranche: str) -> date | None:
    """On which day was it last asked whether this tranche's chain is closed?"""
    heard = [h for h in reading.hearings(tranche, Gate.CUSTODY) if h.value.claim.get("stage") == "delivery"]
    return heard[-1].on if heard else None


def _name_missing(reading: Reading, tally: Tally, tranche: str, left: Ranges, day: date, missing: list[str]) -> None:
    is_held = reading.is_held(tranche, Gate.CUSTODY)
    ordered = [row.value for row in manifests(reading).get(tranche, [])]
    foreign = count(difference(union(*(m.ranges for m in ordered)), packed(reading).get(tranche, ())))
    if foreign and foreign == count(left):
        for run in left:
            tally.count("units_exchanged", run.units())
            tally.broken_unless(
                is_held, "exchanged", serials_of(reading, run), day, rests=[*_rests(tranche), run.block],
                tranche=tranche, units=run.units(),
            )  # fmt: skip
        return
    for run in left:
        for number in range(run.first, run.last + 1):
            one = SerialRange(run.block, number, number)
            serial = serials_of(reading, one)
            missing.append(serial)
            tally.count("units_unaccounted")
            tally.broken_unless(
                is_held, "unaccounted", serial, day, rests=[*_rests(tranche), run.block], tranche=tranche,
                custodian=_last_holder(ordered, one), why=_why(ordered, one),
            )  # fmt: skip


def _last_holder(ordered: list[Manifest], one: SerialRange) -> str:
    holder = ordered[0].from_custodian if ordered else "?"
    for manifest in ordered:
        if overlap(taken_over(manifest), (one,)):
            holder = manifest.to_custodian
    return holder


def _why(ordered: list[Manifest], one: SerialRange) -> str:
    if any(overlap(manifest.rejected, (one,)) for manifest in ordered):
        return "rejected"
    return "short" if any(overlap(manifest.short, (one,)) for manifest in ordered) else "not_handed_on"


def temporary_exports_came_back(reading: Reading, tally: Tally) -> None:
    """Is everything that left for a time back in its time, or held by name?"""
    today = reading.today()

    def check(row: Filed) -> None:
        licence: Licence = row.value
        if licence.return_by is None:
            return
        for tranche, release in releases(reading).items():
            if order_of(tranche) != licence.order:
                continue
            tally.count("temporary_exports")
            own = [found.value for found in manifests(reading).get(tranche, [])]
            runs = packed(reading).get(tranche, ())
            lost = [found.value for found in reading.about(tranche, Loss)]
            where = whereabouts(own, runs, lost, reading.orders()[licence.order].value.end_user)
            out = count(runs) - count((*where["returned"], *where["lost"]))
            if today > licence.return_by and out > 0:
                tally.broken_unless(
                    reading.is_held(tranche, Gate.CUSTODY), "temporary_export_overdue", tranche, licence.return_by,
                    rests=_rests(tranche), units=out, released_on=release.on,
                )  # fmt: skip

    tally.each(reading.of(Licence), check, lambda row: row.rid)
