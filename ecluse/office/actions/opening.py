"""How does an office begin, how does a table take force? Founded once; proposed by one officer, accepted by another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from ecluse.base.canon import digest
from ecluse.base.errors import ConflictError, EvidenceError, ForbiddenError
from ecluse.base.sealed import seal
from ecluse.base.signing import Key, Signature, sign
from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.licence.officers import in_office
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.lists import screen_late
from ecluse.office.actions.reopen import reopen_parties
from ecluse.office.models import Account, Document, Entry, LiveParty, LogEntry, Posting, Record, Setting, Unit
from ecluse.office.opening.balances import owed_before, received_for, unit_rows
from ecluse.office.opening.plan import Plan, Planned, plan_import
from ecluse.office.opening.records import (
    AcceptedImport,
    DeclinedImport,
    OpeningReceipt,
    OpeningReceivable,
    OpeningUnits,
    ProposedImport,
)
from ecluse.office.registers import Authority, Officer
from ecluse.office.session import Session
from ecluse.parties.terms import Party
from ecluse.proceeds.terms import JournalEntry, Shortage

PROPOSERS = frozenset({"author", "planner"})
ACCEPTORS = frozenset({"author", "planner", "countersigner"})
# What has no meaning without its owner's signature is not filed without it.
SIGNED_ALWAYS = (Shortage,)
Signer = Callable[[str, Any, date], Signature | None]


# ------------------------------------------------------------------ the office itself


def refuse_used_database() -> None:
    """May an office be founded here? Raises ForbiddenError where anything is kept: each database is founded once."""
    kind = Setting.objects.filter(key="kind").values_list("value", flat=True).first()
    if kind == "demonstration":
        raise ForbiddenError(say("opening.is_demonstration", person_language()))
    if any(model.objects.exists() for model in (Setting, Record, LogEntry, Account, Document)):
        raise ForbiddenError(say("opening.is_used", person_language()))


def found_office(
    session: Session, *, home: str, side: str, on: date, authorities: Iterable[Authority], officers: Iterable[Officer],
    keys: Iterable[Key], accounts: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Found an office of service: its settings, authorities, keys and first officers, all or nothing."""
    with transaction.atomic():
        refuse_used_database()
        Setting.objects.bulk_create([
            Setting(key="kind", value="service"), Setting(key="home", value=home), Setting(key="side", value=side),
            Setting(key="founded", value=str(on)),
        ])  # fmt: skip
        with Deed(session, "office.found", actor="clock:office", on=on, subject="register:office") as deed:
            for authority in authorities:
                deed.seal(authority, authority.id)
            for key in keys:
                deed.seal(key, f"key:{key.owner}")
            for officer in officers:
                deed.seal(officer, officer.id)
        accounts()


# ------------------------------------------------------------------ tables by two persons


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person, and the authority for which the person speaks."""

    person: str
    authority: str


def actor_of(session: Session, person: str, roles: frozenset[str], on: date) -> Actor:
    """For which authority does this person act here? Raises ForbiddenError for one who holds no such role today."""
    mandate = session.mandate
    if mandate is not None and mandate.person == person and mandate.role in roles:
        return Actor(person, mandate.body)
    for officer in in_office(session.of(person, Officer), person, on):
        if officer.role in roles and (mandate is None or officer.authority == mandate.body):
            return Actor(person, officer.authority)
    raise ForbiddenError(
        say("opening.no_role", person_language(), person=person, roles=", ".join(sorted(roles)), day=on)
    )


def propose_import(
    session: Session, kind: str, file_name: str, body: bytes, map_body: bytes | None, *, officer: str, on: date
) -> tuple[ProposedImport, Plan]:
    """Propose a table: it is read and checked, its bytes are kept, its rows wait for a second person."""
    actor = actor_of(session, officer, PROPOSERS, on)
    plan = plan_import(kind, file_name, body, map_body, law=session.law, on=on)
    id = _new_id(session, plan)
    proposal = ProposedImport(
        id, kind, plan.file_name, plan.file, plan.map, plan.rows_digest, len(plan.planned), actor.person,
        actor.authority, on,
    )  # fmt: skip
    with transaction.atomic():
        for held in (body, map_body):
            if held is not None:
                _keep(held)
        with Deed(session, "office.propose_import", actor=officer, on=on, subject=id) as deed:
            deed.seal(proposal)
    return proposal, plan


def _new_id(session: Session, plan: Plan) -> str:
    """A table is proposed once at a time; one that was declined may be proposed again."""
    stem = f"import:{plan.kind}/{digest(f'{plan.file}{plan.map}'.encode())[:16]}"
    number = 1
    while session.of(id := stem if number == 1 else f"{stem}-{number}", ProposedImport):
        if not session.of(id, DeclinedImport):
            accepted = session.of(id, AcceptedImport)
            key = "opening.accepted_before" if accepted else "opening.proposed_before"
            raise ConflictError(say(key, person_language(), id=id))
        number += 1
    return id


def _keep(body: bytes) -> None:
    Document.objects.get_or_create(
        digest=digest(body), defaults={"media_type": "application/octet-stream", "size": len(body), "content": body}
    )


def waiting(session: Session) -> list[ProposedImport]:
    """Which proposed tables wait for a second person, oldest first?"""
    subjects = Record.objects.filter(v="proposed_import/1").order_by("on", "rid").values_list("rid", flat=True)
    found = [proposal for subject in subjects for proposal in session.of(subject, ProposedImport)]
    return [proposal for proposal in found if not is_answered(session, proposal.id)]


def is_answered(session: Session, id: str) -> bool:
    """Was this proposal accepted or declined?"""
    return bool(session.of(id, AcceptedImport)) or bool(session.of(id, DeclinedImport))


def proposal_of(session: Session, id: str) -> ProposedImport:
    """Which proposal is this, still waiting? Raises ForbiddenError when there is none or it was answered."""
    found = session.newest(id, ProposedImport)
    if found is None:
        raise ForbiddenError(say("opening.no_proposal", person_language(), id=id))
    if is_answered(session, id):
        raise ForbiddenError(say("opening.answered", person_language(), id=id))
    return found


def plan_of(session: Session, proposal: ProposedImport, on: date) -> Plan:
    """What does this proposal come to today? Raises EvidenceError when it no longer comes to what was proposed."""
    bodies = [_held(found) if found else None for found in (proposal.file, proposal.map)]
    assert bodies[0] is not None
    plan = plan_import(proposal.kind, proposal.file_name, bodies[0], bodies[1], law=session.law, on=on)
    if plan.rows_digest != proposal.rows:
        raise EvidenceError(say("opening.rows_differ", person_language(), id=proposal.id))
    return plan


def _held(wanted: str) -> bytes:
    row = Document.objects.filter(digest=wanted).first()
    body = bytes(row.content) if row is not None else b""
    if row is None or digest(body) != wanted:
        raise EvidenceError(say("opening.no_document", person_language(), digest=wanted[:12]))
    return body


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an accepted table came to, and how many of its records still wait for their owner's signature."""

    plan: Plan
    unsigned: int


def accept_import(session: Session, id: str, *, officer: str, on: date, signer: Signer | None = None) -> Accepted:
    """Accept a proposed table as a second person of another authority: one deed files all its rows."""
    proposal = proposal_of(session, id)
    actor = actor_of(session, officer, ACCEPTORS, on)
    if actor.person == proposal.proposer or actor.authority == proposal.authority:
        raise ForbiddenError(say("opening.two_persons", person_language(), id=id, proposer=proposal.proposer))
    plan = plan_of(session, proposal, on)
    accepted = AcceptedImport(
        f"accepted:{id.partition(':')[2]}", id, proposal.file, proposal.rows, actor.person, actor.authority, on
    )
    signed, unsigned = signer or signer_of(session), 0
    with Deed(session, "office.accept_import", actor=officer, on=on, subject=id) as deed:
        deed.seal(accepted)
        for planned in plan.planned:
            filing = planned.filing
            made = signed(filing.owner, filing.record, on) if filing.owner else None
            if made is None and isinstance(filing.record, SIGNED_ALWAYS):
                raise ForbiddenError(
                    say("opening.must_be_signed", person_language(), id=filing.record.id, owner=filing.owner)
                )
            unsigned += filing.owner is not None and made is None
            deed.seal(filing.record, filing.subject, [made] if made else (), rid=planned.rid)
            _project(session, deed, filing.record)
    _screen(session, [planned.filing.record.id for planned in plan.planned if _is_party(planned)], on)
    return Accepted(plan, unsigned)


def _is_party(planned: Planned) -> bool:
    return isinstance(planned.filing.record, Party)


def _screen(session: Session, parties: list[str], on: date) -> None:
    """Whoever comes in after the lists is screened at once; what a hit touches is heard again."""
    for party in screen_late(session, parties, on):
        reopen_parties(session, party, on)


def _project(session: Session, deed: Deed, record: Any) -> None:
    """Caches beside the record: live parties, units that are traced singly, postings."""
    if isinstance(record, Party):
        deed.put(LiveParty(party=record.id, digest=seal(record).digest), record.id)
    elif isinstance(record, OpeningUnits):
        rows: list[Unit] = list(unit_rows([record], session.law))
        deed.add(rows)
    elif isinstance(record, OpeningReceivable):
        _post(deed, owed_before(record), record.id)
    elif isinstance(record, OpeningReceipt):
        owed = session.newest(record.receivable, OpeningReceivable)
        assert owed is not None, "the plan found it"
        _post(deed, received_for(record, owed), owed.id)


def _post(deed: Deed, entry: JournalEntry, subject: str) -> None:
    """Postings first, the entry's row last, where the database checks the sum."""
    deed.seal(entry, subject)
    deed.add(
        Posting(
            id=f"{entry.id}/{number}", entry_id=entry.id, account=posting.account, currency=posting.money.currency,
            minor=posting.money.minor,
        )
        for number, posting in enumerate(entry.postings, 1)
    )  # fmt: skip
    deed.add([Entry(rid=entry.id, tranche="", on=entry.on)])


def decline_import(session: Session, id: str, *, officer: str, reason: str, on: date) -> None:
    """Do not take a proposed table: a second person declines it, or its proposer takes it back."""
    proposal = proposal_of(session, id)
    actor = actor_of(session, officer, ACCEPTORS, on)
    if not reason.strip():
        raise ForbiddenError(say("opening.no_reason", person_language(), id=id))
    declined = DeclinedImport(
        f"declined:{id.partition(':')[2]}", proposal.id, actor.person, actor.authority, reason.strip(), on
    )
    with Deed(session, "office.decline_import", actor=officer, on=on, subject=id) as deed:
        deed.seal(declined)


def signer_of(session: Session) -> Signer:
    """Who signs here? Every owner whose private key this office holds; the others' records wait for their signature."""

    @lru_cache(maxsize=1024)
    def held(owner: str) -> Ed25519PrivateKey | None:
        try:
            return session.source.private_key(owner)
        except ForbiddenError:
            return None

    def signed(owner: str, record: Any, on: date) -> Signature | None:
        private = held(owner)
        if private is None:
            return None
        public = private.public_key().public_bytes_raw().hex()
        own = [key for key in session.keys([owner]) if key.public_hex == public and key.valid_from <= on]
        return sign(record, own[-1].id, private, on) if own else None

    return signed
