"""Do the reference pages name all there is: every sealed version, every command, every option?"""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import typer.main

ROOMS = ("base", "surplus", "parties", "licence", "custody", "proceeds")


@pytest.fixture(scope="module")
def pages(repository: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (repository / "docs/reference").glob("*.md")}


def test_every_sealed_version_is_described(pages: dict[str, str]) -> None:
    for room in ROOMS:
        package = importlib.import_module(f"ecluse.{room}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"ecluse.{room}.{module.name}")
    for module_name in (
        "ecluse.order",
        "ecluse.custody.log.outer",
        "ecluse.plan.terms",
        "ecluse.office.registers",
        "ecluse.office.registers_people",
        "ecluse.office.opening.records",
        "ecluse.office.registers_audit",
    ):
        importlib.import_module(module_name)
    from ecluse.base.sealed import REGISTRY

    ours = {version: cls.__name__ for version, cls in REGISTRY.items() if cls.__module__.startswith("ecluse.")}
    described = dict(re.findall(r"^\| `([a-z_]+/\d+)` \| `(\w+)` \|", pages["records"], re.MULTILINE))
    assert described == ours


def test_every_command_and_option_is_described(pages: dict[str, str]) -> None:
    from ecluse.__main__ import app

    told = pages["commands"]
    root = typer.main.get_command(app)
    found = []
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for path, leaf in [(f"{name} {sub}", one) for sub, one in getattr(command, "commands", {}).items()] or [
            (name, command)
        ]:
            if f"`ecluse {path}`" not in told:
                found.append(path)
            rows = "\n".join(line for line in told.splitlines() if f"`ecluse {path}" in line)
            for option in leaf.params:
                flag = next((flag for flag in option.opts if flag.startswith("--") and flag != "--help"), None)
                if flag and f"`{flag}" not in rows:
                    found.append(f"{path} {flag}")
    assert not found
