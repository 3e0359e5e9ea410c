"""Was each check after delivery drawn as it should be? A stranger repeats it from the opened records alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ecluse.custody.drawn import draw, sample_size, value_of
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_goods import number
from ecluse.edge.public_audit_openings import OpenedRecord, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked

OUTCOMES = ("seen", "accounted", "damaged", "missing", "refused", "elsewhere")
STEPS = ("post_check_round/1", "post_check_list/1", "beacon_value/1", "post_check_draw/1")


def check_after(folder: Folder, opened: list[OpenedRecord]) -> Iterator[Point]:
    """P5: round before list, list before value, the draw made from both; do the counts of visits add up?"""
    where, form = "custody.json", folder.json("custody.json")
    rounds = of_version(opened, STEPS[0])
    drawn = units_drawn = 0
    for fixed in rounds:
        check = fixed.form["id"]
        steps = [fixed, *(one for version in STEPS[1:] for one in of_version(opened, version)
                          if one.form["check"] == check)]  # fmt: skip
        yield from _faults(check, steps)
        if len(steps) == len(STEPS):
            drawn, units_drawn = drawn + 1, units_drawn + len(steps[-1].form["positions"])
    stated, told = form["post_checks"], form["verified"]
    visited = sum(number(stated, f"units_{outcome}") for outcome in OUTCOMES)
    if number(stated, "units_drawn") != units_drawn or visited > units_drawn:
        yield broken("P5", "checks_do_not_add_up", where, drawn=units_drawn, visited=visited)
    if number(told, "units") > number(told, "of"):
        yield broken("P5", "checks_do_not_add_up", where, drawn=number(told, "of"), visited=number(told, "units"))
    if drawn:
        yield checked("P5", "post_checks", n=drawn, units=units_drawn)
        demonstrated = sum(one.form["origin"] == "demonstration" for one in of_version(opened, STEPS[2]))
        yield cannot("P5", "beacon", n=drawn, demonstration=demonstrated)
        yield cannot("P5", "visits", visited=visited, units=units_drawn)
    yield cannot("P5", "verified", units=number(told, "units"), of=number(told, "of"))


def _faults(check: str, steps: list[OpenedRecord]) -> Iterator[Point]:
    versions = tuple(one.form["v"] for one in steps)
    if versions != STEPS[: len(steps)] or not all(_is_before(one, other) for one, other in pairwise(steps)):
        yield broken("P5", "check_out_of_order", f"opened.jsonl {check}")
        return
    fixed, listed, value, drawn = [one.form for one in steps] + [None] * (len(STEPS) - len(steps))
    assert fixed is not None  # it is where the steps begin
    if listed and not _is_whole(fixed, listed):
        yield broken("P5", "check_sample_small", f"opened.jsonl {check}")
    if value and not _is_of_round(fixed, value):
        yield broken("P5", "check_of_another_round", f"opened.jsonl {check}")
    if listed and value and drawn:
        again = draw(
            bytes.fromhex(value["value_hex"]), bytes.fromhex(listed["frame_digest"]), number(listed, "units"),
            number(listed, "units_drawn"),
        )  # fmt: skip
        if tuple(drawn["positions"]) != again:
            yield broken("P5", "check_drawn_otherwise", f"opened.jsonl {check}")


def _is_before(one: OpenedRecord, other: OpenedRecord) -> bool:
    is_same_log = one.place.log == other.place.log
    return one.place.index < other.place.index if is_same_log else str(one.form["on"]) < str(other.form["on"])


def _is_whole(fixed: dict[str, Any], listed: dict[str, Any]) -> bool:
    size = sample_size(number(listed, "units"), number(fixed, "confidence_bp"), number(fixed, "diverted_bp"))
    return number(listed, "units_drawn") == size and str(listed["on"]) < str(fixed["value_on"])


def _is_of_round(fixed: dict[str, Any], value: dict[str, Any]) -> bool:
    is_round = (value["beacon"], value["round"]) == (fixed["beacon"], fixed["round"])
    return is_round and value_of(bytes.fromhex(value["signature_hex"])).hex() == value["value_hex"]
