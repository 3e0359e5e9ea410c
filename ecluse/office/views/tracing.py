"""Which trace requests wait, the latest first; how does one stand; and what was answered? The trace desk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.canon import digest
from ecluse.base.words import say
from ecluse.custody.tracing.states import OPEN, answered_late, due_at, state_of
from ecluse.custody.tracing.terms import (
    Outcome,
    TraceAnswer,
    TraceCandidates,
    TraceConfirmation,
    TraceRequest,
    TraceState,
    TraceStep,
)
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.desk.registry import About, Desk, may, offered
from ecluse.office.desk.tracing import ACTIONS, sees
from ecluse.office.models import Document
from ecluse.office.on_file import records_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.trace.figures import figures
from ecluse.office.trace.package import archive
from ecluse.office.views.action import desk_of
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.named import named, state_named
from ecluse.office.views.page import language_of, page
from ecluse.office.views.things import done_here
from ecluse.office.views.timeline import Moment

MOST_SHOWN = 200
COLOURS = {
    TraceState.RECEIVED: ("warning", "!"), TraceState.ACKNOWLEDGED: ("info", "…"), TraceState.IN_WORK: ("info", "…"),
    TraceState.ANSWERED: ("success", "✓"), TraceState.CLOSED: ("neutral", "–"), TraceState.REFUSED: ("danger", "×"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request in the queue: how it stands, and by when the next step must come."""

    request: TraceRequest
    steps: tuple[TraceStep, ...]
    state: TraceState
    due: datetime | None
    is_late: bool

    @property
    def tag(self) -> Tag:
        """Which tag shows its state?"""
        return Tag(f"tracing.state.{self.state.value}", *COLOURS[self.state])

    @property
    def clock(self) -> Tag | None:
        """Which tag shows that it is late or urgent?"""
        if self.is_late:
            return Tag("tracing.late", "danger", "!")
        is_urgent = self.state in OPEN and self.request.urgency.value == "urgent"
        return Tag("tracing.urgent", "warning", "!") if is_urgent else None


def queue(desk: Desk) -> list[Waiting]:
    """Which requests may this person see, those whose hour comes first before all others? What is done stands last."""
    requests: dict[str, TraceRequest] = {}
    steps: dict[str, list[TraceStep]] = {}
    for one in records_of((TraceRequest, TraceStep)):
        if isinstance(one.value, TraceRequest):
            requests[one.subject] = one.value
        else:
            steps.setdefault(one.subject, []).append(one.value)
    found = [
        waiting(desk, request, tuple(steps.get(subject, ())))
        for subject, request in requests.items() if sees(desk, request)
    ]  # fmt: skip
    done = [one for one in found if one.due is None]
    waits = [one for one in found if one.due is not None]
    waits.sort(key=lambda one: (one.due, one.request.id))
    return [*waits, *sorted(done, key=lambda one: one.request.id, reverse=True)]


def waiting(desk: Desk, request: TraceRequest, steps: tuple[TraceStep, ...]) -> Waiting:
    """How does this request stand at this instant?"""
    due, state = due_at(request, steps, desk.session.law), state_of(steps)
    assert state is not None  # the first step is written with the request
    is_late = due < desk.at if due else answered_late(request, steps, desk.session.law)
    return Waiting(request, steps, state, due, is_late)


@never_cache
@require_safe
@needs_person
def traces_page(request: HttpRequest) -> HttpResponse:
    """Which requests wait for whom, and how many units were traced at all?"""
    desk, lang = desk_of(request), language_of(request)
    assert desk is not None  # the door asked
    found = queue(desk)
    receive = next(action for action in ACTIONS if action.name == "tracing.receive")
    is_home = desk.mandate.role in OFFICE_ROLES
    return page(request, "office/traces.html", {
        "rows": [(one, Link(one.request.id, f"/traces/{one.request.id}/"),
                  state_named(one.request.requester_state, lang).name) for one in found[:MOST_SHOWN]],
        "more": max(0, len(found) - MOST_SHOWN), "late": sum(one.is_late and one.due is not None for one in found),
        "may_receive": may(desk, receive, "office"), "figures": _figures() if is_home else [],
    })  # fmt: skip


def _figures() -> list[tuple[Any, str]]:
    counted = figures()
    return [(counted[name], f"tracing.figure.{name}")
            for name in ("requests", "traced", "unknown", "refused", "traced_per_10000_exported")
            if name in counted]  # fmt: skip


@never_cache
@require_safe
@needs_person
@records_read("trace", "trace")
def trace_page(request: HttpRequest, trace: str) -> HttpResponse:
    """What was asked, what happened since, which numbers might be meant, and what may this person do?"""
    desk, lang = desk_of(request), language_of(request)
    asked = desk.session.newest(trace, TraceRequest) if desk else None
    if desk is None or asked is None or not sees(desk, asked):
        raise Http404
    file = desk.session
    one, is_home = waiting(desk, asked, tuple(file.of(trace, TraceStep))), desk.mandate.role in OFFICE_ROLES
    answered, searched = file.newest(trace, TraceAnswer), file.newest(trace, TraceCandidates)
    confirmed = file.newest(trace, TraceConfirmation)
    return page(request, "office/trace.html", {
        "one": one, "asked": asked, "facts": _facts(asked, lang), "marks": asked.marks,
        "done": done_here(request, lang),
        "moments": _moments(one, lang), "answered": answered, "confirmed": confirmed if is_home else None,
        "confirmed_by": named([confirmed.officer], lang)[confirmed.officer].name if confirmed else "",
        "is_unknown": answered is not None and answered.outcome is Outcome.UNKNOWN,
        "candidates": _candidates(searched, lang) if is_home and searched else [], "searched": searched,
        "withheld": [(part, say(f"tracing.part.{part.partition(' ')[0]}", lang)) for part in answered.withheld]
        if answered else [],
        "offers": [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{trace}/")
                   for action in offered(desk, About.TRACE, trace)],
    })  # fmt: skip


def _facts(asked: TraceRequest, lang: str) -> list[tuple[str, Any]]:
    told: list[tuple[str, Any]] = [
        ("requester", named([asked.requester], lang)[asked.requester].name),
        ("requester_state", state_named(asked.requester_state, lang).name), ("contact_point", asked.contact_point),
        ("reference", asked.reference), ("serial_read", asked.serial_read), ("manufacturer", asked.manufacturer),
        ("manufacture_state", _state(asked.manufacture_state, lang)), ("type_or_model", asked.type_or_model),
        ("calibre", asked.calibre), ("import_state", _state(asked.import_state, lang)),
        ("import_year", str(asked.import_year or "")), ("recovered_state", _state(asked.recovered_state, lang)),
        ("recovered_place", asked.recovered_place), ("recovered_on", asked.recovered_on),
        ("circumstance", say(f"desk.choice.{asked.circumstance.value}", lang)), ("circumstances", asked.circumstances),
        ("intended_use", say(f"desk.choice.{asked.intended_use.value}", lang)),
        ("urgency", say(f"desk.choice.{asked.urgency.value}", lang)),
        ("handling", say(f"desk.choice.{asked.handling.value}", lang)), ("handling_note", asked.handling_note),
    ]  # fmt: skip
    return [(f"desk.field.{name}", value) for name, value in told if value]


def _state(code: str | None, lang: str) -> str:
    return state_named(code, lang).name if code else ""


def _moments(one: Waiting, lang: str) -> list[Moment]:
    names = named([step.by for step in one.steps], lang)
    return [
        Moment(
            step.at, f"tracing.state.{step.state.value}",
            " · ".join(text for text in (
                names[step.by].name, say(f"desk.choice.{step.ground.value}", lang) if step.ground else "", step.reason,
            ) if text),
        )
        for step in one.steps
    ]  # fmt: skip


def _candidates(searched: TraceCandidates, lang: str) -> list[tuple[Link, int, str]]:
    return [
        (Link(one.serial, f"/units/{one.serial}/"), one.score,
         ", ".join(say(f"tracing.slip.{slip}", lang) for slip in one.slips) or say("tracing.slip.none", lang))
        for one in searched.ranked
    ]  # fmt: skip


@never_cache
@require_safe
@needs_person
def package_file(request: HttpRequest, trace: str) -> HttpResponse:
    """Which bytes were answered? The sealed package as JSON, or a ZIP with each proof as a file of its own."""
    desk = desk_of(request)
    asked = desk.session.newest(trace, TraceRequest) if desk else None
    answered = desk.session.newest(trace, TraceAnswer) if desk else None
    if desk is None or asked is None or answered is None or not sees(desk, asked):
        raise Http404
    kept = Document.objects.filter(digest=answered.package).first()
    content = bytes(kept.content) if kept else b""
    if kept is None or digest(content) != answered.package:
        raise Http404
    name = trace.replace(":", "-")
    if request.GET.get("format") == "json":
        return _file(content, "application/json", f"{name}.json")
    return _file(archive(content, json.loads(content)), "application/zip", f"{name}.zip")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


PATHS = [
    path("traces/", traces_page, name="traces"),
    path("traces/<path:trace>/package/", package_file, name="trace_package"),
    path("traces/<path:trace>/", trace_page, name="trace"),
]
