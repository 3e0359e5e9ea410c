"""As whom may a visitor of a demonstration look around? Cards lead to officers of this world, and to bodies' people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.sealed import unseal
from ecluse.office.desk.person import STANDS_IN
from ecluse.office.models import OrderRow, Record
from ecluse.office.people.bodies import name_of, names_of
from ecluse.office.registers import Officer

HOME = "UA"
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Card:
    """One role to take: whom it leads to is an officer on record, or somebody who speaks for a body."""

    name: str
    group: str
    role: str
    authority: str = ""

    @property
    def is_officer(self) -> bool:
        """Does the card lead to an officer of this world's own registers?"""
        return self.role not in BODY_ROLES

    @property
    def has_choice(self) -> bool:
        """Is there more than one to choose from?"""
        return not self.authority


BODY_ROLES = ("party", "authority", "auditor")
CARDS = (
    Card("planner", "home", "planner", "authority:mod"),
    Card("author", "home", "author", "authority:ssecu"),
    Card("countersigner", "home", "countersigner", "authority:mod"),
    Card("opinion", "home", "opinion"),
    Card("clearance", "home", "clearance", "authority:ssecu"),
    Card("general_staff", "home", "planner", "authority:general-staff"),
    Card("spender", "money", "spender", "authority:treasury"),
    Card("receiver", "money", "authority", "authority:general-staff"),
    Card("controller", "money", "controller", "authority:audit"),
    Card("auditor", "money", "auditor", "authority:audit"),
    Card("exporter", "firms", "party"),
    Card("maker", "firms", "party"),
    Card("centre", "firms", "party"),
    Card("carrier", "firms", "party"),
    Card("bank", "firms", "party"),
    Card("host_state", "abroad", "authority"),
    Card("end_user_state", "abroad", "authority"),
    Card("end_user", "abroad", "party"),
)
BY_NAME = {card.name: card for card in CARDS}
GROUPS = ("home", "money", "firms", "abroad")


@dataclass(frozen=True, slots=True)
class Choice:
    """One whom a visitor may be: an officer's or a body's id, its name, and for an officer the authority's name."""

    whom: str
    name: str
    body: str = ""


def officers(on: date) -> Iterator[Officer]:
    """Which officers of this world are in office? Representatives made for visitors are not among them."""
    rows = Record.objects.filter(v="officer/1").exclude(rid__startswith="officer:rep-").exclude(rid__contains=STANDS_IN)
    for row in rows.order_by("rid"):
        found: Officer = unseal(bytes(row.body))
        if found.valid_from <= on and (found.valid_until is None or on <= found.valid_until):
            yield found


def first_officer(card: Card, on: date) -> Officer | None:
    """To which officer does this card lead at once?"""
    return next((o for o in officers(on) if o.role == card.role and o.authority == card.authority), None)


def choices(card: Card, on: date, search: str, lang: str) -> tuple[list[Choice], int]:
    """Who may be chosen on this card? The first that match, and how many there are."""
    if card.is_officer:
        found = [Choice(o.id, o.name, name_of(o.authority, lang)) for o in officers(on) if o.role == card.role]
    else:
        found = [Choice(body, name) for body, name in sorted(names_of(bodies(card), lang).items())]
    wanted = search.casefold().strip()
    matching = [one for one in found if wanted in f"{one.whom} {one.name} {one.body}".casefold()]
    return matching[:SHOWN], len(matching)


def may_take(card: Card, whom: str, on: date) -> Officer | None:
    """As which officer does the visitor come in who chose this? None when this card does not lead there."""
    if card.is_officer:
        found = next((o for o in officers(on) if o.id == whom and o.role == card.role), None)
        return found if found is None or not card.authority or found.authority == card.authority else None
    if whom not in ([card.authority] if card.authority else bodies(card)):
        return None
    return Officer(representative(card, whom), whom, card.role, name_of(whom, "en"), on, None)


def representative(card: Card, body: str) -> str:
    """Which officer id has the person who speaks for this body in this role?"""
    slug = body.replace(":", "-")
    return f"officer:rep-{slug}" if card.role in ("party", "authority") else f"officer:rep-{card.role}-{slug}"


def bodies(card: Card) -> set[str]:
    """Which bodies does this world know in this part?"""
    return set(_BODIES[card.name]())


def _values(v: str) -> Iterator[Any]:
    for body in Record.objects.filter(v=v).values_list("body", flat=True):
        yield unseal(bytes(body))


def _states() -> dict[str, str]:
    return {authority.state: authority.id for authority in _values("authority/1") if authority.state != HOME}


def _hosts() -> Iterable[str]:
    states = _states()
    hosts = [line.host for line in _values("line/1")] + [centre.host for centre in _values("centre/1")]
    return (states[host] for host in hosts if host in states)


_BODIES = {
    "exporter": lambda: OrderRow.objects.values_list("exporter", flat=True).distinct(),
    "maker": lambda: (line.maker for line in _values("line/1")),
    "centre": lambda: (centre.operator for centre in _values("centre/1")),
    "carrier": lambda: (order.carrier for order in _values("order/1")),
    "bank": lambda: (order.bank for order in _values("order/1")),
    "end_user": lambda: (order.end_user for order in _values("order/1")),
    "host_state": _hosts,
    "end_user_state": lambda: _states().values(),
}
