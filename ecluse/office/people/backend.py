"""Whose session is this? The person with the account, found in one query; a closed account opens nothing."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User


class OfficeBackend(AuthenticationBackend):
    """Password by e-mail address, as allauth checks it; a person without an account of the office does not come in."""

    def get_user(self, user_id: int) -> User | None:
        """Which person is this, if the account is open?"""
        found = User.objects.select_related("account").filter(pk=user_id, account__isnull=False).first()
        return found if found is not None and self.user_can_authenticate(found) else None

    def user_can_authenticate(self, user: User) -> bool:
        """Is the account open, and is it the office's?"""
        return bool(super().user_can_authenticate(user)) and hasattr(user, "account")
