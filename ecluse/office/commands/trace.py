"""What do `ecluse trace` and `ecluse reconcile` answer from the office's own records?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.edge.language import person_language
from ecluse.edge.run import NO, YES
from ecluse.office.commands.year import open_office

LONGEST = 120


def trace(serial: str, db: str, as_json: bool) -> int:
    """Which life had this unit? 0: it is known; 1: unknown, with what might be meant; 2: nothing could be judged."""
    if not serial.strip() or len(serial) > LONGEST:
        found = "nothing" if not serial.strip() else f"{len(serial)} characters"
        raise BadInputError.one("serial number", f"1 to {LONGEST} characters", found, "type it as it is marked")
    open_office(db)
    from ecluse.office.trace.unit import trace_unit
    from ecluse.office.trace.words import trace_text

    need_units()
    life = trace_unit(serial)
    print(json.dumps(life, ensure_ascii=False) if as_json else trace_text(life, person_language()), end="\n" * as_json)
    return YES if life.get("known") or life.get("opening") else NO


def need_units() -> None:
    """An office without a single number cannot say that one is unknown. Raises BadInputError."""
    from ecluse.base.sealed import VERSIONS
    from ecluse.custody.terms import SerialBlock
    from ecluse.office.models import Record
    from ecluse.office.opening.records import OpeningUnits

    versions = [VERSIONS[SerialBlock], VERSIONS[OpeningUnits]]
    if not Record.objects.filter(v__in=versions).exists():
        raise BadInputError.one("the office", "serial numbers on record", "none", "name the right database by --db")


def reconcile(file: str, kind: str, db: str, keep: bool, as_json: bool) -> int:
    """Do their exits or imports agree with our handovers? 0: all rows; 1: differences; 2: nothing could be judged."""
    from ecluse.edge.reconcile import Kind, Outcome, compare, totals
    from ecluse.edge.reconcile_file import read_movements

    if kind not in {one.value for one in Kind}:
        kinds = " or ".join(one.value for one in Kind)
        raise BadInputError.one("--kind", kinds, kind or "nothing", "say whose register the file is")
    theirs, named = read_movements(Path(file))
    open_office(db)
    from datetime import UTC, datetime, time

    from ecluse.custody.tracing.states import term
    from ecluse.office.desk.today import law, open_session, today
    from ecluse.office.trace.movements import movements

    on = today()
    days = term(law(), datetime.combine(on, time(12), UTC), "reconcile_days")
    found = compare(theirs, movements(Kind(kind)), days)
    counted = totals(found)
    if keep:
        from ecluse.office.actions.reconcile import keep_reconciliation

        keep_reconciliation(open_session(), Kind(kind), named, theirs, counted, on)
    differing = [one for one in found if one.outcome is not Outcome.MATCHED]
    if as_json:
        told = {outcome.value: {"rows": rows, "units": units} for outcome, (rows, units) in counted.items()}
        form = {"kind": kind, "file": named, "days": days, "totals": told, "differences": [d.form() for d in differing]}
        print(json.dumps(form, ensure_ascii=False))
    else:
        print("\n".join(reconciled_text(differing, counted, person_language())))
    return NO if differing else YES


def reconciled_text(differing: Any, counted: Any, lang: str) -> list[str]:
    """How is it told? Each difference on a line of its own, then the totals."""
    from ecluse.base.words import say

    lines = []
    for one in differing:
        said = one.theirs or one.ours
        theirs, ours = (_said(part, lang) for part in (one.theirs, one.ours))
        what = say(f"tracing.reconcile.{one.outcome.value}", lang)
        lines.append(say("tracing.reconcile.row", lang, what=what, licence=said.licence, state=said.state,
                         theirs=theirs, ours=ours))  # fmt: skip
    for outcome, (rows, units) in counted.items():
        what = say(f"tracing.reconcile.{outcome.value}", lang)
        lines.append(say("tracing.reconcile.total", lang, what=what, rows=rows, units=units))
    return lines


def _said(one: Any, lang: str) -> str:
    from ecluse.base.words import say

    if one is None:
        return say("tracing.reconcile.nothing", lang)
    return say("tracing.reconcile.said", lang, units=one.units, on=one.on, at=one.said_by)
