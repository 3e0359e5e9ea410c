"""What does a program ask, and what is it answered? Reading, previews, and one call for each action of the registry."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, NinjaAPI, Path, Query, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from ecluse.base.canon import digest
from ecluse.base.errors import ConflictError
from ecluse.base.sealed import seal
from ecluse.base.source import ServiceSource
from ecluse.base.verdict import Held
from ecluse.base.words import say
from ecluse.office.actions import idempotency
from ecluse.office.actions.cases import touches
from ecluse.office.api.problems import grounds_out, language_of_call, problem, problem_of
from ecluse.office.api.schemas import (
    ActionOut,
    EffectOut,
    LifeOut,
    MeOut,
    OrdersOut,
    OutcomeOut,
    ProblemOut,
    schema_of,
)
from ecluse.office.desk.form import fields_of, read_form
from ecluse.office.desk.registry import About, Action, Desk, all_actions, may, offered
from ecluse.office.desk.today import is_demonstration, open_session, today
from ecluse.office.models import OrderRow
from ecluse.office.people.tokens import Bearer, bearer_of
from ecluse.office.registers import Order
from ecluse.order import Hearing

PAGE, MOST_PAGE = 50, 200
KEY = Header(alias="Idempotency-Key", min_length=8, max_length=idempotency.MOST_LETTERS, pattern=r"^[!-~]+$")
Key = Annotated[str, KEY]
Wrong = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422), ProblemOut)


class Token(HttpBearer):
    """A hashed, scoped, expiring token, on a person's behalf."""

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        """Who is it? None for a token that may not come in."""
        on = today()
        return bearer_of(token, open_session(), on, ServiceSource().now())


api = NinjaAPI(
    title="Écluse", version="1", urls_namespace="api", auth=Token(), docs_url="/docs", openapi_url="/openapi.json",
    description="Controlled export through five gates. Sentences follow Accept-Language (uk, en, fr).",
)  # fmt: skip


def desk_of(request: HttpRequest) -> Desk:
    """At which desk does the program's person sit?"""
    bearer: Bearer = request.auth  # type: ignore[attr-defined]
    return Desk(open_session(bearer.mandate), bearer.mandate, today())


@api.get("/me", response={200: MeOut, **Wrong}, summary="For whom does this token speak?")
def me(request: HttpRequest) -> dict[str, Any]:
    """Person, body, role, scopes and the office's legal day."""
    bearer: Bearer = request.auth  # type: ignore[attr-defined]
    m = bearer.mandate
    return {"person": m.person, "body": m.body, "role": m.role, "scopes": sorted(bearer.scopes), "on": today(),
            "demonstration": is_demonstration()}  # fmt: skip


@api.get("/actions", response={200: list[ActionOut], **Wrong}, summary="Which actions are there?")
def actions(request: HttpRequest) -> list[dict[str, Any]]:
    """The registry: every action, what it is about, who may take it, what must be stated."""
    lang = language_of_call(request)
    return [
        {"name": action.name, "about": action.about.value, "roles": sorted(action.roles()),
         "title": say(f"desk.{action.name}.title", lang), "fields": [field.name for field in fields_of(action.form)]}
        for action in all_actions().values()
    ]  # fmt: skip


@api.get("/orders", response={200: OrdersOut, **Wrong}, summary="Which orders may this token see?")
def orders(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_PAGE)] = PAGE,
) -> dict[str, Any]:
    """One page of orders by id; a party's program sees its own body's alone."""
    desk = desk_of(request)
    found: list[OrderRow] = []
    for row in OrderRow.objects.filter(order__gt=after).order_by("order").iterator(chunk_size=MOST_PAGE):
        if touches(desk.session, desk.mandate, row.order):
            found.append(row)
        if len(found) > limit:
            break
    shown = found[:limit]
    return {"orders": [_order(row) for row in shown], "next": shown[-1].order if len(found) > limit else None}


def _order(row: OrderRow) -> dict[str, Any]:
    return {"order": row.order, "exporter": row.exporter, "filed_on": row.filed_on, "standing": row.standing,
            "gate": row.gate}  # fmt: skip


@api.get("/orders/{path:order}", response={200: LifeOut, **Wrong}, summary="How did one order live?")
def order(request: HttpRequest, order: Annotated[str, Path(max_length=80)]) -> Any:
    """Every hearing with its grounds, and what this token's person may do now."""
    desk = desk_of(request)
    row = OrderRow.objects.filter(order=order).first()
    if row is None or desk.session.newest(order, Order) is None:
        return problem(request, 404)
    if not touches(desk.session, desk.mandate, order):
        return problem(request, 404)
    from ecluse.office.actions.hearings import tranches_of

    names = [tranche.tranche for tranche in tranches_of(desk.session, order)]
    hearings = [h for name in names for h in desk.session.of(name, Hearing)]
    lang = language_of_call(request)
    open_to = {a.name for a in offered(desk, About.ORDER, order)}
    open_to |= {a.name for name in names for a in offered(desk, About.TRANCHE, name)}
    return {"order": _order(row), "hearings": [_hearing(h, lang) for h in hearings], "actions": sorted(open_to)}


def _hearing(hearing: Hearing, lang: str) -> dict[str, Any]:
    return {
        "id": hearing.id, "tranche": hearing.tranche, "gate": hearing.gate.value, "on": hearing.on,
        "trigger": hearing.trigger.value, "verdict": "held" if hearing.finding is None else "passed",
        "grounds": grounds_out(hearing.grounds, lang), "digest": seal(hearing).digest,
    }  # fmt: skip


def _register(action: Action) -> None:
    """Give this action its call, and its preview where it has one."""
    body_of = schema_of(action.name, action.form)

    def call(
        request: HttpRequest,
        body: body_of,  # type: ignore[valid-type]
        key: Annotated[
            str,
            Header(
                alias="Idempotency-Key", min_length=8, max_length=idempotency.MOST_LETTERS, pattern=r"^[\x21-\x7e]+$"
            ),
        ],
    ) -> Any:
        return _take(request, action, body, key)

    call.__doc__ = (action.do.__doc__ or "").strip()
    path, name = f"/actions/{action.name}", action.name.replace(".", "_")
    api.post(path, response={201: OutcomeOut, **Wrong}, operation_id=name, summary=call.__doc__)(call)
    if action.preview is None:
        return

    def preview(request: HttpRequest, body: body_of) -> Any:  # type: ignore[valid-type]
        return _preview(request, action, body)

    api.post(f"{path}/preview", response={200: list[EffectOut], **Wrong}, operation_id=f"{name}_preview",
             summary="What would this action stop?")(preview)  # fmt: skip


def _read(desk: Desk, action: Action, body: Schema) -> tuple[str, Any]:
    raw = body.model_dump(mode="json", exclude_none=True)
    subject = str(raw.pop("subject"))
    if "subject_" in raw:
        raw["subject"] = raw.pop("subject_")
    choices = {name: offered_by(desk, subject) for name, offered_by in action.choices.items()}
    return subject, read_form(action.form, raw, choices)


def _allowed(request: HttpRequest, desk: Desk, action: Action, subject: str) -> HttpResponse | None:
    """Why may this token not take the action? None when it may. The deed asks again where the record is written."""
    bearer: Bearer = request.auth  # type: ignore[attr-defined]
    if not bearer.may(action.permit or action.name):
        return problem(request, 403, what="api.problem.scope")
    if not may(desk, action, subject):
        return problem(request, 403)
    return None if action.offers(desk, subject) else problem(request, 409, what="api.problem.turn")


def _preview(request: HttpRequest, action: Action, body: Schema) -> Any:
    desk = desk_of(request)
    try:
        subject, form = _read(desk, action, body)
        refused = _allowed(request, desk, action, subject)
        if refused is not None:
            return refused
        assert action.preview is not None
        effects = action.preview(desk, subject, form)
    except Exception as error:
        return problem_of(request, error)
    return [{"what": effect.key, "count": effect.count, "subjects": list(effect.subjects)} for effect in effects]


def _take(request: HttpRequest, action: Action, body: Schema, key: str) -> Any:
    """Do it once, however often it is asked for with this key."""
    bearer: Bearer = request.auth  # type: ignore[attr-defined]
    name = f"{bearer.account.pk}:{key}"
    try:
        known = idempotency.begin(name, digest(action.name.encode() + b"\n" + request.body), ServiceSource().now())
    except ConflictError:
        return problem(request, 409, what="api.problem.key")
    if known is not None:
        return HttpResponse(known[1], status=known[0], content_type="application/json")
    try:
        answer = _do(request, action, body)
    except Exception as error:
        idempotency.release(name)
        return problem_of(request, error)
    if answer.status_code < 400:
        idempotency.finish(name, answer.status_code, answer.content.decode())
    else:
        idempotency.release(name)
    return answer


def _do(request: HttpRequest, action: Action, body: Schema) -> HttpResponse:
    desk = desk_of(request)
    subject, form = _read(desk, action, body)
    refused = _allowed(request, desk, action, subject)
    if refused is not None:
        return refused
    done = action.do(desk, subject, form)
    held, lang = isinstance(done.verdict, Held), language_of_call(request)
    form_out = {
        "subject": done.subject, "verdict": None if done.verdict is None else "held" if held else "passed",
        "grounds": grounds_out(done.verdict.grounds, lang) if isinstance(done.verdict, Held) else [],
    }  # fmt: skip
    return HttpResponse(json.dumps(form_out, ensure_ascii=False), status=201, content_type="application/json")


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which fields are of the wrong shape? 428 where the key that makes a request safe to repeat is missing."""
    faults = [
        {"field": ".".join(str(part) for part in one.get("loc", ())[1:])[:200], "code": str(one.get("type", "")),
         "detail": str(one.get("msg", ""))[:200]}
        for one in error.errors[:50]
    ]  # fmt: skip
    return problem(request, 422, faults=faults)


@api.exception_handler(AuthenticationError)
def unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """There is no token, or it is none of ours, or it has ended."""
    return problem(request, 401)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the server could not read at all."""
    return problem(request, error.status_code)


for _action in all_actions().values():
    _register(_action)
