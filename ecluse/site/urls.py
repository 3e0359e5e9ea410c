"""Which page answers which address?"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from ecluse.office.api import docs as api
from ecluse.office.views import (
    action,
    audit,
    books,
    capture,
    cases,
    centre_desk,
    certificate,
    claims,
    documents,
    home,
    imports,
    notices,
    opening_keys,
    openings,
    orders,
    overview,
    parties,
    places,
    plan,
    plan_against,
    plan_capacity,
    plan_compare,
    plan_flows,
    plan_lines,
    plan_solve,
    plan_whatif,
    plan_why,
    public,
    reads_page,
    records,
    saved_views,
    settings_page,
    sign_in,
    signatures,
    style_page,
    suggest,
    surplus,
    tracing,
    units,
    witnesses,
)

handler400 = "ecluse.office.views.errors.handler400"
handler403 = "ecluse.office.views.errors.handler403"
handler404 = "ecluse.office.views.errors.handler404"
handler500 = "ecluse.office.views.errors.handler500"

# Where one address begins like another, the narrower one comes first.
ROOMS = (
    home,
    overview,
    imports,
    signatures,
    action,
    cases,
    orders,
    certificate,
    surplus,
    plan,
    plan_against,
    plan_capacity,
    plan_compare,
    plan_flows,
    plan_lines,
    plan_solve,
    plan_whatif,
    plan_why,
    places,
    centre_desk,
    capture,
    parties,
    units,
    tracing,
    witnesses,
    books,
    claims,
    audit,
    public,
    documents,
    suggest,
    opening_keys,
    openings,
    notices,
    reads_page,
    records,
    saved_views,
    settings_page,
    sign_in,
    style_page,
)
urlpatterns: list[URLPattern | URLResolver] = [
    *(place for room in ROOMS for place in room.PATHS),
    *api.PATHS,
]
