"""P6: is nothing rewritten? Records, the log, its heads as signed and as witnesses saw them, the guarding triggers."""

from __future__ import annotations

from ecluse.office.audit import brought, p6_columns, p6_figures, p6_log, p6_outer, p6_records, p6_witness
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
    p6_outer.outer_entries_are_in_order,
    p6_outer.outer_heads_are_those_of_the_logs,
    p6_witness.heads_are_of_one_log,
    p6_witness.releases_are_witnessed,
    p6_witness.overrides_are_sound,
)

# What no other check rests on: done while another process judges the hearings again.
LATER = (p6_figures.figures_are_those_of_records,)


def not_checked(reading: Reading, tally: Tally) -> None:
    """What waits: where no host state registered a key for its witness, nobody abroad cosigns the logs yet."""
    if not any(key.owner.startswith("witness:") for key in reading.keys.values()):
        tally.unchecked.append("cosigning")
