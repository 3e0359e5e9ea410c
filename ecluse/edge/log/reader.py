"""What does a log say, wherever its tiles lie: in a folder, or at an address?"""

from __future__ import annotations

import http.client
from urllib.parse import quote, urlsplit

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import HASH_BYTES
from ecluse.custody.log.tiles import BUNDLE_BYTES_LIMIT, WIDTH, Bundle, Tile, TileTree, leaf_hashes, pack, unpack

CHECKPOINT = "checkpoint"
NOTE_BYTES_LIMIT = 1_000_000
OK, NOT_FOUND = 200, 404


class LogReader:
    """One log's public files, by their names of C2SP `tlog-tiles`."""

    def body(self, name: str, limit: int) -> bytes:
        """Which bytes has this file? Raises FileNotFoundError; EvidenceError for more bytes than it may have."""
        raise FileNotFoundError(name)

    def checkpoint(self) -> str:
        """Which signed note is published as the newest? Empty where none is yet. Raises EvidenceError."""
        try:
            return self.body(CHECKPOINT, NOTE_BYTES_LIMIT).decode()
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            raise EvidenceError(f"{CHECKPOINT} is no UTF-8 text") from None

    def head(self) -> Checkpoint | None:
        """What does the published checkpoint say, signatures unread? None where none is. Raises EvidenceError."""
        note = self.checkpoint()
        return parse_checkpoint(split_note(note)[0]) if note else None

    def tile(self, tile: Tile) -> bytes:
        """Which hashes stand in this tile, or at the beginning of the full one? Raises EvidenceError."""
        try:
            return self.body(tile.path, WIDTH * HASH_BYTES)
        except FileNotFoundError:
            return self._of_full(tile.path, tile._replace(width=WIDTH).path, tile.width * HASH_BYTES)

    def entries(self, bundle: Bundle) -> list[bytes]:
        """Which entries stand in this bundle? Raises EvidenceError."""
        return unpack(self._bundle(bundle), bundle.width)

    def leaves(self, bundle: Bundle) -> bytes:
        """Which leaf hashes have the entries of this bundle, one after the other? Raises EvidenceError."""
        return leaf_hashes(self._bundle(bundle), bundle.width)

    def _bundle(self, bundle: Bundle) -> bytes:
        try:
            return self.body(bundle.path, BUNDLE_BYTES_LIMIT)
        except FileNotFoundError:
            full = bundle._replace(width=WIDTH)
            return pack(unpack(self._of_full(bundle.path, full.path, None), WIDTH)[: bundle.width])

    def tree(self, size: int) -> TileTree:
        """Which tree do the tiles describe?"""
        return TileTree(size, self.tile)

    def _of_full(self, name: str, full: str, wanted: int | None) -> bytes:
        try:
            return self.body(full, BUNDLE_BYTES_LIMIT)[:wanted]
        except FileNotFoundError:
            raise EvidenceError(f"{name} is missing") from None


class LogSite(LogReader):
    """The same at an address, one connection kept open. Raises OSError where nobody answers."""

    def __init__(self, url: str, seconds: int = 20) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EvidenceError(f"not the address of a log: {url[:200]!r}")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.prefix, self._connection = parts.path.rstrip("/"), kind(parts.hostname, parts.port, timeout=seconds)

    def body(self, name: str, limit: int) -> bytes:
        """Which bytes has this file? Raises FileNotFoundError; EvidenceError for more bytes than it may have."""
        try:
            self._connection.request("GET", f"{self.prefix}/{quote(name)}")
            answer = self._connection.getresponse()
            found = answer.read(limit + 1)
        except http.client.HTTPException as error:
            self._connection.close()
            raise OSError(f"{name}: {error}") from None
        if len(found) > limit:
            self._connection.close()
            raise EvidenceError(f"{name} has more than {limit} bytes")
        if answer.status == NOT_FOUND:
            raise FileNotFoundError(name)
        if answer.status != OK:
            raise OSError(f"{name}: status {answer.status}")
        return found

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()
