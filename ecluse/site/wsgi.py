"""What does the server call? The WSGI application of the office, its registers read before anybody asks."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
application = get_wsgi_application()


def ready() -> None:
    """Import what pages import and read what they read first, so that no reader waits for it."""
    from django.db import connections
    from django.urls import get_resolver

    from ecluse.office.on_file import open_registers

    get_resolver().url_patterns  # noqa: B018  imports every view
    open_registers()
    connections.close_all()


ready()
