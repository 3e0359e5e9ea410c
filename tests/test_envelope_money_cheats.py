"""Is every cheat with the money refused by name, by someone who sees no amount, and its honest twin believed?"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from money_lines import (
    CONTEXT,
    LOG,
    POLICY,
    TOTALS,
    Published,
    World,
    allocation,
    contribution,
    honest,
    label_of,
    objections,
    published,
    purchase,
    receipt,
    sale,
    title,
)

from ecluse.base.commitments import Opening, commit
from ecluse.base.draft import Draft, opened
from ecluse.base.envelope import prove
from ecluse.base.errors import EvidenceError
from ecluse.base.statement import InRange, Statement, Sum
from ecluse.proceeds.terms import ContributionRule

Cheat = Callable[[], tuple[World, Published, str]]
CHEATS: dict[str, Cheat] = {}
ONE, TWO = "order:1/0", "order:2/0"


@cache
def believed(*, with_totals: bool = True) -> Published:
    """The honest twin of most cheats, proven once."""
    world = World(honest(), totals=TOTALS if with_totals else {})
    shown = published(world)
    assert objections(world, shown) == []
    return shown


def cheat(name: str) -> Callable[[Cheat], Cheat]:
    def keep(made: Cheat) -> Cheat:
        CHEATS[name] = made
        return made

    return keep


def due_of(world: World, number: int = 0) -> str:
    return f"contribution of {label_of(world, 'title', number)}"


def proven(statement: Statement, openings: dict[str, Opening]) -> tuple[Statement, bytes]:
    """What a cheat shows that proves what it likes, as far as that is true."""
    return statement, prove(statement, openings, random.Random(2).randbytes(32))


def statement_with(world: World, name: str, **made: int) -> tuple[Statement, dict[str, Opening]]:
    """The honest statement of that name but with other new figures: whatever else they are, they open their points."""
    draft, openings = opening_all(world)[name]
    openings |= {key: Opening(value, openings[key].blinding + 1) for key, value in made.items()}
    points = tuple((key, commit(one)) for key, one in openings.items())
    return Statement(
        draft.name, CONTEXT, draft.log, draft.index, points, (), draft.zero, draft.one_of, draft.in_range
    ), openings  # fmt: skip


def opening_all(world: World) -> dict[str, tuple[Draft, dict[str, Opening]]]:
    kept, found = dict(world.kept), {}
    for draft in world.drafts():
        openings = opened(draft, CONTEXT, kept)
        kept |= {draft.new(name): openings[name] for name in draft.made}
        found[draft.name] = draft, openings
    return found


def changed(world: World, kind: str, number: int = 0, **marks: str) -> World:
    """The same world with one line's marks changed; its points stay."""
    line = [one for one in world.lines if one.kind == kind][number]
    world.lines[line.index] = replace(line, scope={**line.scope, **marks})
    return world


def honest_world(*more: Any, without: int | None = None, **terms: Any) -> World:
    records = [record for at, record in enumerate(honest()) if at != without]
    return World([*records, *more], **{"totals": TOTALS, **terms})


# ------------------------------------------------------------------ what was paid


@cheat("a payment is invented")
def _() -> tuple[World, Published, str]:
    world = honest_world(contribution(TWO, 99_701, number=9))
    return world, believed(), f"^{due_of(world, 1)}: what is published is not what the lines and the rules say"


@cheat("a payment is paid twice: the same line stands twice")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    world.lines.append(world.lines[6])
    return world, believed(), f"^figures {LOG}#6.0: a line stands in the log once"


@cheat("a payment is filed twice, under another place of the log")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    world.lines.append(replace(world.lines[8], index=40))
    return world, believed(), f"^{due_of(world, 1)}: what is published"


@cheat("a payment is below zero, and another as much larger")
def _() -> tuple[World, Published, str]:
    records = [r for r in honest() if r.id != f"contribution:{ONE}/2"]
    world = World(
        [*records, contribution(ONE, 299_701, number=2), contribution(ONE, -100_000, number=3)], totals=TOTALS
    )
    return world, published(world), f"^not shown: {due_of(world)}"


@cheat("a payment lies above all ranges, so that sums wrap")
def _() -> tuple[World, Published, str]:
    world = honest_world(contribution(TWO, 2**40, number=9))
    return world, published(world), f"^not shown: {due_of(world, 1)}"


@cheat("a payment is counted in another currency")
def _() -> tuple[World, Published, str]:
    world = changed(honest_world(), "contribution", 2, currency="USD")
    return world, believed(), "^no_rate: home/2026#3.0"


@cheat("another sale's receipt is counted")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    return (
        changed(world, "receipt", 0, tranche=label_of(world, "title", 1)),
        believed(),
        f"^{due_of(world)}: what is pub",
    )


@cheat("another sale's payment is counted")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    return changed(world, "contribution", 1, tranche=label_of(world, "title", 1)), believed(), f"^{due_of(world)}: what"


@cheat("a receipt is left out")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    del world.lines[5]
    return world, believed(), f"^{due_of(world, 1)}: what is published"


@cheat("a title is left out, its money stays")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    del world.lines[3]
    return world, believed(), "^no_title: home/2026#5.0"


@cheat("a contract is left out")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    del world.lines[0]
    return world, believed(), "^no_sale: home/2026#2.0"


@cheat("title passes twice")
def _() -> tuple[World, Published, str]:
    return honest_world(title(ONE, 1)), believed(), "^title_twice: home/2026#12.0"


# ------------------------------------------------------------------ what is due


@cheat("one minor unit less is due")
def _() -> tuple[World, Published, str]:
    world, twin = honest_world(totals={}), believed(with_totals=False)
    name = due_of(world, 1)
    statement, _ = statement_with(world, name, due=599_700, owed=99_700)
    return world, {**twin, name: (statement, twin[name][1])}, f"{name}, .*: the proof does not show it"


@cheat("what is due is rounded down")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    name = due_of(world, 1)
    statement, openings = statement_with(world, name, due=599_700, owed=99_700)
    wider = tuple(
        replace(one, sum=replace(one.sum, less=one.sum.less - 9999), bits=15) if one.bits == 14 else one
        for one in statement.in_range
    )
    return (
        world,
        {**believed(), name: proven(replace(statement, in_range=wider), openings)},
        f"^{name}: what is published",
    )


@cheat("the policy's rate is another")
def _() -> tuple[World, Published, str]:
    world = honest_world(policies=[replace(POLICY, ad_valorem_bp=1998)])
    return honest_world(), {**believed(), **published(world)}, f"^{due_of(world)}: what is published"


@cheat("another rule is applied")
def _() -> tuple[World, Published, str]:
    world = honest_world(policies=[replace(POLICY, rule=ContributionRule.NONE)])
    return honest_world(), {**believed(), **published(world)}, f"^{due_of(world)}: what is published"


@cheat("a policy of a later day is applied")
def _() -> tuple[World, Published, str]:
    later = replace(POLICY, id="later", ad_valorem_bp=1, valid_from=date(2026, 3, 3))
    world = honest_world(policies=[POLICY, later])
    name = due_of(world)
    early = replace(later, valid_from=date(2026, 3, 1))
    return world, {**believed(), name: published(honest_world(policies=[POLICY, early]))[name]}, f"^{name}: what is pub"


@cheat("the share in the development is stated lower than it was committed")
def _() -> tuple[World, Published, str]:
    policy = replace(POLICY, rule=ContributionRule.DEVELOPMENT_SHARE)
    world = World([sale(ONE), title(ONE)], policies=[policy])
    world.shares = {label_of(world, "title"): 1500}
    assert objections(world, published(world)) == []
    world.shares = {label_of(world, "title"): 1499}
    return world, published(world), f"^not shown: {due_of(world)}"


@cheat("a profit is shared for fewer units than were sold")
def _() -> tuple[World, Published, str]:
    policies = [replace(POLICY, rule=ContributionRule.PROFIT_SHARE)]
    world = World([sale(ONE), title(ONE)], policies=policies)
    assert objections(world, published(world)) == []
    world = World([sale(ONE, units=2), title(ONE)], policies=policies)
    return world, published(world), f"^not shown: {due_of(world)}"


@cheat("what is owed is hidden as a payment too much")
def _() -> tuple[World, Published, str]:
    world, twin = honest_world(totals={}), believed(with_totals=False)
    name = due_of(world, 1)
    statement, _ = statement_with(world, name, owed=0, overpaid=0)
    return world, {**twin, name: (statement, twin[name][1])}, f"{name}, .*: the proof does not show it"


# ------------------------------------------------------------------ what the fund does


@cheat("more is set aside than was paid, and the totals say nothing of it")
def _() -> tuple[World, Published, str]:
    minor = {f"allocation:{ONE}/1": 599_000, f"allocation:{TWO}/1": 500_001}
    records = [replace(r, money=replace(r.money, minor=minor[r.id])) if r.id in minor else r for r in honest()]
    totals = {"EUR": {**TOTALS["EUR"], "allocated": 1_099_001, "unallocated": 701}}
    told = World(records, totals={"EUR": {**totals["EUR"], "allocated_beyond": 1}})
    assert objections(told, published(told)) == []
    world = World(records, totals=totals)
    return world, published(world), "^not shown: totals EUR"


@cheat("more is set aside than was paid, and no totals are published")
def _() -> tuple[World, Published, str]:
    world = World([sale(ONE), title(ONE), contribution(ONE, 100), contribution(ONE, 1, number=2), allocation(ONE, 102)])
    return world, published(world), f"^not shown: allocations of {label_of(world, 'title')}"


@cheat("an allocation takes another sale's payment")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    tranche = label_of(world, "title", 1)
    return changed(world, "allocation", 0, tranche=tranche), believed(), f"^allocations of {tranche}: what is published"


@cheat("a purchase costs more than its allocations hold")
def _() -> tuple[World, Published, str]:
    world = World([*honest()[:-1], purchase([f"allocation:{ONE}/1", f"allocation:{TWO}/1"], 1_049_702)])
    return world, published(world), "^not shown: purchase home/2026#11.0"


@cheat("two purchases draw on the same money")
def _() -> tuple[World, Published, str]:
    world = World([*honest(), purchase([f"allocation:{ONE}/1", f"allocation:{TWO}/1"], 349_702, number=2)])
    return world, published(world), "^not shown: purchase home/2026#12.0"


@cheat("a purchase draws on money that is set aside after it")
def _() -> tuple[World, Published, str]:
    records = honest()
    world = World([*records[:9], records[11], *records[9:11]])
    return world, published(world), "^not shown: purchase home/2026#9.0"


@cheat("a purchase draws on money of another currency")
def _() -> tuple[World, Published, str]:
    world = World([*honest()[:-1], purchase([f"allocation:{ONE}/1"], 5, "USD")])
    return world, published(world), "^not shown: purchase home/2026#11.0"


@cheat("an allocation of one name stands twice")
def _() -> tuple[World, Published, str]:
    return honest_world(allocation(ONE, 1)), believed(), "allocation_twice: home/2026#12.0|what is published"


@cheat("a purchase is left out")
def _() -> tuple[World, Published, str]:
    return honest_world(without=11), believed(), "allocation [0-9a-f]{16}: what is published"


# ------------------------------------------------------------------ what is published


@cheat("a total is published higher by one minor unit")
def _() -> tuple[World, Published, str]:
    world = honest_world(totals={"EUR": {**TOTALS["EUR"], "paid": 1_099_702}})
    return world, believed(), "^totals EUR: what is published"


@cheat("what is overdue is published as within its term")
def _() -> tuple[World, Published, str]:
    world = honest_world(totals={"EUR": {**TOTALS["EUR"], "overdue": 99_700}})
    return world, published(world), "^not shown: totals EUR"


@cheat("more is published as received than came")
def _() -> tuple[World, Published, str]:
    world = honest_world(totals={"EUR": {**TOTALS["EUR"], "received": 6_000_006}})
    return world, published(world), "^not shown: totals EUR"


@cheat("a proof serves for another sale")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    one, two = due_of(world), due_of(world, 1)
    return world, {**believed(), two: (believed()[two][0], believed()[one][1])}, f"{two}"


@cheat("a statement of another office's context is shown")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    name = due_of(world)
    statement, openings = statement_with(world, name)
    return (
        world,
        {**believed(), name: proven(replace(statement, context="2027"), openings)},
        f"^{name}: what is published",
    )


@cheat("a claim is left out of a statement")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    name = due_of(world)
    statement, openings = statement_with(world, name)
    return world, {**believed(), name: proven(replace(statement, one_of=()), openings)}, f"^{name}: what is published"


@cheat("a statement is left out")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    shown = {name: one for name, one in believed().items() if not name.startswith("fund")}
    return world, shown, "^not shown: fund EUR at the end of 2026-03"


@cheat("a statement is shown that nobody asked for")
def _() -> tuple[World, Published, str]:
    openings = {"money": Opening(1, 7)}
    statement = Statement(
        "all is well", CONTEXT, LOG, 1, (("money", commit(openings["money"])),),
        in_range=(InRange(Sum((("money", 1),)), 1),),
    )  # fmt: skip
    return honest_world(), {**believed(), statement.name: proven(statement, openings)}, "^not asked for: all is well"


@cheat("what is new in a statement is nowhere committed")
def _() -> tuple[World, Published, str]:
    world = honest_world()
    name = due_of(world)
    statement = believed()[name][0]
    less = replace(statement, commitments=statement.commitments[:-1], zero=statement.zero[:1], one_of=(), in_range=())
    return world, {**believed(), name: (less, b"")}, f"^{name}: nothing is committed under overpaid"


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_refused_by_name(name: str) -> None:
    world, shown, told = CHEATS[name]()
    said = objections(world, shown)
    assert said, f"believed: {name}"
    with pytest.raises(EvidenceError, match=told):
        raise EvidenceError("\n".join(said))


def test_any_single_change_of_a_line_is_refused() -> None:
    """Another mark, another point, a line less: whatever is changed, something is no longer what was proven."""
    chance, world = random.Random(5), honest_world()
    for _ in range(40):
        lines = list(world.lines)
        at = chance.randrange(len(lines))
        line = lines[at]
        if chance.random() < 0.2:
            del lines[at]
        elif chance.random() < 0.5:
            number = chance.randrange(len(line.points))
            name, point = line.points[number]
            if name in ("units", "price", "cost", "home_orders", "development_bp"):
                continue  # no levy on an invoice rests on it
            other = chance.choice([p for one in lines for _, p in one.points if p != point])
            lines[at] = replace(line, points=(*line.points[:number], (name, other), *line.points[number + 1 :]))
        else:
            mark = chance.choice([name for name in line.scope if name != "purchase"])
            other_text = "UAH" if mark.startswith("currency") else "0" * 16
            lines[at] = replace(line, scope={**line.scope, mark: other_text})
            if mark in ("currency_cost", "currency_home"):
                continue  # as little
        spoilt = honest_world()
        spoilt.lines = lines
        assert objections(spoilt, believed()), f"believed: {line} {lines[at] if at < len(lines) else ''}"


def test_the_cheats_are_as_many_as_are_said() -> None:
    assert len(CHEATS) >= 35
    assert receipt(ONE).money.minor == 3_000_003  # what the honest twin got
