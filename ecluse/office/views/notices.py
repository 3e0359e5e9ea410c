"""What should this person know? Notices, newest first, in the person's language, each with where to go."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecluse.office.actions.notices import read_notices
from ecluse.office.people.doors import needs_account
from ecluse.office.people.letters import sentence_of
from ecluse.office.views.page import page

SHOWN = 100
LONGEST_ID = 18


@never_cache
@require_safe
@needs_account
def notices_page(request: HttpRequest) -> HttpResponse:
    """Which notices are there? The newest hundred; looking at them does not mark them read."""
    account, lang = request.account, request.lang
    rows = list(account.notices.order_by("-at", "-pk")[:SHOWN])
    shown = [(row, sentence_of(row, lang), row.link if row.link.startswith("/") else "") for row in rows]
    new = sum(1 for row in rows if row.read_at is None)
    return page(request, "office/notices.html", {"shown": shown, "new": new})


@require_POST
@needs_account
def mark_read(request: HttpRequest) -> HttpResponse:
    """Which notices has the person read? Those named, only one's own; all when none is named."""
    named = [one for one in request.POST.getlist("id") if one.isascii() and one.isdigit() and len(one) <= LONGEST_ID]
    ids = [int(one) for one in named] if "id" in request.POST else None
    read_notices(request.account, datetime.now(UTC), ids)
    return HttpResponseRedirect(reverse("notices"))


PATHS = [
    path("notices/", notices_page, name="notices"),
    path("notices/read/", mark_read, name="read_notices"),
]
