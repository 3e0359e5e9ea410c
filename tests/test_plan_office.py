"""Does an office keep a plan only after its baseline, by two persons, to the last unit, and does the audit prove it?"""

from __future__ import annotations

import contextlib
import copy
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from carried import (
    carry_into,
    copy_sqlite,
    log_root,
    office_on,
    planned_year_in,
    set_up,
    sqlite_url,
    year_in,
)  # fmt: skip

from ecluse.base.errors import BadInputError, ConflictError, ForbiddenError

set_up()
pytestmark = pytest.mark.db
MOD, STAFF = "authority:mod", "authority:general-staff"
DAYS = ["2026-01-01", "2026-01-02"]


@dataclass(frozen=True)
class Planned:
    """A world with its plan, the office that carried it, and another that carried the same tables without a plan."""

    world: Path
    path: Path
    bare: Path

    @property
    def document(self) -> bytes:
        return (self.world / "plan.json").read_bytes()


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder, other = tmp_path_factory.mktemp("planned"), tmp_path_factory.mktemp("bare")
    return Planned(*planned_year_in(folder, "year.sqlite3"), year_in(other, "year.sqlite3")[1])


@pytest.fixture
def bare(planned: Planned, tmp_path: Path) -> Iterator[None]:
    """An office that knows the signed policy and has no plan."""
    with office_on(copy_sqlite(planned.bare, tmp_path / "bare.sqlite3")):
        yield


@pytest.fixture
def copied(planned: Planned, tmp_path: Path) -> Path:
    """The office with a plan, for whoever wants to spoil it."""
    copy_sqlite(planned.path, tmp_path / "office.sqlite3")
    return tmp_path / "office.sqlite3"


def audited(path: Path) -> Any:
    with office_on(sqlite_url(path)):
        from ecluse.office.audit.report import run_audit

        return run_audit()


def named(report: Any, promise: str = "P2") -> list[tuple[str, str, str]]:
    return [(found.key, found.subject, found.day) for found in report.broken() if found.promise == promise]


def planner(body: str, number: int = 0) -> Any:
    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Officer
    from ecluse.office.session import Mandate

    found = [one for one in on_file(Officer) if (one.authority, one.role) == (body, "planner")]
    one = sorted(found, key=lambda one: one.id)[number]
    return Mandate(one.id, body, "planner", one.valid_from, None)


def act(step: str, mandate: Any, content: bytes) -> Any:
    """Commit or adopt at that person's desk."""
    from desk_life import desk_of

    from ecluse.office.actions import plan

    desk = desk_of(mandate)
    do = {"commit": plan.commit_baseline, "adopt": plan.adopt}[step]
    return do(desk.session, content, name="plan.json", officer=desk.person, on=desk.on, sign=desk.sign)


def remade(document: bytes, change: Callable[[Any], None]) -> bytes:
    """The document with one thing changed, and its sums and digests made anew."""
    from ecluse.plan import checker

    plan = json.loads(document)
    change(plan)
    return json.dumps({**plan, **checker.kept(plan)}).encode()


# ------------------------------------------------------------------ the carried year


@pytest.mark.slow
def test_a_carried_year_commits_on_the_first_day_and_adopts_the_day_after(planned: Planned) -> None:
    from ecluse.plan.kept import read_kept

    with office_on(sqlite_url(planned.path)):
        from ecluse.office.desk.refs import on_file
        from ecluse.office.models import Record
        from ecluse.plan.terms import Plan, PlanBaseline

        rows = list(Record.objects.filter(v__in=["plan_baseline/1", "plan/1"]).order_by("index"))
        (base,), (plan,) = on_file(PlanBaseline), on_file(Plan)
    assert [str(row.on) for row in rows] == DAYS
    assert [row.log for row in rows] == ["plan/2026", "plan/2026"]
    assert rows[0].index < rows[1].index
    assert {base.authority, plan.authority} == {MOD, STAFF}
    kept = read_kept(planned.document)
    assert (base.baseline_digest, plan.plan_digest) == (kept.digests["baseline"], kept.digests["plan"])
    assert plan.units_exported == kept.units_exported > 0
    assert all(stage.bound <= stage.value for stage in base.stages)


@pytest.mark.slow
def test_with_a_plan_the_promise_is_kept_and_without_one_it_waits(planned: Planned) -> None:
    report = audited(planned.path)
    assert report.broken() == ()
    assert (report.statuses()["P2"], report.statuses()["P4"]) == ("kept", "kept")
    counts = next(promise.counts for promise in report.promises if promise.promise == "P2")
    assert (counts["plans"], counts["plan_baselines"]) == (1, 1)
    assert counts["need_months"] > 0
    assert audited(planned.bare).statuses()["P2"] == "not_yet_checked"


@pytest.mark.slow
def test_what_leads_to_a_hearing_is_the_same_with_a_plan_and_without(planned: Planned) -> None:
    found = []
    for path in (planned.path, planned.bare):
        with contextlib.closing(sqlite3.connect(path)) as office:
            rows = office.execute("SELECT log, leaf_hex FROM office_logentry ORDER BY log, log_index").fetchall()
            found.append([row for row in rows if not row[0].startswith(("plan/", "outer/"))])  # outer hides all heads
    assert found[0] == found[1]


@pytest.mark.slow
@pytest.mark.postgres
def test_both_databases_end_with_the_same_root(planned: Planned, postgres_database: str) -> None:
    carry_into(planned.world, postgres_database)
    with office_on(postgres_database):
        theirs = log_root()
    with office_on(sqlite_url(planned.path)):
        assert log_root() == theirs
    with office_on(postgres_database):
        from ecluse.office.audit.report import run_audit

        assert run_audit().statuses()["P2"] == "kept"


@pytest.mark.slow
def test_a_year_is_not_taken_up_with_another_plan(planned: Planned, copied: Path) -> None:
    from ecluse.edge.world.read import read_world

    world = read_world(planned.world)
    with office_on(sqlite_url(copied)):
        from ecluse.office.carry.year import is_carried

        assert is_carried(world)
        for plan in (b"", world.plan + b" "):
            with pytest.raises(BadInputError, match="the plan"):
                is_carried(replace(world, plan=plan))


# ------------------------------------------------------------------ what is refused


@pytest.mark.slow
def test_a_plan_is_adopted_by_a_second_person_of_another_authority(planned: Planned, bare: None) -> None:
    base = act("commit", planner(MOD), planned.document)
    for mandate in (planner(MOD), planner(MOD, 1)):
        with pytest.raises(ForbiddenError):
            act("adopt", mandate, planned.document)
    plan = act("adopt", planner(STAFF), planned.document)
    assert plan.baseline == base.id
    with pytest.raises(ConflictError):
        act("adopt", planner(STAFF), planned.document)
    with pytest.raises(ConflictError):
        act("commit", planner(MOD), planned.document)


@pytest.mark.slow
def test_nobody_but_a_planner_commits_or_adopts(planned: Planned, bare: None) -> None:
    from desk_life import officer

    for step in ("commit", "adopt"):
        with pytest.raises(ForbiddenError):
            act(step, officer(MOD, "countersigner"), planned.document)


@pytest.mark.slow
def test_a_plan_without_its_baseline_before_is_refused(planned: Planned, bare: None) -> None:
    from ecluse.office.actions.plan import PlanRefusedError

    with pytest.raises(PlanRefusedError) as refused:
        act("adopt", planner(STAFF), planned.document)
    assert refused.value.key == "form.fault.plan_other_baseline"
    act("commit", planner(MOD), planned.document)
    assert act("adopt", planner(STAFF), planned.document).id == "plan:2026-01/1"


def one_more_sold(plan: Any) -> None:
    plan["plan"]["values"]["g"][0][0] += 1


def one_more_unmet(plan: Any) -> None:
    plan["baseline"]["values"]["u"][0][-1] += 1


@pytest.mark.slow
@pytest.mark.parametrize("change", [one_more_sold, one_more_unmet])
def test_a_document_that_does_not_hold_is_refused_in_the_checkers_words(
    planned: Planned, bare: None, change: Callable[[Any], None]
) -> None:
    from desk_life import do

    from ecluse.office.desk.form import FormError, Upload
    from ecluse.office.models import Document
    from ecluse.plan import checker

    spoilt = remade(planned.document, change)
    with pytest.raises(checker.PlanError) as said:
        checker.check(json.loads(spoilt))
    for name, body in (("plan.commit_baseline", MOD), ("plan.adopt", STAFF)):
        with pytest.raises(FormError) as refused:
            do(name, planner(body), "office", file=Upload("plan.json", spoilt))
        (fault,) = refused.value.faults
        assert (fault.field, fault.key, fault.found) == ("file", "form.fault.plan_does_not_hold", str(said.value))
    assert not Document.objects.filter(media_type="application/json").exists()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"format": "ecluse-plan/1"}', b"[" * 100_000])
def test_what_is_no_plan_is_refused_and_never_crashes(body: bytes) -> None:
    from ecluse.plan.checker import PlanError
    from ecluse.plan.kept import read_kept

    with pytest.raises(PlanError):
        read_kept(body)


@pytest.mark.slow
def test_a_plan_by_another_rule_than_the_signed_one_is_refused(planned: Planned, bare: None) -> None:
    from ecluse.edge.plan import question_at
    from ecluse.office.actions.plan import PlanRefusedError
    from ecluse.plan.paper import solve_question

    other = json.dumps(solve_question(question_at(planned.world, rule="N1"))).encode()
    with pytest.raises(PlanRefusedError) as refused:
        act("commit", planner(MOD), other)
    assert refused.value.key == "form.fault.plan_other_policy"
    sign_policy("N1", signed=False)
    with pytest.raises(PlanRefusedError):
        act("commit", planner(MOD), other)
    sign_policy("N1", signed=True)
    assert act("commit", planner(MOD), other).rule == "N1"
    with pytest.raises(PlanRefusedError):
        act("commit", planner(MOD), planned.document)


def sign_policy(rule: str, *, signed: bool) -> None:
    """A newer planning policy is entered, with or without its owner's signature."""
    from desk_life import desk_of

    from ecluse.office.actions.deed import Deed
    from ecluse.plan.terms import PlanPolicy

    desk, name = desk_of(planner(MOD)), f"plan-policy-{rule}-{signed}"
    policy = PlanPolicy(name, MOD, rule, 7_000, 2, desk.on, desk.on, None)
    made = [desk.sign(MOD, policy)] if signed else []
    with Deed(
        desk.session, "office.register", actor="clock:office", on=desk.on, subject="policy:plan", log="plan"
    ) as deed:
        deed.seal(policy, signatures=made)


# ------------------------------------------------------------------ what the audit names


def swapped(path: Path, content: bytes | None) -> None:
    """An administrator puts other bytes in the place of the kept document, or removes it."""
    with contextlib.closing(sqlite3.connect(path)) as office:
        where = "WHERE digest = (SELECT json_extract(body, '$.document') FROM office_record WHERE v = 'plan/1')"
        if content is None:
            done = office.execute(f"DELETE FROM office_document {where}")
        else:
            done = office.execute(f"UPDATE office_document SET content = ? {where}", (content,))
        assert done.rowcount == 1
        office.commit()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        pytest.param(lambda body: None, "plan_document_missing", id="the document is removed"),
        pytest.param(lambda body: body + b" ", "plan_document_differs", id="the document says the same in other bytes"),
        pytest.param(lambda body: remade(body, one_more_sold), "plan_does_not_hold", id="one unit more is sold"),
        pytest.param(lambda body: body[:-9], "plan_does_not_hold", id="the document ends early"),
    ],
)
def test_a_kept_document_that_was_changed_is_named_with_its_days(
    planned: Planned, copied: Path, spoil: Callable[[bytes], bytes | None], key: str
) -> None:
    swapped(copied, spoil(planned.document))
    report = audited(copied)
    assert named(report) == [(key, "baseline:2026-01/1", DAYS[0]), (key, "plan:2026-01/1", DAYS[1])]
    assert report.statuses()["P2"] == "broken"
    for lang in ("uk", "en", "fr"):
        assert "plan:2026-01/1" in report.text(lang)


@pytest.mark.slow
def test_a_baseline_that_follows_its_plan_is_named(copied: Path) -> None:
    with office_on(sqlite_url(copied)):
        from ecluse.office.cheat import commit_cheat

        done = commit_cheat("baseline_after_plan")
    report = audited(copied)
    assert ("plan_before_baseline", done.subject, done.day) in named(report)
    assert "plan_before_baseline" not in {key for key, subject, _ in named(report) if subject == "plan:2026-01/1"}


def changed_product(name: str) -> Callable[[Any], None]:
    def change(question: Any) -> None:
        question["products"][0][name] = (
            question["products"][0][name] + 1 if name == "stock" else [9_999_999] * len(question["months"])
        )

    return change


def first_units(name: str) -> Callable[[Any], None]:
    def change(question: Any) -> None:
        question[name][0]["units"][0] += 1

    return change


def longer_hours(question: Any) -> None:
    makes = {make["line"] for make in question["makes"]}
    line = next(line for line in question["lines"] if line["id"] in makes)
    line["hours"][0] = 10**12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "key"),
    [
        pytest.param(lambda question: None, None, id="nothing is changed"),
        pytest.param(changed_product("stock"), "plan_stock_differs", id="one unit more in stock"),
        pytest.param(changed_product("reserve"), "plan_reserve_differs", id="another reserve"),
        pytest.param(first_units("orders"), "plan_order_differs", id="one unit more of a funded order"),
        pytest.param(lambda question: question["orders"].pop(), "plan_order_differs", id="a funded order left out"),
        pytest.param(first_units("needs"), "plan_need_differs", id="one unit more of a need"),
        pytest.param(lambda question: question["needs"].pop(), "plan_need_differs", id="a need left out"),
        pytest.param(
            lambda question: question["budget"].__setitem__(0, question["budget"][0] - 1), "plan_budget_differs",
            id="a kopiyka less of budget",
        ),
        pytest.param(
            lambda question: question["pools"][0].__setitem__("price", question["pools"][0]["price"] + 1),
            "plan_price_differs", id="another home price",
        ),
        pytest.param(longer_hours, "plan_capacity_beyond", id="longer hours than attested"),
        pytest.param(lambda question: question["products"].pop(), "plan_model_left_out", id="a model left out"),
    ],
)  # fmt: skip
def test_a_question_that_asks_otherwise_than_the_registers_is_named(
    planned: Planned, change: Callable[[Any], None], key: str | None
) -> None:
    question = copy.deepcopy(json.loads(planned.document)["question"])
    change(question)
    with office_on(sqlite_url(planned.path)):
        from ecluse.office.audit.p2_question import differences
        from ecluse.office.audit.reading import read

        found = {difference[0] for difference in differences(read(), question, date(2026, 1, 1))}
    assert found == ({key} if key else set())


@pytest.mark.parametrize(("unmet", "key"), [(10, []), (11, ["need_worse_served"])])
def test_a_need_one_unit_worse_served_breaks_the_promise_whatever_the_rule(unmet: int, key: list[str]) -> None:
    from ecluse.office.audit.p2_plan import _check_needs
    from ecluse.office.audit.reading import Filed
    from ecluse.office.audit.report import Tally

    tally, day = Tally("P2", set()), date(2026, 1, 2)
    row = Filed("plan:1", "plan/1", b"", "", "plan:2026-01", "", day, "", "", "plan/2026", 2, 2)
    question = {"months": ["2026-01", "2026-02"], "needs": [{"id": "need:a"}]}
    _check_needs(tally, row, question, {"baseline": {"u": [[0, 10]]}, "plan": {"u": [[0, unmet]]}})
    assert [finding.key for finding in tally.findings] == key


# ------------------------------------------------------------------ what a stranger sees


@pytest.mark.slow
def test_a_stranger_sees_that_the_baseline_came_first(planned: Planned, tmp_path: Path) -> None:
    from ecluse.edge.public_audit import report_on
    from ecluse.edge.public_audit_points import Status

    with office_on(sqlite_url(planned.path)):
        from ecluse.office.publish.folder import publish

        publish(tmp_path / "public", proofs=False)
    report = report_on(tmp_path / "public")
    assert report.is_sound(), report.text("en")
    assert {point.key: point.status for point in report.of("P2")} == {
        "baseline_first": Status.CHECKED, "figures": Status.CANNOT, "plans": Status.WAITS,
    }  # fmt: skip
    listed = json.loads((tmp_path / "public" / "plans.json").read_text(encoding="utf-8"))
    base, plan = listed["baselines"][0], listed["plans"][0]
    assert base["index"] < plan["index"]
    for place in ("log", "index", "commitment"):
        base[place], plan[place] = plan[place], base[place]
    (tmp_path / "public" / "plans.json").write_text(json.dumps(listed), encoding="utf-8")
    assert "plan_before_baseline" in {point.key for point in report_on(tmp_path / "public").of("P2")}


# ------------------------------------------------------------------ the file beside the tables


@pytest.mark.slow
def test_the_check_of_a_world_takes_a_plan_of_these_tables_that_holds(planned: Planned, tmp_path: Path) -> None:
    from ecluse.edge.world.check import check_world

    assert check_world(planned.world) == []
    world = tmp_path / "world"
    shutil.copytree(planned.world, world)
    (world / "plan.json").write_bytes(remade(planned.document, one_more_sold))
    (fault,) = check_world(world)
    assert (fault.file, fault.expected) == ("plan.json", "a plan that holds")
    (world / "plan.json").write_bytes(planned.document)
    budgets = (world / "budgets.csv").read_text(encoding="utf-8").splitlines()
    month, minor, *rest = budgets[1].split(",")
    (world / "budgets.csv").write_text(
        "\n".join([budgets[0], ",".join([month, str(int(minor) + 1), *rest]), *budgets[2:]]) + "\n", encoding="utf-8"
    )
    (fault,) = check_world(world)
    assert (fault.file, fault.column) == ("plan.json", "question/budget/0")
