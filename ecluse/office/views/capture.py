"""How does a centre's officer take handovers down without a network? The page, its helper, its papers, what is sent."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecluse.base.canon import digest
from ecluse.base.errors import ConflictError, ForbiddenError
from ecluse.base.source import ServiceSource
from ecluse.base.words import say, template
from ecluse.custody.ranges import count
from ecluse.custody.terms import Capture, Centre, Line, Step
from ecluse.office.actions import idempotency
from ecluse.office.actions.documents import attachments_of
from ecluse.office.api.problems import problem, problem_of
from ecluse.office.desk.custody import held_of
from ecluse.office.desk.form import FormError, Upload
from ecluse.office.desk.office import Attach
from ecluse.office.desk.registry import Desk, all_actions, may
from ecluse.office.desk.tell import take
from ecluse.office.people.bodies import name_of, names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.registers import Order
from ecluse.office.views.centre_flow import HERE, Flow, flows_of
from ecluse.office.views.page import language_of, page
from ecluse.office.views.places import may_see
from ecluse.office.views.things import desk_at

KEY = re.compile(rf"[!-~]{{8,{idempotency.MOST_LETTERS}}}")
GIVEN_ON = (Step.RELEASE, Step.DELIVERY, Step.RETURN, Step.RECALL, Step.DISPATCH)
HOME = "UA"
MOST_PAPERS = 500
# What the page is made of, so that it opens without a network.
STYLES = ("vendor/designsystemet-theme.css", "vendor/designsystemet.css", "office/tokens.css", "office/frame.css",
          "office/parts.css", "office/forms.css", "office/print.css", "office/capture.css")  # fmt: skip
SCRIPTS = ("vendor/htmx.min.js", "office/house.js", "office/capture.js", "office/capture_serials.js",
           "office/capture_store.js", "office/capture_send.js")  # fmt: skip
OTHERS = ("office/mark.svg", *(f"vendor/inter-{part}.woff2" for part in ("latin", "latin-ext", "cyrillic",
          "cyrillic-ext")))  # fmt: skip
WORKER = "office/capture_worker.js"
FAULTS = ("control", "look_alike", "form", "form_likely", "check", "check_likely", "no_run", "twice", "too_many")
WORDS = (
    "choose", "arrivals", "departures", "other", "option", "option_queued", "choose_taker", "on_paper", "held_here",
    "added", "take_meant", "read", "read_of", "remove", "remove_line", "more_lines", "photo_most", "photo_bad",
    "photo_read", "photo_sent", "photo_waits", "photo_refused", "need", "need_state", "need_added", "need_serial",
    "not_kept", "queued", "queue_it", "queue_again", "correcting", "state.waiting", "state.sent", "state.refused",
    "card.taker", "card.giver", "sent.waits", "sent.done", "foreign_one", "correct", "correct_of", "again", "again_of",
    "discard", "discard_of", "discard_sure", "discarded", "count", "net.online", "net.offline", "net.stranger",
    "net.foreign", "net.looking", "as_of", "ready_offline", "not_ready", *(f"fault.{kind}" for kind in FAULTS),
)  # fmt: skip


def own_centre(request: HttpRequest, centre: str) -> tuple[Desk, Centre]:
    """At which desk of which centre of his own does this person sit? Whoever may only look is refused."""
    desk = desk_at(request)
    found = desk.session.newest(centre, Centre) if desk else None
    if desk is None or found is None or not may_see(desk, found):
        raise Http404
    if found.operator != desk.body:
        raise PermissionDenied
    return desk, found


@never_cache
@require_safe
@needs_person
@records_read("capture", "centre")
def capture_page(request: HttpRequest, centre: str) -> HttpResponse:
    """The page that works without a network; its words go with it."""
    desk, found = own_centre(request, centre)
    lang = language_of(request)
    told = {
        "centre": centre, "place": _place(centre), "person": desk.person,
        "words": {key: template(f"capture.{key}", lang) for key in WORDS},
    }  # fmt: skip
    return page(request, "office/capture.html", {
        "centre": found, "operator": name_of(found.operator, lang), "told": told,
        "steps": [(step.value, f"desk.choice.{step.value}") for step in GIVEN_ON],
    })  # fmt: skip


def _place(centre: str) -> str:
    return f"/centre/{centre}/capture/"


@never_cache
@require_safe
@needs_person
def papers(request: HttpRequest, centre: str) -> HttpResponse:
    """Who is signed in, which papers wait for the centre's signature, and what may it hand on? No serial is told."""
    desk, found = own_centre(request, centre)
    lang, flows = language_of(request), flows_of(desk, found)
    arriving = [flow for flow in flows if flow.paper is not None and flow.waits_for == desk.body][:MOST_PAPERS]
    leaving = [flow for flow in flows if flow.paper is None and flow.holder == desk.body][:MOST_PAPERS]
    names = names_of({flow.paper.from_custodian for flow in arriving if flow.paper}, lang)
    return JsonResponse({
        "centre": centre, "person": desk.person, "name": name_of(desk.body, lang), "csrf": get_token(request),
        "seen_at": ServiceSource().now().isoformat(), "on": str(desk.on),
        "arrivals": [_arrival(flow, names) for flow in arriving],
        "departures": [_departure(desk, found, flow, lang) for flow in leaving],
    })  # fmt: skip


def _arrival(flow: Flow, names: dict[str, str]) -> dict[str, Any]:
    assert flow.paper is not None
    giver = flow.paper.from_custodian
    units = flow.paper.units - sum(run.units() for run in (*flow.paper.short, *flow.paper.rejected))
    return {"tranche": flow.tranche, "sequence": flow.paper.sequence, "units": units, "other": giver,
            "other_name": names.get(giver, giver)}  # fmt: skip


def _departure(desk: Desk, centre: Centre, flow: Flow, lang: str) -> dict[str, Any]:
    order, line = flow.order, desk.session.newest(flow.order.line, Line) if flow.order.line else None
    maker = line.maker if line else order.exporter
    ways = {order.carrier: (centre.host, Step.RELEASE), order.end_user: (order.destination, Step.DELIVERY),
            maker: (HOME, Step.RETURN)}  # fmt: skip
    names = names_of(set(ways), lang)
    return {
        "tranche": flow.tranche, "sequence": desk.sequence(flow.tranche), "units": count(held_of(desk, flow.tranche)),
        "is_released": flow.released_on is not None, "is_here": flow.state == HERE,
        "takers": [{"id": id, "name": names.get(id, id), "state": state, "step": step.value}
                   for id, (state, step) in ways.items() if id != desk.body],
    }  # fmt: skip


# ------------------------------------------------------------------ what the page sends


@never_cache
@require_POST
def hand_in(request: HttpRequest, centre: str) -> HttpResponse:
    """One handover from the queue, taken as the API takes it: by the person's own session in place of a token."""
    # The API's forms are made when first asked for, not before the office serves its pages.
    from pydantic import ValidationError

    from ecluse.office.api.ingest import HandoverIn, ingest
    from ecluse.office.api.strict import read_json

    key = request.headers.get("Idempotency-Key", "")
    refused = _stranger(request)
    if refused is not None:
        return refused
    if request.content_type != "application/json" or not KEY.fullmatch(key):
        return problem(request, 400)
    try:
        body = HandoverIn.model_validate(read_json(request.body))
    except ValidationError as error:
        return problem(request, 422, faults=[_shape(request, one) for one in error.errors()[:50]])
    except ValueError:
        return problem(request, 400)

    def sit() -> Desk:
        desk = desk_at(request)
        assert desk is not None  # asked at the door
        return desk

    return ingest(request, sit, request.account.pk, centre, body, key)  # type: ignore[attr-defined]


def _stranger(request: HttpRequest) -> HttpResponse | None:
    if getattr(request, "account", None) is None:
        return problem(request, 401, what="capture.stranger")
    return problem(request, 403) if getattr(request, "mandate", None) is None else None


def _shape(request: HttpRequest, one: Any) -> dict[str, str]:
    place = ".".join(str(part) for part in one["loc"])[:200]
    return {"field": place, "code": "api.fault.shape", "detail": say("api.fault.shape", language_of(request))}


@never_cache
@require_POST
def photo(request: HttpRequest, centre: str) -> HttpResponse:
    """One photo of a handover that was taken: kept beside its order once its digest is the one that was stated."""
    refused = _stranger(request)
    if refused is not None:
        return refused
    desk, _ = own_centre(request, centre)
    tranche, said, file = request.POST.get("tranche", ""), request.POST.get("digest", ""), request.FILES.get("file")
    named = {one for capture in desk.session.of(tranche, Capture) if capture.centre == centre for one in capture.photos}
    if file is None or said not in named:
        return problem(request, 422, faults=[_photo_fault(request, "photo_unknown")])
    content = file.read()
    if digest(content) != said:
        return problem(request, 422, faults=[_photo_fault(request, "photo_differs")])
    order, attach = tranche.rpartition("/")[0], all_actions()["office.attach"]
    if desk.session.newest(order, Order) is None or not may(desk, attach, order):
        raise PermissionDenied
    if said not in {one.digest for one in attachments_of(desk.session, order)}:
        try:
            take(desk, attach, order, Attach(Upload(file.name or "photo", content)))
        except (FormError, ForbiddenError, ConflictError) as error:
            return problem_of(request, error, order)
    return JsonResponse({"digest": said}, status=201)


def _photo_fault(request: HttpRequest, kind: str) -> dict[str, str]:
    key = f"capture.fault.{kind}"
    return {"field": "file", "code": key, "detail": say(key, language_of(request))}


# ------------------------------------------------------------------ the helper


@require_safe
def worker(request: HttpRequest, centre: str) -> HttpResponse:
    """The helper that keeps the page: it holds no secret, and reaches no further than the page's own address."""
    assets = [static(name) for name in (*STYLES, *SCRIPTS, *OTHERS)]
    quoted = ", ".join(f'"{address}"' for address in assets)
    head = f'const VERSION = "{_version()}", PAGE = {_quoted(_place(centre))}, ASSETS = [{quoted}];\n'
    answer = HttpResponse(head + _source(WORKER).decode(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


def _quoted(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


def _source(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str)  # it is part of the package
    return Path(found).read_bytes()


@lru_cache(maxsize=1)
def _version() -> str:
    """Which release of the page is it? The digest of what it is made of, so that a new one replaces the old."""
    made = sha256()
    for name in (*STYLES, *SCRIPTS, *OTHERS, WORKER):
        made.update(_source(name))
    return made.hexdigest()[:16]


PATHS = [
    path("centre/<str:centre>/capture/", capture_page, name="capture"),
    path("centre/<str:centre>/capture/papers/", papers, name="capture_papers"),
    path("centre/<str:centre>/capture/handovers/", hand_in, name="capture_hand_in"),
    path("centre/<str:centre>/capture/photos/", photo, name="capture_photo"),
    path("centre/<str:centre>/capture/worker.js", worker, name="capture_worker"),
]
