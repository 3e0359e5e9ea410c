"""Which hidden attempts did the gates catch, and whom did they stop in error? The answer key against the hearings."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ecluse.base.errors import BadInputError
from ecluse.base.words import say, spell
from ecluse.office.models import OrderRow, Record
from ecluse.order import Standing

THREATS = tuple(f"T{number}" for number in range(1, 17))
COLUMNS = ("order", "threat", "kind", "role", "expected_code")
HELD = (Standing.HELD_REFUSED.value, Standing.HELD_REFERRED.value)
COUNTS = ("cheats", "caught", "twins", "false_alarms")
CHUNK = 2000


class Answer(NamedTuple):
    """One line of an answer key: an order that hides an attempt, or its honest twin."""

    order: str
    threat: str
    kind: str
    role: str
    expected_code: str


class Answered(NamedTuple):
    """What became of one order of the answer key: its standing, and every code that ever held it."""

    answer: Answer
    standing: str
    codes: frozenset[str]

    def is_caught(self) -> bool:
        """Is this attempt held, and on the very ground that names it?"""
        return self.standing in HELD and self.answer.expected_code in self.codes

    def is_false_alarm(self) -> bool:
        """Was this honest twin kept from passing?"""
        return self.answer.role == "twin" and self.standing != Standing.PASSED.value


class Held(NamedTuple):
    """One hearing that held an order: at which gate, on which codes."""

    order: str
    gate: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many attempts of one threat were hidden, and caught? How many honest twins were stopped?"""

    threat: str
    cheats: int
    caught: int
    twins: int
    false_alarms: int

    def verdict(self) -> str:
        """`caught` when every attempt was, `missed` when one was not, `not_modelled` when none was hidden."""
        if not self.cheats:
            return "not_modelled"
        return "caught" if self.caught == self.cheats else "missed"


def caught_by_threat(answers: Path, held: Iterable[Held] | None = None) -> dict[str, Rate]:
    """How many attempts of each threat were caught, and how many honest twins were stopped?

    `held` may be given when the hearings were read already. Raises BadInputError for a file that is no answer key.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for answered in what_became_of(answers, held):
        row = counts[answered.answer.threat]
        if answered.answer.role == "cheat":
            row.update(cheats=1, caught=answered.is_caught())
        else:
            row.update(twins=1, false_alarms=answered.is_false_alarm())
    return {
        threat: Rate(threat, row["cheats"], row["caught"], row["twins"], row["false_alarms"])
        for threat, row in ((threat, counts[threat]) for threat in THREATS)
    }


def what_became_of(answers: Path, held: Iterable[Held] | None = None) -> list[Answered]:
    """What became of every order in this answer key? One that is not on file has no standing."""
    codes: dict[str, set[str]] = defaultdict(set)
    for hearing in grounds_heard() if held is None else held:
        codes[hearing.order].update(hearing.codes)
    # Caches, which the audit compares with what it rebuilds from the hearings (P9).
    standings = dict(OrderRow.objects.values_list("order", "standing"))
    return [
        Answered(answer, standings.get(answer.order, ""), frozenset(codes[answer.order]))
        for answer in read_answers(answers)
    ]


def grounds_heard() -> Iterator[Held]:
    """Which hearings held an order? Read from the sealed bytes; a certificate's own hearings are left out."""
    bodies = Record.objects.filter(v="hearing/1").exclude(order="").order_by("rid").values_list("body", flat=True)
    for body in bodies.iterator(chunk_size=CHUNK):
        form = _form(bytes(body))
        grounds = form.get("grounds")
        if grounds:
            yield Held(form["order"], form["gate"], tuple(ground["code"] for ground in grounds))


def _form(body: bytes) -> dict[str, Any]:
    try:
        form = json.loads(body)
    except ValueError:
        return {}
    return form if type(form) is dict else {}


def read_answers(path: Path) -> tuple[Answer, ...]:
    """Which orders does this answer key name? Raises BadInputError when it is none."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        headings = reader.fieldnames or ()
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError.one(path.name, "an answer key", str(error), "generate the world again") from None
    missing = [name for name in COLUMNS if name not in headings]
    if missing:
        expected, found = f"the columns {', '.join(COLUMNS)}", f"no {', '.join(missing)}"
        raise BadInputError.one(path.name, expected, found, "generate the world again")
    return tuple(Answer(*(row[name] or "" for name in COLUMNS)) for row in rows)


def rates_form(rates: Mapping[str, Rate]) -> dict[str, Any]:
    """How do these rates stand as data?"""
    return {threat: {**asdict(rate), "verdict": rate.verdict()} for threat, rate in rates.items()}


def rates_text(rates: Mapping[str, Rate], lang: str) -> str:
    """What does a person read? A table, one line a threat, with the sum below."""
    rows = [_cells(rate, say(f"threat.{rate.threat}.title", lang), lang) for rate in rates.values()]
    total = Rate("", *(sum(getattr(rate, name) for rate in rates.values()) for name in COUNTS))
    rows.append(_cells(total, say("rates.total", lang), lang))
    head = [say(f"rates.{name}", lang) for name in ("threat", *COUNTS, "name")]
    return "".join(f"{line}\n" for line in aligned([head, *rows]))


def _cells(rate: Rate, name: str, lang: str) -> list[str]:
    if rate.threat and not rate.cheats:
        return [rate.threat, "", "", "", "", f"{name} ({say('rates.not_modelled', lang)})"]
    return [
        rate.threat, spell(rate.cheats, lang), share(rate.caught, rate.cheats, lang), spell(rate.twins, lang),
        share(rate.false_alarms, rate.twins, lang), name,
    ]  # fmt: skip


def share(part: int, whole: int, lang: str) -> str:
    """How is a part of a whole written? The part, and its hundredths, rounded down."""
    return f"{spell(part, lang)} ({part * 100 // whole} %)" if whole else spell(part, lang)


def aligned(rows: list[list[str]]) -> list[str]:
    """How do these rows stand under each other? Numbers to the right, the first and last column to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
