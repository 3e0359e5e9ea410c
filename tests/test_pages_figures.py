"""Does each figure open to what it counts, and each digest to its record, for who may read it and nobody else?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from pages3_office import Office, asked, carry_small, entered, visitor

pytestmark = [pytest.mark.db, pytest.mark.slow]
AUTHOR, PLANNER = ("officer:ssecu-01", "author"), ("officer:mod-05", "planner")
LINK = re.compile(r'<a class="ds-link" href="(/orders/\?[^"]+)">([\d\s,\u202f\u00a0]+)</a>')


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return carry_small(tmp_path_factory.mktemp("figures"))


@pytest.fixture
def office(small: Office) -> Iterator[None]:
    with entered(small):
        yield


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def rows_of(text: str) -> int:
    """How many rows has the list on this page?"""
    found = re.search(r'<h2 class="list-count"[^>]*>([^<]+)', text)
    assert found
    return number(found[1])


def test_every_figure_of_the_overview_opens_to_what_it_counts(office: None) -> None:
    author = visitor(*AUTHOR)
    author.get("/overview/")  # what a year comes to is summed once and kept
    found = LINK.findall(asked(author, "/overview/"))
    assert {"came", "gate", "before"} <= {re.split(r"[?=]", place)[1] for place, _ in found}
    for place, figure in found:
        total = rows_of(asked(author, unescape(place)))
        # Tranches wait, orders are listed: a split order waits more than once.
        is_kept = 0 < total <= number(figure) if "before=" in place else total == number(figure)
        assert is_kept, (place, figure, total)
    for figure, place in re.findall(r'<li><strong>([^<]+)</strong> <a href="([^"]+)">', asked(author, "/overview/")):
        if place.startswith(("/orders/", "/records/?kind")):
            assert rows_of(asked(author, unescape(place))) == number(figure), place


@pytest.mark.parametrize("whom", [(), ("authority:lt", "host_state")])
def test_no_figure_of_the_overview_opens_for_who_sees_a_part(office: None, whom: tuple[str, ...]) -> None:
    text = asked(visitor(*whom), "/overview/")
    assert not LINK.findall(text)
    assert "/records/" not in text


def test_every_figure_of_surplus_opens_to_its_certificates_and_draws(office: None) -> None:
    author = visitor(*AUTHOR)
    models = asked(author, "/surplus/")
    places = set(re.findall(r'<td class="number"><a class="ds-link" href="(/surplus/model:[^"]+)">', models))
    assert places
    certificates = asked(author, min(places))
    draws = re.findall(r'href="(/surplus/certificates/[^"#]+)#(draws|records)"', certificates)
    assert {part for _, part in draws} == {"draws", "records"}
    for place, part in draws:
        assert f'id="{part}"' in asked(author, place)


def test_every_digest_of_a_certificate_leads_to_its_record(office: None) -> None:
    from ecluse.office.models import Record

    author = visitor(*AUTHOR)
    subject = Record.objects.filter(v="draw/1").order_by("rid")[0].subject
    text = asked(author, f"/surplus/certificates/{subject}/")
    digests = set(re.findall(r'href="/records/([0-9a-f]{64})/"', text))
    cited = re.search(r'<ul class="plain cited">(.*?)</ul>', text, re.DOTALL)
    assert cited
    assert set(re.findall(r"<code>([0-9a-f]{64})</code>", cited[1])) <= digests
    assert len(digests) > 3
    for digest in sorted(digests):
        shown = asked(author, f"/records/{digest}/")
        assert digest in shown
        assert Record.objects.get(digest=digest).rid in unescape(shown)


@pytest.mark.parametrize("whom", [("authority:lt", "host_state"), ("party:maker-011", "maker")])
def test_records_open_to_nobody_outside_the_office(office: None, whom: tuple[str, str]) -> None:
    from ecluse.office.models import Record

    digest = Record.objects.filter(v="hearing/1").order_by("rid")[0].digest
    assert visitor(*whom).get("/records/").status_code == 403
    assert visitor(*whom).get(f"/records/{digest}/").status_code == 403
    assert visitor().get(f"/records/{digest}/")["Location"].startswith("/sign-in/")
    assert visitor(*AUTHOR).get(f"/records/{'0' * 64}/").status_code == 404


def test_a_look_at_a_record_is_noted(office: None) -> None:
    from ecluse.office.models import ReadEntry, Record

    record = Record.objects.filter(v="hearing/1").order_by("rid")[0]
    visitor(*AUTHOR).get(f"/records/{record.digest}/")
    assert ReadEntry.objects.filter(page="record", subject=record.subject, person=AUTHOR[0]).exists()


def test_an_order_leads_to_its_documents_and_says_how_many(office: None) -> None:
    from ecluse.base.words import say_count
    from ecluse.office.models import OrderRow

    order = OrderRow.objects.order_by("order")[0].order
    text = asked(visitor(*AUTHOR), f"/orders/{order}/")
    link = f'<a class="ds-link" href="/documents/{order}/">{say_count("pages2.orders.documents", 0, "en")}</a>'
    assert link in text


def test_every_figure_of_the_books_opens(office: None) -> None:
    author = visitor(*AUTHOR)
    text = asked(author, "/books/")
    places = {unescape(place) for place in re.findall(r'href="(/(?:books/entries|records)/[^"]+)"', text)}
    assert any("fund:" in place for place in places)
    assert any("contribution-due:" in place for place in places)
    assert any(place.startswith("/records/") for place in places)
    for place in sorted(places)[:40]:
        shown = asked(author, place)
        assert place.startswith("/records/") or rows_of(shown) > 0, place
    assert not re.search(r">\s*officer:", text.split('id="closed"')[1])


# ------------------------------------------------------------------ an action about what is not there


UNKNOWN = {
    "office": "nowhere", "order": "order:none", "tranche": "order:none/0", "certificate": "certificate:none",
    "party": "party:none", "block": "block:none", "line": "line:none", "centre": "centre:none",
    "shortage": "shortage:none", "purchase": "shortage:none", "case": "case:none", "import": "import:none",
    "trace": "trace:none",
}  # fmt: skip


@pytest.mark.parametrize("whom", [AUTHOR, PLANNER, ("party:maker-011", "maker"), ("authority:lt", "host_state")])
def test_no_action_is_about_what_is_not_there(office: None, whom: tuple[str, str]) -> None:
    from ecluse.office.desk.registry import About, all_actions

    assert {about.value for about in About} == UNKNOWN.keys()
    browser = visitor(*whom)
    for action in all_actions().values():
        for answer in (browser.get, browser.post):
            status = answer(f"/do/{action.name}/{UNKNOWN[action.about.value]}/").status_code
            assert status == 404, (action.name, status)


def test_anothers_order_and_none_look_alike_and_a_seen_one_is_refused(office: None) -> None:
    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Order

    order = on_file(Order)[0]
    stranger = next(one.exporter for one in on_file(Order) if one.exporter not in {p for _, p in order.roles()})
    other, own = visitor(stranger, "exporter"), visitor(order.exporter, "exporter")
    tranche = f"{order.id}/0"
    for action, subject, nothing in (
        ("licence.give_opinion", order.id, "order:none"), ("custody.offer", tranche, "order:none/0"),
        ("licence.give_opinion", "order:none", "order:none"),
    ):  # fmt: skip
        foreign, absent = (other.get(f"/do/{action}/{one}/?lang=en") for one in (subject, nothing))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert same(foreign, subject) == same(absent, nothing)
    assert own.get(f"/do/licence.give_opinion/{order.id}/").status_code == 403
    assert own.get("/do/licence.no_such_action/office/").status_code == 404


def same(answer: Any, subject: str) -> str:
    """The page without what was asked for and without the token of its form."""
    text = answer.content.decode().replace(subject, "").replace(subject.replace(":", "%3A"), "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
