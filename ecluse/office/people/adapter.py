"""What does the office change in how allauth signs people in? Nobody signs himself up, and secrets rest encrypted."""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest
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
    """A ministry's own sign-in service opens accounts that exist; it makes none."""

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


def _box() -> Fernet:
    key = hashlib.sha256(b"second-factor/" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
