"""Which need of the home army is still unmet, by class? The ministry's figures, for who works for the home state."""

from __future__ import annotations

from dataclasses import dataclass
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
from ecluse.surplus.terms import CapacityAttestation, StatedNeed

SUBJECTS = ("class:", "model:", "budget")
# What was reckoned last for each database, and the stamp under which it holds: summing a year takes a while.
_LAST: dict[str, tuple[tuple[Any, ...], tuple[Need, ...]]] = {}


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
    last = _LAST.get(name)
    if last is None or last[0] != stamp:
        last = _LAST[name] = (stamp, _needs(desk.session))
    return last[1]


def _stamp() -> tuple[Any, ...]:
    """By what is seen that a figure of a class may have changed? The versions of every subject that states one."""
    about = Q()
    for prefix in SUBJECTS:
        about |= Q(subject__gte=prefix, subject__lt=prefix + "~")
    found = Head.objects.filter(about).aggregate(n=Count("subject"), version=Sum("version"), turn=Sum("turn"))
    return tuple(found[name] for name in ("n", "version", "turn"))


def _needs(session: Session) -> tuple[Need, ...]:
    classes = list(dict.fromkeys(one.subject.removeprefix("class:") for one in records(StatedNeed)))
    models = [one.value.id for one in records(Model) if one.value.class_ in classes]
    fill(session, ["budget", *(f"class:{class_}" for class_ in classes), *models])
    # Whether a questionnaire counts is told by its maker's key.
    fill(session, {f"key:{given.maker}" for model in models for given in session.of(model, CapacityAttestation)})
    if not session.of("budget", Budget):
        return ()
    return tuple(_need(session, class_) for class_ in classes)


def _need(session: Session, class_: str) -> Need:
    year = class_year(session, class_)
    known = (year.units_stock, year.units_home_funded, year.units_partner_funded)
    covered = None if None in known else sum(figure or 0 for figure in known)
    return Need(class_, year.units_need, covered, need_unmet(year))
