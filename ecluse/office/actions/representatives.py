"""How does a visitor of a demonstration come to speak for a body? A person is put on record for it, once."""

from __future__ import annotations

from ecluse.base.errors import ForbiddenError
from ecluse.office.actions.deed import Deed
from ecluse.office.desk.today import is_demonstration, open_session, today
from ecluse.office.registers import Officer


def put_on_record(officer: Officer) -> None:
    """This person speaks for this body from today on. Raises ForbiddenError outside a demonstration."""
    if not is_demonstration():
        raise ForbiddenError("only a demonstration makes up people")
    session = open_session()
    if session.newest(officer.id, Officer) is None:
        with Deed(session, "office.register", actor="clock:office", on=today(), subject=officer.id) as deed:
            deed.seal(officer)
