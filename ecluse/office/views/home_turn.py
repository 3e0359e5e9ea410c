"""What must this person do now? Open cases, found by the caches, are asked of the registry of actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import VERSIONS
from ecluse.licence.officers import COUNTERSIGNER
from ecluse.licence.terms import ProposedDecision
from ecluse.office.actions.opening import ACCEPTORS
from ecluse.office.desk.licence import is_theirs
from ecluse.office.desk.papers import papers_for, waiting
from ecluse.office.desk.plan_turns import OFFICE, surge_turns
from ecluse.office.desk.registry import About, Action, Desk, offered
from ecluse.office.models import Head, LicenceLine, Record, Tranche
from ecluse.office.opening.records import AcceptedImport, DeclinedImport, ProposedImport
from ecluse.office.registers import Order
from ecluse.office.views.things import authority_of, fill, fill_rows, is_home, newest, own_orders, records
from ecluse.order import Gate, Standing
from ecluse.parties.terms import Clearance, Screening
from ecluse.proceeds.terms import Shortage

MOST_CASES = 40
MOST_TRANCHES = 2_000
MOST_RATES = 20
OF_MONEY = ("party", "spender")
# What is somebody's turn; other actions are open to them as well, but nobody waits for those.
DUTIES = frozenset({
    "parties.clear", "licence.give_opinion", "licence.lift_condition", "licence.propose", "licence.decide",
    "custody.license_host", "custody.pack", "custody.ask_release", "custody.offer", "custody.hand_over",
    "custody.verify_delivery", "proceeds.receive", "proceeds.contribute", "proceeds.allocate", "proceeds.purchase",
    "proceeds.accept", "office.accept_import", "licence.change", "licence.authorise_marketing",
})  # fmt: skip
COUNTERSIGNED = ("licence.change", "licence.authorise_marketing")
# The gate that was heard last, while the case waits for somebody in this role.
WAITS: Mapping[str, tuple[Gate, ...]] = {
    "author": (Gate.PARTIES,),
    "countersigner": (Gate.PARTIES,),
    "opinion": (Gate.PARTIES,),
    "spender": (Gate.CUSTODY, Gate.PROCEEDS),
    "party": (Gate.LICENCE, Gate.CUSTODY, Gate.PROCEEDS),
    "authority": (Gate.PARTIES, Gate.LICENCE, Gate.CUSTODY),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing to do: the action, what it is about and where that is shown, whose it is, and since when it waits."""

    action: str
    subject: str
    place: str
    about: str
    whose: str
    since: date | None

    @property
    def gate(self) -> str:
        """At which gate is it done?"""
        return self.action.split(".")[0]

    @property
    def address(self) -> str:
        """Where is it done?"""
        return f"/do/{self.action}/{self.subject}/"


@dataclass(frozen=True, slots=True)
class Turns:
    """What is to be done, of how many cases that wait at this person's gates, and how many of these were looked at."""

    turns: tuple[Turn, ...]
    waiting: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Case:
    """One order that waits, with its tranches and since when."""

    order: Order
    since: date
    tranches: tuple[Tranche, ...]


def turns_of(desk: Desk, mine: Mapping[str, Order] | None = None) -> Turns:
    """What is this person's to do now, what has waited longest first? At most so many cases are looked at."""
    cases = cases_waiting(desk, own_orders(desk) if mine is None and not is_home(desk) else mine)
    looked = cases[:MOST_CASES]
    short = _shortages(desk)
    fill_cases(desk, looked, short)
    found = [turn for case in looked for turn in _turns(desk, case)]
    others = [*_to_clear(desk), *_for_shortages(desk, short), *_to_accept(desk), *_to_countersign(desk),
              *_for_urgent_orders(desk)]  # fmt: skip
    return Turns(tuple(dict.fromkeys((*found, *others))), len(cases), len(looked))


def cases_waiting(desk: Desk, mine: Mapping[str, Order] | None) -> list[Case]:
    """Which orders wait at the gates of this person's role, what has waited longest first?"""
    gates = [gate.value for gate in WAITS.get(desk.mandate.role, ())]
    standings = [standing.value for standing in Standing if standing is not Standing.PASSED]
    rows = Tranche.objects.filter(gate__in=gates, standing__in=standings, is_split=False).order_by("order", "tranche")
    waiting: dict[str, list[Tranche]] = {}
    for row in rows[:MOST_TRANCHES]:
        is_waiting = row.standing == Standing.OPEN.value or row.gate == Gate.PROCEEDS.value
        if is_waiting and (mine is None or row.order in mine):
            waiting.setdefault(row.order, []).append(row)
    for order in _not_this_persons(desk, list(waiting)):
        del waiting[order]
    orders = mine if mine is not None else newest(records(Order, subject__in=list(waiting)))
    since = _heard_on(row.hearing for rows in waiting.values() for row in rows)
    cases = [
        Case(orders[order], min(since.get(row.hearing, date.max) for row in rows), tuple(rows))
        for order, rows in waiting.items() if order in orders
    ]  # fmt: skip
    return sorted(cases, key=lambda case: (case.since, case.order.id))


def _not_this_persons(desk: Desk, orders: list[str]) -> set[str]:
    """Which of these wait for somebody else: the opinion is given, or the proposal is made, or none is?"""
    role = desk.mandate.role
    if role == "opinion":
        slug = desk.body.split(":")[1]
        given = Record.objects.filter(rid__in=[f"opinion:{order}/{slug}" for order in orders])
        return set(given.values_list("order", flat=True))
    if role not in ("author", "countersigner"):
        return set()
    proposed = {one.order: one.value for one in records(ProposedDecision, order__in=orders)}
    if role == "author":
        return set(proposed)
    return {order for order in orders if order not in proposed or not is_theirs(desk, proposed[order])}


def _heard_on(hearings: Iterable[str]) -> dict[str, date]:
    return dict(Record.objects.filter(rid__in=set(hearings)).values_list("rid", "on"))


def fill_cases(desk: Desk, cases: Iterable[Case], others: Iterable[str] = ()) -> None:
    """Read everything that the registry will ask about these cases and other subjects, at once."""
    orders = {case.order.id: case.order for case in cases}
    found = list(Tranche.objects.filter(order__in=orders))
    parts: dict[str, int] = dict.fromkeys(orders, 0)
    for row in found:
        parts[row.order] = max(parts[row.order], int(row.tranche.rsplit("/", 1)[1]))
    names = [f"{order}/{number}" for order, last in parts.items() for number in range(last + 2)]
    desk.session.rows.update({(Tranche, name): None for name in names})
    desk.session.rows.update({(Tranche, row.tranche): row for row in found})
    fill_rows(desk.session, LicenceLine, [f"licence:{order}" for order in orders])
    subjects: set[str | None] = {*names, desk.body, desk.person, "authority:ssecu", f"deputy:{desk.person}", *others}
    if desk.mandate.role in OF_MONEY:
        rates = Head.objects.filter(subject__gte="rate:", subject__lt="rate;").values_list("subject", flat=True)
        subjects |= {"policy:contribution", *rates[:MOST_RATES]}
    for id, order in orders.items():
        subjects |= {id, f"host:{id}", order.end_user, order.line, order.centre, authority_of(order.destination)}
    fill(desk.session, subjects)


def _turns(desk: Desk, case: Case) -> list[Turn]:
    order = case.order.id
    place = f"/orders/{order}/"
    found = [(action, order) for action in _due(desk, About.ORDER, order)]
    found += [
        (action, row.tranche) for row in case.tranches for action in _due(desk, About.TRANCHE, row.tranche)
    ]  # fmt: skip
    named = len(case.tranches) > 1
    return [
        Turn(action.name, subject, place, subject if named else order, case.order.exporter, case.since)
        for action, subject in found
    ]


def _due(desk: Desk, about: About, subject: str) -> list[Action]:
    return [action for action in offered(desk, about, subject) if action.name in DUTIES]


def _to_clear(desk: Desk) -> list[Turn]:
    """Which parties have a hit that nobody cleared?"""
    if desk.mandate.role != "clearance":
        return []
    cleared: dict[str, set[str]] = {}
    for one in records(Clearance):
        cleared.setdefault(one.subject, set()).add(one.value.entry)
    hit = {
        party: screening for party, screening in newest(records(Screening)).items()
        if any(found.entry not in cleared.get(party, ()) for found in screening.hits)
    }  # fmt: skip
    looked = sorted(hit, key=lambda party: (hit[party].on, party))[:MOST_CASES]
    fill(desk.session, [*looked, desk.person])
    return [
        Turn(action.name, party, f"/parties/{party}/", party, party, hit[party].on)
        for party in looked for action in _due(desk, About.PARTY, party)
    ]  # fmt: skip


def _shortages(desk: Desk) -> dict[str, Shortage]:
    """Which shortages could be this person's to buy for, or to accept for?"""
    if desk.mandate.role not in ("spender", "authority"):
        return {}
    named = newest(records(Shortage))
    found = {id: one for id, one in named.items() if desk.mandate.role == "spender" or one.owner == desk.body}
    return {id: found[id] for id in sorted(found)[:MOST_CASES]}


def _for_shortages(desk: Desk, named: Mapping[str, Shortage]) -> list[Turn]:
    """For which shortages is money set aside and unspent, or are units bought and not accepted?"""
    return [
        Turn(action.name, id, f"/books/shortages/{id}/", id, named[id].owner, None)
        for id in named for action in _due(desk, About.SHORTAGE, id)
        if action.name != "proceeds.purchase" or action.given(desk, id).get("allocations")
    ]  # fmt: skip


def _for_urgent_orders(desk: Desk) -> list[Turn]:
    """What does an urgent order for home wait for from this person?"""
    return [
        Turn(name, OFFICE, f"/do/{name}/{OFFICE}/", urgent.id, urgent.owner, urgent.on)
        for name, urgent in surge_turns(desk)
    ]


def _to_countersign(desk: Desk) -> list[Turn]:
    """Which changes of licences and leaves to offer wait for this person's hand, or for one whom he stands in for?"""
    if desk.mandate.role != COUNTERSIGNER:
        return []
    named = desk.mandate.acting_for or desk.person
    found = []
    for subject in papers_for(desk, named, "licence.propose")[:MOST_CASES]:
        is_order = subject.startswith("order:")
        about, place = (About.ORDER, f"/orders/{subject}/") if is_order else (About.CASE, f"/cases/{subject}/")
        paper = waiting(desk, "licence.propose", subject)
        found += [
            Turn(action.name, subject, place, subject, paper.by, paper.on)
            for action in _due(desk, about, subject) if paper and action.name in COUNTERSIGNED
        ]  # fmt: skip
    return found


def _to_accept(desk: Desk) -> list[Turn]:
    """Which proposed tables could this person accept as the second one, what has waited longest first?"""
    if desk.mandate.role not in ACCEPTORS:
        return []
    answered = Record.objects.filter(v__in=(VERSIONS[AcceptedImport], VERSIONS[DeclinedImport])).values("subject")
    rows = Record.objects.filter(v=VERSIONS[ProposedImport]).exclude(subject__in=answered).order_by("on", "rid")
    waiting = list(rows.values_list("subject", flat=True)[:MOST_CASES])
    fill(desk.session, [*waiting, desk.person])
    found = [(desk.session.newest(id, ProposedImport), id) for id in waiting]
    return [
        Turn(action.name, id, f"/import/{id}/", one.file_name, one.authority, one.on)
        for one, id in found if one for action in _due(desk, About.IMPORT, id)
    ]  # fmt: skip
