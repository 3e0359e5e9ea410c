"""Do the three languages say the same, each in its own way?"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.quantity import Quantity, Unit
from ecluse.base.words import LANGUAGES, has_words, say, say_count, spell, template

NARROW, HARD = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("fact", "uk", "en", "fr"),
    [
        pytest.param(date(2026, 4, 2), "2 квітня 2026 р.", "2 April 2026", "2 avril 2026", id="a day"),
        pytest.param(date(2026, 8, 1), "1 серпня 2026 р.", "1 August 2026", "1er août 2026", id="the first of a month"),
        pytest.param(Month(2026, 2), "лютий 2026 р.", "February 2026", "février 2026", id="a month"),
        pytest.param(999, "999", "999", "999", id="a short number"),
        pytest.param(1234567, f"1{NARROW}234{NARROW}567", "1,234,567", f"1{NARROW}234{NARROW}567", id="a long number"),
        pytest.param(-1234, f"-1{NARROW}234", "-1,234", f"-1{NARROW}234", id="below zero"),
        pytest.param(True, "так", "yes", "oui", id="yes"),
        pytest.param(False, "ні", "no", "non", id="no"),
        pytest.param("INT-04", "INT-04", "INT-04", "INT-04", id="text as it is"),
        pytest.param(
            Money.of("1250000.05", "EUR"),
            f"1{NARROW}250{NARROW}000,05{HARD}EUR",
            f"EUR{HARD}1,250,000.05",
            f"1{NARROW}250{NARROW}000,05{HARD}EUR",
            id="an amount",
        ),
        pytest.param(Money(-5, "UAH"), f"-0,05{HARD}UAH", f"UAH{HARD}-0.05", f"-0,05{HARD}UAH", id="a small debt"),
        pytest.param(
            Money(1234, "JPY"), f"1{NARROW}234{HARD}JPY", f"JPY{HARD}1,234", f"1{NARROW}234{HARD}JPY", id="yen"
        ),
        pytest.param(Quantity(1, Unit.PIECES), "1 штука", "1 piece", "1 pièce", id="one piece"),
        pytest.param(Quantity(22, Unit.SETS), "22 комплекти", "22 sets", "22 jeux", id="some sets"),
        pytest.param(
            datetime(2026, 4, 2, 9, 5, tzinfo=UTC),
            "2 квітня 2026 р., 09:05 UTC",
            "2 April 2026, 09:05 UTC",
            "2 avril 2026, 09:05 UTC",
            id="an instant",
        ),
    ],
)
def test_facts_are_written_as_the_language_does(fact: Any, uk: str, en: str, fr: str) -> None:
    assert [spell(fact, lang) for lang in LANGUAGES] == [uk, en, fr]


@pytest.mark.parametrize(
    ("n", "uk", "en", "fr"),
    [
        pytest.param(0, "0 днів", "0 days", "0 jour", id="none"),
        pytest.param(1, "1 день", "1 day", "1 jour", id="one"),
        pytest.param(2, "2 дні", "2 days", "2 jours", id="two"),
        pytest.param(5, "5 днів", "5 days", "5 jours", id="five"),
        pytest.param(11, "11 днів", "11 days", "11 jours", id="eleven"),
        pytest.param(21, "21 день", "21 days", "21 jours", id="twenty-one"),
        pytest.param(114, "114 днів", "114 days", "114 jours", id="a hundred and fourteen"),
    ],
)
def test_plurals_are_the_languages_own(n: int, uk: str, en: str, fr: str) -> None:
    assert [say_count("unit.days", n, lang) for lang in LANGUAGES] == [uk, en, fr]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_missing_key_names_key_and_language(lang: str) -> None:
    for call in (lambda: say("no.such.key", lang), lambda: say_count("no.such.key", 2, lang), lambda: say("", lang)):
        with pytest.raises(KeyError, match=lang):
            call()
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        say("no.such.key", lang)
    assert not has_words("no.such.key", lang)
    assert not has_words("", lang)
    assert has_words("gate.surplus", lang)


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(KeyError, match="asks for the fact date"):
        say("audit.waits_until", "en")
    assert say("audit.waits_until", "fr", date=date(2027, 1, 1)) == "en attente jusqu’au 1er janvier 2027"
    assert template("audit.waits_until", "en") == "waits until {date}"


def test_what_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="unknown language"):
        say("word.yes", "de")
    with pytest.raises(ValueError, match="unknown language"):
        spell(1, "de")
    with pytest.raises(TypeError):
        spell([1], "en")
    with pytest.raises(ValueError):
        spell(datetime(2026, 4, 2), "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_house_has_its_words(lang: str) -> None:
    keys = [f"promise.P{number}.{part}" for number in range(1, 10) for part in ("title", "sentence")]
    keys += [f"threat.T{number}.title" for number in range(1, 17)]
    keys += [f"month.{number}" for number in range(1, 13)] + [f"month_alone.{number}" for number in range(1, 13)]
    keys += [f"gate.{gate}" for gate in ("certificate", "surplus", "parties", "licence", "custody", "proceeds")]
    keys += [f"force.{force}" for force in ("refuse", "refer")]
    keys += [f"standing.{standing}" for standing in ("held_refused", "held_referred", "open", "passed")]
    keys += [f"audit.{status}" for status in ("kept", "kept_vacuous", "broken", "not_yet_checked")]
    assert [key for key in keys if not has_words(key, lang)] == []


def test_catalogues_are_compiled_to_the_same_bytes(repository: Path) -> None:
    check = subprocess.run(
        [sys.executable, repository / "tools" / "compile_words.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize(("lang", "word"), [("uk", "невідомо"), ("en", "unknown"), ("fr", "inconnu")])
def test_what_a_rule_was_not_told_is_a_word_and_not_a_mark(lang: str, word: str) -> None:
    assert spell("?", lang) == word
    assert spell("Who?", lang) == "Who?"
