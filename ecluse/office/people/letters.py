"""What does a notice say, and what stands in a letter? The sentences that the office shows, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecluse.base.money import Money
from ecluse.base.sealed import decode
from ecluse.base.verdict import Ground
from ecluse.base.words import say, say_count
from ecluse.office.models import Account, Notice
from ecluse.office.views.public_words import state_name


def sentence_of(notice: Notice, lang: str) -> str:
    """What does this notice say in this language?"""
    return say(notice.key, lang, **facts_said(notice.facts, lang))


def facts_said(facts: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What do the facts of a notice say in this language? Text and numbers stand as they are.

    What differs between languages is kept as what it is: `{"say": key}`, `{"state": code}`, `{"minor": …, "currency":
    …}`, or a ground as hearings write it.
    """
    return {name: _said(fact, lang) if isinstance(fact, dict) else fact for name, fact in facts.items()}


def _said(fact: dict[str, Any], lang: str) -> Any:
    if "say" in fact:
        return say(fact["say"], lang)
    if "state" in fact:
        return state_name(fact["state"], lang)
    if "minor" in fact:
        return Money(fact["minor"], fact["currency"])
    ground = decode(Ground, fact)
    return say(f"{ground.code}.sentence", lang, **ground.facts_by_name())


def letter_of(account: Account, notices: Sequence[Notice], page: str) -> tuple[str, str]:
    """Which subject and which body has the letter? Case facts stay inside the office's walls as far as sentences do."""
    lang = account.language
    lines = [f"- {sentence_of(notice, lang)}" for notice in notices]
    head = say("people.letter_greeting", lang, name=account.user.first_name or account.officer)
    # A subject is one line, whatever a fact holds.
    subject = " ".join(say_count("people.letter_subject", len(notices), lang).split())
    return subject, "\n\n".join([head, "\n".join(lines), say("people.letter_end", lang, page=page)]) + "\n"
