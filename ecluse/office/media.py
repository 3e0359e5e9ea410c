"""Of which kind are these bytes? Told from what they are, never from a name or from what a sender says of them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from itertools import islice

MOST_BYTES = 10 * 1024 * 1024
ROWS_LOOKED_AT = 200
LONGEST_NAME = 160
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
CSV, JSON = "text/csv", "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = (PDF, PNG, JPEG, CSV, XLSX, JSON)
ENDINGS = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", CSV: ".csv", XLSX: ".xlsx", JSON: ".json"}
BEGINNINGS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
WORKBOOK = {"[Content_Types].xml", "xl/workbook.xml"}
# A workbook that carries a program is not a table.
PROGRAMS = ("vbaproject.bin", "xl/activex/", "xl/embeddings/")


def media_type_of(content: bytes) -> str | None:
    """Which of the kinds that the office keeps is it? None for any other.

    >>> media_type_of(b"%PDF-1.7 ..."), media_type_of(b"MZ\\x90")
    ('application/pdf', None)
    """
    for beginning, kind in BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(content) else None
    text = _text(content)
    if text is None:
        return None
    return JSON if _is_json(text) else CSV if _is_table(text) else None


def plain_name(name: str, kind: str) -> str:
    """Under which name may this file be handed out? No folders, no marks that a header or a page could trip over.

    >>> plain_name("../../invoice\\r\\n.exe", "application/pdf")
    'invoice .exe.pdf'
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = " ".join("".join(char if char.isprintable() and char not in '"<>:|?*;' else " " for char in last).split())
    ending = ENDINGS[kind]
    is_jpeg = kind == JPEG and kept.lower().endswith(".jpeg")
    kept = kept.strip(". ") or "document"
    if kept.lower().endswith(ending) or is_jpeg:
        return kept[-LONGEST_NAME:]
    return kept[: LONGEST_NAME - len(ending)] + ending


def _is_workbook(content: bytes) -> bool:
    """Does the archive's list of contents look like a workbook's? Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError):
        return False
    return names >= WORKBOOK and not any(part in name.lower() for name in names for part in PROGRAMS)


def _text(content: bytes) -> str | None:
    """Which text is it? None where it is no UTF-8, or holds marks that no text has."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if any(ord(char) < 32 and char not in "\r\n\t" for char in text) else text


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    """Have its first rows all the same number of cells, two at least? A page or a script has not."""
    for mark in (",", ";", "\t"):
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(text), delimiter=mark), ROWS_LOOKED_AT) if row]
        except csv.Error:
            continue
        if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
            return not text.lstrip().startswith("<")
    return False
