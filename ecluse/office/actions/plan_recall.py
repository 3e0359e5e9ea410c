"""How is what is on its way called back for home? The licensing authority suspends its licence; goods turn back.

What comes back is home's: the ministry draws it as soon as it is with its maker again.
"""

from __future__ import annotations

from datetime import date

from ecluse.licence.life import is_in_force
from ecluse.licence.terms import Licence, LicenceEvent, LicenceState
from ecluse.office.actions.licence import change_licence
from ecluse.office.actions.plan_surge import Sign, open_cases
from ecluse.office.actions.reopen import Followed, reopen_licence
from ecluse.office.facts.plan_surge import order_named, to_recall
from ecluse.office.session import Session
from ecluse.plan.terms import Surge


def recall(session: Session, surge: Surge, *, officer: str, on: date, sign: Sign) -> list[Followed]:
    """Suspend the licences of what is moving, and call it back. It asks the records, so it may run again."""
    found: list[Followed] = []
    for id in orders_to_recall(session, surge):
        order = order_named(session, f"{id}/0")
        licence, events = session.newest(id, Licence), session.of(id, LicenceEvent)
        if licence is not None and is_in_force(licence, events, on):
            event = LicenceEvent(
                f"licence-event:{id}/{surge.id}-{len(events) + 1}", licence.id, LicenceState.SUSPENDED, officer, None,
                surge.id, on,
            )  # fmt: skip
            change_licence(session, id, event, [sign(officer, event, on)])
        found += reopen_licence(session, order, on)
        open_cases(session, order, surge, on)
    return found


def orders_to_recall(session: Session, surge: Surge) -> list[str]:
    """Under which orders are units moving that nobody called back yet?"""
    return sorted({one.tranche.rsplit("/", 1)[0] for one in to_recall(session, surge)})
