"""What is wrong with a table that came in? By file, row and column, said in the person's own language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ecluse.base.errors import SHOWN_FAULTS, BadInputError, Fault
from ecluse.base.words import say, say_count
from ecluse.edge.language import person_language

SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: its place, what was found there, and under which key of the catalogue it is said."""

    file: str
    row: int | None
    column: str | None
    key: str
    found: str
    facts: tuple[tuple[str, Any], ...] = ()

    def text(self, lang: str) -> str:
        """How is it said? What was expected, what was found, how to mend it."""
        place = "file" if self.row is None else "row" if self.column is None else "cell"
        return say(
            f"opening.fault.{place}", lang, file=self.file, row=str(self.row), column=self.column or "",
            expected=self.part("expected", lang), found=self.found_text(lang), remedy=self.part("remedy", lang),
        )  # fmt: skip

    def part(self, part: str, lang: str) -> str:
        """What was expected, or what mends it?"""
        return say(f"opening.{part}.{self.key}", lang, **dict(self.facts))

    def found_text(self, lang: str) -> str:
        """What was found? Quoted, controls made visible, cut when it is long; an empty cell in words."""
        if not self.found:
            return say("opening.empty_cell", lang)
        return repr(self.found[:SHOWN_CHARACTERS]) + ("..." if len(self.found) > SHOWN_CHARACTERS else "")

    def fault(self, lang: str = "en") -> Fault:
        """What is this as one row of a bad-input report?"""
        return Fault(
            self.file, self.row, self.column, self.part("expected", lang), self.found_text(lang),
            self.part("remedy", lang),
        )  # fmt: skip


class ImportRefusedError(BadInputError):
    """A table that cannot be taken: every problem named, the first 50 in full, and nothing kept."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(problem.fault() for problem in self.problems)

    @classmethod
    def of_file(cls, file: str, key: str, found: str, **facts: Any) -> ImportRefusedError:
        """What is said of a single problem that concerns a whole file?"""
        return cls([Problem(file, None, None, key, found, tuple(sorted(facts.items())))])

    def faults_in(self, lang: str) -> tuple[Fault, ...]:
        """Which faults are there, for a reader of this language?"""
        return tuple(problem.fault(lang) for problem in self.problems)

    def report(self) -> str:
        """What does a person at the terminal read?"""
        return self.text(person_language())

    def text(self, lang: str) -> str:
        """What does a person read in this language? The first 50 problems in full, the rest counted."""
        lines = [problem.text(lang) for problem in self.problems[:SHOWN_FAULTS]]
        if len(self.problems) > SHOWN_FAULTS:
            lines.append(say_count("opening.more_faults", len(self.problems) - SHOWN_FAULTS, lang))
        return "\n".join(lines)
