"""Which tables wait to be taken in, what does each come to, and what is wrong with one that was just sent?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ecluse.base.errors import BadInputError, ConflictError, EvidenceError, ForbiddenError
from ecluse.base.sealed import encode
from ecluse.base.words import say
from ecluse.edge.imports.problems import ImportRefusedError, Problem
from ecluse.edge.imports.sheet import FILE_BYTES_LIMIT
from ecluse.office.actions.opening import is_answered, plan_of, waiting
from ecluse.office.desk.form import Fault, FormError, Upload, read_form
from ecluse.office.desk.opening import ProposeImport, propose_import, tables
from ecluse.office.desk.registry import About, Desk, all_actions, may, offered
from ecluse.office.opening.plan import Plan
from ecluse.office.opening.records import AcceptedImport, DeclinedImport, ProposedImport
from ecluse.office.people.doors import for_roles
from ecluse.office.people.reads import records_read
from ecluse.office.views.action import desk_of, field_views
from ecluse.office.views.errors import handler403
from ecluse.office.views.form_fields import form_context
from ecluse.office.views.named import named
from ecluse.office.views.page import language_of, page

NAME, OFFICE = "office.propose_import", "office"
READERS = ("author", "planner", "countersigner", "auditor", "controller")
SHOWN_PROBLEMS, SHOWN_ROWS, SHOWN_TEXT = 200, 10, 300


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*READERS)
def imports_page(request: HttpRequest, name: str = "", subject: str = "") -> HttpResponse:
    """Which tables wait for a second person? Whoever may propose one sends it here."""
    desk = desk_of(request)
    assert desk is not None, "nobody comes here without a mandate"
    if request.method == "POST":
        return _take(request, desk)
    return _show(request, desk, {})


def _take(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read and check the table; what is wrong is named by row, and nothing is kept."""
    action, lang = all_actions()[NAME], language_of(request)
    if not may(desk, action, OFFICE):
        return handler403(request)
    raw: dict[str, Any] = {"table": request.POST.get("table", "")}
    raw |= {field: _sent(request, field) for field in ("file", "map")}
    try:
        done = propose_import(desk, OFFICE, read_form(ProposeImport, raw, {"table": tables(desk, OFFICE)}))
    except FormError as error:
        return _show(request, desk, raw, faults=error.faults, status=422)
    except ImportRefusedError as error:
        return _show(request, desk, raw, problems=_said(error.problems, lang), status=422)
    except ConflictError:
        return _show(request, desk, raw, trouble=say("newoffice.proposed_before", lang), status=409)
    except ForbiddenError:
        return handler403(request)
    return HttpResponseRedirect(f"/import/{done.subject}/?done={NAME}")


def _sent(request: HttpRequest, field: str) -> Upload | None:
    sent = request.FILES.get(field)
    return Upload(sent.name or "", sent.read(FILE_BYTES_LIMIT + 1)) if sent is not None else None


def _said(problems: Iterable[Problem], lang: str) -> list[dict[str, Any]]:
    """What is wrong, in this reader's language: file, row, column, expected, found, remedy."""
    return [
        {
            "file": one.file, "row": one.row, "column": one.column or "", "expected": one.part("expected", lang),
            "found": one.found_text(lang), "remedy": one.part("remedy", lang),
        }
        for one in list(problems)
    ]  # fmt: skip


def _show(
    request: HttpRequest, desk: Desk, raw: dict[str, Any], *, faults: list[Fault] | None = None,
    problems: list[dict[str, Any]] | None = None, trouble: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    action, lang, found = all_actions()[NAME], language_of(request), problems or []
    form = {}
    if may(desk, action, OFFICE):
        shown = {"table": raw.get("table", "")}
        form = form_context(
            field_views(action, shown, {"table": tables(desk, OFFICE)}, faults or [], lang), action="/import/",
            send="desk.office.propose_import.send",
        )  # fmt: skip
    proposals = waiting(desk.session)
    names = named([one.proposer for one in proposals], lang)
    return page(request, "office/imports.html", {
        **form, "waiting": [(one, names[one.proposer].name) for one in proposals], "problems": found[:SHOWN_PROBLEMS],
        "more": max(0, len(found) - SHOWN_PROBLEMS), "wrong": len(found), "trouble": trouble,
    }, status=status)  # fmt: skip


@never_cache
@require_safe
@for_roles(*READERS)
@records_read("import", "subject")
def import_page(request: HttpRequest, subject: str) -> HttpResponse:
    """What does this table come to, who proposed it, what was answered, what may this person do?"""
    desk, lang = desk_of(request), language_of(request)
    proposal = desk.session.newest(subject, ProposedImport) if desk else None
    if desk is None or proposal is None:
        raise Http404
    plan, trouble = _plan(desk, proposal, lang)
    accepted, declined = desk.session.newest(subject, AcceptedImport), desk.session.newest(subject, DeclinedImport)
    return page(request, "office/import.html", {
        "proposal": proposal, "by": _by(proposal.proposer, proposal, lang), "declined": declined,
        "accepted": _by(accepted.acceptor, accepted, lang) if accepted else None,
        "refused": _by(declined.officer, declined, lang) if declined else None, "plan": plan, "trouble": trouble,
        "counts": plan.counts().items() if plan else (), "rows": _rows(plan),
        "offers": [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{subject}/")
                   for action in offered(desk, About.IMPORT, subject)],
    })  # fmt: skip


def _by(person: str, paper: ProposedImport | AcceptedImport | DeclinedImport, lang: str) -> dict[str, Any]:
    """Who did this, for which body, on which day? By their names."""
    names = named([person, paper.authority], lang)
    return {"person": names[person].name, "body": names[paper.authority].name, "day": paper.on}


def _plan(desk: Desk, proposal: ProposedImport, lang: str) -> tuple[Plan | None, str]:
    """What does it come to today? Nothing once it was answered; in words, where it no longer comes to the same."""
    if is_answered(desk.session, proposal.id):
        return None, ""
    try:
        return plan_of(desk.session, proposal, desk.on), ""
    except ImportRefusedError as error:
        return None, error.text(lang)
    except (EvidenceError, BadInputError, ForbiddenError):
        return None, say("newoffice.rows_differ", lang)


def _rows(plan: Plan | None) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """The first records that would be filed: row of the file, id, fields."""
    found = []
    for planned in plan.planned[:SHOWN_ROWS] if plan else ():
        form = encode(planned.filing.record)
        cells = [(name, _text(value)) for name, value in form.items() if name not in ("v", "id")]
        found.append((planned.filing.row, planned.rid, cells))
    return found


def _text(value: Any) -> str:
    text = ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
    return text[:SHOWN_TEXT]


PATHS = [
    path("import/", imports_page, name="imports"),
    # Before the page of every action: here the errors are shown row by row.
    path("do/office.propose_import/office/", imports_page, name="propose_import"),
    path("import/<path:subject>/", import_page, name="import"),
]
