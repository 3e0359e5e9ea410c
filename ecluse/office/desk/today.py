"""Which day is it in this office, from where come its chance and keys, and with which session is it read?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.law import Law
from ecluse.base.source import KeyedSource, SeededSource, Source
from ecluse.edge.law import newest_law
from ecluse.office.models import Record, Setting
from ecluse.office.session import Mandate, Session
from ecluse.office.session_kept import ServingSession

# The deciding authorities' zone: a legal day begins and ends in Kyiv.
HOME_ZONE = ZoneInfo("Europe/Kyiv")
NOON = time(12)
_SAID: ContextVar[dict[str, str] | None] = ContextVar("said", default=None)


@lru_cache(maxsize=1)
def law() -> Law:
    """Which law does this release hold? Read once a process; tables never change under it."""
    return newest_law()


def kind() -> str:
    """What kind of office is this: `demonstration`, `service`, or empty before it is founded?"""
    return _settings().get("kind", "")


def _settings() -> dict[str, str]:
    """What was said of this office when it was founded, in one question?"""
    held = _SAID.get()
    if held:
        return held
    found = dict(Setting.objects.filter(key__in=("kind", "carried", "seed")).values_list("key", "value"))
    if held is not None:
        held.update(found)
    return found


@contextmanager
def said_once() -> Iterator[None]:
    """Within one request what was said of the office is read once: settings are only ever added, at its founding."""
    token = _SAID.set({})
    try:
        yield
    finally:
        _SAID.reset(token)


def is_demonstration() -> bool:
    """Is everything in this database invented?"""
    return kind() == "demonstration"


def today() -> date:
    """Which legal day is it? A demonstration stands on its last carried day until somebody turns the page."""
    return _today(_settings())


def _today(said: dict[str, str]) -> date:
    if said.get("kind") != "demonstration":
        return datetime.now(HOME_ZONE).date()
    carried = said.get("carried")
    turned = Record.objects.filter(v="day_turned/1").order_by("-on").values_list("on", flat=True).first()
    days = [day for day in (turned, date.fromisoformat(carried) if carried else None) if day]
    last = Record.objects.order_by("-on").values_list("on", flat=True).first() if not days else None
    return max(days) if days else (last or datetime.now(HOME_ZONE).date())


def source_of_office(on: date | None = None) -> Source:
    """Where do this office's chance, clock and keys come from?"""
    said = _settings()
    if said.get("kind") != "demonstration":
        return KeyedSource(private_key)
    return SeededSource(said["seed"], datetime.combine(on or _today(said), NOON, UTC))


def private_key(owner: str) -> Ed25519PrivateKey:
    """Which key does this office hold for an owner? In the folder ECLUSE_KEYS, opened with ECLUSE_KEYS_PASSPHRASE."""
    from ecluse.edge.keys import KeyStore

    store = KeyStore(Path(os.environ.get("ECLUSE_KEYS", "var/keys")), os.environ.get("ECLUSE_KEYS_PASSPHRASE", ""))
    return store.private_key(owner)


def open_session(mandate: Mandate | None = None, on: date | None = None, *, source: Source | None = None) -> Session:
    """With what is one piece of work read and written? A new session, the person's mandate with it.

    Chance, clock and keys are the office's own, unless `source` gives others, such as a clock that was set.
    """
    return ServingSession(source or source_of_office(on), law(), mandate=mandate)
