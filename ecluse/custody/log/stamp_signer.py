"""Who signed a time-stamp token, and does a certificate that the checker pinned vouch for that key?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ecluse.custody.log.stamp_der import INTEGER, SEQUENCE, Der, StampError, dotted, octets, read_der
from ecluse.custody.log.stamp_token import (
    CONTENT_TYPE,
    KNOWN,
    MESSAGE_DIGEST,
    SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2,
    TST_INFO,
    Token,
    hash_of,
)

HASHES = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}
RSA, ED25519 = "1.2.840.113549.1.1.1", "1.3.101.112"
RSA_WITH = {f"1.2.840.113549.1.1.{at}": name for at, name in ((11, "sha256"), (12, "sha384"), (13, "sha512"))}
ECDSA_WITH = {f"1.2.840.10045.4.3.{at}": name for at, name in ((2, "sha256"), (3, "sha384"), (4, "sha512"))}
CURVES = ("secp256r1", "secp384r1")
RSA_BITS = range(2048, 8193)
CERTIFICATE_VERSION, DIRECTORY_NAME = 0xA0, 0xA4
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def signer_of(token: Token, authorities: Iterable[x509.Certificate]) -> x509.Certificate:
    """Which certificate's key signed this token, as a signer of time stamps? Raises StampError."""
    _check_attributes(token)
    body = _named(token, [one.public_bytes(Encoding.DER) for one in authorities])
    _check_signing_certificate(token, body)
    try:
        signer = x509.load_der_x509_certificate(body)
        public, extensions = signer.public_key(), signer.extensions
    except UNREADABLE as error:
        raise StampError("certificate", str(error)[:200]) from None
    _check_signature(token, public)
    _check_usage(extensions)
    _check_days(signer, token.told.at)
    return signer


def authority_of(signer: x509.Certificate, at: datetime, authorities: Sequence[x509.Certificate]) -> x509.Certificate:
    """Which pinned certificate is this one, or did issue it? Raises StampError: `foreign` where none."""
    for authority in authorities:
        if authority == signer or _has_issued(authority, signer):
            _check_days(authority, at)
            return authority
    raise StampError("foreign", name_of(signer))


def name_of(certificate: x509.Certificate) -> str:
    """By which name is the holder known? The common name, else the whole subject; as it may be shown."""
    try:
        names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        text = str(names[0].value) if names else certificate.subject.rfc4514_string()
    except UNREADABLE:
        text = ""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:200])


def _check_attributes(token: Token) -> None:
    held = token.attributes
    if dotted(held[CONTENT_TYPE]) != TST_INFO:
        raise StampError("content", dotted(held[CONTENT_TYPE]))
    if octets(held[MESSAGE_DIGEST]) != hashlib.new(token.digest, token.content).digest():
        raise StampError("message_digest")
    if not {SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2} & set(held):
        raise StampError("attributes", SIGNING_CERTIFICATE_V2)


def _named(token: Token, given: Iterable[bytes]) -> bytes:
    """The certificate that the token names, among those within it and those that were pinned."""
    for body in (*token.certificates, *given):
        if token.signer.tag == SEQUENCE:
            if [one.whole for one in token.signer.parts()] == [one.whole for one in _issuer_and_serial(body)]:
                return body
        elif token.signer.body in _key_ids(body):
            return body
    raise StampError("unknown_signer")


def _issuer_and_serial(body: bytes) -> list[Der]:
    """Issuer and serial number, as they stand in this certificate."""
    whole = read_der(body).parts()
    fields = whole[0].parts() if whole else []
    at = 1 if fields and fields[0].tag == CERTIFICATE_VERSION else 0
    if len(fields) < at + 3 or fields[at].tag != INTEGER:
        raise StampError("certificate")
    return [fields[at + 2], fields[at]]


def _key_ids(body: bytes) -> list[bytes]:
    try:
        held = x509.load_der_x509_certificate(body).extensions
    except UNREADABLE as error:
        raise StampError("certificate", str(error)[:200]) from None
    return [one.value.digest for one in held if isinstance(one.value, x509.SubjectKeyIdentifier)]


def _check_signing_certificate(token: Token, body: bytes) -> None:
    """Does the signed attribute name this very certificate? RFC 5816 by SHA-2; RFC 2634 knows SHA-1 alone."""
    for attribute in (SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2):
        if attribute not in token.attributes:
            continue
        parts = list(_first_id(token.attributes[attribute]))
        algorithm = "sha1" if attribute == SIGNING_CERTIFICATE else "sha256"
        if parts and parts[0].tag == SEQUENCE and attribute == SIGNING_CERTIFICATE_V2:
            algorithm = hash_of(parts.pop(0))
        if not parts or octets(parts[0]) != hashlib.new(algorithm, body, usedforsecurity=False).digest():
            raise StampError("signing_certificate")
        if len(parts) > 1 and not _is_issuer_serial(parts[1], _issuer_and_serial(body)):
            raise StampError("signing_certificate")


def _first_id(value: Der) -> Iterator[Der]:
    """The parts of the first certificate id: that of the signer."""
    rows = value.parts() if value.tag == SEQUENCE else []
    ids = rows[0].parts() if rows and rows[0].tag == SEQUENCE else []
    if ids and ids[0].tag == SEQUENCE:
        yield from ids[0].parts()


def _is_issuer_serial(value: Der, wanted: list[Der]) -> bool:
    parts = value.parts() if value.tag == SEQUENCE else []
    names = parts[0].parts() if len(parts) == 2 and parts[0].tag == SEQUENCE else []
    is_named = any(name.tag == DIRECTORY_NAME and name.body == wanted[0].whole for name in names)
    return is_named and parts[1].whole == wanted[1].whole


def _check_signature(token: Token, public: object) -> None:
    """Over the signed attributes, their tag that of the SET OF that they are (RFC 5652, 5.4)."""
    name, signature, signed = token.algorithm, token.signature, token.signed
    wanted = token.digest if name == RSA else RSA_WITH.get(name) or ECDSA_WITH.get(name) or "sha512"
    if wanted != token.digest:  # of Ed25519 it is SHA-512 (RFC 8419)
        raise StampError("algorithm", f"{KNOWN.get(name, name)}, {token.digest}")
    try:
        if isinstance(public, RSAPublicKey) and (name == RSA or name in RSA_WITH) and public.key_size in RSA_BITS:
            public.verify(signature, signed, PKCS1v15(), HASHES[wanted])
        elif isinstance(public, EllipticCurvePublicKey) and name in ECDSA_WITH and public.curve.name in CURVES:
            public.verify(signature, signed, ECDSA(HASHES[wanted]))
        elif isinstance(public, Ed25519PublicKey) and name == ED25519:
            public.verify(signature, signed)
        else:
            raise StampError("algorithm", f"{KNOWN.get(name, name)}, {_kind(public)}")
    except InvalidSignature:
        raise StampError("signature") from None


def _kind(public: object) -> str:
    """Of which kind is this key, for a refusal?"""
    if isinstance(public, RSAPublicKey):
        return f"RSA {public.key_size}"
    return public.curve.name if isinstance(public, EllipticCurvePublicKey) else type(public).__name__


def _check_usage(extensions: x509.Extensions) -> None:
    """RFC 3161, 2.3: one extended usage, time stamping, and critical."""
    unknown = [one for one in extensions if one.critical and isinstance(one.value, x509.UnrecognizedExtension)]
    if unknown:
        raise StampError("certificate", unknown[0].oid.dotted_string)
    found = [one for one in extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    if not found or list(found[0].value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise StampError("usage", "extendedKeyUsage")
    if not found[0].critical:
        raise StampError("usage", "extendedKeyUsage, not critical")
    for one in extensions:
        value = one.value
        if isinstance(value, x509.KeyUsage) and not (value.digital_signature or value.content_commitment):
            raise StampError("usage", "keyUsage")


def _check_days(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        days = f"{certificate.not_valid_before_utc.date()} – {certificate.not_valid_after_utc.date()}"
        raise StampError("expired", f"{name_of(certificate)}: {days}")


def _has_issued(authority: x509.Certificate, signer: x509.Certificate) -> bool:
    """Did this authority's key sign the certificate, as one that may, by an algorithm that still holds?"""
    known = {ED25519, *RSA_WITH, *ECDSA_WITH}
    try:
        if signer.signature_algorithm_oid.dotted_string not in known or not _may_issue(authority.extensions):
            return False
        signer.verify_directly_issued_by(authority)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def _may_issue(extensions: x509.Extensions) -> bool:
    values = [one.value for one in extensions]
    is_ca = any(isinstance(one, x509.BasicConstraints) and one.ca for one in values)
    return is_ca and all(one.key_cert_sign for one in values if isinstance(one, x509.KeyUsage))
