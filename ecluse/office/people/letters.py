"""What stands in a letter about notices? The sentences that the office shows, one a line, and where to read on."""

from __future__ import annotations

from collections.abc import Sequence

from ecluse.base.words import say, say_count
from ecluse.office.models import Account, Notice


def sentence_of(notice: Notice, lang: str) -> str:
    """What does this notice say in this language?"""
    return say(notice.key, lang, **notice.facts)


def letter_of(account: Account, notices: Sequence[Notice], page: str) -> tuple[str, str]:
    """Which subject and which body has the letter? Case facts stay inside the office's walls as far as sentences do."""
    lang = account.language
    lines = [f"- {sentence_of(notice, lang)}" for notice in notices]
    head = say("people.letter_greeting", lang, name=account.user.first_name or account.officer)
    # A subject is one line, whatever a fact holds.
    subject = " ".join(say_count("people.letter_subject", len(notices), lang).split())
    return subject, "\n\n".join([head, "\n".join(lines), say("people.letter_end", lang, page=page)]) + "\n"
