"""Do `ecluse log bundle` and `ecluse verify` write and judge one file for a stranger, with the core install alone?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bundle_matrix as matrix
import pytest

from ecluse.base.errors import BadInputError
from ecluse.base.words import LANGUAGES
from ecluse.custody.log.bundle import READMES, read_bundle
from ecluse.edge.log import bundle_commands
from ecluse.edge.log.folder import LogFolder

if TYPE_CHECKING:
    from conftest import CoreOnly


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the log as tiles, the policy, a forger's policy and an honest bundle."""
    log, held = LogFolder(tmp_path / "log"), list(matrix.entries())
    log.grow(matrix.tree(), matrix.SIZE, lambda first, last: held[first:last])
    log.publish(matrix.note())
    (tmp_path / "policy").write_bytes(matrix.policy_of())
    (tmp_path / "other").write_bytes(matrix.policy_of(matrix.OTHER))
    (tmp_path / "unit.ecluse-proof").write_bytes(matrix.good())
    return tmp_path


def write(place: Path, **options: Any) -> int:
    given: dict[str, Any] = {"policy": str(place / "policy"), "outer_proof": "", "outer_salt": "", "tokens": []}
    return bundle_commands.bundle(str(place / "log"), matrix.INDEX, str(place / "new.ecluse-proof"), **given | options)


def test_what_is_written_holds_and_has_words_in_three_languages(place: Path) -> None:
    (place / "token").write_bytes(b"0")
    assert write(place, tokens=[str(place / "token")], disclosures=matrix.DISCLOSED) == 0
    assert bundle_commands.verify(str(place / "new.ecluse-proof"), str(place / "policy"), as_json=False) == 0
    members = read_bundle((place / "new.ecluse-proof").read_bytes()).members
    texts = [members[READMES[lang]].decode() for lang in LANGUAGES]
    assert len(set(texts)) == 3
    assert all("ecluse verify BUNDLE --policy POLICY" in text for text in texts)


def test_a_bundle_that_would_not_hold_is_not_written(place: Path) -> None:
    assert write(place, policy=str(place / "other")) == 1
    wrong = matrix.DISCLOSED[0]._replace(salt="00" * 32)
    assert write(place, disclosures=[wrong]) == 1
    assert not (place / "new.ecluse-proof").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"policy": "nowhere"}, "nowhere", id="no such policy"),
        pytest.param({"outer_proof": "policy"}, "--outer-salt", id="an outer proof without its salt"),
        pytest.param({"tokens": ["policy"] * 9}, "--token", id="nine time stamps"),
        pytest.param({"outer_proof": "policy", "outer_salt": "salt"}, ".tlog-proof", id="an outer proof that is none"),
    ],
)
def test_a_wrong_input_is_named_and_nothing_is_written(place: Path, options: dict[str, Any], words: str) -> None:
    (place / "salt").write_bytes(b"s" * 32)
    paths = {
        name: [str(place / one) for one in found] if isinstance(found, list) else str(place / found)
        for name, found in options.items()
    }
    with pytest.raises(BadInputError, match=words):
        write(place, **paths)
    assert not (place / "new.ecluse-proof").exists()


def test_an_index_beyond_the_checkpoint_is_named(place: Path) -> None:
    with pytest.raises(BadInputError, match="76"):
        bundle_commands.proof_of(str(place / "log"), matrix.SIZE)


@pytest.mark.parametrize(
    ("policy", "spoil", "status", "words"),
    [
        pytest.param("policy", None, 0, "by your policy", id="the checker's policy"),
        pytest.param("", None, 2, "by the bundle’s own policy", id="the bundle's own policy is no yes"),
        pytest.param("other", None, 1, "No log that the policy knows", id="another policy"),
        pytest.param("nowhere", None, 2, "nowhere", id="no such policy"),
        pytest.param("unit.ecluse-proof", None, 2, "row 1", id="a policy that is none"),
        pytest.param("policy", b"PK", 2, "beginning of a zip", id="no bundle"),
        pytest.param("policy", matrix.again({"entry.json": matrix.entries()[3]}), 1, "does not lead from this entry",
                     id="another entry"),
    ],
)  # fmt: skip
def test_the_core_install_is_enough_to_verify(
    place: Path, core_only: CoreOnly, policy: str, spoil: bytes | None, status: int, words: str
) -> None:
    path = place / "unit.ecluse-proof"
    if spoil is not None:
        path.write_bytes(spoil)
    options = ["--policy", place / policy] if policy else []
    done = core_only.run("-m", "ecluse", "verify", path, *options, "--json")
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if spoil is None and policy in ("policy", "", "other"):
        said = json.loads(done.stdout)
        given = (place / policy).read_bytes() if policy else None
        assert said == matrix.answered(matrix.good(), given)


def test_without_json_what_is_open_stands_on_standard_output(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = place / "unit.ecluse-proof"
    assert bundle_commands.verify(str(path), str(place / "policy"), as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"handover/1  {matrix.RECORDS[0].decode()}"
    assert len(lines) == 3
    path.write_bytes(matrix.again({"inner.tlog-proof": matrix.proof(3)}))
    assert bundle_commands.verify(str(path), str(place / "policy"), as_json=False) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_and_every_refusal_has_its_words(
    place: Path, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", f"{lang}.UTF-8")
    told, path = set[str](), place / "unit.ecluse-proof"
    for case in matrix.rows(lambda case: " byte " not in case.name and len(case.content) < 100_000):
        path.write_bytes(case.content)
        (place / "policy").write_bytes(case.policy or b"")
        try:
            bundle_commands.verify(str(path), str(place / "policy") if case.policy is not None else "", as_json=True)
        except BadInputError as error:
            told.add(str(error))
    lines = capsys.readouterr().err.splitlines()
    assert len(set(lines)) > 40
    assert all("{" not in line and "bundle." not in line for line in lines)
    assert len(told) > 20
    assert all(str(path) in one or str(place / "policy") in one for one in told)
