"""What does the folder of a demonstration world hold? `read_world` parses every table once, or names every bad cell."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ecluse.base.days import Month
from ecluse.base.errors import BadInputError, Fault
from ecluse.base.money import EXPONENTS
from ecluse.edge.world import rows, rows_plan
from ecluse.edge.world.schema import BY_NAME, TABLES, Column, Kind, Table

TABLE_BYTES_LIMIT = 256 * 1024 * 1024
ROWS_LIMIT = 2_000_000
PLAN_FILE, PLAN_BYTES_LIMIT = "plan.json", 10 * 1024 * 1024
BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class World:
    """A demonstration world: one tuple of rows for each table, its period, and the digest of its files.

    `index[table][id]` finds a row of a table whose key is one column; `conduct_of[order]` gives an order's deviations
    as (step, field) -> value; `lists[file]` the bytes of a watchlist file that list_versions names; `plan` those of the
    plan that was solved for it, where the folder has one. The digest is that of the tables alone.
    """

    world: tuple[rows.Setting, ...]
    authorities: tuple[rows.Authority, ...]
    officers: tuple[rows.Officer, ...]
    classes: tuple[rows.GoodsClass, ...]
    models: tuple[rows.Model, ...]
    parties: tuple[rows.PartyRow, ...]
    exporters: tuple[rows.Exporter, ...]
    ownerships: tuple[rows.OwnershipRow, ...]
    lines: tuple[rows.LineRow, ...]
    centres: tuple[rows.CentreRow, ...]
    lives: tuple[rows.Life, ...]
    line_rules: tuple[rows.LineRuleRow, ...]
    capacity: tuple[rows.Capacity, ...]
    funded_orders: tuple[rows.FundedOrderRow, ...]
    orders_statements: tuple[rows.OrdersStatementRow, ...]
    needs: tuple[rows.Need, ...]
    absorption: tuple[rows.Absorption, ...]
    judged_surplus: tuple[rows.Judgement, ...]
    stock: tuple[rows.Stock, ...]
    reserves: tuple[rows.ReserveRow, ...]
    aid: tuple[rows.Aid, ...]
    home_deliveries: tuple[rows.HomeDelivery, ...]
    budgets: tuple[rows.Budget, ...]
    budget_figures: tuple[rows.BudgetFigureRow, ...]
    surplus_policies: tuple[rows.SurplusPolicyRow, ...]
    contribution_policies: tuple[rows.ContributionPolicyRow, ...]
    buyer_tiers: tuple[rows.BuyerTier, ...]
    partner_lists: tuple[rows.PartnerState, ...]
    critical_goods: tuple[rows.CriticalModel, ...]
    list_versions: tuple[rows.ListVersionRow, ...]
    clearances: tuple[rows.ClearanceRow, ...]
    marketing: tuple[rows.Marketing, ...]
    origins: tuple[rows.Origin, ...]
    certificates: tuple[rows.CertificateRow, ...]
    withdrawals: tuple[rows.WithdrawalRow, ...]
    statements: tuple[rows.Statement, ...]
    orders: tuple[rows.OrderRow, ...]
    blocks: tuple[rows.Block, ...]
    markings: tuple[rows.MarkingRow, ...]
    rates: tuple[rows.RateRow, ...]
    shortages: tuple[rows.ShortageRow, ...]
    suppliers: tuple[rows.Supplier, ...]
    period_closes: tuple[rows.PeriodCloseRow, ...]
    events: tuple[rows.Event, ...]
    conduct: tuple[rows.Conduct, ...]
    claims: tuple[rows.ClaimRow, ...]
    plants: tuple[rows_plan.PlantRow, ...]
    plant_models: tuple[rows_plan.PlantModelRow, ...]
    packed_volumes: tuple[rows_plan.PackedVolumeRow, ...]
    centre_throughput: tuple[rows_plan.CentreThroughputRow, ...]
    centre_routes: tuple[rows_plan.CentreRouteRow, ...]
    licence_ceilings: tuple[rows_plan.LicenceCeilingRow, ...]
    value_ceilings: tuple[rows_plan.ValueCeilingRow, ...]
    market_demand: tuple[rows_plan.MarketDemandRow, ...]
    planning_rates: tuple[rows_plan.PlanningRateRow, ...]
    plan_policies: tuple[rows_plan.PlanPolicyRow, ...]
    need_weights: tuple[rows_plan.NeedWeightRow, ...]
    name: str
    seed: int
    home: str
    first_day: date
    last_day: date
    months: tuple[Month, ...]
    index: Mapping[str, Mapping[str, Any]]
    conduct_of: Mapping[str, Mapping[tuple[str, str], str]]
    lists: Mapping[str, bytes]
    files: tuple[tuple[str, str], ...]
    digest: str
    plan: bytes = b""


def read_world(folder: Path) -> World:
    """What does this folder say? Raises BadInputError that names file, row and column of every unreadable cell."""
    if not folder.is_dir():
        raise BadInputError.one(str(folder), "a folder with the tables of a world", "no such folder", "name one")
    faults: list[Fault] = []
    settings = _settings(folder)
    months = tuple(Month.of(settings["first_day"]).until(Month.of(settings["last_day"])))
    spelled = tuple(str(month) for month in months)
    tables: dict[str, Any] = {table.name: _read_table(folder, table, spelled, faults) for table in TABLES}
    lists = _read_lists(folder, tables["list_versions"], faults)
    if faults:
        raise BadInputError(faults)
    files = file_digests(folder)
    return World(
        **tables,
        **settings,
        months=months,
        index=MappingProxyType({table.name: _by_key(table, tables[table.name]) for table in TABLES}),
        conduct_of=_conduct_of(tables["conduct"]),
        lists=MappingProxyType(lists),
        files=files,
        digest=digest_of(files),
        plan=_plan_of(folder),
    )


def _plan_of(folder: Path) -> bytes:
    """Which plan lies beside the tables? None in most worlds."""
    path = folder / PLAN_FILE
    if not path.is_file():
        return b""
    if path.stat().st_size > PLAN_BYTES_LIMIT:
        raise BadInputError.one(PLAN_FILE, f"at most {PLAN_BYTES_LIMIT} bytes", "more", "solve a smaller question")
    return path.read_bytes()


def file_digests(folder: Path) -> tuple[tuple[str, str], ...]:
    """Which files make the world, each with the SHA-256 of its bytes, sorted by name?"""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.csv"))
    return tuple((name, hashlib.sha256((folder / name).read_bytes()).hexdigest()) for name in names)


def digest_of(files: tuple[tuple[str, str], ...]) -> str:
    """What is the digest of a world of these files? SHA-256 over lines `name digest`."""
    return hashlib.sha256("".join(f"{name} {found}\n" for name, found in files).encode()).hexdigest()


def _settings(folder: Path) -> dict[str, Any]:
    faults: list[Fault] = []
    found = {row.key: row.value for row in _read_table(folder, BY_NAME["world"], (), faults)}
    values: dict[str, Any] = {}
    kinds: dict[str, Callable[[str], Any]] = {
        "name": str, "seed": int, "home": str, "first_day": date.fromisoformat, "last_day": date.fromisoformat,
    }  # fmt: skip
    for key, parse in kinds.items():
        try:
            values[key] = parse(found[key])
        except (KeyError, ValueError):
            faults.append(Fault("world.csv", None, "value", f"a row for key {key}", found.get(key, "none"), "add it"))
    if not faults and not values["first_day"] <= values["last_day"]:
        faults.append(Fault("world.csv", None, "value", "first_day before last_day", "the other way", "swap them"))
    if faults:
        raise BadInputError(faults)
    return values


def _read_table(folder: Path, table: Table, months: tuple[str, ...], faults: list[Fault]) -> tuple[Any, ...]:
    if table.optional and not (folder / table.file).exists():
        return ()
    text = _text_of(folder / table.file, table.file, faults)
    if text is None:
        return ()
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    wanted = table.headings(months)
    if sorted(header) != sorted(wanted):
        faults.append(_header_fault(table, header, wanted))
        return ()
    parsers = [_cells(column, [header.index(name) for name in column.headings(months)]) for column in table.columns]
    found: list[Any] = []
    try:
        for cells in reader:
            if len(cells) != len(header):
                expected = f"{len(header)} cells"
                faults.append(Fault(table.file, reader.line_num, None, expected, str(len(cells)), "quote or add cells"))
                continue
            if len(found) >= ROWS_LIMIT:
                faults.append(Fault(table.file, None, None, f"at most {ROWS_LIMIT} rows", "more", "split the world"))
                break
            values = [_parsed(parse, cells, table, reader.line_num, faults) for parse in parsers]
            found.append(table.row(*values))
    except csv.Error as error:
        faults.append(Fault(table.file, reader.line_num, None, "a CSV row", str(error), "mend the quotes"))
    return tuple(found)


def _text_of(path: Path, name: str, faults: list[Fault]) -> str | None:
    if not path.is_file():
        faults.append(Fault(name, None, None, "a table of the world", "no such file", "add it, at least its header"))
        return None
    if path.stat().st_size > TABLE_BYTES_LIMIT:
        faults.append(Fault(name, None, None, f"at most {TABLE_BYTES_LIMIT} bytes", "more", "split the world"))
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(Fault(name, None, None, "UTF-8 text", f"byte {error.start} is not", "save it as UTF-8"))
        return None


def _header_fault(table: Table, header: list[str], wanted: tuple[str, ...]) -> Fault:
    missing = [name for name in wanted if name not in header]
    unknown = [name for name in header if name not in wanted]
    found = "; ".join(
        [f"missing {', '.join(missing)}"] * bool(missing)
        + [f"unknown {', '.join(unknown)}"] * bool(unknown)
        + ["a heading twice"] * (not missing and not unknown)
    )
    return Fault(table.file, 1, None, f"the headings {','.join(wanted)}", found, "see docs/reference/world.md")


class _BadCell(ValueError):
    """What was expected of a cell, and which heading it stands under."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        self.column, self.expected, self.found = column, expected, found
        super().__init__(expected)


_Parse = Callable[[list[str]], Any]


def _parsed(parse: _Parse, cells: list[str], table: Table, line: int, faults: list[Fault]) -> Any:
    try:
        return parse(cells)
    except _BadCell as bad:
        found = repr(bad.found) if bad.found else "an empty cell"
        faults.append(Fault(table.file, line, bad.column, bad.expected, found, "mend the cell"))
        return None


def _cells(column: Column, places: list[int]) -> _Parse:
    """How is this column's value read from a row's cells?"""
    if column.kind is Kind.MONTHS:
        return _month_cells(column, places)
    place, read, expected = places[0], *_reader(column)

    def parse(cells: list[str]) -> Any:
        text = cells[place]
        if not text:
            if column.required:
                raise _BadCell(column.name, expected, text)
            return () if column.kind in _LISTS else None
        try:
            return read(text)
        except (ValueError, KeyError):
            raise _BadCell(column.name, expected, text) from None

    return parse


_LISTS = (Kind.TEXTS, Kind.ENUMS, Kind.STATES)


def _month_cells(column: Column, places: list[int]) -> _Parse:
    def parse(cells: list[str]) -> tuple[int | None, ...]:
        try:
            return tuple([_whole(cells[place]) if cells[place] else None for place in places])
        except ValueError:
            bad = next(cells[place] for place in places if cells[place] and not _is_whole(cells[place]))
            raise _BadCell(f"{column.name}_YYYY_MM", "whole numbers from 0 up", bad) from None

    return parse


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _whole(text: str) -> int:
    if not _is_whole(text):
        raise ValueError(text)
    return int(text)


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = _whole(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return read


def _day(text: str) -> date:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def _state(text: str) -> str:
    if not (len(text) == 2 and text.isascii() and text.isupper()):
        raise ValueError(text)
    return text


def _id(text: str) -> str:
    if text != text.strip() or any(sign in text for sign in ' ;,"'):
        raise ValueError(text)
    return text


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    known = {value: value for value in values}
    return known.__getitem__


def _each(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple([read(part) for part in text.split(";")])


def _reader(column: Column) -> tuple[Callable[[str], Any], str]:
    """How is one cell of this column read, and what is expected of it in words?"""
    one_of = f"one of {', '.join(column.values)}"
    cited = f"an id of {' or '.join(column.refs)}"
    readers: dict[Kind, tuple[Callable[[str], Any], str]] = {
        Kind.ID: (_id, "an id without spaces, commas or semicolons"),
        Kind.REF: (_id, cited),
        Kind.TEXT: (str, "a text"),
        Kind.TEXTS: (_each(str), "texts joined by ;"),
        Kind.DAY: (_day, "a day as YYYY-MM-DD"),
        Kind.MONTH: (Month.parse, "a month as YYYY-MM"),
        Kind.WHOLE: (_whole, "a whole number from 0 up"),
        Kind.BP: (_between(0, BASIS_POINTS), "hundredths of a percent from 0 to 10000"),
        Kind.PRIORITY: (_between(1, 9), "a priority from 1 (most urgent) to 9"),
        Kind.BOOL: ({"yes": True, "no": False}.__getitem__, "yes or no"),
        Kind.ENUM: (_one_of(column.values), one_of),
        Kind.ENUMS: (_each(_one_of(column.values)), f"{one_of}, joined by ;"),
        Kind.STATE: (_state, "a state as ISO 3166 alpha-2"),
        Kind.STATES: (_each(_state), "states as ISO 3166 alpha-2, joined by ;"),
        Kind.CURRENCY: (_one_of(tuple(EXPONENTS)), f"one of {', '.join(EXPONENTS)}"),
    }
    return readers[column.kind]


def _by_key(table: Table, found: tuple[Any, ...]) -> Mapping[str, Any]:
    if len(table.key) != 1:
        return MappingProxyType({})
    field = "class_" if table.key[0] == "class" else table.key[0]
    return MappingProxyType({str(getattr(row, field)): row for row in found})


def _conduct_of(found: tuple[rows.Conduct, ...]) -> Mapping[str, Mapping[tuple[str, str], str]]:
    of: dict[str, dict[tuple[str, str], str]] = {}
    for row in found:
        of.setdefault(row.order, {})[row.step, row.field] = row.value
    return MappingProxyType(of)


def _read_lists(folder: Path, versions: tuple[rows.ListVersionRow, ...], faults: list[Fault]) -> dict[str, bytes]:
    found = {}
    for version in versions:
        path = folder / version.file
        if folder.resolve() not in path.resolve().parents or not path.is_file():
            faults.append(
                Fault("list_versions.csv", None, "file", "a file inside the world", version.file, "add the file")
            )
            continue
        found[version.file] = path.read_bytes()
    return found


def table_rows(world: World) -> Iterator[tuple[Table, tuple[Any, ...]]]:
    """Which rows does each table hold, table by table in the order of the schema?"""
    for table in TABLES:
        yield table, getattr(world, table.name)
