"""P9 at the parties gate: what did the registers hold of everyone who touches a tranche?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from ecluse.custody.measures import measure
from ecluse.custody.terms import DeliveryVerification
from ecluse.custody.terms_after import AfterResponse, Rung
from ecluse.edge.law import newest_law
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.p9_surplus import model_of
from ecluse.office.audit.reading import Filed
from ecluse.office.registers import DeliveryMade, StatementUse
from ecluse.order import Gate
from ecluse.parties.terms import (
    BuyerTiers,
    Clearance,
    EndUseStatement,
    ExporterStatus,
    ListVersion,
    Ownership,
    Party,
    Screening,
)

OWNERS_DEPTH = 8


def owners_above(known: Known, parties: list[str]) -> tuple[list[str], list[Filed]]:
    """Who owns these parties, and who owns those? Everyone and the ties, at most eight steps up."""
    seen = list(dict.fromkeys(parties))
    ties: dict[str, Filed] = {}
    level = seen
    for _ in range(OWNERS_DEPTH):
        found = [tie for party in level for tie in known.rows(party, Ownership)]
        ties |= {tie.digest: tie for tie in found if tie.digest not in ties}
        level = [owner for owner in dict.fromkeys(tie.value.owner for tie in found) if owner not in seen]
        seen = [*seen, *level]
        if not level:
            break
    return seen, list(ties.values())


def _touching(known: Known) -> tuple[list[Filed], list[Filed]]:
    names, ties = owners_above(known, [party for _, party in known.order.roles()])
    return [row for name in names for row in [known.newest(name, Party)] if row is not None], ties


def _lists(known: Known) -> list[Filed]:
    """The newest version of each publisher and title that had taken effect."""
    newest: dict[tuple[str, str], Filed] = {}
    for row in known.rows("lists", ListVersion):
        version: ListVersion = row.value
        slot = (version.publisher, version.title)
        is_newer = slot not in newest or newest[slot].value.in_force_from < version.in_force_from
        if version.in_force_from <= known.on and is_newer:
            newest[slot] = row
    return [newest[slot] for slot in sorted(newest)]


def _of_each(known: Known, cls: type[Any], *, last: bool) -> list[Filed]:
    return [
        row for party in known.once(_touching)[0] for row in known.rows(party.value.id, cls)[-1 if last else None :]
    ]


def _statement(known: Known) -> Filed | None:
    return known.newest(known.order.statement, EndUseStatement)


def _statement_keys(known: Known) -> list[Filed]:
    statement = known.once(_statement)
    return known.keys(f"authority:{statement.value.state.lower()}") if statement else []


def units_on_statement(known: Known) -> int:
    """How many units of other orders counted against the end-use statement?"""
    uses = known.of(known.order.statement, StatementUse)
    return sum(use.units for use in uses if use.order != known.order.id)


def verifications_overdue(known: Known) -> int:
    """How many deliveries to the end user lacked their verification after the term?"""
    term = timedelta(measure(newest_law(), known.on, "verification_days"))
    verified = {found.tranche for found in known.of(known.order.end_user, DeliveryVerification)}
    made = known.of(known.order.end_user, DeliveryMade)
    return sum(found.on + term < known.on and found.tranche not in verified for found in made)


def end_user_response(known: Known) -> str | None:
    """Which rung that only a person may leave stood against the end user: the gravest of the matters not ended?"""
    ended = {Rung.ANSWERED, Rung.CLOSED}
    responses = known.of(known.order.end_user, AfterResponse)
    open_ones = {one.about for one in responses} - {one.about for one in responses if one.rung in ended}
    rungs = {one.rung for one in responses if one.about in open_ones}
    return next((rung.value for rung in (Rung.CASE, Rung.SUSPENSION, Rung.REFERRED) if rung in rungs), None)


def _control_entry(known: Known) -> str | None:
    model = known.once(model_of)
    return model.control_entry if model else None


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "tranche": lambda known: known.tranche,
        "order": lambda known: known.order.id,
        "surplus": lambda known: known.finding(Gate.SURPLUS),
        "surplus_hearing": lambda known: known.hearing_of(Gate.SURPLUS),
        "parts": lambda known: [{"party": party, "role": role} for role, party in known.order.roles()],
        "parties": lambda known: known.once(_touching)[0],
        "ownerships": lambda known: known.once(_touching)[1],
        "exporter": lambda known: known.newest(known.order.exporter, ExporterStatus),
        "destination": lambda known: known.order.destination,
        "transit": lambda known: known.order.transit,
        "control_entry": _control_entry,
        "lists_in_force": _lists,
        "screenings": lambda known: _of_each(known, Screening, last=True),
        "clearances": lambda known: _of_each(known, Clearance, last=False),
        "end_use": _statement,
        "end_use_signatures": lambda known: known.signatures(
            known.once(_statement), known.claim.get("end_use_signatures")
        ),
        "units_on_statement_before": units_on_statement,
        "tiers": lambda known: known.in_force("policy:tiers", BuyerTiers),
        "verifications_overdue": verifications_overdue,
        "keys": _statement_keys,
        "end_user_response": end_user_response,
    }
)
