"""Do published numbers of units and of money conserve, and does the one sale that is told stand in the log?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecluse.base.canon import SAFE_INTEGER, canonical
from ecluse.base.errors import EvidenceError
from ecluse.base.money import Rounding, divide
from ecluse.base.sealed import unseal_as
from ecluse.custody.life import out_of_turn
from ecluse.custody.terms import LifeEvent
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_law import PublishedLaw
from ecluse.edge.public_audit_logs import Logs, Place
from ecluse.edge.public_audit_openings import OpenedRecord, Openings, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked

FATES = ("made", "void", "unused", "open")
ENDS = ("delivered", "returned", "lost", "astray", "exchanged", "in_transit", "unaccounted")
GATES = ("surplus", "parties", "licence", "custody", "proceeds")
TOTALS = ("invoiced", "received", "due", "settled", "paid", "allocated", "spent", "delivered", "idle")
# What is worked out sale by sale: none is below zero. `allocated_beyond` was set aside without having been paid,
# `received_otherwise` came in another currency than the contract's.
PARTS = (
    "overdue", "within_term", "overpaid", "price_overdue", "received_otherwise", "unallocated", "allocated_beyond",
)  # fmt: skip
STEPS = ("title", "receipt", "contribution", "allocation", "purchase", "acceptance")


def number(form: dict[str, Any], name: str) -> int:
    """Which whole number stands under this name? Beyond 2^53 - 1 it is a decimal string. Raises EvidenceError."""
    found = form.get(name)
    if type(found) is int:
        return found
    if isinstance(found, str) and found.removeprefix("-").isdecimal() and abs(int(found)) > SAFE_INTEGER:
        return int(found)
    raise EvidenceError(f"{name} is no whole number: {found!r}")


def check_custody(folder: Folder, logs: Logs, openings: Openings, opened: list[OpenedRecord]) -> Iterator[Point]:
    """P5: does every number end, did every block stand before its markings, is every released unit somewhere?"""
    where, form = "custody.json", folder.json("custody.json")
    numbers, units = form["numbers"], form["units"]
    committed, ends = number(numbers, "committed"), [number(numbers, name) for name in FATES]
    if committed != sum(ends) or min(ends) < 0:
        yield broken("P5", "numbers_do_not_add_up", where, committed=committed, ended=sum(ends))
    released, found = number(units, "released"), [number(units, name) for name in ENDS]
    if released != sum(found) or min(found) < 0 or released > number(numbers, "made"):
        yield broken("P5", "units_do_not_add_up", where, released=released, found=sum(found))
    yield from _blocks_first(form["blocks"], logs, openings, where)
    yield from check_centres(form["centres"], openings, opened, where)
    yield checked("P5", "numbers", n=committed)
    yield checked("P5", "units", n=released, unaccounted=number(units, "unaccounted"), astray=number(units, "astray"))
    overdue = form["overdue"]
    yield cannot("P5", "overdue", receipts=number(overdue, "receipts"), verifications=number(overdue, "verifications"))
    yield cannot("P5", "one_serial")
    yield from openings.wait("P5", "chains", "movements", "markings", "blocks")
    yield from _overrides(form["overrides"], where)


def _overrides(form: dict[str, Any], where: str) -> Iterator[Point]:
    """P6: how many releases abroad left unseen by their host's witness, as the office states; within limits?"""
    count = number(form, "count")
    yield cannot("P6", "overrides", n=count, entries=number(form, "of_entries"))
    if "of_releases" not in form:
        return
    releases, free, limit = (number(form, name) for name in ("of_releases", "free", "limit_bp"))
    if count > releases or (count > free and count * 10_000 > limit * releases):
        yield broken("P6", "overrides_over_limit", where, n=count, releases=releases, limit=limit)
    yield cannot("P6", "overrides_of_releases", n=count, releases=releases, limit=limit)


def _blocks_first(blocks: list[dict[str, Any]], logs: Logs, openings: Openings, where: str) -> Iterator[Point]:
    markings = 0
    for item in blocks:
        block = Place.of(item)
        for place in (block, *map(Place.of, item["markings"])):
            fault = logs.fault_of(place, "custody")
            if fault:
                yield broken("P5", fault, f"{where} {place}")
        for marking in map(Place.of, item["markings"]):
            markings += 1
            if not block.is_before(marking):
                yield broken("P5", "marking_before_block", f"{where} {marking}", block=str(block))
    for kind, count in (("blocks", len(blocks)), ("markings", markings)):
        if openings.count(kind) != count:
            yield broken("P5", "count_differs", where, kind=kind, listed=count, made=openings.count(kind))
    yield checked("P5", "blocks_first", n=len(blocks), markings=markings)


def check_centres(
    centres: list[dict[str, Any]], openings: Openings, opened: list[OpenedRecord], where: str
) -> Iterator[Point]:
    """Each step of a centre's life that is listed is an opened record, and each such record is listed.

    Each follows the one before, recorded by the state whose it is to record.
    """
    listed = sorted((centre["id"], step["state"], step["day"]) for centre in centres for step in centre["life"])
    lives = sorted(of_version(opened, "life_event/1"), key=lambda record: (record.place.log, record.place.index))
    records = sorted((record.form["subject"], record.form["state"], record.form["on"]) for record in lives)
    if listed != records or openings.count("centre_lives") != len(listed):
        yield broken("P5", "centre_differs", where)
    lived: dict[str, list[LifeEvent]] = {}
    for record in lives:
        step = unseal_as(LifeEvent, canonical(record.form))
        lived.setdefault(step.subject, []).append(step)
    for centre in centres:
        for step in out_of_turn(centre["id"], centre["host"], lived.get(centre["id"], [])):
            yield broken("P5", "centre_out_of_turn", f"{where} {step.id}", owner=step.owner)
    yield checked("P5", "centres", n=len(centres), steps=len(listed))


def check_proceeds(
    folder: Folder, logs: Logs, law: PublishedLaw, openings: Openings, opened: list[OpenedRecord]
) -> Iterator[Point]:
    """P7: do the totals conserve in every currency, and does the sale that is told stand in the log?"""
    where, form = "proceeds.json", folder.json("proceeds.json")
    terms = {row["name"]: int(row["value"]) for row in law.rows("office/publication", folder.as_of)}
    for item in form["currencies"]:
        for fault in _faults(item):
            yield broken("P7", fault, f"{where} {item['currency']}", currency=item["currency"])
    if any(item["purchases"] < terms["minimum_count"] for item in form["purchases"]["by_priority"]):
        yield broken("P7", "count_too_small", where, minimum=terms["minimum_count"])
    if form["currencies"] and all(number(item, "due_minor") == 0 for item in form["currencies"]):
        yield checked("P7", "vacuous", n=len(form["currencies"]))
    else:
        yield checked("P7", "totals", n=len(form["currencies"]))
    beyond = sum(number(item, "allocated_beyond_minor") > 0 for item in form["currencies"])
    if beyond:
        yield cannot("P7", "beyond", n=beyond)
    if form["withheld"]:
        yield cannot("P7", "withheld", n=len(form["withheld"]), minimum=terms["minimum_count"])
    if "story" in form:
        yield from _story(folder, form["story"], logs, terms["story_digits"], opened)
    stated = [item for item in form["currencies"] if "displaced_budget_minor" in item]
    for item in stated:
        if not 0 <= number(item, "displaced_budget_minor") <= number(item, "spent_minor"):
            yield broken("P7", "more_displaced_than_spent", f"{where} {item['currency']}", currency=item["currency"])
    if stated:
        yield checked("P7", "displaced_stated", n=len(stated))
    if len(stated) < len(form["currencies"]):
        yield cannot("P7", "displaced", n=len(form["currencies"]) - len(stated))
    yield from openings.wait("P7", "ledger", "money", "shortages")


def _faults(item: dict[str, Any]) -> Iterator[str]:
    """Which of the equations of the books do these totals break?"""
    minor = {name: number(item, f"{name}_minor") for name in TOTALS}
    parts = {name: number(item, f"{name}_minor") for name in PARTS}
    if minor["due"] + parts["overpaid"] != minor["settled"] + parts["overdue"] + parts["within_term"]:
        yield "due_does_not_add_up"
    if minor["paid"] + parts["allocated_beyond"] != minor["allocated"] + parts["unallocated"]:
        yield "allocated_does_not_add_up"
    if minor["paid"] != minor["spent"] + minor["idle"]:
        yield "paid_does_not_add_up"
    if not minor["allocated"] >= minor["spent"] >= minor["delivered"] >= 0:
        yield "more_spent_than_paid"
    if min(*parts.values(), minor["invoiced"], minor["received"], minor["due"]) < 0:
        yield "total_below_zero"
    told = item.get("reinvested_per_mille")
    if minor["received"] > 0 and told != divide(1000 * minor["spent"], minor["received"], Rounding.DOWN):
        yield "reinvested_differs"
    if item["is_vacuous"] != (minor["due"] == 0):
        yield "vacuous_differs"


def _story(
    folder: Folder, story: dict[str, Any], logs: Logs, digits: int, opened: list[OpenedRecord]
) -> Iterator[Point]:
    """The sale was drawn by the root over all logs; its passes stand in the log, gate after gate, and its steps too."""
    where = "proceeds.json story"
    if story["draw"]["log_root"] != folder.manifest["log_root"]:
        yield broken("P7", "story_of_another_root", where)
    places = [Place.of(item) for item in (*story["gates"], *story["steps"])]
    for place in places:
        fault = logs.fault_of(place)
        if fault:
            yield broken("P7", fault, f"{where} {place}")
    passed = [item["gate"] for item in story["gates"]]
    if set(passed) != set(GATES) or [gate for gate in GATES if gate in passed] != list(dict.fromkeys(passed)):
        yield broken("P7", "story_skips_a_gate", where)
    steps = [item["step"] for item in story["steps"]]
    if not set(STEPS) <= set(steps):
        yield broken("P7", "story_skips_a_step", where)
    if len(set(story["authorities"])) != 2:
        yield broken("P7", "same_authority", where, authority=", ".join(story["authorities"]))
    for name in ("received_minor", "due_minor", "paid_minor", "allocated_minor"):
        amount = str(number(story["amounts_rounded_down"], name))
        if amount[digits:].strip("0"):
            yield broken("P7", "amount_not_rounded", where)
    rates = {record.place for record in of_version(opened, "rate_of_day/1")}
    if any(item["step"] == "rate" and Place.of(item) not in rates for item in story["steps"]):
        yield broken("P7", "opened_differs", where)
    yield checked("P7", "story", gates=len(set(passed)), steps=len(places), among=number(story["draw"], "among"))
