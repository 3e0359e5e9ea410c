"""Do the planner's pages say what the adopted plan's numbers say, to whom they may, each figure with its records?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from carried import ROOT, set_up
from peopled import client, post
from planned_office import as_officer, opened, planned_office, small_document

set_up()
pytestmark = pytest.mark.db
LANGUAGES = ("uk", "en", "fr")
PAGES = ("", "figures/", "flows/", "lines/", "compare/", "why/", "rules/", "capacity/", "against/")
ASKING = ("what-if/", "tornado/", "solve/")
PLANNER, SECOND, AUTHOR = "officer:mod-5", "officer:general-staff-3", "officer:ssecu-1"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return small_document()


@pytest.fixture(scope="module")
def office(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = planned_office(tmp_path_factory.mktemp("plan"), json.dumps(document).encode(), "small")
    with opened(path):
        yield path


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def grouped(number: int) -> str:
    return f"{number:,}"


def say(key: str, lang: str = "en", **facts: Any) -> str:
    from ecluse.base.words import say

    return say(key, lang, **facts)


# ------------------------------------------------------------------ who may


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_the_plan_opens_for_a_planner_in_each_language(office: Path, lang: str) -> None:
    browser = as_officer(PLANNER)
    for page in (*PAGES, *ASKING):
        answer = browser.get(f"/plan/{page}?lang={lang}")
        assert answer.status_code == 200, page
        assert f'lang="{lang}"' in answer.content.decode()
        assert say("pages2.secret", lang) in text_of(answer), page


def test_who_reads_the_ministrys_figures_reads_the_plan_and_may_not_ask_the_solver(office: Path) -> None:
    browser = as_officer(AUTHOR)
    page = browser.get("/plan/?lang=en").content.decode()
    assert "/plan/what-if/" not in page
    assert 'href="/plan/"' in page
    for place in ASKING:
        assert browser.get(f"/plan/{place}").status_code == 403
    for place in ("solve/", "solve/cancel/", "solve/give/", "what-if/", "tornado/"):
        assert post(browser, f"/plan/{place}", go="yes").status_code == 403


def test_a_stranger_is_asked_to_sign_in_and_is_not_told_that_there_is_a_plan(office: Path) -> None:
    visitor = client()
    for page in (*PAGES, *ASKING):
        assert visitor.get(f"/plan/{page}").status_code == 302
    assert 'href="/plan/"' not in visitor.get("/overview/").content.decode()


def test_a_firm_is_refused(office: Path) -> None:
    from desk_life import representative

    browser = client()
    representative("party:maker-1")
    assert post(browser, "/sign-in/demo/party:maker-1/", card="maker").status_code == 302
    for page in (*PAGES, *ASKING):
        assert browser.get(f"/plan/{page}").status_code == 403, page


def test_the_side_without_the_ministrys_figures_says_that_it_has_no_plan(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_officer(PLANNER)
    monkeypatch.setenv("ECLUSE_SIDE", "low")
    for page in (*PAGES, *ASKING):
        assert say("planpages.other_side") in text_of(browser.get(f"/plan/{page}?lang=en")), page


def test_an_office_without_a_plan_says_so_and_where_to_adopt_one(tmp_path: Path) -> None:
    from carried import sqlite_url
    from peopled import found_office

    found_office(tmp_path / "bare.sqlite3", "demonstration")
    assert sqlite_url(tmp_path / "bare.sqlite3")
    with opened(tmp_path / "bare.sqlite3"):
        browser = as_officer(PLANNER)
        for page in (*PAGES, "what-if/"):
            answer = browser.get(f"/plan/{page}?lang=en")
            assert answer.status_code == 200
            if page != "capacity/":
                assert say("planpages.none") in text_of(answer), page
        assert "/do/plan.adopt/office/" in browser.get("/plan/").content.decode()
        assert browser.get("/plan/document/").status_code == 404
        assert browser.get("/plan/solve/?lang=en").status_code == 200


# ------------------------------------------------------------------ what they say


def test_the_first_page_names_both_persons_the_proof_and_what_leaves(office: Path, document: dict[str, Any]) -> None:
    from ecluse.plan.checker import judged

    said = text_of(as_officer(SECOND).get("/plan/?lang=en"))
    assert "Name mod-5" in said
    assert "Name general-staff-3" in said
    assert grouped(sum(map(sum, document["plan"]["values"]["g"]))) in said
    for _, value, bound in judged(document):
        assert f"{grouped(value)} {grouped(bound)} {grouped(value - bound)}" in said


def test_each_figure_of_a_class_is_the_plans_and_opens_to_a_list(office: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning.amounts import by_class, by_model

    browser = as_officer(PLANNER)
    sums = by_class(document, by_model(document))
    class_, own = max(sums.items(), key=lambda item: item[1].exported)
    page = browser.get(f"/plan/?class={class_}&lang=en").content.decode()
    row = re.search(rf'href="\?class={class_}".*?</tr>', page[page.index("<tbody>") :], re.S)
    assert row is not None
    for number in (own.stock, own.orders, own.reserve, own.exported):
        assert f">{grouped(number)}<" in row[0]
    places = {unescape(place) for place in re.findall(r'href="(/[^"]+)"', row[0])}
    assert len(places) >= 4
    for place in places:
        assert browser.get(place).status_code == 200, place


def test_the_list_behind_a_bar_adds_up_to_the_bar(office: Path, document: dict[str, Any]) -> None:
    import csv
    import io

    from ecluse.office.planning.amounts import by_class, by_model

    browser = as_officer(PLANNER)
    for class_, own in by_class(document, by_model(document)).items():
        for kind, units in (("orders", own.orders), ("exported", own.exported), ("home", own.home)):
            answer = browser.get(f"/plan/figures/?class={class_}&kind={kind}&format=csv&lang=en")
            text = b"".join(answer).decode("utf-8-sig") if answer.streaming else answer.content.decode("utf-8-sig")
            rows = list(csv.reader(io.StringIO(text)))[1:]
            assert sum(int(row[4]) for row in rows) == units, (class_, kind)


def test_a_model_that_is_not_in_the_plan_has_no_page(office: Path) -> None:
    browser = as_officer(PLANNER)
    for place in ("/plan/?model=model:none", "/plan/flows/?model=x", "/plan/why/?model=x&month=2026-01",
                  "/plan/compare/?one=plan:none"):  # fmt: skip
        assert browser.get(place).status_code == 404, place


def test_the_document_is_given_byte_for_byte(office: Path, document: dict[str, Any]) -> None:
    assert as_officer(AUTHOR).get("/plan/document/").content == json.dumps(document).encode()


def test_two_plans_differ_where_they_differ_and_nowhere_else(office: Path, document: dict[str, Any]) -> None:
    browser = as_officer(AUTHOR)
    same = browser.get("/plan/compare/?one=plan:2026-01/1&other=plan:2026-01/1&lang=en").content.decode()
    assert say("planpages.compare.same") in same
    assert "number differs" not in same
    page = browser.get("/plan/compare/?lang=en").content.decode()
    exported = {sale["product"]: 0 for sale in document["question"]["sales"]}
    for sale, months in zip(document["question"]["sales"], document["plan"]["values"]["g"], strict=True):
        exported[sale["product"]] += sum(months)
    models = page[page.index(say("planpages.by_models")) :]
    for model, units in exported.items():
        if units:
            assert re.search(rf">{model}<.*?{grouped(units)}", models, re.S), model


def test_no_page_of_the_plan_runs_anything_inline(office: Path) -> None:
    browser = as_officer(PLANNER)
    for place in (*PAGES, *ASKING):
        page = browser.get(f"/plan/{place}").content.decode()
        assert " style=" not in page, place
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page), place
        assert not re.search(r"\son[a-z]+=", page), place


def test_the_pages_of_the_plan_ask_the_database_little(office: Path) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = as_officer(PLANNER)
    for place in PAGES:
        browser.get(f"/plan/{place}")
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/plan/{place}")
        assert len(asked) <= 40, (place, len(asked))


@pytest.mark.slow
def test_a_web_worker_that_served_every_page_has_loaded_no_solver(office: Path) -> None:
    code = (
        "import sys\n"
        "from carried import set_up\n"
        "set_up()\n"
        "from pathlib import Path\n"
        "from planned_office import as_officer, opened\n"
        f"with opened(Path({str(office)!r})):\n"
        "    browser = as_officer('officer:mod-5')\n"
        f"    for page in {(*PAGES, *ASKING)!r}:\n"
        "        assert browser.get(f'/plan/{page}').status_code == 200\n"
        "found = {name.partition('.')[0] for name in sys.modules} & {'numpy', 'scipy', 'highspy'}\n"
        "sys.exit(str(found) if found else 0)\n"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    surroundings = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=surroundings)
    assert done.returncode == 0, done.stderr


def test_what_a_model_gets_is_what_it_gives_and_all_money_is_spent_or_kept(document: dict[str, Any]) -> None:
    from ecluse.office.planning.amounts import gathered, money_flows, unit_flows

    models = [product["id"] for product in document["question"]["products"]]
    flows = unit_flows(document, models)
    for model in models:
        come = sum(flow.number for flow in flows if flow.to_id == model)
        assert come == sum(flow.number for flow in flows if flow.from_id == model) > 0
    few = gathered(gathered(flows, "model", 2), "destination", 1)
    assert sum(flow.number for flow in few) == sum(flow.number for flow in flows)
    assert len({flow.to_id for flow in few if flow.to_kind == "model"}) == 3
    money = money_flows(document)
    paid = document["plan"]["values"]["q"][0][-1]
    assert sum(flow.number for flow in money if flow.to_kind == "receipts") == paid > 0
    assert sum(flow.number for flow in money if flow.from_kind == "receipts") == paid


def test_the_hours_of_a_line_are_those_the_plan_works(document: dict[str, Any]) -> None:
    from ecluse.office.planning.amounts import line_hours

    question, made = document["question"], document["plan"]["values"]["x"]
    for line in line_hours(document):
        worked = [0] * len(question["months"])
        for make, units in zip(question["makes"], made, strict=True):
            if make["line"] == line.line:
                worked = [hours + make["hours"] * number for hours, number in zip(worked, units, strict=True)]
        assert list(line.used) == worked
        assert all((line.share_bp(t) or 0) <= 10_000 for t in range(len(worked)))


def test_the_waterfall_ends_in_what_orders_reserve_and_home_leave() -> None:
    from ecluse.office.planning.amounts import Amounts
    from ecluse.office.views.plan import Supply, waterfall

    planned = Amounts(stock=10, made=70, orders=50, reserve=5, home=8, exported=12, stock_end=15)
    steps = {
        step.name.rpartition(".")[2]: step
        for step in waterfall(Supply(100, planned, 9, 4), "class", "c", "C", "en").steps
    }
    assert (steps["capacity"].start, steps["capacity"].end) == (10, 110)
    assert (steps["orders"].start, steps["orders"].end) == (110, 60)
    assert (steps["reserve"].end, steps["home"].end) == (55, 47)
    assert [steps[name].number for name in ("surplus", "leaves", "licensed", "shipped")] == [47, 12, 9, 4]
    assert all(step.address for step in steps.values())
    unknown = waterfall(Supply(None, planned, 9, 4), "class", "c", "C", "en").painted("en")
    assert [row[1] for row in unknown.rows if say("pages2.unknown") in row[1]] == [
        row[1] for row in unknown.rows if row[0] in (say("planpages.of.capacity"), say("planpages.of.surplus"))
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_waterfall_and_a_heat_map_escape_what_they_are_told(lang: str) -> None:
    from ecluse.office.views.plan_charts import Heat, Row, Step, Waterfall

    bad = "<script>&\"'"
    charts = (
        Waterfall("w", bad, [Step(bad, 5, 0, 5, "stands", "/x/?y=<")]),
        Heat("h", bad, ["Jan"], [Row(bad, "/<", [50])]),
    )
    for chart in charts:
        painted = chart.painted(lang)
        assert "<script" not in str(painted.drawing)
        assert "<" not in str(painted.option)
        assert "<script" not in "".join(cell for row in painted.rows for cell in row if cell != bad)
    with pytest.raises(ValueError, match="one for each column"):
        Heat("h", "t", ["Jan"], [Row("l", "", [1, 2])]).painted(lang)
