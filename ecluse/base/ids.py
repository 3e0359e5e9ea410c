"""Of what kind is this identifier, and is it spelled as identifiers are? `kind:slug`, short, plain, safe in a path."""

from __future__ import annotations

import re
from typing import NewType

OrderId = NewType("OrderId", str)
TrancheId = NewType("TrancheId", str)
CertificateId = NewType("CertificateId", str)
PolicyId = NewType("PolicyId", str)
DrawId = NewType("DrawId", str)
PartyId = NewType("PartyId", str)
MakerId = NewType("MakerId", str)
ModelId = NewType("ModelId", str)
ListVersionId = NewType("ListVersionId", str)
ScreeningId = NewType("ScreeningId", str)
ApplicationId = NewType("ApplicationId", str)
LicenceId = NewType("LicenceId", str)
AuthorityId = NewType("AuthorityId", str)
OfficerId = NewType("OfficerId", str)
KeyId = NewType("KeyId", str)
CentreId = NewType("CentreId", str)
LineId = NewType("LineId", str)
BlockId = NewType("BlockId", str)
ManifestId = NewType("ManifestId", str)
SaleId = NewType("SaleId", str)
ReceiptId = NewType("ReceiptId", str)
PurchaseId = NewType("PurchaseId", str)
HearingId = NewType("HearingId", str)
CaseId = NewType("CaseId", str)

LENGTH_LIMIT = 120
KIND = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
# Marks stand singly between letters or digits, so that no slug can climb out of a folder or end a sentence.
SLUG = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)*")


def check_id(kind: str, text: str) -> str:
    """Is this text an identifier of this kind? Gives it back, or raises ValueError.

    >>> check_id("order", "order:2026/0417")
    'order:2026/0417'
    """
    found, mark, slug = text.partition(":")
    if len(text) > LENGTH_LIMIT:
        raise ValueError(f"identifier is longer than {LENGTH_LIMIT} characters: {text[:40]!r}...")
    if not mark or found != kind or not KIND.fullmatch(found):
        raise ValueError(f"expected an identifier of kind {kind}, found {text!r}")
    if not SLUG.fullmatch(slug):
        raise ValueError(f"identifier is not lower-case ASCII letters, digits and single -./ between them: {text!r}")
    return text


def kind_of(text: str) -> str:
    """Of what kind is this identifier? Raises ValueError when it is not one."""
    kind = text.partition(":")[0]
    check_id(kind, text)
    return kind
