"""What does the server call? The WSGI application of the office; it serves while it still reads the registers."""

from __future__ import annotations

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application


def ready() -> None:
    """Import what pages import; the calls of the API and the registers follow while the first readers are served."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  imports every view
    threading.Thread(target=follow, name="ecluse-follow", daemon=True).start()


def follow() -> None:
    """Read what is asked for later, so that few wait for it: who asks sooner waits for no more than this."""
    from importlib import import_module

    from django.db import connections

    from ecluse.office.on_file import open_registers

    try:
        open_registers()
        import_module("ecluse.office.api.docs")
    finally:
        connections.close_all()
        # What was made at the start stays to the end: it is not searched for what may go.
        gc.freeze()
        gc.enable()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
# Nothing that a start makes is let go: searching it for what may go takes a third of the start.
gc.disable()
application = get_wsgi_application()
ready()
