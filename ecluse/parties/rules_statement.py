"""Does the end-use statement exist, hold, and cover this order? Cabinet 920 of 1999; controls.md section 4.1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.parties.facts import in_role, is_military, one_in_role
from ecluse.parties.terms import PartiesClaim, PartyKind, Role


def end_use_statement_is_present(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The end user's statement is on file (mechanism.md 1.2, Cabinet 920; R18)."""
    if claim.end_use is None:
        yield refuse("parties.end_use_statement_is_present", "ua-920-1999/end-use-statement", order=claim.order)


def end_use_statement_is_signed(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The authority of the state that the statement names signed it (Cabinet 920; controls.md 4.1)."""
    if claim.end_use is None:
        return
    owner = f"authority:{claim.end_use.state.lower()}"
    signatures = tuple(signature for signature in claim.end_use_signatures if signature.on <= on)
    if not is_signed_by(owner, claim.end_use, signatures, claim.keys):
        yield refuse(
            "parties.end_use_statement_is_signed", "ua-920-1999/end-use-statement",
            statement=claim.end_use.id, authority=owner,
        )  # fmt: skip


def end_use_statement_is_in_force(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The day lies between the statement's issue and its expiry (controls.md 4.1: date of issue, validity)."""
    statement = claim.end_use
    if statement and not statement.issued_on <= on <= statement.valid_until:
        yield refuse(
            "parties.end_use_statement_is_in_force", "ua-920-1999/end-use-statement",
            statement=statement.id, issued_on=statement.issued_on, valid_until=statement.valid_until, on=on,
        )  # fmt: skip


def end_use_statement_names_parties(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """End user, state and model of the statement are those of the order (controls.md 4.1, 5 I06)."""
    statement = claim.end_use
    if statement is None:
        return
    named = in_role(claim, Role.END_USER)
    end_user = one_in_role(claim, Role.END_USER)
    pairs = [(statement.end_user, name) for name in named]
    pairs += [(statement.state, claim.destination), (statement.model, claim.surplus.model)]
    pairs += [(statement.state, end_user.state)] if end_user else []
    for stated, ordered in dict.fromkeys(pairs):
        if stated != ordered:
            yield refuse(
                "parties.end_use_statement_names_parties", "ua-920-1999/end-use-statement",
                statement=statement.id, stated=stated, ordered=ordered,
            )  # fmt: skip


def end_use_statement_covers_units(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Units of this tranche and of all tranches before it stay within the statement (controls.md 5 I06)."""
    statement = claim.end_use
    if statement and claim.units_on_statement_before + claim.surplus.units > statement.units:
        yield refuse(
            "parties.end_use_statement_covers_units", "ua-920-1999/end-use-statement",
            statement=statement.id, units_claimed=claim.surplus.units,
            units_before=claim.units_on_statement_before, units_stated=statement.units,
        )  # fmt: skip


def end_use_statement_is_complete(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The statement makes every promise that the law asks for these goods (controls.md 4.1)."""
    if claim.end_use is None:
        return
    made = {clause.value for clause in claim.end_use.clauses}
    military = is_military(claim, on, law)
    for row in law["parties/clauses"].in_force(on):
        if row["clause"] not in made and (military or row["goods"] == "all"):
            yield refuse(
                "parties.end_use_statement_is_complete", "ua-920-1999/end-use-statement",
                statement=claim.end_use.id, clause=row["clause"],
            )  # fmt: skip


def end_use_statement_is_verified(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The issuer confirmed the statement through a channel of our own (controls.md 4.1: form checks alone are
    worthless; R18 authenticity check)."""
    statement = claim.end_use
    if statement is None:
        return
    verified = statement.verified_with_issuer_on
    if verified is None or not statement.issued_on <= verified <= on:
        yield refer(
            "parties.end_use_statement_is_verified", "ua-920-1999/authenticity",
            statement=statement.id, authority=f"authority:{statement.state.lower()}",
        )  # fmt: skip


def end_user_is_no_forwarder(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The end user is not a freight forwarder (controls.md 5 I09, I25)."""
    end_user = one_in_role(claim, Role.END_USER)
    if end_user and end_user.kind is PartyKind.FORWARDER:
        yield refer("parties.end_user_is_no_forwarder", "cp-2008-944/diversion", party=end_user.id)


def verifications_are_not_overdue(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The end user owes no delivery verification of earlier goods (controls.md 4.1, 5 I05)."""
    if claim.verifications_overdue > 0:
        yield refuse(
            "parties.verifications_are_not_overdue", "ua-920-1999/delivery-verification-owed",
            verifications_overdue=claim.verifications_overdue,
        )  # fmt: skip


def end_user_answers(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """No grave response after earlier deliveries stands against the end user; else a person decides (controls 4.2)."""
    if claim.end_user_response:
        yield refer("parties.end_user_answers", "ecluse/response-ladder", response=claim.end_user_response)
