"""How does a person take an action? One page for every action of the registry: form, what it would stop, outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from ecluse.base.errors import BadInputError, ConflictError, EvidenceError, ForbiddenError
from ecluse.base.verdict import Held
from ecluse.base.words import has_words, say
from ecluse.office.actions.drafts import draft_of, drop_draft, keep_draft
from ecluse.office.actions.envelope import subject_of
from ecluse.office.desk.form import Fault, Field, FormError, Kind, Upload, fields_of, raw_value, read_form
from ecluse.office.desk.registry import About, Action, Desk, Done, all_actions, may
from ecluse.office.desk.tell import take
from ecluse.office.desk.today import open_session
from ecluse.office.media import MOST_BYTES
from ecluse.office.people.reads import note_read
from ecluse.office.views import figures_to_sign, suggest
from ecluse.office.views.errors import handler403
from ecluse.office.views.form_fields import FieldView, form_context
from ecluse.office.views.named import address_of, models_named, named
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import state_name
from ecluse.office.views.suggest import PARTY_FIELDS, address_for, choices_for, first_guess, names_for, offers_for
from ecluse.office.views.visible import may_see
from ecluse.order import Hearing

SHOWN = {
    Kind.TEXT: "text", Kind.WHOLE: "whole", Kind.MONEY: "money", Kind.DATE: "date", Kind.MONTH: "month",
    Kind.CHOICE: "choice", Kind.MANY: "text_area", Kind.YES_NO: "yes_no", Kind.RANGES: "text_area",
    Kind.FILE: "file",
}  # fmt: skip
PLACES = {
    About.ORDER: "/orders/", About.TRANCHE: "/orders/", About.CERTIFICATE: "/surplus/certificates/",
    About.PARTY: "/parties/", About.BLOCK: "/units/blocks/", About.LINE: "/places/", About.CENTRE: "/places/",
    About.SHORTAGE: "/books/shortages/", About.CASE: "/cases/", About.IMPORT: "/import/",
    About.PURCHASE: "/books/", About.OFFICE: "/", About.TRACE: "/traces/",
}  # fmt: skip

# Under which headings does a long form stand, and in which order are its fields asked for?
SECTIONS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "licence.file": (
        ("browse.section.goods", ("model", "units", "unit_price", "origin", "line", "centre", "certificate")),
        ("browse.section.parties", ("buyer", "end_user", "destination", "statement", "consignee", "broker")),
        ("browse.section.way", ("carrier", "transit", "bank", "deliver_in")),
        ("browse.section.papers", ("permit", "route", "contract_on", "offered_on", "return_by", "third_state")),
    ),
    "tracing.receive": (
        ("tracing.section.asks", ("requester", "requester_state", "contact_point", "reference", "intended_use")),
        (
            "tracing.section.item",
            (
                "serial_read",
                "manufacturer",
                "manufacture_state",
                "type_or_model",
                "calibre",
                "marks",
                "import_state",
                "import_year",
            ),
        ),
        (
            "tracing.section.found",
            ("recovered_state", "recovered_place", "recovered_on", "circumstance", "circumstances"),
        ),
        ("tracing.section.work", ("urgency", "handling", "handling_note")),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def action_page(request: HttpRequest, name: str, subject: str) -> HttpResponse:
    """May this person do this, what must be stated, what would it stop, and what came of it?"""
    desk, action = desk_of(request), all_actions().get(name)
    if action is None:
        raise Http404
    if desk is None:
        return HttpResponseRedirect("/sign-in/?" + urlencode({"next": request.get_full_path()}))
    try:
        if not may_see(desk, action.about, subject):
            raise Http404
        if not may(desk, action, subject):
            return handler403(request)
        return _answer(request, desk, action, subject)
    except KeyError:
        raise Http404 from None


def desk_of(request: HttpRequest) -> Desk | None:
    """At which desk does this person sit? None when nobody is signed in, or speaks for nobody today."""
    mandate = getattr(request, "mandate", None)
    return Desk(open_session(mandate, request.on), mandate, request.on) if mandate else None  # type: ignore[attr-defined]


def _answer(request: HttpRequest, desk: Desk, action: Action, subject: str) -> HttpResponse:
    is_offered = action.offers(desk, subject)
    if request.method != "POST":
        kept = draft_of(request.account, action.name, subject)  # type: ignore[attr-defined]
        raw = kept if kept is not None else _given(desk, action, subject)
        return _form(request, desk, action, subject, raw, is_offered=is_offered, draft_kept=kept is not None,
                     heard=_heard(request, desk, action))  # fmt: skip
    raw = typed(request, action)
    if not is_offered:
        return _form(request, desk, action, subject, raw, is_offered=False, status=409)
    return _take(request, desk, action, subject, raw)


def _take(request: HttpRequest, desk: Desk, action: Action, subject: str, raw: dict[str, Any]) -> HttpResponse:
    """Read what was typed, show what it would stop, and do it. What was typed is kept whatever happens."""
    try:
        form = read_form(action.form, raw, _choices(desk, action, subject))
        if action.preview and request.POST.get("confirmed") != "yes":
            return _preview(request, desk, action, subject, raw, form)
        done = take(desk, action, subject, form)
    except FormError as error:
        return _form(request, desk, action, subject, raw, faults=error.faults, status=422)
    except ForbiddenError:
        return handler403(request)
    except (ConflictError, EvidenceError, BadInputError) as error:
        key = "desk.conflict" if isinstance(error, ConflictError) else "desk.refused"
        return _form(request, desk, action, subject, raw, trouble=key, status=409)
    after = _after(action, subject, done)
    if "heard=" in after:  # nothing came to be: what was typed is there to be mended
        keep_draft(request.account, action.name, subject, raw)  # type: ignore[attr-defined]
    else:
        drop_draft(request.account, action.name, subject)  # type: ignore[attr-defined]
    return HttpResponseRedirect(after)


def _after(action: Action, subject: str, done: Done) -> str:
    """Where does the person look next? At the thing the action was about, which says what came of it."""
    order = done.subject.rsplit("/", 1)[0] if action.about is About.TRANCHE else done.subject
    is_held = isinstance(done.verdict, Held)
    if order.startswith("order:"):
        return f"/orders/{order}/?{urlencode({'done': action.name, **({'held': 'yes'} if is_held else {})})}"
    if is_held:
        return f"/do/{action.name}/{subject}/?{urlencode({'heard': done.subject})}"
    return f"{address_of(done.subject) or place_of(action, subject)}?{urlencode({'done': action.name})}"


def _heard(request: HttpRequest, desk: Desk, action: Action) -> list[dict[str, str]]:
    """Which grounds were found when this action was taken about something that never came to be? With remedies."""
    subject, lang = request.GET.get("heard", ""), language_of(request)
    if not subject or subject.startswith("order:"):
        return []
    hearing = desk.session.newest(subject, Hearing)
    return [said_ground(ground, lang) for ground in hearing.grounds] if hearing else []


def said_ground(ground: Any, lang: str) -> dict[str, str]:
    """How is a ground told: its sentence, its remedy, its code and provision?"""
    facts = ground.facts_by_name()
    return {
        "code": ground.code, "provision": ground.provision, "sentence": say(f"{ground.code}.sentence", lang, **facts),
        "remedy": say(f"{ground.code}.remedy", lang, **facts),
    }  # fmt: skip


def _given(desk: Desk, action: Action, subject: str) -> dict[str, Any]:
    given = {**action.given(desk, subject), **first_guess(desk, action, subject)}
    return {name: raw_value(value) for name, value in given.items()}


def _choices(desk: Desk, action: Action, subject: str) -> dict[str, list[tuple[str, str]]]:
    return {name: choices(desk, subject) for name, choices in action.choices.items()}


def typed(request: HttpRequest, action: Action) -> dict[str, Any]:
    """What was typed into the page, field by field? An amount and its currency are one field."""
    raw: dict[str, Any] = {}
    for field in fields_of(action.form):
        if field.kind is Kind.FILE:
            raw[field.name] = _sent_file(request, field.name)
            continue
        sent = request.POST.getlist(field.name)
        text = "\n".join(sent) if field.kind is Kind.MANY else sent[-1] if sent else ""
        if field.kind is Kind.MONEY and text.strip():
            text = f"{text.strip()} {request.POST.get(f'{field.name}.currency', '')}"
        raw[field.name] = text
    return raw


def _sent_file(request: HttpRequest, name: str) -> Upload | None:
    """Which file was sent under this name? One byte more than is allowed is read, and refused by its size."""
    sent = request.FILES.get(name)
    return Upload(sent.name or "", sent.read(MOST_BYTES + 1)) if sent is not None else None


def _preview(
    request: HttpRequest, desk: Desk, action: Action, subject: str, raw: Mapping[str, Any], form: Any
) -> HttpResponse:
    """What would stop if this took force?"""
    assert action.preview is not None
    effects = [effect for effect in action.preview(desk, subject, form) if effect.count]
    lang = language_of(request)
    hidden = [*_hidden(action, raw), ("confirmed", "yes")]
    return page(request, "office/action_preview.html", {
        **_about(desk, action, subject, lang), "effects": effects, "hidden": hidden,
    })  # fmt: skip


def _hidden(action: Action, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for field in fields_of(action.form):
        text = str(raw.get(field.name) or "")
        if field.kind is Kind.MONEY:
            amount, _, currency = text.rpartition(" ")
            found += [(field.name, amount), (f"{field.name}.currency", currency)]
        else:
            found.append((field.name, text))
    return found


def _form(
    request: HttpRequest, desk: Desk, action: Action, subject: str, raw: Mapping[str, Any], *,
    faults: list[Fault] | None = None, trouble: str = "", is_offered: bool = True, draft_kept: bool = False,
    status: int = 200, heard: list[dict[str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    lang = language_of(request)
    views = field_views(action, raw, _choices(desk, action, subject), faults or [], lang)
    views = [_suggesting(desk, action, subject, view, raw, lang) for view in views]
    tables = figures_to_sign.tables(desk, action.name, lang) if is_offered else []
    if tables:
        note_read(request, action.name, subject_of(desk.body))
    return page(request, "office/action.html", {
        **_about(desk, action, subject, lang), "trouble": trouble, "is_offered": is_offered, "grounds": heard or [],
        **form_context(views, send=f"desk.{action.name}.send" if has_words(f"desk.{action.name}.send", lang) else "",
                       cancel=place_of(action, subject), draft_url=f"/draft/{action.name}/{subject}/",
                       draft_kept=draft_kept),
        "tables": tables,
    }, status=status)  # fmt: skip


def place_of(action: Action, subject: str) -> str:
    """Where is the thing shown that the action is about?"""
    order = subject.rsplit("/", 1)[0] if action.about is About.TRANCHE else subject
    return "/" if action.about is About.OFFICE else f"{PLACES[action.about]}{order}/"


def _about(desk: Desk, action: Action, subject: str, lang: str) -> dict[str, Any]:
    return {
        "name": action.name, "subject": "" if action.about is About.OFFICE else subject,
        "gist": _gist(desk, action, subject, lang),
        "place": place_of(action, subject), "heading": say(f"desk.{action.name}.title", lang),
        "lead": say(f"desk.{action.name}.lead", lang),
    }  # fmt: skip


def _gist(desk: Desk, action: Action, subject: str, lang: str) -> list[tuple[str, Any]]:
    """What is it about, in a few facts that a person need not look up: who sells what to whom?"""
    if action.about is About.PARTY:
        return [("browse.party", named([subject], lang)[subject].name)]
    if action.about not in (About.ORDER, About.TRANCHE):
        return []
    order = desk.order(subject) if action.about is About.ORDER else desk.order_of(subject)
    units = order.units if action.about is About.ORDER else desk.tranche(subject).units
    names = named([order.exporter, order.end_user, order.model], lang)
    return [
        ("orders.exporter", names[order.exporter].name), ("desk.field.end_user", names[order.end_user].name),
        ("desk.field.destination", state_name(order.destination, lang)), ("desk.field.model", names[order.model].name),
        ("desk.field.units", units),
    ]  # fmt: skip


def _suggesting(
    desk: Desk, action: Action, subject: str, view: FieldView, raw: Mapping[str, Any], lang: str
) -> FieldView:
    """The same field with what may stand in it and what its value is called."""
    few = choices_for(desk, action, subject, view.name, lang)
    if few:
        return replace(view, kind="many", choices=few, value=str(view.value or "").split("\n"), hint="")
    if view.kind != "text":
        return view
    return replace(
        view, offers=offers_for(desk, action, subject, view.name, lang), suggest=address_for(view.name),
        said=names_for([view.name], raw, lang).get(view.name, ""),
    )  # fmt: skip


def field_views(
    action: Action, raw: Mapping[str, Any], choices: Mapping[str, list[tuple[str, str]]], faults: list[Fault], lang: str
) -> list[FieldView]:
    """How does the page show the fields of this action, with what was typed and what is wrong?"""
    wrong = {fault.field: fault for fault in faults}
    views = {
        field.name: _field_view(action.name, field, raw.get(field.name, ""), choices, wrong.get(field.name), lang)
        for field in fields_of(action.form)
    }
    grouped = [
        replace(views[name], section="" if place else heading)
        for heading, names in SECTIONS.get(action.name, ()) for place, name in enumerate(names)
    ]  # fmt: skip
    return [*grouped, *(view for name, view in views.items() if name not in {one.name for one in grouped})]


def _field_view(
    action: str, field: Field, value: Any, choices: Mapping[str, list[tuple[str, str]]], fault: Fault | None, lang: str
) -> FieldView:
    offered = choices.get(field.name) or [(member, member) for member in field.members]
    if field.members:
        offered = [(member, choice_word(member, lang)) for member, _ in offered]
    models = models_named([value for value, _ in offered], lang)
    offered = [(value, f"{models[value]} ({value})" if value in models else label) for value, label in offered]
    if field.name == "class_":
        offered = [(value, class_word(value, lang)) for value, _ in offered]
    shown: Any = "" if field.kind is Kind.FILE else value
    if field.kind is Kind.MONEY:
        amount, _, currency = str(value or "").rpartition(" ")
        shown = (amount, currency)
    return FieldView(
        field.name, label_of(action, field.name, lang), "text_area" if field.long else SHOWN[field.kind],  # type: ignore[arg-type]
        shown, offered if field.kind is Kind.CHOICE else (), _hint(field, lang),
        say(fault.key, lang, found=fault.found) if fault else "", field.required,
    )  # fmt: skip


def label_of(action: str, field: str, lang: str) -> str:
    """By which key is this field asked for? Its own words in this action where the usual ones would mislead."""
    own = f"browse.field.{action}.{field}"
    return own if has_words(own, lang) else f"desk.field.{field}"


def _hint(field: Field, lang: str) -> str:
    name, is_chosen = field.name, field.kind is Kind.CHOICE
    usual = "browse.hint.party" if name in PARTY_FIELDS and not is_chosen else f"browse.hint.{name}"
    keys = (usual,) if is_chosen else (usual, f"desk.hint.{name}")
    return next((key for key in keys if has_words(key, lang)), "")


def choice_word(member: str, lang: str) -> str:
    """How is a member of a closed set said?"""
    key = f"desk.choice.{member}"
    return say(key, lang) if has_words(key, lang) else member


@require_POST
def keep_page(request: HttpRequest, name: str, subject: str) -> HttpResponse:
    """Keep what was typed so far, and say so in a few words."""
    action, account = all_actions().get(name), getattr(request, "account", None)
    if action is None or account is None:
        raise Http404
    try:
        keep_draft(account, name, subject, typed(request, action))
    except BadInputError:
        return page(request, "office/components/draft_kept.html", {"is_kept": False}, status=413)
    return page(request, "office/components/draft_kept.html", {"is_kept": True})


PATHS = [
    path("do/<str:name>/<path:subject>/", action_page, name="action"),
    path("draft/<str:name>/<path:subject>/", keep_page, name="draft"),
    *suggest.PATHS,
]
