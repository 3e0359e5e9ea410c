"""Does a form read what a page or the API sends, and refuse everything else with the field's own fault?"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from carried import set_up

from ecluse.base.days import Month
from ecluse.base.money import Money


@dataclass(frozen=True)
class Asked:
    text: str | None = None
    whole: int | None = None
    yes: bool | None = None
    day: date | None = None
    month: Month | None = None
    money: Money | None = None


def read(field: str, raw: Any) -> Any:
    set_up()
    from ecluse.office.desk.form import read_form

    return getattr(read_form(Asked, {field: raw}), field)


@pytest.mark.parametrize(("field", "raw", "value"), [
    ("text", "  two words\r\nand more ", "two words\nand more"), ("text", "Київ, œuvre", "Київ, œuvre"),
    ("whole", "0", 0), ("whole", 12, 12), ("whole", "1 250", 1250), ("whole", "1\u202f250", 1250),
    ("yes", "no", False), ("yes", True, True), ("day", "2026-05-17", date(2026, 5, 17)),
    ("month", "2026-05", Month(2026, 5)),
    ("money", "1250.00 EUR", Money(125000, "EUR")), ("money", "0,5 EUR", Money(50, "EUR")),
    ("money", "7.500 EUR", Money(750, "EUR")), ("money", "90 EUR", Money(9000, "EUR")),
    ("money", "1 250,50 eur", Money(125050, "EUR")),
    ("money", {"minor": 5, "currency": "EUR"}, Money(5, "EUR")),
])  # fmt: skip
def test_what_is_sent_is_read(field: str, raw: Any, value: Any) -> None:
    assert read(field, raw) == value


@pytest.mark.parametrize(("field", "raw", "fault"), [
    ("text", 7, "text"), ("text", ["a"], "text"), ("text", "a\x00b", "control"), ("text", "a\x7fb", "control"),
    ("text", "a\x9bb", "control"), ("text", "to \u202eeno\u202c", "control"), ("text", "a\u2066b", "control"),
    ("text", "x" * 2001, "too_long"),
    ("whole", "--5", "whole"), ("whole", "-", "whole"), ("whole", "5-", "whole"), ("whole", "-5", "range"),
    ("whole", -5, "range"), ("whole", "1.5", "whole"), ("whole", 1.5, "whole"), ("whole", True, "whole"),
    ("whole", "٣", "whole"), ("whole", "9" * 400, "range"), ("whole", {}, "whole"),
    ("yes", "maybe", "yes_no"), ("yes", ["yes"], "yes_no"),
    ("day", "2026-02-30", "date"), ("day", "0001-01-01", "date"), ("day", 20260517, "date"),
    ("month", "2026-13", "month"), ("month", 5, "month"),
    ("money", "5", "money"), ("money", "5 QQQ", "money"), ("money", "0.001 EUR", "money"),
    ("money", "-1 EUR", "money"), ("money", "NaN EUR", "money"), ("money", "sNaN EUR", "money"),
    ("money", "Infinity EUR", "money"), ("money", "1e999999999 EUR", "money"), ("money", "1e-999999999 EUR", "money"),
    ("money", "1." + "0" * 33 + "1 EUR", "money"),  # not one: nothing is rounded away
    ("money", {"minor": 5, "currency": []}, "money"), ("money", {"minor": 5}, "money"),
    ("money", {"minor": "5.0", "currency": "EUR"}, "whole"), ("money", [5, "EUR"], "money"),
])  # fmt: skip
def test_what_is_wrong_is_refused_by_its_field(field: str, raw: Any, fault: str) -> None:
    set_up()
    from ecluse.office.desk.form import FormError

    with pytest.raises(FormError) as caught:
        read(field, raw)
    assert [(one.field, one.key) for one in caught.value.faults] == [(field, f"form.fault.{fault}")]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_typed_is_read_or_refused(seed: int) -> None:
    set_up()
    from ecluse.office.desk.form import fields_of

    draw = random.Random(seed)
    letters = "0123456789-+.,eE: \u00a0\u202fTWZ/EURnaNx"
    for _ in range(300):
        field = draw.choice(fields_of(Asked)).name
        text = "".join(draw.choice(letters) for _ in range(draw.randint(1, 12)))
        assert refused(field, text) in (set(), {field}), text


def refused(field: str, text: str) -> set[str]:
    """Which fields does the reader refuse this text for?"""
    from ecluse.office.desk.form import FormError

    try:
        read(field, text)
    except FormError as error:
        return {one.field for one in error.faults}
    return set()
