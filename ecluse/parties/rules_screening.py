"""Who is listed, who is screened, and who stands behind the firms of an order?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.parties.facts import (
    CERTAIN,
    lists_on,
    open_hits,
    owners_of,
    parts_of,
    party_by_id,
    screenings_of,
    term,
    touching,
)
from ecluse.parties.ownership import OwnerAssessment, OwnerStanding, assess_owners
from ecluse.parties.terms import MatchGrade, PartiesClaim


def party_is_not_listed(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """No party with a part in the order answers to a list entry by identifier or exact name, unless an officer
    cleared that hit (controls.md 3 Q22, 5 I02; R12)."""
    known = party_by_id(claim)
    for name in parts_of(claim):
        for hit in open_hits(claim, known[name], on) if name in known else ():
            if hit.grade in CERTAIN:
                yield refuse(
                    "parties.party_is_not_listed", "ua-sanctions-1644/listed",
                    party=name, list_version=hit.list_version, entry=hit.entry, entry_name=hit.entry_name,
                )  # fmt: skip


def owner_is_not_listed(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Listed owners hold together less than the threshold of each party, at any remove, and control none
    (screening.md 6.6; controls.md 5 I02)."""
    threshold = int(term(law, "ownership_listed_share_bp", on))
    listed = _listed(claim, on)
    found = _assess(claim, on, law)
    for name in parts_of(claim):
        owned = found.get(name)
        if owned and name not in listed and owned.standing is OwnerStanding.LISTED:
            yield refuse(
                "parties.owner_is_not_listed", "ofac-2014/fifty-percent",
                party=name, share_min_bp=owned.listed_min_bp, threshold_bp=threshold,
                path=" > ".join(owned.path),
            )  # fmt: skip


def owners_are_known(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Enough of each firm is owned by parties shown to be clear that the rest cannot reach the threshold
    (screening.md 6.6: what is not shown to be clear may be listed)."""
    threshold = int(term(law, "ownership_listed_share_bp", on))
    found = _assess(claim, on, law)
    for name in parts_of(claim):
        owned = found.get(name)
        if owned and owned.standing is OwnerStanding.POSSIBLY:
            yield refer(
                "parties.owners_are_known", "ofac-2014/fifty-percent",
                party=name, share_max_bp=owned.listed_max_bp, threshold_bp=threshold, path=" > ".join(owned.path),
            )  # fmt: skip


def name_is_clear(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """No party and no owner answers to a list entry after its name is normalised, unless an officer cleared that hit
    (screening.md 6.4; style.md 3)."""
    for party in touching(claim, on):
        for hit in open_hits(claim, party, on):
            if hit.grade is MatchGrade.NORMALISED:
                yield refer(
                    "parties.name_is_clear", "ecluse/name-clearance",
                    party=party.id, list_version=hit.list_version, entry=hit.entry, entry_name=hit.entry_name,
                )  # fmt: skip


def screening_is_complete(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every party, and every owner at any remove, was screened as it is registered now (P3: nobody unscreened)."""
    known = party_by_id(claim)
    for name in parts_of(claim):
        if name in known and not screenings_of(claim, known[name], on):
            yield refuse("parties.screening_is_complete", "ecluse/nobody-unscreened", party=name)
    for name in owners_of(claim, on):
        if name not in known or not screenings_of(claim, known[name], on):
            yield refuse("parties.screening_is_complete", "ecluse/nobody-unscreened", party=name)


def screening_is_current(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every screened party was screened on every list version in force (P3; R12: re-screen on every list change)."""
    for party in touching(claim, on):
        screenings = screenings_of(claim, party, on)
        seen = {version for screening in screenings for version in screening.list_versions}
        missing = [version for version in lists_on(claim, on) if version not in seen]
        if screenings and missing:
            yield refuse(
                "parties.screening_is_current", "ecluse/nobody-unscreened",
                party=party.id, list_version=missing[0], lists_missing=len(missing),
            )  # fmt: skip


def lists_are_in_force(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """At least one list version is in force: screened on no list is not screened (P3)."""
    if not lists_on(claim, on):
        yield refuse("parties.lists_are_in_force", "ecluse/nobody-unscreened", on=on)


def _listed(claim: PartiesClaim, on: date) -> frozenset[str]:
    """Who touches the order and is listed for certain?"""
    return frozenset(
        party.id for party in touching(claim, on) if any(hit.grade in CERTAIN for hit in open_hits(claim, party, on))
    )


def _assess(claim: PartiesClaim, on: date, law: Law) -> Mapping[str, OwnerAssessment]:
    return assess_owners(
        claim.parties,
        claim.ownerships,
        listed=_listed(claim, on),
        on=on,
        threshold_bp=int(term(law, "ownership_listed_share_bp", on)),
        owned_kinds=frozenset(term(law, "owned_kinds", on).split(";")),
    )
