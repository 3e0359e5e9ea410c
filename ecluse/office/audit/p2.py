"""P2: is no need worse served than without any export? Adopted plans are proven again, the home-first rule too."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from ecluse.office.audit.p2_home import home_on
from ecluse.office.audit.p2_plan import plans_hold
from ecluse.office.audit.p2_surge import surges_hold
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.audit.sides import is_low
from ecluse.office.registers import HomeDelivery, HomeStanding, Release
from ecluse.plan.terms import Plan
from ecluse.surplus.terms import HomeProgress


def home_army_came_first(reading: Reading, tally: Tally) -> None:
    """Did nothing leave on a day when the home army's accepted deliveries of its class were behind plan?"""
    for row in reading.of(HomeDelivery):
        tally.count("home_deliveries")
        if not any(reading.is_signed(row, owner) for owner in _owners(reading, row)):
            tally.broken("home_delivery_unsigned", row.rid, row.on, goods_class=row.value.class_)
    for row in reading.of(HomeStanding):
        tally.count("home_deliveries")
        if not reading.is_signed(row, row.value.owner):
            tally.broken("home_delivery_unsigned", row.rid, row.on, goods_class=row.value.class_)
    orders = reading.orders()
    found: dict[tuple[str, date], HomeProgress | None] = {}

    def progress(class_: str, on: date) -> HomeProgress | None:
        if (class_, on) not in found:
            found[class_, on] = home_on(partial(_on_file, reading, on), class_, on)
        return found[class_, on]

    def check(row: Filed) -> None:
        release: Release = row.value
        order = orders[release.order].value
        tally.count("releases")
        home = progress(order.class_, row.on)
        if home is None:
            tally.broken(
                "released_home_unknown", release.tranche, row.on, rests=[f"home:{order.class_}", release.order],
                goods_class=order.class_,
            )  # fmt: skip
        elif home.units_accepted < home.units_planned:
            tally.broken(
                "released_before_home", release.tranche, row.on, rests=[f"home:{order.class_}", release.order],
                goods_class=order.class_, units_planned=home.units_planned, units_accepted=home.units_accepted,
            )  # fmt: skip

    def check_stated(row: Filed) -> None:
        release: Release = row.value
        order = orders[release.order].value
        tally.count("releases")
        said = [word for word in reading.known(f"home:{order.class_}", HomeStanding, row) if word.stated_on <= row.on]
        if not said:
            tally.broken(
                "released_home_unknown", release.tranche, row.on, rests=[f"home:{order.class_}", release.order],
                goods_class=order.class_,
            )  # fmt: skip
        elif said[-1].is_behind:
            tally.broken(
                "released_before_home", release.tranche, row.on, rests=[f"home:{order.class_}", release.order],
                goods_class=order.class_, units_planned=1, units_accepted=0,
            )  # fmt: skip

    own = [row for row in reading.of(Release) if row.subject == row.value.tranche]
    tally.each(own, check if not is_low(reading) else check_stated, lambda row: row.value.tranche)


def _on_file(reading: Reading, on: date, subject: str, cls: type[Any]) -> list[Filed]:
    """Registers as they stood on the day; acts whenever they were filed, for one may have lain in a drawer."""
    return [row for row in reading.about(subject, cls) if cls is HomeDelivery or row.on <= on]


def _owners(reading: Reading, row: Filed) -> set[str]:
    """An acceptance act is signed by whoever enters it, an authority."""
    keys = (reading.keys.get(signature.key) for signature in reading.signatures.get(row.digest, ()))
    return {key.owner for key in keys if key and key.owner.startswith("authority:")}


CHECKS = (home_army_came_first, plans_hold, surges_hold)
# What a plan's question says and no register holds: hours a unit takes, markets' demand, rates it was planned with.
NOT_COMPARED = ("plan_hours", "plan_demand", "plan_rates")


def not_checked(reading: Reading, tally: Tally) -> None:
    """What waits: where no plan is adopted, a proven baseline to compare with; the gates do not bind to a plan."""
    if reading.of(Plan):
        tally.unchecked += ["beyond_plan", *NOT_COMPARED]
        return
    tally.is_unchecked = True
    tally.unchecked.append("baseline")
