"""Does a bundle of the office's own records hold for a stranger, and open exactly what was asked for?"""

from __future__ import annotations

import json
from pathlib import Path

import carried
import pytest

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError
from ecluse.custody.log.bundle import read_bundle, read_disclosures
from ecluse.custody.log.bundle_judge import judge_bundle

LOG = "home/2026"


def ecluse(*arguments: str | Path) -> str:
    """What does the command print? It must say yes."""
    done = carried.python("-m", "ecluse", *arguments)
    out, said = done.communicate(timeout=300)
    assert done.returncode == 0, said
    return out


@pytest.mark.slow
def test_a_record_of_the_carried_year_is_disclosed_alone_by_kind_by_id_and_with_its_hearing(tmp_path: Path) -> None:
    _, office = carried.year_in(tmp_path)
    url, folder, out = carried.sqlite_url(office), tmp_path / "tiles", tmp_path / "unit.ecluse-proof"
    rows = json.loads(ecluse("log", "write", folder, "--db", url, "--json").splitlines()[-1])["logs"]
    keys = next(row["keys"] for row in rows if row["log"] == LOG)
    policy = tmp_path / "policy"
    policy.write_text("".join(f"log {key}\n" for key in keys) + "quorum none\n", encoding="utf-8")
    with carried.office_on(url):
        from ecluse.office.commands.bundle import bundle
        from ecluse.office.models import Record

        heard = Record.objects.filter(v="hearing/1", log=LOG).order_by("index").first()
        assert heard is not None
        beside = Record.objects.filter(log=LOG, index=heard.index).count()

        def opened(*names: str) -> list[str]:
            assert bundle(str(folder / LOG), heard.index, str(out), str(policy), "", "", [], names, url) == 0
            return disclosed(out, policy)

        assert opened("hearing/1") == ["hearing/1"]
        assert opened(heard.rid) == ["hearing/1"]
        assert opened("hearing") == ["hearing"]
        assert len(opened("all")) == beside + 1
        found = judge_bundle(read_bundle(out.read_bytes()), policy.read_bytes())
        outer = next(check for check in found.checks if check.name == "outer")
        assert (outer.state, outer.facts["log"], outer.facts["on"]) == ("holds", "outer/2026", "2026-12-31")
        with pytest.raises(BadInputError, match="licence/9") as refused:
            opened("licence/9")
        assert heard.rid in str(refused.value)
    given = ("log", "bundle", folder / LOG, str(heard.index), "--policy", policy, "--out", out)
    ecluse(*given)
    assert disclosed(out, policy) == []
    assert heard.rid.encode() not in out.read_bytes()
    ecluse(*given, "--disclose", heard.rid, "--db", url)
    assert disclosed(out, policy) == ["hearing/1"]
    assert heard.rid in ecluse("verify", out, "--policy", policy)


def disclosed(bundle: Path, policy: Path) -> list[str]:
    """What does this bundle, which must hold, open?"""
    found = read_bundle(bundle.read_bytes())
    assert judge_bundle(found, policy.read_bytes()).answer == "holds"
    return [one.name for one in read_disclosures(found.members["disclosures.json"])]


@pytest.mark.slow
def test_a_folder_of_another_office_discloses_nothing(tmp_path: Path) -> None:
    import bundle_matrix as matrix

    from ecluse.edge.log.folder import LogFolder

    log, held = LogFolder(tmp_path / "log"), list(matrix.entries())
    log.grow(matrix.tree(), matrix.SIZE, lambda first, last: held[first:last])
    log.publish(matrix.note())
    (tmp_path / "policy").write_bytes(matrix.policy_of())
    _, office = carried.year_in(tmp_path)
    url = carried.sqlite_url(office)
    with carried.office_on(url):
        from ecluse.office.commands.bundle import bundle

        with pytest.raises(BadInputError, match="at-1/2026#41"):
            bundle(str(tmp_path / "log"), 41, str(tmp_path / "out"), str(tmp_path / "policy"), "", "", [], ["all"], url)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_public_folder_holds_the_page_that_verifies_and_lists_it(tmp_path: Path) -> None:
    from ecluse.edge.verify_page.page import verify_page

    _, office = carried.year_in(tmp_path)
    with carried.office_on(carried.sqlite_url(office)):
        from ecluse.office.publish.folder import publish

        publish(tmp_path / "public", proofs=False)
    assert (tmp_path / "public" / "verify" / "index.html").read_bytes() == verify_page()
    listed = json.loads((tmp_path / "public" / "manifest.json").read_text(encoding="utf-8"))["files"]
    row = next(row for row in listed if row["path"] == "verify/index.html")
    assert row["sha256"] == digest(verify_page())
