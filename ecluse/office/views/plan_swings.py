"""How does a tornado look: bars to both sides of what is now? A picture, its drawing for paper, its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe

from ecluse.base.words import say, spell
from ecluse.office.views.charts import Painted, script_text
from ecluse.office.views.charts_drawn import WIDTH, frame, short, text
from ecluse.office.views.page import word

MOST_BARS = 24
STEP, BAR, TOP, BESIDE, EDGE = 40, 13, 6, 190, 95  # EDGE: room for a number beside the longest bar
COLOURS, HEX = (5, 0), ("#66757a", "#2b8a95")  # of the figure made smaller, and larger


@dataclass(frozen=True, slots=True)
class Swing:
    """One figure: its name (a catalogue key), and the step it makes when smaller and when larger; None is unknown."""

    name: str
    less: int | None
    more: int | None

    @property
    def most(self) -> int:
        """How far does it swing at most?"""
        return max(abs(self.less or 0), abs(self.more or 0))

    @property
    def ends(self) -> tuple[int | None, int | None]:
        """Both steps."""
        return self.less, self.more


@dataclass(frozen=True, slots=True)
class Swings:
    """Bars to both sides of what is now. `id` is unique on its page; `title` is a text."""

    id: str
    title: str
    swings: Sequence[Swing]

    def painted(self, lang: str) -> Painted:
        """How does it look in this language? Raises ValueError when there are more bars than a picture holds."""
        if len(self.swings) > MOST_BARS:
            raise ValueError(f"a tornado has at most {MOST_BARS} bars")
        names = [word(swing.name, lang) for swing in self.swings]
        ends = [say(f"planpages.tornado.{end}", lang) for end in ("less", "more")]
        is_empty = not any(swing.most for swing in self.swings)
        rows = [
            [name, *(_said(step, lang) for step in swing.ends)]
            for name, swing in zip(names, self.swings, strict=True)
        ]  # fmt: skip
        return Painted(
            self.id, self.title,
            "" if is_empty else mark_safe(self._drawn(names, lang)),  # every word is escaped in drawing
            script_text(self._option(names, ends, lang)),
            [say("planpages.figure", lang), *ends], rows, False,
        )  # fmt: skip

    def _drawn(self, names: Sequence[str], lang: str) -> str:
        most = max(1, *(swing.most for swing in self.swings))
        room = (WIDTH - BESIDE - 2 * EDGE) // 2
        middle = BESIDE + EDGE + room
        parts = [f'<path class="axis" d="M{middle} {TOP}V{TOP + len(names) * STEP}"/>']
        for at, (name, swing) in enumerate(zip(names, self.swings, strict=True)):
            y = TOP + at * STEP
            parts.append(text(BESIDE - 10, y + 18, short(name), "soft", "end"))
            for colour, place, step in zip(COLOURS, (0, BAR + 1), swing.ends, strict=True):
                long = abs(step or 0) * room // most
                x, is_left = middle - long if (step or 0) < 0 else middle, (step or 0) < 0
                low = y + place
                parts.append(f'<rect class="s{colour}" x="{x}" y="{low}" width="{long}" height="{BAR}" rx="2"/>')
                beside = (x - 5, "end") if is_left else (x + long + 5, "start")
                parts.append(text(beside[0], low + 11, _said(step, lang), "soft", beside[1]))
        told = zip(names, self.swings, strict=True)
        said = "; ".join(f"{name}: " + ", ".join(_said(step, lang) for step in one.ends) for name, one in told)
        return frame(self.title, TOP + len(names) * STEP + 6, parts, said)

    def _option(self, names: Sequence[str], ends: Sequence[str], lang: str) -> dict[str, Any]:
        series, reach = [], 2 * max(1, *(swing.most for swing in self.swings))  # room for a number beside each bar
        for side, (end, colour) in enumerate(zip(ends, HEX, strict=True)):
            bars = [
                {"value": swing.ends[side] or 0, "label": {"formatter": _said(swing.ends[side], lang),
                 "position": "left" if (swing.ends[side] or 0) < 0 else "right"}}
                for swing in self.swings
            ]  # fmt: skip
            series.append(
                {"type": "bar", "name": end, "data": bars, "barMaxWidth": 14, "itemStyle": {"color": colour},
                 "label": {"show": True}}
            )  # fmt: skip
        return {
            "xAxis": {"type": "value", "min": -reach, "max": reach, "axisLabel": {"show": False}, "splitNumber": 2},
            "yAxis": {"type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False},
                      "axisLine": {"onZero": False}},
            "series": series, "legend": {"data": list(ends), "top": 0},
            "grid": {"left": 8, "right": 8, "top": 34, "bottom": 8, "containLabel": True},
            "tooltip": {"trigger": "item", "renderMode": "richText"},
        }  # fmt: skip


def _said(step: int | None, lang: str) -> str:
    """How is a step written, with its sign?"""
    if step is None:
        return say("pages2.unknown", lang)
    return ("+" if step > 0 else "−" if step < 0 else "") + spell(abs(step), lang)
