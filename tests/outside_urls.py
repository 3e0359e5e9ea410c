"""At which addresses do the ways in stand when a ministry's own sign-in service is named?"""

from __future__ import annotations

from sign_in_urls import handler400, handler403, handler404
from sign_in_urls import urlpatterns as ways_in

from ecluse.office.views import sign_in

__all__ = ["handler400", "handler403", "handler404", "urlpatterns"]
urlpatterns = [*sign_in.OUTSIDE, *ways_in]
