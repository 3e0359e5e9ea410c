"""What is known after delivery? Units verified, checks drawn and visited, statements, and what is open with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import has_words, say
from ecluse.custody.drawn import units_of, visited_by_class
from ecluse.custody.ranges import count
from ecluse.custody.rules_after import ENDED, after
from ecluse.custody.terms import DeliveryVerification
from ecluse.custody.terms_after import (
    AfterResponse,
    BeaconValue,
    CheckDraw,
    CheckFrame,
    CheckList,
    CheckRound,
    CheckVisit,
    DeliveryStatement,
    Outcome,
)
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.desk.today import law
from ecluse.office.on_file import records, records_of
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.registers import DeliveryMade
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.page import language_of, page
from ecluse.office.views.things import desk_at, is_home

KINDS = (
    CheckRound, CheckList, BeaconValue, CheckDraw, CheckFrame, CheckVisit, DeliveryStatement, AfterResponse,
)  # fmt: skip
MOST_MATTERS, PER_MILLE = 100, 1000
OUTCOMES = tuple(Outcome)
HERE = ("fix_round", "commit_list", "bring_value", "look_overdue")


@dataclass(frozen=True, slots=True)
class Row:
    """One check as it stands."""

    check: str
    round: str
    value_on: date
    listed_on: date | None
    units: int | None
    drawn: int | None
    outcomes: tuple[int, ...]
    waiting: int
    due_on: date | None
    state: Tag


@never_cache
@require_safe
@needs_person
def after_page(request: HttpRequest) -> HttpResponse:
    """How sure may one be of what was delivered? For who works on every order of the home state."""
    desk, lang = desk_at(request), language_of(request)
    if desk is None or not is_home(desk):
        raise Http404
    found: dict[type, list[Any]] = {cls: [] for cls in KINDS}
    for kept in records_of(KINDS):
        found[type(kept.value)].append(kept.value)
    checks = [_check(desk, one, found) for one in sorted(found[CheckRound], key=lambda one: one.value_on)]
    verified, delivered = verified_share()
    matters = _matters(found[AfterResponse], lang)
    return page(request, "office/after.html", {
        "share": share_said(verified, delivered, lang),
        "figures": [
            (delivered, "after.figure.delivered"), (verified, "after.figure.verified"),
            (sum(sum(one.outcomes) for one in checks), "after.figure.visited"), (len(matters), "after.figure.open"),
        ],
        "checks": checks, "outcomes": [f"after.outcome.{one.value}" for one in OUTCOMES],
        "classes": _classes(found, lang), "statements": _statements(found[DeliveryStatement], lang),
        "matters": matters[:MOST_MATTERS], "more": max(0, len(matters) - MOST_MATTERS),
        "offers": [
            (f"desk.{one.name}.title", f"/do/{one.name}/office/")
            for one in offered(desk, About.OFFICE, "office", "custody.") if one.name.removeprefix("custody.") in HERE
        ],
        "confidence": f"{after(law(), desk.on, 'confidence_bp') // 100}",
        "diverted": f"{after(law(), desk.on, 'diverted_bp') // 100}",
    })  # fmt: skip


def verified_share() -> tuple[int, int]:
    """How many units did end users' states verify, of how many that were handed over to end users?"""
    made = {one.value.tranche: one.value for one in records(DeliveryMade)}
    signed = {one.value.tranche: one.value.units for one in records(DeliveryVerification)}
    units = {tranche: one.units for tranche, one in made.items()}
    return sum(min(signed.get(name, 0), own) for name, own in units.items()), sum(units.values())


def share_said(verified: int, delivered: int, lang: str) -> str:
    """How is the share of verified units told? Rounded down to a tenth of a percent."""
    if not delivered:
        return say("after.share.none", lang)
    share = PER_MILLE * verified // delivered
    told = f"{share // 10}{'.' if lang == 'en' else ','}{share % 10}"
    return say("after.share", lang, share=told, verified=verified, delivered=delivered)


def _check(desk: Desk, fixed: CheckRound, found: dict[type, list[Any]]) -> Row:
    listed, value, drawn = (
        next((one for one in found[cls] if one.check == fixed.id), None) for cls in (CheckList, BeaconValue, CheckDraw)
    )
    told: Counter[Outcome] = Counter()
    for visit in found[CheckVisit]:
        if visit.check == fixed.id:
            told.update({one.outcome: count(one.ranges) for one in visit.found})
    units_drawn = len(drawn.positions) if drawn else 0
    waiting = units_drawn - sum(told.values())
    due_on = drawn.on + timedelta(after(law(), drawn.on, "visit_days")) if drawn else None
    state = Tag("after.state.fixed", "info", "…")
    if drawn:
        state = Tag("after.state.seen", "success", "✓") if not waiting else Tag("after.state.visiting", "info", "…")
        if waiting and due_on and desk.on > due_on:
            state = Tag("after.state.late", "danger", "!")
    elif listed:
        state = Tag("after.state.listed", "info", "…")
    origin = f", {value.origin.value}" if value and value.origin.value != fixed.beacon else ""
    return Row(
        fixed.id, f"{fixed.beacon} {fixed.round}{origin}", fixed.value_on, listed.on if listed else None,
        listed.units if listed else None, units_drawn if drawn else None,
        tuple(told[one] for one in OUTCOMES), waiting, due_on, state,
    )  # fmt: skip


def _classes(found: dict[type, list[Any]], lang: str) -> list[tuple[str, int, int, int]]:
    """By class: units on the newest list, units drawn and seen for in all checks."""
    frames = {one.check: one for one in found[CheckFrame]}
    if not frames:
        return []
    newest = max(frames.values(), key=lambda one: one.on)
    listed: Counter[str] = Counter()
    for one in newest.deliveries:
        listed[one.class_] += units_of([one])
    drawn, there = visited_by_class(frames, found[CheckVisit])
    return [(class_said(name, lang), listed[name], drawn[name], there[name]) for name in sorted({*listed, *drawn})]


def class_said(name: str, lang: str) -> str:
    """How is a class called? By its id where the catalogues have no word for it."""
    key = f"pages2.class.{name}"
    return say(key, lang) if has_words(key, lang) else name


def _statements(stated: Sequence[DeliveryStatement], lang: str) -> list[tuple[str, int, int, int, int]]:
    by_quarter: dict[tuple[date, date], list[DeliveryStatement]] = {}
    for one in stated:
        by_quarter.setdefault((one.first_day, one.last_day), []).append(one)
    return [
        (say("after.quarter", lang, first=first, last=last), len(own), sum(one.units_held for one in own),
         sum(one.units_used for one in own), sum(one.units_lost + one.units_transferred for one in own))
        for (first, last), own in sorted(by_quarter.items())
    ]  # fmt: skip


def _matters(responses: Sequence[AfterResponse], lang: str) -> list[dict[str, Any]]:
    by_matter: dict[str, list[AfterResponse]] = {}
    for one in responses:
        by_matter.setdefault(one.about, []).append(one)
    open_ones = [own for own in by_matter.values() if not {one.rung for one in own} & ENDED]
    names = names_of({own[0].end_user for own in open_ones}, lang)
    return [
        {
            "end_user": Link(names.get(own[0].end_user, own[0].end_user), f"/parties/{own[0].end_user}/"),
            "cause": f"after.cause.{own[0].cause.value}", "about": own[0].about, "since": own[0].since,
            "rung": f"after.rung.{own[-1].rung.value}", "decide": f"/do/custody.decide_matter/{own[0].end_user}/",
        }
        for own in sorted(open_ones, key=lambda own: (own[0].since, own[0].about))
    ]  # fmt: skip


PATHS = [path("after/", after_page, name="after")]
