"""What became of a plan: what home accepted beside what was planned, and whose claims of surplus ended in shortage?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.base.errors import BadInputError
from ecluse.base.words import say as word
from ecluse.base.words import spell
from ecluse.edge.commands import out
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.edge.plan import sound_plan
from ecluse.edge.plan_stop import ends_when_stopped
from ecluse.edge.plan_tables import ROWS_SHOWN, columns
from ecluse.edge.world.workbook import open_world

if TYPE_CHECKING:
    from ecluse.edge.world.read import World
    from ecluse.plan.against import Claimed, Short

YES, NO = 0, 1


@ends_when_stopped
def against(file: str, world: str, until: str, as_json: bool) -> int:
    """How do deliveries on file compare with the plan, and claims of surplus with later shortage? 1: home is behind."""
    from ecluse.plan.against import against as beside
    from ecluse.plan.against import records

    lang, plan, opened = person_language(), sound_plan(Path(file)), open_world(Path(world))
    months = list(plan["question"]["months"])
    if until and until not in months:
        raise BadInputError.one("--until", f"a month from {months[0]} to {months[-1]}", until, "name one of the plan")
    until = until or months[-1]
    delivered = {
        (row.class_, str(row.month)): row.units_accepted
        for row in opened.home_deliveries
        if row.units_accepted is not None and str(row.month) <= until
    }
    rows = list(beside(plan, delivered))
    made = records(claims_of(opened, until), shortages_of(opened, until))
    behind = {row.class_: row.behind for row in rows if row.behind > 0}
    if as_json:
        home = [{"class": row.class_, **{k: v for k, v in asdict(row).items() if k != "class_"}} for row in rows]
        out({"until": until, "home": home, "behind": behind, "makers": [asdict(record) for record in made]})
        return NO if behind else YES
    names = ("class", "month", "planned", "accepted", "behind")
    late = [row for row in rows if row.behind > 0]
    if late:
        shown = [[row.class_, row.month, row.units_planned, row.units_actual, row.behind] for row in late[:ROWS_SHOWN]]
        columns([word(f"planask.against.{name}", lang) for name in names], shown, lang)
    print(word("planask.against.home", lang, count=len(late), of=len(rows), until=until))
    _tell_makers(made, lang)
    return NO if behind else YES


def _tell_makers(made: list[Any], lang: str) -> None:
    names = ("maker", "claims", "contradicted", "units_claimed", "units_contradicted")
    worst = [record for record in made if record.units_contradicted]
    if worst:
        shown = [
            [one.maker, one.claims, one.claims_contradicted, one.units_claimed, one.units_contradicted]
            for one in worst[:ROWS_SHOWN]
        ]
        columns([word(f"planask.against.{name}", lang) for name in names], shown, lang)
    print(word("planask.against.makers", lang, count=len(worst), of=len(made)))
    if len(worst) > ROWS_SHOWN:
        tell(word("plan.whatif.more", lang, count=spell(len(worst) - ROWS_SHOWN, lang)))


def claims_of(world: World, until: str) -> Iterator[Claimed]:
    """Who claimed that so much was surplus: the makers that applied for certificates by that month?"""
    from ecluse.plan.against import Claimed

    for row in world.certificates:
        if str(row.first_month) <= until:
            class_ = world.index["models"][row.model].class_
            yield Claimed(row.maker, class_, str(row.first_month), str(row.last_month), row.units_asked)


def shortages_of(world: World, until: str) -> Iterator[Short]:
    """In which months did a maker fall short of what was due from it at home?

    Opening stock and what it demonstrated, cumulated, against what funded orders asked of the same model by then. From
    the first month without a demonstrated figure on nothing is known of the model.
    """
    from ecluse.plan.against import Short

    due: dict[str, list[int | None]] = {}
    for order in world.funded_orders:
        months = due.setdefault(order.model, [0] * len(world.months))
        for t, units in enumerate(order.due_units):
            have = months[t]
            months[t] = None if units is None or have is None else have + units
    stock: dict[str, int] = {}
    for count in world.stock:
        stock[count.model] = count.units
    for row in world.capacity:
        there, short = stock.get(row.model, 0), 0
        for month, made, asked in zip(
            world.months, row.demonstrated_units, due.get(row.model, [0] * len(world.months)), strict=True
        ):
            if made is None or asked is None or str(month) > until:
                break
            there += made - asked
            lack = max(0, -there)
            if lack > short:
                yield Short(row.maker, row.class_, str(month), lack - short)
            short = lack
