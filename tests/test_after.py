"""Is a check after delivery of the right size, drawn fairly and repeatable, and is every response due on its day?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.errors import UnknownLawError
from ecluse.custody.drawn import draw, drawn_by_end_user, live, round_at, sample_size, told_at, value_of
from ecluse.custody.ranges import count, union
from ecluse.custody.rules_after import (
    Matter,
    after,
    beacon_for,
    due_rungs,
    held_digest,
    is_answered_by_clock,
    ladder,
    next_day,
    quarter_of,
    quarters_due,
    standing_response,
)
from ecluse.custody.terms import Loss, Manifest, SerialRange, Step
from ecluse.custody.terms_after import AfterResponse, Cause, LiveDelivery, Rung
from ecluse.edge.law import newest_law

LAW, DAY = newest_law(), timedelta(1)
SINCE = date(2026, 5, 1)


def chance_to_miss(units: int, gone: int, drawn: int) -> Fraction:
    return Fraction(comb(units - gone, drawn), comb(units, drawn))


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 600), st.integers(1, 9_999), st.integers(1, 10_000))
def test_the_sample_is_the_smallest_that_keeps_its_word(units: int, confidence: int, share: int) -> None:
    size = sample_size(units, confidence, share)
    gone = -(-units * share // 10_000)
    allowed = Fraction(10_000 - confidence, 10_000)
    assert chance_to_miss(units, gone, size) <= allowed
    assert size == 1 or chance_to_miss(units, gone, size - 1) > allowed


def test_a_sample_of_a_million_is_reckoned_at_once() -> None:
    assert sample_size(1_000_000, 9_500, 500) == 59
    assert sample_size(1_000_000, 9_500, 1) == 29_512
    with pytest.raises(ValueError, match="certainty"):
        sample_size(10, 10_000, 500)


def test_the_sample_of_a_million_at_a_ten_thousandth_is_the_smallest() -> None:
    size, gone = sample_size(1_000_000, 9_500, 1), 100
    missed = Fraction(1)
    for step in range(gone):
        missed *= Fraction(1_000_000 - size - step, 1_000_000 - step)
    assert missed <= Fraction(1, 20)
    assert missed * Fraction(1_000_000 - size + 1, 1_000_000 - size + 1 - gone) > Fraction(1, 20)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(0, 300), st.data())
def test_a_draw_is_of_different_units_and_the_same_for_everybody(
    value: bytes, listed: bytes, units: int, data: st.DataObject
) -> None:
    size = data.draw(st.integers(0, units))
    drawn = draw(value, listed, units, size)
    assert drawn == draw(value, listed, units, size)
    assert len(set(drawn)) == size
    assert all(0 <= one < units for one in drawn)
    assert list(drawn) == sorted(drawn)


def test_every_unit_is_drawn_as_often_as_any_other() -> None:
    rounds = 3_000
    told = Counter(one for turn in range(rounds) for one in draw(turn.to_bytes(32, "big"), bytes(32), 7, 3))
    expected = rounds * 3 / 7
    assert set(told) == set(range(7))
    # Chi square with six degrees of freedom, one in ten thousand: an uneven draw fails, an even one never does here.
    assert sum((told[one] - expected) ** 2 / expected for one in range(7)) < 27.9


def test_another_list_or_another_value_draws_others() -> None:
    first = draw(bytes(32), bytes(32), 5_000, 60)
    assert draw(b"\1" + bytes(31), bytes(32), 5_000, 60) != first
    assert draw(bytes(32), b"\1" + bytes(31), 5_000, 60) != first
    assert draw(bytes(32), bytes(32), 5_001, 60) != first
    with pytest.raises(ValueError, match="cannot be drawn"):
        draw(bytes(32), bytes(32), 5, 6)


def test_rounds_are_told_at_their_instant() -> None:
    beacon = beacon_for(LAW, SINCE, is_demonstration=False)
    assert beacon["beacon"] == "drand-default"
    noon = datetime(2026, 7, 6, 12, tzinfo=UTC)
    number = round_at(beacon, noon)
    assert told_at(beacon, number) >= noon > told_at(beacon, number - 1)
    assert round_at(beacon, told_at(beacon, number)) == number
    assert value_of(b"") == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def test_positions_count_the_units_of_the_list_in_its_order() -> None:
    listed = [
        LiveDelivery("order:1/0", "party:b", "fpv", (SerialRange("B", 5, 9), SerialRange("C", 1, 2))),
        LiveDelivery("order:2/0", "party:a", "ew_set", (SerialRange("B", 20, 24),)),
        LiveDelivery("order:3/0", "party:b", "fpv", (SerialRange("D", 1, 1),)),
    ]
    found = drawn_by_end_user(listed, [0, 4, 5, 7, 11, 12])
    assert found == {
        "party:a": (SerialRange("B", 20, 20), SerialRange("B", 24, 24)),
        "party:b": (SerialRange("B", 5, 5), SerialRange("B", 9, 9), SerialRange("C", 1, 1), SerialRange("D", 1, 1)),
    }
    whole = drawn_by_end_user(listed, range(13))
    assert count(union(*whole.values())) == 13


def test_live_is_what_was_signed_for_and_neither_sent_back_nor_lost() -> None:
    made = Manifest(
        "m:1", "order:1/0", 1, Step.DELIVERY, "party:carrier", "party:user", "PL", "authority:pl",
        (SerialRange("B", 1, 20),), 20, (SerialRange("B", 20, 20),), (SerialRange("B", 19, 19),),
        datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 5, 2, 9, tzinfo=UTC),
    )  # fmt: skip
    back = Manifest(
        "m:2", "order:1/0", 2, Step.RETURN, "party:user", "party:maker", "UA", "authority:ssecu",
        (SerialRange("B", 1, 5),), 5, (), (), datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 2, 9, tzinfo=UTC),
    )  # fmt: skip
    lost = Loss("l", "order:1/0", (SerialRange("B", 6, 6),), 1, "party:user", "fire", date(2026, 7, 1))

    def held(on: date) -> int:
        return count(live([made, back], [lost], "party:user", on))

    days = (date(2026, 5, 1), date(2026, 5, 2), date(2026, 6, 1), date(2026, 6, 2), date(2026, 7, 1))
    assert [held(day) for day in days] == [0, 18, 18, 13, 12]


# ------------------------------------------------------------------ what is due


def test_a_statement_is_due_for_every_quarter_since_goods_came() -> None:
    first, on = date(2026, 2, 14), date(2026, 7, 1)
    assert [(str(a), str(b), str(c)) for a, b, c in quarters_due(LAW, first, on)] == [
        ("2026-01-01", "2026-03-31", "2026-04-30"), ("2026-04-01", "2026-06-30", "2026-07-30"),
    ]  # fmt: skip
    assert list(quarters_due(LAW, first, date(2026, 3, 31))) == []
    # What ended before the rule was in force is not asked for.
    assert [str(last) for _, last, _ in quarters_due(LAW, date(2025, 11, 5), date(2026, 4, 1))] == ["2026-03-31"]
    assert quarter_of(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))


def test_a_digest_stands_for_the_set_however_it_is_written() -> None:
    whole, parts = [SerialRange("B", 1, 9)], [SerialRange("B", 5, 9), SerialRange("B", 1, 4)]
    assert held_digest(whole) == held_digest(parts)
    assert held_digest(whole) != held_digest([SerialRange("B", 1, 8)])


def matter(cause: Cause) -> Matter:
    return Matter("party:user", cause, "about", "order:1/0", SINCE)


RUNGS = [(cause, rung, days, is_clocks) for cause in Cause for rung, days, is_clocks in ladder(LAW, SINCE, cause)]


@pytest.mark.parametrize(("cause", "rung", "days", "is_clocks"), RUNGS)
def test_a_response_is_due_on_its_day_and_not_before(cause: Cause, rung: Rung, days: int, is_clocks: bool) -> None:
    def due(on: date) -> dict[Rung, bool]:
        return {one.rung: one.is_clocks for one in due_rungs(matter(cause), (), LAW, on)}

    assert due(SINCE + days * DAY)[rung] is is_clocks
    assert rung not in due(SINCE + (days - 1) * DAY)
    taken = due_rungs(matter(cause), [rung], LAW, SINCE + 400 * DAY)
    assert rung not in {one.rung for one in taken}
    assert due_rungs(matter(cause), [Rung.CLOSED], LAW, SINCE + 400 * DAY) == []


def test_only_a_person_suspends() -> None:
    assert {is_clocks for _, rung, _, is_clocks in RUNGS if rung is Rung.SUSPENSION} == {False}
    assert {is_clocks for _, rung, _, is_clocks in RUNGS if rung is not Rung.SUSPENSION} == {True}
    assert {cause for cause, rung, _, _ in RUNGS if rung is Rung.CASE} == set(Cause)


def test_the_clock_looks_again_on_the_day_of_the_next_rung() -> None:
    late = matter(Cause.STATEMENT)
    assert next_day(late, (), LAW, SINCE) == SINCE + DAY
    assert next_day(late, [Rung.REMINDER], LAW, SINCE + DAY) == SINCE + 15 * DAY
    assert next_day(late, [Rung.REMINDER, Rung.ANSWERED], LAW, SINCE + DAY) is None
    # The day of the suspension is a person's: the clock goes on to the case.
    assert next_day(late, [], LAW, SINCE + 31 * DAY) == SINCE + 75 * DAY


def response(about: str, rung: Rung) -> AfterResponse:
    return AfterResponse(f"r:{about}/{rung.value}", "party:user", Cause.STATEMENT, about, rung, SINCE, "", "", SINCE)


@pytest.mark.parametrize(("rungs", "standing"), [
    pytest.param([], None, id="nothing"),
    pytest.param([("a", Rung.REMINDER), ("a", Rung.NOTICE)], None, id="a notice hinders nobody"),
    pytest.param([("a", Rung.NOTICE), ("a", Rung.REFERRED)], Rung.REFERRED, id="referred"),
    pytest.param([("a", Rung.REFERRED), ("a", Rung.SUSPENSION)], Rung.SUSPENSION, id="suspended"),
    pytest.param([("a", Rung.SUSPENSION), ("a", Rung.CASE)], Rung.CASE, id="a case"),
    pytest.param([("a", Rung.CASE), ("a", Rung.CLOSED)], None, id="closed"),
    pytest.param([("a", Rung.CASE), ("a", Rung.CLOSED), ("b", Rung.REFERRED)], Rung.REFERRED, id="another stands"),
])  # fmt: skip
def test_the_gravest_response_that_is_not_ended_stands(rungs: list[tuple[str, Rung]], standing: Rung | None) -> None:
    assert standing_response(response(about, rung) for about, rung in rungs) is standing


def test_what_came_late_is_made_good_unless_a_person_must_end_it() -> None:
    assert is_answered_by_clock([Rung.REMINDER, Rung.NOTICE, Rung.REFERRED])
    assert not is_answered_by_clock([])
    assert not is_answered_by_clock([Rung.REFERRED, Rung.SUSPENSION])
    assert not is_answered_by_clock([Rung.REFERRED, Rung.CASE])
    assert not is_answered_by_clock([Rung.REMINDER, Rung.ANSWERED])


def test_terms_are_dated() -> None:
    assert after(LAW, SINCE, "statement_days") == 30
    with pytest.raises(UnknownLawError):
        after(LAW, date(2025, 12, 31), "statement_days")
