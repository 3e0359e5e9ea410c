"""Does the table of units by place say what the records say, to whom it may, and is Crimea drawn where it is?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, set_up, year_in
from desk_life import desk_of, officer, representative, today

from ecluse.office.views.outline import EUROPE, WORLD, anchor, outline, paths, states_at

IN_CRIMEA = {"Simferopol": (3410, 4495), "Sevastopol": (3353, 4460), "Kerch": (3647, 4535), "Armiansk": (3369, 4611)}


# ------------------------------------------------------------------ the outline


@pytest.mark.parametrize("town", IN_CRIMEA)
def test_crimea_is_drawn_in_ukraine_and_in_no_other_state(town: str) -> None:
    assert states_at(*IN_CRIMEA[town]) == ["UA"]


@pytest.mark.parametrize(("state", "at"), [
    ("UA", (3780, 4800)), ("RU", (3970, 4723)), ("DE", (1340, 5252)), ("GB", (-100, 5200)), ("JP", (13880, 3600)),
])  # fmt: skip
def test_other_places_are_in_their_own_states(state: str, at: tuple[int, int]) -> None:
    assert states_at(*at) == [state]


def test_no_border_is_drawn_between_crimea_and_the_mainland() -> None:
    """One ring holds Kherson and Sevastopol: the seam of the two is gone, not drawn over."""
    holding = [
        ring for ring in outline()["states"]["UA"]["rings"]
        if _is_round(ring, 3353, 4460) and _is_round(ring, 3262, 4664)
    ]  # fmt: skip
    assert len(holding) == 1


def _is_round(ring: list[int], lon: int, lat: int) -> bool:
    from ecluse.office.views.outline import _holds

    return _holds(ring, lon, lat)


def test_the_outline_says_where_it_is_from_and_what_was_corrected() -> None:
    assert "public domain" in outline()["source"]
    assert "68/262" in outline()["corrected"]


def test_no_state_is_drawn_across_the_whole_picture() -> None:
    """A ring that leaps from 180 degrees east to west would be a bar from edge to edge."""
    for told in outline()["states"].values():
        for ring in told["rings"]:
            steps = zip(ring[::2], ring[2::2], strict=False)
            assert all(abs(x - y) < 18_000 for x, y in steps)


def test_every_state_of_the_office_has_a_place_on_a_picture() -> None:
    for state in ("UA", "LT", "LV", "EE", "DK", "SE", "FI", "NO", "DE", "GB"):
        at = anchor(state)
        assert at is not None
        assert EUROPE.shows(*at)
        assert states_at(*at) == [state]
        assert paths(EUROPE)[state].startswith("M")
    assert not EUROPE.shows(*(anchor("JP") or (0, 0)))
    assert WORLD.shows(*(anchor("JP") or (0, 0)))


# ------------------------------------------------------------------ runs of numbers


def test_a_run_is_cut_where_a_part_of_it_moves() -> None:
    set_up()
    from ecluse.office.places_reading import Runs, Where

    runs, born = Runs(), Where("maker", "UA", "", "at_line", "", date(2026, 1, 1))
    runs.born(1, 10, born)
    runs.born(8, 12, born._replace(custodian="nobody"))
    runs.change(4, 6, life="packed")
    runs.change(11, 40, life="lost")
    found = [
        (first, last, where.custodian, where.life) for first, (last, where) in zip(runs.firsts, runs.at, strict=True)
    ]
    assert found == [
        (1, 3, "maker", "at_line"), (4, 6, "maker", "packed"), (7, 10, "maker", "at_line"), (11, 12, "nobody", "lost"),
    ]  # fmt: skip


# ------------------------------------------------------------------ the table


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("map")
    path = folder / "map.sqlite3"
    with office_on(copy_sqlite(year_in(folder)[1], path)):
        yield path


def _has(run: Any, unit: Any) -> bool:
    return bool(run.run.block == unit.block and run.run.first <= unit.number <= run.run.last)


def page(who: Any, query: str = "") -> Any:
    from api_calls import account_of
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(account_of(who).user, backend="ecluse.office.people.backend.OfficeBackend")
    return client.get(f"/units/map/?lang=en{query}")


def seen(who: Any, on: date | None = None) -> list[Any]:
    from ecluse.office.places_reading import held_on
    from ecluse.office.views.units_seen import seen_by

    return seen_by(desk_of(who), held_on(on or today()))


slow = [pytest.mark.db, pytest.mark.slow]


class TestTable:
    pytestmark = slow

    def test_what_is_replayed_from_records_is_what_the_units_table_holds(self, office: Path) -> None:
        from ecluse.office.models import Unit
        from ecluse.office.places_reading import held_on

        one_by_one = set(Unit.objects.values_list("block", flat=True).distinct())
        told: Counter[tuple[str, str]] = Counter()
        for run in held_on(today()):
            if run.run.block in one_by_one:
                told[run.custodian, run.life] += run.units
        kept = Counter(Unit.objects.filter(fate="made").values_list("custodian", "state"))
        assert sum(kept.values()) > 1_000
        assert told == kept

    def test_a_day_gone_by_is_told_as_it_was(self, office: Path) -> None:
        from ecluse.custody.terms import Manifest, Step
        from ecluse.office.on_file import records
        from ecluse.office.places_reading import held_on

        made = next(
            one.value for one in records(Manifest)
            if one.value.step is Step.DELIVERY and one.value.sequence > 1 and not one.value.short
        )  # fmt: skip
        day = made.received_at.date()
        for on, kind in ((day, "buyer"), (day - timedelta(1), "carrier")):
            runs = [run for run in held_on(on) if run.tranche == made.tranche]
            assert {run.kind for run in runs} <= {kind, "lost"}, (on, runs)
            assert sum(run.units for run in runs) >= made.units
        assert held_on(date(2020, 1, 1)) == ()

    def test_numbers_that_another_tranche_claims_stay_with_who_has_them(self, office: Path) -> None:
        """Packed once more after their delivery, and freed again once the claim is refused: nothing has moved."""
        from django.db import transaction

        from ecluse.custody.terms import SerialRange
        from ecluse.office.actions import custody as act
        from ecluse.office.desk.today import open_session
        from ecluse.office.models import Tranche, Unit

        def stands() -> tuple[Any, ...]:
            rows = Unit.objects.filter(pk=unit.pk).values_list("custodian", "authority", "state", "tranche", "on")
            (held,) = [run for run in seen(officer("authority:ssecu", "author")) if _has(run, unit)]
            return rows[0], held.life, held.kind, held.tranche

        unit = Unit.objects.filter(state="delivery").order_by("serial")[0]
        run, other = SerialRange(unit.block, unit.number, unit.number), Tranche.objects.exclude(tranche=unit.tranche)[0]
        before = stands()
        with transaction.atomic():
            act.pack(open_session(), other.order, other.tranche, [run], maker="party:maker-001", on=today(), log="home")
            assert stands() == before
            act.take_back(open_session(), other.order, other.tranche, [run], today(), log="home")
            assert stands() == before
            transaction.set_rollback(True)

    def test_what_is_packed_or_at_its_line_is_with_a_maker(self, office: Path) -> None:
        from ecluse.custody.terms import Line
        from ecluse.office.models import Unit
        from ecluse.office.on_file import records

        makers = {one.value.maker for one in records(Line)}
        held = Unit.objects.filter(state__in=("packed", "at_line")).values_list("custodian", flat=True).distinct()
        assert set(held)
        assert set(held) <= makers

    def test_a_deed_is_on_the_map_at_the_next_look(self, office: Path) -> None:
        from ecluse.custody.terms import SerialBlock
        from ecluse.office.on_file import records
        from ecluse.office.places_reading import held_on
        from ecluse.office.views.units import readable

        before = sum(run.units for run in held_on(today()) if run.kind == "lost")
        desk = officer("authority:ssecu", "author")
        assert readable(desk_of(desk)).exists()
        tranche, block, number, custodian = _unit_on_its_way()
        _lose(tranche, block, number, custodian)
        assert sum(run.units for run in held_on(today()) if run.kind == "lost") == before + 1
        assert records(SerialBlock)

    def test_a_host_sees_its_own_soil_alone_and_nothing_of_the_home_army(self, office: Path) -> None:
        host = representative("authority:lt")
        assert {run.state for run in seen(host)} <= {"LT"}
        assert not any(run.is_for_home for run in seen(host))
        assert any(run.is_for_home for run in seen(officer("authority:ssecu", "author")))

    def test_a_host_is_shown_units_on_its_soil_one_by_one_but_none_of_the_home_armys(self, office: Path) -> None:
        from django.db import transaction

        from ecluse.custody.terms import SerialBlock
        from ecluse.office.models import Unit
        from ecluse.office.on_file import records
        from ecluse.office.views.units import readable

        armys = [one.value.id for one in records(SerialBlock) if one.value.funded_for_home]
        home, other = Unit.objects.exclude(authority="authority:lt").exclude(block__in=armys)[:2]
        with transaction.atomic():
            Unit.objects.filter(pk__in=[home.pk, other.pk]).update(authority="authority:lt")
            Unit.objects.filter(pk=home.pk).update(block=armys[0], number=10**9)
            shown = set(readable(desk_of(representative("authority:lt"))).values_list("pk", flat=True))
            transaction.set_rollback(True)
        assert other.pk in shown
        assert home.pk not in shown

    def test_a_maker_sees_what_its_lines_made_and_no_other_home_army_units(self, office: Path) -> None:
        from ecluse.custody.terms import Line
        from ecluse.office.on_file import newest, records

        lines = newest(records(Line))
        home = next(run for run in seen(officer("authority:ssecu", "author")) if run.is_for_home)
        own, other = (
            lines[home.line].maker,
            next(one.maker for one in lines.values() if one.maker != lines[home.line].maker),
        )
        assert any(run.is_for_home for run in seen(representative(own)))
        assert not any(run.is_for_home for run in seen(representative(other)))
        assert all(lines[run.line].maker == other or not run.is_for_home for run in seen(representative(other)))

    def test_a_centres_operator_sees_what_it_holds_and_the_staff_what_is_the_armys(self, office: Path) -> None:
        from ecluse.custody.terms import Centre
        from ecluse.office.on_file import newest, records

        operator = newest(records(Centre))["centre:lt-1"].operator
        everything = seen(officer("authority:ssecu", "author"))
        held = {run.pk for run in everything if run.custodian == operator}
        assert held <= {run.pk for run in seen(representative(operator))}
        staff = seen(representative("authority:general-staff"))
        assert staff
        assert all(run.is_for_home for run in staff)

    def test_the_page_counts_what_its_list_holds_and_each_figure_opens_to_it(self, office: Path) -> None:
        import re

        who = officer("authority:ssecu", "author")
        answer = page(who)
        text, units = answer.content.decode(), sum(run.units for run in seen(who))
        assert answer.status_code == 200
        assert f"{units:,} units." in text
        place = re.search(r'href="(\?kind=buyer[^"#]*)#list"', text)
        assert place is not None
        rows = page(who, place[1].replace("?", "&").replace("&amp;", "&") + "&format=csv").getvalue().decode()
        assert len(rows.splitlines()) - 1 == sum(run.kind == "buyer" for run in seen(who))

    @pytest.mark.parametrize("query", ["&on=2026-13-01", "&on=2999-01-01", "&kind=moon", "&by=colour"])
    def test_a_bad_address_is_refused_in_words(self, office: Path, query: str) -> None:
        assert page(officer("authority:ssecu", "author"), query).status_code == 400

    def test_too_many_movements_are_said_and_not_followed(self, office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from ecluse.office import places_reading

        monkeypatch.setattr(places_reading, "MOST_MOVES", 3)
        monkeypatch.setattr(places_reading, "_FOLLOWED", {})
        assert page(officer("authority:ssecu", "author")).status_code == 413

    def test_a_day_without_units_says_so(self, office: Path) -> None:
        from ecluse.base.words import say

        text = page(officer("authority:ssecu", "author"), "&on=2020-01-01").content.decode()
        assert say("desks.map.none", "en", day=date(2020, 1, 1)) in text


def _unit_on_its_way() -> tuple[str, str, int, str]:
    from ecluse.office.models import Unit

    unit = Unit.objects.filter(fate="made", state="delivery").order_by("serial").last()
    assert unit is not None
    return unit.tranche, unit.block, unit.number, unit.custodian


def _lose(tranche: str, block: str, number: int, custodian: str) -> None:
    from ecluse.custody.terms import Loss, SerialRange
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session

    loss = Loss(f"loss:{tranche}/99", tranche, (SerialRange(block, number, number),), 1, custodian, "fire", today())
    with Deed(open_session(), "custody.recall", actor="clock:office", on=today(), subject=tranche) as deed:
        deed.seal(loss)
