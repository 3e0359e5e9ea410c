"""Which kinds of damage may a world suffer, and what must a check then name? A small whole world, and ways to break it.

`DAMAGES[name](folder)` breaks a copy and gives the places, `(file, row, column)`, that must be named. Each keeps to
cells of its own, so that all of them may be done to one copy.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from ecluse.edge.world.schema import BY_NAME, TABLES, Kind

Place = tuple[str, int | None, str | None]
Damage = Callable[[Path], list[Place]]

DAY = date(2026, 3, 15)
MONTHS = tuple(f"2026-{number:02d}" for number in range(1, 13))

# One line a row, cells by commas, without the source; `12x5` is twelve months of 5.
WORLD = {
    "world": "name,small|seed,7|first_day,2026-01-01|last_day,2026-12-31|home,UA",
    "authorities": """authority:ssecu,UA,Служба,Service,Service|authority:mod,UA,Міноборони,Ministry,Ministère
        authority:general-staff,UA,Генштаб,Staff,État-major|authority:pl,PL,Відомство,Authority,Autorité
        authority:lt,LT,Відомство,Authority,Autorité""",
    "officers": """officer:ssecu-1,authority:ssecu,author,Olena Barenko,2025-01-01,2027-01-01,,
        officer:mod-1,authority:mod,countersigner,Ivan Celenko,2025-01-01,2027-01-01,party:maker-002,2025-02-01
        officer:mod-2,authority:mod,spender,Petro Dorenko,2025-01-01,,,
        officer:mod-3,authority:mod,controller,Anna Eldenko,2025-01-01,,,""",
    "classes": "fpv,2440000,traced by lot|howitzer,11500000000,traced by unit",
    "models": """model:fpv-01,fpv,article,military,ML10.c,party:maker-001,60000,EUR,40000,500
        model:fpv-02,fpv,article,military,ML10.c,party:maker-002,65000,USD,40000,0
        model:howitzer-01,howitzer,article,military,ML2.a,party:maker-001,260000000,EUR,150000000,1000
        model:howitzer-02,howitzer,article,uncontrolled,,party:maker-002,270000000,EUR,150000000,1000""",
    "parties": """party:maker-001,firm,Barabert Works LLC,,UA,reg-ua:100001,2024-02-01
        party:maker-002,firm,Celedan Works LLC,,UA,reg-ua:100002,2024-02-01
        party:buyer-001,state_body,Doriv Materiel Office,,PL,reg-pl:100003,2024-02-01
        party:person-001,person,Olena Ilmanenko,Олена Ільманенко;O. Ilmanenko,UA,,2024-02-01
        party:person-002,person,Ivan Jasenko,,UA,,2024-02-01
        party:bank-001,firm,Korolin Bank LLC,,UA,reg-ua:100004,2024-02-01
        party:carrier-001,forwarder,Lumifen Transport LLC,,UA,reg-ua:100005,2024-02-01
        party:operator-001,firm,Novagard Centre UAB,,LT,reg-lt:100006,2024-02-01""",
    "exporters": "party:maker-001,2027-01-01,,no|party:maker-002,2027-01-01,2026-12-01,yes",
    "ownerships": """ownership:1,party:person-001,party:maker-001,10000,10000,yes,2024-01-01,
        ownership:2,party:person-001,party:maker-002,6000,6000,yes,2024-01-01,2025-12-31
        ownership:3,party:person-002,party:maker-002,6000,6500,yes,2026-01-01,
        ownership:4,party:person-002,party:operator-001,4000,4000,no,2024-01-01,""",
    "lines": """line:fpv-1,party:maker-001,UA,fpv,9000,6000,10000,declaration,2025-06-02
        line:fpv-2,party:maker-002,LT,fpv,9000,,4000,declaration,2025-06-02
        line:howitzer-1,party:maker-001,UA,howitzer,9000,6000,10000,declaration,2025-06-02""",
    "centres": "centre:lt-1,LT,party:operator-001,depot;representation,2026-01-12",
    "lives": """centre:lt-1,announced,authority:mod,2026-01-12|centre:lt-1,agreed,authority:lt,2026-01-14
        centre:lt-1,accredited,authority:lt,2026-01-20|centre:lt-1,open,authority:mod,2026-01-28
        line:fpv-1,series,authority:mod,2025-07-02""",
    "line_rules": "line-rule:1,line:fpv-2,shared,5000,2025-06-02,",
    "capacity": """attestation:fpv-01,party:maker-001,model:fpv-01,fpv,2025-12-10,2027-01-31,12x900,12x880
        attestation:fpv-02,party:maker-002,model:fpv-02,fpv,2025-12-10,2027-01-31,12x500,12x
        attestation:howitzer-01,party:maker-001,model:howitzer-01,howitzer,2025-12-10,2027-01-31,12x4,12x4""",
    "funded_orders": """funded:fpv-01-home,authority:mod,home,model:fpv-01,fpv,2025-12-12,12x300
        funded:howitzer-01-home,authority:mod,home,model:howitzer-01,howitzer,2025-12-12,12x1""",
    "orders_statements": """orders:fpv,authority:mod,fpv,1,3600,0,2025-12-20
        orders:howitzer,authority:mod,howitzer,1,12,0,2025-12-20""",
    "needs": """need:fpv-1,authority:general-staff,fpv,1,2025-12-08,12x200
        need:howitzer-1,authority:general-staff,howitzer,2,2025-12-08,12x2""",
    "absorption": "absorption:fpv,authority:general-staff,fpv,8000,2026-01,2026-12,2025-12-08",
    "judged_surplus": "judged:fpv,authority:general-staff,fpv,2000,2026-01,2026-12,2025-12-09",
    "stock": "stock:fpv-01,authority:mod,model:fpv-01,fpv,100,2025-12-31",
    "reserves": "reserve:fpv-01,authority:mod,model:fpv-01,fpv,40,2025-12-15",
    "aid": "fpv,12,US,2026-03-15",
    "home_deliveries": "fpv,2025-12,0,0,2025-12-31|fpv,2026-01,300,300,2026-01-31",
    "budgets": "2026-01,900000000|2026-02,900000000",
    "budget_figures": "budget-figure:fpv,authority:mod,fpv,EUR,2026-01,2026-12,500000000,490000000,2026-01-01",
    "surplus_policies": "surplus-policy-2026-1,authority:mod,SR-1,1,2,2026-01-01,",
    "contribution_policies": """contribution-policy-2026-1,authority:ssecu,ad_valorem,2000,0,0,30,15,15,60,2026-01-01,
        contribution-policy-2025-1,authority:ssecu,none,0,0,0,30,15,15,60,2025-01-01,2025-12-31""",
    "buyer_tiers": "tiers-2026-1,authority:ssecu,PL,1,2026-01-01,",
    "partner_lists": """partners-2026-1,authority:ssecu,PL,deal,2026-01-01,
        partners-2026-1,authority:ssecu,GB,treaty,2026-01-01,""",
    "critical_goods": "critical-2026-1,authority:mod,model:howitzer-02,2026-01-01,",
    "list_versions": """list:synthetic-v1,Synthetic Office,Version 1,lists/synthetic-v1.csv,2026-01-01
        list:synthetic-v2,Synthetic Office,Version 2,lists/synthetic-v2.csv,2026-07-01""",
    "clearances": "party:person-002,SYN-0002,officer:mod-1,another year of birth,2026-02-01",
    "marketing": "marketing:0001,party:maker-001,fpv,PL,2026-01-10,2027-01-31",
    "origins": "model:fpv-01,US,US:1013,2025-12-03|model:fpv-02,,,2025-12-03",
    "certificates": """certificate:fpv-01-1,model:fpv-01,party:maker-001,2026-03,2026-12,200,2026-02-02
        certificate:fpv-01-2,model:fpv-01,party:maker-001,2026-05,2026-12,100,2026-04-02
        certificate:fpv-02-1,model:fpv-02,party:maker-002,2026-05,2026-12,100,2026-04-02""",
    "withdrawals": "certificate:fpv-02-1,authority:mod,2026-06-01,capacity fell",
    "statements": """statement:0001,PL-EUC-1,party:buyer-001,PL,model:fpv-01,50,{clauses},{signed}
        statement:0002,PL-EUC-2,party:buyer-001,PL,model:fpv-01,20,{clauses},2026-02-10,2027-02-10,,
        statement:0003,PL-EUC-3,party:buyer-001,PL,model:howitzer-01,2,{clauses},{signed}""",
    "orders": "|".join(
        f"order:{number:04d},party:maker-001,party:buyer-001,party:buyer-001,party:buyer-001,,party:carrier-001,"
        f"party:bank-001,PL,LT,model:{model},{units},60000,EUR,one_off,A,2026-02-25,2026-03-0{number},,,,{certificate},"
        f"statement:0001,{line and 'line:' + line},centre:lt-1,2026-05,made,1,2026-02-20"
        for number, model, units, certificate, line in [
            (1, "fpv-01", 50, "certificate:fpv-01-1", "fpv-1"), (2, "fpv-01", 20, "certificate:fpv-01-1", "fpv-1"),
            (3, "howitzer-01", 2, "", "howitzer-1"), (4, "fpv-01", 10, "", "fpv-1"), (5, "fpv-01", 10, "", "fpv-1"),
            (6, "fpv-01", 10, "", ""), (7, "fpv-01", 10, "", "fpv-1"), (8, "fpv-01", 10, "", "fpv-1"),
        ]
    ),
    "blocks": """block:fpv-1-1,line:fpv-1,model:fpv-01,F1,1,500,2026-01-05,no
        block:fpv-1-2,line:fpv-1,model:fpv-01,F1,501,500,2026-01-05,yes
        block:howitzer-1-1,line:howitzer-1,model:howitzer-01,H1,1,20,2026-01-05,no""",
    "markings": """block:fpv-1-1,1,400,made,2026-02-01|block:fpv-1-1,401,410,void,2026-02-01
        block:fpv-1-1,411,500,unused,2026-02-01|block:fpv-1-2,501,1000,made,2026-02-01
        block:howitzer-1-1,1,20,made,2026-02-01""",
    "rates": "2026-01-01,EUR,UAH,4850,100|2026-01-01,USD,UAH,4200,100|2026-01-02,EUR,UAH,4851,100",
    "shortages": """shortage:1,authority:general-staff,fpv,900,1,2026-01-15
        shortage:2,authority:general-staff,howitzer,3,2,2026-01-15""",
    "suppliers": """shortage:1,party:maker-002,domestic,fpv,UAH,2440000,20
        shortage:2,party:maker-001,domestic,howitzer,EUR,260000000,20""",
    "period_closes": "2026-01,officer:mod-2,officer:mod-3,2026-02-05",
    "events": """2026-06-01,licence_suspend,order:0001,a complaint|2026-06-20,licence_reinstate,order:0001,
        2026-07-01,urgent_need,fpv,""",
    "conduct": """order:0002,decision,author,officer:ssecu-1|order:0004,units,block,block:fpv-1-2
        order:0005,receipt,payer,party:person-001|order:0007,opinion,mod,against|order:0008,loss,units,1""",
    "claims": """A1,Твердження,A claim,Une affirmation,a minister,press 2026-01-02,2026-01-02,surplus
        B1,Твердження,A claim,Une affirmation,a critic,press 2026-01-03,2026-01-03,custody""",
    "plants": """plant:fpv-1,party:maker-001,UA,2025-12-11,12x1500000
        plant:fpv-2,party:maker-002,LT,2025-12-11,12x600000
        plant:howitzer-1,party:maker-001,UA,2025-12-11,12x8000000""",
    "plant_models": """plant:fpv-1,model:fpv-01,line:fpv-1,1500,9000,,800
        plant:fpv-1,model:fpv-02,,1400,2000,,90
        plant:fpv-2,model:fpv-02,line:fpv-2,1200,8000,60,400
        plant:howitzer-1,model:howitzer-01,line:howitzer-1,2000000,10000,1,4""",
    "packed_volumes": "model:fpv-01,12|model:fpv-02,12|model:howitzer-01,90000",
    "centre_throughput": "centre:lt-1,authority:mod,12x40000",
    "centre_routes": "centre:lt-1,PL,0",
    "licence_ceilings": """ceiling:1,party:maker-001,fpv,PL,900,2026-02,2026-12,marketing:0001
        ceiling:2,party:maker-002,fpv,PL,300,2026-03,2026-12,""",
    "value_ceilings": "PL,authority:mod,90000000000",
    "market_demand": """demand:1,model:fpv-01,PL,EUR,62000,2000000,1,ceiling:1,no,12x60
        demand:2,model:fpv-02,PL,USD,66000,1800000,2,ceiling:2,no,12x30
        demand:3,model:howitzer-01,PL,EUR,262000000,7500000000,3,,yes,12x1""",
    "planning_rates": "|".join(
        f"2026-{number:02d},{base},UAH,{rate},100,authority:mod,2025-12-18"
        for number in range(1, 13) for base, rate in (("EUR", 4900), ("USD", 4190))
    ),
    "plan_policies": "plan-policy-2026-1,authority:mod,N2,7000,2,2025-12-18,2026-01-01,",
    "need_weights": "fpv,authority:general-staff,1,2025-12-08|howitzer,authority:general-staff,4500,2025-12-08",
}  # fmt: skip
LISTS = {
    "synthetic-v1": "entry,name,kind,identifiers\nSYN-0001,Torrix Trading FZE,firm,reg-ae:77\n",
    "synthetic-v2": """entry,name,kind,identifiers
SYN-0001,"Torrix, Trading FZE",firm,
SYN-0002,=Ivan Jasenko,person,
""",
}
SIGNED = "2026-02-10,2027-02-10,2026-02-20,authority:pl"
CLAUSES = ";".join(next(column.values for column in BY_NAME["statements"].columns if column.kind is Kind.ENUMS)[:2])


def small_world(folder: Path) -> Path:
    """Which folder holds the small whole world now? Every table has rows, and nothing is wrong with it."""
    (folder / "lists").mkdir(parents=True)
    for table in TABLES:
        lines = (
            WORLD[table.name].replace("{clauses}", CLAUSES).replace("{signed}", SIGNED).replace("|", "\n").split("\n")
        )
        rows = [[*_spelled(line), "synthetic"] for line in lines]
        write(folder, table.name, [list(table.headings(MONTHS)), *rows])
    for name, text in LISTS.items():
        (folder / "lists" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def _spelled(line: str) -> Iterator[str]:
    for cell in line.strip().split(","):
        yield from [cell.removeprefix("12x")] * (12 if cell.startswith("12x") else 1)


def read(folder: Path, table: str) -> list[list[str]]:
    """Which rows has this table, its headings first?"""
    return list(csv.reader(io.StringIO((folder / f"{table}.csv").read_text(encoding="utf-8"), newline="")))


def write(folder: Path, table: str, rows: list[list[str]]) -> None:
    """Writes these rows as the table."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / f"{table}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")


def cell(table: str, row: int, column: str, text: str) -> Damage:
    """The damage of writing this text into one cell."""

    def damage(folder: Path) -> list[Place]:
        rows = read(folder, table)
        rows[row - 1][rows[0].index(column)] = text
        write(folder, table, rows)
        return [(f"{table}.csv", row, column)]

    return damage


def heading(table: str, old: str, new: str, *, named: str) -> Damage:
    """The damage of another heading."""

    def damage(folder: Path) -> list[Place]:
        rows = read(folder, table)
        rows[0][rows[0].index(old)] = new
        write(folder, table, rows)
        return [(f"{table}.csv", 1, named)]

    return damage


def repeated(table: str, row: int, column: str) -> Damage:
    """The damage of a row that stands a second time, at the end."""

    def damage(folder: Path) -> list[Place]:
        rows = read(folder, table)
        write(folder, table, [*rows, rows[row - 1]])
        return [(f"{table}.csv", len(rows) + 1, column)]

    return damage


def added(table: str, line: str, column: str | None) -> Damage:
    """The damage of one more row."""

    def damage(folder: Path) -> list[Place]:
        rows = read(folder, table)
        write(folder, table, [*rows, [*_spelled(line), "synthetic"]])
        return [(f"{table}.csv", len(rows) + 1, column)]

    return damage


def in_bytes(table: str, old: bytes, new: bytes, row: int, column: str | None) -> Damage:
    """The damage of other bytes in a file."""

    def damage(folder: Path) -> list[Place]:
        path = folder / f"{table}.csv"
        held = path.read_bytes()
        assert held.count(old) == 1
        path.write_bytes(held.replace(old, new))
        return [(f"{table}.csv", row, column)]

    return damage


def gone(file: str, *places: Place) -> Damage:
    """The damage of a missing file."""

    def damage(folder: Path) -> list[Place]:
        (folder / file).unlink()
        return list(places)

    return damage


def moved_month(folder: Path) -> list[Place]:
    """A month of another year stands in the headings."""
    heading("funded_orders", "due_units_2026_12", "due_units_2027_12", named="")(folder)
    return [("funded_orders.csv", 1, "due_units_2026_12"), ("funded_orders.csv", 1, "due_units_2027_12")]


def stranger(folder: Path) -> list[Place]:
    """A file lies in the folder that is no table."""
    (folder / "order.csv").write_text("order\norder:0001\n", encoding="utf-8")
    return [("order.csv", None, None)]


def entry_twice(folder: Path) -> list[Place]:
    """An entry of a watchlist stands twice."""
    with (folder / "lists" / "synthetic-v1.csv").open("a", encoding="utf-8") as file:
        file.write("SYN-0001,Torrix Trading,firm,\n")
    return [("lists/synthetic-v1.csv", 3, "entry")]


# Kinds of damage that any table of cells may carry, in a folder and in a workbook.
IN_CELLS: dict[str, Damage] = {
    "a quantity that is negative": cell("orders", 2, "units", "-50"),
    "a quantity in fractions": cell("orders", 3, "units", "20.5"),
    "a quantity with separators": cell("stock", 2, "units", "1,000"),
    "a quantity with its unit beside it": cell("reserves", 2, "units", "40 kg"),
    "a quantity that must not be zero": cell("orders", 5, "units", "0"),
    "a column in another unit": heading("absorption", "units", "kilograms", named="kilograms"),
    "a price in major units": heading("suppliers", "unit_price_minor", "unit_price_eur", named="unit_price_eur"),
    "a monthly figure below zero": cell("needs", 2, "needed_units_2026_04", "-1"),
    "an unknown state": cell("buyer_tiers", 2, "state", "XX"),
    "an unknown currency": cell("models", 3, "currency", "EURO"),
    "an unknown class": cell("marketing", 2, "class", "frigate"),
    "a value outside its set": cell("orders", 6, "permit", "oneoff"),
    "neither yes nor no": cell("exporters", 2, "defence_city", "true"),
    "a share above the whole": cell("line_rules", 2, "host_share_bp", "12000"),
    "a line of an unknown maker": cell("lines", 3, "maker", "party:maker-999"),
    "an unknown certificate": cell("orders", 7, "certificate", "certificate:fpv-09-1"),
    "an id twice": repeated("statements", 2, "statement"),
    "a rate twice on a day": repeated("rates", 2, "base"),
    "an id that is no id": cell("claims", 2, "claim", "claim 1"),
    "valid until before valid from": cell("contribution_policies", 3, "valid_until", "2024-12-31"),
    "filed before it was offered": cell("orders", 9, "filed_on", "2026-02-24"),
    "returned before it was filed": cell("orders", 8, "return_by", "2026-03-06"),
    "a certificate asked after its first month": cell("certificates", 3, "asked_on", "2026-06-01"),
    "a certificate withdrawn before it was asked": cell("withdrawals", 2, "on", "2026-04-01"),
    "an event before its order was filed": cell("events", 3, "on", "2026-01-06"),
    "accepted before the month began": cell("home_deliveries", 3, "accepted_on", "2025-12-30"),
    "a day that is none": cell("shortages", 3, "named_on", "2026-02-30"),
    "a day spelled otherwise": cell("shortages", 2, "named_on", "15.01.2026"),
    "a month that is none": cell("budgets", 3, "month", "2026-13"),
    "a cell left empty": cell("parties", 4, "name", ""),
    "a control character": cell("parties", 5, "name", "Olena\x0bIlmanenko"),
    "letters that turn the line around": cell("parties", 6, "name", "Ivan \u202eoknesaJ"),
    "a cell too long": cell("claims", 3, "text_en", "x" * 4001),
    "a missing heading": heading("critical_goods", "valid_until", "valid", named="valid_until"),
    "a heading twice": heading("centres", "announced_on", "roles", named="roles"),
    "a class that is not the model's": cell("capacity", 4, "class", "fpv"),
    "an order on a line of another class": cell("orders", 4, "line", "line:fpv-1"),
    "units of a block of another class": cell("conduct", 3, "value", "block:howitzer-1-1"),
    "a payer nobody knows": cell("conduct", 4, "value", "party:person-999"),
    "an event that cannot befall its subject": cell("events", 4, "subject", "order:0004"),
    "a run beyond its block": cell("markings", 6, "last", "21"),
    "a number marked twice": cell("markings", 3, "first", "400"),
    "a number committed twice": added(
        "blocks", "block:fpv-1-3,line:fpv-1,model:fpv-01,F1,1000,9,2026-01-05,no", "first"
    ),
    "owners of more than the whole": added(
        "ownerships", "ownership:9,party:person-001,party:operator-001,6001,6001,no,2025-01-01,", "share_min_bp"
    ),
    "a setting that cannot be read": cell("world", 6, "value", "Ukraine"),
    "a sale without licence or mark": cell("market_demand", 4, "hypothetical", "no"),
    "a ceiling of another maker": cell("market_demand", 3, "ceiling", "ceiling:1"),
    "a plant on a line of another class": cell("plant_models", 2, "line", "line:howitzer-1"),
    "capacity placed twice": cell("plant_models", 4, "attested_share_bp", "8001"),
    "a quantity beyond any plan": cell("market_demand", 2, "demand_units_2026_07", "1000000000000"),
    "a planning rate of nothing": cell("planning_rates", 4, "numerator", "0"),
    "a policy valid before it was signed": cell("plan_policies", 2, "valid_from", "2025-12-17"),
    "a need without an owner": cell("need_weights", 3, "owner", ""),
}  # fmt: skip
# Kinds of damage of files, that a workbook cannot carry or carries otherwise.
IN_FILES: dict[str, Damage] = {
    "a table missing": gone("aid.csv", ("aid.csv", None, None)),
    "a planning table missing": gone("centre_routes.csv", ("centre_routes.csv", None, None)),
    "a list missing": gone("lists/synthetic-v2.csv", ("list_versions.csv", 3, "file")),
    "a file that is no table": stranger,
    "an entry twice": entry_twice,
    "a month of another year": moved_month,
    "a row too short": in_bytes("partner_lists", b",GB,treaty,", b",GB,", 3, None),
    "bytes that are no UTF-8": in_bytes("clearances", b"another year", b"an\xf6ther year", 2, "reason"),
    "quotes left open": in_bytes("period_closes", b"2026-01,officer", b'"2026-01,officer', 2, None),
    "an empty row": in_bytes("origins", b"\nmodel:fpv-02", b"\n\nmodel:fpv-02", 3, None),
}
DAMAGES: dict[str, Damage] = {**IN_CELLS, **IN_FILES}
# What a damage must name besides, because one wrong cell makes another statement of the table wrong.
ALSO: dict[str, tuple[Place, ...]] = {
    "a missing heading": (("critical_goods.csv", 1, "valid"),),
    "a heading twice": (("centres.csv", 1, "announced_on"),),
}
