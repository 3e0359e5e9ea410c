"""Which actions has a host state about goods on its soil? Grant its own licence, grant another, take it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from ecluse.custody.terms import HostLicence, HostLicenceWithdrawn
from ecluse.office.actions import host_licence as act
from ecluse.office.actions.cases import state_of
from ecluse.office.desk.custody import LONG, host_of
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.registry import About, Action, Desk, Done, Effect
from ecluse.office.facts.custody import host_licence_of
from ecluse.office.registers import Order, Release

TERM = timedelta(180)


@dataclass(frozen=True, slots=True)
class LicenseByHost:
    """How many units may leave the host state under this order in all, until when?"""

    units: int
    valid_until: date


def license_by_host(desk: Desk, subject: str, form: LicenseByHost) -> Done:
    """Grant the host state's own licence for goods to leave it: the first, or one in place of one that ended."""
    order = desk.order(subject)
    if form.valid_until < desk.on:
        raise FormError([Fault("valid_until", "form.fault.range", str(form.valid_until))])
    before = released(desk, order)
    if form.units <= before:
        raise FormError([Fault("units", "form.fault.range", str(form.units))])
    number = len(desk.session.of(f"host:{subject}", HostLicence)) + 1
    record = HostLicence(
        f"host-licence:{subject}{f'/{number}' if number > 1 else ''}", state_of(desk.session, desk.body), desk.body,
        subject, form.units, desk.on, form.valid_until,
    )  # fmt: skip
    act.grant(desk.session, order, record, signature=desk.sign(desk.body, record))
    return Done(subject)


def hosts(desk: Desk, subject: str) -> bool:
    """Do the order's goods leave from this authority's soil, is some left to leave, and does no licence carry it?"""
    order = desk.order(subject)
    is_ours = f"authority:{host_of(desk, order).lower()}" == desk.body
    return is_ours and released(desk, order) < order.units and bool(lacking(desk, order))


def released(desk: Desk, order: Order) -> int:
    """How many units of the order were released to leave the host state?"""
    return sum(one.units for one in desk.session.of(f"host:{order.id}", Release))


def lacking(desk: Desk, order: Order, units: int | None = None) -> str:
    """Why does the host's licence not carry so many units of the order (unnamed: all)? Empty if it does."""
    licence = host_licence_of(desk.session, order.id)
    if licence is None:
        return "withdrawn" if desk.session.of(f"host:{order.id}", HostLicenceWithdrawn) else "none"
    if licence.host != host_of(desk, order):
        return "none"
    if desk.on > licence.valid_until:
        return "run_out"
    return "too_small" if (order.units if units is None else units) > licence.units else ""


@dataclass(frozen=True, slots=True)
class WithdrawHostLicence:
    """Why is the host's licence taken back?"""

    reason: str = field(metadata=LONG)


def withdraw(desk: Desk, subject: str, form: WithdrawHostLicence) -> Done:
    """Take the host state's licence back: from now on nothing leaves its soil under this order."""
    order, licence = desk.order(subject), host_licence_of(desk.session, subject)
    if licence is None or licence.owner != desk.body:
        raise FormError([Fault("reason", "form.fault.not_offered", subject)])
    record = HostLicenceWithdrawn(
        f"withdrawn:{licence.id}", licence.host, desk.body, subject, licence.id, form.reason, desk.on
    )
    act.withdraw(desk.session, order, record, signature=desk.sign(desk.body, record))
    return Done(subject)


def is_to_withdraw(desk: Desk, subject: str) -> bool:
    """Is a licence of this authority in force, and is something under it still on its soil?"""
    order, licence = desk.order(subject), host_licence_of(desk.session, subject)
    is_ours = licence is not None and licence.owner == desk.body and desk.on <= licence.valid_until
    return is_ours and (released(desk, order) < order.units or bool(act.on_soil(desk.session, order)))


def stopped(desk: Desk, subject: str, form: WithdrawHostLicence) -> list[Effect]:
    """Which consignments that were released and stand on the host's soil would be stopped?"""
    names = tuple(act.on_soil(desk.session, desk.order(subject)))
    return [Effect("effect.consignments", len(names), names)]


ACTIONS = (
    Action("custody.license_host", About.ORDER, LicenseByHost, license_by_host, hosts,
           given=lambda desk, subject: {"units": desk.order(subject).units, "valid_until": desk.on + TERM}),
    Action("custody.withdraw_host_licence", About.ORDER, WithdrawHostLicence, withdraw, is_to_withdraw,
           preview=stopped),
)  # fmt: skip
