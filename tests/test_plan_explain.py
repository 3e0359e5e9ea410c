"""Are the sentences about a plan true: units by addition, effects by asking again, in three languages?"""

from __future__ import annotations

from typing import Any

import pytest
from plan_worlds import Size, world

from ecluse.plan.changes import changed, spelled
from ecluse.plan.explain import Why, why
from ecluse.plan.paper import NoPlan, solve_question

Document = dict[str, Any]
LANGUAGES = ("uk", "en", "fr")


@pytest.fixture(scope="module")
def document() -> Document:
    made = solve_question(world(5, Size(14, 5, 3, 4, sales=2.5, routes=2.0)))
    assert not isinstance(made, NoPlan)
    return made


def every(document: Document) -> list[tuple[Any, str, str]]:
    asked = Why(document)
    q = document["question"]
    return [(r, p["id"], month) for p in q["products"] for month in q["months"] for r in asked.of(p["id"], month)]


def test_units_held_for_home_are_needed_to_the_last_one(document: Document) -> None:
    """With one unit of stock fewer at that month's end, and none sold later, the peak would undercut the reserve."""
    q, values, seen = document["question"], document["plan"]["values"], 0
    for reason, model, month in every(document):
        if reason.key != "held":
            continue
        seen += 1
        p = [each["id"] for each in q["products"]].index(model)
        t, peak = q["months"].index(month), q["months"].index(str(reason.facts["peak"]))
        stock = q["products"][p]["reserve"][t] + reason.facts["units"]
        for s in range(t + 1, peak + 1):
            stock += values["s"][p][s] - values["s"][p][s - 1]
            stock += sum(values["g"][j][s] for j, sale in enumerate(q["sales"]) if sale["product"] == model)
        assert stock == q["products"][p]["reserve"][peak]
        assert reason.facts["units"] <= values["s"][p][t] - q["products"][p]["reserve"][t]
    assert seen


def test_a_full_licence_and_a_met_demand_are_full(document: Document) -> None:
    q, values, seen = document["question"], document["plan"]["values"], set()
    for reason, _, month in every(document):
        record = reason.facts.get("record")
        seen.add(reason.key)
        if reason.key == "stops_demand":
            j = [sale["id"] for sale in q["sales"]].index(record)
            assert values["g"][j][q["months"].index(month)] == q["sales"][j]["demand"][q["months"].index(month)]
        if reason.key == "stops_licence":
            sold = sum(sum(values["g"][j]) for j, sale in enumerate(q["sales"]) if sale["licence"] == record)
            assert sold == next(each["units"] for each in q["licences"] if each["id"] == record)
    assert {"stops_demand", "stops_licence"} <= seen


def test_a_closed_centre_costs_what_the_closed_question_says(document: Document) -> None:
    asked, found = Why(document), []
    for centre in document["question"]["centres"]:
        reason = asked.closing(centre["id"])
        again = Why({**document, "question": changed(document["question"], [spelled(f"centre:{centre['id']}=0")])})
        lost = asked.now().receipts_minor - again.now().receipts_minor
        found.append(lost)
        assert reason.facts["money"].minor == pytest.approx(max(0, lost), abs=2)
    assert any(lost > 0 for lost in found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_its_sentence(document: Document, lang: str) -> None:
    asked = Why(document)
    told = [reason.told(lang) for reason, _, _ in every(document)]
    told += [asked.closing(centre["id"]).told(lang) for centre in document["question"]["centres"]]
    assert len(told) > 10
    assert all(text and "{" not in text for text in told)


def test_a_model_that_is_not_planned_is_refused(document: Document) -> None:
    with pytest.raises(ValueError, match="nothing-01"):
        why(document, "nothing-01", "2026-01")
