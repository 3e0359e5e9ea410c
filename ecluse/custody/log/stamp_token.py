"""What does a time-stamp token say, its signature unjudged? RFC 3161 within RFC 5652, in strict DER."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ecluse.custody.log.stamp_der import (
    BOOLEAN,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    TIME,
    Der,
    StampError,
    dotted,
    number,
    octets,
    read_der,
    spelled,
)

SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip
SHA256 = next(iter(HASHES))
# What else authorities have used, so that a refusal can name it.
KNOWN = {
    "1.3.14.3.2.26": "SHA-1", "1.2.840.113549.2.5": "MD5", "1.2.840.113549.1.1.5": "RSA with SHA-1",
    "1.2.840.113549.1.1.4": "RSA with MD5", "1.2.840.113549.1.1.10": "RSA-PSS", "1.2.840.10045.4.1": "ECDSA with SHA-1",
    "1.2.840.10040.4.3": "DSA with SHA-1", "1.3.101.113": "Ed448", "2.16.840.1.101.3.4.2.4": "SHA-224",
}  # fmt: skip
GRANTED = (0, 1)  # granted; granted with modifications, which imprint and nonce then show
VERSIONS = (3, 4, 5)  # of SignedData whose content is not plain bytes
CERTIFICATES_LIMIT = ATTRIBUTES_LIMIT = EXTENSIONS_LIMIT = 16
ACCURACY_SECONDS_LIMIT = 86_400
CONTEXT_0, CONTEXT_1, CONTEXT_0_PLAIN, CONTEXT_1_PLAIN = 0xA0, 0xA1, 0x80, 0x81
INSTANT = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z")


class Told(NamedTuple):
    """What the authority says: over which SHA-256, when, how exactly, by which policy, under which number."""

    imprint: bytes
    at: datetime
    accuracy: timedelta
    policy: str
    serial: int
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was read: what it says, what was signed, how and by whom, and the certificates within."""

    told: Told
    content: bytes
    digest: str
    attributes: Mapping[str, Der]
    signed: bytes
    algorithm: str
    signature: bytes
    signer: Der
    certificates: tuple[bytes, ...]


def read_token(content: bytes) -> Token:
    """What does this answer of an authority, or the token alone, say? Raises StampError with the reason's code."""
    root = read_der(content)
    parts = _sequence(root)
    if parts and parts[0].tag == SEQUENCE:
        _ensure_granted(parts[0])
        if len(parts) != 2:
            raise StampError("form", "TimeStampResp")
        parts = _sequence(parts[1])
    if len(parts) != 2 or dotted(parts[0]) != SIGNED_DATA:
        raise StampError("form", "ContentInfo")
    return _signed_data(_sequence(_only(parts[1], CONTEXT_0)))


def _ensure_granted(status: Der) -> None:
    parts = _sequence(status)
    if not parts:
        raise StampError("form", "PKIStatusInfo")
    if (found := number(parts[0])) not in GRANTED:
        texts = [
            part.body.decode("utf-8", "replace") for one in parts[1:] if one.tag == SEQUENCE for part in one.parts()
        ]
        raise StampError("not_granted", _plain(" ".join([str(found), *texts])))


def _signed_data(parts: list[Der]) -> Token:
    if len(parts) < 4 or number(parts[0]) not in VERSIONS or parts[1].tag != SET or parts[-1].tag != SET:
        raise StampError("form", "SignedData")
    held, rest, signers = _sequence(parts[2]), parts[3:-1], parts[-1].parts()
    if [one.tag for one in rest] not in ([], [CONTEXT_0], [CONTEXT_1], [CONTEXT_0, CONTEXT_1]) or len(signers) != 1:
        raise StampError("form", "SignedData")
    if len(held) != 2 or dotted(held[0]) != TST_INFO:
        raise StampError("content", dotted(held[0]) if held else "")
    content = octets(_only(held[1], CONTEXT_0))
    # The other choices of a CertificateSet, attribute certificates among them, say nothing here.
    enclosed = [one.whole for part in rest if part.tag == CONTEXT_0 for one in part.parts() if one.tag == SEQUENCE]
    if len(enclosed) > CERTIFICATES_LIMIT:
        raise StampError("form", f"{len(enclosed)} certificates")
    return _signer_info(_sequence(signers[0]), content, tuple(enclosed))


def _signer_info(parts: list[Der], content: bytes, enclosed: tuple[bytes, ...]) -> Token:
    if len(parts) not in (6, 7) or parts[3].tag != CONTEXT_0 or (len(parts) == 7 and parts[6].tag != CONTEXT_1):
        raise StampError("attributes" if len(parts) == 5 else "form", "SignerInfo")
    version, signer, digest, attributes, algorithm, signature = parts[:6]
    if (number(version), signer.tag) not in ((1, SEQUENCE), (3, CONTEXT_0_PLAIN)):
        raise StampError("form", "SignerInfo")
    return Token(
        _told(content), content, hash_of(digest), _attributes(attributes), spelled(SET, attributes.body),
        algorithm_of(algorithm), octets(signature), signer, enclosed,
    )  # fmt: skip


def _attributes(held: Der) -> dict[str, Der]:
    """The one value of each signed attribute. As a SET OF in DER they stand in the order of their bytes."""
    rows = held.parts()
    if len(rows) > ATTRIBUTES_LIMIT or [row.whole for row in rows] != sorted(row.whole for row in rows):
        raise StampError("attributes", str(len(rows)))
    found = dict[str, Der]()
    for row in rows:
        parts = _sequence(row)
        values = parts[1].parts() if len(parts) == 2 and parts[1].tag == SET else []
        name = dotted(parts[0]) if parts else ""
        if len(values) != 1 or name in found:
            raise StampError("attributes", name)
        found[name] = values[0]
    for name in (CONTENT_TYPE, MESSAGE_DIGEST):
        if name not in found:
            raise StampError("attributes", name)
    return found


def _told(content: bytes) -> Told:
    """What does the TSTInfo say?"""
    parts = _sequence(read_der(content))
    if len(parts) < 5 or number(parts[0]) != 1 or parts[3].tag != INTEGER or parts[4].tag != TIME:
        raise StampError("form", "TSTInfo")
    rest = {one.tag: one for one in parts[5:]}
    order = [SEQUENCE, BOOLEAN, INTEGER, CONTEXT_0, CONTEXT_1]
    if [one.tag for one in parts[5:]] != [tag for tag in order if tag in rest]:
        raise StampError("form", "TSTInfo")
    if BOOLEAN in rest and rest[BOOLEAN].body == b"\x00":  # what is by default is not written
        raise StampError("der", "ordering")
    for extension in rest[CONTEXT_1].parts() if CONTEXT_1 in rest else ():
        row = _sequence(extension)
        if len(row) == 3 and row[1].tag == BOOLEAN and row[1].body != b"\x00":
            raise StampError("extension", dotted(row[0]))
    accuracy = _accuracy(rest[SEQUENCE]) if SEQUENCE in rest else timedelta()
    nonce = number(rest[INTEGER]) if INTEGER in rest else None
    return Told(_imprint(parts[2]), _instant(parts[4]), accuracy, dotted(parts[1]), number(parts[3]), nonce)


def _imprint(value: Der) -> bytes:
    parts = _sequence(value)
    if len(parts) != 2:
        raise StampError("form", "MessageImprint")
    if (found := hash_of(parts[0])) != HASHES[SHA256]:
        raise StampError("algorithm", found)
    return octets(parts[1])


def _instant(value: Der) -> datetime:
    """GeneralizedTime as RFC 3161 has it: UTC, seconds, a fraction without a zero at its end."""
    match = INSTANT.fullmatch(value.body)
    if not match:
        raise StampError("time", _plain(value.body.decode("latin-1")))
    year, month, day, hour, minute, second = (int(match[at]) for at in range(1, 7))
    micro = int(((match[7] or b"") + b"000000")[:6])
    try:
        return datetime(year, month, day, hour, minute, second, micro, UTC)
    except ValueError:
        raise StampError("time", value.body.decode()) from None


def _accuracy(value: Der) -> timedelta:
    """Accuracy: seconds, [0] thousandths, [1] millionths, each where it is not nothing."""
    order, found = [INTEGER, CONTEXT_0_PLAIN, CONTEXT_1_PLAIN], dict[int, int]()
    for part in value.parts():
        if part.tag not in order or part.tag in found or not part.body or len(part.body) > 4:
            raise StampError("form", "Accuracy")
        found[part.tag] = int.from_bytes(part.body, "big", signed=True)
    seconds, milli, micro = (found.get(tag, 0) for tag in order)
    if list(found) != [tag for tag in order if tag in found] or not (
        0 <= seconds <= ACCURACY_SECONDS_LIMIT and 0 <= milli < 1000 and 0 <= micro < 1000
    ):
        raise StampError("form", "Accuracy")
    return timedelta(seconds=seconds, milliseconds=milli, microseconds=micro)


def algorithm_of(value: Der) -> str:
    """Which algorithm does this identifier name? With no parameters, or NULL; raises StampError for others."""
    parts = _sequence(value)
    if not parts or parts[0].tag != OID:
        raise StampError("form", "AlgorithmIdentifier")
    name = dotted(parts[0])
    if len(parts) > 2 or (len(parts) == 2 and parts[1].tag != NULL):
        raise StampError("algorithm", KNOWN.get(name, name))
    return name


def hash_of(value: Der) -> str:
    """Which hash does this identifier name? Raises StampError for any but SHA-256, SHA-384 and SHA-512."""
    name = algorithm_of(value)
    if name not in HASHES:
        raise StampError("algorithm", KNOWN.get(name, name))
    return HASHES[name]


def _sequence(value: Der) -> list[Der]:
    if value.tag != SEQUENCE:
        raise StampError("form", f"{value.tag:#04x}")
    return value.parts()


def _only(value: Der, tag: int) -> Der:
    """The one value that stands in an explicit tag."""
    parts = value.parts() if value.tag == tag else []
    if len(parts) != 1:
        raise StampError("form", f"{value.tag:#04x}")
    return parts[0]


def _plain(text: str) -> str:
    """A stranger's text as it may be shown."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:200])


def request_bytes(imprint: bytes, nonce: int) -> bytes:
    """Which TimeStampReq asks for a token over this SHA-256, the signer's certificate within?"""
    size = nonce.bit_length() // 8 + 1
    name = spelled(OID, bytes.fromhex("608648016503040201"))
    return spelled(
        SEQUENCE, spelled(INTEGER, b"\x01"),
        spelled(SEQUENCE, spelled(SEQUENCE, name, spelled(NULL)), spelled(OCTETS, imprint)),
        spelled(INTEGER, nonce.to_bytes(size, "big")), spelled(BOOLEAN, b"\xff"),
    )  # fmt: skip


def read_request(content: bytes) -> tuple[bytes, int]:
    """Over which SHA-256, under which nonce did this request of ours ask? Raises StampError for another spelling."""
    parts = _sequence(read_der(content))
    if len(parts) != 4:
        raise StampError("form", "TimeStampReq")
    imprint, nonce = _imprint(parts[1]), number(parts[2])
    if nonce < 0 or request_bytes(imprint, nonce) != content:
        raise StampError("form", "TimeStampReq")
    return imprint, nonce
