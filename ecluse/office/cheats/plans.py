"""Which frauds touch a plan: a kept document changed by an administrator, a baseline committed to after its plan?"""

from __future__ import annotations

import json
from dataclasses import replace

from ecluse.office.actions.deed import Deed
from ecluse.office.cheats.hands import Administrator, Insider, Kinds, Named
from ecluse.plan import checker
from ecluse.plan.terms import Plan, PlanBaseline

RAW_KINDS = Kinds(as_administrator=True)
INSIDE_KINDS = Kinds(as_administrator=False)


@RAW_KINDS.breaks("P2")
def plan_document_swapped(hand: Administrator) -> Named:
    """In the kept document one need is made smaller, and every digest and sum of the document is made anew."""
    plan = hand.record(Plan)
    named = plan.form["document"]
    (content,) = hand.one("a kept plan", "SELECT content FROM office_document WHERE digest = %s", named)
    document = json.loads(bytes(content))
    units = next(need["units"] for need in document["question"]["needs"] if any(need["units"]))
    at = next(place for place, count in enumerate(units) if count)
    units[at] -= 1
    body = json.dumps({**document, **checker.kept(document)}, ensure_ascii=False).encode()
    hand.do("UPDATE office_document SET content = %s, size = %s WHERE digest = %s", body, len(body), named)
    return Named(plan.rid, plan.day)


@INSIDE_KINDS.breaks("P2")
def baseline_after_plan(hand: Insider) -> Named:
    """The plan is sealed first; its baseline, which was to be known before, follows a deed later."""
    session, on = hand.session, hand.today
    first, base = hand.any(Plan), hand.any(PlanBaseline)
    subject = f"plan:{base.first_month}"
    later = replace(base, id=f"{base.id}-later", on=on)
    plan = replace(first, id=f"{first.id}-early", baseline=later.id, on=on)
    deeds = (("plan.adopt", plan, plan.adopter), ("plan.commit_baseline", later, later.author))
    for action, record, officer in deeds:
        with Deed(session, action, actor=officer, on=on, subject=subject, log="plan") as deed:
            deed.seal(record, signatures=[hand.sign(officer, record)])
    return Named(plan.id, str(on))
