"""Which world follows from a seed? The same bytes for the same arguments; the answer key goes to a file apart."""

from __future__ import annotations

import csv
import io
import random
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.base.days import Month
from ecluse.base.errors import BadInputError
from ecluse.edge.world import (
    cheats_cases,
    cheats_custody,
    cheats_licence,
    cheats_parties,
    cheats_proceeds,
    cheats_surplus,
    generate_industry,
    generate_parties,
    generate_plan,
    generate_states,
)
from ecluse.edge.world.cheats import Cheat, Planting, plant, remove
from ecluse.edge.world.claims import add_claims
from ecluse.edge.world.draft import FIRST_DAY, LAST_DAY, MONTHS, YEAR, Draft, Row
from ecluse.edge.world.generate_orders import EARLY, Market, NoRoomError, Wish, add_offers, honest_order
from ecluse.edge.world.generate_units import add_blocks, number_blocks
from ecluse.edge.world.names import Names
from ecluse.edge.world.schema import TABLES, Column, Kind

CHEATS: dict[str, Cheat] = {
    **cheats_surplus.KINDS,
    **cheats_parties.KINDS,
    **cheats_licence.KINDS,
    **cheats_cases.KINDS,
    **cheats_custody.KINDS,
    **cheats_proceeds.KINDS,
}
ORDERS = 2_040
OPENING = 40
UNFINISHED = 45
SIZES, VARIANTS = (20, 1000), (0, 10)
ANSWER_COLUMNS = ("order", "threat", "kind", "role", "variant", "expected_code", "twin_of")
LIST_COLUMNS = ("entry", "name", "kind", "identifiers")
# Models of these ranks, counted back from the last one sold, are kept for one purpose each.
KEPT = (
    ("critical", ("ew_set", "ground_robot"), 0), ("no_longer_critical", ("ew_set", "interceptor"), 1),
    ("overstated", ("ew_set",), 2), ("demonstrated", ("ew_set",), 3), ("lapsing", ("ground_robot",), 1),
    ("unconsented", ("interceptor", "ground_robot"), 2),
)  # fmt: skip


def generate(seed: int, *, size: int = 1000, cheats: int = 6, out: Path, answers: Path) -> None:
    """Which world has this seed, size in thousandths and so many variants of each cheat? Writes it and its answers.

    Raises BadInputError for a size or number of cheats that no world of this year has room for.
    """
    for name, given, least, most in (("size", size, *SIZES), ("cheats", cheats, *VARIANTS)):
        if not least <= given <= most:
            raise BadInputError.one(name, f"a whole number from {least} to {most}", str(given), "name another")
    try:
        draft = draft_world(seed, size=size, cheats=cheats)
    except NoRoomError as error:
        expected = "an order for which the year's surplus has room"
        raise BadInputError.one("cheats", expected, str(error), "name fewer cheats or another seed") from None
    write_world(draft, out)
    rows = [{name: getattr(answer, name) for name in ANSWER_COLUMNS} for answer in draft.answers]
    _write(answers, ANSWER_COLUMNS, sorted(rows, key=lambda row: (row["order"], row["kind"])))


def draft_world(seed: int, *, size: int = 1000, cheats: int = 6) -> Draft:
    """Which rows does this world have, table by table?"""
    rng = random.Random(seed)
    draft = Draft(seed, size, cheats, rng, Names(rng))
    _add_settings(draft)
    generate_states.add_authorities(draft)
    generate_parties.add_makers(draft)
    generate_industry.add_classes(draft)
    generate_industry.add_models(draft)
    generate_industry.add_figures(draft)
    generate_industry.add_lines(draft)
    generate_industry.add_centres(draft)
    generate_states.add_policies(draft)
    generate_states.add_rates(draft)
    generate_states.add_lists(draft)
    kept = _keep_models(draft)
    market = Market.of(draft, tuple(model for models in kept.values() for model in models.split(";")))
    planting = Planting(draft, market, kept=kept)
    _opening_applications(draft, market)
    plant(planting, CHEATS, cheats, last=False)
    _ordinary_trade(draft, market)
    _listed_later(draft, market)
    cheats_cases.add_cases(draft, market)
    plant(planting, CHEATS, cheats, last=True)
    _unfinished_files(draft, market)
    add_offers(draft)
    add_blocks(draft)
    add_claims(draft)
    draft.settle(number_blocks(draft))
    generate_plan.add_plan(draft)
    return draft


def _add_settings(draft: Draft) -> None:
    name = "ua-2026" if draft.seed == YEAR and draft.size == 1000 else f"ua-{YEAR}-{draft.seed}-{draft.size}"
    settings = {"name": name, "seed": draft.seed, "first_day": FIRST_DAY, "last_day": LAST_DAY, "home": "UA"}
    for key, value in settings.items():
        draft.add("world", key=key, value=str(value))


def _keep_models(draft: Draft) -> dict[str, str]:
    """Which models serve hidden attempts about the model itself, and are kept out of ordinary trade?"""
    exporters = {row["party"] for row in draft.tables["exporters"]}
    kept = {}
    for purpose, classes, back in KEPT:
        found = []
        for class_ in classes:
            sold = [
                row["model"]
                for row in draft.tables["models"]
                if row["class"] == class_ and row["maker"] in exporters and row["goods_list"] == "military"
            ]
            found.append(sold[-1 - back])
        kept[purpose] = ";".join(found)
    generate_states.add_critical(draft, tuple(kept["no_longer_critical"].split(";") + kept["critical"].split(";")))
    for row in draft.tables["origins"]:
        if row["model"] in kept["unconsented"].split(";"):
            row["consents_needed"], row["consents_held"] = ("DE", "US"), ("DE:4711",)
    return kept


def _opening_applications(draft: Draft, market: Market) -> None:
    """The first ones, in January: material, parts and services, much of it to come back."""
    days = (date(YEAR, 1, 6), date(YEAR, 1, 30))
    kinds = (
        ("part", "temporary"), ("part", "one_off"), ("service", "one_off"), ("part", "temporary"),
        ("technology", "technology"), ("part", "one_off"), ("part", "temporary"), ("service", "one_off"),
    )  # fmt: skip
    for number in range(draft.scaled(OPENING, 8)):
        class_, permit = kinds[number % len(kinds)]
        honest_order(draft, market, Wish(class_=class_, permit=permit, days=days, route="A"))


def _ordinary_trade(draft: Draft, market: Market) -> None:
    """What is left of the year's orders, most of them in its first half."""
    spare = draft.scaled(UNFINISHED, 3) + draft.cheats * 2 * sum(cheat.planted_last for cheat in CHEATS.values()) + 14
    count = max(draft.scaled(ORDERS, 40) - len(draft.tables["orders"]) - spare, draft.scaled(200, 20))
    for number in range(count):
        days = EARLY if number % 6 else (date(YEAR, 7, 18), date(YEAR, 12, 4))
        try:
            honest_order(draft, market, Wish(days=days))
        except NoRoomError:
            break


def _listed_later(draft: Draft, market: Market) -> None:
    """Two buyers come to stand on the second list version while some of their goods are delivered and some move."""
    for number, state in enumerate(("DE", "AE")):
        buyer = generate_parties.add_firm(draft, state)
        draft.aside.add(buyer)
        generate_states.list_entry(draft, draft.party(buyer)["name"], "firm", versions=("v2",))
        for month in (2, 3, 4, 5)[: 4 if draft.size >= 500 else 1 + number]:
            days = (date(YEAR, month, 8), date(YEAR, month, 26))
            honest_order(draft, market, Wish(class_="article", state=state, buyer=buyer, days=days))
        for first, last in (((6, 14), (6, 16)), ((6, 14), (6, 16)), ((6, 22), (6, 24))):
            days = (date(YEAR, *first), date(YEAR, *last))
            wish = Wish(class_="article", state=state, buyer=buyer, days=days, route="A", centre=False)
            order = honest_order(draft, market, wish)
            if last < (6, 20):
                # These leave in the last days of June and are on their way when the list changes.
                order["deliver_in"], order["consignments"] = Month(YEAR, 6), 1
    for buyer in [market.circle.buyers[state][0] for state in ("PL", "DK", "GB")]:
        stem = draft.party(buyer)["name"].split()[0]
        generate_states.list_entry(draft, f"{stem} {draft.names.stem()[0]} Group", "firm", versions=("v2",))


def _unfinished_files(draft: Draft, market: Market) -> None:
    """Some files are openly not ready: incomplete, without a certificate, without a statement."""
    days = (date(YEAR, 2, 9), date(YEAR, 12, 4))
    for number in range(draft.scaled(UNFINISHED, 3)):
        order = honest_order(draft, market, Wish(class_="article", days=days, route="A", own_certificate=True))
        if number % 3 == 0:
            order["complete_on"] = None
        elif number % 3 == 1:
            remove(draft, "certificates", "certificate", order["certificate"])
            order["certificate"] = None
        else:
            remove(draft, "statements", "statement", order["statement"])
            order["statement"] = None


# ---------------------------------------------------------------- files


def write_world(draft: Draft, out: Path) -> None:
    """Which files hold this world? One CSV a table, and the list versions beside them."""
    months = tuple(str(month) for month in MONTHS)
    for table in TABLES:
        rows = draft.tables[table.name]
        if table.name not in ("world", "orders"):
            rows = sorted(rows, key=lambda row: _sort_key(row, table.key, table.columns))
        cells = [
            dict(pair for column in table.columns for pair in _spelled(column, row[column.name], months))
            for row in rows
        ]
        _write(out / table.file, table.headings(months), cells)
    for version, entries in sorted(draft.lists.items()):
        rows = [dict(zip(LIST_COLUMNS, entry, strict=True)) for entry in sorted(entries)]
        _write(out / "lists" / f"synthetic-{version}.csv", LIST_COLUMNS, rows)


def _sort_key(row: Row, key: tuple[str, ...], columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in key)


def _spelled(column: Column, value: Any, months: tuple[str, ...]) -> list[tuple[str, str]]:
    """How are this column's cells written?"""
    if column.kind is Kind.MONTHS:
        given = ["" if units is None else str(units) for units in value]
        return list(zip(column.headings(months), given, strict=True))
    if value is None:
        return [(column.name, "")]
    if column.kind is Kind.BOOL:
        return [(column.name, "yes" if value else "no")]
    if column.kind in (Kind.TEXTS, Kind.ENUMS, Kind.STATES):
        return [(column.name, ";".join(value))]
    return [(column.name, str(value))]


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode("utf-8"))
