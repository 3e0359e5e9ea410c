"""Does the parties gate hold exactly what it must, and does nothing worse ever open it?"""

from __future__ import annotations

import csv
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from cases_parties import (
    BUYER,
    CARRIER,
    CASES,
    END_USER,
    ENTRY,
    HOLDING,
    ON,
    OWNER,
    PARTIES,
    PASSING,
    cleared,
    hit,
    owns,
    screened,
    sent_to,
    with_party,
    with_screening,
    with_seat,
    with_shares,
    with_statement,
)
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.claim import read_claim, write_claim
from ecluse.base.sealed import VERSIONS, encode, unseal
from ecluse.base.verdict import Force, Held, Passed, codes_of
from ecluse.edge.law import newest_law
from ecluse.order import verdict_bytes
from ecluse.parties import rules
from ecluse.parties.gate import TABLES, PartiesClaim, PartiesFinding, judge
from ecluse.parties.terms import EndUseClause, MatchGrade, Part, PartyKind, Role

LAW = newest_law().only(TABLES)
ROOT = Path(__file__).resolve().parent.parent
DAY = timedelta(days=1)
EVERY_CLAIM = [PASSING, *(claim for just_held, just_passed, _ in CASES.values() for claim in (just_held, just_passed))]


def codes(claim: PartiesClaim, on: date = ON) -> list[str]:
    return codes_of(judge(claim, on=on, law=LAW))


@pytest.mark.parametrize("code", CASES, ids=[f"{code} is just held" for code in CASES])
def test_just_held(code: str) -> None:
    just_held, _, on = CASES[code]
    assert codes(just_held, on) == [code]


@pytest.mark.parametrize("code", CASES, ids=[f"{code} is just passed" for code in CASES])
def test_just_passed(code: str) -> None:
    _, just_passed, on = CASES[code]
    assert codes(just_passed, on) == []


def test_every_rule_has_its_case_and_its_force() -> None:
    assert [f"parties.{rule.__name__}" for rule in rules.RULES] == list(CASES)
    forces = []
    for code, (just_held, _, on) in CASES.items():
        verdict = judge(just_held, on=on, law=LAW)
        assert isinstance(verdict, Held)
        forces.append({ground.force for ground in verdict.grounds if ground.code == code})
    assert all(len(force) == 1 for force in forces)
    assert forces == sorted(forces, key=lambda force: force == {Force.REFER}), "refusals come first"


def test_the_finding_says_who_and_on_which_lists() -> None:
    verdict = judge(PASSING, on=ON, law=LAW)
    assert isinstance(verdict, Passed)
    assert verdict.finding == PartiesFinding(
        tranche="tranche:0001-1", exporter="party:maker-001", buyer=BUYER.id, end_user=END_USER.id, destination="DK",
        end_use_statement="statement:0417", list_versions=("list:north-1",), units=30, model="model:ew-set-07",
    )  # fmt: skip


# ------------------------------------------------------------------ single requirements, further cases

FORGED = replace(PASSING.end_use_signatures[0], value_hex="00" * 64)
LATE = replace(PASSING.end_use_signatures[0], on=ON + DAY)
EXACT_OWNER = with_screening(PASSING, screened(OWNER, hit(MatchGrade.EXACT)))
NEAR = hit(MatchGrade.NORMALISED)
NEW_BUYER = replace(BUYER, name="Office of Supplies")
RENAMED = with_party(PASSING, NEW_BUYER)
STALE = replace(PASSING, parties=RENAMED.parties)
NOBODY = replace(cleared(BUYER), officer="")
NEAR_NAME = with_screening(PASSING, screened(BUYER, NEAR))
OLD_SCREENING = replace(screened(OWNER), on=ON + DAY)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param(
            replace(PASSING, transit=("CF",)), ["embargo_scope_is_settled"], id="an embargo on armed groups only refers"
        ),
        pytest.param(
            replace(PASSING, transit=("KP",), control_entry="9A012"), ["transit_is_not_embargoed"],
            id="an embargo on all goods also binds dual-use goods",
        ),
        pytest.param(
            replace(PASSING, transit=("BY",), control_entry="9A012"), ["embargo_scope_is_settled"],
            id="dual-use goods through a state under an arms embargo are referred",
        ),
        pytest.param(
            replace(PASSING, transit=("CN",)), ["embargo_scope_is_settled"], id="an embargo on one source only refers"
        ),
        pytest.param(replace(PASSING, transit=("NA",)), [], id="Namibia is a state, not a missing cell"),
        pytest.param(replace(PASSING, transit=("",)), ["states_are_known"], id="an unknown transit state is not clear"),
        pytest.param(with_seat("RU"), ["party_state_is_not_embargoed"], id="an owner of the carrier sits in Russia"),
        pytest.param(sent_to("SD"), ["destination_is_not_embargoed"], id="Sudan is embargoed state-wide by two"),
        pytest.param(
            with_party(PASSING, replace(BUYER, state="SE")), ["state_is_in_tier"], id="the buyer's state is in no tier"
        ),
        pytest.param(
            EXACT_OWNER, ["owner_is_not_listed"] * 2, id="one listed owner, two firms"
        ),
        pytest.param(
            replace(EXACT_OWNER, clearances=(cleared(OWNER),)), [], id="an officer cleared the owner's exact name"
        ),
        pytest.param(
            replace(NEAR_NAME, clearances=(NOBODY,)), ["name_is_clear"], id="nobody cleared it"
        ),
        pytest.param(
            replace(NEAR_NAME, clearances=(replace(cleared(BUYER), on=ON + DAY),)), ["name_is_clear"],
            id="tomorrow's clearance clears nothing today",
        ),
        pytest.param(
            replace(NEAR_NAME, clearances=(cleared(BUYER, ENTRY.replace("@0", "@1")),)), ["name_is_clear"],
            id="a clearance falls when the entry changes",
        ),
        pytest.param(
            replace(with_screening(RENAMED, screened(NEW_BUYER, NEAR)), clearances=(cleared(BUYER),)),
            ["name_is_clear"], id="a clearance falls when the party changes",
        ),
        pytest.param(STALE, ["screening_is_complete"], id="a screening falls when the party changes"),
        pytest.param(
            with_screening(PASSING, OLD_SCREENING), ["screening_is_complete"], id="tomorrow's screening is none today"
        ),
        pytest.param(
            replace(PASSING, parties=tuple(p for p in PARTIES if p != OWNER)),
            ["screening_is_complete", "owners_are_known", "owners_are_known"],
            id="an owner without a record is unscreened, and the firms it owns are not clear",
        ),
        pytest.param(
            replace(PASSING, parties=(*PARTIES, BUYER)), ["parties_are_registered"], id="one party stands twice"
        ),
        pytest.param(with_shares(PASSING), ["owners_are_known"], id="a firm without known owners is not clear"),
        pytest.param(
            with_shares(PASSING, owns(OWNER, CARRIER, 6000), replace(owns(HOLDING, CARRIER, 4000), until=ON - DAY)), [],
            id="an owner who sold out is an owner no more",
        ),
        pytest.param(replace(PASSING, exporter=None), ["exporter_is_registered"], id="the exporter is unknown"),
        pytest.param(
            replace(PASSING, exporter=replace(PASSING.exporter, authority_until=None), control_entry="9A012")
            if PASSING.exporter else PASSING, [], id="dual-use goods need no authority for military goods",
        ),
        pytest.param(
            replace(PASSING, end_use_signatures=(FORGED,)), ["end_use_statement_is_signed"], id="a forged signature"
        ),
        pytest.param(
            replace(PASSING, end_use_signatures=(LATE,)), ["end_use_statement_is_signed"], id="a signature of tomorrow"
        ),
        pytest.param(
            with_statement(PASSING, "authority:pl", state="PL"), ["end_use_statement_names_parties"],
            id="another state than that of destination vouches",
        ),
        pytest.param(
            with_statement(PASSING, end_user=BUYER.id), ["end_use_statement_names_parties"], id="for another end user"
        ),
        pytest.param(
            with_statement(PASSING, verified_with_issuer_on=date(2026, 1, 31)), ["end_use_statement_is_verified"],
            id="verified before it was issued",
        ),
        pytest.param(
            with_statement(PASSING, clauses=()), ["end_use_statement_is_complete"] * 4, id="nothing is promised"
        ),
        pytest.param(
            replace(PASSING, parts=tuple(p for p in PASSING.parts if p.role is not Role.BUYER)), ["parties_are_named"],
            id="no buyer is named",
        ),
        pytest.param(
            replace(PASSING, lists_in_force=tuple(replace(v, in_force_from=ON + DAY) for v in PASSING.lists_in_force)),
            ["lists_are_in_force"], id="the only list takes effect tomorrow",
        ),
    ],
)  # fmt: skip
def test_requirement(claim: PartiesClaim, expected: list[str]) -> None:
    assert codes(claim) == [f"parties.{code}" for code in expected]


def test_an_embargo_ends_and_begins_on_its_day() -> None:
    claim = replace(PASSING, transit=("CF",), tiers=None)
    assert "parties.transit_is_not_embargoed" in codes(claim, date(2024, 7, 29))
    assert "parties.transit_is_not_embargoed" not in codes(claim, date(2024, 7, 30))
    assert "parties.embargo_scope_is_settled" in codes(claim, date(2024, 7, 30))


# ------------------------------------------------------------------ properties

# To forget a fact that refused leaves the order held, but for a person to decide.
FORGETTING = {"owners are forgotten", "the tiers are forgotten"}
Worsening = Callable[[PartiesClaim], PartiesClaim]


def worse_statement(**changed: object) -> Worsening:
    return lambda claim: replace(claim, end_use=replace(claim.end_use, **changed)) if claim.end_use else claim


def owned_by_listed(claim: PartiesClaim) -> PartiesClaim:
    claim = with_screening(claim, screened(HOLDING, hit(MatchGrade.IDENTIFIER)))
    return replace(claim, ownerships=(*claim.ownerships, owns(HOLDING, PARTIES[0], 5000)))


WORSENINGS: dict[str, Worsening] = {
    "goes through an embargoed state": lambda c: replace(c, transit=(*c.transit, "BY")),
    "goes to an embargoed state": lambda c: replace(c, destination="RU"),
    "loses its clearances": lambda c: replace(c, clearances=()),
    "a party is hit": lambda c: with_screening(c, screened(BUYER, hit(MatchGrade.EXACT))),
    "an owner is listed": owned_by_listed,
    "screenings are lost": lambda c: replace(c, screenings=c.screenings[1:]),
    "a list is added": lambda c: replace(
        c, lists_in_force=(*c.lists_in_force, replace(PASSING.lists_in_force[0], id="list:new"))
    ),
    "owners are forgotten": lambda c: replace(c, ownerships=c.ownerships[1:]),
    "more is drawn on the statement": lambda c: replace(c, units_on_statement_before=c.units_on_statement_before + 1),
    "more verifications are owed": lambda c: replace(c, verifications_overdue=c.verifications_overdue + 1),
    "the statement lapses": worse_statement(valid_until=date(2026, 2, 2)),
    "the statement promises nothing": worse_statement(clauses=()),
    "the statement is unverified": worse_statement(verified_with_issuer_on=None),
    "signatures are lost": lambda c: replace(c, end_use_signatures=()),
    "the tiers are forgotten": lambda c: replace(c, tiers=None),
    "the exporter lapses": lambda c: replace(c, exporter=None),
    "an unknown bank joins": lambda c: replace(c, parts=(*c.parts, Part(Role.BANK, "party:unknown"))),
}


@given(
    claim=st.sampled_from(EVERY_CLAIM),
    steps=st.lists(st.sampled_from(sorted(WORSENINGS)), min_size=1, max_size=4),
)
def test_a_worse_fact_never_improves_a_verdict(claim: PartiesClaim, steps: list[str]) -> None:
    before = judge(claim, on=ON, law=LAW)
    for step in steps:
        claim = WORSENINGS[step](claim)
    after = judge(claim, on=ON, law=LAW)
    assert isinstance(after, Held) or isinstance(before, Passed)
    if isinstance(before, Held) and before.is_refused():
        assert isinstance(after, Held)
        assert after.is_refused() or FORGETTING & set(steps)


UNKNOWNS = ("exporter", "end_use", "tiers")
NOTHING = ("parts", "parties", "screenings", "ownerships", "lists_in_force", "end_use_signatures", "keys")


@given(
    claim=st.sampled_from(EVERY_CLAIM),
    names=st.sets(st.sampled_from([*UNKNOWNS, *NOTHING]), min_size=1),
)
def test_what_is_unknown_never_passes(claim: PartiesClaim, names: set[str]) -> None:
    missing = replace(claim, **{name: None if name in UNKNOWNS else () for name in names})
    assert isinstance(judge(missing, on=ON, law=LAW), Held)


@given(units=st.integers(1, 500), before=st.integers(0, 500))
def test_a_statement_is_never_exceeded(units: int, before: int) -> None:
    surplus = replace(PASSING.surplus, units=units)
    verdict = judge(replace(PASSING, surplus=surplus, units_on_statement_before=before), on=ON, law=LAW)
    assert isinstance(verdict, Passed) == (units + before <= 120)


@pytest.mark.parametrize("claim", EVERY_CLAIM[:: max(1, len(EVERY_CLAIM) // 20)])
def test_a_claim_read_back_earns_the_same_bytes(claim: PartiesClaim) -> None:
    form, cited = write_claim(claim)
    objects = {fact.digest: unseal(fact.body) for fact in cited}
    again = read_claim(PartiesClaim, form, objects.__getitem__)
    assert again == claim
    assert bytes_of(again) == bytes_of(claim)


def bytes_of(claim: PartiesClaim) -> bytes:
    verdict = judge(claim, on=ON, law=LAW)
    if isinstance(verdict, Held):
        return verdict_bytes(verdict.grounds, None)
    return verdict_bytes((), {"v": VERSIONS[PartiesFinding], **encode(verdict.finding)})


def test_order_of_parties_does_not_change_the_codes() -> None:
    for just_held, _, on in CASES.values():
        turned = replace(just_held, parties=just_held.parties[::-1], screenings=just_held.screenings[::-1])
        assert codes(turned, on) == codes(just_held, on)


# ------------------------------------------------------------------ words and tables


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "ecluse/tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("language", ["uk", "en", "fr"])
def test_sentences_name_exactly_the_facts(language: str) -> None:
    path = ROOT / f"ecluse/locale/{language}/LC_MESSAGES/parties.po"
    words = {message.id: message.string for message in read_po(path.open("rb")) if message.id}
    for code, (just_held, _, on) in CASES.items():
        verdict = judge(just_held, on=on, law=LAW)
        assert isinstance(verdict, Held)
        named = {name for _, name, _, _ in string.Formatter().parse(words[f"{code}.sentence"]) if name}
        assert named == set(verdict.grounds[0].facts_by_name()), code
        assert words[f"{code}.remedy"]
    assert all(words[f"provision.{row['id']}.title"] for row in rows("provisions/parties"))
    assert all(words[f"clause.{clause.value}.title"] for clause in EndUseClause)


def test_tables_are_sound() -> None:
    provisions = {row["id"] for row in rows("provisions/parties")}
    states = {row["state"] for row in rows("parties/states")}
    for name in ("embargoes", "clauses", "states", "terms"):
        for row in rows(f"parties/{name}"):
            assert row["provision"] in provisions
            assert row["grade"] in {"A", "B", "C", "K", "ours"}
            assert row["source"]
            assert date.fromisoformat(row["valid_from"]) <= date.fromisoformat(row["valid_until"] or "9999-12-31")
    for row in rows("parties/embargoes"):
        assert row["state"] in states
        assert row["scope"] in {"state_wide", "non_government", "territory"}
        assert row["goods"] in {"arms", "all"}
        assert bool(row["source_second"]) == (row["confirmed"] == "yes"), row
    embargoed = {row["state"] for row in rows("parties/embargoes")}
    assert "CD" in embargoed
    assert not {"CG", "UA", "NA"} & embargoed
    assert {row["clause"] for row in rows("parties/clauses")} <= {clause.value for clause in EndUseClause}
    kinds = next(row["value"] for row in rows("parties/terms") if row["name"] == "owned_kinds")
    assert set(kinds.split(";")) <= {kind.value for kind in PartyKind}
