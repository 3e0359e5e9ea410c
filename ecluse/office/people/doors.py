"""Which pages open only to those who are signed in, and to whom in which role?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

View = Callable[..., HttpResponse]


def needs_person(view: View) -> View:
    """Decorate a view: a visitor is asked to sign in first; a person without a mandate today is refused."""
    return for_roles()(view)


def needs_account(view: View) -> View:
    """Decorate a view: whoever is signed in, also while no mandate is in force, as for one's own settings."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        return view(request, *args, **parts) if getattr(request, "account", None) else ask_to_sign_in(request)

    return guarded


def for_roles(*roles: str) -> Callable[[View], View]:
    """Decorate a view: only people who wear one of these roles (any, when none is named) are shown it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
            if getattr(request, "account", None) is None:
                return ask_to_sign_in(request)
            mandate = getattr(request, "mandate", None)
            if mandate is None or (roles and mandate.role not in roles):
                raise PermissionDenied
            return view(request, *args, **parts)

        return guarded

    return decorate


def needs_password(view: View) -> View:
    """Decorate a view that changes how one comes in: a demonstration's role, which visitors share, has nothing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        account = getattr(request, "account", None)
        if account is not None and not account.user.has_usable_password():
            raise Http404
        return view(request, *args, **parts)

    return guarded


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Where does a visitor sign in, to come back here? What was posted is not asked again."""
    here = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': here})}")
