"""What would this table file? Read, checked against what is on record, counted; nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import EvidenceError, ForbiddenError
from ecluse.base.law import Law
from ecluse.base.sealed import VERSIONS, seal, unseal
from ecluse.base.words import say
from ecluse.custody.life import out_of_turn
from ecluse.custody.serials import is_in_block, parse
from ecluse.custody.terms import Centre, LifeEvent, Line, SerialBlock
from ecluse.edge.imports.kinds import KINDS, ImportKind
from ecluse.edge.imports.mapping import Map, read_map
from ecluse.edge.imports.problems import ImportRefusedError, Problem
from ecluse.edge.imports.rows import read_table
from ecluse.edge.imports.sheet import read_sheet
from ecluse.edge.language import person_language
from ecluse.office.models import Record, Setting
from ecluse.office.opening.filings import Filing, filings_of
from ecluse.office.opening.records import OpeningReceipt, OpeningReceivable, OpeningUnits
from ecluse.office.opening.registers_on_file import OnFile
from ecluse.office.opening.wordings import may_stand_beside
from ecluse.office.registers import Officer

UNITS_LIMIT = 100_000
FILES_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Planned:
    """One record that would be filed, and under which record id."""

    filing: Filing
    rid: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a table comes to: its digests, the records it would add, the rows that are on record as they are."""

    kind: str
    file_name: str
    file: str
    map: str | None
    rows: int
    unchanged: int
    planned: tuple[Planned, ...]

    @property
    def rows_digest(self) -> str:
        """What is the digest of all that would be filed? Of record ids, subjects and digests, sorted."""
        told = [[planned.rid, planned.filing.subject, seal(planned.filing.record).digest] for planned in self.planned]
        return digest(canonical(sorted(told)))

    def counts(self) -> dict[str, int]:
        """How many records of each version would be filed?"""
        return dict(sorted(Counter(VERSIONS[type(p.filing.record)] for p in self.planned).items()))


def plan_import(
    kind: str, file_name: str, body: bytes, map_body: bytes | None, *, law: Law, on: date, map_name: str = "map"
) -> Plan:
    """What would this table file today? Raises ImportRefusedError with every problem."""
    if kind not in KINDS:
        raise ImportRefusedError.of_file(file_name, "kind", kind, kinds=", ".join(KINDS))
    wanted, name = KINDS[kind], PurePath(file_name).name
    _refuse_secret(wanted)
    how = read_map(map_name, map_body) if map_body is not None else Map()
    if how.kind and how.kind != kind:
        raise ImportRefusedError.of_file(map_name, "map_kind", how.kind, kind=kind)
    sheet = read_sheet(name, body, how)
    problems: list[Problem] = []
    table = read_table(wanted, sheet, how, law, OnFile(law, on), on, problems)
    filings = filings_of(wanted, table, sheet.digest) if table.rows else []
    problems += [*_serial_problems(name, filings), *_receipt_problems(name, filings)]
    problems += [*_body_problems(name, filings), *_life_problems(name, filings)]
    planned, unchanged = _against_record(name, filings, problems, on)
    if problems:
        raise ImportRefusedError(sorted(problems, key=lambda problem: problem.row or 0))
    map_digest = digest(map_body) if map_body is not None else None
    return Plan(kind, name, sheet.digest, map_digest, len(table.rows), unchanged, tuple(planned))


def _refuse_secret(kind: ImportKind) -> None:
    """Needs, stock, capacity and funded orders never enter the low side."""
    side = Setting.objects.filter(key="side").values_list("value", flat=True).first()
    if kind.is_secret and side == "low":
        raise ForbiddenError(say("opening.secret_kind", person_language(), kind=kind.name))


def _body_problems(name: str, filings: Iterable[Filing]) -> Iterator[Problem]:
    """A party's person speaks in its name and in no officer's role; only an authority has officers."""
    for filing in filings:
        record = filing.record
        if isinstance(record, Officer) and (record.role == "party") != record.authority.startswith("party:"):
            yield Problem(name, filing.row, "role", "role_of_body", record.role, (("body", record.authority),))


def _life_problems(name: str, filings: Iterable[Filing]) -> Iterator[Problem]:
    """Does a step of a life follow what is on record and what stands beside it, by the state whose it is?"""
    events = {filing.record.id: filing for filing in filings if isinstance(filing.record, LifeEvent)}
    if not events:
        return
    hosts = {one.id: one.host for cls in (Centre, Line) for one in _values(cls) if isinstance(one, Centre | Line)}
    lived: dict[str, dict[LifeEvent, None]] = {}  # what is on record first; a row that is there as it is, once
    for event in (*_values(LifeEvent), *(filing.record for filing in events.values())):
        if isinstance(event, LifeEvent):
            lived.setdefault(event.subject, {})[event] = None
    for subject in dict.fromkeys(filing.record.subject for filing in events.values()):
        for step in out_of_turn(subject, hosts[subject], lived[subject]) if subject in hosts else ():
            if step.id in events:
                facts = (("owner", step.owner),)
                yield Problem(name, events[step.id].row, "state", "life_step", step.state.value, facts)


def _against_record(name: str, filings: list[Filing], problems: list[Problem], on: date) -> tuple[list[Planned], int]:
    """Which of these are new? What is on record with the same words is left; others are a revision or a problem."""
    known = _on_record([filing.record.id for filing in filings])
    planned, unchanged = [], 0
    for filing in filings:
        record = filing.record
        own = known.setdefault(record.id, [])
        found = seal(record).digest
        if own and own[-1][0] == found:
            unchanged += 1
            continue
        if any(earlier == found for earlier, _ in own):
            problems.append(Problem(name, filing.row, None, "on_record_before", record.id))
        elif own and not may_stand_beside(record, [value for _, value in own], on):
            problems.append(Problem(name, filing.row, None, "on_record_otherwise", record.id))
        else:
            planned.append(Planned(filing, f"{record.id}@{len(own) + 1}" if own else record.id))
            own.append((found, record))
    return planned, unchanged


def _on_record(ids: list[str]) -> dict[str, list[tuple[str, object]]]:
    found: dict[str, list[tuple[str, object]]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), FILES_AT_ONCE):
        part = wanted[start : start + FILES_AT_ONCE]
        rows = Record.objects.filter(rid__in=part).values_list("rid", "digest", "body", "subject", "v")
        for rid, record_digest, body, subject, v in rows:
            found[rid] = [(record_digest, unseal(bytes(body)))]
            later = Record.objects.filter(subject=subject, v=v, rid__startswith=f"{rid}@").order_by("turn")
            found[rid] += [(row.digest, unseal(bytes(row.body))) for row in later]
    return found


def _values(version: type) -> Iterator[object]:
    return (unseal(bytes(body)) for body in Record.objects.filter(v=VERSIONS[version]).values_list("body", flat=True))


def _serial_problems(name: str, filings: Iterable[Filing]) -> Iterator[Problem]:
    """Is any number on record already, as an opening unit or as one of a committed block?"""
    runs = [(filing, filing.record) for filing in filings if isinstance(filing.record, OpeningUnits)]
    if not runs:
        return
    if sum(run.last - run.first + 1 for _, run in runs) > UNITS_LIMIT:
        yield Problem(name, None, None, "too_many_units", "", (("units", UNITS_LIMIT),))
        return
    blocks = [block for block in _values(SerialBlock) if isinstance(block, SerialBlock)]
    before = [run for run in _values(OpeningUnits) if isinstance(run, OpeningUnits)]
    for filing, run in runs:
        twice = next((other for other in before if other.id != run.id and _overlap(run, other)), None)
        if twice is not None:
            yield Problem(name, filing.row, None, "serials_on_record", run.serial(run.first), (("id", twice.id),))
        near = [block for block in blocks if run.prefix.startswith(block.prefix)]
        block = next((b for b in near for n in range(run.first, run.last + 1) if _is_of(run.serial(n), b)), None)
        if block is not None:
            yield Problem(name, filing.row, None, "serials_on_record", run.serial(run.first), (("id", block.id),))


def _overlap(run: OpeningUnits, other: OpeningUnits) -> bool:
    same = (run.prefix, run.digits) == (other.prefix, other.digits)
    return same and run.first <= other.last and other.first <= run.last


def _is_of(serial: str, block: SerialBlock) -> bool:
    try:
        return is_in_block(parse(serial), block)
    except EvidenceError:
        return False


def _receipt_problems(name: str, filings: Iterable[Filing]) -> Iterator[Problem]:
    """Is there such a receivable, in this currency, with so much still owed?"""
    receipts = [(filing, filing.record) for filing in filings if isinstance(filing.record, OpeningReceipt)]
    if not receipts:
        return
    owed = {r.id: r for r in _values(OpeningReceivable) if isinstance(r, OpeningReceivable)}
    known = {r.id: r for r in _values(OpeningReceipt) if isinstance(r, OpeningReceipt)}
    paid: Counter[str] = Counter()
    for receipt in known.values():
        paid[receipt.receivable] += receipt.money.minor
    for filing, receipt in receipts:
        debt = owed.get(receipt.receivable)
        if debt is None:
            yield Problem(name, filing.row, "reference", "receivable", receipt.receivable)
        elif debt.money.currency != receipt.money.currency:
            facts = (("currency", debt.money.currency),)
            yield Problem(name, filing.row, "currency", "receivable_currency", receipt.money.currency, facts)
        elif receipt.id not in known:
            paid[debt.id] += receipt.money.minor
            if paid[debt.id] > debt.money.minor:
                yield Problem(name, filing.row, "amount", "receivable_paid", debt.number, (("owed", debt.money),))
