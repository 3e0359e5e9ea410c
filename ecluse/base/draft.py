"""What will a statement claim before anyone has put points into it? Drafts name figures by where they are committed.

The same draft serves both sides. Whoever proves fills it from openings (`opened`), whoever verifies from published
points (`statement_of`); neither can claim something that the draft does not say. What stands under a name in a draft is
the sum of all figures that it refers to: sums are added up outside the statement, so that statements stay small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ecluse.base.canon import canonical
from ecluse.base.commitments import VALUE_BITS, Opening, blinding_from, combined, point_of
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.group import NEUTRAL, Point, add, encode_scalar
from ecluse.base.statement import InRange, Statement, Sum, as_json

MADE_DOMAIN = b"ecluse/envelope/1/made\n"
BYTES = 8
# Where a figure is committed, the place of a line or the name of the draft that commits to it anew; and its name there.
Ref = tuple[str, str]
Values = Mapping[str, int]


def ref(line: Line, name: str) -> Ref:
    """How does a draft refer to this figure of a line?"""
    return str(line), name


def refs_of(line: Line) -> Iterator[tuple[Ref, Point]]:
    """Which point stands under each reference to a line?"""
    return ((ref(line, name), point) for name, point in line.points)


def _nothing(values: Values, other: Callable[[Ref], int]) -> Values:
    return {}


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement whose commitments are references: `given` are sums of figures committed before, `made` are new ones.

    `solve` computes the new figures, from the given ones by name and any other by reference; only whoever knows them
    can, so it is no part of the claim.
    """

    name: str
    log: str
    index: int
    given: tuple[tuple[str, tuple[Ref, ...]], ...]
    made: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    zero: tuple[Sum, ...] = ()
    one_of: tuple[tuple[Sum, ...], ...] = ()
    in_range: tuple[InRange, ...] = ()
    solve: Callable[[Values, Callable[[Ref], int]], Values] = _nothing

    def new(self, made: str) -> Ref:
        """How do later drafts refer to a figure that this one commits to?"""
        return self.name, made


def statement_of(draft: Draft, context: str, points: Mapping[Ref, Point]) -> Statement:
    """Which statement is this draft over these points? Raises EvidenceError where one lacks or a number is long."""
    given = tuple((name, _sum(refs, points)) for name, refs in draft.given)
    made = tuple((name, _point(draft.new(name), points)) for name in draft.made)
    try:
        return _statement(draft, context, given + made)
    except ValueError as error:
        raise EvidenceError(f"{draft.name}: {error}") from None


def made_in(draft: Draft, published: Statement) -> dict[Ref, Point]:
    """Which new points does a published statement bring for this draft? All else of it is built, not believed."""
    points = published.points()
    missing = [name for name in draft.made if name not in points]
    if missing:
        raise EvidenceError(f"{draft.name}: nothing is committed under {', '.join(missing)}")
    return {draft.new(name): points[name] for name in draft.made}


def opened(draft: Draft, context: str, kept: Mapping[Ref, Opening]) -> dict[str, Opening]:
    """What opens every commitment of this draft, its new ones included?

    The blinding of a new figure is the hash of what is claimed, of the new figures and of all blindings that it rests
    on: whoever may open these computes it again, nobody else; the same facts give the same statement, and no blinding
    hides two figures. Raises ValueError for a new figure outside 48 bits, KeyError for a reference that nothing opens.
    """
    openings = {name: combined((1, kept[ref]) for ref in refs) for name, refs in draft.given}
    made = draft.solve({name: one.value for name, one in openings.items()}, lambda ref: kept[ref].value)
    # One neutral point stands for all: the claims enter the hash, the points follow from the blindings.
    claims = _statement(draft, context, tuple((name, NEUTRAL) for name in (*openings, *draft.made)))
    basis = hashlib.sha512(MADE_DOMAIN + canonical(as_json(claims)))
    for opening in openings.values():
        basis.update(encode_scalar(opening.blinding))
    for name in draft.made:
        if not 0 <= made[name] < 2**VALUE_BITS:
            raise ValueError(f"{draft.name}: {name} has {VALUE_BITS} bits and no sign")
        basis.update(made[name].to_bytes(BYTES, "big"))
    for name in draft.made:
        openings[name] = Opening(made[name], blinding_from(basis.digest() + name.encode()))
    return openings


def filled(
    drafts: Iterable[Draft], context: str, kept: dict[Ref, Opening]
) -> Iterator[tuple[Statement, dict[str, Opening]]]:
    """Which of these drafts are true, and what opens them? For whoever knows the figures; new ones are added to `kept`.

    A draft that is not true of its figures, or rests on one that is not, cannot be shown and is left out.
    """
    for draft in drafts:
        try:
            openings = opened(draft, context, kept)
        except (KeyError, ValueError):
            continue
        if holds(draft, {name: opening.value for name, opening in openings.items()}):
            kept.update((draft.new(name), openings[name]) for name in draft.made)
            points = tuple((name, point_of(opening)) for name, opening in openings.items())
            yield _statement(draft, context, points), openings


def holds(draft: Draft, values: Values) -> bool:
    """Is this draft true of these figures?"""

    def value(one: Sum) -> int:
        return sum(values[name] * factor for name, factor in one.terms) - one.less

    return (
        all(value(one) == 0 for one in draft.zero)
        and all(any(value(one) == 0 for one in branches) for branches in draft.one_of)
        and all(0 <= value(one.sum) < 2**one.bits for one in draft.in_range)
    )


def _statement(draft: Draft, context: str, points: tuple[tuple[str, Point], ...]) -> Statement:
    return Statement(
        draft.name, context, draft.log, draft.index, points, draft.known, draft.zero, draft.one_of, draft.in_range
    )


def _sum(refs: Iterable[Ref], points: Mapping[Ref, Point]) -> Point:
    found = NEUTRAL
    for ref in refs:
        point = _point(ref, points)
        found = point if found == NEUTRAL else add(found, point)
    return found


def _point(ref: Ref, points: Mapping[Ref, Point]) -> Point:
    if ref not in points:
        raise EvidenceError(f"{ref[0]}: no point is committed under {ref[1]}")
    return points[ref]
