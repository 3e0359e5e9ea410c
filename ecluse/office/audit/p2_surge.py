"""P2: did home get first what it ordered urgently? Order, shares, surplus and taking, added up from records again."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from ecluse.custody.recall import Reach
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.models import Document
from ecluse.office.registers import DeliveryMade
from ecluse.order import Gate
from ecluse.plan.checker import PlanError
from ecluse.plan.terms import Plan, PlanSurplus, Surge, UrgentOrder
from ecluse.plan.urgent import carried, read_form
from ecluse.surplus.terms import Certificate, Draw, DrawState, FundedOrder, Withdrawal

HELD = (DrawState.RESERVED, DrawState.COMMITTED, DrawState.USED)


def surges_hold(reading: Reading, tally: Tally) -> None:
    """Does each step of each urgent order hold: signed, placed whole by another, surplus added up, all of it taken?"""

    def check_order(row: Filed) -> None:
        tally.count("urgent_orders")
        _check_order(reading, tally, row)

    def check_surplus(row: Filed) -> None:
        tally.count("plan_surpluses")
        _check_surplus(reading, tally, row)

    def check_surge(row: Filed) -> None:
        tally.count("surges")
        _check_draws(reading, tally, row)
        _check_kept(reading, tally, row)
        _check_heard(reading, tally, row)

    def check_draw(row: Filed) -> None:
        if row.value.tranche not in {f"{name}/{row.value.certificate}" for name in known}:
            tally.broken(
                "surge_draw_differs", row.value.tranche, row.on, rests=[row.subject],
                certificate=row.value.certificate, units=0, units_drawn=row.value.units,
            )  # fmt: skip

    known = {row.rid for row in reading.of(Surge)}
    at_home = [row for row in reading.of(Draw) if row.value.tranche.startswith("surge:")]
    tally.each(at_home, check_draw, lambda row: row.rid)
    tally.each(reading.of(UrgentOrder), check_order, lambda row: row.rid)
    tally.each(reading.of(PlanSurplus), check_surplus, lambda row: row.rid)
    tally.each(reading.of(Surge), check_surge, lambda row: row.rid)


def _check_order(reading: Reading, tally: Tally, row: Filed) -> None:
    order: UrgentOrder = row.value
    if not reading.is_signed(row, order.owner):
        tally.broken("urgent_unsigned", row.rid, row.on, rests=[row.subject], owner=order.owner)
    placed = [one.value for one in reading.of(FundedOrder) if one.rid.startswith(f"{order.id}/")]
    if not placed:
        return
    due: dict[Any, int] = defaultdict(int)
    for one in placed:
        for point in one.due:
            due[point.month] += point.units
    wanted = {point.month: point.units for point in order.wanted}
    given = asked = 0
    is_early = False
    for month in sorted({*due, *wanted}):
        given, asked = given + due[month], asked + wanted.get(month, 0)
        is_early |= given > asked
    if is_early or given != asked or any(one.class_ != order.class_ for one in placed):
        tally.broken("urgent_shares_differ", row.rid, row.on, rests=[row.subject], units=given, wanted=asked)
    if any(one.owner == order.owner for one in placed):
        tally.broken("urgent_by_one", row.rid, row.on, rests=[row.subject], authority=order.owner)


def _check_surplus(reading: Reading, tally: Tally, row: Filed) -> None:
    record: PlanSurplus = row.value
    if not reading.is_signed(row, record.author):
        tally.broken("surge_unsigned", row.rid, row.on, rests=[row.subject], officer=record.author)
    try:
        said = _carried(reading, record)
    except (PlanError, ValueError) as error:
        tally.broken("surplus_document_differs", row.rid, row.on, rests=[row.subject], ground=str(error)[:300])
        return
    if said != {one.model: one.units for one in record.carried}:
        tally.broken("surplus_document_differs", row.rid, row.on, rests=[row.subject], ground=record.document)


def _carried(reading: Reading, record: PlanSurplus) -> Mapping[str, int]:
    """What does the kept schedule come to beside the plan that was adopted?"""
    plans = [row.value for row in reading.of(Plan) if row.rid == record.plan]
    document, form = _kept(plans[0].document if plans else ""), _kept(record.document)
    found = carried(json.loads(document), read_form(form))
    says = (found.document, found.urgent_order, found.first_month)
    if says != (plans[0].document, record.urgent_order, str(record.first_month)):
        raise PlanError("surplus: made for another plan, order or month")
    return found.units


def _kept(named: str) -> bytes:
    row = Document.objects.filter(digest=named).first()
    content = bytes(row.content) if row is not None else b""
    if hashlib.sha256(content).hexdigest() != named:
        raise PlanError(f"document: {named or '-'} is not kept")
    return content


# ------------------------------------------------------------------ taking


def _check_draws(reading: Reading, tally: Tally, row: Filed) -> None:
    """Home drew of each certificate what was taken, in the deed that says so; and nothing else in its name."""
    surge: Surge = row.value
    if not reading.is_signed(row, surge.author):
        tally.broken("surge_unsigned", row.rid, row.on, rests=[row.subject], officer=surge.author)
    drawn: dict[str, int] = {}
    for one in reading.of(Draw):
        draw: Draw = one.value
        if draw.tranche == f"{surge.id}/{draw.certificate}":
            is_held = draw.state is DrawState.COMMITTED and one.on == row.on
            drawn[draw.certificate] = draw.units if is_held else 0
    taken = {one.certificate: one.units for one in surge.taken}
    for name in sorted({*drawn, *taken}):
        if drawn.get(name, 0) != taken.get(name, 0):
            tally.broken(
                "surge_draw_differs", row.rid, row.on, rests=[row.subject, name], certificate=name,
                units=taken.get(name, 0), units_drawn=drawn.get(name, 0),
            )  # fmt: skip


def _check_kept(reading: Reading, tally: Tally, row: Filed) -> None:
    """Of no model did more stay promised abroad than the surplus carries; what was stopped is not promised."""
    surge: Surge = row.value
    stated = [one.value for one in reading.about(row.subject, PlanSurplus) if one.rid == surge.surplus]
    if not stated:
        tally.broken("surplus_document_differs", row.rid, row.on, rests=[row.subject], ground=surge.surplus)
        return
    before = [one.value for one in reading.about(row.subject, Surge) if one.turn <= row.turn]
    stopped = {one.tranche for each in before for one in each.stopped}
    left: dict[str, int] = defaultdict(int)
    models = {one.model: one.units for one in stated[0].carried}
    delivered = {one.value.tranche: one.value.on for one in reading.of(DeliveryMade)}
    for one in reading.of(Certificate):
        certificate: Certificate = one.value
        if certificate.model in models and certificate.issued_on <= row.on <= certificate.valid_until:
            left[certificate.model] += _left(reading, certificate, row, stopped, delivered)
    for model, units in sorted(left.items()):
        if units > models[model]:
            tally.broken(
                "surge_kept_too_much", row.rid, row.on, rests=[row.subject, model], model=model, units=units,
                units_carried=models[model],
            )  # fmt: skip


def _left(
    reading: Reading, certificate: Certificate, row: Filed, stopped: set[str], delivered: Mapping[str, date]
) -> int:
    """What could still be delivered under a certificate after the deed of this record."""
    draws = reading.about(certificate.id, Draw)
    turn = next((one.turn for one in draws if one.value.tranche == f"{row.rid}/{certificate.id}"), None)
    if turn is None:  # home drew nothing: what stood before the deed
        then = [one for one in draws if one.on < row.on or (one.on == row.on and one.index < row.index)]
    else:
        then = [one for one in draws if one.turn <= turn + 1]  # reserved and committed in one deed
    last = {one.value.tranche: one.value for one in then}
    held = {name: draw for name, draw in last.items() if draw.state in HELD}
    is_withdrawn = any(one.on <= row.on for one in reading.about(certificate.id, Withdrawal))
    free = 0 if is_withdrawn else certificate.units_certified - sum(draw.units for draw in held.values())
    going = [
        draw for name, draw in held.items()
        if name.startswith("order:") and name not in stopped and delivered.get(name, date.max) > row.on
    ]  # fmt: skip
    return free + sum(draw.units for draw in going)


def _check_heard(reading: Reading, tally: Tally, row: Filed) -> None:
    """What stopped was heard again; what was not, because a taking broke off, is named."""
    surge: Surge = row.value
    for one in surge.stopped:
        if one.reach is Reach.MOVING:
            continue
        heard = reading.last_hearing(one.tranche, Gate.SURPLUS)
        is_since = heard is not None and (heard.on, heard.index) > (row.on, row.index)
        if heard is not None and heard.value.finding is not None and not is_since:
            tally.held("surge_waits", one.tranche, row.on, surge=surge.id)
