"""Which key opens what on which day, among whom is it split, and is a share or a restored key the one that was laid?

A commitment opens by the key of its period and opening day. The key is split k-of-n before the first commitment that it
opens; each share is encrypted to the registered sealing key of a host state.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ecluse.base.errors import EvidenceError
from ecluse.base.law import Row
from ecluse.base.sealed import sealed
from ecluse.base.split import Share, restore

AT_ONCE, AFTER_QUARTER = "at_once", "after_quarter"
QUARTERS, MONTHS_IN_QUARTER = 4, 3
KEY_DOMAIN = b"ecluse/opening-key/1\n"
# What stands on record before anybody can lay a key: who the authorities, hosts and officers are, and who proposed it.
BEFORE_KEYS = frozenset({
    "authority/1", "key/1", "officer/1", "interest/1", "acted_by/1", "sealing_key/1", "proposed_import/1",
    "accepted_import/1", "declined_import/1", "proposed_opening_keys/1", "accepted_opening_keys/1", "opening_key/1",
})  # fmt: skip


@sealed("sealing_key/1")
@dataclass(frozen=True, slots=True)
class SealingKey:
    """To which X25519 key are shares for this host state encrypted, and between which days?"""

    id: str
    owner: str
    public_hex: str
    valid_from: date
    valid_until: date | None


@sealed("proposed_opening_keys/1")
@dataclass(frozen=True, slots=True)
class ProposedOpeningKeys:
    """An officer proposes to lay a year's opening keys, or to split one (`replaces`, `reason`) among other hosts."""

    id: str
    year: int
    hosts: tuple[str, ...]
    proposer: str
    authority: str
    on: date
    replaces: str | None = None
    reason: str | None = None


@sealed("accepted_opening_keys/1")
@dataclass(frozen=True, slots=True)
class AcceptedOpeningKeys:
    """A second person of another authority accepted the proposal; these keys were laid with it."""

    id: str
    proposal: str
    keys: tuple[str, ...]
    acceptor: str
    authority: str
    on: date


@dataclass(frozen=True, slots=True)
class SealedShare:
    """One host's share: its index, the digest of the share itself, and the share encrypted to the host's key."""

    index: int
    host: str
    sealing_key: str
    digest: str
    ephemeral_hex: str
    sealed_hex: str


@sealed("opening_key/1")
@dataclass(frozen=True, slots=True)
class OpeningKey:
    """A key that opens what was committed between two days, from `opens_on` on; hosts hand in until `due_on`.

    `name` is the name of the key's period and day, which a later splitting (`replaces`) keeps.
    """

    id: str
    name: str
    first_day: date
    last_day: date
    opens_on: date
    due_on: date
    threshold: int
    key_digest: str
    shares: tuple[SealedShare, ...]
    proposal: str
    on: date
    replaces: str | None = None

    def share_of(self, host: str) -> SealedShare | None:
        """Which share is this host's? None for a state that holds none."""
        return next((share for share in self.shares if share.host == host), None)


@sealed("opening_share/1")
@dataclass(frozen=True, slots=True)
class HandedShare:
    """A host state handed in its share, in the clear, once its day had come."""

    id: str
    key: str
    host: str
    index: int
    value_hex: str
    on: date


@sealed("opening_done/1")
@dataclass(frozen=True, slots=True)
class OpeningDone:
    """So many hosts handed in that the key is restored; here it stands for everybody."""

    id: str
    key: str
    key_hex: str
    hosts: tuple[str, ...]
    on: date


@sealed("opening_late/1")
@dataclass(frozen=True, slots=True)
class OpeningLate:
    """The day passed on which these hosts were to hand in; `is_missed` where too few did and nothing opened."""

    id: str
    key: str
    hosts: tuple[str, ...]
    due_on: date
    is_missed: bool
    on: date


@sealed("opening_key_restored/1")
@dataclass(frozen=True, slots=True)
class OpeningKeyRestored:
    """The office had lost this key; hosts gave their shares, which are not kept, and it stands here again."""

    id: str
    key: str
    hosts: tuple[str, ...]
    officer: str
    authority: str
    on: date


# ------------------------------------------------------------------ periods and days


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Which commitments share a key? Those of one year or quarter that open on one day."""

    first_day: date
    last_day: date
    opens_on: date

    @property
    def name(self) -> str:
        """What is the name of this period's key?

        >>> Period(date(2026, 1, 1), date(2026, 3, 31), date(2026, 6, 30)).name
        'opening-key:2026-q1/2026-06-30'
        """
        year = self.first_day.year
        is_year = (self.first_day.month, self.last_day.month) == (1, 12)
        part = f"{year}" if is_year else f"{year}-q{quarter_of(self.first_day)}"
        return f"opening-key:{part}/{self.opens_on}"


def quarter_of(on: date) -> int:
    """In which quarter of its year does this day lie?

    >>> quarter_of(date(2026, 4, 1))
    2
    """
    return (on.month - 1) // MONTHS_IN_QUARTER + 1


def opens_on(row: Row, year: int, quarter: int = QUARTERS) -> date:
    """On which day do records of this year, or of this quarter of it, open? So many months after its last day.

    >>> opens_on({"months": "24"}, 2026)
    datetime.date(2028, 12, 31)
    """
    months = quarter * MONTHS_IN_QUARTER + int(row["months"])
    return _end_of(year + (months - 1) // 12, (months - 1) % 12 + 1)


def period_of(row: Row, on: date) -> Period | None:
    """In which period was this committed, by its row of `office/opening`? None for what opens at once."""
    if row["opens"] == AT_ONCE:
        return None
    if row["opens"] == AFTER_QUARTER:
        quarter = quarter_of(on)
        first = date(on.year, (quarter - 1) * MONTHS_IN_QUARTER + 1, 1)
        return Period(first, _end_of(on.year, quarter * MONTHS_IN_QUARTER), opens_on(row, on.year, quarter))
    return Period(date(on.year, 1, 1), date(on.year, 12, 31), opens_on(row, on.year))


def periods_of(rows: Iterable[Row], year: int) -> list[Period]:
    """Which periods does this year have, by these rows of `office/opening`? One key is laid for each."""
    months = [date(year, month, 1) for month in range(1, 13)]
    found = {period_of(row, day) for row in rows for day in months}
    return sorted(period for period in found if period is not None)


def kind_of(rows: Iterable[Row], version: str, subject: str) -> Row | None:
    """Which row of `office/opening` names this record? A row for its subjects goes before the row for all."""
    found = [
        row for row in rows
        if version in row["records"].split(";") and subject.startswith(row["subject_prefix"])
    ]  # fmt: skip
    return max(found, key=lambda row: len(row["subject_prefix"]), default=None)


def _end_of(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


# ------------------------------------------------------------------ keys and shares


def key_digest(secret: bytes) -> str:
    """By which digest is a key known before it is shown?"""
    return hashlib.sha256(KEY_DOMAIN + secret).hexdigest()


def standing_keys(keys: Iterable[OpeningKey]) -> dict[str, OpeningKey]:
    """Which splitting of each key stands, by the key's name? The last; keys come in the order they were laid."""
    return {key.name: key for key in keys}


def file_of(name: str) -> str:
    """In which published file do the disclosures under this key lie?

    >>> file_of("opening-key:2026-q1/2026-06-30")
    'sealed/2026-q1_2026-06-30.jsonl'
    """
    return f"sealed/{name.partition(':')[2].replace('/', '_')}.jsonl"


def share_handed(key: OpeningKey, handed: HandedShare) -> Share:
    """Which share was handed in? Raises EvidenceError when it is not the one that was laid for this host."""
    held = key.share_of(handed.host)
    if held is None or held.index != handed.index:
        raise EvidenceError(f"{handed.host} holds no share {handed.index} of {key.id}")
    try:
        share = Share(key.id, handed.index, key.threshold, _bytes(handed.value_hex))
    except ValueError as error:
        raise EvidenceError(f"the share of {handed.host} for {key.id} is no share: {error}") from None
    if share.digest() != held.digest:
        raise EvidenceError(f"the share of {handed.host} for {key.id} is not the one that was laid")
    return share


def restored(key: OpeningKey, handed: Sequence[HandedShare]) -> bytes:
    """Which key do these shares restore? Raises EvidenceError for too few, for a wrong one, for another key."""
    shares = [share_handed(key, one) for one in {one.host: one for one in handed}.values()]
    secret = restore(shares, key.id, threshold=key.threshold)
    if key_digest(secret) != key.key_digest:
        raise EvidenceError(f"the shares of {key.id} restore another key than was laid")
    return secret


def missed_by(key: OpeningKey, handed_on: Mapping[str, date], today: date) -> tuple[date | None, tuple[str, ...]]:
    """On which day was the opening missed, and who had not handed in by its last day? None: it was not missed.

    `handed_on` says when each host handed in. The day is the one after the last on which hosts were to hand in.
    """
    late = tuple(share.host for share in key.shares if handed_on.get(share.host, date.max) > key.due_on)
    is_missed = len(key.shares) - len(late) < key.threshold
    return (date.fromordinal(key.due_on.toordinal() + 1) if is_missed and today > key.due_on else None), late


def _bytes(text: str) -> bytes:
    if not re.fullmatch(r"(?:[0-9a-f]{2})+", text):
        raise ValueError("it is not spelled in hexadecimal")
    return bytes.fromhex(text)


def each_fault(key: OpeningKey, handed: Iterable[HandedShare]) -> Iterator[tuple[str, str]]:
    """Which hosts handed in a share that is not theirs, and what is wrong with it?"""
    for one in handed:
        try:
            share_handed(key, one)
        except EvidenceError as error:
            yield one.host, str(error)
