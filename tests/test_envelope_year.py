"""Is every cheat with committed figures refused by a stranger who sees points alone, and its honest twin believed?"""

from __future__ import annotations

import base64
import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from envelope_world import (
    CENTRE,
    DAY,
    HOME,
    KEY,
    MAKERS,
    MINISTRY,
    MONTHS,
    POLICY,
    World,
    attested,
    by_month,
    carried,
    certificate,
    certify,
    draw,
    home,
    licence,
    order,
    reserve,
    stock,
    year,
)

from ecluse.base.canon import canonical
from ecluse.base.envelope import prove
from ecluse.base.errors import EvidenceError
from ecluse.base.figures import label
from ecluse.base.group import NEUTRAL, ORDER
from ecluse.base.sealed import encode, seal
from ecluse.base.statement import InRange, Sum, as_json
from ecluse.edge import public_audit_figures, public_audit_proofs
from ecluse.edge.public_audit_envelope import silent, surplus_demands
from ecluse.edge.public_audit_figures import read_figures
from ecluse.edge.public_audit_logs import Place
from ecluse.edge.public_audit_opened_figures import check_opened_figures
from ecluse.edge.public_audit_openings import OpenedRecord
from ecluse.edge.public_audit_proofs import Shown, check_proofs
from ecluse.order import Gate, Hearing, Trigger
from ecluse.surplus.envelope_year import PolicyAt
from ecluse.surplus.terms import Funder, ModelFlow, SurplusRule

Change = Callable[[World], None]


@pytest.fixture(scope="module")
def proven() -> World:
    world = year()
    assert world.prove() == []
    return world


@pytest.fixture
def honest(proven: World) -> World:
    return copy.deepcopy(proven)


def test_an_honest_year_is_shown_whole(honest: World) -> None:
    assert honest.refusals() == []
    assert honest.shown.counts == {
        ("P1", "figures"): 11, ("P1", "certificate"): 3, ("P1", "draw"): 7, ("P1", "licence"): 2
    }  # fmt: skip


# --------------------------------------------------------------------- figures that are not as they should be


def put(kind: str, name: str, value: int) -> Change:
    """The first line of this kind commits to this figure instead."""
    return lambda world: world.put(next(line for line in world.lines if line.kind == kind), name, value)


FIGURES: list[Any] = [
    pytest.param({"licensed": 6}, {"licensed": 7}, "licence 1 as drawn", id="a licence one unit above its draw"),
    pytest.param({"licensed": 6}, {"licensed": 5}, "licence 1 as drawn", id="a licence one unit below its draw"),
    pytest.param({}, {"reserved": 7, "licensed": 7}, "draw 0 reserved", id="one unit more drawn than certified"),
    pytest.param({"reserved": 1, "licensed": 1}, {"reserved": 0, "licensed": 0}, "draw 0 reserved",
                 id="a draw of nothing"),
    pytest.param({"certified": (9, 5, 4)}, {"certified": (10, 5, 4)}, "certificate 1 within SR-1 of policy-1 and its "
                 "look-ahead", id="the same capacity of the class for two certificates"),
    pytest.param({"certified": (8, 5, 9)}, {"certified": (8, 5, 10)}, "certificate 1 within SR-1 of policy-1 and its "
                 "look-ahead", id="the same output of a model for two certificates"),
    pytest.param({"certified": (8, 5, 1)}, {"certified": (8, 5, 0)}, "certificate 1 within SR-1 of policy-1 and its "
                 "look-ahead", id="a certificate for nothing"),
    pytest.param({}, {"before": put("order", "due 2026-02", -4)}, "order 0 in range", id="an order below zero"),
    pytest.param({}, {"before": put("order", "due 2026-02", ORDER - 4)}, "order 0 in range", id="an order that wraps"),
    pytest.param({"before": put("capacity", "made 2026-03", 2**24 - 1)},
                 {"before": put("capacity", "made 2026-03", 2**24)}, "capacity 0 in range", id="a figure of 25 bits"),
    pytest.param({}, {"before": put("reserve", "units", -1)}, "reserve 0 in range", id="a reserve below zero"),
]  # fmt: skip


@pytest.mark.parametrize(("twin", "cheat", "name"), FIGURES)
def test_what_is_not_true_is_not_shown(honest: World, twin: dict[str, Any], cheat: dict[str, Any], name: str) -> None:
    assert year(**twin).untrue() == []
    world = year(**cheat)
    untrue = world.untrue()
    assert name in untrue
    statement = next(one for _, one in world.expected().statements if not world.is_true(one))
    opened = {one: world.opening[point] for one, point in statement.commitments}
    with pytest.raises(ValueError, match=r"not zero|not within"):
        prove(statement, opened, bytes(32))
    world.forge(honest)
    told = [point for point in world.points() if point.key != "envelope_twice"]
    assert {point.key for point in told} == {"envelope_false"}
    assert set(untrue) <= {dict(point.facts)["name"] for point in told}


# ---------------------------------------------------------------------- lines that do not belong together


def lapsed(day: date) -> Change:
    """A reservation that ends on the day before, and is committed nonetheless."""

    def change(world: World) -> None:
        world.file(draw("b-1", "t4", 0, "reserved", until=day))
        world.file(draw("b-1", "t4", 0, "committed", date(2026, 1, 9)))

    return change


def late_order(is_signed: bool) -> Change:
    def change(world: World) -> None:
        world.file(order("a", 0, 0, 0, number=2))
        if is_signed:
            world.sign_all()

    return change


def signed_by(other: str, mark: str = MINISTRY) -> Change:
    def change(world: World) -> None:
        world.sign(mark, world.file(order("a", 0, 0, 0, number=2)), by=other)

    return change


def one_entry(*figures: Any) -> Change:
    return lambda world: world.deed(*figures) and None


def filed(*records: Any, log: str = HOME) -> Change:
    return lambda world: world.file(*records, log=log) and None


def policy(**change: Any) -> Change:
    return lambda world: world.policies.__setitem__(0, PolicyAt(replace(POLICY, **change), HOME, 0))


def cut(*months: int) -> list[Any]:
    return [MONTHS[one] for one in months]


STRUCTURE: list[Any] = [
    pytest.param({"between": late_order(True)}, {"between": late_order(False)}, "figure_unsigned", id="unsigned order"),
    pytest.param({"between": signed_by("")}, {"between": signed_by(MAKERS["a"])}, "figure_unsigned",
                 id="an order signed by another owner's key"),
    pytest.param({"between": signed_by("")}, {"between": signed_by("", MAKERS["a"])}, "figure_unsigned",
                 id="an order signed by another owner"),
    pytest.param({"after": one_entry(home("b-9", 0, 0, 0), carried(certificate("b-9", 1)))},
                 {"after": one_entry(carried(certificate("b-9", 1)))}, "home_missing", id="no home line"),
    pytest.param({}, {"after": one_entry(home("a-9", 0, 0, 0), carried(certificate("b-9", 1)))}, "home_missing",
                 id="another certificate's home line"),
    pytest.param({}, {"after": one_entry(home("b-9", 0, 0, months=cut(0, 2)), carried(certificate("b-9", 1)))},
                 "month_skipped", id="a month of the look-ahead skipped"),
    pytest.param({}, {"after": one_entry(home("b-9", 0, 0, months=cut(0, 1)), carried(certificate("b-9", 1)))},
                 "month_missing", id="the look-ahead stops before the last month"),
    pytest.param({}, {"after": one_entry(home("b-9", 0, 0, months=cut(1, 2)), carried(certificate("b-9", 1)))},
                 "month_missing", id="the look-ahead begins after the first month"),
    pytest.param({}, {"after": lambda world: certify(world, "a-1", 1)}, "certificate_twice",
                 id="one certificate twice"),
    pytest.param({}, {"before": policy(rule=SurplusRule.SR_3)}, "policy_not_binding", id="another rule binds"),
    pytest.param({}, {"before": policy(valid_until=date(2026, 1, 4))}, "policy_not_binding", id="a policy run out"),
    pytest.param({}, {"after": lambda world: certify(
        world, "b-9", 1, policy=replace(POLICY, rule=SurplusRule.SR_0B))}, "policy_not_binding",
        id="a certificate under a milder rule"),
    pytest.param({"after": filed(draw("b-1", "t4", 1, "reserved"))}, {"after": filed(draw("b-1", "t4", 1, "released"))},
                 "step_out_of_order", id="a release of units never reserved"),
    pytest.param({"after": filed(draw("b-1", "t3", 5, "committed"))}, {"after": filed(draw("b-1", "t3", 5, "used"))},
                 "step_out_of_order", id="a use that was never committed"),
    pytest.param({}, {"after": filed(draw("a-1", "t1", 6, "returned"))}, "step_out_of_order", id="returned twice"),
    pytest.param({}, {"after": filed(draw("b-1", "t3", 5, "reserved"))}, "step_out_of_order", id="a draw twice"),
    pytest.param({"after": lapsed(date(2026, 1, 9))}, {"after": lapsed(date(2026, 1, 8))}, "reservation_lapsed",
                 id="a lapsed reservation committed"),
    pytest.param({}, {"after": filed(draw("b-1", "t4", 1, "reserved", until=date(2026, 1, 4)))}, "reservation_endless",
                 id="a reservation that ended before it began"),
    pytest.param({}, {"after": filed(draw("c-1", "t4", 1, "reserved"))}, "certificate_unknown",
                 id="a draw on no certificate"),
    pytest.param({}, {"between": filed(draw("b-1", "t4", 1, "reserved"))}, "draw_before_certificate",
                 id="a draw before its certificate"),
    pytest.param({}, {"after": filed(draw("b-1", "t4", 1, "reserved"), log=CENTRE)}, "in_another_log",
                 id="a reservation out of the office's own log"),
    pytest.param({}, {"before": filed(reserve("a", 0), log=CENTRE)}, "in_another_log",
                 id="a figure out of the office's own log"),
    pytest.param({}, {"after": one_entry(licence("b-1", "t3", 5))}, "licence_not_drawn", id="a licence not drawn"),
    pytest.param({}, {"after": one_entry(licence("a-1", "t1", 6))}, "licensed_twice", id="a second licence"),
    pytest.param({}, {"between": one_entry(licence("a-1", "t1", 6))}, "licence_not_drawn",
                 id="a licence before anything was committed"),
    pytest.param({"between": filed(stock("b", 2, date(2025, 12, 30), number=2))},
                 {"before": filed(stock("b", 2, date(2026, 2, 3), number=2), attested("b", 1)), "between": lambda world:
                  [world.lines.remove(line) for line in list(world.lines) if line.kind == "stock"] and None},
                 "figure_missing", id="no stock that opens the year"),
]  # fmt: skip


@pytest.mark.parametrize(("twin", "cheat", "key"), STRUCTURE)
def test_lines_that_contradict_the_rules_are_refused(twin: dict[str, Any], cheat: dict[str, Any], key: str) -> None:
    assert [fault.key for fault in year(**twin).expected().faults] == []
    world = year(**cheat)
    assert key in {fault.key for fault in world.expected().faults}
    assert f"envelope_{key}" in world.refusals()


# --------------------------------------------------------------------------------- what the folder shows


def line_of(world: World, kind: str) -> Any:
    return next(line for line in world.lines if line.kind == kind)


def hide(kind: str) -> Change:
    return lambda world: world.lines.remove(line_of(world, kind))


def remark(kind: str, **marks: str) -> Change:
    def change(world: World) -> None:
        line = line_of(world, kind)
        world.lines[world.lines.index(line)] = replace(line, scope={**line.scope, **marks})

    return change


def point_as(raw: str) -> Change:
    """The first figure of the first order is this point, in the entry too."""

    def change(world: World) -> None:
        from ecluse.base.group import Point

        line = line_of(world, "order")
        (name, _), *rest = line.points
        world.replace(line, replace(line, points=((name, Point(bytes.fromhex(raw))), *rest)))

    return change


def proofs(edit: Callable[[list[dict[str, Any]]], object]) -> Change:
    def change(world: World) -> None:
        forms = [json.loads(proof) for proof in world.proofs]
        edit(forms)
        world.proofs = [canonical(form) for form in forms]

    return change


def twice(world: World) -> None:
    line = line_of(world, "order")
    index = len(world.entries[HOME])
    world.entries[HOME].append({"kind": "surplus", "sd": [], "seq": index, "figures": [line.hash()]})
    world.lines.append(replace(line, index=index, at=0))


def swapped_owner(world: World) -> None:
    """The maker of one model is put in place of the other's, in the entry too: nobody signed that."""
    line = line_of(world, "capacity")
    world.replace(line, replace(line, scope={**line.scope, "owner": label(KEY, MAKERS["b"])}))


def of_signature(**change: Any) -> Change:
    return lambda world: world.signed[0].update(change)


def unlogged(world: World) -> None:
    world.entries[HOME][world.signed[0]["index"]]["sd"] = []


CUT = base64.b64encode(bytes(31)).decode()
FOLDER: list[Any] = [
    pytest.param(hide("order"), "left_out", id="an order left out"),
    pytest.param(hide("certificate"), "left_out", id="a certificate left out"),
    pytest.param(hide("draw"), "left_out", id="a draw left out"),
    pytest.param(remark("order", **{"class": "00" * 8}), "differs", id="an order moved to another class"),
    pytest.param(remark("certificate", rule="SR-0b"), "differs", id="a certificate under another rule"),
    pytest.param(remark("draw", expires_on="2027-01-01"), "differs", id="a reservation made longer"),
    pytest.param(swapped_owner, "figure_missing", id="an owner's commitment swapped"),
    pytest.param(twice, "twice", id="one line at two places"),
    pytest.param(lambda world: world.entries[HOME][2].update(figures=[]), "differs", id="no hash in the entry"),
    pytest.param(point_as("00" * 32), "unreadable", id="a point of small order"),
    pytest.param(point_as(NEUTRAL.raw.hex()), "unreadable", id="the neutral element"),
    pytest.param(point_as("ee" + "ff" * 30 + "7f"), "unreadable", id="a point not spelled canonically"),
    pytest.param(point_as("02" + "00" * 31), "unreadable", id="a point off the curve"),
    pytest.param(of_signature(value_hex="00" * 64), "unsigned", id="a signature that does not hold"),
    pytest.param(of_signature(salt="00" * 32), "unsigned", id="a signature whose record opens nothing"),
    pytest.param(of_signature(owner="00" * 8), "unsigned", id="a signature under another name"),
    pytest.param(unlogged, "unsigned", id="a signature that the log does not hold"),
    pytest.param(proofs(lambda forms: forms.pop(3)), "not_shown", id="a proof left out"),
    pytest.param(proofs(lambda forms: forms.clear()), "not_shown", id="no proofs at all"),
    pytest.param(proofs(lambda forms: forms.insert(0, forms.pop(5))), "unexpected", id="proofs in another order"),
    pytest.param(proofs(lambda forms: forms.append(forms[0])), "unexpected", id="a proof twice"),
    pytest.param(proofs(lambda forms: forms[4].update(proof=forms[3]["proof"])), "false", id="another line's proof"),
    pytest.param(proofs(lambda forms: forms[0].update(proof=CUT)), "false", id="a proof cut"),
    pytest.param(proofs(lambda forms: forms[0].update(proof="?")), "unreadable", id="a proof that is no base64"),
    pytest.param(proofs(lambda forms: forms[2]["statement"].update(context="another")), "other", id="another period"),
    pytest.param(proofs(lambda forms: forms[2]["statement"].update(index=99)), "unexpected", id="another index"),
    pytest.param(proofs(lambda forms: forms[2]["statement"].update(log="home/2025")), "unexpected", id="another log"),
    pytest.param(proofs(lambda forms: forms[2]["statement"]["in_range"].pop()), "other", id="a claim left out"),
    pytest.param(policy(ratio_numerator=2), None, id="the ratio of a rule that does not bind"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "key"), FOLDER)
def test_a_folder_that_was_changed_is_refused(honest: World, change: Change, key: str | None) -> None:
    change(honest)
    assert (f"envelope_{key}" in honest.refusals()) if key else honest.refusals() == []


def test_a_statement_with_more_claims_is_not_the_one_that_was_asked_for(honest: World) -> None:
    line, statement = next(one for one in honest.expected().statements if one[0].kind == "certificate")
    more = replace(statement, in_range=(*statement.in_range, InRange(Sum((("certified", 1),)), 24)))
    opened = {name: honest.opening[point] for name, point in more.commitments}
    place = [one for one, _ in honest.expected().statements].index(line)
    form = {"statement": as_json(more), "proof": base64.b64encode(prove(more, opened, bytes(32))).decode()}
    honest.proofs[place] = canonical(form)
    (point,) = honest.points()
    assert (point.key, dict(point.facts)["reason"]) == ("envelope_other", "in_range")


def test_proofs_of_another_world_show_nothing_here_and_are_not_read_to_the_end(
    honest: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_audit_proofs, "FALSE_LIMIT", 3)
    other = year(seed=2)
    assert other.untrue() == []
    other.forge(honest)
    assert set(other.refusals()) == {"envelope_false", "envelope_stopped"}
    assert other.shown.false == 3


def test_a_hundred_thousand_lines_of_rubbish_are_read_no_further_than_a_thousand(honest: World) -> None:
    demands = surplus_demands(honest.expected())
    form = {**json.loads(honest.proofs[0]), "proof": ""}
    form["statement"]["name"] = "what nobody asked for"
    read: list[int] = []
    rubbish = (read.append(number) or canonical(form) for number in range(100_000))
    with pytest.raises(EvidenceError, match="read no further: 1001 lines"):
        list(check_proofs(demands, rubbish, Shown(), silent))
    assert len(read) == public_audit_proofs.STRANGE_LIMIT + 2


@pytest.mark.parametrize("limit", ["LINES_LIMIT", "POINTS_LIMIT"])
def test_lines_and_points_have_a_limit(honest: World, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [canonical(line) for line in honest.published()]
    assert read_figures(bodies, honest.logs())[1] == []
    monkeypatch.setattr(public_audit_figures, limit, 12)
    with pytest.raises(EvidenceError, match="more than 12"):
        read_figures(bodies, honest.logs())


def test_a_restated_capacity_takes_the_earlier_ones_place(honest: World) -> None:
    lower = attested("a", 10, 10, 9, number=2, on=date(2026, 1, 6))

    def restate(world: World) -> None:
        world.file(lower)
        world.sign_all()

    world = year(between=restate)
    assert world.untrue() == []
    of_b = next(one for line, one in world.expected().statements if "within" in one.name and line.index > 12)
    assert world.opening[of_b.points()["capacity"]].value == 59
    world.proofs = honest.proofs
    assert "envelope_unexpected" in world.refusals()
    # Dated before the one on file it says nothing, and unsigned it says nothing yet.
    earlier = replace(lower, attested_on=date(2026, 1, 4))
    for change in (lambda w: (w.file(earlier), w.sign_all()), lambda w: w.file(lower)):
        world = year(between=change)
        of_b = next(one for line, one in world.expected().statements if "within" in one.name and line.index > 11)
        assert world.opening[of_b.points()["capacity"]].value == 60


def test_what_is_attested_after_a_certificate_does_not_carry_it() -> None:
    def more(world: World) -> None:
        world.file(attested("b", 99, 99, 99, number=2, on=date(2026, 1, 6)))
        world.sign_all()

    assert year(certified=(8, 8, 4), after=more).untrue() != []
    assert year(certified=(8, 8, 4), between=more).untrue() == []


def test_a_ratio_is_bound_to_the_unit() -> None:
    """Home orders are 12: at 3/4 nine may leave, at 2/3 eight."""
    for numerator, denominator, is_true in ((3, 4, True), (2, 3, False)):
        binding = replace(POLICY, rule=SurplusRule.SR_4, ratio_numerator=numerator, ratio_denominator=denominator)
        world = year(before=lambda w, p=binding: w.policies.__setitem__(0, PolicyAt(p, HOME, 0)))  # type: ignore[misc]
        world.lines = [line for line in world.lines if line.kind not in ("certificate", "home", "draw", "licence")]
        certify(world, "a-8", 9, policy=binding)
        assert (world.untrue() == []) is is_true


def test_no_single_random_change_of_a_line_is_believed(honest: World) -> None:
    chance, lines = random.Random(5), honest.published()
    for _ in range(20):
        at = chance.randrange(len(lines))
        one = copy.deepcopy(lines[at])
        figure = chance.choice(one["figures"])
        figure[1] = chance.choice([other[1] for form in lines for other in form["figures"] if other != figure])
        told = read_figures([canonical(line) for line in [*lines[:at], one, *lines[at + 1 :]]], honest.logs())[1]
        assert {point.key for point in told} == {"envelope_differs", "envelope_left_out"}


def test_no_single_random_change_of_a_proof_is_believed(honest: World) -> None:
    chance, demands = random.Random(6), surplus_demands(honest.expected())
    for _ in range(20):
        place = chance.randrange(len(demands))
        form = json.loads(honest.proofs[place])
        proof = bytearray(base64.b64decode(form["proof"]))
        proof[chance.randrange(len(proof))] ^= 1 << chance.randrange(8)
        changed = canonical({**form, "proof": base64.b64encode(proof).decode()})
        told = check_proofs(demands[place : place + 1], [changed], Shown(), silent)
        assert [point.key for point in told] == ["envelope_false"]


def test_lengths_and_counts_tell_nothing_of_the_figures(honest: World) -> None:
    other = year(certified=(7, 6, 5), reserved=3, licensed=3, seed=3)
    assert other.prove() == []
    assert [len(proof) for proof in other.proofs] == [len(proof) for proof in honest.proofs]
    assert [len(canonical(one)) for one in other.published()] == [len(canonical(one)) for one in honest.published()]


def test_orders_of_partners_count_beside_those_of_the_state() -> None:
    more = [order("a", 1, 0, 0, number=3, funder=Funder.PARTNER)]
    assert year(certified=(8, 5, 4), before=filed(*more)).untrue() == []
    assert year(certified=(9, 5, 4), before=filed(*more)).untrue() != []


def test_months_need_not_all_be_ordered() -> None:
    only = replace(order("b", 0, number=4), due=by_month(1))
    assert year(before=filed(only)).untrue() == []
    assert DAY.year == MONTHS[0].year


@pytest.mark.parametrize(("change", "key"), [
    pytest.param({}, "envelope_opened", id="the figures that were committed"),
    pytest.param({"units_certified": 9}, "envelope_opened_differs", id="another figure"),
    pytest.param({"salt": bytes(32)}, "envelope_opened_differs", id="another blinding"),
])  # fmt: skip
def test_an_opened_record_opens_its_points(honest: World, change: dict[str, Any], key: str) -> None:
    line = next(line for line in honest.lines if line.kind == "certificate")
    salt = change.pop("salt", honest.salts[line.place()])
    record = replace(certificate("a-1", 8), **change)
    place = Place(line.log, line.index, "")
    opened = OpenedRecord("certificates", json.loads(seal(record).body), place, salt)
    assert [point.key for point in check_opened_figures(honest.lines, [opened])] == [key]


@pytest.mark.parametrize(("taken", "key"), [
    pytest.param((1, 0, 1), "envelope_opened", id="what home took"),
    pytest.param((1, 0, 2), "envelope_opened_differs", id="another figure"),
])  # fmt: skip
def test_an_opened_hearing_opens_what_home_takes_of_a_certificates_model(
    honest: World, taken: tuple[int, ...], key: str
) -> None:
    line = next(line for line in honest.lines if line.kind == "home")
    flows = [encode(ModelFlow(month, 0, 0, units)) for month, units in zip(MONTHS, taken, strict=True)]
    claim = {"flows": flows, "class_year": {"class": "ew_set"}, "model": "model:a"}
    hearing = Hearing(
        "hearing:a-1", "", "certificate:a-1", Gate.CERTIFICATE, DAY, Trigger.FIRST, None, claim, (), (), "", (), {}
    )
    place = Place(line.log, line.index, "")
    opened = OpenedRecord("hearings", json.loads(seal(hearing).body), place, honest.salts[line.place()])
    assert [point.key for point in check_opened_figures(honest.lines, [opened])] == [key]


def test_without_proofs_lines_are_held_to_the_log_and_no_point_is_looked_at(honest: World) -> None:
    point_as("00" * 32)(honest)
    bodies = [canonical(line) for line in honest.published()]
    lines, told = read_figures(bodies, honest.logs(), looks=False)
    assert (told, {line.points for line in lines}) == ([], {()})
    changed = [body.replace(b'"reserve"', b'"order"') for body in bodies[:-1]]
    told = read_figures(changed, honest.logs(), looks=False)[1]
    assert {point.key for point in told} == {"envelope_differs", "envelope_left_out"}
    assert len(told) == 2 * sum(line.kind == "reserve" for line in honest.lines) + 1
