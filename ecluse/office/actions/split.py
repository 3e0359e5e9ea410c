"""How is a tranche split for shipment? One deed: the children's units and draws sum to its own; then they are heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ecluse.base.errors import ConflictError
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import restand
from ecluse.office.actions.reopen import Followed, hear_again
from ecluse.office.actions.surplus import move_draw
from ecluse.office.facts.surplus import own_draw
from ecluse.office.models import Tranche
from ecluse.office.registers import Order, Packing, Split
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger
from ecluse.surplus.terms import Draw, DrawState


def split(session: Session, order: Order, shares: Sequence[int], on: date) -> tuple[list[str], list[Followed]]:
    """Into which tranches does the order part, and what followed? Each child's own draw is heard at the surplus gate.

    Raises ConflictError for shares that do not sum to the whole, and for a tranche that was split or packed before.
    """
    parent = f"{order.id}/0"
    row = session.row(Tranche, parent, parent)
    if row is None or row.is_split or session.of(parent, Packing):
        raise ConflictError(f"{parent} cannot be split any more")
    if len(shares) < 2 or min(shares) < 1 or sum(shares) != row.units:
        raise ConflictError(f"{list(shares)} are no shares of {row.units} units")
    draw = own_draw(session, order.certificate, parent) if order.certificate else None
    names = [f"{order.id}/{place}" for place in range(1, len(shares) + 1)]
    with Deed(session, "surplus.draw", actor="clock:office", on=on, subject=parent, order=order.id) as deed:
        if draw is not None:
            _part_draw(deed, draw, names, shares)
        row.is_split = True
        deed.put(row, parent)
        for name, units in zip(names, shares, strict=True):
            child = Tranche(
                tranche=name, order=order.id, parent=parent, units=units, gate=row.gate, standing=row.standing,
                hearing=row.hearing,
            )  # fmt: skip
            deed.put(child, name)
        deed.seal(Split(f"split:{parent}", parent, tuple(names), tuple(shares), on))
        restand(deed, order.id)
    if draw is None:
        return names, []
    heard = [hear_again(session, order, name, Gate.SURPLUS, Trigger.SPLIT, on) for name in names]
    return names, [followed for one in heard for followed in one.followed]


def near_equal(units: int, parts: int) -> list[int]:
    """Which near-equal shares sum to so many units? The first ones take what is over.

    >>> near_equal(10, 3)
    [4, 3, 3]
    """
    base, rest = divmod(units, parts)
    return [base + (place < rest) for place in range(parts)]


def _part_draw(deed: Deed, draw: Draw, names: Sequence[str], shares: Sequence[int]) -> None:
    """The parent's draw is given up and its children draw the same units, as far on their way as it was."""
    if draw.state not in (DrawState.RESERVED, DrawState.COMMITTED):
        raise ConflictError(f"{draw.tranche} has used its draw")
    move_draw(deed, draw.certificate, draw.tranche, draw.units, DrawState.RELEASED)
    for name, units in zip(names, shares, strict=True):
        move_draw(deed, draw.certificate, name, units, DrawState.RESERVED, expires_on=draw.expires_on)
        if draw.state is DrawState.COMMITTED:
            move_draw(deed, draw.certificate, name, units, DrawState.COMMITTED)
