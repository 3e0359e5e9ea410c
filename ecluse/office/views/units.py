"""Where is every unit, who answers for it, and how did one come there? The list, one unit's story, one block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import has_words, say
from ecluse.custody.ranges import difference, normal, union
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Fate, Line, Marking, SerialBlock, SerialRange
from ecluse.office.desk.registry import About, Desk, all_actions, offered
from ecluse.office.models import Unit
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.registers import Packing, Unpacking
from ecluse.office.trace.unit import trace_unit
from ecluse.office.trace.words import opening_text, trace_event, trace_last
from ecluse.office.views.action import desk_of
from ecluse.office.views.after import share_said, verified_share
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import models_named
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import is_home, own_orders, own_places, records
from ecluse.office.views.timeline import Moment

MOST_COUNTED = 12
STATE_CODE = 2
# In which colour is each state shown? What stands quietly has none.
COLOURS = {
    "delivery": ("success", "✓"), "delivered": ("success", "✓"), "lost": ("danger", "×"), "missing": ("danger", "!"),
    "recall": ("warning", "↶"), "recalled": ("warning", "↶"), "return": ("warning", "↶"), "returned": ("warning", "↶"),
    "refused": ("warning", "?"), "delivered_elsewhere": ("danger", "!"),
    "packed": ("info", "…"), "dispatch": ("info", "→"), "release": ("info", "→"), "moving": ("info", "→"),
}  # fmt: skip
GRAVE = frozenset({"lost", "left_out", "refused"})
STATES = ("at_line", "packed", "dispatch", "arrival", "release", "delivery", "return", "recall", "recalled", "lost")
# How did a number end that no line here committed? Taken over, and proven by nobody.
OPENING = "opening"
FATES = [(fate, f"pages3.fate.{fate}") for fate in (*(one.value for one in Fate), OPENING)]


def state_tag(state: str) -> Tag:
    """Which tag shows this state of a unit?"""
    return Tag(f"pages3.state.{state}", *COLOURS.get(state, ("neutral", "")))


def readable(desk: Desk) -> QuerySet[Unit]:
    """Which units may this person see? All for the office; else those the body holds, answers for, makes or ordered.

    What was funded for the home army is not shown to whoever only answers for the soil that it lies on.
    """
    if is_home(desk):
        return Unit.objects.all()
    lines, _ = own_places(desk)
    made = [one.value for one in records(SerialBlock)]
    blocks, homes = [one.id for one in made if one.line in lines], [one.id for one in made if one.funded_for_home]
    theirs = Q(authority=desk.body) | Q(block__in=blocks)
    if desk.body.startswith("authority:"):
        theirs &= ~Q(block__in=homes)
    mine = Q(custodian=desk.body) | theirs | Q(tranche__in=_tranches_of(own_orders(desk)))
    return Unit.objects.filter(mine)


def _tranches_of(orders: Iterable[str]) -> Any:
    from ecluse.office.models import Tranche

    return Tranche.objects.filter(order__in=list(orders)).values("tranche")


# ------------------------------------------------------------------ the list


@never_cache
@require_safe
@needs_person
def units_page(request: HttpRequest) -> HttpResponseBase:
    """How many units are where, with whom, in which state; and which are they?"""
    desk = desk_of(request)
    assert desk is not None  # the door asked
    rows, lang = readable(desk), language_of(request)
    is_whole_page = request.headers.get("HX-Request") != "true" and not request.GET.get("format")
    extra = _counts(rows, lang) if is_whole_page else {}
    if is_whole_page and is_home(desk):
        extra["verified"] = share_said(*verified_share(), lang)
    return listing_response(request, units_listing(rows, lang), "office/units.html", **extra)


def units_listing(rows: QuerySet[Unit], lang: str) -> Listing:
    """How are units listed? By their serial numbers; who holds and who answers by name on a page, by id in a file."""
    names: dict[str, str] = {}

    def ahead(found: Iterable[Unit]) -> None:
        names.update(names_of({body for row in found for body in (row.custodian, row.authority)}, lang))
        names.update(models_named([row.model for row in found], lang))

    return Listing(
        name="units", title="pages3.units.title", lead="pages3.units.lead", rows=rows,
        columns=(
            Column("serial", "pages3.units.serial", lambda row: row.serial, sort="serial"),
            Column("model", "pages3.units.model", lambda row: names.get(row.model, row.model), sort="model"),
            Column("state", "pages3.units.state", _state, sort="state"),
            Column("custodian", "pages3.units.custodian", lambda row: names.get(row.custodian, row.custodian),
                   sort="custodian"),
            Column("authority", "pages3.units.authority", lambda row: _state_or(row.authority, names, lang),
                   sort="authority"),
            Column("tranche", "orders.tranche", _tranche, sort="tranche"),
            Column("on", "pages3.since", lambda row: row.on, sort="on"),
            Column("block", "pages3.units.block", lambda row: Link(row.block, f"/units/blocks/{row.block}/")),
        ),
        filters=(
            Filter("serial", "pages3.units.serial", None, lambda q, text: q.filter(serial__contains=text.upper())),
            Filter("state", "pages3.units.state", [(s, f"pages3.state.{s}") for s in STATES],
                   lambda q, text: q.filter(state=text, fate="made") if text == "at_line" else q.filter(state=text)),
            Filter("fate", "pages3.units.fate", FATES,
                   lambda q, text: q.filter(fate=text)),
            Filter("custodian", "pages3.units.custodian", None, lambda q, text: q.filter(custodian__contains=text)),
            Filter("authority", "pages3.units.authority", None, lambda q, text: q.filter(authority__contains=text)),
            Filter("model", "pages3.units.model", None, lambda q, text: q.filter(model__contains=text)),
        ),
        order="serial", row_link=lambda row: f"/units/{row.serial}/", row_key="serial", hidden=("block",),
        ahead=ahead,
    )  # fmt: skip


def _state(row: Unit) -> Tag:
    return state_tag(row.state) if row.fate == Fate.MADE.value else Tag(f"pages3.fate.{row.fate}", "neutral", "–")


def _tranche(row: Unit) -> Link | None:
    return Link(row.tranche, f"/orders/{row.tranche.rpartition('/')[0]}/") if row.tranche else None


def _counts(rows: QuerySet[Unit], lang: str) -> dict[str, Any]:
    """How many are there by state, by who answers, by custodian and by model? One question to the database."""
    found = list(rows.filter(fate=Fate.MADE.value).order_by().values_list("custodian", "authority", "state", "model")
                 .annotate(n=Count("*")))  # fmt: skip
    by: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
    for *names, n in found:
        for counter, name in zip(by, names, strict=True):
            counter[name] += n
    custodians, authorities, states, models = by
    names_by_id = names_of([*(id for id, _ in custodians.most_common(MOST_COUNTED)), *authorities], lang)
    models_by_id = models_named(models, lang)
    return {
        "made": sum(states.values()),
        "states": [(state_tag(state), n, f"?state={state}") for state, n in states.most_common()],
        "authorities": [
            (_state_or(id, names_by_id, lang), n, f"?authority={id}") for id, n in authorities.most_common(MOST_COUNTED)
        ],
        "more_authorities": max(0, len(authorities) - MOST_COUNTED),
        "custodians": [
            (names_by_id.get(id, id), n, f"?custodian={id}") for id, n in custodians.most_common(MOST_COUNTED)
        ],
        "more_custodians": max(0, len(custodians) - MOST_COUNTED),
        "models": [
            (models_by_id.get(id, id), n, f"?model={id}") for id, n in models.most_common(MOST_COUNTED)
        ],
        "more_models": max(0, len(models) - MOST_COUNTED),
    }  # fmt: skip


def _state_or(authority: str, names: dict[str, str], lang: str) -> str:
    """Which state answers? An authority abroad is named by its state, one of the home state by its own name."""
    code = authority.removeprefix("authority:").upper()
    return state_name(code, lang) if len(code) == STATE_CODE else names.get(authority, authority)


# ------------------------------------------------------------------ one unit


@never_cache
@require_safe
@needs_person
@records_read("unit", "serial")
def unit_page(request: HttpRequest, serial: str) -> HttpResponse:
    """Which life had this unit, who answered for it at each step, where is it now?"""
    desk, lang = desk_of(request), language_of(request)
    if desk is None or not (is_home(desk) or readable(desk).filter(serial=serial).exists()):
        raise Http404
    found = trace_unit(serial[:80])
    if not found["known"]:
        told = opening_text(found, lang) if "opening" in found else ""
        context = {"serial": serial[:80], "found": found, "told": told, "tag": state_tag(OPENING) if told else None}
        return page(request, "office/unit.html", context, status=200 if told else 404)
    row = Unit.objects.filter(serial=serial).first()
    return page(request, "office/unit.html", {
        "serial": serial, "found": found, "now": trace_last(found, lang), "tag": state_tag(found["last"]["state"]),
        "moments": [_moment(found, event, lang) for event in found["events"]],
        "serials": Link(found["block"], f"/units/blocks/{found['block']}/"), "row": row,
        "tranche": Link(found["last"]["tranche"], f"/orders/{found['last']['tranche'].rpartition('/')[0]}/")
        if found["last"]["tranche"] else None,
    })  # fmt: skip


def _moment(found: dict[str, Any], event: dict[str, Any], lang: str) -> Moment:
    kind, tranche = event["kind"], str(event.get("tranche", ""))
    tag = Tag(f"pages3.event.{kind}", "danger", "!") if kind in GRAVE else None
    if kind == "handed_over" and len(set(event["signed_by"])) < len({event["from"], event["to"]}):
        tag = Tag("pages3.event.unsigned", "danger", "!")
    link = f"/orders/{tranche.rpartition('/')[0]}/" if tranche else ""
    return Moment(
        date.fromisoformat(event["on"]), say(f"pages3.event.{kind}", lang), trace_event(found, event, lang), tag, link
    )


# ------------------------------------------------------------------ one block


@never_cache
@require_safe
@needs_person
@records_read("block", "block")
def block_page(request: HttpRequest, block: str) -> HttpResponse:
    """Which numbers did this block commit, how did each end, which are packed, and what may be done now?"""
    desk, lang = desk_of(request), language_of(request)
    found = desk.session.newest(block, SerialBlock) if desk else None
    if desk is None or found is None:
        raise Http404
    line = desk.session.newest(found.line, Line)
    if not (is_home(desk) or (line and found.line in own_places(desk)[0])):
        raise Http404
    return page(request, "office/block.html", {
        "serials": found, "line": line, "done": _done(request, lang), **_numbers(desk, found),
        "first": serial_text(found.prefix, found.first),
        "last": serial_text(found.prefix, found.first + found.count - 1),
        "offers": [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{block}/")
                   for action in offered(desk, About.BLOCK, block)],
    })  # fmt: skip


def _numbers(desk: Desk, block: SerialBlock) -> dict[str, Any]:
    """How many numbers ended how, which runs are open, and which are packed for whom?"""
    whole = SerialRange(block.id, block.first, block.first + block.count - 1)
    markings = desk.session.of(block.id, Marking)
    counts = Counter({fate.value: 0 for fate in Fate})
    for marking in markings:
        counts[marking.fate.value] += marking.range.units()
    open_runs = difference([whole], [marking.range for marking in markings])
    freed = [SerialRange(one.block, one.first, one.last) for one in desk.session.of(block.id, Unpacking)]
    packings = desk.session.of(block.id, Packing)
    packed = difference(normal(SerialRange(one.block, one.first, one.last) for one in packings), union(freed))
    return {
        "figures": [(block.count, "pages3.block.committed"),
                    *((counts[fate.value], f"pages3.fate.{fate.value}") for fate in Fate),
                    (sum(run.units() for run in open_runs), "pages3.fate.open"),
                    (sum(run.units() for run in packed), "pages3.block.packed_now")],
        "markings": [(m.range.first, m.range.last, m.range.units(), f"pages3.fate.{m.fate.value}", m.on)
                     for m in sorted(markings, key=lambda m: m.range.first)],
        "open_runs": [(run.first, run.last, run.units()) for run in open_runs],
        "packings": [(one.first, one.last, one.last - one.first + 1,
                      Link(one.tranche, f"/orders/{one.tranche.rpartition('/')[0]}/"), one.on)
                     for one in sorted(packings, key=lambda one: (one.on, one.first), reverse=True)],
    }  # fmt: skip


def _done(request: HttpRequest, lang: str) -> str:
    """Which action has just been taken here?"""
    name = request.GET.get("done", "")
    key = f"desk.{name}.title"
    return say(key, lang) if name in all_actions() and has_words(key, lang) else ""


PATHS = [
    path("units/", units_page, name="units"),
    path("units/blocks/<path:block>/", block_page, name="block"),
    path("units/<path:serial>/", unit_page, name="unit"),
]
