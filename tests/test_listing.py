"""Does the list component page, sort, filter, save and export as it says, whatever a stranger writes in the address?"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from carried import office_on, sqlite_url

pytestmark = pytest.mark.db
TRANCHES, ORDERS = 40, 23
FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "  =cmd|x", "＝1")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An office with some tranches, a third of them without a parent, and orders filed on few days."""
    url = sqlite_url(tmp_path_factory.mktemp("list") / "office.sqlite3")
    with office_on(url):
        from ecluse.office.models import OrderRow, Setting, Tranche

        Setting.objects.create(key="kind", value="demonstration")
        Setting.objects.create(key="carried", value="2026-12-31")
        Setting.objects.create(key="seed", value="toy-2026/7")
        Tranche.objects.bulk_create(
            Tranche(
                tranche=f"tranche:{n:03d}", order="order:a", parent=None if n % 3 == 0 else f"p{n % 4}", units=n % 5,
                gate="surplus", standing="open", hearing="hearing:a",
            )
            for n in range(TRANCHES)
        )  # fmt: skip
        names = [*FORMULAS, *("Firm <b>&" for _ in range(ORDERS - len(FORMULAS)))]
        OrderRow.objects.bulk_create(
            OrderRow(order=f"order:{n:03d}", exporter=name, filed_on=date(2026, 3, 1) + timedelta(days=n % 4),
                     standing="open", gate="surplus")
            for n, name in enumerate(names)
        )  # fmt: skip
    return url


@pytest.fixture
def office(database: str) -> Iterator[Any]:
    """Someone who asks this office for its lists."""
    with office_on(database):
        from django.test import Client, override_settings

        with override_settings(ROOT_URLCONF="house_urls"):
            yield Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})


def names_on(text: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", name) for name in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', text)]


def link(text: str, relation: str) -> str:
    found = re.search(rf'rel="{relation}" href="([^"]+)"', text)
    return unescape(found[1]) if found else ""


def walk(office: Any, address: str, relation: str = "next", keep: str = "") -> list[list[str]]:
    """Which rows stand on each page, from this address on? Gives the pages in the order they were met."""
    pages, start = [], address.partition("?")[0]
    while address:
        answer = office.get(address)
        assert answer.status_code == 200
        pages.append(names_on(answer.content.decode()))
        following = link(answer.content.decode(), relation)
        address = f"{start}{following}{keep}" if following else ""
    return pages


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize("rows", [1, 7, 39, 40, 41])
@pytest.mark.parametrize("sort", ["parent", "-parent", "units", "-units", "tranche", "-tranche"])
def test_every_row_is_met_once_in_its_order(office: Any, sort: str, rows: int) -> None:
    from ecluse.office.models import Tranche

    pages = walk(office, f"/tranches/?rows={rows}&sort={sort}", keep=f"&rows={rows}")
    found = [name for page in pages for name in page]
    falls, by = sort.startswith("-"), sort.removeprefix("-")
    all_rows = sorted(Tranche.objects.all(), key=lambda row: row.tranche, reverse=falls and by == "tranche")
    if by != "tranche":
        with_value = [row for row in all_rows if getattr(row, by) is not None]
        with_value.sort(key=lambda row: getattr(row, by), reverse=falls)
        all_rows = with_value + [row for row in all_rows if getattr(row, by) is None]
    assert found == [row.tranche for row in all_rows]


@pytest.mark.parametrize("sort", ["parent", "-parent", "units", "-tranche"])
def test_the_way_back_is_the_way_there(office: Any, sort: str) -> None:
    there = walk(office, f"/tranches/?sort={sort}")
    address, last = f"/tranches/?sort={sort}", ""
    while address:
        last = address
        following = link(office.get(address).content.decode(), "next")
        address = f"/tranches/{following}" if following else ""
    back = walk(office, last, "prev")
    assert [name for page in reversed(back) for name in page] == [name for page in there for name in page]


def test_rows_in_memory_page_as_rows_from_the_database_do(office: Any) -> None:
    pages = [[name for name in page if name.startswith("order:style")] for page in walk(office, "/style/?sort=value")]
    assert len({name for page in pages for name in page}) == 240
    assert {len(page) for page in pages} == {12}


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


BAD_CURSORS = [
    "x", "%00", "a" * 601, "=" * 20, cursor([]), cursor({}), cursor(["z", 1, "a"]), cursor(["a", [1], "a"]),
    cursor(["a", {"d": "2026-13-01"}, "a"]), cursor(["a", {"t": 5}, "a"]), cursor(["a", 2**70, "a"]),
    cursor(["a", "nul\0", "a"]), cursor(["a", 1.5, "a"]), cursor(["a", {"d": "2026-01-01", "e": 1}, "a"]),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_CURSORS, ids=range(len(BAD_CURSORS)))
@pytest.mark.parametrize("list_at", ["/tranches/", "/orders/", "/style/"])
def test_a_false_cursor_is_refused_in_words(office: Any, bad: str, list_at: str) -> None:
    from ecluse.base.words import say

    answer = office.get(list_at, {"at": bad, "lang": "fr"})
    assert answer.status_code == 400
    assert say("house.error.400", "fr") in unescape(answer.content.decode())


@pytest.mark.parametrize("value", ["not a day", 7, True, {"t": "2026-03-01T00:00:00+00:00"}])
def test_a_cursor_of_another_kind_of_column_is_refused(office: Any, value: Any) -> None:
    answer = office.get("/orders/", {"at": cursor(["a", value, "order:001"])})
    assert answer.status_code in ({400} if not isinstance(value, dict) else {200, 400})
    assert office.get("/tranches/", {"sort": "units", "at": cursor(["a", "many", "t"])}).status_code == 400


@pytest.mark.parametrize("query", [
    {"sort": "secret"}, {"sort": "--units"}, {"sort": "standing"}, {"col": "password"}, {"format": "pdf"},
    {"q": "x" * 201}, {"q": "a\0b"},
])  # fmt: skip
def test_what_a_list_does_not_have_is_refused(office: Any, query: dict[str, str]) -> None:
    assert office.get("/tranches/", query).status_code == 400


def test_a_filter_takes_only_its_choices_and_says_a_false_day(office: Any) -> None:
    assert office.get("/style/", {"standing": "passed"}).status_code == 200
    assert office.get("/style/", {"standing": "other"}).status_code == 400
    assert office.get("/style/", {"since": "2026-99-01"}).status_code == 400


def test_a_filter_stays_while_one_pages_and_sorts(office: Any) -> None:
    text = office.get("/tranches/", {"q": "01", "sort": "units"}).content.decode()
    assert "q=01" in link(text, "next")
    assert "sort=units" in link(text, "next")
    assert all("01" in name for page in walk(office, "/tranches/?q=01") for name in page)


def test_htmx_gets_the_list_alone_and_the_same_rows(office: Any) -> None:
    whole = office.get("/orders/").content.decode()
    part = office.get("/orders/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert names_on(whole) == names_on(part.content.decode())
    assert "HX-Request" in part["Vary"]
    restored = office.get("/orders/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()
    refused = office.get("/orders/?at=x", headers={"HX-Request": "true"})
    assert refused.status_code == 400
    assert "<html" not in refused.content.decode()


def test_columns_are_chosen_and_the_first_always_stands(office: Any) -> None:
    text = office.get("/tranches/?col=units").content.decode()
    assert len(re.findall(r'<th scope="col"', text)) == 2
    assert "col=units" in link(text, "next")


# ------------------------------------------------------------------ files


def test_csv_holds_every_row_and_no_formula(office: Any) -> None:
    answer = office.get("/orders/?format=csv")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(body)))
    assert answer["Content-Disposition"] == 'attachment; filename="demonstration-orders.csv"'
    assert len(lines) == ORDERS + 1
    for name in FORMULAS:
        assert any(line[1] == f"'{name}" for line in lines), name
    assert not any(cell.lstrip()[:1] in ("=", "+", "@", "＝") for line in lines for cell in line)
    assert re.fullmatch(r"2026-03-0\d", lines[1][2])


def test_xlsx_holds_the_same_rows_as_values(office: Any, tmp_path: Path) -> None:
    import python_calamine

    (tmp_path / "list.xlsx").write_bytes(office.get("/orders/?format=xlsx").content)
    rows = python_calamine.load_workbook(tmp_path / "list.xlsx").get_sheet_by_index(0).to_python()
    assert len(rows) == ORDERS + 1
    assert isinstance(rows[1][2], date)
    assert {f"'{name}" for name in FORMULAS} <= {row[1] for row in rows}
    assert "<f>" not in _sheet(tmp_path / "list.xlsx")


def _sheet(path: Path) -> str:
    import zipfile

    with zipfile.ZipFile(path) as file:
        return file.read("xl/worksheets/sheet1.xml").decode()


def test_a_file_with_too_many_rows_is_refused(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.views import export

    monkeypatch.setattr(export, "MOST_ROWS", ORDERS - 1)
    answer = office.get("/orders/?format=csv")
    assert answer.status_code == 400
    assert str(ORDERS) in answer.content.decode()


def test_a_long_file_is_read_in_pieces(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.views import export

    monkeypatch.setattr(export, "ROWS_AT_ONCE", 4)
    body = b"".join(office.get("/orders/?format=csv").streaming_content).decode("utf-8-sig")
    assert len({line[0] for line in csv.reader(io.StringIO(body))}) == ORDERS + 1


@pytest.mark.parametrize(("value", "text"), [
    ("=1", "'=1"), ("plain", "plain"), (-5, -5), (2**60, str(2**60)), (None, ""), ("\u00a0=1", "'\u00a0=1"),
    (True, "yes"),
])  # fmt: skip
def test_a_cell_is_written_plainly(office: Any, value: Any, text: Any) -> None:
    from ecluse.base.money import Money
    from ecluse.office.views.cells import written

    assert written(value, "en") == text
    assert written(Money(-1250, "EUR"), "uk") == "'-12.50 EUR"
    assert written(Money(125, "JPY"), "uk") == "125 JPY"


# ------------------------------------------------------------------ saved views


@pytest.fixture
def people(office: Any) -> Iterator[dict[str, Any]]:
    """Two persons, each with a way in."""
    from django.contrib.auth.models import User
    from django.test import Client

    from ecluse.office.models import Account, SavedView

    found = {}
    for name in ("one", "two"):
        user, _ = User.objects.get_or_create(username=name)
        Account.objects.get_or_create(user=user, defaults={"officer": f"officer:{name}", "language": "en"})
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user)
        found[name] = client
    yield found
    SavedView.objects.all().delete()


VIEW = {"listing": "tranches", "name": "Mine", "query": "q=01&sort=units&at=abc&format=csv", "next": "/tranches/"}


def test_a_view_is_saved_and_is_its_owners_alone(office: Any, people: dict[str, Any]) -> None:
    from ecluse.office.models import SavedView

    answer = people["one"].post("/views/", VIEW)
    assert answer.status_code == 302
    assert answer["Location"] == "/tranches/?q=01&sort=units"
    assert "Mine" in people["one"].get("/tranches/").content.decode()
    assert "Mine" not in people["two"].get("/tranches/").content.decode()
    people["two"].post("/views/", {**VIEW, "remove": "yes"})
    assert SavedView.objects.count() == 1
    people["one"].post("/views/", {**VIEW, "remove": "yes"})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("changed", [
    {"name": ""}, {"name": " \t"}, {"name": "x" * 81}, {"name": "a\0b"}, {"listing": ""}, {"query": "q=" + "x" * 1000},
])  # fmt: skip
def test_a_poor_view_is_refused_and_nothing_is_kept(people: dict[str, Any], changed: dict[str, str]) -> None:
    from ecluse.office.models import SavedView

    assert people["one"].post("/views/", {**VIEW, **changed}).status_code == 400
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "away", ["https://elsewhere.test/", "//elsewhere.test", "javascript:alert(1)", "/\\elsewhere.test"]
)
def test_afterwards_one_stays_in_the_office(people: dict[str, Any], away: str) -> None:
    location = people["one"].post("/views/", {**VIEW, "next": away})["Location"]
    assert location.startswith("/?")


def test_nobody_saves_without_signing_in_or_from_another_site(office: Any, people: dict[str, Any]) -> None:
    from django.test import Client

    assert office.post("/views/", VIEW).status_code == 403
    strict = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    strict.cookies = people["one"].cookies
    assert strict.post("/views/", VIEW).status_code == 403
    assert people["one"].get("/views/").status_code == 405


def test_too_many_views_are_refused(people: dict[str, Any]) -> None:
    from ecluse.office.actions.views import MOST_VIEWS

    for n in range(MOST_VIEWS):
        assert people["one"].post("/views/", {**VIEW, "name": f"v{n}"}).status_code == 302
    assert people["one"].post("/views/", {**VIEW, "name": "one more"}).status_code == 400
    assert people["one"].post("/views/", {**VIEW, "name": "v0"}).status_code == 302
