"""In which language does a command speak? In the person's own, as the terminal says; English where it says another."""

from __future__ import annotations

import os

from ecluse.base.words import LANGUAGES

ASKED = ("LC_ALL", "LC_MESSAGES", "LANG")


def person_language() -> str:
    """Which of the three languages does the terminal ask for? `uk_UA.UTF-8` asks for Ukrainian."""
    for name in ASKED:
        asked = os.environ.get(name, "")[:2].lower()
        if asked:
            return asked if asked in LANGUAGES else "en"
    return "en"
