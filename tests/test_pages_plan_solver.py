"""Does the solver's process answer as the command does, to its own user alone; is it found, mended and ended?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from carried import set_up
from planned_office import as_officer, opened, planned_office, small_document, solver_processes

set_up()
pytestmark = [pytest.mark.db, pytest.mark.slow]
PLANNER, SECOND = "officer:mod-5", "officer:general-staff-3"
STOP_SECONDS = 2


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return small_document()


@pytest.fixture
def office(document: dict[str, Any], tmp_path: Path) -> Iterator[Path]:
    path = planned_office(tmp_path, json.dumps(document).encode(), "small")
    with opened(path):
        yield path


@pytest.fixture
def place(office: Path) -> Path:
    """Where do the office and its solver meet?"""
    from ecluse.office.planning import asking, wire

    found = asking.folder()
    assert found is not None
    return wire.private_folder(found)


def ask(document: dict[str, Any], *changes: str, plan: str = "one") -> dict[str, Any]:
    from ecluse.office.planning import asking

    return asking.ask(plan, document, {"ask": "what_if", "changes": list(changes)})


# ------------------------------------------------------------------ what it answers


def test_it_answers_as_the_command_does(office: Path, document: dict[str, Any], tmp_path: Path) -> None:
    file, change = tmp_path / "plan.json", "lag=+1"
    file.write_text(json.dumps(document))
    told = subprocess.run(
        [sys.executable, "-m", "ecluse", "plan", "whatif", str(file), "--set", change, "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = json.loads(told.stdout.splitlines()[0])["rows"]
    found = ask(document, change)
    assert found["outcome"] == "optimal"
    assert rows
    assert [row for row in found["rows"] if row["model"] is None] == [row for row in rows if row["model"] is None]


def test_it_says_which_demands_contradict_one_another(office: Path, document: dict[str, Any]) -> None:
    found = ask(document, "order=+100000%")
    assert found["outcome"] == "infeasible"
    assert found["rows"]
    assert ask(document)["outcome"] == "bad"
    assert ask(document, "budget=+5%")["outcome"] == "optimal"


def test_another_plan_takes_the_place_of_the_one_that_is_held(office: Path, document: dict[str, Any]) -> None:
    less = json.loads(json.dumps(document))
    less["question"]["sales"] = [{**sale, "demand": [0] * len(sale["demand"])} for sale in less["question"]["sales"]]
    answers = (ask(document, "grace=+0"), ask(less, "grace=+0", plan="two"), ask(document, "grace=+0"))
    exported = [
        sum(row["units"] for row in found["after"] if row["figure"] == "exported" and row["model"] is None)
        for found in answers
    ]
    assert exported[0] == exported[2] > 0 == exported[1]


def test_the_reasons_are_told_in_the_readers_language(office: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import asking
    from ecluse.plan.explain import why

    model, month = document["question"]["sales"][0]["product"], document["question"]["months"][1]
    for lang in ("uk", "en", "fr"):
        found = asking.ask("one", document, {"ask": "why", "model": model, "month": month, "lang": lang})
        assert found["said"] == [reason.told(lang) for reason in why(document, model, month)]


def test_the_reasons_call_things_by_the_names_that_are_given(office: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import asking

    model, month = document["question"]["sales"][0]["product"], document["question"]["months"][1]
    question = {"ask": "why", "model": model, "month": month, "lang": "en"}
    plain = asking.ask("one", document, question)["said"]
    called = asking.ask("one", document, {**question, "names": {model: "the first model"}})["said"]
    assert called == [line.replace(f"of {model} ", "of the first model ") for line in plain]
    assert called != plain


# ------------------------------------------------------------------ who may ask it, and what it knows


def test_only_its_own_user_may_speak_to_it(place: Path, document: dict[str, Any]) -> None:
    ask(document, "budget=+5%")
    assert (place / "solver.socket").stat().st_mode & 0o777 == 0o600
    assert place.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o077 == 0 for file in place.iterdir())


@pytest.mark.parametrize("module", ["solver", "year", "rules"])
def test_its_process_has_no_django(module: str) -> None:
    code = f"import sys, ecluse.office.planning.{module}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_is_told_of_no_database_and_no_key(
    place: Path, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECLUSE_KEYS_PASSPHRASE", "seven quiet herons")
    ask(document, "budget=+5%")
    (process,) = solver_processes(place)
    surroundings = Path(f"/proc/{process}/environ").read_bytes()
    assert b"PATH=" in surroundings
    assert b"ECLUSE_" not in surroundings
    assert b"herons" not in surroundings


def test_half_a_record_and_nonsense_do_it_no_harm(place: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import wire

    ask(document, "budget=+5%")
    for sent in (b"", b"\0", b"\0\0\0\x09{", b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x03{]}"):
        with wire.connect(place, 5) as link:
            link.sendall(sent)
            link.shutdown(socket.SHUT_WR)
    with wire.connect(place, 5) as link:
        wire.send(link, {"ask": "leave"})
        assert (wire.receive(link) or {})["outcome"] == "unknown"
    assert ask(document, "budget=+5%")["outcome"] == "optimal"
    assert len(solver_processes(place)) == 1


# ------------------------------------------------------------------ found, mended, ended


def test_every_worker_finds_the_same_one(place: Path, document: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    code = (
        "import json, pathlib, sys\n"
        "from ecluse.office.planning import asking\n"
        f"asking.folder = lambda: pathlib.Path({str(place)!r})\n"
        f"found = asking.ask('one', json.load(open({str(file)!r})), {{'ask': 'what_if', 'changes': ['budget=+5%']}})\n"
        "sys.exit(found['outcome'] != 'optimal')\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [worker.wait(timeout=120) for worker in workers] == [0] * 4
    assert len(solver_processes(place)) == 1


def test_a_socket_that_nobody_listens_on_is_no_fault(place: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import wire

    with socket.socket(socket.AF_UNIX) as left, wire.Address(place) as address:
        left.bind(address)
    assert (place / "solver.socket").exists()
    assert ask(document, "budget=+5%")["outcome"] == "optimal"


def test_one_that_died_is_started_anew(place: Path, document: dict[str, Any]) -> None:
    ask(document, "budget=+5%")
    (before,) = solver_processes(place)
    os.kill(before, signal.SIGKILL)
    assert ask(document, "budget=+5%")["outcome"] == "optimal"
    (after,) = solver_processes(place)
    assert after != before


def test_one_that_cannot_start_is_told_of_as_away(
    office: Path, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from peopled import post

    from ecluse.base.words import say
    from ecluse.office.planning import asking

    monkeypatch.setattr(asking.sys, "executable", "/bin/false")
    answer = post(as_officer(PLANNER), "/plan/what-if/?lang=en", quick="budget=+5%")
    assert answer.status_code == 200
    assert say("planpages.answer.away", "en") in answer.content.decode()


def test_it_ends_when_nobody_asks_and_when_its_socket_is_gone(tmp_path: Path) -> None:
    from ecluse.office.planning import asking, wire

    for name, idle in (("idle", "1"), ("gone", "600")):
        place = wire.private_folder(tmp_path / name)
        run = asking.detached("ecluse.office.planning.solver", str(place), idle)
        end = time.monotonic() + 60
        while not asking.listens(place):
            assert time.monotonic() < end
            time.sleep(0.05)
        if name == "gone":
            (place / "solver.socket").unlink()
        assert run.wait(timeout=60) == 0
        assert not (place / "solver.socket").exists()


# ------------------------------------------------------------------ the year, solved and stopped


def wish(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"run": "r", "person": PLANNER, "at": "2026-03-31T10:00:00+00:00", "question": document["question"],
            "near": document, **more}  # fmt: skip


def waited(task: str) -> Any:
    from ecluse.office.planning import runs

    end = time.monotonic() + 120
    while (run := runs.last_run(task)) is not None and run.is_running:
        assert time.monotonic() < end
        time.sleep(0.05)
    return run


def test_a_year_is_solved_told_stage_by_stage_and_its_document_holds(office: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import runs
    from ecluse.plan.kept import read_kept

    assert runs.start("year", wish(document, changes=["budget=+50%"]))
    run = waited("year")
    assert run.state == "solved", run.form
    content = runs.outcome("year")
    assert content is not None
    kept = read_kept(content)
    told = {row.stage: (row.value, row.bound) for row in run.stages if row.part == "baseline" and row.value is not None}
    assert told == {stage.stage: (stage.value, stage.bound) for stage in kept.stages}
    assert all(row.milliseconds is not None for row in run.stages)
    receipts = next(row.value for row in run.stages if (row.part, row.stage) == ("plan", "receipts"))
    assert receipts is not None
    assert receipts > 0
    assert kept.question["budget"] == [figure * 150 // 100 for figure in document["question"]["budget"]]


def test_a_year_that_has_no_plan_says_why_in_three_languages(office: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import runs

    assert runs.start("year", wish(document, changes=["order=+100000%"]))
    run = waited("year")
    assert (run.state, run.form["why"]) == ("none", "infeasible")
    assert all(run.form["told"][lang] for lang in ("uk", "en", "fr"))
    assert runs.outcome("year") is None


def test_a_running_year_is_stopped_within_two_seconds_whatever_it_is_at(office: Path, document: dict[str, Any]) -> None:
    """One that listens to no signal but the last is stopped as well."""
    from ecluse.office.planning import runs

    assert runs.start("year", wish(document))
    assert not runs.start("year", wish(document)), "a second one beside it"
    run = runs.last_run("year")
    assert run is not None
    os.kill(run.form["pid"], signal.SIGSTOP)
    began = time.monotonic()
    assert runs.cancel("year")
    assert time.monotonic() - began < STOP_SECONDS
    stopped = runs.last_run("year")
    assert stopped is not None
    assert stopped.state == "cancelled"
    assert runs.outcome("year") is None
    assert runs.cancel("year"), "what is stopped is stopped"
    assert runs.start("year", wish(document))
    assert waited("year").state == "solved"


def test_a_year_that_broke_off_says_so(office: Path, document: dict[str, Any]) -> None:
    from ecluse.office.planning import runs

    assert runs.start("year", wish(document))
    run = runs.last_run("year")
    assert run is not None
    os.kill(run.form["pid"], signal.SIGSTOP)
    os.kill(run.form["pid"], signal.SIGKILL)
    assert waited("year").state == "died"


def test_what_was_solved_is_committed_to_by_one_and_adopted_by_another(office: Path, document: dict[str, Any]) -> None:
    from peopled import post

    from ecluse.base.words import say
    from ecluse.office.on_file import records
    from ecluse.plan.terms import Plan, PlanBaseline

    one, other = as_officer(PLANNER), as_officer(SECOND)
    assert post(one, "/plan/solve/", go="yes", set="budget=+50%").status_code == 302
    assert waited("year").state == "solved"
    assert post(other, "/plan/solve/give/", action="plan.adopt").status_code == 409, "no baseline is committed yet"
    assert post(one, "/plan/solve/give/", action="plan.commit_baseline").status_code == 302
    assert say("planpages.solve.second_person", "en") in one.get("/plan/solve/?lang=en").content.decode()
    assert post(one, "/plan/solve/give/", action="plan.adopt").status_code == 409
    assert post(other, "/plan/solve/give/", action="plan.adopt").status_code == 302
    assert post(other, "/plan/solve/give/", action="plan.none").status_code == 404
    assert (len(records(PlanBaseline)), len(records(Plan))) == (2, 2)
    assert 'value="plan:2026-01/2"' in one.get("/plan/compare/").content.decode()


def test_the_rules_are_compared_when_asked_and_kept_for_this_plan(office: Path, document: dict[str, Any]) -> None:
    from peopled import post

    from ecluse.base.words import say
    from ecluse.plan.rules_compared import Compared, rules_compared

    browser = as_officer(PLANNER)
    assert say("planpages.rules.none", "en") in browser.get("/plan/rules/?lang=en").content.decode()
    assert post(browser, "/plan/rules/").status_code == 302
    assert waited("rules").state == "solved"
    page = browser.get("/plan/rules/?lang=en").content.decode()
    found = rules_compared(document["question"], document["baseline"]["values"])
    assert isinstance(found, Compared)
    for rule in ("N1", "N2", "N3"):
        assert f">{found.under(rule).units_exported:,}<" in page, rule
    assert (
        say("planpages.rules.compare", "en") not in as_officer("officer:ssecu-1").get("/plan/rules/").content.decode()
    )


def test_each_figure_is_turned_alone_and_the_page_tells_what_the_solver_says(
    office: Path, document: dict[str, Any]
) -> None:
    from peopled import post

    from ecluse.base.money import Money
    from ecluse.base.words import say
    from ecluse.office.views.cells import shown
    from ecluse.plan.session import Session
    from ecluse.plan.tornado import tornado

    browser, question = as_officer(PLANNER), document["question"]
    found = tornado(Session(question), 20)
    assert post(browser, "/plan/tornado/", percent="20").status_code == 302
    assert waited("tornado").state == "solved"
    page = browser.get("/plan/tornado/?lang=en").content.decode()
    told = say("planpages.tornado.now", "en", money=Money(found.now.receipts_minor, question["currency"]),
               worth=found.now.unmet_value)  # fmt: skip
    assert told in page
    for bar in found.bars:
        assert say(f"planask.kind.{bar.kind}", "en") in page
        for end in filter(None, (bar.less, bar.more)):
            assert shown(Money(end.receipts_minor - found.now.receipts_minor, question["currency"]), "en") in page
    assert post(as_officer("officer:ssecu-1"), "/plan/tornado/", percent="20").status_code == 403


# ------------------------------------------------------------------ the form


def test_a_change_is_added_removed_and_what_is_wrong_with_it_is_said(office: Path) -> None:
    from peopled import post

    from ecluse.base.words import say

    browser = as_officer(PLANNER)

    def page(**sent: Any) -> str:
        return str(post(browser, "/plan/what-if/?lang=en", **sent).content.decode())

    first = page(what="budget", value="+5 %")
    assert 'value="budget=+5%"' in first
    assert say("planpages.answer", "en") in first
    both = page(set="budget=+5%", what="lag", value="+1")
    assert both.count('name="set"') == 2 * 2, "in the form itself and in the one that solves the year"
    assert 'name="set" value="lag=+1"' in both
    assert 'name="set" value="lag=+1"' not in page(set=["budget=+5%", "lag=+1"], drop="1")
    assert 'name="set"' not in page(set=["budget=+5%"], clear="yes")
    for sent, key, found in (
        ({"what": "budget", "value": "much"}, "unread", "budget=much"),
        ({"what": "line:none", "value": "0"}, "no_record", "none"),
        ({"what": "lag", "first": "2026-02", "value": "+1"}, "no_months", "lag.2026-02=+1"),
        ({"what": "need", "first": "2026-03", "last": "2026-02", "value": "0"}, "backwards", "need.2026-03..2026-02=0"),
        ({"what": "budget", "first": "2031-01", "value": "0"}, "no_month", "budget.2031-01=0"),
        ({"set": ["budget=+1%"] * 20, "what": "budget", "value": "0"}, "many", "21"),
    ):  # fmt: skip
        answer = page(**sent)
        assert say(f"planpages.fault.{key}", "en", found=found) in answer, key
        assert 'aria-invalid="true"' in answer


def test_a_question_that_takes_too_long_is_stopped_and_the_next_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    from carried import ROOT

    from ecluse.office.planning import solver

    table, asked = solver.Table(), {"ask": "what_if", "plan": "one", "changes": ["line=90%", "need=+20%"]}
    document = json.loads((ROOT / "examples" / "ua-2026" / "plan.json").read_bytes())
    assert table.answer(asked)["outcome"] == "unopened"
    assert table.answer({"ask": "open", "plan": "one", "document": document})["outcome"] == "opened"
    with monkeypatch.context() as patch:
        patch.setattr(solver, "ANSWER_SECONDS", 0)
        assert table.answer(asked)["outcome"] == "stopped"
    assert table.answer(asked)["outcome"] == "optimal"
