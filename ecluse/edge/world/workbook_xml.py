"""What stands in the sheets of an XLSX file that a reader of values would not tell? Formulas, errors, merged cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from ecluse.base.errors import BadInputError

ARCHIVE_ENTRIES_LIMIT = 2_000
UNPACKED_BYTES_LIMIT = 1024 * 1024 * 1024
ROWS_LIMIT, COLUMNS_LIMIT = 1_048_576, 16_384

# Row, column from 0, what was found, remedy.
Mark = tuple[int, int, str, str]

# The address of a row or cell. What reads the values makes room for the whole rectangle up to it, however far it lies.
_REF = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]{0,20})\$?([0-9]{1,20})\s*["']""")
_MARKED = re.compile(rb"""<(?:\w+:)?(?:f[\s/>]|mergeCell[\s>])|\st=["']e["']""")
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def open_archive(path: Path) -> zipfile.ZipFile:
    """Which archive is this workbook? Raises BadInputError when it is none, or unpacks to more than may be read."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BadInputError.one(str(path), "an XLSX workbook", "no such file", "name one") from None
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        raise BadInputError.one(str(path), "an XLSX workbook", str(error), "save it again as XLSX") from None
    entries = archive.infolist()
    if len(entries) > ARCHIVE_ENTRIES_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_BYTES_LIMIT:
        archive.close()
        expected = f"at most {UNPACKED_BYTES_LIMIT} bytes unpacked"
        raise BadInputError.one(str(path), expected, "more", "split the world")
    return archive


def marks_of(archive: zipfile.ZipFile, name: str, cells_limit: int) -> dict[str, list[Mark]]:
    """Which cells of each sheet hold a formula or an error, or are merged? Raises BadInputError for a broken file.

    A sheet whose last used cell lies so far out that it could not be held in memory is refused here.
    """
    try:
        found = {}
        for title, part in _parts(archive):
            held = _plain(archive.read(part))
            _refuse_sprawl(held, title, cells_limit)
            found[title] = list(_marks(held)) if _MARKED.search(held) else []
        return found
    except (
        LookupError,
        ValueError,
        OSError,
        EOFError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
        RuntimeError,
        zlib.error,
        expat.ExpatError,
    ) as error:
        raise BadInputError.one(name, "an XLSX workbook", f"a broken one: {error}", "save it again as XLSX") from None


def _plain(held: bytes) -> bytes:
    """These bytes, when they are XML as spreadsheets write it: well formed, UTF-8, no definitions of its own."""
    if held.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in held or b"<!ENTITY" in held:
        raise ValueError("XML with definitions or in UTF-16")
    expat.ParserCreate("utf-8").Parse(held, True)
    return held


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Which part of the archive holds which worksheet?"""
    relations = ElementTree.fromstring(_plain(archive.read("xl/_rels/workbook.xml.rels")))
    part_of = {item.get("Id"): item.get("Target", "") for item in relations}
    book = ElementTree.fromstring(_plain(archive.read("xl/workbook.xml")))
    for item in book.iter():
        if _local(item.tag) == "sheet":
            target = part_of[item.get(_RELATION) or item.get(_STRICT_RELATION)]
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            yield item.get("name", ""), part


def _refuse_sprawl(held: bytes, title: str, cells_limit: int) -> None:
    refs = _REF.findall(held)
    width = max((columns_up_to(letters.decode().upper()) for letters in {letters for letters, _ in refs}), default=0)
    height = max((int(row) for _, row in refs), default=0)
    if width * height > cells_limit or height > ROWS_LIMIT or width > COLUMNS_LIMIT:
        raise BadInputError.one(
            f"sheet {title}", f"at most {cells_limit} cells", f"a cell in row {height}, another in column {width}",
            "delete the stray cells far from the table",
        )  # fmt: skip


def _marks(held: bytes) -> Iterator[Mark]:
    for item in ElementTree.fromstring(held).iter():
        tag = _local(item.tag)
        if tag == "c":
            has_formula = any(_local(child.tag) == "f" for child in item)
            if has_formula or item.get("t") == "e":
                what = "a formula" if has_formula else "an error"
                yield *_place(item.get("r", "")), what, "paste the value itself"
        elif tag == "mergeCell":
            reference = item.get("ref", "")
            yield *_place(reference.partition(":")[0]), f"merged cells {reference}", "split the cells, fill each"


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _place(reference: str) -> tuple[int, int]:
    match = _ADDRESS.fullmatch(reference)
    if match is None:
        raise ValueError(f"not the address of a cell: {reference!r}")
    return int(match[2]), columns_up_to(match[1]) - 1


def columns_up_to(letters: str) -> int:
    """How many columns are there up to the one with these letters?

    >>> columns_up_to("AB")
    28
    """
    count = 0
    for letter in letters:
        count = count * 26 + ord(letter) - ord("A") + 1
    return count
