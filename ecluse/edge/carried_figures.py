"""Which figures does a sealed record carry into the closed envelope, whichever room it is of? None for most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecluse.base.figures import Figures
from ecluse.base.sealed import VERSIONS, decode
from ecluse.licence import carried_figures as licence
from ecluse.licence.terms import Licence
from ecluse.order import Gate, Hearing
from ecluse.proceeds import carried_figures as proceeds
from ecluse.surplus import carried_figures as surplus
from ecluse.surplus.terms import ModelFlow

# Of which classes are the records that may carry figures, and who says which? Most records are of none of them.
ROOMS: dict[type, Callable[[Any], Figures | None]] = {
    **dict.fromkeys(surplus.KINDS, surplus.figures_of),
    Licence: licence.figures_of,
    **dict.fromkeys(proceeds.KINDS, proceeds.figures_of),
}
CARRIERS = frozenset(VERSIONS[cls] for cls in (*ROOMS, Hearing))


def figures_of(value: Any) -> Figures | None:
    """Which figures does this record carry? None for one that carries none.

    A hearing carries what home takes of a certificate's model, where it let the certificate pass.
    """
    room = ROOMS.get(type(value))
    if room is not None:
        return room(value)
    return _of_hearing(value) if isinstance(value, Hearing) else None


def _of_hearing(hearing: Hearing) -> Figures | None:
    if hearing.gate is not Gate.CERTIFICATE or hearing.finding is None:
        return None
    claim = hearing.claim
    flows = [decode(ModelFlow, form) for form in claim["flows"]]
    found = surplus.home_figures(hearing.on, hearing.tranche, claim["class_year"]["class"], claim["model"], flows)
    return found if found.values else None
