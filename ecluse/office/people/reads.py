"""Which looks are logged? Pages about an order, a party, a certificate, a unit: never the public ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from ecluse.office.actions.reads import write_read

View = Callable[..., HttpResponse]
PAGE_SHOWN = 200


def records_read(page: str, subject: str = "id") -> Callable[[View], View]:
    """Decorate a view: whoever is signed in and is shown this page is noted, with the subject named in its address.

    `subject` is the name of the address's part that holds the subject's id.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def noting(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
            response = view(request, *args, **parts)
            note_read(request, page, str(parts.get(subject, "")), response.status_code)
            return response

        return noting

    return decorate


def note_read(request: HttpRequest, page: str, subject: str, status: int = PAGE_SHOWN) -> None:
    """Note that this page was shown; a refused or absent page shows nothing and is not noted. For the API as well."""
    account = getattr(request, "account", None)
    if account is not None and status == PAGE_SHOWN and request.method in ("GET", "HEAD"):
        # The wall clock, also in a demonstration: a read is something that happens, not a record.
        write_read(account.officer, page, subject, datetime.now(UTC))
