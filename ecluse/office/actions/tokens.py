"""How does a program get its way in, and lose it? A token is shown once; its digest, scopes and end are kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError
from ecluse.office.actions.permissions import ACTIONS
from ecluse.office.models import Account, ApiToken
from ecluse.office.session import Mandate

PREFIX = "ecluse_"
SECRET_BYTES = 32
LONGEST_DAYS = 366
MOST_TOKENS = 20
NAME_LENGTH = 80
READ = "read"


def make_token(account: Account, mandate: Mandate, name: str, scopes: tuple[str, ...], days: int, now: datetime) -> str:
    """With which token does a program come in for this person, under this mandate? Told once, never again.

    `scopes` are `read` and names of actions. Raises BadInputError.
    """
    name = " ".join(name.split())
    wrong = sorted(set(scopes) - {READ, *ACTIONS})
    if not 0 < len(name) <= NAME_LENGTH:
        raise BadInputError.one("token", f"a name of 1 to {NAME_LENGTH} letters", str(len(name)), "name the program")
    if not scopes or wrong:
        found = ", ".join(wrong)[:80] or str(len(scopes))
        raise BadInputError.one("token", "read, or actions of the office", found, "choose what it may do")
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInputError.one("token", f"1 to {LONGEST_DAYS} days", str(days), "let it end within a year")
    if account.tokens.filter(revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise BadInputError.one("token", f"at most {MOST_TOKENS} tokens", "more", "take back one that is not used")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    ApiToken.objects.create(
        digest=token_digest(secret), account=account, name=name, scopes=" ".join(sorted(set(scopes))),
        body=mandate.body, role=mandate.role, created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    return secret


def revoke_token(account: Account, token_digest: str, now: datetime) -> bool:
    """Take this token back. False when this person has no such token in use."""
    return bool(account.tokens.filter(digest=token_digest, revoked_at=None).update(revoked_at=now))


def token_digest(secret: str) -> str:
    """Under which digest is this token kept? A secret of 256 bits needs no slow hash."""
    return digest(secret.encode())
