"""How is it kept that another state's register was compared with ours? Its totals are sealed, and published as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from ecluse.custody.tracing.terms import Reconciliation, RowsCounted
from ecluse.edge.reconcile import Kind, Movement, Outcome
from ecluse.office.actions.deed import Deed
from ecluse.office.session import Session

SUBJECT = "reconciliations"


def keep_reconciliation(
    session: Session, kind: Kind, file: str, theirs: Sequence[Movement], found: Mapping[Outcome, tuple[int, int]],
    on: date,
) -> Reconciliation:  # fmt: skip
    """Seal what came of this comparison: the digest of their file, its days, and how many rows agreed or did not."""
    number = 1 + len(session.of(SUBJECT, Reconciliation))
    counted = tuple(RowsCounted(outcome.value, *found[outcome]) for outcome in Outcome)
    days = [one.on for one in theirs]
    record = Reconciliation(f"reconciliation:{number}", kind.value, file, min(days), max(days), counted, on)
    with Deed(session, "tracing.reconcile", actor="clock:office", on=on, subject=SUBJECT) as deed:
        deed.seal(record)
    return record
