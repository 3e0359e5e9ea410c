"""What happened to an order, in its order? Every record that tells of its life, each as one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ecluse.base.sealed import VERSIONS
from ecluse.base.words import say
from ecluse.custody.terms import DeliveryVerification, HostLicence, Loss, Manifest, Sighting
from ecluse.licence.terms import Application, Condition, Licence, LicenceEvent, Opinion, ProposedDecision
from ecluse.office.models import Record
from ecluse.office.registers import Order, Packing, Release, Split
from ecluse.office.session import Session
from ecluse.office.views.cells import Tag
from ecluse.office.views.timeline import Moment
from ecluse.order import Hearing
from ecluse.proceeds.terms import Allocation, Contribution, Purchase, PurchaseDelivery, Receipt, TitleTransfer

MOST = 400


def moments_of(session: Session, order: Order, tranches: list[str], lang: str) -> list[Moment]:
    """Which moments has this order's life, the newest first? At most 400."""
    names = [VERSIONS[cls] for cls in TOLD]
    rows = Record.objects.filter(order=order.id, v__in=names).order_by("-on", "-log", "-index")[:MOST]
    return [moment for row in rows for moment in _moment(session, row, lang)]


def _moment(session: Session, row: Record, lang: str) -> Iterable[Moment]:
    from ecluse.base.sealed import unseal

    value = unseal(bytes(row.body))
    title, text = TOLD[type(value)](value, lang)
    tag = None
    if isinstance(value, Hearing):
        held = value.finding is None
        tag = Tag("orders.held" if held else "orders.passed", "danger" if held else "success", "×" if held else "✓")
    on: date = row.on
    yield Moment(on, title, text, tag)


def _words(key: str, *names: str) -> Callable[[Any, str], tuple[str, str]]:
    """Title by its key; the text is what these attributes say, one after the other."""

    def tell(value: Any, lang: str) -> tuple[str, str]:
        found = [getattr(value, name) for name in names]
        return say(key, lang), " · ".join(_shown(one, lang) for one in found if one not in (None, ""))

    return tell


def _shown(value: Any, lang: str) -> str:
    from enum import Enum

    from ecluse.base.words import has_words, spell

    if isinstance(value, Enum):
        key = f"desk.choice.{value.value}"
        return say(key, lang) if has_words(key, lang) else str(value.value)
    return spell(value, lang)


def _hearing(value: Hearing, lang: str) -> tuple[str, str]:
    grounds = [say(f"{g.code}.sentence", lang, **g.facts_by_name()) for g in value.grounds]
    return say("orders.heard", lang, gate=say(f"gate.{value.gate.value}", lang)), " ".join(grounds) or value.tranche


TOLD: dict[type, Callable[[Any, str], tuple[str, str]]] = {
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
