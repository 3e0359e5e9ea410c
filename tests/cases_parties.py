"""Which claim is just held and which just passes, for every code of the parties gate?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from keys import key_for, signed

from ecluse.base.sealed import seal
from ecluse.parties.terms import (
    BuyerTiers,
    Clearance,
    EndUseClause,
    EndUseStatement,
    ExporterStatus,
    Hit,
    ListVersion,
    MatchGrade,
    Ownership,
    Part,
    PartiesClaim,
    Party,
    PartyKind,
    Role,
    Screening,
)
from ecluse.surplus.terms import GoodsKind, SurplusFinding

ON = date(2026, 4, 2)
DAY = timedelta(days=1)
LIST, LATER_LIST = "list:north-1", "list:north-2"
MATCHER = "ecluse-names/1:test"
ENTRY, ENTRY_NAME = "N-0417@000000000000", "Veriga Trading"

EXPORTER = Party(
    "party:maker-001", PartyKind.FIRM, "Bystrytsia Works", (), "UA", ("edrpou:00000001",), date(2019, 5, 2)
)
BUYER = Party("party:buyer-dk", PartyKind.STATE_BODY, "Office of Supply", (), "DK", (), date(2024, 1, 9))
END_USER = Party("party:user-dk", PartyKind.STATE_BODY, "Coast Service", (), "DK", (), date(2024, 1, 9))
CARRIER = Party("party:carrier-pl", PartyKind.FORWARDER, "Narew Freight", (), "PL", (), date(2023, 3, 1))
OWNER = Party("party:owner-001", PartyKind.PERSON, "Olena Zhovta", (), "UA", (), date(2019, 5, 2))
HOLDING = Party("party:holding-pl", PartyKind.FIRM, "Narew Holding", (), "PL", (), date(2023, 3, 1))
PARTIES = (EXPORTER, BUYER, END_USER, CARRIER, OWNER, HOLDING)
STATEMENT_UNITS = 120
STATEMENT = EndUseStatement(
    id="statement:0417",
    number="DK-2026-0417",
    end_user=END_USER.id,
    state="DK",
    model="model:ew-set-07",
    units=STATEMENT_UNITS,
    clauses=tuple(EndUseClause),
    issued_on=date(2026, 2, 1),
    valid_until=date(2027, 1, 31),
    verified_with_issuer_on=date(2026, 2, 20),
)
SURPLUS = SurplusFinding(
    "tranche:0001-1", "model:ew-set-07", "ew_set", GoodsKind.ARTICLE, 30, "certificate:1", date(2026, 12, 31)
)


def owns(owner: Party, owned: Party, least: int, most: int | None = None, *, controls: bool = False) -> Ownership:
    name = f"ownership:{owner.id[6:]}-{owned.id[6:]}"
    return Ownership(
        name, owner.id, owned.id, least, least if most is None else most, controls, date(2023, 3, 1), None, "register"
    )


def screened(party: Party, *hits: Hit, lists: tuple[str, ...] = (LIST,)) -> Screening:
    return Screening(f"screening:{party.id[6:]}", party.id, seal(party).digest, lists, MATCHER, hits, date(2026, 4, 1))


def hit(grade: MatchGrade) -> Hit:
    return Hit(LIST, ENTRY, ENTRY_NAME, grade)


def cleared(party: Party, entry: str = ENTRY) -> Clearance:
    reason = "Another firm: other number, other seat"
    return Clearance("clearance:1", seal(party).digest, entry, "officer:ssecu-3", "authority:ssecu", reason, ON)


def with_statement(claim: PartiesClaim, signer: str = "authority:dk", **changed: Any) -> PartiesClaim:
    """The claim with a changed statement, signed anew."""
    assert claim.end_use is not None
    statement = replace(claim.end_use, **changed)
    return replace(claim, end_use=statement, end_use_signatures=(signed(signer, statement, statement.issued_on),))


def with_screening(claim: PartiesClaim, *screenings: Screening) -> PartiesClaim:
    """The claim with these screenings in place of the same parties' own."""
    changed = {screening.party for screening in screenings}
    return replace(claim, screenings=(*(s for s in claim.screenings if s.party not in changed), *screenings))


def with_party(claim: PartiesClaim, party: Party) -> PartiesClaim:
    """The claim with this party in place of its older record, screened anew."""
    parties = tuple(party if old.id == party.id else old for old in claim.parties)
    return with_screening(replace(claim, parties=parties), screened(party))


def with_shares(claim: PartiesClaim, *ownerships: Ownership) -> PartiesClaim:
    """The claim with these shares in place of what stands behind the carrier."""
    kept = tuple(edge for edge in claim.ownerships if edge.owned != CARRIER.id)
    return replace(claim, ownerships=(*kept, *ownerships))


PASSING = with_statement(
    PartiesClaim(
        tranche="tranche:0001-1",
        order="order:0001",
        surplus=SURPLUS,
        surplus_hearing="0" * 64,
        parts=(
            Part(Role.EXPORTER, EXPORTER.id),
            Part(Role.BUYER, BUYER.id),
            Part(Role.CONSIGNEE, END_USER.id),
            Part(Role.END_USER, END_USER.id),
            Part(Role.CARRIER, CARRIER.id),
        ),
        parties=PARTIES,
        ownerships=(owns(OWNER, EXPORTER, 10000), owns(HOLDING, CARRIER, 10000), owns(OWNER, HOLDING, 10000)),
        exporter=ExporterStatus("status:001", EXPORTER.id, date(2028, 1, 1), date(2027, 1, 1), True),
        destination="DK",
        transit=("PL", "DE"),
        control_entry="ML11.a",
        lists_in_force=(ListVersion(LIST, "Northern list", "Northern list", "1" * 64, 900, date(2026, 1, 1)),),
        screenings=tuple(screened(party) for party in PARTIES),
        clearances=(),
        end_use=STATEMENT,
        end_use_signatures=(),
        units_on_statement_before=90,
        tiers=BuyerTiers("tiers:1", "authority:mfa", (("DK", 2), ("US", 1)), date(2026, 1, 1), date(2026, 12, 31)),
        verifications_overdue=0,
        keys=tuple(key_for(owner)[0] for owner in ("authority:dk", "authority:pl", "authority:by", "authority:sd")),
    )
)


def sent_to(state: str) -> PartiesClaim:
    """The passing claim with another destination, from user and buyer to statement and tier."""
    claim = with_party(with_party(PASSING, replace(END_USER, state=state)), replace(BUYER, state=state))
    assert claim.tiers is not None
    tiers = replace(claim.tiers, tiers=(*claim.tiers.tiers, (state, 3)))
    return with_statement(replace(claim, destination=state, tiers=tiers), f"authority:{state.lower()}", state=state)


def with_seat(state: str) -> PartiesClaim:
    return with_party(PASSING, replace(HOLDING, state=state))


def status(**changed: Any) -> PartiesClaim:
    assert PASSING.exporter is not None
    return replace(PASSING, exporter=replace(PASSING.exporter, **changed))


def tiers(**changed: Any) -> PartiesClaim:
    assert PASSING.tiers is not None
    return replace(PASSING, tiers=replace(PASSING.tiers, **changed))


CLEARED_BUYER = replace(with_screening(PASSING, screened(BUYER, hit(MatchGrade.EXACT))), clearances=(cleared(BUYER),))
# The holding is listed by its number and owns a share of the carrier; the rest belongs to a person who is clear.
LISTED_HOLDING = with_screening(PASSING, screened(HOLDING, hit(MatchGrade.IDENTIFIER)))
BOTH = (LIST, LATER_LIST)
TWO_LISTS = replace(
    PASSING,
    lists_in_force=(*PASSING.lists_in_force, replace(PASSING.lists_in_force[0], id=LATER_LIST, in_force_from=ON)),
)
ALL_BUT_CHECKS = tuple(clause for clause in EndUseClause if clause is not EndUseClause.ON_SITE_CHECKS)
FORWARDER = replace(END_USER, kind=PartyKind.FORWARDER)
OWNED_USER = (owns(OWNER, END_USER, 10000),)

CASES: dict[str, tuple[PartiesClaim, PartiesClaim, date]] = {
    "parties.destination_is_not_embargoed": (
        sent_to("BY"), sent_to("PL"), ON,
    ),
    "parties.party_is_not_listed": (replace(CLEARED_BUYER, clearances=()), CLEARED_BUYER, ON),
    "parties.owner_is_not_listed": (
        with_shares(LISTED_HOLDING, owns(HOLDING, CARRIER, 5000), owns(OWNER, CARRIER, 5000)),
        with_shares(LISTED_HOLDING, owns(HOLDING, CARRIER, 4999), owns(OWNER, CARRIER, 5001)),
        ON,
    ),
    "parties.transit_is_not_embargoed": (
        replace(PASSING, transit=("PL", "BY")), replace(PASSING, transit=("PL", "LT")), ON,
    ),
    "parties.party_state_is_not_embargoed": (with_seat("BY"), with_seat("LT"), ON),
    "parties.state_is_in_tier": (tiers(tiers=(("US", 1),)), tiers(tiers=(("DK", 1),)), ON),
    "parties.surplus_is_for_tranche": (replace(PASSING, tranche="tranche:0001-2"), PASSING, ON),
    "parties.exporter_is_registered": (status(registered_until=ON - DAY), status(registered_until=ON), ON),
    "parties.exporter_has_authority": (status(authority_until=ON - DAY), status(authority_until=ON), ON),
    "parties.lists_are_in_force": (replace(PASSING, lists_in_force=()), PASSING, ON),
    "parties.screening_is_complete": (
        replace(PASSING, screenings=tuple(s for s in PASSING.screenings if s.party != OWNER.id)), PASSING, ON,
    ),
    "parties.screening_is_current": (
        with_screening(TWO_LISTS, *(screened(party, lists=BOTH) for party in PARTIES if party != OWNER)),
        with_screening(TWO_LISTS, *(screened(party, lists=BOTH) for party in PARTIES)),
        ON,
    ),
    "parties.end_use_statement_is_present": (replace(PASSING, end_use=None, end_use_signatures=()), PASSING, ON),
    "parties.end_use_statement_is_signed": (with_statement(PASSING, "authority:pl"), with_statement(PASSING), ON),
    "parties.end_use_statement_names_parties": (
        with_statement(PASSING, model="model:ew-set-08"), with_statement(PASSING, model="model:ew-set-07"), ON,
    ),
    "parties.end_use_statement_covers_units": (
        replace(PASSING, units_on_statement_before=91), replace(PASSING, units_on_statement_before=90), ON,
    ),
    "parties.end_use_statement_is_in_force": (
        with_statement(PASSING, valid_until=ON - DAY), with_statement(PASSING, valid_until=ON), ON,
    ),
    "parties.end_use_statement_is_complete": (
        with_statement(PASSING, clauses=ALL_BUT_CHECKS),
        # Goods outside the military list need no promise of checks on the spot.
        replace(with_statement(PASSING, clauses=ALL_BUT_CHECKS), control_entry="9A012"),
        ON,
    ),
    "parties.verifications_are_not_overdue": (
        replace(PASSING, verifications_overdue=1), replace(PASSING, verifications_overdue=0), ON,
    ),
    "parties.parties_are_named": (
        replace(PASSING, parts=(*PASSING.parts, Part(Role.BUYER, END_USER.id))), PASSING, ON,
    ),
    "parties.parties_are_registered": (
        replace(PASSING, parts=(*PASSING.parts, Part(Role.BANK, "party:bank-dk"))), PASSING, ON,
    ),
    "parties.states_are_known": (with_seat("pl"), with_seat("PL"), ON),
    "parties.embargo_scope_is_settled": (with_seat("CD"), with_seat("CG"), ON),
    "parties.name_is_clear": (
        with_screening(PASSING, screened(BUYER, hit(MatchGrade.NORMALISED))),
        replace(
            with_screening(PASSING, screened(BUYER, hit(MatchGrade.NORMALISED))), clearances=(cleared(BUYER),)
        ),
        ON,
    ),
    "parties.owners_are_known": (
        with_shares(PASSING, owns(OWNER, CARRIER, 5000, 10000)), with_shares(PASSING, owns(OWNER, CARRIER, 5001)), ON,
    ),
    "parties.tiers_are_set": (tiers(valid_until=ON - DAY), tiers(valid_until=ON), ON),
    "parties.end_use_statement_is_verified": (
        with_statement(PASSING, verified_with_issuer_on=None), with_statement(PASSING, verified_with_issuer_on=ON), ON,
    ),
    "parties.end_user_is_no_forwarder": (
        with_party(replace(PASSING, ownerships=(*PASSING.ownerships, *OWNED_USER)), FORWARDER), PASSING, ON,
    ),
    "parties.end_user_answers": (replace(PASSING, end_user_response="referred"), PASSING, ON),
}  # fmt: skip
