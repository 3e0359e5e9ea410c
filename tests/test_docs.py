"""Do the words beside the code still hold: examples that run, links that lead somewhere, a glossary in order?"""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# These have no people, database or start-up in them, so importing them does nothing but define.
PURE = ("base", "surplus", "parties", "licence", "custody", "proceeds", "plan", "edge", "order.py")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def modules() -> list[str]:
    paths = [path for part in PURE for path in ([ROOT / "ecluse" / part] if part.endswith(".py") else [])]
    paths += [path for part in PURE for path in sorted((ROOT / "ecluse" / part).rglob("*.py"))]
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
        if path.exists()
    ]


@pytest.mark.parametrize("name", modules())
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    lost = [link for link in links if link and not (page.parent / link).exists()]
    assert not lost, f"{page.name} points at what is not there: {lost}"


def glossary() -> list[list[str]]:
    lines = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]


def test_glossary_is_whole_and_in_order() -> None:
    rows = glossary()
    assert rows
    assert all(len(row) == 4 and all(row) for row in rows), "every term has three languages and a meaning"
    terms = [row[0].casefold() for row in rows]
    assert terms == sorted(set(terms)), "alphabetical by English term, each once"


@pytest.mark.parametrize("column", [1, 2])
def test_one_word_names_one_idea(column: int) -> None:
    words = [row[column].casefold() for row in glossary()]
    twice = sorted({word for word in words if words.count(word) > 1})
    assert not twice, f"one word stands for two ideas: {twice}"
