"""Which centres and lines are there, where are they in their lives, whose technology do they use, what lies there?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import POINTS, say
from ecluse.custody.life import in_order
from ecluse.custody.measures import home_state
from ecluse.custody.terms import Centre, Fate, LifeEvent, LifeState, Line, LineRule, SerialBlock
from ecluse.edge.language import person_language
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.facts.parties import in_force
from ecluse.office.models import Unit
from ecluse.office.people.bodies import name_of, names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.registers import LineOutput
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.charts import Chart, Series
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import source_said
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page, word
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import authority_of, desk_at, done_here, is_home, records, states_of
from ecluse.office.views.timeline import Moment

KINDS = ("centre", "line")
MOST_BLOCKS = 200
COLOURS = {
    LifeState.OPEN: ("success", "✓"), LifeState.SERIES: ("success", "✓"), LifeState.SUSPENDED: ("warning", "!"),
    LifeState.CLOSED: ("neutral", "×"), LifeState.STOPPED: ("danger", "×"),
}  # fmt: skip
SHARES = ("technology", "parts", "specialists")


@dataclass(frozen=True, slots=True)
class Row:
    """One centre or line: where, whose, what for, in which state since when, its declared shares, units there."""

    pk: str
    kind: str
    host: str
    body: str
    class_: str
    state: LifeState | None
    since: date | None
    technology: int | None
    parts: int | None
    specialists: int | None
    units: int | None

    @property
    def state_name(self) -> str:
        """By what is it sorted and filtered?"""
        return self.state.value if self.state else ""


@never_cache
@require_safe
@needs_person
def places_page(request: HttpRequest) -> HttpResponseBase:
    """Which centres and lines may this person see, and where are they in their lives?"""
    return listing_response(request, places_listing(request))


def places_listing(request: HttpRequest) -> Listing:
    """How are centres and lines shown? Home roles see all; others what they run, make at or host."""
    desk, lang = desk_at(request), language_of(request)
    if desk is None:
        raise Http404
    rows = place_rows(desk)
    names = names_of({row.body for row in rows}, lang)
    return Listing(
        name="places", title="pages2.places.title", lead="pages2.places.lead", rows=rows,
        columns=(
            Column("place", "pages2.places.place", lambda row: row.pk, sort="pk"),
            Column("kind", "pages2.places.kind", lambda row: say(f"pages2.places.{row.kind}", lang), sort="kind"),
            Column("host", "pages2.places.host", lambda row: state_name(row.host, lang), sort="host"),
            Column("body", "pages2.places.body", lambda row: names.get(row.body, row.body), sort="body"),
            Column("class", "pages2.surplus.class", lambda row: _class(row.class_, lang), sort="class_"),
            Column("state", "pages2.places.state", lambda row: state_tag(row.state), sort="state_name"),
            Column("since", "pages2.places.since", lambda row: row.since, sort="since"),
            *(Column(name, f"pages2.places.{name}", lambda row, name=name: share(getattr(row, name)), name, True)
              for name in SHARES),
            Column("units", "pages2.places.units", lambda row: row.units, "units", True),
        ),
        filters=_filters(rows, lang), order="place", row_link=lambda row: f"/places/{row.pk}/",
    )  # fmt: skip


def _filters(rows: Iterable[Row], lang: str) -> tuple[Filter, ...]:
    hosts = sorted({row.host for row in rows})
    states = sorted({row.state for row in rows if row.state}, key=lambda state: state.value)
    return (
        Filter("kind", "pages2.places.kind", [(kind, f"pages2.places.{kind}") for kind in KINDS],
               lambda found, text: [row for row in found if row.kind == text]),
        Filter("host", "pages2.places.host", [(host, state_name(host, lang)) for host in hosts],
               lambda found, text: [row for row in found if row.host == text]),
        Filter("state", "pages2.places.state", [(one.value, f"desk.choice.{one.value}") for one in states],
               lambda found, text: [row for row in found if row.state_name == text]),
    )  # fmt: skip


def _class(class_: str, lang: str) -> str | None:
    return class_word(class_, lang) if class_ else None


def share(hundredths: int | None) -> str | None:
    """How is a declared share written? Whole hundredths of a percent; an unknown one is unknown."""
    if hundredths is None:
        return None
    whole, rest = divmod(hundredths, 100)
    return f"{whole}{f'{POINTS[person_language()]}{rest:02d}' if rest else ''} %"


def state_tag(state: LifeState | None) -> Tag | None:
    """Which tag shows where a centre or line is in its life?"""
    return Tag(f"desk.choice.{state.value}", *COLOURS.get(state, ("info", "…"))) if state else None


def may_see(desk: Desk, place: Centre | Line) -> bool:
    """May this person see this place? Who works for the home state; its operator or maker; its host state."""
    body = place.operator if isinstance(place, Centre) else place.maker
    return is_home(desk) or desk.body in (body, authority_of(place.host))


def place_rows(desk: Desk) -> list[Row]:
    """Which centres and lines may this person see?"""
    lives = states_of(records(LifeEvent), desk.on)
    found = [one.value for cls in (Centre, Line) for one in records(cls)]
    seen = {place.id: place for place in found if may_see(desk, place)}
    at_centre, at_line = units_there(seen.values())
    return [_row(place, lives.get(id, (None, None)), at_centre, at_line) for id, place in seen.items()]


def _row(place: Any, life: tuple[Any, Any], at_centre: Mapping[str, int], at_line: Mapping[str, int]) -> Row:
    if isinstance(place, Centre):
        units = at_centre.get(place.operator, 0)
        return Row(place.id, "centre", place.host, place.operator, "", *life, None, None, None, units)
    return Row(
        place.id, "line", place.host, place.maker, place.class_, *life, place.technology_home_bp, place.parts_home_bp,
        place.specialists_home_bp, at_line.get(place.id, 0),
    )  # fmt: skip


def units_there(places: Iterable[Any]) -> tuple[dict[str, int], dict[str, int]]:
    """How many made units lie with each centre's operator, and with the maker at each line? By the units' cache."""
    places = list(places)
    operators = {place.operator for place in places if isinstance(place, Centre)}
    makers = {place.id: place.maker for place in places if isinstance(place, Line)}
    line_of = {one.value.id: one.value.line for one in records(SerialBlock) if one.value.line in makers}
    at_centre: dict[str, int] = {}
    at_line: dict[str, int] = {}
    rows = Unit.objects.filter(fate=Fate.MADE.value, custodian__in=operators | set(makers.values()))
    for custodian, block, count in rows.values_list("custodian", "block").annotate(n=Count("*")).order_by():
        line = line_of.get(block)
        if line and makers[line] == custodian:
            at_line[line] = at_line.get(line, 0) + count
        elif custodian in operators:
            at_centre[custodian] = at_centre.get(custodian, 0) + count
    return at_centre, at_line


# ------------------------------------------------------------------ one place


@never_cache
@require_safe
@needs_person
@records_read("place", "place")
def place_page(request: HttpRequest, place: str) -> HttpResponse:
    """How did this centre or line live, what does it declare, what lies there, what may this person do?"""
    desk, lang = desk_at(request), language_of(request)
    if desk is None:
        raise Http404
    found: Any = desk.session.newest(place, Centre) or desk.session.newest(place, Line)
    if found is None or not may_see(desk, found):
        raise Http404
    events = in_order(desk.session.of(place, LifeEvent))
    state = next((event.state for event in reversed(events) if event.on <= desk.on), None)
    is_line = isinstance(found, Line)
    return page(request, "office/place.html", {
        "place": found, "tag": state_tag(state), "kind": f"pages2.places.{'line' if is_line else 'centre'}",
        "facts": _facts(desk, found, lang), "moments": _moments(events, lang),
        "shares": _shares(found) if is_line else [], "units": _units(found), "output": _output(desk, place, lang),
        "blocks": _blocks(found) if is_line else [], "offers": _offers(desk, found, lang),
        "done": done_here(request, lang),
    })  # fmt: skip


def _facts(desk: Desk, found: Any, lang: str) -> list[tuple[str, Any]]:
    if isinstance(found, Centre):
        roles = ", ".join(say(f"pages2.centre_role.{role.value}", lang) for role in found.roles)
        return [
            ("pages2.places.host", state_name(found.host, lang)),
            ("pages2.places.operator", name_of(found.operator, lang)),
            ("pages2.places.roles", roles), ("pages2.places.announced_on", found.announced_on),
            *_witness(desk, found, lang),
        ]  # fmt: skip
    rule = in_force(desk.session.of(found.id, LineRule), desk.on)
    facts: list[tuple[str, Any]] = [
        ("pages2.places.host", state_name(found.host, lang)), ("pages2.places.maker", name_of(found.maker, lang)),
        ("pages2.surplus.class", class_word(found.class_, lang)), ("pages2.places.registered_on", found.registered_on),
    ]  # fmt: skip
    if rule is None:
        return facts
    return [*facts, ("pages2.places.rule", f"pages2.output.{rule.rule.value}"),
            ("pages2.places.host_share", share(rule.host_share_bp)),
            ("pages2.places.rule_source", source_said(rule.source))]  # fmt: skip


def _witness(desk: Desk, centre: Centre, lang: str) -> list[tuple[str, Any]]:
    """Where does it say what the host's witness saw? For those who may read it, of a centre abroad."""
    may_read = is_home(desk) or desk.body == authority_of(centre.host)
    is_abroad = centre.host != home_state(desk.session.law, desk.on)
    return [("witnesses.title", Link(say("witnesses.see", lang), "/witnesses/"))] if may_read and is_abroad else []


def _moments(events: Iterable[LifeEvent], lang: str) -> list[Moment]:
    """Which steps did it take, the newest first, and who took them?"""
    steps = list(events)
    names = names_of({event.owner for event in steps}, lang)
    return [Moment(step.on, f"desk.choice.{step.state.value}", names[step.owner]) for step in reversed(steps)]


def _shares(line: Line) -> list[tuple[str, str | None]]:
    return [(f"pages2.places.{name}", share(getattr(line, f"{name}_home_bp"))) for name in SHARES]


def _units(found: Any) -> int:
    at_centre, at_line = units_there([found])
    return at_centre.get(found.operator, 0) if isinstance(found, Centre) else at_line.get(found.id, 0)


def _output(desk: Desk, line: str, lang: str) -> Chart | None:
    """What did the line make, month by month?"""
    made: dict[Any, int] = {}
    for output in desk.session.of(line, LineOutput):
        made[output.month] = made.get(output.month, 0) + output.units
    if not made:
        return None
    months = sorted(made)
    names = [word(f"month_alone.{month.number}", lang) + f" {month.year}" for month in months]
    return Chart("output", "bar", "pages2.places.output", names,
                 (Series("pages2.units", [made[month] for month in months]),))  # fmt: skip


def _blocks(line: Line) -> list[SerialBlock]:
    """Which serial blocks did the line commit, the newest first?"""
    found = [one.value for one in records(SerialBlock) if one.value.line == line.id]
    return sorted(found, key=lambda block: (block.committed_on, block.id), reverse=True)[:MOST_BLOCKS]


def _offers(desk: Desk, found: Any, lang: str) -> list[tuple[str, str]]:
    about = About.CENTRE if isinstance(found, Centre) else About.LINE
    at_desk = _desks(desk, found, lang)
    return at_desk + [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{found.id}/")
                      for action in offered(desk, about, found.id)]  # fmt: skip


def _desks(desk: Desk, found: Any, lang: str) -> list[tuple[str, str]]:
    """At which desks is this place worked at, of those that this person may sit down at?"""
    is_centre = isinstance(found, Centre)
    is_abroad = found.host != home_state(desk.session.law, desk.on)
    desks = [(say("capture.desk.title", lang), f"/centre/{found.id}/desk/")] if is_centre else []
    if not is_centre and (found.maker == desk.body or (is_abroad and is_home(desk))):
        desks.append((say("desks.line.link", lang), f"/line/?line={found.id}"))
    if is_abroad and (is_home(desk) or desk.body == authority_of(found.host)):
        desks.append((say("desks.host.link", lang), f"/host/?state={found.host}"))
    return desks


PATHS = [
    path("places/", places_page, name="places"),
    path("places/<path:place>/", place_page, name="place"),
]
