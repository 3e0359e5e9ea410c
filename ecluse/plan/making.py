"""How many whole units does each line make, when a solver said it in fractions?

Down first, then up again where hours are left, so that the sum over the months stays within about a unit of what was
said. What orders, reserve or a promised delivery then lack is made in idle hours, or in hours of a product that can
spare them.
"""

from __future__ import annotations

import numpy as np

from ecluse.plan.blocks import Ints
from ecluse.plan.figures import Figures, Floats

NEAR = 1e-6  # a solver's 2.9999999 is three
WHOLE = 10_000
ATTEMPTS = 100_000  # no more units are moved between products than this many times


def host_part(figures: Figures, made: Ints) -> Ints:
    """How many of these units go to the host state? The least whole number its agreement allows."""
    return np.asarray(-(-figures.host[:, None] * made // WHOLE), dtype=np.int64)


def units_there(figures: Figures, made: Ints) -> Ints:
    """How many units of each product are there at the end of each month, orders served and reserve set aside?"""
    kept = made - host_part(figures, made)
    there = np.zeros_like(figures.reserve)
    np.add.at(there, figures.made_of, kept)
    return np.asarray(np.cumsum(there - figures.due, axis=1) + figures.stock[:, None] - figures.reserve)


def apart(figures: Figures, made: Ints, stock: Ints, gone: Ints) -> Ints:
    """How much of the stock of each product may leave, for the lines it came from? `gone`: what left, by month."""
    kept, free = made - host_part(figures, made), np.zeros_like(stock)
    np.add.at(free, figures.made_of[~figures.stays], kept[~figures.stays])
    found, before = np.zeros_like(stock), figures.stock
    for t in range(figures.months):
        before = found[:, t] = np.minimum(before + free[:, t] - gone[:, t], stock[:, t])
    return found


def look_ahead(there: Ints) -> Ints:
    """How many of the units that are there by each month are not needed later?"""
    return np.asarray(np.minimum.accumulate(there[..., ::-1], axis=-1)[..., ::-1])


def whole_output(figures: Figures, said: Floats, start: Ints | None = None) -> Ints:
    """Which whole units does each make give by month? Near what was said, within line hours and ramps.

    `start`: units that are made in any case, and already fit the lines.
    """
    made = np.zeros(said.shape, dtype=np.int64) if start is None else start.copy()
    for line in range(len(figures.hours)):
        makes = np.flatnonzero(figures.made_on == line)
        if len(makes):
            _fill_line(figures, line, makes, np.maximum(said[makes], 0), made)
    return made


def _fill_line(figures: Figures, line: int, makes: Ints, said: Floats, made: Ints) -> None:
    own, hours = figures.make_hours[makes], figures.hours[line]
    target = np.cumsum(said, axis=1)
    lead = np.zeros(len(makes))  # made so far less said so far
    for t in range(said.shape[1]):
        given = made[makes, t]
        room = _ramp_room(figures, makes, made, t)
        wanted = np.floor(np.minimum(said[:, t], target[:, t] - lead) + NEAR).astype(np.int64)
        extra = np.clip(wanted - given, 0, room)
        left = int(hours[t]) - int(own @ given)
        while (over := int(own @ extra) - left) > 0:  # only by what NEAR rounded up, or by the start
            worst = int(np.argmax(np.where(extra > 0, own, -1)))
            extra[worst] -= min(int(extra[worst]), max(1, over // int(own[worst])))
        left -= int(own @ extra)
        behind = target[:, t] - lead - given - extra
        for m in np.argsort(-behind, kind="stable"):
            if behind[m] >= 1 - NEAR or (behind[m] > NEAR and said[m, t] > given[m] + extra[m] + NEAR):
                more = min(int(np.ceil(behind[m] - NEAR)), left // int(own[m]), int(room[m] - extra[m]))
                if more > 0:
                    extra[m] += more
                    left -= more * int(own[m])
        made[makes, t] = given + extra
        lead += made[makes, t]


def _ramp_room(figures: Figures, makes: Ints, made: Ints, t: int) -> Ints:
    """By how many units can these makes grow this month, by their ramps?"""
    before = made[makes, t - 1] if t else figures.before[makes]
    limit = np.where(figures.ramps[makes], figures.ramp[makes] + before, np.iinfo(np.int64).max // 4)
    return np.asarray(np.maximum(0, limit - made[makes, t]), dtype=np.int64)


def mended(figures: Figures, made: Ints, promised: Ints, first: int = 0) -> tuple[Ints, bool]:
    """Which output also gives what is promised, cumulated by product and month, after orders and reserve?

    As near as it was found, and whether that is all of it. Months before the `first` stay as they are.
    """
    made, given_up = made.copy(), np.zeros(len(promised), dtype=bool)
    gap = units_there(figures, made) - promised
    for _ in range(ATTEMPTS):
        lacking = (gap < 0).any(axis=1) & ~given_up
        if not lacking.any():
            break
        p = int(np.argmax(lacking))
        until = int(np.argmax(gap[p] < 0))
        months, touched = range(until, first - 1, -1), [p]
        if not _in_idle_hours(figures, made, p, months, -int(gap[p, until])):
            touched = _in_spared_hours(figures, made, p, months, look_ahead(gap))
            given_up[p] = not touched
        for product in touched:
            gap[product] = _units_of(figures, made, product) - promised[product]
    return made, bool((gap >= 0).all())


def _units_of(figures: Figures, made: Ints, p: int) -> Ints:
    """The same of one product."""
    makes = np.flatnonzero(figures.made_of == p)
    kept = made[makes] + (-figures.host[makes, None] * made[makes] // WHOLE)
    return np.asarray(np.cumsum(kept.sum(axis=0) - figures.due[p]) + figures.stock[p] - figures.reserve[p])


def _in_idle_hours(figures: Figures, made: Ints, p: int, months: range, wanted: int) -> bool:
    for m in np.flatnonzero(figures.made_of == p).tolist():
        makes = np.flatnonzero(figures.made_on == figures.made_on[m])
        for t in months:
            idle = int(figures.hours[figures.made_on[m], t]) - int(figures.make_hours[makes] @ made[makes, t])
            room = int(_ramp_room(figures, np.array([m]), made, t)[0])
            more = min(wanted, idle // int(figures.make_hours[m]), room)
            if more > 0:
                made[m, t] += more
                return True
    return False


def _in_spared_hours(figures: Figures, made: Ints, p: int, months: range, spare: Ints) -> list[int]:
    """Of which products was something changed, so that a unit of p is made in hours that the others can spare?"""
    for m in np.flatnonzero(figures.made_of == p).tolist():
        line = figures.made_on[m]
        for t in months:
            if _ramp_room(figures, np.array([m]), made, t)[0] < 1:
                continue
            makes = np.flatnonzero(figures.made_on == line)
            idle = int(figures.hours[line, t]) - int(figures.make_hours[makes] @ made[makes, t])
            for other in makes.tolist():
                units = -(-(int(figures.make_hours[m]) - idle) // int(figures.make_hours[other]))
                free = min(int(made[other, t]), int(spare[figures.made_of[other], t:].min()))
                if t + 1 < made.shape[1] and figures.ramps[other]:
                    free = min(free, int(made[other, t] + figures.ramp[other] - made[other, t + 1]))
                if figures.made_of[other] != p and 0 < units <= free:
                    made[other, t] -= units
                    made[m, t] += 1
                    return [p, int(figures.made_of[other])]
    return []
