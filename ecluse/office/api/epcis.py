"""How does a program hand a document of EPCIS 2.0 in? Its events become custody records, all of them or none."""

from __future__ import annotations

import json
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from ecluse.custody.epcis.faults import Misread, MisreadError
from ecluse.edge.epcis import fault_of
from ecluse.office.api.calls import Key, once
from ecluse.office.api.office import WRITTEN, api, bearer_at
from ecluse.office.api.problems import ProblemError, language_of_call, problem
from ecluse.office.epcis.capture import capture

PLACE = 200
SENT = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


class CapturedOut(Schema):
    """What became of one event? `action` is empty and `is_new` false for one that was on file before."""

    event: str
    action: str
    subject: str
    is_new: bool
    verdict: Literal["passed", "held"] | None


@api.post(
    "/epcis/capture", response={201: list[CapturedOut], **WRITTEN}, operation_id="epcis_capture", openapi_extra=SENT
)
def epcis_capture(request: HttpRequest, key: Key) -> HttpResponse:
    """The body is the document itself. Shipping, receiving and accepting are taken, each by its action."""
    body = request.body

    def do() -> tuple[int, str]:
        bearer = bearer_at(request)
        try:
            taken = capture(bearer.mandate, body, bearer.may)
        except MisreadError as error:
            raise ProblemError(_refused(request, error)) from None
        return 201, json.dumps([one.form() for one in taken], ensure_ascii=False)

    return once(request, b"epcis.capture\n" + body, key, do, "")


def _refused(request: HttpRequest, error: MisreadError) -> HttpResponse:
    """Which problem lists these faults, each at its place in the document?"""
    lang = language_of_call(request)
    return problem(request, 422, faults=[_fault(one, lang) for one in error.faults])


def _fault(one: Misread, lang: str) -> dict[str, str]:
    said = fault_of("", one, lang)
    detail = f"{said.expected}; {said.found}; {said.remedy}"
    return {"field": one.place[:PLACE], "code": f"epcis.expected.{one.key}", "detail": detail}
