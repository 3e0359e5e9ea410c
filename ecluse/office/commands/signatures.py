"""What do `ecluse signatures waiting`, `export` and `import` do? Records out to be signed apart, signatures back in."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say


def waiting(db: str, as_json: bool) -> int:
    """Whose signatures does the office wait for, under how many records? 1 when it waits for any."""
    open_office(db)
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.unsigned import unsigned

    found: dict[str, Counter[str]] = {}
    for one in unsigned(open_session()):
        found.setdefault(one.owner, Counter())[one.record.v] += 1
    if as_json:
        print(json.dumps({owner: dict(sorted(kinds.items())) for owner, kinds in sorted(found.items())}))
    for owner, kinds in sorted(found.items()) if not as_json else ():
        print(f"{owner}  {kinds.total()}  {', '.join(sorted(kinds))}")
    if not found:
        say(word("signatures.none", person_language()))
    return int(bool(found))


def export(owner: str, out: str, db: str) -> int:
    """Write what waits for this owner's signature into a file, to be signed by `ecluse seal`. 1 when nothing waits."""
    open_office(db)
    from ecluse.edge.seal import write_new
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.unsigned import file_for

    body, left = file_for(open_session(), owner)
    if not body:
        say(word("signatures.nothing_waits", person_language(), owner=owner))
        return 1
    write_new(Path(out), body)
    say(word("signatures.exported", person_language(), file=out, owner=owner))
    if left:
        say(word("signatures.too_many", person_language(), left=left))
    return 0


def bring(file: str, person: str, db: str, as_json: bool) -> int:
    """Bring the signatures of a file in, as this person; each is checked, and all come in or none."""
    open_office(db)
    from ecluse.edge.seal import read_bytes
    from ecluse.edge.seal_many import SIGNATURES_BYTES_LIMIT
    from ecluse.office.actions.permissions import ACTIONS
    from ecluse.office.actions.signatures import ACTION, bring_signatures
    from ecluse.office.commands.opening import session_of
    from ecluse.office.desk.today import today

    body = read_bytes(Path(file), SIGNATURES_BYTES_LIMIT, "signature")
    session = session_of(person, ACTIONS[ACTION])
    brought = bring_signatures(session, Path(file).name, body, actor=person, on=today())
    say(say_count("signatures.brought", len(brought), person_language()))
    if as_json:
        found: list[dict[str, Any]] = [
            {"owner": one.waits.owner, "subject": one.waits.subject, "digest": one.waits.record.digest,
             "key": one.made.key, "signed_on": str(one.made.on)}
            for one in brought
        ]  # fmt: skip
        print(json.dumps(found))
    return 0
