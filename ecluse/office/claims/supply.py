"""Which claims are about what is made, needed and given? Capacity, certificates, home deliveries, aid, prices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecluse.base.money import Money
from ecluse.custody.ranges import Ranges, count, difference
from ecluse.custody.terms import Fate, Marking
from ecluse.licence.terms import Licence
from ecluse.office.audit.p1_attested import said_last
from ecluse.office.audit.p1_certificates import class_year
from ecluse.office.audit.p5_blocks import packed
from ecluse.office.audit.reading import Reading
from ecluse.office.claims.terms import (
    DRONES,
    Claim,
    Fact,
    Measure,
    Measured,
    Status,
    lines,
    models,
    orders,
    percent,
    released,
    status_of,
)
from ecluse.office.registers import AidReceived, HomeDelivery
from ecluse.order import Gate, Hearing
from ecluse.parties.terms import Party
from ecluse.surplus.terms import CapacityAttestation, Certificate, GoodsOrigin, SurplusRule

FIRMS_CLAIMED = 200
MAKER = "party:maker-"
FAR_ABOVE = 2


def capacity_over_funded(claim: Claim) -> Measured:
    """A8: is drone capacity far above what is funded? Twice as much counts as far above."""
    years = [class_year(claim.reading, class_) for class_ in DRONES]
    capacity = _total(year.units_capacity for year in years)
    funded = _total(
        None if year.units_home_funded is None or year.units_partner_funded is None
        else year.units_home_funded + year.units_partner_funded
        for year in years
    )  # fmt: skip
    filed = [row for row in claim.reading.of(CapacityAttestation) if row.value.class_ in DRONES]
    own = [row.value for row in filed if claim.reading.signs_kept(row.digest, row.value.maker)]
    shown = sum(word.units for word in said_last(own, lambda one: one.demonstrated).values())
    is_known = capacity is not None and funded is not None
    return Measured(
        status_of(
            supported=is_known and (capacity or 0) >= FAR_ABOVE * (funded or 0) > 0,
            contradicted=is_known and (capacity or 0) <= (funded or 0),
        ),
        {
            "capacity": capacity, "demonstrated": shown, "funded": funded, "times": FAR_ABOVE,
            "share": percent(funded or 0, capacity or 0) if is_known else None,
        },
    )  # fmt: skip


def _total(parts: Iterable[int | None]) -> int | None:
    """What is the sum? Unknown when a part is."""
    known = list(parts)
    return None if any(part is None for part in known) else sum(part or 0 for part in known)


def certificates(claim: Claim) -> Measured:
    """A9: is nothing licensed that no surplus certificate covers?"""
    reading = claim.reading
    licences = [row.value for row in reading.of(Licence)]
    covered = [licence for licence in licences if licence.certificate]
    bare = [licence for licence in licences if not licence.certificate and _needs_one(reading, licence)]
    held = {
        row.value.order for row in reading.of(Hearing) if row.value.gate is Gate.SURPLUS and row.value.finding is None
    }
    return Measured(
        status_of(supported=bool(covered) and not bare, contradicted=bool(bare)),
        {
            "licences": len(licences), "covered": len(covered), "bare": len(bare),
            "none_needed": len(licences) - len(covered) - len(bare), "held": len(held),
            "certificates": len(reading.of(Certificate)),
            "units_certified": sum(row.value.units_certified for row in reading.of(Certificate)),
            "units_licensed": sum(licence.units for licence in covered),
        },
    )  # fmt: skip


def _needs_one(reading: Reading, licence: Licence) -> bool:
    """What the surplus gate found says whether the goods draw on a certificate; without its finding they do."""
    found = [row.value.finding for row in reading.hearings(licence.tranche, Gate.SURPLUS) if row.value.finding]
    return not found or found[-1].get("certificate") is not None


def makers_registered(claim: Claim) -> Measured:
    """A12: have more than two hundred firms appeared?"""
    reading = claim.reading
    makers = {row.value.id for row in reading.of(Party) if row.value.id.startswith(MAKER)}
    active = {model.maker for model in models(reading).values()} | {line.maker for line in lines(reading)}
    by_order, sold = orders(reading), models(reading)
    exporting = {sold[by_order[row.value.order].model].maker for row in released(reading)}
    return Measured(
        status_of(supported=len(makers) > FIRMS_CLAIMED, contradicted=len(makers) <= FIRMS_CLAIMED),
        {
            "makers": len(makers), "claimed": FIRMS_CLAIMED, "active": len(makers & active),
            "exporting": len(makers & exporting),
        },
    )  # fmt: skip


def cheap_and_adaptable(claim: Claim) -> Measured:
    """A13: nothing on record tests it; prices by class can be shown."""
    priced = sorted(
        (row.home_price_minor_uah, row.class_) for row in claim.world.classes if row.home_price_minor_uah is not None
    )
    ends = (
        [(class_, Money(minor, "UAH")) for minor, class_ in (priced[0], priced[-1])] if priced else [(None, None)] * 2
    )
    (cheapest, least), (dearest, most) = ends
    figures: dict[str, Fact] = {"cheapest": cheapest, "least": least, "dearest": dearest, "most": most}
    return Measured(Status.NOT_TESTABLE, {"classes": len(priced), **figures})


def _progress(acts: list[HomeDelivery], on: date) -> tuple[int, int]:
    """How many units were planned and accepted by the acts that were in on this day?"""
    known = [act for act in acts if act.accepted_on <= on]
    return sum(act.units_planned for act in known), sum(act.units_accepted for act in known)


def home_deliveries(claim: Claim) -> Measured:
    """B2: did nothing leave while the home army's deliveries of its class were behind plan?"""
    reading = claim.reading
    acts = [row.value for row in reading.of(HomeDelivery)]
    by_order = orders(reading)
    early = 0
    for row in released(reading):
        class_ = by_order[row.value.order].class_
        planned, accepted = _progress([act for act in acts if act.class_ == class_], row.on)
        early += accepted < planned
    held = _orders_held(reading, "custody.home_deliveries_are_on_plan")
    return Measured(
        status_of(supported=bool(acts) and bool(released(reading)) and not early, contradicted=early > 0),
        {
            "acts": len(acts), "behind": sum(act.units_accepted < act.units_planned for act in acts),
            "releases": len(released(reading)), "early": early, "held": held,
        },
    )  # fmt: skip


def _orders_held(reading: Reading, code: str) -> int:
    """How many orders were ever held on this code?"""
    return len({h.value.order for h in reading.of(Hearing) if any(g.code == code for g in h.value.grounds)})


def aid_received(claim: Claim) -> Measured:
    """B4: do classes that are certified for export also receive aid, and was anything donated exported?"""
    reading = claim.reading
    certified: dict[str, int] = {}
    for row in reading.of(Certificate):
        certified[row.value.class_] = certified.get(row.value.class_, 0) + row.value.units_certified
    aid: dict[str, int] = {}
    for row in reading.of(AidReceived):
        aid[row.value.class_] = aid.get(row.value.class_, 0) + row.value.units
    both = sorted(set(certified) & set(aid))
    asked, gone = _not_home_made(reading)
    return Measured(
        status_of(supported=gone > 0, contradicted=bool(certified) and not both),
        {
            "classes": len(both), "certified_classes": len(certified), "units_aid": sum(aid[c] for c in both),
            "units_certified": sum(certified[c] for c in both),
            "by_class": tuple(f"{c} {aid[c]}/{certified[c]}" for c in both), "asked": asked, "gone": gone,
        },
    )  # fmt: skip


def _not_home_made(reading: Reading) -> tuple[int, int]:
    """How many orders asked to sell aid, captured or army-issued goods, and how many of them left?"""
    asked = {id for id, order in orders(reading).items() if order.origin != GoodsOrigin.MADE.value}
    return len(asked), len(asked & {row.value.order for row in released(reading)})


def need_unmet(claim: Claim) -> Measured:
    """B5: does any class that is certified have a surplus once the whole need comes first (SR-0)?"""
    reading = claim.reading
    last: dict[str, Certificate] = {}
    for row in sorted(reading.of(Certificate), key=lambda row: (row.on, row.index)):
        last[row.value.class_] = row.value
    strict = {c: r.units for c, found in last.items() for r in found.results if r.rule is SurplusRule.SR_0}
    none_left = sum(units == 0 for units in strict.values())
    return Measured(
        status_of(
            supported=bool(strict) and none_left == len(strict), contradicted=bool(strict) and none_left == 0
        ),
        {
            "classes": len(last), "none_left": none_left,
            "strict": tuple(f"{c} {strict[c] if strict[c] is not None else '?'}" for c in sorted(strict)),
            "unmet": tuple(f"{c} {last[c].units_need_unmet}" for c in sorted(last)),
            "units_unmet": sum(found.units_need_unmet for found in last.values()),
        },
    )  # fmt: skip


def births_in_block(claim: Claim) -> Measured:
    """B7: was every unit that left born in a registered line's block, and did no aid leave?"""
    reading = claim.reading
    made: dict[str, list[Marking]] = {}
    for row in reading.of(Marking):
        if row.value.fate is Fate.MADE:
            made.setdefault(row.value.block, []).append(row.value)
    units, unborn, taken = 0, 0, packed(reading)
    for row in released(reading):
        runs: Ranges = taken.get(row.value.tranche, ())
        born = [marking.range for run in runs for marking in made.get(run.block, ())]
        units += count(runs)
        unborn += count(difference(runs, born))
    asked, gone = _not_home_made(reading)
    return Measured(
        status_of(supported=unborn > 0 or gone > 0, contradicted=units > 0),
        {
            "units": units, "unborn": unborn, "asked": asked, "gone": gone,
            "held": _orders_held(reading, "surplus.goods_are_home_made"),
        },
    )  # fmt: skip


CLAIMED = ("certificates", "orders")
MEASURES = {
    "A8": Measure(capacity_over_funded, ("capacity", "funded_orders")),
    "A9": Measure(certificates, CLAIMED),
    "A12": Measure(makers_registered, ("parties", "models", "lines")),
    "A13": Measure(cheap_and_adaptable, ("classes",)),
    "B2": Measure(home_deliveries, ("home_deliveries", "orders")),
    "B4": Measure(aid_received, ("aid", *CLAIMED)),
    "B5": Measure(need_unmet, ("needs", "stock", "funded_orders", "capacity", "certificates")),
    "B7": Measure(births_in_block, ("blocks", "markings", "orders")),
}
