"""Does a line that was typed or scanned at a centre name a unit, and can its hour have been? Each doubt has a kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from carried import set_up

set_up()
CYRILLIC, CONTROL = "А", "\x1d"


def blocks() -> Any:
    from ecluse.custody.scan import Blocks
    from ecluse.custody.terms import SerialBlock

    return Blocks([SerialBlock("block:1", "line:1", "model:1", "UA-FPV", 400, 100, date(2026, 4, 2), False)])


@pytest.mark.parametrize(("line", "kind", "meant"), [
    pytest.param("UA-FPV000417M", "", "", id="as it stands on the plate"),
    pytest.param("UA-FPV000417M..UA-FPV000420W", "", "", id="a crate by its ends"),
    pytest.param("UA-FPV000417N", "check", "", id="a wrong check character"),
    pytest.param("UA-FPV000471M", "check", "", id="two digits changed places"),
    pytest.param(f"U{CYRILLIC}-FPV000417M", "look_alike", "UA-FPV000417M", id="a Cyrillic letter"),
    pytest.param("ua-fpv000417m", "look_alike", "UA-FPV000417M", id="small letters"),
    pytest.param("UA-FPV 000417M", "look_alike", "UA-FPV000417M", id="a space"),
    pytest.param("UA‐FPV000417M", "look_alike", "UA-FPV000417M", id="another hyphen"),
    pytest.param("UA-FPVOOO417M", "form_likely", "UA-FPV000417M", id="letters for noughts"),
    pytest.param(f"UA-FPV000417M{CONTROL}", "control", "", id="a group separator of a scanner"),
    pytest.param("UA-FPV\u200b000417M", "control", "", id="a space that nobody sees"),
    pytest.param("\u202eUA-FPV000417M", "control", "", id="a mark that turns the text round"),
    pytest.param("417", "form", "", id="no serial number at all"),
    pytest.param("UA-FPV000600O", "no_block", "", id="a number that no line committed"),
    pytest.param("UA-FPV000420W..UA-FPV000417M", "no_run", "", id="a run that goes backwards"),
])  # fmt: skip
def test_a_line_names_a_unit_or_says_what_is_wrong_with_it(line: str, kind: str, meant: str) -> None:
    from ecluse.custody.scan import read_scanned

    found = read_scanned([line], blocks())
    assert [one.kind for one in found.doubts] == ([kind] if kind else [])
    assert bool(found.ranges) != bool(kind)
    if meant:
        assert found.doubts[0].facts["meant"] == meant


def test_a_unit_named_again_is_a_doubt_at_the_later_line() -> None:
    from ecluse.custody.scan import read_scanned

    found = read_scanned(["UA-FPV000417M..UA-FPV000420W", "UA-FPV000421U", "UA-FPV000418K"], blocks())
    assert [(one.line, one.kind, one.facts["line"]) for one in found.doubts] == [(3, "twice", 1)]


@pytest.mark.parametrize(("minutes", "last_minutes", "kind"), [
    pytest.param(0, None, "", id="now"), pytest.param(4, None, "", id="a clock a little ahead"),
    pytest.param(6, None, "from_the_future", id="from the future"),
    pytest.param(-60, -90, "", id="after what came before"),
    pytest.param(-60, -50, "before_the_last", id="before what came before"),
    pytest.param(-31 * 24 * 60, None, "too_old", id="a month old"),
])  # fmt: skip
def test_a_device_says_when_it_was_and_that_can_have_been(minutes: int, last_minutes: int | None, kind: str) -> None:
    from ecluse.office.desk.capture import clock_faults

    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    last = None if last_minutes is None else now + timedelta(minutes=last_minutes)
    found = [one.kind for one in clock_faults(now + timedelta(minutes=minutes), now, last)]
    assert found == ([kind] if kind else [])
