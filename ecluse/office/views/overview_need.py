"""Which need of the home army is still unmet, by class? The ministry's figures, for who works for the home state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.desk.registry import Desk
from ecluse.office.facts import sides
from ecluse.office.facts.classes import class_year
from ecluse.office.models import Head
from ecluse.office.registers import Budget, Model
from ecluse.office.session import Session
from ecluse.office.views.things import fill, records
from ecluse.surplus.figures import need_unmet
from ecluse.surplus.terms import StatedNeed

STAMPS_KEPT = 8
SUBJECTS = ("class:", "model:", "budget")


@dataclass(frozen=True, slots=True)
class Need:
    """One class: what is needed in the year, what is covered by stock and funded orders, what is still unmet.

    None is a figure that nobody stated.
    """

    class_: str
    needed: int | None
    covered: int | None
    unmet: int | None


def needs(desk: Desk) -> tuple[Need, ...] | None:
    """Which need is unmet? None on a side that does not know. Raises PermissionError for who may not know."""
    if desk.mandate.role not in OFFICE_ROLES:
        raise PermissionError(f"{desk.mandate.role} may not read the ministry's figures")
    if sides.is_low(desk.session):
        return None
    name, stamp = str(connection.settings_dict["NAME"]), _stamp()
    return _needs(name, stamp, _Session(desk.session))


class _Session:
    """A session that does not count when two questions are compared: what is asked is the same."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Session)

    def __hash__(self) -> int:
        return 0


def _stamp() -> tuple[Any, ...]:
    """By what is seen that a figure of a class may have changed? The versions of every subject that states one."""
    about = Q()
    for prefix in SUBJECTS:
        about |= Q(subject__gte=prefix, subject__lt=prefix + "~")
    found = Head.objects.filter(about).aggregate(n=Count("subject"), version=Sum("version"), turn=Sum("turn"))
    return tuple(found[name] for name in ("n", "version", "turn"))


@lru_cache(maxsize=STAMPS_KEPT)
def _needs(name: str, stamp: tuple[Any, ...], asked: _Session) -> tuple[Need, ...]:
    session = asked.session
    classes = list(dict.fromkeys(one.subject.removeprefix("class:") for one in records(StatedNeed)))
    models = [one.value.id for one in records(Model) if one.value.class_ in classes]
    fill(session, ["budget", *(f"class:{class_}" for class_ in classes), *models])
    if not session.of("budget", Budget):
        return ()
    return tuple(_need(session, class_) for class_ in classes)


def _need(session: Session, class_: str) -> Need:
    year = class_year(session, class_)
    known = (year.units_stock, year.units_home_funded, year.units_partner_funded)
    covered = None if None in known else sum(figure or 0 for figure in known)
    return Need(class_, year.units_need, covered, need_unmet(year))
