"""Is whoever comes in after the lists screened at once, on the bytes that were kept, and never called clear without?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from begun import ON, accept, copied, propose, template
from new_office import LIST, counts

pytestmark = pytest.mark.db
NAMED = "party;kind;name;state;registered_on\nparty:s-1;firm;Storonnii Posrednyk LLC;UA;2026-01-05\n"
PLAIN = "party;kind;name;state;registered_on\nparty:p-1;firm;Plain Works;UA;2026-01-05\n"


@pytest.fixture(scope="module")
def begun_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("late"), "makers")


@pytest.fixture
def office(begun_once: Path, tmp_path: Path) -> Iterator[Path]:
    with copied(begun_once, tmp_path):
        folder = tmp_path / "lists"
        folder.mkdir()
        (folder / "storonni-2026-01-15.csv").write_text(LIST, encoding="utf-8")
        yield folder


def take_in(folder: Path, on: date = ON) -> Any:
    from ecluse.edge.lists import walk_lists
    from ecluse.office.actions.lists import take_in_lists
    from ecluse.office.desk.today import open_session

    return take_in_lists(open_session(), walk_lists(folder).lists, on)


def screenings(party: str) -> list[Any]:
    from ecluse.office.desk.today import open_session
    from ecluse.parties.terms import Screening

    return open_session().of(party, Screening)


def unscreened() -> list[str]:
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.lists import live_parties
    from ecluse.office.facts.lists import unscreened as missing

    return missing(open_session(), live_parties(), ON)


def test_without_lists_nobody_is_screened(office: Path) -> None:
    accept(propose("makers", ("new.csv", PLAIN.encode(), None)))
    assert screenings("party:p-1") == []


def test_whoever_comes_later_is_screened_on_what_was_kept(office: Path) -> None:
    from ecluse.office.audit.report import run_audit

    take_in(office)
    (office / "storonni-2026-01-15.csv").unlink()
    accept(propose("makers", ("named.csv", NAMED.encode(), None)))
    accept(propose("makers", ("plain.csv", PLAIN.encode(), None)))
    (found,), (plain,) = screenings("party:s-1"), screenings("party:p-1")
    assert [hit.entry.partition("@")[0] for hit in found.hits] == ["X-1"]
    assert plain.hits == ()
    assert plain.list_versions == found.list_versions
    assert unscreened() == []
    report = run_audit()
    assert "broken" not in report.statuses().values(), report.text("en")


def test_a_record_worded_anew_is_screened_anew(office: Path) -> None:
    take_in(office)
    accept(propose("makers", ("plain.csv", PLAIN.encode(), None)))
    changed = PLAIN.replace("Plain Works", "Storonnii Posrednyk LLC").encode()
    accept(propose("makers", ("changed.csv", changed, None)))
    first, second = screenings("party:p-1")
    assert (len(first.hits), len(second.hits)) == (0, 1)
    assert first.party_digest != second.party_digest


def test_without_the_bytes_of_a_list_nobody_is_called_clear(office: Path) -> None:
    from ecluse.office.models import Document

    take_in(office)
    kept = list(Document.objects.filter(media_type="text/plain"))
    Document.objects.filter(media_type="text/plain").delete()
    accept(propose("makers", ("plain.csv", PLAIN.encode(), None)))
    assert screenings("party:p-1") == []
    assert unscreened() == ["party:p-1"]
    Document.objects.bulk_create(kept)
    late = take_in(office)
    assert (late.taken, late.parties, len(screenings("party:p-1"))) == ((), 1, 1)


def test_a_folder_without_lists_changes_nothing(office: Path, tmp_path: Path) -> None:
    before = counts()
    (office / "storonni-2026-01-15.csv").write_text("not,a,list\n")
    assert take_in(office).taken == ()
    assert counts() == before


def test_the_commands_take_in_and_tell(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.office.commands import lists as commands_lists

    monkeypatch.setattr(commands_lists, "open_office", lambda db: None)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert commands_lists.lists_status("", True) == 1
    assert commands_lists.lists_import(str(office), "", True) == 0
    done = capsys.readouterr()
    assert json.loads(done.out.splitlines()[-1])["parties"] == 5
    assert "In force from today: list:storonni-2026-01-15" in done.err
    assert commands_lists.lists_status("", True) == 0
    status = json.loads(capsys.readouterr().out)
    assert [one["entries"] for one in status["lists"]] == [2]
    assert status["unscreened"] == []
    assert commands_lists.lists_status("", False) == 0
