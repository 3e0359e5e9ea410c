"""How are states and days of published files called in the reader's language?"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=4)
def _states(lang: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in Locale(lang).territories.items()}


def state_name(code: str, lang: str) -> str:
    """What is this state called?

    >>> state_name("LT", "fr")
    'Lituanie'
    """
    return _states(lang).get(code, code)


def day_of(text: str) -> date | None:
    """Which day is this? None for what a file does not say."""
    return date.fromisoformat(text) if text else None
