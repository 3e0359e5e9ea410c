"""How did the orders flow: how many came to each gate, how many stopped there and how? Numbers, and their picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from django.db.models import Count

from ecluse.base.words import say, say_count, spell
from ecluse.office.models import OrderRow, Setting
from ecluse.order import BESIDE, Gate, Standing

RIVER = tuple(gate for gate in Gate if gate not in BESIDE)
# How an order can leave the stream, from the outer bank inwards: the mark stands beside the number, colour never alone.
EXITS = {Standing.HELD_REFUSED: "×", Standing.HELD_REFERRED: "?", Standing.OPEN: "…"}
STYLE = Path(__file__).parent / "static" / "office" / "flow.css"


@dataclass(frozen=True, slots=True)
class AtGate:
    """One gate of the flow: how many orders came to it, how many stand there and how, how many went on."""

    gate: Gate
    came: int
    stopped: tuple[tuple[Standing, int], ...]
    went_on: int


@dataclass(frozen=True, slots=True)
class Flow:
    """All orders on file by the gate that heard them last; `world` and `until` only where a year was carried."""

    orders: int
    gates: tuple[AtGate, ...]
    world: str
    until: date | None

    @property
    def passed(self) -> int:
        """How many orders are through all five gates?"""
        return self.gates[-1].went_on

    def standing(self, standing: Standing) -> int:
        """How many orders stand like this, at whichever gate?"""
        if standing is Standing.PASSED:
            return self.passed
        return sum(count for stop in self.gates for kind, count in stop.stopped if kind is standing)


def read_flow() -> Flow:
    """How many orders came to each gate, by the caches of standings?"""
    rows = OrderRow.objects.values_list("gate", "standing").annotate(count=Count("order")).order_by()
    counts = {(gate, standing): count for gate, standing, count in rows}
    orders = left = sum(counts.values())
    gates = []
    for gate in RIVER:
        stopped = tuple((kind, counts.get((gate.value, kind.value), 0)) for kind in EXITS)
        came, left = left, left - sum(count for _, count in stopped)
        gates.append(AtGate(gate, came, stopped, left))
    kept = dict(Setting.objects.filter(key__in=("seed", "carried")).values_list("key", "value"))
    until = date.fromisoformat(kept["carried"]) if "carried" in kept else None
    return Flow(orders, tuple(gates), kept.get("seed", "").partition("/")[0], until)


def draw_flow(lang: str, *, is_upright: bool = False, is_styled: bool = True) -> str:
    """How does the flow look? One SVG, without script or outside font; it darkens where the reader's screen is dark.

    Upright it is for narrow screens. Inside a page it goes without its style: the page links `flow.css` itself.
    """
    return paint(read_flow(), lang, UPRIGHT if is_upright else WIDE, is_styled=is_styled)


# ------------------------------------------------------------------ the picture


@dataclass(frozen=True, slots=True)
class Paper:
    """Where does everything lie? `s` runs along the river, `t` across it; upright, the two change places."""

    is_upright: bool
    width: int
    height: int
    start: int  # s of the source
    first: int  # s of the first gate
    step: int  # from one gate to the next
    end: int  # s where the river leaves the picture
    bank: int  # t of the bank that stays straight
    breadth: int  # t that all orders together take
    exits: tuple[int, ...]  # s of each kind of exit after its gate
    room: int  # breadth that an exit may take at most
    turn: int  # radius in which an exit bends
    far: int  # t where exits end
    legend: tuple[tuple[int, int], ...]  # x and y of each line of the legend

    def at(self, s: int, t: int) -> str:
        """Where on the picture is this point?"""
        return f"{t} {s}" if self.is_upright else f"{s} {t}"

    def box(self, s: int, t: int, along: int, across: int) -> str:
        """Which rectangle begins here and is so long and so broad?"""
        x, y, width, height = (t, s, across, along) if self.is_upright else (s, t, along, across)
        return f'x="{x}" y="{y}" width="{width}" height="{height}"'


LEAST_FOR_WORDS = 96  # so broad must an upright stream be to hold a number; a third of it when it lies
# Widths of letters are not known here: places are wide enough for the longest of the three languages.
WIDE = Paper(
    False, 1200, 486, 24, 120, 212, 1176, 128, 200, (62, 118, 174), 44, 26, 392,
    ((24, 462), (220, 462), (510, 462), (960, 462)),
)  # fmt: skip
UPRIGHT = Paper(
    True, 380, 900, 84, 124, 132, 800, 20, 150, (36, 62, 88), 18, 12, 236,
    ((20, 826), (20, 848), (20, 870), (20, 892)),
)  # fmt: skip


def paint(flow: Flow, lang: str, paper: Paper, *, is_styled: bool) -> str:
    """What is the SVG of this flow on this paper?"""
    kind = "flow upright" if paper.is_upright else "flow wide"
    style = f"<style>{STYLE.read_text(encoding='utf-8')}</style>" if is_styled else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {paper.width} {paper.height}" '
        f'lang="{lang}" role="img" aria-label="{escape(in_words(flow, lang), quote=True)}">',
        style,
        f'<rect class="paper" width="{paper.width}" height="{paper.height}" rx="10"/>',
        *_heading(flow, lang, paper),
        *_water(flow, lang, paper),
        *_exits(flow, lang, paper),
        *_doors(flow, lang, paper),
        *_legend(flow, lang, paper),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def in_words(flow: Flow, lang: str) -> str:
    """What does the picture say to those who cannot see it?"""
    said = [say_count("flow.title", flow.orders, lang)]
    for stop in flow.gates:
        stopped = [_standing(kind, orders, lang) for kind, orders in stop.stopped if orders]
        said.append(
            "; ".join([say(f"gate.{stop.gate.value}", lang), say_count("flow.came", stop.came, lang), *stopped])
        )
    return ". ".join([*said, _standing(Standing.PASSED, flow.passed, lang)]) + "."


def _standing(standing: Standing, orders: int, lang: str) -> str:
    return say("flow.standing", lang, standing=say(f"standing.{standing.value}", lang), n=orders)


def _heading(flow: Flow, lang: str, paper: Paper) -> Iterator[str]:
    yield _text(20 if paper.is_upright else 24, 38, "title", say_count("flow.title", flow.orders, lang))
    if flow.world and flow.until and not paper.is_upright:
        yield _text(24, 61, "note", say("flow.world", lang, world=flow.world, until=flow.until))


def _water(flow: Flow, lang: str, paper: Paper) -> Iterator[str]:
    """The stream: as broad as the orders that are still in it, one reach from each gate to the next."""
    reaches = [(paper.start, paper.first, flow.orders)]
    for number, stop in enumerate(flow.gates):
        here = paper.first + number * paper.step
        last = number == len(flow.gates) - 1
        reaches.append((here, paper.end if last else here + paper.step, stop.went_on))
    for begins, ends, orders in reaches:
        if orders:
            box = paper.box(begins, paper.bank, ends - begins, max(2, _broad(orders, flow, paper)))
            yield f'<rect class="water" {box}/>'
    if flow.passed:
        yield _sum(flow, lang, paper)


def _sum(flow: Flow, lang: str, paper: Paper) -> str:
    """How many are through, written in the stream where it is broad enough, else beside it."""
    said, broad = f"✓ {spell(flow.passed, lang)}", _broad(flow.passed, flow, paper)
    if paper.is_upright:
        if broad < LEAST_FOR_WORDS:
            return _text(paper.bank + broad + 10, paper.end - 8, "count passed", said)
        return _text(paper.bank + broad // 2, paper.end - 16, "sum", said, "middle")
    if broad < LEAST_FOR_WORDS // 3:
        return _text(paper.end, paper.bank - 12, "count passed", said, "end")
    return _text(paper.end - 16, paper.bank + broad // 2 + 7, "sum", said, "end")


def _exits(flow: Flow, lang: str, paper: Paper) -> Iterator[str]:
    """What leaves the stream behind each gate, peeled off its outer bank and led away."""
    for number, stop in enumerate(flow.gates):
        here, outer = paper.first + number * paper.step, stop.came
        for (kind, orders), away in zip(stop.stopped, paper.exits, strict=True):
            if orders:
                high = paper.bank + _broad(outer - orders, flow, paper)
                # No broader than its place, however many: the number beside it is exact.
                low = min(high + paper.room, max(high + 2, paper.bank + _broad(outer, flow, paper)))
                yield f'<path class="{kind.value}" d="{_bend(here, high, low, here + away, paper)}"/>'
                yield _exit_label(kind, orders, here + away, lang, paper)
            outer -= orders


def _bend(here: int, high: int, low: int, away: int, paper: Paper) -> str:
    """An exit runs on beside the stream, turns off, and ends; its breadth is the same all the way."""
    near, broad = away - (low - high), low - high
    tight, at = paper.turn, paper.at
    return (
        f"M{at(here, high)} L{at(near - tight, high)} Q{at(away, high)} {at(away, high + tight + broad)} "
        f"L{at(away, paper.far)} L{at(near, paper.far)} L{at(near, high + tight + broad)} "
        f"Q{at(near, low)} {at(near - tight, low)} L{at(here, low)} Z"
    )


def _exit_label(kind: Standing, orders: int, away: int, lang: str, paper: Paper) -> str:
    x, y = (paper.far + 8, away + 3) if paper.is_upright else (away - 4, paper.far + 22)
    anchor = "" if paper.is_upright else "middle"
    return _text(x, y, f"count {kind.value}", f"{EXITS[kind]} {spell(orders, lang)}", anchor)


def _doors(flow: Flow, lang: str, paper: Paper) -> Iterator[str]:
    """The five gates across the stream, each with its name and how many came."""
    for number, stop in enumerate(flow.gates):
        here = paper.first + number * paper.step
        beyond = max(12, _broad(stop.came, flow, paper))
        yield f'<rect class="door" rx="3" {paper.box(here - 4, paper.bank - 8, 8, beyond + 16)}/>'
        name = f"{number + 1} {say(f'gate.{stop.gate.value}', lang)}"
        came = say_count("flow.came", stop.came, lang)
        if paper.is_upright:
            yield _text(paper.bank + paper.breadth + 18, here - 6, "gate", name)
            yield _text(paper.bank + paper.breadth + 18, here + 12, "note", came)
        else:
            yield _text(here, paper.bank - 34, "gate", name, "middle")
            yield _text(here, paper.bank - 16, "note", came, "middle")


def _legend(flow: Flow, lang: str, paper: Paper) -> Iterator[str]:
    """What the colours and marks mean, with the sum of each over all gates; it is also the total of all orders."""
    marks = {Standing.PASSED: "✓", **EXITS}
    for (x, y), (kind, mark) in zip(paper.legend, marks.items(), strict=True):
        said = f"{mark} {_standing(kind, flow.standing(kind), lang)}"
        yield f'<rect class="{kind.value}" x="{x}" y="{y - 11}" width="12" height="12" rx="2"/>'
        yield _text(x + 20, y, f"note {kind.value}", said)


def _broad(orders: int, flow: Flow, paper: Paper) -> int:
    return orders * paper.breadth // max(1, flow.orders)


def _text(x: int, y: int, kind: str, said: str, anchor: str = "") -> str:
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{anchored}>{escape(said)}</text>'
