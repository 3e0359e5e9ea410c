"""May this address ask once more about a serial number? A finder may; who walks through a block is cut off.

What counts are different numbers in a day, and questions in a minute and in a day. Addresses are kept as digests, no
longer than the day; numbers that look alike count as one, so that a reading may be typed again and again.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache

from ecluse.base.law import Law
from ecluse.custody.tracing.likeness import plain, shape
from ecluse.custody.tracing.states import term

MINUTE, DAY = 60, 86_400
# Whoever has an IPv6 address has all of its last 64 bits.
IPV6_NETWORK = 64


def seconds_to_wait(address: str, reading: str, at: datetime, law: Law) -> int:
    """How long must this address wait before it is answered? 0 when it is answered now; the question is counted."""
    who, now = _who(address), int(at.timestamp())
    per_minute, per_day, serials = (
        term(law, at, f"inquiry_{name}") for name in ("questions_per_minute", "questions_per_day", "serials_per_day")
    )
    if _counted(f"serial-minute:{who}:{now // MINUTE}", MINUTE) > per_minute:
        return MINUTE - now % MINUTE
    asked = _counted(f"serial-day:{who}:{now // DAY}", DAY)
    if asked > per_day or not _is_one_of(f"serial-set:{who}:{now // DAY}", reading, serials):
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


def _counted(slot: str, seconds: int) -> int:
    cache.add(slot, 0, seconds)
    try:
        return int(cache.incr(slot))
    except ValueError:  # it lapsed between the two: this is the first of another span
        cache.set(slot, 1, seconds)
        return 1


def _is_one_of(slot: str, reading: str, most: int) -> bool:
    """Is this number among those asked for today, or is there room for another?"""
    number = sha256(shape(plain(reading).text).encode()).hexdigest()[:16]
    asked: list[str] = cache.get(slot) or []
    if number in asked:
        return True
    if len(asked) >= most:
        return False
    cache.set(slot, [*asked, number], DAY)
    return True


def now() -> datetime:
    """Which instant is it? The wall clock, also in a demonstration: who asks how often is no record."""
    return datetime.now(UTC)
