"""What lies in one file that a stranger without a network can check? A proof bundle, `.ecluse-proof`.

A zip whose members are stored, not compressed, in one order, under these names and no others: the manifest, the entry's
bytes, its `.tlog-proof`, a copy of a policy, what is disclosed, perhaps the proof in the outer log and time stamps, and
words for people. There is one spelling of a bundle: what packing its members again does not give is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ecluse.base.canon import canonical, digest, parse
from ecluse.base.errors import EvidenceError
from ecluse.custody.log.tiles import ENTRY_BYTES_LIMIT

VERSION = "proof-bundle/1"
MANIFEST, ENTRY, PROOF, POLICY, DISCLOSURES = (
    "manifest.json",
    "entry.json",
    "inner.tlog-proof",
    "policy",
    "disclosures.json",
)
OUTER_PROOF, OUTER_SALT = "outer.tlog-proof", "outer.salt"
TOKENS = tuple(f"token-{at}.tsr" for at in range(1, 9))
READMES = {lang: f"README.{lang}.txt" for lang in ("uk", "en", "fr")}
REQUIRED = (MANIFEST, ENTRY, PROOF, POLICY, DISCLOSURES)
SMALL = 0x10000
# Every name that may stand in a bundle, in its order, with the most bytes it may have.
LIMITS: Mapping[str, int] = {
    MANIFEST: SMALL, ENTRY: ENTRY_BYTES_LIMIT, PROOF: 1_200_000, POLICY: SMALL, DISCLOSURES: 4_000_000,
    OUTER_PROOF: 1_200_000, OUTER_SALT: 32, **dict.fromkeys((*TOKENS, *READMES.values()), SMALL),
}  # fmt: skip
BUNDLE_BYTES_LIMIT = 8_000_000
NAME_BYTES_LIMIT = 100
DISCLOSURES_LIMIT = 100
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LOCAL_FORM, CENTRAL_FORM, END_FORM = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
NEEDED, FIRST_DAY, READABLE = 20, 0x21, 0o100644 << 16  # version of zip 2.0; 1 January 1980; a plain file
MADE_BY = 3 << 8 | NEEDED


class UnreadableBundleError(EvidenceError):
    """This file is no bundle: which rule it breaks, where, what the rule allows and what stands there."""

    def __init__(self, code: str, place: str, found: str = "", limit: int = 0) -> None:
        super().__init__(f"{place}: {code} {found}".rstrip())
        self.code, self.place, self.found, self.limit = code, place, found, limit


class Disclosure(NamedTuple):
    """What opens one commitment of the entry: its salt, its name, the value that was committed to."""

    name: str
    salt: str
    value: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The members of one bundle by name, read but not judged."""

    members: Mapping[str, bytes]

    @property
    def tokens(self) -> int:
        """How many time stamps lie in it?"""
        return sum(name in self.members for name in TOKENS)


def make(members: Mapping[str, bytes], disclosures: tuple[Disclosure, ...] = ()) -> bytes:
    """Which bytes has the bundle of these members, once manifest and disclosures are added? Raises EvidenceError."""
    forms = [dict(one._asdict()) for one in disclosures]
    held = {**members, DISCLOSURES: canonical(forms)}
    held[MANIFEST] = canonical({"v": VERSION, "members": listed(held)})
    body = pack(held)
    read_bundle(body)
    return body


def listed(members: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """How does a manifest list these members? Each by name, size and SHA-256, in the bundle's order."""
    return [
        {"name": name, "size": len(members[name]), "sha256": digest(members[name])}
        for name in LIMITS
        if name in members and name != MANIFEST
    ]


def pack(members: Mapping[str, bytes]) -> bytes:
    """Which bytes has a zip of these members, in the bundle's order, with nothing that could be spelled otherwise?"""
    parts, directory, at = [], [], 0
    names = [name for name in LIMITS if name in members]
    for name in names:
        body, named = members[name], name.encode()
        same = (zlib.crc32(body), len(body), len(body), len(named), 0)
        head = LOCAL_FORM.pack(LOCAL, NEEDED, 0, 0, 0, FIRST_DAY, *same) + named
        directory.append(
            CENTRAL_FORM.pack(CENTRAL, MADE_BY, NEEDED, 0, 0, 0, FIRST_DAY, *same, 0, 0, 0, READABLE, at) + named
        )
        parts += [head, body]
        at += len(head) + len(body)
    size = sum(len(row) for row in directory)
    return b"".join([*parts, *directory, END_FORM.pack(END, 0, 0, len(names), len(names), size, at, 0)])


def read_bundle(content: bytes) -> Bundle:
    """Which members lie in this bundle? Raises UnreadableBundleError naming the first rule that is broken.

    Nothing is unpacked: a size that is announced is held against its limit before anything is read.
    """
    if len(content) > BUNDLE_BYTES_LIMIT:
        raise UnreadableBundleError("bundle_bytes", "bundle", str(len(content)), BUNDLE_BYTES_LIMIT)
    members, at = dict[str, bytes](), 0
    while content[at : at + 4] == LOCAL:
        name, body, at = _member(content, at, list(members))
        members[name] = body
    if not members:
        raise UnreadableBundleError("zip", "0", content[:4].hex())
    for name in REQUIRED:
        if name not in members:
            raise UnreadableBundleError("missing", name)
    again = pack(members)
    if again != content:
        pairs = zip(again, content, strict=False)
        first = next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(again), len(content)))
        raise UnreadableBundleError("spelling", str(first))
    _check_manifest(members[MANIFEST])
    return Bundle(members)


def _member(content: bytes, at: int, before: list[str]) -> tuple[str, bytes, int]:
    """The member whose head stands here, and where the next thing stands."""
    head = content[at : at + LOCAL_FORM.size]
    if len(head) < LOCAL_FORM.size:
        raise UnreadableBundleError("cut", str(at), f"{len(head)} < {LOCAL_FORM.size}")
    _, _, flags, method, _, _, check, packed, size, named, extra = LOCAL_FORM.unpack(head)
    begin = at + LOCAL_FORM.size
    name = content[begin : begin + min(named, NAME_BYTES_LIMIT)].decode("latin-1")
    if named > NAME_BYTES_LIMIT or name not in LIMITS:
        raise UnreadableBundleError("unknown", str(at), shown(name))
    if name in before:
        raise UnreadableBundleError("twice", name)
    order = list(LIMITS)
    if before and order.index(before[-1]) > order.index(name):
        raise UnreadableBundleError("order", name, before[-1])
    if flags or method or extra:
        raise UnreadableBundleError("stored", name)
    if max(size, packed) > LIMITS[name]:
        raise UnreadableBundleError("member_bytes", name, str(max(size, packed)), LIMITS[name])
    body = content[begin + named : begin + named + size]
    if len(body) < size:
        raise UnreadableBundleError("cut", name, f"{len(body)} < {size}")
    if zlib.crc32(body) != check:
        raise UnreadableBundleError("damaged", name)
    return name, body, begin + named + size


def _check_manifest(body: bytes) -> None:
    try:
        form = parse(body)
    except EvidenceError:
        form = None
    if not isinstance(form, dict) or not isinstance(form.get("v"), str):
        raise UnreadableBundleError("manifest", MANIFEST)
    if form["v"] != VERSION:
        raise UnreadableBundleError("version", MANIFEST, shown(form["v"]))


def shown(text: str) -> str:
    """How may a stranger's text be shown? At most 100 characters, each in plain ASCII."""
    return "".join(char if " " <= char <= "~" else f"\\u{ord(char):04x}" for char in text[:NAME_BYTES_LIMIT])


def read_disclosures(body: bytes) -> tuple[Disclosure, ...]:
    """What is disclosed? Raises EvidenceError for any other form."""
    form = parse(body)
    if not isinstance(form, list) or len(form) > DISCLOSURES_LIMIT:
        raise EvidenceError(f"disclosures are a list of at most {DISCLOSURES_LIMIT}")
    fields = set(Disclosure._fields)
    if any(not isinstance(one, dict) or set(one) != fields for one in form):
        raise EvidenceError("a disclosure has a name, a salt and a value")
    if any(not isinstance(part, str) for one in form for part in one.values()):
        raise EvidenceError("name, salt and value of a disclosure are text")
    return tuple(Disclosure(**one) for one in form)
