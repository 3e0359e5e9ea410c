"""Whom does an action leave something to do or to know? They are told after its deeds; a failed notice undoes none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction

from ecluse.base.money import Money
from ecluse.base.words import LANGUAGES, has_words
from ecluse.office.actions.hearings import tranches_of
from ecluse.office.actions.notices import notify
from ecluse.office.desk.news import Batch, News, news_of, page_of
from ecluse.office.desk.next_step import next_steps
from ecluse.office.desk.proceeds import what_is_due
from ecluse.office.desk.registry import About, Action, Desk, Done, all_actions
from ecluse.office.models import OrderRow
from ecluse.office.people.speakers import Speakers, speakers_on
from ecluse.office.registers import Order
from ecluse.office.session import Session

LOG = logging.getLogger("ecluse.notices")
# What is waited for: the action, about what, and whose it is.
Waited = tuple[str, str, str]


def take(desk: Desk, action: Action, subject: str, form: Any) -> Done:
    """What came of this action? Whoever is concerned is told, also when a step failed after a deed was written."""
    order = _order_of(action, subject)
    before = _safely(lambda: _waited(_later(desk), order)) if order else frozenset()
    try:
        return action.do(desk, subject, form)
    finally:
        if desk.session.written:
            _safely(lambda: tell(desk, order, before or frozenset()))


class Together:
    """Many actions of one transaction: whoever is concerned is told once an order, when all of them stand."""

    def __init__(self) -> None:
        self._before: dict[str, frozenset[Waited]] = {}
        self._written: dict[str, list[tuple[Any, str, str]]] = {}

    def take(self, desk: Desk, action: Action, subject: str, form: Any) -> Done:
        """What came of this action? Nobody is told yet."""
        order = _order_of(action, subject)
        if order not in self._before:
            self._before[order] = (_safely(lambda: _waited(_later(desk), order)) if order else None) or frozenset()
        done = action.do(desk, subject, form)
        self._written.setdefault(order, []).extend(desk.session.written)
        return done

    def tell(self, sit: Callable[[], Desk]) -> None:
        """Tell everybody whom what was done concerns."""
        for order, before in self._before.items():
            desk = sit()
            desk.session.written = self._written.get(order, [])
            _safely(lambda desk=desk, order=order, before=before: tell(desk, order, before))


def tell(desk: Desk, order: str, before: frozenset[Waited]) -> int:
    """Tell everybody whom the records of this desk's session concern. How many notices were written?

    `order` is the one that the action was about, `before` what it waited for; what it waits for now is told as well.
    """
    later, written = _later(desk), desk.session.written
    filed = next((value.id for value, _, _ in written if isinstance(value, Order)), "")
    speakers = speakers_on(desk.on)
    found = [*news_of(Batch(later, written, speakers)), *_turns(later, order or filed, before)]
    with transaction.atomic():
        return sum(_send(desk, news, speakers) for news in _once(found))


def _order_of(action: Action, subject: str) -> str:
    """About which order is the action? Empty when about none."""
    if action.about is About.TRANCHE:
        return subject.rsplit("/", 1)[0]
    return subject if action.about is About.ORDER else ""


def _later(desk: Desk) -> Desk:
    """The same desk with eyes of its own: what is looked up for notices is no fact of the deed."""
    return Desk(Session(desk.session.source, desk.session.law, mandate=desk.mandate), desk.mandate, desk.on)


def _waited(desk: Desk, order: str) -> frozenset[Waited]:
    """What does this order wait for?"""
    row, found = OrderRow.objects.filter(order=order).first(), desk.session.newest(order, Order)
    if row is None or found is None:
        return frozenset()
    tranches = [tranche for tranche in tranches_of(desk.session, order) if not tranche.is_split]
    return frozenset(
        (step.action, step.subject, one) for step in next_steps(desk, row, found, tranches) for one in step.whose
    )


def _turns(desk: Desk, order: str, before: frozenset[Waited]) -> Iterator[News]:
    """Whose turn is it now with this order, whose it was not before?"""
    for name, subject, whose in sorted(_waited(desk, order) - before) if order else ():
        action, facts = all_actions()[name], {"subject": order, "what": {"say": f"desk.{name}.title"}}
        due = what_is_due(desk, subject).get("money") if name == "proceeds.contribute" else None
        if isinstance(due, Money):
            facts |= {"subject": subject, "money": {"minor": due.minor, "currency": due.currency}}
        key = f"notices.turn.{name}"
        is_worded = has_words(key, LANGUAGES[0])
        yield News(whose, key if is_worded else "notices.turn", facts, page_of(order), action.roles())


def _once(news: Iterable[News]) -> list[News]:
    """Each thing once, however many records or tranches say it."""
    return list({(one.whom, one.key, one.link, repr(one.facts)): one for one in news}.values())


def _send(desk: Desk, news: News, speakers: Speakers) -> int:
    """Who did this himself need not be told."""
    is_person = news.whom.startswith("officer:")
    # Who is away is told, and so is who stands in for him today.
    whom = {news.whom, speakers.deputies.get(news.whom, news.whom)} if is_person else speakers.of(news.whom, news.roles)
    return notify(whom - {desk.person}, news.key, news.facts, news.link, desk.at)


def _safely(ask: Any) -> Any:
    """A notice that cannot be written is a loss, and no reason to undo what is on file."""
    try:
        return ask()
    except Exception:
        LOG.exception("nobody could be told of what was done")
        return None
