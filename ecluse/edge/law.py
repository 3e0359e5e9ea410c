"""Where do the law tables come from? CSV files under ecluse/tables, found by name and by the digest of their bytes."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ecluse.base.canon import digest
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law, Table

TABLES = Path(__file__).parent.parent / "tables"


def read_table(name: str, path: Path) -> Table:
    """What table does this file hold? Its digest is that of its bytes."""
    body = path.read_bytes()
    rows = tuple(MappingProxyType(row) for row in csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))
    return Table(name, digest(body), rows)


@lru_cache(maxsize=1)
def _all_versions() -> dict[tuple[str, str], Table]:
    """Every version ever in force: `room/name.csv` is the newest, `room/name@DAY.csv` an older one, never deleted."""
    found = {}
    for path in sorted(TABLES.glob("*/*.csv")):
        name = f"{path.parent.name}/{path.stem.split('@')[0]}"
        table = read_table(name, path)
        found[name, table.digest] = table
    return found


@lru_cache(maxsize=1)
def newest_law() -> Law:
    """Which law does this release judge by? The newest version of every table."""
    return Law(
        {
            f"{path.parent.name}/{path.stem}": read_table(f"{path.parent.name}/{path.stem}", path)
            for path in sorted(TABLES.glob("*/*.csv"))
            if "@" not in path.stem
        }
    )


def library(name: str, table_digest: str) -> Table:
    """Which table has this name and digest? Raises UnknownLawError when this release does not hold it."""
    table = _all_versions().get((name, table_digest))
    if table is None:
        raise UnknownLawError(
            f"table {name} with digest {table_digest[:12]} is not held here; a newer release may hold it"
        )
    return table
