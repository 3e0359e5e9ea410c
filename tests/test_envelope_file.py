"""Does a file of one statement get the same answer from `ecluse verify` and from the page's own modules?"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from envelope_vectors import FILE

from ecluse.base.canon import canonical
from ecluse.base.commitments import blinding_from, commit
from ecluse.base.envelope import Opening, prove
from ecluse.base.errors import BadInputError
from ecluse.base.statement import InRange, Statement, Sum, as_json
from ecluse.edge import envelope_file
from ecluse.edge.envelope_file import UnreadableStatementError, answer_to, claim_lines
from ecluse.edge.log.bundle_commands import verify

FOREIGN = Path(__file__).parent / "foreign" / "envelope.mjs"
SMALL_ORDER = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"


def whole(number: int) -> tuple[dict[str, Any], bytes]:
    case = json.loads(FILE.read_text(encoding="utf-8"))["whole"][number]
    return case["statement"], bytes.fromhex(case["proof"])


def spelled(statement: Any, proof: bytes, **more: Any) -> bytes:
    return canonical({"proof": base64.b64encode(proof).decode(), "statement": statement, **more})


def changed(statement: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**statement, **fields}


def files() -> dict[str, tuple[bytes, str]]:
    """Every file by name with its answer: holds, untrue, or the place at which it cannot be read."""
    statement, proof = whole(3)
    body = spelled(statement, proof)
    first, *others = statement["commitments"]
    torsion = changed(statement, commitments=[[first[0], SMALL_ORDER], *others])
    swapped = changed(statement, commitments=[[first[0], others[0][1]], [others[0][0], first[1]], *others[1:]])
    return {
        "whole, form 1": (spelled(*whole(1)), "holds"),
        "whole, form 2": (body, "holds"),
        "ranges in three blocks": (spelled(*whole(4)), "holds"),
        "a line of proofs.jsonl": (body + b"\n", "holds"),
        "another index": (spelled(changed(statement, index=statement["index"] + 1), proof), "untrue"),
        "another log": (spelled(changed(statement, log="home/2027"), proof), "untrue"),
        "another context": (spelled(changed(statement, context="another world"), proof), "untrue"),
        "another name": (spelled(changed(statement, name="contribution"), proof), "untrue"),
        "another statement's proof": (spelled(statement, whole(2)[1]), "untrue"),
        "a claim left out": (spelled(changed(statement, zero=[]), proof), "untrue"),
        "commitments swapped": (spelled(swapped, proof), "untrue"),
        "a proof that is cut": (spelled(statement, proof[:-1]), "untrue"),
        "a proof cut after its form": (spelled(statement, proof[:1]), "untrue"),
        "no proof": (spelled(statement, b""), "untrue"),
        "a form that is unknown": (spelled(statement, b"\x03" + proof[1:]), "untrue"),
        "a byte behind the proof": (spelled(statement, proof + b"\0"), "untrue"),
        "a scalar out of range": (spelled(statement, proof[:33] + b"\xff" * 32 + proof[65:]), "untrue"),
        "a bit of an answer": (spelled(statement, proof[:40] + bytes([proof[40] ^ 1]) + proof[41:]), "untrue"),
        "a point of small order": (spelled(torsion, proof), "statement"),
        "a fraction that is whole": (body.replace(b'"index":8', b'"index":8.0'), "file"),
        "an exponent": (body.replace(b'"index":8', b'"index":8e0'), "file"),
        "spaces": (body.replace(b",", b", "), "file"),
        "two line feeds": (body + b"\n\n", "file"),
        "fields in another order": (
            json.dumps({"statement": statement, "proof": ""}, separators=(",", ":")).encode(), "file"),
        "a field twice": (body[:-1] + b',"statement":{}}', "file"),
        "a third field": (spelled(statement, proof, note="believe me"), "file"),
        "no fields": (b"{}", "file"),
        "cut": (body[:-1], "file"),
        "no UTF-8": (body.replace(b"invented", b"invent\xff\xfe"), "file"),
        "base64 of another alphabet": (spelled(statement, proof).replace(b"+", b"-").replace(b"/", b"_"), "proof"),
        "base64 with bits left over": (canonical({"proof": "AR==", "statement": statement}), "proof"),
        "a proof that is no text": (canonical({"proof": 1, "statement": statement}), "proof"),
        "another version": (spelled(changed(statement, v="envelope_statement/2"), proof), "statement"),
        "a statement that is a list": (spelled([statement], proof), "statement"),
        "capital letters": (
            spelled(changed(statement, commitments=[[first[0], first[1].upper()], *others]), proof), "statement"),
        "an index below zero": (spelled(changed(statement, index=-1), proof), "statement"),
        "nothing claimed": (spelled(changed(statement, zero=[], one_of=[], in_range=[], known=[]), proof), "statement"),
    }  # fmt: skip


def ours(content: bytes) -> dict[str, Any]:
    try:
        return answer_to(content)
    except UnreadableStatementError as error:
        return {"statement": "unreadable", "place": error.place, "why": str(error)}


def test_every_file_has_the_answer_that_it_must_have() -> None:
    for name, (content, wanted) in files().items():
        answer = ours(content)
        found = answer["place"] if answer["statement"] == "unreadable" else answer["statement"]
        assert (name, found) == (name, wanted)


def test_the_page_s_modules_answer_each_file_as_we_do(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        missing("node", "no Node is installed; run: make system-deps")
    cases = files()
    paths = []
    for number, (content, _) in enumerate(cases.values()):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_bytes(content)
    done = subprocess.run([node, FOREIGN, "one", *paths], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for (name, (content, _)), line in zip(cases.items(), done.stdout.splitlines(), strict=True):
        theirs, answer = json.loads(line), ours(content)
        if answer.get("place") == "statement":  # each says in its own words what is wrong with a statement
            answer.pop("why"), theirs.pop("why")
        assert (name, theirs) == (name, answer)


def many(count: int) -> list[tuple[Statement, bytes]]:
    """Proofs in a row; each of a figure that is at least one and of what remains of it."""
    found = []
    for at in range(count):
        openings = {"made": Opening(90 + at, blinding_from(b"made %d" % at)),
                    "sold": Opening(at + 1, blinding_from(b"sold %d" % at))}  # fmt: skip
        left = Sum((("made", 1), ("sold", -1)))
        points = tuple((name, commit(one)) for name, one in openings.items())
        claims = (InRange(Sum((("sold", 1),), 1), 8), InRange(left, 8))
        statement = Statement(f"sale {at}", "an invented year", "home/2026", at, points, ("made",), in_range=claims)
        found.append((statement, prove(statement, openings, b"fresh %d" % at + bytes(32))))
    return found


def spoil(lines: list[dict[str, Any]], at: int, byte: int) -> None:
    raw = bytearray(base64.b64decode(lines[at]["proof"]))
    raw[byte] ^= 1
    lines[at]["proof"] = base64.b64encode(raw).decode()


@pytest.mark.parametrize(("spoilt", "said"), [
    pytest.param(lambda lines: None, "", id="all hold"),
    pytest.param(lambda lines: spoil(lines, 7, -1), "proof 7: sale 7, in_range 8 bits 0", id="one byte of the eighth"),
    pytest.param(lambda lines: lines[3].update(proof=lines[4]["proof"]), "proof 3: sale 3", id="a proof used twice"),
    pytest.param(lambda lines: lines[2]["statement"].update(index=9), "proof 2: sale 2", id="another place"),
])  # fmt: skip
def test_many_proofs_added_up_are_judged_alike_and_the_false_one_is_named(
    tmp_path: Path, spoilt: Callable[[list[dict[str, Any]]], None], said: str
) -> None:
    node = shutil.which("node")
    if node is None:
        missing("node", "no Node is installed; run: make system-deps")
    lines = [{"proof": base64.b64encode(raw).decode(), "statement": as_json(one)} for one, raw in many(12)]
    spoilt(lines)
    path = tmp_path / "proofs.jsonl"
    path.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    done = subprocess.run([node, FOREIGN, "batch", path], capture_output=True, text=True, timeout=60, check=True)
    answer = json.loads(done.stdout)
    assert answer["proofs"] == 12
    assert answer["holds"] is not bool(said)
    assert answer["why"].startswith(said)


def test_the_claims_are_told_in_the_signs_of_arithmetic() -> None:
    statement, _ = many(1)[0]
    assert claim_lines(statement) == ["0 ≤ [sold] − 1 < 2^8", "0 ≤ [made] − [sold] < 2^8"]


@pytest.mark.parametrize(("name", "status"), [("whole, form 2", 0), ("another index", 1), ("spaces", 2)])
def test_the_command_ends_with_yes_no_or_unable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, status: int
) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(files()[name][0])
    if status == 2:
        with pytest.raises(BadInputError) as error:
            verify(str(path), "", as_json=True)
        assert str(path) in str(error.value)
        return
    assert verify(str(path), "", as_json=True) == status
    answer = json.loads(capsys.readouterr().out)
    assert answer["statement"] == ("holds" if status == 0 else "untrue")


def test_a_file_that_is_too_long_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope_file, "STATEMENT_BYTES_LIMIT", 100)
    with pytest.raises(UnreadableStatementError, match="bytes"):
        answer_to(b"{" + b" " * 100)
