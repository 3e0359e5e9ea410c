"""How does a document come to lie beside an order? Its bytes are kept once; that they belong there is sealed."""

from __future__ import annotations

from datetime import date

from ecluse.base.canon import digest
from ecluse.office.actions.cases import touches
from ecluse.office.actions.deed import Deed
from ecluse.office.models import Document
from ecluse.office.registers_people import Attachment
from ecluse.office.session import Mandate, Session

# A plan's document holds needs, stock and capacity of the whole country.
PLAN_READERS = frozenset({"planner", "controller", "auditor"})


def attach(
    session: Session, order: str, content: bytes, media_type: str, name: str, *, actor: str, on: date, log: str = "home"
) -> Attachment:
    """Keep these bytes and seal that they belong to this order, or to a body's tables. Which attachment is it now?"""
    named = digest(content)
    place = f"document:{named}"
    number = 1 + len(session.of(order, Attachment))
    record = Attachment(f"attachment:{order}/{number}", order, named, media_type, len(content), name, on)
    copy = Attachment(f"{record.id}/document", order, named, media_type, len(content), name, on)
    is_new = session.row(Document, named, place) is None
    case = order if order.startswith("order:") else ""
    with Deed(session, "office.attach", actor=actor, on=on, subject=order, order=case, log=log) as deed:
        deed.seal(record)
        # A second record under the document: who may read it is told from what it belongs to.
        deed.seal(copy, place)
        if is_new:
            deed.put(Document(digest=named, media_type=media_type, size=len(content), content=content), place)
    return record


def tables_of(body: str) -> str:
    """Under which subject does a body lay down tables that it is going to propose?"""
    return f"tables:{body}"


def attachments_of(session: Session, order: str) -> list[Attachment]:
    """Which documents lie beside this order, oldest first?"""
    return session.of(order, Attachment)


def readable(session: Session, mandate: Mandate, named: str) -> tuple[Attachment, bytes] | None:
    """As what, and with which bytes, may this person read the document of this digest? None when he may not.

    It is readable for whoever has a part in one of the orders to which it belongs; a plan for those who plan or audit;
    a table for the body that laid it down.
    """
    for record in session.of(f"document:{named}", Attachment):
        if _may_read(session, mandate, record.subject):
            kept = Document.objects.filter(digest=named).first()
            content = bytes(kept.content) if kept else b""
            return (record, content) if kept and digest(content) == named else None
    return None


def _may_read(session: Session, mandate: Mandate, subject: str) -> bool:
    kind = subject.partition(":")[0]
    if kind == "plan":
        return mandate.role in PLAN_READERS
    return subject == tables_of(mandate.body) if kind == "tables" else touches(session, mandate, subject)
