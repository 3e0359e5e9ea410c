"""What may stand in a field that names somebody? A short list while one types; without script one types the id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.money import Money
from ecluse.base.words import spell
from ecluse.custody.terms import Step
from ecluse.office.actions.cases import bodies_of, holder_of
from ecluse.office.desk.custody import host_of
from ecluse.office.desk.refs import party_names
from ecluse.office.desk.registry import About, Action, Desk
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.views.named import state_named
from ecluse.office.views.page import page
from ecluse.office.views.things import newest, records
from ecluse.parties.terms import Party
from ecluse.proceeds.terms import Allocation

MOST, MOST_LETTERS = 20, 80
# Fields that name any registered party; they are looked up while one types.
PARTY_FIELDS = frozenset({"buyer", "end_user", "consignee", "broker", "carrier", "bank", "supplier", "maker"})
# Fields that name somebody who has a part in the order at hand: few, so all are offered at once.
OWN_FIELDS = frozenset({"to_custodian", "payer"})
STATE_FIELDS = frozenset({"destination", "place_state", "state", "third_state"})


@never_cache
@require_safe
@needs_person
def party_suggestions(request: HttpRequest) -> HttpResponse:
    """Which registered parties have this text in their name or id? The first twenty."""
    field = request.GET.get("field", "q")
    typed = request.GET.get(field if field in PARTY_FIELDS else "q", "").strip()[:MOST_LETTERS]
    return page(request, "office/components/suggestions.html", {"found": parties_like(typed) if typed else []})


def parties_like(typed: str) -> list[tuple[str, str]]:
    """Which parties are meant? By id first, then by name; pairs of id and name."""
    wanted, by_id = typed.casefold(), party_names(typed, MOST)
    known = {party for party, _ in by_id}
    by_name = ((party.id, party.name) for party in newest(records(Party)).values() if wanted in party.name.casefold())
    return [*by_id, *(one for one in by_name if one[0] not in known)][:MOST]


def address_for(field: str) -> str:
    """Where does the page ask while one types into this field? Empty for a field that names no party."""
    return f"/suggest/party/?field={field}" if field in PARTY_FIELDS else ""


def offers_for(desk: Desk, action: Action, subject: str, field: str, lang: str) -> list[tuple[str, str]]:
    """Which few values fit this field here: those who have a part in the order, the states it touches?"""
    if action.about not in (About.ORDER, About.TRANCHE):
        return []
    order = desk.order(subject) if action.about is About.ORDER else desk.order_of(subject)
    if field in OWN_FIELDS:
        return sorted(names_of(bodies_of(desk.session, order), lang).items())
    if field in STATE_FIELDS:
        states = dict.fromkeys([host_of(desk, order), *order.transit, order.destination])
        return [(state, state_named(state, lang).name) for state in states if state]
    return []


def names_for(fields: Iterable[str], raw: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Who or what is meant by what stands in these fields? Names of bodies and states, by field."""
    typed = {field: str(raw.get(field) or "").strip() for field in fields}
    bodies = {field: text for field, text in typed.items() if field in PARTY_FIELDS | OWN_FIELDS and text}
    names = names_of(bodies.values(), lang)
    found = {field: names[text] for field, text in bodies.items() if names[text] != text}
    states = ((field, typed[field].upper()) for field in STATE_FIELDS & typed.keys() if typed[field])
    return found | {field: name for field, state in states if (name := state_named(state, lang).name) != state}


def first_guess(desk: Desk, action: Action, subject: str) -> dict[str, Any]:
    """What does the page fill in where the action itself gives nothing: the next handover, the money set aside?"""
    if action.name == "proceeds.purchase":
        return _money_set_aside(desk, action, subject)
    if action.name != "custody.offer":
        return {}
    order = desk.order_of(subject)
    if holder_of(desk.session, order, subject) == order.carrier:
        return {"step": Step.DELIVERY, "to_custodian": order.end_user, "place_state": order.destination}
    return {"step": Step.RELEASE, "to_custodian": order.carrier, "place_state": host_of(desk, order)}


def choices_for(desk: Desk, action: Action, subject: str, field: str, lang: str) -> list[tuple[str, str]]:
    """Which few things on file may be ticked in this field: what was set aside and not spent, with its amount?"""
    if (action.name, field) != ("proceeds.purchase", "allocations"):
        return []
    return [(one.id, f"{one.tranche} · {spell(one.money, lang)}") for one in _set_aside(desk, action, subject)]


def _set_aside(desk: Desk, action: Action, subject: str) -> list[Allocation]:
    listed = action.given(desk, subject).get("allocations")
    wanted = set(listed) if isinstance(listed, tuple) else set()
    return [one for one in desk.session.of(subject, Allocation) if one.id in wanted]


def _money_set_aside(desk: Desk, action: Action, subject: str) -> dict[str, Any]:
    """What was set aside in the currency of the newest allocation, and how much is it together?"""
    found = _set_aside(desk, action, subject)
    alike = [one for one in found if one.money.currency == found[-1].money.currency]
    if not alike:
        return {}
    money = Money(sum(one.money.minor for one in alike), alike[-1].money.currency)
    return {"allocations": tuple(one.id for one in alike), "money": money}


PATHS = [path("suggest/party/", party_suggestions, name="suggest_party")]
