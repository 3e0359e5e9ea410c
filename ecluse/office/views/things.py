"""How do reading pages read much at little cost? Records in bulk, sessions filled ahead, and whose case an order is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest

from ecluse.base.words import has_words, say
from ecluse.custody.life import state_on
from ecluse.custody.terms import Centre, LifeEvent, Line
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.desk.registry import Desk, all_actions
from ecluse.office.desk.today import open_session
from ecluse.office.models import Involvement
from ecluse.office.on_file import Kept, kept, newest, records, records_of
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.office.session_kept import load_files

__all__ = ["Kept", "kept", "newest", "records", "records_of"]

M = TypeVar("M", bound=Model)
MOST_SUBJECTS = 1_500


def fill(session: Session, subjects: Iterable[str | None]) -> None:
    """Read these subjects' files into the session at once, which would else ask for one after the other."""
    wanted = sorted({subject for subject in subjects if subject} - session.files.keys())[:MOST_SUBJECTS]
    session.files.update(load_files(session, wanted))


def fill_rows(session: Session, model: type[M], keys: Iterable[str]) -> list[M]:
    """Read these cached rows into the session at once; those that are not there are known to be absent."""
    wanted = sorted(set(keys))
    found = list(model._default_manager.filter(pk__in=wanted))
    session.rows.update({(model, key): None for key in wanted if (model, key) not in session.rows})
    session.rows.update({(model, str(row.pk)): row for row in found})
    return found


def desk_at(request: HttpRequest) -> Desk | None:
    """At which desk does this person sit, on the legal day of the request? None for who speaks for nobody today."""
    mandate, on = getattr(request, "mandate", None), getattr(request, "on", None)
    return Desk(open_session(mandate, on), mandate, on) if mandate and on else None


def is_home(desk: Desk | None) -> bool:
    """May this person read the ministry's figures? Only who works on every order of the home state."""
    return desk is not None and desk.mandate.role in OFFICE_ROLES


def own_places(desk: Desk) -> tuple[set[str], set[str]]:
    """Which lines and centres does the body make, run or host?"""
    lines = {one.value.id for one in records(Line) if desk.body in (one.value.maker, authority_of(one.value.host))}
    centres = {c.value.id for c in records(Centre) if desk.body in (c.value.operator, authority_of(c.value.host))}
    return lines, centres


def authority_of(state: str) -> str:
    """Which authority speaks for this state?"""
    return f"authority:{state.lower()}"


def own_orders(desk: Desk) -> dict[str, Order]:
    """Which orders does the body have a part in? As `cases.touches` says, asked of all orders at once."""
    lines, centres = own_places(desk)
    where: dict[str, Any] = {}
    if desk.body.startswith("party:") and not lines and not centres:
        where = {"subject__in": list(Involvement.objects.filter(party=desk.body).values_list("order", flat=True))}
    found = newest(records(Order, **where))
    return {id: order for id, order in found.items() if _plays(desk.body, order, lines, centres)}


def _plays(body: str, order: Order, lines: set[str], centres: set[str]) -> bool:
    is_named = body in {party for _, party in order.roles()} or body == authority_of(order.destination)
    return is_named or order.line in lines or order.centre in centres


def states_of(events: Iterable[Kept], on: date) -> dict[str, tuple[Any, date]]:
    """In which state is each centre and line on this day, and since when?"""
    lives: dict[str, list[LifeEvent]] = {}
    for event in events:
        lives.setdefault(event.subject, []).append(event.value)
    found = {}
    for subject, life in lives.items():
        state = state_on(life, on)
        if state is not None:
            since = max(event.on for event in life if event.on <= on and event.state is state)
            found[subject] = (state, since)
    return found


def done_here(request: HttpRequest, lang: str) -> str:
    """Which action has just led to this page, by its title? Empty when none did."""
    name = request.GET.get("done", "")
    key = f"desk.{name}.title"
    return say(key, lang) if name in all_actions() and has_words(key, lang) else ""


def day_asked(request: HttpRequest) -> date | None:
    """As known on which day? None for today. Raises ValueError for what is no day."""
    text = request.GET.get("on", "").strip()
    return date.fromisoformat(text) if text else None
