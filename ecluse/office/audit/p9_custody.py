"""P9 at the custody gate: what did the registers hold of a tranche's units, of where they stood and where they go?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from ecluse.custody.life import host_licence_standing, state_on
from ecluse.custody.ranges import count, difference, overlap
from ecluse.custody.terms import (
    Centre,
    CustodyStage,
    DeliveryVerification,
    HostLicence,
    HostLicenceWithdrawn,
    Level,
    LicenceStanding,
    LifeEvent,
    LifeState,
    Line,
    LineRule,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
)
from ecluse.licence.life import state_on as licence_state_on
from ecluse.licence.terms import Licence, LicenceEvent
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.p9_surplus import home, units_of
from ecluse.office.audit.reading import Filed, law_rows
from ecluse.office.registers import LineOutput, Packing, Release, Unpacking
from ecluse.order import Gate
from ecluse.surplus.terms import MonthUnits

DAYS_TO_DELIVER = 60
STAGES = {"custody.release": CustodyStage.RELEASE, "custody.close": CustodyStage.DELIVERY}


def _stage(known: Known) -> Any:
    """Which question did the deed ask? Where its name does not say, the one stated."""
    return STAGES.get(known.row.action) or known.claim.get("stage")


def _licence(known: Known) -> Filed | None:
    return known.newest(known.order.id, Licence)


def _licence_standing(known: Known) -> LicenceStanding | None:
    """In which state was the licence, and how many units had left under it by other tranches?"""
    found = known.once(_licence)
    if found is None:
        return None
    state = licence_state_on(found.value, known.of(known.order.id, LicenceEvent), known.on)
    others = [name for name in _tranches_released(known) if name != known.tranche]
    return LicenceStanding(state, sum(made.units for name in others for made in known.of(name, Release)))


def _tranches_released(known: Known) -> list[str]:
    """Which tranches of the order ever left?"""
    memo: dict[str, list[str]] | None = known.reading.kept("tranches_released")
    if memo is None:
        by_order: dict[str, list[str]] = defaultdict(list)
        for row in known.reading.of(Release):
            if row.subject == row.value.tranche:
                by_order[row.value.order].append(row.value.tranche)
        memo = known.reading.keep("tranches_released", dict(by_order))
    return list(dict.fromkeys(memo.get(known.order.id, ())))


def _level(known: Known) -> Level:
    rows = [row["level"] for row in law_rows("custody/levels", known.on) if row["class"] == known.order.class_]
    return Level(rows[-1]) if rows else Level.UNIT


def _ranges(known: Known) -> list[SerialRange]:
    """Which numbers were packed for the tranche? What was taken back before it left is not; what left stays its own."""
    packed: list[SerialRange] = []
    for record in known.either(known.tranche, Packing, Unpacking, Release):
        if isinstance(record, Release):
            break
        run = SerialRange(record.block, record.first, record.last)
        packed = [*packed, run] if isinstance(record, Packing) else list(difference(packed, [run]))
    return packed


def _names_of_blocks(known: Known) -> list[str]:
    return list(dict.fromkeys(run.block for run in known.once(_ranges)))


def _blocks(known: Known) -> list[Filed]:
    return [
        row for name in known.once(_names_of_blocks) for row in [known.newest(name, SerialBlock)] if row is not None
    ]


def _markings(known: Known) -> list[Filed]:
    return [row for block in known.once(_blocks) for row in known.rows(block.value.id, Marking)]


def _units_of_others(known: Known) -> int:
    """How many of these numbers were packed for another tranche and not taken back from it?"""
    mine, found = known.once(_ranges), 0
    for block in known.once(_names_of_blocks):
        held: dict[str, list[SerialRange]] = defaultdict(list)
        for record in known.either(block, Packing, Unpacking):
            run = SerialRange(block, record.first, record.last)
            own = held[record.tranche]
            held[record.tranche] = [*own, run] if isinstance(record, Packing) else list(difference(own, [run]))
        others = [run for tranche, runs in held.items() if tranche != known.tranche for run in runs]
        found += count(overlap([run for run in mine if run.block == block], others))
    return found


def _life_of(known: Known, subject: str | None, cls: type[Any]) -> LifeState | None:
    return state_on(known.of(subject, LifeEvent), known.on) if known.newest(subject, cls) else None


def _line_rule(known: Known) -> Filed | None:
    line = known.order.line
    return known.in_force(line, LineRule) if line and known.newest(line, Line) else None


def _line_output(known: Known) -> list[MonthUnits]:
    made = known.of(known.order.line, LineOutput)
    return [MonthUnits(output.month, output.units) for output in made if output.on <= known.on]


def _released(known: Known, subject: str | None) -> int:
    """How many units did other tranches take from here?"""
    return sum(release.units for release in known.of(subject, Release) if release.tranche != known.tranche)


def _host_licence(known: Known) -> Filed | None:
    subject = f"host:{known.order.id}"
    rows = known.rows(subject, HostLicence)
    stands = host_licence_standing([row.value for row in rows], known.of(subject, HostLicenceWithdrawn))
    return rows[-1] if stands else None


def _manifest_signatures(known: Known) -> list[dict[str, Any]]:
    stated = {item["manifest"]: item["signatures"] for item in known.claim.get("manifest_signatures", ())}
    return [
        {"manifest": row.value.id, "signatures": known.signatures(row, stated.get(row.value.id))}
        for row in known.rows(known.tranche, Manifest)
    ]


def _verification(known: Known) -> Filed | None:
    rows = known.rows(known.order.end_user, DeliveryVerification)
    return next((row for row in rows if row.value.tranche == known.tranche), None)


def _deliver_by(known: Known) -> date:
    released = known.newest(known.tranche, Release)
    return (released.value.on if released else known.order.deliver_in.last_day()) + timedelta(DAYS_TO_DELIVER)


def _keys(known: Known) -> list[Filed]:
    manifests = known.of(known.tranche, Manifest)
    host = known.once(_host_licence)
    owners = [owner for manifest in manifests for owner in (manifest.from_custodian, manifest.to_custodian)]
    states = [known.order.destination, *([host.value.host] if host else [])]
    return known.keys(*owners, *(f"authority:{state.lower()}" for state in states))


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "tranche": lambda known: known.tranche,
        "order": lambda known: known.order.id,
        "stage": _stage,
        "finding": lambda known: known.finding(Gate.LICENCE),
        "licence_hearing": lambda known: known.hearing_of(Gate.LICENCE),
        "licence": _licence,
        "licence_standing": _licence_standing,
        "level": _level,
        "units": units_of,
        "ranges": _ranges,
        "blocks": _blocks,
        "markings": _markings,
        "units_of_others": _units_of_others,
        "line": lambda known: known.newest(known.order.line, Line),
        "line_state": lambda known: _life_of(known, known.order.line, Line),
        "line_rule": _line_rule,
        "line_output": _line_output,
        "line_units_released_before": lambda known: _released(known, known.order.line),
        "centre": lambda known: known.newest(known.order.centre, Centre),
        "centre_state": lambda known: _life_of(known, known.order.centre, Centre),
        "home": home,
        "host_licence": _host_licence,
        "host_licence_signatures": lambda known: known.signatures(
            known.once(_host_licence), known.claim.get("host_licence_signatures")
        ),
        "host_units_released_before": lambda known: _released(known, f"host:{known.order.id}"),
        "manifests": lambda known: known.rows(known.tranche, Manifest),
        "manifest_signatures": _manifest_signatures,
        "losses": lambda known: known.rows(known.tranche, Loss),
        "verification": _verification,
        "verification_signatures": lambda known: known.signatures(
            known.once(_verification), known.claim.get("verification_signatures")
        ),
        "sightings": lambda known: known.rows(known.tranche, Sighting),
        "end_user": lambda known: known.order.end_user,
        "end_user_state": lambda known: known.order.destination,
        "deliver_by": _deliver_by,
        "keys": _keys,
    }
)
