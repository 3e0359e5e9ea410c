"""May this person act already? In an office of record only who has added a second proof: a passkey or a telephone."""

from __future__ import annotations

import logging
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ecluse.office.models import Account

LOG = logging.getLogger("ecluse.people")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ACTING = "/do/"
# Coming in and going out, the way in itself, one's hat, language and look; the API takes no session, only tokens.
OPEN = ("/account/", "/sign-in/", "/sign-out/", "/hat/", "/preferences/", "/notices/", "/oidc/", "/api/")
ADVISED = "advised"


class SecondProof:
    """Reading stays open; whoever would act is led to the page that adds a second proof. Stands after `People`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is answered to this person?"""
        if acts(request) and is_needed(request):
            LOG.warning("%s would act without a second proof: %s", request.account.officer, request.path)  # type: ignore[attr-defined]
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)


def acts(request: HttpRequest) -> bool:
    """Would this request change anything beside the person's own way in?"""
    path = request.path
    return path.startswith(ACTING) or (request.method not in SAFE and not path.startswith(OPEN))


def is_needed(request: HttpRequest) -> bool:
    """Is somebody signed in to an office of record whose account only a password guards, and is more required?"""
    account: Account | None = getattr(request, "account", None)
    if account is None or is_advised() or request.is_demonstration:  # type: ignore[attr-defined]
        return False
    return not has_second_proof(account)


def is_advised() -> bool:
    """Does this office only advise a second proof? Whatever else the setting says, it is required."""
    return str(getattr(settings, "SECOND_FACTOR", "")) == ADVISED


def has_second_proof(account: Account) -> bool:
    """Is the account guarded by a passkey or the codes of a telephone? Recovery codes alone are none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=account.user_id, type__in=kinds).exists()
