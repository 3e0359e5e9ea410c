"""Who looked at what? The read log, for those who audit the office."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.office.models import ReadEntry
from ecluse.office.people.doors import for_roles
from ecluse.office.views.listing import Column, Filter, Listing, listing_response

READERS = ("auditor", "controller")


@never_cache
@require_safe
@for_roles(*READERS)
def reads_page(request: HttpRequest) -> HttpResponseBase:
    """Which looks were noted? By person, page, subject and time, the newest first."""
    return listing_response(request, reads_listing())


def reads_listing() -> Listing:
    """How is the read log shown?"""
    return Listing(
        name="reads",
        title="people.reads_title",
        lead="people.reads_lead",
        rows=ReadEntry.objects.all(),
        columns=(
            Column("at", "people.reads_at", lambda row: row.at, sort="at"),
            Column("person", "people.reads_person", lambda row: row.person, sort="person"),
            Column("page", "people.reads_page", lambda row: row.page, sort="page"),
            Column("subject", "people.reads_subject", lambda row: row.subject, sort="subject"),
        ),
        filters=(_filter("person"), _filter("subject"), _filter("page")),
        order="-at",
    )


def _filter(name: str) -> Filter:
    def apply(rows: Any, value: str) -> Any:
        return rows.filter(**{f"{name}__contains": value})

    return Filter(name, f"people.reads_{name}", None, apply)


PATHS = [path("settings/reads/", reads_page, name="reads")]
