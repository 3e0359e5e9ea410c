"""On which grounds is an order held at the parties gate? Prohibitions first, then who is behind it, then its papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.parties import rules_screening as screening
from ecluse.parties import rules_statement as statement
from ecluse.parties import rules_states as states
from ecluse.parties.facts import in_role, is_military, parts_of
from ecluse.parties.terms import PartiesClaim, Role

Rule = Callable[[PartiesClaim, date, Law], Iterator[Ground]]

# Every order has exactly one of each; consignee, broker, carrier and bank may be absent or several.
NEEDED_ONCE = (Role.EXPORTER, Role.BUYER, Role.END_USER)


def parties_are_named(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The order names exactly one exporter, one buyer and one end user (R10, R12)."""
    for role in NEEDED_ONCE:
        named = len(in_role(claim, role))
        if named != 1:
            yield refer("parties.parties_are_named", "ecluse/named-parties", role=role.value, named=named)


def parties_are_registered(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every party with a part is registered, and no party stands in the register twice (R10)."""
    registered = Counter(party.id for party in claim.parties)
    for name in dict.fromkeys((*parts_of(claim), *registered)):
        if registered[name] != 1:
            yield refer("parties.parties_are_registered", "ecluse/named-parties", party=name, records=registered[name])


def surplus_is_for_tranche(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The surplus finding was made for this tranche and no other (design.md 4.2)."""
    found = claim.surplus.tranche
    if found != claim.tranche:
        yield refuse(
            "parties.surplus_is_for_tranche",
            "ecluse/finding-of-its-tranche",
            tranche=claim.tranche,
            tranche_found=found,
        )


def exporter_is_registered(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The exporter is registered as a subject of international transfers on the day (mechanism.md 1.2; R10)."""
    for name in in_role(claim, Role.EXPORTER):
        status = claim.exporter
        if status is None or status.party != name or status.registered_until < on:
            yield refuse("parties.exporter_is_registered", "ua-549-iv/exporter-registration", party=name, on=on)


def exporter_has_authority(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """For military goods the exporter holds a Cabinet authority to export that has not run out (mechanism.md 1.2)."""
    status = claim.exporter
    if status is None or not is_military(claim, on, law):
        return
    if status.authority_until is None or status.authority_until < on:
        yield refuse(
            "parties.exporter_has_authority", "ua-549-iv/export-authority",
            party=status.party, control_entry=claim.control_entry, on=on,
        )  # fmt: skip


RULES: tuple[Rule, ...] = (
    states.destination_is_not_embargoed,
    screening.party_is_not_listed,
    screening.owner_is_not_listed,
    states.transit_is_not_embargoed,
    states.party_state_is_not_embargoed,
    states.state_is_in_tier,
    surplus_is_for_tranche,
    exporter_is_registered,
    exporter_has_authority,
    screening.lists_are_in_force,
    screening.screening_is_complete,
    screening.screening_is_current,
    statement.end_use_statement_is_present,
    statement.end_use_statement_is_signed,
    statement.end_use_statement_names_parties,
    statement.end_use_statement_covers_units,
    statement.end_use_statement_is_in_force,
    statement.end_use_statement_is_complete,
    statement.verifications_are_not_overdue,
    parties_are_named,
    parties_are_registered,
    states.states_are_known,
    states.embargo_scope_is_settled,
    screening.name_is_clear,
    screening.owners_are_known,
    states.tiers_are_set,
    statement.end_use_statement_is_verified,
    statement.end_user_is_no_forwarder,
    statement.end_user_answers,
)
