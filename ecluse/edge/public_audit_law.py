"""Is the published law the law that the hearings cite, byte for byte?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.law import Row, Table
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_points import Point, broken, checked

OLDER = "@"  # an older version of a table is `name@DAY.csv`, never removed


@dataclass(slots=True)
class PublishedLaw:
    """The law tables of the folder that have the digest law.json states: the newest by name, all by digest."""

    newest: dict[str, Table] = field(default_factory=dict)
    versions: set[tuple[str, str]] = field(default_factory=set)

    def rows(self, name: str, on: date) -> list[Row]:
        """Which rows of this table are in force? Raises EvidenceError when the folder does not hold the table."""
        if name not in self.newest:
            raise EvidenceError(f"law/{name}.csv is not published as law.json states it")
        return list(self.newest[name].in_force(on))

    def under(self, folder: str) -> list[Row]:
        """Which rows stand in the newest tables of this folder?"""
        return [row for name, table in sorted(self.newest.items()) if name.startswith(folder) for row in table.rows]


def read_law(folder: Folder) -> tuple[PublishedLaw, list[Point]]:
    """Which tables are published, and which are not what law.json says?"""
    form, law, points = folder.json("law.json"), PublishedLaw(), []
    for item in form["tables"]:
        name, file = item["name"], item["file"]
        try:
            body = folder.body(file)
            rows = tuple(MappingProxyType(row) for row in csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))
        except (EvidenceError, UnicodeDecodeError, csv.Error):
            points.append(broken("P9", "table_missing", file))
            continue
        if digest(body) != item["digest"] or file.split(OLDER)[0].removesuffix(".csv") != f"law/{name}":
            points.append(broken("P9", "table_differs", file))
            continue
        law.versions.add((name, item["digest"]))
        if OLDER not in file:
            law.newest[name] = Table(name, item["digest"], rows)
    points += _check_used(law, form["used"])
    points += _check_provisions(law)
    points.append(checked("P9", "tables", n=len(law.versions)))
    return law, points


def _check_used(law: PublishedLaw, used: dict[str, Any]) -> Iterator[Point]:
    """Every table version that a hearing cites is published, so that whoever gets a dossier can judge it again."""
    cited = {(name, found) for name, digests in used["tables"].items() for found in digests}
    for name, found in sorted(cited - law.versions):
        yield broken("P9", "cited_table_missing", f"law/{name}.csv", digest=found[:12])
    if not cited:
        yield broken("P9", "nothing_cited", "law.json")
    yield checked("P9", "cited", n=len(cited))


def _check_provisions(law: PublishedLaw) -> Iterator[Point]:
    """Every published code cites a provision that stands in the published tables, with the grade of its source."""
    provisions = {row.get("id"): row for row in law.under("provisions/")}
    codes = law.under("codes/")
    for row in codes:
        provision = provisions.get(row.get("provision"))
        if provision is None or not provision.get("grade") or not provision.get("act"):
            yield broken("P9", "code_without_provision", "law/codes", code=str(row.get("code")))
    yield checked("P9", "provisions", codes=len(codes), provisions=len(provisions))


def check_hearings(folder: Folder, law: PublishedLaw) -> Iterator[Point]:
    """Are the counts of hearings of published codes, and is none so small that it points at one case?"""
    where, form = "hearings.json", folder.json("hearings.json")
    set_by_law = {row["name"]: row["value"] for row in law.rows("office/publication", folder.as_of)}
    minimum = int(set_by_law["minimum_count"])
    known = {row["code"] for row in law.under("codes/")}
    groups = [form["codes"], *form["gates"].values()]
    if form["minimum_count"] != minimum or any(count < minimum for g in groups for count in g["counts"].values()):
        yield broken("P9", "count_too_small", where, minimum=minimum)
    named = set(form["codes"]["counts"]) | set(form["codes"]["fewer_than_minimum"])
    if named != known:
        yield broken("P9", "codes_differ", where)
    yield checked("P9", "hearings", n=sum(sum(group["counts"].values()) for group in form["gates"].values()))
