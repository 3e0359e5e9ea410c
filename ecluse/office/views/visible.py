"""May this person see the thing that an action is about? What is not there, and what one may not see, look alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecluse.custody.terms import Centre, Line, SerialBlock
from ecluse.custody.tracing.terms import TraceRequest
from ecluse.licence.terms import MarketingApplication
from ecluse.office.actions.cases import OFFICE_ROLES, state_of, touches
from ecluse.office.desk.registry import About, Desk
from ecluse.office.desk.tracing import sees
from ecluse.office.models import Tranche
from ecluse.office.opening.records import ProposedImport
from ecluse.office.registers import Order
from ecluse.office.views import parties, places
from ecluse.office.views.things import is_home, own_places
from ecluse.parties.terms import Party
from ecluse.proceeds.terms import Shortage
from ecluse.surplus.terms import Certificate

OFFICE, HOME_SERVICE = "office", "authority:ssecu"


def may_see(desk: Desk, about: About, subject: str) -> bool:
    """Is there such a thing, and is this person shown its page?"""
    return SEEN[about](desk, subject)


def _order(desk: Desk, order: str) -> bool:
    return desk.session.newest(order, Order) is not None and touches(desk.session, desk.mandate, order)


def _tranche(desk: Desk, tranche: str) -> bool:
    return desk.session.row(Tranche, tranche, tranche) is not None and _order(desk, tranche.rsplit("/", 1)[0])


def _certificate(desk: Desk, certificate: str) -> bool:
    found = desk.session.newest(certificate, Certificate)
    return found is not None and (is_home(desk) or found.maker == desk.body)


def _party(desk: Desk, party: str) -> bool:
    found = desk.session.newest(party, Party)
    return found is not None and parties.may_see(desk, found)


def _place(desk: Desk, place: str) -> bool:
    found = desk.session.newest(place, Centre) or desk.session.newest(place, Line)
    return found is not None and places.may_see(desk, found)


def _block(desk: Desk, block: str) -> bool:
    found = desk.session.newest(block, SerialBlock)
    return found is not None and (is_home(desk) or found.line in own_places(desk)[0])


def _shortage(desk: Desk, shortage: str) -> bool:
    state = state_of(desk.session, desk.body)
    is_of_home = bool(state) and state == state_of(desk.session, HOME_SERVICE)
    return desk.session.newest(shortage, Shortage) is not None and (is_home(desk) or is_of_home)


def _case(desk: Desk, case: str) -> bool:
    found = desk.session.newest(case, MarketingApplication)
    return found is not None and (is_home(desk) or found.exporter == desk.body)


def _import(desk: Desk, proposal: str) -> bool:
    return desk.session.newest(proposal, ProposedImport) is not None and desk.mandate.role in OFFICE_ROLES


def _trace(desk: Desk, request: str) -> bool:
    found = desk.session.newest(request, TraceRequest)
    return found is not None and sees(desk, found)


SEEN: Mapping[About, Callable[[Desk, str], bool]] = {
    About.OFFICE: lambda desk, subject: subject == OFFICE, About.ORDER: _order, About.TRANCHE: _tranche,
    About.CERTIFICATE: _certificate, About.PARTY: _party, About.BLOCK: _block, About.LINE: _place,
    About.CENTRE: _place, About.SHORTAGE: _shortage, About.PURCHASE: _shortage, About.CASE: _case,
    About.IMPORT: _import, About.TRACE: _trace,
}  # fmt: skip
