"""What can stand in one cell of a list, and how is it shown on a page and written in a file?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from ecluse.base.days import Month
from ecluse.base.money import EXPONENTS, Money
from ecluse.base.quantity import Quantity
from ecluse.base.words import say, spell
from ecluse.office.views.page import word
from ecluse.order import Standing

NOTHING = "–"
# A colour is never alone: each standing has its mark, and the mark its word.
MARKS = {
    Standing.PASSED: ("success", "✓"),
    Standing.OPEN: ("info", "…"),
    Standing.HELD_REFERRED: ("warning", "?"),
    Standing.HELD_REFUSED: ("danger", "×"),
}
# A spreadsheet takes a cell that begins like this for a formula, in its full-width forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads somewhere."""

    text: Any
    address: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A coloured tag: its text or catalogue key, its colour (success, info, warning, danger, neutral, accent)."""

    text: str
    colour: str = "neutral"
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the catalogues with its facts."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def standing_tag(standing: Standing | str) -> Tag:
    """Which tag shows this standing?"""
    kind = standing if isinstance(standing, Standing) else Standing(str(standing))
    colour, mark = MARKS[kind]
    return Tag(f"standing.{kind.value}", colour, mark)


def shown(value: Any, lang: str) -> str | SafeString:
    """How does this value stand on a page? Everything that is text is escaped."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Standing):
        return shown(standing_tag(value), lang)
    if isinstance(value, Tag):
        mark = format_html('<span class="mark" aria-hidden="true">{}</span> ', value.mark) if value.mark else ""
        text = word(value.text, lang)
        return format_html('<span class="ds-tag" data-color="{}">{}{}</span>', value.colour, mark, text)
    if isinstance(value, Link):
        return format_html('<a class="ds-link" href="{}">{}</a>', value.address, shown(value.text, lang))
    if isinstance(value, date) and not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), spell(value, lang))
    if isinstance(value, tuple | list):
        # Amounts in several currencies stand one beneath the other.
        between = mark_safe("<br>") if all(isinstance(part, Money) for part in value) else " "
        return format_html_join(between, "{}", ((shown(part, lang),) for part in value)) if value else NOTHING
    return _said(value, lang)


def _said(value: Any, lang: str) -> str | SafeString:
    if isinstance(value, Said):
        return say(value.key, lang, **value.facts)
    if isinstance(value, Enum):
        return word(str(value.value), lang)
    if isinstance(value, SafeString):
        return value
    return spell(str(value) if isinstance(value, str) else value, lang)


def written(value: Any, lang: str) -> str | int | date:
    """How does this value stand in a file? Numbers and days stay what they are; text cannot become a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("word.yes" if value else "word.no", lang)
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value
    return neutral(_text(value, lang))


def neutral(text: str) -> str:
    """How is this text written so that no spreadsheet takes it for a formula?

    >>> neutral("=1+1"), neutral("Valk GmbH")
    ("'=1+1", 'Valk GmbH')
    """
    bare = text.lstrip(" \u00a0\ufeff")
    return f"'{text}" if bare.startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def _text(value: Any, lang: str) -> str:
    if isinstance(value, Standing):
        return say(f"standing.{value.value}", lang)
    if isinstance(value, Tag):
        return word(value.text, lang)
    if isinstance(value, Link):
        return str(written(value.text, lang))
    if isinstance(value, Money):
        return _amount(value)
    if isinstance(value, Month | Quantity):
        return spell(value, lang)
    if isinstance(value, tuple | list):
        return "; ".join(str(written(part, lang)) for part in value)
    return str(_said(value, lang))


def _amount(money: Money) -> str:
    places = EXPONENTS[money.currency]
    digits = str(abs(money.minor)).rjust(places + 1, "0")
    point = f".{digits[-places:]}" if places else ""
    return f"{'-' if money.minor < 0 else ''}{digits[: len(digits) - places]}{point} {money.currency}"
