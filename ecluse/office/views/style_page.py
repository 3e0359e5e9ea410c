"""What are the pages made of? Every component once, on one page, for those who build and for the tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from ecluse.base.money import Money
from ecluse.base.words import say
from ecluse.office.views.cells import Tag
from ecluse.office.views.charts import Chart, Series
from ecluse.office.views.form_fields import FieldView, form_context
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.page import language_of
from ecluse.office.views.timeline import Moment
from ecluse.order import BESIDE, Gate, Standing

FIRST_DAY = date(2026, 3, 2)
ROWS = 240
FIRMS = ("ТОВ «Вільха-7»", "Valk Components GmbH", "Atelier du Canal SAS", "ПрАТ «Обрій»", "Nordhavn Optik ApS")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an invented list."""

    pk: str
    exporter: str
    standing: str
    filed: date
    units: int
    value: Money | None

    @property
    def minor(self) -> int | None:
        """By what is its value sorted?"""
        return self.value.minor if self.value else None


def _rows() -> list[Row]:
    kinds = list(Standing)
    return [
        Row(
            f"order:style-{n:04d}",
            FIRMS[n * 7 % len(FIRMS)],
            kinds[(n * n + 3) % len(kinds)].value,
            FIRST_DAY + timedelta(days=n * 5 % 211),
            n * 37 % 900 + 1,
            None if n % 11 == 0 else Money(n * 1_234_567 % 98_765_432, "EUR"),
        )
        for n in range(ROWS)
    ]


def listing() -> Listing:
    """Which list is shown there? Rows in memory, so that it needs no year to be carried."""
    standings = [(kind.value, f"standing.{kind.value}") for kind in Standing]
    return Listing(
        "style",
        "house.style.title",
        _rows(),
        (
            Column("order", "house.style.list.order", lambda row: row.pk, "pk"),
            Column("exporter", "house.style.list.exporter", lambda row: row.exporter, "exporter"),
            Column("standing", "house.style.list.standing", lambda row: Standing(row.standing), "standing"),
            Column("filed", "house.style.list.filed", lambda row: row.filed, "filed"),
            Column("units", "house.style.list.units", lambda row: row.units, "units", numeric=True),
            Column("value", "house.style.list.value", lambda row: row.value, "minor", numeric=True),
        ),
        (
            Filter("q", "house.style.list.search", None, lambda rows, text: [
                row for row in rows if text.casefold() in f"{row.pk} {row.exporter}".casefold()]),
            Filter("standing", "house.style.list.standing", standings, lambda rows, kind: [
                row for row in rows if row.standing == kind]),
            Filter("since", "house.style.list.filed", None, lambda rows, day: [
                row for row in rows if row.filed >= date.fromisoformat(day)], kind="date"),
        ),
        order="-filed",
        page_size=12,
        row_link=lambda row: f"/style/#{row.pk}",
        lead="house.style.lead",
    )  # fmt: skip


def fields() -> list[FieldView]:
    """Which fields are shown there? One of every kind, one of them with an error."""
    style = "house.style.field"
    bodies = (("one", f"{style}.body.one"), ("two", f"{style}.body.two"))
    routes = (("fast", f"{style}.route.fast"), ("full", f"{style}.route.full"))
    return [
        FieldView("name", f"{style}.name", value="Вільха-7М", hint=f"{style}.name.hint"),
        FieldView("units", f"{style}.units", "whole", "-3", error=f"{style}.units.error"),
        FieldView("price", f"{style}.price", "money", ("1250000.50", "EUR")),
        FieldView("day", f"{style}.day", "date", "2026-04-02"),
        FieldView("month", f"{style}.month", "month", "2026-09", required=False),
        FieldView("route", f"{style}.route", "choice", "full", routes),
        FieldView("bodies", f"{style}.bodies", "many", ["one"], bodies),
        FieldView("urgent", f"{style}.urgent", "yes_no", "no"),
        FieldView("reasons", f"{style}.reasons", "text_area", required=False),
        FieldView("file", f"{style}.file", "file", required=False),
    ]


def moments() -> list[Moment]:
    """What happened there?"""
    style = "house.style.moment"
    return [
        Moment(FIRST_DAY, f"{style}.filed", f"{style}.filed.text"),
        Moment(FIRST_DAY + timedelta(days=9), f"{style}.held", f"{style}.held.text",
               Tag("standing.held_referred", "warning", "?"), "/style/"),
        Moment(FIRST_DAY + timedelta(days=30), f"{style}.passed", "", Tag("standing.passed", "success", "✓")),
    ]  # fmt: skip


def charts() -> list[Chart]:
    """Which charts are shown there? One of every kind."""
    gates = [f"gate.{gate.value}" for gate in Gate if gate not in BESIDE]
    months = [f"month_alone.{number}" for number in range(1, 13)]
    passed, held = "house.style.series.passed", "house.style.series.held"
    flows = []
    for here, there, through, stopped in zip(gates, [*gates[1:], passed], (1960, 1840, 1725, 1690, 1640),
                                             (40, 120, 115, 35, 50), strict=True):  # fmt: skip
        flows += [(here, there, through), (here, held, stopped)]
    style = "house.style.chart"
    return [
        Chart("bars", "bar", f"{style}.bar", gates,
              (Series(passed, (1960, 1840, 1725, 1690, 1640)), Series(held, (40, 120, 115, 35, 50)))),
        Chart("lines", "line", f"{style}.line", months,
              (Series(passed, tuple(90 + n * n * 7 % 60 for n in range(12))),
               Series(held, tuple(12 + n * 5 % 17 for n in range(12))))),
        Chart("flows", "sankey", f"{style}.sankey", flows=flows),
    ]  # fmt: skip


@require_safe
def style_page(request: HttpRequest) -> HttpResponseBase:
    """How does each component look, in this language and light? `?clean` shows the form without its error."""
    shown = fields()
    if "clean" in request.GET:
        shown = [replace(one, error="") for one in shown]
    figures: list[tuple[Any, ...]] = [
        (1978, "house.style.figure.orders", "/orders/"),
        (12, "house.style.figure.late"),
        (Money(1_250_000_050, "EUR"), "house.style.figure.money"),
        (FIRST_DAY, "house.style.figure.day"),
    ]
    return listing_response(
        request,
        listing(),
        "office/style.html",
        figures=figures,
        moments=moments(),
        charts=charts(),
        standings=list(Standing),
        alerts=[(colour, say(f"house.style.alert.{colour}", language_of(request)))
                for colour in ("info", "success", "warning", "danger")],
        **form_context(shown, send="house.style.button.first", cancel="/", draft_url="/style/"),
    )  # fmt: skip


PATHS = [path("style/", style_page, name="style")]
