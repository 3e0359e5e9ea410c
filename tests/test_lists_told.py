"""Are the same people told of a list's hits, whether it comes in by a page or at the terminal?"""

from __future__ import annotations

from pathlib import Path

import pytest
from carried import office_on, sqlite_url, year_in

pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_lists_at_the_terminal_tell_whoever_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with office_on(sqlite_url(year_in(tmp_path)[1])):
        from ecluse.office.actions.people import open_demonstration_account
        from ecluse.office.actions.reopen import orders_of
        from ecluse.office.actions.representatives import put_on_record
        from ecluse.office.commands import lists as commands_lists
        from ecluse.office.desk.today import open_session, today
        from ecluse.office.models import Notice, Tranche
        from ecluse.office.registers import Officer, Order
        from ecluse.parties.terms import Party

        session = open_session()
        live = Tranche.objects.filter(gate="licence", standing="open").order_by("tranche").first()
        assert live is not None
        order = session.newest(live.order, Order)
        assert order is not None
        assert order.id in {one.id for one in orders_of(session, order.end_user)}
        speaker = "officer:rep-exporter"
        put_on_record(Officer(speaker, order.exporter, "party", "Speaker of the exporter", today(), None))
        open_demonstration_account(speaker, "Speaker of the exporter", "en")
        party = session.newest(order.end_user, Party)
        assert party is not None
        folder = tmp_path / "lists"
        folder.mkdir()
        text = f'entry,name,kind,identifiers\nX-1,"{party.name}",unknown,\n'
        (folder / "new-2026-01-15.csv").write_text(text, encoding="utf-8")
        monkeypatch.setattr(commands_lists, "open_office", lambda db: None)
        monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
        before = Notice.objects.count()
        assert commands_lists.lists_import(str(folder), "", True) == 0
        told = Notice.objects.order_by("pk")[before:]
        keys = {row.key for row in told if row.facts.get("order") == order.id}
        assert keys & {"notices.held", "notices.stopped"}, [(row.key, row.facts) for row in told]
        assert "written" in capsys.readouterr().err
