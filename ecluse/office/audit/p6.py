"""P6: is nothing rewritten? Records, the log and its signed heads, and the triggers that guard them."""

from __future__ import annotations

from ecluse.office.audit import brought, p6_columns, p6_log, p6_records
from ecluse.office.audit.reading import Reading
from ecluse.office.audit.report import Tally

CHECKS = (
    p6_log.tags_are_known,
    p6_records.records_are_as_written,
    p6_columns.columns_are_projections,
    p6_columns.one_deed_has_one_hand,
    p6_columns.signatures_verify,
    brought.brought_signatures_hold,
    p6_records.commitments_are_answered,
    p6_log.entries_hash_to_leaves,
    p6_log.heads_agree,
    p6_log.checkpoints_hold,
    p6_log.chains_are_unbroken,
    p6_log.turns_are_whole,
    p6_log.triggers_stand,
)


def not_checked(reading: Reading, tally: Tally) -> None:
    """What waits: host states do not cosign yet."""
    tally.unchecked.append("cosigning")
