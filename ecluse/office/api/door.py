"""What may come in at all? A request's size, kind and spelling are looked at before it is read; every no is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from ecluse.office.api.problems import problem
from ecluse.office.media import KINDS, MOST_BYTES

LOG = logging.getLogger("ecluse.office")
View = Callable[..., HttpResponse]
MOST_JSON = 1024 * 1024
# A plan's document comes whole within the request.
CARRIES_A_PLAN = ("/actions/plan.commit_baseline", "/actions/plan.adopt")
DOCUMENTS = "/documents"
BYTES = "application/octet-stream"
READING = ("GET", "HEAD", "OPTIONS")
REFUSED = 400
MINUTE = 60
# So many refusals a minute from one place are no slips of the pen: said once more, louder.
MANY = 60


def at_the_door(view: View, methods: frozenset[str] = frozenset()) -> View:
    """Decorate a view of the API: what may not come in is told so as a problem, and whatever is refused is logged.

    `methods` are those by which the view is asked; others it refuses by itself.
    """

    @csrf_exempt
    @wraps(view)
    def watched(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        # Cookies are not taken here: who asks is told by a token alone.
        request.account = request.mandate = None  # type: ignore[attr-defined]
        answer = _stopped(request, methods) or view(request, *args, **parts)
        if answer.status_code == 405 and "Allow" in answer:
            allow = answer["Allow"]
            answer = problem(request, 405)
            answer["Allow"] = allow
        if answer.status_code >= REFUSED:
            note_refusal(request, answer.status_code)
        answer["Cache-Control"] = "no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    return watched


def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What is said of an address that is none of the API's?"""
    return problem(request, 404)


def _stopped(request: HttpRequest, methods: frozenset[str]) -> HttpResponse | None:
    """Why does the request not come in? None when it does."""
    if not _is_utf8(request):
        return problem(request, 400)
    if request.method in READING or request.method not in methods:
        return None
    address = request.path.rstrip("/")
    is_document = address.endswith(DOCUMENTS)
    is_large = is_document or address.endswith(CARRIES_A_PLAN)
    if _length(request) > (MOST_BYTES if is_large else MOST_JSON):
        return problem(request, 413)
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return problem(request, 415)
    if is_document:
        is_known = request.content_type in (BYTES, *KINDS)
        return None if is_known else problem(request, 415, what="api.problem.file_kind")
    charset = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type != "application/json" or charset.lower() not in ("utf-8", "utf8"):
        return problem(request, 415)
    return _unread(request)


def _unread(request: HttpRequest) -> HttpResponse | None:
    """Did the whole body arrive?"""
    try:
        _ = request.body
    except RequestDataTooBig:
        return problem(request, 413)
    except UnreadablePostError:
        return problem(request, 400)
    return None


def _length(request: HttpRequest) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else MOST_BYTES + 1


def _is_utf8(request: HttpRequest) -> bool:
    """Are address and query spelled in UTF-8, without a NUL?"""
    query = request.META.get("QUERY_STRING", "")
    address = request.META.get("PATH_INFO", "")
    try:
        spelled = unquote_to_bytes(query.encode("latin-1")).decode() + address.encode("latin-1").decode()
    except UnicodeError:
        return False
    return "\0" not in spelled


def note_refusal(request: HttpRequest, status: int) -> None:
    """Log who was refused what, and how often in this minute; what came in is written so that it stays one line."""
    who = getattr(getattr(request, "account", None), "officer", "nobody")
    place = str(request.META.get("REMOTE_ADDR", ""))
    slot = f"api-refused:{who}:{place}"
    cache.add(slot, 0, MINUTE)
    count = _count(slot)
    facts = (request.method, request.path, status, who, place, count)
    LOG.warning("api refused %r %r %d by %s from %s, %d in a minute", *facts)
    if count == MANY:
        LOG.error("api refused %s from %s %d times in a minute", who, place, count)


def _count(slot: str) -> int:
    try:
        return cache.incr(slot)
    except ValueError:
        # It lapsed between the two: this is the first of another minute.
        cache.set(slot, 1, MINUTE)
        return 1
