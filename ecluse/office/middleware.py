"""What may a browser do with a page of the office, and which language was asked for in its address?"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ecluse.base.words import LANGUAGES

# Show it with our own style, run our own script, ask our own server; nothing from elsewhere, nothing inline.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
COOKIE_SECONDS = 365 * 24 * 3600


class ContentPolicy:
    """Sends the policy with every answer; a view cannot leave it out. Remembers a language once chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Which answer leaves the office?"""
        asked = request.GET.get("lang", "")
        if asked in LANGUAGES:
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = asked
        response = self.get_response(request)
        response["Content-Security-Policy"] = POLICY
        if asked in LANGUAGES:
            _remember(request, response, asked)
        return response


def _remember(request: HttpRequest, response: HttpResponse, lang: str) -> None:
    """On this screen, and with the person who is signed in."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, lang, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True)
    account = getattr(request, "account", None)
    if account is not None and account.language != lang:
        from ecluse.office.actions.views import remember_language

        remember_language(account, lang)
