"""What has a centre to do now: what arrives, what leaves, who is late, where does nobody answer, what lies where?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.custody.chain import Break
from ecluse.custody.life import in_order
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Centre, LifeEvent, SerialBlock
from ecluse.office.desk.registry import Desk
from ecluse.office.people.bodies import name_of, names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.centre_flow import HERE, MOVING, PACKED, STATES, Flow, breaks_of, flows_of
from ecluse.office.views.page import language_of, page
from ecluse.office.views.places import may_see, state_tag
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import desk_at

MOST_ROWS = 50
HOUR = timedelta(hours=1)
HEADS: dict[str, tuple[str, ...]] = {
    "arrivals": ("consignment", "units", "giver", "stands", "due"),
    "departures": ("consignment", "units", "released", "host_licence", "stands", "due"),
    "overdue": ("consignment", "units", "owed_by", "signed_by", "sent", "hours"),
    "late": ("consignment", "units", "holder", "due"),
    "breaks": ("break", "consignment", "before", "after", "numbers", "units"),
}
NUMBERS = frozenset({"units", "hours"})


@never_cache
@require_safe
@needs_person
@records_read("centre_desk", "centre")
def centre_desk(request: HttpRequest, centre: str) -> HttpResponse:
    """The desk of its operator; its host's authority and the home state look at the same place."""
    desk, lang = desk_at(request), language_of(request)
    found = desk.session.newest(centre, Centre) if desk else None
    if desk is None or found is None or not may_see(desk, found):
        raise Http404
    flows = flows_of(desk, found)
    told = Told(desk, found, flows, lang)
    events = in_order(desk.session.of(centre, LifeEvent))
    tables = [(name, HEADS[name], *told.rows(name)) for name in HEADS]
    return page(request, "office/centre_desk.html", {
        "centre": found, "operator": name_of(found.operator, lang), "host": state_name(found.host, lang),
        "tag": state_tag(next((event.state for event in reversed(events) if event.on <= desk.on), None)),
        "figures": [(sum(flow.units for flow in told.of(state)), f"capture.units.{state}",
                     f"#{state}" if told.of(state) else "") for state in STATES],
        "warnings": [(len(rows) + more, name) for name, _, rows, more in tables
                     if rows and name in ("overdue", "late", "breaks")],
        "tables": [(name, f"capture.desk.{name}", [(f"capture.head.{head}", head in NUMBERS) for head in heads],
                    rows, more) for name, heads, rows, more in tables],
        "lists": [(state, f"capture.units.{state}", *told.listed(state)) for state in STATES if told.of(state)],
        "units_address": f"/units/?custodian={found.operator}",
        "is_operator": found.operator == desk.body, "at": desk.at,
    })  # fmt: skip


class Told:
    """The rows of every table of the desk: cells in the order of their heads, at most so many, and how many more."""

    def __init__(self, desk: Desk, centre: Centre, flows: list[Flow], lang: str) -> None:
        self.desk, self.centre, self.flows, self.lang = desk, centre, flows, lang
        bodies = {flow.holder for flow in flows} | {flow.waits_for for flow in flows if flow.waits_for}
        bodies |= {flow.paper.from_custodian for flow in flows if flow.paper}
        bodies |= {body for flow in flows for one in flow.manifests for body in (one.from_custodian, one.to_custodian)}
        self.names = names_of(bodies, lang)

    def of(self, state: str) -> list[Flow]:
        """Which consignments are in this state?"""
        return [flow for flow in self.flows if flow.state == state]

    def rows(self, name: str) -> tuple[list[list[tuple[Any, bool]]], int]:
        """Which rows has this table, each cell with whether it is a number?"""
        rows, more = _cut(list(getattr(self, f"_{name}")()))
        return [[(cell, isinstance(cell, int)) for cell in row] for row in rows], more

    def listed(self, state: str) -> tuple[list[list[Any]], int]:
        """Which consignments are in this state, and who has them?"""
        return _cut([[_link(flow), flow.units, self._name(flow.holder)] for flow in self.of(state)])

    def _name(self, body: str) -> str:
        return self.names.get(body, body)

    def _arrivals(self) -> Iterable[list[Any]]:
        own = self.centre.operator
        coming = [flow for flow in self.flows if flow.waits_for == own or flow.state == PACKED]
        for flow in sorted(coming, key=lambda flow: (flow.waits_for != own, flow.due, flow.tranche)):
            key = "to_sign" if flow.waits_for == own else "not_sent"
            tag = Tag(f"capture.stands.{key}", *(("warning", "!") if key == "to_sign" else ("info", "…")))
            yield [_link(flow), flow.units, self._name(flow.holder), tag, flow.due]

    def _departures(self) -> Iterable[list[Any]]:
        for flow in sorted(self.of(HERE), key=lambda flow: (flow.due, flow.tranche)):
            yield self._departure(flow, "released" if flow.released_on else "not_released")
        for flow in self.of(MOVING):
            if flow.holder == self.centre.operator:
                yield self._departure(flow, "offered")

    def _departure(self, flow: Flow, key: str) -> list[Any]:
        tag = Tag(f"capture.stands.{key}", *(("info", "…") if key == "not_released" else ("success", "✓")))
        licence = say("word.yes" if flow.has_host_licence else "word.no", self.lang)
        return [_link(flow), flow.units, flow.released_on, licence, tag, flow.due]

    def _overdue(self) -> Iterable[list[Any]]:
        at = self.desk.at
        for flow in sorted(self.flows, key=lambda flow: flow.tranche):
            if flow.paper is not None and flow.is_unsigned(at):
                yield [_link(flow), flow.paper.units, self._name(flow.waits_for), self._name(flow.paper.from_custodian),
                       flow.paper.sent_at.date(), (at - flow.paper.sent_at) // HOUR]  # fmt: skip

    def _late(self) -> Iterable[list[Any]]:
        for flow in sorted(self.flows, key=lambda flow: (flow.due, flow.tranche)):
            if flow.is_late(self.desk.on):
                yield [_link(flow), flow.units, self._name(flow.holder), flow.due]

    def _breaks(self) -> Iterable[list[Any]]:
        manifests = {one.id: one for flow in self.flows for one in flow.manifests}
        for one in breaks_of(manifests.values()):
            after, before = manifests[one.manifest], manifests[one.previous]
            order = after.tranche.rpartition("/")[0]
            yield [Tag(f"capture.break.{one.kind.value}", "danger", "!"), Link(after.tranche, f"/orders/{order}/"),
                   self._name(before.to_custodian), self._name(after.from_custodian), self._numbers(one),
                   one.range.units()]  # fmt: skip

    def _numbers(self, one: Break) -> str:
        block = self.desk.session.newest(one.range.block, SerialBlock)
        if block is None:
            return one.range.block
        first, last = (serial_text(block.prefix, number) for number in (one.range.first, one.range.last))
        return first if first == last else f"{first} – {last}"


def _link(flow: Flow) -> Link:
    return Link(flow.tranche, f"/orders/{flow.order.id}/")


def _cut(rows: list[list[Any]]) -> tuple[list[list[Any]], int]:
    return rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)


PATHS = [path("centre/<str:centre>/desk/", centre_desk, name="centre_desk")]
