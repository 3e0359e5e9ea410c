"""How does one side hold out a handover's paper? Signed by itself, it moves nothing until the other side signs too."""

from __future__ import annotations

from datetime import date

from ecluse.office.actions.deed import Deed
from ecluse.office.registers_people import ManifestOffered
from ecluse.office.session import Session


def offer_handover(session: Session, order: str, offered: ManifestOffered, on: date, *, log: str) -> None:
    """One side signs a handover's paper and holds it out to the other."""
    with Deed(
        session, "custody.offer", actor=offered.by, on=on, subject=offered.manifest.tranche, order=order, log=log
    ) as deed:
        deed.seal(offered)
