"""How does a person like to work, and how is the way in kept safe? Language, look, hats, keys, tokens, absences."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecluse.base.errors import BadInputError, ConflictError, ForbiddenError
from ecluse.base.words import LANGUAGES, has_words, say
from ecluse.office.actions.people import choose_language, choose_theme
from ecluse.office.actions.permissions import ACTIONS
from ecluse.office.actions.tokens import READ, make_token, revoke_token
from ecluse.office.desk.absences import DeclareAbsence
from ecluse.office.desk.form import FormError
from ecluse.office.desk.registry import Desk, all_actions
from ecluse.office.desk.tell import take
from ecluse.office.desk.today import open_session
from ecluse.office.people.absences import absences_of, colleagues_of
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_account
from ecluse.office.people.hats import hat_name
from ecluse.office.people.middleware import remember_language
from ecluse.office.people.second_proof import is_advised
from ecluse.office.views.page import (
    SHORTCUTS_COOKIE,
    THEME_COOKIE,
    THEMES,
    has_shortcuts,
    language_of,
    page,
    theme_of,
)

TOKEN_DAYS = (7, 30, 90, 365)
COOKIE_SECONDS = 365 * 24 * 3600
LONGEST_NUMBER = 4


@never_cache
@require_safe
@needs_account
def settings_page(request: HttpRequest) -> HttpResponse:
    """What may a person settle for himself?"""
    return _settings(request)


def _settings(request: HttpRequest, *, error: str = "", secret: str = "", status: int = 200) -> HttpResponse:
    account: Any = request.account
    factors = Authenticator.objects.filter(user=account.user).values_list("type", flat=True)
    context = {
        "account": account,
        "error": error,
        "secret": secret,
        "theme_now": theme_of(request),
        "theme_names": [(name, f"people.theme_{name}") for name in THEMES],
        "language_names": [(code, say(f"language.{code}", code)) for code in LANGUAGES],
        "has_shortcuts": has_shortcuts(request),
        "has_password": account.user.has_usable_password(),
        "keys": sum(1 for kind in factors if kind == "webauthn"),
        "has_totp": "totp" in factors,
        "proof_required": not is_advised() and not request.is_demonstration,  # type: ignore[attr-defined]
        "has_recovery": "recovery_codes" in factors,
        **_mandates(request),
        **_tokens(request),
    }
    return page(request, "office/settings.html", context, status=status)


def _mandates(request: HttpRequest) -> dict[str, Any]:
    """Which hats are there, who is away, and who could stand in?"""
    lang, on, mandates = request.lang, request.on, request.mandates
    officer, worn = request.account.officer, request.mandate
    bodies = names_of({mandate.body for mandate in mandates}, lang)
    away = absences_of(officer, on)
    return {
        "hats": [(hat_name(hat), hat, bodies[hat.body], f"role.{hat.role}", hat == worn) for hat in mandates],
        "absences": away,
        "colleagues": colleagues_of(officer, {hat.body for hat in mandates if not hat.acting_for}, on),
    }


def _tokens(request: HttpRequest) -> dict[str, Any]:
    """Which programs come in for this person, and what could a new one be allowed?"""
    account, mandate = request.account, request.mandate
    now, lang = datetime.now(UTC), language_of(request)
    return {
        "tokens": [
            (token, [scope_word(scope, lang) for scope in token.scopes.split()], _state(token, now))
            for token in account.tokens.order_by("-created_at")
        ],
        "scopes": [
            (scope, scope_word(scope, lang))
            for scope in (READ, *(name for name, roles in sorted(ACTIONS.items()) if mandate.role in roles))
        ]
        if mandate
        else [],
        "token_days": TOKEN_DAYS,
    }


def scope_word(scope: str, lang: str) -> str:
    """What may a program do that has this scope? The titles of the actions that ask for it."""
    if scope == READ:
        return say("people.scope.read", lang)
    actions = [action.name for action in all_actions().values() if (action.permit or action.name) == scope]
    titles = [say(f"desk.{name}.title", lang) for name in actions]
    own = f"people.scope.{scope}"
    return say(own, lang) if has_words(own, lang) else " · ".join(titles) or scope


def _state(token: Any, now: datetime) -> str:
    if token.revoked_at is not None:
        return "people.token_revoked"
    return "people.token_expired" if token.expires_at <= now else "people.token_valid"


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Which language, look and shortcuts from now on? Kept by this browser, and with the account."""
    from ecluse.office.views.sign_in import next_of

    account = request.account
    response = HttpResponseRedirect(next_of(request) or "/")
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    shortcuts = request.POST.get("shortcuts", "")
    if language in LANGUAGES:
        remember_language(response, language)
        if account is not None:
            choose_language(account, language)
    if theme in THEMES:
        _remember(response, THEME_COOKIE, theme)
        if account is not None:
            choose_theme(account, theme)
    if shortcuts in ("on", "off"):
        _remember(response, SHORTCUTS_COOKIE, shortcuts)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    from django.conf import settings

    response.set_cookie(name, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@never_cache
@require_POST
@needs_account
def new_token(request: HttpRequest) -> HttpResponse:
    """Which token has the program? Shown on this page and nowhere again."""
    account, mandate = request.account, request.mandate
    if mandate is None:
        raise Http404
    days = request.POST.get("days", "")
    number = int(days) if days.isascii() and days.isdigit() and len(days) <= LONGEST_NUMBER else 0
    scopes = tuple(request.POST.getlist("scope"))
    try:
        secret = make_token(account, mandate, request.POST.get("name", ""), scopes, number, datetime.now(UTC))
    except BadInputError:
        return _settings(request, error="people.token_refused", status=400)
    return _settings(request, secret=secret, status=201)


@require_POST
@needs_account
def end_token(request: HttpRequest, digest: str) -> HttpResponse:
    """Is the token taken back? Only one's own."""
    if not revoke_token(request.account, digest, datetime.now(UTC)):
        raise Http404
    return HttpResponseRedirect(reverse("settings"))


@require_POST
@needs_account
def go_absent(request: HttpRequest) -> HttpResponse:
    """Who is away from when to when, and who stands in?"""
    account, mandates = request.account, request.mandates
    own = next((mandate for mandate in mandates if not mandate.acting_for), None)
    if own is None:
        raise Http404
    try:
        first, last = (date.fromisoformat(request.POST.get(name, "")) for name in ("first_day", "last_day"))
        form = DeclareAbsence(account.officer, first, last, request.POST.get("deputy", ""))
        take(Desk(open_session(own), own, request.on), all_actions()["office.declare_absence"], "office", form)
    except (BadInputError, ConflictError, ForbiddenError, FormError, ValueError):
        return _settings(request, error="people.absence_refused", status=400)
    return HttpResponseRedirect(reverse("settings"))


PATHS = [
    path("settings/", settings_page, name="settings"),
    path("settings/tokens/", new_token, name="new_token"),
    path("settings/tokens/<slug:digest>/end/", end_token, name="end_token"),
    path("settings/absence/", go_absent, name="go_absent"),
    path("preferences/", preferences, name="preferences"),
]
