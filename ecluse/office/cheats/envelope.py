"""Which fraud does an insider commit on the closed envelope? Points in the log that say another figure than records."""

from __future__ import annotations

from dataclasses import replace

from ecluse.office.actions.deed import Deed
from ecluse.office.cheats.hands import Insider, Kinds, Named
from ecluse.surplus.terms import AbsorptionLimit

KINDS = Kinds(as_administrator=False)


@KINDS.breaks("P6")
def figures_committed_otherwise(hand: Insider) -> Named:
    """A limit is stated and signed; the log commits to another figure, so that proofs may rest on that one."""
    return Named(stated_anew(hand, units_hidden=1).id, str(hand.today))


def stated_anew(hand: Insider, *, units_hidden: int) -> AbsorptionLimit:
    """Which limit was stated today, so many units below the figure that the log commits to? None hidden is honest."""
    first = hand.any(AbsorptionLimit)
    limit = replace(first, id=f"{first.id}/anew-{units_hidden}", stated_on=hand.today)
    subject = f"class:{limit.class_}"
    with Deed(hand.session, "office.register", actor="clock:office", on=hand.today, subject=subject) as deed:
        record = deed.seal(limit, signatures=[hand.sign(limit.owner, limit)])
        told = deed.figures[record.digest]
        deed.figures[record.digest] = replace(told, values=(("units", limit.units + units_hidden),))
    return limit
