"""Who asks, for which body, in which language, on which legal day? Said once on every request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from ecluse.base.words import LANGUAGES
from ecluse.edge.language import person_language, speaking
from ecluse.office.actions.people import choose_language
from ecluse.office.desk.today import is_demonstration, open_session, said_once, today
from ecluse.office.models import Account
from ecluse.office.people.hats import hats_of, worn

COOKIE_SECONDS = 365 * 24 * 3600


class People:
    """Sets `account`, `mandates`, `mandate`, `lang`, `on` and `is_demonstration` on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is answered to this person?"""
        with said_once():
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        account = account_of(request)
        asked = request.GET.get("lang", "")
        lang = asked if asked in LANGUAGES else language_of(request, account)
        recognise(request, account, lang)
        translation.activate(lang)
        if asked == lang and account is not None and account.language != lang:
            choose_language(account, lang)
        # A program that names no language is told in the server's: its token's person is not known yet.
        is_asked = bool(asked or account or request.headers.get("Accept-Language"))
        with speaking(lang if is_asked else person_language()):
            response = self.get_response(request)
        if "Cache-Control" not in response and response.get("Content-Type", "").startswith("text/html"):
            add_never_cache_headers(response)  # every page bears its reader's name, and some a key
        if asked == lang:
            remember_language(response, lang)
        return response


def recognise(request: HttpRequest, account: Account | None, lang: str) -> None:
    """Note on the request who asks. A program's request has no hat of a session; its token names the mandate."""
    request.account = account
    request.lang = request.LANGUAGE_CODE = lang
    request.person_name = (account.user.first_name or account.officer) if account else ""
    request.is_demonstration = is_demonstration()
    request.on = today()
    request.mandates = []
    if account is not None:
        request.mandates = hats_of(open_session(on=request.on), account.officer, request.on)
    request.mandate = worn(request.session, request.mandates)


def account_of(request: HttpRequest) -> Account | None:
    """Whose session is this? None when nobody is signed in."""
    user = request.user
    return user.account if user.is_authenticated else None


def language_of(request: HttpRequest, account: Account | None) -> str:
    """In which language does this person read? The account's; without one, what cookie or browser ask for."""
    if account is not None and account.language in LANGUAGES:
        return str(account.language)
    found = getattr(request, "LANGUAGE_CODE", "").partition("-")[0]
    return found if found in LANGUAGES else LANGUAGES[0]


def remember_language(response: HttpResponse, lang: str) -> None:
    """This browser reads in this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, lang, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )  # fmt: skip
