"""Which rows stand in this file? CSV in the encodings and with the separators people use, or one sheet of an XLSX."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.imports.mapping import Map
from ecluse.edge.imports.problems import ImportRefusedError, Problem

FILE_BYTES_LIMIT = 32 * 1024 * 1024
ROWS_LIMIT, COLUMNS_LIMIT = 200_000, 400
SEPARATORS = (";", "\t", ",", "|")
XLSX_MARK, XLS_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A byte that no text of ours holds: a table that decodes to one was saved in another encoding.
NOT_TEXT = frozenset(chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0x7F, 0x98))

Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it came: the file's name and digest, its headings, the number and cells of each row under them."""

    file: str
    digest: str
    header_row: int
    header: tuple[str, ...]
    rows: Rows
    problems: tuple[Problem, ...] = ()


def read_sheet(name: str, body: bytes, how: Map) -> Sheet:
    """What stands in this file? Raises ImportRefusedError when it is no table; rows that are torn become problems."""
    if len(body) > FILE_BYTES_LIMIT:
        raise ImportRefusedError.of_file(name, "too_large", str(len(body)), bytes=FILE_BYTES_LIMIT)
    problems: list[Problem] = []
    if body.startswith(XLS_MARK):
        raise ImportRefusedError.of_file(name, "workbook", "XLS")
    rows = _workbook_rows(name, body, how, problems) if body.startswith(XLSX_MARK) else _csv_rows(name, body, how)
    rows = [(number, [_plain(cell) for cell in cells]) for number, cells in rows]
    header = next((cells for number, cells in rows if number == how.header_row), [])
    while header and not header[-1]:
        header = header[:-1]
    below = [(number, cells) for number, cells in rows if number > how.header_row and any(cells)]
    if not header or not below:
        raise ImportRefusedError.of_file(name, "no_rows", "")
    if len(below) > ROWS_LIMIT or len(header) > COLUMNS_LIMIT:
        raise ImportRefusedError.of_file(name, "too_many_rows", str(len(below)), rows=ROWS_LIMIT, columns=COLUMNS_LIMIT)
    return Sheet(
        name, hashlib.sha256(body).hexdigest(), how.header_row, tuple(header), _fitted(name, header, below, problems),
        tuple(problems),
    )  # fmt: skip


def _plain(cell: str) -> str:
    """A cell without the blanks around it; a space that does not break becomes one that does."""
    return unicodedata.normalize("NFC", cell).replace("\u00a0", " ").replace("\u202f", " ").strip()


def _fitted(name: str, header: list[str], rows: Rows, problems: list[Problem]) -> Rows:
    """Every row as wide as the headings. Cells beyond them hold something nobody can name."""
    found = []
    for number, cells in rows:
        if any(cells[len(header) :]):
            beyond = next(cell for cell in cells[len(header) :] if cell)
            problems.append(Problem(name, number, None, "row_width", beyond, (("columns", len(header)),)))
            continue
        found.append((number, (cells + [""] * len(header))[: len(header)]))
    return found


# ------------------------------------------------------------------ CSV


def _csv_rows(name: str, body: bytes, how: Map) -> Rows:
    text = decoded(name, body, how.encoding)
    separator = how.separator or _separator(text, how.header_row)
    found: Rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            found.append((number, cells))
            number = reader.line_num + 1
            if len(found) > ROWS_LIMIT + how.header_row:
                raise ImportRefusedError.of_file(
                    name, "too_many_rows", str(len(found)), rows=ROWS_LIMIT, columns=COLUMNS_LIMIT
                )
    except csv.Error as error:
        raise ImportRefusedError([Problem(name, number, None, "quotes", str(error))]) from None
    return found


def decoded(name: str, body: bytes, encoding: str = "") -> str:
    """Which text is this? As the map says, else by byte order mark, else UTF-8, else Windows-1251.

    >>> decoded("a.csv", "шт".encode("windows-1251"))
    'шт'
    """
    if encoding:
        tried: tuple[str, ...] = ("utf-8-sig" if encoding == "utf-8" else encoding,)
    elif body.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    else:
        tried = ("utf-8-sig", "windows-1251")
    for attempt in tried:
        try:
            text = body.decode(attempt)
        except UnicodeDecodeError:
            continue
        if NOT_TEXT.isdisjoint(text):
            return text
    raise ImportRefusedError.of_file(name, "not_text", ", ".join(tried))


def _separator(text: str, header_row: int) -> str:
    """Which mark separates the headings? The one that stands there most often outside of quotes."""
    lines = text.splitlines()
    header = lines[header_row - 1] if len(lines) >= header_row else ""
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=lambda mark: (outside.count(mark), -SEPARATORS.index(mark)))


# ------------------------------------------------------------------ XLSX


def _workbook_rows(name: str, body: bytes, how: Map, problems: list[Problem]) -> Rows:
    from ecluse.edge.world.workbook import gather_workbook

    faults: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="ecluse-import-") as folder:
        path = Path(folder, "table.xlsx")
        path.write_bytes(body)
        try:
            sheets = gather_workbook(path, faults).files
        except BadInputError as error:
            raise ImportRefusedError.of_file(name, "workbook", error.faults[0].found) from None
    titles = {file.removesuffix(".csv"): rows for file, rows in sheets.items()}
    title = how.sheet or (next(iter(titles)) if len(titles) == 1 else "")
    if title not in titles:
        raise ImportRefusedError.of_file(name, "sheet", title, sheets=", ".join(titles))
    problems += [
        Problem(name, fault.row, fault.column, "plain_value", fault.found)
        for fault in faults
        if fault.file in (title, f"sheet {title}", f"{title}.csv")
    ]
    return titles[title]
