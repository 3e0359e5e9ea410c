"""Does a line's desk tell what became of its numbers, what it owes under its rule, and what it made and still has?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from carried import copy_sqlite, office_on, set_up, year_in
from desk_life import desk_of, do, officer, representative

from ecluse.custody.terms import Fate, Line, LineRule, Marking, OutputRule, SerialBlock, SerialRange

DAY = date(2026, 3, 2)
slow = [pytest.mark.db, pytest.mark.slow]


def block(count: int = 10, *, home: bool = False) -> SerialBlock:
    return SerialBlock("block:x", "line:x", "model:fpv-01", "X", 1, count, DAY, home)


def marked(*runs: tuple[int, int, Fate]) -> list[Marking]:
    return [
        Marking(f"marking:{first}", "block:x", SerialRange("block:x", first, last), fate, "line:x", "model:fpv-01", DAY)
        for first, last, fate in runs
    ]


@pytest.mark.parametrize(("runs", "missing", "ahead"), [
    pytest.param((), 0, 10, id="nothing is marked: all are still ahead"),
    pytest.param(((1, 4, Fate.MADE),), 0, 6, id="the first are made: the rest are still ahead"),
    pytest.param(((1, 2, Fate.MADE), (5, 6, Fate.MADE)), 2, 4, id="two were passed over"),
    pytest.param(((1, 2, Fate.MADE), (3, 4, Fate.VOID), (5, 6, Fate.MADE)), 0, 4, id="those between are void"),
    pytest.param(((1, 10, Fate.UNUSED),), 0, 0, id="the block is closed"),
])  # fmt: skip
def test_a_number_is_missing_when_a_later_one_has_its_record(runs: Any, missing: int, ahead: int) -> None:
    set_up()
    from ecluse.office.views.lined import _block

    found = _block(block(), marked(*runs))
    assert (found.units_missing, found.open) == (missing, ahead)
    assert found.made + found.void + found.unused + found.units_missing + found.open == 10


def rule(kind: OutputRule, share: int = 0) -> LineRule:
    return LineRule("line-rule:x", "line:x", kind, share, "synthetic", DAY, None)


@pytest.mark.parametrize(
    ("kind", "share", "made", "free"),
    [
        pytest.param(OutputRule.SHARED, 5000, 101, 50, id="half stays with the host, rounded for it"),
        pytest.param(OutputRule.ALL_HOME, 0, 101, 0, id="all to the home army"),
        pytest.param(OutputRule.HOME_FIRST, 0, 101, None, id="home first sets no number"),
    ],
)
def test_what_may_leave_is_counted_as_the_gate_counts_it(kind: OutputRule, share: int, made: int, free: int) -> None:
    set_up()
    from ecluse.office.views.lined import Output, _may_leave

    assert _may_leave(rule(kind, share), made) == free
    assert _may_leave(None, made) == 0
    over = Output(rule(kind, share), (), made, 60, 0, free, 0, 0)
    assert over.is_over is (free is not None)
    assert over.left_to_leave == (None if free is None else max(0, free - 60))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """An office, and a line abroad in it."""
    folder = tmp_path_factory.mktemp("line")
    with office_on(copy_sqlite(year_in(folder)[1], folder / "line.sqlite3")):
        from ecluse.office.views.lined import lines_for

        yield lines_for(desk_of(officer("authority:ssecu", "author")))[0]


def shown(who: Any, query: str = "", lang: str = "en") -> Any:
    from api_calls import account_of
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(account_of(who).user, backend="ecluse.office.people.backend.OfficeBackend")
    return client.get(f"/line/?lang={lang}{query}")


class TestDesk:
    pytestmark = slow

    def test_its_maker_works_there_and_only_the_home_state_looks_too(self, office: Line) -> None:
        from ecluse.office.on_file import newest, records

        maker = representative(office.maker)
        text = shown(maker).content.decode()
        assert office.id in text
        assert f'href="/do/custody.commit_block/{office.id}/"' in text
        home = shown(officer("authority:ssecu", "author"), f"&line={office.id}")
        assert home.status_code == 200
        assert "/do/custody.commit_block/" not in home.content.decode()
        other = next(one for one in newest(records(Line)).values() if one.maker != office.maker)
        assert shown(maker, f"&line={other.id}").status_code == 404
        assert shown(representative(f"authority:{office.host.lower()}")).status_code == 404

    def test_what_was_committed_and_passed_over_is_told_at_the_next_look(self, office: Line) -> None:
        from ecluse.base.words import say_count
        from ecluse.office.on_file import records
        from ecluse.office.registers import Model

        maker = representative(office.maker)
        model = next(one.value.id for one in records(Model) if one.value.class_ == office.class_)
        made = do(
            "custody.commit_block",
            maker,
            office.id,
            prefix="QZX",
            first="1",
            count="9",
            model=model,
            funded_for_home="no",
        ).subject
        assert say_count("desks.line.warn.missing", 3, "en") not in shown(maker).content.decode()
        do("custody.mark", maker, made, first="4", last="6", fate="made")
        text = shown(maker).content.decode()
        assert say_count("desks.line.warn.missing", 3, "en") in text
        assert f'href="/do/custody.mark/{made}/"' in text
        do("custody.mark", maker, made, first="1", last="3", fate="void")
        assert say_count("desks.line.warn.missing", 3, "en") not in shown(maker).content.decode()

    def test_a_line_commits_numbers_for_a_model_of_its_own_class_alone(self, office: Line) -> None:
        from ecluse.office.desk.form import FormError
        from ecluse.office.desk.refs import on_file
        from ecluse.office.registers import Model

        own = {one.id for one in on_file(Model) if one.class_ == office.class_}
        other = next(one.id for one in on_file(Model) if one.class_ != office.class_)
        asked = {"prefix": "QZY", "first": "1", "count": "3", "funded_for_home": "no"}
        for model in (other, "model:none"):
            with pytest.raises(FormError, match=r"model: form\.fault\.not_offered"):
                do("custody.commit_block", representative(office.maker), office.id, model=model, **asked)
        made = do("custody.commit_block", representative(office.maker), office.id, model=min(own), **asked)
        assert made.subject == "block:QZY-1"

    def test_an_invented_source_is_said_in_the_readers_words(self, office: Line) -> None:
        from ecluse.base.words import say

        for lang in ("uk", "en", "fr"):
            text = shown(representative(office.maker), lang=lang).content.decode()
            assert say("pages2.source.synthetic", lang) in text
            assert "<dd>synthetic</dd>" not in text

    def test_what_is_made_and_not_handed_over_is_what_the_map_counts(self, office: Line) -> None:
        from ecluse.office.places_reading import LINE, held_on
        from ecluse.office.views.lined import staying

        desk = desk_of(representative(office.maker))
        found = staying(office, held_on(desk.on))
        lying = sum(one.units for one in held_on(desk.on) if one.kind == LINE and one.line == office.id)
        assert lying > 0
        assert sum(one.units for one in found) == lying
        assert [one.since for one in found] == sorted(one.since for one in found)

    def test_a_line_before_its_series_shows_the_steps_still_ahead(self, office: Line) -> None:
        from ecluse.custody.terms import LifeEvent, LifeState
        from ecluse.office.views.lined import life_of

        desk = desk_of(representative(office.maker))
        steps = life_of(desk, office)
        assert [step.on for step in steps if step.on] == sorted(step.on for step in steps if step.on)
        records = desk.session.file(office.id).records
        records[:] = [one for one in records if not isinstance(one.value, LifeEvent)
                      or one.value.state is LifeState.PLANNED]  # fmt: skip
        ahead = [step.state for step in life_of(desk, office) if step.on is None]
        assert LifeState.SERIES in ahead
        assert LifeState.FIRST_ARTICLE in ahead

    @pytest.mark.parametrize("lang", ["uk", "en", "fr"])
    def test_the_desk_speaks_three_languages(self, office: Line, lang: str) -> None:
        from ecluse.base.words import say

        text = shown(representative(office.maker), lang=lang).content.decode()
        assert say("desks.line.blocks", lang) in text.replace("&#x27;", "'")
        assert " style=" not in text

    def test_the_first_page_of_its_maker_leads_there(self, office: Line) -> None:
        from ecluse.office.people.desks import desks_of

        assert desks_of(desk_of(representative(office.maker)).mandate)["line_desk"] == "/line/"
        assert desks_of(None) == {}
        assert desks_of(desk_of(officer("authority:ssecu", "author")).mandate) == {}
