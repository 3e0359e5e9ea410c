"""Which statements must be shown of all certificates, draws and licences, given nothing but the published lines?

The office proves this list, a stranger builds the same list and demands a proof of exactly these bytes. Nothing here
knows a figure. What the lines alone show to be wrong comes back as faults, by line; for such a line nothing is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from ecluse.base.days import Month
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.group import Point
from ecluse.base.statement import Statement
from ecluse.surplus.envelope import certificate_covered, figures_in_range
from ecluse.surplus.envelope_draws import HOME, Account, is_home, steps_in_order, take
from ecluse.surplus.envelope_fault import Fault
from ecluse.surplus.envelope_standing import Add, Figure, Filed, Standing, month_of, opens_year, summed
from ecluse.surplus.terms import Funder, SurplusPolicy, SurplusRule

OWNED = frozenset({"capacity", "order", "need", "absorption", "judged", "stock", "reserve"})
STEPS = frozenset({"draw", "licence"})
KINDS = OWNED | STEPS | {"home", "certificate"}


@dataclass(frozen=True, slots=True)
class Signing:
    """An owner's signature over lines: whose label, over which hashes, where in which log it stands, by which key."""

    owner: str
    hashes: frozenset[str]
    log: str
    index: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class PolicyAt:
    """A policy that is open to everybody, and where in which log it stands."""

    policy: SurplusPolicy
    log: str
    index: int


@dataclass(slots=True)
class Expected:
    """What must be shown, in this order; what the lines show to be wrong; how many of each kind there are."""

    statements: list[tuple[Line, Statement]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def statements(
    lines: Iterable[Line], signings: Iterable[Signing], policies: Sequence[PolicyAt], context: str, add: Add = summed
) -> list[Statement]:
    """Which statements must be proven, in the order in which a verifier expects their proofs?"""
    return [one for _, one in expected(lines, signings, policies, context, add).statements]


def expected(
    lines: Iterable[Line], signings: Iterable[Signing], policies: Sequence[PolicyAt], context: str, add: Add = summed
) -> Expected:
    """What must be shown of these lines, and what is wrong with them?

    `add` sums multiples of points; an office passes one that also knows what opens each sum.
    """
    year = _Year(policies, context, add)
    for event in _in_order([line for line in lines if line.kind in KINDS], signings):
        year.take(event)
    return year.expected()


def _in_order(lines: Sequence[Line], signings: Iterable[Signing]) -> list[Line | tuple[Signing, Line]]:
    """Lines and signatures as they stand in the log: a line signed in a later entry is signed from there on."""
    by_hash = {line.hash(): line for line in lines if line.kind in OWNED}
    events: list[tuple[tuple[str, int, int, int], Line | tuple[Signing, Line]]] = [
        ((line.log, line.index, 0, line.at), line) for line in lines
    ]
    for signing in (one for one in signings if one.log.startswith(HOME)):
        for hash_ in sorted(signing.hashes):
            line = by_hash.get(hash_)
            if line is not None and line.scope.get("owner") == signing.owner:
                events.append(((signing.log, signing.index, 1, 0), (signing, line)))
    return [event for _, event in sorted(events, key=lambda pair: pair[0])]


class _Year:
    """The lines taken so far, class by class and certificate by certificate."""

    def __init__(self, policies: Sequence[PolicyAt], context: str, add: Add) -> None:
        self._policies, self._context, self._add = policies, context, add
        self._filed: dict[str, Filed] = {}
        self._standing: dict[str, tuple[int, Standing]] = {}
        self._homes: dict[tuple[str, int, str], Line] = {}
        self._certificates: dict[str, Line] = {}
        self._of_class: dict[str, list[Line]] = {}
        self._steps: dict[str, list[Line]] = {}
        self._used: dict[tuple[str, int, int], Line] = {}
        self._shown: list[tuple[Line, int, Statement]] = []
        self._faults: list[Fault] = []
        self._counts = dict.fromkeys(("certificates", "draws", "licences", "figures"), 0)

    def take(self, event: Line | tuple[Signing, Line]) -> None:
        if isinstance(event, tuple):
            signing, line = event
            if (line.log, line.index) <= (signing.log, signing.index):
                self._class(line).sign(line)
            return
        if event.kind in STEPS:
            self._steps.setdefault(event.mark("certificate"), []).append(event)
        elif not is_home(event):
            self._faults.append(Fault("in_another_log", event))
        elif event.kind in OWNED:
            self._class(event).file(event)
        elif event.kind == "home":
            self._homes[event.log, event.index, event.mark("certificate")] = event
        else:
            self._certify(event)

    def expected(self) -> Expected:
        """All statements by place: figures in use, certificates, draws and licences; then the faults."""
        for name, lines in sorted(self._steps.items()):
            self._follow(name, lines)
        for line in self._used.values():
            self._shown.append((line, 0, figures_in_range(line, self._context)))
        self._counts["figures"] = len(self._used)
        ordered = sorted(self._shown, key=lambda one: (one[0].place(), one[1]))
        return Expected([(line, statement) for line, _, statement in ordered], self._faults, self._counts)

    def _class(self, line: Line) -> Filed:
        return self._filed.setdefault(line.mark("class"), Filed())

    def _stands(self, class_: str) -> Standing:
        filed = self._filed.setdefault(class_, Filed())
        version, standing = self._standing.get(class_, (-1, None))
        if standing is None or version != filed.version:
            standing = Standing(filed, self._add)
            self._standing[class_] = filed.version, standing
        return standing

    # ------------------------------------------------------------------------------------------------ certificates

    def _certify(self, line: Line) -> None:
        name, class_ = line.mark("certificate"), line.mark("class")
        self._counts["certificates"] += 1
        if name in self._certificates:
            self._faults.append(Fault("certificate_twice", line))
            return
        self._certificates[name] = line
        earlier = self._of_class.setdefault(class_, [])
        found = self._covered(line, earlier, self._stands(class_))
        if isinstance(found, Fault):
            self._faults.append(found)
        else:
            self._shown.append((line, 1, found))
        earlier.append(line)

    def _covered(self, line: Line, earlier: list[Line], standing: Standing) -> Statement | Fault:
        home = self._homes.get((line.log, line.index, line.mark("certificate")))
        if home is None or any(home.mark(name) != line.mark(name) for name in ("class", "model")):
            return Fault("home_missing", line)
        months = [month_of(name, "home ") for name, _ in home.points]
        first, last = Month.parse(line.mark("first")), Month.parse(line.mark("last"))
        if fault := _months_fault(line, months, first, last, standing):
            return fault
        policy = binding(self._policies, line)
        if policy is None:
            return Fault("policy_not_binding", line, line.mark("policy"))
        model = self._model_lines(line, months[0], standing)
        of_rule = _figures_of_rule(policy.rule, months, standing)
        if isinstance(model, Fault) or of_rule is None:
            return model if isinstance(model, Fault) else Fault("figure_missing", line, policy.rule.value)
        points, resting = of_rule
        stock, reserve = model
        resting = [*resting, stock, reserve, *_lines(standing.orders)]
        if unsigned := standing.unsigned(resting):
            return Fault("figure_unsigned", line, str(unsigned[0]))
        for used in (*resting, *_lines(standing.capacity), home):
            self._used[used.place()] = used
        points |= _sums(line, home, earlier, (stock, reserve), months, standing, self._add)
        return certificate_covered(line, policy, points, months[months.index(first) :], self._context)

    def _model_lines(self, line: Line, opening: Month, standing: Standing) -> tuple[Line, Line] | Fault:
        """The model's stock that opens the year and its reserve; the maker attested it, and signed."""
        model, maker = line.mark("model"), line.mark("owner")
        counts = [one for one in standing.stocks(opening) if one.mark("model") == model]
        reserve = standing.reserve(model)
        if not any((one.line.mark("model"), one.line.mark("owner")) == (model, maker) for one in standing.capacity):
            return Fault("figure_missing", line, "capacity")
        if not counts or not opens_year(counts[-1], opening):
            return Fault("figure_missing", line, "stock")
        return (counts[-1], reserve) if reserve else Fault("figure_missing", line, "reserve")

    # ------------------------------------------------------------------------------------------- draws and licences

    def _follow(self, name: str, lines: list[Line]) -> None:
        certificate = self._certificates.get(name)
        for kind in STEPS:
            self._counts[f"{kind}s"] += sum(line.kind == kind for line in lines)
        if certificate is None:
            self._faults += [Fault("certificate_unknown", line) for line in lines]
            return
        account = Account(certificate, certificate.point("certified"))
        for line in steps_in_order(certificate, lines):
            found = take(account, line, self._context, self._add)
            if isinstance(found, Fault):
                self._faults.append(found)
            else:
                self._shown.append((line, 1, found))


def binding(policies: Sequence[PolicyAt], line: Line) -> SurplusPolicy | None:
    """Which policy binds a certificate on its day? The one of latest force that stood in the log before; it must be the
    one, with the rule, that the certificate names, and give anything at all."""
    on = line.on
    found = [one for one in policies if (one.log, one.index) < (line.log, line.index) and _in_force(one.policy, on)]
    if not found:
        return None
    newest = max(found, key=lambda one: (one.policy.valid_from, one.log, one.index)).policy
    is_named = (newest.id, newest.rule.value) == (line.mark("policy"), line.mark("rule"))
    gives = newest.rule is not SurplusRule.SR_4 or min(newest.ratio_numerator, newest.ratio_denominator) >= 1
    return newest if is_named and gives else None


def _in_force(policy: SurplusPolicy, on: date) -> bool:
    return policy.valid_from <= on and (policy.valid_until is None or on <= policy.valid_until)


def _months_fault(line: Line, months: Sequence[Month], first: Month, last: Month, standing: Standing) -> Fault | None:
    """The look-ahead runs month by month over the certificate's months and every month of which a figure speaks."""
    if any(after != before.next() for before, after in pairwise(months)):
        return Fault("month_skipped", line)
    missing = sorted((standing.months() | set(first.until(last))) - set(months))
    if first > last or missing:
        return Fault("month_missing", line, str(missing[0] if missing else first))
    return None


def _figures_of_rule(
    rule: SurplusRule, months: Sequence[Month], standing: Standing
) -> tuple[dict[str, Point], list[Line]] | None:
    """The rule's figures of the class as sums, and the lines beside capacity and orders on which they rest."""
    named: dict[str, Point | None] = {
        "capacity": standing.all_capacity(),
        "home orders": standing.funded(Funder.HOME), "partner orders": standing.funded(Funder.PARTNER),
    }  # fmt: skip
    resting: list[Line] = []
    if named["capacity"] is None:
        return None
    for name in NEEDED.get(rule, ()):
        found = _stated(name, months, standing)
        if not found:
            return None
        named[name] = standing.add([(1, point) for _, point in found])
        resting += [line for line, _ in found]
    return {name: point for name, point in named.items() if point is not None}, resting


# Which figures does a rule need beside capacity and orders?
NEEDED: dict[SurplusRule, tuple[str, ...]] = {
    SurplusRule.SR_0: ("need",), SurplusRule.SR_0B: ("need",), SurplusRule.SR_2: ("need", "stock"),
    SurplusRule.SR_3: ("absorption",), SurplusRule.SR_5: ("judged",),
}  # fmt: skip


def _stated(name: str, months: Sequence[Month], standing: Standing) -> list[tuple[Line, Point]]:
    """The class's figures of this name, none of them where the period is not covered."""
    if name == "need":
        return [(one.line, one.point) for one in standing.needs()]
    if name == "stock":
        counted = standing.stocks(months[0])
        made = {one.line.mark("model") for one in standing.capacity}
        return [(line, line.point("units")) for line in counted] if made <= {c.mark("model") for c in counted} else []
    if name == "judged":
        line = standing.judged(months[0], months[-1])
        return [(line, line.point("units"))] if line else []
    limits = standing.limits()
    spans = {m for line in limits for m in Month.parse(line.mark("first")).until(Month.parse(line.mark("last")))}
    return [(line, line.point("units")) for line in limits] if spans >= set(months) else []


def _sums(
    line: Line, home: Line, earlier: Sequence[Line], stock_and_reserve: tuple[Line, Line], months: Sequence[Month],
    standing: Standing, add: Add,
) -> dict[str, Point]:  # fmt: skip
    """What has been taken of class and model with this certificate, and what is free by each month from its first?"""
    model, maker, first = line.mark("model"), line.mark("owner"), Month.parse(line.mark("first"))
    stock, reserve = (one.point("units") for one in stock_and_reserve)
    asked = (1, line.point("certified"))
    of_model = [one for one in earlier if one.mark("model") == model]
    points = {
        "certified": line.point("certified"), "class taken": add([*_certified(earlier), asked]),
        "model taken": add([*_certified(of_model), asked]),
    }  # fmt: skip
    taken_home: list[tuple[int, Point]] = []
    for month in months:
        taken_home.append((-1, home.point(f"home {month}")))
        if month < first:
            continue
        flow = standing.flow_until(months, month, model, maker)
        own = [(1, flow)] if flow else []
        points[f"model free {month}"] = add([(1, stock), (-1, reserve), *own, *taken_home])
        of_class = standing.flow_until(months, month)
        if of_class:
            points[f"class free {month}"] = of_class
        begun = [one for one in earlier if Month.parse(one.mark("first")) <= month]
        points[f"class taken {month}"] = add([*_certified(begun), asked])
    return points


def _certified(lines: Iterable[Line]) -> Iterator[tuple[int, Point]]:
    return ((1, line.point("certified")) for line in lines)


def _lines(figures: Iterable[Figure]) -> list[Line]:
    return list({one.line.place(): one.line for one in figures}.values())


def readable(line: Line) -> None:
    """Are the marks of this line such as its kind has? Raises EvidenceError naming the line and the mark."""
    for name, names in MARKS.items():
        if line.kind == name:
            for mark in names:
                line.mark(mark)
    try:
        for mark in ("first", "last"):
            if mark in line.scope:
                Month.parse(line.scope[mark])
        for mark in ("counted_on", "expires_on"):
            if mark in line.scope:
                date.fromisoformat(line.scope[mark])
        for name, _ in line.points:
            if " " in name:
                Month.parse(name.rsplit(" ", 1)[1])
    except ValueError as error:
        raise EvidenceError(f"{line}: {error}") from None


_GOODS = ("class", "model", "owner")
MARKS: Mapping[str, tuple[str, ...]] = {
    "capacity": _GOODS, "order": (*_GOODS, "funder"), "need": ("class", "owner", "priority"),
    "absorption": ("class", "owner", "first", "last"), "judged": ("class", "owner", "first", "last"),
    "stock": (*_GOODS, "counted_on"), "reserve": _GOODS, "home": ("certificate", "class", "model"),
    "certificate": ("certificate", "class", "model", "owner", "rule", "policy", "first", "last"),
    "draw": ("certificate", "tranche", "state"), "licence": ("certificate", "tranche", "permit"),
}  # fmt: skip
