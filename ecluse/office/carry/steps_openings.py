"""How do the simulated offices bind their secrets? Keys are laid before the first commitment; hosts hand in later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.custody.openings import OpeningKey
from ecluse.office.actions import openings as act
from ecluse.office.carry.agenda import Step
from ecluse.office.registers import Authority

if TYPE_CHECKING:
    from ecluse.edge.world.read import World
    from ecluse.office.carry.founding import Signers
    from ecluse.office.carry.stage import Stage
    from ecluse.office.session import Session

PROPOSER, ACCEPTOR = ("authority:ssecu", "author"), ("authority:audit", "controller")
# How many days after its day does each host hand in? The first three suffice; the others take what the law gives.
DAYS_TAKEN = (0, 0, 0, 6, 14)
NEXT_YEAR = (12, 1)


def lay_first(session: Session, world: World, on: date, signers: Signers) -> None:
    """Register the hosts' sealing keys and lay the year's opening keys, where the world has hosts enough."""
    hosts = hosts_of(session, world)
    terms = act.split_terms(session.law, on)
    if len(hosts) < int(terms["hosts"]) or _officer(world, *ACCEPTOR, on) is None:
        return
    for host in hosts:
        act.registered_here(session, host, on=on, sign=signers.sign)
    _lay(session, world, on.year, on)


def hosts_of(session: Session, world: World) -> list[str]:
    """Which authorities hold the shares? Those of the first host states of the centres, as many as the law asks."""
    states = sorted({row.host for row in world.centres})
    named = [f"authority:{state.lower()}" for state in states]
    known = [host for host in named if session.newest(host, Authority) is not None]
    return known[: len(DAYS_TAKEN)]


def schedule(stage: Stage) -> None:
    """Put every share that falls due, and the next year's keys, on the agenda."""
    if not act.sealing_keys(stage.session):
        return
    _expect(stage, stage.world.first_day)
    stage.agenda.put(date(stage.world.last_day.year, *NEXT_YEAR), "lay_keys", "next")


def lay_next(stage: Stage, step: Step, on: date) -> None:
    """The next year's keys are laid before it begins."""
    _lay(stage.session, stage.world, on.year + 1, on)
    _expect(stage, on)


def hand_in(stage: Stage, step: Step, on: date) -> None:
    """A host state's officer hands in its share."""
    key, host = step.key.split("|")
    act.hand_in(stage.session, key, host, on=on, sign=stage.sign)


def note_late(stage: Stage, step: Step, on: date) -> None:
    """The day after the last: whoever has not handed in is late."""
    act.note_late(stage.session, on)


def _expect(stage: Stage, laid_on: date) -> None:
    for key in [key for key in stage.session.of(act.KEYS, OpeningKey) if key.on == laid_on]:
        for share, days in zip(key.shares, DAYS_TAKEN, strict=True):
            stage.agenda.put_once(key.opens_on + timedelta(days), "hand_in", f"{key.id}|{share.host}")
        stage.agenda.put_once(key.due_on + timedelta(1), "note_late", key.id)


def _lay(session: Session, world: World, year: int, on: date) -> None:
    proposer, acceptor = _officer(world, *PROPOSER, on), _officer(world, *ACCEPTOR, on)
    assert proposer is not None
    assert acceptor is not None
    proposal = act.propose_keys(session, year, hosts_of(session, world), officer=proposer, on=on)
    act.accept_keys(session, proposal.id, officer=acceptor, on=on)


def _officer(world: World, authority: str, role: str, on: date) -> str | None:
    found = [
        row.officer for row in world.officers
        if (row.authority, row.role) == (authority, role) and row.valid_from <= on
        and (row.valid_until is None or on <= row.valid_until)
    ]  # fmt: skip
    return min(found, default=None)


STEPS = {"lay_keys": lay_next, "hand_in": hand_in, "note_late": note_late}
