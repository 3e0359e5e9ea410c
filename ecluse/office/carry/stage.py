"""What do the simulated parties know? The world's rows, their keys, their conduct, and the office they deal with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.db import models

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.proof import Levels
from ecluse.base.signing import Signature
from ecluse.custody.terms import Centre, Line, Manifest, SerialRange
from ecluse.custody.terms import Step as Handover
from ecluse.edge.lists import LoadedList
from ecluse.edge.world.read import World
from ecluse.licence.life import is_in_force, state_after
from ecluse.licence.terms import Licence, LicenceEvent, LicenceFinding, LicenceState, Opinion, Voice
from ecluse.office.actions.hearings import last_finding
from ecluse.office.carry.agenda import AgendaBook
from ecluse.office.carry.founding import Signers
from ecluse.office.facts.custody import packed_ranges, verification_of
from ecluse.office.facts.parties import lists_in_force
from ecluse.office.facts.surplus import model_named
from ecluse.office.models import Tranche
from ecluse.office.registers import Model, Order, Release
from ecluse.office.session import Session
from ecluse.order import Gate, Standing, Trigger
from ecluse.parties.screen import Index
from ecluse.parties.terms import ListVersion
from ecluse.proceeds.terms import Allocation, Contribution, Purchase
from ecluse.surplus.terms import FundedOrder, Funder

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)


class Stage:
    """The simulated world around one office."""

    def __init__(self, session: Session, world: World, agenda: AgendaBook, index: Index) -> None:
        self.session, self.world, self.agenda, self.index = session, world, agenda, index
        self.signers = Signers(session, world.first_day)
        self.model_class = {row.model: row.class_ for row in world.models}
        self.officer_rows = sorted(world.officers, key=lambda row: row.officer)
        self.loaded_lists: list[LoadedList] = []
        # What the hosts' witnesses keep of each log: every hash of its tree so far.
        self.trees: dict[str, Levels] = {}

    def sign(self, owner: str, record: Any, on: date) -> Signature:
        """What is this owner's signature of this record?"""
        return self.signers.sign(owner, record, on)

    def conduct(self, order: str) -> Mapping[tuple[str, str], str]:
        """What do the parties of this order do differently from what is usual?"""
        return self.world.conduct_of.get(order, {})

    def row(self, order: str) -> Any:
        """Which row of the world is this order?"""
        return self.world.index["orders"][order]

    def order(self, order: str) -> Order:
        """Which order is on file under this id?"""
        found = self.session.newest(order, Order)
        assert found is not None
        return found

    def model(self, model: str) -> Model:
        """Which catalogue entry is this model?"""
        return model_named(self.session, self.model_class[model], model)

    def officer(self, authority: str, role: str, on: date, order: Order | None = None) -> str | None:
        """Which officer of this authority acts in this role on this day, without an interest in the parties?"""
        touched = (order.exporter, order.buyer, order.end_user) if order else ()
        for row in self.officer_rows:
            in_office = row.valid_from <= on and (row.valid_until is None or on <= row.valid_until)
            if (row.authority, row.role) == (authority, role) and in_office and row.interest_in not in touched:
                return str(row.officer)
        return None

    def authority_of(self, officer: str) -> str:
        """For which authority does this officer speak?"""
        return str(self.world.index["officers"][officer].authority)

    def units(self, tranche: str) -> int:
        """How many units does this tranche hold?"""
        row = self.session.row(Tranche, tranche, tranche)
        assert row is not None
        return row.units

    def licence_finding(self, tranche: str) -> tuple[LicenceFinding, str] | None:
        """What did the licence gate find for this tranche, and in which hearing?"""
        return last_finding(self.session, tranche, Gate.LICENCE, LicenceFinding)

    def log_of(self, order: Order) -> str:
        """In which log are this order's movements kept? Its centre's, else the home log."""
        return order.centre.replace("centre:", "centre-") if order.centre else "home"

    @cached_property
    def home_classes(self) -> tuple[str, ...]:
        """Which classes does the home army state a need for?"""
        return tuple(dict.fromkeys(row.class_ for row in self.world.needs))

    @cached_property
    def owners_of_figures(self) -> tuple[str, ...]:
        """Who states figures on which certificates rest: makers, and whoever orders, needs, limits, holds stock?"""
        world = self.world
        tables = (world.funded_orders, world.needs, world.absorption, world.judged_surplus, world.stock, world.reserves)
        owners = {row.maker for row in world.capacity} | {row.owner for rows in tables for row in rows}
        return tuple(sorted(owners))

    @cached_property
    def queue_numbers(self) -> dict[str, int]:
        """Which place in its route's queue is each order's, by the day it was filed?"""
        numbers: dict[str, int] = {}
        counts: dict[str, int] = {}
        for row in sorted(self.world.orders, key=lambda row: (row.filed_on, row.order)):
            counts[row.route] = counts.get(row.route, 0) + 1
            numbers[row.order] = counts[row.route]
        return numbers

    @cached_property
    def _blocks_by_line(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.world.blocks:
            if not row.funded_for_home:
                found.setdefault((row.line, row.model), []).append(row.block)
        return found

    def blocks_of_line(self, line: str, model: str) -> list[str]:
        """Which blocks of this line hold this model, those funded for the home army left out?"""
        return self._blocks_by_line.get((line, model), [])

    @cached_property
    def _rates_by_day(self) -> dict[date, list[Any]]:
        found: dict[date, list[Any]] = {}
        for row in self.world.rates:
            found.setdefault(row.on, []).append(row)
        return found

    def rates_on(self, day: date) -> list[Any]:
        """Which official rates does this day have?"""
        return self._rates_by_day.get(day, [])

    def versions_in_force(self, on: date) -> tuple[ListVersion, ...]:
        """Which list versions must a screening stand on?"""
        return lists_in_force(self.session, on)

    def loaded_version(self, loaded: LoadedList) -> ListVersion:
        """Which version is a list that was brought in from a folder of real lists?"""
        return ListVersion(
            loaded.id, loaded.publisher, loaded.title, loaded.digest, len(loaded.entries), self.world.first_day
        )

    def is_open(self, tranche: str) -> bool:
        """Is the tranche neither held nor through?"""
        row = self.session.row(Tranche, tranche, tranche)
        return row is not None and row.standing == Standing.OPEN.value

    def passed(self, tranche: str) -> bool:
        """Is the tranche through all five gates?"""
        row = self.session.row(Tranche, tranche, tranche)
        return row is not None and row.standing == Standing.PASSED.value

    def answered(self, party: str, on: date) -> None:
        """An officer cleared a hit: files that were referred over this party are heard again."""
        from ecluse.office.actions.reopen import orders_of

        for order in orders_of(self.session, party):
            row = self.session.row(Tranche, f"{order.id}/0", f"{order.id}/0")
            if row and (row.gate, row.standing) == (Gate.PARTIES.value, Standing.HELD_REFERRED.value):
                row.standing = Standing.OPEN.value
                self.agenda.put(on, "parties", order.id, trigger=Trigger.ANSWER.value)

    def has_licence(self, order: str) -> bool:
        """Was a licence issued for this order?"""
        return self.session.newest(order, Licence) is not None

    def licence_is_live(self, order: str, on: date) -> bool:
        """Is its licence in force on this day?"""
        licence = self.session.newest(order, Licence)
        return licence is not None and is_in_force(licence, self.session.of(order, LicenceEvent), on)

    def licence_state(self, order: str) -> LicenceState:
        """In which state did the steps taken so far leave its licence?"""
        licence = self.session.newest(order, Licence)
        assert licence is not None
        return state_after(licence, self.session.of(order, LicenceEvent))

    def has_dissent(self, order: str) -> bool:
        """Did an authority speak against?"""
        return any(opinion.voice is Voice.AGAINST for opinion in self.session.of(order, Opinion))

    def replaced(self, record: T, **fields: Any) -> T:
        """What is this record with these fields set otherwise?"""
        return dataclasses.replace(record, **fields)  # type: ignore[type-var]

    def buffered(self, model: type[M]) -> list[M]:
        """Which rows of this cache are not in the database yet?"""
        return list(self.session.buffer.cached.get(model, {}).values())  # type: ignore[arg-type]

    def is_recalled(self, tranche: str) -> bool:
        """Was the tranche sent back before it arrived?"""
        return any(m.step in (Handover.RECALL, Handover.RETURN) for m in self.session.of(tranche, Manifest))

    def was_released(self, tranche: str) -> bool:
        """Did the tranche leave?"""
        return bool(self.session.of(tranche, Release))

    def is_verified(self, order: Order, tranche: str) -> bool:
        """Did the end user's state certify its delivery?"""
        return verification_of(self.session, order.end_user, tranche) is not None

    trigger_sighting = Trigger.SIGHTING

    def home_or_host(self, order: Order) -> str:
        """From which state do the goods leave: the centre's, else the line's, else home?"""
        places = [
            self.session.newest(order.centre, Centre) if order.centre else None,
            self.session.newest(order.line, Line) if order.line else None,
        ]
        return next((place.host for place in places if place), self.world.home)

    def unreported(self, tranche: str, step: Handover) -> list[SerialRange]:
        """Which numbers vanished without a report before the delivery?"""
        conduct = self.conduct(tranche.rsplit("/", 1)[0])
        if ("loss", "units") not in conduct or conduct.get(("loss", "reported"), "yes") == "yes":
            return []
        if step is not Handover.DELIVERY:
            return []
        left, found = int(conduct["loss", "units"]), []
        for run in reversed(packed_ranges(self.session, tranche)):
            count = min(left, run.units())
            if count:
                found.append(SerialRange(run.block, run.last - count + 1, run.last))
            left -= count
        return found

    def home_order_value(self, order: Order, price: Money) -> Money:
        """What are the state's own orders of this model worth at this price?"""
        units = sum(
            point.units for funded in self.session.of(order.model, FundedOrder) if funded.funder is Funder.HOME
            for point in funded.due
        )  # fmt: skip
        return price.times(units)

    def gravest_shortage(self, on: date, currency: str) -> str | None:
        """Which shortage comes first: gravest priority, oldest name, with a supplier in this currency?"""
        supplied = {row.shortage for row in self.world.suppliers if row.currency == currency}
        standing = [
            row for row in self.world.shortages
            if row.shortage in supplied and max(row.named_on, self.world.first_day) + timedelta(30) <= on
        ]  # fmt: skip
        return min(standing, key=lambda row: (row.priority, row.named_on, row.shortage)).shortage if standing else None

    def unspent(self, shortage: str, currency: str) -> list[tuple[Allocation, int]]:
        """Which allocations of this shortage and currency still hold money, oldest first, and how much?"""
        spent = sum(p.money.minor for p in self.session.of(shortage, Purchase) if p.money.currency == currency)
        left = []
        for allocation in self.session.of(shortage, Allocation):
            if allocation.money.currency != currency or self._never_buys(allocation.tranche):
                continue
            used = min(spent, allocation.money.minor)
            spent -= used
            if allocation.money.minor > used:
                left.append((allocation, allocation.money.minor - used))
        return left

    def _never_buys(self, tranche: str) -> bool:
        return ("purchase", "none") in self.conduct(tranche.rsplit("/", 1)[0])

    def closed_from(self, tranche: str) -> date:
        """From which day is the month of the tranche's contribution closed?"""
        paid = self.session.newest(tranche, Contribution)
        if paid is None:
            return self.world.first_day
        month = Month.of(paid.on)
        return next((row.on for row in self.world.period_closes if row.month == month), self.world.last_day)
