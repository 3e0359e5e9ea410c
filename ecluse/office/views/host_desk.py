"""What has a host state to do and to know now: its places, what comes and goes, its witness, its licences?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.custody.terms import Centre, LifeEvent, LineRule
from ecluse.office.desk.registry import About, Desk
from ecluse.office.facts.parties import in_force
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import note_read
from ecluse.office.places_reading import CENTRE, LINE, Held, TooManyMovesError, held_on
from ecluse.office.registers import Order
from ecluse.office.views.cells import Link, Said, Tag
from ecluse.office.views.centre_desk import HEADS, Told
from ecluse.office.views.centre_flow import Flow, flows_by_centre
from ecluse.office.views.desk_tables import Table, actions, table_of
from ecluse.office.views.hosted import (
    Hosted,
    Overridden,
    Seen,
    Unlicensed,
    Unseen,
    cases,
    hosts_for,
    overridden,
    seen,
    unlicensed,
    unseen,
)
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.places import share, state_tag
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import authority_of, desk_at, fill, is_home, newest, records, states_of

OFFICE = "office"
ROOM = "desks.host"
TRANCHE, UNITS = "capture.head.consignment", "capture.head.units"
FLOWS = ("arrivals", "departures", "overdue", "late", "breaks")
# What a host state's own people begin, about nothing on file yet.
OPENINGS = "openings."


@never_cache
@require_safe
@needs_person
def host_desk(request: HttpRequest) -> HttpResponse:
    """The desk of the host state's authority; who works on every order of the home state looks at each host's."""
    desk, lang = desk_at(request), language_of(request)
    hosts = hosts_for(desk) if desk else []
    asked = request.GET.get("state", "").upper()
    host = next((one for one in hosts if asked in ("", one.state)), None)
    if desk is None or host is None:
        raise Http404
    note_read(request, "host_desk", host.state)
    told = _Told(desk, host, lang)
    return page(request, "office/host_desk.html", {
        "host": host, "state": state_name(host.state, lang), "is_own": authority_of(host.state) == desk.body,
        "others": [(state_name(one.state, lang), f"/host/?state={one.state}", one is host) for one in hosts],
        "figures": told.figures(), "warnings": told.warnings(), "tables": told.tables(),
        "starts": actions(desk, About.OFFICE, OFFICE, lang, OPENINGS), "at": desk.at,
        "links": [("desks.map.link", f"/units/map/?state={host.state}#list"), ("witnesses.title", "/witnesses/"),
                  ("pages2.places.title", f"/places/?host={host.state}")],
    })  # fmt: skip


class _Told:
    """The tables of the desk, each worked out once from the records."""

    def __init__(self, desk: Desk, host: Hosted, lang: str) -> None:
        self.desk, self.host, self.lang = desk, host, lang
        fill(desk.session, [place.id for place in (*host.centres, *host.lines)])
        orders = newest(records(Order))
        self.flows: dict[str, list[Flow]] = flows_by_centre(desk, host.centres)
        self.unseen: list[Unseen] = unseen(desk, self.flows)
        self.unlicensed: list[Unlicensed] = unlicensed(desk, host, self.flows, orders)
        self.seen: list[Seen] = seen(desk, host, self.unseen)
        self.overridden: Overridden = overridden(desk, host)
        self.cases = cases(host, orders)
        self.desks = {centre.id: Told(desk, centre, self.flows[centre.id], lang) for centre in host.centres}
        self.moved = {name: self._moved(name) for name in FLOWS}
        officers = {body for one in self.overridden.overrides
                    for body in (one.officer_authority, one.countersigner_authority)}  # fmt: skip
        bodies = {centre.operator for centre in host.centres} | {line.maker for line in host.lines}
        self.names = names_of(bodies | officers, lang)

    def figures(self) -> list[tuple[Any, str, str]]:
        """What is waiting, in figures that lead to their tables?"""
        counts = [
            (len(self.host.centres) + len(self.host.lines), "sites"), (len(self.moved["arrivals"]), "arrivals"),
            (len(self.moved["departures"]), "departures"), (len(self.unseen), "unseen"),
            (len(self.unlicensed), "unlicensed"), (len(self.overridden.overrides), "overrides"),
            (len(self.cases), "cases"),
        ]  # fmt: skip
        return [(count, f"{ROOM}.figure.{name}", f"#{name}") for count, name in counts]

    def warnings(self) -> list[tuple[str, int, str]]:
        """What is late or wrong? Catalogue key, how many, and where it is told."""
        silent = sum(one.has_run_out(self.desk.at) for one in self.unseen)
        found = [("unlicensed", len(self.unlicensed)), ("silent", silent), ("overdue", len(self.moved["overdue"])),
                 ("late", len(self.moved["late"])), ("breaks", len(self.moved["breaks"]))]  # fmt: skip
        places = {"silent": "unseen"}
        return [(f"{ROOM}.warn.{name}", count, places.get(name, name)) for name, count in found if count]

    def tables(self) -> list[Table]:
        """Every table, what is to be done first."""
        return [
            table_of("unlicensed", ROOM, (TRANCHE, UNITS, "place", "why", "due", "do"),
                     [self._unlicensed(one) for one in self.unlicensed], lead=Said(f"{ROOM}.unlicensed.lead")),
            table_of("unseen", ROOM, (TRANCHE, UNITS, "place", "released", "clock", "do"),
                     [self._unseen(one) for one in self.unseen], lead=Said(f"{ROOM}.unseen.lead")),
            *(table_of(name, ROOM, ("capture.head." + HEADS[name][0], "place",
                                    *(f"capture.head.{head}" for head in HEADS[name][1:])), self.moved[name])
              for name in FLOWS),
            table_of("witness", ROOM, ("place", "stands", "seen", "behind", "at"),
                     [self._seen(one) for one in self.seen]),
            table_of("overrides", ROOM, (TRANCHE, "at", "by", "and_by", "reason"),
                     self._overrides(), lead=self._share()),
            table_of("cases", ROOM, (TRANCHE, "gate", "opened"),
                     [self._case(one) for one in self.cases]),
            table_of("sites", ROOM, ("place", "kind", "body", "state", "since", "output_rule", "units", "do"),
                     self._places()),
        ]  # fmt: skip

    def _moved(self, name: str) -> list[list[Any]]:
        """What the desks of its centres tell, each row with its centre behind the consignment."""
        found = []
        for centre in self.host.centres:
            rows, _ = self.desks[centre.id].rows(name)
            found += [[row[0][0], _centre_link(centre), *(cell for cell, _ in row[1:])] for row in rows]
        return found

    def _unlicensed(self, one: Unlicensed) -> list[Any]:
        facts: Mapping[str, Any] = {}
        if one.licence is not None:
            facts = {"valid_until": one.licence.valid_until, "units": one.licence.units}
        do = actions(self.desk, About.ORDER, one.order.id, self.lang, "custody.license_host")
        place = Link(one.place, f"/places/{one.place}/")
        return [_order_link(one.tranche), one.units, place, Said(f"{ROOM}.lacks.{one.reason}", facts), one.due, do]

    def _unseen(self, one: Unseen) -> list[Any]:
        waited = one.minutes_waited(self.desk.at)
        if waited is None:
            clock: Any = Tag(f"{ROOM}.clock.not_called", "info", "…")
        elif one.has_run_out(self.desk.at):
            clock = [Tag(f"{ROOM}.clock.run_out", "danger", "!"),
                     Said(f"{ROOM}.clock.minutes", {"waited": waited, "minutes": one.minutes})]  # fmt: skip
        else:
            clock = Said(f"{ROOM}.clock.minutes", {"waited": waited, "minutes": one.minutes})
        do = actions(self.desk, About.TRANCHE, one.flow.tranche, self.lang, "custody.witness_head")
        place = Link(one.centre, f"/centre/{one.centre}/desk/")
        return [_order_link(one.flow.tranche), one.flow.units, place, one.released_on, clock, do]

    def _seen(self, one: Seen) -> list[Any]:
        size = one.head.size if one.head else 0
        tag = (
            Tag("witnesses.state.silent", "danger", "!") if one.waits
            else Tag("witnesses.state.never", "neutral", "–") if one.head is None
            else Tag("witnesses.state.sees", "success", "✓")
        )  # fmt: skip
        place = Link(one.centre, f"/places/{one.centre}/")
        return [place, tag, size, one.size - size, one.head.at if one.head else None]

    def _overrides(self) -> list[list[Any]]:
        return [
            [_order_link(one.tranche), one.at.date(), self.names[one.officer_authority],
             self.names[one.countersigner_authority], one.reason]
            for one in self.overridden.overrides
        ]  # fmt: skip

    def _share(self) -> Said:
        told = self.overridden
        key = "over" if told.is_over else "within"
        facts = {"overrides": len(told.overrides), "releases": told.releases, "free": told.free,
                 "share": share(told.share_bp), "limit": share(told.limit_bp)}  # fmt: skip
        return Said(f"{ROOM}.share.{key}", facts)

    def _case(self, one: Any) -> list[Any]:
        return [_order_link(one.tranche), say(f"gate.{one.gate}", self.lang), one.opened_on]

    def _places(self) -> list[list[Any]]:
        places = (*self.host.centres, *self.host.lines)
        lives: dict[str, tuple[Any, Any]] = dict(
            states_of(records(LifeEvent, subject__in=[place.id for place in places]), self.desk.on)
        )
        units = _units(self.desk, self.host)
        return [self._place(place, lives.get(place.id, (None, None)), units) for place in places]

    def _place(self, place: Any, life: tuple[Any, Any], units: Mapping[str, int] | None) -> list[Any]:
        is_centre = isinstance(place, Centre)
        body = place.operator if is_centre else place.maker
        kind = say(f"pages2.places.{'centre' if is_centre else 'line'}", self.lang)
        rule = None if is_centre else in_force(self.desk.session.of(place.id, LineRule), self.desk.on)
        said = say(f"pages2.output.{rule.rule.value}", self.lang) if rule else None
        found = units.get(place.id, 0) if units is not None else None
        where = f"/units/map/?kind={CENTRE if is_centre else LINE}&state={self.host.state}#list"
        do = [Link(say("capture.desk.title", self.lang), f"/centre/{place.id}/desk/")] if is_centre else []
        about = About.CENTRE if is_centre else About.LINE
        kind = kind if is_centre else f"{kind} · {class_word(place.class_, self.lang)}"
        return [Link(place.id, f"/places/{place.id}/"), kind, self.names[body], state_tag(life[0]), life[1], said,
                Link(found, where) if found else found,
                [*do, *actions(self.desk, about, place.id, self.lang)]]  # fmt: skip


def _units(desk: Desk, host: Hosted) -> Mapping[str, int] | None:
    """How many units lie at each centre and line here today? Unknown where there are too many movements to follow."""
    try:
        held: tuple[Held, ...] = held_on(desk.on)
    except TooManyMovesError:
        return None
    may_see_home, found = is_home(desk), Counter[str]()
    for one in held:
        if one.state == host.state and one.place and (may_see_home or not one.is_for_home):
            found[one.place] += one.units
    return found


def _order_link(tranche: str) -> Link:
    return Link(tranche, f"/orders/{tranche.rpartition('/')[0]}/")


def _centre_link(centre: Centre) -> Link:
    return Link(centre.id, f"/centre/{centre.id}/desk/")


PATHS = [path("host/", host_desk, name="host_desk")]
