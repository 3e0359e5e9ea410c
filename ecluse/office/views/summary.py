"""What did the year give? One page by the counts of the caches, for whoever comes to the door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from ecluse.base.canon import canonical
from ecluse.base.proof import Edge, root_of
from ecluse.base.words import say, say_count, spell
from ecluse.office.flow import EXITS, UPRIGHT, WIDE, Flow, paint, read_flow
from ecluse.office.models import CertificateBalance, LicenceLine, LogHead
from ecluse.office.views.page import language_of, page
from ecluse.order import Standing

PROMISES = tuple(f"P{number}" for number in range(1, 10))
WORDS = (
    "heading", "lead", "figures", "log_root", "log_root.why", "flow", "by_gate", "gate", "came", "went_on", "promises",
    "promises.how", "empty", "begun",
)  # fmt: skip


@require_safe
def summary_page(request: HttpRequest) -> HttpResponse:
    """Where do the orders stand, in the visitor's language?"""
    return page(request, "office/summary.html", summary_of(language_of(request)))


def log_root() -> str:
    """What is the tree root over all logs by name, as the cache of their heads has it? Empty when there is no log."""
    heads = LogHead.objects.order_by("log").values_list("log", "size", "edge_hex")
    leaves = [
        canonical({"log": log, "root": Edge.from_hex(size, edge).root().hex(), "size": size})
        for log, size, edge in heads
    ]
    return root_of(leaves).hex() if leaves else ""


def summary_of(lang: str) -> dict[str, Any]:
    """What does the page tell in this language?"""
    flow = read_flow()
    return {
        "words": {word.replace(".", "_"): say(f"page.{word}", lang) for word in WORDS},
        "is_empty": not flow.orders,
        "figures": _figures(flow, lang),
        "log_root": log_root(),
        # Both pictures are painted here, with every word escaped on the way.
        "pictures": [mark_safe(paint(flow, lang, paper, is_styled=False)) for paper in (WIDE, UPRIGHT)],
        "exits": [(kind.value, say(f"standing.{kind.value}", lang)) for kind in EXITS],
        "gates": _gates(flow, lang),
        "promises": [(name, say(f"promise.{name}.title", lang), say(f"promise.{name}.sentence", lang))
                     for name in PROMISES],
    }  # fmt: skip


def _figures(flow: Flow, lang: str) -> list[tuple[str, str, str]]:
    """Which figures stand at the top? As written in this language, with what it counts and where that is listed."""
    entries = sum(LogHead.objects.values_list("size", flat=True))
    standings = [
        (
            spell(flow.standing(standing), lang),
            say(f"standing.{standing.value}", lang),
            f"/orders/?standing={standing.value}",
        )
        for standing in (Standing.PASSED, *EXITS)
    ]
    counted = {
        "page.certificates": (CertificateBalance.objects.count(), "/surplus/"),
        "page.licences": (LicenceLine.objects.count(), "/records/?kind=licence/"),
        "page.log_entries": (entries, "/records/"),
    }
    return [
        (spell(flow.orders, lang), say_count("page.orders", flow.orders, lang), "/orders/"),
        *standings,
        *((spell(count, lang), say_count(key, count, lang), place) for key, (count, place) in counted.items()),
    ]  # fmt: skip


def _gates(flow: Flow, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "name": say(f"gate.{stop.gate.value}", lang),
            "question": say(f"gate.{stop.gate.value}.question", lang),
            "came": (spell(stop.came, lang), f"/orders/?came={stop.gate.value}"),
            "stopped": [
                (spell(orders, lang), f"/orders/?gate={stop.gate.value}&standing={kind.value}")
                for kind, orders in stop.stopped
            ],
            "went_on": (
                spell(stop.went_on, lang),
                f"/orders/?came={after.value}" if after else "/orders/?standing=passed",
            ),
        }
        for stop, after in zip(flow.gates, (*(one.gate for one in flow.gates[1:]), None), strict=True)
    ]


PATHS = [path("overview/", summary_page, name="overview")]
