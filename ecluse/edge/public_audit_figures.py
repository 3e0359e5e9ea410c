"""Is every line of committed figures the one that its log entry names, is none left out, and who signed it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ecluse.base.canon import canonical, digest, parse
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import FIELDS, Line, read_line
from ecluse.base.figures import figures_hash
from ecluse.base.proof import opens
from ecluse.base.signing import holds
from ecluse.edge.public_audit_logs import Logs, Place
from ecluse.edge.public_audit_points import Point, broken
from ecluse.proceeds.envelope_lines import KINDS as MONEY_KINDS
from ecluse.proceeds.envelope_lines import MoneyYear
from ecluse.surplus.envelope_year import KINDS, Signing, readable

FIGURES, SIGNED = "envelope/figures.jsonl", "envelope/signed.jsonl"
FIGURES_SIGNED = "figures_signed/1"
LINES_LIMIT = 500_000
# Each point is looked at before it is believed to be one: so many take about a minute.
POINTS_LIMIT = 1_000_000
SIGNED_LIMIT = 100_000
MOST_HASHES = 1_000
HASH = re.compile(r"[0-9a-f]{64}")
SIGNED_FIELDS = frozenset({"owner", "key", "record", "on", "value_hex", "log", "index", "commitment", "salt"})


def read_figures(bodies: Iterable[bytes], logs: Logs, looks: bool = True) -> tuple[list[Line], list[Point]]:
    """Which lines stand in the log as published, and which do not, are out of order, or are left out?

    Where nothing is to be added up (`looks` is False) no point is looked at, and the lines come back without them.
    """
    lines: list[Line] = []
    points: list[Point] = []
    seen: set[str] = set()
    last: tuple[str, int, int] | None = None
    committed = 0
    for number, body in enumerate(bodies, 1):
        if number > LINES_LIMIT:
            raise EvidenceError(f"{FIGURES} has more than {LINES_LIMIT} lines")
        where = f"{FIGURES}:{number}"
        try:
            form = parse(body)
            line, hash_ = _looked_at(form) if looks else _placed(form)
        except EvidenceError as error:
            points.append(broken("P1", "envelope_unreadable", where, reason=str(error)))
            continue
        committed += len(line.points)
        if committed > POINTS_LIMIT:
            raise EvidenceError(f"{FIGURES} has more than {POINTS_LIMIT} points")
        fault = _fault_of(line, hash_, logs, seen, last)
        if fault:
            points.append(broken("P1", fault, f"{where} {line}"))
            continue
        seen.add(hash_)
        last = line.place()
        lines.append(line)
    return lines, [*points, *_left_out(lines, logs)]


def _looked_at(form: Any) -> tuple[Line, str]:
    line = read_line(form)
    _check_kind(line)
    return line, line.hash()


def _placed(form: Any) -> tuple[Line, str]:
    """The line without its points, and its hash as it is spelled."""
    if not isinstance(form, dict) or form.keys() != FIELDS or not isinstance(form["kind"], str):
        raise EvidenceError(f"expected a line with the fields {', '.join(sorted(FIELDS))}")
    log, index, at = form["log"], form["index"], form["at"]
    if not isinstance(log, str) or type(index) is not int or type(at) is not int or min(index, at) < 0:
        raise EvidenceError("log, index and at name no place in a log")
    hashed = {name: value for name, value in form.items() if name not in ("log", "index", "at")}
    return Line(form["kind"], {}, (), date.min, log, index, at), figures_hash(canonical(hashed))


def _check_kind(line: Line) -> None:
    """Something must follow from every line: one of an unknown kind is not passed over."""
    if line.kind in KINDS:
        readable(line)
    elif line.kind in MONEY_KINDS:
        MoneyYear([line], [], [], line.on)
    else:
        raise EvidenceError(f"{line}: nothing is known of lines of this kind")


def _fault_of(line: Line, hash_: str, logs: Logs, seen: set[str], last: tuple[str, int, int] | None) -> str | None:
    if last is not None and line.place() <= last:
        return "envelope_out_of_order"
    entries = logs.entries.get(line.log, [])
    named = entries[line.index].get("figures", []) if line.index < len(entries) else []
    if not isinstance(named, list) or line.at >= len(named) or named[line.at] != hash_:
        return "envelope_differs"
    return "envelope_twice" if hash_ in seen else None


def _left_out(lines: Iterable[Line], logs: Logs) -> Iterator[Point]:
    """An entry that names figures shows every line of them: none is held back."""
    shown = {line.place() for line in lines}
    for name, entries in sorted(logs.entries.items()):
        for index, entry in enumerate(entries):
            named = entry.get("figures", [])
            if not isinstance(named, list) or len(named) > LINES_LIMIT:
                yield broken("P1", "envelope_unreadable", f"{name}#{index}", reason="figures is not a list of hashes")
                continue
            for at in range(len(named)):
                if (name, index, at) not in shown:
                    yield broken("P1", "envelope_left_out", f"{name}#{index}.{at}")


def read_signed(bodies: Iterable[bytes], logs: Logs) -> tuple[list[Signing], list[Point]]:
    """Which owners signed which lines, by signatures that verify over a record that stands in the log?"""
    found: list[Signing] = []
    points: list[Point] = []
    owner_of: dict[str, str] = {}
    for number, body in enumerate(bodies, 1):
        if number > SIGNED_LIMIT:
            raise EvidenceError(f"{SIGNED} has more than {SIGNED_LIMIT} lines")
        where = f"{SIGNED}:{number}"
        try:
            signing = _signing(parse(body), logs)
            if owner_of.setdefault(signing.key, signing.owner) != signing.owner:
                raise EvidenceError("this key signs for another owner, too")
        except (EvidenceError, KeyError, TypeError, ValueError, AttributeError) as error:
            points.append(broken("P1", "envelope_unsigned", where, reason=str(error)))
            continue
        found.append(signing)
    return found, points


def _signing(form: Any, logs: Logs) -> Signing:
    if not isinstance(form, dict) or not form.keys() >= SIGNED_FIELDS:
        raise EvidenceError(f"expected the fields {', '.join(sorted(SIGNED_FIELDS))}")
    place, body = Place.of(form), form["record"].encode()
    if not opens(bytes.fromhex(place.commitment), bytes.fromhex(form["salt"]), body):
        raise EvidenceError("salt and record do not open the commitment")
    if fault := logs.fault_of(place, "surplus"):
        raise EvidenceError(f"the commitment does not stand at {place}: {fault}")
    record, owner = parse(body), form["owner"]
    hashes = record["figures"]
    if record["v"] != FIGURES_SIGNED or record["owner"] != owner or not isinstance(owner, str):
        raise EvidenceError("the record is another owner's, or no signature of figures")
    is_list = isinstance(hashes, list) and 1 <= len(hashes) <= MOST_HASHES
    if not is_list or not all(isinstance(one, str) and HASH.fullmatch(one) for one in hashes):
        raise EvidenceError(f"figures are not 1 to {MOST_HASHES} hashes")
    if not holds(digest(body), date.fromisoformat(form["on"]), form["key"], form["value_hex"]):
        raise EvidenceError("the key does not sign this record")
    return Signing(owner, frozenset(hashes), place.log, place.index, form["key"])
