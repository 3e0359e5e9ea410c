"""Are money, quantities, months and clocks exact, and are unlike things kept apart?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.days import DAYS_COUNTED_LIMIT, Month, Stop, WorkingDays, add_days, days_run
from ecluse.base.money import EXPONENTS, Money, Rate, Rounding, divide
from ecluse.base.quantity import Quantity, Unit

integers = st.integers(-(2**70), 2**70)
EURO, YEN = "EUR", "JPY"

# ------------------------------------------------------------------ money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        pytest.param("1250000.50", EURO, 125000050, id="two decimals"),
        pytest.param("0.5", EURO, 50, id="one decimal"),
        pytest.param("7", EURO, 700, id="none"),
        pytest.param("-0.01", EURO, -1, id="below zero"),
        pytest.param("7", YEN, 7, id="a currency without decimals"),
    ],
)
def test_an_amount_is_read(text: str, currency: str, minor: int) -> None:
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        pytest.param("1.005", EURO, id="too many decimals"),
        pytest.param("1.0", YEN, id="a decimal of a currency without"),
        pytest.param("1,50", EURO, id="a comma"),
        pytest.param("1e3", EURO, id="an exponent"),
        pytest.param("", EURO, id="nothing"),
        pytest.param("1.", EURO, id="a point and nothing"),
        pytest.param("1 000", EURO, id="a space"),
        pytest.param("1", "ZZZ", id="an unknown currency"),
    ],
)
def test_what_is_no_amount(text: str, currency: str) -> None:
    with pytest.raises(ValueError):
        Money.of(text, currency)


def test_unlike_money_is_not_added() -> None:
    for mix in (lambda: Money(1, EURO) + Money(1, "UAH"), lambda: Money(1, EURO) - Money(1, "UAH")):
        with pytest.raises(ValueError, match="UAH cannot be added to EUR"):
            mix()
    with pytest.raises(ValueError):
        Money(True, EURO)  # type: ignore[arg-type]


@given(integers, integers, st.integers(0, 10**6))
def test_sums_are_exact(first: int, second: int, units: int) -> None:
    one, two = Money(first, EURO), Money(second, EURO)
    assert (one + two) - two == one
    assert Money(0, EURO) - one == -one
    assert one.times(units).minor == first * units


@given(integers, st.integers(1, 10**12))
def test_a_division_rounds_the_named_way(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    away = ceil(abs(exact)) if exact >= 0 else -ceil(abs(exact))
    assert divide(numerator, denominator, Rounding.DOWN) == int(exact)
    assert divide(numerator, denominator, Rounding.UP) == away
    half = floor(abs(exact) + Fraction(1, 2))
    assert divide(numerator, denominator, Rounding.HALF_UP) == (half if exact >= 0 else -half)


def test_nothing_is_divided_by_nothing() -> None:
    for denominator in (0, -1):
        with pytest.raises(ValueError):
            divide(1, denominator, Rounding.DOWN)


def test_a_rate_converts_once_between_unlike_decimals() -> None:
    rate = Rate(EURO, YEN, 16_250, 100, date(2026, 4, 2), "bank:day-table")
    assert rate.convert(Money.of("10.01", EURO), Rounding.DOWN) == Money(1626, YEN)
    assert rate.convert(Money.of("10.01", EURO), Rounding.UP) == Money(1627, YEN)
    with pytest.raises(ValueError):
        rate.convert(Money(1, YEN), Rounding.DOWN)


def test_a_share_rounds_once() -> None:
    assert Money(100, EURO).share(1, 3, Rounding.DOWN) == Money(33, EURO)
    assert Money(100, EURO).share(1, 3, Rounding.UP) == Money(34, EURO)


def test_every_currency_is_known_by_three_letters() -> None:
    assert all(len(code) == 3 and code.isupper() and 0 <= places <= 3 for code, places in EXPONENTS.items())


# ------------------------------------------------------------------ quantities


def test_like_quantities_are_counted_together() -> None:
    assert Quantity(30, Unit.PIECES) + Quantity(1, Unit.PIECES) == Quantity(31, Unit.PIECES)
    assert Quantity(30, Unit.GRAMS) - Quantity(30, Unit.GRAMS) == Quantity(0, Unit.GRAMS)
    assert Quantity(3, Unit.SETS).times(4) == Quantity(12, Unit.SETS)
    assert Quantity(1, Unit.SETS) < Quantity(2, Unit.SETS) <= Quantity(2, Unit.SETS)
    assert Quantity(2, Unit.SETS) > Quantity(1, Unit.SETS)


@pytest.mark.parametrize(
    "mix",
    [
        pytest.param(lambda: Quantity(1, Unit.PIECES) + Quantity(1, Unit.SETS), id="pieces and sets are not added"),
        pytest.param(lambda: Quantity(1, Unit.PIECES) - Quantity(1, Unit.GRAMS), id="nor taken away"),
        pytest.param(lambda: Quantity(1, Unit.PIECES) < Quantity(2, Unit.GRAMS), id="nor compared"),
        pytest.param(lambda: Quantity(1, Unit.PIECES) <= Quantity(2, Unit.GRAMS), id="in either way"),
        pytest.param(lambda: Quantity(1, Unit.PIECES) - Quantity(2, Unit.PIECES), id="more is taken than there is"),
        pytest.param(lambda: Quantity(True, Unit.PIECES), id="true is not one"),
        pytest.param(lambda: Quantity(1, "pieces"), id="a unit is one of the set"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_counted(mix: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        mix()


# ------------------------------------------------------------------ days


def test_months_follow_each_other() -> None:
    december = Month(2026, 12)
    assert december.next() == Month(2027, 1)
    assert [str(month) for month in Month(2026, 11).until(Month(2027, 2))] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert list(Month(2026, 2).until(Month(2026, 1))) == []
    assert (Month(2028, 2).first_day(), Month(2028, 2).last_day()) == (date(2028, 2, 1), date(2028, 2, 29))
    assert Month.parse("2026-05") == Month.of(date(2026, 5, 17)) < Month(2026, 6)


@pytest.mark.parametrize("text", ["2026-5", "2026-13", "2026-00", "202605", "2026-05-01", "", "1800-01"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError):
        Month.parse(text)


THURSDAY = date(2026, 4, 2)
WORKING = WorkingDays("authority:ssecu", (5, 6), (date(2026, 4, 6),), "calendar of 2026")


def test_a_clock_counts_calendar_days_unless_told() -> None:
    assert add_days(THURSDAY, 0) == THURSDAY
    assert add_days(THURSDAY, 45) == date(2026, 5, 17)
    assert add_days(THURSDAY, 1, WORKING) == date(2026, 4, 3)
    assert add_days(THURSDAY, 2, WORKING) == date(2026, 4, 7)  # over a weekend and a holiday


def test_a_clock_has_a_limit() -> None:
    for days in (-1, DAYS_COUNTED_LIMIT + 1):
        with pytest.raises(ValueError):
            add_days(THURSDAY, days)
    with pytest.raises(ValueError, match="never works"):
        add_days(THURSDAY, 1, WorkingDays("authority:none", tuple(range(7)), (), "none"))


@given(st.integers(0, 400), st.booleans())
def test_a_clock_that_ran_so_many_days_has_run_them(days: int, is_working: bool) -> None:
    working = WORKING if is_working else None
    assert days_run(THURSDAY, add_days(THURSDAY, days, working), (), working) == days


def test_a_stopped_clock_does_not_run() -> None:
    stop = Stop(date(2026, 4, 5), date(2026, 4, 15), "information asked for")
    assert days_run(THURSDAY, date(2026, 4, 20)) == 18
    assert days_run(THURSDAY, date(2026, 4, 20), (stop,)) == 8
    assert days_run(THURSDAY, date(2026, 4, 20), (stop, stop)) == 8
    still = Stop(date(2026, 4, 5), None, "information asked for")
    assert days_run(THURSDAY, THURSDAY + timedelta(300), (still,)) == 3
    assert days_run(THURSDAY, THURSDAY - timedelta(1)) == 0
