"""Which records wait for a signature that must be made away from the office, and whose?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ecluse.base.sealed import VERSIONS, Sealed, seal, unseal
from ecluse.base.signing import is_signed_by
from ecluse.custody.openings import HandedShare, SealingKey
from ecluse.custody.terms import LifeEvent, Line
from ecluse.edge.seal_many import RECORDS_LIMIT, TO_SIGN_BYTES_LIMIT, to_sign_bytes
from ecluse.licence.terms import CriticalGoods, MarketingAuthorisation, PartnerList
from ecluse.office.models import Record, SignatureRow
from ecluse.office.opening.records import (
    OpeningLicence,
    OpeningReceipt,
    OpeningReceivable,
    OpeningUnits,
    SignatureBrought,
)
from ecluse.office.registers import HomePrice
from ecluse.office.registers_people import PaperOffered
from ecluse.office.session import Session
from ecluse.parties.terms import BuyerTiers, EndUseStatement
from ecluse.proceeds.terms import BudgetFigure, ContributionPolicy
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    FundedOrder,
    JudgedSurplus,
    OrdersStatement,
    Reserve,
    StatedNeed,
    StockCount,
    SurplusPolicy,
)

# Whose signature does a record bear that a table may have brought in without it?
OWNERS: Mapping[type, Callable[[Any], str]] = MappingProxyType({
    **dict.fromkeys(
        (FundedOrder, OrdersStatement, StockCount, Reserve, StatedNeed, AbsorptionLimit, JudgedSurplus, HomePrice,
         SurplusPolicy, ContributionPolicy, BuyerTiers, PartnerList, CriticalGoods, MarketingAuthorisation,
         BudgetFigure, LifeEvent),
        lambda record: str(record.owner),
    ),
    **dict.fromkeys((CapacityAttestation, Line), lambda record: str(record.maker)),
    EndUseStatement: lambda record: f"authority:{record.state.lower()}",
    OpeningLicence: lambda record: str(record.issued_by),
    OpeningUnits: lambda record: str(record.custodian),
    OpeningReceivable: lambda record: str(record.creditor),
    OpeningReceipt: lambda record: str(record.bank),
    SealingKey: lambda record: str(record.owner),
    HandedShare: lambda record: str(record.host),
})  # fmt: skip
PAPERS_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Unsigned:
    """One record that waits: whose signature, what it is about, its sealed form; `is_paper` when it is not on file yet.

    A paper was signed by one side and is filed when the other signs the same bytes.
    """

    owner: str
    subject: str
    record: Sealed
    is_paper: bool


def unsigned(session: Session, owner: str = "") -> Iterator[Unsigned]:
    """Which records wait for a signature, of this owner alone or of all? Those on file first, then papers held out."""
    yield from (one for one in _on_file() if owner in ("", one.owner))
    yield from (one for one in _papers(session) if owner in ("", one.owner))


def file_for(session: Session, owner: str) -> tuple[bytes, int]:
    """Which file carries to this owner what waits for it, and how many records are left for a next file?

    Empty where nothing waits.
    """
    found, length = [one.record.body for one in unsigned(session, owner)], 0
    taken: list[bytes] = []
    for body in found[:RECORDS_LIMIT]:
        length += len(body)
        if taken and length * 2 > TO_SIGN_BYTES_LIMIT:  # quoted once more in the file, a record grows
            break
        taken.append(body)
    return (to_sign_bytes(owner, taken) if taken else b""), len(found) - len(taken)


def of_digest(session: Session, digest: str) -> Unsigned | None:
    """Which record with this digest waits for a signature? None when none does."""
    row = Record.objects.filter(digest=digest).first()
    if row is None:
        return next((one for one in _papers(session) if one.record.digest == digest), None)
    value = unseal(bytes(row.body))
    owner = OWNERS.get(type(value))
    if owner is None or is_signed_by(owner(value), value, session.signatures(digest), session.keys([owner(value)])):
        return None
    return Unsigned(owner(value), row.subject, seal(value), is_paper=False)


def brought_for(session: Session, subject: str, digest: str, owner: str) -> SignatureBrought | None:
    """Which signature of this record was brought in for its owner, the newest?"""
    found = [one for one in session.of(subject, SignatureBrought) if (one.digest, one.owner) == (digest, owner)]
    return found[-1] if found else None


def is_brought(digest: str) -> bool:
    """Was a signature of the record with this digest brought in, be the record on file or a paper still?"""
    return Record.objects.filter(v=VERSIONS[SignatureBrought], rid__endswith=f"-{digest[:16]}").exists()


def _on_file() -> Iterator[Unsigned]:
    versions = [VERSIONS[cls] for cls in OWNERS]
    rows = Record.objects.filter(v__in=versions).exclude(digest__in=SignatureRow.objects.values("digest"))
    for body, subject in rows.order_by("on", "rid").values_list("body", "subject").iterator():
        value = unseal(bytes(body))
        yield Unsigned(OWNERS[type(value)](value), subject, seal(value), is_paper=False)


def _papers(session: Session) -> Iterator[Unsigned]:
    """Records that one side signed and held out, neither on file nor signed by the other; the newest of each case."""
    rows = Record.objects.filter(v=VERSIONS[PaperOffered]).order_by("-on", "-rid").values_list("body", "subject")
    newest: dict[tuple[str, str], PaperOffered] = {}
    for body, subject in rows[:PAPERS_LOOKED_AT]:
        paper = unseal(bytes(body))
        held = newest.get((subject, paper.action))
        if held is None or _number(held) < _number(paper):
            newest[subject, paper.action] = paper
    for (subject, _), paper in newest.items():
        records = [seal(unseal(text.encode())) for text in paper.papers]
        filed = set(Record.objects.filter(digest__in=[one.digest for one in records]).values_list("digest", flat=True))
        for record in records:
            if record.digest not in filed and brought_for(session, subject, record.digest, paper.waits_for) is None:
                yield Unsigned(paper.waits_for, subject, record, is_paper=True)


def _number(paper: PaperOffered) -> int:
    return int(paper.id.rpartition("/")[2])
