"""Does any parser of ours do anything but read what strangers send, or refuse it in its own words, and soon?

One table of all parsers, each with a good input: random bytes, the good input cut and spoilt, its values exchanged for
others of another kind, sizes announced that nobody has. The seed is printed; FUZZ_SEED draws again.
"""

from __future__ import annotations

import base64
import io
import json
import os
import random
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from plan_worlds import Size, world
from spoilt_input import spoilt
from stamp_authority import Making, authority, signer
from test_log_fuzz import PARSERS as OF_THE_LOG
from test_log_fuzz import read_text

from ecluse.base import sealed, statement
from ecluse.base.canon import canonical, parse
from ecluse.base.claim import read_claim
from ecluse.base.commitments import Opening, commit
from ecluse.base.days import Month
from ecluse.base.envelope import equations, prove
from ecluse.base.errors import EcluseError
from ecluse.base.figure_line import read_line
from ecluse.base.money import Money
from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Edge, Levels, leaf_hash
from ecluse.base.signing import Key, Signature, sign
from ecluse.custody.epcis import spelling
from ecluse.custody.epcis.faults import MisreadError
from ecluse.custody.epcis.reading import read_document
from ecluse.custody.log.cosigned import read_seen
from ecluse.custody.log.note_keys import cosign, public_key
from ecluse.custody.log.outer import read_entry
from ecluse.custody.log.policy import read_policy
from ecluse.custody.log.stamp_der import read_der
from ecluse.custody.log.stamp_token import read_request, read_token, request_bytes
from ecluse.custody.log.timestamp import read_authorities, read_stamp
from ecluse.custody.log.witness import Refused
from ecluse.edge import epcis, openings, plan_programs, reconcile_file, seal, seal_many
from ecluse.edge import plan as edge_plan
from ecluse.edge.dossier import read_dossier
from ecluse.edge.envelope_file import UnreadableStatementError, read_file
from ecluse.edge.imports import cells, mapping, sheet
from ecluse.edge.imports.mapping import Map
from ecluse.edge.keys import make_key, open_key
from ecluse.edge.lists import own_entries
from ecluse.edge.log import ask_witness as asking
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.mirror import follow
from ecluse.edge.log.verify import verify_log
from ecluse.edge.world.workbook import read_workbook, write_sheets
from ecluse.plan import kept, mps, urgent
from ecluse.plan.checker import PlanError
from ecluse.plan.paper import NoPlan, solve_question

Read = Callable[[bytes], object]
TRIES, SECONDS_EACH, DAY = 30, 1.0, date(2026, 5, 4)
REFUSALS = (EcluseError, MisreadError, cells.CellError, PlanError, mps.MpsError)
VALUES = (*REFUSALS, ValueError)  # of a value's own constructor: who calls it says so in the parser's words
ORIGIN = "example.org/log"
LOG, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in (1, 2))
KEY, WITNESS_KEY = public_key(ORIGIN, LOG, is_cosigner=False), public_key("w.example", WITNESS, is_cosigner=True)
ENTRIES = [b"entry %d" % at for at in range(300)]
TREE = Levels(leaf_hash(entry) for entry in ENTRIES)
MAP = """kind = "stock"
header_row = 1
[columns]
model = "Model"
[values.state]
"ok" = "fit"
[constants]
on = "2026-05-04"
"""
MPS = """NAME small
ROWS
 N cost
 L most
COLUMNS
 x cost 1.1 most 1
 MARKER 'MARKER' 'INTORG'
 y cost -2.5e-1 most 1D1
 MARKER 'MARKER' 'INTEND'
RHS
 RHS most 4
RANGES
 RNG most 2
BOUNDS
 UP BND x 4
 PL BND y
ENDATA
"""


def note() -> str:
    text = checkpoint_text(ORIGIN, 300, TREE.root())
    return sign_note(text, ORIGIN, LOG) + cosign(text, "w.example", WITNESS, 1_800_000_000)


@lru_cache(maxsize=1)
def plan() -> bytes:
    found = solve_question(world(0, Size(2, 1, 1, 2, sales=1.0, routes=1.0)))
    assert not isinstance(found, NoPlan)
    return json.dumps(found).encode()


def filed(place: Path, read: Callable[[Path], object], name: str = "file") -> Read:
    """The parser of a file, given the file's bytes."""

    def of_bytes(body: bytes) -> object:
        (place / name).write_bytes(body)
        os.chmod(place / name, 0o600)
        return read(place / name)

    return of_bytes


def in_log(place: Path, name: str, read: Callable[[Path], object]) -> tuple[Read, bytes]:
    """A log's folder one of whose files says this, and that file as it was."""
    log, path = LogFolder(place / "log"), place / "log" / name
    if not path.exists():
        log.grow(TREE, 300, lambda first, last: ENTRIES[first:last])
        log.publish(note())
    good = path.read_bytes()

    def of_bytes(body: bytes) -> object:
        path.write_bytes(body)
        try:
            return read(place / "log")
        finally:
            path.write_bytes(good)

    return of_bytes, good


def key_record() -> Key:
    return Key("key:maker/1", "maker", LOG.public_key().public_bytes_raw().hex(), DAY, None)


def claim(body: bytes) -> object:
    return read_claim(Signature, parse(body), lambda digest: None)


def followed(path: Path) -> object:
    """A mirror that holds nothing yet, of a log one of whose files says this."""
    shutil.rmtree(path.with_name("copy"), ignore_errors=True)
    return follow(LogFolder(path), LogFolder(path.with_name("copy")), read_policy(f"log {KEY}\nquorum none\n".encode()))


def answered(body: bytes) -> object:
    """What a witness's answer makes of asking it: the line that it signed, or a refusal."""
    lines = body.decode("utf-8", "replace")
    status = 200 if lines.startswith("\u2014") else 409
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "_post", lambda *_: (status, asking.SIZE_TYPE, lines))
        try:
            return asking.ask_witness("http://w.example", WITNESS_KEY, TREE, sign_note(
                checkpoint_text(ORIGIN, 300, TREE.root()), ORIGIN, LOG
            ))  # fmt: skip
        except asking.SilentWitnessError:
            return "silent"


def epcis_document() -> bytes:
    return json.dumps({
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ecluse": "urn:ecluse:epcis:"}],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-05-04T10:00:00Z",
        "epcisBody": {"eventList": [{
            "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping", "disposition": "in_transit",
            "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"], "eventTime": "2026-05-04T10:00:00.000+02:00",
            "eventTimeZoneOffset": "+02:00", "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"},
            "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200, "uom": "KGM"}],
        }]},
    }).encode()  # fmt: skip


def workbook(place: Path) -> bytes:
    rows = [(1, ["Model", "Units"]), (2, ["UAV-12", "30"]), (3, ["UAV-14", "7"])]
    write_sheets({"stock.csv": rows}, place / "good.xlsx", title="world")
    return (place / "good.xlsx").read_bytes()


def packed_anew(read: Read, good: bytes) -> tuple[Read, bytes]:
    """The workbook with this as its first sheet, packed as it must be: damage beneath the archive's own checks."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in members if name.startswith("xl/worksheets/"))

    def of_bytes(body: bytes) -> object:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for member, content in (members | {name: body}).items():
                archive.writestr(member, content)
        return read(held.getvalue())

    return of_bytes, members[name]


def signed_share(place: Path) -> Read:
    key = type("OpeningKey", (), {"id": "opening-key:1", "opens_on": DAY})()
    return filed(place, lambda path: openings._share_of(path, key))


def private_key(place: Path) -> tuple[Read, bytes]:
    make_key(place, "maker")
    return filed(place, open_key, "maker.pem"), (place / "maker.pem").read_bytes()


def parsers(place: Path) -> dict[str, tuple[Read, bytes, tuple[type[Exception], ...]]]:
    """Each parser with a good input and what may come out of it."""
    record, made = sealed.seal(key_record()), sign(key_record(), "key:maker/1", LOG, DAY)
    book = workbook(place)
    in_sheet = packed_anew(filed(place, read_workbook, "in.xlsx"), book)
    seen_key = Key("key:w/1", "witness:lt", WITNESS.public_key().public_bytes_raw().hex(), DAY, None)
    handed = json.dumps({"key": "opening-key:1", "host": "lt", "index": 1, "value_hex": "ab" * 32})
    dossier = sorted(Path(__file__).parent.glob("cases/*/*.jsonl")) or sorted(Path(__file__).parent.rglob("*.dossier*"))
    table: dict[str, tuple[Any, ...]] = {
        **{f"log: {name}": (read, good) for name, (read, good) in OF_THE_LOG.items()},
        "a sealed record": (sealed.unseal, record.body),
        "a claim's form": (claim, canonical(sealed.encode(made)), (*VALUES, TypeError, KeyError)),
        "an edge of a tree": (read_text(lambda text: Edge.from_hex(300, text)), TREE_EDGE.encode(), VALUES),
        "an outer log's entry": (read_entry, OUTER),
        "a line of figures": (lambda body: read_line(parse(body)), LINE),
        "a statement": (lambda body: statement.read(parse(body)), statement.spelled(STATEMENT)),
        "a statement's proof": (lambda body: equations(STATEMENT, body), PROOF),
        "a statement with its proof": (read_file, SHOWN, (*REFUSALS, UnreadableStatementError)),
        "a month": (read_text(Month.parse), b"2026-05", VALUES),
        "an amount of money": (read_text(lambda text: Money.of(text, "EUR")), b"1250.50", VALUES),
        "DER": (read_der, STAMP),
        "a time stamp": (lambda body: read_stamp(body, b"i" * 32, [authority()]), STAMP),
        "a time stamp, unjudged": (read_token, STAMP),
        "a time stamp's request": (read_request, request_bytes(b"i" * 32, 2**63)),
        "authorities": (read_authorities, authority().public_bytes(Encoding.PEM)),
        "a cosigned head": (
            read_text(lambda text: read_seen(text, ORIGIN, [key_record()], [seen_key])), note().encode(),
        ),
        "a log's checkpoint": in_log(place, "checkpoint", verify_log),
        "a log's tile": in_log(place, "tile/0/000", verify_log),
        "a log's entries": in_log(place, "tile/entries/001.p/44", verify_log),
        "a log that is followed": in_log(place, "tile/entries/000", followed),
        "a witness's answer": (answered, note().splitlines()[-1].encode() + b"\n"),
        "EPCIS, its JSON": (spelling.parse, epcis_document()),
        "EPCIS, the document": (read_document, epcis_document()),
        "EPCIS, a file": (filed(place, lambda path: read_document(epcis.bytes_of(str(path)))), epcis_document()),
        "an opening's share": (signed_share(place), handed.encode()),
        "a plan file": (filed(place, edge_plan.sound_plan, "plan.json"), plan()),
        "a plan document": (kept.read_kept, plan()),
        "an urgent order's form": (urgent.read_form, json.dumps({"format": urgent.FORMAT, "units": {"a": 1}}).encode()),
        "MPS": (lambda body: mps.read(io.StringIO(body.decode("utf-8", "replace"))), MPS.encode()),
        "MPS, a file": (filed(place, plan_programs.read_program, "program.mps"), MPS.encode()),
        "a map": (lambda body: mapping.read_map("a.toml", body), MAP.encode()),
        "a sheet, CSV": (lambda body: sheet.read_sheet("a.csv", body, Map()), b"Model;Units\nUAV-12;30\n\"a;b\";7\n"),
        "a sheet, XLSX": (lambda body: sheet.read_sheet("a.xlsx", body, Map()), book),
        "an amount in a cell": (read_text(lambda text: cells.read_amount(text, "EUR", "")), b"1 250 000,50"),
        "serials in a cell": (read_text(lambda text: cells.read_serials(text, "KB-000420")), b"KB-000417"),
        "a workbook": (filed(place, read_workbook, "world.xlsx"), book),
        "a workbook's sheet": in_sheet,
        "a record to seal": (filed(place, seal.read_record), record.body),
        "a signature": (filed(place, seal.read_signature), seal.signature_bytes(record.digest, made)),
        "records to sign": (
            filed(place, seal_many.read_to_sign),
            json.dumps({"v": seal_many.TO_SIGN, "owner": "maker", "records": [record.body.decode()]}).encode(),
        ),
        "a private key": private_key(place),
        "movements": (filed(place, reconcile_file.read_movements, "m.csv"),
                      b"licence,state,day,units\nlicence:1,LT,2026-05-04,30\n"),
        "a watchlist": (lambda body: own_entries("l.csv", body, "l/1"),
                        b"entry,name,kind,identifiers\n1,Firm One,firm,a:1;b:2\n1,Firm 1,firm,\n"),
    }  # fmt: skip
    if dossier:
        table["a dossier"] = (filed(place, read_dossier, dossier[0].name), dossier[0].read_bytes())
    return {name: (row[0], row[1], row[2] if len(row) > 2 else REFUSALS) for name, row in table.items()}


OPENING = Opening(7, 11)
STATEMENT = statement.Statement(
    "stock 0 in range", "ecluse/envelope/1 authority:a", "home/2026", 3, (("units", commit(OPENING)),),
    in_range=(statement.InRange(statement.Sum((("units", 1),)), 8),),
)  # fmt: skip
PROOF = prove(STATEMENT, {"units": OPENING}, bytes(32))
SHOWN = canonical({"statement": statement.as_json(STATEMENT), "proof": base64.b64encode(PROOF).decode()})
LINE = canonical({
    "kind": "stock", "scope": {"class": "ab" * 8, "counted_on": "2026-05-04"}, "on": "2026-05-04",
    "figures": [["units", commit(OPENING).raw.hex()]], "log": "home/2026", "index": 3, "at": 0,
})  # fmt: skip
STAMP = Making(b"i" * 32, signer("ed25519"), "sha512", nonce=7).answer()
OUTER = b'{"commitment":"%b","log":"outer/2026","of":"home/2026","on":"2026-05-04","v":"outer/1"}' % (b"ab" * 32)
TREE_EDGE = "".join(TREE.subtree(*span).hex() for span in ((0, 256), (256, 288), (288, 296), (296, 300)))
NAMES = sorted([*(f"log: {name}" for name in OF_THE_LOG), *(
    "a sealed record", "a claim's form", "an edge of a tree", "an outer log's entry", "a line of figures",
    "a statement", "a statement's proof", "a statement with its proof", "a month", "an amount of money",
    "DER", "a time stamp", "a time stamp, unjudged", "a time stamp's request", "authorities",
    "a cosigned head", "a log's checkpoint", "a log's tile", "a log's entries", "a log that is followed",
    "a witness's answer", "EPCIS, its JSON", "EPCIS, the document", "EPCIS, a file", "an opening's share",
    "a plan file", "a plan document", "an urgent order's form", "MPS", "MPS, a file", "a map", "a sheet, CSV",
    "a sheet, XLSX",
    "an amount in a cell", "serials in a cell", "a workbook", "a workbook's sheet", "a record to seal", "a signature",
    "records to sign", "a private key", "movements", "a watchlist", "a dossier",
)])  # fmt: skip

# ------------------------------------------------------------------ the tests


@lru_cache(maxsize=1)
def seed() -> int:
    return int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Read, bytes, tuple[type[Exception], ...]]]:
    return parsers(tmp_path_factory.mktemp("parsers"))


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_reads_or_refuses_in_its_own_words_and_soon(name: str, table: dict[str, Any]) -> None:
    if name not in table:
        pytest.skip(f"{name}: no good one lies here")
    read, good, refusals = table[name]
    assert read(good) is not None
    refused, tries = 0, int(os.environ.get("FUZZ_TRIES") or TRIES)
    for number in range(tries):
        chance = random.Random(f"{seed()}/{name}/{number}")
        body, began = spoilt(good, chance), time.process_time()
        told = f"FUZZ_SEED={seed()} {name} {number}: {body[:300]!r}"
        try:
            refused += isinstance(read(body), Refused)
        except refusals as error:
            refused += bool(str(error)) or pytest.fail(f"{told}: refused without a word")
        except Exception as error:
            pytest.fail(f"{told}\n{type(error).__name__}: {error}")
        assert time.process_time() - began < SECONDS_EACH, told
    assert refused, f"FUZZ_SEED={seed()}: whatever {name} is given it takes"


def test_the_table_names_every_parser(table: dict[str, Any]) -> None:
    """Functions of these folders that are called `read_…`, `parse…` or `unpack…` stand here, or are told apart."""
    assert set(table) <= set(NAMES)
    elsewhere = {"read_table", "read_law", "read_opened", "read_logs", "read_world", "read_lists", "read_list"}
    missing = sorted(
        f"{path.name}: {word}"
        for place in ("base", "custody/log", "custody/epcis", "edge/log", "edge/imports", "edge/world")
        for path in (Path(sys.modules["ecluse"].__path__[0]) / place).glob("*.py")
        for word in _named(path)
        if word not in elsewhere and word not in SPOKEN
    )
    assert missing == []


# By which entry of the table is each reached?
SPOKEN = {
    "parse", "parse_checkpoint", "split_note", "read_claim", "read_key", "read_policy", "read_log_proof", "read_hash",
    "read_asked", "read_bundle", "read_disclosures", "read_seen", "read_document", "unpack", "unseal", "unseal_as",
    "read_der", "read_token", "read_request", "read_stamp", "read_authorities",
    "read_map", "read_sheet", "read_entry", "read_amount", "read_serials", "read_workbook", "read_file",
    "read_line",
}  # fmt: skip


def _named(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line.removeprefix("def ").partition("(")[0] for line in lines if line.startswith("def ")]
    return [name for name in found if name.startswith(("read_", "parse", "unpack", "unseal", "split_note"))]


def test_base64_of_another_alphabet_is_no_hash() -> None:
    from ecluse.base.errors import EvidenceError
    from ecluse.custody.log.proof_file import read_hash

    with pytest.raises(EvidenceError):
        read_hash(base64.urlsafe_b64encode(b"\xfb" * 32).decode())
