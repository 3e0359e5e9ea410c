"""Does the flow picture count every order once, at one gate, and can it be read in three languages?"""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browser import browse
from carried import office_on, sqlite_url
from hypothesis import given, settings
from hypothesis import strategies as st

LANGUAGES = ("uk", "en", "fr")
COUNTS = {
    ("surplus", "held_refused"): 3, ("surplus", "open"): 1, ("parties", "held_referred"): 2,
    ("custody", "held_refused"): 4, ("custody", "open"): 5, ("proceeds", "held_referred"): 1,
    ("proceeds", "passed"): 84,
}  # fmt: skip
ON = date(2026, 12, 31)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An office with a hundred orders whose standings are known."""
    with office_on(sqlite_url(tmp_path_factory.mktemp("flow") / "office.sqlite3")):
        from ecluse.office.models import OrderRow, Setting

        OrderRow.objects.bulk_create(
            OrderRow(order=f"order:{gate}-{standing}-{n}", exporter="x", filed_on=ON, standing=standing, gate=gate)
            for (gate, standing), count in COUNTS.items()
            for n in range(count)
        )
        for key, value in (("kind", "demonstration"), ("seed", "toy-2026/7"), ("carried", str(ON))):
            Setting.objects.create(key=key, value=value)
        yield


def flow_of(stops: list[tuple[int, int, int]], passed: int) -> Any:
    """A flow with so many refused, referred and open at each gate, and so many through."""
    from ecluse.office.flow import EXITS, RIVER, AtGate, Flow

    orders = left = passed + sum(map(sum, stops))
    gates = []
    for gate, counts in zip(RIVER, stops, strict=True):
        came, left = left, left - sum(counts)
        gates.append(AtGate(gate, came, tuple(zip(EXITS, counts, strict=True)), left))
    return Flow(orders, tuple(gates), "toy-2026", ON)


def numbers_in(svg: str) -> list[str]:
    return [text for element in ET.fromstring(svg).iter() if (text := (element.text or "").strip())]


# ------------------------------------------------------------------ the numbers


@pytest.mark.db
def test_every_order_is_counted_once(office: None) -> None:
    from ecluse.office.flow import read_flow
    from ecluse.order import Standing

    flow = read_flow()
    assert [stop.came for stop in flow.gates] == [100, 96, 94, 94, 85]
    assert [stop.went_on for stop in flow.gates] == [96, 94, 94, 85, 84]
    assert {standing.value: flow.standing(standing) for standing in Standing} == {
        "held_refused": 7, "held_referred": 3, "open": 6, "passed": 84,
    }  # fmt: skip
    assert (flow.world, flow.until) == ("toy-2026", ON)


@pytest.mark.db
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_says_what_the_office_counts(office: None, lang: str) -> None:
    from ecluse.base.words import say, say_count
    from ecluse.office.flow import draw_flow

    svg = draw_flow(lang)
    said = numbers_in(svg)
    assert say_count("flow.title", 100, lang) in said
    assert {"× 3", "? 2", "× 4", "… 5", "✓ 84"} <= set(said)
    assert f"4 {say('gate.custody', lang)}" in said
    assert say("flow.world", lang, world="toy-2026", until=ON) in said


@pytest.mark.db
def test_the_command_writes_the_picture(office: None, tmp_path: Path) -> None:
    from ecluse.office.flow import draw_flow

    path = tmp_path / "flow.svg"
    path.write_text(draw_flow("en"), encoding="utf-8")
    assert path.read_bytes() == draw_flow("en").encode(), "the same office gives the same bytes"


# ------------------------------------------------------------------ the picture


@pytest.mark.parametrize("is_upright", [False, True], ids=["wide", "upright"])
@given(
    stops=st.lists(st.tuples(*[st.integers(0, 3000)] * 3), min_size=5, max_size=5),
    passed=st.integers(0, 3000),
)
@settings(max_examples=60, deadline=None)
def test_nothing_leaves_the_paper(is_upright: bool, stops: list[tuple[int, int, int]], passed: int) -> None:
    from ecluse.office.flow import UPRIGHT, WIDE, paint

    paper = UPRIGHT if is_upright else WIDE
    root = ET.fromstring(paint(flow_of(stops, passed), "en", paper, is_styled=True))
    for element in root.iter():
        if element.tag.endswith("rect"):
            x, y, width, height = (int(element.get(name, "0")) for name in ("x", "y", "width", "height"))
            assert width > 0
            assert height > 0
            assert 0 <= x <= x + width <= paper.width
            assert 0 <= y <= y + height <= paper.height
        for point in re.findall(r"(-?\d+) (-?\d+)", element.get("d", "")):
            assert 0 <= int(point[0]) <= paper.width
            assert 0 <= int(point[1]) <= paper.height


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("stops", [[(0, 0, 0)] * 5, [(9, 0, 0), *[(0, 0, 0)] * 4]], ids=["no order", "none went on"])
def test_an_office_with_little_to_show_is_drawn_too(lang: str, stops: list[tuple[int, int, int]]) -> None:
    from ecluse.office.flow import WIDE, paint

    svg = paint(flow_of(stops, 0), lang, WIDE, is_styled=True)
    assert ("× 9" in svg) == (stops[0][0] == 9)
    assert 'class="sum"' not in svg


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_cannot_see_it_is_told_the_same(lang: str) -> None:
    from ecluse.base.words import say
    from ecluse.office.flow import in_words

    told = in_words(flow_of([(1, 2, 0), (0, 0, 3), (0, 0, 0), (4, 0, 0), (0, 0, 0)], 90), lang)
    for word in ("gate.surplus", "gate.proceeds", "standing.held_referred", "standing.passed"):
        assert say(word, lang) in told
    assert told.count("3") >= 1


@pytest.mark.parametrize("is_styled", [True, False])
def test_the_picture_stands_alone(is_styled: bool) -> None:
    from ecluse.office.flow import WIDE, paint

    svg = paint(flow_of([(1, 1, 1)] * 5, 9), "en", WIDE, is_styled=is_styled)
    assert svg.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    assert "<script" not in svg
    assert "style=" not in svg
    assert ("prefers-color-scheme: dark" in svg) == is_styled


def test_text_from_outside_is_escaped() -> None:
    from dataclasses import replace

    from ecluse.office.flow import WIDE, paint

    svg = paint(replace(flow_of([(1, 1, 1)] * 5, 9), world='<b>"&'), "en", WIDE, is_styled=True)
    assert "&lt;b&gt;&quot;&amp;" in svg or '&lt;b&gt;"&amp;' in svg
    ET.fromstring(svg)


@pytest.mark.parametrize("name", ["flow", "architecture"])
def test_pictures_of_the_documentation_stand_alone(repository: Path, name: str) -> None:
    svg = (repository / "docs" / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    ET.fromstring(svg)
    assert svg.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    assert "prefers-color-scheme: dark" in svg


MEASURE = """<script>
const boxes = [...document.querySelectorAll("svg text")].map(t => [t.textContent, t.getBBox()]);
const view = document.querySelector("svg").viewBox.baseVal;
const out = boxes.filter(([, b]) => b.x < 0 || b.x + b.width > view.width || b.y + b.height > view.height);
const across = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const pairs = boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => across(a[1], b[1])).map(b => a[0] + " / " + b[0]));
document.title = "beyond: " + out.map(b => b[0]).join("; ") + " over: " + pairs.join("; ") + " count: " + boxes.length;
</script>"""


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("is_upright", [False, True], ids=["wide", "upright"])
def test_words_keep_apart_and_on_the_paper(is_upright: bool, lang: str, tmp_path: Path) -> None:
    from ecluse.office.flow import UPRIGHT, WIDE, paint

    flow = flow_of([(1281, 46, 112), (1105, 124, 110), (1102, 151, 120), (1120, 124, 146), (1148, 130, 110)], 2403)
    svg = paint(flow, lang, UPRIGHT if is_upright else WIDE, is_styled=True)
    page = tmp_path / "page.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><title></title>{svg}{MEASURE}', encoding="utf-8")
    shown = browse(page.as_uri(), "--dump-dom", folder=tmp_path)
    assert isinstance(shown, subprocess.CompletedProcess)
    title = re.search(r"<title>(.*?)</title>", shown.stdout)
    assert title, shown.stdout[:500]
    assert re.fullmatch(r"beyond:  over:  count: \d{2}", title[1]), title[1]
