"""Once a record is open: are its figures the ones that the closed envelope committed to all along?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ecluse.base.canon import canonical, digest
from ecluse.base.commitments import commit
from ecluse.base.figure_line import Line
from ecluse.base.figures import Figures, openings
from ecluse.base.group import Point as Committed
from ecluse.base.sealed import unseal
from ecluse.edge.carried_figures import CARRIERS, figures_of
from ecluse.edge.public_audit_openings import OpenedRecord
from ecluse.edge.public_audit_points import Point, broken, checked

Carried = tuple[str, tuple[tuple[str, Committed], ...]]


def check_opened_figures(lines: Iterable[Line], opened: Iterable[OpenedRecord]) -> Iterator[Point]:
    """P8: does the salt of each opened record open the points of its line, figure by figure?

    A record that was filed about two subjects carries its figures once: one of its places has the line.
    """
    committed: dict[tuple[str, int], set[Carried]] = {}
    for line in lines:
        committed.setdefault((line.log, line.index), set()).add((line.kind, line.points))
    found: dict[str, bool] = {}
    where: dict[str, str] = {}
    for record in opened:
        figures = _figures_of(record.form)
        if figures is None:
            continue
        name = digest(canonical(record.form))
        points = tuple((of, commit(opening)) for of, opening in openings(figures, record.salt).items())
        is_there = (figures.kind, points) in committed.get((record.place.log, record.place.index), ())
        found[name] = found.get(name, False) or is_there
        where.setdefault(name, f"opened.jsonl {record.place}")
    for name in sorted(found):
        if not found[name]:
            yield broken("P8", "envelope_opened_differs", where[name])
    if any(found.values()):
        yield checked("P8", "envelope_opened", n=sum(found.values()))


def _figures_of(form: dict[str, Any]) -> Figures | None:
    if form.get("v") not in CARRIERS:
        return None
    return figures_of(unseal(canonical(form)))
