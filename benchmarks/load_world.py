"""Which world is loaded? Orders of 256 crates, each crate a tranche of its own, handed over five times, day by day.

Each handover of a crate (line, carrier, centre, second centre, carrier, end user) is a sealed `manifest/1` of its own,
and every serial number in it changes hands by it. One in 250 of the fourth ones breaks its chain, by a giver who did
not have the crate or by an instant too early.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

AT_ONCE, TOLD_EVERY = 256, 200
FIRST, DAYS = date(2026, 1, 5), 330
AFTER = (0, 3, 9, 16, 21)  # on which day after packing is each handover?
STEPS = len(AFTER)
MAKER, CARRIER, NORTH, SOUTH, BUYER = (f"party:load-{name}" for name in ("maker", "carrier", "north", "south", "buyer"))
WAY = (MAKER, CARRIER, NORTH, SOUTH, CARRIER, BUYER)
LINE, MODEL, HOME, LOG = "line:load", "model:fpv", "authority:ssecu", "centre-load"
PLANTED_EVERY, GAP, OVERLAP = 500, 17, 267


class Load:
    """The world while it is loaded: how far it is, what was planted."""

    def __init__(self, orders: int, *, crate: int, signed: bool) -> None:
        """`crate`: so many units in each."""
        from ecluse.base.source import SeededSource
        from ecluse.edge.law import newest_law

        self.orders, self.crate, self.law, self.signed = orders, crate, newest_law(), signed
        self.source = SeededSource("load", datetime(2026, 1, 1, tzinfo=UTC))
        self.papers = self.records = self.begun = 0
        self.planted: set[tuple[str, str]] = set()
        self.is_stopped = False
        self.marks: list[tuple[float, int]] = []
        self.keys = {owner: self.source.private_key(owner) for owner in set(WAY)}

    @property
    def units(self) -> int:
        """How many units are there?"""
        return self.begun * AT_ONCE * self.crate

    @property
    def events(self) -> int:
        """How many times did a unit change hands?"""
        return self.papers * self.crate

    def serial(self, unit: int) -> str:
        """Which serial number has this unit?"""
        from ecluse.custody.serials import serial_text

        order, number = divmod(unit, AT_ONCE * self.crate)
        return serial_text(prefix(order), number + 1)

    def last_tenth(self) -> float:
        """How many units a second changed hands over the last tenth?"""
        end, total = self.marks[-1]
        start = next(mark for mark in self.marks if mark[1] >= total * 0.9)
        return (total - start[1]) / max(1e-9, end - start[0])

    def run(self, limit: float) -> Iterator[int]:
        """Load day by day, each deed a transaction of its own; tells now and then how far it is.

        After `limit` seconds, if any, no order begins any more, and those that began are handed on to their end.
        """
        self._found()
        began = time.perf_counter()
        for done, deed in enumerate(self._deeds(), 1):
            deed()
            self.marks.append((time.perf_counter(), self.events))
            self.is_stopped = self.is_stopped or bool(limit and time.perf_counter() - began > limit)
            if done % TOLD_EVERY == 0:
                yield self.events

    def _deeds(self) -> Iterator[Callable[[], None]]:
        """Each deed in its turn: by day, the packing of new orders, then each step of those whose day it is."""
        a_day, under_way = -(-self.orders // DAYS), dict[int, list[int]]()
        for at in range(DAYS + AFTER[-1] + 1):
            day, under_way[at] = FIRST + timedelta(days=at), []
            for order in range(at * a_day, min(self.orders, (at + 1) * a_day)):
                if self.is_stopped:
                    break
                under_way[at].append(order)
                self.begun += 1
                yield lambda order=order, day=day: self._pack(order, day)  # type: ignore[misc]
            for step in range(STEPS):
                for order in under_way.get(at - AFTER[step], ()):
                    yield lambda order=order, step=step, day=day: self._hand_over(order, step, day)  # type: ignore[misc]

    def _found(self) -> None:
        """The parties, their keys, the authority, the line: what a trace names."""
        from ecluse.base.signing import Key
        from ecluse.custody.terms import Line
        from ecluse.office.actions.deed import Deed
        from ecluse.office.registers import Authority
        from ecluse.office.session import Session
        from ecluse.parties.terms import Party, PartyKind

        session = Session(self.source, self.law)
        with Deed(session, "office.register", actor="clock:office", on=FIRST, subject="register:load") as deed:
            for name in sorted(set(WAY)):
                deed.seal(Party(name, PartyKind.FIRM, name, (), "UA", (), FIRST), name)
                public = self.keys[name].public_key().public_bytes_raw().hex()
                deed.seal(Key(f"key:{name}/1", name, public, FIRST, None), f"key:{name}")
            deed.seal(Authority(HOME, "UA", "ДСЕК", "Export control", "Contrôle"), HOME)
            deed.seal(Line(LINE, MAKER, "UA", "fpv", None, None, None, "", FIRST), LINE)

    def _session(self) -> Any:
        """A session that reads whole files, with the registers of the actors in it."""
        from ecluse.office.session import Session

        return Session(self.source, self.law)

    def _pack(self, number: int, day: date) -> None:
        """A block of numbers is committed and marked, its order filed, each crate packed as a tranche."""
        from load_bulk import pack_many

        from ecluse.base.days import Month
        from ecluse.base.signing import sign
        from ecluse.custody.terms import Fate, Level, Marking, SerialBlock, SerialRange
        from ecluse.office.actions import custody
        from ecluse.office.actions.deed import Deed
        from ecluse.office.registers import Order

        block, order = names(number)
        units = AT_ONCE * self.crate
        made = SerialBlock(block, LINE, MODEL, prefix(number), 1, units, day, False)
        marking = Marking(f"marking:{block}", block, SerialRange(block, 1, units), Fate.MADE, LINE, MODEL, day)
        first, second = (sign(one, f"key:{MAKER}/1", self.keys[MAKER], day) for one in (made, marking))
        custody.commit_block(self._session(), made, day, maker=MAKER, signature=first)
        custody.mark(
            self._session(), made, marking, day, maker=MAKER, authority=HOME, level=Level.UNIT, signature=second
        )
        filed = Order(
            order, MAKER, BUYER, BUYER, BUYER, None, CARRIER, BUYER, "PL", (), MODEL, "fpv", units, "stock", None,
            None, LINE, "centre:load", Month.of(day), day, day,
        )  # fmt: skip
        with Deed(self._session(), "licence.file", actor=MAKER, on=day, subject=order, order=order) as deed:
            deed.seal(filed)
        packed = [(f"{order}/{n}", self._run(block, n)) for n in range(1, AT_ONCE + 1)]
        pack_many(self.source, self.law, order, packed, actor=MAKER, on=day, log=LOG)
        self.records += 2 * AT_ONCE + 4

    def _run(self, block: str, n: int) -> Any:
        """Which numbers are in this crate?"""
        from ecluse.custody.terms import SerialRange

        return SerialRange(block, (n - 1) * self.crate + 1, n * self.crate)

    def _hand_over(self, number: int, step: int, day: date) -> None:
        """All crates of one order go one step: 256 papers, one deed."""
        from load_bulk import hand_over_many

        from ecluse.base.signing import sign

        papers = [self._paper(number, n, step, day) for n in range(1, AT_ONCE + 1)]
        signatures = {}
        if self.signed:
            for one in papers:
                sides = (one.from_custodian, one.to_custodian)
                signatures[one.id] = [sign(one, f"key:{side}/1", self.keys[side], day) for side in sides]
        hand_over_many(
            self.source, self.law, names(number)[1], papers, actor=WAY[step], on=day, log=LOG, signatures=signatures
        )
        self.papers += AT_ONCE
        self.records += AT_ONCE

    def _paper(self, number: int, n: int, step: int, day: date) -> Any:
        from ecluse.custody.terms import Manifest, Step

        steps = (Step.DISPATCH, Step.ARRIVAL, Step.ARRIVAL, Step.RELEASE, Step.DELIVERY)
        block, order = names(number)
        sent = datetime(day.year, day.month, day.day, 6, n // 60, n % 60, tzinfo=UTC)
        paper = Manifest(
            f"manifest:{order}/{n}/{step + 1}", f"{order}/{n}", step + 1, steps[step], WAY[step], WAY[step + 1],
            "UA" if step < 2 else "PL", HOME, (self._run(block, n),), self.crate, (), (), sent,
            sent + timedelta(hours=5),
        )  # fmt: skip
        place = (number * AT_ONCE + n) % PLANTED_EVERY
        if step == 3 and place == GAP:
            self.planted.add((paper.id, "gap"))
            return replace(paper, from_custodian=BUYER)
        if step == 3 and place == OVERLAP:  # before the one before was received, and after it was sent
            self.planted.add((paper.id, "overlap"))
            return replace(paper, sent_at=sent - timedelta(days=AFTER[3] - AFTER[2]) + timedelta(hours=1))
        return paper


def names(number: int) -> tuple[str, str]:
    """Under which names are this block and its order filed?"""
    return f"block:load-{number:06d}", f"order:load-{number:06d}"


def prefix(number: int) -> str:
    """Which prefix has this block? Letters alone, so that no number runs into it."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = chr(65 + rest) + letters
    return f"UA-{letters}-"
