"""Which nouns does an office begin with? Balances that nobody proved here, tables by two, signatures brought in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.money import Money
from ecluse.base.sealed import sealed
from ecluse.office.registers import HomePrice as HomePrice  # noqa: PLC0414 - a table of the first day brings prices in

# What an office takes over it states and does not prove; the audit counts it apart.
GRADE = "opening, unproven"


@sealed("opening_licence/1")
@dataclass(frozen=True, slots=True)
class OpeningLicence:
    """A licence that was in force before this office began, as its paper states it; nothing leaves under it here."""

    id: str
    number: str
    holder: str
    buyer: str | None
    end_user: str
    destination: str
    model: str
    class_: str
    units: int
    units_left: int
    issued_by: str
    issued_on: date
    valid_until: date
    as_of: date
    document: str
    grade: str


@sealed("opening_units/1")
@dataclass(frozen=True, slots=True)
class OpeningUnits:
    """A run of serial numbers that was abroad before this office began: its custodian, the authority responsible."""

    id: str
    crate: str | None
    model: str
    class_: str
    prefix: str
    first: int
    last: int
    digits: int
    custodian: str
    authority: str
    place: str
    as_of: date
    document: str
    grade: str

    def serial(self, number: int) -> str:
        """How is this number of the run marked on the unit?"""
        return f"{self.prefix}{number:0{self.digits}d}"


@sealed("opening_receivable/1")
@dataclass(frozen=True, slots=True)
class OpeningReceivable:
    """What a debtor owed before this office began; posted against `opening:unproven`."""

    id: str
    number: str
    debtor: str
    creditor: str
    money: Money
    due_on: date | None
    as_of: date
    document: str
    grade: str


@sealed("opening_receipt/1")
@dataclass(frozen=True, slots=True)
class OpeningReceipt:
    """Money that a bank reports to have received for an opening receivable."""

    id: str
    number: str
    receivable: str
    bank: str
    payer: str | None
    money: Money
    on: date
    document: str
    grade: str


@sealed("proposed_import/1")
@dataclass(frozen=True, slots=True)
class ProposedImport:
    """An officer proposes to take a table in: the file and map by their digests, what its rows come to, how many."""

    id: str
    kind: str
    file_name: str
    file: str
    map: str | None
    rows: str
    records: int
    proposer: str
    authority: str
    on: date


@sealed("accepted_import/1")
@dataclass(frozen=True, slots=True)
class AcceptedImport:
    """A second person of another authority accepts the table; its rows are filed by the same deed."""

    id: str
    proposal: str
    file: str
    rows: str
    acceptor: str
    authority: str
    on: date


@sealed("declined_import/1")
@dataclass(frozen=True, slots=True)
class DeclinedImport:
    """A proposed table was not taken, for this reason."""

    id: str
    proposal: str
    officer: str
    authority: str
    reason: str
    on: date


@sealed("signature_brought/1")
@dataclass(frozen=True, slots=True)
class SignatureBrought:
    """A signature made away from the office was brought in: of which record's digest, by whose key, for which day.

    Filed about what the signed record is about: nothing heard before it knew of it.
    """

    id: str
    digest: str
    owner: str
    key: str
    signed_on: date
    value_hex: str
    on: date
