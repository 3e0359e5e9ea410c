"""Where does a programmer read about the API? One page, whole without JavaScript, and a place to try calls beneath."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from ecluse.office.api import calls, documents, epcis, ingest, ingest_many, reading, units
from ecluse.office.api.office import api, document
from ecluse.office.views.page import language_of, page

# Imported so that their calls are registered before the addresses are made.
ROOMS = (calls, documents, epcis, ingest, ingest_many, reading, units)
ROOT = "/api/v1"


@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    """Which calls are there, and which of them asks, which acts?"""
    lang = language_of(request)
    rows = [_row(place, method, one) for place, methods in document(lang)["paths"].items()
            for method, one in methods.items()]  # fmt: skip
    return page(request, "office/api_docs.html", {
        "asks": [row for row in rows if row["method"] == "GET"],
        "acts": [row for row in rows if row["method"] != "GET"], "root": ROOT,
    })  # fmt: skip


def _row(place: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {"method": method.upper(), "place": place, "summary": operation["summary"],
            "lead": operation.get("description", "")}  # fmt: skip


urlpatterns = [path("docs", docs_page, name="api-docs"), path("", api.urls)]
