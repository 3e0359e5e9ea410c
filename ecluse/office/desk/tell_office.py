"""Whom does work at the terminal leave something to know? The same people are told as by a page or a program's call."""

from __future__ import annotations

import logging
from datetime import date

from ecluse.office.desk.registry import Desk
from ecluse.office.desk.tell import tell
from ecluse.office.session import Mandate, Session

LOG = logging.getLogger("ecluse.notices")
OFFICE = "clock:office"


def tell_written(session: Session, on: date) -> int:
    """How many notices came of what this session put on file? A failed notice undoes nothing, and is logged."""
    if not session.written:
        return 0
    mandate = session.mandate or Mandate(OFFICE, OFFICE, "clock", on, None)
    try:
        return tell(Desk(session, mandate, on), "", frozenset())
    except Exception:
        LOG.exception("nobody could be told of what was done")
        return 0
