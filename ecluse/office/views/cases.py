"""How does a case stand that is no order: an exporter's request for leave to offer?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.licence.terms import MarketingApplication, MarketingAuthorisation
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.desk.papers import waiting
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.action import desk_of
from ecluse.office.views.page import language_of, page


@never_cache
@require_safe
@needs_person
@records_read("case", "case")
def case_page(request: HttpRequest, case: str) -> HttpResponse:
    """What was asked, what waits, what may this person do?"""
    desk, lang = desk_of(request), language_of(request)
    asked = desk.session.newest(case, MarketingApplication) if desk else None
    if desk is None or asked is None or (desk.mandate.role not in OFFICE_ROLES and asked.exporter != desk.body):
        raise Http404
    facts = {"exporter": asked.exporter, "class_": asked.class_, "state": asked.state, "day": asked.filed_on}
    return page(request, "office/case.html", {
        "case": case, "asked": say("desk.case.asked", lang, **facts), "stands": _stands(desk, case, asked, lang),
        "offers": [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{case}/")
                   for action in offered(desk, About.CASE, case)],
    })  # fmt: skip


def _stands(desk: Desk, case: str, asked: MarketingApplication, lang: str) -> str:
    given = [m for m in desk.session.of(asked.exporter, MarketingAuthorisation) if m.id == f"marketing:{case}"]
    paper = waiting(desk, "licence.propose", case)
    if given:
        return say("desk.case.given", lang, day=given[-1].valid_until)
    return say("desk.case.waits", lang, officer=paper.waits_for) if paper else say("desk.case.open", lang)


PATHS = [path("cases/<path:case>/", case_page, name="case")]
