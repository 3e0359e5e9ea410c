"""What is surplus when lines are shared? One schedule that fills every promise at once (S2 and S3).

Single surpluses can each be true and their sum false. Here exports count only together with a schedule of making, in
whole units, that fills every order, home delivery and reserve beside them. Whoever holds the schedule adds it up again
(`check_witness`); how it was found matters no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Series = list[list[int]]  # by place of a record in its list, by month
WHOLE = 10_000


class WitnessError(ValueError):
    """A schedule does not meet what it should; the message begins with the record and its month."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Units that leave, by product and month, and the schedule that makes them possible: made, and the hosts' part.

    `unmet` names products whose orders, home deliveries or reserve no schedule meets: nothing of them is surplus.
    """

    left: Series
    made: Series
    hosts: Series
    unmet: tuple[str, ...]

    def by_month(self, place: int) -> list[int]:
        """How many units of a product may have left by the end of each month?"""
        return _running(self.left[place])


@dataclass(frozen=True, slots=True)
class Shop:
    """Products that share lines, directly or through one another, with those lines and makes: places in lists."""

    products: tuple[int, ...]
    lines: tuple[int, ...]
    makes: tuple[int, ...]


class Floor:
    """What is made where: the part of a question that surplus is about, with what is taken at home month by month."""

    def __init__(self, question: Mapping[str, Any], taken: Series, ceiling: Series) -> None:
        self.q, self.taken, self.ceiling = question, taken, ceiling
        self.months: list[str] = list(question["months"])
        products = {record["id"]: place for place, record in enumerate(question["products"])}
        lines = {record["id"]: place for place, record in enumerate(question["lines"])}
        self.product_of = [products[make["product"]] for make in question["makes"]]
        self.line_of = [lines[make["line"]] for make in question["makes"]]

    def shops(self) -> list[Shop]:
        """Which products have to be looked at together?"""
        count = len(self.q["products"])
        root = list(range(count + len(self.q["lines"])))

        def find(place: int) -> int:
            while root[place] != place:
                root[place] = root[root[place]]
                place = root[place]
            return place

        for product, line in zip(self.product_of, self.line_of, strict=True):
            root[find(product)] = find(count + line)
        found: dict[int, tuple[list[int], list[int], list[int]]] = {}
        for product in range(count):
            found.setdefault(find(product), ([], [], []))[0].append(product)
        for line in range(len(self.q["lines"])):
            found.setdefault(find(count + line), ([], [], []))[1].append(line)
        for make, product in enumerate(self.product_of):
            found[find(product)][2].append(make)
        return [Shop(tuple(p), tuple(li), tuple(m)) for p, li, m in found.values() if p]

    def nothing(self, records: str) -> Series:
        """A series of zeros for each record of a list."""
        return [[0] * len(self.months) for _ in self.q[records]]

    def host_bp(self, make: int) -> int:
        """Which share of what is made here belongs to the host?"""
        return int(self.q["lines"][self.line_of[make]]["host_bp"])

    def hosts_part(self, make: int, units: Sequence[int]) -> list[int]:
        """How many units of what is made here belong to the host? Rounded up."""
        return [-(-count * self.host_bp(make) // WHOLE) for count in units]

    def may_leave(self, make: int) -> bool:
        """May what is made here be exported?"""
        return bool(self.q["lines"][self.line_of[make]]["may_export"])

    def makes_of(self, product: int) -> list[int]:
        """Where is it made?"""
        return [make for make, of in enumerate(self.product_of) if of == product]

    def spare(self, product: int, made: Series, hosts: Series) -> list[int]:
        """What lies above the reserve at each month's end, if nothing leaves? Below zero: something is not met."""
        record, makes = self.q["products"][product], self.makes_of(product)
        stock, found = record["stock"], []
        for t, reserve in enumerate(record["reserve"]):
            stock += sum(made[make][t] - hosts[make][t] for make in makes) - self.taken[product][t]
            found.append(stock - reserve)
        return found

    def is_met(self, product: int, made: Series, hosts: Series) -> bool:
        """Does this schedule fill what is taken of a product, and keep its reserve?"""
        return min(self.spare(product, made, hosts)) >= 0

    def may_be_gone(self, product: int, made: Series, hosts: Series) -> list[int]:
        """How many units leave each month under this schedule, as early as no later month, ceiling or line forbids?"""
        record, free = self.q["products"][product], [m for m in self.makes_of(product) if self.may_leave(m)]
        spare = self.spare(product, made, hosts)
        top = _look_ahead([min(pair) for pair in zip(spare, self.ceiling[product], strict=True)])
        exportable, gone, found = record["stock"], 0, []
        for t, most in enumerate(top):
            exportable += sum(made[make][t] - hosts[make][t] for make in free)
            units = max(0, min(most - gone, exportable))
            gone += units
            exportable = min(exportable - units, spare[t] + record["reserve"][t] - gone)
            found.append(units)
        return found


def joint(question: Mapping[str, Any], taken: Series, ceiling: Series, made: Series | None = None) -> Witness:
    """How much may leave in all, and in which shares, with a schedule that proves it?

    `taken`: by product and month what orders and home deliveries take. `ceiling`: by product, what its own look-ahead
    (S1) gives by the end of each month; no joint figure exceeds it. `made`: a schedule known to fill what is taken.
    Of products that share lines as many units as possible in all, then shared evenly in proportion to their ceilings,
    then as early as possible; rounded down to whole units, so that what is told can be made.
    """
    floor = Floor(question, taken, ceiling)
    found, hosts = floor.nothing("makes"), floor.nothing("makes")
    left, unmet = floor.nothing("products"), []
    for shop in floor.shops():
        schedule = _made(floor, shop, made)
        for make, units in (schedule or {}).items():
            found[make], hosts[make] = units, floor.hosts_part(make, units)
        for product in shop.products:
            if schedule is None:
                unmet.append(question["products"][product]["id"])
            else:
                left[product] = floor.may_be_gone(product, found, hosts)
    witness = Witness(left, found, hosts, tuple(sorted(unmet)))
    check_witness(question, taken, ceiling, witness)
    return witness


def _made(floor: Floor, shop: Shop, made: Series | None) -> dict[int, list[int]] | None:
    """What is made in this shop: of one product the most, of several what lets most leave. None: not what is taken."""
    if len(shop.products) > 1 or not all(floor.may_leave(make) for make in shop.makes):
        from ecluse.plan.joint_solve import together

        return together(floor, shop, made)
    most, hosts = floor.nothing("makes"), floor.nothing("makes")
    for make in shop.makes:
        most[make] = _most(floor, make)
        hosts[make] = floor.hosts_part(make, most[make])
    is_met = floor.is_met(shop.products[0], most, hosts)
    return {make: most[make] for make in shop.makes} if is_met else None


def _most(floor: Floor, make: int) -> list[int]:
    """The most that can be made month by month: hours, and no faster rise than the ramp allows."""
    record, hours = floor.q["makes"][make], floor.q["lines"][floor.line_of[make]]["hours"]
    before, found = record["before"], []
    for available in hours:
        units = available // record["hours"]
        units = units if record["ramp"] is None else min(units, before + record["ramp"])
        found.append(units)
        before = units
    return found


def _look_ahead(units: Sequence[int]) -> list[int]:
    """What is left in each month once every later month is looked at?"""
    found, least = [], units[-1]
    for count in reversed(units):
        least = min(least, count)
        found.append(least)
    return found[::-1]


def _running(units: Sequence[int]) -> list[int]:
    total, found = 0, []
    for count in units:
        total += count
        found.append(total)
    return found


# ---------------------------------------------------------------- adding up again


def check_witness(question: Mapping[str, Any], taken: Series, ceiling: Series, witness: Witness) -> None:
    """Does the schedule fill orders, home deliveries and reserves within hours, ramps and host shares? Or WitnessError.

    Additions and multiplications of whole numbers; nothing of how the schedule was found.
    """
    floor = Floor(question, taken, ceiling)
    for series in (witness.left, witness.made, witness.hosts):
        if any(type(units) is not int or units < 0 for months in series for units in months):
            raise WitnessError("witness: expected whole numbers from 0 up")
    used = [[0] * len(floor.months) for _ in question["lines"]]
    for make, record in enumerate(question["makes"]):
        before = record["before"]
        for t, month in enumerate(floor.months):
            units, host = witness.made[make][t], witness.hosts[make][t]
            used[floor.line_of[make]][t] += units * record["hours"]
            if record["ramp"] is not None and units > before + record["ramp"]:
                raise WitnessError(f"ramp/{record['id']}/{month}: {units} after {before}")
            if host * WHOLE < units * floor.host_bp(make) or host > units:
                raise WitnessError(f"host/{record['id']}/{month}: {host} of {units}")
            before = units
    for line, record in enumerate(question["lines"]):
        for t, month in enumerate(floor.months):
            if used[line][t] > record["hours"][t]:
                raise WitnessError(f"hours/{record['id']}/{month}: {used[line][t]} of {record['hours'][t]}")
    for product, record in enumerate(question["products"]):
        if record["id"] not in witness.unmet:
            _check_product(floor, witness, product)
        elif any(witness.left[product]):
            raise WitnessError(f"left/{record['id']}: what is not met at home is no surplus")


def _check_product(floor: Floor, witness: Witness, product: int) -> None:
    record = floor.q["products"][product]
    name, stock, gone = record["id"], record["stock"], 0
    exportable, makes = stock, floor.makes_of(product)
    for t, month in enumerate(floor.months):
        left = witness.left[product][t]
        kept = {make: witness.made[make][t] - witness.hosts[make][t] for make in makes}
        stock += sum(kept.values()) - floor.taken[product][t] - left
        gone += left
        exportable += sum(kept[make] for make in makes if floor.may_leave(make)) - left
        if stock < record["reserve"][t]:
            raise WitnessError(f"reserve/{name}/{month}: {stock} of {record['reserve'][t]}")
        if exportable < 0:
            raise WitnessError(f"origin/{name}/{month}: {-exportable} from lines that serve at home")
        if gone > floor.ceiling[product][t]:
            raise WitnessError(f"ceiling/{name}/{month}: {gone} of {floor.ceiling[product][t]}")
        exportable = min(exportable, stock)
