"""May this address ask once more about a serial number? A finder may; who walks through a block is cut off.

What counts are different numbers in a day, and questions in a minute and in a day. Addresses are kept as digests, no
longer than the day; numbers that look alike count as one, so that a reading may be typed again and again. The counts
stand in the office's database, so that a walker who is served by many processes is counted once.
"""

from __future__ import annotations

import ipaddress
import logging
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from ecluse.base.law import Law
from ecluse.custody.tracing.likeness import plain, shape
from ecluse.custody.tracing.states import term
from ecluse.office.actions.inquiries import count_one, forget, is_one_of

LOG = logging.getLogger(__name__)
MINUTE, DAY = 60, 86_400
# Whoever has an IPv6 address has all of its last 64 bits.
IPV6_NETWORK = 64


def seconds_to_wait(address: str, reading: str, at: datetime, law: Law) -> int:
    """How long must this address wait before it is answered? 0 when it is answered now; the question is counted.

    Where it cannot be counted nobody is answered: else a walker had only to break the counting.
    """
    try:
        return _seconds_to_wait(_who(address), reading, at, law)
    except DatabaseError:
        LOG.exception("a question about a serial number could not be counted")
        return MINUTE


def _seconds_to_wait(who: str, reading: str, at: datetime, law: Law) -> int:
    now = int(at.timestamp())
    per_minute, per_day, serials = (
        term(law, at, f"inquiry_{name}") for name in ("questions_per_minute", "questions_per_day", "serials_per_day")
    )
    next_minute, tomorrow = (at + timedelta(seconds=span - now % span) for span in (MINUTE, DAY))
    if count_one(f"serial-minute:{who}:{now // MINUTE}", next_minute) > per_minute:
        return MINUTE - now % MINUTE
    forget(at)
    asked = count_one(f"serial-day:{who}:{now // DAY}", tomorrow)
    number = sha256(shape(plain(reading).text).encode()).hexdigest()[:16]
    if asked > per_day or not is_one_of(f"serial-set:{who}:{now // DAY}", number, tomorrow, serials):
        return DAY - now % DAY
    return 0


def address_of(request: Any) -> str:
    """From which address does this question come? Only the word of the office's own proxies is taken for it."""
    from allauth.account.adapter import get_adapter

    return str(get_adapter(request).get_client_ip(request))


def _who(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        bits = IPV6_NETWORK if found.version == 6 else found.max_prefixlen
        network = str(ipaddress.ip_network(f"{found}/{bits}", strict=False))
    return sha256(f"serial-inquiry/{settings.SECRET_KEY}/{network}".encode()).hexdigest()[:32]


def now() -> datetime:
    """Which instant is it? The wall clock, also in a demonstration: who asks how often is no record."""
    return datetime.now(UTC)
