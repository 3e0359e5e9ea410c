"""For every published code: which dossiers show that one moved fact, digests remade, turns the verdict?"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.base.sealed import unseal
from ecluse.edge.dossier import write_dossier
from ecluse.edge.law import TABLES, newest_law
from ecluse.order import DOORS, Dossier, Gate, Hearing, hear

ROOMS = ("surplus", "parties", "licence", "custody", "proceeds")
ORDER, TRANCHE = "order:flip", "order:flip/0"


@dataclass(frozen=True, slots=True)
class Flip:
    """One code with the claim that is just held on it, the one that just passes, and the day of both."""

    code: str
    gate: Gate
    held: Any
    passed: Any
    on: date


def flips() -> Iterator[Flip]:
    """Which pair does each room keep for each of its codes?"""
    gates = {door.claim: gate for gate, door in DOORS.items()}
    for room in ROOMS:
        cases = importlib.import_module(f"cases_{room}").CASES
        for code, case in cases.items():
            held, passed, on = case
            if type(held) in gates:
                yield Flip(code, gates[type(held)], held, passed, on)


def published_codes() -> list[str]:
    """Which codes do the tables of the law name?"""
    found = []
    for path in [*sorted((TABLES / "codes").glob("*.csv")), *TABLES.glob("codes.csv")]:
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["code"] for row in csv.DictReader(file)]
    return sorted(found)


def dossier_of(flip: Flip, claim: Any) -> Dossier:
    """Which dossier holds the hearing of this claim and the objects it cites?"""
    hearing, _, cited = hear(
        flip.gate, claim, id=f"hearing:{TRANCHE}/1", order=ORDER, tranche=TRANCHE, on=flip.on, law=newest_law()
    )
    return Dossier(ORDER, (hearing,), {fact.digest: unseal(fact.body) for fact in cited})


def moved(flip: Flip) -> Dossier:
    """The held dossier with its one fact moved and every digest remade; the verdict that was stored is kept."""
    held, passed = dossier_of(flip, flip.held), dossier_of(flip, flip.passed)
    return replace(passed, hearings=(_with_verdict_of(held.hearings[0], passed.hearings[0]),))


def altered(flip: Flip) -> Dossier:
    """The held dossier whose stored verdict alone was changed into the passing one."""
    held, passed = dossier_of(flip, flip.held), dossier_of(flip, flip.passed)
    return replace(held, hearings=(_with_verdict_of(passed.hearings[0], held.hearings[0]),))


def _with_verdict_of(verdict: Hearing, facts: Hearing) -> Hearing:
    return replace(facts, grounds=verdict.grounds, finding=verdict.finding)


def write(flip: Flip, dossier: Dossier, folder: Path, kind: str) -> Path:
    """Where does this dossier stand now?"""
    folder.mkdir(parents=True, exist_ok=True)
    return write_dossier(dossier, folder / f"{flip.code}.{kind}.dossier.jsonl")
