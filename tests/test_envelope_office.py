"""Does the office commit to every figure as its record states it, have owners sign them, and prove what follows?"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, proven_year_in, python, set_up, sqlite_url, year_in

from ecluse.base.canon import canonical, parse
from ecluse.base.commitments import commit
from ecluse.base.errors import BadInputError, ConflictError, EvidenceError
from ecluse.base.figures import figures_hash, opening_of, openings
from ecluse.base.group import decode
from ecluse.base.sealed import seal, unseal

set_up()

ON = date(2026, 3, 2)
MAKER = "party:maker-of-kites"
PROOF_TABLE = "office_envelopeproof"
pytestmark = [pytest.mark.db, pytest.mark.slow]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world's year, carried once."""
    return year_in(tmp_path_factory.mktemp("envelope"))[1]


@pytest.fixture
def office(year: Path) -> Iterator[None]:
    """That office, for those who only read."""
    with office_on(sqlite_url(year)):
        yield


@pytest.fixture
def spoilt(year: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, for those who write."""
    with office_on(copy_sqlite(year, tmp_path / "spoilt.sqlite3")):
        yield tmp_path / "spoilt.sqlite3"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[None]:
    """An office without a record."""
    with office_on(sqlite_url(tmp_path / "empty.sqlite3")):
        yield


def session() -> Any:
    from ecluse.base.source import SeededSource
    from ecluse.edge.law import newest_law
    from ecluse.office.session import Session

    return Session(SeededSource("envelope", datetime(2026, 3, 2, tzinfo=UTC)), newest_law())


def filed(opened: Any, *values: Any, subject: str = "class:kite", sign_as: str = "") -> None:
    from ecluse.office.actions.deed import Deed

    with Deed(opened, "office.register", actor="clock:office", on=ON, subject=subject) as deed:
        for value in values:
            deed.seal(value, signatures=[signed(sign_as, value, ON)] if sign_as else ())


def signed(owner: str, record: Any, on: date) -> Any:
    from ecluse.base.signing import sign

    return sign(record, f"key:{owner}/1", session().source.private_key(owner), on)


def key_of(owner: str) -> Any:
    from ecluse.base.signing import Key

    public = session().source.private_key(owner).public_key().public_bytes_raw().hex()
    return Key(f"key:{owner}/1", owner, public, ON, None)


def attestation(number: int, units: int = 30, maker: str = MAKER) -> Any:
    from ecluse.base.days import Month
    from ecluse.surplus.terms import CapacityAttestation, MonthUnits

    may = (MonthUnits(Month(2026, 5), units),)
    return CapacityAttestation(f"attestation:{number}", maker, "model:kite", "kite", may, may, ON, date(2026, 12, 31))


def draw(units: int) -> Any:
    from ecluse.surplus.terms import Draw, DrawState

    return Draw("draw:1", "certificate:1", "order:1/0", units, DrawState.RESERVED, ON, date(2026, 5, 31))


# ------------------------------------------------------------------ what the log commits to


def lines_by_kind() -> dict[str, list[Any]]:
    from ecluse.office.models import FiguresLine

    found: dict[str, list[Any]] = {}
    for line in FiguresLine.objects.order_by("log", "index", "at"):
        found.setdefault(parse(bytes(line.body))["kind"], []).append(line)
    return found


@pytest.mark.usefixtures("office")
def test_whoever_opens_a_record_opens_its_points_and_they_stand_in_the_log() -> None:
    from ecluse.edge.carried_figures import figures_of
    from ecluse.office.models import LogEntry, Record, Salt

    kinds = lines_by_kind()
    assert set(kinds) == {
        "capacity", "order", "need", "absorption", "judged", "stock", "reserve", "home", "certificate", "draw",
        "licence", "sale", "title", "receipt", "contribution", "allocation", "purchase",
    }  # fmt: skip
    for line in (lines[-1] for lines in kinds.values()):
        entry, record = LogEntry.objects.get(log=line.log, index=line.index), Record.objects.get(digest=line.record)
        assert json.loads(bytes(entry.body))["figures"][line.at] == line.hash == figures_hash(bytes(line.body))
        figures, salt = figures_of(unseal(bytes(record.body))), Salt.objects.get(digest=line.record).salt_hex
        assert figures is not None
        opens, form = openings(figures, bytes.fromhex(salt)), parse(bytes(line.body))
        assert [name for name, _ in form["figures"]] == [name for name, _ in figures.values] == list(opens)
        for name, point in form["figures"]:
            assert commit(opens[name]) == decode(bytes.fromhex(point)), name


@pytest.mark.usefixtures("office")
def test_a_point_that_was_changed_is_not_the_one_in_the_log() -> None:
    line = lines_by_kind()["certificate"][0]
    form = parse(bytes(line.body))
    other = parse(bytes(lines_by_kind()["certificate"][1].body))["figures"]
    assert figures_hash(canonical({**form, "figures": other})) != line.hash
    assert figures_hash(canonical(form)) == line.hash


@pytest.mark.usefixtures("office")
def test_nothing_of_a_line_names_anybody() -> None:
    from ecluse.office.models import Record

    told = " ".join(bytes(line.body).decode() for lines in lines_by_kind().values() for line in lines)
    subjects = set(Record.objects.values_list("subject", flat=True))
    assert [name for name in subjects if len(name) > 6 and name in told] == []


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("units", [-1, 2**48])
def test_a_figure_that_cannot_be_committed_to_is_refused_by_name(units: int) -> None:
    from ecluse.office.models import Record

    with pytest.raises(BadInputError, match=rf"draw:1, draw units: expected a whole number .* found {units}"):
        filed(session(), draw(units))
    assert not Record.objects.exists()
    filed(session(), draw(2**48 - 1))
    assert Record.objects.count() == 1


@pytest.mark.usefixtures("empty")
def test_a_record_sealed_twice_carries_its_figures_once() -> None:
    from ecluse.office.models import FiguresLine

    with pytest.raises(ConflictError):
        filed(session(), draw(5), draw(5))
    filed(session(), draw(5))
    with pytest.raises(ConflictError):
        filed(session(), draw(5), subject="certificate:2")
    assert FiguresLine.objects.count() == 1


@pytest.mark.usefixtures("empty")
def test_an_entry_without_figures_says_nothing_of_them() -> None:
    from ecluse.office.models import LogEntry
    from ecluse.surplus.terms import Withdrawal

    filed(session(), Withdrawal("withdrawal:1", "certificate:a", "authority:mod", ON, "urgent need"))
    assert "figures" not in json.loads(bytes(LogEntry.objects.get().body))


def test_two_figures_of_a_record_hide_behind_blindings_of_their_own() -> None:
    salt = bytes(range(32))
    assert opening_of(salt, "made 2026-01", 7) == opening_of(salt, "made 2026-01", 7)
    assert opening_of(salt, "made 2026-01", 7).blinding != opening_of(salt, "made 2026-02", 7).blinding


# ------------------------------------------------------------------ what owners sign


@pytest.mark.usefixtures("empty")
def test_an_owner_signs_its_own_figures_once_and_no_one_elses() -> None:
    from ecluse.office.actions.envelope import figures_to_sign, sign_figures
    from ecluse.office.models import FiguresLine
    from ecluse.parties.terms import Party, PartyKind

    filed(session(), Party(MAKER, PartyKind("firm"), "Kites", (), "UA", (), ON), subject=MAKER)
    filed(session(), key_of(MAKER), subject=f"key:{MAKER}")
    filed(session(), attestation(1), sign_as=MAKER)
    filed(session(), attestation(2))  # stated in the maker's name, signed by nobody
    filed(session(), attestation(3, maker="party:another"), sign_as=MAKER)
    own = FiguresLine.objects.get(record=seal(attestation(1)).digest).hash
    assert figures_to_sign(session(), MAKER) == [own]
    (made,) = sign_figures(session(), MAKER, actor=MAKER, on=ON, sign=signed)
    assert made.figures == (own,)
    assert MAKER.removeprefix("party:") not in seal(made).body.decode()
    assert figures_to_sign(session(), MAKER) == []
    assert sign_figures(session(), MAKER, actor=MAKER, on=ON, sign=signed) == []


@pytest.mark.usefixtures("spoilt")
def test_whoever_signs_sees_every_number_before_and_nobody_elses() -> None:
    from api_calls import account_of
    from desk_life import desk_of, officer
    from django.test import Client

    from ecluse.base.words import say, spell
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.refs import on_file
    from ecluse.office.models import ReadEntry
    from ecluse.surplus.terms import StatedNeed

    def shown(mandate: Any, lang: str = "en") -> str:
        client = Client(SERVER_NAME="localhost")
        client.force_login(account_of(mandate).user, backend="ecluse.office.people.backend.OfficeBackend")
        return str(client.get(f"/do/surplus.sign_figures/office/?lang={lang}").content.decode())

    staff, planner = officer("authority:general-staff", "planner"), officer("authority:mod", "planner")
    assert say("desk.not_its_turn", "en") in shown(staff)
    desk, first = desk_of(staff), on_file(StatedNeed)[0]
    points = tuple(replace(one, units=7_001 + number) for number, one in enumerate(first.needed))
    need = replace(first, id="need:stated-anew", needed=points, stated_on=desk.on)
    more = [replace(need, id=f"need:more-{number:02d}") for number in range(60)]
    with Deed(desk.session, "office.register", actor="clock:office", on=desk.on, subject="class:stated") as deed:
        for one in (need, *more):
            deed.seal(one, signatures=[desk.sign("authority:general-staff", one)])
    for lang in ("uk", "en", "fr"):
        text = shown(staff, lang)
        assert all(spell(one.units, lang) in text for one in points), lang
        assert all(one.id in text for one in (need, *more))
        assert say("desks.sign.waiting", lang) in text
    assert ReadEntry.objects.filter(person=staff.person, subject="figures:authority:general-staff").exists()
    assert need.id not in shown(planner)


@pytest.mark.usefixtures("office")
def test_in_the_carried_year_every_figure_is_signed_before_a_certificate_rests_on_it() -> None:
    from ecluse.base.figures import FiguresSigned
    from ecluse.base.sealed import VERSIONS
    from ecluse.office.models import Record

    kinds = lines_by_kind()
    first = min((line.log, line.index) for line in kinds["certificate"])
    rows = Record.objects.filter(v=VERSIONS[FiguresSigned]).values_list("body", "log", "index")
    at = {one: (log, index) for body, log, index in rows for one in unseal(bytes(body)).figures}
    owned = [line for lines in kinds.values() for line in lines if line.owner]
    assert len(owned) > 400
    assert all(at[line.hash] < first for line in owned if (line.log, line.index) < first)
    assert all(line.hash in at for line in owned)


# ------------------------------------------------------------------ what the audit says of it


def findings() -> dict[str, set[str]]:
    from ecluse.office.audit import p6_figures, p6_log, p6_records
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally

    reading = read()
    tally = Tally("P6", reading.tainted)
    for check in (p6_log.tags_are_known, p6_records.commitments_are_answered, p6_figures.figures_are_those_of_records):
        check(reading, tally)
    found: dict[str, set[str]] = {}
    for finding in tally.findings:
        found.setdefault(finding.key, set()).add(finding.subject)
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("spoilt")
def test_points_that_say_one_unit_more_than_their_record_are_named_and_honest_ones_are_not() -> None:
    from ecluse.office.cheats.envelope import stated_anew
    from ecluse.office.cheats.hands import Insider

    honest, false = stated_anew(Insider(), units_hidden=0), stated_anew(Insider(), units_hidden=1)
    assert honest.units == false.units
    assert findings() == {"figures_differ": {false.id}}


@pytest.mark.slow
def test_a_kept_line_that_was_exchanged_or_lost_is_named_and_not_published_until_it_is_made_anew(
    spoilt: Path, tmp_path: Path
) -> None:
    from ecluse.office.actions.envelope_lines import restore_lines
    from ecluse.office.models import FiguresLine, Record
    from ecluse.office.publish.folder import publish

    first, second, third = lines_by_kind()["certificate"][:3]
    names = {Record.objects.get(digest=line.record).rid for line in (first, third)}
    FiguresLine.objects.filter(pk=first.pk).update(body=second.body)
    FiguresLine.objects.filter(pk=third.pk).delete()
    assert findings() == {"figures_line_differs": names}
    with pytest.raises(EvidenceError, match="figures"):
        publish(tmp_path / "public", proofs=False)
    assert not (tmp_path / "public").exists()
    assert restore_lines() == 2
    assert restore_lines() == 0
    assert findings() == {}


@pytest.mark.slow
def test_without_the_key_of_its_labels_nothing_can_be_rebuilt(spoilt: Path) -> None:
    from ecluse.base.canon import digest
    from ecluse.base.figures import LABEL_KEY

    with contextlib.closing(sqlite3.connect(spoilt)) as connection:
        connection.execute("DROP TRIGGER office_salt_no_delete")
        connection.execute("DELETE FROM office_salt WHERE digest = ?", (digest(LABEL_KEY.encode()),))
        connection.commit()
    assert findings() == {"figures_key_missing": {LABEL_KEY}}


# ------------------------------------------------------------------ what is proven and published


@pytest.mark.slow
def test_what_is_proven_is_published_in_order_and_made_once(tmp_path: Path) -> None:
    from ecluse.base.envelope import verify_all
    from ecluse.base.statement import read

    with office_on(sqlite_url(proven_year_in(tmp_path)[1])):
        from ecluse.office.commands.envelope import proven
        from ecluse.office.models import EnvelopeProof
        from ecluse.office.publish.folder import publish

        counts = proven()
        assert counts["made"] == counts["untrue"] == 0
        lost = EnvelopeProof.objects.earliest("statement_digest")
        EnvelopeProof.objects.filter(pk=lost.pk).delete()
        assert proven() == {**counts, "made": 1, "kept": counts["kept"] - 1}
        again = EnvelopeProof.objects.get(pk=lost.pk)
        publish(tmp_path / "public")
        publish(tmp_path / "bare", proofs=False)
    assert bytes(again.body) == bytes(lost.body)
    lines = [json.loads(line) for line in (tmp_path / "public/envelope/proofs.jsonl").read_text().splitlines()]
    told = json.loads((tmp_path / "public/envelope.json").read_text())
    assert told["counts"]["proofs"] == len(lines) == counts["all"]
    assert told["proofs"] is True
    statement = read(parse(bytes(lost.body)))
    assert {line["statement"]["context"] for line in lines} == {told["context"]} == {statement.context}
    verify_all([(statement, bytes(again.proof))])
    bare = json.loads((tmp_path / "bare/envelope.json").read_text())
    assert bare["proofs"] is False
    assert not (tmp_path / "bare/envelope/proofs.jsonl").exists()


# ------------------------------------------------------------------ proofs made beside an open office

BESIDE = """
import time
from ecluse.office.commands.proving import proving_beside
with proving_beside(first=0) as number:
    print(number, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str], int]]:
    """An office whose proofs are made beside it, of which one is lost: its file, its process, and that beside it."""
    path = proven_year_in(tmp_path)[1]
    with sqlite3.connect(path) as database:
        database.execute(f"DELETE FROM {PROOF_TABLE} WHERE rowid = (SELECT min(rowid) FROM {PROOF_TABLE})")
    path.with_name(f"{path.name}.kept").mkdir()
    office = python("-c", BESIDE, ECLUSE_DATABASE=sqlite_url(path))
    assert office.stdout
    number = int(office.stdout.readline())
    yield path, office, number
    office.kill()
    office.communicate(timeout=30)


def proofs_in(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return int(database.execute(f"SELECT count(*) FROM {PROOF_TABLE}").fetchone()[0])


def soon(holds: Callable[[], object], seconds: int = 120) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)
    return bool(holds())


def runs(number: int) -> bool:
    """Is a process of this number at work? One that ended and nobody asked after is not."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")
def test_a_lost_proof_is_made_beside_an_open_office_and_a_visit_then_publishes_proofs(beside: Any) -> None:
    path, office, number = beside
    before = proofs_in(path)
    assert runs(number)
    told = path.with_name(f"{path.name}.kept") / "proofs.json"
    assert soon(told.exists), "the process beside the office has not proven what was lost"
    assert proofs_in(path) == before + 1
    assert json.loads(told.read_text())["made"] == 1
    with office_on(sqlite_url(path)):
        from ecluse.office.kept import public_folder
        from ecluse.office.kept_runs import make_public

        make_public()
        place = public_folder()
    assert place is not None
    assert json.loads((place / "envelope.json").read_text())["proofs"] is True
    office.kill()
    assert soon(lambda: not runs(number), 30), "it outlived the office"


@pytest.mark.slow
def test_a_visit_makes_no_proofs_of_an_office_that_has_none(year: Path, tmp_path: Path) -> None:
    with office_on(copy_sqlite(year, tmp_path / "bare.sqlite3")):
        from ecluse.office.kept import public_folder
        from ecluse.office.kept_runs import make_public

        make_public()
        place = public_folder()
    assert place is not None
    assert json.loads((place / "envelope.json").read_text())["proofs"] is False
