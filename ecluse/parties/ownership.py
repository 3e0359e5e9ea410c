"""Who stands behind a firm: is it listed through its owners, possibly, or clear? Two fixpoints over shares, exactly.

A firm is *listed* when listed owners together hold at least the threshold, or one of them controls it; it then passes
its whole stake down. It is *clear* when owners known to be clear hold so much that the rest cannot reach the threshold,
and nobody else controls it. What is neither stays *possibly*: what is not shown to be clear may be listed.
"""

from __future__ import annotations

import enum
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ecluse.parties.terms import Ownership, Party

WHOLE_BP = 10_000
PATH_LIMIT = 20


class OwnerStanding(enum.Enum):
    """Is a party listed through its owners?"""

    LISTED = "listed"
    POSSIBLY = "possibly"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class OwnerAssessment:
    """A party's standing, the bounds of its listed share in basis points, and the chain of owners that decides."""

    party: str
    standing: OwnerStanding
    listed_min_bp: int
    listed_max_bp: int
    is_controlled: bool
    path: tuple[str, ...]


def assess_owners(
    parties: Iterable[Party],
    ownerships: Iterable[Ownership],
    *,
    listed: frozenset[str],
    on: date,
    threshold_bp: int,
    owned_kinds: frozenset[str],
) -> Mapping[str, OwnerAssessment]:
    """Which parties are listed through their owners on this day, which possibly, which clear?

    `listed` are the parties listed themselves; parties of `owned_kinds` (firms) are clear only through known owners.
    Records of one pair are summed against the firm and counted once in its favour.
    """
    edges = owners_on(ownerships, on)
    parties = tuple(parties)
    against, via = _spread_listed(edges, listed, threshold_bp)
    unowned = frozenset(party.id for party in parties if party.kind.value not in owned_kinds) - frozenset(via)
    favour, clear = _spread_clear(edges, unowned, frozenset(via), threshold_bp)
    names = sorted({party.id for party in parties} | {edge.owned for edge in edges} | {edge.owner for edge in edges})
    by_owned = _by_owned(edges)
    found = {}
    for name in names:
        least = WHOLE_BP if name in listed else min(against.get(name, 0), WHOLE_BP)
        most = 0 if name in unowned else max(least, WHOLE_BP - favour.get(name, 0))
        controlled = any(edge.controls and edge.owner in via for edge in by_owned.get(name, ()))
        if name in via:
            standing, path = OwnerStanding.LISTED, _path_to_listed(name, via)
        elif name in clear:
            standing, path = OwnerStanding.CLEAR, ()
        else:
            standing, path = OwnerStanding.POSSIBLY, _path_to_unknown(name, by_owned, clear)
        found[name] = OwnerAssessment(name, standing, least, most, controlled, path)
    return found


def owners_on(ownerships: Iterable[Ownership], on: date) -> tuple[Ownership, ...]:
    """Which ownerships hold on this day?"""
    return tuple(edge for edge in ownerships if edge.since <= on and (edge.until is None or on <= edge.until))


def owners_above(parties: Iterable[str], edges: Iterable[Ownership]) -> tuple[str, ...]:
    """Who owns these parties, directly or through others? Themselves left out, in order of discovery."""
    by_owned = _by_owned(edges)
    first = list(dict.fromkeys(parties))
    seen, queue = dict.fromkeys(first), deque(first)
    while queue:
        for edge in by_owned.get(queue.popleft(), ()):
            if edge.owner not in seen:
                seen[edge.owner] = None
                queue.append(edge.owner)
    return tuple(seen)[len(first) :]


def _by_owned(edges: Iterable[Ownership]) -> dict[str, list[Ownership]]:
    found: dict[str, list[Ownership]] = defaultdict(list)
    for edge in sorted(edges, key=lambda edge: (edge.owned, edge.owner, edge.id)):
        found[edge.owned].append(edge)
    return dict(found)


def _by_owner(edges: Iterable[Ownership]) -> dict[str, list[Ownership]]:
    found: dict[str, list[Ownership]] = defaultdict(list)
    for edge in sorted(edges, key=lambda edge: (edge.owner, edge.owned, edge.id)):
        found[edge.owner].append(edge)
    return dict(found)


def _spread_listed(
    edges: tuple[Ownership, ...], listed: frozenset[str], threshold_bp: int
) -> tuple[dict[str, int], dict[str, str]]:
    """Least fixpoint of being listed: share held by listed owners, and through whom each listed party became so."""
    by_owner = _by_owner(edges)
    share: dict[str, int] = defaultdict(int)
    via = {name: name for name in sorted(listed)}
    queue = deque(via)
    while queue:
        owner = queue.popleft()
        for edge in by_owner.get(owner, ()):
            share[edge.owned] += max(edge.share_min_bp, 0)
            if edge.owned not in via and (edge.controls or share[edge.owned] >= threshold_bp):
                via[edge.owned] = owner
                queue.append(edge.owned)
    return share, via


def _spread_clear(
    edges: tuple[Ownership, ...], unowned: frozenset[str], listed: frozenset[str], threshold_bp: int
) -> tuple[dict[str, int], set[str]]:
    """Least fixpoint of being clear: share held by clear owners, and who is clear. A ring of owners clears nobody."""
    by_owner, by_owned = _by_owner(edges), _by_owned(edges)
    share: dict[str, int] = defaultdict(int)
    clear = set(unowned)
    queue = deque(sorted(unowned))
    while queue:
        owner = queue.popleft()
        held: dict[str, int] = {}
        for edge in by_owner.get(owner, ()):
            held[edge.owned] = max(held.get(edge.owned, 0), min(edge.share_min_bp, edge.share_max_bp))
        for owned in sorted(held):
            share[owned] += max(held[owned], 0)
            rest_is_small = WHOLE_BP - share[owned] < threshold_bp
            steered = any(edge.controls and edge.owner not in clear for edge in by_owned[owned])
            if owned not in clear and owned not in listed and rest_is_small and not steered:
                clear.add(owned)
                queue.append(owned)
    return share, clear


def _path_to_listed(name: str, via: Mapping[str, str]) -> tuple[str, ...]:
    path = [name]
    while via[path[-1]] != path[-1] and len(path) < PATH_LIMIT:
        path.append(via[path[-1]])
    return tuple(path)


def _path_to_unknown(name: str, by_owned: Mapping[str, list[Ownership]], clear: set[str]) -> tuple[str, ...]:
    """The chain to where knowledge ends: from the party up to the greatest owner not shown to be clear."""
    path = [name]
    while len(path) < PATH_LIMIT:
        above = [edge for edge in by_owned.get(path[-1], ()) if edge.owner not in clear and edge.owner not in path]
        if not above:
            break
        path.append(max(above, key=lambda edge: (edge.controls, edge.share_max_bp, edge.owner)).owner)
    return tuple(path)
