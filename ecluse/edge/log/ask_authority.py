"""What does a time-stamping authority answer to this request? Posted as RFC 3161, 3.4 has it; within limits."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

from ecluse.custody.log.stamp_der import BYTES_LIMIT

SECONDS_LIMIT = 20
QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
OK, PIECE = 200, 8192


class SilentAuthorityError(Exception):
    """The authority gave no answer that can be read; it may be asked again."""


def ask_authority(url: str, request: bytes, *, seconds: int = SECONDS_LIMIT) -> bytes:
    """Which bytes does the authority send back? Raises SilentAuthorityError; ValueError for no address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an address: {url[:200]!r}")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection, ends = kind(parts.hostname, parts.port, timeout=seconds), time.monotonic() + seconds
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, request, {"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE})
        answer = connection.getresponse()
        if answer.status != OK:
            raise SilentAuthorityError(f"status {answer.status}")
        if answer.headers.get_content_type() != REPLY_TYPE:
            raise SilentAuthorityError(answer.headers.get_content_type()[:100])
        return _within(answer, ends)
    except (OSError, http.client.HTTPException) as error:
        raise SilentAuthorityError(str(error)[:200] or type(error).__name__) from None
    finally:
        connection.close()


def _within(answer: http.client.HTTPResponse, ends: float) -> bytes:
    """The whole answer; one that drips or swells is left."""
    found = b""
    while piece := answer.read1(PIECE):
        found += piece
        if len(found) > BYTES_LIMIT:
            raise SilentAuthorityError(f"> {BYTES_LIMIT} bytes")
        if time.monotonic() > ends:
            raise SilentAuthorityError("too slow")
    return found
