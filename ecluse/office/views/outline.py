"""How are the states drawn on a map, and where does each stand on it? From one outline, in whole numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "tables" / "office" / "outline.json"
DRAWN_AS_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class View:
    """One window on the world: its edges in hundredths of a degree, and how wide a degree is drawn, in hundredths of
    a degree's height, so that shapes in its middle are not stretched."""

    name: str
    west: int
    south: int
    east: int
    north: int
    narrow: int
    scale: int  # hundredths of a degree, north to south, in one pixel

    @property
    def width(self) -> int:
        """How wide is the picture?"""
        return (self.east - self.west) * self.narrow // (DRAWN_AS_HUNDRED * self.scale)

    @property
    def height(self) -> int:
        """How high?"""
        return (self.north - self.south) // self.scale

    def at(self, lon: int, lat: int) -> tuple[int, int]:
        """Where in the picture does this place stand?"""
        return (lon - self.west) * self.narrow // (DRAWN_AS_HUNDRED * self.scale), (self.north - lat) // self.scale

    def shows(self, lon: int, lat: int) -> bool:
        """Does this place lie in the window?"""
        return self.west < lon < self.east and self.south < lat < self.north


EUROPE = View("europe", -1200, 3450, 4200, 7150, 58, 6)
WORLD = View("world", -16900, -5600, 19100, 7800, 82, 40)
VIEWS = (EUROPE, WORLD)


@lru_cache(maxsize=1)
def outline() -> dict[str, Any]:
    """What does the file say: its source, what was corrected in it, each state's rings and a point well within it?"""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def anchor(state: str) -> tuple[int, int] | None:
    """Where does this state's mark stand? None for one that is not drawn."""
    found = outline()["states"].get(state)
    return (found["at"][0], found["at"][1]) if found else None


def states_at(lon: int, lat: int) -> list[str]:
    """In which states' outlines does this place lie? Hundredths of a degree."""
    return [code for code, told in outline()["states"].items() if any(_holds(ring, lon, lat) for ring in told["rings"])]


def _holds(ring: list[int], lon: int, lat: int) -> bool:
    found = False
    for x1, y1, x2, y2 in _sides(ring):
        if (y1 > lat) != (y2 > lat):
            left, right = (lon - x1) * (y2 - y1), (x2 - x1) * (lat - y1)
            found ^= left < right if y2 > y1 else left > right
    return found


def _sides(ring: list[int]) -> Iterator[tuple[int, int, int, int]]:
    at = list(zip(ring[::2], ring[1::2], strict=True))
    for (x1, y1), (x2, y2) in zip(at, [*at[1:], at[0]], strict=True):
        yield x1, y1, x2, y2


@lru_cache(maxsize=2)
def paths(view: View) -> dict[str, str]:
    """Which line draws each state in this window? By state, for an SVG's path."""
    found = {}
    for code, told in outline()["states"].items():
        drawn = "".join(_path(view, ring) for ring in told["rings"] if _meets(view, ring))
        if drawn:
            found[code] = drawn
    return found


def _meets(view: View, ring: list[int]) -> bool:
    lons, lats = ring[::2], ring[1::2]
    return min(lons) < view.east and max(lons) > view.west and min(lats) < view.north and max(lats) > view.south


def _path(view: View, ring: list[int]) -> str:
    at = [view.at(x, y) for x, y in zip(ring[::2], ring[1::2], strict=True)]
    kept = [one for one, before in zip(at, [None, *at], strict=False) if one != before]
    steps = [f"{x - bx} {y - by}" for (x, y), (bx, by) in zip(kept[1:], kept, strict=False)]
    return f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps)}z" if steps else ""
