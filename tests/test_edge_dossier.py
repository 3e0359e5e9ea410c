"""Does a dossier travel as a file whole and unchanged, and is each fault in it said plainly?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cases_surplus
import pytest

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import BadInputError, EcluseError, EvidenceError, UnknownLawError
from ecluse.base.sealed import seal, unseal
from ecluse.edge.dossier import ReplaySummary, file_name, read_dossier, replay_paths, write_dossier
from ecluse.edge.law import newest_law
from ecluse.order import Dossier, Gate, hear

ORDER = "order:2026/0417"
Record = dict[str, Any]


def dossier_of(*claims: Any) -> Dossier:
    objects: dict[str, Any] = {}
    hearings = []
    for number, claim in enumerate(claims, 1):
        hearing, _, cited = hear(
            Gate.SURPLUS, claim, id=f"hearing:{number}", order=ORDER, tranche="tranche:1",
            on=cases_surplus.ON, law=newest_law(),
        )  # fmt: skip
        objects |= {fact.digest: unseal(fact.body) for fact in cited}
        hearings.append(hearing)
    return Dossier(ORDER, tuple(hearings), objects)


HELD, PASSED, _ = cases_surplus.CASES["surplus.home_army_first"]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_dossier(dossier_of(HELD, PASSED), tmp_path)


def test_a_dossier_comes_back_and_is_judged_the_same(written: Path) -> None:
    assert written.name == file_name(ORDER) == "order_2026_0417.dossier.jsonl"
    assert read_dossier(written) == dossier_of(HELD, PASSED)
    result = next(replay_paths([written]))
    assert result.is_same(), result.error
    assert [item.hearing.id for item in result.replayed] == ["hearing:1", "hearing:2"]
    assert b"surplus.home_army_first" in result.replayed[0].again


def test_the_same_dossier_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    dossier = read_dossier(written)
    turned = replace(dossier, objects=dict(reversed(dossier.objects.items())))
    assert write_dossier(turned, tmp_path / "again.dossier.jsonl").read_bytes() == written.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.dossier.jsonl", written.name]


def test_names_in_a_folder_do_not_meet() -> None:
    assert len({file_name(order) for order in ("order:a/b", "order:a-b", "order:a.b")}) == 3


def test_an_object_stands_under_its_own_digest(tmp_path: Path) -> None:
    dossier = dossier_of(PASSED)
    with pytest.raises(ValueError, match="has the digest"):
        write_dossier(replace(dossier, objects={"0" * 64: next(iter(dossier.objects.values()))}), tmp_path)


# ------------------------------------------------------------------ faults


def resealed(path: Path, change: Callable[[list[Record]], None]) -> None:
    """A forger's work: change the records, then state their number and digest anew."""
    head, *records = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(records)
    body = b"".join(canonical(record) + b"\n" for record in records)
    path.write_bytes(canonical({**head, "lines": len(records), "digest": digest(body)}) + b"\n" + body)


def heading(path: Path, **fields: Any) -> None:
    first, _, body = path.read_bytes().partition(b"\n")
    head = {key: item for key, item in {**json.loads(first), **fields}.items() if item is not None}
    path.write_bytes(canonical(head) + b"\n" + body)


def flip(path: Path, at: int) -> None:
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    path.write_bytes(bytes(body))


def cut(path: Path, keep: Callable[[bytes], bytes]) -> None:
    path.write_bytes(keep(path.read_bytes()))


FAULTS = [
    pytest.param(lambda p: cut(p, lambda b: b[:-200]), BadInputError, "cut short", id="cut within a line"),
    pytest.param(lambda p: cut(p, lambda b: b[: b[:-1].rindex(b"\n") + 1]), BadInputError, "cut short", id="a line"),
    pytest.param(lambda p: cut(p, lambda b: b[:-1]), BadInputError, "cut short", id="the last line is not ended"),
    pytest.param(lambda p: cut(p, lambda b: b""), BadInputError, "first line", id="an empty file"),
    pytest.param(lambda p: cut(p, lambda b: b[:40]), BadInputError, "first line", id="cut in the first line"),
    pytest.param(lambda p: cut(p, lambda b: b + b"{}\n"), EvidenceError, "changed", id="a line too many"),
    pytest.param(lambda p: flip(p, -30), EvidenceError, "changed", id="a changed byte"),
    pytest.param(lambda p: flip(p, p.read_bytes().index(b"\n") + 9), EvidenceError, "changed", id="in an object"),
    pytest.param(lambda p: heading(p, digest="0" * 64), EvidenceError, "changed", id="another digest"),
    pytest.param(lambda p: heading(p, lines=1), EvidenceError, "changed", id="another count"),
    pytest.param(lambda p: heading(p, order="order:2"), EvidenceError, "belongs to", id="another order"),
    pytest.param(lambda p: heading(p, release="99.0.0"), BadInputError, "newer release", id="a newer release"),
    pytest.param(lambda p: heading(p, v="dossier/2"), BadInputError, "newer release", id="a newer format"),
    pytest.param(lambda p: heading(p, v="receipt/1"), BadInputError, "export", id="another kind of file"),
    pytest.param(lambda p: heading(p, release=None), BadInputError, "the fields", id="a header field lost"),
    pytest.param(lambda p: heading(p, colour="red"), BadInputError, "the fields", id="a header field more"),
    pytest.param(lambda p: heading(p, lines="3"), BadInputError, "the fields", id="a count as text"),
    pytest.param(lambda p: p.unlink(), BadInputError, "file", id="no file"),
    pytest.param(
        lambda p: resealed(p, lambda r: r[0].update(colour="red")),
        EvidenceError,
        "unknown field",
        id="an unknown field",
    ),
    pytest.param(
        lambda p: resealed(p, lambda r: r[-1].update(colour="red")),
        EvidenceError,
        "unknown field",
        id="in a hearing",
    ),
    pytest.param(
        lambda p: resealed(p, lambda r: r[-1]["claim"].update(colour="red")),
        EvidenceError,
        "unknown field",
        id="in a claim",
    ),
    pytest.param(
        lambda p: resealed(p, lambda r: r[-1]["claim"].pop("order")),
        EvidenceError,
        "missing field",
        id="a fact left out",
    ),
    pytest.param(
        lambda p: resealed(p, lambda r: r[0].update(v="rumour/1")),
        EvidenceError,
        "unknown record version",
        id="a new record",
    ),
    pytest.param(lambda p: resealed(p, lambda r: r.pop(0)), EvidenceError, "does not hold", id="an object is missing"),
    pytest.param(lambda p: resealed(p, lambda r: r.append(r[0])), EvidenceError, "after the", id="out of order"),
    pytest.param(lambda p: resealed(p, lambda r: r.insert(0, r[0])), EvidenceError, "twice", id="an object twice"),
    pytest.param(
        lambda p: resealed(p, lambda r: r[-1]["law"][0].__setitem__(1, "0" * 64)),
        UnknownLawError,
        "not held",
        id="a table that is not held",
    ),
    pytest.param(
        lambda p: resealed(p, lambda r: r[-1].update(engine="ecluse 99.0")),
        EvidenceError,
        "newer release",
        id="judged by a newer release",
    ),
    pytest.param(lambda p: resealed(p, lambda r: r[-1].update(claim=3)), EvidenceError, "claim", id="no claim"),
    pytest.param(lambda p: resealed(p, lambda r: r[-1].update(finding=[1])), EvidenceError, "finding", id="no finding"),
]


@pytest.mark.parametrize(("spoil", "error", "said"), FAULTS)
def test_a_fault_is_said_plainly(
    written: Path, spoil: Callable[[Path], None], error: type[EcluseError], said: str
) -> None:
    spoil(written)
    with pytest.raises(error, match=said) as caught:
        read_dossier(written)
    assert written.name in str(caught.value)
    result = next(replay_paths([written]))
    assert result.error == str(caught.value)
    assert not result.is_same()


def test_every_byte_counts(written: Path) -> None:
    whole = written.read_bytes()
    for at in range(0, len(whole), 97):
        written.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            assert read_dossier(written) == dossier_of(
                HELD, PASSED
            )  # only the release stated in the first line may vary
        except EcluseError:
            continue
        assert at < whole.index(b"\n")


def test_a_changed_verdict_is_found_even_when_resealed(written: Path) -> None:
    resealed(written, lambda records: records[-2].update(grounds=records[-2]["grounds"][:0]))
    result = next(replay_paths([written]))
    assert [item.hearing.id for item in result.different()] == ["hearing:1"]
    assert not result.is_same()


def test_a_folder_is_replayed_and_summed(written: Path, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    write_dossier(replace(dossier_of(PASSED)), tmp_path / "deeper" / "a.dossier.jsonl")
    (tmp_path / "deeper" / "notes.txt").write_text("not a dossier")
    results = list(replay_paths([tmp_path]))
    assert [result.path.name for result in results] == ["a.dossier.jsonl", written.name]
    summary = ReplaySummary.of(results)
    assert summary == ReplaySummary(dossiers=2, hearings=3, different=0, unreadable=0)
    assert summary.form()["same"] is True
    flip(written, -30)
    spoiled = ReplaySummary.of(replay_paths([tmp_path]))
    assert (spoiled.dossiers, spoiled.unreadable, spoiled.is_same()) == (2, 1, False)


def test_a_hearing_may_stand_on_one_that_passed_only(tmp_path: Path) -> None:
    dossier = dossier_of(HELD, PASSED)
    first, second = dossier.hearings
    for before, is_good in ((second, True), (first, False)):
        later = replace(second, id="hearing:3", previous=seal(before).digest)
        path = write_dossier(replace(dossier, hearings=(first, second, later)), tmp_path)
        result = next(replay_paths([path]))
        assert result.is_same() is is_good
        assert is_good or "did not pass" in str(result.error)


def test_nothing_replayed_is_not_success() -> None:
    assert not ReplaySummary.of([]).is_same()
