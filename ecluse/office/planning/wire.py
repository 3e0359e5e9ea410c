"""How do a page and the solver's process speak? Records in JSON over a socket of this user alone."""

from __future__ import annotations

import json
import os
import socket
import struct
from pathlib import Path
from typing import Any

MOST_BYTES = 64 * 1024 * 1024
LENGTH = struct.Struct(">I")
SOCKET = "solver.socket"
# A socket's address may be no longer than this on every system; where it is, the folder is named by its number.
MOST_ADDRESS = 100
PRIVATE = 0o700


class WireError(OSError):
    """The other side went away in the middle of a record, or sent what is none."""


def send(link: socket.socket, record: dict[str, Any]) -> None:
    """Send one record whole."""
    body = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MOST_BYTES:
        raise WireError(f"a record of {len(body)} bytes")
    link.sendall(LENGTH.pack(len(body)) + body)


def receive(link: socket.socket) -> dict[str, Any] | None:
    """What was sent? None where the other side has nothing more to say. Raises WireError for half a record."""
    head = _exactly(link, LENGTH.size)
    if not head:
        return None
    (size,) = LENGTH.unpack(head)
    if size > MOST_BYTES:
        raise WireError(f"a record of {size} bytes")
    body = _exactly(link, size)
    try:
        record = json.loads(body)
    except ValueError as error:
        raise WireError(str(error)) from None
    if not isinstance(record, dict):
        raise WireError("no record")
    return record


def _exactly(link: socket.socket, size: int) -> bytes:
    """So many bytes; none at all where the other side ended before the first."""
    parts, missing = [], size
    while missing:
        part = link.recv(min(missing, 1 << 20))
        if not part:
            if missing < size:
                raise WireError("half a record")
            return b""
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def private_folder(place: Path) -> Path:
    """The same folder, made if it is missing, open to this user alone."""
    place.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    place.chmod(PRIVATE)
    return place


class Address:
    """Where in this folder is the socket? Holds the folder open while the address is in use."""

    def __init__(self, folder: Path) -> None:
        self.plain = str(folder / SOCKET)
        self._held = os.open(folder, os.O_RDONLY) if len(os.fsencode(self.plain)) > MOST_ADDRESS else None

    def __enter__(self) -> str:
        return self.plain if self._held is None else f"/proc/self/fd/{self._held}/{SOCKET}"

    def __exit__(self, *_: object) -> None:
        if self._held is not None:
            os.close(self._held)


def connect(folder: Path, seconds: int) -> socket.socket:
    """Who listens in this folder? Raises OSError where nobody does."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(seconds)
    try:
        with Address(folder) as address:
            link.connect(address)
    except BaseException:
        link.close()
        raise
    return link
