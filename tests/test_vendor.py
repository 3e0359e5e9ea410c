"""Do the files of other people's front ends stand as the manifest says, with their licences, fetching nothing?"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "ecluse/office/static/vendor", ROOT / "tests/vendor")
STYLE = ROOT / "ecluse/office/static/office"
MAY_SHIP = {"MIT", "0BSD", "OFL-1.1", "Apache-2.0"}
# What is used by tests alone and never served.
MAY_TEST = {*MAY_SHIP, "MPL-2.0"}


def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
    return found


EVERY = [pytest.param(folder, row, id=row["file"]) for folder in FOLDERS for row in rows(folder)]


@pytest.mark.parametrize(("folder", "row"), EVERY)
def test_a_file_is_what_the_manifest_says(folder: Path, row: dict[str, Any]) -> None:
    assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", row["version"])
    assert row["licence"] in (MAY_SHIP if folder == FOLDERS[0] else MAY_TEST)
    assert row["licence_texts"]
    for text in row["licence_texts"]:
        assert len((folder / text).read_text(encoding="utf-8")) > 100


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_nothing_lies_there_that_the_manifest_does_not_name(folder: Path) -> None:
    named = {row["file"] for row in rows(folder)} | {text for row in rows(folder) for text in row["licence_texts"]}
    assert {path.name for path in folder.iterdir()} == named | {"MANIFEST.json"}


def test_the_manifest_has_the_versions_that_the_script_pins() -> None:
    tree = ast.parse((ROOT / "tools/vendor_front_end.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Package"]
    pinned = {tuple(ast.literal_eval(part) for part in call.args[:3]) for call in calls}
    assert {(row["package"], row["version"], row["licence"]) for folder in FOLDERS for row in rows(folder)} == pinned


SHEETS = [*FOLDERS[0].glob("*.css"), *STYLE.glob("*.css")]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_fetches_nothing_from_elsewhere(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert "@import" not in text
    assert "sourceMappingURL" not in text
    for address in re.findall(r"url\(\s*[\"']?([^)]{0,80})", text):
        assert address.startswith(("data:", "../vendor/")), address
        if not address.startswith("data:"):
            assert (sheet.parent / address.rstrip("\"'")).exists()


@pytest.mark.parametrize("script", [*FOLDERS[0].glob("*.js"), *STYLE.glob("*.js")], ids=lambda script: script.name)
def test_a_script_names_no_map(script: Path) -> None:
    assert not re.search(r"^\s*//[#@]\s*sourceMappingURL", script.read_text(encoding="utf-8"), re.MULTILINE)


def test_our_own_script_names_no_machine() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in STYLE.glob("*.js"))
    assert not re.search(r"https?:|//\w+\.", text.replace("// ", ""))
    assert not re.search(r"\beval\(|new Function|innerHTML", text)


@pytest.mark.parametrize("word", ["Їжак ґанок єдність", "Œuvre à l'été, où ça", "₴ € № – … « »"])
def test_the_letters_of_all_three_languages_are_in_the_subsets(word: str) -> None:
    text = (STYLE / "tokens.css").read_text(encoding="utf-8")
    spans = []
    for span in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", text):
        spans.append((int(span[0], 16), int(span[1] or span[0], 16)))
    assert all(any(low <= ord(letter) <= high for low, high in spans) for letter in word)
