"""Which page answers which address?"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from ecluse.office.views.summary import summary_page

urlpatterns: list[URLPattern | URLResolver] = [path("", summary_page, name="summary")]
