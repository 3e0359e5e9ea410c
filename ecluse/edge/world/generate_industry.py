"""What is made, by whom, on which lines, how much, and what does the home army need? Sums are the worked table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ecluse.base.days import Month
from ecluse.edge.world.draft import MONTHS, RUN_UP, Draft, Row, apportion, by_run_up
from ecluse.edge.world.generate_parties import add_firm


@dataclass(frozen=True)
class ClassFigures:
    """The worked table of the mechanism for one class: synthetic figures of a realistic size, units of one year."""

    name: str
    capacity: int
    home: int
    partner: int
    stock: int
    need: int
    absorption: int
    price_uah: int
    price_low: int
    price_high: int
    currencies: tuple[str, ...]
    entry: str


# Prices in whole units of the currency; the home price in hryvnias after published unit prices.
FIGURES = (
    ClassFigures("fpv", 10_000_000, 6_000_000, 1_000_000, 500_000, 9_000_000, 8_500_000, 24_400, 520, 700,
                 ("USD", "EUR"), "ML10.c"),
    ClassFigures("interceptor", 365_000, 200_000, 50_000, 20_000, 730_000, 300_000, 105_000, 1_500, 3_500,
                 ("EUR", "USD"), "ML10.c"),
    ClassFigures("long_range", 40_000, 20_000, 10_000, 5_000, 45_000, 45_000, 2_300_000, 42_000, 70_000,
                 ("EUR", "GBP"), "ML10.c"),
    ClassFigures("naval_drone", 900, 300, 0, 150, 400, 400, 8_400_000, 180_000, 220_000,
                 ("USD",), "ML9.a"),
    ClassFigures("ground_robot", 40_000, 20_000, 5_000, 5_000, 50_000, 30_000, 580_000, 8_000, 20_000,
                 ("EUR", "USD", "GBP"), "ML6.a"),
    ClassFigures("ew_set", 120_000, 50_000, 10_000, 25_000, 80_000, 90_000, 340_000, 3_000, 14_000,
                 ("EUR", "USD", "GBP"), "ML11.a"),
    ClassFigures("howitzer", 480, 200, 100, 200, 600, 420, 115_000_000, 2_500_000, 3_000_000,
                 ("EUR",), "ML2.a"),
)  # fmt: skip
PARTS = ClassFigures(
    "part", 480_000, 100_000, 20_000, 40_000, 120_000, 200_000, 9_000, 40, 900, ("EUR", "USD"), "ML10.c"
)
NOTES = {
    "fpv": "traced by lot", "interceptor": "traced by crate; the army lacks them", "long_range": "traced by unit",
    "naval_drone": "traced by unit; more than the need", "ground_robot": "traced by unit", "ew_set": "traced by unit",
    "howitzer": "traced by unit", "part": "traced by lot", "service": "no units", "technology": "no units",
}  # fmt: skip
SOLD_MODELS = 17
# Of these classes the general staff's commission has judged how much is surplus.
JUDGED = ("interceptor", "naval_drone", "ground_robot", "ew_set")
AID_STATES = ("US", "GB", "DE", "DK", "NO")


def add_classes(draft: Draft) -> None:
    """Which classes are there, and at which price does the home army buy?"""
    for figures in (*FIGURES, PARTS):
        draft.add(
            "classes", class_=figures.name, home_price_minor_uah=figures.price_uah * 100,
            priority_note=NOTES[figures.name],
        )  # fmt: skip
        draft.surplus_class[figures.name] = figures.capacity - figures.home - figures.partner
    for name in ("service", "technology"):
        draft.add("classes", class_=name, home_price_minor_uah=None, priority_note=NOTES[name])


def add_models(draft: Draft) -> None:
    """Which models are made, by whom, at which price? The first of each class are made by exporters."""
    exporters = [row["party"] for row in draft.tables["exporters"]]
    makers = [row["party"] for row in draft.tables["parties"] if row["party"].startswith("party:maker-")]
    others = makers[len(exporters) :]
    count, sold = draft.scaled(40, 12), draft.scaled(SOLD_MODELS, 6)
    # The first two exporters sell for others only; the rest make three classes at most.
    turn = 2
    for figures in FIGURES:
        for rank in range(1, count + 1):
            if rank <= sold:
                maker = exporters[2 + turn % (len(exporters) - 2)]
                turn += 1
            else:
                maker = others[(turn * 3 + rank) % len(others)] if others else exporters[2]
            _add_model(draft, figures, rank, maker, "article")
    for rank in range(1, draft.scaled(24, 8) + 1):
        _add_model(draft, PARTS, rank, exporters[2 + rank % (len(exporters) - 2)], "part")
    for class_, kind, entry in (("service", "service", "ML22"), ("technology", "technology", "ML22.a")):
        for rank in range(1, draft.scaled(10, 5) + 1):
            price = draft.rng.randint(20, 90) * 100_000
            draft.add(
                "models", model=f"model:{class_}-{rank:02d}", class_=class_, kind=kind, goods_list="military",
                control_entry=entry, maker=exporters[2 + (rank * 7) % (len(exporters) - 2)], unit_price_minor=price,
                currency="EUR", unit_cost_minor=price * 6 // 10, development_share_bp=1000,
            )  # fmt: skip


def _add_model(draft: Draft, figures: ClassFigures, rank: int, maker: str, kind: str) -> None:
    price = draft.rng.randint(figures.price_low, figures.price_high) * 100
    goods_list, entry = "military", figures.entry
    if kind == "part" and rank % 3 == 0:
        goods_list, entry = "uncontrolled", ""
    elif kind == "part" and rank % 3 == 1:
        goods_list, entry = "dual_use", "9A012.b"
    elif figures.name in ("ew_set", "ground_robot") and rank % 6 == 0:
        goods_list, entry = "dual_use", "5A001.f"
    slug = figures.name.replace("_", "-")
    model = f"model:{slug}-{rank:02d}"
    draft.add(
        "models", model=model, class_=figures.name, kind=kind, goods_list=goods_list, control_entry=entry or None,
        maker=maker, unit_price_minor=price, currency=figures.currencies[rank % len(figures.currencies)],
        unit_cost_minor=price * draft.rng.randint(52, 70) // 100, development_share_bp=draft.rng.randint(0, 6) * 500,
    )  # fmt: skip
    needed = (("US",), (), ("DE", "US"), ())[rank % 4] if kind != "service" else ()
    draft.add(
        "origins", model=model, consents_needed=needed,
        consents_held=tuple(f"{state}:{1000 + rank * 13}" for state in needed), declared_on=date(2025, 12, 3),
    )  # fmt: skip


def add_figures(draft: Draft) -> None:
    """What can be made, what is funded, needed, absorbed, in stock? By class exactly the worked table."""
    for figures in (*FIGURES, PARTS):
        models = [row for row in draft.tables["models"] if row["class"] == figures.name]
        makers = {row["party"] for row in draft.tables["exporters"]}
        weights = [4 if row["maker"] in makers else 1 for row in models]
        surplus = figures.capacity - figures.home - figures.partner
        home, partner = apportion(figures.home, weights), apportion(figures.partner, weights)
        free, stock = apportion(surplus, weights), apportion(figures.stock, weights)
        draft.class_by_month[figures.name] = [sum(units * percent // 100 for units in free) for percent in RUN_UP]
        for place, row in enumerate(models):
            funded = home[place] + partner[place]
            _add_capacity(draft, row, free[place] + funded, funded)
            for funder, units in (("home", home[place]), ("partner", partner[place])):
                if units:
                    _add_funded(draft, row, funder, units)
            reserve = stock[place] * 2 // 5
            slug = row["model"].partition(":")[2]
            held = {"owner": "authority:mod", "model": row["model"], "class_": figures.name}
            draft.add("stock", stock=f"stock:{slug}", units=stock[place], counted_on=date(2025, 12, 31), **held)
            draft.add("reserves", reserve=f"reserve:{slug}", units=reserve, set_on=date(2025, 12, 15), **held)
            draft.surplus_model[row["model"]] = free[place]
            draft.headroom_model[row["model"]] = stock[place] - reserve
        _add_need(draft, figures)
    _add_statements(draft)
    _add_home_deliveries(draft)


def _add_capacity(draft: Draft, row: Row, capacity: int, funded: int) -> None:
    """Capacity rises with what is funded, so that no month's promise takes what a later one needs."""
    months = [own + bound for own, bound in zip(by_run_up(capacity - funded), by_run_up(funded), strict=True)]
    shown = [-(-units * draft.rng.randint(92, 99) // 100) for units in months]
    slug = row["model"].partition(":")[2]
    draft.add(
        "capacity", attestation=f"attestation:{slug}", maker=row["maker"], model=row["model"], class_=row["class"],
        attested_on=date(2025, 12, 10), valid_until=date(2027, 1, 31), capacity_units=months, demonstrated_units=shown,
    )  # fmt: skip


def _add_funded(draft: Draft, row: Row, funder: str, units: int) -> None:
    slug = row["model"].partition(":")[2]
    draft.add(
        "funded_orders", funded_order=f"funded:{slug}-{funder}", owner="authority:mod", funder=funder,
        model=row["model"], class_=row["class"], ordered_on=date(2025, 12, 12), due_units=by_run_up(units),
    )  # fmt: skip


def _add_statements(draft: Draft) -> None:
    """The ministry closes its register of orders class by class, empty ones too; of some the surplus is judged."""
    for row in draft.tables["classes"]:
        class_ = row["class"]
        orders = [order for order in draft.tables["funded_orders"] if order["class"] == class_]
        units = {
            funder: sum(sum(order["due_units"]) for order in orders if order["funder"] == funder)
            for funder in ("home", "partner")
        }
        slug = class_.replace("_", "-")
        draft.add(
            "orders_statements", statement=f"orders:{slug}", owner="authority:mod", class_=class_, orders=len(orders),
            units_home=units["home"], units_partner=units["partner"], as_of=date(2025, 12, 20),
        )  # fmt: skip
        if class_ in JUDGED:
            draft.add(
                "judged_surplus", judgement=f"judged:{slug}", owner="authority:general-staff", class_=class_,
                units=draft.surplus_class[class_] * 3 // 5, first_month=MONTHS[0], last_month=MONTHS[-1],
                judged_on=date(2025, 12, 9),
            )  # fmt: skip


def _add_need(draft: Draft, figures: ClassFigures) -> None:
    # What is most urgent is funded; only of interceptors more is urgent than anybody pays for.
    urgent = figures.need * 4 // 10 if figures.name == "interceptor" else (figures.home + figures.partner) * 6 // 10
    urgent = min(urgent, figures.need)
    for priority, units in zip((1, 2, 3), (urgent, *_halves(figures.need - urgent)), strict=True):
        draft.add(
            "needs", need=f"need:{figures.name.replace('_', '-')}-{priority}", owner="authority:general-staff",
            class_=figures.name, priority=priority, stated_on=date(2025, 12, 8), needed_units=by_run_up(units),
        )  # fmt: skip
    draft.add(
        "absorption", absorption=f"absorption:{figures.name.replace('_', '-')}", owner="authority:general-staff",
        class_=figures.name, units=figures.absorption, first_month=MONTHS[0], last_month=MONTHS[-1],
        stated_on=date(2025, 12, 8),
    )  # fmt: skip
    for number, state in enumerate(AID_STATES[: 1 + figures.capacity % 4]):
        if figures.name != "part":
            draft.add(
                "aid", class_=figures.name, units=max(2, figures.stock // 25 * (number + 1) // 4), from_state=state,
                on=date(2026, 1 + 2 * number, 15),
            )  # fmt: skip


def _halves(units: int) -> tuple[int, int]:
    return units - units // 2, units // 2


# Home deliveries fall behind in these class-months and are made good in the month named after them.
LATE = {("fpv", 9): (120_000, 11), ("naval_drone", 5): (4, 6)}
# The act of this class-month comes in long after its month: until then nobody knows what was delivered.
ACTS_IN = {("part", 5): date(2026, 6, 22)}


def _add_home_deliveries(draft: Draft) -> None:
    for figures in (*FIGURES, PARTS):
        draft.add(
            "home_deliveries", class_=figures.name, month=Month(2025, 12), units_planned=0, units_accepted=0,
            accepted_on=date(2025, 12, 31),
        )  # fmt: skip
        planned = by_run_up(figures.home + figures.partner)
        made_good = {back: units for (class_, _), (units, back) in LATE.items() if class_ == figures.name}
        for month, units in zip(MONTHS, planned, strict=True):
            short = LATE.get((figures.name, month.number), (0, 0))[0]
            draft.add(
                "home_deliveries", class_=figures.name, month=month, units_planned=units,
                units_accepted=units - short + made_good.get(month.number, 0),
                accepted_on=ACTS_IN.get((figures.name, month.number), month.last_day()),
            )  # fmt: skip


LINES_ABROAD = (
    ("DE", "fpv", "home_first", 0), ("DE", "interceptor", "all_home", 0), ("GB", "interceptor", "home_first", 0),
    ("GB", "ground_robot", "host_licence", 0), ("DK", "long_range", "all_home", 0), ("DK", "ew_set", "shared", 5000),
    ("NO", "ew_set", "home_first", 0),
)  # fmt: skip


def add_lines(draft: Draft) -> None:
    """On which lines is it made? Every exporter has one at home for each class that it makes; seven stand abroad."""
    exporters = {row["party"] for row in draft.tables["exporters"]}
    made = sorted({(row["maker"], row["class"]) for row in draft.tables["models"] if row["maker"] in exporters})
    for maker, class_ in made:
        if class_ in ("service", "technology"):
            continue
        add_line(draft, maker, "UA", class_, "home_first", 0, date(2025, 6, 2))
    for host, class_, rule, share in LINES_ABROAD:
        makers = [maker for maker, made_class in made if made_class == class_]
        maker = makers[(len(class_) * 5 + len(host + rule)) % len(makers)]
        add_line(draft, maker, host, class_, rule, share, date(2025, 11, 17))


def add_line(draft: Draft, maker: str, host: str, class_: str, rule: str | None, share: int, since: date) -> str:
    """Which line was added, with its life up to series and its output rule?"""
    slug = maker.partition(":")[2]
    draft.counters[f"line-{slug}"] = number = draft.counters.get(f"line-{slug}", 0) + 1
    line = f"line:{slug}-{number}"
    abroad = host != "UA"
    draft.add(
        "lines", line=line, maker=maker, host=host, class_=class_,
        technology_home_bp=draft.rng.randint(80, 100) * 100, parts_home_bp=draft.rng.randint(35, 75) * 100,
        specialists_home_bp=draft.rng.randint(30 if abroad else 95, 60 if abroad else 100) * 100,
        evidence="declaration of the maker with contracts attached", registered_on=since,
    )  # fmt: skip
    owner = f"authority:{host.lower()}" if abroad else "authority:mod"
    for state, days in (("planned", 1), ("first_article", 12), ("series", 30)):
        draft.add("lives", subject=line, state=state, owner=owner, on=since + timedelta(days))
    if rule:
        draft.add(
            "line_rules", rule_id=f"line-rule:{slug}-{number}", line=line, rule=rule, host_share_bp=share,
            valid_from=since, valid_until=None,
        )  # fmt: skip
    return line


# host, roles, announced, agreed, accredited, open (0 is not yet; days of 2026 as month and day)
CENTRES = (
    ("LT", "depot;representation", (1, 12), (1, 16), (1, 22), (1, 28)),
    ("LV", "depot", (1, 12), (1, 20), (2, 2), (2, 9)),
    ("EE", "depot;service", (1, 14), (1, 26), (2, 10), (2, 20)),
    ("DK", "depot;line", (1, 12), (1, 19), (2, 3), (2, 16)),
    ("SE", "depot", (2, 8), (2, 20), (3, 6), (3, 16)),
    ("FI", "depot;service", (2, 8), (3, 2), (3, 20), (4, 1)),
    ("NO", "depot", (2, 8), (3, 9), (4, 2), (4, 15)),
    ("DE", "representation", (1, 12), (1, 15), (1, 23), (2, 2)),
    ("GB", "representation;service", (2, 8), (2, 27), (3, 30), None),
    ("LT", "depot", (2, 8), (6, 1), None, None),
)


def add_centres(draft: Draft) -> None:
    """Which centres are there, in which states of life? Host states and days are synthetic."""
    for number, (host, roles, *days) in enumerate(CENTRES, 1):
        centre = f"centre:{host.lower()}-{number}"
        announced = date(2026, *(days[0] or (1, 12)))
        draft.add(
            "centres", centre=centre, host=host, operator=add_firm(draft, host, service="operator"),
            roles=tuple(roles.split(";")), announced_on=announced,
        )  # fmt: skip
        for state, day in zip(("announced", "agreed", "accredited", "open"), days, strict=True):
            owner = f"authority:{host.lower()}" if state in ("agreed", "accredited") else "authority:mfa"
            if day:
                draft.add("lives", subject=centre, state=state, owner=owner, on=date(2026, *day))


def opened_on(number: int) -> date | None:
    """On which day did the centre of this number open, if goods may lie there?"""
    _, roles, *days = CENTRES[number - 1]
    holds = "depot" in roles or "line" in roles
    return date(2026, *days[3]) if holds and days[3] else None
