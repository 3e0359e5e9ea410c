"""What does a witness say of our newest checkpoint? Brought to it with the proof from what it saw last."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.base.proof import Tree
from ecluse.custody.log.note_keys import NoteKey, opened
from ecluse.custody.log.witness import SIZE_TYPE, request_for

ANSWER_BYTES_LIMIT = 100_000
TRIES = 3
OK, CONFLICT = 200, 409


class SilentWitnessError(Exception):
    """The witness gave no answer that can be read; it may be asked again."""


def ask_witness(url: str, key: NoteKey, tree: Tree, note: str, *, last: int = 0, seconds: int = 10) -> str:
    """Which signature lines does this witness put under the checkpoint? Only those that its key verifies.

    `last` is the size that it is believed to have seen; it says so when that is another. Raises SilentWitnessError when
    it does not answer, EvidenceError when it refuses, has seen more than the log holds, or signs falsely.
    """
    size = parse_checkpoint(split_note(note)[0]).size
    for _ in range(TRIES):
        if last > size:
            raise EvidenceError(f"{key.name} has seen {last} entries, and this log holds {size}")
        asked = request_for(last, tree.consistency_proof(last, size), note)
        status, kind, body = _post(url, bytes(asked), seconds)
        if status == OK:
            lines = [line for line in body.splitlines(keepends=True) if line.startswith(f"\u2014 {key.name} ")]
            signed = opened(note + "".join(lines), [key]) if lines else None
            if signed is None:
                raise EvidenceError(f"{key.name} answered without a signature of its key")
            return "".join(lines)
        told = body.removesuffix("\n")
        if status != CONFLICT or kind != SIZE_TYPE or not (told.isascii() and told.isdecimal()) or int(told) == last:
            raise EvidenceError(f"{key.name} refuses with {status}: {told[:200]}")
        last = int(told)
    raise SilentWitnessError(f"{key.name} moves while it is asked")


def _post(url: str, body: bytes, seconds: int) -> tuple[int, str, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EvidenceError(f"not an address of a witness: {url[:200]!r}")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request("POST", f"{parts.path.rstrip('/')}/add-checkpoint", body)
        answer = connection.getresponse()
        content = answer.read(ANSWER_BYTES_LIMIT + 1)
        if len(content) > ANSWER_BYTES_LIMIT:
            raise EvidenceError(f"{url} answers with more than {ANSWER_BYTES_LIMIT} bytes")
        return answer.status, answer.headers.get_content_type(), content.decode()
    except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
        raise SilentWitnessError(f"{url}: {error}") from None
    finally:
        connection.close()
