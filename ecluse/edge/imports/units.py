"""How many whole units is this figure? Pieces, dozens, thousands, sets, kilograms, by dated tables, never rounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ecluse.base.law import Law
from ecluse.edge.imports.mapping import Conversion, Map

UNITS, COUNTING = "office/units", "office/counting"
DIGITS_LIMIT = 15
FIGURE = re.compile(r"(?P<number>[0-9][0-9 ]*(?:[.,][0-9]+)?)\s*(?P<word>[^0-9]*)")
EVERY_CLASS = "*"


class CountError(ValueError):
    """A figure that is no whole number of units: which key of the catalogue says why, with which facts."""

    def __init__(self, key: str, **facts: str) -> None:
        self.key, self.facts = key, facts
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class Counting:
    """The tables of units in force, and what a map adds to them."""

    law: Law
    how: Map

    def whole(self, text: str, unit: str, *, of: tuple[str, ...], on: date) -> int:
        """How many units are these? `of` names the model and its class; a word beside the figure counts before `unit`.

        Raises CountError for a figure that is none, an unknown word, or a number of units that is not whole.
        """
        match = FIGURE.fullmatch(text)
        digits = re.sub(r"[ .,]", "", match["number"]) if match else ""
        if match is None or len(digits) > DIGITS_LIMIT:
            raise CountError("quantity")
        number = _number(match["number"], self.how.decimal)
        base, factor = self._unit(match["word"] or unit or "pieces", on)
        units, per = self._counted(base, of, on)
        found = number * factor * Fraction(units, per)
        if found.denominator != 1:
            raise CountError("whole_units", units=_spelled(found))
        return int(found)

    def _unit(self, word: str, on: date) -> tuple[str, Fraction]:
        asked = _word(word)
        ours = {_word(theirs): _word(meant) for theirs, meant in self.how.units.items()}
        asked = ours.get(asked, asked)
        for row in self.law[UNITS].in_force(on):
            if _word(row["word"]) == asked:
                return row["base"], Fraction(int(row["numerator"]), int(row["denominator"]))
        raise CountError("unit_word", word=word)

    def _counted(self, base: str, of: tuple[str, ...], on: date) -> tuple[int, int]:
        """By the map's own conversion for the model or class, else by the table, the narrower first."""
        for name in of:
            for conversion in _in_force(self.how.conversions, on):
                if (conversion.of, conversion.base) == (name, base):
                    return conversion.units, conversion.per
        rows = list(self.law[COUNTING].in_force(on))
        for name in (*of, EVERY_CLASS):
            for row in rows:
                if (row["class"], row["base"]) == (name, base):
                    return int(row["units"]), int(row["per"])
        raise CountError("unit_of_class", base=base, of=of[0] if of else "?")


def _in_force(conversions: Iterable[Conversion], on: date) -> Iterator[Conversion]:
    return (c for c in conversions if c.valid_from <= on and (c.valid_until is None or on <= c.valid_until))


def _word(text: str) -> str:
    """Words of units are compared without points, case and doubled blanks: `тис. шт.` is `тис шт`."""
    return " ".join(text.replace(".", " ").casefold().split())


def _number(text: str, decimal: str) -> Fraction:
    """A blank groups. One comma or point before three digits may group or divide: then the map has to say which."""
    plain = text.replace(" ", "")
    mark = "," if "," in plain else "." if "." in plain else ""
    if not mark:
        return Fraction(int(plain))
    whole, _, part = plain.partition(mark)
    if len(part) == 3 and not decimal:
        raise CountError("ambiguous")
    if decimal and mark != decimal:
        if len(part) != 3:
            raise CountError("quantity")
        return Fraction(int(whole + part))
    return Fraction(int(whole + part), 10 ** len(part))


def _spelled(found: Fraction) -> str:
    return f"{found.numerator}/{found.denominator}"
