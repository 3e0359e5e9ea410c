"""What does `ecluse log write` do? The office's logs as tiles, for witnesses, mirrors and auditors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.edge.commands import out
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say

YES, NO = 0, 1


def write(folder: str, db: str, as_json: bool) -> int:
    """Which logs stand in the folder now, up to which size? 1 when one may not grow: what is there contradicts it."""
    open_office(db)
    from ecluse.edge.log.folder import LogFolder
    from ecluse.office.publish.tiles import log_keys, log_of, newest_checkpoints

    lang, rows, failed = person_language(), [], False
    for name, size, note in newest_checkpoints():
        row: dict[str, Any] = {"log": name, "size": size, "keys": [str(key) for key in log_keys(name)]}
        try:
            tree, entries = log_of(name, size)
            log = LogFolder(Path(folder) / name)
            log.grow(tree, size, entries)
            log.publish(note)
            say(say_count("log.write.written", size, lang, log=name))
        except EvidenceError as error:
            failed, row["reason"] = True, str(error)
            say(word("log.write.refused", lang, log=name, reason=str(error)))
        rows.append(row)
    if as_json:
        out({"logs": rows})
    return NO if failed else YES
