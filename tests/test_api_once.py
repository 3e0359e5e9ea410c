"""Is a program's request done once, on both databases, when two of the same come together or one is cut off?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import office_on

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
pytestmark = pytest.mark.db


def together(*work: Callable[[], Any]) -> list[Any]:
    """What came of these, all begun at once? An exception is what came of it, too."""
    from django.db import connections

    found: list[Any] = [None] * len(work)

    def run(place: int) -> None:
        try:
            found[place] = work[place]()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def writes(answer: str, begun: threading.Event | None = None, going: threading.Event | None = None) -> Any:
    """A deed that leaves a mark, and waits in the middle where it is told to."""

    def do() -> tuple[int, str]:
        from ecluse.office.models import Setting

        Setting.objects.create(key=f"done-{Setting.objects.filter(key__startswith='done').count()}", value=answer)
        if begun and going:
            begun.set()
            assert going.wait(30)
        return 201, answer

    return do


def marks() -> int:
    from ecluse.office.models import Setting

    return int(Setting.objects.filter(key__startswith="done").count())


def test_two_that_come_together_are_one(database_url: str) -> None:
    with office_on(database_url):
        from ecluse.office.actions.idempotency import once

        begun, going = threading.Event(), threading.Event()

        def first() -> Any:
            return once("1:same-key", "digest", AT, writes("first", begun, going))

        def second() -> Any:
            begun.wait(30)
            threading.Timer(0.3, going.set).start()
            return once("1:same-key", "digest", AT, writes("second"))

        assert together(first, second) == [(201, "first"), (201, "first")]
        assert marks() == 1


def test_the_second_does_it_when_the_first_failed(database_url: str) -> None:
    with office_on(database_url):
        from ecluse.office.actions.idempotency import once

        begun, going = threading.Event(), threading.Event()

        def fails() -> tuple[int, str]:
            writes("half", begun, going)()
            raise ValueError("cut off")

        def second() -> Any:
            begun.wait(30)
            threading.Timer(0.3, going.set).start()
            return once("1:same-key", "digest", AT, writes("second"))

        first, then = together(lambda: once("1:same-key", "digest", AT, fails), second)
        assert isinstance(first, ValueError)
        assert then == (201, "second")
        assert marks() == 1


def test_another_request_with_the_key_is_refused(database_url: str) -> None:
    with office_on(database_url):
        from ecluse.office.actions.idempotency import OtherRequestError, once

        assert once("1:one-key", "digest", AT, writes("one")) == (201, "one")
        with pytest.raises(OtherRequestError):
            once("1:one-key", "another", AT, writes("two"))
        assert once("2:one-key", "another", AT, writes("three")) == (201, "three")
        assert marks() == 2


def test_keys_are_forgotten_after_their_days(tmp_path: Path) -> None:
    with office_on(f"sqlite:///{tmp_path / 'office.sqlite3'}"):
        from ecluse.office.actions.idempotency import KEPT_DAYS, forget, once

        once("1:old-key-1", "digest", AT, writes("old"))
        once("1:new-key-1", "digest", AT + timedelta(1), writes("new"))
        assert forget(AT + timedelta(KEPT_DAYS, seconds=1)) == 1
        assert once("1:new-key-1", "digest", AT, writes("again")) == (201, "new")


def test_keys_past_their_term_are_forgotten_as_others_come(database_url: str) -> None:
    """Few at once, the oldest first; what is still kept is answered as before."""
    with office_on(database_url):
        from ecluse.office.actions.idempotency import KEPT_DAYS, MOST_FORGOTTEN, once
        from ecluse.office.models import IdempotencyKey

        past = AT - timedelta(KEPT_DAYS, 1)
        IdempotencyKey.objects.bulk_create([
            IdempotencyKey(id=f"1:old-{number:03d}", request_digest="d", status=201, answer="old",
                           at=past - timedelta(minutes=number))
            for number in range(MOST_FORGOTTEN + 2)
        ])  # fmt: skip
        IdempotencyKey.objects.create(
            id="1:kept", request_digest="d", status=201, answer="kept", at=AT - timedelta(KEPT_DAYS)
        )
        assert once("1:new", "d", AT, writes("new")) == (201, "new")
        left = set(IdempotencyKey.objects.values_list("id", flat=True))
        assert left == {"1:old-000", "1:old-001", "1:kept", "1:new"}
        assert once("1:kept", "d", AT, writes("again")) == (201, "kept")
        once("1:newer", "d", AT, writes("newer"))
        assert set(IdempotencyKey.objects.values_list("id", flat=True)) == {"1:kept", "1:new", "1:newer"}


def test_what_is_refused_forgets_nothing(database_url: str) -> None:
    with office_on(database_url):
        from ecluse.office.actions.idempotency import KEPT_DAYS, once
        from ecluse.office.models import IdempotencyKey

        IdempotencyKey.objects.create(
            id="1:old", request_digest="d", status=201, answer="old", at=AT - timedelta(KEPT_DAYS + 1)
        )

        def refuse() -> tuple[int, str]:
            raise ValueError("refused")

        with pytest.raises(ValueError, match="refused"):
            once("1:new", "d", AT, refuse)
        assert list(IdempotencyKey.objects.values_list("id", flat=True)) == ["1:old"]
