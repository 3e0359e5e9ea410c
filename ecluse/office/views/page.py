"""In which language, light and place is this page shown, and to whom? What every page of the office has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from ecluse.base.words import LANGUAGES, has_words, say
from ecluse.office.models import Setting

THEMES = ("auto", "light", "dark")
THEME_COOKIE, SHORTCUTS_COOKIE = "ecluse_theme", "ecluse_shortcuts"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the navigation: its key in the catalogues, its address, and the letter after `g`."""

    key: str
    address: str
    letter: str
    icon: str
    is_for_home: bool = False  # shown to who reads the ministry's figures
    is_own: bool = False  # shown to whose desk it is

    def holds(self, path: str) -> bool:
        """Is the page at this path within this place?"""
        return path == self.address if self.address == "/" else path.startswith(self.address)


PLACES = (
    Place("home", "/", "h", "home"),
    Place("overview", "/overview/", "v", "overview"),
    Place("orders", "/orders/", "o", "orders"),
    Place("surplus", "/surplus/", "s", "surplus"),
    Place("plan", "/plan/", "l", "plan", is_for_home=True),
    Place("places", "/places/", "p", "places"),
    Place("host_desk", "/host/", "t", "host", is_own=True),
    Place("line_desk", "/line/", "n", "line", is_own=True),
    Place("units", "/units/", "u", "units"),
    Place("books", "/books/", "b", "books"),
    Place("claims", "/claims/", "c", "claims"),
    Place("audit", "/audit/", "a", "audit"),
    Place("public", "/public/", "w", "public"),
)


def language_of(request: HttpRequest) -> str:
    """Which of the three languages does this person read? Asked for in the address, the person's own, the browser's."""
    account = getattr(request, "account", None)
    wishes = (
        request.GET.get("lang"),
        getattr(request, "lang", None),
        getattr(account, "language", None),
        getattr(request, "LANGUAGE_CODE", "").partition("-")[0],
    )
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])


def theme_of(request: HttpRequest) -> str:
    """Light, dark, or as the reader's screen is? The cookie of this screen goes before the person's own wish."""
    account = getattr(request, "account", None)
    wishes = (request.COOKIES.get(THEME_COOKIE), getattr(account, "theme", None))
    return next((wish for wish in wishes if wish in THEMES), THEMES[0])


def has_shortcuts(request: HttpRequest) -> bool:
    """May single letters move this person about? On, until switched off on this screen."""
    return request.COOKIES.get(SHORTCUTS_COOKIE) != "off"


def is_demonstration(request: HttpRequest) -> bool:
    """Is everything shown here invented? As the middleware says, else as the database says."""
    said = getattr(request, "is_demonstration", None)
    return Setting.objects.filter(key="kind", value="demonstration").exists() if said is None else bool(said)


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """What is sent for this template? The words are the reader's language; what depends on the reader says so."""
    lang = language_of(request)
    translation.activate(lang)
    response = render(request, template, {"lang": lang, **(context or {})}, status=status)
    patch_vary_headers(response, ("Cookie", "Accept-Language", "HX-Request"))
    return response


def word(text: str, lang: str) -> str:
    """What does this key say? Text that is no key of the catalogues, such as a firm's name, stands as it is."""
    return say(text, lang) if has_words(text, lang) else text
