"""How does a centre's program, or its capture page, hand in a handover? Thousands of serials at once, done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Schema
from pydantic import BeforeValidator, ConfigDict, Field

from ecluse.base.canon import digest
from ecluse.base.errors import ForbiddenError
from ecluse.base.signing import Signature
from ecluse.base.source import ServiceSource
from ecluse.base.words import say
from ecluse.custody.scan import LONGEST_LINE, MOST_LINES
from ecluse.custody.terms import Capture, Side, Step
from ecluse.office.actions import idempotency
from ecluse.office.actions.signatures import SignaturesRefusedError
from ecluse.office.api.answers import HandoverOut
from ecluse.office.api.calls import Key
from ecluse.office.api.office import WRITTEN, api, bearer_at, desk_at
from ecluse.office.api.problems import (
    ProblemError,
    answer_json,
    grounds_out,
    language_of_call,
    problem,
    problem_of,
)
from ecluse.office.api.schemas import LONGEST_ID, PLAIN_ID, Day, Id
from ecluse.office.desk.capture import MOST_PHOTOS, Captured, CaptureRefusedError, take_capture
from ecluse.office.desk.form import FIRST_YEAR, LAST_YEAR
from ecluse.office.desk.registry import Desk

DIGEST = r"^[0-9a-f]{64}$"
SIGNED = {Side.TAKER: "custody.hand_over", Side.GIVER: "custody.offer"}
Named = Annotated[str, Path(min_length=1, max_length=LONGEST_ID, pattern=PLAIN_ID)]


def only_instant(found: Any) -> Any:
    """Is this an instant as ISO 8601 writes it, with its offset, of a year that the office knows?"""
    if not isinstance(found, str):
        raise ValueError("an instant as text")
    at = datetime.fromisoformat(found)
    if at.tzinfo is None or not FIRST_YEAR < at.year < LAST_YEAR:
        raise ValueError("an instant with its offset")
    return at.astimezone(UTC)


Instant = Annotated[datetime, BeforeValidator(only_instant)]
Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE)]


class SignatureIn(Schema):
    """A signature of the paper's bytes, made away from the office by the centre's own key."""

    model_config = ConfigDict(extra="forbid")
    key: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    on: Day
    value_hex: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class HandoverIn(Schema):
    """One handover as it was taken down at a centre: its side, the serials read, the device's own clock."""

    model_config = ConfigDict(extra="forbid")
    side: Side
    tranche: Id
    sequence: Annotated[int | None, Field(ge=1, le=1_000_000, strict=True)] = None
    serials: Annotated[list[Line], Field(min_length=1, max_length=MOST_LINES)]
    device_at: Instant
    step: Step | None = None
    to_custodian: Annotated[str, Field(max_length=LONGEST_ID)] = ""
    place_state: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    photos: Annotated[list[Annotated[str, Field(pattern=DIGEST)]], Field(max_length=MOST_PHOTOS)] = []
    signature: SignatureIn | None = None


@api.post("/centres/{path:centre}/handovers", response={201: HandoverOut, **WRITTEN}, operation_id="centre_handover")
def centre_handover(request: HttpRequest, centre: Named, body: HandoverIn, key: Key) -> HttpResponse:
    """The centre's side of one handover, signed when the serials are exactly those of the paper."""
    bearer, scope = bearer_at(request), SIGNED[body.side]
    if not bearer.may(scope):
        return problem(request, 403, what="api.problem.scope")
    return ingest(request, lambda: desk_at(request), bearer.account.pk, centre, body, key)


def ingest(
    request: HttpRequest, sit: Callable[[], Desk], account: int, centre: str, body: HandoverIn, key: str
) -> HttpResponse:
    """Take this handover down once, however often it is sent under this key; pages and programs come by here."""
    mandate = sit().mandate
    who = f"{mandate.body}|{mandate.role}|{mandate.acting_for or ''}\ncentre_handover\n{centre}\n"

    def do() -> idempotency.Answer:
        return 201, answer_json(told(_taken(request, sit(), centre, body, key)), 201).content.decode()

    return answered(request, account, who, key, do, centre)


def answered(
    request: HttpRequest, account: int, who: str, key: str, do: Callable[[], idempotency.Answer], centre: str
) -> HttpResponse:
    """What is answered to this request, done once under its key?"""
    try:
        asked = digest(who.encode() + request.body)
        status, text = idempotency.once(f"{account}:{key}", asked, ServiceSource().now(), do)
    except idempotency.OtherRequestError:
        return problem(request, 409, what="api.problem.key")
    except Exception as error:
        return problem_of(request, error, centre)
    return HttpResponse(text, status=status, content_type="application/json")


def captured_of(centre: str, body: HandoverIn, client: str) -> Captured:
    """What was taken down, in the office's own words?"""
    signature = Signature(body.signature.key, body.signature.on, body.signature.value_hex) if body.signature else None
    return Captured(
        client, centre, body.side, body.tranche, tuple(body.serials), body.device_at, body.sequence, body.step,
        body.to_custodian, body.place_state, tuple(body.photos), signature,
    )  # fmt: skip


def _taken(request: HttpRequest, desk: Desk, centre: str, body: HandoverIn, key: str) -> Capture:
    lang = language_of_call(request)
    try:
        return take_capture(desk, captured_of(centre, body, key))
    except CaptureRefusedError as error:
        what = "" if error.grounds else "capture.refused"
        faults, grounds = faults_of(error, lang), grounds_out(error.grounds, lang)
        raise ProblemError(problem(request, error.status, what=what, faults=faults, grounds=grounds)) from None
    except SignaturesRefusedError as error:
        raise ProblemError(problem(request, 422, what="capture.refused", faults=faults_of(error, lang))) from None
    except ForbiddenError:
        raise ProblemError(problem(request, 403)) from None


def faults_of(error: CaptureRefusedError | SignaturesRefusedError, lang: str) -> list[dict[str, str]]:
    """Which fields of one handover are wrong, and what mends each?"""
    if isinstance(error, SignaturesRefusedError):
        said = " ".join(f"{one.part('found', lang)} {one.part('remedy', lang)}" for one in error.refused)
        return [{"field": "signature", "code": "capture.fault.signature", "detail": said}]
    return [
        {"field": one.where, "code": f"capture.fault.{one.kind}",
         "detail": say(f"capture.fault.{one.kind}", lang, **one.facts)}
        for one in error.refusals
    ]  # fmt: skip


def told(capture: Capture) -> dict[str, Any]:
    """What is answered of a handover that was taken?"""
    return {
        "capture": capture.id, "manifest": capture.manifest, "tranche": capture.tranche, "side": capture.side.value,
        "units": capture.units, "on": str(capture.on), "waits": capture.side is Side.GIVER,
    }  # fmt: skip
