"""Do two worlds that differ only in their secrets look alike: as many lines, as long, of the same days, in one order?

What is compared is everything that a stranger can measure without breaking a commitment. Totals that the law publishes
in clear (`proceeds.json`) stand in one statement of each currency; there, and nowhere else, a number may differ.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from typing import Any

import pytest
from envelope_world import World as Year
from envelope_world import proof_line, year
from money_lines import (
    CONTEXT,
    POLICY,
    World,
    allocation,
    contribution,
    purchase,
    receipt,
    sale,
    title,
)

from ecluse.base.canon import canonical
from ecluse.base.draft import filled
from ecluse.base.envelope import prove
from ecluse.base.figure_line import Line, form_of
from ecluse.base.statement import as_json
from ecluse.proceeds.envelope_year import shares_needed
from ecluse.proceeds.terms import ContributionRule

HEX = re.compile(r"[0-9a-f]{16,}")
BASE64 = re.compile(r"[A-Za-z0-9+/=]{60,}")
TRANCHES = [f"order:{number}/0" for number in range(3)]


def secret_world(seed: int, rule: ContributionRule, *, totals: bool = False) -> World:
    """Three sales of one structure; every amount is drawn anew: small, large, paid too much, too little, at a loss."""
    chance, records = random.Random(seed), list[Any]()
    spent = 0
    for tranche in TRANCHES:
        price = chance.choice([1, 333, chance.randrange(1, 2**36)])
        records.append(sale(tranche, price, chance.randrange(2 * price), chance.randrange(2**38)))
        records.append(title(tranche, price * 3))
        records += [receipt(tranche, chance.choice([0, price * 3, 2**30]), number=number) for number in (1, 2)]
        paid = [chance.choice([0, 1, chance.randrange(2**34)]) for _ in range(2)]
        records += [contribution(tranche, minor, number=number) for number, minor in enumerate(paid, 1)]
        aside = chance.randrange(sum(paid) + 1)
        spent += aside
        records.append(allocation(tranche, aside))
    cited = [f"allocation:{tranche}/1" for tranche in TRANCHES]
    first = chance.randrange(spent + 1)
    records += [purchase(cited, first), purchase(cited[::-1], chance.randrange(spent - first + 1), number=2)]
    world = World(records, policies=[replace(POLICY, rule=rule)])
    world.shares = dict.fromkeys(shares_needed(world.year()), 1500)
    if totals:
        world.totals = {"EUR": told(world)}
    return world


def told(world: World) -> dict[str, int]:
    """The totals that an office with these books publishes."""
    figures = world.figures()
    clear = {key: one.value for key, one in world.kept.items()}

    def filed(kind: str, name: str = "money") -> int:
        return sum(clear[str(line), name] for line in world.lines if line.kind == kind)

    def new(name: str) -> int:
        return sum(values.get(name, 0) for values in figures.values())

    return {
        "invoiced": filed("title", "invoice"), "received": filed("receipt"), "paid": filed("contribution"),
        "allocated": filed("allocation"), "spent": filed("purchase"), "due": new("due"), "owed": new("owed"),
        "overdue": new("owed"), "overpaid": new("overpaid"), "unallocated": new("idle"), "allocated_beyond": 0,
    }  # fmt: skip


def shape(value: Any, name: str = "") -> Any:
    """What can be measured of a published value: all of it, but of points, labels and proofs only how long they are."""
    if isinstance(value, dict):
        totals = str(value.get("name", name)).startswith("totals ")
        return {
            key: shape(one, "totals " if totals else "") for key, one in value.items() if not (totals and key == "less")
        }
    if isinstance(value, list):
        return [shape(one, name) for one in value]
    if isinstance(value, str):
        return (
            f"base64 {len(value)}" if BASE64.fullmatch(value) else HEX.sub(lambda found: f"hex {len(found[0])}", value)
        )
    return value


def seen_of_money(world: World, *, proven: bool) -> list[Any]:
    """What is published of the money, measured."""
    found: list[Any] = [shape(form_of(line)) for line in world.lines]
    for statement, openings in filled(world.drafts(), CONTEXT, dict(world.kept)):
        proof = prove(statement, openings, random.Random(statement.name).randbytes(32)) if proven else b""
        found.append([shape(as_json(statement)), len(proof)])
    return found


def seen_of_surplus(world: Year) -> list[Any]:
    """What is published of the surplus, measured, proofs too."""
    assert world.prove() == []
    assert world.refusals() == []
    files = [*map(form_of, world.lines), *world.signed, *map(json.loads, world.proofs)]
    return [shape({key: one for key, one in form.items() if key != "record"}) for form in files]


@pytest.mark.parametrize("rule", ContributionRule)
def test_the_money_of_two_worlds_looks_alike(rule: ContributionRule) -> None:
    first, *others = (seen_of_money(secret_world(seed, rule, totals=True), proven=False) for seed in range(12))
    assert len(first) == 23 + 3 + 3 + 3 + 2 + 4 + 1
    assert all(other == first for other in others)


def test_proofs_of_the_money_are_as_long_whatever_they_hide() -> None:
    rule = ContributionRule.PROFIT_SHARE
    first, other = (seen_of_money(secret_world(seed, rule, totals=True), proven=True) for seed in (1, 2))
    assert first == other


def test_certificates_draws_and_licences_of_two_worlds_look_alike() -> None:
    one = seen_of_surplus(year(certified=(8, 5, 4), licensed=6, reserved=6))
    other = seen_of_surplus(year(certified=(7, 5, 2), licensed=5, reserved=5, seed=9))
    assert one == other


def test_the_measure_tells_worlds_apart_that_differ_in_more_than_secrets() -> None:
    world = secret_world(1, ContributionRule.AD_VALOREM)
    plain = seen_of_money(world, proven=False)
    world.file(receipt(TRANCHES[0], 1, number=3))
    assert seen_of_money(world, proven=False) != plain
    later = secret_world(1, ContributionRule.AD_VALOREM)
    later.lines[0] = replace(later.lines[0], on=POLICY.valid_from)
    assert seen_of_money(later, proven=False) != plain


def test_no_point_tells_that_two_figures_are_the_same() -> None:
    """Equal amounts, nothing, and the figures of different worlds: no point is ever seen twice."""
    worlds = [secret_world(seed, ContributionRule.AD_VALOREM) for seed in (1, 1)]
    for number, world in enumerate(worlds):
        statements = [statement for statement, _ in filled(world.drafts(), CONTEXT, dict(world.kept))]
        points = [point.raw for line in world.lines for _, point in line.points]
        points += [point.raw for one in statements for name, point in one.commitments if name in MADE]
        assert len(set(points)) == len(points), f"world {number}"
    assert [line.points for line in worlds[0].lines] == [line.points for line in worlds[1].lines]


MADE = {"due", "owed", "overpaid", "missing", "over", "idle", "beyond"}


def test_a_line_says_nothing_but_its_form() -> None:
    line: Line = secret_world(3, ContributionRule.AD_VALOREM).lines[0]
    spelled = canonical(form_of(line)).decode()
    assert "order:" not in spelled
    assert "party:" not in spelled
    assert json.loads(proof_line(*honest_pair()))["statement"]["v"] == "envelope_statement/1"


def honest_pair() -> Any:
    world = secret_world(3, ContributionRule.NONE)
    statement, openings = next(filled(world.drafts(), CONTEXT, dict(world.kept)))
    return statement, prove(statement, openings, bytes(32))
