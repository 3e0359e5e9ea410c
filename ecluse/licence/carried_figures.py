"""Which figures of a licence does its record carry into the closed envelope? The units that it lets leave.

A licence for goods that need no certificate carries none: nothing limits them here.
"""

from __future__ import annotations

from typing import Any

from ecluse.base.figures import Figures, Scope
from ecluse.licence.terms import Licence


def figures_of(value: Any) -> Figures | None:
    """Which figures does this record carry? None for one that carries none.

    >>> figures_of("not a record") is None
    True
    """
    if not isinstance(value, Licence) or value.certificate is None or value.units < 1:
        return None
    scope = (
        Scope("certificate", value.certificate, True), Scope("tranche", value.tranche, True),
        Scope("permit", value.permit.value),
    )  # fmt: skip
    return Figures("licence", scope, (("units", value.units),), value.issued_on)
