"""What has a line to do and to show now: its numbers, its output against its rule, what it made and still has?"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.days import Month
from ecluse.base.words import say
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Line, LineRule, OutputRule, SerialRange
from ecluse.office.desk.registry import About, Desk
from ecluse.office.people.bodies import name_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import note_read
from ecluse.office.places_reading import TooManyMovesError, held_on
from ecluse.office.views.cells import Link, Said, Tag, standing_tag
from ecluse.office.views.desk_tables import Table, actions, table_of
from ecluse.office.views.home_turn import DUTIES
from ecluse.office.views.lined import (
    Block,
    Output,
    Staying,
    blocks_of,
    consignments,
    life_of,
    lines_for,
    output_of,
    staying,
)
from ecluse.office.views.named import models_named, source_said
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page, word
from ecluse.office.views.places import share, state_tag
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import desk_at

ROOM = "desks.line"
TRANCHE, UNITS = "capture.head.consignment", "capture.head.units"
MOST_BLOCKS, MOST_MONTHS, MOST_LINES = 40, 12, 40


@never_cache
@require_safe
@needs_person
def line_desk(request: HttpRequest) -> HttpResponse:
    """The desk of the line's maker; who works on every order of the home state looks at each line abroad."""
    desk, lang = desk_at(request), language_of(request)
    lines = lines_for(desk) if desk else []
    asked = request.GET.get("line", "")
    line = next((one for one in lines if asked in ("", one.id)), None)
    if desk is None or line is None:
        raise Http404
    note_read(request, "line_desk", line.id)
    told = _Told(desk, line, lang)
    return page(request, "office/line_desk.html", {
        "line": line, "maker": name_of(line.maker, lang), "host": state_name(line.host, lang),
        "class": class_word(line.class_, lang), "tag": state_tag(told.state), "is_own": line.maker == desk.body,
        "others": [(one.id, f"/line/?line={one.id}", one is line) for one in lines[:MOST_LINES]],
        "figures": told.figures(), "warnings": told.warnings(), "facts": told.facts(), "tables": told.tables(),
        "offers": actions(desk, About.LINE, line.id, lang),
        "links": [("desks.line.place", f"/places/{line.id}/"),
                  ("desks.map.link", f"/units/map/?kind=line&state={line.host}&custodian={line.maker}#list")],
    })  # fmt: skip


class _Told:
    """The tables of the desk, each worked out once from the records."""

    def __init__(self, desk: Desk, line: Line, lang: str) -> None:
        self.desk, self.line, self.lang = desk, line, lang
        self.blocks: list[Block] = blocks_of(desk, line)
        self.output: Output = output_of(desk, line, self.blocks)
        self.life = life_of(desk, line)
        self.staying: list[Staying] | None = _staying(desk, line)
        self.consignments = consignments(desk, line)
        self.prefix = {one.block.id: one.block.prefix for one in self.blocks}
        self.models = models_named({one.block.model for one in self.blocks}, lang)

    @property
    def state(self) -> Any:
        """Where is the line in its life now?"""
        return next((step.state for step in reversed(self.life) if step.on), None)

    def figures(self) -> list[tuple[Any, str, str]]:
        """What is made, kept, owed and missing, in figures that lead to their tables?"""
        now = next((one for one in self.output.months if one.month == Month.of(self.desk.on)), None)
        kept = sum(one.units for one in self.staying) if self.staying is not None else None
        return [
            (len(self.blocks), f"{ROOM}.figure.blocks", "#blocks"),
            (now.made if now else 0, f"{ROOM}.figure.month", "#months"),
            (self.output.made, f"{ROOM}.figure.made", "#months"),
            (self.output.released, f"{ROOM}.figure.released", "#months"),
            (kept, f"{ROOM}.figure.staying", "#staying"),
            (sum(one.units_missing for one in self.blocks), f"{ROOM}.figure.missing", "#unmarked"),
        ]

    def warnings(self) -> list[tuple[str, int, str]]:
        """What is wrong? Catalogue key, how many, and where it is told."""
        found = [("missing", sum(one.units_missing for one in self.blocks), "unmarked")]
        if self.output.is_over:
            found.append(("over", self.output.released - (self.output.may_leave or 0), "rule"))
        if self.output.rule is None:
            found.append(("no_rule", 1, "rule"))
        return [(f"{ROOM}.warn.{name}", count, place) for name, count, place in found if count]

    def facts(self) -> list[tuple[str, Any]]:
        """What does its output rule say, and what follows from it today? In words and numbers."""
        rule, output = self.output.rule, self.output
        said: list[tuple[str, Any]] = [("pages2.places.rule", say(f"pages2.output.{rule.rule.value}", self.lang)
                                        if rule else Tag(f"{ROOM}.rule.unknown", "danger", "!"))]  # fmt: skip
        if rule is not None:
            said += self._rule(rule)
        said += [(f"{ROOM}.fact.made", output.made), (f"{ROOM}.fact.released", output.released)]
        left = output.left_to_leave
        said.append((f"{ROOM}.fact.left", left if left is not None else Said(f"{ROOM}.rule.interlock")))
        if output.home_committed:
            said += [(f"{ROOM}.fact.home_committed", output.home_committed),
                     (f"{ROOM}.fact.home_made", output.home_made),
                     (f"{ROOM}.fact.home_owed", output.home_committed - output.home_made)]  # fmt: skip
        return said

    def _rule(self, rule: LineRule) -> list[tuple[str, Any]]:
        said: list[tuple[str, Any]] = [
            (f"{ROOM}.fact.since", rule.valid_from),
            ("pages2.places.rule_source", source_said(rule.source)),
        ]
        if rule.rule is OutputRule.SHARED:
            said += [("pages2.places.host_share", share(rule.host_share_bp)),
                     (f"{ROOM}.fact.owed_to_host", self.output.owed_to_host)]  # fmt: skip
        return said

    def tables(self) -> list[Table]:
        """Every table, what is to be done first."""
        return [
            table_of("next", ROOM, (TRANCHE, UNITS, "gate", "stands", "do"),
                     self._next()),
            table_of("unmarked", ROOM, ("block", "numbers", "missing", "committed", "do"), self._unmarked(),
                     lead=Said(f"{ROOM}.unmarked.lead")),
            table_of("staying", ROOM, ("block", TRANCHE, UNITS, "since", "days"),
                     self._staying(), lead=None if self.staying is not None else Said(f"{ROOM}.staying.unknown")),
            table_of("blocks", ROOM, ("block", "model", "numbers", "committed", "for", "total", "made", "void",
                                      "unused", "missing", "open", "do"),
                     [self._block(one) for one in self.blocks], most=MOST_BLOCKS),
            table_of("months", ROOM, ("month", "made", "released_units"),
                     [[one.month, one.made, one.released] for one in self.output.months], most=MOST_MONTHS),
            table_of("life", ROOM, ("state", "on", "days"),
                     [[state_tag(one.state) if one.on else Tag(f"desk.choice.{one.state.value}"),
                       one.on or Said(f"{ROOM}.life.ahead"), one.days] for one in self.life]),
        ]  # fmt: skip

    def _next(self) -> list[list[Any]]:
        found = []
        for row in self.consignments:
            do = actions(self.desk, About.TRANCHE, row.tranche, self.lang, only=DUTIES)
            link = Link(row.tranche, f"/orders/{row.order}/")
            found.append([link, row.units, say(f"gate.{row.gate}", self.lang), standing_tag(row.standing), do])
        return sorted(found, key=lambda cells: not cells[-1])

    def _unmarked(self) -> list[list[Any]]:
        return [
            [Link(one.block.id, f"/units/blocks/{one.block.id}/"), self._numbers(run), run.units(),
             one.block.committed_on, actions(self.desk, About.BLOCK, one.block.id, self.lang)]
            for one in self.blocks for run in one.missing
        ]  # fmt: skip

    def _staying(self) -> list[list[Any]]:
        return [
            [Link(one.block, f"/units/blocks/{one.block}/"),
             Link(one.tranche, f"/orders/{one.tranche.rpartition('/')[0]}/") if one.tranche else Said(f"{ROOM}.free"),
             one.units, one.since, (self.desk.on - one.since).days]
            for one in self.staying or ()
        ]  # fmt: skip

    def _block(self, one: Block) -> list[Any]:
        block = one.block
        whole = SerialRange(block.id, block.first, block.first + block.count - 1)
        do = actions(self.desk, About.BLOCK, block.id, self.lang) if one.open or one.missing else []
        whose = Tag(f"{ROOM}.for.{'home' if block.funded_for_home else 'sale'}",
                    "accent" if block.funded_for_home else "neutral")  # fmt: skip
        model = word(self.models.get(block.model, block.model), self.lang)
        return [Link(block.id, f"/units/blocks/{block.id}/"), model, self._numbers(whole), block.committed_on,
                whose, block.count, one.made, one.void, one.unused, one.units_missing, one.open, do]  # fmt: skip

    def _numbers(self, run: SerialRange) -> str:
        first, last = (serial_text(self.prefix[run.block], number) for number in (run.first, run.last))
        return first if first == last else f"{first} – {last}"


def _staying(desk: Desk, line: Line) -> list[Staying] | None:
    """What was made and not handed over? Unknown where there are more movements than one process follows."""
    try:
        return staying(line, held_on(desk.on))
    except TooManyMovesError:
        return None


PATHS = [path("line/", line_desk, name="line_desk")]
