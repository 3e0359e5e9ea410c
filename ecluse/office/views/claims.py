"""What do the records say about each public claim? The register, for the office and for strangers alike."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.office import kept
from ecluse.office.desk.today import is_demonstration
from ecluse.office.views.action import desk_of
from ecluse.office.views.cells import Tag
from ecluse.office.views.page import language_of, page
from ecluse.office.views.summary import log_root
from ecluse.office.views.things import is_home

STATUSES = {
    "supported": ("success", "✓"), "contradicted": ("danger", "×"), "open": ("info", "…"),
    "not_testable_here": ("neutral", "–"),
}  # fmt: skip
# Whose figures stand in the published folder as well? The figures of all others open with the records they rest on.
TOLD_TO_STRANGERS = frozenset({"A1", "A2", "B3"})


@never_cache
@require_safe
def claims_page(request: HttpRequest) -> HttpResponse:
    """Who claimed what, what is measured, and what would change the answer?

    The status of every claim is public; what was measured is told to those who work on every order, and to strangers
    only where the published folder says as much.
    """
    found, lang = kept.kept("claims"), language_of(request)
    is_old = found is None or found.log_root != log_root()
    is_making = is_old and is_demonstration() and kept.start_rested("claims")
    rows = found.form["rows"].get(lang, []) if found else []
    status, is_public = request.GET.get("status", ""), request.path.startswith("/public/")
    tells_all = not is_public and is_home(desk_of(request))
    counts = Counter(row["status"] for row in rows)
    response = page(request, "office/claims.html", {
        "found": found, "is_old": is_old, "is_making": is_making, "has_world": bool(found and found.form["world"]),
        "statuses": [(name, _tag(name), counts[name], name == status) for name in STATUSES],
        "rows": [_row(row, tells_all=tells_all) for row in rows if status not in STATUSES or row["status"] == status],
        "is_public": is_public, "log_root": found.log_root if found else "",
        "is_demonstration_basis": is_demonstration(),
    })  # fmt: skip
    if is_making and found is None:
        response["Refresh"] = "10"
    return response


@require_safe
def claim_page(request: HttpRequest, claim: str) -> HttpResponse:
    """Where does one claim stand in the register?"""
    return HttpResponseRedirect(f"/claims/#claim-{quote(claim.rpartition(':')[2][:20])}")


def _tag(status: str) -> Tag:
    return Tag(f"claim.status.{status}", *STATUSES[status])


def _row(row: dict[str, Any], *, tells_all: bool) -> dict[str, Any]:
    slug = row["claim"].rpartition(":")[2]
    return {
        "slug": slug, "tag": _tag(row["status"]), "said_on": date.fromisoformat(row["said_on"]),
        "anchor": f"claim-{slug}", "text": row["text"], "speaker": row["speaker"], "source": row["source"],
        "measured": row["measured"] if tells_all or slug in TOLD_TO_STRANGERS else "",
        "would_change": row["would_change"], "basis": row["basis"],
    }  # fmt: skip


PATHS = [
    path("claims/", claims_page, name="claims"),
    path("claims/<path:claim>/", claim_page, name="claim"),
    path("public/claims/", claims_page, name="public_claims"),
]
