"""What does `ecluse notices send` do?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say

MOST_ROUNDS = 100


def send(db: str, as_json: bool) -> int:
    """Mail every notice that is neither mailed nor read. 0: nothing waits any more; 1: the server did not take some."""
    open_office(db)
    from ecluse.office.actions.notices import send_notices, waiting_for_mail

    lang, letters, trouble = person_language(), 0, ""
    try:
        for _ in range(MOST_ROUNDS):
            sent = send_notices(datetime.now(UTC))
            letters += sent
            if not sent:
                break
    except OSError as error:
        trouble = str(error) or type(error).__name__
    left = waiting_for_mail().count()
    _tell(letters, left, trouble, lang)
    if as_json:
        found: dict[str, Any] = {"letters": letters, "waiting": left, "trouble": trouble or None}
        print(json.dumps(found, ensure_ascii=False))
    return 2 if trouble else int(left > 0)


def _tell(letters: int, left: int, trouble: str, lang: str) -> None:
    if letters:
        say(say_count("notices.letters_sent", letters, lang))
    if trouble:
        say(word("notices.no_server", lang, reason=trouble))
    elif left:
        say(say_count("notices.letters_wait", left, lang))
    elif not letters:
        say(word("notices.none_waits", lang))
