"""Where do the orders stand in the whole country, how long do they wait, where does it choke, which need is unmet?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.office.desk.registry import Desk
from ecluse.office.desk.today import law, today
from ecluse.office.publish.reading import publication_term as term_of
from ecluse.office.trace.figures import figures, published_form
from ecluse.office.views.after import share_said, verified_share
from ecluse.office.views.charts import Chart, Series
from ecluse.office.views.openings import openings_count
from ecluse.office.views.overview_need import Need, needs
from ecluse.office.views.overview_waits import Waits, choke, read_waits
from ecluse.office.views.page import language_of, page, word
from ecluse.office.views.summary import summary_of
from ecluse.office.views.things import desk_at, is_home


@never_cache
@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """How does the mechanism do? Need is a secret of the ministry: only who works for the home state is shown it."""
    lang = language_of(request)
    context = summary_of(lang)
    if not context["is_empty"]:
        waits = read_waits(getattr(request, "on", None) or today(), law())
        context |= {"waits": waits, "choke": _choke(waits, lang), "waits_chart": _waits_chart(waits)}
    desk = desk_at(request)
    # Whoever sees every order finds behind each figure the orders and records that it counts.
    context["after"] = after_said(lang, is_whole=desk is not None and is_home(desk))
    more = {**_need(desk, lang), "opens": True} if desk is not None and is_home(desk) else {}
    return page(request, "office/overview.html", {**context, **more, "openings": openings_count(desk)})


def after_said(lang: str, *, is_whole: bool) -> tuple[str, ...]:
    """What is told of units after delivery: how many are verified, how many were traced? Few are not told to all."""
    found, day = figures(), today()
    said = found if is_whole else published_form(found, term_of(law(), "minimum_count", day))
    if "traced_per_10000_exported" in said:
        facts = {"rate": said["traced_per_10000_exported"], "unknown": said.get("unknown", "–")}
        return share_said(*verified_share(), lang), say("pages2.overview.traced", lang, **facts)
    key = "pages2.overview.traced.withheld" if found["exported"] else "pages2.overview.traced.none"
    return share_said(*verified_share(), lang), say(key, lang)


def _choke(waits: list[Waits], lang: str) -> str:
    worst = choke(waits)
    if worst is None:
        return say("pages2.overview.no_choke", lang)
    gate = say(f"gate.{worst.gate.value}", lang)
    return say("pages2.overview.choke", lang, gate=gate, beyond=worst.beyond, waiting=worst.waiting)


def _waits_chart(waits: list[Waits]) -> Chart:
    return Chart(
        "waits", "bar", "pages2.overview.waits_chart", [f"gate.{one.gate.value}" for one in waits],
        (Series("pages2.overview.in_time", [one.in_time for one in waits]),
         Series("pages2.overview.beyond", [one.beyond for one in waits])),
    )  # fmt: skip


def _need(desk: Desk, lang: str) -> dict[str, Any]:
    found = needs(desk)
    chart = _need_chart(found, lang) if found else None
    return {"shows_need": True, "need": _need_rows(found, lang), "need_chart": chart}


def _need_rows(found: tuple[Need, ...] | None, lang: str) -> list[tuple[str, Need]] | None:
    return None if found is None else [(class_word(need.class_, lang), need) for need in found]


def _need_chart(found: tuple[Need, ...], lang: str) -> Chart:
    """Classes differ a thousandfold in units: compared is which part of its need each lacks, rounded down."""
    known = [(need, need.needed) for need in found if need.unmet is not None and need.needed]
    return Chart(
        "need", "bar", "pages2.overview.need_chart", [class_word(need.class_, lang) for need, _ in known],
        (Series("pages2.need.unmet_percent", [(need.unmet or 0) * 100 // needed for need, needed in known]),),
    )  # fmt: skip


def class_word(class_: str, lang: str) -> str:
    """What is this class of goods called? Its id where the catalogues have no word for it."""
    said = word(f"pages2.class.{class_}", lang)
    return class_ if said.startswith("pages2.") else said


PATHS = [path("overview/", overview_page, name="overview")]
