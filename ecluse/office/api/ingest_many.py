"""How does a centre's program hand in a lorry's handovers at once? All of them or none, each judged as it is alone."""

from __future__ import annotations

import json
from itertools import chain
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import ConfigDict, Field

from ecluse.base.errors import ForbiddenError
from ecluse.base.words import say
from ecluse.custody.scan import MOST_LINES
from ecluse.office.actions import idempotency
from ecluse.office.actions.signatures import SignaturesRefusedError
from ecluse.office.api.answers import HandoverOut
from ecluse.office.api.calls import Key
from ecluse.office.api.ingest import SIGNED, HandoverIn, Named, answered, captured_of, faults_of, told
from ecluse.office.api.office import WRITTEN, api, bearer_at, desk_at
from ecluse.office.api.problems import ProblemError, grounds_out, language_of_call, problem
from ecluse.office.api.schemas import LONGEST_ID
from ecluse.office.desk.capture_many import MOST_HANDOVERS, BatchRefusedError, Refused, take_captures

MIXED, FORBIDDEN, MOST_FAULTS = 422, 403, 50


class TakenDownIn(HandoverIn):
    """One handover of a batch, under the id that the device gave it."""

    client: Annotated[str, Field(min_length=8, max_length=LONGEST_ID, pattern=r"^[!-~]+$")]


class HandoversIn(Schema):
    """The handovers of one batch, in the order in which they happened."""

    model_config = ConfigDict(extra="forbid")
    handovers: Annotated[list[TakenDownIn], Field(min_length=1, max_length=MOST_HANDOVERS)]


@api.post(
    "/centres/{path:centre}/handovers/batch", response={201: list[HandoverOut], **WRITTEN},
    operation_id="centre_handovers",
)  # fmt: skip
def centre_handovers(request: HttpRequest, centre: Named, body: HandoversIn, key: Key) -> HttpResponse:
    """The centre's side of each of these handovers, in one transaction."""
    bearer, lang = bearer_at(request), language_of_call(request)
    if not all(bearer.may(SIGNED[one.side]) for one in body.handovers):
        return problem(request, FORBIDDEN, what="api.problem.scope")
    if sum(len(one.serials) for one in body.handovers) > MOST_LINES:
        detail = say("capture.fault.too_many", lang, most=MOST_LINES)
        fault = {"field": "handovers", "code": "capture.fault.too_many", "detail": detail}
        return problem(request, MIXED, what="capture.refused", faults=[fault])

    def do() -> idempotency.Answer:
        captured = [captured_of(centre, one, one.client) for one in body.handovers]
        try:
            taken = take_captures(lambda: desk_at(request), captured)
        except BatchRefusedError as error:
            raise ProblemError(_refused(request, error)) from None
        return 201, json.dumps([told(one) for one in taken], ensure_ascii=False)

    mandate = desk_at(request).mandate
    who = f"{mandate.body}|{mandate.role}|{mandate.acting_for or ''}\ncentre_handovers\n{centre}\n"
    return answered(request, bearer.account.pk, who, key, do, centre)


def _refused(request: HttpRequest, error: BatchRefusedError) -> HttpResponse:
    """Which problem names each handover that is refused, by its place in the batch, and why?"""
    lang = language_of_call(request)
    faults = [fault for place, one in error.refused for fault in _faults(place, one, lang)]
    grounds = list(chain.from_iterable(grounds_out(getattr(one, "grounds", ()), lang) for _, one in error.refused))
    statuses = {_status(one) for _, one in error.refused}
    status = statuses.pop() if len(statuses) == 1 else MIXED
    return problem(request, status, what="capture.refused", faults=faults[:MOST_FAULTS], grounds=grounds)


def _status(error: Refused) -> int:
    if isinstance(error, ForbiddenError):
        return FORBIDDEN
    return MIXED if isinstance(error, SignaturesRefusedError) else error.status


def _faults(place: int, error: Refused, lang: str) -> list[dict[str, Any]]:
    if isinstance(error, ForbiddenError):
        found = [_fault("side", "forbidden", lang)]
    else:
        found = faults_of(error, lang) or [_fault("tranche", "grounds", lang)]
    return [{**one, "field": f"handovers.{place}.{one['field']}"} for one in found]


def _fault(field: str, kind: str, lang: str) -> dict[str, str]:
    return {"field": field, "code": f"capture.fault.{kind}", "detail": say(f"capture.fault.{kind}", lang)}
