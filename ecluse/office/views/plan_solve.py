"""How is the year solved anew? Asked for by a planner, told stage by stage, stopped at will, its document given on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecluse.base.errors import ConflictError, EvidenceError, ForbiddenError
from ecluse.base.words import has_words, say
from ecluse.office.actions.plan import ADOPT, COMMIT
from ecluse.office.desk.form import FormError, Upload
from ecluse.office.desk.registry import all_actions, may
from ecluse.office.desk.tell import take
from ecluse.office.planning import asked, runs
from ecluse.office.planning.adopted import Filed
from ecluse.office.planning.asking import SolverAwayError
from ecluse.office.planning.runs import YEAR, Run
from ecluse.office.planning.worlds import world_tables
from ecluse.office.views.action import desk_of
from ecluse.office.views.cells import Tag
from ecluse.office.views.named import officers_named
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan import stage_word
from ecluse.office.views.plan_frame import asks_solver, plan_in_force, tabs
from ecluse.office.views.plan_whatif import changes_said, seconds_said
from ecluse.office.views.things import done_here, records
from ecluse.plan.terms import PlanBaseline

RULES = ("N1", "N2", "N3")
ADOPTED, WORLD = "adopted", "world"
STATES = {
    "running": ("info", "…"), "solved": ("success", "✓"), "none": ("danger", "×"), "cancelled": ("neutral", "–"),
    "died": ("danger", "!"), "bad": ("danger", "!"),
}  # fmt: skip
GIVEN = {"commit": COMMIT, "adopt": ADOPT}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@asks_solver
def solve_page(request: HttpRequest) -> HttpResponse:
    """Which year shall be solved, how far is the one under way, what came of the last?"""
    filed, trouble = plan_in_force(request), ""
    texts = [text for text in request.POST.getlist("set") if text]
    try:
        if filed is not None:
            asked.read(filed.question, texts)
        if request.POST.get("go"):
            runs.start(YEAR, _wish(request, filed, texts))
            return HttpResponseRedirect("/plan/solve/")
    except asked.AskedError as error:
        texts, trouble = [], say(error.key, language_of(request), found=error.found)
    except SolverAwayError:
        trouble = say("planpages.answer.away", language_of(request))
    return _shown(request, filed, texts, trouble)


def _shown(
    request: HttpRequest, filed: Filed | None, texts: list[str], trouble: str, status: int = 200
) -> HttpResponse:
    lang, run = language_of(request), runs.last_run(YEAR)
    solved = run.form if run is not None and run.state == "solved" else None
    return page(request, "office/plan_solve.html", {
        **tabs(request), "filed": filed, "trouble": trouble, "changes": changes_said(filed, texts, lang),
        "rules": [(rule, f"planpages.rule.{rule}") for rule in RULES], "has_world": world_tables() is not None,
        "run": run, **(_told(run, filed, lang) if run else {}),
        "solved": solved, **(_steps(request, solved["digests"], lang) if solved else {}),
        "done": done_here(request, lang),
    }, status=status)  # fmt: skip


def _wish(request: HttpRequest, filed: Filed | None, texts: list[str]) -> dict[str, Any]:
    """What is the process asked? The adopted question, or that of the world's tables; changes, rule, who asks."""
    sent, world = request.POST, world_tables()
    wish: dict[str, Any] = {
        "run": uuid.uuid4().hex, "person": request.mandate.person, "at": timezone.now().isoformat(),  # type: ignore[attr-defined]
        "changes": texts, "rule": sent.get("rule") if sent.get("rule") in RULES else "",
    }  # fmt: skip
    if sent.get("source") == WORLD and world is not None:
        wish["world"] = str(world)
    elif filed is not None:
        wish["question"] = filed.question
    elif world is not None:
        wish["world"] = str(world)
    else:
        raise asked.AskedError("no_question", "")
    return {**wish, "near": filed.document} if filed is not None else wish


# ------------------------------------------------------------------ how far it is


def _told(run: Run, filed: Filed | None, lang: str) -> dict[str, Any]:
    colour, mark = STATES.get(run.state, ("neutral", "–"))
    now = next((row for row in run.stages if row.is_begun and row.milliseconds is None), None)
    return {
        "state": Tag(f"planpages.state.{run.state}", colour, mark),
        "who": officers_named([run.person]).get(run.person, run.person),
        "seconds": seconds_said(run.milliseconds, lang),
        "run_changes": changes_said(filed, list(run.changes), lang),
        "now": _now(now, lang) if run.is_running else "",
        "stages": [
            {"part": say(f"planpages.part.{row.part}", lang), "stage": _stage(row.stage, lang), "row": row,
             "is_now": row is now and run.is_running,
             "seconds": "" if row.milliseconds is None else seconds_said(row.milliseconds, lang)}
            for row in run.stages
        ],
        "why": _why(run, lang),
    }  # fmt: skip


def _now(row: runs.Stage | None, lang: str) -> str:
    if row is None:
        return say("planpages.solve.starting", lang)
    facts = {"part": say(f"planpages.part.{row.part}", lang), "stage": _stage(row.stage, lang)}
    return say("planpages.solve.now", lang, **facts)


def _stage(stage: str, lang: str) -> str:
    key = f"planpages.stage.{stage}"
    return say(key, lang) if "/" not in stage and stage != "class" and has_words(key, lang) else stage_word(stage, lang)


def _why(run: Run, lang: str) -> list[str]:
    """Why did it end without a plan, in the reader's language?"""
    form = run.form
    if run.state == "none":
        told = form.get("told", {}).get(lang, [])
        key = "plan.whatif.infeasible" if form.get("why") == "infeasible" else "planpages.solve.not_whole"
        return [say(key, lang), *(told or form.get("rows", []))]
    return [str(form.get("found", ""))] if run.state == "bad" else []


@never_cache
@require_safe
@asks_solver
def progress_page(request: HttpRequest) -> HttpResponse:
    """How far is it? A part of a page; when it has ended the whole page is asked for again."""
    run = runs.last_run(YEAR)
    if request.headers.get("HX-Request") != "true" or run is None:
        return HttpResponseRedirect("/plan/solve/")
    lang = language_of(request)
    response = page(request, "office/plan_progress.html", {"run": run, **_told(run, plan_in_force(request), lang)})
    if not run.is_running:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@asks_solver
def cancel_page(request: HttpRequest) -> HttpResponse:
    """Stop what is under way: its process ends within two seconds."""
    runs.cancel(YEAR)
    return HttpResponseRedirect("/plan/solve/")


# ------------------------------------------------------------------ what came of it


@never_cache
@require_safe
@asks_solver
def solved_document(request: HttpRequest) -> HttpResponse:
    """The document of the plan that was solved last, byte for byte."""
    content = runs.outcome(YEAR)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="plan.json"'
    return response


def _steps(request: HttpRequest, digests: Mapping[str, str], lang: str) -> dict[str, Any]:
    """Which step may this person take with it now: commit to its baseline, or adopt it after that as somebody else?"""
    desk = desk_of(request)
    if desk is None:
        return {"gives": []}
    wanted = (digests["question"], digests["baseline"])
    filed = [one.value for one in records(PlanBaseline)]
    base = next((one for one in filed if (one.question_digest, one.baseline_digest) == wanted), None)
    if base is not None and (base.author == desk.person or base.authority == desk.body):
        return {"gives": [], "waits_for": "planpages.solve.second_person"}
    action = all_actions()[GIVEN["commit" if base is None else "adopt"]]
    may_now = may(desk, action, "office") and action.offers(desk, "office")
    return {"gives": [(action.name, say(f"desk.{action.name}.title", lang))] if may_now else []}


@require_POST
@asks_solver
def give_page(request: HttpRequest) -> HttpResponse:
    """Give the document to the action that commits to its baseline or adopts it: the same as by its own form."""
    desk, name, content = desk_of(request), request.POST.get("action", ""), runs.outcome(YEAR)
    if desk is None or name not in GIVEN.values() or content is None:
        raise Http404
    action, lang = all_actions()[name], language_of(request)
    trouble = ""
    try:
        if not (may(desk, action, "office") and action.offers(desk, "office")):
            raise ForbiddenError(name)
        take(desk, action, "office", action.form(Upload(Path(runs.OUTCOMES[YEAR]).name, content)))
        return HttpResponseRedirect(f"/plan/solve/?{urlencode({'done': name})}")
    except FormError as error:
        trouble = "; ".join(say(fault.key, lang, found=fault.found) for fault in error.faults)
    except (ForbiddenError, ConflictError, EvidenceError) as error:
        trouble = str(error)
    return _shown(request, plan_in_force(request), [], trouble, status=409)


PATHS = [
    path("plan/solve/", solve_page, name="plan_solve"),
    path("plan/solve/progress/", progress_page, name="plan_solve_progress"),
    path("plan/solve/cancel/", cancel_page, name="plan_solve_cancel"),
    path("plan/solve/document/", solved_document, name="plan_solve_document"),
    path("plan/solve/give/", give_page, name="plan_solve_give"),
]
