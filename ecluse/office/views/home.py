"""What does a person see first? What to do now, what is late, what changed; a visitor sees where the orders stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import has_words, say, say_count
from ecluse.office.desk.registry import About, Action, Desk, offered
from ecluse.office.models import LogHead, Record
from ecluse.office.people.desks import HOST, LINE, desks_of
from ecluse.office.registers import Order
from ecluse.office.views.cells import Tag
from ecluse.office.views.home_late import late_of
from ecluse.office.views.home_turn import MOST_CASES, Turn, turns_of
from ecluse.office.views.named import Named, named
from ecluse.office.views.openings import openings_count
from ecluse.office.views.overview import overview_page
from ecluse.office.views.page import language_of, page
from ecluse.office.views.things import desk_at, done_here, is_home, own_orders
from ecluse.office.views.timeline import Moment

MOST_SHOWN = 30
MOST_CHANGES = 20
MOST_ROWS = 200
ENTRIES_LOOKED_AT = 120
MOST_ORDERS_NAMED = 400
OFFICE = "office"


@never_cache
@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """What is this person's to do now, what is late, what changed? Without a mandate: where do the orders stand?"""
    desk = desk_at(request)
    if desk is None:
        return overview_page(request)
    lang = language_of(request)
    mine = None if is_home(desk) else own_orders(desk)
    turns, late = turns_of(desk, mine), late_of(desk, mine, lang)
    changed = changes(mine)
    if mine is not None:
        changed = [{**row, "actor": "" if row["actor"].startswith("officer:") else row["actor"]} for row in changed]
    names = _names(turns.turns[:MOST_SHOWN], changed, lang)
    shown_turns, shown_late = turns.turns[:MOST_SHOWN], late[:MOST_SHOWN]
    return page(request, "office/home.html", {
        "figures": _figures(len(turns.turns), len(late), turns.waiting, mine, lang),
        "turns": [_turn(desk, turn, names, lang) for turn in shown_turns],
        "turns_more": len(turns.turns) - len(shown_turns),
        "not_looked_at": turns.waiting - turns.looked_at, "most_cases": MOST_CASES,
        "late": shown_late, "late_more": len(late) - len(shown_late),
        "changed": _moments(changed, names, lang), "starts": _starts(desk, lang),
        "done": done_here(request, lang), "openings": openings_count(desk), "desks": _desks(desk),
    })  # fmt: skip


def _figures(
    turns: int, late: int, waiting: int, mine: Mapping[str, Order] | None, lang: str
) -> list[tuple[Any, str, str]]:
    figures = [
        (turns, say_count("pages2.home.figure.turns", turns, lang), "#now"),
        (late, say_count("pages2.home.figure.late", late, lang), "#late"),
        (waiting, say_count("pages2.home.figure.waiting", waiting, lang), "/orders/?standing=open"),
    ]
    return figures if mine is None else [
        *figures, (len(mine), say_count("pages2.home.figure.cases", len(mine), lang), "/orders/")
    ]  # fmt: skip


def _turn(desk: Desk, turn: Turn, names: Mapping[str, Named], lang: str) -> dict[str, Any]:
    return {
        "title": say(f"desk.{turn.action}.title", lang), "address": turn.address, "about": turn.about,
        "place": turn.place, "whose": names[turn.whose].name, "gate": f"gate.{turn.gate}",
        "since": turn.since,
        "days": (desk.on - turn.since).days if turn.since else None,
    }  # fmt: skip


def _starts(desk: Desk, lang: str) -> list[tuple[str, str]]:
    """What may this person begin, about nothing that is on file yet?"""
    found: list[Action] = offered(desk, About.OFFICE, OFFICE)
    return [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{OFFICE}/") for action in found]


def _desks(desk: Desk) -> list[tuple[str, str, str]]:
    """Which desks of places are this person's? What the link says, of which centre, and where it leads."""
    own = desks_of(desk.mandate)
    keys = {HOST: "desks.host.link", LINE: "desks.line.link"}
    return [(keys.get(key, "capture.desk.title"), "" if key in keys else key, own[key]) for key in own]


# ------------------------------------------------------------------ what changed

CHANGE = ("on", "log", "index", "action", "order", "subject", "actor")


def changes(mine: Mapping[str, Order] | None) -> list[dict[str, Any]]:
    """Which deeds were written last about this person's cases? Each once; of all cases where `mine` is None."""
    rows = Record.objects.all()
    if mine is None:
        rows = rows.filter(_newest_entries())
    else:
        last = sorted(mine.values(), key=lambda order: (order.filed_on, order.id))[-MOST_ORDERS_NAMED:]
        rows = rows.filter(order__in=[order.id for order in last])
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows.order_by("-on", "-log", "-index").values(*CHANGE)[:MOST_ROWS]:
        found.setdefault((row["on"], row["action"], row["order"] or row["subject"]), row)
    return list(found.values())[:MOST_CHANGES]


def _newest_entries() -> Q:
    """The last entries of each log; the logs' own index finds them."""
    heads = list(LogHead.objects.values_list("log", "size"))
    newest_year = max((log.rsplit("/", 1)[-1] for log, _ in heads), default="")
    found = Q(pk__in=[])
    for log, size in heads:
        if log.endswith(newest_year):
            found |= Q(log=log, index__gte=size - ENTRIES_LOOKED_AT)
    return found


def _names(turns: Iterable[Turn], changed: Iterable[dict[str, Any]], lang: str) -> dict[str, Named]:
    return named({turn.whose for turn in turns} | {row["actor"] for row in changed}, lang)


def _moments(changed: Iterable[dict[str, Any]], names: Mapping[str, Named], lang: str) -> list[Moment]:
    return [
        Moment(
            row["on"], _title(row["action"], lang), _about(row, names),
            Tag(f"gate.{row['action'].split('.')[0]}") if has_words(f"gate.{row['action'].split('.')[0]}", lang)
            else None,
            f"/orders/{row['order']}/" if row["order"] else "",
        )
        for row in changed
    ]  # fmt: skip


def _title(action: str, lang: str) -> str:
    key = f"pages2.deed.{action}"
    return say(key, lang) if has_words(key, lang) else action


def _about(row: Mapping[str, Any], names: Mapping[str, Named]) -> str:
    actor = names[row["actor"]].name if row["actor"] and not row["actor"].startswith("clock:") else ""
    return " · ".join(part for part in (row["order"] or row["subject"], actor) if part)


PATHS = [path("", home_page, name="home")]
