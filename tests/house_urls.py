"""Which addresses do the tests of the shared components use? The page of components, saved views, and one real list."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from ecluse.office.models import OrderRow, Tranche
from ecluse.office.views import errors, saved_views, style_page, summary
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.order import Standing


def tranches(request: HttpRequest) -> HttpResponseBase:
    """Which tranches are there? Some have no parent."""
    columns = (
        Column("tranche", "house.style.list.order", lambda row: row.tranche, "tranche"),
        Column("parent", "house.style.list.exporter", lambda row: row.parent, "parent"),
        Column("units", "house.style.list.units", lambda row: row.units, "units", numeric=True),
        Column("standing", "house.style.list.standing", lambda row: Standing(row.standing)),
    )
    filters = (Filter("q", "house.style.list.search", None, lambda rows, text: rows.filter(tranche__contains=text)),)
    page_size = int(request.GET.get("rows", "7"))
    rows = Tranche.objects.all()
    return listing_response(
        request, Listing("tranches", "house.style.title", rows, columns, filters, "parent", page_size)
    )


def orders(request: HttpRequest) -> HttpResponseBase:
    """Which orders are there? Ordered by a day."""
    columns = (
        Column("order", "house.style.list.order", lambda row: row.order, "order"),
        Column("exporter", "house.style.list.exporter", lambda row: row.exporter, "exporter"),
        Column("filed", "house.style.list.filed", lambda row: row.filed_on, "filed_on"),
    )
    return listing_response(
        request, Listing("orders", "house.style.list", OrderRow.objects.all(), columns, order="-filed", page_size=5)
    )


def fails(request: HttpRequest) -> HttpResponseBase:
    """What is shown when we made a mistake?"""
    raise RuntimeError("our own mistake")


handler400, handler403 = errors.handler400, errors.handler403
handler404, handler500 = errors.handler404, errors.handler500
urlpatterns: list[URLPattern] = [
    path("", summary.summary_page, name="summary"),
    *summary.PATHS,
    *saved_views.PATHS,
    *style_page.PATHS,
    path("tranches/", tranches),
    path("orders/", orders),
    path("fails/", fails),
]
