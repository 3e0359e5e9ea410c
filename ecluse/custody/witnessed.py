"""What are the nouns of witnessing? Heads of a log that a host state saw, calls for it, overrides of its silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature


@sealed("witnessed_head/1")
@dataclass(frozen=True, slots=True)
class WitnessedHead:
    """A host state's witness saw this head of this log at this second and found that it extends all it saw before.

    `note` is the signed checkpoint with the witness's line beneath it, so that it proves itself to anyone.
    """

    id: str
    host: str
    log: str
    size: int
    root_hex: str
    key: str
    note: str
    at: datetime


@sealed("witness_call/1")
@dataclass(frozen=True, slots=True)
class WitnessCall:
    """The host's witness was asked for a head that holds this entry and has not answered: its clock runs from here."""

    id: str
    host: str
    tranche: str
    log: str
    index: int
    at: datetime


@sealed("witness_override/1")
@dataclass(frozen=True, slots=True)
class WitnessOverride:
    """Two officers of two authorities let one release leave although its host's witness stayed silent."""

    id: str
    host: str
    tranche: str
    call: str
    officer: str
    officer_authority: str
    countersigner: str
    countersigner_authority: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """The facts on which released goods may leave a centre abroad.

    `host` is the centre's state, None where goods leave from home or straight from a line; `index` is where the log
    holds the release, None before there is one.
    """

    tranche: str
    host: str | None
    log: str
    index: int | None
    heads: tuple[WitnessedHead, ...]
    call: WitnessCall | None
    override: WitnessOverride | None
    override_signatures: tuple[Signature, ...]
    keys: tuple[Key, ...]

    @property
    def size_witnessed(self) -> int:
        """How many entries of the log did the host's witness see?"""
        return max((head.size for head in self.heads if (head.host, head.log) == (self.host, self.log)), default=0)

    @property
    def is_witnessed(self) -> bool:
        """Did the host's witness see a head that holds the release?"""
        return self.index is not None and self.size_witnessed > self.index


@sealed("departure_finding/1")
@dataclass(frozen=True, slots=True)
class DepartureFinding:
    """Released goods may leave a centre: its host's witness saw so much of the log, or this override stands for it."""

    tranche: str
    host: str | None
    size_witnessed: int
    override: str | None


def witness_of(host: str) -> str:
    """Under which name are the keys of this host state's witness registered?

    >>> witness_of("LT")
    'witness:lt'
    """
    return f"witness:{host.lower()}"


def heads_of(host: str, log: str) -> str:
    """Under which subject are the heads of this log kept that this host state's witness saw?"""
    return f"{witness_of(host)}/{log}"
