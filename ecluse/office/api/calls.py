"""What may a program do? One call for each action, done once however often it is sent, and a preview."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from ecluse.base.canon import digest
from ecluse.base.source import ServiceSource
from ecluse.base.verdict import Held
from ecluse.base.words import say, say_count
from ecluse.office.actions import idempotency
from ecluse.office.actions.documents import readable
from ecluse.office.api.answers import ActionOut, EffectOut, MeOut, OutcomeOut
from ecluse.office.api.office import ASKED, WRITTEN, api, bearer_at, desk_at
from ecluse.office.api.problems import (
    ProblemError,
    answer_json,
    grounds_out,
    language_of_call,
    mistake,
    problem,
    problem_of,
)
from ecluse.office.api.schemas import OWN_SUBJECT, SUBJECT, schema_of
from ecluse.office.desk.form import Fault, FormError, Kind, Upload, fields_of, read_form
from ecluse.office.desk.registry import About, Action, Desk, Done, all_actions, is_case, may
from ecluse.office.desk.tell import take
from ecluse.office.desk.today import is_demonstration
from ecluse.office.people.tokens import Bearer
from ecluse.office.views.visible import may_see

Key = Annotated[
    str, Header(alias="Idempotency-Key", min_length=8, max_length=idempotency.MOST_LETTERS, pattern=r"^[!-~]+$")
]
# Which word of the catalogues says what is wrong with a field? By the name of pydantic's own fault.
FAULTS = {
    "missing": "form.fault.missing", "string_too_short": "form.fault.missing", "extra_forbidden": "form.fault.unknown",
    "string_too_long": "form.fault.too_long", "too_long": "form.fault.list", "list_type": "form.fault.list",
    "literal_error": "form.fault.not_offered", "string_type": "form.fault.text", "string_unicode": "form.fault.text",
    "string_pattern_mismatch": "api.fault.pattern", "bool_type": "form.fault.yes_no", "int_type": "form.fault.whole",
    "int_parsing": "form.fault.whole", "int_parsing_size": "form.fault.range", "int_from_float": "form.fault.whole",
    "greater_than_equal": "form.fault.range", "less_than_equal": "form.fault.range", "value_error": "form.fault.date",
    "date_from_datetime_parsing": "form.fault.date", "date_parsing": "form.fault.date",
}  # fmt: skip
MOST_FAULTS, FIELD_LENGTH = 50, 200


@api.get("/me", response={200: MeOut, **ASKED}, operation_id="me")
def me(request: HttpRequest) -> dict[str, Any]:
    """Person, body, role, scopes and the office's legal day."""
    bearer, desk = bearer_at(request), desk_at(request)
    m = bearer.mandate
    return {"person": m.person, "body": m.body, "role": m.role, "acting_for": m.acting_for,
            "scopes": sorted(bearer.scopes), "on": desk.on, "demonstration": is_demonstration()}  # fmt: skip


@api.get("/actions", response={200: list[ActionOut], **ASKED}, operation_id="actions")
def actions(request: HttpRequest) -> list[dict[str, Any]]:
    """The registry: every action, what it is about, who may take it, what must be stated."""
    lang = language_of_call(request)
    return [
        {"name": action.name, "about": action.about.value, "roles": sorted(action.roles()),
         "title": say(f"desk.{action.name}.title", lang), "fields": [field.name for field in fields_of(action.form)],
         "preview": action.preview is not None}
        for action in all_actions().values()
    ]  # fmt: skip


def _register(action: Action) -> None:
    """Give this action its call, and its preview where it has one."""
    body_of = schema_of(action.name, action.form, action.about)
    path, name = f"/actions/{action.name}", action.name.replace(".", "_")

    def call(request: HttpRequest, body: Any, key: Any) -> Any:
        return _take(request, action, body, key)

    call.__annotations__ = {"request": HttpRequest, "body": body_of, "key": Key}
    api.post(path, response={201: OutcomeOut, **WRITTEN}, operation_id=name)(call)
    if action.preview is None:
        return

    def preview(request: HttpRequest, body: Any) -> Any:
        return _preview(request, action, body)

    preview.__annotations__ = {"request": HttpRequest, "body": body_of}
    api.post(f"{path}/preview", response={200: list[EffectOut], **WRITTEN}, operation_id=f"{name}__preview")(preview)


def _read(desk: Desk, action: Action, subject: str, body: Schema) -> Any:
    raw = body.model_dump(mode="json", exclude_none=True)
    del raw[SUBJECT]
    if OWN_SUBJECT in raw:
        raw[SUBJECT] = raw.pop(OWN_SUBJECT)
    choices = {name: offered_by(desk, subject) for name, offered_by in action.choices.items()}
    for field in fields_of(action.form):
        if field.kind is Kind.FILE and isinstance(raw.get(field.name), dict):
            raw[field.name] = _file(desk, field.name, raw[field.name])
    return read_form(action.form, raw, choices)


def _file(desk: Desk, field: str, said: dict[str, Any]) -> Any:
    """The file as it was sent within the request; or the document laid down before, which is named by its digest."""
    if "digest" not in said:
        return said
    found = readable(desk.session, desk.mandate, said["digest"]) if "content" not in said else None
    if found is None:
        raise FormError([Fault(field, "form.fault.not_on_file", said["digest"])])
    return Upload(said["name"], found[1])


def check(request: HttpRequest, desk: Desk, action: Action, subject: str) -> None:
    """May this token take the action about this now? Raises ProblemError; the deed asks again where it writes.

    Whoever asks about what is not his learns no more than whoever asks about what is not there.
    """
    if not bearer_at(request).may(action.permit or action.name):
        raise ProblemError(problem(request, 403, what="api.problem.scope"))
    if not may_see(desk, action.about, subject):
        raise ProblemError(problem(request, 404))
    if not may(desk, action, subject):
        is_own = action.about is About.OFFICE or is_case(desk, action, subject)
        raise ProblemError(problem(request, 403 if is_own else 404))
    if not action.offers(desk, subject):
        raise ProblemError(problem(request, 409, what="api.problem.turn"))


def _preview(request: HttpRequest, action: Action, body: Schema) -> Any:
    desk, lang, subject = desk_at(request), language_of_call(request), _subject(body)
    assert action.preview is not None
    try:
        check(request, desk, action, subject)
        effects = action.preview(desk, subject, _read(desk, action, subject, body))
    except Exception as error:
        return problem_of(request, error, subject)
    return [
        {"what": effect.key, "count": effect.count, "subjects": list(effect.subjects),
         "sentence": say_count(effect.key, effect.count, lang)}
        for effect in effects
    ]  # fmt: skip


def _subject(body: Schema) -> str:
    return str(getattr(body, SUBJECT))


def _take(request: HttpRequest, action: Action, body: Schema, key: str) -> HttpResponse:
    subject = _subject(body)

    def do() -> idempotency.Answer:
        desk = desk_at(request)
        check(request, desk, action, subject)
        done = take(desk, action, subject, _read(desk, action, subject, body))
        return 201, told(done, language_of_call(request))

    return once(request, f"{action.name}\n".encode() + request.body, key, do, subject)


def once(request: HttpRequest, asked: bytes, key: str, do: Any, subject: str) -> HttpResponse:
    """Do it once, however often it is asked for with this key; what is refused has written nothing."""
    bearer: Bearer = bearer_at(request)
    who = f"{bearer.mandate.body}|{bearer.mandate.role}|{bearer.mandate.acting_for or ''}\n"
    at = ServiceSource().now()
    try:
        status, text = idempotency.once(f"{bearer.account.pk}:{key}", digest(who.encode() + asked), at, do)
    except idempotency.OtherRequestError:
        return problem(request, 409, what="api.problem.key")
    except Exception as error:
        return problem_of(request, error, subject)
    return HttpResponse(text, status=status, content_type="application/json")


def told(done: Done, lang: str) -> str:
    """What is answered when an action was taken?"""
    held = isinstance(done.verdict, Held)
    grounds = grounds_out(done.verdict.grounds, lang) if isinstance(done.verdict, Held) else []
    verdict = None if done.verdict is None else "held" if held else "passed"
    return answer_json({"subject": done.subject, "verdict": verdict, "grounds": grounds}, 201).content.decode()


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which fields are of the wrong shape?"""
    return problem(request, 422, faults=[_fault(one, language_of_call(request)) for one in error.errors[:MOST_FAULTS]])


def _fault(one: dict[str, Any], lang: str) -> dict[str, str]:
    source, *place = one.get("loc", ())
    named = place[1:] if source == "body" else place
    key = FAULTS.get(str(one.get("type", "")), "api.fault.shape")
    return {"field": ".".join(str(part) for part in named)[:FIELD_LENGTH], "code": key, "detail": say(key, lang)}


@api.exception_handler(AuthenticationError)
def unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """There is no token, or it is none of ours, or it has ended."""
    return problem(request, 401)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the server could not read at all."""
    return problem(request, error.status_code)


@api.exception_handler(Exception)
def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """What is told when we made a mistake?"""
    return error.answer if isinstance(error, ProblemError) else mistake(request, error)


for _action in all_actions().values():
    _register(_action)
