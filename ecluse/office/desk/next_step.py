"""What comes next for an order, and whose turn is it? So that nobody who opens its page need guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecluse.base.money import Money
from ecluse.licence.terms import Opinion, ProposedDecision
from ecluse.office.actions.cases import holder_of
from ecluse.office.desk.custody import host_of, is_closed, waiting_paper
from ecluse.office.desk.follow import moving
from ecluse.office.desk.host_licence import lacking
from ecluse.office.desk.licence import asked, is_before_decision, terms_on_file
from ecluse.office.desk.proceeds import what_is_due, what_is_owed
from ecluse.office.desk.registry import Desk
from ecluse.office.desk.witnesses import is_unseen
from ecluse.office.models import OrderRow, Tranche
from ecluse.office.registers import AllocationNote, Order, Packing, Release
from ecluse.order import Standing
from ecluse.proceeds.terms import Contribution, Purchase, PurchaseDelivery, TitleTransfer

HOME, TREASURY, STAFF = "UA", "authority:treasury", "authority:general-staff"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is waited for: the action, about what, and whose it is (bodies, or one officer)."""

    action: str
    subject: str
    whose: tuple[str, ...]


def next_steps(desk: Desk, row: OrderRow, order: Order, tranches: list[Tranche]) -> list[Step]:
    """Whose turn is it with this order? Empty once it is through, or while a gate holds it."""
    if is_before_decision(desk, order.id):
        return list(_before_licence(desk, order))
    named = [tranche.tranche for tranche in tranches if tranche.standing == Standing.OPEN.value]
    return [step for tranche in named for step in _of_tranche(desk, order, tranche)]


def _before_licence(desk: Desk, order: Order) -> Iterator[Step]:
    spoken = {opinion.authority for opinion in desk.session.of(order.id, Opinion)}
    silent = tuple(authority for authority in asked(desk, order.id) if authority not in spoken)
    proposed = desk.session.newest(order.id, ProposedDecision)
    if silent:
        yield Step("licence.give_opinion", order.id, silent)
    elif proposed:
        yield Step("licence.decide", order.id, (proposed.countersigner,))
    else:
        terms = terms_on_file(desk, order.id)
        yield Step("licence.propose", order.id, tuple(terms.competent) if terms else ())


def _of_tranche(desk: Desk, order: Order, tranche: str) -> Iterator[Step]:
    if desk.session.newest(tranche, TitleTransfer) is not None:
        yield from _money(desk, order, tranche)
    elif moving(desk, tranche) is not None and not is_closed(desk, tranche):
        yield _goods(desk, order, tranche)


def _goods(desk: Desk, order: Order, tranche: str) -> Step:
    """Who moves the goods next: the host state, who holds them, who signs for them, or who verifies?"""
    session, holder, host = desk.session, holder_of(desk.session, order, tranche), host_of(desk, order)
    if host not in ("", HOME) and lacking(desk, order) and not session.of(tranche, Release):
        return Step("custody.license_host", order.id, (f"authority:{host.lower()}",))
    if not session.of(tranche, Packing):
        return Step("custody.pack", tranche, (holder,))
    if not session.of(tranche, Release):
        return Step("custody.ask_release", tranche, (holder,))
    if is_unseen(desk, tranche):
        return Step("custody.witness_head", tranche, (f"authority:{host.lower()}",))
    paper = waiting_paper(desk, tranche)
    if paper is not None:
        return Step("custody.hand_over", tranche, (paper.waits_for,))
    if holder == order.end_user:
        return Step("custody.verify_delivery", tranche, (f"authority:{order.destination.lower()}",))
    return Step("custody.offer", tranche, (holder,))


def _money(desk: Desk, order: Order, tranche: str) -> Iterator[Step]:
    """Who brings the money on: the bank, the exporter, the fund, the army?"""
    if _is_owed(what_is_owed(desk, tranche).get("money")):
        yield Step("proceeds.receive", tranche, (order.bank,))
    if _is_owed(what_is_due(desk, tranche).get("money")):
        yield Step("proceeds.contribute", tranche, (order.exporter,))
        return
    notes = desk.session.of(tranche, AllocationNote)
    if desk.session.of(tranche, Contribution) and not notes:
        yield Step("proceeds.allocate", tranche, (TREASURY,))
    for shortage in dict.fromkeys(note.shortage for note in notes):
        yield from _spending(desk, shortage, {note.allocation for note in notes if note.shortage == shortage})


def _is_owed(money: object) -> bool:
    return isinstance(money, Money) and money.minor > 0


def _spending(desk: Desk, shortage: str, allocated: set[str]) -> Iterator[Step]:
    bought = [p for p in desk.session.of(shortage, Purchase) if allocated & set(p.allocations)]
    if allocated - {id for purchase in bought for id in purchase.allocations}:
        yield Step("proceeds.purchase", shortage, (TREASURY,))
    taken = desk.session.of(shortage, PurchaseDelivery)
    if any(p.units > sum(d.units for d in taken if d.purchase == p.id) for p in bought):
        yield Step("proceeds.accept", shortage, (STAFF,))
