"""How are opening keys laid, split among host states, and opened? By two persons, the hosts' officers and a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError, ConflictError, EvidenceError, ForbiddenError
from ecluse.base.law import Law, Row
from ecluse.base.sealed import seal
from ecluse.base.signing import Signature, is_signed_by
from ecluse.base.words import say
from ecluse.custody.disclosures import is_sealing_key, lay_shares, open_share, public_of, sealing_key
from ecluse.custody.openings import (
    AcceptedOpeningKeys,
    HandedShare,
    OpeningDone,
    OpeningKey,
    OpeningLate,
    Period,
    ProposedOpeningKeys,
    SealingKey,
    key_digest,
    periods_of,
    restored,
    share_handed,
    standing_keys,
)
from ecluse.edge.language import person_language
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.opening import Signer, actor_of
from ecluse.office.models import Salt
from ecluse.office.registers import Authority
from ecluse.office.session import Session

PROPOSERS = frozenset({"author", "planner"})
ACCEPTORS = frozenset({"author", "planner", "countersigner", "controller"})
# All that is laid stands under one subject: two hands never lay one key. What is handed in stands under its key's name.
KEYS, HOSTS = "opening-keys", "sealing-keys"
CLOCK = "clock:office"
LEAKED = "key_leaked"
REASONS = ("share_lost", "host_key_lost", "host_replaced", LEAKED)


def register_key(session: Session, host: str, public_hex: str, *, on: date, sign: Signer) -> SealingKey:
    """Register the key to which a host's shares are encrypted; one that was registered before ends the day before.

    Raises BadInputError for what is no X25519 key.
    """
    if not is_sealing_key(public_hex):
        raise _fault("public_hex", public_hex[:80])
    record = SealingKey(f"sealing-key:{host}/{public_hex[:16]}", host, public_hex, on, None)
    if session.digest_of(HOSTS, record.id):
        raise ConflictError(_said("registered_before", name=record.id))
    with Deed(session, "openings.register_key", actor=host, on=on, subject=HOSTS) as deed:
        deed.seal(record, signatures=_made(sign, host, record, on))
    return record


def registered_here(session: Session, host: str, *, on: date, sign: Signer) -> SealingKey:
    """Register the sealing key that follows from the host's signing key, where that key is held here."""
    public = public_of(sealing_key(session.source.private_key(host)))
    return register_key(session, host, public, on=on, sign=sign)


def sealing_keys(session: Session) -> dict[str, SealingKey]:
    """Which sealing key has each host? Its newest that the host signed: anybody could name a key of his own for it."""
    keys = session.of(HOSTS, SealingKey)
    session.know(f"key:{key.owner}" for key in keys)
    session.know_signatures(seal(key).digest for key in keys)
    return {
        key.owner: key for key in keys
        if is_signed_by(key.owner, key, session.signatures(seal(key).digest), session.keys([key.owner]))
    }  # fmt: skip


def propose_keys(
    session: Session, year: int, hosts: Iterable[str], *, officer: str, on: date, replaces: str = "", reason: str = ""
) -> ProposedOpeningKeys:
    """Propose to lay a year's keys, or to split one anew; nothing is made until a second person accepts."""
    actor = actor_of(session, officer, PROPOSERS, on)
    chosen = tuple(sorted(set(hosts)))
    _check_hosts(session, chosen, actor.authority, on)
    _to_lay(session, year, replaces, on)
    if bool(replaces) != (reason in REASONS):
        raise _fault("reason", reason[:80])
    number = 1 + len(session.of(KEYS, ProposedOpeningKeys))
    proposal = ProposedOpeningKeys(
        f"proposed-opening-keys:{year}/{number}", year, chosen, actor.person, actor.authority, on, replaces or None,
        reason or None,
    )  # fmt: skip
    with Deed(session, "openings.propose_keys", actor=officer, on=on, subject=KEYS) as deed:
        deed.seal(proposal)
    return proposal


def waiting(session: Session) -> list[ProposedOpeningKeys]:
    """Which proposals wait for a second person? The newest of each year, or of each key, alone."""
    answered = {accepted.proposal for accepted in session.of(KEYS, AcceptedOpeningKeys)}
    newest = {one.replaces or str(one.year): one for one in session.of(KEYS, ProposedOpeningKeys)}
    return [one for one in newest.values() if one.id not in answered]


def accept_keys(session: Session, proposal_id: str, *, officer: str, on: date) -> tuple[OpeningKey, ...]:
    """Which keys are laid now? Made by chance, split, each share encrypted to its host, and logged in one deed."""
    actor = actor_of(session, officer, ACCEPTORS, on)
    proposal = next((one for one in waiting(session) if one.id == proposal_id), None)
    if proposal is None:
        raise ForbiddenError(_said("no_proposal", id=proposal_id))
    if actor.person == proposal.proposer or actor.authority == proposal.authority:
        raise ForbiddenError(_said("two_persons", proposer=proposal.proposer))
    _check_hosts(session, proposal.hosts, proposal.authority, on)
    standing = standing_keys(session.of(KEYS, OpeningKey))
    keys, secrets = [], []
    for period in _to_lay(session, proposal.year, proposal.replaces or "", on):
        key, secret = _laid(session, proposal, period, standing.get(period.name), on)
        keys.append(key)
        if not any(older.key_digest == key.key_digest for older in standing.values()):
            secrets.append(Salt(digest=secret_name(key.key_digest), salt_hex=secret.hex()))
    accepted = AcceptedOpeningKeys(
        proposal.id.replace("proposed", "accepted", 1), proposal.id, tuple(key.id for key in keys), actor.person,
        actor.authority, on,
    )  # fmt: skip
    with Deed(session, "openings.accept_keys", actor=officer, on=on, subject=KEYS) as deed:
        for key in keys:
            deed.seal(key)
        deed.seal(accepted)
        deed.add(secrets)
    return tuple(keys)


def secret_name(known_by: str) -> str:
    """Under which name does the office keep the opening key of this digest, beside its salts?"""
    return digest(f"opening-key/{known_by}".encode())


def hand_in(session: Session, key_id: str, host: str, value_hex: str = "", *, on: date, sign: Signer) -> HandedShare:
    """Hand in a host's share once its day has come; with the k-th the key is restored and told to everybody.

    Without a value the share is opened here, where the host's key is held. Raises ForbiddenError before the day or for
    a state that holds no share, EvidenceError for a share that is not the one that was laid.
    """
    key = next((one for one in standing_keys(session.of(KEYS, OpeningKey)).values() if one.id == key_id), None)
    held = key.share_of(host) if key else None
    if key is None or held is None:
        raise ForbiddenError(_said("no_share", host=host, name=key_id))
    if on < key.opens_on:
        raise ForbiddenError(_said("not_due", name=key_id, day=key.opens_on))
    before = [one for one in session.of(key.name, HandedShare) if one.key == key.id]
    if host in {one.host for one in before}:
        raise ConflictError(_said("handed_before", host=host, name=key_id))
    value = value_hex.strip().lower() or _opened_here(session, key, host)
    handed = HandedShare(f"opening-share:{key.id}/{host}", key.id, host, held.index, value, on)
    share_handed(key, handed)
    with Deed(session, "openings.hand_in", actor=host, on=on, subject=key.name) as deed:
        deed.seal(handed, signatures=_made(sign, host, handed, on))
        if len(before) + 1 == key.threshold:
            shares = [*before, handed]
            secret = restored(key, shares)
            hosts = tuple(sorted(one.host for one in shares))
            deed.seal(OpeningDone(f"opening-done:{key.id}", key.id, secret.hex(), hosts, on))
    return handed


def note_late(session: Session, on: date) -> list[OpeningLate]:
    """Which hosts let their last day pass? The clock puts it on record, once a key."""
    noted = []
    for key in standing_keys(session.of(KEYS, OpeningKey)).values():
        if key.due_on >= on or session.of(key.name, OpeningLate):
            continue
        handed = {one.host for one in session.of(key.name, HandedShare) if one.key == key.id and one.on <= key.due_on}
        late = tuple(share.host for share in key.shares if share.host not in handed)
        if late:
            is_missed = len(handed) < key.threshold
            noted.append(OpeningLate(f"opening-late:{key.id}", key.id, late, key.due_on, is_missed, on))
    for one in noted:
        name = next(key.name for key in session.of(KEYS, OpeningKey) if key.id == one.key)
        with Deed(session, "openings.note_late", actor=CLOCK, on=on, subject=name) as deed:
            deed.seal(one)
    return noted


# ------------------------------------------------------------------ what is laid


def split_terms(law: Law, on: date) -> Row:
    """How many of how many hosts restore a key, and how many days have they to hand in?"""
    (found,) = law["office/opening_split"].in_force(on)
    return found


def _to_lay(session: Session, year: int, replaces: str, on: date) -> list[Period]:
    """Which keys does the proposal lay? The whole year's, or the one that is split anew while it still hides."""
    standing = standing_keys(session.of(KEYS, OpeningKey))
    if replaces:
        key = next((one for one in standing.values() if one.id == replaces), None)
        if key is None or key.first_day.year != year or session.of(key.name, OpeningDone):
            raise ForbiddenError(_said("not_replaceable", name=replaces))
        return [Period(key.first_day, key.last_day, key.opens_on)]
    if year not in (on.year, on.year + 1):
        raise _fault("year", str(year))
    periods = periods_of(session.law["office/opening"].in_force(on), year)
    found = [period for period in periods if period.name not in standing]
    if not found:
        raise ConflictError(_said("laid_before", year=str(year)))
    return found


def _laid(
    session: Session, proposal: ProposedOpeningKeys, period: Period, older: OpeningKey | None, on: date
) -> tuple[OpeningKey, bytes]:
    terms = split_terms(session.law, on)
    threshold, days = int(terms["threshold"]), int(terms["days_to_hand_in"])
    times = sum(key.name == period.name for key in session.of(KEYS, OpeningKey))
    id = period.name if not times else f"{period.name}/{times + 1}"
    chance = session.source.salt
    kept = None if older is None or proposal.reason == LEAKED else kept_secret(older)
    secret = kept or chance(id, "opening-key")
    known = sealing_keys(session)
    shares = lay_shares(
        secret, id, [known[host] for host in proposal.hosts],
        coefficients=[chance(id, f"coefficient/{number}") for number in range(1, threshold)],
        ephemerals=[chance(id, f"ephemeral/{host}") for host in proposal.hosts],
    )  # fmt: skip
    due_on = date.fromordinal(period.opens_on.toordinal() + days)
    key = OpeningKey(
        id, period.name, period.first_day, period.last_day, period.opens_on, due_on, threshold, key_digest(secret),
        shares, proposal.id, on, older.id if older else None,
    )  # fmt: skip
    return key, secret


def kept_secret(key: OpeningKey) -> bytes:
    """Which bytes does the office keep as this key? Raises EvidenceError when they are gone or another key's."""
    row = Salt.objects.filter(digest=secret_name(key.key_digest)).first()
    secret = bytes.fromhex(row.salt_hex) if row else b""
    if key_digest(secret) != key.key_digest:
        raise EvidenceError(_said("secret_lost", name=key.id))
    return secret


def _check_hosts(session: Session, hosts: tuple[str, ...], home: str, on: date) -> None:
    """Enough hosts, each with a key of its own, each of another state, none of the proposer's own."""
    wanted, known = int(split_terms(session.law, on)["hosts"]), sealing_keys(session)
    if len(hosts) < wanted:
        raise BadInputError.one("hosts", _said("at_least", n=str(wanted)), str(len(hosts)), _said("name_more"))
    for host in hosts:
        if host not in known:
            raise _fault("host", host)
    named = [session.newest(authority, Authority) for authority in (home, *hosts)]
    states = [found.state for found in named if found is not None]
    if len(states) != len(named) or len(set(states)) != len(states):
        raise _fault("states", ", ".join(states))


def _opened_here(session: Session, key: OpeningKey, host: str) -> str:
    held = key.share_of(host)
    assert held is not None
    private = sealing_key(session.source.private_key(host))
    return open_share(held, key.id, key.threshold, private).value.hex()


def _made(sign: Signer, host: str, record: Any, on: date) -> list[Signature]:
    """The host's signature, where its key is held here; else it is made away from the office and brought in."""
    made = sign(host, record, on)
    return [made] if made else []


def _said(name: str, /, **facts: Any) -> str:
    return say(f"openingkeys.{name}", person_language(), **facts)


def _fault(name: str, found: str) -> BadInputError:
    return BadInputError.one(name, _said(f"expected.{name}"), found, _said(f"remedy.{name}"))
