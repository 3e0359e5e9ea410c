"""P1: is everything licensed within a certificate whose balance never fell below zero?"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ecluse.licence.life import state_after
from ecluse.licence.terms import Licence, LicenceEvent, PermitKind
from ecluse.office.audit.opening import opening_licences_stand_apart
from ecluse.office.audit.p1_certificates import certificates_are_earned, class_months_are_kept
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.models import CertificateBalance, LicenceLine
from ecluse.office.registers import Officer, Release
from ecluse.order import Gate
from ecluse.surplus.balance import Account, Hold
from ecluse.surplus.terms import Certificate, Draw, DrawState


def draws_are_legal(reading: Reading, tally: Tally) -> None:
    """Does every certificate's account, draw by draw, stay at or above zero, each step following from the last?"""
    accounts = reading.keep("accounts", {})
    steps: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(Draw):
        steps[row.value.certificate].append(row)
    certificates = {row.value.id: row.value for row in reading.of(Certificate)}
    for id in sorted(set(steps) | set(certificates)):
        certificate = certificates.get(id)
        own = sorted(steps[id], key=lambda row: row.turn)
        if certificate is None:
            tally.broken("draw_without_certificate", id, own[0].on, rests=[id], draw=own[0].rid)
            continue
        account = accounts[id] = Account(id, certificate.units_certified)
        for row in own:
            tally.count("draws")
            try:
                _take(account, row.value)
            except ValueError as error:
                tally.broken(
                    "draw_illegal", row.rid, row.on, rests=[id, row.value.tranche, order_of(row.value.tranche)],
                    certificate=id, units=row.value.units, state=row.value.state.value, reason=str(error)[:200],
                )  # fmt: skip


def _take(account: Account, draw: Draw) -> None:
    """A reservation that had lapsed by itself may still be given back in form: it holds nothing any more."""
    hold = account.holds.get(draw.tranche, Hold())
    if draw.state is DrawState.RELEASED and hold.on(draw.on) != hold and hold.units_reserved == draw.units:
        account.holds[draw.tranche] = hold.on(draw.on)
    else:
        account.take(draw)


def balances_are_rebuilt(reading: Reading, tally: Tally) -> None:
    """Does every stored balance say what its draws come to?"""
    accounts: dict[str, Account] = reading.kept("accounts") or {}
    columns = ("certificate", "model", "units_certified", "units_reserved", "units_committed", "units_used")
    stored = {id: tuple(rest) for id, *rest in CertificateBalance.objects.values_list(*columns)}
    for id in sorted(set(stored) | set(accounts)):
        tally.count("balances")
        account, certificate = accounts.get(id), reading.newest(id, Certificate)
        holds = account.holds.values() if account else ()
        rebuilt = (
            certificate.model if certificate else "", account.units_certified if account else 0,
            *(sum(getattr(h, held) for h in holds) for held in ("units_reserved", "units_committed", "units_used")),
        )  # fmt: skip
        if stored.get(id) != rebuilt:
            day = max((row.on for row in reading.about(id, Draw)), default=None)
            tally.broken(
                "balance_differs", id, day, stored=_spelled(stored.get(id)), rebuilt=_spelled(rebuilt), rests=[id]
            )


def _spelled(figures: object) -> str:
    return "/".join(map(str, figures)) if isinstance(figures, tuple) else "-"


def licences_are_drawn(reading: Reading, tally: Tally) -> None:
    """Does every licence stand on a certificate logged before it and on a draw committed by its issue?"""
    certificates = {row.value.id: row for row in reading.of(Certificate)}

    def check(row: Filed) -> None:
        licence: Licence = row.value
        tally.count("licences")
        rests = [licence.order, licence.tranche, licence.certificate or ""]
        if licence.certificate is None:
            if _needs_certificate(reading, licence):
                tally.broken("licence_without_certificate", licence.id, row.on, rests=rests, units=licence.units)
            return
        certificate = certificates.get(licence.certificate)
        if certificate is None or not _precedes(certificate, row):
            tally.broken("certificate_after_licence", licence.id, row.on, rests=rests, certificate=licence.certificate)
        if licence.permit is PermitKind.OPEN:
            return  # each consignment draws for itself: see releases_are_within
        units = _units_committed(reading, licence, row)
        same = [found.value for found in reading.about(row.subject, Licence)]
        licensed = sum(found.units for found in same if found.tranche == licence.tranche)
        if units < licensed:
            tally.broken(
                "licence_beyond_draw", licence.id, row.on, rests=rests, certificate=licence.certificate,
                units=licensed, units_drawn=units,
            )  # fmt: skip

    tally.each(reading.of(Licence), check, lambda row: row.rid)


def _precedes(first: Filed, then: Filed) -> bool:
    return first.index < then.index if first.log == then.log else first.on <= then.on


def _needs_certificate(reading: Reading, licence: Licence) -> bool:
    """What the surplus gate found says whether these goods draw on a certificate; without its finding they do."""
    heard = [row.value.finding for row in reading.hearings(licence.tranche, Gate.SURPLUS) if row.value.finding]
    return not heard or heard[-1].get("certificate") is not None


def _units_committed(reading: Reading, licence: Licence, row: Filed) -> int:
    """How many units had been committed for this licence's tranche by the entry in which it was issued?"""
    return max(
        (
            draw.value.units
            for draw in reading.about(licence.certificate or "", Draw)
            if draw.value.tranche == licence.tranche and draw.value.state is DrawState.COMMITTED
            and (draw.place == row.place or _precedes(draw, row))
        ),
        default=0,
    )  # fmt: skip


def releases_are_within(reading: Reading, tally: Tally) -> None:
    """Did no more leave than was licensed and drawn, each release using its own draw?"""
    licences = {row.value.order: row.value for row in reading.of(Licence)}
    released: dict[str, int] = defaultdict(int)
    orders = reading.orders()

    def check(row: Filed) -> None:
        release: Release = row.value
        order = orders.get(release.order)
        released[release.order] += release.units
        licence = licences.get(release.order)
        rests = [release.order, release.tranche]
        tally.count("releases")
        if licence is not None and released[release.order] > licence.units:
            tally.broken(
                "release_beyond_licence", release.tranche, row.on, rests=rests, licence=licence.id,
                units_released=released[release.order], units=licence.units,
            )  # fmt: skip
        certificate = order.value.certificate if order else None
        if (
            certificate
            and reading.about(certificate, Draw)
            and not any(
                draw.value.tranche == release.tranche
                and draw.value.state is DrawState.USED
                and draw.value.units >= release.units
                for draw in reading.about(certificate, Draw)
            )
        ):
            tally.broken(
                "release_without_draw", release.tranche, row.on, rests=[*rests, certificate], certificate=certificate,
                units=release.units,
            )  # fmt: skip

    own = [row for row in reading.of(Release) if row.subject == row.value.tranche]
    tally.each(own, check, lambda row: row.rid)
    reading.keep("released_by_order", released)


def licence_lines_are_rebuilt(reading: Reading, tally: Tally) -> None:
    """Does every stored licence line say what licence, events and releases say?"""
    released: dict[str, int] = reading.kept("released_by_order") or {}
    columns = ("licence", "order", "state", "units", "units_released")
    stored = {id: tuple(rest) for id, *rest in LicenceLine.objects.values_list(*columns)}
    licences = {row.value.id: row for row in reading.of(Licence)}
    for id in sorted(set(stored) | set(licences)):
        row = licences.get(id)
        rebuilt: tuple[object, ...] = ()
        day: date | None = None
        if row is not None:
            events = [event.value for event in reading.about(row.value.order, LicenceEvent)]
            state = state_after(row.value, events, [found.value for found in reading.of(Officer)])
            rebuilt = (row.value.order, state.value, row.value.units, released.get(row.value.order, 0))
            day = row.on
        if stored.get(id) != rebuilt:
            rests = [row.value.order] if row else [str(stored[id][0])]
            tally.broken(
                "licence_line_differs", id, day, rests=rests, stored=_spelled(stored.get(id)), rebuilt=_spelled(rebuilt)
            )


CHECKS = (
    certificates_are_earned,
    class_months_are_kept,
    draws_are_legal,
    balances_are_rebuilt,
    licences_are_drawn,
    releases_are_within,
    licence_lines_are_rebuilt,
    opening_licences_stand_apart,
)


def not_checked(reading: Reading, tally: Tally) -> None:
    """Nothing waits."""
