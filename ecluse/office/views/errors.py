"""How does the office say no to an address? One page in the person's language, with what can be done instead."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from ecluse.base.words import say
from ecluse.office.views.page import language_of, page

LOG = logging.getLogger("ecluse.office")


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is said when a request cannot be understood, or is too large to be read?"""
    return _error(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is said when a person may not do this?"""
    return _error(request, 403)


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is said when there is nothing at this address?"""
    return _error(request, 404)


def handler500(request: HttpRequest) -> HttpResponse:
    """What is said when we made a mistake? Without the database, which may be what is broken."""
    from django.template.loader import render_to_string

    try:
        lang = language_of(request)
    except Exception:  # the page that says sorry may not fail in its turn
        lang = "uk"
    return HttpResponse(render_to_string("office/500.html", {"lang": lang}), status=500)


class WrongMethod:
    """Says in words what Django says with an empty page: an address that is only read, or only takes a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is answered to a method that this address does not take? The API's own answers stay."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        is_form = "GET" not in response["Allow"]
        said = _error(request, 405, what="house.error.405.form" if is_form else "")
        said["Allow"] = response["Allow"]
        return said


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What is said when a form came from another site, or lay open too long?"""
    return _error(request, 403, what="house.error.csrf")


def refuse_page(request: HttpRequest, key: str, error: Exception, *, status: int = 400, **facts: Any) -> HttpResponse:
    """What is said of this bad address? The sentence is the catalogue's; what was found is logged, not shown."""
    LOG.warning("refused %s: %s", request.path, error)
    return _error(request, status, what=key, facts=facts)


def _error(request: HttpRequest, status: int, what: str = "", facts: dict[str, Any] | None = None) -> HttpResponse:
    lang = language_of(request)
    sentence = say(what or f"house.error.{status}.what", lang, **(facts or {}))
    context = {"status": status, "heading": say(f"house.error.{status}", lang), "sentence": sentence}
    template = "office/components/refused.html" if request.headers.get("HX-Request") == "true" else "office/error.html"
    return page(request, template, context, status=status)
