"""How does the office say no to a program? Problem details (RFC 9457) in the caller's language, never a stack trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

from ecluse.base.errors import SHOWN_FAULTS, BadInputError, ConflictError, EvidenceError, Fault, ForbiddenError
from ecluse.base.verdict import Force, Ground
from ecluse.base.words import LANGUAGES, say, spell
from ecluse.office.desk.form import FormError

LOG = logging.getLogger("ecluse.office")
PROBLEM = "application/problem+json"
FOUND = 200
KINDS = {
    400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method", 409: "conflict",
    413: "too_large", 415: "media_type", 422: "invalid", 500: "mistake",
}  # fmt: skip

ACCIDENTS = ((ForbiddenError, 403), (ConflictError, 409), (EvidenceError, 409))


class ProblemError(Exception):
    """A request is refused with this problem; whatever was written for it is undone."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def language_of_call(request: HttpRequest) -> str:
    """In which language does the caller want sentences? By Accept-Language, else as the token's person reads."""
    for code, weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if weight and code[:2] in LANGUAGES:
            return code[:2]
    bearer = getattr(request, "auth", None)
    return str(bearer.account.language) if bearer is not None and bearer.account.language in LANGUAGES else "en"


def problem(request: HttpRequest, status: int, *, what: str = "", faults: Iterable[dict[str, str]] = (),
            grounds: Iterable[dict[str, Any]] = ()) -> HttpResponse:  # fmt: skip
    """Which answer tells of this problem?"""
    lang, kind = language_of_call(request), KINDS.get(status, "malformed")
    body = {
        "type": f"urn:ecluse:problem:{kind}", "title": say(f"api.problem.{kind}", lang), "status": status,
        "detail": say(what or f"api.problem.{kind}.detail", lang), "faults": list(faults), "grounds": list(grounds),
    }  # fmt: skip
    answer = answer_json(body, status, content_type=PROBLEM)
    answer["Content-Language"] = lang
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="ecluse"'
    return answer


def answer_json(body: Any, status: int, *, content_type: str = "application/json") -> HttpResponse:
    """Which answer carries this? A half pair that came in with a request goes out as a question mark."""
    text = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return HttpResponse(text, status=status, content_type=content_type)


def grounds_out(grounds: Iterable[Ground], lang: str) -> list[dict[str, Any]]:
    """How are grounds told to a program? The same sentences as on the pages."""
    return [
        {
            "code": ground.code, "effect": "refuse" if ground.force is Force.REFUSE else "refer",
            "provision": ground.provision, "sentence": say(f"{ground.code}.sentence", lang, **ground.facts_by_name()),
            "remedy": say(f"{ground.code}.remedy", lang, **ground.facts_by_name()),
            "facts": [{"name": name, "value": spell(value, lang)} for name, value in ground.facts_by_name().items()],
        }
        for ground in grounds
    ]  # fmt: skip


def problem_of(request: HttpRequest, error: Exception, subject: str = "") -> HttpResponse:
    """Which problem is this accident? What we did not foresee is logged and told as our mistake."""
    lang = language_of_call(request)
    if isinstance(error, ProblemError):
        return error.answer
    if isinstance(error, FormError):
        faults = [{"field": f.field, "code": f.key, "detail": say(f.key, lang, found=f.found)} for f in error.faults]
        return problem(request, 422, faults=faults)
    if isinstance(error, BadInputError):
        LOG.warning("api %r: %r", request.path, str(error))
        return problem(request, 422, faults=[_told(fault, lang) for fault in error.faults_in(lang)[:SHOWN_FAULTS]])
    for kind, status in ACCIDENTS:
        if isinstance(error, kind):
            LOG.warning("api %r: %r", request.path, str(error))
            return problem(request, status)
    if isinstance(error, OperationalError) and "locked" in str(error):
        return problem(request, 409, what="api.problem.busy")
    if isinstance(error, KeyError) and subject and is_named(subject, error.args[0]):
        return problem(request, 404)
    return mistake(request, error)


def _told(fault: Fault, lang: str) -> dict[str, str]:
    """Where in a table, or in what was stated, is it wrong, and what was found there?"""
    place = ".".join(str(part) for part in (fault.file, fault.row, fault.column) if part is not None)
    row, column = str(fault.row or "–"), fault.column or "–"
    detail = say("api.fault.table", lang, row=row, column=column, found=fault.found[:FOUND])
    return {"field": place[:FOUND], "code": "api.fault.table", "detail": detail}


def is_named(subject: str, missing: Any) -> bool:
    """Is what is not on file the very thing that was asked for, or the order it is said to belong to?"""
    return missing in (subject, subject.rpartition("/")[0])


def mistake(request: HttpRequest, error: Exception) -> HttpResponse:
    """What is told of our own mistake? Nothing but that it is one; the log has the rest."""
    LOG.error("api %r failed", request.path, exc_info=error)
    return problem(request, 500)
