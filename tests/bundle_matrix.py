"""Which bundles are good, and which are spoilt how? One matrix for the command, the page's module in Node and the page.

A small log of this project's entries, two Ed25519 witnesses and one of ML-DSA-44, all keys fixed.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ecluse.base.canon import canonical
from ecluse.base.errors import BadInputError
from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Levels, commit, leaf_hash
from ecluse.custody.log.bundle import (
    DISCLOSURES,
    ENTRY,
    LIMITS,
    MANIFEST,
    OUTER_PROOF,
    OUTER_SALT,
    POLICY,
    PROOF,
    TOKENS,
    VERSION,
    Disclosure,
    UnreadableBundleError,
    listed,
    make,
    pack,
    read_bundle,
)
from ecluse.custody.log.bundle_judge import judge_bundle
from ecluse.custody.log.note_keys import cosign, public_key
from ecluse.custody.log.outer import OuterEntry, hidden
from ecluse.custody.log.proof_file import LogProof

LOG, SIZE, INDEX, AT = "at-1/2026", 77, 41, 1_790_000_000
ORIGIN = f"ecluse/{LOG}"
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in (1, 9))
HOME, HOST = (Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in (2, 3))
LASTING = MLDSA44PrivateKey.from_seed_bytes(b"\x04" * 32)
WITNESSES = (("home", "witness.home.example", HOME), ("host", "witness.host.example", HOST),
             ("lasting", "witness.lasting.example", LASTING))  # fmt: skip
SALTS = [bytes([at]) * 32 for at in (5, 6, 7)]
RECORDS = [canonical({"v": "handover/1", "id": f"handover:{at}", "units": at, "note": "їжак, été"}) for at in range(3)]
DISCLOSED = tuple(Disclosure("handover/1", SALTS[at].hex(), RECORDS[at].decode()) for at in (0, 2))
HEARD = Disclosure("hearing", SALTS[1].hex(), "ab" * 32)


def policy_of(log: Ed25519PrivateKey = KEY, needed: int = 2, origin: str = ORIGIN) -> bytes:
    """A policy of this log and our three witnesses, of whom so many are enough."""
    lines = ["# who is needed", f"log {public_key(origin, log, is_cosigner=False)}"]
    lines += [f"witness {name} {public_key(at, key, is_cosigner=True)}" for name, at, key in WITNESSES]
    return "\n".join([*lines, f"group enough {needed} home host lasting", "quorum enough", ""]).encode()


@lru_cache(maxsize=1)
def entries() -> tuple[bytes, ...]:
    """The log's entries; the one that is proven commits to three records and a hearing."""
    found = []
    for at in range(SIZE):
        form: dict[str, Any] = {"v": "entry/1", "log": LOG, "kind": "custody", "tag": f"{at:064x}", "seq": at, "sd": []}
        if at == INDEX:
            form["sd"] = [commit(salt, body).hex() for salt, body in zip(SALTS, RECORDS, strict=True)]
            form["hearing"] = commit(SALTS[1], bytes.fromhex(HEARD.value)).hex()
        found.append(canonical(form))
    return tuple(found)


@lru_cache(maxsize=1)
def tree() -> Levels:
    return Levels(leaf_hash(entry) for entry in entries())


@lru_cache(maxsize=8)
def note(origin: str = ORIGIN, signer: Ed25519PrivateKey = KEY, seen_by: tuple[str, ...] = ("home", "lasting")) -> str:
    """The newest head, signed and cosigned."""
    text = checkpoint_text(origin, SIZE, tree().root())
    lines = [cosign(text, at, key, AT) for name, at, key in WITNESSES if name in seen_by]
    return sign_note(text, origin, signer) + "".join(lines)


def proof(index: int = INDEX, under: str = "") -> bytes:
    return str(LogProof(index, tuple(tree().inclusion_proof(index)), under or note())).encode()


OUTER, OUTER_AT, DAY = "outer/2026", 5, date(2026, 9, 21)
OUTER_SALTED = b"\x08" * 32


@lru_cache(maxsize=8)
def outer_entries(of: str = LOG, salt: bytes = OUTER_SALTED) -> tuple[bytes, ...]:
    """The outer log: entries of nine days; the one at `OUTER_AT` hides the log's newest head."""
    text = checkpoint_text(ORIGIN, SIZE, tree().root())
    hides = {OUTER_AT: hidden(salt, text)}
    days = [DAY + timedelta(at - OUTER_AT) for at in range(9)]
    return tuple(OuterEntry(OUTER, of, on, hides.get(at, f"{at:064x}")).body() for at, on in enumerate(days))


@lru_cache(maxsize=32)
def outer_proof(
    at: int = OUTER_AT, origin: str = f"ecluse/{OUTER}", signer: Ed25519PrivateKey = KEY, extra: bytes | None = b"",
    seen_by: tuple[str, ...] = ("home", "host"), of: str = LOG, salt: bytes = OUTER_SALTED,
) -> bytes:  # fmt: skip
    """The proof that one entry stands in the outer log; `extra` is the entry unless another is given."""
    rows = outer_entries(of, salt)
    grown = Levels(leaf_hash(row) for row in rows)
    text = checkpoint_text(origin, len(rows), grown.root())
    lines = [cosign(text, name, key, AT + 9) for known, name, key in WITNESSES if known in seen_by]
    held = rows[at] if extra == b"" else extra
    return str(
        LogProof(at, tuple(grown.inclusion_proof(at)), sign_note(text, origin, signer) + "".join(lines), held)
    ).encode()


def both_logs(outer: Ed25519PrivateKey = OTHER) -> bytes:
    """A policy that knows the outer log by a key of its own."""
    first, _, rest = policy_of().partition(b"\n")
    return b"\n".join([first, f"log {public_key(f'ecluse/{OUTER}', outer, is_cosigner=False)}".encode(), rest])


def parts(**changed: bytes) -> dict[str, bytes]:
    """The members of the good bundle, some of them others."""
    names = {"entry": ENTRY, "proof": PROOF, "policy": POLICY, "outer": OUTER_PROOF, "salt": OUTER_SALT}
    found = {ENTRY: entries()[INDEX], PROOF: proof(), POLICY: policy_of()}
    return found | {names.get(name, name): body for name, body in changed.items()}


@lru_cache(maxsize=1)
def good() -> bytes:
    return make(parts(), (*DISCLOSED, HEARD))


def members() -> dict[str, bytes]:
    return dict(read_bundle(good()).members)


def again(changed: dict[str, bytes]) -> bytes:
    """The good bundle with other members, listed anew as a forger would."""
    held = members() | changed
    held[MANIFEST] = canonical({"v": VERSION, "members": listed(held)})
    return pack(held)


def raw(name: str, body: bytes) -> bytes:
    """The good bundle with this member exchanged and nothing else."""
    return pack(members() | {name: body})


def flipped(body: bytes, at: int, bit: int = 0) -> bytes:
    return body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1 :]


@dataclass(frozen=True)
class Case:
    """One bundle with the policy by which it is judged, and what the answer must be."""

    name: str
    content: bytes
    answer: str  # holds, own, fails, unreadable, bad_policy
    policy: bytes | None = field(default_factory=policy_of)
    named: str = ""  # a check that fails, or a rule that is broken


@lru_cache(maxsize=8_000)
def answered(content: bytes, policy: bytes | None) -> dict[str, Any]:
    """What do we answer, in the form in which the page does?"""
    try:
        report = judge_bundle(read_bundle(content), policy)
    except UnreadableBundleError as error:
        return {"unreadable": error.code, "place": error.place, "found": error.found, "limit": error.limit}
    except BadInputError as error:
        return {"bad_policy": error.faults[0].row or 0}
    return {**report.form(), "disclosed": [one._asdict() for one in report.disclosed]}


def fits(case: Case, answer: dict[str, Any]) -> bool:
    """Is this the answer that the case must get?"""
    if case.answer in ("unreadable", "bad_policy"):
        return case.answer in answer and case.named in ("", answer[case.answer])
    fails = {check["check"] for check in answer.get("checks", ()) if check["state"] == "fails"}
    return bool(answer.get("answer") == case.answer and (not case.named or case.named in fails))


def cases() -> Iterator[Case]:
    """The whole matrix."""
    yield Case("the honest bundle by the checker's policy", good(), "holds")
    yield Case("the honest bundle by its own policy", good(), "own", None)
    yield Case("one record open, the others closed", make(parts(), DISCLOSED[:1]), "holds")
    yield Case("a policy that asks for all three", good(), "fails", policy_of(needed=3), "quorum")
    yield Case("two of three witnesses under it, any two", good(), "holds", policy_of() + b"# a newer remark\n")
    unseen = policy_of().replace(b"quorum enough", b"quorum none")
    yield Case("a policy that asks for no witness", good(), "holds", unseen)
    yield Case(
        "a policy that knows no witness", good(), "holds", b"\n".join([*unseen.split(b"\n")[:2], b"quorum none"])
    )
    yield from _outer()
    yield from _other_logs()
    yield from _members_changed()
    yield from _containers()
    yield from _bits()


def _outer() -> Iterator[Case]:
    """A checkpoint that the outer log holds: what must be told, what must not pass."""
    stamped = {TOKENS[0]: b"0"}

    def with_outer(held: bytes | None, salt: bytes | None = OUTER_SALTED, **changed: bytes) -> bytes:
        enclosed = {name: body for name, body in (("outer", held), ("salt", salt)) if body is not None}
        return make(parts(**enclosed, **changed), DISCLOSED)

    alone = proof(under=note(seen_by=("host",)))
    stacked = with_outer(outer_proof(), proof=alone)
    yield Case("outer proof and time stamp enclosed", with_outer(outer_proof(), **stamped), "holds")
    apart = with_outer(outer_proof(signer=OTHER), proof=alone)
    yield Case("an outer log kept by a key of its own", apart, "holds", both_logs())
    yield Case("an outer log whose key the policy does not know", apart, "fails", named="quorum")
    yield Case("an outer log by another key than the policy has", stacked, "fails", both_logs(), "quorum")
    yield Case("an outer head that one witness saw", with_outer(outer_proof(seen_by=("host",))), "holds")
    yield Case("too few saw the log, enough the outer one", stacked, "holds")
    unseen = with_outer(outer_proof(seen_by=("host",)), proof=alone)
    yield Case("too few saw either log", unseen, "fails", named="quorum")
    yield Case("the outer proof by the bundle's own policy", with_outer(outer_proof(), proof=alone), "own", None)
    good_entry, text = outer_entries()[OUTER_AT], outer_proof()
    spoilt: dict[str, tuple[bytes | None, bytes | None]] = {
        "no salt": (text, None),
        "a salt and no proof": (None, OUTER_SALTED),
        "another salt": (text, b"\x09" * 32),
        "a salt that is short": (text, OUTER_SALTED[:31]),
        "no proof at all": (b"nothing", OUTER_SALTED),
        "no entry in it": (outer_proof(extra=None), OUTER_SALTED),
        "another day's entry": (outer_proof(3), OUTER_SALTED),
        "the entry at another place": (outer_proof(3, extra=good_entry), OUTER_SALTED),
        "an entry of another log": (outer_proof(of="at-2/2026"), OUTER_SALTED),
        "a checkpoint of another outer log": (outer_proof(origin="ecluse/outer/2027"), OUTER_SALTED),
        "an entry of the log itself": (outer_proof(extra=entries()[INDEX]), OUTER_SALTED),
        "an entry spelled with blanks": (outer_proof(extra=good_entry.replace(b",", b", ", 1)), OUTER_SALTED),
        "an entry with a field more": (outer_proof(extra=good_entry.replace(b"{", b'{"a":1,', 1)), OUTER_SALTED),
        "a day that is none": (outer_proof(extra=good_entry.replace(b"-21", b"-31")), OUTER_SALTED),
        "a day spelled otherwise": (outer_proof(extra=good_entry.replace(b"2026-09-21", b"20260921")), OUTER_SALTED),
        "capitals": (outer_proof(extra=good_entry.replace(b'"v":"outer', b'"v":"OUTER')), OUTER_SALTED),
    }
    for name, (held, salt) in spoilt.items():
        yield Case(f"outer: {name}", with_outer(held, salt), "fails", named="outer")
    lines = text.decode().splitlines(keepends=True)
    false = "".join([*lines[:-1], lines[-1].replace(lines[-1][40:50], lines[-1][41:50] + "A", 1)]).encode()
    yield Case("outer: a false signature of a witness", with_outer(false), "fails", named="outer")
    forged = with_outer(outer_proof(signer=OTHER))
    yield Case("outer: signed by another key", forged, "holds")  # told: nobody vouches for it


def _other_logs() -> Iterator[Case]:
    yield Case("someone else's proof", again({PROOF: proof(INDEX + 1)}), "fails", named="inclusion")
    yield Case("another entry of the log", again({ENTRY: entries()[3]}), "fails", named="inclusion")
    alien = note("ecluse/at-2/2026")
    yield Case("a checkpoint of another log", again({PROOF: proof(under=alien)}), "fails", named="log_signature")
    known = policy_of(origin="ecluse/at-2/2026")
    yield Case("a checkpoint of another log that is known", again({PROOF: proof(under=alien)}), "fails", known, "entry")
    forged = note(signer=OTHER)
    yield Case("a log of another key", again({PROOF: proof(under=forged)}), "fails", named="log_signature")
    own = again({PROOF: proof(under=forged), POLICY: policy_of(OTHER)})
    yield Case("a forger's whole world by its own policy", own, "own", None)
    yield Case("a forger's whole world by the checker's policy", own, "fails", named="log_signature")
    yield Case("the policy of another log", good(), "fails", policy_of(OTHER), "log_signature")
    alone = note(seen_by=("host",))
    yield Case("one witness where two are needed", again({PROOF: proof(under=alone)}), "fails", named="quorum")
    lines = note().splitlines(keepends=True)
    swapped = "".join([*lines[:-1], lines[-1].replace(lines[-1][60:70], lines[-1][61:70] + "A", 1)])
    yield Case("a lasting signature with letters moved", again({PROOF: proof(under=swapped)}), "fails", named="quorum")
    yield Case("no policy at all", good(), "bad_policy", b"")
    yield Case("a policy with a false key", good(), "bad_policy", policy_of().replace(b"+", b"-", 1))
    yield Case("a copy that is no policy", again({POLICY: b"quorum\n"}), "fails", None, "policy")
    yield Case("a copy that is no policy beside the checker's", again({POLICY: b"quorum\n"}), "holds")
    yield Case(
        "a group of a thousand digits", good(), "bad_policy", policy_of().replace(b"enough 2", b"enough " + b"9" * 5000)
    )


def _members_changed() -> Iterator[Case]:
    form = '[{"name":"%s","salt":"%s","value":"%s"}]'
    value = RECORDS[0].decode().replace('"', '\\"')
    other = value.replace(":0,", ":7,")
    salt = SALTS[0].hex()

    def disclosed(name: str, salt: str, value: str) -> bytes:
        return again({DISCLOSURES: (form % (name, salt, value)).encode()})

    yield Case("the value of a disclosure changed", disclosed("handover/1", salt, other), "fails", named="disclosure")
    yield Case(
        "the salt of a disclosure changed", disclosed("handover/1", "0" * 64, value), "fails", named="disclosure"
    )
    yield Case("a salt in capitals", disclosed("handover/1", "AB" * 32, value), "fails", named="disclosure")
    yield Case("a disclosure under another name", disclosed("licence/1", salt, value), "fails", named="disclosure")
    yield Case("a record as the hearing", disclosed("hearing", salt, "ab" * 32), "fails", named="disclosure")
    twice = canonical([DISCLOSED[0]._asdict()] * 2)
    yield Case("one commitment opened twice", again({DISCLOSURES: twice}), "fails", named="disclosure")
    for name, body in (("nothing", b""), ("no list", b"{}"), ("a fraction", b"[1.5]"), ("a null", b"[null]"),
                       ("blanks", b"[ ]"), ("a number for a name", b'[{"name":1,"salt":"","value":""}]'),
                       ("101 of them", canonical([DISCLOSED[0]._asdict()] * 101))):  # fmt: skip
        yield Case(f"disclosures: {name}", again({DISCLOSURES: body}), "fails", named="disclosures")
    entry = entries()[INDEX]
    for name, body in {
        "nothing": b"",
        "spelled with blanks": entry.replace(b",", b", ", 1),
        "a key twice": entry.replace(b'{"hearing"', b'{"a":1,"a":1,"hearing"'),
        "not UTF-8": b"\xff" + entry,
        "behind a mark": b"\xef\xbb\xbf" + entry,
        "another version": entry.replace(b"entry/1", b"entry/9"),
        "not NFC": entry.replace(b"custody", "cafe\u0301".encode()),
        "too deep": b"[" * 40 + b"]" * 40,
        "of another log": entry.replace(b"at-1", b"at-9"),
        "a wide number": entry.replace(b'"seq":41', b'"seq":9007199254740993'),
        "a half letter": entry.replace(b"custody", b"\\ud800"),
        "no list of commitments": entry.replace(b'"sd":[', b'"sx":['),
    }.items():
        yield Case(f"entry: {name}", again({ENTRY: body}), "fails", named="entry")
    held = proof()
    step = held.split(b"\n")[2] + b"\n"
    for name, body in {
        "nothing": b"",
        "cut": held[:100],
        "one hash less": held.replace(step, b"", 1),
        "one hash more": held.replace(step, step + step, 1),
        "64 hashes": held.replace(step, step * 64, 1),
        "index 042": held.replace(b"index 41", b"index 042"),
        "index of 30 digits": held.replace(b"index 41", b"index " + b"1" * 30),
        "another index": held.replace(b"index 41", b"index 40"),
        "no signature": held[: held.index("\u2014".encode())],
        "not UTF-8": held + b"\xff",
        "a short hash": held.replace(step, b"AAAA\n", 1),
        "another kind of proof": held.replace(b"proof@v1", b"proof@v2"),
        "101 signatures": held + held[held.rindex("\u2014".encode()) :] * 101,
    }.items():
        yield Case(f"proof: {name}", again({PROOF: body}), "fails")
    yield Case("an index without end", again({PROOF: held.replace(b"index 41", b"index 9223372036854775807")}), "fails",
               named="inclusion")  # fmt: skip
    extra = held.replace(b"index 41", b"extra AAAA\nindex 41")
    yield Case("a proof with extra bytes", again({PROOF: extra}), "holds")


def _containers() -> Iterator[Case]:
    whole = good()
    for name, code in ((ENTRY, "missing"), (PROOF, "missing"), (POLICY, "missing"), (MANIFEST, "missing")):
        left = {key: body for key, body in members().items() if key != name}
        yield Case(f"without {name}", pack(left), "unreadable", named=code)
    yield Case("nothing at all", b"", "unreadable", named="zip")
    yield Case("a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "unreadable", named="zip")
    head = 30 + len(MANIFEST)
    announced = whole[:18] + struct.pack("<2I", 0xFFFFFFFF, 0xFFFFFFFF) + whole[26:]
    yield Case("ten gigabytes announced", announced, "unreadable", named="member_bytes")
    yield Case("ten gigabytes packed", whole[:18] + b"\xff" * 4 + whole[22:], "unreadable", named="member_bytes")
    yield Case("a member packed", whole[:8] + b"\x08\x00" + whole[10:], "unreadable", named="stored")
    yield Case("a member locked", whole[:6] + b"\x01\x00" + whole[8:], "unreadable", named="stored")
    yield Case("a path", whole.replace(MANIFEST.encode(), b"../../etc/abc"), "unreadable", named="unknown")
    yield Case("a name of 60,000 letters", whole[:26] + b"\x60\xea" + whole[28:], "unreadable", named="unknown")
    yield Case("a name without letters", whole[:26] + b"\x00\x00" + whole[28:], "unreadable", named="unknown")
    yield Case("no version", raw(MANIFEST, b'{"members":[],"v":""}'), "unreadable", named="version")
    size = struct.unpack("<I", whole[18:22])[0]
    first = whole[: head + size]
    yield Case("a member twice", first + whole, "unreadable", named="twice")
    yield Case("members in another order", whole[head + size :][: whole.index(b"PK\x01\x02") - head - size] + whole,
               "unreadable", named="order")  # fmt: skip
    yield Case("bytes behind the end", whole + b"\x00", "unreadable", named="spelling")
    yield Case("a remark at the end", whole[:-2] + b"\x01\x00x", "unreadable", named="spelling")
    yield Case("longer than any", whole + bytes(8_000_000), "unreadable", named="bundle_bytes")
    yield Case("a manifest of another version", raw(MANIFEST, b'{"members":[],"v":"proof-bundle/2"}'), "unreadable",
               named="version")  # fmt: skip
    yield Case("a manifest that is none", raw(MANIFEST, b"[]"), "unreadable", named="manifest")
    yield Case("a manifest that lists nothing", raw(MANIFEST, canonical({"v": VERSION, "members": []})), "fails",
               named="members")  # fmt: skip
    yield Case("a member that the manifest lists otherwise", raw(POLICY, policy_of() + b"\n"), "fails", named="members")
    chance = random.Random(5)
    for at in sorted({*chance.sample(range(len(whole)), 40), len(whole) - 1}):
        yield Case(f"cut at {at}", whole[:at], "unreadable")
    limit = LIMITS[OUTER_SALT] + 1
    yield Case("a salt too long", pack(members() | {OUTER_SALT: b"s" * limit}), "unreadable", named="member_bytes")


def _bits() -> Iterator[Case]:
    """One bit at every byte of the entry and at many of proof and checkpoint: in the file, and listed anew."""
    chance = random.Random(11)
    whole, held = good(), members()
    for name, step in ((ENTRY, 1), (PROOF, 5), (DISCLOSURES, 17), (POLICY, 0)):
        begin = whole.index(held[name])
        for at in range(0, len(held[name]), step) if step else ():
            bit = chance.randrange(8)
            yield Case(f"{name}: bit {bit} of byte {at} in the file", flipped(whole, begin + at, bit), "unreadable",
                       named="damaged")  # fmt: skip
            yield Case(
                f"{name}: bit {bit} of byte {at}, listed anew", again({name: flipped(held[name], at, bit)}), "fails"
            )
    for at in range(0, len(whole), 29):
        yield Case(f"bit of byte {at} of the file", flipped(whole, at), "unreadable")


def rows(choose: Callable[[Case], bool] = lambda _: True) -> list[Case]:
    return [case for case in cases() if choose(case)]


def mangled_cases(seed: int, count: int) -> Iterator[Case]:
    """So many bundles around members in which chance moved bytes, listed anew; what they must answer nobody says."""
    chance, held = random.Random(seed), members()
    names = [ENTRY, PROOF, POLICY, DISCLOSURES, MANIFEST]
    for at in range(count):
        name = chance.choice(names)
        body = _mangled(chance, held[name])
        content = raw(name, body) if name == MANIFEST or chance.random() < 0.1 else again({name: body})
        own = _mangled(chance, policy_of()) if chance.random() < 0.2 else policy_of()
        yield Case(f"{name} mangled, {seed}/{at}", content, "", chance.choice([own, None]))


PUT = (
    b"", b"\n", b" ", b"\t", b'"', b"\\u00e9", b"\xc2\xa0", b"\xef\xbb\xbf", b"+", b"=", b"0", b"-1", b"1e2",
    "\u2028".encode(), "e\u0301".encode(),
)  # fmt: skip


def _mangled(chance: random.Random, body: bytes) -> bytes:
    for _ in range(chance.randint(1, 3)):
        at, end = sorted((chance.randrange(len(body) + 1), chance.randrange(len(body) + 1)))
        end = min(end, at + 60)
        put = chance.choice([*PUT, bytes([chance.randrange(256)])])
        kind = chance.randrange(4)
        body = (body[:at] + put + body[at:], body[:at] + body[end:], body[:end] + body[at:end] + body[end:],
                body[:at] + put + body[at + len(put) :])[kind]  # fmt: skip
    return body
