"""What does a certificate still hold after these draws? A pure state machine; the office only stores its steps.

    reserved -> committed -> used -> returned
        |           |
        +-----------+-> released        a reservation not committed by its last day lapses

A step may move a part of the units; released, lapsed and returned units are free again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ecluse.surplus.terms import Balance, Draw, DrawState


@dataclass(frozen=True, slots=True)
class Hold:
    """What one tranche holds on the certificate; its reservation counts until its last day, included."""

    units_reserved: int = 0
    units_committed: int = 0
    units_used: int = 0
    reserved_until: date | None = None

    def on(self, day: date) -> Hold:
        """What does the tranche hold on this day? A lapsed reservation is gone."""
        if self.reserved_until is not None and day > self.reserved_until:
            return replace(self, units_reserved=0, reserved_until=None)
        return self

    def units(self) -> int:
        """How many units does the tranche hold in all?"""
        return self.units_reserved + self.units_committed + self.units_used


def balance(certificate: str, units_certified: int, draws: Iterable[Draw], *, on: date, without: str = "") -> Balance:
    """What does the certificate still hold on this day, draws of later days left out?

    `without` leaves out one tranche's own draws, as the gate asks for when that tranche is heard again.
    Raises ValueError for an illegal step: foreign, doubled, out of order, over what is free or what is held.

    >>> steps = [Draw("D-1", "C-1", "T-1", 30, DrawState.RESERVED, date(2026, 3, 2), date(2026, 5, 31))]
    >>> balance("C-1", 100, steps, on=date(2026, 4, 1)).units_free()
    70
    """
    account = Account(certificate, units_certified)
    for draw in draws:
        if draw.on <= on:
            account.take(draw)
    holds = [hold.on(on) for tranche, hold in account.holds.items() if tranche != without]
    return Balance(
        certificate,
        units_certified,
        sum(hold.units_reserved for hold in holds),
        sum(hold.units_committed for hold in holds),
        sum(hold.units_used for hold in holds),
    )


def expiry(on: date, reservation_days: int) -> date:
    """On which day does a reservation made on this day lapse unless it is committed? Its last day."""
    return on + timedelta(reservation_days)


class Account:
    """One certificate's holds, tranche by tranche, as draws are taken in order."""

    def __init__(self, certificate: str, units_certified: int) -> None:
        if units_certified < 0:
            raise ValueError(f"certificate {certificate} certifies {units_certified} units")
        self.certificate = certificate
        self.units_certified = units_certified
        self.holds: dict[str, Hold] = {}
        self._taken: set[str] = set()
        self._last: date | None = None

    def units_free(self, on: date) -> int:
        """How many units may still be drawn on this day?"""
        return self.units_certified - sum(hold.on(on).units() for hold in self.holds.values())

    def take(self, draw: Draw) -> None:
        """What follows from one more step? Raises ValueError, and changes nothing, when the step is illegal."""
        self._check(draw)
        hold = self.holds.get(draw.tranche, Hold()).on(draw.on)
        if draw.state is DrawState.RESERVED:
            hold = self._reserved(hold, draw)
        else:
            hold = moved(hold, draw)
        self.holds[draw.tranche] = hold
        self._taken.add(draw.id)
        self._last = draw.on

    def _check(self, draw: Draw) -> None:
        if draw.certificate != self.certificate:
            raise ValueError(f"{draw.id} draws on {draw.certificate}, not on {self.certificate}")
        if draw.id in self._taken:
            raise ValueError(f"{draw.id} is taken twice")
        if draw.units < 1:
            raise ValueError(f"{draw.id} moves {draw.units} units")
        if self._last is not None and draw.on < self._last:
            raise ValueError(f"{draw.id} of {draw.on} comes after a step of {self._last}")

    def _reserved(self, hold: Hold, draw: Draw) -> Hold:
        if draw.expires_on is None or draw.expires_on < draw.on:
            raise ValueError(f"{draw.id} reserves without a last day")
        if hold.units_reserved:
            raise ValueError(f"{draw.id}: tranche {draw.tranche} already has a reservation")
        if draw.units > self.units_free(draw.on):
            raise ValueError(f"{draw.id} reserves {draw.units} units, {self.units_free(draw.on)} are free")
        return replace(hold, units_reserved=draw.units, reserved_until=draw.expires_on)


def moved(hold: Hold, draw: Draw) -> Hold:
    """What does the tranche hold after this step? Raises ValueError when it holds fewer units than are moved."""
    units = draw.units
    if draw.state is DrawState.COMMITTED and units <= hold.units_reserved:
        return _with_reserved(replace(hold, units_committed=hold.units_committed + units), hold.units_reserved - units)
    if draw.state is DrawState.USED and units <= hold.units_committed:
        return replace(hold, units_committed=hold.units_committed - units, units_used=hold.units_used + units)
    if draw.state is DrawState.RELEASED and units <= hold.units_reserved + hold.units_committed:
        # What is only reserved goes first: it binds nobody yet.
        from_reserved = min(units, hold.units_reserved)
        left = replace(hold, units_committed=hold.units_committed - (units - from_reserved))
        return _with_reserved(left, hold.units_reserved - from_reserved)
    if draw.state is DrawState.RETURNED and units <= hold.units_used:
        return replace(hold, units_used=hold.units_used - units)
    raise ValueError(f"{draw.id}: tranche {draw.tranche} has not {units} units to be {draw.state.value}")


def _with_reserved(hold: Hold, units_reserved: int) -> Hold:
    return replace(hold, units_reserved=units_reserved, reserved_until=hold.reserved_until if units_reserved else None)
