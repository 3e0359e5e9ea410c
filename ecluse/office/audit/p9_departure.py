"""P9 at a departure: what did the registers hold of a release at a centre abroad, and of what its witness saw?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ecluse.custody.terms import Centre
from ecluse.custody.witnessed import WitnessCall, WitnessedHead, WitnessOverride, heads_of
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.reading import Filed, law_rows
from ecluse.office.registers import Release


def _host(known: Known) -> str | None:
    """Which host state does the order's centre stand in, where that is abroad?"""
    centre = known.newest(known.order.centre, Centre)
    homes = {row["state"] for row in law_rows("custody/home", known.on)}
    return str(centre.value.host) if centre is not None and centre.value.host not in homes else None


def _release(known: Known) -> Filed | None:
    return known.newest(known.tranche, Release)


def _log(known: Known) -> str:
    """In which log does the release stand? Before there is one, in that in which it was asked to leave."""
    found = known.once(_release)
    return found.log if found is not None else known.row.log


def _index(known: Known) -> int | None:
    found = known.once(_release)
    return found.index if found is not None else None


def _heads(known: Known) -> list[Filed]:
    """The newest head that the host's witness saw of this log: it holds all before it."""
    head = known.newest(heads_of(known.once(_host) or "", known.once(_log)), WitnessedHead)
    return [head] if head is not None else []


def _override(known: Known) -> Filed | None:
    return known.newest(known.tranche, WitnessOverride)


def _keys(known: Known) -> list[Filed]:
    found = known.once(_override)
    return known.keys(found.value.officer, found.value.countersigner) if found is not None else []


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "tranche": lambda known: known.tranche,
        "host": _host,
        "log": _log,
        "index": _index,
        "heads": _heads,
        "call": lambda known: known.newest(known.tranche, WitnessCall),
        "override": _override,
        "override_signatures": lambda known: known.signatures(
            known.once(_override), known.claim.get("override_signatures")
        ),
        "keys": _keys,
    }
)
