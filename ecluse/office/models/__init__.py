"""What does the office keep? Sealed records first; every other table is a projection or a cache of them."""

from ecluse.office.models.custody import Unit
from ecluse.office.models.envelope import EnvelopeProof, FiguresLine
from ecluse.office.models.inquiries import InquiryCount
from ecluse.office.models.licence import LicenceLine
from ecluse.office.models.order import OrderRow, Tranche
from ecluse.office.models.parties import Involvement, LiveParty
from ecluse.office.models.people import (
    Account,
    ApiToken,
    Document,
    Draft,
    IdempotencyKey,
    Notice,
    ReadEntry,
    SavedView,
)
from ecluse.office.models.proceeds import Entry, Posting
from ecluse.office.models.record import Agenda, Checkpoint, Head, LogEntry, LogHead, Record, Salt, Setting, SignatureRow
from ecluse.office.models.surplus import CertificateBalance

__all__ = [
    "Account",
    "Agenda",
    "ApiToken",
    "CertificateBalance",
    "Checkpoint",
    "Document",
    "Draft",
    "Entry",
    "EnvelopeProof",
    "FiguresLine",
    "Head",
    "IdempotencyKey",
    "InquiryCount",
    "Involvement",
    "LicenceLine",
    "LiveParty",
    "LogEntry",
    "LogHead",
    "Notice",
    "OrderRow",
    "Posting",
    "ReadEntry",
    "Record",
    "Salt",
    "SavedView",
    "Setting",
    "SignatureRow",
    "Tranche",
    "Unit",
]
