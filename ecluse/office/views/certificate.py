"""What does one surplus certificate say: its figures under every rule, its hearing, its draws, as known on a day?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say, spell
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.known import Known, KnownFile, as_known_on, days_known
from ecluse.office.models import OrderRow
from ecluse.office.people.bodies import name_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.charts import Chart, Series
from ecluse.office.views.errors import refuse_page
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.records import of_subject
from ecluse.office.views.surplus import is_readers, reader
from ecluse.office.views.things import day_asked, done_here, is_home, own_orders
from ecluse.order import Gate, Hearing
from ecluse.surplus.balance import balance
from ecluse.surplus.terms import Certificate, Draw, DrawState, Withdrawal

MOST_DRAWS = 300
MOST_RECORDS = 60
MOST_DAYS = 60
COLOURS = {
    DrawState.RESERVED: ("warning", "…"),
    DrawState.COMMITTED: ("info", "•"),
    DrawState.USED: ("success", "✓"),
    DrawState.RELEASED: ("neutral", "–"),
    DrawState.RETURNED: ("neutral", "↩"),
}


@never_cache
@require_safe
@needs_person
@records_read("certificate", "certificate")
def certificate_page(request: HttpRequest, certificate: str) -> HttpResponse:
    """What does this certificate say, and what was drawn on it? `?on=` shows it as it was known on that day."""
    desk, lang = reader(request), language_of(request)
    try:
        asked = day_asked(request)
    except ValueError as error:
        return refuse_page(request, "house.list.bad_address", error)
    file = as_known_on(certificate, asked or desk.on)
    found = file.newest(Certificate)
    if found is None or not is_readers(desk, found):
        raise Http404
    return page(request, "office/certificate.html", {
        "certificate": found, "asked": asked, "today": desk.on, **_figures(file, found, lang),
        "facts": _facts(found, lang), "draws": _draws(desk, file), "withdrawal": file.newest(Withdrawal),
        "days": days_known(certificate)[-MOST_DAYS:],
        "offers": [] if asked else _offers(desk, certificate, lang), "records": _records(desk, file),
        "done": done_here(request, lang),
        **(_secrets(file, found, lang) if is_home(desk) else {}),
    })  # fmt: skip


def _figures(file: KnownFile, found: Certificate, lang: str) -> dict[str, Any]:
    held = balance(found.id, found.units_certified, file.of(Draw), on=file.day)
    units = (
        ("certified", held.units_certified), ("reserved", held.units_reserved), ("committed", held.units_committed),
        ("used", held.units_used), ("free", held.units_free()),
    )  # fmt: skip
    return {
        "figures": [(count, f"pages2.surplus.{name}", "#draws" if name != "certified" else "#records")
                    for name, count in units],
        "tag": _state(file, found),
    }  # fmt: skip


def _state(file: KnownFile, found: Certificate) -> Tag:
    if file.newest(Withdrawal):
        return Tag("pages2.surplus.withdrawn", "danger", "×")
    if file.day > found.valid_until:
        return Tag("pages2.surplus.expired", "neutral", "–")
    return Tag("pages2.surplus.stands", "success", "✓")


def _facts(found: Certificate, lang: str) -> list[tuple[str, Any]]:
    return [
        ("pages2.surplus.model", Link(found.model, f"/surplus/{found.model}/")),
        ("pages2.surplus.class", class_word(found.class_, lang)),
        ("pages2.surplus.maker", Link(name_of(found.maker, lang), f"/parties/{found.maker}/")),
        ("pages2.surplus.owner", name_of(found.owner, lang)),
        ("pages2.surplus.months", f"{spell(found.first_month, lang)} – {spell(found.last_month, lang)}"),
        ("pages2.surplus.rule", say(f"provision.surplus-policy/{found.rule.value}.title", lang)),
        ("pages2.surplus.policy", found.policy), ("pages2.surplus.issued_on", found.issued_on),
        ("pages2.surplus.valid_until", found.valid_until),
    ]  # fmt: skip


# ------------------------------------------------------------------ draws


def _draws(desk: Desk, file: KnownFile) -> dict[str, Any]:
    """Which steps drew on it, the newest first? A maker is told of others' orders only that they drew."""
    steps = [known for known in file.records if isinstance(known.value, Draw)]
    mine = None if is_home(desk) else set(own_orders(desk))
    shown = list(reversed(steps))[:MOST_DRAWS]
    orders = {known.value.tranche.rsplit("/", 1)[0] for known in shown}
    there = set(OrderRow.objects.filter(order__in=orders).values_list("order", flat=True))
    rows = [_draw(known, there if mine is None else there & mine, mine is None) for known in shown]
    return {"rows": rows, "more": len(steps) - len(rows)}


def _draw(known: Known, linked: set[str], sees_all: bool) -> dict[str, Any]:
    draw: Draw = known.value
    order = draw.tranche.rsplit("/", 1)[0]
    colour, mark = COLOURS[draw.state]
    tranche: Any = draw.tranche if sees_all else None
    if order in linked:
        tranche = Link(draw.tranche, f"/orders/{order}/")
    return {
        "on": draw.on, "tranche": tranche, "units": draw.units, "until": draw.expires_on,
        "state": Tag(f"pages2.draw.{draw.state.value}", colour, mark), "log": known.log, "index": known.index,
        "digest": known.digest,
    }  # fmt: skip


# ------------------------------------------------------------------ the ministry's figures


def _secrets(file: KnownFile, found: Certificate, lang: str) -> dict[str, Any]:
    """What does the ministry know beside: every rule's result, the need unmet, the class by month, the hearing?"""
    hearings = [hearing for hearing in file.of(Hearing) if hearing.gate is Gate.CERTIFICATE]
    return {
        "is_home": True,
        "rules": [
            {"rule": result.rule.value, "title": say(f"provision.surplus-policy/{result.rule.value}.title", lang),
             "units": result.units, "binds": result.rule is found.rule}
            for result in found.results
        ],
        "class_records": of_subject(f"class:{found.class_}"), "need_unmet": found.units_need_unmet,
        "aid": found.units_aid_received,
        "home_deliveries": found.home_deliveries, "months": _months(found, lang),
        "hearings": [_hearing(hearing, lang) for hearing in reversed(hearings)],
    }  # fmt: skip


def _months(found: Certificate, lang: str) -> Chart | None:
    points = found.class_units_by_month
    if not points:
        return None
    names: Sequence[str] = [spell(point.month, lang) for point in points]
    series = Series("pages2.surplus.class_left", [point.units for point in points])
    return Chart("months", "bar", "pages2.surplus.class_months", names, (series,))


def _hearing(hearing: Hearing, lang: str) -> dict[str, Any]:
    is_held = hearing.finding is None
    return {
        "id": hearing.id, "on": hearing.on, "engine": hearing.engine, "law": hearing.law,
        "tag": Tag("orders.held" if is_held else "orders.passed", *(("danger", "×") if is_held else ("success", "✓"))),
        "citations": hearing.citations,
        "grounds": [
            {"code": ground.code, "provision": ground.provision,
             "sentence": say(f"{ground.code}.sentence", lang, **ground.facts_by_name()),
             "remedy": say(f"{ground.code}.remedy", lang, **ground.facts_by_name())}
            for ground in hearing.grounds
        ],
    }  # fmt: skip


def _offers(desk: Desk, certificate: str, lang: str) -> list[tuple[str, str]]:
    return [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{certificate}/")
            for action in offered(desk, About.CERTIFICATE, certificate)]  # fmt: skip


def _records(desk: Desk, file: KnownFile) -> list[Known]:
    """On which records does the page rest? The draws stand in their own table; a maker is not shown the hearing."""
    seen = (Draw,) if is_home(desk) else (Draw, Hearing)
    return [known for known in file.records if not isinstance(known.value, seen)][-MOST_RECORDS:]


PATHS = [path("surplus/certificates/<path:certificate>/", certificate_page, name="certificate")]
