"""How does a witness answer over HTTP? The call `add-checkpoint` of C2SP `tlog-witness`, and what it saw last.

`GET /<SHA-256 of the origin, hexadecimal>/checkpoint` gives the newest checkpoint that was cosigned, for monitors that
compare views; `GET /forks` the evidence. No Django, no word about goods: a witness sees hashes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ecluse.base.note import split_note
from ecluse.custody.log.note_keys import Private, cosign
from ecluse.custody.log.witness import REQUEST_BYTES_LIMIT, TEXT_TYPE, Refused, read_asked
from ecluse.edge.log.witness_memory import WitnessMemory

IDLE_SECONDS = 30
ADD = "/add-checkpoint"
FORKS = "/forks"


class Witness:
    """A name, its private keys (Ed25519, and ML-DSA-44 where there is one), its memory, and a clock (POSIX seconds)."""

    def __init__(
        self, name: str, keys: Sequence[Private], memory: WitnessMemory, clock: Callable[[], float] = time.time
    ) -> None:
        self.name, self.keys, self.memory, self.clock = name, tuple(keys), memory, clock

    def answer(self, body: bytes) -> tuple[int, str, str]:
        """What is said to this request: status, content type, body?"""
        asked = read_asked(body)
        if isinstance(asked, Refused):
            return asked.status, asked.content_type, asked.body
        try:
            found = self.memory.add(asked)
        except sqlite3.Error:  # full, locked or lost: nothing was kept, so nothing is signed
            return HTTPStatus.SERVICE_UNAVAILABLE, TEXT_TYPE, "the witness cannot keep what it sees\n"
        if isinstance(found, Refused):
            return found.status, found.content_type, found.body
        text = split_note(asked.note)[0]
        lines = (cosign(text, self.name, key, int(self.clock())) for key in self.keys)
        return HTTPStatus.OK, TEXT_TYPE, "".join(lines)

    def newest(self, digest: str) -> str:
        """Which checkpoint was seen last of the log whose origin hashes so, with our lines? Empty for none."""
        for origin in self.memory.logs():
            if hashlib.sha256(origin.encode()).hexdigest() == digest and (note := self.memory.seen(origin).note):
                text = split_note(note)[0]
                return note + "".join(cosign(text, self.name, key, int(self.clock())) for key in self.keys)
        return ""

    def forks(self) -> str:
        """Which evidence of forks is held, as JSON?"""
        return json.dumps([fork._asdict() for fork in self.memory.forks()], ensure_ascii=False, sort_keys=True) + "\n"


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Which server answers for this witness? Port 0 takes a free one; nothing is answered before `serve_forever`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version, timeout, server_version, sys_version = "HTTP/1.1", IDLE_SECONDS, "ecluse-witness", ""

        def do_POST(self) -> None:
            if self.path != ADD:
                return self.tell(HTTPStatus.NOT_FOUND)
            announced = self.headers.get("Content-Length", "")
            if not (announced.isascii() and announced.isdecimal()):
                return self.tell(HTTPStatus.LENGTH_REQUIRED)
            if len(announced) > len(str(REQUEST_BYTES_LIMIT)) or int(announced) > REQUEST_BYTES_LIMIT:
                return self.tell(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body = self.rfile.read(int(announced))
            if len(body) != int(announced):
                return self.tell(HTTPStatus.BAD_REQUEST)
            return self.tell(*witness.answer(body))

        def do_GET(self) -> None:
            if self.path == FORKS:
                return self.tell(HTTPStatus.OK, "application/json", witness.forks())
            digest, _, name = self.path.removeprefix("/").partition("/")
            found = witness.newest(digest) if name == "checkpoint" else ""
            return self.tell(HTTPStatus.OK, TEXT_TYPE, found) if found else self.tell(HTTPStatus.NOT_FOUND)

        def tell(self, status: int, content_type: str = TEXT_TYPE, body: str | None = None) -> None:
            if body is None:
                body, self.close_connection = f"{HTTPStatus(status).phrase}\n", True
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """A witness keeps no diary of who asked."""

    return ThreadingHTTPServer((host, port), Handler)
