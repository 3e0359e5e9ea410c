"""Did certificates stand before licences, was every list swept, did two authorities stand under each decision?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_logs import Logs, Place
from ecluse.edge.public_audit_openings import OpenedRecord, Openings, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked

# Everything that a certificate's balance is computed from.
INPUTS = (
    "certificates", "certificate_requests", "draws", "needs", "absorption", "stock", "capacity", "funded_orders",
    "home_prices", "home_deliveries",
)  # fmt: skip


def check_certificates(folder: Folder, logs: Logs, openings: Openings) -> Iterator[Point]:
    """P1: does each licence stand after the certificate that it draws on, and is none left out?"""
    where, form = "certificates.json", folder.json("certificates.json")
    certificates = [Place.of(item) for item in form["certificates"]]
    licences = [Place.of(item) for item in form["licences"]]
    for place in certificates:
        yield from _stands("P1", logs, place, where, "surplus")
    for place in licences:
        yield from _stands("P1", logs, place, where, "licence")
    yield from _once("P1", [*certificates, *licences], where)
    known, drawn = set(certificates), 0
    for item, licence in zip(form["licences"], licences, strict=True):
        if "certificate" not in item:
            continue
        drawn += 1
        certificate = Place.of(item["certificate"])
        if certificate not in known:
            yield broken("P1", "certificate_unlisted", f"{where} {licence}")
        elif not certificate.is_before(licence):
            yield broken("P1", "licence_before_certificate", f"{where} {licence}", certificate=str(certificate))
    yield from _complete("P1", openings, where, certificates=len(certificates), licences=len(licences))
    yield checked("P1", "certificate_first", n=drawn, certificates=len(certificates))
    if drawn < len(licences):
        yield cannot("P1", "without_certificate", n=len(licences) - drawn)
    yield from openings.wait("P1", "balance", *INPUTS)


def check_lists(folder: Folder, logs: Logs, openings: Openings, opened: list[OpenedRecord]) -> Iterator[Point]:
    """P3: is every list version and sweep as its record says, and was every version swept from its day on?"""
    where, form = "lists.json", folder.json("lists.json")
    records = {record.place: record.form for record in opened}
    for item in (*form["versions"], *form["sweeps"]):
        place = Place.of(item)
        yield from _stands("P3", logs, place, where, "parties")
        if records.get(place) != _record(item):
            yield broken("P3", "list_differs", f"{where} {item['id']}")
    listed = {Place.of(item) for item in (*form["versions"], *form["sweeps"])}
    for version in ("list_version/1", "sweep/1"):
        for record in of_version(opened, version):
            if record.place not in listed:
                yield broken("P3", "list_unlisted", f"{where} {record.place}")
    yield from _complete("P3", openings, where, list_versions=len(form["versions"]), sweeps=len(form["sweeps"]))
    for version in form["versions"]:
        yield from _swept(version, form["sweeps"], where)
    for sweep in form["sweeps"]:
        if not 0 <= sweep["hits"] <= sweep["parties"]:
            yield broken("P3", "sweep_counts", f"{where} {sweep['id']}")
    parties = max((sweep["parties"] for sweep in form["sweeps"]), default=0)
    yield checked("P3", "sweeps", sweeps=len(form["sweeps"]), versions=len(form["versions"]), parties=parties)
    yield from openings.wait("P3", "screenings", "parties")


def _record(item: dict[str, Any]) -> dict[str, Any]:
    """Which record would this row of lists.json be?"""
    if "publisher" in item:
        names = ("id", "publisher", "title", "digest", "entries", "in_force_from")
        return {"v": "list_version/1", **{name: item[name] for name in names}}
    swept = {name: item[name] for name in ("id", "matcher", "parties", "hits", "root")}
    return {"v": "sweep/1", "list_versions": item["lists"], "on": item["day"], **swept}


def _swept(version: dict[str, Any], sweeps: list[dict[str, Any]], where: str) -> Iterator[Point]:
    """The first sweep after a version came in names it, and is of no day before the version is in force."""
    place = Place.of(version)
    later = [sweep for sweep in sweeps if place.is_before(Place.of(sweep))]
    in_force_from = date.fromisoformat(version["in_force_from"])
    named = [sweep for sweep in later[:1] if version["id"] in sweep["lists"]]
    if not named or date.fromisoformat(named[0]["day"]) < in_force_from:
        yield broken("P3", "list_not_swept", f"{where} {version['id']}")


def check_authorities(folder: Folder, logs: Logs, openings: Openings, opened: list[OpenedRecord]) -> Iterator[Point]:
    """P4: do author and countersigner of what took effect, spender and controller of the books, differ in authority?"""
    where, form = "authorities.json", folder.json("authorities.json")
    known = {record.form["id"] for record in of_version(opened, "authority/1")}
    if {item["id"] for item in form["authorities"]} != known:
        yield broken("P4", "authority_unknown", where)
    decisions = [Place.of(item) for item in form["decisions"]]
    taken = 0
    for item, place in zip(form["decisions"], decisions, strict=True):
        yield from _stands("P4", logs, place, where, "licence")
        taken += item["took_effect"]
        if item["took_effect"]:
            yield from _two("P4", item["author"], item["countersigner"], known, f"{where} {place}")
    for item in form["closes"]:
        place = Place.of(item)
        yield from _stands("P4", logs, place, where, "proceeds")
        yield from _two("P4", item.get("spender", ""), item["controller"], known, f"{where} {place}")
    yield from _once("P4", decisions, where)
    yield from _complete("P4", openings, where, decisions=len(decisions))
    effective = {place for item, place in zip(form["decisions"], decisions, strict=True) if item["took_effect"]}
    yield from _decided(folder, effective)
    yield checked("P4", "two_authorities", n=taken, held=len(decisions) - taken, closes=len(form["closes"]))
    yield from openings.wait("P4", "persons", "decisions", "officers")


def _two(promise: str, one: str, other: str, known: set[str], where: str) -> Iterator[Point]:
    if one == other:
        yield broken(promise, "same_authority", where, authority=one)
    elif not {one, other} <= known:
        yield broken(promise, "authority_unknown", where)


def _decided(folder: Folder, effective: set[Place]) -> Iterator[Point]:
    """Each licence names the decision that granted it; that decision took effect, and stands before the licence."""
    where = "certificates.json"
    for item in folder.json(where)["licences"]:
        licence = Place.of(item)
        decision = Place.of(item["decision"]) if "decision" in item else None
        if decision is None or decision not in effective or not decision.is_before(licence):
            yield broken("P4", "licence_undecided", f"{where} {licence}")


def _stands(promise: str, logs: Logs, place: Place, where: str, kind: str) -> Iterator[Point]:
    fault = logs.fault_of(place, kind)
    if fault:
        yield broken(promise, fault, f"{where} {place}")


def _once(promise: str, places: Iterable[Place], where: str) -> Iterator[Point]:
    for place, count in Counter(places).items():
        if count > 1:
            yield broken(promise, "listed_twice", f"{where} {place}")


def _complete(promise: str, openings: Openings, where: str, **counts: int) -> Iterator[Point]:
    """As many are listed as commitments of the kind were made: one left out would be missed when the kind opens."""
    for kind, count in counts.items():
        if openings.count(kind) != count:
            yield broken(promise, "count_differs", where, kind=kind, listed=count, made=openings.count(kind))
