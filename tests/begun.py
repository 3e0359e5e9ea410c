"""Which office do the tests of an empty start work on? Begun from a file of answers, filled from the clean tables."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, settle_sqlite, sqlite_url

DIRTY = Path(__file__).parent / "dirty"
CLEAN = DIRTY / "clean"
ON = date(2026, 1, 20)
PASSPHRASE = "a passphrase of the tests"
PLANNER, AUTHOR = "officer:mod-1", "officer:ssecu-1"
# In this order: what a table cites is on record before it.
KINDS = (
    "makers", "models", "officers", "capacity", "contracts", "needs", "home_prices", "stock", "statements", "licences",
    "crates", "receivables", "bank",
)  # fmt: skip


@contextlib.contextmanager
def begun(url: str, keys: Path, side: str = "both") -> Iterator[None]:
    """Within this block the office's models speak to a new office of service, whose keys are held here."""
    with office_on(url), pytest.MonkeyPatch.context() as patch:
        from ecluse.office.opening.init import begin, read_answers

        begin(replace(read_answers(DIRTY / "answers.toml"), keys=keys, side=side), PASSPHRASE, ON)
        patch.setenv("ECLUSE_KEYS", str(keys))
        patch.setenv("ECLUSE_KEYS_PASSPHRASE", PASSPHRASE)
        yield


def template(folder: Path, *kinds: str) -> Path:
    """An office that was begun and has taken these clean tables in, to be copied by each test; its keys lie beside."""
    path = folder / "office.sqlite3"
    with begun(sqlite_url(path), folder / "keys"):
        bring_in(*kinds)
    settle_sqlite(path)
    return path


@contextlib.contextmanager
def copied(path: Path, folder: Path) -> Iterator[None]:
    """Within this block the office's models speak to a copy of this office."""
    with office_on(copy_sqlite(path, folder / "office.sqlite3")), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECLUSE_KEYS", str(path.parent / "keys"))
        patch.setenv("ECLUSE_KEYS_PASSPHRASE", PASSPHRASE)
        yield


def table(kind: str, folder: Path = CLEAN) -> tuple[str, bytes, bytes | None]:
    """The file of this kind, its bytes, the bytes of its map if it has one."""
    path = next(path for path in sorted(folder.glob(f"{kind}.*")) if path.suffix != ".toml")
    how = folder / f"{kind}.toml"
    return path.name, path.read_bytes(), how.read_bytes() if how.exists() else None


def as_person(person: str, on: date = ON) -> Any:
    """A session in which this person acts under the first mandate on record."""
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    return open_session(mandates_of(open_session(), person, on)[0])


def propose(kind: str, file: tuple[str, bytes, bytes | None], person: str = PLANNER, on: date = ON) -> str:
    """Under which id does this table wait?"""
    from ecluse.office.actions.opening import propose_import

    return propose_import(as_person(person, on), kind, *file, officer=person, on=on)[0].id


def accept(id: str, person: str = AUTHOR, on: date = ON) -> Any:
    """What did the accepted table come to?"""
    from ecluse.office.actions.opening import accept_import

    return accept_import(as_person(person, on), id, officer=person, on=on)


def bring_in(*kinds: str) -> None:
    """These clean tables, proposed by one person and accepted by the other."""
    for kind in kinds:
        accept(propose(kind, table(kind)))


def broken(report: Any) -> set[tuple[str, str]]:
    """Which promises are broken, by which findings?"""
    return {(finding.promise, finding.key) for finding in report.broken()}
