"""From which public outline are the states on the office's map drawn, how coarsely, and what is corrected in it?

python tools/derive_outline.py   fetch the pinned package with npm into a temporary folder and write the outline

Only maintainers run this. The source is Natural Earth, which is in the public domain; it draws who holds a ground, not
whose it is. Crimea and Sevastopol are drawn in Ukraine here (resolution 68/262 of the General Assembly of the United
Nations); tests/test_units_map.py holds it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import isqrt
from pathlib import Path
from typing import Any

from babel.core import get_global

ROOT = Path(__file__).resolve().parent.parent
TO = ROOT / "ecluse" / "tables" / "office" / "outline.json"
PACKAGE, VERSION, MEMBER = "world-atlas", "2.0.2", "package/countries-50m.json"
SOURCE = "Natural Earth 4.1.0, Admin 0 countries 1:50m, public domain; by npm world-atlas 2.0.2; taken 2026-11-22"
CORRECTED = "Crimea and Sevastopol in Ukraine (UN General Assembly resolution 68/262 of 27 March 2014)"
SIMFEROPOL = (3410, 4495)
# How far, in hundredths of a degree, may a simplified border lie from the drawn one: there, in Europe, elsewhere?
CLOSE, NEAR, FAR = 3, 9, 45
# Islands below so many square hundredths of a degree are left out, in Europe and elsewhere; no state loses its largest.
LEAST_NEAR, LEAST_FAR = 2_500, 12_000
EUROPE = (-2500, 3300, 4700, 7200)
LEFT_OUT = frozenset({"AQ"})
# What the source draws without a number of its own.
UNNUMBERED = {"Kosovo": "XK"}
GRID, HALF = 24, 18_000
Point = tuple[int, int]
Ring = tuple[int, ...]


def main() -> None:
    """Fetch, correct, simplify, write."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()
        with tarfile.open(Path(folder) / packed) as archive:
            member = archive.extractfile(MEMBER)
            assert member is not None
            drawn = json.load(member)
    states = corrected(states_of(drawn), arcs_of(drawn))
    arcs = simplified(arcs_of(drawn), set(map(_one, states["UA"][0])))
    found = {code: _drawn(rings, arcs) for code, rings in sorted(states.items()) if code not in LEFT_OUT}
    said = {"source": SOURCE, "corrected": CORRECTED, "unit": "hundredths of a degree, east and north", "states": found}
    TO.write_text(json.dumps(said, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")
    print(f"{TO.relative_to(ROOT)}: {len(found)} states, {TO.stat().st_size} bytes", file=sys.stderr)


def arcs_of(drawn: dict[str, Any]) -> list[list[Point]]:
    """Which shared borders does the file hold, in hundredths of a degree?"""
    (dx, dy), (left, low) = drawn["transform"]["scale"], drawn["transform"]["translate"]
    found = []
    for steps in drawn["arcs"]:
        x, y, arc = 0, 0, []
        for step in steps:
            x, y = x + step[0], y + step[1]
            arc.append((round(100 * (x * dx + left)), round(100 * (y * dy + low))))
        found.append(arc)
    return found


def states_of(drawn: dict[str, Any]) -> dict[str, list[Ring]]:
    """Which outer rings has each state, as runs of shared borders? Lakes are land here."""
    aliases, found = get_global("territory_aliases"), dict[str, list[Ring]]()
    for shape in drawn["objects"]["countries"]["geometries"]:
        named = aliases.get(str(shape.get("id", "")), [UNNUMBERED.get(shape["properties"]["name"], "")])[0]
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        if named:
            found.setdefault(named, []).extend(tuple(rings[0]) for rings in polygons)
    return found


def corrected(states: dict[str, list[Ring]], arcs: list[list[Point]]) -> dict[str, list[Ring]]:
    """The same with Crimea in Ukraine: its ring joins Ukraine's where they share a border, and the border goes."""
    wrong = [
        (code, ring) for code, rings in states.items() for ring in rings
        if code != "UA" and holds(points(ring, arcs), SIMFEROPOL)
    ]  # fmt: skip
    assert len(wrong) <= 1, wrong
    for code, ring in wrong:
        states[code].remove(ring)
        largest = max(states["UA"], key=lambda one: area(points(one, arcs)))
        states["UA"].remove(largest)
        states["UA"] = [_joined(largest, ring), *states["UA"]]
    return states


def _joined(one: Ring, other: Ring) -> Ring:
    """One ring of two that share a run of borders, which one walks forwards and the other backwards."""
    shared = {arc for arc in one if ~arc in other}
    assert shared, "the two rings share no border"
    start = next(at for at, arc in enumerate(one) if arc in shared and one[at - 1] not in shared)
    turned = one[start:] + one[:start]
    kept = tuple(arc for arc in turned if arc not in shared)
    assert not shared & set(kept)
    back = {~arc for arc in shared}
    first = next(at for at, arc in enumerate(other) if arc not in back and other[at - 1] in back)
    turned = other[first:] + other[:first]
    return kept + tuple(arc for arc in turned if arc not in back)


def points(ring: Iterable[int], arcs: Sequence[Sequence[Point]]) -> list[Point]:
    """Which points does this ring walk?"""
    found: list[Point] = []
    for arc in ring:
        way = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
        found += way[1:] if found else way
    return found


def holds(ring: Sequence[Point], at: Point) -> bool:
    """Does the ring go round this point? Counted in whole numbers."""
    found = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > at[1]) != (y2 > at[1]):
            left, right = (at[0] - x1) * (y2 - y1), (x2 - x1) * (at[1] - y1)
            found ^= left < right if y2 > y1 else left > right
    return found


def area(ring: Sequence[Point]) -> int:
    """How large is it, in square hundredths of a degree?"""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) // 2


def _one(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def simplified(arcs: list[list[Point]], close: set[int]) -> list[list[Point]]:
    """Each border with fewer points; shared ones stay shared, so that no gap opens."""
    return [
        list(_fewer(arc, CLOSE if at in close else NEAR if any(map(_is_near, arc)) else FAR))
        for at, arc in enumerate(arcs)
    ]


def _is_near(at: Point) -> bool:
    west, south, east, north = EUROPE
    return west <= at[0] <= east and south <= at[1] <= north


def _fewer(arc: list[Point], most: int) -> Iterator[Point]:
    """The ends, and what lies farther than this from the straight line between its neighbours (Douglas, Peucker)."""
    kept, spans = {0, len(arc) - 1}, [(0, len(arc) - 1)]
    while spans:
        first, last = spans.pop()
        away = [(_away(arc[at], arc[first], arc[last]), at) for at in range(first + 1, last)]
        farthest, at = max(away, default=(0, 0))
        if farthest > most * most:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return (arc[at] for at in sorted(kept))


def _away(at: Point, one: Point, other: Point) -> int:
    """How far from the line, squared?"""
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = dx * dx + dy * dy
    if not length:
        return (at[0] - one[0]) ** 2 + (at[1] - one[1]) ** 2
    return ((at[0] - one[0]) * dy - (at[1] - one[1]) * dx) ** 2 // length


def _drawn(rings: list[Ring], arcs: list[list[Point]]) -> dict[str, Any]:
    """A state's rings that are worth drawing, the largest first, and a point well within it for its mark."""
    walked = sorted((_unbroken(points(ring, arcs)) for ring in rings), key=area, reverse=True)
    least = [LEAST_NEAR if _is_near(ring[0]) else LEAST_FAR for ring in walked]
    kept = walked[:1] + [ring for ring, small in zip(walked[1:], least[1:], strict=True) if area(ring) >= small]
    return {"at": _within(walked[0]), "rings": [[number for at in _open(ring) for number in at] for ring in kept]}


def _unbroken(ring: list[Point]) -> list[Point]:
    """The same walk across the 180th meridian without a leap: it goes on beyond 180 degrees east."""
    found, turns = ring[:1], 0
    for (before, _), (x, y) in pairwise(ring):
        turns += (x - before < -HALF) - (x - before > HALF)
        found.append((x + 2 * HALF * turns, y))
    shift = 2 * HALF if min(x for x, _ in found) < -HALF else 0
    return [(x + shift, y) for x, y in found]


def _open(ring: list[Point]) -> list[Point]:
    return ring[:-1] if ring[0] == ring[-1] else ring


def _within(ring: list[Point]) -> Point:
    """Which point of a grid lies deepest within?"""
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    south, north = min(y for _, y in ring), max(y for _, y in ring)
    grid = [
        (west + (east - west) * i // GRID, south + (north - south) * j // GRID)
        for i in range(1, GRID) for j in range(1, GRID)
    ]  # fmt: skip
    inside = [at for at in grid if holds(ring, at)]
    if not inside:
        return ((west + east) // 2, (south + north) // 2)
    return max(inside, key=lambda at: min(isqrt((at[0] - x) ** 2 + (at[1] - y) ** 2) for x, y in ring))


if __name__ == "__main__":
    main()
