"""What did the year give? One page by the counts of the caches, until the office's own pages come."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from ecluse.base.canon import canonical
from ecluse.base.proof import Edge, root_of
from ecluse.base.words import LANGUAGES, say, say_count, spell
from ecluse.office.flow import EXITS, UPRIGHT, WIDE, Flow, paint, read_flow
from ecluse.office.models import CertificateBalance, LicenceLine, LogHead, Setting
from ecluse.order import Standing

COOKIE_SECONDS = 365 * 24 * 3600
PROMISES = tuple(f"P{number}" for number in range(1, 10))
WORDS = (
    "title", "heading", "lead", "demonstration", "languages", "skip", "figures", "log_root", "log_root.why", "flow",
    "by_gate", "gate", "came", "went_on", "promises", "promises.how", "empty",
)  # fmt: skip


@require_safe
def summary_page(request: HttpRequest) -> HttpResponse:
    """Where do the orders stand, in the visitor's language? `?lang=` changes it and is remembered."""
    asked = request.GET.get("lang", "")
    lang = asked if asked in LANGUAGES else _language(request)
    translation.activate(lang)
    response = render(request, "office/summary.html", _page(lang))
    if asked == lang:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, lang, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True)
    patch_vary_headers(response, ("Cookie",))
    return response


def log_root() -> str:
    """What is the tree root over all logs by name, as the cache of their heads has it? Empty when there is no log."""
    heads = LogHead.objects.order_by("log").values_list("log", "size", "edge_hex")
    leaves = [
        canonical({"log": log, "root": Edge.from_hex(size, edge).root().hex(), "size": size})
        for log, size, edge in heads
    ]
    return root_of(leaves).hex() if leaves else ""


def _language(request: HttpRequest) -> str:
    found = getattr(request, "LANGUAGE_CODE", "").partition("-")[0]
    return found if found in LANGUAGES else LANGUAGES[0]


def _page(lang: str) -> dict[str, Any]:
    flow = read_flow()
    return {
        "lang": lang,
        "languages": [(code, say(f"language.{code}", code)) for code in LANGUAGES],
        "words": {word.replace(".", "_"): say(f"page.{word}", lang) for word in WORDS},
        "is_demonstration": Setting.objects.filter(key="kind", value="demonstration").exists(),
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


def _figures(flow: Flow, lang: str) -> list[tuple[str, str]]:
    """Which figures stand at the top? Each as it is written in this language, with what it counts."""
    entries = sum(LogHead.objects.values_list("size", flat=True))
    standings = [
        (spell(flow.standing(standing), lang), say(f"standing.{standing.value}", lang))
        for standing in (Standing.PASSED, *EXITS)
    ]
    counted = {
        "page.certificates": CertificateBalance.objects.count(),
        "page.licences": LicenceLine.objects.count(),
        "page.log_entries": entries,
    }
    return [
        (spell(flow.orders, lang), say_count("page.orders", flow.orders, lang)),
        *standings,
        *((spell(count, lang), say_count(key, count, lang)) for key, count in counted.items()),
    ]


def _gates(flow: Flow, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "name": say(f"gate.{stop.gate.value}", lang),
            "question": say(f"gate.{stop.gate.value}.question", lang),
            "came": spell(stop.came, lang),
            "stopped": [spell(orders, lang) for _, orders in stop.stopped],
            "went_on": spell(stop.went_on, lang),
        }
        for stop in flow.gates
    ]
