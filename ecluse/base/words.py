"""How is this said in Ukrainian, English and French? Words from catalogues, facts written as the language writes them.

Catalogues are `ecluse/locale/<language>/LC_MESSAGES/<domain>.mo`; keys are ids, and English is a translation too.
Numbers in words stand beside plural forms; months, dates and amounts take their patterns from the catalogue `office`.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import EXPONENTS, Money
from ecluse.base.quantity import Quantity

LANGUAGES = ("uk", "en", "fr")
LOCALE = Path(__file__).parent.parent / "locale"
NARROW_SPACE = "\u202f"  # no-break, between groups of three digits
HARD_SPACE = "\u00a0"  # no-break, between an amount and its currency
GROUPS = {"uk": NARROW_SPACE, "en": ",", "fr": NARROW_SPACE}
# A page asks for some hundred keys, and each stands in one of many catalogues.
SENTENCES_KEPT = 16_384
POINTS = {"uk": ",", "en": ".", "fr": ","}
UNKNOWN = "?"  # in sealed facts of a ground: what the rule was not told


def say(key: str, lang: str, **facts: Any) -> str:
    """What does this key say in this language, with these facts in their places?

    >>> say("word.yes", "fr")
    'oui'

    Raises KeyError for a key, or a fact in its sentence, that is missing.
    """
    return _fill(template(key, lang), key, lang, facts)


def say_count(key: str, n: int, lang: str, **facts: Any) -> str:
    """What does this key say of so many? The plural form is the language's own; `{n}` is the number, grouped.

    >>> say_count("unit.pieces", 2, "uk")
    '2 штуки'
    """
    for catalogue in _catalogues(lang):
        text = catalogue.ngettext(key, key, abs(n))
        if key and text != key:
            return _fill(text, key, lang, {"n": n, **facts})
    raise KeyError(f"{key} has no plural forms in {lang}")


def template(key: str, lang: str) -> str:
    """Which sentence stands under this key, its places still empty? Raises KeyError."""
    text = _sentence(key, lang)
    if text is None:
        raise KeyError(f"{key} is not in the {lang} catalogues")
    return text


def has_words(key: str, lang: str) -> bool:
    """Does this key stand in this language's catalogues?"""
    return _sentence(key, lang) is not None


def spell(fact: Any, lang: str) -> str:
    """How is this fact written in this language? Text stands as it is, a lone question mark as the word for unknown.

    >>> from datetime import date
    >>> spell(date(2026, 4, 2), "en"), spell(date(2026, 4, 2), "uk")
    ('2 April 2026', '2 квітня 2026 р.')
    """
    if lang not in GROUPS:
        raise ValueError(f"unknown language {lang!r}")
    speller = SPELLERS.get(type(fact))
    if speller is None:
        raise TypeError(f"no way to write a {type(fact).__name__}")
    return speller(fact, lang)


@lru_cache(maxsize=SENTENCES_KEPT)
def _sentence(key: str, lang: str) -> str | None:
    found = (catalogue.gettext(key) for catalogue in _catalogues(lang))
    return next((text for text in found if text != key), None) if key else None


@lru_cache(maxsize=len(LANGUAGES))
def _catalogues(lang: str) -> tuple[gettext.GNUTranslations, ...]:
    if lang not in LANGUAGES:
        raise ValueError(f"unknown language {lang!r}")
    files = sorted((LOCALE / lang / "LC_MESSAGES").glob("*.mo"))
    return tuple(gettext.GNUTranslations(BytesIO(path.read_bytes())) for path in files)


def _fill(text: str, key: str, lang: str, facts: Mapping[str, Any]) -> str:
    room = key.partition(".")[0]
    spelled = {name: _member(f"{room}.fact.{name}.{fact}", lang) or spell(fact, lang) for name, fact in facts.items()}
    try:
        return text.format_map(spelled)
    except KeyError as error:
        raise KeyError(f"{key} in {lang} asks for the fact {error.args[0]}, which was not given") from None


def _member(key: str, lang: str) -> str | None:
    """A member of a closed set, such as a state, has words of its own under the room that names it as a fact."""
    return _sentence(key, lang)


def _text(text: str, lang: str) -> str:
    return say("word.unknown", lang) if text == UNKNOWN else str(text)


def _bool(value: bool, lang: str) -> str:
    return say("word.yes" if value else "word.no", lang)


def _int(value: int, lang: str) -> str:
    return f"{value:,}".replace(",", GROUPS[lang])


def _date(day: date, lang: str) -> str:
    pattern = "date.first_day" if day.day == 1 else "date.day"
    return say(pattern, lang, day=str(day.day), month=say(f"month.{day.month}", lang), year=str(day.year))


def _instant(at: datetime, lang: str) -> str:
    if at.tzinfo is None:
        raise ValueError("an event is a UTC instant, not a naive one")
    universal = at.astimezone(UTC)
    return say("date.instant", lang, date=universal.date(), time=f"{universal:%H:%M}")


def _month(month: Month, lang: str) -> str:
    return say("date.month", lang, month=say(f"month_alone.{month.number}", lang), year=str(month.year))


def _money(money: Money, lang: str) -> str:
    places = EXPONENTS[money.currency]
    digits = str(abs(money.minor)).rjust(places + 1, "0")
    whole = _int(int(digits[: len(digits) - places]), lang)
    amount = f"{whole}{POINTS[lang]}{digits[-places:]}" if places else whole
    sign = "-" if money.minor < 0 else ""
    if lang == "en":
        return f"{money.currency}{HARD_SPACE}{sign}{amount}"
    return f"{sign}{amount}{HARD_SPACE}{money.currency}"


def _quantity(quantity: Quantity, lang: str) -> str:
    return say_count(f"unit.{quantity.unit.value}", quantity.amount, lang)


SPELLERS: Mapping[type, Callable[[Any, str], str]] = MappingProxyType(
    {
        str: _text,
        bool: _bool,
        int: _int,
        date: _date,
        datetime: _instant,
        Month: _month,
        Money: _money,
        Quantity: _quantity,
    }
)
