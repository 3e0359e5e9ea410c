"""What does the office keep? Sealed records first; every other table is a projection or a cache of them."""

from ecluse.office.models.custody import Unit
from ecluse.office.models.licence import LicenceLine
from ecluse.office.models.order import OrderRow, Tranche
from ecluse.office.models.parties import Involvement, LiveParty
from ecluse.office.models.proceeds import Entry, Posting
from ecluse.office.models.record import Agenda, Checkpoint, Head, LogEntry, LogHead, Record, Salt, Setting, SignatureRow
from ecluse.office.models.surplus import CertificateBalance

__all__ = [
    "Agenda",
    "CertificateBalance",
    "Checkpoint",
    "Entry",
    "Head",
    "Involvement",
    "LicenceLine",
    "LiveParty",
    "LogEntry",
    "LogHead",
    "OrderRow",
    "Posting",
    "Record",
    "Salt",
    "Setting",
    "SignatureRow",
    "Tranche",
    "Unit",
]
