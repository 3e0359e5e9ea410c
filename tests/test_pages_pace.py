"""Do pages stay within their budgets of questions and memory, and does what a process keeps follow what is on file?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, planned_year_in, settle_sqlite
from peopled import client, post

pytestmark = [pytest.mark.db, pytest.mark.slow]
MOST_QUERIES, FEWEST_SHOWN = 40, 10
MAKER = "party:maker-011"
WHO = {
    "author": "officer:ssecu-01", "planner": "officer:mod-05", "clearance": "officer:ssecu-06",
    "spender": "officer:treasury-01", "maker": MAKER, "host_state": "authority:de",
}  # fmt: skip
PAGES = (
    "/", "/overview/", "/orders/", "/orders/?standing=open", "ORDER", "ORDER?on", "/surplus/", "CERTIFICATE", "MODEL",
    "/places/", "/places/centre:de-8/", "/parties/", "PARTY", "/units/", "UNIT", "BLOCK", "/books/", "/books/entries/",
    "/books/shortages/", "/claims/", "/audit/", "/audit/findings/", "/notices/", "/settings/", "/settings/reads/",
    "/public/claims/", "/do/licence.file/office/", "/claims/A1/", "/records/", "/openings/", "SHORTAGE", "RECORD",
    "/plan/", "/plan/flows/", "/plan/lines/", "/plan/compare/", "/plan/capacity/", "/plan/against/", "/plan/figures/",
    "/plan/rules/", "/centre/centre:de-8/desk/", "/centre/centre:de-8/capture/", "/witnesses/", "/after/",
    "/opening-keys/", "/traces/", "/units/map/", "/host/", "/line/",
)  # fmt: skip
# Addresses where something is sent, made or fetched as a file, that need a paper or a folder that is not there, or that
# wake the solver.
NOT_READ = frozenset({
    "action", "draft", "style", "new_token", "end_token", "go_absent", "preferences", "read_notices", "suggest_party",
    "audit_run", "audit_progress", "case", "documents", "document", "imports", "import", "propose_import",
    "public", "public_log", "public_verify", "public_sale", "public_serial", "public_file", "views", "signatures",
    "bring_signatures", "to_sign", "plan_document", "plan_why", "plan_what_if", "plan_tornado", "plan_solve",
    "plan_solve_progress", "plan_solve_cancel", "plan_solve_document", "plan_solve_give", "capture_papers",
    "capture_hand_in", "capture_photo", "capture_worker", "trace", "trace_package",
})  # fmt: skip


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small year with a plan in force, carried to its end."""
    return planned_year_in(tmp_path_factory.mktemp("pace"))[1]


@pytest.fixture(scope="module")
def office(carried: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with office_on(copy_sqlite(carried, tmp_path_factory.mktemp("office") / "office.sqlite3")):
        yield


def as_whom(card: str) -> Any:
    """A browser in which a person of the demonstration is signed in with this card."""
    browser = client()
    assert post(browser, f"/sign-in/demo/{WHO[card]}/", card=card).status_code == 302
    return browser


def address_of(page: str) -> str:
    """Where does this page stand for one thing of its kind?"""
    from ecluse.office.models import CertificateBalance, OrderRow, Record, Unit

    order = OrderRow.objects.filter(exporter=MAKER).order_by("order").first()
    balance, unit = CertificateBalance.objects.order_by("pk").first(), Unit.objects.exclude(tranche="").first()
    assert order
    assert balance
    assert unit
    shortage = Record.objects.filter(v="shortage/1").order_by("rid").first()
    assert shortage
    return {
        "ORDER": f"/orders/{order.order}/", "ORDER?on": f"/orders/{order.order}/?on={order.filed_on}",
        "CERTIFICATE": f"/surplus/certificates/{balance.certificate}/", "MODEL": f"/surplus/{balance.model}/",
        "SHORTAGE": f"/books/shortages/{shortage.subject}/", "RECORD": f"/records/{shortage.digest}/",
        "PARTY": f"/parties/{MAKER}/", "UNIT": f"/units/{unit.serial}/", "BLOCK": f"/units/blocks/{unit.block}/",
    }.get(page, page)  # fmt: skip


@pytest.mark.parametrize("card", WHO)
def test_no_page_asks_the_database_more_than_forty_times(office: None, card: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, shown, over = as_whom(card), 0, {}
    for page in PAGES:
        address = address_of(page)
        if browser.get(address).status_code != 200:
            continue
        shown += 1
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        if len(queries) > MOST_QUERIES:
            over[page] = (len(queries), [query["sql"][:100] for query in queries.captured_queries[-8:]])
    assert not over
    assert shown >= FEWEST_SHOWN


def test_every_reading_page_of_the_site_is_counted(office: None) -> None:
    """A page that is added to the table of addresses is either walked through above or named here as none to read."""
    from django.urls import resolve

    from ecluse.site.urls import ROOMS

    counted = {resolve(address_of(page).partition("?")[0]).url_name for page in PAGES}
    ways = {way.name for room in ROOMS for way in room.PATHS if getattr(way, "name", None)}
    is_way_in = ("mfa_", "account_", "socialaccount_", "demonstration", "hat")
    assert not {name for name in ways - counted - NOT_READ if not name.startswith(is_way_in)}
    assert not NOT_READ - ways


# ------------------------------------------------------------------ what is kept follows what is on file


def _everything(cls: type) -> list[tuple[str, Any]]:
    from ecluse.base.sealed import VERSIONS, unseal
    from ecluse.office.models import Record

    rows = Record.objects.filter(v=VERSIONS[cls]).values_list("subject", "turn", "rid", "body")
    return [(rid, unseal(bytes(body))) for _, _, rid, body in sorted(rows)]


def _register(cls: type) -> list[tuple[str, Any]]:
    from ecluse.office.on_file import records

    return [(one.rid, one.value) for one in records(cls)]


def _sign_on(name: str, on: date) -> None:
    """One more mandate, by one deed."""
    from ecluse.licence.officers import Officer
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session

    person = f"officer:{name}"
    with Deed(open_session(), "office.register", actor="clock:office", on=on, subject=f"register:{person}") as deed:
        deed.seal(Officer(person, "authority:mfa", "opinion", name, on, None), person)


@pytest.fixture
def own(carried: Path, tmp_path: Path) -> Iterator[Path]:
    """An office of one's own to write in."""
    path = tmp_path / "office.sqlite3"
    with office_on(copy_sqlite(carried, path)):
        yield path


def test_every_register_is_what_the_database_holds_before_and_after_a_deed(own: Path) -> None:
    from ecluse.base.sealed import REGISTRY
    from ecluse.licence.officers import Officer
    from ecluse.office.desk.today import today
    from ecluse.office.on_file import REGISTERS

    classes = [REGISTRY[v] for v in sorted(REGISTERS)]
    for cls in classes:
        assert _register(cls) == _everything(cls), cls
    before = len(_register(Officer))
    _sign_on("pace-01", today())
    assert len(_register(Officer)) == before + 1
    for cls in classes:
        assert _register(cls) == _everything(cls), cls


def test_what_was_rolled_back_is_not_on_file(own: Path) -> None:
    from django.db import transaction

    from ecluse.licence.officers import Officer
    from ecluse.office.desk.today import today

    before = _register(Officer)
    with transaction.atomic():
        _sign_on("pace-02", today())
        assert len(_register(Officer)) == len(before) + 1
        transaction.set_rollback(True)
    assert _register(Officer) == before


def test_another_office_in_the_same_place_is_read_anew(carried: Path, tmp_path: Path) -> None:
    from ecluse.licence.officers import Officer

    path = tmp_path / "office.sqlite3"
    for name in ("pace-03", "pace-04"):
        with office_on(copy_sqlite(carried, path)):
            from ecluse.office.desk.today import open_session, today

            _sign_on(name, today())
            assert _register(Officer) == _everything(Officer)
            assert open_session().of(f"officer:{name}", Officer)
        settle_sqlite(path)


@pytest.mark.parametrize("how", ["subject", "subject__in", "rid__in", "order__in", "on__lte"])
def test_a_register_is_asked_as_the_database_would_be(office: None, how: str) -> None:
    from ecluse.base.sealed import VERSIONS
    from ecluse.licence.terms import Application
    from ecluse.office.models import Record
    from ecluse.office.on_file import kept, records

    some = records(Application)[3:9]
    wish: Any = {
        "subject": some[0].subject, "subject__in": [one.subject for one in some], "rid__in": {o.rid for o in some},
        "order__in": {one.order for one in some}, "on__lte": some[0].on,
    }[how]  # fmt: skip
    found = records(Application, **{how: wish})
    assert found
    assert found == kept(Record.objects.filter(v=VERSIONS[Application], **{how: wish}))


def test_a_session_sees_a_deed_of_another(own: Path) -> None:
    from ecluse.licence.officers import Officer
    from ecluse.office.desk.today import open_session, today

    assert not open_session().of("officer:pace-05", Officer)
    _sign_on("pace-05", today())
    first = open_session().file("officer:pace-05")
    assert [record.value.id for record in first.records] == ["officer:pace-05"]
    first.records.clear()
    assert open_session().file("officer:pace-05").records


def test_a_day_gone_by_knows_nothing_that_is_kept_of_later(own: Path) -> None:
    from datetime import timedelta

    from ecluse.base.source import ServiceSource
    from ecluse.licence.officers import Officer
    from ecluse.office.desk.today import law, open_session, today
    from ecluse.office.past import PastSession

    _sign_on("pace-06", today())
    assert open_session().of("officer:pace-06", Officer)
    assert not PastSession(ServiceSource(), law(), today() - timedelta(1)).of("officer:pace-06", Officer)


def test_a_store_drops_what_was_asked_for_longest_ago() -> None:
    from ecluse.office.values_kept import Store

    store: Store[str] = Store(most=10)
    for key in ("a", "b"):
        store.put(key, key, 5)
    assert store.get("a") == "a"
    store.put("c", "c", 5)
    assert (store.get("a"), store.get("b"), store.get("c")) == ("a", None, "c")
    assert store.weight == 10


def test_a_count_of_all_units_is_answered_by_an_index_alone(office: None) -> None:
    from django.db import connection
    from django.db.models import Count

    from ecluse.office.models import Unit

    if connection.vendor != "sqlite":
        pytest.skip("the plan is SQLite's")
    asked = Unit.objects.filter(fate="made").order_by().values("custodian", "authority", "state", "model")
    assert "COVERING INDEX units_counted" in asked.annotate(n=Count("*")).explain()


def test_goods_on_no_list_have_no_clock_and_their_order_has_a_page(office: None) -> None:
    from ecluse.licence.terms import Application, GoodsList
    from ecluse.office.on_file import records

    free = [one for one in records(Application) if one.value.goods_list is GoodsList.UNCONTROLLED]
    assert free
    assert as_whom("author").get(f"/orders/{free[0].order}/").status_code == 200


def test_a_unit_whose_tranche_is_held_has_a_page(office: None) -> None:
    from ecluse.office.models import Tranche, Unit

    held = Tranche.objects.filter(standing__startswith="held").values("tranche")
    units = Unit.objects.filter(tranche__in=held).values_list("serial", flat=True)[:20]
    assert units
    browser = as_whom("author")
    assert {browser.get(f"/units/{serial}/").status_code for serial in units} == {200}
