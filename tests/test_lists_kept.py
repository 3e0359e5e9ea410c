"""Are lists kept so that the same entries are read from their bytes again, and is every other file refused?"""

from __future__ import annotations

from pathlib import Path

import pytest

from ecluse.base.errors import EvidenceError
from ecluse.edge import lists_kept
from ecluse.edge.lists import LoadedList, walk_lists
from ecluse.edge.lists_kept import LEFT_OUT, PACKED, KeptBytes, entries_kept, keep, unpacked

OWN = b"entry,name,kind,identifiers\n" + b"".join(b"S-%d,Veriga %d,firm,reg:%d\n" % (n, n, n) for n in range(4000))


def again(loaded: LoadedList) -> tuple[object, ...]:
    """What is read from the bytes that were kept of this list?"""
    kept = {one.digest: one for one in keep(loaded.bodies)}

    def fetch(name: str) -> bytes:
        body = unpacked(kept[name])
        assert body is not None
        return body

    return entries_kept(loaded.id, loaded.digest, fetch)


def test_a_long_list_is_kept_packed_and_read_again(tmp_path: Path) -> None:
    (tmp_path / "own-2026-01-01.csv").write_bytes(OWN)
    (found,) = walk_lists(tmp_path).lists
    (kept,) = keep(found.bodies)
    assert (kept.media_type, kept.digest, kept.size) == (PACKED, found.digest, len(OWN))
    assert len(kept.content) < len(OWN)
    assert again(found) == found.entries


def test_published_lists_are_read_again_from_what_is_kept(test_data: Path) -> None:
    found = walk_lists(test_data / "watchlists").lists
    assert found
    for loaded in found:
        assert again(loaded) == loaded.entries, loaded.id


def test_a_list_over_the_limit_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists_kept, "KEPT_LIMIT_BYTES", 10)
    (kept,) = keep([OWN])
    assert (kept.media_type, kept.size, kept.content) == (LEFT_OUT, len(OWN), b"")
    assert unpacked(kept) is None


def test_other_bytes_than_those_named_are_refused() -> None:
    (kept,) = keep([OWN])
    for spoilt in (
        kept._replace(content=kept.content[: len(kept.content) // 2]),
        kept._replace(content=b"not packed at all"),
        kept._replace(media_type="text/plain"),
        KeptBytes(kept.digest, LEFT_OUT, 5, b""),
    ):
        with pytest.raises(EvidenceError):
            unpacked(spoilt)


@pytest.mark.parametrize("body", [b"no list at all", b"main ab\nalt cd", b"alt " + b"0" * 64])
def test_a_file_that_is_no_list_is_refused(body: bytes) -> None:
    def fetch(name: str) -> bytes:
        return body if name == "whole" else b""

    with pytest.raises((EvidenceError, KeyError)):
        entries_kept("list:x", "whole", fetch)
