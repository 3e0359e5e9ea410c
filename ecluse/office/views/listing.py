"""How is a list shown? Filters, order, keyset pages, columns, saved views, CSV and XLSX: once, for every list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ecluse.office.models import SavedView
from ecluse.office.views.cells import Link
from ecluse.office.views.errors import refuse_page
from ecluse.office.views.keyset import BadPlaceError, Order, Page, page_of
from ecluse.office.views.page import language_of, page, word

MOST_PAGE_ROWS = 200
MOST_FILTER_TEXT = 200
MOST_VIEWS = 30
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in addresses, its heading (a catalogue key), what a row shows in it, and how it sorts.

    `sort` is the field's name for rows from the database, the attribute's for rows in memory.
    """

    key: str
    label: str
    cell: Callable[[Any], Any]
    sort: str | None = None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its key in addresses, its label, its choices (value, words), and what it leaves of the rows.

    Without choices it is a text. `kind` may be `date`, `month`, or `hidden` for what the page asks elsewhere. `apply`
    may raise ValueError: then the page says so.
    """

    key: str
    label: str
    choices: Sequence[tuple[str, str]] | None
    apply: Callable[[Any, str], Any]
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its name in saved views, its title, its rows (a QuerySet or a sequence), and what may be done to it.

    `order` is a column's key, with `-` before it for falling; `row_key` names what no two rows share.
    """

    name: str
    title: str
    rows: Any
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    order: str = ""
    page_size: int = 50
    row_link: Callable[[Any], str | None] | None = None
    row_key: str = "pk"
    lead: str = ""
    hidden: Sequence[str] = ()  # keys of columns that show only when chosen
    ahead: Callable[[Sequence[Any]], None] | None = None  # told of the rows of a page before their cells are asked for


@dataclass(frozen=True, slots=True)
class Wish:
    """What does the address ask of the list?"""

    chosen: dict[str, str] = field(default_factory=dict)  # filters in use
    order: str = ""
    columns: tuple[str, ...] = ()
    cursor: str = ""
    format: str = ""

    def address(self, **changed: Any) -> str:
        """Which query string asks the same with these changes? The place in the list is kept only when named."""
        parts: list[tuple[str, str]] = [(key, value) for key, value in self.chosen.items() if value]
        order, columns = changed.get("order", self.order), changed.get("columns", self.columns)
        parts += [("sort", order)] if order else []
        parts += [("col", key) for key in columns]
        parts += [(name, changed[name]) for name in ("at", "format") if changed.get(name)]
        return "?" + urlencode(parts)


def listing_response(
    request: HttpRequest, listing: Listing, template: str = "office/list.html", **extra: Any
) -> HttpResponseBase:
    """What is sent for this list: a page, its table alone for htmx, or a file? A bad address is refused in words."""
    lang = language_of(request)
    try:
        wish = read_wish(request, listing)
        rows = _filtered(listing, wish)
        columns = _columns(listing, wish)
        if wish.format:
            from ecluse.office.views.export import export

            return export(request, listing, rows, columns, _order(listing, wish), wish.format)
        found = page_of(rows, _order(listing, wish), wish.cursor, min(listing.page_size, MOST_PAGE_ROWS))
    except (BadPlaceError, ValidationError, ValueError) as error:
        return refuse_page(request, "house.list.bad_address", error)
    context = _context(request, listing, wish, rows, columns, found, lang)
    is_fragment = request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
    shown = "office/components/list_table.html" if is_fragment else template
    return page(request, shown, {**context, **extra})


def read_wish(request: HttpRequest, listing: Listing) -> Wish:
    """What does this address ask of this list? Raises ValueError for what the list does not have."""
    asked = request.GET
    chosen = {one.key: asked.get(one.key, "").strip() for one in listing.filters}
    for one in listing.filters:
        value = chosen[one.key]
        if len(value) > MOST_FILTER_TEXT or "\0" in value:
            raise ValueError(f"{one.key} is too long")
        if value and one.choices is not None and value not in {choice for choice, _ in one.choices}:
            raise ValueError(f"{one.key} has no choice {value}")
    order, columns, form = asked.get("sort", ""), tuple(asked.getlist("col")), asked.get("format", "")
    sortable = {column.key for column in listing.columns if column.sort}
    if order and order.removeprefix("-") not in sortable:
        raise ValueError(f"no column to sort by is called {order}")
    if set(columns) - {column.key for column in listing.columns}:
        raise ValueError("no such column")
    if form and form not in FORMATS:
        raise ValueError(f"no file format is called {form}")
    return Wish(chosen, order, columns, asked.get("at", ""), form)


def _filtered(listing: Listing, wish: Wish) -> Any:
    rows = listing.rows
    for one in listing.filters:
        if wish.chosen.get(one.key):
            rows = one.apply(rows, wish.chosen[one.key])
    return rows


def _columns(listing: Listing, wish: Wish) -> tuple[Column, ...]:
    """Which columns are shown? The first always: it names the row."""
    if wish.columns:
        return tuple(c for n, c in enumerate(listing.columns) if n == 0 or c.key in wish.columns)
    return tuple(column for column in listing.columns if column.key not in listing.hidden)


def _order(listing: Listing, wish: Wish) -> Order:
    asked = wish.order or listing.order
    fields = {column.key: column.sort for column in listing.columns if column.sort}
    by = fields.get(asked.removeprefix("-")) or listing.row_key
    return Order(by, asked.startswith("-"), listing.row_key)


# ------------------------------------------------------------------ what the template is told


def _context(
    request: HttpRequest, listing: Listing, wish: Wish, rows: Any, columns: Sequence[Column], found: Page, lang: str
) -> dict[str, Any]:
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    if listing.ahead:
        listing.ahead(found.rows)
    return {
        "lang": lang,
        "listing": listing,
        "total": total,
        "headings": [_heading(column, listing, wish) for column in columns],
        "table": [_cells(row, listing, columns) for row in found.rows],
        "filters": [_filter(one, wish, lang) for one in listing.filters],
        "in_use": sum(1 for value in wish.chosen.values() if value),
        "all_columns": [(column, n == 0, column in columns) for n, column in enumerate(listing.columns)],
        "wish": wish,
        "query": wish.address().removeprefix("?"),
        "before": wish.address(at=found.before) if found.before else "",
        "after": wish.address(at=found.after) if found.after else "",
        "first": wish.address() if wish.cursor else "",
        "files": [(form, wish.address(format=form)) for form in FORMATS],
        "views": _views(request, listing),
    }


def _heading(column: Column, listing: Listing, wish: Wish) -> dict[str, Any]:
    order = wish.order or listing.order
    is_by = order.removeprefix("-") == column.key
    is_falling = is_by and order.startswith("-")
    following = column.key if is_falling or not is_by else f"-{column.key}"
    return {
        "column": column,
        "address": wish.address(order=following) if column.sort else "",
        "sorted": ("descending" if is_falling else "ascending") if is_by and column.sort else "",
    }


def _cells(row: Any, listing: Listing, columns: Sequence[Column]) -> list[tuple[Column, Any]]:
    """What does this row show? Its first cell leads to its page."""
    cells = [(column, column.cell(row)) for column in columns]
    address = listing.row_link(row) if listing.row_link else None
    if cells and address and not isinstance(cells[0][1], Link):
        cells[0] = (cells[0][0], Link(cells[0][1], address))
    return cells


def _filter(one: Filter, wish: Wish, lang: str) -> dict[str, Any]:
    choices = [(value, word(said, lang)) for value, said in one.choices] if one.choices is not None else None
    return {"key": one.key, "label": one.label, "kind": one.kind, "choices": choices, "value": wish.chosen[one.key]}


def _views(request: HttpRequest, listing: Listing) -> list[SavedView]:
    account = getattr(request, "account", None)
    if account is None:
        return []
    return list(SavedView.objects.filter(account=account, listing=listing.name).order_by("name")[:MOST_VIEWS])
