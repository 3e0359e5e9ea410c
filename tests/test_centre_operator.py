"""May the operator of a centre do what a centre does, for what goes by its centre, and no more? It acts as a party."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from carried import office_on, sqlite_url, year_in
from desk_life import desk_of, representative

pytestmark = [pytest.mark.db, pytest.mark.slow]
KEEPS = ("custody.offer", "custody.hand_over", "custody.pack", "custody.report_loss", "custody.report_sighting")
NOT_ITS = ("custody.license_host", "custody.verify_delivery", "licence.decide", "proceeds.allocate")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with office_on(sqlite_url(year_in(tmp_path_factory.mktemp("centre"))[1])):
        yield


def orders_of(operator: str) -> tuple[str, str]:
    """An order that goes by a centre of this operator, and one in which it has no part."""
    from ecluse.office.actions.cases import bodies_of
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Order

    session = open_session()
    parts = {order.id: operator in bodies_of(session, order) for order in on_file(Order)}
    return next(id for id, its in parts.items() if its), next(id for id, its in parts.items() if not its)


def test_an_operator_answers_for_what_goes_by_its_centre(office: None) -> None:
    from ecluse.custody.terms import Centre
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.registry import all_actions, may
    from ecluse.office.models import OrderRow
    from ecluse.office.registers import Order

    used = {order.centre for order in on_file(Order) if OrderRow.objects.filter(order=order.id).exists()}
    operator = next(centre.operator for centre in on_file(Centre) if centre.id in used)
    own, foreign = orders_of(operator)
    desk, actions = desk_of(representative(operator)), all_actions()
    for name in KEEPS:
        assert may(desk, actions[name], f"{own}/0"), name
        assert not may(desk, actions[name], f"{foreign}/0"), name
    for name in NOT_ITS:
        assert not may(desk, actions[name], own if name.startswith(("licence", "custody.lic")) else f"{own}/0"), name


def test_every_role_that_an_action_names_is_one_that_somebody_can_hold(office: None) -> None:
    """A role that nobody bears would leave its actions to nobody: whoever acts wears one of the cards."""
    from ecluse.office.actions.permissions import ACTIONS
    from ecluse.office.people.demo_roles import CARDS

    named = {role for roles in ACTIONS.values() for role in roles}
    assert named - {"clock"} <= {card.role for card in CARDS}
    assert {card.role for card in CARDS if card.name == "centre"} == {"party"}
