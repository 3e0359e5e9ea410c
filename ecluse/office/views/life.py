"""What happened to an order, in its order? Every record that tells of its life, each as one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import Any

from ecluse.base.sealed import VERSIONS, unseal
from ecluse.base.words import has_words, say, spell
from ecluse.custody.terms import DeliveryVerification, HostLicence, HostLicenceWithdrawn, Loss, Manifest, Sighting
from ecluse.licence.terms import Application, Condition, Licence, LicenceEvent, Opinion, ProposedDecision
from ecluse.office.models import Record
from ecluse.office.people.bodies import names_of
from ecluse.office.registers import Order, Packing, Release, Split
from ecluse.office.session import Session
from ecluse.office.views.cells import Tag
from ecluse.office.views.timeline import Moment
from ecluse.order import Hearing
from ecluse.proceeds.terms import Allocation, Contribution, Purchase, PurchaseDelivery, Receipt, TitleTransfer

MOST = 400


def moments_of(
    session: Session, order: Order, tranches: list[str], lang: str, until: date | None = None
) -> list[Moment]:
    """Which moments has this order's life, the newest first? At most 400; up to the end of a day where one is named."""
    versions = [VERSIONS[cls] for cls in TOLD]
    rows = Record.objects.filter(order=order.id, v__in=versions).order_by("-on", "-log", "-index")
    rows = rows.filter(on__lte=until) if until else rows
    found = [(row.on, unseal(bytes(row.body))) for row in rows[:MOST]]
    names = names_of({body for _, value in found for body in _bodies(value)}, lang)
    # What stands under several subjects, as a packing under each of its blocks, is told once.
    return list(dict.fromkeys(_moment(on, value, Tongue(lang, names)) for on, value in found))


@dataclass(frozen=True, slots=True)
class Tongue:
    """In which language is a life told, and what are those called who take part in it?"""

    lang: str
    names: Mapping[str, str]

    def shown(self, value: Any) -> str:
        """How is one fact of a record written? Bodies by their names, members of closed sets by their words."""
        if isinstance(value, Enum):
            key = f"desk.choice.{value.value}"
            return say(key, self.lang) if has_words(key, self.lang) else str(value.value)
        return self.names.get(value, value) if isinstance(value, str) else spell(value, self.lang)


def _bodies(value: Any) -> Iterator[str]:
    """Which bodies does this record name?"""
    for field in fields(value):
        found = getattr(value, field.name)
        if isinstance(found, str) and found.startswith(("party:", "authority:")):
            yield found


def _moment(on: date, value: Any, tongue: Tongue) -> Moment:
    title, text = TOLD[type(value)](value, tongue)
    tag = None
    if isinstance(value, Hearing):
        held = value.finding is None
        tag = Tag("orders.held" if held else "orders.passed", "danger" if held else "success", "×" if held else "✓")
    return Moment(on, title, text, tag)


def _words(key: str, *names: str) -> Callable[[Any, Tongue], tuple[str, str]]:
    """Title by its key; the text is what these attributes say, one after the other."""

    def tell(value: Any, tongue: Tongue) -> tuple[str, str]:
        found = [getattr(value, name) for name in names]
        return say(key, tongue.lang), " · ".join(tongue.shown(one) for one in found if one not in (None, ""))

    return tell


def _hearing(value: Hearing, tongue: Tongue) -> tuple[str, str]:
    lang = tongue.lang
    grounds = [say(f"{g.code}.sentence", lang, **g.facts_by_name()) for g in value.grounds]
    return say("orders.heard", lang, gate=say(f"gate.{value.gate.value}", lang)), " ".join(grounds) or value.tranche


TOLD: dict[type, Callable[[Any, Tongue], tuple[str, str]]] = {
    Order: _words("orders.life.filed", "exporter", "units", "model"),
    Application: _words("orders.life.application", "permit", "route", "unit_price"),
    Hearing: _hearing,
    Opinion: _words("orders.life.opinion", "authority", "voice", "reason"),
    Condition: _words("orders.life.condition", "owner", "subject"),
    ProposedDecision: _words("orders.life.decision", "author_authority", "countersigner_authority", "reason"),
    Licence: _words("orders.life.licence", "number", "units", "valid_until"),
    LicenceEvent: _words("orders.life.event", "state", "reason"),
    Split: _words("orders.life.split", "parent"),
    HostLicence: _words("orders.life.host", "host", "units", "valid_until"),
    HostLicenceWithdrawn: _words("orders.life.host_withdrawn", "host", "reason"),
    Packing: _words("orders.life.packed", "block", "first", "last"),
    Release: _words("orders.life.released", "tranche", "units"),
    Manifest: _words("orders.life.handover", "step", "from_custodian", "to_custodian", "units"),
    Loss: _words("orders.life.loss", "custodian", "units", "cause"),
    DeliveryVerification: _words("orders.life.verified", "owner", "units"),
    Sighting: _words("orders.life.sighting", "state", "reporter"),
    TitleTransfer: _words("orders.life.title", "units", "invoice"),
    Receipt: _words("orders.life.receipt", "money", "payer", "bank"),
    Contribution: _words("orders.life.contribution", "money", "payer"),
    Allocation: _words("orders.life.allocation", "money", "shortage"),
    Purchase: _words("orders.life.purchase", "units", "class_", "money", "supplier"),
    PurchaseDelivery: _words("orders.life.accepted", "units", "accepted_by"),
}
