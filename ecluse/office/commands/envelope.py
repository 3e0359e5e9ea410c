"""What does `ecluse envelope prove` do?"""

from __future__ import annotations

import json
from collections.abc import Callable

from ecluse.office.commands.year import open_office, tell


def prove(db: str, as_json: bool) -> int:
    """Prove what is not proven yet of what may be published now. 0: all is shown; 1: some statement is not true."""
    open_office(db)
    counts = proven(told)
    tell("proofs_made", **counts)
    if as_json:
        print(json.dumps(counts))
    return 1 if counts["untrue"] else 0


def proven(progress: Callable[[int, int], None] = lambda done, all_: None) -> dict[str, int]:
    """How many statements are there of what may be published now, proven now or before, or not true?

    Lines of figures that were lost are made anew first.
    """
    from ecluse.edge.law import newest_law
    from ecluse.office.actions.envelope_lines import restore_lines
    from ecluse.office.actions.envelope_proofs import kept_of, prove_missing, statement_digest
    from ecluse.office.publish.envelope_work import work_of
    from ecluse.office.publish.folder import source_of
    from ecluse.office.publish.hearings import heard
    from ecluse.office.publish.proceeds import money_told
    from ecluse.office.publish.reading import Reading

    restored = restore_lines()
    reading = Reading(newest_law())
    work = work_of(reading, money_told(reading, heard(reading)))
    made = prove_missing(work.tasks, source_of(reading), progress)
    shown = len(kept_of(statement_digest(statement) for statement, _ in work.tasks))
    return {
        "all": len(work.tasks) + work.untrue, "made": made, "kept": shown - made,
        "untrue": len(work.tasks) - shown + work.untrue, "lines_restored": restored,
    }  # fmt: skip


def told(done: int, all_: int) -> None:
    """Tell the person at the terminal how much of what was missing is proven."""
    if all_:
        tell("proving", done=done, all=all_)
