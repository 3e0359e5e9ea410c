"""Who may do what? Checked where the record is written: every action names the roles that may take it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ecluse.base.errors import ForbiddenError
from ecluse.office.registers import Officer

if TYPE_CHECKING:
    from ecluse.office.session import Session

# Roles: officers' roles; `party` is any registered party, `authority` an authority speaking by its own key, `centre` an
# operator, `clock` the office acting because a day came. A machine may stop or route; it never grants.
ACTIONS: dict[str, frozenset[str]] = {
    "office.found": frozenset({"clock"}),
    "office.register": frozenset({"clock", "author", "planner"}),
    "surplus.certify": frozenset({"planner"}),
    "surplus.withdraw": frozenset({"planner"}),
    "surplus.hear": frozenset({"clock"}),
    "surplus.draw": frozenset({"clock"}),
    "surplus.accept_home_delivery": frozenset({"planner", "authority"}),
    "parties.hear": frozenset({"clock"}),
    "parties.sweep": frozenset({"clock"}),
    "parties.clear": frozenset({"clearance"}),
    "licence.file": frozenset({"party"}),
    "licence.authorise_marketing": frozenset({"author"}),
    "licence.give_opinion": frozenset({"opinion", "author", "countersigner"}),
    "licence.set_condition": frozenset({"opinion", "author"}),
    "licence.lift_condition": frozenset({"opinion", "author"}),
    "licence.decide": frozenset({"author"}),
    "licence.change": frozenset({"author", "clock"}),
    "custody.commit_block": frozenset({"party"}),
    "custody.mark": frozenset({"party"}),
    "custody.license_host": frozenset({"authority"}),
    "custody.release": frozenset({"clock"}),
    "custody.hand_over": frozenset({"party"}),
    "custody.recall": frozenset({"clock"}),
    "custody.report_loss": frozenset({"party"}),
    "custody.verify_delivery": frozenset({"authority"}),
    "custody.report_sighting": frozenset({"authority", "party"}),
    "custody.close": frozenset({"clock"}),
    "proceeds.transfer_title": frozenset({"party"}),
    "proceeds.receive": frozenset({"party"}),
    "proceeds.contribute": frozenset({"party"}),
    "proceeds.allocate": frozenset({"spender"}),
    "proceeds.purchase": frozenset({"spender"}),
    "proceeds.accept": frozenset({"authority"}),
    "proceeds.close": frozenset({"spender", "controller"}),
    "proceeds.hear": frozenset({"clock"}),
}


def check_permission(session: Session, action: str, actor: str, on: date) -> None:
    """May this actor take this action on this day? Raises ForbiddenError with the reason."""
    roles = ACTIONS.get(action)
    if roles is None:
        raise ForbiddenError(f"{action} is not a registered action")
    kind = actor.split(":", 1)[0]
    if kind in roles:
        return
    if kind == "officer":
        for officer in session.of(actor, Officer):
            in_office = officer.valid_from <= on and (officer.valid_until is None or on <= officer.valid_until)
            if officer.role in roles and in_office:
                return
    raise ForbiddenError(f"{actor} may not do {action} on {on}")
