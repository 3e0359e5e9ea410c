"""How do the headings, words and units of somebody's table become ours? A map, written once, as TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ecluse.edge.imports.problems import ImportRefusedError

MAP_BYTES_LIMIT = 256 * 1024
TABLES = ("columns", "months", "constants", "units", "values")
TEXTS = ("kind", "sheet", "encoding", "separator", "decimal", "day")
DECIMALS, DAYS = (",", "."), ("YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY")
ENCODINGS = ("utf-8", "windows-1251", "utf-16")


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many of our units are so many of a measured one, for one model or class, since when, says who?"""

    of: str
    base: str
    units: int
    per: int
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map as it was read. An empty one means: our own headings, first row."""

    kind: str = ""
    sheet: str = ""
    header_row: int = 1
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    day: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    conversions: tuple[Conversion, ...] = ()


def read_map(name: str, body: bytes) -> Map:
    """What does this map say? Raises ImportRefusedError that names the key it cannot follow.

    >>> read_map("a.toml", b'kind = "stock"').kind
    'stock'
    """
    if len(body) > MAP_BYTES_LIMIT:
        raise ImportRefusedError.of_file(name, "too_large", str(len(body)), bytes=MAP_BYTES_LIMIT)
    try:
        form = tomllib.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number or a nesting without end
        raise ImportRefusedError.of_file(name, "map_toml", str(error)) from None
    known = {*TABLES, *TEXTS, "header_row", "ignore", "conversions"}
    for key in form:
        if key not in known:
            raise ImportRefusedError.of_file(name, "map_key", key, keys=", ".join(sorted(known)))
    _check(name, form)
    values = {str(column): _texts(name, f"values.{column}", words) for column, words in form.get("values", {}).items()}
    return Map(
        **{key: form[key] for key in TEXTS if key in form},
        header_row=form.get("header_row", 1),
        columns=_texts(name, "columns", form.get("columns", {})),
        months=_texts(name, "months", form.get("months", {})),
        constants=_texts(name, "constants", form.get("constants", {})),
        units=_texts(name, "units", form.get("units", {})),
        values=values,
        ignore=tuple(form.get("ignore", ())),
        conversions=tuple(_conversion(name, row) for row in form.get("conversions", ())),
    )


def _check(name: str, form: dict[str, Any]) -> None:
    rows, ignore = form.get("header_row", 1), form.get("ignore", [])
    wrong = [key for key in TEXTS if not isinstance(form.get(key, ""), str)]
    wrong += [key for key in TABLES if not isinstance(form.get(key, {}), dict)]
    wrong += [] if type(rows) is int and 1 <= rows <= 100 else ["header_row"]
    wrong += [] if isinstance(ignore, list) and all(isinstance(item, str) for item in ignore) else ["ignore"]
    wrong += [] if isinstance(form.get("conversions", []), list) else ["conversions"]
    wrong += [] if form.get("decimal", ",") in DECIMALS else ["decimal"]
    wrong += [] if form.get("day", DAYS[0]) in DAYS else ["day"]
    wrong += [] if form.get("encoding", ENCODINGS[0]) in ENCODINGS else ["encoding"]
    wrong += [] if form.get("separator", ",") in (",", ";", "\t", "|") else ["separator"]
    if wrong:
        raise ImportRefusedError.of_file(name, "map_value", f"{wrong[0]} = {form.get(wrong[0])!r}")


def _texts(name: str, key: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ImportRefusedError.of_file(name, "map_value", f"{key} = {table!r}")
    found = {}
    for ours, theirs in table.items():
        if isinstance(theirs, dict | list | float):
            raise ImportRefusedError.of_file(name, "map_value", f"{key}.{ours} = {theirs!r}")
        found[str(ours)] = {True: "yes", False: "no"}[theirs] if isinstance(theirs, bool) else str(theirs)
    return found


def _conversion(name: str, row: Any) -> Conversion:
    try:
        units, per, since = row["units"], row["per"], row["valid_from"]
        until = row.get("valid_until")
        is_whole = type(units) is int and type(per) is int and units > 0 and per > 0
        if not is_whole or type(since) is not date or (until is not None and type(until) is not date):
            raise ValueError(row)
        return Conversion(str(row["of"]), str(row["base"]), units, per, since, until, str(row["source"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ImportRefusedError.of_file(name, "map_conversion", repr(row)) from None


def month_heading(pattern: str) -> re.Pattern[str]:
    """Which headings does this pattern with {YYYY} and {MM} stand for?

    >>> month_heading("plan {MM}.{YYYY}").fullmatch("plan 02.2026").group("year", "month")
    ('2026', '02')
    """
    spelled = re.escape(pattern).replace(r"\{YYYY\}", "(?P<year>[0-9]{4})").replace(r"\{MM\}", "(?P<month>[0-9]{2})")
    return re.compile(spelled, re.IGNORECASE)
