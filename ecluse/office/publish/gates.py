"""What may a stranger know of certificates, lists and decisions? Commitments and places, never goods or persons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ecluse.licence.terms import Licence, ProposedDecision
from ecluse.office.publish.hearings import Heard
from ecluse.office.publish.reading import Placed, Reading
from ecluse.office.registers import Authority
from ecluse.order import Gate
from ecluse.parties.terms import ListVersion, Sweep
from ecluse.proceeds.terms import PeriodClose
from ecluse.surplus.terms import Certificate


def certificates(reading: Reading, hearings: Iterable[Heard]) -> dict[str, Any]:
    """Where does each certificate stand, and each licence beside the certificate it draws on and its decision?"""
    placed = {record.value.id: record for record in reading.placed(Certificate)}
    taken = decisions_taken(reading, hearings)
    licences = []
    for record in reading.placed(Licence):
        licence: Licence = record.value
        form: dict[str, Any] = record.place()
        if licence.certificate in placed:
            form["certificate"] = placed[licence.certificate].place()
        decision = taken.get(licence.hearing)
        if decision is not None:
            form["decision"] = decision.place()
        licences.append(form)
    found = [{**record.place(), "day": record.on.isoformat()} for record in placed.values()]
    return {"certificates": found, "licences": licences}


def decisions_taken(reading: Reading, hearings: Iterable[Heard]) -> dict[str, Placed]:
    """Which decision did each passed hearing of the licence gate stand on? By the hearing's digest."""
    proposed: dict[tuple[str, Any], Placed] = {}
    for record in reading.placed(ProposedDecision):
        proposed[record.order, record.on] = record
    found = {}
    for item in hearings:
        decision = proposed.get((item.order, item.on))
        if item.gate is Gate.LICENCE and item.verdict == "passed" and decision is not None:
            found[item.digest] = decision
    return found


def lists(reading: Reading) -> dict[str, Any]:
    """Which list versions were in force, and which sweeps answered them?"""
    versions = []
    for record in reading.placed(ListVersion):
        version: ListVersion = record.value
        versions.append({
            "id": version.id, "publisher": version.publisher, "title": version.title, "digest": version.digest,
            "entries": version.entries, "in_force_from": version.in_force_from.isoformat(), **record.place(),
        })  # fmt: skip
    sweeps = []
    for record in reading.placed(Sweep):
        sweep: Sweep = record.value
        sweeps.append({
            "id": sweep.id, "day": sweep.on.isoformat(), "lists": list(sweep.list_versions), "matcher": sweep.matcher,
            "root": sweep.root, "parties": sweep.parties, "hits": sweep.hits, **record.place(),
        })  # fmt: skip
    return {"versions": versions, "sweeps": sweeps}


def authorities(reading: Reading, hearings: Iterable[Heard]) -> dict[str, Any]:
    """Which two authorities stand under each decision, did it take effect, and under each closing of the books?"""
    effective = {record.digest for record in decisions_taken(reading, hearings).values()}
    decisions = []
    for record in reading.placed(ProposedDecision):
        decision: ProposedDecision = record.value
        decisions.append({
            "author": decision.author_authority, "countersigner": decision.countersigner_authority,
            "took_effect": record.digest in effective, **record.place(),
        })  # fmt: skip
    closes = []
    for record in reading.placed(PeriodClose):
        close: PeriodClose = record.value
        spender = {"spender": close.spender_authority} if close.spender_authority else {}
        closes.append({**spender, "controller": close.controller_authority, **record.place()})
    names = [
        {"id": found.id, "state": found.state, "uk": found.name_uk, "en": found.name_en, "fr": found.name_fr}
        for found in reading.values(Authority)
    ]
    return {"authorities": names, "decisions": decisions, "closes": closes}
