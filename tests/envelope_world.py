"""A small world of committed figures in memory: records, salts, entries, signatures, and what an office would prove."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.canon import canonical
from ecluse.base.commitments import Opening, combined, commit, point_of
from ecluse.base.days import Month
from ecluse.base.envelope import prove
from ecluse.base.figure_line import Line, form_of, read_line
from ecluse.base.figures import Figures, FiguresSigned, Scope, label, openings, spelled
from ecluse.base.group import Point
from ecluse.base.proof import commit as salted
from ecluse.base.sealed import seal
from ecluse.base.signing import sign
from ecluse.base.statement import Statement, Sum, as_json
from ecluse.edge.public_audit_envelope import fault_point, surplus_demands
from ecluse.edge.public_audit_figures import read_figures, read_signed
from ecluse.edge.public_audit_logs import Logs
from ecluse.edge.public_audit_proofs import Shown, check_proofs
from ecluse.licence.carried_figures import figures_of as licence_figures
from ecluse.surplus.carried_figures import figures_of, home_figures
from ecluse.surplus.envelope_standing import summed
from ecluse.surplus.envelope_year import Expected, PolicyAt, expected
from ecluse.surplus.terms import (
    CapacityAttestation,
    Certificate,
    Draw,
    DrawState,
    FundedOrder,
    Funder,
    ModelFlow,
    MonthUnits,
    Reserve,
    StockCount,
    SurplusPolicy,
    SurplusRule,
)

HOME, CENTRE, CONTEXT = "home/2026", "centre-lt-1/2026", "ecluse/envelope/1 authority:ssecu"
MONTHS = [Month(2026, 1), Month(2026, 2), Month(2026, 3)]
KEY = bytes(32)
DAY = date(2026, 1, 5)
MINISTRY, MAKERS, HOLDER = "authority:mod", {"a": "party:one", "b": "party:two"}, "authority:stocks"
POLICY = SurplusPolicy("policy-1", MINISTRY, SurplusRule.SR_1, 1, 3, date(2026, 1, 1), None)


def key_of(owner: str) -> Ed25519PrivateKey:
    """With which key does this owner sign here?"""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(owner.encode()).digest())


@dataclass
class World:
    """What stands in the logs, what opens it, and what a public folder would show."""

    seed: int = 1
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {HOME: [], CENTRE: []})
    lines: list[Line] = field(default_factory=list)
    signed: list[dict[str, Any]] = field(default_factory=list)
    policies: list[PolicyAt] = field(default_factory=list)
    opening: dict[Point, Opening] = field(default_factory=dict)
    proofs: list[bytes] = field(default_factory=list)
    salts: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    records: dict[tuple[str, int, int], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    # ------------------------------------------------------------------------------------------------ the office

    def deed(self, *carried: Figures, log: str = HOME) -> list[Line]:
        """One entry with the lines of these figures."""
        index, made, hashes = len(self.entries[log]), [], []
        for at, figures in enumerate(carried):
            salt = self.chance.randbytes(32)
            for opening in openings(figures, salt).values():
                self.opening[commit(opening)] = opening
            form = {**_parsed(spelled(figures, salt, KEY)), "log": log, "index": index, "at": at}
            made.append(read_line(form))
            self.salts[made[-1].place()] = salt
            hashes.append(made[-1].hash())
        self.entries[log].append({"kind": "surplus", "sd": [], "seq": index, "figures": hashes})
        self.lines += made
        return made

    def file(self, *records: Any, log: str = HOME) -> list[Line]:
        """One entry with the lines of these records."""
        carried = [(record, figures_of(record) or licence_figures(record)) for record in records]
        made = self.deed(*(figures for _, figures in carried if figures), log=log)
        kept = [record for record, figures in carried if figures]
        self.records.update(zip((line.place() for line in made), kept, strict=True))
        return made

    def sign(self, owner: str, lines: Iterable[Line], by: str = "", log: str = HOME) -> None:
        """The owner signs these lines as committed; `by` names whose key is taken."""
        mark, salt = label(KEY, owner), self.chance.randbytes(32)
        hashes = tuple(line.hash() for line in lines)
        record = FiguresSigned(f"figures-signed:{mark}/{len(self.signed) + 1}", mark, hashes, DAY)
        body = seal(record).body
        commitment = salted(salt, body).hex()
        index = len(self.entries[log])
        self.entries[log].append({"kind": "surplus", "sd": [commitment], "seq": index})
        made = sign(record, "key", key_of(by or owner), DAY)
        self.signed.append({
            "owner": mark, "key": key_of(by or owner).public_key().public_bytes_raw().hex(), "record": body.decode(),
            "on": DAY.isoformat(), "value_hex": made.value_hex, "log": log, "index": index, "commitment": commitment,
            "salt": salt.hex(),
        })  # fmt: skip

    def sign_all(self) -> None:
        """Every owner signs what it gave and has not signed yet."""
        waiting: dict[str, list[Line]] = {}
        signed = "".join(form["record"] for form in self.signed)
        for line in self.lines:
            for owner in (MINISTRY, HOLDER, *MAKERS.values()):
                is_own = line.kind != "certificate" and line.scope.get("owner") == label(KEY, owner)
                if is_own and line.hash() not in signed:
                    waiting.setdefault(owner, []).append(line)
        for owner, lines in waiting.items():
            self.sign(owner, lines)

    def add(self, terms: Iterable[tuple[int, Point]]) -> Point:
        """The sum of points, whose opening is kept."""
        listed = list(terms)
        point = summed(listed)
        self.opening[point] = combined((sign_, self.opening[one]) for sign_, one in listed)
        return point

    def expected(self) -> Expected:
        """What must be shown of what stands there, known to whoever can open it?"""
        signings, _ = read_signed(map(canonical, self.signed), self.logs())
        return expected(self.lines, signings, self.policies, CONTEXT, self.add)

    def prove(self) -> list[str]:
        """Make all proofs that can be made; the names of the statements that are not true come back."""
        self.proofs, false = [], []
        for _, statement in self.expected().statements:
            opened = {name: self.opening[point] for name, point in statement.commitments}
            try:
                self.proofs.append(proof_line(statement, prove(statement, opened, self.chance.randbytes(32))))
            except ValueError:
                false.append(statement.name)
        return false

    def untrue(self) -> list[str]:
        """Which statements that must be shown are not true of what the office committed to?"""
        return [statement.name for _, statement in self.expected().statements if not self.is_true(statement)]

    def is_true(self, statement: Statement) -> bool:
        """Does each claim hold of the figures themselves?"""
        figures = {name: self.opening[point].value for name, point in statement.commitments}

        def value(one: Sum) -> int:
            return sum(coefficient * figures[name] for name, coefficient in one.terms) - one.less

        ranges = all(0 <= value(one.sum) < 2**one.bits for one in statement.in_range)
        return ranges and not any(value(one) for one in statement.zero)

    def forge(self, honest: World) -> None:
        """Publish every statement that must be shown with the proof that an honest world has in its place."""
        found = self.expected().statements
        assert len(found) == len(honest.proofs)
        self.proofs = [
            canonical({"statement": as_json(statement), "proof": _parsed(proof)["proof"]})
            for (_, statement), proof in zip(found, honest.proofs, strict=True)
        ]

    def put(self, line: Line, name: str, value: int) -> None:
        """Commit to another figure under this name, whatever it is; the entry names the line as it is now."""
        blinding = self.opening[line.point(name)].blinding
        changed = Opening(value, blinding)
        self.opening[point_of(changed)] = changed
        points = tuple((one, point_of(changed) if one == name else point) for one, point in line.points)
        self.replace(line, replace(line, points=points))

    def replace(self, line: Line, other: Line) -> None:
        """Another line in this one's place, in the entry too."""
        self.lines[self.lines.index(line)] = other
        self.entries[line.log][line.index]["figures"][line.at] = other.hash()

    # ---------------------------------------------------------------------------------------------- the stranger

    def published(self) -> list[dict[str, Any]]:
        """The lines in the order of their file."""
        return [form_of(line) for line in sorted(self.lines, key=lambda line: line.place())]

    def logs(self) -> Logs:
        return Logs(self.entries, {})

    def refusals(self) -> list[str]:
        """What does a stranger refuse, by key? Empty where everything is shown."""
        return [point.key for point in self.points()]

    def points(self) -> list[Any]:
        lines, points = read_figures(map(canonical, self.published()), self.logs())
        signings, more = read_signed(map(canonical, self.signed), self.logs())
        found = expected(lines, signings, self.policies, CONTEXT)
        points += [*more, *(fault_point(fault) for fault in found.faults)]
        self.shown = Shown()
        return points + list(check_proofs(surplus_demands(found), self.proofs, self.shown, lambda done, of: None))


def proof_line(statement: Statement, proof: bytes) -> bytes:
    """How does a proof stand in its file?"""
    return canonical({"statement": as_json(statement), "proof": base64.b64encode(proof).decode()})


def _parsed(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    return found


# ------------------------------------------------------------------------------------------------------- records


def by_month(*units: int) -> tuple[MonthUnits, ...]:
    return tuple(MonthUnits(month, one) for month, one in zip(MONTHS, units, strict=False))


def attested(model: str, *units: int, number: int = 1, on: date = DAY) -> CapacityAttestation:
    return CapacityAttestation(
        f"attestation:{model}-{number}", MAKERS[model], f"model:{model}", "ew_set", by_month(*units), by_month(*units),
        on, date(2027, 1, 31),
    )  # fmt: skip


def order(model: str, *units: int, funder: Funder = Funder.HOME, number: int = 1) -> FundedOrder:
    return FundedOrder(f"funded:{model}-{number}", MINISTRY, funder, f"model:{model}", "ew_set", by_month(*units), DAY)


def stock(model: str, units: int, on: date = date(2026, 1, 1), number: int = 1) -> StockCount:
    return StockCount(f"stock:{model}-{number}", HOLDER, f"model:{model}", "ew_set", units, on)


def reserve(model: str, units: int) -> Reserve:
    return Reserve(f"reserve:{model}", HOLDER, f"model:{model}", "ew_set", units, DAY)


def certificate(name: str, units: int, first: int = 0, policy: SurplusPolicy = POLICY) -> Certificate:
    """Named after its model and a number: `a-1`."""
    model = name[0]
    return Certificate(
        f"certificate:{name}", MINISTRY, "ew_set", f"model:{model}", MAKERS[model], MONTHS[first], MONTHS[-1], units,
        policy.rule, policy.id, (), 0, 0, (), "provisional", "", DAY, date(2026, 3, 31),
    )  # fmt: skip


def home(name: str, *units: int, months: list[Month] | None = None) -> Figures:
    flows = [ModelFlow(month, 0, 0, one) for month, one in zip(months or MONTHS, units, strict=False)]
    return home_figures(DAY, f"certificate:{name}", "ew_set", f"model:{name[0]}", flows)


def certify(world: World, name: str, units: int, *taken_home: int, first: int = 0, **change: Any) -> None:
    """One entry with the hearing's line and the certificate's."""
    record = certificate(name, units, first, **change)
    lines = world.deed(home(name, *(taken_home or (0, 0, 0))), carried(record))
    world.records[lines[-1].place()] = record


def draw(
    name: str, tranche: str, units: int, state: str, on: date = DAY, until: date | None = date(2026, 3, 5)
) -> Draw:
    expires = until if state == "reserved" else None
    return Draw(
        f"draw:{tranche}/{state}", f"certificate:{name}", f"order:{tranche}", units, DrawState(state), on, expires
    )


def licence(name: str, tranche: str, units: int, permit: str = "one_off") -> Figures:
    scope = (
        Scope("certificate", f"certificate:{name}", True), Scope("tranche", f"order:{tranche}", True),
        Scope("permit", permit),
    )  # fmt: skip
    return Figures("licence", scope, (("units", units),), DAY)


def carried(record: Any) -> Figures:
    found = figures_of(record)
    assert found is not None
    return found


Change = Callable[[World], None]


def nothing(world: World) -> None:
    """The honest year."""


def year(
    *,
    certified: tuple[int, int, int] = (8, 5, 4),
    licensed: int = 6,
    reserved: int = 6,
    before: Change = nothing,
    between: Change = nothing,
    after: Change = nothing,
    seed: int = 1,
) -> World:
    """Two models, three months, three certificates; draws reserved, committed and licensed, used, released, returned.

    By January the class has 20 - 6 free, model a 9 - 3 + 10 - 4 - 1, model b 2 - 2 + 10 - 2 - 1.
    """
    world = World(seed)
    world.entries[HOME].append({"kind": "office", "sd": [], "seq": 0})
    world.policies.append(PolicyAt(POLICY, HOME, 0))
    world.file(attested("a", 10, 10, 10), attested("b", 10, 10, 10))
    world.file(order("a", 4, 4, 4), order("b", 2, 2, 2, funder=Funder.PARTNER))
    world.file(stock("a", 9), stock("b", 2))
    world.file(reserve("a", 3), reserve("b", 2))
    before(world)
    world.sign_all()
    certify(world, "a-1", certified[0], 1, 0, 1)
    between(world)
    certify(world, "b-1", certified[1], 1, 1, 1)
    certify(world, "a-2", certified[2], 1, 0, 1, first=1)
    world.file(draw("a-1", "t1", reserved, "reserved"))
    world.file(draw("a-1", "t2", 2, "reserved"))
    world.deed(carried(draw("a-1", "t1", reserved, "committed")), licence("a-1", "t1", licensed))
    world.file(draw("a-1", "t1", reserved, "used", date(2026, 1, 7)), log=CENTRE)
    world.file(draw("a-1", "t2", 2, "released"))
    world.file(draw("a-1", "t1", reserved, "returned", date(2026, 1, 7)))
    world.file(draw("b-1", "t3", 5, "reserved"))
    world.deed(licence("b-1", "open", 5, "open"))
    after(world)
    return world
