"""Were these units born where they say, and may this line's output leave at all? Rules of origin, at release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.days import Month
from ecluse.base.law import Law
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.custody.ranges import difference, normal, overlap, twice, union
from ecluse.custody.terms import CustodyClaim, Fate, Level, LifeState, LineRule, OutputRule, SerialBlock, SerialRange

WHOLE_BP = 10_000
FINENESS = (Level.UNIT, Level.CRATE, Level.LOT)


def units_are_born_in_block(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every unit lies in a committed block and was marked made there, not void (mechanism.md 4 T16)."""
    blocks = [SerialRange(b.id, b.first, b.first + b.count - 1) for b in claim.blocks]
    known = [m for m in claim.markings if m.block == m.range.block and m.on <= on]
    made = union(m.range for m in known if m.fate is Fate.MADE)
    ended = union(m.range for m in known if m.fate is not Fate.MADE)
    unborn = difference(claim.ranges, difference(overlap(blocks, made), ended))
    if unborn:
        yield refuse(
            "custody.units_are_born_in_block", "ecluse/birth-in-block",
            units_unborn=sum(run.units() for run in unborn), number=unborn[0].first, block=unborn[0].block,
        )  # fmt: skip


def block_precedes_production(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """A serial block is committed before the first number of it is marked (mechanism.md 4 T16)."""
    for block in used_blocks(claim):
        days = [m.on for m in claim.markings if m.block == block.id]
        if days and block.committed_on >= min(days):
            yield refuse(
                "custody.block_precedes_production", "ecluse/block-before-production",
                block=block.id, committed_on=block.committed_on, marked_on=min(days),
            )  # fmt: skip


def marks_are_by_the_blocks_line(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The line that owns the block marks its numbers, with the block's model (mechanism.md 4 T16; ITI 2005)."""
    for block in used_blocks(claim):
        lines = {block.line, claim.line.id if claim.line else block.line}
        for marking in claim.markings:
            if marking.block == block.id and (lines != {marking.line} or marking.model != block.model):
                yield refuse(
                    "custody.marks_are_by_the_blocks_line", "iti-2005/marking",
                    marking=marking.id, line=marking.line, model=marking.model, block=block.id,
                )  # fmt: skip


def block_is_not_home_funded(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Units of a block funded for the home army, by the state or a donor, never leave (mechanism.md 4 T16)."""
    for block in used_blocks(claim):
        if block.funded_for_home:
            yield refuse("custody.block_is_not_home_funded", "ecluse/home-funded-goods-stay", block=block.id)


def units_are_nobodys_else(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """No other tranche holds any of these units (mechanism.md R27)."""
    if claim.units_of_others > 0:
        yield refuse("custody.units_are_nobodys_else", "ecluse/one-custodian", units_of_others=claim.units_of_others)


def ranges_do_not_overlap(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Each number is named once (mechanism.md R26)."""
    if units_twice := twice(claim.ranges):
        yield refuse("custody.ranges_do_not_overlap", "ecluse/every-unit-named", units_twice=units_twice)


def units_match_ranges(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The runs of numbers hold exactly the units claimed, at every level of tracing (mechanism.md R26)."""
    found = sum(run.units() for run in claim.ranges)
    if found != claim.units or claim.units < 1 or any(run.units() < 1 for run in claim.ranges):
        yield refuse(
            "custody.units_match_ranges", "ecluse/every-unit-named", units_claimed=claim.units, units_in_ranges=found
        )


def units_are_within_finding(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more leaves than the gates before judged (mechanism.md R5)."""
    if claim.units > claim.finding.units:
        yield refuse(
            "custody.units_are_within_finding", "ecluse/within-finding",
            units_claimed=claim.units, units_judged=claim.finding.units,
        )  # fmt: skip


def model_is_the_one_judged(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The units are of the model that the gates before judged (mechanism.md R5)."""
    for block in used_blocks(claim):
        if block.model != claim.finding.model:
            yield refuse(
                "custody.model_is_the_one_judged", "ecluse/within-finding",
                block=block.id, model=block.model, model_judged=claim.finding.model,
            )  # fmt: skip


def level_is_fine_enough(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Tracing is at least as fine as the class's row asks; a class without a row is traced unit by unit."""
    class_ = claim.line.class_ if claim.line else ""
    rows = [Level(row["level"]) for row in law["custody/levels"].in_force(on) if row["class"] == class_]
    asked = min(rows, key=FINENESS.index, default=Level.UNIT)
    if claim.line and FINENESS.index(claim.level) > FINENESS.index(asked):
        yield refuse(
            "custody.level_is_fine_enough", "ecluse/level-of-tracing", level=claim.level.value, level_asked=asked.value
        )


def line_is_registered(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The line stood on the register when it first marked a number (mechanism.md R25)."""
    used = {block.id for block in used_blocks(claim)}
    first = min((m.on for m in claim.markings if m.block in used), default=on)
    if claim.line is None or claim.line.registered_on > min(first, on):
        yield refuse("custody.line_is_registered", "ecluse/line-register", tranche=claim.tranche)


def line_is_in_series(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Only a line in series exports; a first article leaves alone (mechanism.md R25)."""
    is_first_article = claim.line_state is LifeState.FIRST_ARTICLE
    is_alone = claim.units + claim.line_units_released_before <= 1
    if claim.line_state is not LifeState.SERIES and not (is_first_article and is_alone):
        state = claim.line_state.value if claim.line_state else "unknown"
        yield refuse("custody.line_is_in_series", "ecluse/line-life", line_state=state, units=claim.units)


def line_output_may_go(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """A line whose whole output goes to the home army exports nothing (mechanism.md 1.6)."""
    rule = rule_in_force(claim, on)
    if rule and rule.rule is OutputRule.ALL_HOME:
        yield refuse("custody.line_output_may_go", "ecluse/line-output", line=rule.line, line_rule=rule.id)


def line_output_is_shared(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """On a shared line the host's share of the output so far stays with the host (mechanism.md 1.6)."""
    rule = rule_in_force(claim, on)
    if rule is None or rule.rule is not OutputRule.SHARED:
        return
    output = sum(row.units for row in claim.line_output if row.month <= Month.of(on))
    units_free = output * (WHOLE_BP - rule.host_share_bp) // WHOLE_BP
    units_after = claim.line_units_released_before + claim.units
    if units_after > units_free:
        yield refuse(
            "custody.line_output_is_shared", "ecluse/line-output", units_after=units_after, units_free=units_free
        )


def line_rule_is_known(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Who gets the line's output on this day is known (mechanism.md R25)."""
    if rule_in_force(claim, on) is None:
        yield refer("custody.line_rule_is_known", "ecluse/line-output", tranche=claim.tranche, day=on)


def used_blocks(claim: CustodyClaim) -> list[SerialBlock]:
    """Which of the blocks do the claimed ranges touch?"""
    named = {run.block for run in normal(claim.ranges)}
    return [block for block in claim.blocks if block.id in named]


def rule_in_force(claim: CustodyClaim, on: date) -> LineRule | None:
    """Which output rule binds this line on this day?"""
    rule = claim.line_rule
    if rule is None or claim.line is None or rule.line != claim.line.id or on < rule.valid_from:
        return None
    return None if rule.valid_until and on > rule.valid_until else rule


RULES = (
    block_is_not_home_funded,
    units_are_born_in_block,
    block_precedes_production,
    marks_are_by_the_blocks_line,
    units_are_nobodys_else,
    ranges_do_not_overlap,
    units_match_ranges,
    units_are_within_finding,
    model_is_the_one_judged,
    level_is_fine_enough,
    line_is_registered,
    line_is_in_series,
    line_output_may_go,
    line_output_is_shared,
    line_rule_is_known,
)
