"""Which actions has a person on opening keys? Register a host's, propose, accept, split anew, hand in, restore."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date

from ecluse.base.words import say
from ecluse.custody.openings import HandedShare, OpeningDone, OpeningKey, ProposedOpeningKeys, standing_keys
from ecluse.custody.terms import Centre
from ecluse.edge.language import person_language
from ecluse.office.actions import opening_restore as act_restore
from ecluse.office.actions import openings as act
from ecluse.office.actions.opening import signer_of
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.refs import on_file
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.registers import Authority

CHOICE = {"choice": True}


@dataclass(frozen=True, slots=True)
class RegisterKey:
    """Which X25519 key is the host's? None: the one that follows from its signing key, where that is held here."""

    public_hex: str = ""


def register_key(desk: Desk, subject: str, form: RegisterKey) -> Done:
    """Register the key to which this state's shares are encrypted."""
    if form.public_hex:
        act.register_key(desk.session, desk.body, form.public_hex.lower(), on=desk.on, sign=signer_of(desk.session))
    else:
        act.registered_here(desk.session, desk.body, on=desk.on, sign=signer_of(desk.session))
    return Done("office")


@dataclass(frozen=True, slots=True)
class ProposeKeys:
    """For which year are keys laid, and which authorities hold the shares?"""

    year: int
    hosts: tuple[str, ...]


def propose_keys(desk: Desk, subject: str, form: ProposeKeys) -> Done:
    """Propose a year's opening keys; they are made when a second person of another authority accepts."""
    act.propose_keys(desk.session, form.year, form.hosts, officer=desk.person, on=desk.on)
    return Done("office")


def default_keys(desk: Desk, subject: str) -> dict[str, object]:
    """What does the form begin with? The next year that has no keys, and every host that registered one."""
    laid = {key.first_day.year for key in keys_of(desk)}
    year = desk.on.year if desk.on.year not in laid else desk.on.year + 1
    return {"year": year, "hosts": tuple(sorted(act.sealing_keys(desk.session)))}


@dataclass(frozen=True, slots=True)
class SplitAnew:
    """Which key is split anew, why, and among whom?"""

    opening_key: str = field(metadata=CHOICE)
    why: str = field(metadata=CHOICE)
    hosts: tuple[str, ...] = field()


def split_anew(desk: Desk, subject: str, form: SplitAnew) -> Done:
    """Propose to split a key among other hosts: after a loss the same key, after a leak a new one."""
    key = next((one for one in keys_of(desk) if one.id == form.opening_key), None)
    if key is None:
        raise FormError([Fault("opening_key", "form.fault.not_offered", form.opening_key)])
    act.propose_keys(
        desk.session, key.first_day.year, form.hosts, officer=desk.person, on=desk.on, replaces=key.id, reason=form.why
    )
    return Done("office")


def closed_keys(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which keys still hide what they are to open?"""
    return [(key.id, told(key)) for key in keys_of(desk) if not desk.session.of(key.name, OpeningDone)]


def reasons(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """For which reasons may a key be split anew?"""
    return [(reason, say(f"openingkeys.reason.{reason}", person_language())) for reason in act.REASONS]


@dataclass(frozen=True, slots=True)
class AcceptKeys:
    """Which proposal is accepted?"""

    proposal: str = field(metadata=CHOICE)


def accept_keys(desk: Desk, subject: str, form: AcceptKeys) -> Done:
    """Lay the proposed keys: they are made, split and encrypted to the hosts; nobody sees one."""
    act.accept_keys(desk.session, form.proposal, officer=desk.person, on=desk.on)
    return Done("office")


def proposals(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which proposals may this person accept? Another's, of another authority."""
    return [(one.id, proposed(one)) for one in act.waiting(desk.session)
            if desk.person != one.proposer and desk.body != one.authority]  # fmt: skip


@dataclass(frozen=True, slots=True)
class HandIn:
    """Of which key is the share, and what is it? None: it is opened here, where the host's key is held."""

    opening_key: str = field(metadata=CHOICE)
    share: str = ""


def hand_in(desk: Desk, subject: str, form: HandIn) -> Done:
    """Hand in this state's share of a key whose day has come."""
    act.hand_in(desk.session, form.opening_key, desk.body, form.share, on=desk.on, sign=signer_of(desk.session))
    return Done("office")


@dataclass(frozen=True, slots=True)
class RestoreKey:
    """Which lost key is restored, from which shares: each on a line, as `ecluse openings share` prints it?"""

    opening_key: str = field(metadata=CHOICE)
    shares: str = field(metadata={"long": True})


def restore_key(desk: Desk, subject: str, form: RestoreKey) -> Done:
    """Put a key that the office lost back, from the shares of so many hosts as restore it."""
    shares = [share_in(line, form.opening_key, desk.on) for line in form.shares.splitlines() if line.strip()]
    act_restore.restore_key(desk.session, form.opening_key, shares, officer=desk.person, on=desk.on)
    return Done("office")


def share_in(line: str, key: str, on: date) -> HandedShare:
    """Which share is on this line? Raises FormError for a line that holds none of this key."""
    try:
        said = json.loads(line)
        named, host, index, value = (said[name] for name in ("key", "host", "index", "value_hex"))
    except (ValueError, KeyError, TypeError):
        raise FormError([Fault("shares", "form.fault.opening_share", line[:40])]) from None
    if named != key or [type(one) for one in (host, index, value)] != [str, int, str]:
        raise FormError([Fault("shares", "form.fault.opening_share", line[:40])])
    return HandedShare(f"opening-share:{key}/{host}", key, host, index, value.strip().lower(), on)


def lost(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which keys does the office not keep any more?"""
    return [(key.id, told(key)) for key in act_restore.lost_keys(keys_of(desk))]


def due_here(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Of which keys that are due has this state not handed in its share?"""
    return [
        (key.id, told(key)) for key in keys_of(desk)
        if key.share_of(desk.body) and key.opens_on <= desk.on and desk.body not in handed_in(desk, key)
    ]  # fmt: skip


def is_host(desk: Desk) -> bool:
    """Does the person speak for the authority of a state that hosts a centre?"""
    authority = desk.session.newest(desk.body, Authority)
    return authority is not None and any(centre.host == authority.state for centre in on_file(Centre))


# ------------------------------------------------------------------ what stands on record


def keys_of(desk: Desk) -> list[OpeningKey]:
    """Which keys are there, in the splitting that stands, by their days?"""
    standing = standing_keys(desk.session.of(act.KEYS, OpeningKey))
    desk.session.know(key.name for key in standing.values())
    return sorted(standing.values(), key=lambda key: (key.opens_on, key.id))


def handed_in(desk: Desk, key: OpeningKey) -> dict[str, HandedShare]:
    """Who handed in a share of this key?"""
    return {one.host: one for one in desk.session.of(key.name, HandedShare) if one.key == key.id}


def told(key: OpeningKey) -> str:
    """How is a key told apart?"""
    days = {"first": key.first_day, "last": key.last_day, "opens": key.opens_on}
    return say("openingkeys.told", person_language(), **days)


def proposed(one: ProposedOpeningKeys) -> str:
    """How is a proposal told apart?"""
    name = "openingkeys.proposed_anew" if one.replaces else "openingkeys.proposed"
    facts = {"year": str(one.year), "hosts": ", ".join(one.hosts), "proposer": one.proposer}
    return say(name, person_language(), **facts, **({"name": one.replaces} if one.replaces else {}))


ACTIONS = (
    Action("openings.register_key", About.OFFICE, RegisterKey, register_key,
           lambda desk, subject: is_host(desk) and desk.body not in act.sealing_keys(desk.session)),
    Action("openings.propose_keys", About.OFFICE, ProposeKeys, propose_keys,
           lambda desk, subject: bool(act.sealing_keys(desk.session)), given=default_keys),
    Action("openings.split_anew", About.OFFICE, SplitAnew, split_anew,
           lambda desk, subject: bool(closed_keys(desk, subject)),
           choices={"opening_key": closed_keys, "why": reasons}, permit="openings.propose_keys",
           given=lambda desk, subject: {"hosts": tuple(sorted(act.sealing_keys(desk.session)))}),
    Action("openings.accept_keys", About.OFFICE, AcceptKeys, accept_keys,
           lambda desk, subject: bool(proposals(desk, subject)), choices={"proposal": proposals}),
    Action("openings.hand_in", About.OFFICE, HandIn, hand_in,
           lambda desk, subject: bool(due_here(desk, subject)), choices={"opening_key": due_here}),
    Action("openings.restore_key", About.OFFICE, RestoreKey, restore_key,
           lambda desk, subject: bool(lost(desk, subject)), choices={"opening_key": lost}),
)  # fmt: skip
