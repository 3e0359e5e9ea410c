"""Which statements must be shown of this office's figures, and what opens each of them? Known inside alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from ecluse.base.canon import parse
from ecluse.base.commitments import Opening, combined
from ecluse.base.draft import filled, ref
from ecluse.base.figure_line import Line
from ecluse.base.figures import FiguresSigned, openings
from ecluse.base.group import Point
from ecluse.base.sealed import unseal
from ecluse.base.statement import Statement
from ecluse.edge.carried_figures import figures_of
from ecluse.office.actions.checkpoint import SIGNER
from ecluse.office.models import FiguresLine, Record, Salt
from ecluse.office.publish.reading import ROWS_AT_ONCE, Reading
from ecluse.proceeds.envelope_lines import MoneyYear
from ecluse.proceeds.envelope_totals import published_totals
from ecluse.proceeds.envelope_year import money_drafts, shares_needed
from ecluse.proceeds.terms import ContributionPolicy, RateOfDay
from ecluse.surplus.envelope_standing import summed
from ecluse.surplus.envelope_year import PolicyAt, Signing, statements
from ecluse.surplus.terms import SurplusPolicy

AT_ONCE = 500
Terms = Iterable[tuple[int, Point]]


@dataclass(slots=True)
class Work:
    """What must be shown, in the order in which it is published, with what opens it; the rates that are public for it.

    `untrue` counts statements that no opening can show.
    """

    tasks: list[tuple[Statement, Mapping[str, Opening]]] = field(default_factory=list)
    shares: dict[str, int] = field(default_factory=dict)
    untrue: int = 0


def context() -> str:
    """In which context do all statements of this office stand? Its signer's, as the manifest names it."""
    return f"ecluse/envelope/1 {SIGNER}"


def work_of(reading: Reading, proceeds: Mapping[str, Any]) -> Work:
    """Which statements must be shown of what is published, beside these totals of the money?"""
    found, opened = Work(), list(_opened_lines(reading))
    _surplus(reading, opened, found)
    _money(reading, opened, proceeds, found)
    return found


def _surplus(reading: Reading, opened: list[tuple[Line, dict[str, Opening]]], found: Work) -> None:
    known = {point.raw: opens[name] for line, opens in opened for name, point in line.points if name in opens}

    def add(terms: Terms) -> Point:
        """The public sum, and beside it what opens it."""
        listed = list(terms)
        point = summed(listed)
        if all(part.raw in known for _, part in listed):
            known[point.raw] = combined((factor, known[part.raw]) for factor, part in listed)
        return point

    signings = [
        Signing(record.value.owner, frozenset(record.value.figures), record.log, record.index)
        for record in reading.placed(FiguresSigned)
    ]
    policies = [PolicyAt(record.value, record.log, record.index) for record in reading.placed(SurplusPolicy)]
    for statement in statements([line for line, _ in opened], signings, policies, context(), add):
        opens = {name: known[point.raw] for name, point in statement.commitments if point.raw in known}
        found.untrue += len(opens) < len(statement.commitments)
        if len(opens) == len(statement.commitments):
            found.tasks.append((statement, opens))


def _money(
    reading: Reading, opened: list[tuple[Line, dict[str, Opening]]], proceeds: Mapping[str, Any], found: Work
) -> None:
    lines = [line for line, _ in opened]
    kept = {ref(line, name): one for line, opens in opened for name, one in opens.items()}

    def year(shares: Mapping[str, int]) -> MoneyYear:
        policies, rates = reading.values(ContributionPolicy), reading.values(RateOfDay)
        return MoneyYear(lines, policies, rates, reading.as_of, published_totals(proceeds), shares)

    found.shares = {tranche: kept[at].value for tranche, at in shares_needed(year({})).items() if at in kept}
    drafts = money_drafts(year(found.shares)).drafts
    shown = list(filled(drafts, context(), kept))
    found.untrue += len(drafts) - len(shown)
    found.tasks += shown


def _opened_lines(reading: Reading) -> Iterator[tuple[Line, dict[str, Opening]]]:
    """Every published line, and what opens its points: nothing where its record or salt is gone."""
    for log in sorted(reading.sizes):
        rows = FiguresLine.objects.filter(log=log, index__lt=reading.sizes[log]).order_by("index", "at")
        listed = rows.values_list("index", "at", "record", "body").iterator(ROWS_AT_ONCE)
        while part := list(islice(listed, AT_ONCE)):
            opens = _openings([record for _, _, record, _ in part])
            for index, at, record, body in part:
                yield _line(log, index, at, bytes(body)), opens.get(record, {})


def _openings(records: list[str]) -> dict[str, dict[str, Opening]]:
    bodies = dict(Record.objects.filter(digest__in=records).values_list("digest", "body"))
    salts = dict(Salt.objects.filter(digest__in=records).values_list("digest", "salt_hex"))
    found = {}
    for digest, body in bodies.items():
        figures = figures_of(unseal(bytes(body)))
        if figures is not None and digest in salts:
            found[digest] = openings(figures, bytes.fromhex(salts[digest]))
    return found


def _line(log: str, index: int, at: int, body: bytes) -> Line:
    """This office's own line: its points were made here and are not looked at again."""
    form = parse(body)
    points = tuple((name, Point(bytes.fromhex(point))) for name, point in form["figures"])
    return Line(form["kind"], form["scope"], points, date.fromisoformat(form["on"]), log, index, at)
