"""Was this very request answered before? The same key and request get the same answer; another request is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from ecluse.base.errors import ConflictError
from ecluse.office.models import IdempotencyKey

KEPT_DAYS, MOST_LETTERS = 30, 100
UNANSWERED = 0


def begin(key: str, request_digest: str, at: datetime) -> tuple[int, str] | None:
    """Which answer was given to this key? None: it is new, and now held until `finish`. Raises ConflictError.

    A key whose first request never got to its answer stays held: what became of it is looked up, not guessed.
    """
    found = IdempotencyKey.objects.filter(id=key).first()
    if found is None:
        try:
            with transaction.atomic():
                IdempotencyKey.objects.create(
                    id=key, request_digest=request_digest, status=UNANSWERED, answer="", at=at
                )
            return None
        except IntegrityError:
            found = IdempotencyKey.objects.get(id=key)
    if found.request_digest != request_digest:
        raise ConflictError("this key was used for another request")
    if found.status == UNANSWERED:
        raise ConflictError("the first request with this key has no answer yet")
    return found.status, found.answer


def finish(key: str, status: int, answer: str) -> None:
    """This was answered; whoever asks again with the same key is told the same."""
    IdempotencyKey.objects.filter(id=key).update(status=status, answer=answer)


def release(key: str) -> None:
    """Nothing was done under this key: it may be tried again."""
    IdempotencyKey.objects.filter(id=key, status=UNANSWERED).delete()


def forget(before: datetime) -> int:
    """How many keys, older than they are kept for, were dropped?"""
    return int(IdempotencyKey.objects.filter(at__lt=before - timedelta(KEPT_DAYS)).delete()[0])
