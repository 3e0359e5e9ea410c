"""Which addresses do the tests of units, books, claims, audit and the public use? These, then the site's."""

from __future__ import annotations

from ecluse.office.views import audit, books, claims, public, units
from ecluse.site import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [*(place for room in (units, books, claims, audit, public) for place in room.PATHS), *urls.urlpatterns]
