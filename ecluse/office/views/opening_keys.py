"""Which keys open secrets on which day, who holds their shares, who handed in, and what is due now?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.custody.openings import OpeningDone, OpeningKey, missed_by
from ecluse.office.desk.openings import handed_in, keys_of
from ecluse.office.desk.registry import Desk
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.page import language_of
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import desk_at, is_home

STATES: Mapping[str, Tag] = MappingProxyType({
    "hidden": Tag("openingkeys.state.hidden", "neutral", "…"), "due": Tag("openingkeys.state.due", "warning", "!"),
    "opened": Tag("openingkeys.state.opened", "success", "✓"), "missed": Tag("openingkeys.state.missed", "danger", "✕"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One key: its name, its days, how many of how many shares it needs are in, whose, and where it stands."""

    pk: str
    first_day: date
    last_day: date
    opens_on: date
    due_on: date
    laid_on: date
    state: str
    needed: int
    handed: tuple[str, ...]
    waits_for: tuple[str, ...]


def keys_shown(desk: Desk) -> list[Shown]:
    """Where does every key stand today?"""
    return [_shown(desk, key) for key in keys_of(desk)]


def _shown(desk: Desk, key: OpeningKey) -> Shown:
    handed = handed_in(desk, key)
    missed_on, _ = missed_by(key, {host: one.on for host, one in handed.items()}, desk.on)
    if any(done.key == key.id for done in desk.session.of(key.name, OpeningDone)):
        state = "opened"
    else:
        state = "missed" if missed_on else "due" if key.opens_on <= desk.on else "hidden"
    waits_for = tuple(share.host for share in key.shares if share.host not in handed)
    return Shown(
        key.id, key.first_day, key.last_day, key.opens_on, key.due_on, key.on, state, key.threshold, tuple(handed),
        waits_for,
    )  # fmt: skip


def keys_published(keys: Iterable[dict[str, Any]], as_of: date, lang: str) -> list[dict[str, Any]]:
    """What do the public pages show of every key of a publication? Its folder alone is asked."""
    return [_published(form, as_of, lang) for form in keys]


def _published(form: dict[str, Any], as_of: date, lang: str) -> dict[str, Any]:
    opens_on, due_on = date.fromisoformat(form["opens_on"]), date.fromisoformat(form["due_on"])
    handed = {one["host"]: date.fromisoformat(one["on"]) for one in form["handed_in"]}
    is_missed = due_on < as_of and sum(day <= due_on for day in handed.values()) < form["threshold"]
    state = "opened" if "opened_on" in form else "missed" if is_missed else "due" if opens_on <= as_of else "hidden"
    days = {"first": date.fromisoformat(form["first_day"]), "last": date.fromisoformat(form["last_day"])}

    return {
        "period": say("openingkeys.period_told", lang, **days), "opens_on": opens_on, "due_on": due_on,
        "state": STATES[state], "handed": _states(handed, lang),
        "waits_for": _states((host for host in form["hosts"] if host not in handed), lang),
        "shares": say("openingkeys.of_needed", lang, given=len(handed), needed=form["threshold"]),
    }  # fmt: skip


def _states(hosts: Iterable[str], lang: str) -> str:
    """Which states are these? Their authorities are named after them."""
    return ", ".join(state_name(host.rpartition(":")[2].upper(), lang) for host in hosts)


@never_cache
@require_safe
@needs_person
@records_read("opening-keys", "state")
def opening_keys_page(request: HttpRequest) -> HttpResponseBase:
    """Which openings are due, which done and by whom, and which wait for their day?"""
    desk, lang = desk_at(request), language_of(request)
    assert desk is not None, "nobody comes here without a mandate"
    rows = keys_shown(desk)
    listing = Listing(
        name="opening-keys", title="openingkeys.title", lead="openingkeys.lead" if rows else "openingkeys.none",
        rows=rows, columns=_columns(desk, lang),
        filters=(
            Filter("state", "openingkeys.state", [(state, say(tag.text, lang)) for state, tag in STATES.items()],
                   lambda found, text: [row for row in found if row.state == text]),
        ),
        order="opens_on", hidden=("laid_on",),
    )  # fmt: skip
    return listing_response(request, listing)


def _columns(desk: Desk, lang: str) -> tuple[Column, ...]:
    def key(row: Shown) -> Any:
        text = say("openingkeys.period_told", lang, first=row.first_day, last=row.last_day)
        return Link(text, f"/records/?subject={row.pk}") if is_home(desk) else text

    return (
        Column("period", "openingkeys.period", key, sort="first_day"),
        Column("opens_on", "openingkeys.opens_on", lambda row: row.opens_on, sort="opens_on"),
        Column("due_on", "openingkeys.due_on", lambda row: row.due_on, sort="due_on"),
        Column("state", "openingkeys.state", lambda row: STATES[row.state], sort="state"),
        Column("shares", "openingkeys.shares",
               lambda row: say("openingkeys.of_needed", lang, given=len(row.handed), needed=row.needed)),
        Column("handed", "openingkeys.handed", lambda row: _states(row.handed, lang)),
        Column("waits_for", "openingkeys.waits_for", lambda row: _states(row.waits_for, lang)),
        Column("laid_on", "openingkeys.laid_on", lambda row: row.laid_on, sort="laid_on"),
    )  # fmt: skip


PATHS = [path("opening-keys/", opening_keys_page, name="opening_keys")]
