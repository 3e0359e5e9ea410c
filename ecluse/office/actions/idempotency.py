"""Was this very request answered before? The same key and request get the same answer; another request is refused.

A program's request is one transaction: its key, everything that it writes and its answer stand together or not at all.
A program that was cut off, or whose office was, asks again with the same key: either it is told what was answered, or
nothing was written and it is done now. It is never done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from ecluse.base.errors import ConflictError
from ecluse.office.models import IdempotencyKey

KEPT_DAYS, MOST_LETTERS = 30, 100
MOST_FORGOTTEN = 50
UNANSWERED = 0
Answer = tuple[int, str]


class OtherRequestError(ConflictError):
    """This key was used for another request."""


def once(key: str, request_digest: str, at: datetime, do: Callable[[], Answer]) -> Answer:
    """What is answered to this request, done once however often it is sent? Status and text.

    Whatever `do` raises undoes all that was written, the key as well. Raises OtherRequestError for another request's
    key.
    """
    with transaction.atomic():
        try:
            # Two that come together: the second waits here until the first has its answer, or has failed.
            with transaction.atomic():
                known = IdempotencyKey.objects.filter(id=key).first()
                if known is None:
                    IdempotencyKey.objects.create(
                        id=key, request_digest=request_digest, status=UNANSWERED, answer="", at=at
                    )
        except IntegrityError:
            known = IdempotencyKey.objects.get(id=key)
        if known is not None:
            return _told(known, request_digest)
        forget(at)
        status, answer = do()
        IdempotencyKey.objects.filter(id=key).update(status=status, answer=answer)
        return status, answer


def _told(known: IdempotencyKey, request_digest: str) -> Answer:
    if known.request_digest != request_digest:
        raise OtherRequestError("this key was used for another request")
    return known.status, known.answer


def forget(before: datetime, most: int = MOST_FORGOTTEN) -> int:
    """How many keys, older than they are kept for, were dropped? The oldest first, and few at once.

    Asked whenever a key is kept, so that more are dropped than come; what another drops now is left to him.
    """
    past = IdempotencyKey.objects.select_for_update(skip_locked=True).filter(at__lt=before - timedelta(KEPT_DAYS))
    with transaction.atomic():
        names = list(past.order_by("at").values_list("id", flat=True)[:most])
        return int(IdempotencyKey.objects.filter(id__in=names).delete()[0]) if names else 0
