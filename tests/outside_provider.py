"""What does a small sign-in service of a ministry answer? OpenID Connect over real sockets, on this machine only."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT, SECRET = "the-office", "a secret of the tests"
LASTS_SECONDS = 300


@dataclass
class Provider:
    """One person is signed in there. `claims` replaces what an id_token states, `userinfo` what is said beside it."""

    person: dict[str, Any]
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signs_with: rsa.RSAPrivateKey | None = None
    header: dict[str, str] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    address: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def configuration(self) -> dict[str, Any]:
        """Where is what?"""
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo",
                 "jwks_uri": "keys"}  # fmt: skip
        return {"issuer": self.address, **{name: f"{self.address}/{place}" for name, place in names.items()},
                "token_endpoint_auth_methods_supported": ["client_secret_post"]}  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """With which public keys may its tokens be checked?"""
        numbers = self.key.public_key().public_numbers()
        return {"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": _number(numbers.n),
                          "e": _number(numbers.e)}]}  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str:
        """Where is the person, who is signed in there, sent back?"""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """What is given for this code, once? None for a false secret, and without the challenge's other half."""
        asked = self.codes.pop(sent.get("code", ""), None)
        if asked is None or (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return None
        half = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if half.rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        return {"access_token": access, "token_type": "Bearer", "id_token": self.id_token(asked.get("nonce", ""))}

    def id_token(self, nonce: str) -> str:
        """A token of this service about its person, as it states and signs them today."""
        now = int(time.time())
        stated = {"iss": self.address, "aud": CLIENT, "sub": self.person["sub"], "nonce": nonce, "iat": now,
                  "exp": now + LASTS_SECONDS, **self.claims}  # fmt: skip
        stated = {name: value for name, value in stated.items() if value is not None}
        parts = [_coded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "one", **self.header}, stated)]
        made = (self.signs_with or self.key).sign(".".join(parts).encode(), padding.PKCS1v15(), SHA256())
        return ".".join([*parts, "" if self.header.get("alg") == "none" else _coded(made)])


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _coded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@contextlib.contextmanager
def provider(**person: Any) -> Iterator[Provider]:
    """A service whose signed-in person is this one, listening while the block runs."""
    found = Provider(person)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(place.query).items()}
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", found.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif place.path == "/userinfo":
                held = self.headers.get("Authorization", "").removeprefix("Bearer ") in found.tokens
                self.tell({**found.person, **found.userinfo} if held else None)
            else:
                self.tell({"/.well-known/openid-configuration": found.configuration(), "/keys": found.keys()}.get(
                    place.path
                ))  # fmt: skip

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.tell(found.token({name: values[0] for name, values in sent.items()}))

        def tell(self, answer: Any) -> None:
            body = json.dumps(answer or {"error": "refused"}).encode()
            self.send_response(200 if answer else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: Any) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
