"""How often did this asker ask? One count for all processes of the office: no worker begins anew.

Anybody may put a question, so anybody's question is counted; what may be written is a count under a digest, no more.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.db.models import F

from ecluse.base.errors import ForbiddenError
from ecluse.office.models import InquiryCount

# Which counts are kept: questions in a minute and in a day, different numbers in a day, one number that was asked for.
SLOT = re.compile(r"serial-(?:minute|day|set|number):[0-9a-f]{32}:[0-9]{1,12}(?::[0-9a-f]{16})?")
MOST_FORGOTTEN = 200


def count_one(slot: str, until: datetime) -> int:
    """How many are they, with this one? Two that come together are two."""
    _check(slot)
    with transaction.atomic():
        _open(slot, until)
        InquiryCount.objects.filter(slot=slot).update(count=F("count") + 1)
        return InquiryCount.objects.values_list("count", flat=True).get(slot=slot)


def is_one_of(slot: str, number: str, until: datetime, most: int) -> bool:
    """Was this number asked for under this slot, or is there room for one more? If so it is among them from now on."""
    one = f"{slot.replace('serial-set:', 'serial-number:', 1)}:{number}"
    _check(slot)
    _check(one)
    with transaction.atomic():
        _open(slot, until)
        # Whoever else asks under this slot waits here until this number is among them, or is not.
        known = InquiryCount.objects.select_for_update().get(slot=slot)
        if InquiryCount.objects.filter(slot=one).exists():
            return True
        if known.count >= most:
            return False
        InquiryCount.objects.create(slot=one, count=1, until=until)
        InquiryCount.objects.filter(slot=slot).update(count=F("count") + 1)
        return True


def forget(now: datetime, most: int = MOST_FORGOTTEN) -> int:
    """How many counts that are past their hour were dropped? Few at once, whenever somebody asks."""
    past = list(InquiryCount.objects.filter(until__lte=now).order_by("until").values_list("slot", flat=True)[:most])
    return int(InquiryCount.objects.filter(slot__in=past).delete()[0]) if past else 0


def _open(slot: str, until: datetime) -> None:
    InquiryCount.objects.bulk_create([InquiryCount(slot=slot, count=0, until=until)], ignore_conflicts=True)


def _check(slot: str) -> None:
    """Is this a count of questions? Raises ForbiddenError for whatever else somebody would keep here."""
    if not SLOT.fullmatch(slot):
        raise ForbiddenError(f"{slot[:40]!r} is no count of questions")
