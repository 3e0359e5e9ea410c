"""What does a planner need for an urgent order's next step? The plan made again, or what may still leave beside it.

The solver runs here, in a process of its own, never where pages are served; what it writes is brought to the office as
a file and added up again there.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ecluse.base.days import Month
from ecluse.base.errors import BadInputError
from ecluse.base.words import say as word
from ecluse.edge.commands import out as print_form
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office

PLAN, SURPLUS = "plan.json", "surplus.json"
YES, NO = 0, 1


def surge(order: str, db: str, out: str, seconds: int, as_json: bool) -> int:
    """Write the file for the next step of an urgent order. 0: written; 1: no plan meets the order."""
    open_office(db)
    from ecluse.office.facts.plan_surge import adopted_last, is_asked, urgent_orders

    orders = {one.id: one for one in urgent_orders()}
    adopted = adopted_last()
    if not orders or adopted is None:
        raise BadInputError.one("database", "an urgent order and an adopted plan", "none", "order it in the office")
    if order and order not in orders:
        raise BadInputError.one("--order", f"one of {', '.join(orders)}", order, "name one of them")
    urgent = orders[order] if order else list(orders.values())[-1]
    folder, started = Path(out), time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    if is_asked(adopted.document, urgent):
        form = _surplus(adopted, urgent, folder / SURPLUS)
    else:
        form = _plan(adopted, urgent, folder / PLAN, seconds)
    form |= {"urgent_order": urgent.id, "seconds": round(time.monotonic() - started)}
    tell(word("deskplan.surge.took", person_language(), seconds=form["seconds"]))
    if as_json:
        print_form(form)
    return YES if form["outcome"] == "written" else NO


def _plan(adopted: Any, urgent: Any, path: Path, seconds: int) -> dict[str, Any]:
    """The plan with the order in it, months gone by left as they stand."""
    from ecluse.edge.plan import write_plan
    from ecluse.office.desk.today import open_session, today
    from ecluse.office.facts.plan_capacity import hours_attested
    from ecluse.plan.checker import PlanError
    from ecluse.plan.paper import NoPlan, solve_question
    from ecluse.plan.solve import Options
    from ecluse.plan.urgent import asked_again

    lang, months = person_language(), adopted.document["question"]["months"]
    wanted = {str(point.month): point.units for point in urgent.wanted}
    gone = months.index(str(Month.of(today())))
    try:
        hours = hours_attested(open_session(), adopted.document["question"])
        by_month = [wanted.get(month, 0) for month in months]
        found = asked_again(adopted.document, urgent.id, urgent.class_, by_month, gone, hours)
        facts = {"models": len(found.by_model), "missing": found.units_missing, "late": found.units_late}
        tell(word("deskplan.surge.shared", lang, order=urgent.id, units=urgent.units, **facts))
        solved = NoPlan("plan", "too much", ()) if found.units_missing else solve_question(
            found.question, options=Options(seconds=seconds or None)
        )  # fmt: skip
    except PlanError as error:
        facts, solved = {}, NoPlan("plan", "not whole", (str(error),))
    if isinstance(solved, NoPlan):
        tell(word("deskplan.surge.none", lang, order=urgent.id, reason=solved.why))
        return {"outcome": solved.why, "rows": list(solved.rows)[:20], **facts}
    write_plan(path, solved)
    tell(word("deskplan.surge.written", lang, path=str(path)))
    return {"outcome": "written", "file": str(path), **facts}


def _surplus(adopted: Any, urgent: Any, path: Path) -> dict[str, Any]:
    """What of the certificates of the class, and of what shares its lines, the new plan's surplus still carries."""
    from ecluse.office.actions.plan_holdings import outstanding
    from ecluse.office.desk.today import open_session, today
    from ecluse.plan.taking import units_by_model
    from ecluse.plan.urgent import beside, surplus_form

    gone = adopted.document["question"]["months"].index(str(Month.of(today())))
    touched = beside(adopted.document["question"], urgent.class_)
    held = units_by_model(outstanding(open_session(), today(), touched))
    content = surplus_form(adopted.document, adopted.plan.document, urgent.id, held, gone)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
    tell(word("deskplan.surge.written", person_language(), path=str(path)))
    return {"outcome": "written", "file": str(path), "units_outstanding": sum(held.values())}
