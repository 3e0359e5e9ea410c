"""Is every statement that must be shown shown, by a proof of exactly its bytes, and nothing else in their place?

The list of what must be shown is built from lines and logs alone (`Demand`); the published statements are never
believed. Proofs stand in the order of that list, and are verified many at once; a false one is found by halving.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecluse.base.canon import canonical, parse
from ecluse.base.envelope import BATCH_PROOFS, verify_all
from ecluse.base.errors import EvidenceError
from ecluse.base.statement import Statement, spelled
from ecluse.edge.public_audit_points import Point, broken

PROOFS = "envelope/proofs.jsonl"
PROOFS_LIMIT = 500_000
# After so many false proofs, or lines that are none, the rest is not looked at: whoever sends rubbish does not choose
# how long we read it.
FALSE_LIMIT = 20
STRANGE_LIMIT = 1_000
Key = tuple[str, str, int]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Demand:
    """One statement that must be shown: of which promise, about what, which line; and how its bytes are built.

    `build` is given the published statement, and takes from it at most points that the prover commits to anew.
    """

    promise: str
    kind: str
    where: str
    key: Key
    build: Callable[[Mapping[str, Any]], Statement]


@dataclass(frozen=True, slots=True)
class Pair:
    """A demand, the statement that must be shown for it, and the proof that is published."""

    demand: Demand
    statement: Statement
    proof: bytes


@dataclass(slots=True)
class Shown:
    """How many statements were shown, by promise and kind, and how many proofs were read?"""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    proofs: int = 0
    false: int = 0


def key_of(statement: Statement) -> Key:
    """By what is a statement found among the others? Its name and its place in the log."""
    return statement.name, statement.log, statement.index


def demand_for(promise: str, kind: str, where: str, statement: Statement) -> Demand:
    """What must be shown, where the statement follows from published lines alone?"""
    return Demand(promise, kind, where, key_of(statement), lambda published: statement)


def check_proofs(demands: Sequence[Demand], bodies: Iterable[bytes], shown: Shown, tell: Tell) -> Iterator[Point]:
    """Does each line show the next statement that must be shown? What is skipped, strange or false comes back."""
    batch: list[Pair] = []
    for found in pairs_of(demands, bodies, shown):
        if isinstance(found, Point):
            yield found
            continue
        batch.append(found)
        if len(batch) == BATCH_PROOFS:
            yield from _verified(batch, shown)
            batch = []
            tell(shown.proofs, len(demands))
            if shown.false >= FALSE_LIMIT:
                break
    yield from _verified(batch, shown)
    if shown.false >= FALSE_LIMIT:
        yield broken("P1", "envelope_stopped", PROOFS, n=shown.false)


def pairs_of(demands: Sequence[Demand], bodies: Iterable[bytes], shown: Shown) -> Iterator[Pair | Point]:
    """Each demand with its own statement and proof; or a point, where the two lists do not meet."""
    place_of = {demand.key: place for place, demand in enumerate(demands)}
    next_ = strange = 0
    for number, body in enumerate(bodies, 1):
        shown.proofs, where = number, f"{PROOFS}:{number}"
        if number > PROOFS_LIMIT or strange > STRANGE_LIMIT:
            raise EvidenceError(f"{where}: read no further: {strange} lines show nothing that must be shown")
        try:
            published, proof = _read(body)
            key = (published["name"], published["log"], published["index"])
            place = place_of.get(key, -1)
        except (EvidenceError, KeyError, TypeError, ValueError) as error:
            strange += 1
            yield broken("P1", "envelope_unreadable", where, reason=str(error))
            continue
        if place < next_:
            strange += 1
            yield broken("P1", "envelope_unexpected", where, name=str(key[0]), entry=f"{key[1]}#{key[2]}")
            continue
        yield from map(not_shown, demands[next_:place])
        next_ = place + 1
        yield _paired(demands[place], published, proof, where)
    yield from map(not_shown, demands[next_:])


def not_shown(demand: Demand) -> Point:
    """What is said of a statement without a proof?"""
    return broken(demand.promise, "envelope_not_shown", demand.where, name=demand.key[0])


def _paired(demand: Demand, published: Mapping[str, Any], proof: bytes, where: str) -> Pair | Point:
    try:
        statement = demand.build(published)
        if canonical(published) != spelled(statement):
            raise EvidenceError(_difference(published, statement))
    except (EvidenceError, KeyError, TypeError, ValueError) as error:
        place = f"{where} {demand.where}"
        return broken(demand.promise, "envelope_other", place, name=demand.key[0], reason=str(error))
    return Pair(demand, statement, proof)


def _difference(published: Mapping[str, Any], statement: Statement) -> str:
    """Which part of a published statement is not as it must be? Its commitments by name."""
    expected = parse(spelled(statement))
    for name in ("v", "context", "known", "zero", "one_of", "in_range"):
        if published.get(name) != expected[name]:
            return name
    there = published.get("commitments")
    given = {str(one[0]): one[1] for one in there if isinstance(one, list) and len(one) == 2} if there else {}
    for name, point in expected["commitments"]:
        if given.get(name) != point:
            return f"commitments: {name}"
    return "commitments"


def _read(body: bytes) -> tuple[dict[str, Any], bytes]:
    form = parse(body)
    if not isinstance(form, dict) or form.keys() != {"statement", "proof"} or not isinstance(form["statement"], dict):
        raise EvidenceError("expected a statement and its proof")
    try:
        proof = base64.b64decode(form["proof"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise EvidenceError("the proof is not spelled in base64") from None
    if base64.b64encode(proof).decode() != form["proof"]:
        raise EvidenceError("the proof is not spelled canonically in base64")
    return form["statement"], proof


def _verified(batch: Sequence[Pair], shown: Shown) -> Iterator[Point]:
    """All at once; where that fails each half, until the false ones are named."""
    if not batch or shown.false >= FALSE_LIMIT:
        return
    try:
        verify_all([(one.statement, one.proof) for one in batch])
    except EvidenceError as error:
        if len(batch) == 1:
            demand = batch[0].demand
            shown.false += 1
            yield broken(demand.promise, "envelope_false", demand.where, name=demand.key[0], reason=str(error))
            return
        half = len(batch) // 2
        yield from _verified(batch[:half], shown)
        yield from _verified(batch[half:], shown)
        return
    shown.counts.update((one.demand.promise, one.demand.kind) for one in batch)
