"""How does the office say no to a program? Problem details (RFC 9457) in the caller's language, never a stack trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from ecluse.base.errors import BadInputError, ConflictError, EvidenceError, ForbiddenError
from ecluse.base.verdict import Force, Ground
from ecluse.base.words import LANGUAGES, say, spell
from ecluse.office.desk.form import FormError

LOG = logging.getLogger("ecluse.office")
KINDS = {
    400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method", 409: "conflict",
    413: "too_large", 415: "media_type", 422: "invalid", 428: "key_missing", 500: "mistake",
}  # fmt: skip

ACCIDENTS = (
    (ForbiddenError, 403), (KeyError, 404), (ConflictError, 409), (EvidenceError, 409), (BadInputError, 422),
)  # fmt: skip


def language_of_call(request: HttpRequest) -> str:
    """In which language does the caller want sentences? By Accept-Language; English where it names none of ours."""
    for part in request.headers.get("Accept-Language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return "en"


def problem(request: HttpRequest, status: int, *, what: str = "", faults: Iterable[dict[str, str]] = (),
            grounds: Iterable[dict[str, Any]] = ()) -> HttpResponse:  # fmt: skip
    """Which answer tells of this problem?"""
    lang, kind = language_of_call(request), KINDS.get(status, "malformed")
    body = {
        "type": f"urn:ecluse:problem:{kind}", "title": say(f"api.problem.{kind}", lang), "status": status,
        "detail": say(what or f"api.problem.{kind}.detail", lang), "faults": list(faults), "grounds": list(grounds),
    }  # fmt: skip
    answer = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json")
    answer["Content-Language"] = lang
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="ecluse"'
    return answer


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


def problem_of(request: HttpRequest, error: Exception) -> HttpResponse:
    """Which problem is this accident? What we did not foresee is logged and told as our mistake."""
    lang = language_of_call(request)
    if isinstance(error, FormError):
        faults = [{"field": f.field, "code": f.key, "detail": say(f.key, lang)} for f in error.faults]
        return problem(request, 422, faults=faults)
    for kind, status in ACCIDENTS:
        if isinstance(error, kind):
            LOG.warning("api %s: %s", request.path, error)
            return problem(request, status)
    raise error
