"""Is every slip of a reader found and ranked by what it costs, and is nothing found that nobody could have read?"""

from __future__ import annotations

import time

import pytest

from ecluse.custody.serials import serial_text
from ecluse.custody.tracing.index import CANDIDATES_LIMIT, Run, SerialIndex
from ecluse.custody.tracing.likeness import COST, WHOLE, Slip, plain

INDEX = SerialIndex([Run("UA-FPV-", 400, 449), Run("UA-BIS-", 1, 900), Run("DE-FPV-", 10, 19),
                     Run("KAZ", 1, 50, 5, has_check=False)])  # fmt: skip
SERIAL = serial_text("UA-FPV-", 417)
BIS = serial_text("UA-BIS-", 158)
CHECK = SERIAL[-1]

# What was read, which number is meant, by which slips. The check characters are those of the numbers themselves.
READINGS = [
    pytest.param(SERIAL.lower(), SERIAL, {Slip.WRITTEN}, id="small letters"),
    pytest.param(f" ua fpv 000 417 {CHECK} ", SERIAL, {Slip.WRITTEN}, id="blanks"),
    pytest.param(SERIAL.replace("-", "–"), SERIAL, {Slip.WRITTEN}, id="other dashes"),
    pytest.param(SERIAL.replace("-", ""), SERIAL, set(), id="no dashes at all"),
    pytest.param(SERIAL.replace("FPV", "FP\u200bV"), SERIAL, {Slip.CONTROL}, id="a blank of no width"),
    pytest.param("\u202e" + SERIAL + "\x00", SERIAL, {Slip.CONTROL}, id="control characters around it"),
    pytest.param(SERIAL.replace("000", "OOO"), SERIAL, {Slip.SHAPE}, id="O for 0"),
    pytest.param(SERIAL.replace("417", "4I7"), SERIAL, {Slip.SHAPE}, id="I for 1"),
    pytest.param(SERIAL.replace("417", "4l7"), SERIAL, {Slip.SHAPE, Slip.WRITTEN}, id="small l for 1"),
    pytest.param(BIS.replace("158", "15B"), BIS, {Slip.SHAPE}, id="B for 8"),
    pytest.param(BIS.replace("158", "1S8"), BIS, {Slip.SHAPE}, id="S for 5"),
    pytest.param(BIS.replace("BIS", "815"), BIS, {Slip.SHAPE}, id="digits for letters"),
    pytest.param(SERIAL.replace("A", "А").replace("P", "Р"), SERIAL, {Slip.ALPHABET}, id="Cyrillic letters"),
    pytest.param(BIS.replace("I", "І"), BIS, {Slip.ALPHABET}, id="the Ukrainian I"),
    pytest.param(SERIAL[7:], SERIAL, {Slip.NO_PREFIX}, id="no prefix"),
    pytest.param(SERIAL[3:], SERIAL, {Slip.PART_OF_PREFIX}, id="a part of the prefix"),
    pytest.param(SERIAL[:-1], SERIAL, {Slip.NO_CHECK}, id="no check character"),
    pytest.param(SERIAL[:-1] + "?", SERIAL, {Slip.WRONG}, id="another check character"),
    pytest.param(SERIAL.replace("417", "917"), SERIAL, {Slip.WRONG}, id="a wrong digit"),
    pytest.param(SERIAL.replace("FPV", "FRV"), SERIAL, {Slip.WRONG}, id="a wrong letter of the prefix"),
    pytest.param(SERIAL.replace("417", "471"), SERIAL, {Slip.EXCHANGED}, id="two digits exchanged"),
    pytest.param(SERIAL.replace("FPV", "PFV"), SERIAL, {Slip.EXCHANGED}, id="two letters exchanged"),
    pytest.param(SERIAL.replace("417", "47"), SERIAL, {Slip.MISSING}, id="a digit left out"),
    pytest.param(SERIAL.replace("417", "4177"), SERIAL, {Slip.TOO_MANY}, id="a digit too many"),
    pytest.param("КА3 OOO17", "KAZ00017", {Slip.SHAPE, Slip.ALPHABET, Slip.WRITTEN, Slip.WRONG}, id="of another maker"),
]  # fmt: skip


@pytest.mark.parametrize(("reading", "serial", "slips"), READINGS)
def test_a_slip_is_found_and_named(reading: str, serial: str, slips: set[Slip]) -> None:
    found = {one.serial: one for one in INDEX.candidates(reading)}
    assert serial in found, found
    assert set(found[serial].slips) == slips
    assert 0 < found[serial].score <= WHOLE
    assert (found[serial].score == WHOLE) is (not slips)


def test_the_likeliest_stands_first_and_the_order_is_always_the_same() -> None:
    # Two exchanged digits cost less than two numbers that differ in one digit each from what was read.
    found = INDEX.candidates(SERIAL.replace("417", "471"))
    assert found[0].serial == SERIAL
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert found == INDEX.candidates(SERIAL.replace("417", "471"))


def test_a_costlier_slip_never_ranks_higher() -> None:
    def score(reading: str) -> int:
        return next(one.score for one in INDEX.candidates(reading) if one.serial == SERIAL)

    look_alike, twice = SERIAL.replace("417", "4I7"), SERIAL.replace("0417", "O4I7")
    assert score(SERIAL) > score(look_alike) > score(twice) > score(SERIAL.replace("417", "917"))
    assert COST[Slip.NO_PREFIX] == max(COST.values())


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param("", id="nothing"), pytest.param("---", id="marks for the eye alone"),
        pytest.param("417", id="a few digits"), pytest.param("UA-FPV-", id="a prefix alone"),
        pytest.param(SERIAL.replace("0417", "9925"), id="wrong digits"),
        pytest.param(SERIAL[:-1].replace("417", "917"), id="a wrong digit and no check character"),
        pytest.param(SERIAL[7:].replace("417", "917"), id="a wrong digit and no prefix"),
        pytest.param(serial_text("UA-FPV-", 300), id="a sound number of no block"),
        pytest.param("💥" * 20, id="no characters of ours"), pytest.param("x" * 10_000, id="ten thousand characters"),
        pytest.param("\x00\x01\x02", id="control characters alone"),
    ],
)  # fmt: skip
def test_what_nobody_could_have_read_so_is_not_found(reading: str) -> None:
    assert INDEX.candidates(reading) == []


def test_the_exact_number_is_known_and_its_neighbours_by_their_check_character() -> None:
    assert INDEX.has(SERIAL)
    assert INDEX.has("KAZ00017")
    assert not INDEX.has(SERIAL.replace("417", "418"))
    assert not INDEX.has("KAZ00051")
    assert not INDEX.has("")


def test_a_reading_that_fits_every_maker_is_cut_to_the_first_few() -> None:
    many = SerialIndex(Run(f"M{n:03d}-", 1, 9, 6, has_check=False) for n in range(300))
    assert len(many.candidates("000007")) == CANDIDATES_LIMIT
    assert len(many.candidates("000007", 3)) == 3


def test_what_is_left_out_is_said() -> None:
    assert plain("a\u200b b").slips == (Slip.CONTROL, Slip.WRITTEN)
    assert plain("AB").slips == ()


def test_one_slip_anywhere_in_any_number_is_found() -> None:
    """Every character changed, left out, doubled, every two neighbours exchanged: of each run its first and last."""
    for serial in (serial_text("UA-FPV-", 400), serial_text("UA-BIS-", 900), serial_text("DE-FPV-", 19)):
        bare = serial.replace("-", "")
        for place in range(len(bare)):
            head, tail = bare[:place], bare[place + 1 :]
            for reading in (head + "?" + tail, head + tail, head + bare[place] * 2 + tail,
                            head + tail[:1] + bare[place] + tail[1:]):  # fmt: skip
                assert serial in {one.serial for one in INDEX.candidates(reading)}, (serial, reading)


@pytest.mark.slow
def test_a_reading_among_a_hundred_thousand_numbers_is_answered_at_once() -> None:
    """Blocks of 50 numbers under 2,000 prefixes: the index is built once; a query is compared with exact look-ups."""
    runs = [Run(f"U{n // 100:02d}-{n % 100:02d}X-", 100, 149) for n in range(2000)]
    index = SerialIndex(runs)
    serials = [serial_text(run.prefix, 100 + place % 50) for place, run in enumerate(runs)]
    readings = [_spoilt(serial, place) for place, serial in enumerate(serials)][::10]
    exact = _seconds(lambda: [index.has(serial) for serial in serials]) / len(serials)
    took = []
    for reading, serial in zip(readings, serials[::10], strict=True):
        took.append(_seconds(lambda reading=reading: index.candidates(reading)))
        assert serial in {one.serial for one in index.candidates(reading)}, (reading, serial)
    took.sort()
    middle, worst = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"fuzzy query p50 {middle * 1e3:.2f} ms, p99 {worst * 1e3:.2f} ms; exact look-up {exact * 1e6:.1f} µs; "
          f"ratio {middle / exact:.0f}")  # fmt: skip
    assert middle <= 0.020


def _spoilt(serial: str, place: int) -> str:
    ways = (
        lambda s: s.replace("1", "I", 1), lambda s: s[:-1], lambda s: s.replace("-", " ").lower(),
        lambda s: s[:-3] + s[-2] + s[-3] + s[-1], lambda s: s[:2] + s[3:], lambda s: s[4:],
    )  # fmt: skip
    return ways[place // 10 % len(ways)](serial)


def _seconds(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began
