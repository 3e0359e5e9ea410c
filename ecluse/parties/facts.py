"""What do the rules of this room read off a claim and the law: who touches the order, which term, which embargo?"""

from __future__ import annotations

from datetime import date

from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law, Row
from ecluse.base.sealed import seal
from ecluse.parties.ownership import owners_above, owners_on
from ecluse.parties.terms import Hit, MatchGrade, PartiesClaim, Party, Role, Screening

CERTAIN = frozenset({MatchGrade.IDENTIFIER, MatchGrade.EXACT})


def term(law: Law, name: str, on: date) -> str:
    """What does the law say under this name on this day? Raises UnknownLawError when it says nothing."""
    for row in law["parties/terms"].in_force(on):
        if row["name"] == name:
            return row["value"]
    raise UnknownLawError(f"parties/terms has no {name} in force on {on.isoformat()}")


def is_military(claim: PartiesClaim, on: date, law: Law) -> bool:
    """Do the goods stand on the military list?"""
    return claim.control_entry.startswith(term(law, "military_entry_prefix", on))


def embargoes_on(state: str, on: date, law: Law) -> tuple[Row, ...]:
    """Which embargoes of any scope bear on this state on this day?"""
    return tuple(row for row in law["parties/embargoes"].in_force(on) if row["state"] == state)


def binding_embargoes(claim: PartiesClaim, state: str, on: date, law: Law) -> tuple[Row, ...]:
    """Which embargoes close this state to these goods? State-wide and confirmed by a second source."""
    military = is_military(claim, on, law)
    return tuple(
        row
        for row in embargoes_on(state, on, law)
        if row["scope"] == "state_wide" and row["confirmed"] == "yes" and (military or row["goods"] == "all")
    )


def joined(rows: tuple[Row, ...], column: str) -> str:
    """Which texts stand in this column, each once, in order?"""
    return ", ".join(sorted({row[column] for row in rows}))


def party_by_id(claim: PartiesClaim) -> dict[str, Party]:
    """Which party stands behind each identifier?"""
    return {party.id: party for party in claim.parties}


def in_role(claim: PartiesClaim, role: Role) -> tuple[str, ...]:
    """Who plays this role, each once?"""
    return tuple(dict.fromkeys(part.party for part in claim.parts if part.role is role))


def one_in_role(claim: PartiesClaim, role: Role) -> Party | None:
    """Which registered party plays this role, if exactly one does?"""
    names = in_role(claim, role)
    return party_by_id(claim).get(names[0]) if len(names) == 1 else None


def parts_of(claim: PartiesClaim) -> tuple[str, ...]:
    """Which parties have a part in the order, each once?"""
    return tuple(dict.fromkeys(part.party for part in claim.parts))


def owners_of(claim: PartiesClaim, on: date) -> tuple[str, ...]:
    """Who owns the parties of the order on this day, at any remove?"""
    return owners_above(parts_of(claim), owners_on(claim.ownerships, on))


def touching(claim: PartiesClaim, on: date) -> tuple[Party, ...]:
    """Which registered parties touch the order: those with a part, then their owners?"""
    known = party_by_id(claim)
    return tuple(known[name] for name in (*parts_of(claim), *owners_of(claim, on)) if name in known)


def screenings_of(claim: PartiesClaim, party: Party, on: date) -> tuple[Screening, ...]:
    """Which screenings were made of this party as it is registered now?"""
    digest = seal(party).digest
    return tuple(s for s in claim.screenings if s.party == party.id and s.party_digest == digest and s.on <= on)


def lists_on(claim: PartiesClaim, on: date) -> tuple[str, ...]:
    """Which list versions are in force on this day?"""
    return tuple(version.id for version in claim.lists_in_force if version.in_force_from <= on)


def open_hits(claim: PartiesClaim, party: Party, on: date) -> tuple[Hit, ...]:
    """Which hits on lists in force has no named officer cleared for this very party and entry?"""
    digest = seal(party).digest
    cleared = {
        clearance.entry
        for clearance in claim.clearances
        if clearance.party_digest == digest
        and clearance.on <= on
        and all((clearance.officer, clearance.authority, clearance.reason))
    }
    current = set(lists_on(claim, on))
    hits = (hit for screening in screenings_of(claim, party, on) for hit in screening.hits)
    return tuple(dict.fromkeys(hit for hit in hits if hit.list_version in current and hit.entry not in cleared))
