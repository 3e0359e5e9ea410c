"""Which figures would a body sign as committed? Each record of its own that waits, with the numbers it states."""

from __future__ import annotations

from typing import Any

from ecluse.base.figures import Figures
from ecluse.base.sealed import unseal
from ecluse.base.words import say, spell
from ecluse.edge.carried_figures import figures_of
from ecluse.office.actions.envelope import waiting_to_sign
from ecluse.office.desk.registry import Desk
from ecluse.office.models import Record
from ecluse.office.views.cells import Said
from ecluse.office.views.desk_tables import Table, table_of
from ecluse.office.views.named import named
from ecluse.office.views.overview import class_word

ACTION, ROOM = "surplus.sign_figures", "desks.sign"


def tables(desk: Desk, action: str, lang: str) -> list[Table]:
    """Which table stands above the form of this action? One for the action that signs figures, none for another."""
    if action != ACTION:
        return []
    digests = [record for record, _ in waiting_to_sign(desk.session, desk.body)]
    bodies = Record.objects.filter(digest__in=set(digests)).order_by("log", "index").values_list("rid", "body")
    rows = [_row(rid, figures, lang) for rid, body in bodies if (figures := figures_of(unseal(bytes(body))))]
    # All of them: nobody signs what is not shown.
    return [table_of("waiting", ROOM, ("record", "what", "stated_on", "numbers"), rows, most=len(rows))]


def _row(rid: str, figures: Figures, lang: str) -> list[Any]:
    marks = {mark.name: mark.text for mark in figures.scope}
    model = marks.get("model")
    goods = named([model], lang)[model].name if model else class_word(marks["class"], lang)
    return [rid, Said(f"{ROOM}.kind.{figures.kind}", {"goods": goods}), figures.on, _numbers(figures, lang)]


def _numbers(figures: Figures, lang: str) -> str:
    """Which numbers are these, measure by measure and month by month, as the record states them?"""
    measures: dict[str, list[str]] = {}
    for name, units in figures.values:
        measure, _, month = name.partition(" ")
        said = f"{month}:\u00a0{spell(units, lang)}" if month else spell(units, lang)
        measures.setdefault(measure, []).append(said)
    return " ".join(say(f"{ROOM}.measure.{one}", lang, numbers="; ".join(said)) for one, said in measures.items())
