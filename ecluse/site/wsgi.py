"""What does the server call? The WSGI application of the office."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
application = get_wsgi_application()
