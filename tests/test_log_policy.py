"""Whose signatures are enough? The policy file of C2SP, its example, its limits, and proofs judged by it."""

from __future__ import annotations

from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Levels, leaf_hash
from ecluse.custody.log.note_keys import cosign, public_key
from ecluse.custody.log.policy import Policy, read_policy
from ecluse.custody.log.proof_file import LogProof, read_log_proof

ORIGIN, AT = "example.org/log", 1_700_000_000
LOG = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
LOG_KEY = public_key(ORIGIN, LOG, is_cosigner=False)
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
PRIVATE = {name: Ed25519PrivateKey.from_private_bytes(bytes([9 + at]) * 32) for at, name in enumerate(NAMES)}
KEYS = {name: public_key(f"{name}.example", private, is_cosigner=True) for name, private in PRIVATE.items()}
WITNESSES = "".join(f"witness {name} {key}\n" for name, key in KEYS.items())
EXAMPLE = f"""# two levels
log {LOG_KEY} https://example.org/log
{WITNESSES}
group X-witnesses 2 X1 X2 X3
  group\tY-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
ENTRIES = [b"%d" % at for at in range(9)]
TREE = Levels(leaf_hash(entry) for entry in ENTRIES)
TEXT = checkpoint_text(ORIGIN, 9, TREE.root())


def policy(text: str = EXAMPLE) -> Policy:
    return read_policy(text.encode())


def note_of(*names: str) -> str:
    lines = (cosign(TEXT, f"{name}.example", PRIVATE[name], AT) for name in names)
    return sign_note(TEXT, ORIGIN, LOG) + "".join(lines)


def test_the_example_of_the_specification_has_its_quorum_and_no_other() -> None:
    judged = policy()
    for count in range(7):
        for seen in combinations(NAMES, count):
            is_enough = sum(name[0] == "X" for name in seen) >= 2 and any(name[0] == "Y" for name in seen)
            assert judged.has_quorum(seen) is is_enough, seen


def test_a_note_with_quorum_is_judged_good_and_says_who_saw_it_when() -> None:
    found = policy().judge(note_of("X1", "X3", "Y2"))
    assert (found.checkpoint.size, found.logs) == (9, (LOG_KEY,))
    assert found.witnesses == {"X1": AT, "X3": AT, "Y2": AT}


@pytest.mark.parametrize("names", [(), ("X1", "X2"), ("X1", "Y1"), ("Y1", "Y2", "Y3")])
def test_a_note_without_quorum_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(EvidenceError, match="no quorum"):
        policy().judge(note_of(*names))


def test_one_log_may_not_speak_for_another() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
    text = f"log {LOG_KEY}\nlog {public_key('example.org/other', other, is_cosigner=False)}\nquorum none\n"
    assert policy(text).judge(sign_note(TEXT, ORIGIN, LOG)).logs == (LOG_KEY,)
    with pytest.raises(EvidenceError, match="not signed by a known log named"):
        policy(text).judge(sign_note(TEXT, "example.org/other", other))


def test_thirty_two_of_each_are_read() -> None:
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in range(1, 33)]
    lines = [f"log {public_key(f'log{at}', key, is_cosigner=False)}" for at, key in enumerate(keys)]
    lines += [f"witness w{at} {public_key(f'w{at}', key, is_cosigner=True)}" for at, key in enumerate(keys)]
    lines += [f"group g{at} 1 w{at}" for at in range(32)]
    lines += ["group all all " + " ".join(f"g{at}" for at in range(32)), "quorum all"]
    found = policy("\n".join(lines))
    assert found.has_quorum([f"w{at}" for at in range(32)])
    assert not found.has_quorum([f"w{at}" for at in range(31)])


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        pytest.param("quorum X1", 1, "named above", id="a quorum of nobody"),
        pytest.param("quorum none\nquorum none", 2, "one quorum", id="two quorums"),
        pytest.param(f"witness none {KEYS['X1']}\nquorum none", 1, "not taken", id="a witness called none"),
        pytest.param(f"{WITNESSES}group g 3 X1 X2\nquorum g", 7, "1 to members", id="three of two"),
        pytest.param(f"{WITNESSES}group g 0 X1\nquorum g", 7, "1 to members", id="none of one"),
        pytest.param(f"{WITNESSES}group g 01 X1\nquorum g", 7, "1 to members", id="a number with a nought before it"),
        pytest.param(f"{WITNESSES}group g any X1 X1\nquorum g", 7, "once", id="a member twice"),
        pytest.param(f"{WITNESSES}group g any X1\ngroup h any X1\nquorum g", 8, "one group", id="a member of two"),
        pytest.param(f"{WITNESSES}group g any none\nquorum g", 7, "named above", id="none as a member"),
        pytest.param(f"{WITNESSES}group g any g\nquorum g", 7, "named above", id="a member of itself"),
        pytest.param(f"witness a {KEYS['X1']}\nwitness b {KEYS['X1']}\nquorum a", 2, "each key once", id="a key twice"),
        pytest.param(f"log {LOG_KEY}\nlog {LOG_KEY}\nquorum none", 2, "each log's key once", id="a log twice"),
        pytest.param(f"witness a {LOG_KEY}\nquorum a", 1, "a key of type 0x04", id="a log's key for a witness"),
        pytest.param(f"log {KEYS['X1']}\nquorum none", 1, "a key of type 0x01", id="a witness's key for a log"),
        pytest.param("log rubbish\nquorum none", 1, "verifier key", id="no key"),
        pytest.param("quorum none\x00", 1, "control", id="a control character"),
        pytest.param("quorum none\r", 1, "control", id="a carriage return"),
        pytest.param("quorum\u00a0none", 1, "log, witness", id="a space that is none"),
        pytest.param("", None, "one line `quorum NAME`", id="no quorum"),
    ],
)
def test_a_bad_policy_is_refused_at_its_line(text: str, line: int | None, expected: str) -> None:
    with pytest.raises(BadInputError) as said:
        policy(text)
    (fault,) = said.value.faults
    assert fault.row == line
    assert expected in fault.expected


@given(st.binary(max_size=400))
def test_any_bytes_are_a_policy_or_bad_input(content: bytes) -> None:
    try:
        assert read_policy(content).quorum
    except BadInputError:
        return


class TestProofFile:
    PROOF = LogProof(4, tuple(TREE.inclusion_proof(4)), note_of("X1", "X2", "Y1"))

    def test_it_shows_its_entry_and_no_other(self) -> None:
        assert self.PROOF.shows(ENTRIES[4], policy()).checkpoint.root == TREE.root()
        with pytest.raises(EvidenceError, match="not at index 4"):
            self.PROOF.shows(ENTRIES[5], policy())

    @pytest.mark.parametrize("extra", [None, b"", b"whatever\n\n"])
    def test_it_is_written_and_read(self, extra: bytes | None) -> None:
        proof = LogProof(4, self.PROOF.hashes, self.PROOF.checkpoint, extra)
        assert read_log_proof(str(proof).encode()) == proof

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace("@v1", "@v2"),
            lambda text: text.replace("index 4", "index 04"),
            lambda text: text.replace("index 4", "index -4"),
            lambda text: text.replace("index 4", "index " + "9" * 20),
            lambda text: text.replace("index 4\n", ""),
            lambda text: text.replace("index 4", "index 4\n" + "A" * 44),
            lambda text: text.replace("index 4", "extra ?\nindex 4"),
            lambda text: text.replace("\n\n", "\n", 1),
            lambda text: text[:-200],
            lambda text: "",
            lambda text: text.replace("index 4", "index 4" + ("\n" + "A" * 43 + "=") * 64),
        ],
    )
    def test_another_spelling_is_refused(self, change: object) -> None:
        with pytest.raises(EvidenceError):
            read_log_proof(change(str(self.PROOF)).encode()).shows(ENTRIES[4], policy())  # type: ignore[operator]

    @given(st.data())
    def test_no_changed_bit_shows_the_entry(self, data: st.DataObject) -> None:
        body = bytearray(str(self.PROOF).encode())
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] ^= 1 << data.draw(st.integers(0, 7))
        try:
            found = read_log_proof(bytes(body)).shows(ENTRIES[4], policy())
        except EvidenceError:
            return
        # What may still hold: a signature line that now belongs to a stranger, while the others are enough.
        assert found.checkpoint.root == TREE.root()
        assert policy().has_quorum(found.witnesses)

    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_proof_or_refused(self, body: bytes) -> None:
        with pytest.raises(EvidenceError):
            read_log_proof(body)
