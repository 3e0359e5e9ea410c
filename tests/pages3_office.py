"""Which office do the tests of books, units, audit, claims and public pages look at? A small year, carried once."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carried
import pytest

LANGUAGES = ("uk", "en", "fr")
MOST_QUERIES = 40


@dataclass(frozen=True)
class Office:
    """A small world and the database that carried its year; what is kept lies beside it."""

    tables: Path
    path: Path


def carry_small(folder: Path, *runs: str) -> Office:
    """A carried small world, with these long computations made once."""
    office = Office(*carried.year_in(folder))
    with entered(office):
        from ecluse.office.kept_runs import run

        for name in runs:
            run(name)
    carried.settle_sqlite(office.path)
    return office


@contextlib.contextmanager
def entered(office: Office) -> Iterator[None]:
    """Within this block pages are those of this office, and no page starts a run by itself."""
    with carried.office_on(carried.sqlite_url(office.path)), pytest.MonkeyPatch.context() as patch:
        from django.core.cache import cache
        from django.test import override_settings

        from ecluse.office import kept
        from ecluse.office.models import InquiryCount

        cache.clear()
        InquiryCount.objects.all().delete()  # what this address asked for before is another visitor's
        patch.setitem(os.environ, "ECLUSE_WORLD", str(office.tables))
        patch.setattr(kept, "start", lambda *words: False)
        with override_settings(ROOT_URLCONF="pages3_urls"):
            yield


def visitor(whom: str = "", card: str = "") -> Any:
    """Somebody before the office: a stranger, or one who took this role."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    if whom:
        assert client.post(f"/sign-in/demo/{whom}/", {"card": card}).status_code == 302
    return client


def asked(client: Any, address: str, lang: str = "en", status: int = 200) -> str:
    """What does this page say? It is whole: no key unsaid, no inline style, and few questions to the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    joint = "&" if "?" in address else "?"
    with CaptureQueriesContext(connection) as questions:
        answer = client.get(f"{address}{joint}lang={lang}")
    text: str = answer.content.decode()
    assert answer.status_code == status, (address, answer.status_code)
    assert len(questions) <= MOST_QUERIES, (address, len(questions))
    assert f'<html lang="{lang}"' in text
    assert not re.search(r"(?<!office/)\bpages3\.(?!css)[a-z_.]+", text), address
    assert not re.search(r"\sstyle=|<style", text)
    return text
