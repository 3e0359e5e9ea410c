"""Which addresses do the tests of the import pages use? Theirs first, then the office's own."""

from __future__ import annotations

from ecluse.office.views import imports
from ecluse.site.urls import handler400, handler403, handler404, handler500
from ecluse.site.urls import urlpatterns as whole

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*imports.PATHS, *whole]
