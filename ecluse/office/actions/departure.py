"""May released goods leave a centre abroad now? Judged by what the host's witness saw, and kept as a hearing."""

from __future__ import annotations

from datetime import date

from ecluse.base.verdict import Held, Passed
from ecluse.custody.terms import Manifest, Step
from ecluse.custody.witnessed import DepartureFinding
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.facts.departure import departure_of
from ecluse.office.registers import Release
from ecluse.order import Gate


def hear_departure(deed: Deed, manifest: Manifest, on: date) -> Passed[DepartureFinding] | Held | None:
    """May these goods leave, or why do they stay? None for other steps, and where no centre abroad holds them."""
    if manifest.step is not Step.RELEASE:
        return None
    session, tranche = deed.session, manifest.tranche
    claim = departure_of(session, deed.order, tranche, log=deed.log.rpartition("/")[0], on=on)
    if claim.host is None:
        return None
    released = session.newest(tranche, Release)
    previous = released.hearing if released is not None else None
    return hear_gate(deed, Gate.DEPARTURE, claim, tranche=tranche, on=on, previous=previous)
