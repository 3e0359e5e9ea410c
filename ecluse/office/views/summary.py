"""What did the year give? One page with the summary of the last audit, until the office's own pages come."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def summary_page(request: HttpRequest) -> HttpResponse:
    """What stands in the last summary?"""
    return HttpResponse("")
