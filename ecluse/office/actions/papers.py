"""How does one side hold out papers? Signed by itself, they move nothing until the other side signs too."""

from __future__ import annotations

from ecluse.office.actions.deed import Deed
from ecluse.office.registers_people import PaperOffered
from ecluse.office.session import Session


def offer_paper(session: Session, paper: PaperOffered, subject: str, *, order: str = "", log: str = "home") -> None:
    """One side signs papers about a subject and holds them out to the other."""
    with Deed(session, paper.action, actor=paper.by, on=paper.on, subject=subject, order=order, log=log) as deed:
        deed.seal(paper)
