"""In which language is a person spoken to? As its page asks, else as the terminal says; English where neither does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ecluse.base.words import LANGUAGES

ASKED = ("LC_ALL", "LC_MESSAGES", "LANG")
SPOKEN: ContextVar[str] = ContextVar("spoken", default="")


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """In which language is whoever asks for this page spoken to, whatever the server's terminal says?"""
    token = SPOKEN.set(lang)
    try:
        yield
    finally:
        SPOKEN.reset(token)


def person_language() -> str:
    """Which of the three languages does this page, else the terminal, ask for? `uk_UA.UTF-8` asks for Ukrainian.

    >>> with speaking("fr"):
    ...     person_language()
    'fr'
    """
    if spoken := SPOKEN.get():
        return spoken
    for name in ASKED:
        asked = os.environ.get(name, "")[:2].lower()
        if asked:
            return asked if asked in LANGUAGES else "en"
    return "en"
