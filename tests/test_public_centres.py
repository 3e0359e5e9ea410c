"""Does a stranger see that a centre went on whose host had suspended it, from opened records alone?"""

from __future__ import annotations

from typing import Any

import pytest

from ecluse.edge.public_audit_goods import check_centres
from ecluse.edge.public_audit_logs import Place
from ecluse.edge.public_audit_openings import OpenedRecord, Openings
from ecluse.edge.public_audit_points import Status

CENTRE, HOME, HOST = "centre:lt-1", "authority:mfa", "authority:lt"
DAYS = ("2026-01-12", "2026-01-16", "2026-01-22", "2026-01-28", "2026-03-02", "2026-03-02")
OPENED = [("announced", HOME), ("agreed", HOST), ("accredited", HOST), ("open", HOME)]


def points(steps: list[tuple[str, str]]) -> list[Any]:
    """What does the stranger's audit say of one centre with this life, all of it listed and open?"""
    forms = [
        {"v": "life_event/1", "id": f"life:{n}", "subject": CENTRE, "state": state, "owner": owner, "on": DAYS[n]}
        for n, (state, owner) in enumerate(steps)
    ]
    # Steps of one day stand in the log's order, whatever order the file of opened records has.
    opened = [OpenedRecord("centre_lives", form, Place("home/2026", n, "")) for n, form in enumerate(forms)][::-1]
    listed = {"id": CENTRE, "host": "LT", "life": [{"state": form["state"], "day": form["on"]} for form in forms]}
    schedule = Openings([{"kind": "centre_lives", "commitments": len(forms)}])
    return list(check_centres([listed], schedule, opened, "custody.json"))


@pytest.mark.parametrize(
    ("more", "is_broken"),
    [
        pytest.param([("suspended", HOST), ("open", HOST)], False, id="the host lets its own go on"),
        pytest.param([("suspended", HOST), ("open", HOME)], True, id="home lets go on what its host suspended"),
        pytest.param([("suspended", HOME), ("open", HOME)], False, id="home lets its own go on"),
        pytest.param([("suspended", HOME), ("open", HOST)], True, id="the host lets go on what home suspended"),
        pytest.param([("closed", HOST)], False, id="the host closes"),
        pytest.param([("closed", HOME), ("open", HOME)], True, id="what was closed is open again"),
    ],
)
def test_who_may_let_a_centre_go_on_is_checked_by_strangers_too(more: list[tuple[str, str]], is_broken: bool) -> None:
    found = [(point.key, point.where) for point in points([*OPENED, *more]) if point.status is Status.BROKEN]
    assert found == ([("centre_out_of_turn", "custody.json life:5")] if is_broken else [])
