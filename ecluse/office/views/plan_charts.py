"""How do a waterfall and a heat map look? By the house's one pattern: a picture, its drawing for paper, its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from django.utils.html import format_html
from django.utils.safestring import mark_safe

from ecluse.base.words import say, spell
from ecluse.office.views.charts import Painted, script_text
from ecluse.office.views.charts_drawn import WIDTH, frame, short, text
from ecluse.office.views.page import word

MOST_STEPS, MOST_CELLS = 12, 1_200
# What stands, what is taken away, what is left, and what the registers say of it.
COLOURS = {"stands": 0, "taken": 5, "left": 4, "register": 1}
HEX = {"taken": "#66757a", "left": "#5b8a3c", "register": "#d99215"}
Part = Literal["stands", "taken", "left", "register"]
STEP, BAR, BESIDE, ROOM = 34, 20, 210, 330
CELL, ROW, TOP, SHADES = 36, 20, 24, 10
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: its name (a catalogue key or a text), its number (None is unknown), from where to where it reaches, and
    where its records are."""

    name: str
    number: int | None
    start: int
    end: int
    part: Part
    address: str = ""

    def said(self, lang: str) -> str:
        """How is its number written?"""
        return say("pages2.unknown", lang) if self.number is None else spell(self.number, lang)

    @property
    def long(self) -> int:
        """How long is it?"""
        return abs(self.end - self.start)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars of which each begins where the one before it ended. `id` is unique on its page."""

    id: str
    title: str
    steps: Sequence[Step]

    def painted(self, lang: str) -> Painted:
        """How does it look in this language? Its table's figures open to their records, as its bars do."""
        if len(self.steps) > MOST_STEPS:
            raise ValueError(f"a waterfall has at most {MOST_STEPS} steps")
        title, names = word(self.title, lang), [word(step.name, lang) for step in self.steps]
        rows = [[name, _opened(step, lang)] for name, step in zip(names, self.steps, strict=True)]
        is_empty = not any(step.long for step in self.steps)
        return Painted(
            self.id, title,
            "" if is_empty else mark_safe(self._drawn(title, names, lang)),  # every word is escaped in drawing
            script_text(self._option(names, lang)),
            [say("planpages.step", lang), say("planpages.units", lang)], rows, False,
        )  # fmt: skip

    def _drawn(self, title: str, names: Sequence[str], lang: str) -> str:
        most = max(1, *(max(step.start, step.end) for step in self.steps))
        parts = []
        for at, (name, step) in enumerate(zip(names, self.steps, strict=True)):
            y, low = 6 + at * STEP, min(step.start, step.end)
            x, long = BESIDE + low * ROOM // most, max(1, step.long * ROOM // most) if step.long else 0
            parts.append(text(BESIDE - 10, y + 15, short(name), "soft", "end"))
            if at:
                joint = BESIDE + step.start * ROOM // most
                parts.append(f'<path class="axis" d="M{joint} {y - STEP + BAR}V{y}"/>')
            parts.append(f'<rect class="s{COLOURS[step.part]}" x="{x}" y="{y}" width="{long}" height="{BAR}" rx="2"/>')
            parts.append(text(x + long + 6, y + 15, step.said(lang), "soft"))
        said = "; ".join(f"{name} {step.said(lang)}" for name, step in zip(names, self.steps, strict=True))
        return frame(title, len(names) * STEP + 8, parts, said)

    def _option(self, names: Sequence[str], lang: str) -> dict[str, Any]:
        """The bars lie on others that are not seen and do not answer the pointer."""
        bars = []
        for name, step in zip(names, self.steps, strict=True):
            bar: dict[str, Any] = {"value": step.long, "name": name, "address": step.address}
            bar["label"] = {"formatter": step.said(lang)}
            bars.append(bar | ({"itemStyle": {"color": HEX[step.part]}} if step.part in HEX else {}))
        under = [min(step.start, step.end) for step in self.steps]
        plain = {"type": "bar", "stack": "steps", "barMaxWidth": 24}
        unseen = {"silent": True, "itemStyle": {"color": "transparent"}, "tooltip": {"show": False}}
        return {
            "xAxis": {"type": "value", "minInterval": 1},
            "yAxis": {"type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False}},
            "series": [
                {**plain, **unseen, "data": under},
                {**plain, "data": bars, "label": {"show": True, "position": "right"}, "cursor": "pointer"},
            ],
            "grid": {"left": 8, "right": 90, "top": 12, "bottom": 8, "containLabel": True},
            "tooltip": {"trigger": "item", "renderMode": "richText"},
        }


def _opened(step: Step, lang: str) -> str:
    said = step.said(lang)
    return format_html('<a class="ds-link" href="{}">{}</a>', step.address, said) if step.address else said


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a heat map: its name, where its records are, and its figures in whole percent, None for unknown."""

    name: str
    address: str
    percents: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Heat:
    """A field of percents: a line for each thing, a column for each month. `id` is unique on its page."""

    id: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Row]

    def painted(self, lang: str) -> Painted:
        """How does it look in this language? Raises ValueError when there are more cells than a picture holds."""
        is_even = all(len(row.percents) == len(self.columns) for row in self.rows)
        if len(self.columns) * len(self.rows) > MOST_CELLS or not is_even:
            raise ValueError(f"a heat map has at most {MOST_CELLS} cells, one for each column")
        title = word(self.title, lang)
        return Painted(
            self.id, title,
            mark_safe(self._drawn(title, lang)) if self.rows else "",  # every word is escaped in drawing
            script_text(self._option(lang)),
            [say("planpages.line", lang), *self.columns],
            [[_named(row), *(_percent(one, lang) for one in row.percents)] for row in self.rows], False,
        )  # fmt: skip

    def _drawn(self, title: str, lang: str) -> str:
        across = min(CELL, (WIDTH - BESIDE) // max(1, len(self.columns)))
        parts = [
            text(BESIDE + at * across + across // 2, 14, name, "soft", "middle") for at, name in enumerate(self.columns)
        ]
        for down, row in enumerate(self.rows):
            y = TOP + down * ROW
            parts.append(text(BESIDE - 8, y + 14, short(row.name), "soft", "end"))
            for at, percent in enumerate(row.percents):
                shade = 0 if percent is None else min(SHADES, percent * SHADES // PERCENT)
                x, said = BESIDE + at * across, escape(self._told(row, at, lang))
                size = f'width="{across - 2}" height="{ROW - 2}" rx="2"'
                parts.append(f'<rect class="heat{shade}" x="{x}" y="{y}" {size}><title>{said}</title></rect>')
        said = "; ".join(f"{row.name}: " + ", ".join(_percent(one, lang) for one in row.percents) for row in self.rows)
        return frame(title, TOP + len(self.rows) * ROW + 6, parts, said)

    def _told(self, row: Row, at: int, lang: str) -> str:
        return f"{row.name} · {self.columns[at]}: {_percent(row.percents[at], lang)}"

    def _option(self, lang: str) -> dict[str, Any]:
        cells = [
            {"value": [at, down, percent or 0], "name": self._told(row, at, lang), "address": row.address}
            for down, row in enumerate(self.rows)
            for at, percent in enumerate(row.percents)
        ]
        return {
            "xAxis": {"type": "category", "data": list(self.columns), "axisTick": {"show": False}, "position": "top"},
            "yAxis": {"type": "category", "data": [row.name for row in self.rows], "inverse": True,
                      "axisTick": {"show": False}},
            "series": [{"type": "heatmap", "data": cells, "cursor": "pointer",
                        "itemStyle": {"borderWidth": 1, "borderColor": "#8884"}}],
            "visualMap": {"show": False, "min": 0, "max": PERCENT, "dimension": 2,
                          "inRange": {"color": ["#2b8a95"], "opacity": [0.06, 1]}},
            "grid": {"left": 8, "right": 8, "top": 8, "bottom": 8, "containLabel": True},
            "tooltip": {"trigger": "item", "renderMode": "richText", "formatter": "{b}"},
        }  # fmt: skip


def _named(row: Row) -> str:
    return format_html('<a class="ds-link" href="{}">{}</a>', row.address, row.name) if row.address else row.name


def _percent(percent: int | None, lang: str) -> str:
    return "–" if percent is None else say("planpages.percent", lang, percent=percent)
