"""What does a time-stamping authority of the tests answer? Its DER is written here, apart from the reader."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = "20260922120000Z"
BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
HASH_OIDS = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
             "sha512": "2.16.840.1.101.3.4.2.3"}  # fmt: skip
HASHES: dict[str, Any] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
ECDSA_OIDS = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{at}" for at in (3, 4, 5))
ESS, ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
TST, SIGNED_DATA = "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.7.2"


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = f"{len(body):x}"
    held = bytes.fromhex(size.zfill(len(size) + len(size) % 2))
    return bytes([tag, 0x80 + len(held)]) + held + body


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    first, second, *rest = (int(arc) for arc in text.split("."))
    body = b""
    for arc in (40 * first + second, *rest):
        held = [arc % 128]
        while arc := arc // 128:
            held.insert(0, 128 + arc % 128)
        body += bytes(held)
    return tlv(6, body)


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def hash_id(name: str) -> bytes:
    return seq(oid(HASH_OIDS[name]))


@dataclass(frozen=True)
class Signer:
    """A key, its certificate, and the certificate that issued it."""

    key: Any
    certificate: x509.Certificate
    authority: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def certificate(
    subject: str, key: Any, issuer: str, issuer_key: Any, *extensions: tuple[x509.ExtensionType, bool],
    begins: datetime = BEGINS, ends: datetime = ENDS,
) -> x509.Certificate:  # fmt: skip
    built = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
        key.public_key(), x509.random_serial_number(), begins, ends,
    )  # fmt: skip
    for extension, is_critical in extensions:
        built = built.add_extension(extension, is_critical)
    is_ed25519 = isinstance(issuer_key, ed25519.Ed25519PrivateKey)
    return built.sign(issuer_key, None if is_ed25519 else hashes.SHA256())


@lru_cache(maxsize=16)
def key_of(kind: str, _number: int = 0) -> Any:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa") or 2048))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[kind])


TIME_ONLY = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)


@lru_cache(maxsize=8)
def authority(name: str = "Час і правда", is_ca: bool = True, number: int = 0) -> x509.Certificate:
    key = key_of("p384", 100 + number)
    return certificate(name, key, name, key, (x509.BasicConstraints(is_ca, None), True))


@lru_cache(maxsize=32)
def signer(kind: str = "p256", *extensions: Any, number: int = 0, is_ca: bool = True, **days: datetime) -> Signer:
    key, issuer = key_of(kind), authority(is_ca=is_ca, number=number)
    held = (*(extensions or (TIME_ONLY,)), (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
    made = certificate("Позначка 1", key, "Час і правда", key_of("p384", 100 + number), *held, **days)
    return Signer(key, made, issuer)


@dataclass(frozen=True)
class Making:
    """How an answer is made; every field may be another for a wrong one."""

    imprint: bytes
    by: Signer
    digest: str = "sha256"
    algorithm: str = ""
    parameters: tuple[bytes, ...] = ()
    imprint_hash: str = "sha256"
    nonce: int | None = None
    at: str = DAY
    status: tuple[bytes, ...] = (integer(0),)
    more: tuple[bytes, ...] = ()  # of TSTInfo, behind genTime
    after: tuple[bytes, ...] = ()  # behind the nonce
    content_type: str = TST
    attributes: Callable[[dict[str, bytes]], dict[str, bytes]] = field(default=lambda held: held)
    ordered: Callable[[list[bytes]], list[bytes]] = sorted
    encloses: tuple[bytes, ...] | None = None
    by_key_id: bool = False
    signed: Callable[[bytes], bytes] = field(default=lambda signature: signature)
    infos: int = 1

    def but(self, **changed: Any) -> Making:
        return replace(self, **changed)

    def tst(self) -> bytes:
        imprint = seq(seq(oid(HASH_OIDS[self.imprint_hash]), tlv(5)), tlv(4, self.imprint))
        nonce = () if self.nonce is None else (integer(self.nonce),)
        return seq(
            integer(1), oid("1.2.3.4.1"), imprint, integer(4711), tlv(0x18, self.at.encode()), *self.more, *nonce,
            *self.after,
        )  # fmt: skip

    def ess(self, version: str = ESS_V2, body: bytes = b"", number: int = 0) -> bytes:
        """A signing-certificate attribute's value, for this signer's certificate or other bytes."""
        named = body or self.by.der
        if version == ESS:
            return seq(seq(seq(tlv(4, hashlib.sha1(named).digest()))))
        issuer = tlv(0x30, tlv(0xA4, self.by.certificate.issuer.public_bytes()))
        serial = seq(issuer, integer(number or self.by.certificate.serial_number))
        return seq(seq(seq(tlv(4, hashlib.sha256(named).digest()), serial)))

    def signed_attributes(self) -> bytes:
        held = self.attributes({
            CONTENT_TYPE: oid(TST), MESSAGE_DIGEST: tlv(4, hashlib.new(self.digest, self.tst()).digest()),
            SIGNING_TIME: tlv(0x17, b"260922120000Z"), ESS_V2: self.ess(),
        })  # fmt: skip
        return b"".join(self.ordered([seq(oid(name), tlv(0x31, value)) for name, value in held.items()]))

    def signature(self) -> tuple[str, bytes]:
        message, key = tlv(0x31, self.signed_attributes()), self.by.key
        if isinstance(key, rsa.RSAPrivateKey):
            name, made = "1.2.840.113549.1.1.1", key.sign(message, padding.PKCS1v15(), HASHES[self.digest])
        elif isinstance(key, ec.EllipticCurvePrivateKey):
            name, made = ECDSA_OIDS[self.digest], key.sign(message, ec.ECDSA(HASHES[self.digest]))
        else:
            name, made = "1.3.101.112", key.sign(message)
        return self.algorithm or name, self.signed(made)

    def token(self) -> bytes:
        certificate, (name, made) = self.by.certificate, self.signature()
        issued = seq(certificate.issuer.public_bytes(), integer(certificate.serial_number))
        key_id = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        info = seq(
            integer(3 if self.by_key_id else 1), tlv(0x80, key_id) if self.by_key_id else issued, hash_id(self.digest),
            tlv(0xA0, self.signed_attributes()), seq(oid(name), *self.parameters), tlv(4, made),
        )  # fmt: skip
        enclosed = (self.by.der,) if self.encloses is None else self.encloses
        certificates = (tlv(0xA0, *enclosed),) if enclosed else ()
        content = seq(oid(self.content_type), tlv(0xA0, tlv(4, self.tst())))
        data = seq(integer(3), set_of(hash_id(self.digest)), content, *certificates, set_of(*[info] * self.infos))
        return seq(oid(SIGNED_DATA), tlv(0xA0, data))

    def answer(self) -> bytes:
        """The TimeStampResp."""
        return seq(seq(*self.status), self.token())
