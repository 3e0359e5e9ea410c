"""Which addresses do the tests of reading pages know? Those pages, the rooms they lead to, and the ways in."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from ecluse.office.views import (
    action,
    certificate,
    home,
    notices,
    orders,
    overview,
    parties,
    places,
    reads_page,
    saved_views,
    settings_page,
    sign_in,
    surplus,
)  # fmt: skip

handler400 = "ecluse.office.views.errors.handler400"
handler403 = "ecluse.office.views.errors.handler403"
handler404 = "ecluse.office.views.errors.handler404"
ROOMS = (
    home, overview, certificate, surplus, places, parties, orders, action, notices, reads_page, saved_views,
    settings_page, sign_in,
)  # fmt: skip
urlpatterns: list[URLPattern | URLResolver] = [place for room in ROOMS for place in room.PATHS]
