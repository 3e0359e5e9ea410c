"""Do programs that nobody here wrote verify our logs, and does each tampering fall to every one able to see it?

`tests/foreign/check.go` stands on golang.org/x/mod/sumdb as Debian packages it, `check.mjs` on Node's own crypto.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.errors import EvidenceError
from ecluse.base.note import checkpoint_text, sign_note, split_note
from ecluse.base.proof import Levels, leaf_hash
from ecluse.custody.log.note_keys import cosign, public_key
from ecluse.custody.log.policy import read_policy
from ecluse.custody.log.proof_file import LogProof, read_log_proof
from ecluse.custody.log.tiles import pack, unpack
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.verify import verify_log

FOREIGN = Path(__file__).parent / "foreign"
GO_PACKAGES = Path("/usr/share/gocode/src/golang.org/x/mod")
ORIGIN, AT = "example.org/centre-1/2026", 1_700_000_000
LOG = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
WITNESSES = [Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in (2, 3)]
NAMES = ["witness.example/one", "witness.example/two"]
KEY = str(public_key(ORIGIN, LOG, is_cosigner=False))
WITNESS_KEYS = [
    str(public_key(name, key, is_cosigner=True)) for name, key in zip(NAMES, WITNESSES, strict=True)
]  # fmt: skip
POLICY = read_policy(
    (
        f"log {KEY}\nwitness one {WITNESS_KEYS[0]}\nwitness two {WITNESS_KEYS[1]}\n"
        "group both all one two\nquorum both\n"
    ).encode()
)


@dataclass(frozen=True)
class Log:
    """A log on disk with its proofs, and how it came to be."""

    path: Path
    tree: Levels
    entries: list[bytes]
    old: int

    @property
    def proofs(self) -> Path:
        return self.path.with_name("proofs")


def note_at(tree: Levels, size: int) -> str:
    text = checkpoint_text(ORIGIN, size, tree.root(size))
    lines = (cosign(text, name, key, AT) for name, key in zip(NAMES, WITNESSES, strict=True))
    return sign_note(text, ORIGIN, LOG) + "".join(lines)


def made(path: Path, size: int, old: int, proofs: int) -> Log:
    """A log that grew in two steps, and proofs of entries spread over it."""
    entries = [b'{"v":"entry/1","n":%d}' % at + b"x" * (at % 300) for at in range(size)]
    tree, folder = Levels(leaf_hash(entry) for entry in entries), LogFolder(path)
    for grown in (old, size):
        folder.grow(tree, grown, lambda first, last: entries[first:last])
        folder.publish(note_at(tree, grown))
    log = Log(path, tree, entries, old)
    log.proofs.mkdir()
    for n in range(proofs):
        index = n * size // proofs
        proof = LogProof(index, tuple(tree.inclusion_proof(index)), note_at(tree, size))
        (log.proofs / f"{n}.tlog-proof").write_text(str(proof), encoding="utf-8")
        (log.proofs / f"{n}.entry").write_bytes(entries[index])
    return log


def arguments(log: Log) -> list[str]:
    import base64

    root = base64.b64encode(log.tree.root(log.old)).decode()
    return [str(log.path), KEY, *WITNESS_KEYS, "-old", str(log.old), root, "-proofs", str(log.proofs)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Which foreign programs run here? Where one is absent, that is said, and in CI it fails."""
    found = {}
    if shutil.which("go") and GO_PACKAGES.is_dir():
        program = tmp_path_factory.mktemp("go") / "check"
        setting = {
            "GO111MODULE": "off",
            "GOPATH": "/usr/share/gocode",
            "GOFLAGS": "",
            "GOCACHE": str(program.parent / "cache"),
        }
        built = subprocess.run(
            ["go", "build", "-o", str(program), str(FOREIGN / "check.go")],
            env={**os.environ, **setting}, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert built.returncode == 0, built.stderr
        found["go"] = [str(program)]
    if node := shutil.which("node"):
        found["node"] = [node, str(FOREIGN / "check.mjs")]
    if os.environ.get("CI") and "go" not in found:
        pytest.fail("CI needs Go with its x/mod package: make system-deps")
    return found


def run(program: list[str], log: Log) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*program, *arguments(log)], capture_output=True, text=True, timeout=300, check=False)


def ours(log: Log) -> None:
    """The same questions, put to our own program. Raises EvidenceError."""
    whole = verify_log(log.path)
    POLICY.judge(whole.note)
    from ecluse.base.proof import verify_consistency

    tree = LogFolder(log.path).tree(whole.checkpoint.size)
    steps = tree.consistency_proof(log.old)
    if not verify_consistency(log.old, tree.size, steps, log.tree.root(log.old), whole.checkpoint.root):
        raise EvidenceError("not an extension of the older tree")
    for path in log.proofs.glob("*.tlog-proof"):
        read_log_proof(path.read_bytes()).shows(path.with_suffix(".entry").read_bytes(), POLICY)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["go", "node"])
def test_seventy_thousand_entries_and_a_thousand_proofs(
    programs: dict[str, list[str]], name: str, tmp_path: Path
) -> None:
    if name not in programs:
        pytest.skip(f"{name} with its packages is not installed")
    log = made(tmp_path / "log", 70_000, 33_333, 1_000)
    ours(log)
    done = run(programs[name], log)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "origin": ORIGIN, "size": 70_000, "signatures": 3, "entries": 70_000, "proofs": 1_000, "consistent": True,
    }  # fmt: skip
    first = log.path / "tile/entries/000"
    first.write_bytes(first.read_bytes().replace(b'"n":7}', b'"n":8}', 1))
    assert run(programs[name], log).returncode == 1


SIZE, OLD = 2_000, 1_900  # one level of tiles above the leaves, the last of each partial
TILE, ABOVE = "tile/0/000", f"tile/1/000.p/{SIZE // 256}"
BUNDLE, LAST = "tile/entries/000", f"tile/entries/{SIZE // 256:03}.p/{SIZE % 256}"


def flipped(name: str, at: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        body = bytearray((path / name).read_bytes())
        body[at] ^= 1
        (path / name).write_bytes(body)

    return change


def cut(name: str, length: int) -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes((path / name).read_bytes()[:length])


def gone(name: str) -> Callable[[Path], None]:
    return lambda path: (path / name).unlink()


def longer(name: str, more: bytes) -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes((path / name).read_bytes() + more)


def instead(name: str, other: str) -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes((path / other).read_bytes())


def in_note(old: str, new: str, name: str = "checkpoint") -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = (path / name).read_text(encoding="utf-8")
        assert old in text
        (path / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def entries_of(change: Callable[[list[bytes]], object], name: str = BUNDLE, width: int = 256) -> Callable[[Path], None]:
    def rewrite(path: Path) -> None:
        entries = unpack((path / name).read_bytes(), width)
        change(entries)
        (path / name).write_bytes(pack(entries))

    return rewrite


def note_of(text: str, *, key: Ed25519PrivateKey = LOG, witnesses: int = 2) -> Callable[[Path], None]:
    lines = [cosign(text, name, private, AT) for name, private in zip(NAMES, WITNESSES, strict=True)][:witnesses]
    return lambda path: (path / "checkpoint").write_text(sign_note(text, ORIGIN, key) + "".join(lines), "utf-8")


def signed_again(**how: Any) -> Callable[[Path], None]:
    """The same head, signed by others."""
    return lambda path: note_of(split_note((path / "checkpoint").read_text("utf-8"))[0], **how)(path)


def swap(entries: list[bytes]) -> None:
    entries[3], entries[4] = entries[4], entries[3]


ROOT = Levels(leaf_hash(b"") for _ in range(1)).root()
# (how the folder of the log, or its proofs beside it, are tampered with)
TAMPERINGS: dict[str, Callable[[Path], None]] = {
    "a bit of the first entry": flipped(BUNDLE, 5),
    "a bit of the last entry": flipped(LAST, -1),
    "a bit of a length": flipped(BUNDLE, 1),
    "two entries change places": entries_of(swap),
    "an entry is left out": entries_of(lambda entries: entries.pop(7)),
    "an entry stands twice": entries_of(lambda entries: entries.insert(7, entries[7])),
    "an entry is another": entries_of(lambda entries: entries.__setitem__(9, b"{}")),
    "an entry is empty": entries_of(lambda entries: entries.__setitem__(9, b"")),
    "one more entry in the last bundle": longer(LAST, pack([b"more"])),
    "a byte behind a bundle": longer(BUNDLE, b"\x00"),
    "a bundle is cut": cut(BUNDLE, 1_000),
    "a bundle is empty": cut(BUNDLE, 0),
    "a bundle is missing": gone(BUNDLE),
    "the last bundle is missing": gone(LAST),
    "a bundle is another's": instead(BUNDLE, "tile/entries/001"),
    "a bit of a leaf tile": flipped(TILE, 0),
    "a bit of the last leaf tile": flipped(f"tile/0/{SIZE // 256:03}.p/{SIZE % 256}", -1),
    "a bit of a tile above": flipped(ABOVE, 40),
    "the tile above is cut": cut(ABOVE, 32),
    "the last bit of the tile above": flipped(ABOVE, -1),
    "a tile is cut": cut(TILE, 8_000),
    "a tile is longer": longer(TILE, bytes(32)),
    "a tile is missing": gone(TILE),
    "the tile above is missing": gone(ABOVE),
    "a tile is another's": instead(TILE, "tile/0/001"),
    "the checkpoint is missing": gone("checkpoint"),
    "the checkpoint is empty": cut("checkpoint", 0),
    "the checkpoint is cut": cut("checkpoint", 90),
    "the size is one less": in_note(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"),
    "the size is one more": in_note(f"\n{SIZE}\n", f"\n{SIZE + 1}\n"),
    "the size has a nought before it": in_note(f"\n{SIZE}\n", f"\n0{SIZE}\n"),
    "the origin is another": in_note(ORIGIN, "example.org/centre-2/2026"),
    "an extension line is put in": in_note("=\n\n", "=\nmore\n\n"),
    "the log's signature is missing": in_note(f"\u2014 {ORIGIN} ", "\u2014 nobody "),
    "a witness's signature is missing": in_note(f"\u2014 {NAMES[1]} ", "\u2014 nobody "),
    "witnesses change names": in_note(f"\u2014 {NAMES[0]} ", f"\u2014 {NAMES[1]} "),
    "the log signed another root": note_of(checkpoint_text(ORIGIN, SIZE, ROOT)),
    "the log signed a smaller tree": note_of(checkpoint_text(ORIGIN, 1, ROOT)),
    "a stranger signed for the log": signed_again(key=WITNESSES[0]),
    "one witness of two": signed_again(witnesses=1),
    "a proof's index is another": in_note("index 0\n", "index 1\n", "../proofs/0.tlog-proof"),
    "a proof's index is beyond the log": in_note("index 0\n", f"index {SIZE}\n", "../proofs/0.tlog-proof"),
    "a proof's entry is another": longer("../proofs/1.entry", b" "),
    "a proof's entry is another's": instead("../proofs/1.entry", "../proofs/2.entry"),
    "a proof is another's": instead("../proofs/1.tlog-proof", "../proofs/2.tlog-proof"),
    "a proof is cut": cut("../proofs/1.tlog-proof", 200),
    "a proof has a hash too many": in_note("index 0\n", "index 0\n" + "A" * 43 + "=\n", "../proofs/0.tlog-proof"),
    "a proof's hash is another": lambda path: flipped_hash(path / "../proofs/3.tlog-proof"),
    "a proof's checkpoint is of a smaller tree": in_note(f"\n{SIZE}\n", f"\n{SIZE - 1}\n", "../proofs/0.tlog-proof"),
    "a proof's kind is unknown": in_note("@v1", "@v2", "../proofs/0.tlog-proof"),
}  # fmt: skip


def flipped_hash(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[3] = ("B" if lines[3][0] == "A" else "A") + lines[3][1:]
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.slow
def test_fifty_tamperings_fall_to_ours_and_to_every_foreign_program(
    programs: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(TAMPERINGS) == 50
    log = made(tmp_path / "whole" / "log", SIZE, OLD, 4)
    ours(log)
    for program in programs.values():
        assert run(program, log).returncode == 0
    matrix = {}
    for n, (name, change) in enumerate(TAMPERINGS.items()):
        spoilt = tmp_path / f"t{n}"
        shutil.copytree(tmp_path / "whole", spoilt)
        change(spoilt / "log")
        other = Log(spoilt / "log", log.tree, log.entries, log.old)
        try:
            ours(other)
            caught = {"ours": False}
        except (EvidenceError, FileNotFoundError):
            caught = {"ours": True}
        caught |= {title: run(program, other).returncode == 1 for title, program in programs.items()}
        matrix[name] = caught
        shutil.rmtree(spoilt)
    with capsys.disabled():
        print("\n" + "\n".join(f"{name:45} {caught}" for name, caught in matrix.items() if not all(caught.values())))
    assert all(all(caught.values()) for caught in matrix.values()), matrix
