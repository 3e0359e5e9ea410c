"""How many units lie where, with whom, of which class and in which state of life, at the end of a chosen day?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import SerialBlock
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.places_reading import KINDS, Held, TooManyMovesError, held_on
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.errors import refuse_page
from ecluse.office.views.listing import Column, Filter, Listing, listing_response, read_wish
from ecluse.office.views.named import models_named
from ecluse.office.views.outline import VIEWS, View, anchor, outline, paths
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import day_asked, desk_at, is_home, newest, records
from ecluse.office.views.units import state_tag
from ecluse.office.views.units_seen import seen_by

LIFE, CLASS = BREAKDOWNS = ("life", "class")
LIVES = ("at_line", "packed", "dispatch", "arrival", "release", "delivery", "return", "recall", "recalled", "lost")
MOST_ROWS = 25
# From how many units on is a mark of this size drawn? By powers of ten: a map compares at a glance, the table counts.
SIZES = ((10_000, 15), (1_000, 12), (100, 9), (10, 7), (0, 5))
STEP = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of the map: which kind of place, where in the picture, how large, of which state."""

    kind: str
    x: int
    y: int
    r: int
    title: str

    @property
    def d(self) -> str:
        """Which line draws it? Each kind has a shape of its own, so that no colour stands alone."""
        x, y, r = self.x, self.y, self.r
        return {
            "line": f"M{x - r} {y - r}h{2 * r}v{2 * r}h{-2 * r}z",
            "centre": f"M{x - r} {y}l{r} {-r - 2} {r} {r + 2} {-r} {r + 2}z",
            "store": f"M{x - r} {y - r}h{2 * r}l{-r} {2 * r}z",
            "carrier": f"M{x - r} {y + r}l{r} {-2 * r} {r} {2 * r}z",
            "lost": f"M{x - r} {y - r}l{2 * r} {2 * r}M{x + r} {y - r}l{-2 * r} {2 * r}",
        }.get(self.kind, f"M{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z")


@never_cache
@require_safe
@needs_person
def units_map_page(request: HttpRequest) -> HttpResponseBase:
    """Where do the units lie that this person may see? The table is the truth, the map a picture beside it."""
    desk, lang = desk_at(request), language_of(request)
    if desk is None:
        raise Http404
    try:
        on = day_asked(request) or desk.on
        if on > desk.on:
            raise ValueError(f"{on} is to come")
    except ValueError as error:
        return refuse_page(request, "desks.map.bad_day", error)
    try:
        rows = seen_by(desk, held_on(on))
    except TooManyMovesError as error:
        return refuse_page(request, "desks.map.too_many", error, status=413)
    listing = _listing(rows, lang, may_see_home=is_home(desk))
    is_whole_page = request.headers.get("HX-Request") != "true" and not request.GET.get("format")
    extra = _told(request, listing, rows, on, lang) if is_whole_page else {}
    return listing_response(request, listing, "office/units_map.html", **extra)


def _listing(rows: list[Held], lang: str, *, may_see_home: bool) -> Listing:
    """Of which runs of numbers do the figures consist? Each leads to its order, or to its block."""
    blocks, names = newest(records(SerialBlock)), dict[str, str]()

    def ahead(found: Iterable[Held]) -> None:
        found = list(found)
        names.update(names_of({row.custodian for row in found}, lang))
        names.update(models_named([row.model for row in found], lang))

    def numbers(row: Held) -> str:
        prefix, run = blocks[row.run.block].prefix, row.run
        first, last = serial_text(prefix, run.first), serial_text(prefix, run.last)
        return first if first == last else f"{first} – {last}"

    home = (Filter("home", "desks.map.for_home", [("yes", "word.yes"), ("no", "word.no")],
                   lambda found, text: [row for row in found if row.is_for_home is (text == "yes")]),)  # fmt: skip
    return Listing(
        name="units_map", title="desks.map.title", lead="desks.map.lead", rows=rows,
        columns=(
            Column("numbers", "desks.map.numbers", numbers, sort="pk"),
            Column("units", "pages2.units", lambda row: row.units, "units", True),
            Column("kind", "desks.map.place", lambda row: say(f"desks.kind.{row.kind}", lang), sort="kind"),
            Column("state", "desks.map.state", lambda row: state_name(row.state, lang), sort="state"),
            Column("place", "desks.map.which", lambda row: _place(row.place), sort="place"),
            Column("custodian", "pages3.units.custodian", lambda row: names.get(row.custodian, row.custodian),
                   sort="custodian"),
            Column("model", "pages3.units.model", lambda row: names.get(row.model, row.model), sort="model"),
            Column("life", "desks.map.life", lambda row: state_tag(row.life), sort="life"),
            Column("tranche", "orders.tranche", lambda row: row.tranche or None, sort="tranche"),
            Column("since", "pages3.since", lambda row: row.since, sort="since"),
        ),
        filters=(*_filters(rows, lang), *(home if may_see_home else ())), order="numbers", row_link=_address,
        hidden=("place",), ahead=ahead,
    )  # fmt: skip


def _place(place: str) -> Link | None:
    return Link(place, f"/places/{place}/") if place else None


def _address(row: Held) -> str:
    return f"/orders/{row.tranche.rpartition('/')[0]}/" if row.tranche else f"/units/blocks/{row.run.block}/"


def _filters(rows: list[Held], lang: str) -> tuple[Filter, ...]:
    states = sorted({row.state for row in rows}, key=lambda state: state_name(state, lang))
    classes, custodians = sorted({row.class_ for row in rows}), sorted({row.custodian for row in rows})
    names = names_of(custodians, lang)
    return (
        Filter("on", "desks.map.day", None, lambda found, text: found, kind="hidden"),
        Filter("by", "desks.map.by", [(by, by) for by in BREAKDOWNS], lambda found, text: found, kind="hidden"),
        Filter("kind", "desks.map.place", [(kind, f"desks.kind.{kind}") for kind in KINDS],
               lambda found, text: [row for row in found if row.kind == text]),
        Filter("state", "desks.map.state", [(state, state_name(state, lang)) for state in states],
               lambda found, text: [row for row in found if row.state == text]),
        Filter("custodian", "pages3.units.custodian", [(body, names[body]) for body in custodians],
               lambda found, text: [row for row in found if row.custodian == text]),
        Filter("class", "pages2.surplus.class", [(class_, class_word(class_, lang)) for class_ in classes],
               lambda found, text: [row for row in found if row.class_ == text]),
        Filter("life", "desks.map.life", [(life, f"pages3.state.{life}") for life in LIVES],
               lambda found, text: [row for row in found if row.life == text]),
    )  # fmt: skip


# ------------------------------------------------------------------ what stands above the list


def _told(request: HttpRequest, listing: Listing, rows: list[Held], on: date, lang: str) -> dict[str, Any]:
    """The tables of the figures and the pictures of the day; filters narrow the list beneath them alone."""
    try:
        chosen = read_wish(request, listing).chosen
    except ValueError:
        return {}  # the listing refuses it in words
    by = chosen["by"] or LIFE
    wish = {"on": chosen["on"], "by": chosen["by"]}
    counts: Counter[tuple[tuple[str, str, str, str], str]] = Counter()
    for row in rows:
        counts[(row.kind, row.state, row.place, row.custodian), row.life if by == LIFE else row.class_] += row.units
    columns = _columns(counts, by, lang)
    return {
        "day": on, "units": sum(counts.values()), "heads": [said for _, said in columns],
        "kinds": _rows(counts, [key for key, _ in columns], wish, by, lang, parts=1)[0],
        "custodians": _rows(counts, [key for key, _ in columns], wish, by, lang, parts=4),
        "maps": _maps(counts, lang), "legend": _legend(counts), "source": outline()["source"],
        "tabs": [(f"desks.by.{one}", _at(wish, by=one), one == by) for one in BREAKDOWNS],
    }  # fmt: skip


Counts = Counter[tuple[tuple[str, str, str, str], str]]


def _columns(counts: Counts, by: str, lang: str) -> list[tuple[str, Any]]:
    found = {part for _, part in counts}
    if by == LIFE:
        return [(life, state_tag(life)) for life in LIVES if life in found]
    return [(class_, class_word(class_, lang)) for class_ in sorted(found)]


def _rows(
    counts: Counts, columns: Sequence[str], wish: dict[str, str], by: str, lang: str, *, parts: int
) -> tuple[list[tuple[list[Any], list[Any]]], int]:
    """The table by the first so many of kind, state, place and custodian: names, then figures that open to records."""
    sums: dict[tuple[str, ...], Counter[str]] = {}
    for (at, part), units in counts.items():
        sums.setdefault(at[:parts], Counter())[part] += units
    if parts == 1:
        ordered = sorted(sums, key=lambda where: KINDS.index(where[0]))
    else:
        ordered = sorted(sums, key=lambda where: (-sum(sums[where].values()), where))
    shown = ordered[:MOST_ROWS]
    names = names_of({where[3] for where in shown}, lang) if parts > 1 else {}
    found = []
    for where in shown:
        asked = dict(zip(("kind", "state", "place", "custodian"), where, strict=False))
        asked.pop("place", None)
        figures = [(sum(sums[where].values()), f"{_at(wish, **asked)}#list"),
                   *((sums[where][part], f"{_at(wish, **asked, **{by: part})}#list") for part in columns)]  # fmt: skip
        found.append((_named(where, names, lang), figures))
    return found, len(ordered) - len(shown)


def _named(where: tuple[str, ...], names: dict[str, str], lang: str) -> list[Any]:
    kind = Tag(f"desks.kind.{where[0]}")
    if len(where) == 1:
        return [kind]
    _, state, place, custodian = where
    return [kind, state_name(state, lang), _place(place), names.get(custodian, custodian)]


def _at(wish: dict[str, str], **changed: str) -> str:
    """Which query string asks for the same day and tables, with these changes?"""
    return "?" + urlencode({key: value for key, value in {**wish, **changed}.items() if value})


def _maps(counts: Counts, lang: str) -> list[dict[str, Any]]:
    """Both pictures: what lies in Europe, and the whole world where anything lies beyond."""
    by_place: Counter[tuple[str, str]] = Counter()
    for ((kind, state, _, _), _), units in counts.items():
        by_place[state, kind] += units
    shown, beyond = VIEWS[0], False
    for state, _ in by_place:
        at = anchor(state)
        beyond = beyond or (at is not None and not shown.shows(*at))
    return [_map(view, by_place, lang) for view in VIEWS if by_place and (beyond or view is shown)]


def _map(view: View, by_place: Counter[tuple[str, str]], lang: str) -> dict[str, Any]:
    states = {state for state, _ in by_place}
    marks, labels = [], []
    for state in sorted(states):
        at = anchor(state)
        # What stands on the nearer picture is not drawn a second time on the wider one.
        if at is None or not view.shows(*at) or (view is not VIEWS[0] and VIEWS[0].shows(*at)):
            continue
        x, y = view.at(*at)
        here = [(kind, by_place[state, kind]) for kind in KINDS if by_place[state, kind]]
        left = x - STEP * (len(here) - 1) // 2
        for place, (kind, units) in enumerate(here):
            size = next(size for least, size in SIZES if units >= least)
            marks.append(Mark(kind, left + STEP * place, y, size, state))
        labels.append((x, y + 29, state))
    states = {state for _, _, state in labels}
    drawn = [(d, code in states) for code, d in paths(view).items()]
    return {"view": view, "states": drawn, "marks": marks, "labels": labels, "name": f"desks.map.{view.name}"}


def _legend(counts: Counts) -> list[tuple[Mark, str]]:
    found = {where[0] for where, _ in counts}
    return [(Mark(kind, 12, 12, 7, ""), f"desks.kind.{kind}") for kind in KINDS if kind in found]


PATHS = [path("units/map/", units_map_page, name="units_map")]
