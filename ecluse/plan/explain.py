"""Why may so many units of a model leave in a month, and no more? Keys of sentences with their facts.

Units and limits are added up from the whole numbers of the plan. What more of something would bring is asked of the
solver again, as is what a closed centre costs. A price is one valid price: another may be as true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.words import POINTS, say
from ecluse.plan.checker import Question
from ecluse.plan.figures import Figures
from ecluse.plan.limits import Limit, limits_of
from ecluse.plan.model import with_exports
from ecluse.plan.session import Held
from ecluse.plan.solve import Options, Solved, Solver


@dataclass(frozen=True, slots=True)
class Share:
    """A share in hundredths of a percent."""

    bp: int

    def spelled(self, lang: str) -> str:
        """How is it written in this language, as a number of percent?"""
        return f"{self.bp // 100}{POINTS[lang]}{self.bp % 100:02}"


Fact = int | str | Money | Month | Share
Asked = Mapping[str, Any]
MORE = 10  # units more of what is full: what would they bring?


def _spelled(fact: Fact, lang: str, names: Mapping[str, str]) -> Fact:
    if isinstance(fact, Share):
        return fact.spelled(lang)
    return names.get(fact, fact) if isinstance(fact, str) else fact


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence by its key, and the facts in it."""

    key: str
    facts: Mapping[str, Fact]

    def told(self, lang: str, names: Mapping[str, str] | None = None) -> str:
        """How is it said in this language? `names`: what models, states and centres are called, by id."""
        facts = {name: _spelled(fact, lang, names or {}) for name, fact in self.facts.items()}
        return say(f"planwhy.{self.key}", lang, **facts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What does an answer come to: net receipts in minor units, unmet need by class, units unmet at the end?

    All rounded. The solver makes the first two best, so that they can be compared; of the third it has a choice.
    """

    receipts_minor: int
    needs: tuple[int, ...]
    units_unmet: int

    def serves_as(self, other: Outlook) -> bool:
        """Is each class served as in the other?"""
        return all(abs(one - two) <= 1 for one, two in zip(self.needs, other.needs, strict=True))

    def serves_better(self, other: Outlook) -> bool:
        """Is some class served better than in the other, none worse, and fewer units unmet at the end?"""
        pairs = list(zip(self.needs, other.needs, strict=True))
        better = any(one < two - 1 for one, two in pairs) and all(one <= two + 1 for one, two in pairs)
        return better and self.units_unmet < other.units_unmet


class Why:
    """A plan that was made, ready to be asked about."""

    def __init__(self, document: Mapping[str, Any], options: Options | None = None) -> None:
        self.q, self.base = document["question"], document["baseline"]["values"]
        self.values, self.options = document["plan"]["values"], options or Options()
        self.asked, self.due = Question(self.q, self.base), Figures(self.q).due
        self._held = Held(self.options)
        self._now: Outlook | None = None
        self._prices: dict[str, int] | None = None

    def of(self, model: str, month: str) -> list[Reason]:
        """Which sentences does a plan give about a model in a month? Raises ValueError for one that it has not."""
        products = [product["id"] for product in self.q["products"]]
        if model not in products or month not in self.q["months"]:
            raise ValueError(f"{model}, {month}: not in this plan")
        product, t = products.index(model), self.q["months"].index(month)
        found = list(self._held_for_home(product, t))
        for sale, own in enumerate(self.asked.of("sales", "products")):
            if own == product and (self.q["sales"][sale]["demand"][t] or self.values["g"][sale][t]):
                found += self._sale(sale, t)
        return found

    def closing(self, centre: str) -> Reason:
        """What would it cost to close a centre? Raises ValueError for one that there is not."""
        if centre not in [each["id"] for each in self.q["centres"]]:
            raise ValueError(f"{centre}: not in this plan")
        none = [0] * len(self.q["months"])
        now, then = self.now(), self._outlook(_with(self.q, "centres", centre, throughput=none))
        lost = max(0, now.receipts_minor - then.receipts_minor)
        share = lost * 10_000 // now.receipts_minor if now.receipts_minor > 0 else 0
        facts: dict[str, Fact] = {"centre": centre, "percent": Share(share), "money": self._money(lost)}
        if then.serves_as(now):
            return Reason("closing", facts)
        uncovered = max(0, then.units_unmet - now.units_unmet)
        return Reason("closing_harms", {**facts, "units": uncovered}) if uncovered else Reason("closing_cost", facts)

    def now(self) -> Outlook:
        """What does the solver's own answer come to, with nothing changed?"""
        if self._now is None:
            self._now = self._outlook(self.q)
        return self._now

    # ------------------------------------------------------------ at home

    def _held_for_home(self, product: int, t: int) -> Iterator[Reason]:
        """How much of the stock above reserve has to stay for home, and for which month?"""
        months, record = self.q["months"], self.q["products"][product]
        required, peak = self.required(product, t)
        units = min(self.values["s"][product][t], required) - record["reserve"][t]
        facts = {"month": Month.parse(months[t]), "model": record["id"]}
        if units > 0:
            yield Reason("held", {**facts, "units": units, "peak": Month.parse(months[peak])})
        free = self.values["s"][product][t] - max(required, record["reserve"][t])
        if free > 0:
            yield Reason("free", {**facts, "units": free})

    def required(self, product: int, t: int) -> tuple[int, int]:
        """How much stock at a month's end do orders, home and reserve need until the end, and which month most?"""
        record, values, run = self.q["products"][product], self.values, 0
        most, peak = record["reserve"][t], t
        for later in range(t + 1, len(self.q["months"])):
            makes = self.asked.made[product]
            made = sum(values["x"][m][later] - (values["v"][m][later] if self.asked.host[m] else 0) for m in makes)
            run += int(self.due[product][later]) + values["h"][product][later] - made
            if run + record["reserve"][later] > most:
                most, peak = run + record["reserve"][later], later
        return most, peak

    # ------------------------------------------------------------ abroad

    def _sale(self, sale: int, t: int) -> Iterator[Reason]:
        record, month = self.q["sales"][sale], self.q["months"][t]
        facts: dict[str, Fact] = {"model": record["product"], "destination": record["destination"]}
        facts |= {"month": Month.parse(month), "units": self.values["g"][sale][t]}
        for limit in limits_of(self.asked, self.values, sale, t):
            own: dict[str, Fact] = {"record": limit.record} if limit.record else {}
            if limit.until is not None:
                own["until"] = Month.parse(self.q["months"][limit.until])
            yield Reason(f"stops_{limit.kind}", {**facts, **own})
            if limit.is_wider:
                yield from self._wider(limit, sale, t)

    def _wider(self, limit: Limit, sale: int, t: int) -> Iterator[Reason]:
        """What would a wider limit bring? Asked of the solver again, in fractions, rounded."""
        now, then = self.now(), self._outlook(self._widened(limit, sale, t))
        brought, covered = then.receipts_minor - now.receipts_minor, now.units_unmet - then.units_unmet
        facts: dict[str, Fact] = {"record": limit.record, "more": MORE, "money": self._money(max(0, brought))}
        if then.serves_better(now):
            yield Reason("more_covers" if brought > 0 else "more_needs", {**facts, "units": covered})
        elif then.serves_as(now):
            yield Reason("more" if brought > 0 else "more_nothing", facts)
        if limit.volume == 1 and limit.kind in ("licence", "demand") and (price := self.prices().get(limit.row, 0)) > 0:
            yield Reason("price", {"record": limit.record, "money": self._money(price)})

    def _widened(self, limit: Limit, sale: int, t: int) -> Asked:
        record = self.q[limit.records][limit.place]
        if limit.kind == "licence":
            return _with(self.q, limit.records, record["id"], units=record["units"] + MORE)
        if limit.kind == "value":
            return _with(self.q, limit.records, record["id"], value=record["value"] + MORE * self.asked.gross[sale][t])
        name = {"demand": "demand", "centre": "throughput"}[limit.kind]
        more = MORE * limit.volume
        figures = [figure + (more if s == limit.month else 0) for s, figure in enumerate(record[name])]
        return _with(self.q, limit.records, record["id"], **{name: figures})

    # ------------------------------------------------------------ asked again

    def prices(self) -> dict[str, int]:
        """What is one more of each limit worth in receipts, with need served as it is? One valid price a row."""
        if self._prices is None:
            program = with_exports(self.q, self.base)
            vector = program.columns.join(self.values)
            worth = [int(stage.costs @ vector[stage.columns]) for stage in program.stages]
            solver = Solver(program, self.options)
            solver.solve(by_weights=True)
            duals = solver.duals(program.stages, worth)[-1][: program.shape[0]]
            self._prices = {name: -round(dual) for name, dual in zip(program.row_names(), duals.tolist(), strict=True)}
        return self._prices

    def _outlook(self, question: Asked) -> Outlook:
        found = self._held.solve(with_exports(question, self.base))
        if not isinstance(found, Solved):
            raise ValueError("the solver gave no answer to a question that has one")
        needs = tuple(round(worth) for name, worth in found.reached.items() if name.startswith("class/"))
        unmet = sum(months[-1] for months in found.values["u"])
        return Outlook(round(-found.reached["receipts"]), needs, round(unmet))

    def _money(self, minor: int) -> Money:
        return Money(minor, self.q["currency"])


def why(document: Mapping[str, Any], model: str, month: str) -> list[Reason]:
    """Why may so many units of a model leave in a month, and no more?"""
    return Why(document).of(model, month)


def _with(question: Asked, records: str, name: str, **fields: Any) -> dict[str, Any]:
    changed = [{**record, **fields} if record["id"] == name else record for record in question[records]]
    return {**question, records: changed}
