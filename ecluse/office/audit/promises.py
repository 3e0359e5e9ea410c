"""Are the nine promises kept, by the office's own database? Reads everything once, then checks promise by promise."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial
from typing import Any

from ecluse.office.audit import p1, p2, p3, p4, p5, p6, p7, p8, p9
from ecluse.office.audit.beside import Beside
from ecluse.office.audit.figures import figures
from ecluse.office.audit.reading import Reading, read
from ecluse.office.audit.report import PROMISES, Report, Tally, sorted_findings

Check = Callable[[Reading, Tally], None]
MODULES: dict[str, Any] = {"P1": p1, "P2": p2, "P3": p3, "P4": p4, "P5": p5, "P6": p6, "P7": p7, "P8": p8, "P9": p9}
# P6 comes first: what it finds damaged, the others do not judge. P5 and P7 rebuild what P1 and the figures read.
ORDER = ("P6", "P8", "P5", "P7", "P1", "P2", "P3", "P4")
# Nearly half of the work, and needed by no other: every hearing is judged again, on a second core where there is one.
BESIDE = "P9"


def audit(progress: Callable[[str], None] | None = None) -> Report:
    """Is every promise kept? `progress` is told of each promise before it is checked."""
    # Everything read stays until the end: looking for garbage among a million values only costs time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return _audit(progress)
    finally:
        if was_enabled:
            gc.enable()


def _audit(progress: Callable[[str], None] | None) -> Report:
    tell = progress or (lambda text: None)
    tell("reading the records")
    reading = read()
    tallies = {promise: Tally(promise, reading.tainted) for promise in PROMISES}
    beside: Beside | None = None
    for promise in ORDER:
        tell(f"checking {promise}")
        _check(promise, reading, tallies[promise])
        if promise == "P6":
            beside = Beside(tallies[BESIDE], partial(_check, BESIDE, reading))
            for check in p6.LATER:
                run(check, reading, tallies[promise])
    tell(f"checking {BESIDE}")
    assert beside is not None
    tallies[BESIDE] = beside.filled()
    findings = sorted_findings(finding for tally in tallies.values() for finding in tally.findings)
    return Report(tuple(tallies[promise].report() for promise in PROMISES), findings, figures(reading))


def _check(promise: str, reading: Reading, tally: Tally) -> None:
    module = MODULES[promise]
    for check in module.CHECKS:
        run(check, reading, tally)
    module.not_checked(reading, tally)


def run(check: Check, reading: Reading, tally: Tally) -> None:
    """Run one check to its end; what stops it is a finding, never the end of the audit."""
    try:
        check(reading, tally)
    except Exception as error:
        tally.stopped(check.__name__, error)
