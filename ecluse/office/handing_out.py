"""How are a document's bytes sent, so that no browser opens them in the office's own place?"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def handed_out(name: str, media_type: str, content: bytes) -> HttpResponse:
    """How are a document's bytes sent? To be kept as a file, never to be opened in our own place."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
