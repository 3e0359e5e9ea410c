"""What does `ecluse envelope prove` do?"""

from __future__ import annotations

import json
from collections.abc import Callable

from ecluse.office.commands.year import open_office, tell

PROOFS = "proofs"  # under this name it is kept that all was proven


def prove(db: str, as_json: bool, every: int) -> int:
    """Prove what is not proven yet of what may be published now. 0: all is shown; 1: some statement is not true.

    With `every` (seconds) this goes on, on one core's spare time, until it is stopped.
    """
    open_office(db)
    if every:
        from ecluse.office.commands.proving import keep_proving

        keep_proving(every)
    counts = proven(told)
    tell("proofs_made", **counts)
    if as_json:
        print(json.dumps(counts))
    return 1 if counts["untrue"] else 0


def proven(progress: Callable[[int, int], None] = lambda done, all_: None, processes: int = 0) -> dict[str, int]:
    """How many statements are there of what may be published now, proven now or before, or not true?

    Lines of figures that were lost are made anew first. `processes` at once, one a core for 0. That it was done, and
    of which state of the log, is kept for whoever publishes.
    """
    from ecluse.edge.law import newest_law
    from ecluse.office import kept
    from ecluse.office.actions.envelope_lines import restore_lines
    from ecluse.office.actions.envelope_proofs import kept_of, prove_missing, statement_digest
    from ecluse.office.publish.envelope_work import work_of
    from ecluse.office.publish.folder import source_of
    from ecluse.office.publish.hearings import heard
    from ecluse.office.publish.proceeds import money_told
    from ecluse.office.publish.reading import Reading
    from ecluse.office.views.summary import log_root

    root, restored = log_root(), restore_lines()
    reading = Reading(newest_law())
    work = work_of(reading, money_told(reading, heard(reading)))
    made = prove_missing(work.tasks, source_of(reading), progress, processes)
    shown = len(kept_of(statement_digest(statement) for statement, _ in work.tasks))
    counts = {
        "all": len(work.tasks) + work.untrue, "made": made, "kept": shown - made,
        "untrue": len(work.tasks) - shown + work.untrue, "lines_restored": restored,
    }  # fmt: skip
    kept.keep(PROOFS, {"log_root": root, **counts})
    return counts


def told(done: int, all_: int) -> None:
    """Tell the person at the terminal how much of what was missing is proven."""
    if all_:
        tell("proving", done=done, all=all_)
