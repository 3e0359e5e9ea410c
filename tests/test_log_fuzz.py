"""Does any byte string at all make a parser of the log do anything but read it, or refuse it in its own words?"""

from __future__ import annotations

from collections.abc import Callable

import bundle_matrix as matrix
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.canon import parse
from ecluse.base.errors import BadInputError, EcluseError, EvidenceError
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.custody.log.bundle import pack, read_bundle, read_disclosures
from ecluse.custody.log.bundle_judge import judge_bundle
from ecluse.custody.log.note_keys import opened, read_key
from ecluse.custody.log.policy import Policy, read_policy
from ecluse.custody.log.proof_file import read_hash, read_log_proof
from ecluse.custody.log.tiles import expanded, unpack
from ecluse.custody.log.tiles import pack as pack_entries
from ecluse.custody.log.witness import Refused, Seen, judge, origin_of, read_asked, request_for

KEYS = [*read_policy(matrix.policy_of()).logs, *read_policy(matrix.policy_of()).witnesses.values()]


def read_text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda body: read(body.decode("utf-8", "replace"))


def judged(body: bytes) -> object:
    return judge_bundle(read_bundle(body), matrix.policy_of())


def witnessed(body: bytes) -> object:
    asked = read_asked(body)
    if isinstance(asked, Refused):
        assert 400 <= asked.status < 500
        return asked
    assert read_asked(bytes(asked)) == asked
    origin_of(asked)
    return judge(asked, KEYS[:1], Seen())


def keyed(text: str) -> object:
    key = read_key(text)
    assert str(key) == text
    return key


def proven(body: bytes) -> object:
    proof = read_log_proof(body)
    assert str(proof).encode() == body  # one spelling
    return proof


def policied(body: bytes) -> Policy:
    policy = read_policy(body)
    assert policy.has_quorum(policy.witnesses) or policy.quorum
    return policy


def bundled(body: bytes) -> object:
    entries = unpack(body, 3)
    assert pack_entries(entries) == body
    return entries


EXAMPLES = 50
NOTE = matrix.note()
# Each parser with a good input, near which most of the interesting ones lie.
PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "a proof bundle": (judged, matrix.good()),
    "disclosures": (read_disclosures, matrix.members()["disclosures.json"]),
    "a proof": (proven, matrix.proof()),
    "a policy": (policied, matrix.policy_of()),
    "a verifier key": (read_text(keyed), str(KEYS[0]).encode()),
    "a hash": (read_text(read_hash), b"A" * 43 + b"="),
    "a note": (read_text(split_note), NOTE.encode()),
    "an opened note": (read_text(lambda text: opened(text, KEYS)), NOTE.encode()),
    "a checkpoint": (read_text(parse_checkpoint), split_note(NOTE)[0].encode()),
    "a request to a witness": (witnessed, bytes(request_for(0, (), NOTE))),
    "a bundle of entries": (bundled, pack_entries([b"a", b"", b"bc"])),
    "a tile": (lambda body: expanded(body, 2), bytes(64)),
    "canonical JSON": (parse, matrix.entries()[matrix.INDEX]),
}


INSERTED = [b"\n", b"\n\n", b" ", b"+", b"9" * 5_000]


@st.composite
def near(draw: st.DrawFn, good: bytes) -> bytes:
    """The good input cut, doubled, with bytes exchanged, left out or put in; or anything at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    body = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at, kind = draw(st.integers(0, max(len(body) - 1, 0))), draw(st.integers(0, 5))
        if kind == 0 and body:
            body[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == 1:
            body[at:at] = draw(st.one_of(st.binary(max_size=8), st.sampled_from(INSERTED)))
        elif kind == 2:
            del body[at : at + draw(st.integers(1, 40))]
        elif kind == 3:
            del body[at:]
        elif kind == 4:
            end = draw(st.integers(at, len(body)))
            body[end:end] = body[at:end]
        elif body:
            body[at] = draw(st.integers(0, 255))
    return bytes(body)


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_reads_or_refuses(name: str) -> None:
    read, good = PARSERS[name]
    assert read(good) is not None

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(near(good))
    def fuzz(body: bytes) -> None:
        told = "read"
        try:
            read(body)
        except (EvidenceError, BadInputError) as error:
            told = str(error)
        assert told

    fuzz()


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(st.data())
def test_members_listed_anew_around_nonsense_are_judged_or_refused(data: st.DataObject) -> None:
    held = matrix.members()
    name = data.draw(st.sampled_from(sorted(held)))
    body = data.draw(near(held[name]))
    for content in (pack(held | {name: body}), matrix.again({name: body})):
        try:
            report = judge_bundle(read_bundle(content), matrix.policy_of())
        except EcluseError:
            continue
        is_same = content == matrix.good() or name in ("policy", "disclosures.json", "inner.tlog-proof")
        assert report.answer != "holds" or is_same
