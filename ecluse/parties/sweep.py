"""Was every live party screened on a new list version? One sweep: counts, hits, and a tree root over live parties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import inclusion_proof, leaf_hash, root_of, verify_inclusion
from ecluse.base.sealed import seal
from ecluse.parties.names import matcher
from ecluse.parties.screen import Index, make_screening
from ecluse.parties.terms import Party, Screening, Sweep


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep, its screenings with a hit, and the live parties' digests in the order of the tree."""

    sweep: Sweep
    screenings: tuple[Screening, ...]
    hits: tuple[Screening, ...]
    digests: tuple[str, ...]


def sweep_parties(id: str, parties: Iterable[Party], index: Index, on: date) -> Swept:
    """Which live parties answer to the lists in force on this day, and what root says that all were asked?"""
    live = sorted({seal(party).digest: party for party in parties}.items())
    screenings = tuple(make_screening(f"{id}/{party.id}", party, index, on) for _, party in live)
    hits = tuple(screening for screening in screenings if screening.hits)
    digests = tuple(digest for digest, _ in live)
    sweep = Sweep(id, index.list_versions, matcher(), len(live), len(hits), sweep_root(digests), on)
    return Swept(sweep, screenings, hits, digests)


def sweep_root(digests: Iterable[str]) -> str:
    """What is the tree root over these parties' digests, each once, in ascending order? Hexadecimal.

    >>> sweep_root([])[:16]
    'e3b0c44298fc1c14'
    """
    return root_of([bytes.fromhex(digest) for digest in sorted(set(digests))]).hex()


def prove_swept(digest: str, digests: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    """At which place of the tree does this party stand, and which hashes show it? Raises EvidenceError if nowhere."""
    ordered = sorted(set(digests))
    if digest not in ordered:
        raise EvidenceError(f"party {digest[:12]} was not in the sweep")
    place = ordered.index(digest)
    proof = inclusion_proof([leaf_hash(bytes.fromhex(item)) for item in ordered], place)
    return place, tuple(step.hex() for step in proof)


def is_swept(digest: str, place: int, proof: Iterable[str], sweep: Sweep) -> bool:
    """Was this party in the sweep, by its root alone?"""
    try:
        leaf = leaf_hash(bytes.fromhex(digest))
        steps = [bytes.fromhex(step) for step in proof]
        return verify_inclusion(leaf, place, sweep.parties, steps, bytes.fromhex(sweep.root))
    except ValueError:
        return False
