"""Which page answers which address?"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from ecluse.office.api import docs as api
from ecluse.office.views import (
    action,
    cases,
    notices,
    orders,
    reads_page,
    saved_views,
    settings_page,
    sign_in,
    style_page,
    summary,
)

handler400 = "ecluse.office.views.errors.handler400"
handler403 = "ecluse.office.views.errors.handler403"
handler404 = "ecluse.office.views.errors.handler404"
handler500 = "ecluse.office.views.errors.handler500"

ROOMS = (summary, action, cases, orders, notices, reads_page, saved_views, settings_page, sign_in, style_page)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", summary.summary_page, name="home"),
    *(place for room in ROOMS for place in room.PATHS),
    *api.PATHS,
]
