"""How is a row of numbers shown? One pattern: a picture that answers the pointer, its drawing for paper, its table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.safestring import SafeString, mark_safe

from ecluse.base.words import say, spell
from ecluse.office.views.charts_drawn import draw_bands, draw_bars, draw_lines
from ecluse.office.views.page import word

Kind = Literal["bar", "line", "sankey"]
MOST_POINTS = 400
MOST_SERIES = 6


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers under one name (a catalogue key or a text); one number for each category."""

    label: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Painted:
    """A chart as the template shows it."""

    id: str
    title: str
    drawing: SafeString | str
    option: SafeString | str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_flow: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. Bars and lines have categories and series; a sankey has flows (from, to, how many).

    Every word may be a catalogue key or a text. `id` is unique on its page.
    """

    id: str
    kind: Kind
    title: str
    categories: Sequence[str] = ()
    series: Sequence[Series] = ()
    flows: Sequence[tuple[str, str, int]] = ()

    def painted(self, lang: str) -> Painted:
        """How does this chart look in this language? Raises ValueError when its numbers do not fit together."""
        self._check()
        title = word(self.title, lang)
        if self.kind == "sankey":
            return self._flow(title, lang)
        names = [word(name, lang) for name in self.categories]
        rows = [(word(one.label, lang), list(one.values)) for one in self.series]
        draw = draw_bars if self.kind == "bar" else draw_lines
        is_empty = not any(any(values) for _, values in rows)
        return Painted(
            self.id,
            title,
            "" if is_empty else mark_safe(draw(title, names, rows, lang)),  # every word is escaped in drawing
            script_text(_series_option(self.kind, names, rows)),
            [say("house.chart.what", lang), *(label for label, _ in rows)],
            [[name, *(spell(values[at], lang) for _, values in rows)] for at, name in enumerate(names)],
            False,
        )

    def _flow(self, title: str, lang: str) -> Painted:
        flows = [(word(a, lang), word(b, lang), n) for a, b, n in self.flows if n]
        heading = [say(f"house.chart.{part}", lang) for part in ("from", "to", "how_many")]
        return Painted(
            self.id,
            title,
            mark_safe(draw_bands(title, flows, lang)) if flows else "",  # every word is escaped in drawing
            script_text(_flow_option(flows)),
            heading,
            [[a, b, spell(n, lang)] for a, b, n in flows],
            True,
        )

    def _check(self) -> None:
        points = max(len(self.categories), len(self.flows))
        if points > MOST_POINTS or len(self.series) > MOST_SERIES:
            raise ValueError(f"a chart shows at most {MOST_POINTS} points in {MOST_SERIES} series")
        if any(len(one.values) != len(self.categories) for one in self.series):
            raise ValueError("a series has one number for each category")
        if any(number < 0 for *_, number in self.flows):
            raise ValueError("nothing flows backwards")


def _series_option(kind: str, names: Sequence[str], rows: Sequence[tuple[str, list[int]]]) -> dict[str, Any]:
    """What is ECharts told? Bars lie, so that long names have room; colours and type are the page's own."""
    words = {"type": "category", "data": list(names), "inverse": kind == "bar", "axisTick": {"show": False}}
    numbers = {"type": "value", "minInterval": 1}
    series = [
        {"type": kind, "name": label, "data": values, "barMaxWidth": 22, "symbolSize": 7, "lineStyle": {"width": 2.5}}
        for label, values in rows
    ]
    return {
        "xAxis": numbers if kind == "bar" else words,
        "yAxis": words if kind == "bar" else numbers,
        "series": series,
        "legend": {"show": len(rows) > 1, "top": 0, "left": 0},
        "grid": {"left": 8, "right": 24, "top": 40 if len(rows) > 1 else 12, "bottom": 8, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            "axisPointer": {"type": "shadow" if kind == "bar" else "line"},
        },
    }


def _flow_option(flows: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    names = list(dict.fromkeys(name for a, b, _ in flows for name in (a, b)))
    return {
        "series": [
            {
                "type": "sankey",
                "data": [{"name": name} for name in names],
                "links": [{"source": a, "target": b, "value": n} for a, b, n in flows],
                "left": 4,
                "right": 150,
                "top": 12,
                "bottom": 12,
                "nodeGap": 16,
                "lineStyle": {"color": "source", "opacity": 0.32},
                "emphasis": {"focus": "adjacency"},
            }
        ],
        "tooltip": {"renderMode": "richText"},
    }


def script_text(option: dict[str, Any]) -> SafeString:
    text = json.dumps(option, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return mark_safe(text)  # the letters that could end the element are escaped
