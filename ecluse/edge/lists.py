"""Which watchlists lie in a folder? Files are known by content; of each publisher the newest whole version counts."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.lists_published import NON_SDN_PROGRAMME, UN_ROOT, ofac_entries, un_entries
from ecluse.parties.screen import EntryKind, ListEntry
from ecluse.parties.terms import ListVersion

# Inside LoadedList the name `date` is a field.
Day = date

FILE_LIMIT_BYTES = 64 * 1024 * 1024
BODY_LIMIT_BYTES = 256 * 1024 * 1024
HEAD_BYTES = 16 * 1024
HEAD_ROWS = 20
FILES_LIMIT = 10_000
FAULTS_LIMIT = 500

OWN_COLUMNS = ("entry", "name", "kind", "identifiers")
OFAC_WIDTHS = {12: "main", 5: "alt", 6: "add", 2: "comments"}
OFAC_WHOLE = {"main", "alt", "add"}
_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?:-(\d{2}))?(?!\d)")
_ROLE = re.compile(r"(?<![a-z])(sdn_comments|sdn|prim|alt|add|comments)(?![a-z])")


@dataclass(frozen=True, slots=True)
class LoadedList:
    """One whole list version as read: publisher, title, digest of its unpacked bytes, its day, its entries."""

    id: str
    publisher: str
    title: str
    digest: str
    date: Day
    entries: tuple[ListEntry, ...]
    bodies: tuple[bytes, ...] = field(default=(), repr=False)

    def version(self, in_force_from: Day) -> ListVersion:
        """Under which record does this version take effect here?"""
        return ListVersion(self.id, self.publisher, self.title, self.digest, len(self.entries), in_force_from)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Walk:
    """What a folder holds: the lists to screen on, and every file left out with its reason."""

    lists: tuple[LoadedList, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of one publisher before it is read: its files by role, and what orders it among its kin."""

    publisher: str
    title: str
    order: tuple[date, int]
    files: tuple[tuple[str, Path], ...]


def read_lists(folder: Path) -> list[LoadedList]:
    """Which lists does this folder hold, the newest whole version of each publisher? Raises BadInputError."""
    return list(walk_lists(folder).lists)


def walk_lists(folder: Path) -> Walk:
    """Which lists does this folder hold, and which files were left out for what reason? Raises BadInputError."""
    if not folder.is_dir():
        raise BadInputError.one(str(folder), "a folder with watchlists", "none", "name the folder that holds the lists")
    found, skipped = _sorted_by_content(folder)
    newest: dict[str, _Version] = {}
    for version in sorted(found, key=lambda version: (version.publisher, version.order)):
        older = newest.get(version.publisher)
        if older:
            skipped += [Skipped(_shown(path, folder), f"older than {_stamp(version)}") for _, path in older.files]
        newest[version.publisher] = version
    lists = tuple(_load(version, folder) for version in newest.values())
    return Walk(lists, tuple(sorted(skipped, key=lambda item: item.file)))


def read_list(path: Path, list_version: str, *, publisher: str = "", title: str = "") -> LoadedList:
    """What does this one file hold, under this version's name? The project's own CSV, or the Security Council's XML."""
    body = read_body(path)
    if is_un(body):
        day, entries = un_entries(path.name, body, list_version)
    else:
        day, entries = _day_of(path), own_entries(path.name, body, list_version)
    return LoadedList(list_version, publisher or _stem(path), title or _stem(path), digest(body), day, entries, (body,))


def own_entries(file: str, body: bytes, list_version: str) -> tuple[ListEntry, ...]:
    """What does a CSV of the project's own form hold? Columns entry, name, kind, identifiers (joined by `;`).

    Rows of one entry are its names, the first the main one. Raises BadInputError with every fault.
    """
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError as error:
        raise BadInputError.one(file, "text in UTF-8", f"byte {error.start} is not", "save the file as UTF-8") from None
    except csv.Error as error:
        raise BadInputError([Fault(file, reader.line_num, None, "CSV", str(error), "mend the quotes")]) from None
    if tuple(reader.fieldnames or ())[:4] != OWN_COLUMNS:
        found = ",".join(reader.fieldnames or ()) or "nothing"
        raise BadInputError([Fault(file, 1, None, ",".join(OWN_COLUMNS), found, "give the table this header")])
    faults = [fault for line, row in rows for fault in _row_faults(file, line, row)]
    if faults:
        raise BadInputError(faults[:FAULTS_LIMIT])
    by_entry: dict[str, list[dict[str, str]]] = defaultdict(list)
    for _, row in rows:
        by_entry[row["entry"].strip()].append(row)
    return tuple(_own_entry(entry, group, list_version) for entry, group in by_entry.items())


def _row_faults(file: str, line: int, row: dict[str, str]) -> Iterator[Fault]:
    if None in row or None in row.values():
        yield Fault(file, line, None, "one cell for each column", "more or fewer", "quote cells that hold a comma")
        return
    for column in ("entry", "name"):
        if not row[column].strip():
            yield Fault(file, line, column, "a text", "nothing", f"give the {column}")
    if row["kind"] not in {kind.value for kind in EntryKind}:
        kinds = ", ".join(kind.value for kind in EntryKind)
        yield Fault(file, line, "kind", f"one of {kinds}", repr(row["kind"]), "choose one of them")
    for identifier in filter(None, row["identifiers"].split(";")):
        if not all(part.strip() for part in identifier.partition(":")):
            yield Fault(file, line, "identifiers", "scheme:value", repr(identifier), "write the scheme before a colon")


def _own_entry(entry: str, rows: list[dict[str, str]], list_version: str) -> ListEntry:
    names = tuple(dict.fromkeys(row["name"].strip() for row in rows))
    identifiers = (part.strip() for row in rows for part in row["identifiers"].split(";"))
    kind = EntryKind(rows[0]["kind"])
    return ListEntry(list_version, entry, names, tuple(dict.fromkeys(filter(None, identifiers))), kind)


# ------------------------------------------------------------------ knowing files by their content


def _sorted_by_content(folder: Path) -> tuple[list[_Version], list[Skipped]]:
    found: list[_Version] = []
    skipped: list[Skipped] = []
    families: dict[tuple[Path, str], dict[str, Path]] = defaultdict(dict)
    for path in _files(folder):
        head = read_body(path, HEAD_BYTES)
        role = _ofac_role(head)
        if is_un(head):
            stamp = re.search(rb'dateGenerated="(\d{4}-\d{2}-\d{2})', head)
            day = date.fromisoformat(stamp[1].decode()) if stamp else _day_of(path)
            title = "Security Council Consolidated List"
            found.append(_Version("United Nations Security Council", title, (day, 0), (("un", path),)))
        elif role:
            families[path.parent, _ROLE.sub("", path.name)][role] = path
        elif is_own(head):
            found.append(_Version(_stem(path), _stem(path), (_day_of(path), _number(path)), (("own", path),)))
        else:
            skipped.append(Skipped(_shown(path, folder), "format not known"))
    for files in families.values():
        missing = ", ".join(sorted(OFAC_WHOLE - files.keys()))
        if missing:
            reason = f"not a whole version: {missing} of the same date is missing"
            skipped += [Skipped(_shown(path, folder), reason) for path in files.values()]
        else:
            found.append(_ofac_version(files))
    return found, skipped


def _ofac_version(files: dict[str, Path]) -> _Version:
    is_sdn = all(row[3].strip() != NON_SDN_PROGRAMME for row in _first_rows(read_body(files["main"], HEAD_BYTES)))
    title = "Specially Designated Nationals" if is_sdn else "Consolidated List without the SDN"
    publisher = "OFAC SDN" if is_sdn else "OFAC non-SDN"
    return _Version(publisher, title, (_day_of(files["main"]), 0), tuple(sorted(files.items())))


def _load(version: _Version, folder: Path) -> LoadedList:
    bodies = {role: (_shown(path, folder), read_body(path)) for role, path in version.files}
    slug = re.sub(r"[^a-z0-9]+", "-", version.publisher.casefold()).strip("-")
    kept = tuple(body for _, body in bodies.values())
    if len(bodies) > 1:
        kept = (parts_manifest({role: body for role, (_, body) in bodies.items()}), *kept)
    whole = digest(kept[0])
    day = version.order[0]
    name = f"list:{slug}-{day.isoformat()}-{whole[:8]}"
    if "un" in bodies:
        day, entries = un_entries(*bodies["un"], name)
    elif "own" in bodies:
        entries = own_entries(*bodies["own"], name)
    else:
        entries = ofac_entries(bodies, name)
    return LoadedList(name, version.publisher, version.title, whole, day, entries, kept)


def parts_manifest(bodies: Mapping[str, bytes]) -> bytes:
    """Which bytes stand for a list of several files? A line for each: its role and digest."""
    return "\n".join(f"{role} {digest(body)}" for role, body in sorted(bodies.items())).encode()


def is_un(body: bytes) -> bool:
    """Do these bytes begin as the Security Council's list does?"""
    return re.search(rf"<{UN_ROOT}[\s>]".encode(), body[:HEAD_BYTES]) is not None


def is_own(body: bytes) -> bool:
    """Do these bytes begin as a list of the project's own form does?"""
    head = body[:HEAD_BYTES]
    first = head.decode("utf-8-sig", errors="replace").split("\n", 1)[0].strip().replace('"', "")
    return tuple(first.split(","))[:4] == OWN_COLUMNS


def _ofac_role(head: bytes) -> str | None:
    """Which table of the OFAC family begins so? By the number of columns, which is the same in the first rows."""
    rows = _first_rows(head)
    widths = {len(row) for row in rows}
    if len(widths) != 1 or not all(row[0].isdigit() for row in rows):
        return None
    role = OFAC_WIDTHS.get(widths.pop())
    if role == "alt":
        return role if all(row[2].strip() in {"aka", "fka", "nka"} for row in rows) else None
    if role in {"main", "add"}:
        return role if any(cell.strip() == "-0-" for row in rows for cell in row) else None
    return role


def _first_rows(head: bytes) -> list[list[str]]:
    """The first whole rows of a table, a header left out."""
    text = head.decode("utf-8", errors="replace")
    reader = csv.reader(io.StringIO(text[: text.rfind("\n") + 1], newline=""))
    rows = [row for row in itertools.islice(reader, HEAD_ROWS) if row and not row[0].startswith("\x1a")]
    return rows[1:] if rows and not rows[0][0].isdigit() else rows


# ------------------------------------------------------------------ files and their days


def _files(folder: Path) -> Iterable[Path]:
    for count, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file()), 1):
        if count > FILES_LIMIT:
            raise BadInputError.one(str(folder), f"at most {FILES_LIMIT} files", "more", "name the folder of the lists")
        yield path


def read_body(path: Path, limit: int | None = None) -> bytes:
    """What bytes does this file hold, unpacked if it is gzipped? At most `limit` of them; never beyond the limits."""
    if path.stat().st_size > FILE_LIMIT_BYTES:
        raise BadInputError.one(path.name, f"at most {FILE_LIMIT_BYTES} bytes", "more", "split the list")
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            body: bytes = file.read(limit or BODY_LIMIT_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInputError.one(path.name, "a readable file", str(error), "fetch the file again") from None
    if len(body) > BODY_LIMIT_BYTES:
        raise BadInputError.one(path.name, f"at most {BODY_LIMIT_BYTES} bytes unpacked", "more", "split the list")
    return body


def _day_of(path: Path) -> date:
    """Of which day is a file whose content does not say? Its name, else the day it was last written."""
    match = _DAY.search(path.name)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3] or 1))
        except ValueError:
            raise BadInputError.one(path.name, "a day in the name", match[0], "rename the file") from None
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def _number(path: Path) -> int:
    """Which version number does the name end in?"""
    match = re.search(r"[-_]v(\d{1,6})(?=\.|$)", path.name)
    return int(match[1]) if match else 0


def _stem(path: Path) -> str:
    """The file's name without day, version number and endings: what its versions have in common."""
    name = re.sub(r"(\.csv|\.xml)?(\.gz)?$", "", path.name)
    return re.sub(r"[-_]v\d{1,6}$", "", _DAY.sub("", name)).strip("-_. ") or name


def _stamp(version: _Version) -> str:
    day, number = version.order
    return f"{day.isoformat()} v{number}" if number else day.isoformat()


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
