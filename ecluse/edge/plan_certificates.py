"""Which certificates may an urgent order shrink: those of a table, or what the published plan promised?"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.base.errors import BadInputError, Fault

if TYPE_CHECKING:
    from ecluse.plan.surge import InForce

HEADINGS = ("certificate", "model", "first_month", "last_month", "units_certified", "units_committed", "units_used")
BYTES_LIMIT = 64 * 1024 * 1024
MOST = 10**12
REMEDY = f"a row a certificate under the headings {', '.join(HEADINGS)}"


def promised(document: Mapping[str, Any]) -> list[InForce]:
    """Which certificates would carry what leaves under this plan: one a model, all of it committed?"""
    from ecluse.plan.surge import InForce

    question, units = document["question"], dict[str, int]()
    for sale, leaves in zip(question["sales"], document["plan"]["values"]["g"], strict=True):
        units[sale["product"]] = units.get(sale["product"], 0) + sum(leaves)
    first, last = question["months"][0], question["months"][-1]
    return [InForce(f"plan/{model}", model, first, last, own, own, 0) for model, own in units.items() if own]


def certificates_in(path: Path, question: Mapping[str, Any]) -> list[InForce]:
    """Which certificates stand in this table? Raises BadInputError with every wrong cell by row and column."""
    from ecluse.plan.surge import InForce

    models = {product["id"] for product in question["products"]}
    faults: list[Fault] = []
    found: list[InForce] = []
    seen: set[str] = set()
    for row, cells in _rows(path):
        read = _Row(path.name, row, cells, faults)
        name, model = read.text("certificate"), read.text("model")
        if name in seen:
            read.fault("certificate", "each certificate once", f"{name} again", "remove or rename one")
        seen.add(name)
        if model not in models:
            read.fault("model", "a model of the plan", model, "cite another, or leave the row out")
        first, last = read.month("first_month"), read.month("last_month")
        if first > last:
            read.fault("last_month", f"a month from {first} on", last, "swap them")
        certified, committed, used = (read.units(name) for name in HEADINGS[4:])
        if not used <= committed <= certified:
            expected = "units_used, at most units_committed, at most units_certified"
            read.fault("units_committed", expected, f"{used}, {committed}, {certified}", "check the figures")
        found.append(InForce(name, model, first, last, certified, committed, used))
    if faults:
        raise BadInputError(faults)
    return found


class _Row:
    """One row being read; what is wrong with a cell is gathered."""

    def __init__(self, file: str, row: int, cells: Mapping[str, str], faults: list[Fault]) -> None:
        self.file, self.row, self.cells, self.faults = file, row, cells, faults

    def fault(self, column: str, expected: str, found: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, self.row, column, expected, found or "an empty cell", remedy))

    def text(self, column: str) -> str:
        text = self.cells[column]
        if not text:
            self.fault(column, "an id", "", "write it")
        return text

    def month(self, column: str) -> str:
        text = self.cells[column]
        year, _, month = text.partition("-")
        if not (len(year) == 4 and len(month) == 2 and f"{year}{month}".isdecimal() and "01" <= month <= "12"):
            self.fault(column, "a month YYYY-MM", text, "write it as 2026-05")
        return text

    def units(self, column: str) -> int:
        text = self.cells[column]
        if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
            self.fault(column, f"whole units from 0 to {MOST}", text, "an empty cell is unknown, not zero: write it")
            return 0
        return int(text)


def _rows(path: Path) -> Sequence[tuple[int, dict[str, str]]]:
    """Row numbers as a reader counts them, the headings being row 1."""
    try:
        if path.stat().st_size > BYTES_LIMIT:
            raise BadInputError.one(str(path), f"at most {BYTES_LIMIT} bytes", "more", "split the table")
        reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        header = next(reader, [])
        if sorted(header) != sorted(HEADINGS):
            raise BadInputError(
                [Fault(path.name, 1, None, REMEDY, ", ".join(header) or "nothing", "mend the headings")]
            )
        found = []
        for cells in reader:
            if len(cells) != len(header):
                fault = Fault(path.name, reader.line_num, None, f"{len(header)} cells", str(len(cells)), "mend the row")
                raise BadInputError([fault])
            found.append((reader.line_num, dict(zip(header, cells, strict=True))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError.one(str(path), "a table in CSV", str(error), REMEDY) from None
    return found
