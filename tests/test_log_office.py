"""Does the office's own log, written as tiles, hold for a stranger who knows its key, and grow with the office?"""

from __future__ import annotations

import json
from pathlib import Path

import carried
import pytest

from ecluse.custody.log.note_keys import opened, read_key
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.verify import verify_log


@pytest.mark.slow
def test_every_log_of_a_carried_year_is_written_and_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, office = carried.year_in(tmp_path)
    url, folder = carried.sqlite_url(office), tmp_path / "tiles"
    with carried.office_on(url):
        from ecluse.office.commands import logs
        from ecluse.office.models import Checkpoint, LogHead

        assert logs.write(str(folder), url, "", False, as_json=True) == 0
        rows = json.loads(capsys.readouterr().out)["logs"]
        assert {row["log"] for row in rows} == set(LogHead.objects.values_list("log", flat=True))
        for row in rows:
            whole = verify_log(folder / row["log"])
            newest = Checkpoint.objects.filter(log=row["log"]).order_by("size").last()
            assert newest is not None
            assert (whole.checkpoint.size, whole.checkpoint.root.hex()) == (newest.size, newest.root_hex)
            (key,) = (read_key(text) for text in row["keys"])
            assert (key.name, opened(whole.note, [key]).by) == (whole.checkpoint.origin, {key: None})
        before = LogFolder(folder / "home/2026").checkpoint()
        assert logs.write(str(folder), url, "", False, as_json=True) == 0
        assert LogFolder(folder / "home/2026").checkpoint() == before
