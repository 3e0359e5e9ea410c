"""On which facts does the parties gate judge a tranche?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from ecluse.base.sealed import seal
from ecluse.custody.rules_after import standing_response
from ecluse.custody.terms_after import AfterResponse
from ecluse.office.facts.surplus import model_named
from ecluse.office.registers import Order, StatementUse
from ecluse.office.session import Session
from ecluse.parties.terms import (
    BuyerTiers,
    Clearance,
    EndUseStatement,
    ExporterStatus,
    ListVersion,
    Ownership,
    Part,
    PartiesClaim,
    Party,
    Role,
    Screening,
)
from ecluse.surplus.terms import SurplusFinding

T = TypeVar("T")
OWNERS_DEPTH = 8


def in_force(records: Iterable[Any], on: date) -> Any | None:
    """Which of these dated records is in force? The newest that is."""
    found = [r for r in records if r.valid_from <= on and (r.valid_until is None or on <= r.valid_until)]
    return max(found, key=lambda record: record.valid_from) if found else None


def lists_in_force(session: Session, on: date) -> tuple[ListVersion, ...]:
    """Which list versions must a screening stand on? The newest of each publisher and title."""
    newest: dict[tuple[str, str], ListVersion] = {}
    for version in session.of("lists", ListVersion):
        slot = (version.publisher, version.title)
        if version.in_force_from <= on and (slot not in newest or newest[slot].in_force_from < version.in_force_from):
            newest[slot] = version
    return tuple(newest[slot] for slot in sorted(newest))


def owners_above(session: Session, parties: Iterable[str]) -> tuple[list[str], list[Ownership]]:
    """Who owns these parties, and who owns those? Owners and the ties, at most eight steps up."""
    seen, ties, level = list(dict.fromkeys(parties)), [], list(dict.fromkeys(parties))
    for _ in range(OWNERS_DEPTH):
        found = [tie for party in level for tie in session.of(party, Ownership)]
        ties += found
        level = [tie.owner for tie in found if tie.owner not in seen]
        level = list(dict.fromkeys(level))
        seen += level
        if not level:
            break
    return seen, ties


def parties_claim(
    session: Session, order: Order, tranche: str, surplus: SurplusFinding, hearing: str, on: date
) -> PartiesClaim:
    """What is known of everyone who touches this tranche on this day?"""
    parts = tuple(Part(Role(role), party) for role, party in order.roles())
    touching, ties = owners_above(session, [part.party for part in parts])
    parties = tuple(party for name in touching for party in [session.newest(name, Party)] if party)
    statement = session.newest(order.statement, EndUseStatement) if order.statement else None
    model = model_named(session, order.class_, order.model)
    return PartiesClaim(
        tranche, order.id, surplus, hearing, parts, parties, tuple(dict.fromkeys(ties)),
        session.newest(order.exporter, ExporterStatus), order.destination, order.transit, model.control_entry,
        lists_in_force(session, on),
        tuple(s for party in parties for s in session.of(party.id, Screening)[-1:]),
        tuple(c for party in parties for c in session.of(party.id, Clearance)),
        statement, session.signatures(seal(statement).digest) if statement else (),
        units_on_statement(session, order.statement, order.id) if order.statement else 0,
        in_force(session.of("policy:tiers", BuyerTiers), on),
        verifications_overdue(session, order.end_user, on),
        session.keys([f"authority:{statement.state.lower()}"]) if statement else (),
        end_user_response(session, order.end_user),
    )  # fmt: skip


def end_user_response(session: Session, end_user: str) -> str | None:
    """Which grave response after earlier deliveries stands against this end user?"""
    standing = standing_response(session.of(end_user, AfterResponse))
    return standing.value if standing else None


def units_on_statement(session: Session, statement: str, order: str) -> int:
    """How many units of other orders already count against this statement?"""
    return sum(use.units for use in session.of(statement, StatementUse) if use.order != order)


def verifications_overdue(session: Session, end_user: str, on: date) -> int:
    """How many deliveries to this end user still lack their verification after the term? (indicator I05)"""
    from ecluse.office.facts.custody import deliveries_unverified

    return deliveries_unverified(session, end_user, on)
