"""What does a list look like as a file? CSV as it streams, XLSX with its kinds of values; no cell is ever a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ecluse.base.words import spell
from ecluse.office.views.cells import written
from ecluse.office.views.errors import refuse_page
from ecluse.office.views.keyset import Order, page_of
from ecluse.office.views.page import is_demonstration, language_of, word

if TYPE_CHECKING:
    from ecluse.office.views.listing import Column, Listing

MOST_ROWS = 100_000
ROWS_AT_ONCE = 2_000
WIDEST_COLUMN = 60
SHEET_NAME = 31  # letters that a sheet's name may have
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(
    request: HttpRequest, listing: Listing, rows: Any, columns: Sequence[Column], order: Order, form: str
) -> HttpResponseBase:
    """Which file has these rows? All that the filters leave, in their order; more than the limit is refused."""
    lang = language_of(request)
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    if total > MOST_ROWS:
        return refuse_page(request, "house.list.too_many", ValueError("too many rows"), n=total, most=MOST_ROWS)
    heading = [word(column.label, lang) for column in columns]
    lines = ([written(column.cell(row), lang) for column in columns] for row in _all(rows, order))
    name = f"{re.sub(r'[^a-z0-9-]+', '-', listing.name.lower())}.{form}"
    if is_demonstration(request):  # a file keeps no watermark but its name
        name = f"demonstration-{name}"
    answer: HttpResponseBase
    if form == "csv":
        answer = StreamingHttpResponse(_csv(heading, lines), content_type="text/csv; charset=utf-8")
    else:
        body = _xlsx(heading, lines, word(listing.title, lang))
        answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _all(rows: Any, order: Order) -> Iterator[Any]:
    """Every row in its order, some at a time; each piece is asked for where the one before ended."""
    cursor, left = "", MOST_ROWS
    while left > 0:
        found = page_of(rows, order, cursor, min(ROWS_AT_ONCE, left))
        yield from found.rows
        left -= len(found.rows)
        if not found.after:
            return
        cursor = found.after


class _Echo:
    """What csv writes to: it hands back each line."""

    def write(self, line: str) -> str:
        return line


def _csv(heading: Sequence[str], lines: Iterator[list[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff"  # spreadsheets take the file for UTF-8 by this mark
    yield writer.writerow(heading)
    for line in lines:
        yield writer.writerow([cell.isoformat() if isinstance(cell, date) else cell for cell in line])


def _xlsx(heading: Sequence[str], lines: Iterator[list[Any]], title: str) -> bytes:
    import xlsxwriter

    body = BytesIO()
    book = xlsxwriter.Workbook(
        body, {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:SHEET_NAME].strip() or None)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 1)
    for at, text in enumerate(heading):
        sheet.set_column(at, at, min(WIDEST_COLUMN, max(12, len(text) + 4)))
        sheet.write_string(0, at, text, bold)
    for number, line in enumerate(lines, 1):
        for at, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(number, at, cell, day)
            elif isinstance(cell, int):
                sheet.write_number(number, at, cell)
            else:
                sheet.write_string(number, at, str(cell))
    book.close()
    return body.getvalue()


def rows_in_words(total: int, lang: str) -> str:
    """How many rows would the file have, as the language writes it?"""
    return spell(min(total, MOST_ROWS), lang)
