"""Do signatures made away from the office come in whole, and is every false one refused in plain words?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from begun import AUTHOR, ON, PLANNER, accept, as_person, broken, copied, propose, table, template
from new_office import counts

from ecluse.edge.keys import OpenKey, make_key, open_key, slug
from ecluse.edge.seal_many import read_to_sign, signatures_bytes, signatures_of

pytestmark = [pytest.mark.db, pytest.mark.slow]
MAKER, OTHER, WORDS = "party:edrpou-12345678", "party:edrpou-23456789", "the signer's own words"
MODELS = {MAKER: 1, OTHER: 2}
# On the signer's machine nothing of the office is installed: the core is typer, rich, cryptography.
CORE_ONLY = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "ninja", "allauth", "numpy", "scipy", "rapidfuzz", "openpyxl"}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
from ecluse.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Makers and models are on record; the makers' keys lie elsewhere."""
    return template(tmp_path_factory.mktemp("signatures"), "makers", "models")


@pytest.fixture
def away(tmp_path: Path) -> dict[str, OpenKey]:
    """The makers' own machines, each with its key."""
    found = {}
    for owner in (MAKER, OTHER):
        make_key(tmp_path / "away", owner, WORDS)
        found[owner] = open_key(tmp_path / "away" / f"{slug(owner)}.pem", WORDS)
    return found


@pytest.fixture
def office(filled: Path, tmp_path: Path, away: dict[str, OpenKey]) -> Iterator[None]:
    """An office that has taken the makers' questionnaires in, unsigned, and knows their public keys."""
    with copied(filled, tmp_path):
        register(away)
        accept(propose("capacity", table("capacity")))
        yield


def register(away: dict[str, OpenKey], since: date = ON, until: str = "") -> None:
    rows = [f"{owner};{key.public_hex};{since};{until}" for owner, key in away.items()]
    body = "\n".join(["owner;public_key;valid_from;valid_until", *rows]) + "\n"
    accept(propose("keys", ("keys.csv", body.encode(), None)))


def to_sign(owner: str) -> bytes:
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.unsigned import file_for

    return file_for(open_session(), owner)[0]


def signed(owner: str, key: OpenKey, folder: Path, on: date = ON) -> bytes:
    """What the owner's machine answers to the file of what waits for it."""
    (folder / "to-sign.json").write_bytes(to_sign(owner))
    asked = read_to_sign(folder / "to-sign.json")
    assert asked.owner == owner
    return signatures_bytes([(record.digest, key.sign(value, on)) for value, record in asked.records])


def bring(body: bytes, person: str = PLANNER, on: date = ON) -> Any:
    from ecluse.office.actions.signatures import bring_signatures

    return bring_signatures(as_person(person), "signatures.json", body, actor=person, on=on)


def refused(body: bytes, on: date = ON) -> list[str]:
    """Why is each refused? And nothing of it is kept."""
    from ecluse.office.actions.signatures import SignaturesRefusedError
    from ecluse.office.models import SignatureRow

    before = counts(), SignatureRow.objects.count()
    with pytest.raises(SignaturesRefusedError) as error:
        bring(body, on=on)
    assert (counts(), SignatureRow.objects.count()) == before
    for lang in ("uk", "en", "fr"):
        assert all(fault.found and fault.remedy for fault in error.value.faults_in(lang))
    return [one.key for one in error.value.refused]


def waiting() -> dict[str, int]:
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.unsigned import unsigned

    found: dict[str, int] = {}
    for one in unsigned(open_session()):
        found[one.owner] = found.get(one.owner, 0) + 1
    return found


# ------------------------------------------------------------------ right


def test_the_whole_way_out_to_the_signer_and_back(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    from ecluse.base.sealed import seal
    from ecluse.base.signing import is_signed_by
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import open_session
    from ecluse.surplus.terms import CapacityAttestation

    assert waiting() == MODELS
    out = tmp_path / "to-sign.json"
    out.write_bytes(to_sign(OTHER))
    done = on_the_signers_machine(tmp_path, out, OTHER)
    assert done.returncode == 0, done.stderr
    # Everything that is signed was shown first.
    assert "model:gear-7" in done.stderr
    assert "model:drone-x" in done.stderr
    brought = bring(Path(f"{out}.signature.json").read_bytes())
    assert [one.waits.owner for one in brought] == [OTHER, OTHER]
    assert waiting() == {MAKER: 1}
    session = open_session()
    given = session.newest("model:gear-7", CapacityAttestation)
    assert given is not None
    assert is_signed_by(OTHER, given, session.signatures(seal(given).digest), session.keys([OTHER]))
    report = run_audit()
    assert report.is_kept(), report.text("en")
    assert report.to_json()["promises"]["P6"]["counts"]["signatures_brought"] == 2


def on_the_signers_machine(folder: Path, file: Path, owner: str) -> subprocess.CompletedProcess[str]:
    key = folder / "away" / f"{slug(owner)}.pem"
    return subprocess.run(
        [sys.executable, "-c", CORE_ONLY, "seal", str(file), "--key", str(key), "--on", str(ON)],
        capture_output=True, text=True, cwd=folder, timeout=120, check=False,
        env={"PATH": "", "LANG": "en_GB.UTF-8", "ECLUSE_KEYS_PASSPHRASE": WORDS, "HOME": str(folder)},
    )  # fmt: skip


def test_another_owners_file_is_not_signed(office: None, tmp_path: Path) -> None:
    out = tmp_path / "to-sign.json"
    out.write_bytes(to_sign(OTHER))
    done = on_the_signers_machine(tmp_path, out, MAKER)
    assert done.returncode == 2
    assert OTHER in done.stderr
    assert not Path(f"{out}.signature.json").exists()


def test_commands_take_the_file_out_and_the_signatures_in(
    office: None, away: dict[str, OpenKey], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.base.errors import BadInputError
    from ecluse.office.commands import signatures as command

    assert command.waiting("", True) == 1
    assert json.loads(capsys.readouterr().out) == {
        MAKER: {"capacity_attestation/1": 1}, OTHER: {"capacity_attestation/1": 2},
    }  # fmt: skip
    out = tmp_path / "out.json"
    assert command.export(MAKER, str(out), "") == 0
    with pytest.raises(BadInputError):
        command.export(MAKER, str(out), "")  # never over another
    asked = read_to_sign(out)
    file = tmp_path / "back.json"
    file.write_bytes(
        signatures_bytes([(record.digest, away[MAKER].sign(value, ON)) for value, record in asked.records])
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ecluse.office.desk.today.today", lambda: ON)
        assert command.bring(str(file), PLANNER, "", True) == 0
    assert json.loads(capsys.readouterr().out)[0]["owner"] == MAKER
    assert command.export(MAKER, str(tmp_path / "none.json"), "") == 1


def test_what_was_heard_before_a_signature_came_in_did_not_know_it(
    office: None, away: dict[str, OpenKey], tmp_path: Path
) -> None:
    from types import SimpleNamespace

    from ecluse.office.audit.p9_known import Known
    from ecluse.office.audit.reading import read
    from ecluse.surplus.terms import CapacityAttestation

    before = {row.rid for row in read().rows}
    bring(signed(MAKER, away[MAKER], tmp_path))
    reading = read()
    row = next(one for one in reading.of(CapacityAttestation) if one.subject == "model:ew-1")
    assert len(reading.signatures[row.digest]) == 1
    # As a hearing between the two would have known it: the record on file, its signature not yet there.
    later = [one for one in reading.rows if one.rid not in before]
    heard = max((one for one in reading.rows if one.rid in before), key=lambda one: one.index)
    assert min(one.index for one in later) > heard.index
    hearing: Any = SimpleNamespace(on=heard.on, tranche="order:none/0")
    assert Known(reading, heard, hearing, None, {}).signatures(row, []) == []
    last = max(later, key=lambda one: one.index)
    last.index += 1
    assert len(Known(reading, last, hearing, None, {}).signatures(row, [])) == 1


# ------------------------------------------------------------------ wrong


def test_the_key_of_another_is_refused(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    assert refused(signed(OTHER, away[MAKER], tmp_path)) == ["key_unknown", "key_unknown"]


def test_another_key_under_the_registered_name_is_refused(
    office: None, away: dict[str, OpenKey], tmp_path: Path
) -> None:
    forged = OpenKey(MAKER, away[MAKER].key, away[OTHER].private)
    assert refused(signed(MAKER, forged, tmp_path)) == ["false"]


def test_a_signature_of_another_record_is_refused(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    (first, made), (second, other) = signatures_of(signed(OTHER, away[OTHER], tmp_path), "s")
    assert refused(signatures_bytes([(first, other), (second, made)])) == ["false", "false"]
    assert refused(signatures_bytes([("0" * 64, made)])) == ["no_record"]


def test_a_record_that_needs_no_signature_takes_none(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    from ecluse.office.models import Record

    digest = Record.objects.get(rid=MAKER).digest
    made = signatures_of(signed(MAKER, away[MAKER], tmp_path), "s")[0][1]
    assert refused(signatures_bytes([(digest, made)])) == ["needs_none"]


@pytest.mark.parametrize(("last_day", "signed_on", "brought_on", "why"), [
    pytest.param(ON + timedelta(9), ON + timedelta(9), ON + timedelta(9), [], id="on the key's last day"),
    pytest.param(ON + timedelta(9), ON + timedelta(10), ON + timedelta(10), ["key_ended"], id="a day after it"),
    pytest.param(ON + timedelta(9), ON, ON + timedelta(10), ["key_ended"], id="dated back, brought in after it"),
    pytest.param(None, ON, ON, [], id="on the key's first day"),
    pytest.param(None, ON - timedelta(1), ON, ["key_too_young"], id="before the key was in force"),
    pytest.param(None, ON + timedelta(1), ON, ["not_yet"], id="a day that is still to come"),
])  # fmt: skip
def test_the_key_was_in_force(
    last_day: date | None, signed_on: date, brought_on: date, why: list[str], office: None, away: dict[str, OpenKey],
    tmp_path: Path,
) -> None:  # fmt: skip
    if last_day:
        register({MAKER: away[MAKER]}, until=str(last_day))
    body = signed(MAKER, away[MAKER], tmp_path, signed_on)
    if why:
        assert refused(body, brought_on) == why
    else:
        assert len(bring(body, on=brought_on)) == 1


def test_a_replay_is_refused(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    body = signed(MAKER, away[MAKER], tmp_path)
    bring(body)
    assert refused(body) == ["replayed"]


def test_one_false_signature_keeps_the_others_out(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    good, bad = signatures_of(signed(OTHER, away[OTHER], tmp_path), "s")
    broken_one = (bad[0], type(bad[1])(bad[1].key, bad[1].on, "0" * 128))
    assert refused(signatures_bytes([good, broken_one])) == ["false"]
    assert waiting() == MODELS


def test_no_changed_byte_brings_a_signature_in(office: None, away: dict[str, OpenKey], tmp_path: Path) -> None:
    from ecluse.base.errors import BadInputError

    body, before = signed(MAKER, away[MAKER], tmp_path), counts()
    for place in range(0, len(body) - 1, 7):
        changed = bytearray(body)
        changed[place] ^= 1
        with pytest.raises(BadInputError):
            bring(bytes(changed))
    assert counts() == before
    bring(body)


@pytest.mark.parametrize("body", [
    pytest.param(b"", id="empty"), pytest.param(b"{", id="cut off"), pytest.param(b"[]", id="a list"),
    pytest.param(b'{"v":"signatures/1","signatures":[]}', id="none in it"),
    pytest.param(b'{"v":"signatures/1","signatures":[1]}', id="a number"),
    pytest.param(b"[" * 100_000, id="deep"), pytest.param(b"\xff\xfe", id="no text"),
    pytest.param(b"x" * 2_000_001, id="too long"),
])  # fmt: skip
def test_what_is_no_file_of_signatures_is_bad_input(body: bytes, office: None) -> None:
    from ecluse.base.errors import BadInputError

    with pytest.raises(BadInputError):
        bring(body)


def test_a_changed_record_is_not_signed(office: None, tmp_path: Path) -> None:
    from ecluse.base.errors import BadInputError

    form = json.loads(to_sign(MAKER))
    form["records"][0] = form["records"][0].replace("{", "{ ", 1)
    (tmp_path / "changed.json").write_text(json.dumps(form), encoding="utf-8")
    with pytest.raises(BadInputError):
        read_to_sign(tmp_path / "changed.json")


def test_the_audit_names_a_signature_that_was_altered_after_it_came_in(
    office: None, away: dict[str, OpenKey], tmp_path: Path
) -> None:
    from django.db import connection

    from ecluse.office.audit.report import run_audit

    bring(signed(MAKER, away[MAKER], tmp_path))
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS sealed_signaturerow_delete")
        names = [row[0] for row in cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall()]
        for name in names:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(f"DELETE FROM office_signaturerow WHERE key='{away[MAKER].key}'")
    assert ("P6", "signature_brought_false") in broken(run_audit())


# ------------------------------------------------------------------ pages


@pytest.fixture
def pages(office: None) -> Iterator[Any]:
    from django.test import Client, override_settings

    from ecluse.office.models import Account

    def browser(person: str) -> Client:
        found = Client()
        found.force_login(Account.objects.get(officer=person).user)
        return found

    with (
        override_settings(ALLOWED_HOSTS=["testserver"], SECOND_FACTOR="advised"),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("ecluse.office.people.middleware.today", lambda: ON)
        yield browser


def sent(browser: Any, body: bytes, lang: str = "en") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return browser.post(f"/signatures/?lang={lang}", {"file": SimpleUploadedFile("back.json", body)})


def test_the_page_gives_the_file_and_takes_the_signatures(pages: Any, away: dict[str, OpenKey], tmp_path: Path) -> None:
    planner = pages(PLANNER)
    shown = planner.get("/signatures/?lang=en").content.decode()
    assert f"/signatures/{MAKER}/" in shown
    file = planner.get(f"/signatures/{MAKER}/")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.content == to_sign(MAKER)
    assert planner.get("/signatures/party:nobody/").status_code == 404
    answer = sent(planner, signed(MAKER, away[MAKER], tmp_path))
    assert answer["Location"] == "/signatures/?done=office.bring_signatures"
    assert f"/signatures/{MAKER}/" not in planner.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("lang", "said"), [
    pytest.param("uk", "не зареєстрований за", id="Ukrainian"), pytest.param("fr", "pas enregistrée", id="French"),
    pytest.param("en", "not registered to", id="English"),
])  # fmt: skip
def test_the_page_says_of_each_signature_why_it_is_refused(
    lang: str, said: str, pages: Any, away: dict[str, OpenKey], tmp_path: Path
) -> None:
    answer = sent(pages(AUTHOR), signed(OTHER, away[MAKER], tmp_path), lang)
    assert answer.status_code == 422
    assert answer.content.decode().count(said) == 2
    assert sent(pages(AUTHOR), b"nonsense", lang).status_code == 422
    assert waiting() == MODELS


def test_a_visitor_is_asked_to_sign_in(office: None) -> None:
    from django.test import Client, override_settings

    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for place in ("/signatures/", f"/signatures/{MAKER}/"):
            answer = Client().get(place)
            assert answer.status_code == 302
            assert "sign-in" in answer["Location"]


# ------------------------------------------------------------------ papers of two


class DeskOf:
    """A desk whose office holds no key of the second side."""

    def __init__(self) -> None:
        from ecluse.office.desk.today import open_session

        self.session = open_session()

    def sign(self, owner: str, record: Any) -> Any:
        raise AssertionError(f"no key of {owner} is held here")


def test_a_paper_of_two_takes_the_second_signature_from_away(
    office: None, away: dict[str, OpenKey], tmp_path: Path
) -> None:
    from ecluse.base.sealed import seal
    from ecluse.base.signing import is_signed_by
    from ecluse.office.actions.deed import Deed
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.papers import signed_by_both, waiting
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import SignatureRow
    from ecluse.office.registers_people import PaperOffered
    from ecluse.parties.terms import Ownership

    handed = Ownership("ownership:x", MAKER, OTHER, 1, 2, False, ON, None, "synthetic")
    text, first = seal(handed).body.decode(), away[MAKER].sign(handed, ON)
    paper = PaperOffered("paper:case:x/1", "custody.offer", (text,), (first,), MAKER, OTHER, ON)
    with Deed(open_session(), "office.register", actor="clock:office", on=ON, subject="case:x") as deed:
        deed.seal(paper, "case:x")
    assert waiting_of(OTHER) == MODELS[OTHER] + 1
    desk: Any = DeskOf()
    with pytest.raises(AssertionError, match="no key"):
        signed_by_both(desk, paper, OTHER)
    body, rows = signed(OTHER, away[OTHER], tmp_path), SignatureRow.objects.count()
    bring(body)
    assert SignatureRow.objects.count() == rows + MODELS[OTHER]  # the paper's waits until it becomes a deed
    assert waiting_of(OTHER) == 0
    assert set(refused(body)) == {"replayed"}
    desk = DeskOf()
    assert waiting(desk, "custody.offer", "case:x") == paper
    ((record, both),) = signed_by_both(desk, paper, OTHER)
    for owner in (MAKER, OTHER):
        assert is_signed_by(owner, record, both, desk.session.keys([owner]))
    report = run_audit()
    assert not broken(report), report.text("en")


def waiting_of(owner: str) -> int:
    return waiting().get(owner, 0)


@pytest.mark.parametrize(("body", "role", "is_let"), [
    pytest.param(OTHER, "party", True, id="its own"), pytest.param(MAKER, "party", False, id="another's"),
    pytest.param("authority:mod", "planner", True, id="an officer of the office"),
])  # fmt: skip
def test_whoever_speaks_for_a_body_carries_that_bodys_signatures_alone(
    body: str, role: str, is_let: bool, office: None, away: dict[str, OpenKey], tmp_path: Path
) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.signatures import bring_signatures
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    person = PLANNER
    if role == "party":
        person = "officer:speaker-1"
        rows = f"officer;authority;role;name;valid_from\n{person};{body};party;Speaker;{ON}\n"
        accept(propose("officers", ("officers.csv", rows.encode(), None)))
    mandate = next(one for one in mandates_of(open_session(), person, ON) if one.role == role)
    file = signed(OTHER, away[OTHER], tmp_path)
    if is_let:
        assert len(bring_signatures(open_session(mandate), "s.json", file, actor=person, on=ON)) == MODELS[OTHER]
        return
    with pytest.raises(ForbiddenError):
        bring_signatures(open_session(mandate), "s.json", file, actor=person, on=ON)
    assert waiting() == MODELS
