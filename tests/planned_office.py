"""Which small office has a plan in force? Founded, not carried: officers, keys, a policy, a plan adopted."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from carried import copy_sqlite, kept, office_on, settle_sqlite, sqlite_url
from peopled import client, found_office, post, seeded

DAY = date(2026, 1, 5)
MOD, STAFF = "authority:mod", "authority:general-staff"
PLANNER, SECOND = ("officer:mod-5", MOD), ("officer:general-staff-3", STAFF)
CARDS = {"officer:mod-5": "planner", "officer:general-staff-3": "general_staff", "officer:ssecu-1": "author"}


def small_document() -> dict[str, Any]:
    """A plan of fourteen products that exports something: drawn, solved, checked; the same each time."""
    from plan_worlds import Size, world

    from ecluse.plan.paper import NoPlan, solve_question

    found = solve_question(world(3, Size(14, 5, 3, 4, sales=2.5, routes=2.0)))
    assert not isinstance(found, NoPlan), found
    return found


def planned_office(folder: Path, document: bytes, name: str) -> Path:
    """An office of its own in this folder in which this document's plan is in force; made once a run under the name."""

    def make(place: Path) -> None:
        found_office(place / "office.sqlite3", "demonstration")
        with office_on(sqlite_url(place / "office.sqlite3")):
            adopt(document)
        settle_sqlite(place / "office.sqlite3")

    copy_sqlite(kept(f"planned-{name}", make) / "office.sqlite3", folder / "office.sqlite3")
    return folder / "office.sqlite3"


def adopt(document: bytes) -> None:
    """Sign the policy that the document obeys, commit to its baseline, and adopt it as a second person."""
    from ecluse.office.actions import plan
    from ecluse.office.actions.deed import Deed
    from ecluse.office.carry.founding import Signers
    from ecluse.plan.kept import read_kept
    from ecluse.plan.terms import PlanPolicy

    asked, session = read_kept(document).question, seeded()
    signers = Signers(session, DAY)
    rules = (asked["rule"], asked["share_bp"], asked["grace_months"])
    policy = PlanPolicy("plan-policy-1", MOD, *rules, DAY, date(2026, 1, 1), None)
    with Deed(session, "office.register", actor="clock:office", on=DAY, subject="register:plan") as deed:
        for owner in (MOD, STAFF, PLANNER[0], SECOND[0]):
            deed.seal(signers.key(owner), f"key:{owner}")
        deed.seal(policy, "policy:plan", [signers.sign(MOD, policy, DAY)])
    for do, (officer, _) in ((plan.commit_baseline, PLANNER), (plan.adopt, SECOND)):
        do(seeded(), document, name="plan.json", officer=officer, on=DAY, sign=signers.sign)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[None]:
    """This office with all its addresses; its solver, if one was started, is told to go at the end."""
    from django.core.cache import cache
    from django.test import override_settings

    cache.clear()
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with office_on(sqlite_url(path)), override_settings(PASSWORD_HASHERS=quick):
        try:
            yield
        finally:
            dismiss(path)


def dismiss(path: Path) -> None:
    """The solver of this office ends by itself once its socket is gone."""
    (path.with_name(f"{path.name}.kept") / "planning" / "solver.socket").unlink(missing_ok=True)


def as_officer(officer: str) -> Any:
    """A browser in which this officer is signed in."""
    browser = client()
    assert post(browser, f"/sign-in/demo/{officer}/", card=CARDS[officer]).status_code == 302
    return browser


def solver_processes(folder: Path) -> list[int]:
    """Which processes hold this folder's solver? Read from the system's own table."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if b"ecluse.office.planning.solver" in words and os.fsencode(folder) in words:
                found.append(int(entry.name))
    return found
