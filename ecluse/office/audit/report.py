"""What did the audit find, promise by promise, and how is it said in three languages?"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from ecluse.base.money import Money
from ecluse.base.sealed import encode
from ecluse.base.words import say, say_count

T = TypeVar("T")
Fact = str | int | bool | date | Money
PROMISES = tuple(f"P{number}" for number in range(1, 10))
# Of one kind of finding so many are shown in a text; a report as data holds them all.
SHOWN_OF_A_KIND = 25


class Status(enum.Enum):
    """What does the audit say of a promise?"""

    KEPT = "kept"
    VACUOUS = "kept (vacuous)"
    BROKEN = "broken"
    NOT_YET_CHECKED = "not_yet_checked"


STATUS_WORDS = {
    Status.KEPT: "audit.kept",
    Status.VACUOUS: "audit.kept_vacuous",
    Status.BROKEN: "audit.broken",
    Status.NOT_YET_CHECKED: "audit.not_yet_checked",
}


class Severity(enum.Enum):
    """Does a finding break the promise, or is it told because a reader asks for it?

    `held` is wrong and stands held by name in a hearing; `rests` could not be told apart from a damaged record that P6
    names.
    """

    BROKEN = "broken"
    HELD = "held"
    RESTS = "rests"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: which promise, about whom, on which day, what with which facts."""

    promise: str
    key: str
    subject: str
    day: str
    facts: tuple[tuple[str, Fact], ...]
    severity: Severity

    def form(self) -> dict[str, Any]:
        """How does this finding stand in a report as data?"""
        facts = {name: encode(value) if isinstance(value, Money | date) else value for name, value in self.facts}
        return {
            "promise": self.promise, "key": self.key, "subject": self.subject, "day": self.day, "facts": facts,
            "severity": self.severity.value,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PromiseReport:
    """One promise: its status, what was counted, what is not checked yet."""

    promise: str
    status: Status
    counts: dict[str, int]
    unchecked: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What one promise's checks write down while they run."""

    promise: str
    tainted: set[str]
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    has_nothing_to_keep: bool = False
    is_unchecked: bool = False

    def count(self, name: str, number: int = 1) -> None:
        """So many of these were checked."""
        self.counts[name] += number

    def broken(self, key: str, subject: str, on: date | None, *, rests: Iterable[str] = (), **facts: Fact) -> None:
        """The promise is broken here, unless what it rests on is damaged: then P6 says so."""
        is_damaged = self.promise != "P6" and (subject in self.tainted or not self.tainted.isdisjoint(rests))
        self._add(key, subject, on, Severity.RESTS if is_damaged else Severity.BROKEN, facts)

    def held(self, key: str, subject: str, on: date | None, **facts: Fact) -> None:
        """This is wrong, and the gates hold it by name: the promise stands."""
        self._add(key, subject, on, Severity.HELD, facts)

    def broken_unless(
        self, is_held: bool, key: str, subject: str, on: date | None, *, rests: Iterable[str] = (), **facts: Fact
    ) -> None:
        """This is wrong; it breaks the promise unless the gates hold it by name."""
        if is_held:
            self.held(key, subject, on, **facts)
        else:
            self.broken(key, subject, on, rests=rests, **facts)

    def _add(self, key: str, subject: str, on: date | None, severity: Severity, facts: dict[str, Fact]) -> None:
        day = on.isoformat() if on else ""
        self.findings.append(Finding(self.promise, key, subject, day, tuple(sorted(facts.items())), severity))

    def each(self, items: Iterable[T], check: Callable[[T], None], name: Callable[[T], str]) -> None:
        """Check every item. One that stops its check is a finding of its own, never the end of the audit."""
        for item in items:
            try:
                check(item)
            except Exception as error:
                self.stopped(name(item), error)

    def stopped(self, subject: str, error: Exception) -> None:
        """This could not be checked: something in it is not as any honest office writes it."""
        order = subject.rpartition("/")[0] if subject.startswith("order:") else subject
        self.broken("check_stopped", subject, None, rests=[order], error=f"{type(error).__name__}: {error}"[:200])

    def report(self) -> PromiseReport:
        """What is to be said of the promise?"""
        if any(finding.severity is Severity.BROKEN for finding in self.findings):
            status = Status.BROKEN
        elif self.is_unchecked:
            status = Status.NOT_YET_CHECKED
        else:
            status = Status.VACUOUS if self.has_nothing_to_keep else Status.KEPT
        return PromiseReport(self.promise, status, dict(sorted(self.counts.items())), tuple(self.unchecked))


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit says: every promise, every finding sorted, and the figures of the main job."""

    promises: tuple[PromiseReport, ...]
    findings: tuple[Finding, ...]
    summary: dict[str, Any]

    def statuses(self) -> dict[str, str]:
        """What is said of each promise?"""
        return {promise.promise: promise.status.value for promise in self.promises}

    def is_kept(self) -> bool:
        """Is no promise broken?"""
        return all(promise.status is not Status.BROKEN for promise in self.promises)

    def broken(self) -> tuple[Finding, ...]:
        """Which findings break a promise?"""
        return tuple(finding for finding in self.findings if finding.severity is Severity.BROKEN)

    def to_json(self) -> dict[str, Any]:
        """What is this report as data that JSON can spell?"""
        return {
            "promises": {
                p.promise: {"status": p.status.value, "counts": p.counts, "unchecked": list(p.unchecked)}
                for p in self.promises
            },
            "findings": [finding.form() for finding in self.findings],
            "summary": self.summary,
        }

    def text(self, lang: str) -> str:
        """What does a person read? Every promise with its counts, what breaks it first, then what is held."""
        lines = []
        for promise in self.promises:
            name = say(STATUS_WORDS[promise.status], lang)
            lines.append(say("audit.promise", lang, promise=promise.promise, status=name))
            lines += [f"    {say(f'audit.unchecked.{what}', lang)}" for what in promise.unchecked]
            own = [finding for finding in self.findings if finding.promise == promise.promise]
            lines += [f"    {line}" for line in shown(own, lang)]
        return "\n".join(lines) + "\n"


def run_audit(progress: Callable[[str], None] | None = None) -> Report:
    """Is every promise kept in this office's own database? `progress` is told of each promise before it is checked."""
    from ecluse.office.audit.promises import audit

    return audit(progress)


def shown(findings: list[Finding], lang: str) -> list[str]:
    """How are these findings said? Of each kind the first ones in full, the rest counted."""
    seen: Counter[tuple[str, Severity]] = Counter()
    lines = []
    for finding in findings:
        kind = (finding.key, finding.severity)
        seen[kind] += 1
        if seen[kind] <= SHOWN_OF_A_KIND:
            lines.append(sentence(finding, lang))
    for (key, _), number in seen.items():
        if number > SHOWN_OF_A_KIND:
            lines.append(say_count("audit.more", number - SHOWN_OF_A_KIND, lang, kind=key))
    return lines


def sentence(finding: Finding, lang: str) -> str:
    """How is this finding said? It names the promise, the unit, posting or record, and the day."""
    what = say(f"audit.{finding.key}", lang, subject=finding.subject, **dict(finding.facts))
    day: str | date = date.fromisoformat(finding.day) if finding.day else say("audit.no_day", lang)
    return say(
        f"audit.severity.{finding.severity.value}", lang,
        promise=finding.promise, day=day, subject=finding.subject, what=what,
    )  # fmt: skip


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In which order do findings stand? By promise, what breaks it first, then kind, day and subject."""
    gravity = {severity: place for place, severity in enumerate(Severity)}
    return tuple(
        sorted(findings, key=lambda f: (f.promise, gravity[f.severity], f.key, f.day, f.subject, str(f.facts)))
    )
