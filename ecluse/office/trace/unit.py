"""Where was one unit born, through whose hands did it go, where is it now? Told from sealed records alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import VERSIONS, unseal_as
from ecluse.base.signing import Key, holds
from ecluse.custody.chain import taken_over
from ecluse.custody.serials import Serial, is_in_block, parse
from ecluse.custody.terms import (
    DeliveryVerification,
    Fate,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
    Step,
)
from ecluse.edge.law import newest_law
from ecluse.office.models import Record, SignatureRow
from ecluse.office.on_file import records
from ecluse.office.registers import Authority, Order, Packing, Release, Unpacking
from ecluse.office.trace.alike import SUGGESTIONS_LIMIT
from ecluse.office.trace.on_record import index_on_record
from ecluse.office.trace.opening import opening_told
from ecluse.office.trace.words import trace_text
from ecluse.order import Gate, Hearing
from ecluse.parties.terms import Party

__all__ = ["trace_text", "trace_unit"]
T = TypeVar("T")
AT_ONCE = 900  # subjects or digests named in one question
# In which order do the events of one day happen?
PHASES = (
    "committed", "marked", "packed", "released", "handed_over", "refused", "left_out", "lost", "verified", "unpacked",
    "sighted",
)  # fmt: skip
BY_STEP = {
    Step.DISPATCH: "at_centre", Step.ARRIVAL: "at_centre", Step.RELEASE: "moving", Step.DELIVERY: "delivered",
    Step.RETURN: "returned", Step.RECALL: "recalled",
}  # fmt: skip


# Which nouns may a story tell of?
TOLD = (
    Authority, DeliveryVerification, Hearing, Key, Line, Loss, Manifest, Marking, Order, Packing, Party, Release,
    SerialBlock, Sighting, Unpacking,
)  # fmt: skip


def trace_unit(serial: str) -> dict[str, Any]:
    """Which life had the unit with this serial number? `known` is false for a reading that names none.

    A reading that only looks like a serial number gets suggestions, never the story of what it looks like.
    Raises EvidenceError when a record of the story was altered.
    """
    token = _AHEAD.set(Ahead())
    try:
        return _traced(serial)
    finally:
        _AHEAD.reset(token)


def _traced(serial: str) -> dict[str, Any]:
    try:
        read = parse(serial)
    except EvidenceError:
        return _unknown(serial, "misread")
    # Which block it is the register says, that is read once a process; its record is held against its digest below.
    block = next((one.value for one in records(SerialBlock) if is_in_block(read, one.value)), None)
    return _story(serial, read, block) if block else _unknown(serial, "in_no_block")


def _unknown(serial: str, reason: str) -> dict[str, Any]:
    stated = opening_told(serial)
    if stated is not None:  # taken over, born in no block on record: stated and not proven
        return {"serial": serial, "known": False, "reason": "opening", "opening": stated, "suggestions": [],
                "names": _names_of({stated["custodian"], stated["authority"]})}  # fmt: skip
    near = index_on_record().candidates(serial)
    ranked = [{"serial": one.serial, "score": one.score, "slips": [slip.value for slip in one.slips]} for one in near]
    names = [one.serial for one in near][:SUGGESTIONS_LIMIT]
    return {"serial": serial, "known": False, "reason": reason, "suggestions": names, "candidates": ranked}


@dataclass(slots=True)
class Unit:
    """One number of one block while its story is put together: what happened, and whose it is by now."""

    block: SerialBlock
    number: int
    custodian: str
    authority: str
    place_state: str
    state: str = "not_marked"
    since: date | None = None
    tranche: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def is_in(self, ranges: Iterable[SerialRange]) -> bool:
        """Is this number among these?"""
        return any(run.block == self.block.id and run.first <= self.number <= run.last for run in ranges)

    def happened(self, kind: str, on: date, record: Record, **facts: Any) -> None:
        """Write down that this happened, with the place of its commitment in the log."""
        self.events.append({"on": on, "kind": kind, "log": record.log, "index": record.index, **facts})


def _story(serial: str, read: Serial, block: SerialBlock) -> dict[str, Any]:
    record, _ = next((row, made) for row, made in _rows(SerialBlock, block.id))
    line = next((found for _, found in _rows(Line, block.line)), None)
    host = line.host if line else ""
    unit = Unit(block, read.number, line.maker if line else "", _authority(host, block.committed_on), host)
    unit.happened("committed", block.committed_on, record, line=block.line)
    born = _born(unit)
    orders: dict[str, Order] = {}
    tranches = _told_of(unit, _packed(unit))
    _read_ahead([*tranches, *(tranche.rpartition("/")[0] for tranche in tranches)])
    _read_ahead([*(_order_of(tranche).end_user for tranche in tranches), *_keys_of(tranches)])
    for tranche in tranches:
        order = orders[tranche] = _order_of(tranche)
        _follow(unit, tranche, order)
    unit.events.sort(key=lambda event: (event["on"], PHASES.index(event["kind"]), event["index"]))
    _settle(unit, orders, None if born is None else Fate(born["fate"]))
    found = {
        "serial": serial, "known": True, "block": block.id, "number": read.number, "model": block.model,
        "line": block.line, "funded_for_home": block.funded_for_home, "born": born,
        "events": [{**event, "on": event["on"].isoformat()} for event in unit.events],
        "last": {
            "state": unit.state, "custodian": unit.custodian, "authority": unit.authority, "place": unit.place_state,
            "since": unit.since.isoformat() if unit.since else None, "tranche": unit.tranche,
            "held_on": _held_on(unit.tranche),
        },
    }  # fmt: skip
    return {**found, "names": _names(found)}


def _authority(host: str, on: date) -> str:
    """Which authority answers for goods on a line in this state?"""
    home = next((row["state"] for row in newest_law()["custody/home"].in_force(on)), "")
    return "authority:ssecu" if host == home else f"authority:{host.lower()}"


def _born(unit: Unit) -> dict[str, Any] | None:
    """When and where was this number marked, and as what? None while its line has not said."""
    for record, marking in _rows(Marking, unit.block.id):
        if unit.is_in([marking.range]):
            unit.happened("marked", marking.on, record, fate=marking.fate.value, line=marking.line)
            unit.since = marking.on
            return {
                "on": marking.on.isoformat(), "fate": marking.fate.value, "line": marking.line,
                "maker": unit.custodian, "place": unit.place_state, "log": record.log, "index": record.index,
            }  # fmt: skip
    return None


def _packed(unit: Unit) -> list[str]:
    """Which tranches took numbers of this block? Those that handed this number on without packing it, too."""
    found: dict[str, None] = {}
    for record, packing in _rows(Packing, unit.block.id):
        found[packing.tranche] = None
        if unit.is_in([SerialRange(packing.block, packing.first, packing.last)]):
            unit.happened("packed", packing.on, record, tranche=packing.tranche)
    for record, freed in _rows(Unpacking, unit.block.id):
        if unit.is_in([SerialRange(freed.block, freed.first, freed.last)]):
            unit.happened("unpacked", freed.on, record, tranche=freed.tranche)
    return list(found)


def _told_of(unit: Unit, tranches: Sequence[str]) -> list[str]:
    """Which of these tranches say anything of this number? Those that packed it, and whose papers name it.

    A block may have gone into thousands of tranches: their papers are looked through as bytes, which have one spelling.
    """
    packed = {event["tranche"] for event in unit.events if event["kind"] == "packed"}
    others = [tranche for tranche in tranches if tranche not in packed]
    runs = re.compile(rb'"block":' + re.escape(canonical(unit.block.id)) + rb',"first":(\d+),"last":(\d+)')
    naming, versions = set(packed), [VERSIONS[cls] for cls in (Manifest, Loss, Sighting)]
    for start in range(0, len(others), AT_ONCE):
        rows = Record.objects.filter(subject__in=others[start : start + AT_ONCE], v__in=versions)
        for rid, subject, known, raw in rows.values_list("rid", "subject", "digest", "body").iterator():
            body = bytes(raw)
            if digest(body) != known:
                raise EvidenceError(f"{rid} was altered after it was sealed: run ecluse audit")
            if any(int(first) <= unit.number <= int(last) for first, last in runs.findall(body)):
                naming.add(subject)
    return [tranche for tranche in tranches if tranche in naming]


def _follow(unit: Unit, tranche: str, order: Order) -> None:
    """What did this tranche do with the number: handed over, refused, lost, verified, seen?"""
    was_packed = any(event["kind"] == "packed" and event["tranche"] == tranche for event in unit.events)
    losses = [row for row in _rows(Loss, tranche) if unit.is_in(row[1].ranges)]
    is_aboard = was_packed
    for record, manifest in sorted(_rows(Manifest, tranche), key=lambda row: row[1].sequence):
        if not unit.is_in(manifest.ranges):
            if is_aboard and not losses:
                unit.happened("left_out", _day(manifest), record, **_sides(tranche, manifest))
            is_aboard = False
            continue
        is_aboard = True
        kind = "handed_over" if unit.is_in(taken_over(manifest)) else "refused"
        unit.happened(
            kind, _day(manifest), record, **_sides(tranche, manifest), signed_by=_signers(record, manifest),
            sent_at=manifest.sent_at.isoformat(),
            received_at=manifest.received_at.isoformat() if manifest.received_at else None,
        )  # fmt: skip
    for record, loss in losses:
        unit.happened("lost", loss.on, record, tranche=tranche, custodian=loss.custodian, cause=loss.cause)
    for record, seen in _rows(Sighting, tranche):
        if unit.is_in([seen.range]):
            unit.happened("sighted", seen.on, record, tranche=tranche, place=seen.state, reporter=seen.reporter)
    if not was_packed:
        return
    for record, release in _rows(Release, tranche):
        unit.happened("released", release.on, record, tranche=tranche)
    for record, verified in _rows(DeliveryVerification, order.end_user):
        if verified.tranche == tranche and unit.is_in(verified.ranges):
            unit.happened("verified", verified.on, record, tranche=tranche, authority=verified.owner)


def _day(manifest: Manifest) -> date:
    return (manifest.received_at or manifest.sent_at).date()


def _sides(tranche: str, manifest: Manifest) -> dict[str, Any]:
    return {
        "tranche": tranche, "manifest": manifest.id, "step": manifest.step.value, "from": manifest.from_custodian,
        "to": manifest.to_custodian, "authority": manifest.authority, "place": manifest.place_state,
    }  # fmt: skip


def _signers(record: Record, manifest: Manifest) -> list[str]:
    """Which of the two sides signed this manifest with a key of its own?"""
    found = []
    for owner in dict.fromkeys((manifest.from_custodian, manifest.to_custodian)):
        keys = {key.id: key for _, key in _rows(Key, f"key:{owner}")}
        for row in _signatures(record.digest):
            if row.key in keys and holds(record.digest, row.on, keys[row.key].public_hex, row.value_hex):
                found.append(owner)
                break
    return found


def _settle(unit: Unit, orders: dict[str, Order], fate: Fate | None) -> None:
    """Whose is the number after all that happened, and in which state?

    Packing moves a unit only where it lies with its maker: what is elsewhere is not there to be packed.
    """
    maker = unit.custodian
    if fate is not None:
        unit.state = "at_line" if fate is Fate.MADE else fate.value
    for event in unit.events:
        kind = event["kind"]
        if kind in ("committed", "marked", "released", "verified", "sighted"):
            continue
        if kind in ("packed", "unpacked") and unit.custodian != maker:
            continue
        unit.since, unit.tranche = event["on"], event["tranche"]
        if kind == "handed_over":
            unit.custodian, unit.authority, unit.place_state = event["to"], event["authority"], event["place"]
            unit.state = BY_STEP[Step(event["step"])]
            if unit.state == "delivered" and unit.custodian != orders[unit.tranche].end_user:
                unit.state = "delivered_elsewhere"
        elif kind == "unpacked":
            unit.state, unit.tranche = "at_line", ""
        else:
            unit.state = {"left_out": "missing"}.get(kind, kind)


def _held_on(tranche: str) -> list[str]:
    """On which codes does the custody gate hold this tranche? None when it does not."""
    heard = [hearing for _, hearing in _rows(Hearing, tranche) if hearing.gate is Gate.CUSTODY]
    return [ground.code for ground in heard[-1].grounds] if heard else []


def _order_of(tranche: str) -> Order:
    return next(order for _, order in _rows(Order, tranche.rpartition("/")[0]))


def _names(found: dict[str, Any]) -> dict[str, Any]:
    """How are the parties and authorities of this story called? An authority has a name in each language."""
    ids = {found["last"]["custodian"], found["last"]["authority"], (found["born"] or {}).get("maker", "")}
    for event in found["events"]:
        ids |= {event.get(name, "") for name in ("from", "to", "authority", "custodian", "reporter")}
    return _names_of(ids)


def _names_of(ids: set[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    _read_ahead(ids)
    for id in sorted(ids - {""}):
        if id.startswith("authority:"):
            for _, authority in _rows(Authority, id):
                names[id] = {"uk": authority.name_uk, "en": authority.name_en, "fr": authority.name_fr}
        else:
            for _, party in _rows(Party, id):
                names[id] = party.name
    return names


@dataclass(slots=True)
class Ahead:
    """What was read ahead for one story: records by subject, signatures by digest; asked for once, not one by one."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    signatures: dict[str, list[SignatureRow]] = field(default_factory=dict)


_AHEAD: ContextVar[Ahead] = ContextVar("trace_ahead")


def _read_ahead(subjects: Iterable[str]) -> None:
    """Read the records of these subjects that a story may need, and the signatures under their manifests."""
    ahead = _AHEAD.get()
    wanted = sorted({subject for subject in subjects if subject} - ahead.records.keys())
    ahead.records |= {subject: [] for subject in wanted}
    versions = [VERSIONS[cls] for cls in TOLD]
    manifests = []
    for start in range(0, len(wanted), AT_ONCE):
        rows = Record.objects.filter(subject__in=wanted[start : start + AT_ONCE], v__in=versions)
        for record in rows.order_by("subject", "turn"):
            ahead.records[record.subject].append(record)
            manifests += [record.digest] if record.v == VERSIONS[Manifest] else []
    ahead.signatures |= {digest: [] for digest in manifests}
    for start in range(0, len(manifests), AT_ONCE):
        for row in SignatureRow.objects.filter(digest__in=manifests[start : start + AT_ONCE]):
            ahead.signatures[row.digest].append(row)


def _signatures(digest: str) -> list[SignatureRow]:
    found = _AHEAD.get().signatures.get(digest)
    return list(SignatureRow.objects.filter(digest=digest)) if found is None else found


def _keys_of(tranches: Iterable[str]) -> list[str]:
    """Under which subjects are the keys filed of all who handed these tranches over?"""
    manifests = [manifest for tranche in tranches for _, manifest in _rows(Manifest, tranche)]
    return [f"key:{owner}" for m in manifests for owner in (m.from_custodian, m.to_custodian)]


def _rows(cls: type[T], subject: str = "") -> Iterator[tuple[Record, T]]:
    """Which sealed records of this class are there, of one subject or of all, oldest first?"""
    if subject:
        _read_ahead([subject])
    records: Iterable[Record] = (
        [record for record in _AHEAD.get().records[subject] if record.v == VERSIONS[cls]]
        if subject
        else Record.objects.filter(v=VERSIONS[cls]).order_by("subject", "turn")
    )
    for record in records:
        body = bytes(record.body)
        if digest(body) != record.digest:
            raise EvidenceError(f"{record.rid} was altered after it was sealed: run ecluse audit")
        yield record, unseal_as(cls, body)
