"""What does a gate answer? Passed with a finding, or held with grounds that refuse or refer."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from ecluse.base.money import Money

Finding = TypeVar("Finding", covariant=True)  # noqa: PLC0105
Fact = int | str | bool | date | Money


class Force(enum.Enum):
    """How grave is a ground? `refuse`: the order may not pass. `refer`: a named officer must decide."""

    REFUSE = "refuse"
    REFER = "refer"


@dataclass(frozen=True, slots=True)
class NamedFact:
    """One fact that a ground carries, under the name its sentence uses."""

    name: str
    value: Fact


@dataclass(frozen=True, slots=True)
class Ground:
    """Which requirement was not met, by which provision, on which facts?"""

    code: str
    provision: str
    force: Force
    facts: tuple[NamedFact, ...]

    def facts_by_name(self) -> dict[str, Fact]:
        """Which value stands under each name in this ground's sentence?"""
        return {fact.name: fact.value for fact in self.facts}


@dataclass(frozen=True, slots=True)
class Passed(Generic[Finding]):
    """The gate is open: the finding is what the next gate asks for."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Held:
    """The gate is closed, on every ground that holds, the gravest first."""

    grounds: tuple[Ground, ...]

    def is_refused(self) -> bool:
        """Does any ground refuse, or do all of them only refer to a person?"""
        return any(ground.force is Force.REFUSE for ground in self.grounds)


Verdict = Passed[Finding] | Held


def refuse(code: str, provision: str, **facts: Fact) -> Ground:
    """What ground says that the order may not pass?"""
    return _ground(code, provision, Force.REFUSE, facts)


def refer(code: str, provision: str, **facts: Fact) -> Ground:
    """What ground says that a person must decide?"""
    return _ground(code, provision, Force.REFER, facts)


def _ground(code: str, provision: str, force: Force, facts: dict[str, Fact]) -> Ground:
    return Ground(code, provision, force, tuple(NamedFact(name, facts[name]) for name in sorted(facts)))


def held(grounds: Iterable[Ground]) -> Held | None:
    """Is there any ground to hold? Grounds stay in the order of RULES, refusals before referrals."""
    found = tuple(grounds)
    if not found:
        return None
    return Held(tuple(sorted(found, key=lambda ground: ground.force is Force.REFER)))


def codes_of(verdict: Passed[Finding] | Held) -> list[str]:
    """Which codes hold the order? Empty when it passed."""
    return [ground.code for ground in verdict.grounds] if isinstance(verdict, Held) else []
