"""What do the publishers' own files say? The consolidated list of the Security Council, and the OFAC table family."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from xml.etree import ElementTree

from ecluse.base.errors import BadInputError, Fault
from ecluse.parties.screen import EntryKind, ListEntry

UN_ROOT = "CONSOLIDATED_LIST"
ELEMENT_LIMIT = 5_000_000
ROW_LIMIT = 1_000_000
EMPTY = {"", "-0-"}
# The non-SDN table has the columns of the SDN table; only it holds this programme.
NON_SDN_PROGRAMME = "NS-PLC"

# Which scheme does a label of a document or a remark name? The longest label that fits wins.
SCHEMES = {
    "passport": "passport", "stateless person passport": "passport", "diplomatic passport": "passport",
    "national id": "national-id", "national identification number": "national-id", "cedula": "national-id",
    "identification number": "national-id", "personal id": "national-id", "national foreign id": "national-id",
    "tax id": "tax", "nit": "tax", "ruc": "tax", "rif": "tax", "v.a.t. number": "vat", "italian fiscal code": "tax",
    "registration number": "registration", "registration id": "registration", "company number": "registration",
    "business registration number": "registration", "commercial registry number": "registration",
    "uk company number": "registration", "enterprise number": "registration",
    "public registration number": "registration",
    "chamber of commerce number": "registration", "unified social credit code": "uscc", "d-u-n-s number": "duns",
    "united social credit code": "uscc", "legal entity number": "lei", "swift/bic": "bic", "mmsi": "mmsi",
    "vessel registration identification imo": "imo", "vessel registration identification": "imo",
    "aircraft tail number": "tail", "aircraft manufacturer's serial number (msn)": "msn",
}  # fmt: skip
_LABELS = "|".join(re.escape(label) for label in sorted(SCHEMES, key=len, reverse=True))
_REMARK = re.compile(rf"(?:alt\. )?({_LABELS})(?: no\.| #|:)? +(\S[^;(]{{2,60}}?)\.? *(?:\([^)]*\).*)?", re.IGNORECASE)
_WEAK_NAME = re.compile(r"[af]\.k\.a\. '([^']+)'")


def un_entries(file: str, body: bytes, list_version: str) -> tuple[date, tuple[ListEntry, ...]]:
    """Of which day is this Security Council list, and what does it hold? Raises BadInputError."""
    root = parse_xml(file, body)
    stamp = root.get("dateGenerated", "")[:10]
    try:
        generated = date.fromisoformat(stamp)
    except ValueError:
        raise BadInputError.one(file, "dateGenerated as YYYY-MM-DD", repr(stamp), "fetch the file again") from None
    entries: list[ListEntry] = []
    faults: list[Fault] = []
    for kind, path, alias in (
        (EntryKind.PERSON, "INDIVIDUALS/INDIVIDUAL", "INDIVIDUAL_ALIAS"),
        (EntryKind.FIRM, "ENTITIES/ENTITY", "ENTITY_ALIAS"),
    ):
        for number, element in enumerate(root.iterfind(path), 1):
            entry = _un_entry(element, kind, alias, list_version)
            if not entry.entry or not entry.names:
                found = "no name" if entry.entry else "no number"
                faults.append(Fault(file, number, path, "a number and a name", found, "fetch the file again"))
            entries.append(entry)
    if faults:
        raise BadInputError(faults)
    return generated, tuple(entries)


def _un_entry(element: ElementTree.Element, kind: EntryKind, alias: str, list_version: str) -> ListEntry:
    parts = (_text(element, tag) for tag in ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"))
    names = [" ".join(part for part in parts if part), _text(element, "NAME_ORIGINAL_SCRIPT")]
    weak: list[str] = []
    for other in element.iterfind(alias):
        is_weak = _text(other, "QUALITY").casefold() == "low"
        (weak if is_weak else names).append(_text(other, "ALIAS_NAME"))
    identifiers = []
    for document in element.iterfind("INDIVIDUAL_DOCUMENT"):
        label = " ".join(_text(document, "TYPE_OF_DOCUMENT").casefold().split())
        if _text(document, "NUMBER"):
            identifiers.append(f"{SCHEMES.get(label, 'document')}:{_text(document, 'NUMBER')}")
    number = _text(element, "REFERENCE_NUMBER") or _text(element, "DATAID")
    return ListEntry(list_version, number, _once(names), _once(identifiers), kind, _once(weak))


def parse_xml(file: str, body: bytes) -> ElementTree.Element:
    """What tree do these bytes spell? A document type is refused: it could name other files or grow without end."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError.one(file, "XML in UTF-8", f"byte {error.start} is not", "fetch the file again") from None
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise BadInputError.one(file, "no document type", "a DOCTYPE or ENTITY", "fetch the file from its publisher")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        row, column = error.position
        fault = Fault(file, row, str(column + 1), "well-formed XML", str(error), "fetch the file again")
        raise BadInputError([fault]) from None
    if sum(1 for _ in root.iter()) > ELEMENT_LIMIT:
        raise BadInputError.one(file, f"at most {ELEMENT_LIMIT} elements", "more", "split the list")
    return root


def ofac_entries(tables: Mapping[str, tuple[str, bytes]], list_version: str) -> tuple[ListEntry, ...]:
    """What does this OFAC family hold? `tables` gives file and bytes of `main`, `alt`, `add` and perhaps `comments`.

    Raises BadInputError with row and column.
    """
    remarks: dict[str, str] = defaultdict(str)
    for _, cells in ofac_rows(*tables["comments"], 2) if "comments" in tables else ():
        remarks[cells[0]] += cells[1]
    others: dict[str, list[str]] = defaultdict(list)
    for _, cells in ofac_rows(*tables["alt"], 5):
        others[cells[0]].append(cells[3])
    for _ in ofac_rows(*tables["add"], 6):
        pass  # addresses are read for their shape only: a broken companion is a broken version
    return tuple(
        _ofac_entry(cells, others.get(cells[0], []), remarks.get(cells[0], ""), list_version)
        for _, cells in ofac_rows(*tables["main"], 12)
    )


def ofac_rows(file: str, body: bytes, width: int) -> Iterator[tuple[int, list[str]]]:
    """Which rows does this OFAC table hold, with their line? A header and the end mark are passed over."""
    reader = csv.reader(io.StringIO(_decoded(file, body), newline=""))
    try:
        for count, cells in enumerate(reader, 1):
            line = reader.line_num
            if count > ROW_LIMIT:
                raise BadInputError.one(file, f"at most {ROW_LIMIT} rows", "more", "split the list")
            if not cells or cells[0].startswith("\x1a") or (count == 1 and not cells[0].isdigit()):
                continue
            if len(cells) != width:
                fault = Fault(file, line, None, f"{width} columns", str(len(cells)), "fetch the file again")
                raise BadInputError([fault])
            if not cells[0].isdigit():
                raise BadInputError(
                    [Fault(file, line, "1", "the entry's number", repr(cells[0]), "fetch the file again")]
                )
            yield line, ["" if cell.strip() in EMPTY else cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadInputError([Fault(file, reader.line_num, None, "CSV", str(error), "fetch the file again")]) from None


def _ofac_entry(cells: list[str], others: list[str], more: str, list_version: str) -> ListEntry:
    kinds = {"individual": EntryKind.PERSON, "vessel": EntryKind.VESSEL, "aircraft": EntryKind.AIRCRAFT}
    kind = kinds.get(cells[2], EntryKind.FIRM)
    names = [cells[1], *others]
    if kind is EntryKind.PERSON:
        names += [
            f"{given.strip()} {family.strip()}" for family, comma, given in (n.partition(",") for n in names) if comma
        ]
    identifiers = [f"callsign:{cells[5]}"] if cells[5] else []
    remarks = cells[11] + more
    for remark in remarks.split("; "):
        match = _REMARK.fullmatch(remark.strip())
        if match:
            identifiers.append(f"{SCHEMES[match[1].casefold()]}:{match[2].removeprefix('IMO ')}")
    weak = _WEAK_NAME.findall(remarks)
    return ListEntry(list_version, cells[0], _once(names), _once(identifiers), kind, _once(weak))


def _given_first(name: str) -> str:
    family, _, given = name.partition(",")
    return f"{given.strip()} {family.strip()}"


def _decoded(file: str, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError.one(file, "text in UTF-8", f"byte {error.start} is not", "save the file as UTF-8") from None


def _text(element: ElementTree.Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())


def _once(texts: list[str]) -> tuple[str, ...]:
    """Each text once, in order, without the empty ones."""
    return tuple(dict.fromkeys(text for text in texts if text))
