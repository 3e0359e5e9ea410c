"""Where do programs come in? The API itself: who comes in with which token, at which desk he sits."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.responses import Response
from ninja.security import HttpBearer

from ecluse.base.source import ServiceSource
from ecluse.office.api.answers import ProblemOut
from ecluse.office.api.document import described
from ecluse.office.api.door import at_the_door, unknown
from ecluse.office.api.problems import language_of_call
from ecluse.office.api.strict import StrictParser
from ecluse.office.desk.registry import Desk
from ecluse.office.desk.today import open_session, today
from ecluse.office.people.tokens import Bearer, bearer_of

# Which refusals may a call that only asks meet, one that names a thing, and one that writes?
ASKED: dict[int, Any] = dict.fromkeys((400, 401, 405), ProblemOut)
LISTED: dict[int, Any] = {**ASKED, 422: ProblemOut}
NAMED: dict[int, Any] = {**LISTED, 404: ProblemOut}
WRITTEN: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 415, 422), ProblemOut)
PAGE, MOST_PAGE = 50, 200


class Token(HttpBearer):
    """A hashed, scoped, expiring token, on a person's behalf."""

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        """Who is it? None for a token that may not come in."""
        bearer = bearer_of(token, open_session(), today(), ServiceSource().now())
        if bearer is not None:
            request.account, request.mandate = bearer.account, bearer.mandate  # type: ignore[attr-defined]
        return bearer


class OfficeAPI(NinjaAPI):
    """Every call passes the door; whatever has no call is told so as a problem, in the caller's language."""

    def _get_urls(self) -> list[URLPattern | URLResolver]:
        calls: list[Any] = [found for found in super()._get_urls() if getattr(found, "name", "") != "api-root"]
        views = [view for bound in self._get_bound_routers() for view in bound.path_operations.values()]
        methods = [{m for one in view.operations for m in one.methods} for view in views for _ in view.operations]
        for pattern, allowed in zip(calls, methods, strict=True):
            pattern.callback = at_the_door(pattern.callback, frozenset(allowed))
        return [
            path("openapi.json", at_the_door(require_safe(openapi)), name="openapi-json"),
            *calls,
            path("", at_the_door(unknown), name="api-root"),
            re_path(r"^(?P<rest>(?s:.*))\Z", at_the_door(unknown)),
        ]


api = OfficeAPI(
    title="Écluse", version="1", urls_namespace="api", auth=Token(), docs_url=None, openapi_url=None,
    parser=StrictParser(),
)  # fmt: skip


def openapi(request: HttpRequest) -> HttpResponse:
    """Which document describes the API, in the reader's language?"""
    lang = language_of_call(request)
    answer = Response(document(lang))
    answer["Content-Language"] = lang
    return answer


def document(lang: str) -> dict[str, Any]:
    """Which document describes every call?"""
    return described(api.get_openapi_schema(), lang)


def bearer_at(request: HttpRequest) -> Bearer:
    """Whose token was it?"""
    found = request.auth  # type: ignore[attr-defined]
    assert isinstance(found, Bearer)
    return found


def desk_at(request: HttpRequest) -> Desk:
    """At which desk does the program's person sit?"""
    mandate = bearer_at(request).mandate
    return Desk(open_session(mandate), mandate, today())
