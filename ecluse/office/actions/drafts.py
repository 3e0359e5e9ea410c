"""What has a person typed and not sent? Kept for the next visit, gone when the action is taken; it is no record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.base.source import ServiceSource
from ecluse.office.models import Account, Draft

MOST_DRAFTS, MOST_LETTERS = 100, 40_000


def keep_draft(account: Account, action: str, subject: str, fields: Mapping[str, Any]) -> None:
    """Keep what was typed so far. Raises BadInputError where it is too much."""
    if len(json.dumps(fields)) > MOST_LETTERS:
        raise BadInputError.one("draft", f"at most {MOST_LETTERS} letters", "more", "shorten what was typed")
    key = draft_id(account, action, subject)
    if Draft.objects.filter(account=account).exclude(id=key).count() >= MOST_DRAFTS:
        raise BadInputError.one("draft", f"at most {MOST_DRAFTS} drafts", "more", "send or drop one first")
    values = {"account": account, "action": action, "subject": subject, "fields": dict(fields)}
    Draft.objects.update_or_create(id=key, defaults={**values, "at": ServiceSource().now()})


def drop_draft(account: Account, action: str, subject: str) -> None:
    """What was typed was sent, or is given up."""
    Draft.objects.filter(id=draft_id(account, action, subject)).delete()


def draft_of(account: Account, action: str, subject: str) -> dict[str, Any] | None:
    """What did this person leave typed here?"""
    found = Draft.objects.filter(id=draft_id(account, action, subject)).first()
    return dict(found.fields) if found else None


def draft_id(account: Account, action: str, subject: str) -> str:
    """Under which id is it kept?"""
    return f"{account.pk}|{action}|{subject}"
