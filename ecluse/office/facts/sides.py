"""What does the low side know of the ministry's secrets? The high side's signed word, yes or no, and nothing else."""

from __future__ import annotations

import os
from datetime import date

from ecluse.office.models import Setting
from ecluse.office.registers import CapacityStanding, Carriage, HomeStanding
from ecluse.office.session import Session
from ecluse.surplus.terms import Certificate, HomeProgress, ModelCapacity

HIGH, LOW, BOTH = "high", "low", "both"
FROM_HIGH, TO_LOW = "side:high", "side:low"


def side_of(session: Session) -> str:
    """Which side is this database: as it was founded, else as its carriages show, else as ECLUSE_SIDE says?

    A database that was founded low, or has taken a carriage in, stays low whatever the environment says.
    """
    founded = session.row(Setting, "side", FROM_HIGH)
    if founded is not None and founded.value in (HIGH, LOW):
        return str(founded.value)
    if session.of(FROM_HIGH, Carriage):
        return LOW
    return HIGH if session.of(TO_LOW, Carriage) else os.environ.get("ECLUSE_SIDE", BOTH)


def is_low(session: Session) -> bool:
    """Is this the portal's own database, without the ministry's figures? What it does not know is unknown."""
    return side_of(session) == LOW


def home_stated(session: Session, class_: str, on: date) -> HomeProgress | None:
    """Are home deliveries of the class behind plan, as far as the high side said? None where it said nothing.

    Figures are the least that its word proves: behind, one unit planned that was not accepted; else none missing.
    """
    said = [word for word in session.of(f"home:{class_}", HomeStanding) if word.stated_on <= on]
    if not said:
        return None
    last = said[-1]
    return HomeProgress(class_, last.month, 1 if last.is_behind else 0, 0)


def capacity_stated(session: Session, certificate: Certificate, on: date) -> ModelCapacity | None:
    """Is the capacity behind the certificate demonstrated and in force, as far as the high side said?

    What was attested is at least what was certified; the figure itself stays on the high side.
    """
    said = [word for word in session.of(certificate.id, CapacityStanding) if word.stated_on <= on]
    if not said:
        return None
    units = certificate.units_certified
    return ModelCapacity(units, units if said[-1].is_demonstrated else 0, said[-1].valid_until)
