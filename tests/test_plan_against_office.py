"""What do the office's own records say of a plan and of makers' claims, once deliveries are in?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from carried import office_on, planned_year_in, set_up, sqlite_url, year_in

set_up()
pytestmark = [pytest.mark.db, pytest.mark.slow]
LAST = date(2026, 12, 31)


def test_deliveries_stand_beside_the_plan_and_shortage_beside_claims(tmp_path: Path) -> None:
    from ecluse.office.facts import plan_against as facts

    _, path = planned_year_in(tmp_path, "year.sqlite3")
    with office_on(sqlite_url(path)):
        found = facts.plan_against(LAST)
        assert found is not None
        acts = facts.delivered(LAST)
        assert {(row.class_, row.month): row.units_actual for row in found.beside} == {
            slot: act.units_accepted for slot, act in acts.items() if slot[1] >= "2026-01"
        }
        missing = sum(max(0, act.units_planned - act.units_accepted) for act in acts.values())
        shorts = facts.short(acts)
        assert 0 < sum(one.units for one in shorts) <= missing
        due = facts.due_by_maker()
        assert all(one.units <= due[one.class_, one.month][one.maker] for one in shorts)
        claims = facts.claimed(LAST)
        assert sum(row.claims for row in found.makers) == len(claims) > 0
        assert sum(row.units_claimed for row in found.makers) == sum(claim.units for claim in claims)
        worst = [row.units_contradicted for row in found.makers]
        assert worst == sorted(worst, reverse=True)
        assert 0 < sum(worst) <= sum(one.units for one in shorts)


def test_what_came_later_is_not_known_before_its_day(tmp_path: Path) -> None:
    from ecluse.office.facts import plan_against as facts

    _, path = planned_year_in(tmp_path, "year.sqlite3")
    with office_on(sqlite_url(path)):
        spring = facts.plan_against(date(2026, 4, 1))
        assert spring is not None
        assert {row.month for row in spring.beside} <= {"2026-01", "2026-02", "2026-03"}
        assert len(facts.claimed(date(2026, 4, 1))) < len(facts.claimed(LAST))


def test_without_a_plan_nothing_is_compared(tmp_path: Path) -> None:
    from ecluse.office.facts.plan_against import plan_against

    _, path = year_in(tmp_path, "year.sqlite3")
    with office_on(sqlite_url(path)):
        assert plan_against(LAST) is None
