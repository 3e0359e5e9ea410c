"""P2: is no need worse served than without any export? No baseline is proven yet; the home-first interlock is."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.registers import HomeDelivery, Release


def home_army_came_first(reading: Reading, tally: Tally) -> None:
    """Did nothing leave on a day when the home army's accepted deliveries of its class were behind plan?"""
    acts: dict[str, list[HomeDelivery]] = defaultdict(list)
    for row in reading.of(HomeDelivery):
        acts[row.value.class_].append(row.value)
        tally.count("home_deliveries")
        if not any(reading.is_signed(row, owner) for owner in _owners(reading, row)):
            tally.broken("home_delivery_unsigned", row.rid, row.on, goods_class=row.value.class_)
    orders = reading.orders()

    def check(row: Filed) -> None:
        release: Release = row.value
        order = orders[release.order].value
        tally.count("releases")
        planned, accepted = progress_on(acts.get(order.class_, []), row.on)
        if accepted < planned:
            tally.broken(
                "released_before_home", release.tranche, row.on, rests=[f"home:{order.class_}", release.order],
                goods_class=order.class_, units_planned=planned, units_accepted=accepted,
            )  # fmt: skip

    own = [row for row in reading.of(Release) if row.subject == row.value.tranche]
    tally.each(own, check, lambda row: row.value.tranche)


def _owners(reading: Reading, row: Filed) -> set[str]:
    """An acceptance act is signed by whoever enters it, an authority."""
    keys = (reading.keys.get(signature.key) for signature in reading.signatures.get(row.digest, ()))
    return {key.owner for key in keys if key and key.owner.startswith("authority:")}


def progress_on(acts: list[HomeDelivery], on: date) -> tuple[int, int]:
    """How many units were planned and accepted by the acts that were in on this day?"""
    known = [act for act in acts if act.accepted_on <= on]
    return sum(act.units_planned for act in known), sum(act.units_accepted for act in known)


CHECKS = (home_army_came_first,)


def not_checked(reading: Reading, tally: Tally) -> None:
    """What waits: a proven baseline without any export, and the plan compared with it."""
    tally.is_unchecked = True
    tally.unchecked.append("baseline")
