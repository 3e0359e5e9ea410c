"""What does `ecluse openings late` do?"""

from __future__ import annotations

import json

from ecluse.base.words import say as word
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say


def late(db: str, as_json: bool) -> int:
    """Note each key whose last day has passed with a share missing. 0: none was missed; 1: too few handed in."""
    open_office(db)
    from ecluse.office.actions.openings import note_late
    from ecluse.office.desk.today import open_session, today

    lang, noted = person_language(), note_late(open_session(), today())
    for one in noted:
        key = "openingkeys.cli.missed" if one.is_missed else "openingkeys.cli.late"
        say(word(key, lang, name=one.key, day=one.due_on, hosts=", ".join(one.hosts)))
    if as_json:
        found = [
            {"key": one.key, "due_on": str(one.due_on), "hosts": one.hosts, "missed": one.is_missed} for one in noted
        ]
        print(json.dumps(found))
    elif not noted:
        say(word("openingkeys.cli.none", lang))
    return int(any(one.is_missed for one in noted))
