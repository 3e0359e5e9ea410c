"""Are published lists known by their content, read whole, and refused with row and column when they are broken?"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ecluse.base.errors import BadInputError
from ecluse.edge import lists
from ecluse.edge.lists import LoadedList, read_list, read_lists, walk_lists
from ecluse.parties.screen import EntryKind, build_index, screen
from ecluse.parties.terms import Party, PartyKind

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>
<FIRST_NAME>OLENA</FIRST_NAME><SECOND_NAME>ZHOVTA</SECOND_NAME><REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER>
<NAME_ORIGINAL_SCRIPT>Олена Жовта</NAME_ORIGINAL_SCRIPT>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Olena Zhovtaia</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Lena</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>AB 850901</NUMBER></INDIVIDUAL_DOCUMENT>
</INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><FIRST_NAME>VERIGA</FIRST_NAME><REFERENCE_NUMBER>XXe.001</REFERENCE_NUMBER>
</ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
OWN = "entry,name,kind,identifiers\nS-1,Veriga Trading,firm,imo:9187629;reg:44\n" + (
    "S-1,Верига,firm,\nS-2,Olena Zhovta,person,\n"
)
NULLS = ",-0- " * 6
MAIN = f'7,"ZHOVTA, Olena","individual","SDGT",-0- {NULLS}' + (
    ",\"DOB 1971; Passport AB850901 (Ruritania); Tax ID No. 77441 (Ruritania); a.k.a. 'LENA'.\"\r\n"
    f'9,"VERIGA STAR","vessel","SDGT",-0- ,"CS-417"{",-0- " * 5},'
    '"Vessel Registration Identification IMO 9187629; MMSI 356393000."\r\n\x1a'
)
ALT = '7,1,"aka","ZHOVTAIA, Olena",-0- \r\n\x1a'
ADD = '7,1,-0- ,"Minas","Ruritania",-0- \r\n\x1a'


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder that holds these files."""

    def build(**files: str | bytes) -> Path:
        for name, body in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(body.encode() if isinstance(body, str) else body)
        return tmp_path

    return build


def only(found: list[LoadedList]) -> LoadedList:
    assert len(found) == 1
    return found[0]


def test_the_security_council_list_is_known_and_read(folder: Callable[..., Path]) -> None:
    found = only(read_lists(folder(anything__bin=UN)))
    assert (found.publisher, found.date) == ("United Nations Security Council", date(2026, 2, 27))
    person, firm = found.entries
    assert person.names == ("OLENA ZHOVTA", "Олена Жовта", "Olena Zhovtaia")
    assert person.names_weak == ("Lena",)
    assert (person.entry, person.kind, person.identifiers) == ("XXi.001", EntryKind.PERSON, ("passport:AB 850901",))
    assert (firm.entry, firm.kind) == ("XXe.001", EntryKind.FIRM)
    assert person.list_version == found.id
    assert found.version(date(2026, 3, 1)).entries == 2


def test_the_ofac_family_is_known_and_read(folder: Callable[..., Path]) -> None:
    found = only(read_lists(folder(**{"sdn_2025-03__csv": MAIN, "alt_2025-03__csv": ALT, "add_2025-03__csv": ADD})))
    assert (found.publisher, found.date) == ("OFAC SDN", date(2025, 3, 1))
    person, vessel = found.entries
    assert person.names == ("ZHOVTA, Olena", "ZHOVTAIA, Olena", "Olena ZHOVTA", "Olena ZHOVTAIA")
    assert person.names_weak == ("LENA",)
    assert person.identifiers == ("passport:AB850901", "tax:77441")
    assert vessel.identifiers == ("callsign:CS-417", "imo:9187629", "mmsi:356393000")
    assert vessel.kind is EntryKind.VESSEL


def test_the_projects_own_form_is_known_and_read(folder: Callable[..., Path]) -> None:
    found = only(read_lists(folder(**{"northern-v2__csv": OWN})))
    assert found.publisher == "northern"
    assert [(entry.entry, entry.names, entry.identifiers) for entry in found.entries] == [
        ("S-1", ("Veriga Trading", "Верига"), ("imo:9187629", "reg:44")),
        ("S-2", ("Olena Zhovta",), ()),
    ]


def test_one_file_is_read_under_the_name_it_is_given(folder: Callable[..., Path]) -> None:
    path = folder(**{"northern-v1__csv": OWN}) / "northern-v1.csv"
    found = read_list(path, "list:northern-v1", publisher="North", title="Northern list")
    assert (found.id, found.publisher, found.title) == ("list:northern-v1", "North", "Northern list")
    assert {entry.list_version for entry in found.entries} == {"list:northern-v1"}


def test_gzipped_or_not_is_the_same_list(folder: Callable[..., Path], tmp_path: Path) -> None:
    plain = only(read_lists(folder(un__xml=UN)))
    (tmp_path / "un.xml").unlink()
    packed = only(read_lists(folder(un__xml__gz=gzip.compress(UN.encode()))))
    assert plain == packed


def test_the_newest_whole_version_of_each_publisher_is_chosen(folder: Callable[..., Path]) -> None:
    walk = walk_lists(
        folder(**{
            "sdn_2025-03__csv": MAIN, "alt_2025-03__csv": ALT, "add_2025-03__csv": ADD, "sdn_2026-01__csv": MAIN,
            "old__xml": UN.replace("2026-02-27", "2020-11-24"), "new__xml": UN, "a-v1__csv": OWN, "a-v2__csv": OWN,
            "notes__txt": "hello",
        })
    )  # fmt: skip
    assert [(found.publisher, found.date) for found in walk.lists][:2] == [
        ("OFAC SDN", date(2025, 3, 1)), ("United Nations Security Council", date(2026, 2, 27)),
    ]  # fmt: skip
    reasons = {skipped.file: skipped.reason for skipped in walk.skipped}
    assert reasons.pop("a-v1.csv").endswith("v2")
    assert reasons == {
        "notes.txt": "format not known",
        "old.xml": "older than 2026-02-27",
        "sdn_2026-01.csv": "not a whole version: add, alt of the same date is missing",
    }


DOCTYPE = UN.replace("<CONSOLIDATED_LIST", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///x">]><CONSOLIDATED_LIST', 1)


@pytest.mark.parametrize(
    ("files", "place", "expected"),
    [
        pytest.param({"un__xml": DOCTYPE}, "un.xml", "no document type", id="a document type"),
        pytest.param({"un__xml": UN[:-30]}, "un.xml, row 9", "well-formed XML", id="a truncated file"),
        pytest.param({"un__xml": UN.replace("2026-02-27", "soon")}, "un.xml", "dateGenerated", id="no day"),
        pytest.param({"un__xml": UN.replace("VERIGA", "")}, "row 1, column ENTITIES/ENTITY", "a name", id="no name"),
        pytest.param({"un__xml": UN.encode("utf-16")}, None, "", id="another encoding is not known at all"),
        pytest.param({"un__xml": UN.encode() + b"\xff"}, "un.xml", "XML in UTF-8", id="a byte that is no text"),
        pytest.param(
            {"a__csv": OWN.replace("person", "thing")},
            "a.csv, row 4, column kind",
            "one of person",
            id="an unknown kind",
        ),
        pytest.param(
            {"a__csv": OWN + ",x,firm,\n"}, "a.csv, row 5, column entry", "a text", id="an entry without number"
        ),
        pytest.param({"a__csv": OWN + "S-3,x\n"}, "a.csv, row 5", "one cell for each column", id="a short row"),
        pytest.param(
            {"a__csv": OWN + "S-3,x,firm,44\n"}, "a.csv, row 5, column identifiers", "scheme:value", id="a bare number"
        ),
        pytest.param(
            {"sdn__csv": MAIN.replace(NULLS, "", 1), "alt__csv": ALT, "add__csv": ADD},
            None,
            "",
            id="uneven rows are unknown",
        ),
        pytest.param(
            {"a__csv__gz": gzip.compress(OWN.encode())[:-9]}, "a.csv.gz", "a readable file", id="a torn archive"
        ),
        pytest.param({"a_2026-13__csv": OWN}, "a_2026-13.csv", "a day in the name", id="a month that is none"),
    ],
)
def test_a_bad_file_is_named(
    files: dict[str, str | bytes], place: str | None, expected: str, folder: Callable[..., Path]
) -> None:
    if place is None:
        assert read_lists(folder(**files)) == []
        return
    with pytest.raises(BadInputError) as caught:
        read_lists(folder(**files))
    assert place in str(caught.value)
    assert f"expected {expected}" in str(caught.value) or expected in str(caught.value)


def test_a_broken_row_deep_in_a_table_is_named(folder: Callable[..., Path]) -> None:
    deep = "\r\n".join(['7,1,"aka","X",-0- '] * 30 + ['7,1,"aka","X"'])
    with pytest.raises(BadInputError, match=r"alt\.csv, row 31: expected 5 columns; found 4"):
        read_lists(folder(sdn__csv=MAIN, alt__csv=deep, add__csv=ADD))


def test_an_archive_that_grows_without_end_is_refused(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "BODY_LIMIT_BYTES", 1000)
    with pytest.raises(BadInputError, match="at most 1000 bytes unpacked"):
        read_lists(folder(a__csv__gz=gzip.compress(OWN.encode() + b"S-9,x,firm,\n" * 1000)))


def test_a_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="a folder with watchlists"):
        read_lists(tmp_path / "none")


def test_published_lists_are_read_and_searched(test_data: Path) -> None:
    walk = walk_lists(test_data / "watchlists")
    found = {loaded.publisher: loaded for loaded in walk.lists}
    council, sdn = found["United Nations Security Council"], found["OFAC SDN"]
    assert (council.date, len(council.entries)) == (date(2026, 2, 27), 730 + 273)
    assert sdn.date == date(2021, 7, 1)
    assert len(sdn.entries) > 8_900
    assert len(found["OFAC non-SDN"].entries) == 442
    assert all(entry.names for loaded in walk.lists for entry in loaded.entries)
    reasons = {os.path.basename(skipped.file): skipped.reason for skipped in walk.skipped}
    assert reasons["un_consolidated_2020-11-24.xml.gz"] == "older than 2026-02-27"
    assert reasons["sdn_2023-01.csv.gz"] == "not a whole version: alt of the same date is missing"
    assert reasons["README.md"] == "format not known"
    index = build_index((entry for loaded in walk.lists for entry in loaded.entries), (one.id for one in walk.lists))
    for entry in council.entries[::50]:
        turned = " ".join(reversed(entry.names[0].split())).title()
        asked = Party("party:1", PartyKind.FIRM, turned, (), "PL", (), date(2026, 1, 1))
        assert entry.reference() in {hit.entry for hit in screen(asked, index)}
