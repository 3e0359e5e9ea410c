"""Which columns does a question's program have, and how are rows over them written by month?"""

from __future__ import annotations

import numpy as np

from ecluse.plan.blocks import Block, Ints, Places, Program, Stage, Writer
from ecluse.plan.figures import Figures, Flags, Markets

WHOLE = 10_000
RECORDS: tuple[str, ...] = ("products", "pools", "lines", "makes", "orders", "needs")
RECORDS += ("centres", "licences", "destinations", "sales", "routes")


class Draft:
    """A model being written: the question's figures, its columns, and the rows so far."""

    def __init__(self, figures: Figures, markets: Markets | None) -> None:
        self.figures, self.markets = figures, markets
        self.months: Ints = np.arange(figures.months)
        self.every_need: Ints = np.arange(len(figures.pool))
        nobody = np.zeros(len(figures.pool), dtype=bool)
        self.paid: Ints = np.flatnonzero(figures.urgent if markets else nobody)  # may be served from proceeds
        self.abroad: Ints = np.flatnonzero(figures.abroad if markets else nobody)
        self.origin = self._origin()
        self.writer = Writer()
        self._columns()

    def _origin(self) -> Flags:
        """Of which products does a part of the stock have to stay at home?"""
        own, found = self.figures, np.zeros(len(self.figures.kind), dtype=bool)
        if self.markets is not None:
            found[own.made_of[own.stays]] = True
            sold = np.zeros_like(found)
            sold[self.markets.product] = True
            found &= sold
        return found

    def _columns(self) -> None:
        own, columns, months = self.figures, self.writer.columns, len(self.months)
        needs, products = len(own.pool), len(own.kind)
        for name, size in (("x", len(own.made_of)), ("s", products), ("h", products), ("w", len(own.price))):
            columns.add(name, np.ones(size, dtype=bool), months)
        columns.add("v", own.host != 0, months)
        for name in "obu":
            columns.add(name, np.ones(needs, dtype=bool), months)
        columns.add("c", np.ones(1, dtype=bool), months)
        columns.add("f", np.ones(len(own.classes), dtype=bool), 1)
        if self.markets is None:
            return
        columns.add("a", self.origin, months)
        columns.add("g", np.ones(len(self.markets.product), dtype=bool), months)
        columns.add("e", np.ones(len(self.markets.sale), dtype=bool), months)
        columns.add("r", own.urgent, months)
        columns.add("y", own.abroad, months)
        for name in "qFZ":
            columns.add(name, np.ones(1, dtype=bool), months)
        columns.add("I", np.ones(1, dtype=bool), max(0, months - int(own.q["grace_months"])))

    def block(self, name: str) -> Block:
        return self.writer.columns.blocks[name]

    def rows_of_each(self, counts: Ints) -> Ints:
        """From which position on stand each record's rows, so many of each? One row of the answer a record."""
        ends = np.cumsum(counts)
        first = self.writer.take(int(ends[-1]) if len(ends) else 0)
        return np.asarray(first + ends - counts)[:, None]

    def terms(
        self, rows: Ints, block: str, places: Ints, factors: Places, source: str, records: Places | None = None
    ) -> None:
        """Write one column of a block a row and month; the record is the column's own unless others are named."""
        columns = self.block(block).at(places, self.months)
        self.writer.terms(rows, columns, factors, source=source, places=places if records is None else records)

    def step(self, rows: Ints, block: str, places: Ints, source: str, *, sign: int = 1, over: bool = True) -> None:
        """Write what a month adds to a running sum: its column less that of the month before (`over`)."""
        columns = self.block(block).at(places, self.months)
        self.writer.terms(rows, columns, sign, source=source, places=places)
        if over:
            self.writer.terms(rows[:, 1:], columns[:, :-1], -sign, source=source, places=places)

    def production(self, rows: Ints, row_of: Ints, makes: Ints) -> None:
        """Write what these makes bring into stock: their output less the host's part; `row_of` is by make."""
        self.terms(rows[row_of[makes]], "x", makes[:, None], -1, "makes")
        hosted = makes[self.figures.host[makes] != 0]
        self.terms(rows[row_of[hosted]], "v", hosted[:, None], 1, "makes")

    def sold(self, rows: Ints, every: tuple[Flags, Ints] | None) -> None:
        """Write what sales take out of stock; `every` says which products have rows, and which of them each is."""
        if self.markets is None:
            return
        sales, product = np.arange(len(self.markets.product)), self.markets.product
        if every is not None:
            sales, product = sales[every[0][product]], every[1][product]
        self.terms(rows[product[sales]], "g", sales[:, None], 1, "sales")

    def stages(self) -> list[Stage]:
        """What is made least, one after the other: unmet need by class, the widest gap; with exports then receipts."""
        own, found = self.figures, []
        for code, priority in enumerate(own.classes):
            needs = np.flatnonzero((own.class_of == code) & (own.value != 0))
            costs = np.broadcast_to(own.value[needs][:, None], (len(needs), len(self.months)))
            at = self.block("u").at(needs[:, None], self.months)
            found.append(Stage(f"class/{priority}", at.reshape(-1), costs.reshape(-1)))
        gaps = self.block("f").at(np.arange(len(own.classes)), 0)
        found.append(Stage("fairness", gaps, np.ones(len(gaps), dtype=np.int64)))
        if self.markets is not None:
            at = self.block("g").at(np.arange(len(self.markets.product))[:, None], self.months)
            found.append(Stage("receipts", at.reshape(-1), -self.markets.net.reshape(-1)))
        return found

    def program(self) -> Program:
        """Which program was written?"""
        question = self.figures.q
        lists = {name: question[name] for name in RECORDS}
        return self.writer.program(self.stages(), lists, question["months"])
