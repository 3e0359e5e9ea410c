"""Which statements follow from the draws and licences on one certificate, step by step, as points?

    nothing -> reserved -> committed -> used -> returned
                  |            |
                  +------------+-> released

A tranche's draw moves as a whole, so that each later step is for exactly the units held, and free is what was certified
less everything held. A reservation past its last day holds its units until they are released, and commits no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ecluse.base.figure_line import Line
from ecluse.base.group import Point
from ecluse.base.statement import Statement
from ecluse.surplus.envelope import licensed, licensed_open, moved, reserved
from ecluse.surplus.envelope_fault import Fault
from ecluse.surplus.envelope_standing import Add
from ecluse.surplus.terms import DrawState

STEPS = frozenset({
    ("", DrawState.RESERVED), (DrawState.RESERVED, DrawState.COMMITTED), (DrawState.COMMITTED, DrawState.USED),
    (DrawState.RESERVED, DrawState.RELEASED), (DrawState.COMMITTED, DrawState.RELEASED),
    (DrawState.USED, DrawState.RETURNED),
})  # fmt: skip
GIVEN_BACK = (DrawState.RELEASED, DrawState.RETURNED)
OPEN = "open"
HOME = "home/"


@dataclass(frozen=True, slots=True)
class Held:
    """What one tranche holds on the certificate: in which state, as which point, until when if reserved."""

    state: DrawState
    units: Point
    until: str


@dataclass(slots=True)
class Account:
    """One certificate's draws as points: its line, what is free, what each tranche holds, which are licensed."""

    certificate: Line
    free: Point
    held: dict[str, Held] = field(default_factory=dict)
    licensed: set[str] = field(default_factory=set)


def steps_in_order(certificate: Line, lines: Iterable[Line]) -> Iterator[Line]:
    """In which order are the lines of one certificate taken?

    Those of its own kind of log (`home/…`) as they stand; in one entry draws before licences. A line of a centre's log
    comes in before the first line of its tranche that bears a later day, or its own day and gives units back.
    """
    own = [line for line in lines if is_home(line)]
    own.sort(key=lambda line: (line.log, line.index, line.kind == "licence", line.at))
    others: dict[str, list[Line]] = {}
    for line in sorted((line for line in lines if not is_home(line)), key=lambda line: (line.on, line.place())):
        others.setdefault(line.mark("tranche"), []).append(line)
    for line in own:
        waiting = others.get(line.mark("tranche"), []) if line.kind == "draw" else []
        gives_back = line.scope.get("state") == DrawState.RETURNED.value
        while waiting and (waiting[0].on < line.on or (gives_back and waiting[0].on == line.on)):
            yield waiting.pop(0)
        yield line
    for tranche in sorted(others):
        yield from others[tranche]


def is_home(line: Line) -> bool:
    """Does the line stand in the office's own log of some year?"""
    return line.log.startswith(HOME)


def take(account: Account, line: Line, context: str, add: Add) -> Statement | Fault:
    """Which statement must be shown of this draw or licence, and how does the account stand after it?"""
    if not comes_after(line, account.certificate):
        return Fault("draw_before_certificate", line)
    return _licence(account, line, context) if line.kind == "licence" else _draw(account, line, context, add)


def comes_after(line: Line, certificate: Line) -> bool:
    """Does the line stand after its certificate? In another log it is not of an earlier day."""
    if is_home(line):
        return line.place() > certificate.place()
    return line.on >= certificate.on


def _draw(account: Account, line: Line, context: str, add: Add) -> Statement | Fault:
    tranche, units = line.mark("tranche"), line.point("units")
    held = account.held.get(tranche)
    try:
        state = DrawState(line.mark("state"))
    except ValueError:
        return Fault("step_unknown", line)
    if (held.state if held else "", state) not in STEPS:
        return Fault("step_out_of_order", line)
    if state is not DrawState.USED and not is_home(line):
        return Fault("in_another_log", line)
    if held is None:
        return _reserve(account, line, units, context, add)
    if state is DrawState.COMMITTED and line.on.isoformat() > held.until:
        return Fault("reservation_lapsed", line)
    if state in GIVEN_BACK:
        del account.held[tranche]
        account.free = add([(1, account.free), (1, held.units)])
    else:
        account.held[tranche] = Held(state, held.units, "")
    return moved(line, units, held.units, context)


def _reserve(account: Account, line: Line, units: Point, context: str, add: Add) -> Statement | Fault:
    until = line.scope.get("expires_on", "")
    if until < line.on.isoformat():
        return Fault("reservation_endless", line)
    account.free = add([(1, account.free), (-1, units)])
    account.held[line.mark("tranche")] = Held(DrawState.RESERVED, units, until)
    return reserved(line, units, account.free, context)


def _licence(account: Account, line: Line, context: str) -> Statement | Fault:
    """A tranche is licensed once, on what it holds committed by then; an open licence on what is drawn under it."""
    tranche = line.mark("tranche")
    if tranche in account.licensed:
        return Fault("licensed_twice", line)
    account.licensed.add(tranche)
    if line.mark("permit") == OPEN:
        return licensed_open(line, line.point("units"), context)
    held = account.held.get(tranche)
    if held is None or held.state is not DrawState.COMMITTED:
        return Fault("licence_not_drawn", line)
    return licensed(line, line.point("units"), held.units, context)
