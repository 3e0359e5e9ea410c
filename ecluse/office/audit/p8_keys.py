"""P8, keys: was each laid by two, among hosts enough, before the first commitment that it opens?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from ecluse.base.canon import digest
from ecluse.base.law import Row
from ecluse.custody.openings import (
    BEFORE_KEYS,
    AcceptedOpeningKeys,
    OpeningKey,
    ProposedOpeningKeys,
    SealingKey,
    key_digest,
    kind_of,
    period_of,
)
from ecluse.office.audit.p6_records import salt_of
from ecluse.office.audit.reading import Filed, Reading, law_rows
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Authority


def keys_come_first(reading: Reading, tally: Tally) -> None:
    """Has every commitment that opens later a key, and was the key on record before it?"""
    laid = first_laid(reading)
    if not laid:
        return
    names = _Names(list(law_rows("office/opening", reading.today())))
    missing: dict[str, list[Filed]] = {}
    late: dict[str, list[Filed]] = {}
    bound: set[str] = reading.keep("keys_bound", set())
    for row in reading.rows:
        name = names.of(row)
        if not name:
            continue
        tally.count("commitments_bound")
        bound.add(name)
        key = laid.get(name)
        if key is None:
            missing.setdefault(name, []).append(row)
        elif row.v not in BEFORE_KEYS and not _is_before(key, row):
            late.setdefault(name, []).append(row)
    for key_name, found, rows in _each(("opening_key_missing", missing), ("bound_late", late)):
        first = min(rows, key=lambda row: (row.on, row.log, row.index))
        tally.broken(key_name, found, first.on, record=first.rid, records=len(rows))


def first_laid(reading: Reading) -> dict[str, Filed]:
    """Where was each key laid for the first time, by the key's name?"""
    found: dict[str, Filed] = {}
    for row in reading.of(OpeningKey):
        found.setdefault(row.value.name, row)
    return found


def _is_before(key: Filed, row: Filed) -> bool:
    """Within one log the index decides, between two only the day."""
    return key.index < row.index if key.log == row.log else key.on <= row.on


def _each(*groups: tuple[str, dict[str, list[Filed]]]) -> Iterable[tuple[str, str, list[Filed]]]:
    return [(key, name, rows) for key, found in groups for name, rows in sorted(found.items())]


class _Names:
    """Which key opens a record? Asked a hundred thousand times: rows are found once by version."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = {version: rows for version, rows in _by_version(rows).items() if len(rows) > 1}
        self.row = {version: rows[0] for version, rows in _by_version(rows).items() if len(rows) == 1}
        self.known: dict[tuple[int, int, int], str] = {}

    def of(self, row: Filed) -> str:
        """What is the name of the key that opens it? Empty for what opens at once, or is no kind of the law."""
        rule = self.row.get(row.v)
        if rule is None or rule["subject_prefix"]:
            rule = kind_of(self.rows.get(row.v, [rule] if rule else []), row.v, row.subject)
        if rule is None:
            return ""
        slot = (id(rule), row.on.year, row.on.month)
        if slot not in self.known:
            period = period_of(rule, row.on)
            self.known[slot] = period.name if period else ""
        return self.known[slot]


def _by_version(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for version in row["records"].split(";"):
            found.setdefault(version, []).append(row)
    return found


def keys_are_laid_by_two(reading: Reading, tally: Tally) -> None:
    """Did two persons of two authorities lay each key, among as many hosts of other states as the law asks?"""
    accepted = {name: row.value for row in reading.of(AcceptedOpeningKeys) for name in row.value.keys}
    proposed = {row.value.id: row.value for row in reading.of(ProposedOpeningKeys)}

    def check(row: Filed) -> None:
        key: OpeningKey = row.value
        yes, asked = accepted.get(key.id), proposed.get(key.proposal)
        is_of_two = (
            yes is not None and asked is not None and yes.proposal == asked.id
            and yes.acceptor != asked.proposer and yes.authority != asked.authority
        )  # fmt: skip
        if not is_of_two:
            tally.broken("opening_key_of_one", key.id, row.on)
        (terms,) = law_rows("office/opening_split", row.on)
        if key.threshold < int(terms["threshold"]) or len(key.shares) < int(terms["hosts"]):
            tally.broken("opening_key_of_few", key.id, row.on, threshold=key.threshold, hosts=len(key.shares))
        if key.due_on != key.opens_on + timedelta(int(terms["days_to_hand_in"])):
            tally.broken("opening_key_moved", key.id, row.on, due_on=key.due_on)
        for fault, host in _host_faults(reading, row, asked.authority if asked else ""):
            tally.broken(fault, key.id, row.on, host=host)

    tally.count("opening_keys", len(reading.of(OpeningKey)))
    tally.each(reading.of(OpeningKey), check, lambda row: row.rid)


def _host_faults(reading: Reading, row: Filed, home: str) -> Iterable[tuple[str, str]]:
    """Each share is one state's, none is home's, and its key was registered and signed by its host before."""
    keys = {found.value.id: found for found in reading.of(SealingKey)}
    own = reading.newest(home, Authority)
    states = [own.state if own else ""]
    for share in row.value.shares:
        sealing = keys.get(share.sealing_key)
        is_own = sealing is not None and sealing.value.owner == share.host and reading.is_signed(sealing, share.host)
        if not is_own or sealing is None or not _is_before(sealing, row):
            yield "sealing_key_wrong", share.host
        authority = reading.newest(share.host, Authority)
        if authority is None or authority.state in states:
            yield "host_not_apart", share.host
        states.append(authority.state if authority else "")


def keys_are_kept(reading: Reading, tally: Tally) -> None:
    """Is the key that the office keeps, under which disclosures are published, the one whose digest is logged?"""
    for row in reading.of(OpeningKey):
        secret = salt_of(reading.salts.get(digest(f"opening-key/{row.value.key_digest}".encode())))
        if secret is None:
            tally.broken("opening_key_lost", row.value.id, row.on)
        elif key_digest(secret) != row.value.key_digest:
            tally.broken("opening_key_differs", row.value.id, row.on)
