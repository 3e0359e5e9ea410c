"""A public folder in memory: every file of a small closed envelope, to be changed, signed anew and written."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import money_lines
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from envelope_world import CONTEXT, HOME, World, key_of, proof_line, year

from ecluse.base.canon import canonical, digest
from ecluse.base.draft import filled, ref
from ecluse.base.envelope import prove
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line, form_of
from ecluse.base.figures import figures_hash
from ecluse.base.note import verifier_key
from ecluse.base.proof import commit as salted
from ecluse.base.sealed import seal
from ecluse.base.signing import message
from ecluse.edge.public_audit_logs import log_root, tree_of
from ecluse.proceeds.envelope_year import money_drafts

SIGNER, NOTE_NAME, BOOKS, AS_OF = "authority:ssecu", "authority/ssecu", "books/2026", "2026-06-30"
Form = dict[str, Any]


class Books(money_lines.World):
    """The money of the same year, in a log of its own."""

    def file(self, record: Any) -> Line:
        line = super().file(record)
        moved = Line(line.kind, line.scope, line.points, line.on, BOOKS, line.index, 0)
        for name, _ in line.points:
            self.kept[ref(moved, name)] = self.kept.pop(ref(line, name))
        self.lines[-1] = moved
        return moved


@dataclass
class Public:
    """What the files say, as values; `write` spells, hashes and signs them."""

    entries: dict[str, list[Form]]
    figures: list[Form]
    signed: list[Form]
    proofs: list[Form]
    opened: list[Form]
    certificates: Form
    proceeds: Form
    envelope: Form
    signer: str = SIGNER
    key: Ed25519PrivateKey = field(default_factory=lambda: key_of(SIGNER))

    def line(self, kind: str, number: int = 0) -> Form:
        return [one for one in self.figures if one["kind"] == kind][number]

    def proof(self, begin: str, number: int = 0) -> Form:
        return [one for one in self.proofs if one["statement"]["name"].startswith(begin)][number]

    def entry(self, form: Form) -> Form:
        return self.entries[form["log"]][form["index"]]

    def logged(self, form: Form) -> None:
        """The log names the line as it now is."""
        hashed = {name: form[name] for name in ("kind", "scope", "figures", "on")}
        self.entry(form)["figures"][form["at"]] = figures_hash(canonical(hashed))

    def twin(self) -> Public:
        key, self.key = self.key, None  # type: ignore[assignment]
        found = copy.deepcopy(self)
        found.key = self.key = key
        return found

    def files(self) -> dict[str, bytes]:
        """Every file but the manifest."""
        found, heads = {}, []
        for log, entries in self.entries.items():
            bodies = [canonical({"v": "entry/1", "log": log, **entry}) for entry in entries]
            tree = tree_of(bodies)
            heads.append({"log": log, "root": tree.root().hex(), "size": tree.size})
            found[f"logs/{log}/entries.jsonl"] = lines_of(bodies)
        root = log_root((head["log"], head["size"], head["root"]) for head in heads)
        rows = {"figures": self.figures, "signed": self.signed, "proofs": self.proofs}
        return {
            **found,
            "logs.json": told({"log_root": root, "logs": heads}),
            **{f"envelope/{name}.jsonl": lines_of(map(canonical, forms)) for name, forms in rows.items()},
            "opened.jsonl": lines_of(map(canonical, self.opened)),
            "envelope.json": told(self.envelope),
            "certificates.json": told(self.certificates),
            "proceeds.json": told(self.proceeds),
        }

    def write(self, folder: Path) -> Path:
        """The folder as its signer would sign it, whatever it says."""
        files = self.files()
        listed = [{"path": path, "sha256": digest(body), "size": len(body)} for path, body in sorted(files.items())]
        manifest: Form = {
            "as_of": AS_OF, "engine": "ecluse", "files": listed, "signer": self.signer, "v": "publication/1",
            "log_root": json.loads(files["logs.json"])["log_root"],
            "verifier_key": verifier_key(NOTE_NAME, self.key.public_key()),
        }  # fmt: skip
        signed = self.key.sign(message(digest(canonical(manifest)), money_lines.AS_OF)).hex()
        signature = {"key": "key", "on": AS_OF, "value_hex": signed}
        files["manifest.json"] = told({**manifest, "signature": signature})
        for path, body in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
        return folder


def lines_of(bodies: Any) -> bytes:
    return b"".join(body + b"\n" for body in bodies)


def told(form: Form) -> bytes:
    return json.dumps(form, indent=1, sort_keys=True, ensure_ascii=False).encode()


def honest() -> Public:
    """A year of surplus and of money that is true, with everything that shows it."""
    world, books = year(), Books(money_lines.honest(), totals=money_lines.TOTALS)
    assert world.prove() == []
    found = surplus_of(world)
    found.entries[BOOKS] = [_entry(line) for line in books.lines]
    found.opened.append(_opened(found.entries, money_lines.POLICY))
    found.figures = sorted([*found.figures, *map(form_of, books.lines)], key=_place)
    found.proceeds = _proceeds(books.totals)
    for one, known in filled(books.drafts(), CONTEXT, dict(books.kept)):
        chance = hashlib.sha256(one.name.encode()).digest()
        found.proofs.append(json.loads(proof_line(one, prove(one, known, chance))))
    return found


def surplus_of(world: World) -> Public:
    """What an office publishes of a world of surplus alone, with the proofs that it has."""
    entries = copy.deepcopy(world.entries)
    opened = [_opened(entries, at.policy) for at in world.policies]
    return Public(
        entries, world.published(), copy.deepcopy(world.signed), [json.loads(one) for one in world.proofs], opened,
        _certificates(world), _proceeds({}), {"context": CONTEXT, "development_shares": {}, "proofs": True},
    )  # fmt: skip


def money_of(world: money_lines.World, shown: money_lines.Published) -> Public:
    """What an office publishes of a world of money alone: statements in the order in which they must be shown."""
    signer = money_lines.CONTEXT.removeprefix("ecluse/envelope/1 ")
    size = max(line.index for line in world.lines) + 1
    entries: dict[str, list[Form]] = {
        HOME: [{"kind": "proceeds", "sd": [], "seq": index, "figures": []} for index in range(size)]
    }
    for line in world.lines:
        entries[HOME][line.index]["figures"] = [line.hash()]
    opened = [_opened(entries, policy) for policy in world.policies]
    try:
        order = [draft.name for draft in money_drafts(world.year()).drafts]
    except EvidenceError:  # lines of which no year can be made: whatever is shown, is shown as it comes
        order = []
    names = [*(name for name in order if name in shown), *(name for name in shown if name not in order)]
    return Public(
        entries, sorted(map(form_of, world.lines), key=_place), [],
        [json.loads(proof_line(*shown[name])) for name in names], opened, {"certificates": [], "licences": []},
        _proceeds(world.totals),
        {"context": money_lines.CONTEXT, "development_shares": dict(world.shares), "proofs": True}, signer=signer,
    )  # fmt: skip


def open_records(public: Public, world: World, change: Any = lambda line, record, salt: (record, salt)) -> int:
    """Every record of surplus that this world filed is opened where its line stands; how many? `change` may cheat."""
    for line in world.lines:
        if line.place() in world.records:
            record, salt = change(line, world.records[line.place()], world.salts[line.place()])
            body = seal(record).body
            commitment = salted(salt, body).hex()
            public.entries[line.log][line.index]["sd"].append(commitment)
            public.opened.append({
                "kind": "surplus", "log": line.log, "index": line.index, "commitment": commitment, "salt": salt.hex(),
                "body": body.decode(),
            })  # fmt: skip
    return len(world.records)


def _place(form: Form) -> tuple[str, int, int]:
    return form["log"], form["index"], form["at"]


def _entry(line: Line) -> Form:
    return {"kind": "proceeds", "sd": [], "seq": line.index, "figures": [line.hash()]}


def _opened(entries: dict[str, list[Form]], record: Any) -> Form:
    salt, body = hashlib.sha256(record.id.encode()).digest(), seal(record).body
    commitment = salted(salt, body).hex()
    entries[HOME][0]["sd"].append(commitment)
    return {"kind": "policies", "log": HOME, "index": 0, "commitment": commitment, "salt": salt.hex(),
            "body": body.decode()}  # fmt: skip


def _certificates(world: World) -> Form:
    def places(kind: str) -> list[Form]:
        return [{"log": line.log, "index": line.index} for line in world.lines if line.kind == kind]

    return {
        "certificates": places("certificate"),
        "licences": [{**place, "certificate": {}} for place in places("licence")],
    }


def _proceeds(totals: Any) -> Form:
    rows = []
    for currency, one in totals.items():
        terms = {**one, "within_term": one["owed"] - one["overdue"]}
        rows.append({"currency": currency, **{f"{name}_minor": amount for name, amount in terms.items()}})
    return {"currencies": rows}
