"""What have the planner's pages in common? Who may read them, which may ask, the tabs, and which class is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from ecluse.base.days import Month
from ecluse.base.words import spell
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.actions.permissions import ACTIONS
from ecluse.office.actions.plan import ADOPT
from ecluse.office.desk.today import today
from ecluse.office.facts.sides import is_low
from ecluse.office.people.doors import for_roles
from ecluse.office.planning.adopted import Filed, adopted_plan
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import page
from ecluse.office.views.things import desk_at

READERS = tuple(sorted(OFFICE_ROLES))
PLANNERS = tuple(sorted(ACTIONS[ADOPT] & OFFICE_ROLES))
TABS = (
    ("/plan/", "planpages.tab.plan"), ("/plan/flows/", "planpages.tab.flows"), ("/plan/lines/", "planpages.tab.lines"),
    ("/plan/compare/", "planpages.tab.compare"), ("/plan/why/", "planpages.tab.why"),
    ("/plan/rules/", "planpages.tab.rules"), ("/plan/capacity/", "planpages.tab.capacity"),
    ("/plan/against/", "planpages.tab.against"),
)  # fmt: skip
ASKING_TABS = (
    ("/plan/what-if/", "planpages.tab.what_if"), ("/plan/tornado/", "planpages.tab.tornado"),
    ("/plan/solve/", "planpages.tab.solve"),
)  # fmt: skip
View = Callable[..., HttpResponse]


def reads_plan(view: View) -> View:
    """Decorate a view: it is shown to whoever may read the ministry's figures, on the side that holds them."""
    return for_roles(*READERS)(_on_high_side(view))


def asks_solver(view: View) -> View:
    """Decorate a view: only who may adopt a plan may ask what another one would be."""
    return for_roles(*PLANNERS)(_on_high_side(view))


def _on_high_side(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        desk = desk_at(request)
        if desk is not None and is_low(desk.session):
            return _none(request, "planpages.other_side")
        return view(request, *args, **parts)

    return guarded


def may_ask(request: HttpRequest) -> bool:
    """May this person ask what another plan would be?"""
    mandate = getattr(request, "mandate", None)
    return mandate is not None and mandate.role in PLANNERS


def tabs(request: HttpRequest) -> dict[str, Any]:
    """Which pages of the plan may this person go to, and on which is he?"""
    found = [*TABS, *(ASKING_TABS if may_ask(request) else ())]
    return {"tabs": found, "tab_here": request.path, "may_ask": may_ask(request)}


def plan_in_force(request: HttpRequest) -> Filed | None:
    """Which plan is in force on the day of the request?"""
    return adopted_plan(getattr(request, "on", None) or today())


def no_plan(request: HttpRequest) -> HttpResponse:
    """What is said where no plan was adopted?"""
    return _none(request, "planpages.none")


def _none(request: HttpRequest, why: str) -> HttpResponse:
    shown = tabs(request)
    title = dict(shown["tabs"]).get(request.path, "planpages.figures.title")
    return page(request, "office/plan_none.html", {"why": why, "heading": title, **shown})


def classes_of(filed: Filed, lang: str) -> list[tuple[str, str]]:
    """Which classes has the plan, each with its word?"""
    return [(pool["id"], class_word(pool["id"], lang)) for pool in filed.question["pools"]]


def class_asked(request: HttpRequest, classes: Iterable[tuple[str, str]], default: str = "") -> str:
    """Which class is looked at? As the address says, else the default, else the first."""
    names = [name for name, _ in classes]
    asked = request.GET.get("class", "")
    return asked if asked in names else (default if default in names else names[0] if names else "")


def month_names(filed: Filed, lang: str) -> list[str]:
    """What are the plan's months called?"""
    return [spell(Month.parse(month), lang) for month in filed.question["months"]]


def short(id: str) -> str:
    """What is a thing called where there is little room? Its id without the word for its kind.

    >>> short("model:fpv-01"), short("plant:de-fpv-11"), short("AU")
    ('fpv-01', 'de-fpv-11', 'AU')
    """
    return id.partition(":")[2] or id
