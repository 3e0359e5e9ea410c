"""What may go wrong that is not a verdict: bad input, false evidence, two hands on one record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class EcluseError(Exception):
    """Base of every error that a person may read."""


class EvidenceError(EcluseError):
    """Evidence does not verify: a digest, a signature or a proof is false."""


class ConflictError(EcluseError):
    """Two hands on one record: what was read no longer stands."""


class ForbiddenError(EcluseError):
    """The actor may not do this to this record."""


class UnknownLawError(EcluseError):
    """A hearing cites a table version that this installation does not hold."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where is the input wrong, and how is it mended? One row of a bad-input report."""

    file: str
    row: int | None
    column: str | None
    expected: str
    found: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: expected {self.expected}; found {self.found}; {self.remedy}"


SHOWN_FAULTS = 50


class BadInputError(EcluseError):
    """Input that cannot be judged: every fault by file, row and column, the first 50 in full."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.report())

    @classmethod
    def one(cls, file: str, expected: str, found: str, remedy: str) -> BadInputError:
        """What is the report of a single fault that concerns a whole file?"""
        return cls([Fault(file, None, None, expected, found, remedy)])

    def faults_in(self, lang: str) -> tuple[Fault, ...]:
        """Which faults are there, for a reader of this language? As they were said, unless they can be said anew."""
        return self.faults

    def report(self) -> str:
        """What does a person read? The first 50 faults in full, the rest counted."""
        lines = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if len(self.faults) > SHOWN_FAULTS:
            lines.append(f"... and {len(self.faults) - SHOWN_FAULTS} more faults")
        return "\n".join(lines)
