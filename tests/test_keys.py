"""Do private keys stay their owners' own, and does a signature made away from the office hold, and nothing else?"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cases_surplus import CERTIFICATE, WITHDRAWN

from ecluse.base.errors import BadInputError, EvidenceError, ForbiddenError
from ecluse.base.sealed import seal
from ecluse.base.signing import Key, holds, is_signed_by
from ecluse.edge.keys import KeyStore, key_id, make_key, open_key, slug
from ecluse.edge.seal import read_record, read_signature, shown, sign_record, write_signature

if TYPE_CHECKING:
    from conftest import CoreOnly

OWNER, ON = "authority:mod", date(2026, 4, 2)
ROOT = Path(__file__).resolve().parent.parent


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    public_hex = make_key(tmp_path / "keys", OWNER, "long passphrase")
    path = tmp_path / "keys" / f"{slug(OWNER)}.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
    store = KeyStore(tmp_path / "keys", "long passphrase")
    assert store.owners() == (OWNER,)
    assert store.private_key(OWNER).public_key().public_bytes_raw().hex() == public_hex
    before = path.read_bytes()
    with pytest.raises(ForbiddenError, match="never overwritten"):
        make_key(tmp_path / "keys", OWNER)
    assert path.read_bytes() == before


def test_a_key_without_passphrase_is_plain_pkcs8(tmp_path: Path) -> None:
    make_key(tmp_path, OWNER)
    assert b"BEGIN PRIVATE KEY" in (tmp_path / "authority_mod.pem").read_bytes()
    KeyStore(tmp_path).private_key(OWNER)


@pytest.mark.parametrize(
    ("passphrase", "owner", "said"),
    [
        pytest.param("wrong", OWNER, "does not open", id="wrong passphrase"),
        pytest.param("", OWNER, "ECLUSE_KEYS_PASSPHRASE", id="no passphrase"),
        pytest.param("right", "authority:ssecu", "ecluse init", id="no key"),
        pytest.param("right", "authority_mod", "not that of authority_mod", id="another's key under a like name"),
    ],
)
def test_a_key_that_may_not_be_used_is_refused_with_its_remedy(
    tmp_path: Path, passphrase: str, owner: str, said: str
) -> None:
    make_key(tmp_path, OWNER, "right")
    with pytest.raises(ForbiddenError, match=said):
        KeyStore(tmp_path, passphrase).private_key(owner)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path, OWNER)
    (tmp_path / "authority_mod.pem").chmod(0o644)
    with pytest.raises(ForbiddenError, match="chmod"):
        KeyStore(tmp_path).private_key(OWNER)


@pytest.mark.parametrize("body", [b"", b"rubbish", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, body: bytes) -> None:
    make_key(tmp_path, OWNER)
    (tmp_path / "authority_mod.pem").write_bytes(body)
    with pytest.raises(ForbiddenError, match="no Ed25519"):
        KeyStore(tmp_path).private_key(OWNER)


# ------------------------------------------------------------------ signing away from the office


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, Path, Key]:
    """A record's file, its signature's file, and the key that made it."""
    public_hex = make_key(tmp_path / "keys", OWNER)
    record, signature = tmp_path / "withdrawal.json", tmp_path / "signature.json"
    record.write_bytes(seal(WITHDRAWN).body)
    value, sealed = read_record(record)
    opened = open_key(tmp_path / "keys" / "authority_mod.pem")
    write_signature(signature, sealed.digest, sign_record(value, opened, ON))
    return record, signature, Key(key_id(OWNER, public_hex), OWNER, public_hex, ON, None)


def test_what_was_signed_apart_holds_in_the_office(signed: tuple[Path, Path, Key]) -> None:
    _, signature, key = signed
    made = read_signature(signature, seal(WITHDRAWN).digest, key.public_hex)
    assert (made.key, made.on) == (key.id, ON)
    assert is_signed_by(OWNER, WITHDRAWN, [made], [key])
    assert not is_signed_by(OWNER, CERTIFICATE, [made], [key])
    assert holds(seal(WITHDRAWN).digest, made.on, key.public_hex, made.value_hex)


def test_a_signature_is_never_written_over(signed: tuple[Path, Path, Key]) -> None:
    _, signature, _ = signed
    with pytest.raises(BadInputError, match="--out"):
        write_signature(signature, seal(WITHDRAWN).digest, read_signature(signature))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda form: form | {"digest": form["digest"][:-1]}, id="short digest"),
        pytest.param(lambda form: form | {"v": "signature_file/9"}, id="unknown version"),
        pytest.param(lambda form: form | {"note": "x"}, id="a field more"),
        pytest.param(lambda form: {k: v for k, v in form.items() if k != "on"}, id="a field less"),
        pytest.param(lambda form: form | {"on": "2026-02-30"}, id="no such day"),
        pytest.param(lambda form: form | {"on": 20260402}, id="a number for a day"),
        pytest.param(lambda form: form | {"key": "k\nX-Header: 1"}, id="a line break in the key"),
        pytest.param(lambda form: form | {"value_hex": "zz" * 64}, id="no hexadecimal"),
        pytest.param(lambda form: [form], id="a list"),
    ],
)
def test_a_file_that_is_no_signature_is_said_plainly(signed: tuple[Path, Path, Key], spoil: object) -> None:
    _, signature, _ = signed
    form = json.loads(signature.read_bytes())
    signature.write_text(json.dumps(spoil(form)))  # type: ignore[operator]
    with pytest.raises(BadInputError, match="ecluse seal"):
        read_signature(signature)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"x" * 20_000, b"[" * 9_000])
def test_bytes_that_are_no_signature_are_said_plainly(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "s").write_bytes(body)
    with pytest.raises(BadInputError):
        read_signature(tmp_path / "s")


def test_a_signature_of_another_record_or_altered_is_false_evidence(signed: tuple[Path, Path, Key]) -> None:
    _, signature, key = signed
    with pytest.raises(EvidenceError, match="another record"):
        read_signature(signature, seal(CERTIFICATE).digest)
    form = json.loads(signature.read_bytes())
    form["value_hex"] = ("0" if form["value_hex"][0] != "0" else "1") + form["value_hex"][1:]
    signature.write_text(json.dumps(form))
    with pytest.raises(EvidenceError, match="does not hold"):
        read_signature(signature, seal(WITHDRAWN).digest, key.public_hex)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"v":"nothing/9"}', id="unknown version"),
        pytest.param(seal(WITHDRAWN).body.replace(b":", b": "), id="another spelling"),
        pytest.param(seal(WITHDRAWN).body[:-5], id="cut short"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff" * 40, id="no text"),
    ],
)
def test_nobody_signs_what_cannot_be_read(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "r.json").write_bytes(body)
    with pytest.raises(BadInputError, match=r"r\.json"):
        read_record(tmp_path / "r.json")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("uk", ["Ви підписуєте: відкликання сертифіката", "2 квітня 2026"]),
        ("en", ["You are signing: withdrawal of a certificate", "2 April 2026"]),
        ("fr", ["Vous signez", "retrait d’un certificat", "2 avril 2026"]),
    ],
)
def test_the_person_sees_everything_that_is_signed(lang: str, words: list[str]) -> None:
    text = "\n".join(shown(seal(WITHDRAWN), lang))
    assert all(word in text for word in words)
    assert all(value in text for value in (WITHDRAWN.id, WITHDRAWN.certificate, WITHDRAWN.owner, WITHDRAWN.reason))
    every = "\n".join(shown(seal(CERTIFICATE), lang))
    assert CERTIFICATE.hearing in every
    assert str(CERTIFICATE.units_certified) in every


def test_the_command_signs_without_an_office(tmp_path: Path, core_only: CoreOnly) -> None:
    make_key(tmp_path, OWNER, "a passphrase")
    record = tmp_path / "w.json"
    record.write_bytes(seal(WITHDRAWN).body + b"\n")
    arguments = ["seal", record, "--key", tmp_path / "authority_mod.pem", "--on", "2026-04-02"]
    refused = core_only.run("-m", "ecluse", *arguments)
    assert refused.returncode == 2, refused.stderr
    assert "ECLUSE_KEYS_PASSPHRASE" in refused.stderr
    code = "import os; os.environ['ECLUSE_KEYS_PASSPHRASE'] = 'a passphrase'; import ecluse.__main__ as e; e.main()"
    done = core_only.run("-c", code, *arguments)
    assert done.returncode == 0, done.stderr
    assert WITHDRAWN.certificate in done.stderr
    assert read_signature(tmp_path / "w.json.signature.json", seal(WITHDRAWN).digest).on == ON


def test_the_command_shows_no_stack_trace(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ecluse", "seal", str(tmp_path / "absent"), "--key", "absent.pem", "--on", "never"],
        cwd=ROOT, env={**os.environ, "LC_ALL": "uk_UA.UTF-8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "запис у канонічному вигляді" in done.stderr
