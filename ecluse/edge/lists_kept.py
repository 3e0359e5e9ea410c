"""How are the bytes of list versions kept, by digest, so that a screening is replayed on the very same lists?"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.edge.lists import BODY_LIMIT_BYTES, is_own, is_un, own_entries
from ecluse.edge.lists_published import ofac_entries, un_entries
from ecluse.parties.screen import ListEntry

# What is longer than the first is kept packed; what is longer than the second even then is not kept, and said to be so.
PACKED_FROM_BYTES = 64 * 1024
KEPT_LIMIT_BYTES = 32 * 1024 * 1024
LEFT_OUT, PACKED, PLAIN = "application/x-left-out", "application/gzip", "text/plain"


class KeptBytes(NamedTuple):
    """One file as it is kept: the digest and size of its bytes, how they are kept, and what is kept of them."""

    digest: str
    media_type: str
    size: int
    content: bytes


def keep(bodies: Iterable[bytes]) -> Iterator[KeptBytes]:
    """How is each of these files kept?"""
    for body in bodies:
        name, packed = digest(body), len(body) >= PACKED_FROM_BYTES
        content = gzip.compress(body, mtime=0) if packed else body
        if len(content) > KEPT_LIMIT_BYTES:
            yield KeptBytes(name, LEFT_OUT, len(body), b"")
        else:
            yield KeptBytes(name, PACKED if packed else PLAIN, len(body), content)


def unpacked(kept: KeptBytes) -> bytes | None:
    """Which bytes are kept here? None for what was left out. Raises EvidenceError when they are not those named."""
    if kept.media_type == LEFT_OUT and kept.size > KEPT_LIMIT_BYTES:
        return None
    body = kept.content
    if kept.media_type == PACKED:
        try:
            reader = zlib.decompressobj(wbits=31)
            body = reader.decompress(body, BODY_LIMIT_BYTES)
        except zlib.error as error:
            raise EvidenceError(f"the file {kept.digest[:12]} cannot be unpacked: {error}") from None
    if digest(body) != kept.digest:
        raise EvidenceError(f"the file kept as {kept.digest[:12]} is another")
    return body


def entries_kept(version: str, whole: str, fetch: Callable[[str], bytes]) -> tuple[ListEntry, ...]:
    """What does the list version with this digest hold? `fetch` gives the file with a digest.

    Raises EvidenceError or BadInputError when the bytes are no list.
    """
    body = fetch(whole)
    if is_un(body):
        return un_entries(version, body, version)[1]
    if is_own(body):
        return own_entries(version, body, version)
    parts = [line.split(" ") for line in body.decode("utf-8", errors="replace").split("\n")]
    if not all(len(part) == 2 for part in parts):
        raise EvidenceError(f"the file {whole[:12]} is no list")
    bodies = {role: (role, fetch(name)) for role, name in parts}
    if "main" not in bodies:
        raise EvidenceError(f"the file {whole[:12]} names no whole list")
    return ofac_entries(bodies, version)
