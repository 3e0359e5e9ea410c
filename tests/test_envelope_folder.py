"""Do two verifiers, ours and one written from the documents alone, say the same of every folder that cheats?"""

from __future__ import annotations

import base64
import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from carried import office_on, proven_year_in, sqlite_url
from conftest import missing
from envelope_public import BOOKS, Public, honest, money_of, open_records, surplus_of
from envelope_world import HOME, KEY, MAKERS, World, year
from nacl.bindings import crypto_core_ed25519_add
from test_envelope_money_cheats import CHEATS, believed, honest_world
from test_envelope_year import FIGURES, FOLDER, STRUCTURE

from ecluse.base.canon import canonical, digest
from ecluse.base.figures import figures_hash, label
from ecluse.base.statement import Statement, spelled
from ecluse.edge import public_audit_proofs
from ecluse.edge.public_audit_envelope import check_envelope
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_logs import read_logs
from ecluse.edge.public_audit_openings import read_opened
from ecluse.edge.public_audit_points import Status

ROOT = Path(__file__).resolve().parent.parent
VERIFIER = ROOT / "tests" / "foreign" / "envelope_folder.mjs"
Change = Callable[[Public], object]
# Of the cheats that must be proven or searched anew every fifth goes through both verifiers here; ours meets all of
# them in tests/test_envelope_year.py and tests/test_envelope_money_cheats.py.
SOME = 5


@cache
def whole() -> Public:
    return honest()


@cache
def proven() -> World:
    world = year()
    assert world.prove() == []
    return world


# ------------------------------------------------------------------ folders that were changed after they were proven


def swap(one: dict[str, Any], other: dict[str, Any], key: str) -> None:
    one[key], other[key] = other[key], one[key]


def point(public: Public, kind: str, raw: str) -> None:
    form = public.line(kind)
    form["figures"][0][1] = raw
    public.logged(form)


def remarked(public: Public, kind: str, **marks: str) -> None:
    """The log is written anew, too: a cheat that holds both."""
    form = public.line(kind)
    form["scope"].update(marks)
    public.logged(form)


def taken_out(public: Public, kind: str) -> None:
    form = public.line(kind)
    hashes = public.entry(form)["figures"]
    del hashes[form["at"]]
    public.figures.remove(form)
    for other in public.figures:
        if (other["log"], other["index"]) == (form["log"], form["index"]) and other["at"] > form["at"]:
            other["at"] -= 1


def doubled(public: Public) -> None:
    """A payment is filed again, in an entry of its own."""
    form = copy.deepcopy(public.line("contribution", 2))
    form["index"] = len(public.entries[BOOKS])
    hashed = {name: form[name] for name in ("kind", "scope", "figures", "on")}
    entry = {"kind": "proceeds", "sd": [], "seq": form["index"], "figures": [figures_hash(canonical(hashed))]}
    public.entries[BOOKS].append(entry)
    public.figures.insert(sum(one["log"] == BOOKS for one in public.figures), form)


def signed_again(public: Public, **change: Any) -> None:
    public.signed[0].update(change)


def statement(public: Public, begin: str, **change: Any) -> None:
    public.proof(begin)["statement"].update(change)


def commitment(public: Public, begin: str, name: str, raw: str) -> None:
    for row in public.proof(begin)["statement"]["commitments"]:
        if row[0] == name:
            row[1] = raw


def claim(public: Public, begin: str, edit: Callable[[dict[str, Any]], object]) -> None:
    edit(public.proof(begin)["statement"])


def total(public: Public, **change: int) -> None:
    row = public.proceeds["currencies"][0]
    for name, more in change.items():
        row[f"{name}_minor"] += more


def reopened(public: Public, version: str, **terms: Any) -> None:
    """A policy is opened with other terms than were sealed."""
    for form in public.opened:
        body = json.loads(form["body"])
        if body["v"] == version:
            form["body"] = canonical({**body, **terms}).decode()


def mixed(raw: str) -> str:
    """The same point with a part of order 8: outside the subgroup, and of no small order itself."""
    return crypto_core_ed25519_add(bytes.fromhex(raw), bytes.fromhex(SMALL_ORDER)).hex()


SMALL_ORDER = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
EDITS: dict[str, Change] = {
    "a point of order 8": lambda public: point(public, "order", SMALL_ORDER),
    "a point with a part of order 8": lambda public: point(
        public, "order", mixed(public.line("order")["figures"][0][1])),
    "two points with parts that cancel": lambda public: [
        point(public, kind, mixed(public.line(kind)["figures"][0][1])) for kind in ("order", "stock")],
    "a new figure with a part of order 8": lambda public: commitment(
        public, "contribution", "due", mixed(public.line("order")["figures"][0][1])),
    "the neutral element": lambda public: point(public, "order", "01" + "00" * 31),
    "a point not spelled canonically": lambda public: point(public, "order", "ee" + "ff" * 30 + "7f"),
    "a point off the curve": lambda public: point(public, "stock", "02" + "00" * 31),
    "capital letters": lambda public: point(public, "order", public.line("order")["figures"][0][1].upper()),
    "another record's point": lambda public: point(public, "order", public.line("stock")["figures"][0][1]),
    "a payment's point in another's place": lambda public: point(
        public, "contribution", public.line("contribution", 1)["figures"][0][1]),
    "a maker put in another's place": lambda public: remarked(public, "capacity", owner=label(KEY, MAKERS["b"])),
    "an order moved to another class": lambda public: remarked(public, "order", **{"class": "00" * 8}),
    "an order moved to another model": lambda public: remarked(public, "order", model="00" * 8),
    "an order of the state given to a partner": lambda public: remarked(public, "order", funder="partner"),
    "a certificate under another rule": lambda public: remarked(public, "certificate", rule="SR-0b"),
    "a certificate that begins later": lambda public: remarked(public, "certificate", first="2026-03"),
    "a reservation made longer than was logged": lambda public: public.line("draw")["scope"].update(
        expires_on="2027-01-01"),
    "a draw on another certificate": lambda public: remarked(
        public, "draw", certificate=public.line("certificate", 1)["scope"]["certificate"]),
    "a licence for another tranche": lambda public: remarked(public, "licence", tranche="00" * 8),
    "a payment in another currency": lambda public: remarked(public, "contribution", currency="UAH"),
    "a currency that nobody knows": lambda public: remarked(public, "contribution", currency="QQQ"),
    "a purchase that skips an allocation": lambda public: remarked(public, "purchase", **{"allocation 9": "00" * 8}),
    "a line left out, its hash in the log": lambda public: public.figures.remove(public.line("order")),
    "an order taken out, the log written anew": lambda public: taken_out(public, "order"),
    "a receipt taken out, the log written anew": lambda public: taken_out(public, "receipt"),
    "a contract taken out": lambda public: taken_out(public, "sale"),
    "a title taken out": lambda public: taken_out(public, "title"),
    "a payment filed twice": doubled,
    "lines in another order": lambda public: public.figures.reverse(),
    "an entry that names no figures": lambda public: public.entry(public.line("order")).pop("figures"),
    "a hash more in an entry": lambda public: public.entry(public.line("order"))["figures"].append("00" * 32),
    "a signature that does not hold": lambda public: signed_again(public, value_hex="00" * 64),
    "a signature under another name": lambda public: signed_again(public, owner="00" * 8),
    "a signature on another day": lambda public: signed_again(public, on="2026-01-06"),
    "a signature whose record opens nothing": lambda public: signed_again(public, salt="00" * 32),
    "a signature left out": lambda public: public.signed.pop(0),
    "a key that signs for two": lambda public: swap(public.signed[0], public.signed[1], "owner"),
    "a certificate that is not listed": lambda public: public.certificates["certificates"].pop(),
    "a certificate listed without its line": lambda public: public.certificates["certificates"].append(
        {"log": HOME, "index": 0}),
    "a proof left out": lambda public: public.proofs.remove(public.proof("draw")),
    "no proofs at all": lambda public: public.proofs.clear(),
    "proofs in another order": lambda public: public.proofs.insert(0, public.proofs.pop(5)),
    "a proof twice": lambda public: public.proofs.append(public.proofs[0]),
    "a statement that nobody asked for": lambda public: statement(public, "fund", name="all is well"),
    "another line's proof": lambda public: swap(public.proof("draw"), public.proof("draw", 2), "proof"),
    "another title's proof": lambda public: swap(
        public.proof("contribution"), public.proof("contribution", 1), "proof"),
    "a proof cut": lambda public: public.proof("certificate").update(proof="AgAA"),
    "a proof that is no base64": lambda public: public.proof("certificate").update(proof="?"),
    "another period": lambda public: statement(public, "certificate", context="another"),
    "another log": lambda public: statement(public, "certificate", log="home/2025"),
    "another index": lambda public: statement(public, "certificate", index=99),
    "a claim left out": lambda public: claim(public, "certificate", lambda one: one["in_range"].pop()),
    "a look-ahead month left out": lambda public: claim(
        public, "certificate", lambda one: one["commitments"].pop()),
    "a range made wider": lambda public: claim(
        public, "certificate", lambda one: one["in_range"][0].update(bits=48)),
    "a coefficient changed": lambda public: claim(
        public, "contribution", lambda one: one["in_range"][-1]["terms"][0].__setitem__(1, 2)),
    "a new figure that is another's": lambda public: commitment(
        public, "contribution", "due", public.proof("contribution", 1)["statement"]["commitments"][0][1]),
    "a new figure of small order": lambda public: commitment(public, "contribution", "due", SMALL_ORDER),
    "a total higher by one": lambda public: total(public, paid=1),
    "what is overdue told as within its term": lambda public: total(public, overdue=-1, within_term=1),
    "less told as invoiced": lambda public: total(public, invoiced=-1),
    "a currency left out of the totals": lambda public: public.proceeds["currencies"].clear(),
    "a surplus policy opened otherwise": lambda public: reopened(public, "surplus_policy/1", rule="SR-5"),
    "a contribution policy opened otherwise": lambda public: reopened(
        public, "contribution_policy/1", ad_valorem_bp=1),
    "no contribution policy": lambda public: public.opened.pop(),
    "another context": lambda public: public.envelope.update(context="ecluse/envelope/1 authority:other"),
}  # fmt: skip


# ------------------------------------------------------------------ who says what


HELD: set[str] = set()


@pytest.fixture(autouse=True)
def _each_proof_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred folders share most of their proofs: a pair that held is not multiplied out again."""
    judge = public_audit_proofs.verify_all

    def once(pairs: Sequence[tuple[Statement, bytes]]) -> None:
        fresh = {digest(spelled(one) + proof): (one, proof) for one, proof in pairs}
        judge([pair for name, pair in fresh.items() if name not in HELD])
        HELD.update(fresh)

    monkeypatch.setattr(public_audit_proofs, "verify_all", once)


def audited(folder: Path) -> list[tuple[str, str]]:
    """What does our audit call broken, by key and place?"""
    read = Folder(folder)
    logs, _ = read_logs(read)
    opened, opening = read_opened(read, logs)
    found = [*opening, *check_envelope(read, logs, opened)]
    return [(one.key, f"{one.where} {dict(one.facts).get('name', '')}") for one in found if one.status is Status.BROKEN]


def other_answers(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """What does the other verifier say of each folder?"""
    node = shutil.which("node")
    if node is None:
        missing("node", "no Node is installed; run: make system-deps")
    done = subprocess.run([node, VERIFIER, *folders], capture_output=True, text=True, timeout=300, check=False)
    assert not done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def written(folder: Path, cases: dict[str, Public]) -> list[Path]:
    return [public.write(folder / str(number)) for number, public in enumerate(cases.values())]


def both(folder: Path, cases: dict[str, Public]) -> dict[str, tuple[list[tuple[str, str]], dict[str, Any]]]:
    paths = written(folder, cases)
    answers = other_answers(paths)
    return {name: (audited(path), answer) for name, path, answer in zip(cases, paths, answers, strict=True)}


@pytest.mark.slow
def test_a_folder_changed_in_any_of_these_ways_is_refused_by_both_and_its_twin_believed(tmp_path: Path) -> None:
    cases = {"the honest twin": whole()}
    for name, change in EDITS.items():
        cases[name] = whole().twin()
        change(cases[name])
    said = both(tmp_path, cases)
    ours, theirs = said.pop("the honest twin")
    assert (ours, theirs["holds"], theirs["faults"]) == ([], True, [])
    assert theirs["counts"]["statements"] == len(whole().proofs)
    assert [name for name, (ours, _) in said.items() if not ours] == []
    assert [name for name, (_, theirs) in said.items() if theirs["holds"]] == []
    assert all(one["place"] and one["why"] for _, theirs in said.values() for one in theirs["faults"])


def changed_by(chance: random.Random, public: Public) -> None:
    """One thing anywhere, and most times the log is written anew to fit."""
    form = chance.choice(public.figures)
    kind = chance.choice(("point", "mark", "day", "gone", "bit", "claim", "total"))
    if kind == "point":
        chance.choice(form["figures"])[1] = chance.choice(chance.choice(public.figures)["figures"])[1]
    elif kind == "mark":
        mark = chance.choice(sorted(form["scope"]))
        form["scope"][mark] = chance.choice([one["scope"][mark] for one in public.figures if mark in one["scope"]])
    elif kind == "day":
        form["on"] = chance.choice(public.figures)["on"]
    elif kind == "gone":
        public.figures.remove(form)
        return
    elif kind == "bit":
        proof = chance.choice(public.proofs)
        raw = bytearray(base64.b64decode(proof["proof"]))
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        proof["proof"] = base64.b64encode(raw).decode()
    elif kind == "claim":
        one = chance.choice(public.proofs)["statement"]
        chance.choice(one["commitments"])[1] = chance.choice(one["commitments"])[1]
    else:
        total(public, **{chance.choice(("paid", "received", "due", "spent", "overdue", "invoiced")): 1})
    if chance.random() < 0.8:
        public.logged(form)


@pytest.mark.slow
def test_of_any_single_change_both_say_the_same(tmp_path: Path) -> None:
    chance, cases = random.Random(11), {}
    for number in range(40):
        cases[str(number)] = whole().twin()
        changed_by(chance, cases[str(number)])
    said = both(tmp_path, cases)
    assert [name for name, (ours, theirs) in said.items() if theirs["holds"] is bool(ours)] == []
    assert sum(bool(ours) for ours, _ in said.values()) > 25


def other_figure(record: Any) -> Any:
    """The same record of one unit more."""
    monthly = next((name for name in ("capacity", "due", "needed") if hasattr(record, name)), None)
    if monthly is None:
        name = "units_certified" if hasattr(record, "units_certified") else "units"
        return replace(record, **{name: getattr(record, name) + 1})
    last = getattr(record, monthly)[-1]
    return replace(record, **{monthly: (*getattr(record, monthly)[:-1], replace(last, units=last.units + 1))})


@pytest.mark.slow
def test_on_the_day_of_opening_both_hold_each_figure_against_its_point(tmp_path: Path) -> None:
    """Record and salt open the commitment of the entry in every case: only the points say what was meant all along."""
    world = proven()
    kinds = sorted({line.kind for line in world.lines if line.place() in world.records})
    assert {"capacity", "certificate", "draw", "order", "reserve", "stock"} <= set(kinds)
    cases, count = {"honest": whole().twin()}, 0
    count = open_records(cases["honest"], world)
    for kind in kinds:
        first = next(line for line in world.lines if line.kind == kind and line.place() in world.records)
        for name, change in {
            "another figure": lambda record, salt: (other_figure(record), salt),
            "another salt": lambda record, salt: (record, bytes(32)),
        }.items():
            case = cases[f"{kind}, {name}"] = whole().twin()
            open_records(case, world, lambda line, record, salt, first=first, change=change: (
                change(record, salt) if line.place() == first.place() else (record, salt)
            ))  # fmt: skip
    said = both(tmp_path, cases)
    ours, theirs = said.pop("honest")
    assert (ours, theirs["faults"], theirs["counts"]["opened"]) == ([], [], count)
    for name, (ours, theirs) in said.items():
        assert (name, [key for key, _ in ours]) == (name, ["envelope_opened_differs"])
        assert (name, len(theirs["faults"]), theirs["counts"]["opened"]) == (name, 1, count - 1)


@pytest.mark.slow
def test_false_figures_are_named_alike(tmp_path: Path) -> None:
    cases, names = {}, {}
    for case in FIGURES[::SOME]:
        _, cheat, name = case.values
        world = year(**cheat)
        world.forge(copy.deepcopy(proven()))
        cases[case.id], names[case.id] = surplus_of(world), name
    for name, (ours, theirs) in both(tmp_path, cases).items():
        assert any(names[name] in place for key, place in ours if key == "envelope_false"), name
        assert names[name] in {one["place"] for one in theirs["faults"]}, name


@pytest.mark.slow
def test_lines_that_contradict_the_rules_are_named_at_the_same_places(tmp_path: Path) -> None:
    """Nothing is proven here: what is compared is which lines are refused, and how many statements are demanded."""
    cases = {}
    for case in STRUCTURE:
        twin, cheat, _ = case.values
        for name, what in ((f"{case.id}, twin", twin), (case.id, cheat)):
            cases[name] = surplus_of(year(**what))
    for name, (ours, theirs) in both(tmp_path, cases).items():
        not_shown = [one for one in ours if one[0] == "envelope_not_shown"]
        places = {place.split()[-1] for key, place in ours if (key, place) not in not_shown}
        told = {one["place"].split()[-1] for one in theirs["faults"] if "no proof" not in one["why"]}
        assert (name, told) == (name, places)
        assert (name, theirs["counts"]["statements"]) == (name, len(not_shown))
        assert bool(places) is not name.endswith(", twin") or name.startswith("no stock"), name


@pytest.mark.slow
def test_cheats_with_money_are_refused_by_both(tmp_path: Path) -> None:
    cases = {"the honest twin": money_of(honest_world(), believed())}
    for name, made in list(CHEATS.items())[::SOME]:
        world, shown, _ = made()
        cases[name] = money_of(world, shown)
    said = both(tmp_path, cases)
    ours, theirs = said.pop("the honest twin")
    assert (ours, theirs["faults"]) == ([], [])
    assert [name for name, (ours, _) in said.items() if not ours] == []
    assert [name for name, (_, theirs) in said.items() if theirs["holds"]] == []


def test_the_cheats_are_at_least_forty() -> None:
    assert len(EDITS) >= 40
    assert len(EDITS) + len(FIGURES) + len(STRUCTURE) + len(CHEATS) + len(FOLDER) >= 150


@pytest.mark.slow
def test_a_whole_carried_year_is_shown_to_both(tmp_path: Path) -> None:
    with office_on(sqlite_url(proven_year_in(tmp_path)[1])):
        from ecluse.office.publish.folder import publish
        from ecluse.office.publish.reading import Reading

        publish(tmp_path / "public")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Reading, "as_of", date(2029, 1, 2))
            publish(tmp_path / "later")
    (open_,) = other_answers([tmp_path / "later"])
    assert (open_["faults"], open_["counts"]["opened"] > 500) == ([], True)
    rows = (tmp_path / "public/envelope/proofs.jsonl").read_bytes().count(b"\n")
    said = run_as_told(tmp_path)
    assert "P1  checked" in said
    assert "P7  checked" in said
    assert "refused" in said.splitlines()
    (answer,) = [json.loads(line) for line in said.splitlines() if line.startswith('{"folder"')]
    assert answer["faults"] == []
    assert answer["counts"]["statements"] == rows > 300
    kinds = ("certificate", "licence", "draw", "contribution", "purchase", "totals")
    assert all(answer["counts"][kind] for kind in kinds)


def run_as_told(folder: Path) -> str:
    """What do the commands of the journalist's page print, run one after the other as they stand there?"""
    if shutil.which("node") is None:
        missing("node", "no Node is installed; run: make system-deps")
    page = (ROOT / "docs/envelope/journalist.md").read_text(encoding="utf-8")
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    (folder / "tests").symlink_to(ROOT / "tests")
    (folder / "var").mkdir()
    (folder / "var/public").symlink_to(folder / "public")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=folder, env={**os.environ, "PATH": path, "LANG": "C.UTF-8"},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
