"""Which hidden attempts does a generated world hold, each with an honest twin that goes just to the limit?

A cheat takes an order that is honest in everything and spoils one thing; its twin takes another order and brings it to
what is still permitted. Neither table nor id tells which is which: only the answer key does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ecluse.edge.world.draft import Answer, Draft, Row
from ecluse.edge.world.generate_orders import Market, NoRoomError, Wish, honest_order

TRIES = 12
Change = Callable[["Planting", Row, random.Random], str | None]


@dataclass
class Planting:
    """The draft and market in which attempts are planted, the variant at hand, and parties kept for one kind."""

    draft: Draft
    market: Market
    variant: int = 0
    kept: dict[str, str] = field(default_factory=dict)

    def order(self, **wish: object) -> Row:
        """Which further honest order is filed for this wish?"""
        return honest_order(self.draft, self.market, Wish(**wish))  # type: ignore[arg-type]


def honestly(planting: Planting, order: Row, rng: random.Random) -> str | None:
    """The twin needs nothing changed: it does openly what the cheat hides."""
    return None


@dataclass(frozen=True)
class Cheat:
    """One kind of attempt: the threat it belongs to, the gate and the code that must hold it, and what it changes.

    `wish` says what both orders should be like, `twin_wish` overrides it for the twin. Both may be functions of the
    planting, when they depend on what the world holds by then.
    """

    threat: str
    gate: str
    expected_code: str
    apply: Change
    twin: Change = honestly
    wish: Wish | Callable[[Planting], Wish] = field(default_factory=Wish)
    twin_wish: Wish | Callable[[Planting], Wish] | None = None
    planted_last: bool = False


def wished(wish: Wish | Callable[[Planting], Wish], planting: Planting) -> Wish:
    """What should the order be like?"""
    return wish if isinstance(wish, Wish) else wish(planting)


def plant(planting: Planting, kinds: Mapping[str, Cheat], variants: int, *, last: bool) -> None:
    """Every kind so many times, cheat and twin; `last` are those that need the rest of the world to be there."""
    for kind in sorted(kinds):
        cheat = kinds[kind]
        for variant in range(1, variants + 1) if cheat.planted_last is last else ():
            planting.variant = variant
            _plant_one(planting, kind, cheat, variant)


def _plant_one(planting: Planting, kind: str, cheat: Cheat, variant: int) -> None:
    order, detail = _changed_order(planting, kind, cheat.wish, cheat.apply)
    twin, twin_detail = _changed_order(planting, kind, cheat.twin_wish or cheat.wish, cheat.twin)
    for role, row, code, found in (("cheat", order, cheat.expected_code, detail), ("twin", twin, "", twin_detail)):
        planting.draft.answers.append(
            Answer(
                row["order"], cheat.threat, kind, role, f"{variant}:{found}" if found else str(variant), code,
                order["order"] if role == "twin" else "",
            )
        )  # fmt: skip


def _changed_order(
    planting: Planting, kind: str, wish: Wish | Callable[[Planting], Wish], change: Change
) -> tuple[Row, str | None]:
    """An honest order for this wish, changed. Where there is no room for the change, the order stays honest."""
    for _ in range(TRIES):
        try:
            order = honest_order(planting.draft, planting.market, wished(wish, planting))
            order["consignments"] = 1
            return order, change(planting, order, planting.draft.rng)
        except NoRoomError as error:
            failed = error
    raise NoRoomError(f"{kind}, variant {planting.variant}: {failed}")


def remove(draft: Draft, table: str, key: str, value: str) -> None:
    """The row of this key leaves the table."""
    draft.tables[table] = [row for row in draft.tables[table] if row[key] != value]


def certificate_of(draft: Draft, order: Row) -> Row:
    """Which certificate does the order draw on?"""
    return next(row for row in draft.tables["certificates"] if row["certificate"] == order["certificate"])


def statement_of(draft: Draft, order: Row) -> Row:
    """Which end-use statement stands behind the order?"""
    return next(row for row in draft.tables["statements"] if row["statement"] == order["statement"])
