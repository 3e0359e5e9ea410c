"""What does the office change in how allauth signs people in? Nobody signs himself up, and secrets rest encrypted."""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from ecluse.base.errors import EvidenceError
from ecluse.base.words import say
from ecluse.office.models import Account

LOG = logging.getLogger("ecluse.people")


class OfficeAdapter(DefaultAccountAdapter):
    """Accounts are made by the office, for officers on record."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """May anybody make an account of his own? No."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where does a person go whose password was changed?"""
        return reverse("settings")

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Any:
        """Which letter is sent? In the language of the person to whom it goes, not of whoever asked for it."""
        found = Account.objects.filter(user__username=email.casefold()).values_list("language", flat=True).first()
        lang = found or settings.LANGUAGE_CODE
        with translation.override(lang):
            return super().render_mail(template_prefix, email, {**context, "lang": lang}, headers)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Who tried and failed? Noted without what was typed as a password."""
        LOG.warning("sign-in refused for %.80r from %s", credentials.get("email"), self.get_client_ip(request))
        super().authentication_failed(request, **credentials)


class OutsideAdapter(DefaultSocialAccountAdapter):
    """A ministry's own sign-in service opens accounts that exist; it makes none.

    An officer bound the account to its person by the e-mail address. Whoever comes in by it first binds the service's
    own name for the person (its subject) as well; from then on another subject with the same address is a stranger.
    """

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Whose account is it? Raises ImmediateHttpResponse, in words, for whoever has none."""
        why = _why_not(sociallogin)
        if why:
            LOG.warning("outside sign-in of subject %.80r refused: %s", sociallogin.account.uid, why)
            raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """What went wrong between the two? Said in words to the person, and noted here."""
        trouble = more.get("exception") or more.get("error")
        LOG.warning("outside sign-in failed from %s: %.200s", request.META.get("REMOTE_ADDR"), trouble)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """May somebody whom the outside service knows come in without an account here? No."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secrets of second factors rest encrypted with a key drawn from the office's own."""

    def encrypt(self, text: str) -> str:
        """How does this secret rest?"""
        return _box().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Which secret is this? Raises EvidenceError when the office's key is not the one it was kept with."""
        try:
            return _box().decrypt(encrypted_text.encode("ascii")).decode()
        except InvalidToken:
            raise EvidenceError("a second factor was kept under another session key") from None

    def get_totp_label(self, user: Any) -> str:
        """Under which name does a telephone list this account?"""
        return str(user.email or user.account.officer)

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """Who is this person to a passkey?"""
        found: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**found, "name": self.get_totp_label(user), "display_name": user.first_name or user.account.officer}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What is a new key called until the person names it?"""
        from allauth.mfa.models import Authenticator

        count = Authenticator.objects.filter(user=user, type=type).count()
        return say("people.key_number", user.account.language, number=count + 1)

    def _get_site_name(self) -> str:
        return "Écluse"


def _why_not(sociallogin: Any) -> str:
    """Why may this person not come in? Empty when he may."""
    user = sociallogin.user
    if sociallogin.state.get("process", AuthProcess.LOGIN) != AuthProcess.LOGIN:
        return "an account is bound by signing in, not from within another"
    if not sociallogin.is_existing:
        return "no account stands under this subject or verified address"
    if not hasattr(user, "account") or not user.is_active:
        return "the account is closed"
    if (
        sociallogin.account.pk is None
        and SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider).exists()
    ):
        return "the account is bound to another subject"
    return ""


def _box() -> Fernet:
    key = hashlib.sha256(b"second-factor/" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
