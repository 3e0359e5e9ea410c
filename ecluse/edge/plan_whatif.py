"""What if something were otherwise? Changes as a person spells them, and two answers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.edge.plan import Question
from ecluse.edge.plan_report import Figures, differences, figures, totals
from ecluse.plan.changes import Change, changed, spelled
from ecluse.plan.session import Answer, Session
from ecluse.plan.solve import Infeasible, Outcome, Solved

CHANGES_LIMIT = 100
# With which word do ids of these records begin, when a person leaves it out?
BEGINS = {
    "line": "plant", "need": "need", "centre": "centre", "order": "funded", "reserve": "model", "sale": "demand",
    "lag": "demand",
}  # fmt: skip
CLOSED = {"closed": "0", "down": "0"}


def changes_of(question: Question, texts: Sequence[str]) -> list[Change]:
    """Which changes are meant? Raises BadInputError for a kind, record, month or figure that there is none of."""
    if not 0 < len(texts) <= CHANGES_LIMIT:
        raise BadInputError.one("--set", f"1 to {CHANGES_LIMIT} changes", str(len(texts)), "name what changes")
    found = []
    for text in texts:
        try:
            change = _named_in_full(question, spelled(_plain(text)))
            changed(question, [change])
        except (ValueError, KeyError) as error:
            remedy = "as budget=+5%, line:ID.2026-05=0, rate:EUR=-10%, share=90%, destination:DE=closed"
            raise BadInputError.one("--set", "KIND[:ID][.MONTH[..MONTH]]=VALUE", str(error), remedy) from None
        if change.first is not None and not any(change.within(month) for month in question["months"]):
            expected = f"a month from {question['months'][0]} to {question['months'][-1]}"
            raise BadInputError.one("--set", expected, f"{change.first} in {text}", "name a month of the plan")
        found.append(change)
    return found


def _plain(text: str) -> str:
    what, sign, value = text.rpartition("=")
    return f"{what}{sign}{CLOSED.get(value, value)}"


def _named_in_full(question: Question, change: Change) -> Change:
    """A record may be called without the word that its id begins with."""
    begins = BEGINS.get(change.kind)
    if begins is None or change.record is None or change.record.startswith(f"{begins}:"):
        return change
    lists = {"line": "lines", "need": "needs", "centre": "centres", "order": "orders", "reserve": "products"}
    known = {record["id"] for record in question[lists.get(change.kind, "sales")]}
    full = f"{begins}:{change.record}"
    return replace(change, record=full) if full in known and change.record not in known else change


def side_by_side(session: Session, changes: Sequence[Change]) -> dict[str, Any]:
    """What is different with these changes? Where there is no answer: why, and the rows at odds."""
    before, after = session.opened, session.what_if(changes)
    for which, answer in (("before", before), ("after", after)):
        failed = _failed(answer)
        if failed is not None:
            rows = failed.rows if isinstance(failed, Infeasible) else []
            outcome = "infeasible" if isinstance(failed, Infeasible) else "stopped"
            return {"outcome": outcome, "which": which, "rows": rows}
    one, other = _figures(before), _figures(after)
    return {
        "outcome": "optimal",
        "which": "after",
        "totals": list(differences(totals(one), totals(other))),
        "rows": list(differences(one, other)),
    }


def _failed(answer: Answer) -> Outcome | None:
    for outcome in (answer.baseline, answer.plan):
        if outcome is not None and not isinstance(outcome, Solved):
            return outcome
    return None


def _figures(answer: Answer) -> Figures:
    assert isinstance(answer.plan, Solved), "a failed answer is told apart before"
    values: Mapping[str, Any] = answer.plan.values
    return figures(answer.question, values)
