"""P5: has every unit one custodian and one responsible authority, from its birth in a block to its end user?"""

from __future__ import annotations

from ecluse.office.audit import opening, p5_after, p5_blocks, p5_cases, p5_chain, p5_lives, p5_units
from ecluse.office.audit.reading import Reading
from ecluse.office.audit.report import Tally

CHECKS = (
    p5_blocks.blocks_are_accounted_for,
    p5_blocks.blocks_do_not_overlap,
    p5_blocks.packed_numbers_were_made,
    p5_blocks.numbers_are_packed_once,
    p5_chain.handovers_are_signed_by_both,
    p5_chain.chains_have_no_break,
    p5_chain.host_states_agreed,
    p5_chain.licences_allowed_release,
    p5_chain.units_are_accounted_for,
    p5_chain.temporary_exports_came_back,
    p5_units.units_are_rebuilt,
    p5_cases.cases_are_opened,
    p5_lives.lives_go_in_turn,
    opening.opening_units_stand_apart,
    *p5_after.CHECKS,
)


def not_checked(reading: Reading, tally: Tally) -> None:
    """Nothing waits."""
