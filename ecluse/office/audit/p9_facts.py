"""P9: which facts of a hearing's claim are not what the registers held when it was heard?

Within one log the index says what stood before; between two logs only the day does, so a fact that stood at any instant
of the day of the hearing is taken as heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ecluse.base.sealed import encode
from ecluse.custody.terms import Centre, HostLicence, Line, Loss, Manifest, Sighting
from ecluse.licence.terms import Application, Licence, Opinion, OriginDeclaration, ProposedDecision
from ecluse.office.audit.p3 import lists_on
from ecluse.office.audit.reading import Filed, Reading, in_force
from ecluse.office.registers import HomeDelivery, Order, Packing, Release, StatementUse
from ecluse.order import Gate, Hearing
from ecluse.parties.terms import EndUseStatement, ExporterStatus, ListVersion
from ecluse.proceeds.terms import Contribution, Receipt, Sale, TitleTransfer
from ecluse.surplus.terms import Certificate, Draw, DrawState, SurplusPolicy, Withdrawal

Difference = tuple[str, str, str]
Claim = dict[str, Any]
HELD = {DrawState.RESERVED: "units_reserved", DrawState.COMMITTED: "units_committed", DrawState.USED: "units_used"}


def facts_differing(reading: Reading, row: Filed) -> Iterator[Difference]:
    """Which facts differ: their name, what the claim states, what the registers held?"""
    hearing: Hearing = row.value
    if hearing.gate is Gate.CERTIFICATE:
        return
    filed = reading.orders().get(hearing.order)
    if filed is None:
        yield "order", hearing.order, "-"
        return
    yield from OF_GATE[hearing.gate](reading, row, hearing.claim, filed.value)


def _newest(
    reading: Reading, row: Filed, claim: Claim, name: str, subject: str | None, cls: type
) -> Iterator[Difference]:
    """The claim must cite the newest record of this class, and none when there is none."""
    stated = claim.get(name, {}).get("ref", "")
    rows = reading.about(subject, cls) if subject else []
    least, most = reading.window(rows, row)
    standing = [found.digest for found in rows[max(least - 1, 0) : most]] + ([""] if least == 0 else [])
    if stated not in standing:
        yield name, stated[:16] or "-", standing[-1][:16] or "-"


def _every(reading: Reading, row: Filed, claim: Claim, name: str, rows: list[Filed]) -> Iterator[Difference]:
    """The claim must cite every record of these, in the order in which they were written."""
    stated = [item.get("ref", "") for item in claim.get(name, [])]
    least, most = reading.window(rows, row)
    held = [found.digest for found in rows[:most]]
    if not (least <= len(stated) <= most and stated == held[: len(stated)]):
        yield name, str(len(stated)), str(most)


def _surplus(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    for name, wanted in (
        ("model", order.model), ("class", order.class_), ("origin", order.origin),
        ("filed_on", order.filed_on.isoformat()), ("deliver_in", str(order.deliver_in)),
    ):  # fmt: skip
        if claim.get(name) != wanted:
            yield name, str(claim.get(name)), wanted
    if claim.get("also_claimed_by") != order.also_claimed_by:
        yield "also_claimed_by", str(claim.get("also_claimed_by")), str(order.also_claimed_by)
    yield from _newest(reading, row, claim, "certificate", order.certificate, Certificate)
    yield from _newest(reading, row, claim, "withdrawal", order.certificate, Withdrawal)
    policy = in_force(reading.known("policy:surplus", SurplusPolicy, row), row.on)
    cited = [claim["policy"]["ref"]] if "policy" in claim else []
    stated = reading.resolve(cited[0]) if _are_on_record(reading, cited) and cited else None
    if _are_on_record(reading, cited) and stated != policy:
        yield "policy", stated.id if stated else "-", policy.id if policy else "-"
    yield from _balance(reading, row, claim, order)
    yield from _home(reading, row, claim, order)


def _balance(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    """The balance must be what the draws of all other tranches came to at some instant of the hearing."""
    stated = claim.get("balance")
    certificate = reading.newest(order.certificate, Certificate) if order.certificate else None
    if stated is None or certificate is None:
        if stated is not None and certificate is None:
            yield "balance", str(stated), "-"
        return
    draws = reading.about(certificate.id, Draw)
    least, most = reading.window(draws, row)
    held: dict[str, Draw] = {}
    wanted = {key: stated.get(key) for key in HELD.values()}
    sums = dict.fromkeys(HELD.values(), 0)
    for number in range(most + 1):
        if number >= least and sums == wanted and stated["units_certified"] == certificate.units_certified:
            return
        if number == most:
            break
        draw: Draw = draws[number].value
        if draw.tranche != claim["tranche"]:
            before = held.get(draw.tranche)
            if before is not None and before.state in HELD:
                sums[HELD[before.state]] -= before.units
            if draw.state in HELD:
                sums[HELD[draw.state]] += draw.units
            held[draw.tranche] = draw
    yield "balance", _figures(wanted), _figures(sums)


def _figures(figures: dict[str, Any]) -> str:
    return "/".join(str(figures[name]) for name in sorted(figures))


def _home(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    """Home deliveries of the class, cumulated over the acceptance acts that were in."""
    rows = reading.about(f"home:{order.class_}", HomeDelivery)
    least, most = reading.window(rows, row)
    home = claim.get("home")
    if most == 0:
        if home is not None and (home["units_planned"], home["units_accepted"]) != (0, 0):
            yield "home", _figures(home), "0/0"
        return
    for number in range(max(least, 1), most + 1):
        acts = [found.value for found in rows[:number] if found.value.accepted_on <= row.on]
        held = (sum(a.units_planned for a in acts), sum(a.units_accepted for a in acts))
        if home is not None and held == (home["units_planned"], home["units_accepted"]):
            return
    if least == 0 and (home is None or home["units_planned"] == 0):
        return
    acts = [found.value for found in rows[:most]]
    held_last = f"{sum(a.units_planned for a in acts)}/{sum(a.units_accepted for a in acts)}"
    yield "home", f"{home['units_planned']}/{home['units_accepted']}" if home else "-", held_last


def _parties(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    parts = [{"party": party, "role": role} for role, party in order.roles()]
    if claim.get("parts") != parts:
        yield "parts", str(claim.get("parts"))[:120], str(parts)[:120]
    yield from _lists(reading, row, claim)
    yield from _newest(reading, row, claim, "exporter", order.exporter, ExporterStatus)
    yield from _newest(reading, row, claim, "end_use", order.statement, EndUseStatement)
    if claim.get("destination") != order.destination:
        yield "destination", str(claim.get("destination")), order.destination
    uses = reading.about(order.statement, StatementUse) if order.statement else []
    least, most = reading.window(uses, row)
    others = [use.value.units if use.value.order != order.id else 0 for use in uses]
    sums = [sum(others[:number]) for number in range(least, most + 1)]
    if claim.get("units_on_statement_before") not in sums:
        yield "units_on_statement_before", str(claim.get("units_on_statement_before")), str(sums[-1])


def _lists(reading: Reading, row: Filed, claim: Claim) -> Iterator[Difference]:
    cited = [item["ref"] for item in claim.get("lists_in_force", [])]
    if not _are_on_record(reading, cited):
        return
    stated = tuple(reading.resolve(ref).id for ref in cited)
    rows = reading.about("lists", ListVersion)
    if stated != lists_on(reading, row.on) and reading.window(rows, row).least == reading.window(rows, row).most:
        yield "lists_in_force", ", ".join(stated), ", ".join(lists_on(reading, row.on))


def _are_on_record(reading: Reading, cited: list[str]) -> bool:
    """Can what is cited be read at all? Where it cannot, the replay of the hearing says so."""
    return all(ref in reading.by_digest or ref in reading.findings for ref in cited)


def _licence(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    yield from _newest(reading, row, claim, "application", order.id, Application)
    yield from _newest(reading, row, claim, "decision", order.id, ProposedDecision)
    yield from _newest(reading, row, claim, "origin", order.model, OriginDeclaration)
    yield from _every(reading, row, claim, "opinions", reading.about(order.id, Opinion))
    licences = reading.known(order.id, Licence, row)
    before = sum(licence.units for licence in licences if licence.tranche != claim["tranche"])
    if claim.get("units_licensed_before") != before:
        yield "units_licensed_before", str(claim.get("units_licensed_before")), str(before)


def _custody(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    tranche = claim["tranche"]
    yield from _newest(reading, row, claim, "licence", order.id, Licence)
    yield from _newest(reading, row, claim, "line", order.line, Line)
    yield from _newest(reading, row, claim, "centre", order.centre, Centre)
    yield from _newest(reading, row, claim, "host_licence", f"host:{order.id}", HostLicence)
    for name, cls in (("manifests", Manifest), ("losses", Loss), ("sightings", Sighting)):
        yield from _every(reading, row, claim, name, reading.about(tranche, cls))
    packings = reading.known(tranche, Packing, row)
    ranges = [{"block": p.block, "first": p.first, "last": p.last} for p in packings]
    if claim.get("ranges") != ranges:
        yield "ranges", str(claim.get("ranges"))[:120], str(ranges)[:120]
    if (claim.get("end_user"), claim.get("end_user_state")) != (order.end_user, order.destination):
        yield "end_user", str(claim.get("end_user")), order.end_user
    yield from _home(reading, row, claim, order)
    yield from _released_before(reading, row, claim, order)


def _released_before(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    for name, subject in (
        ("line_units_released_before", order.line), ("host_units_released_before", f"host:{order.id}")
    ):  # fmt: skip
        rows = reading.about(subject, Release) if subject else []
        least, most = reading.window(rows, row)
        others = [found.value.units if found.value.tranche != claim["tranche"] else 0 for found in rows]
        sums = [sum(others[:number]) for number in range(least, most + 1)]
        if claim.get(name) not in sums:
            yield name, str(claim.get(name)), str(sums[-1])


def _proceeds(reading: Reading, row: Filed, claim: Claim, order: Order) -> Iterator[Difference]:
    tranche = claim["tranche"]
    yield from _newest(reading, row, claim, "sale", tranche, Sale)
    yield from _newest(reading, row, claim, "title", tranche, TitleTransfer)
    yield from _every(reading, row, claim, "receipts", reading.about(tranche, Receipt))
    yield from _every(reading, row, claim, "contributions", reading.about(tranche, Contribution))
    licence = reading.newest(order.id, Licence)
    if licence is not None and claim.get("value_licensed") != encode(licence.value):
        yield "value_licensed", str(claim.get("value_licensed")), str(encode(licence.value))


OF_GATE: dict[Gate, Callable[[Reading, Filed, Claim, Order], Iterator[Difference]]] = {
    Gate.SURPLUS: _surplus,
    Gate.PARTIES: _parties,
    Gate.LICENCE: _licence,
    Gate.CUSTODY: _custody,
    Gate.PROCEEDS: _proceeds,
}
