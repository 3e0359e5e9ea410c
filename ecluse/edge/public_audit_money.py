"""What must be shown of the money in the closed envelope of a public folder, and of which lines can nothing be?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ecluse.base.canon import canonical
from ecluse.base.draft import Draft, Ref, made_in, refs_of, statement_of
from ecluse.base.figure_line import Line
from ecluse.base.group import Point as Committed
from ecluse.base.sealed import VERSIONS, unseal_as
from ecluse.base.statement import Statement, read
from ecluse.edge.public_audit_figures import FIGURES
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_openings import OpenedRecord, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked
from ecluse.edge.public_audit_proofs import Demand, Shown
from ecluse.proceeds.envelope_lines import MoneyYear, Unshown
from ecluse.proceeds.envelope_totals import published_totals
from ecluse.proceeds.envelope_year import money_drafts
from ecluse.proceeds.terms import ContributionPolicy, RateOfDay

T = TypeVar("T")
# By the first words of a draft's name: what is counted of what was shown.
KINDS_OF_DRAFTS = {
    "contribution of ": "titles", "allocations of ": "tranches", "allocation ": "allocations",
    "purchase ": "purchases", "fund ": "months", "totals ": "totals",
}  # fmt: skip
# Lines that contradict one another, against those of which something that is needed is not public.
CONTRADICTIONS = frozenset({
    "title_twice", "allocation_twice", "no_title", "no_sale", "currency", "total_of_nothing",
})  # fmt: skip


def money_demands(
    folder: Folder, lines: Sequence[Line], opened: list[OpenedRecord], envelope: Mapping[str, Any], context: str
) -> tuple[list[Demand], list[Point]]:
    """Which statements must be shown of the money, in order, and what is said of lines of which nothing can be?

    Raises EvidenceError for lines, totals, rates or shares that make no sense.
    """
    year = MoneyYear(
        lines, _values(opened, ContributionPolicy), _values(opened, RateOfDay), folder.as_of,
        published_totals(folder.json("proceeds.json")), envelope.get("development_shares", {}),
    )  # fmt: skip
    found = money_drafts(year)
    points: dict[Ref, Committed] = {}
    for line in lines:
        points.update(refs_of(line))
    return [_demand(draft, context, points) for draft in found.drafts], list(_unshown(found.unshown))


def said_of_money(shown: Shown) -> Iterator[Point]:
    """How much of the money was shown?"""
    counts = {kind: shown.counts["P7", kind] for kind in KINDS_OF_DRAFTS.values()}
    if counts["titles"]:
        yield checked("P7", "envelope", **counts)


def _values(opened: list[OpenedRecord], cls: type[T]) -> list[T]:
    return [unseal_as(cls, canonical(record.form)) for record in of_version(opened, VERSIONS[cls])]


def _demand(draft: Draft, context: str, points: dict[Ref, Committed]) -> Demand:
    def build(published: Mapping[str, Any]) -> Statement:
        """Nothing but the points of new figures is taken from what is published."""
        if draft.made:
            points.update(made_in(draft, read(dict(published))))
        return statement_of(draft, context, points)

    kind = next((kind for words, kind in KINDS_OF_DRAFTS.items() if draft.name.startswith(words)), "others")
    return Demand("P7", kind, f"{draft.log}#{draft.index}", (draft.name, draft.log, draft.index), build)


def _unshown(lines: Iterable[Unshown]) -> Iterator[Point]:
    quiet = 0
    for one in lines:
        if one.why in CONTRADICTIONS:
            yield broken("P7", f"money_{one.why}", f"{FIGURES} {one.line}", kind=one.line.kind)
        else:
            quiet += 1
    if quiet:
        yield cannot("P7", "envelope_unshown", n=quiet)
