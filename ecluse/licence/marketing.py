"""May an exporter be authorised to offer a class of goods to a state, and by which day is that due?"""

from __future__ import annotations

from datetime import date

from ecluse.base.days import add_days
from ecluse.base.law import Law
from ecluse.licence.clock import add_months
from ecluse.licence.dated import is_home_body, term
from ecluse.licence.terms import MarketingApplication, MarketingAuthorisation, ProposedDecision


def due_on(asked: MarketingApplication, law: Law) -> date:
    """By which day must the application be decided?"""
    return add_days(asked.filed_on, term("marketing_days", asked.filed_on, law))


def last_day(valid_from: date, law: Law) -> date:
    """Until which day may an authorisation that begins on this day run at most?"""
    return add_months(valid_from, term("marketing_months", valid_from, law))


def why_not_authorised(
    asked: MarketingApplication, decision: ProposedDecision, given: MarketingAuthorisation, law: Law
) -> str:
    """Why does this authorisation not follow from application and decision? Empty when it does."""
    if decision.application != asked.id or not decision.grant:
        return f"{decision.id} does not grant {asked.id}"
    if not is_home_body(decision.author_authority, decision.on, law) or given.owner != decision.author_authority:
        return f"{given.owner} has no power to authorise offers"
    if (given.exporter, given.class_, given.state) != (asked.exporter, asked.class_, asked.state):
        return f"{given.id} is about something else than {asked.id}"
    if not asked.filed_on <= decision.on <= given.valid_from:
        return f"{given.id} reaches back before its decision of {decision.on}"
    if not given.valid_from <= given.valid_until <= last_day(given.valid_from, law):
        return f"{given.id} runs longer than the law lets it"
    return ""
