"""Does the simple quota rule stay within class and model, to the unit?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.days import Month
from ecluse.plan.quota import quotas, shared
from ecluse.surplus.terms import MonthUnits

MAY, JUNE = Month(2026, 5), Month(2026, 6)
FREE = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10**6), min_size=1)


@given(st.integers(0, 10**7), FREE)
def test_shares_are_whole_and_sum_to_what_there_is(units: int, free: dict[str, int]) -> None:
    found = shared(units, free)
    assert sum(found.values()) == min(units, sum(free.values()))
    assert all(0 <= found[model] <= free[model] for model in free)


def test_each_month_is_shared_by_what_its_models_have_free() -> None:
    models = {"a": [MonthUnits(MAY, 30), MonthUnits(JUNE, 0)], "b": [MonthUnits(MAY, 10), MonthUnits(JUNE, 7)]}
    found = quotas("fpv", [MonthUnits(MAY, 10), MonthUnits(JUNE, 20)], models)
    assert [(quota.model, str(quota.month), quota.units) for quota in found] == [
        ("a", "2026-05", 8), ("b", "2026-05", 2), ("a", "2026-06", 0), ("b", "2026-06", 7),
    ]  # fmt: skip


def test_a_class_below_zero_has_no_quota() -> None:
    assert [q.units for q in quotas("fpv", [MonthUnits(MAY, -3)], {"a": [MonthUnits(MAY, 5)]})] == [0]


def test_a_model_without_a_look_ahead_for_the_month_is_no_zero() -> None:
    with pytest.raises(ValueError, match="no look-ahead"):
        list(quotas("fpv", [MonthUnits(MAY, 3)], {"a": [MonthUnits(JUNE, 5)]}))
