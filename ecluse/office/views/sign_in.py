"""Where does a person come in? By password, passkey or the ministry's sign-in; in a demonstration by a role's card."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import views as account_views
from allauth.account.views import LoginView
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as key_views
from allauth.socialaccount import views as outside_views
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path, re_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecluse.office.actions.people import open_demonstration_account
from ecluse.office.actions.representatives import put_on_record
from ecluse.office.people import demo_roles, outside
from ecluse.office.people.doors import needs_password
from ecluse.office.people.hats import SLOT, hat_name, put_on
from ecluse.office.registers import Officer
from ecluse.office.session import Mandate
from ecluse.office.views.page import page

LOG = logging.getLogger("ecluse.people")
BACKEND = "ecluse.office.people.backend.OfficeBackend"
MOST_SEARCH_TEXT = 100


class AccountSignIn(LoginView):
    """Password or passkey, as in service; a demonstration has it behind the cards."""

    template_name = "office/sign_in.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """What does the page offer beside the form?"""
        found: dict[str, Any] = super().get_context_data(**more)
        return {**found, "outside": settings.SOCIALACCOUNT_PROVIDERS, "redirect_field_value": next_of(self.request)}


def sign_in(request: HttpRequest) -> HttpResponse:
    """Which way in is shown? Cards in a demonstration, else the form; what is posted is always the form."""
    if request.is_demonstration and request.method in ("GET", "HEAD") and "account" not in request.GET:
        return cards_page(request)
    response: HttpResponse = AccountSignIn.as_view()(request)
    return response


@never_cache
@require_safe
def cards_page(request: HttpRequest) -> HttpResponse:
    """As whom may one look around? Every role of the mechanism, one click away."""
    on = request.on
    first = {card.name: demo_roles.first_officer(card, on) for card in demo_roles.CARDS if not card.has_choice}
    groups = [
        (group, [(card, _whom(card, first.get(card.name)), first.get(card.name)) for card in demo_roles.CARDS
                 if card.group == group])
        for group in demo_roles.GROUPS
    ]  # fmt: skip
    return page(request, "office/sign_in_roles.html", {"groups": groups, "next": next_of(request)})


def _whom(card: demo_roles.Card, officer: Officer | None) -> str:
    """To whom does this card lead at once? Empty where there is a choice, or nobody."""
    if card.has_choice:
        return ""
    return officer.id if officer else "" if card.is_officer else card.authority


@never_cache
def demonstration(request: HttpRequest, whom: str) -> HttpResponse:
    """Which demonstration role is taken, or looked for? Nowhere but in a demonstration is there such a page."""
    if not request.is_demonstration:
        LOG.warning("demonstration role %.80r asked for by %s outside a demonstration", whom, request.method)
        raise Http404
    return take_role(request, whom) if ":" in whom else choose_role(request, whom)


@require_safe
def choose_role(request: HttpRequest, name: str) -> HttpResponse:
    """Whom may one be on this card? Searched by name or id."""
    card = demo_roles.BY_NAME.get(name)
    if card is None:
        raise Http404
    search = request.GET.get("q", "")[:MOST_SEARCH_TEXT]
    found, total = demo_roles.choices(card, request.on, search, request.lang)
    context = {"card": card, "found": found, "total": total, "search": search, "next": next_of(request)}
    return page(request, "office/sign_in_choice.html", context)


@require_POST
def take_role(request: HttpRequest, whom: str) -> HttpResponse:
    """Who signs in now? A new session each time: nothing is carried from one role to the next."""
    card = demo_roles.BY_NAME.get(request.POST.get("card", "")) or _card_for(whom)
    officer = demo_roles.may_take(card, whom, request.on) if card else None
    if officer is None:
        raise Http404
    if officer.id.startswith("officer:rep-"):
        put_on_record(officer)
    account = open_demonstration_account(officer.id, officer.name, request.lang)
    request.session.flush()
    login(request, account.user, backend=BACKEND)
    request.session[SLOT] = hat_name(Mandate(officer.id, officer.authority, officer.role, officer.valid_from, None))
    LOG.info("%s signed in to the demonstration", officer.id)
    return HttpResponseRedirect(next_of(request) or "/")


def _card_for(whom: str) -> demo_roles.Card | None:
    """Which card leads to this one when none is named? An address may be all that a visitor has."""
    parts = {"party": ("exporter", "maker", "carrier", "bank", "end_user"), "authority": ("end_user_state",)}
    names = parts.get(whom.partition(":")[0], ())
    return next(
        (demo_roles.BY_NAME[name] for name in names if whom in demo_roles.bodies(demo_roles.BY_NAME[name])), None
    )


@require_POST
def choose_hat(request: HttpRequest) -> HttpResponse:
    """Which of one's mandates is worn from now on, in this session?"""
    if not put_on(request.session, request.mandates, request.POST.get("hat", "")):
        raise Http404
    return HttpResponseRedirect(next_of(request) or "/")


def next_of(request: HttpRequest) -> str:
    """Where did the person want to go? Only within this office; empty when nowhere."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours and wanted.startswith("/") else ""


FACTORS = [
    path("", needs_password(factor_views.index), name="mfa_index"),
    path("code/", factor_views.authenticate, name="mfa_authenticate"),
    path("confirm/", needs_password(factor_views.reauthenticate), name="mfa_reauthenticate"),
    path("telephone/add/", needs_password(totp_views.activate_totp), name="mfa_activate_totp"),
    path("telephone/remove/", needs_password(totp_views.deactivate_totp), name="mfa_deactivate_totp"),
    path("recovery/", needs_password(recovery_views.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("recovery/new/", needs_password(recovery_views.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("recovery/file/", needs_password(recovery_views.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("keys/", needs_password(key_views.list_webauthn), name="mfa_list_webauthn"),
    path("keys/add/", needs_password(key_views.add_webauthn), name="mfa_add_webauthn"),
    path("keys/confirm/", needs_password(key_views.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("keys/sign-in/", key_views.login_webauthn, name="mfa_login_webauthn"),
    path("keys/<int:pk>/name/", needs_password(key_views.edit_webauthn), name="mfa_edit_webauthn"),
    path("keys/<int:pk>/remove/", needs_password(key_views.remove_webauthn), name="mfa_remove_webauthn"),
]
OUTSIDE = [
    path("account/outside/", needs_password(outside_views.connections), name="socialaccount_connections"),
    path("account/outside/unknown/", outside_views.signup, name="socialaccount_signup"),
    path("account/outside/cancelled/", outside_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/outside/error/", outside_views.login_error, name="socialaccount_login_error"),
    path("oidc/<slug:provider_id>/login/", outside.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", outside.callback, name="openid_connect_callback"),
]
PATHS = [
    path("sign-in/", sign_in, name="account_login"),
    path("sign-in/demo/<path:whom>/", demonstration, name="demonstration"),
    path("sign-out/", account_views.logout, name="account_logout"),
    path("hat/", choose_hat, name="hat"),
    path("account/closed/", account_views.account_inactive, name="account_inactive"),
    path("account/confirm/", account_views.reauthenticate, name="account_reauthenticate"),
    path("account/password/", needs_password(account_views.password_change), name="account_change_password"),
    path("account/password/forgotten/", account_views.password_reset, name="account_reset_password"),
    path("account/password/forgotten/sent/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(r"^account/password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$", account_views.password_reset_from_key,
            name="account_reset_password_from_key"),
    path("account/password/new/done/", account_views.password_reset_from_key_done,
         name="account_reset_password_from_key_done"),
    path("account/second-factor/", include(FACTORS)),
    *(OUTSIDE if settings.SOCIALACCOUNT_PROVIDERS else []),
]  # fmt: skip
