"""Whose token is this, and what may it do? Only while it lasts, its account is open and its mandate in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ecluse.office.actions.tokens import PREFIX, READ, token_digest
from ecluse.office.models import Account, ApiToken
from ecluse.office.people.hats import hats_of
from ecluse.office.session import Mandate, Session

LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Bearer:
    """The person for whom a program speaks, under which mandate, with which scopes."""

    account: Account
    mandate: Mandate
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Does the token reach this far? Whoever may act may read what he acts on."""
        return scope in self.scopes or scope == READ


def bearer_of(secret: str, session: Session, on: date, now: datetime) -> Bearer | None:
    """Who is it? None for a token that is unknown, taken back or past, or whose mandate has ended."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_TOKEN:
        return None
    held = ApiToken.objects.select_related("account__user").filter(digest=token_digest(secret)).first()
    if held is None or held.revoked_at is not None or held.expires_at <= now or not held.account.user.is_active:
        return None
    hats = hats_of(session, held.account.officer, on)
    mandate = next((hat for hat in hats if (hat.body, hat.role) == (held.body, held.role)), None)
    return Bearer(held.account, mandate, frozenset(held.scopes.split())) if mandate else None
