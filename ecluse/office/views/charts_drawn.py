"""How does a chart look where nothing runs: on paper, without script? SVG drawn by the server, in whole points."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ecluse.base.words import spell

WIDTH = 640
BAR, BAR_GAP, GROUP_GAP = 14, 3, 14
TOP, MOST_LABELS = 30, 210  # room for the legend; room for names to the left of bars
LINE_HEIGHT = 220
BAND_HEIGHT, NODE, NODE_GAP = 260, 12, 14
MOST_LETTERS = 30
Rows = Sequence[tuple[str, list[int]]]


def draw_bars(title: str, names: Sequence[str], rows: Rows, lang: str) -> str:
    """Which drawing has one group of lying bars for each name?"""
    top = TOP if len(rows) > 1 else 6
    step = len(rows) * (BAR + BAR_GAP) + GROUP_GAP
    most = max(1, *(number for _, values in rows for number in values))
    beside = min(MOST_LABELS, 30 + 8 * max((len(name) for name in names), default=0))
    room = WIDTH - beside - 70
    parts = [*_legend(rows)] if len(rows) > 1 else []
    for at, name in enumerate(names):
        y = top + at * step
        middle = y + len(rows) * (BAR + BAR_GAP) // 2 + 4
        parts.append(text(beside - 10, middle, short(name), "soft", "end"))
        for colour, (_, values) in enumerate(rows):
            long = max(0, values[at]) * room // most
            low = y + colour * (BAR + BAR_GAP)
            parts.append(f'<rect class="s{colour}" x="{beside}" y="{low}" width="{long}" height="{BAR}" rx="2"/>')
            parts.append(text(beside + long + 6, low + 12, spell(values[at], lang), "soft"))
    return _svg(title, top + len(names) * step, parts, names, rows, lang)


def draw_lines(title: str, names: Sequence[str], rows: Rows, lang: str) -> str:
    """Which drawing has one line for each series over the names?"""
    most = max(1, *(number for _, values in rows for number in values))
    left, bottom = 60, TOP + LINE_HEIGHT
    wide = WIDTH - left - 20
    between = wide // max(1, len(names) - 1)
    parts = [*_legend(rows)]
    for part in range(5):
        y = bottom - part * LINE_HEIGHT // 4
        parts.append(f'<path class="axis" d="M{left} {y}H{WIDTH - 20}"/>')
        parts.append(text(left - 8, y + 4, spell(most * part // 4, lang), "soft", "end"))
    for at in range(0, len(names), max(1, -(-len(names) // 8))):
        parts.append(text(left + at * between, bottom + 20, short(names[at]), "soft", "middle"))
    for colour, (_, values) in enumerate(rows):
        points = " ".join(
            f"{left + at * between},{bottom - max(0, number) * LINE_HEIGHT // most}" for at, number in enumerate(values)
        )
        parts.append(f'<polyline class="l{colour}" points="{points}"/>')
    return _svg(title, bottom + 34, parts, names, rows, lang)


def draw_bands(title: str, flows: Sequence[tuple[str, str, int]], lang: str) -> str:
    """Which drawing has bands from left to right, each as broad as what flows in it?"""
    depth = _depths(flows)
    columns: dict[int, list[str]] = {}
    for name, at in depth.items():
        columns.setdefault(at, []).append(name)
    weight = {name: max(sum(flow[2] for flow in flows if flow[side] == name) for side in (0, 1)) for name in depth}
    scale = max(1, *(sum(weight[name] for name in names) for names in columns.values()))
    across = (WIDTH - 160) // max(1, len(columns) - 1)
    box: dict[str, tuple[int, int, int]] = {}
    for at, names in columns.items():
        y = TOP
        for name in names:
            high = max(3, weight[name] * BAND_HEIGHT // scale)
            box[name] = (4 + at * across, y, high)
            y += high + NODE_GAP + 8
    # What flows on has the water's colour; where it ends has a colour of its own.
    ends = [name for name in box if all(a != name for a, _, _ in flows)]
    colours = {name: 1 + ends.index(name) % 5 if name in ends else 0 for name in box}
    parts = [*_bands(flows, box, weight, colours)]
    for name, (x, y, high) in box.items():
        parts.append(f'<rect class="s{colours[name]}" x="{x}" y="{y}" width="{NODE}" height="{high}" rx="2"/>')
        parts.append(text(x + NODE + 6, y + min(high, 24) // 2 + 5, f"{short(name)} {spell(weight[name], lang)}"))
    said = "; ".join(f"{a} → {b}: {spell(n, lang)}" for a, b, n in flows)
    return frame(title, max(y + high for _, y, high in box.values()) + 16, parts, said)


def _bands(
    flows: Sequence[tuple[str, str, int]],
    box: dict[str, tuple[int, int, int]],
    weight: dict[str, int],
    colours: dict[str, int],
) -> list[str]:
    out, into = dict.fromkeys(box, 0), dict.fromkeys(box, 0)
    parts = []
    for a, b, n in flows:
        (ax, ay, ahigh), (bx, by, bhigh) = box[a], box[b]
        broad = max(1, n * ahigh // max(1, weight[a]))
        y, z = ay + out[a] * ahigh // max(1, weight[a]), by + into[b] * bhigh // max(1, weight[b])
        out[a], into[b] = out[a] + n, into[b] + n
        start, middle = ax + NODE, (ax + NODE + bx) // 2
        parts.append(
            f'<path class="band s{colours[a]}" d="M{start} {y}C{middle} {y} {middle} {z} {bx} {z}'
            f'V{z + broad}C{middle} {z + broad} {middle} {y + broad} {start} {y + broad}Z"/>'
        )
    return parts


def _depths(flows: Sequence[tuple[str, str, int]]) -> dict[str, int]:
    """In which column does each name stand? One to the right of all that flow into it; a circle is cut."""
    depth = dict.fromkeys((name for a, b, _ in flows for name in (a, b)), 0)
    for _ in range(len(depth)):
        for a, b, _n in flows:
            depth[b] = max(depth[b], min(depth[a] + 1, len(depth) - 1))
    seen = sorted(set(depth.values()))
    return {name: seen.index(at) for name, at in depth.items()}


def _legend(rows: Rows) -> list[str]:
    parts, x = [], 0
    for colour, (label, _) in enumerate(rows):
        parts.append(f'<rect class="s{colour}" x="{x}" y="2" width="12" height="12" rx="2"/>')
        parts.append(text(x + 18, 13, short(label)))
        x += 40 + 8 * len(short(label))
    return parts


def _svg(title: str, height: int, parts: Sequence[str], names: Sequence[str], rows: Rows, lang: str) -> str:
    said = "; ".join(
        f"{label}: " + ", ".join(f"{name} {spell(values[at], lang)}" for at, name in enumerate(names))
        for label, values in rows
    )
    return frame(title, height, parts, said)


def frame(title: str, height: int, parts: Sequence[str], said: str) -> str:
    """Which drawing has these parts, and says all of it to who does not see?"""
    label = escape(f"{title}. {said}", quote=True)
    return f'<svg class="draw" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def text(x: int, y: int, said: str, kind: str = "", anchor: str = "start") -> str:
    """Which text stands at this place?"""
    shown = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{shown} text-anchor="{anchor}">{escape(said)}</text>'


def short(name: str) -> str:
    """A name no longer than its room; the table has it whole."""
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
