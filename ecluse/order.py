"""START HERE. How does an export order live, from application to reinvestment?

    surplus -> parties -> licence -> custody -> proceeds

What passes the gates is a tranche: a quantity of one order line under one certificate draw, licence line, consignment
and sale. Each judgement seals a *hearing*: the claim (its facts, shared ones cited by digest), the law by table digest,
the verdict. Each gate's claim asks for the finding of the gate before it, so a skipped gate does not type-check.
Passing is never final: `rehear` says what a new fact reopens.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ecluse import __version__
from ecluse.base.canon import canonical, digest
from ecluse.base.claim import read_claim, refs_in, write_claim
from ecluse.base.errors import EvidenceError
from ecluse.base.law import Law
from ecluse.base.sealed import VERSIONS, Sealed, encode, seal, sealed, unseal
from ecluse.base.verdict import Ground, Held, Passed
from ecluse.custody import gate as custody
from ecluse.licence import gate as licence
from ecluse.parties import gate as parties
from ecluse.proceeds import gate as proceeds
from ecluse.surplus import gate as surplus


class Gate(enum.Enum):
    """The five gates in the order of the river; beside them what is judged apart and moves no tranche.

    `certificate` stands before them, for surplus certificates; `departure` at a centre abroad, where goods wait
    until the host state's witness saw their release.
    """

    CERTIFICATE = "certificate"
    SURPLUS = "surplus"
    PARTIES = "parties"
    LICENCE = "licence"
    CUSTODY = "custody"
    DEPARTURE = "departure"
    PROCEEDS = "proceeds"


class Door(NamedTuple):
    """One gate's door: the claim it takes, the tables it reads, and `judge(claim, on=, law=)`."""

    claim: type
    tables: tuple[str, ...]
    judge: Callable[..., Passed[Any] | Held]


DOORS: Mapping[Gate, Door] = {
    Gate.CERTIFICATE: Door(surplus.CertificateClaim, surplus.TABLES, surplus.judge_certificate),
    Gate.SURPLUS: Door(surplus.SurplusClaim, surplus.TABLES, surplus.judge),
    Gate.PARTIES: Door(parties.PartiesClaim, parties.TABLES, parties.judge),
    Gate.LICENCE: Door(licence.LicenceClaim, licence.TABLES, licence.judge),
    Gate.CUSTODY: Door(custody.CustodyClaim, custody.TABLES, custody.judge),
    Gate.DEPARTURE: Door(custody.Departure, custody.DEPARTURE_TABLES, custody.judge_departure),
    Gate.PROCEEDS: Door(proceeds.ProceedsClaim, proceeds.TABLES, proceeds.judge),
}


class Trigger(enum.Enum):
    """Why was the gate heard?"""

    FIRST = "first"
    LIST_CHANGE = "list_change"
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"
    AMENDMENT = "amendment"
    SPLIT = "split"
    RETURN = "return"
    TOLERANCE = "tolerance"
    LICENCE_CHANGE = "licence_change"
    SIGHTING = "sighting"
    CLOCK = "clock"
    MONEY = "money"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where does a shared fact stand? Its digest, its log and its index there."""

    digest: str
    log: str
    index: int


@sealed("hearing/1")
@dataclass(frozen=True, slots=True)
class Hearing:
    """One judgement as it was made: facts, law, verdict."""

    id: str
    order: str
    tranche: str
    gate: Gate
    on: date
    trigger: Trigger
    previous: str | None
    claim: Any
    citations: tuple[Citation, ...]
    law: tuple[tuple[str, str], ...]
    engine: str
    grounds: tuple[Ground, ...]
    finding: Any | None


class Standing(enum.Enum):
    """Where does a tranche stand? Gravest first: an order's standing is its gravest tranche's."""

    HELD_REFUSED = "held_refused"
    HELD_REFERRED = "held_referred"
    OPEN = "open"
    PASSED = "passed"


HELD = frozenset({Standing.HELD_REFUSED, Standing.HELD_REFERRED})


@dataclass(frozen=True, slots=True)
class Stage:
    """A tranche's place on the river: the gate it waits at or passed last, and its standing there."""

    gate: Gate
    standing: Standing


ENGINE = f"ecluse {__version__}"


def hear(
    gate: Gate,
    claim: Any,
    *,
    id: str,
    order: str,
    tranche: str,
    on: date,
    law: Law,
    trigger: Trigger = Trigger.FIRST,
    previous: str | None = None,
    where: Callable[[str], Citation | None] = lambda digest: None,
) -> tuple[Hearing, Passed[Any] | Held, tuple[Sealed, ...]]:
    """What does this gate answer, and which hearing records it? Also gives the sealed facts that the claim cites."""
    door = DOORS[gate]
    verdict = door.judge(claim, on=on, law=law.only(door.tables))
    form, cited = write_claim(claim)
    citations = tuple(found for found in (where(fact.digest) for fact in cited) if found)
    hearing = Hearing(
        id,
        order,
        tranche,
        gate,
        on,
        trigger,
        previous,
        form,
        citations,
        law.digests(door.tables),
        ENGINE,
        verdict.grounds if isinstance(verdict, Held) else (),
        finding_form(verdict.finding) if isinstance(verdict, Passed) else None,
    )
    return hearing, verdict, cited


def finding_form(finding: Any) -> dict[str, Any]:
    """How does a finding stand in its hearing? With its version, so that it can be cited by digest."""
    return {"v": VERSIONS[type(finding)], **encode(finding)}


@dataclass(frozen=True, slots=True)
class Dossier:
    """One order's hearings in order, and every object they cite, by digest."""

    order: str
    hearings: tuple[Hearing, ...]
    objects: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One hearing judged again: is the stored verdict what the law gives on the stored facts, byte for byte?"""

    hearing: Hearing
    same: bool
    stored: bytes
    again: bytes


def verdict_bytes(grounds: Iterable[Ground], finding: Any | None) -> bytes:
    """What are the canonical bytes of a verdict?"""
    held = [encode(ground) for ground in grounds]
    return canonical({"held": held} if finding is None else {"passed": finding})


def replay(dossier: Dossier, library: Callable[[str, str], Any]) -> list[Replayed]:
    """Does every hearing of this dossier still earn its verdict? `library(name, digest)` gives a law table.

    Raises EvidenceError for a missing or altered fact, UnknownLawError for a table this release does not hold.
    """
    found = [seal_form(h.finding) for h in dossier.hearings if h.finding is not None]
    objects = {**dossier.objects, **{record.digest: unseal(record.body) for record in found}}
    return [_judge_again(hearing, dossier, objects, library) for hearing in dossier.hearings]


def judge_hearing(hearing: Hearing, resolve: Callable[[str], Any], library: Callable[[str, str], Any]) -> bytes:
    """What verdict do this hearing's own facts earn under its own law? Canonical bytes."""
    door = DOORS[hearing.gate]
    law = Law({name: library(name, digest) for name, digest in hearing.law})
    if set(law.tables) != set(door.tables):
        raise EvidenceError(f"{hearing.id} cites other tables than its gate reads")
    claim: Any = read_claim(door.claim, hearing.claim, resolve)
    verdict = door.judge(claim, on=hearing.on, law=law)
    if isinstance(verdict, Held):
        return verdict_bytes(verdict.grounds, None)
    return verdict_bytes((), finding_form(verdict.finding))


def seal_form(form: dict[str, Any]) -> Sealed:
    """What sealed object is this finding's form?"""
    body = canonical(form)
    return Sealed(form["v"], body, digest(body))


def _judge_again(
    hearing: Hearing, dossier: Dossier, objects: Mapping[str, Any], library: Callable[[str, str], Any]
) -> Replayed:
    _check_previous(hearing, dossier)
    for ref in refs_in(hearing.claim):
        if ref not in objects:
            raise EvidenceError(f"{hearing.id} cites {ref[:12]}, which the dossier does not hold")
    stored = verdict_bytes(hearing.grounds, hearing.finding)
    again = judge_hearing(hearing, objects.__getitem__, library)
    return Replayed(hearing, stored == again, stored, again)


def _check_previous(hearing: Hearing, dossier: Dossier) -> None:
    """The finding a gate was given must come from the hearing it names, and that hearing must have passed."""
    if hearing.previous is None:
        return
    named = [h for h in dossier.hearings if seal(h).digest == hearing.previous]
    if not named or named[0].finding is None:
        raise EvidenceError(f"{hearing.id} stands on a hearing that did not pass or is not in the dossier")


def standing(stages: Iterable[Stage]) -> Standing:
    """Where does an order stand? With its gravest tranche; an order without tranches is open."""
    found = {stage.standing for stage in stages}
    return next((grave for grave in Standing if grave in found), Standing.OPEN)


REOPENING = frozenset({
    Trigger.LIST_CHANGE, Trigger.CERTIFICATE_WITHDRAWN, Trigger.AMENDMENT, Trigger.SPLIT, Trigger.LICENCE_CHANGE,
})  # fmt: skip
BESIDE = frozenset({Gate.CERTIFICATE, Gate.DEPARTURE})
RIVER = tuple(gate for gate in Gate if gate not in BESIDE)


def stage_of(hearings: Iterable[Hearing], delivered_on: date | None) -> Stage | None:
    """Where does a tranche stand after these hearings, its parent's before it was split included, in their order?"""
    stage: Stage | None = None
    for hearing in hearings:
        if hearing.gate in BESIDE:
            continue
        if not _is_again(hearing, stage) or _moves(hearing, stage, delivered_on):
            stage = Stage(hearing.gate, standing_after(hearing))
    return stage


def _is_again(hearing: Hearing, stage: Stage | None) -> bool:
    """Was a gate heard that the tranche had left behind? A sighting is news of goods that arrived: it always counts."""
    if stage is None or hearing.trigger is Trigger.SIGHTING:
        return False
    return hearing.trigger in REOPENING or RIVER.index(hearing.gate) < RIVER.index(stage.gate)


def _moves(hearing: Hearing, stage: Stage | None, delivered_on: date | None) -> bool:
    """A gate heard again and passed moves nothing, unless the tranche was held at it; held, it moves what is not there.

    What was delivered becomes a case, and money due stays due.
    """
    if hearing.finding is not None:
        return stage is not None and stage.gate is hearing.gate and stage.standing in HELD
    is_delivered = delivered_on is not None and delivered_on <= hearing.on
    is_at_the_end = stage is not None and stage.gate is Gate.PROCEEDS
    return not is_delivered and not is_at_the_end


def open_gates(hearings: Iterable[Hearing], delivered_on: date | None) -> frozenset[Gate]:
    """Which gates that had passed stand open, since one before them was held again? They ask to be heard anew.

    What was delivered keeps its gates: its sale and its money are judged on what was found when it went.
    """
    opened: set[Gate] = set()
    for hearing in hearings:
        if hearing.gate in BESIDE:
            continue
        opened.discard(hearing.gate)
        if hearing.finding is None and not (delivered_on is not None and delivered_on <= hearing.on):
            _, reopened = rehear(hearing.gate, is_issued=False, is_moving=False, is_delivered=False)
            opened |= set(reopened) - {hearing.gate}
    return frozenset(opened)


def standing_after(hearing: Hearing) -> Standing:
    """What does one hearing make of its tranche? Only the last gate's pass is a pass; before it the tranche is open."""
    if hearing.finding is None:
        verdict = Held(hearing.grounds)
        return Standing.HELD_REFUSED if verdict.is_refused() else Standing.HELD_REFERRED
    return Standing.PASSED if hearing.gate is Gate.PROCEEDS else Standing.OPEN


class Consequence(enum.Enum):
    """What follows when a gate that had passed is held again?"""

    NOT_ISSUED = "not_issued"
    SUSPENDED = "suspended"
    RECALLED = "recalled"
    CASE = "case"


def rehear(
    reached: Gate, *, is_issued: bool, is_moving: bool, is_delivered: bool
) -> tuple[Consequence, tuple[Gate, ...]]:
    """A new fact holds a gate again: what follows, and which gates open after it?

    Not yet licensed: not issued. Licensed: suspended. Moving: recalled. Delivered: a case; money due stays due, so
    proceeds never reopens by itself.
    """
    reopened = tuple(gate for gate in RIVER[RIVER.index(reached) :] if gate is not Gate.PROCEEDS)
    if is_delivered:
        return Consequence.CASE, ()
    if is_moving:
        return Consequence.RECALLED, reopened
    if is_issued:
        return Consequence.SUSPENDED, reopened
    return Consequence.NOT_ISSUED, reopened
