"""What did one line commit, make, hand over and owe, and which of its numbers have no record?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.custody.life import in_order
from ecluse.custody.measures import home_state
from ecluse.custody.ranges import difference
from ecluse.custody.rules_birth import WHOLE_BP
from ecluse.custody.terms import (
    Fate,
    LifeEvent,
    LifeState,
    Line,
    LineRule,
    Marking,
    OutputRule,
    SerialBlock,
    SerialRange,
)
from ecluse.office.desk.registry import Desk
from ecluse.office.facts.parties import in_force
from ecluse.office.models import Tranche
from ecluse.office.on_file import newest, records
from ecluse.office.places_reading import LINE, Held
from ecluse.office.registers import LineOutput, Order, Release
from ecluse.office.views.things import fill, fill_rows, is_home
from ecluse.order import HELD, Gate, Standing

MOST_CONSIGNMENTS = 20
AT_LINE = "at_line"


@dataclass(frozen=True, slots=True)
class Block:
    """One serial block: how many of its numbers ended how, and which have no record yet.

    `missing` are numbers without a record although a later one of the block has its; `open` are those not reached yet.
    """

    block: SerialBlock
    made: int
    void: int
    unused: int
    missing: tuple[SerialRange, ...]
    open: int

    @property
    def units_missing(self) -> int:
        """How many numbers were passed over?"""
        return sum(run.units() for run in self.missing)


@dataclass(frozen=True, slots=True)
class MonthMade:
    """One month: what the line made, what was released of it for export."""

    month: Month
    made: int
    released: int


@dataclass(frozen=True, slots=True)
class Output:
    """What the line made against its rule: all so far, what its host's share is of it, what may leave, what left."""

    rule: LineRule | None
    months: tuple[MonthMade, ...]
    made: int
    released: int
    owed_to_host: int
    may_leave: int | None
    home_committed: int
    home_made: int

    @property
    def left_to_leave(self) -> int | None:
        """How many more may leave under the rule? None where the rule sets no number."""
        return None if self.may_leave is None else max(0, self.may_leave - self.released)

    @property
    def is_over(self) -> bool:
        """Did more leave than the rule lets?"""
        return self.may_leave is not None and self.released > self.may_leave


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the line's life, done or still before it."""

    state: LifeState
    on: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Staying:
    """Units of one block that were made and not handed over: free, or packed for a consignment, since when."""

    block: str
    tranche: str
    units: int
    since: date


def lines_for(desk: Desk) -> list[Line]:
    """Whose desks may this person look at? A maker at its lines', those abroad first; home roles at each abroad."""
    home = home_state(desk.session.law, desk.on)
    lines = newest(records(Line)).values()
    seen = [one for one in lines if one.maker == desk.body or (is_home(desk) and one.host != home)]
    return sorted(seen, key=lambda one: (one.host == home, one.host, one.id))


def blocks_of(desk: Desk, line: Line) -> list[Block]:
    """How did the numbers of its blocks end? The newest block first."""
    own = [one.value for one in records(SerialBlock) if one.value.line == line.id]
    fill(desk.session, [block.id for block in own])
    found = [_block(block, desk.session.of(block.id, Marking)) for block in own]
    return sorted(found, key=lambda one: (one.block.committed_on, one.block.id), reverse=True)


def _block(block: SerialBlock, markings: Sequence[Marking]) -> Block:
    counts: Counter[Fate] = Counter()
    for marking in markings:
        counts[marking.fate] += marking.range.units()
    whole = SerialRange(block.id, block.first, block.first + block.count - 1)
    unmarked = difference([whole], [marking.range for marking in markings])
    reached = max((marking.range.last for marking in markings), default=block.first - 1)
    missing = tuple(run for run in unmarked if run.last < reached)
    not_reached = sum(run.units() for run in unmarked if run.last >= reached)
    return Block(block, counts[Fate.MADE], counts[Fate.VOID], counts[Fate.UNUSED], missing, not_reached)


def output_of(desk: Desk, line: Line, blocks: Iterable[Block]) -> Output:
    """What did it make, month by month, and what does its output rule leave to it? As the custody gate counts it."""
    session, on = desk.session, desk.on
    rule = in_force(session.of(line.id, LineRule), on)
    made: Counter[Month] = Counter()
    for output in session.of(line.id, LineOutput):
        if output.month <= Month.of(on):
            made[output.month] += output.units
    left: Counter[Month] = Counter()
    for release in session.of(line.id, Release):
        left[Month.of(release.on)] += release.units
    months = tuple(MonthMade(month, made[month], left[month]) for month in sorted(made | left, reverse=True))
    total, home = sum(made.values()), [one for one in blocks if one.block.funded_for_home]
    may_leave = _may_leave(rule, total)
    owed = total - may_leave if rule is not None and rule.rule is OutputRule.SHARED and may_leave is not None else 0
    return Output(rule, months, total, sum(left.values()), owed, may_leave,
                  sum(one.block.count for one in home), sum(one.made for one in home))  # fmt: skip


def _may_leave(rule: LineRule | None, made: int) -> int | None:
    """How many of so many may leave? None where the rule sets no number: the home army's interlock decides."""
    if rule is None or rule.rule is OutputRule.ALL_HOME:
        return 0
    return made * (WHOLE_BP - rule.host_share_bp) // WHOLE_BP if rule.rule is OutputRule.SHARED else None


WAY = (LifeState.PLANNED, LifeState.FIRST_ARTICLE, LifeState.SERIES)


def life_of(desk: Desk, line: Line) -> list[Step]:
    """Which steps did the line take, after how many days each, and which are still before it on the way to series?"""
    events = [event for event in in_order(desk.session.of(line.id, LifeEvent)) if event.on <= desk.on]
    found, before = list[Step](), line.registered_on
    for event in events:
        found.append(Step(event.state, event.on, (event.on - before).days))
        before = event.on
    taken = {event.state for event in events}
    ended = {LifeState.STOPPED, LifeState.SUSPENDED, LifeState.CLOSED} & taken
    ahead = [state for state in WAY if state not in taken] if not ended and LifeState.SERIES not in taken else []
    return [*found, *(Step(state, None, None) for state in ahead)]


def staying(line: Line, held: Iterable[Held]) -> list[Staying]:
    """What was made here and not handed over, what has waited longest first? Runs of one block and fate together."""
    found: dict[tuple[str, str], Staying] = {}
    for one in held:
        if one.kind == LINE and one.line == line.id:
            slot = (one.run.block, one.tranche)
            before = found.get(slot)
            units, since = (before.units, min(before.since, one.since)) if before else (0, one.since)
            found[slot] = Staying(*slot, units + one.units, since)
    return sorted(found.values(), key=lambda one: (one.since, one.block, one.tranche))


def consignments(desk: Desk, line: Line) -> list[Tranche]:
    """Which consignments of this line are at the gate of custody, not held? At most so many, read at once."""
    orders = {id: one for id, one in newest(records(Order)).items() if one.line == line.id}
    held = [standing.value for standing in HELD]
    gates = (Gate.LICENCE.value, Gate.CUSTODY.value)
    asked = Tranche.objects.filter(order__in=list(orders), is_split=False, gate__in=gates).exclude(standing__in=held)
    rows = list(asked.exclude(standing=Standing.HELD_REFUSED.value).order_by("tranche")[:MOST_CONSIGNMENTS])
    names = dict.fromkeys(row.order for row in rows)
    ends = [orders[name].end_user for name in names]
    centres = [orders[name].centre for name in names]
    fill(desk.session, [*names, *(row.tranche for row in rows), *(f"{name}/0" for name in names),
                        *(f"host:{name}" for name in names), *ends, *centres])  # fmt: skip
    fill_rows(desk.session, Tranche, [row.tranche for row in rows])
    return rows
