"""Does a time stamp hold only if a pinned authority made it over this checkpoint? Each wrong one is refused by name."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bundle_matrix as matrix
import pytest
import stamp_authority as maker
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from stamp_authority import Making, integer, oid, seq, tlv

from ecluse.base.errors import EvidenceError
from ecluse.custody.log.bundle import TOKENS, make, read_bundle
from ecluse.custody.log.bundle_judge import Answer, judge_bundle
from ecluse.custody.log.stamp_der import BYTES_LIMIT, DEPTH_LIMIT, StampError, read_der
from ecluse.custody.log.stamp_token import read_request, request_bytes
from ecluse.custody.log.timestamp import imprint_of, read_authorities, read_stamp

IMPRINT = imprint_of(matrix.note())
PINNED = (maker.authority(),)
AT = datetime(2026, 9, 22, 12, tzinfo=UTC)


def good(kind: str = "p256", **changed: object) -> Making:
    return Making(IMPRINT, maker.signer(kind)).but(**changed)


def refused(content: bytes, imprint: bytes = IMPRINT, nonce: int | None = None) -> str:
    with pytest.raises(StampError) as caught:
        read_stamp(content, imprint, PINNED, nonce)
    return caught.value.code


def test_what_is_stamped_is_the_notes_text_whatever_is_signed_beneath() -> None:
    text = matrix.note().split("\n\n")[0] + "\n"
    assert hashlib.sha256(text.encode()).digest() == IMPRINT
    assert imprint_of(matrix.note(seen_by=("home",))) == IMPRINT
    assert imprint_of(matrix.note("ecluse/at-2/2026")) != IMPRINT


@pytest.mark.parametrize(
    ("kind", "digest"),
    [(kind, digest) for kind in ("rsa", "p256", "p384") for digest in ("sha256", "sha384", "sha512")]
    + [("ed25519", "sha512")],
)
def test_each_algorithm_that_is_accepted_is_read(kind: str, digest: str) -> None:
    stamp = read_stamp(good(kind, digest=digest).answer(), IMPRINT, PINNED)
    assert (stamp.at, stamp.not_after, stamp.policy, stamp.serial) == (AT, AT, "1.2.3.4.1", 4711)
    assert stamp.authority == "Час і правда"


ACCURACY = seq(integer(1), tlv(0x80, b"\x01\xf4"))
RSA_OIDS = {name: f"1.2.840.113549.1.1.{at}" for at, name in ((11, "sha256"), (12, "sha384"), (13, "sha512"))}
GOOD = {
    "the token alone": good().token(),
    "granted with modifications": good(status=(integer(1),)).answer(),
    "a nonce, an accuracy, an order, a name": good(
        nonce=77, more=(ACCURACY, tlv(1, b"\xff")), after=(tlv(0xA0, tlv(0xA4, PINNED[0].subject.public_bytes())),)
    ).answer(),
    "a signer named by its key": good(by_key_id=True).answer(),
    "a certificate named by SHA-1 as RFC 2634 has it": good(
        attributes=lambda held: (
            {n: v for n, v in held.items() if n != maker.ESS_V2} | {maker.ESS: good().ess(maker.ESS)}
        )
    ).answer(),
    "a signature named with its hash": good("rsa", digest="sha384", algorithm=RSA_OIDS["sha384"]).answer(),
    "an extension that is not critical": good(after=(tlv(0xA1, seq(oid("1.2.3"), tlv(4, b"x"))),)).answer(),
    "a certificate of somebody else before the signer's": good(
        encloses=(PINNED[0].public_bytes(Encoding.DER), good().by.der)
    ).answer(),
}


@pytest.mark.parametrize("name", GOOD)
def test_other_spellings_that_the_standards_allow_are_read(name: str) -> None:
    stamp = read_stamp(GOOD[name], IMPRINT, PINNED)
    assert stamp.at == AT
    assert (stamp.not_after > AT) is (name.startswith("a nonce"))


def test_the_accuracy_is_added_to_what_stood_not_after() -> None:
    stamp = read_stamp(good(more=(ACCURACY,), at="20260922120000.25Z").answer(), IMPRINT, PINNED)
    assert stamp.facts()["at"] == "2026-09-22T12:00:00.250000Z"
    assert stamp.facts()["not_after"] == "2026-09-22T12:00:01.750000Z"


def test_the_signer_itself_may_be_pinned_and_need_not_be_enclosed() -> None:
    held = good()
    assert read_stamp(held.answer(), IMPRINT, (held.by.certificate,)).authority == "Позначка 1"
    assert read_stamp(held.but(encloses=()).answer(), IMPRINT, (held.by.certificate,)).at == AT
    assert refused(held.but(encloses=()).answer()) == "unknown_signer"


def changed(name: str, value: bytes | None) -> object:
    """The signed attributes with this one another, or none."""
    return lambda held: {n: v for n, v in (held | {name: value or b""}).items() if n != name or value is not None}


def usage(*names: x509.ObjectIdentifier, critical: bool = True) -> Making:
    return Making(IMPRINT, maker.signer("p256", (x509.ExtendedKeyUsage(names), critical)))


def nested(depth: int) -> bytes:
    body = tlv(5)
    for _ in range(depth - 1):
        body = seq(body)
    return body


TIME, CODE = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING
WHOLE = good().answer()
NO_SIGNING = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
WRONG: dict[str, tuple[bytes, str]] = {
    "over another checkpoint": (good(imprint=b"\1" * 32).answer(), "other_imprint"),
    "over a SHA-1": (good(imprint=b"\1" * 20, imprint_hash="sha1").answer(), "algorithm"),
    "over a SHA-512": (good(imprint=b"\1" * 64, imprint_hash="sha512").answer(), "algorithm"),
    "an algorithm with parameters": (good("rsa", parameters=(seq(oid("1.2.3")),)).answer(), "algorithm"),
    "signed with SHA-1": (good("rsa", algorithm="1.2.840.113549.1.1.5").answer(), "algorithm"),
    "signed with RSA-PSS": (good("rsa", algorithm="1.2.840.113549.1.1.10").answer(), "algorithm"),
    "signed with a curve that is not accepted": (good("p521").answer(), "algorithm"),
    "signed with a short RSA key": (good("rsa1024").answer(), "algorithm"),
    "Ed25519 with another hash than RFC 8419 has": (good("ed25519").answer(), "algorithm"),
    "a signature of another kind than the key": (good(algorithm="1.3.101.112", digest="sha512").answer(), "algorithm"),
    "refused by the authority": (seq(seq(integer(2), seq(tlv(12, b"no")))), "not_granted"),
    "waiting at the authority": (good(status=(integer(3),)).answer(), "not_granted"),
    "a certificate for code": (usage(CODE).answer(), "usage"),
    "a certificate for code and time": (usage(TIME, CODE).answer(), "usage"),
    "a usage that is not critical": (usage(TIME, critical=False).answer(), "usage"),
    "a certificate without a usage": (
        Making(IMPRINT, maker.signer("p256", (x509.BasicConstraints(False, None), True))).answer(),
        "usage",
    ),
    "a key that may not sign": (
        Making(IMPRINT, maker.signer("p256", maker.TIME_ONLY, (NO_SIGNING, True))).answer(),
        "usage",
    ),
    "a certificate with a critical extension that nobody knows": (
        Making(
            IMPRINT,
            maker.signer(
                "p256", maker.TIME_ONLY, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)
            ),
        ).answer(),
        "certificate",
    ),
    "expired at its time": (good(at="20270102000000Z").answer(), "expired"),
    "expired before its authority": (
        Making(IMPRINT, maker.signer(ends=datetime(2026, 9, 1, tzinfo=UTC))).answer(),
        "expired",
    ),
    "before the certificate began": (good(at="20251231235959Z").answer(), "expired"),
    "an authority of the same name with another key": (Making(IMPRINT, maker.signer(number=1)).answer(), "foreign"),
    "a signature with one bit changed": (
        good("ed25519", digest="sha512", signed=lambda made: matrix.flipped(made, 9)).answer(),
        "signature",
    ),
    "an ECDSA signature with one bit changed": (
        good(signed=lambda made: matrix.flipped(made, 9)).answer(),
        "signature",
    ),
    "a signature that is empty": (good(signed=lambda made: b"").answer(), "signature"),
    "a digest of something else": (
        good(attributes=changed(maker.MESSAGE_DIGEST, tlv(4, bytes(32)))).answer(),
        "message_digest",
    ),
    "no digest": (good(attributes=changed(maker.MESSAGE_DIGEST, None)).answer(), "attributes"),
    "no content type": (good(attributes=changed(maker.CONTENT_TYPE, None)).answer(), "attributes"),
    "another content type signed": (good(attributes=changed(maker.CONTENT_TYPE, oid("1.2.3"))).answer(), "content"),
    "another content type stated": (good(content_type="1.2.840.113549.1.7.1").answer(), "content"),
    "no certificate named": (good(attributes=changed(maker.ESS_V2, None)).answer(), "attributes"),
    "another certificate named": (
        good(attributes=changed(maker.ESS_V2, good().ess(body=b"x"))).answer(),
        "signing_certificate",
    ),
    "another certificate's number named": (
        good(attributes=changed(maker.ESS_V2, good().ess(number=5))).answer(),
        "signing_certificate",
    ),
    "attributes out of order": (good(ordered=lambda rows: sorted(rows)[::-1]).answer(), "attributes"),
    "an attribute twice": (good(ordered=lambda rows: sorted([*rows, rows[0]])).answer(), "attributes"),
    "two signers": (good(infos=2).answer(), "form"),
    "a certificate cut within": (good(encloses=(seq(seq(integer(1))),)).answer(), "certificate"),
    "a day that is none": (good(at="20260931120000Z").answer(), "time"),
    "a time that is not UTC": (good(at="20260922120000+0200").answer(), "time"),
    "a fraction that ends in zero": (good(at="20260922120000.50Z").answer(), "time"),
    "the year 9999 and an accuracy": (good(at="99991231235959.999999Z", more=(ACCURACY,)).answer(), "expired"),
    "an accuracy of years": (good(more=(seq(integer(99_999_999)),)).answer(), "form"),
    "a critical extension": (
        good(after=(tlv(0xA1, seq(oid("1.2.3"), tlv(1, b"\xff"), tlv(4, b"x"))),)).answer(),
        "extension",
    ),
    "an order that is by default": (good(more=(tlv(1, b"\0"),)).answer(), "der"),
    "bytes behind its end": (WHOLE + b"\0", "trailing"),
    "cut": (WHOLE[:-1], "cut"),
    "nothing": (b"", "cut"),
    "10 MB announced": (bytes.fromhex("308398967f") + WHOLE, "too_long"),
    "more bytes than a stamp may have": (WHOLE.ljust(BYTES_LIMIT + 1, b"\0"), "too_long"),
    "nested too deep": (nested(DEPTH_LIMIT + 1), "depth"),
    "nested as deep as bytes allow": (nested(9_000), "depth"),
    "a length of its own choosing": (bytes.fromhex("308002010500 00".replace(" ", "")), "der"),
    "a length longer than need be": (bytes.fromhex("30810302010 5".replace(" ", "")), "der"),
    "a number longer than need be": (bytes.fromhex("300402020005"), "der"),
    "a truth that is half": (bytes.fromhex("3003010101"), "der"),
    "an identifier that does not end": (bytes.fromhex("3003060180"), "der"),
    "an identifier that ends too soon": (bytes.fromhex("300406022a81"), "der"),
    "a tag of more bytes": (bytes.fromhex("1f00"), "der"),
    "a tag of two bytes": (bytes.fromhex("1f8101 00".replace(" ", "")), "der"),
    "some other value": (integer(5), "form"),
    "a request": (request_bytes(IMPRINT, 7), "form"),
    "text": (b"<html>", "der"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_stamp_is_refused_by_its_reason(name: str) -> None:
    content, code = WRONG[name]
    assert refused(content) == code


def test_an_authority_that_may_not_issue_or_whose_days_are_over_vouches_for_nobody() -> None:
    plain = Making(IMPRINT, maker.signer(is_ca=False))
    with pytest.raises(StampError, match="foreign"):
        read_stamp(plain.answer(), IMPRINT, (plain.by.authority,))
    key = maker.key_of("p384", 100)
    over = maker.certificate("Час і правда", key, "Час і правда", key, (x509.BasicConstraints(True, None), True),
                             ends=datetime(2026, 9, 1, tzinfo=UTC))  # fmt: skip
    with pytest.raises(StampError, match="expired"):
        read_stamp(WHOLE, IMPRINT, (over,))
    with pytest.raises(StampError, match="foreign"):
        read_stamp(WHOLE, IMPRINT, ())
    assert read_stamp(WHOLE, IMPRINT, None).authority == "Позначка 1"


def test_an_answer_to_another_request_is_refused() -> None:
    asked = request_bytes(IMPRINT, 2**63 + 5)
    imprint, nonce = read_request(asked)
    assert (imprint, nonce) == (IMPRINT, 2**63 + 5)
    assert read_stamp(good(nonce=nonce).answer(), IMPRINT, PINNED, nonce).at == AT
    assert refused(good(nonce=nonce - 1).answer(), nonce=nonce) == "nonce"
    assert refused(WHOLE, nonce=nonce) == "nonce"
    with pytest.raises(StampError):
        read_request(asked + b"\0")
    with pytest.raises(StampError):
        read_request(asked[:-1] + b"\1")


def test_each_bit_of_a_stamp_matters() -> None:
    """One bit at many places: refused, or only what nobody signs (the status, certificates beside) was changed."""
    chance, held = random.Random(3), good("ed25519", digest="sha512").token()
    for at in sorted(chance.sample(range(len(held)), 200)):
        spoilt = matrix.flipped(held, at, chance.randrange(8))
        try:
            found = read_stamp(spoilt, IMPRINT, PINNED)
        except StampError:
            continue
        # digestAlgorithms of SignedData is not signed, and the version beside it has three values.
        assert found == read_stamp(held, IMPRINT, PINNED)
        assert at < 60, at


def test_the_depth_that_is_allowed_is_allowed() -> None:
    assert read_der(nested(DEPTH_LIMIT)).tag == 0x30


def test_a_file_of_authorities_is_certificates_and_not_too_many() -> None:
    pem = PINNED[0].public_bytes(Encoding.PEM)
    assert read_authorities(pem * 2) == PINNED * 2
    for content in (b"", b"text", pem[:200], pem * 33, pem.replace(b"MII", b"AAA")):
        with pytest.raises(EvidenceError):
            read_authorities(content)


# ------------------------------------------------------------------ in bundles


def bundled(*tokens: bytes, **members: bytes) -> bytes:
    return make(matrix.parts(**members, **dict(zip(TOKENS, tokens, strict=False))), matrix.DISCLOSED)


def states(content: bytes, authorities: tuple[x509.Certificate, ...] | None = PINNED) -> tuple[Answer, list[str]]:
    report = judge_bundle(read_bundle(content), matrix.policy_of(), authorities)
    told = [f"{one.name} {one.state} {one.facts.get('reason', '')}".strip() for one in report.checks]
    return report.answer, [one for one in told if one.startswith("token")]


def test_a_bundles_stamps_hold_are_told_or_fail_by_the_checkers_authorities() -> None:
    foreign, broken = Making(IMPRINT, maker.signer(number=1)).answer(), good(imprint=b"\1" * 32).answer()
    assert states(bundled(WHOLE, foreign)) == (Answer.HOLDS, ["token holds", "token told foreign"])
    assert states(bundled(WHOLE, broken)) == (Answer.FAILS, ["token holds", "token fails other_imprint"])
    assert states(bundled(b"0")) == (Answer.FAILS, ["token fails cut"])
    assert states(bundled(foreign, broken), None) == (Answer.HOLDS, ["tokens told"])
    assert states(bundled()) == (Answer.HOLDS, [])
    assert states(matrix.again({TOKENS[0]: WHOLE, "inner.tlog-proof": b"x"}))[1] == ["token not_checked"]


def test_a_stamp_of_another_checkpoint_says_nothing_of_this_one() -> None:
    other = matrix.again({TOKENS[0]: good(imprint=imprint_of(matrix.note("ecluse/at-2/2026"))).answer()})
    assert states(other) == (Answer.FAILS, ["token fails other_imprint"])


# ------------------------------------------------------------------ made by OpenSSL

CONFIGURED = """[ts]
serial = serial
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = {chain}
ess_cert_id_alg = {ess}
"""


@pytest.mark.parametrize(
    ("kind", "digest", "ess", "chain"),
    [("rsa", "sha256", "sha256", "no"), ("rsa", "sha512", "sha1", "no"), ("p384", "sha384", "sha256", "yes")],
)
def test_a_token_that_openssl_made_is_read(tmp_path: Path, kind: str, digest: str, ess: str, chain: str) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on this machine: no token of another program was verified")
    now = datetime.now(UTC)
    by = maker.signer(kind, maker.TIME_ONLY, begins=now.replace(year=now.year - 1, day=1),
                      ends=now.replace(year=now.year + 1, day=1))  # fmt: skip
    text = matrix.note().split("\n\n")[0] + "\n"
    pem = {
        "signer.pem": by.certificate.public_bytes(Encoding.PEM), "chain.pem": by.authority.public_bytes(Encoding.PEM),
        "key.pem": by.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "serial": b"0A\n",
        "asked.tsq": request_bytes(IMPRINT, 2**60 + 1), "checkpoint": text.encode(),
        "ts.cnf": CONFIGURED.format(digest=digest, ess=ess, chain=chain).encode(),
    }  # fmt: skip
    for name, body in pem.items():
        (tmp_path / name).write_bytes(body)

    def run(*words: str) -> str:
        done = subprocess.run(
            [openssl, "ts", *words], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Nonce: 0x1000000000000001" in run("-query", "-in", "asked.tsq", "-text")
    run("-reply", "-config", "ts.cnf", "-section", "ts", "-queryfile", "asked.tsq", "-signer", "signer.pem",
        "-inkey", "key.pem", "-chain", "chain.pem", "-out", "got.tsr")  # fmt: skip
    key, is_ca = maker.key_of("p384", 100), (x509.BasicConstraints(True, None), True)
    wide = maker.certificate(
        "Час і правда", key, "Час і правда", key, is_ca, ends=now.replace(year=now.year + 2, day=1)
    )
    stamp = read_stamp((tmp_path / "got.tsr").read_bytes(), IMPRINT, (wide,), 2**60 + 1)
    assert stamp.serial == 11
    assert abs(stamp.at - now) < timedelta(minutes=1)
    assert stamp.not_after - stamp.at == timedelta(milliseconds=1500)
    # And OpenSSL agrees with what we made, over the bytes that docs/verify.md names.
    (tmp_path / "ours.tsr").write_bytes(good(kind, digest=digest).answer())
    run(
        "-verify", "-in", "ours.tsr", "-data", "checkpoint", "-CAfile", "chain.pem", "-attime", str(int(AT.timestamp()))
    )
