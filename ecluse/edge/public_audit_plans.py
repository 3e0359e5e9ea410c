"""Does the published baseline stand in the log before the plan that was adopted on it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_logs import Logs, Place
from ecluse.edge.public_audit_openings import OpenedRecord, Openings, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked

KIND, WHERE = "plan", "plans.json"
HEX64 = re.compile(r"[0-9a-f]{64}")
# Which published digest is which field of the opened record?
BASELINE_FIELDS = {"question": "question_digest", "baseline": "baseline_digest"}
PLAN_FIELDS = {"plan": "plan_digest", "document": "document"}


def check_plans(folder: Folder, logs: Logs, openings: Openings, opened: list[OpenedRecord]) -> Iterator[Point]:
    """P2: was each plan's baseline logged before it, and do opened records say the published digests?"""
    form = folder.json(WHERE)
    baselines, plans = form["baselines"], form["plans"]
    if openings.count("plans") != len(baselines) + len(plans):
        listed = len(baselines) + len(plans)
        yield broken("P2", "count_differs", WHERE, kind="plans", listed=listed, made=openings.count("plans"))
    places = {item["id"]: Place.of(item) for item in baselines}
    for items, fields in ((baselines, BASELINE_FIELDS), (plans, PLAN_FIELDS)):
        for item in items:
            yield from _stands(item, logs, tuple(fields))
    for item in plans:
        place = Place.of(item)
        base = places.get(item["on_baseline"])
        if base is None or not base.is_before(place):
            yield broken("P2", "plan_before_baseline", f"{WHERE} {place}")
    yield from _opened(baselines, BASELINE_FIELDS, of_version(opened, "plan_baseline/1"))
    yield from _opened(plans, PLAN_FIELDS, of_version(opened, "plan/1"))
    if not plans:
        yield cannot("P2", "baseline")
        return
    yield checked("P2", "baseline_first", n=len(plans), baselines=len(baselines))
    yield cannot("P2", "figures")
    yield from openings.wait("P2", "plans", "plans")


def _stands(item: dict[str, Any], logs: Logs, names: tuple[str, ...]) -> Iterator[Point]:
    place = Place.of(item)
    fault = logs.fault_of(place, KIND)
    if fault:
        yield broken("P2", fault, f"{WHERE} {place}")
    if not all(isinstance(item[name], str) and HEX64.fullmatch(item[name]) for name in names):
        yield broken("P2", "digest_unreadable", f"{WHERE} {place}")


def _opened(items: list[dict[str, Any]], fields: dict[str, str], records: Any) -> Iterator[Point]:
    """Once a record is open, its digests are those that were published all along."""
    published = {Place.of(item): item for item in items}
    for record in records:
        item = published.get(record.place)
        if item is None or any(item[name] != record.form[field] for name, field in fields.items()):
            yield broken("P2", "plan_opened_differs", f"{WHERE} {record.place}")
