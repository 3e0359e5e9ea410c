"""What is a person at a terminal asked who begins an office? Plain questions, checked as a file of answers is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecluse.base.words import say
from ecluse.edge.imports.problems import ImportRefusedError
from ecluse.office.opening.init import AUTHORITIES_LIMIT, NAMES, Answers, answers_of

Ask = Callable[[str], str]
OFFICERS = 2
TRIES = 3


def ask_answers(ask: Ask, told: Callable[[str], None], lang: str, side: str = "") -> Answers:
    """Which office is to begin? Asked again, three times at most, where the answers cannot be used."""
    for attempt in range(TRIES):
        form = _asked(ask, lang, side)
        try:
            return answers_of(form, say("opening.answers", lang), Path())
        except ImportRefusedError as error:
            if attempt == TRIES - 1:
                raise
            told(error.text(lang))
    raise AssertionError("the last attempt returns or raises")


def _asked(ask: Ask, lang: str, side: str) -> dict[str, Any]:
    def question(key: str, default: str = "", **facts: Any) -> str:
        answer = ask(say(f"opening.ask.{key}", lang, **facts) + (f" [{default}]" if default else "") + " ")
        return answer.strip() or default

    form: dict[str, Any] = {"home": question("home", "UA"), "side": side or question("side", "both")}
    authorities = []
    for number in range(1, AUTHORITIES_LIMIT + 1):
        id = question("authority", number=number)
        if not id:
            break
        row = {"id": _with_kind("authority", id), "state": question("state", form["home"])}
        authorities.append({**row, **{name: question(name) for name in NAMES}})
    officers = []
    for number in range(1, OFFICERS + 1):
        officers.append({
            "name": question("officer_name", number=number), "id": _with_kind("officer", question("officer_id")),
            "email": question("email"), "authority": _with_kind("authority", question("officer_authority")),
            "role": question("role", "author" if number == 1 else "countersigner"),
        })  # fmt: skip
    return {**form, "authorities": authorities, "officers": officers, "keys": question("keys", "keys")}


def _with_kind(kind: str, text: str) -> str:
    return text if ":" in text or not text else f"{kind}:{text}"
