"""Does a commitment shut a figure in, open to it alone, and add up?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.commitments import Opening, combined, commit, point_of
from ecluse.base.figures import opening_of
from ecluse.base.group import ORDER, add, mul, sub
from ecluse.base.source import SeededSource, ServiceSource, Source

SOURCE = SeededSource("a world", datetime(2026, 4, 2, tzinfo=UTC))
FIGURES = st.integers(0, 2**48 - 1)
BLINDINGS = st.integers(0, ORDER - 1)


@settings(max_examples=40, deadline=None)
@given(FIGURES, BLINDINGS, FIGURES, BLINDINGS, st.integers(-(2**20), 2**20))
def test_sums_of_commitments_commit_to_sums(v: int, r: int, w: int, s: int, k: int) -> None:
    one, other = Opening(v, r), Opening(w, s)
    whole = combined([(1, one), (k, other)])
    assert whole.value == v + k * w
    assert add(commit(one), mul(k, commit(other))) == point_of(whole)
    assert sub(commit(one), commit(other)) == point_of(combined([(1, one), (-1, other)]))


@settings(max_examples=25, deadline=None)
@given(FIGURES, BLINDINGS, st.sampled_from([-1, 1, 2**20]), st.booleans())
def test_nothing_opens_a_commitment_but_its_own_opening(v: int, r: int, step: int, of_value: bool) -> None:
    opening = Opening(v, r)
    other = Opening(v + step, r) if of_value else Opening(v, r + step)
    assert point_of(other) != point_of(opening) == commit(opening)


@pytest.mark.parametrize("value", [-1, 2**48, 2**48 + 5, ORDER + 3])
def test_a_figure_that_would_wrap_is_not_committed(value: int) -> None:
    with pytest.raises(ValueError, match="48 bits and no sign"):
        commit(Opening(value, 1))


def test_the_same_figure_looks_different_under_another_record_field_or_source() -> None:
    def point(record: str, field: str, source: Source) -> bytes:
        return commit(opening_of(source.salt(record, "record"), field, 900)).raw

    found = {point(record, field, SOURCE) for record in ("capacity:1", "capacity:2") for field in ("units", "made")}
    assert len(found) == 4
    assert point("capacity:1", "units", SOURCE) in found
    service = {point("capacity:1", "units", ServiceSource()) for _ in range(3)}
    assert len(service | found) == 7
