"""Which serial numbers were committed and marked, so that every honest unit was born before it left?"""

from __future__ import annotations

from datetime import date, timedelta

from ecluse.edge.world.draft import LAST_DAY, Draft

UNIT_CLASSES = ("long_range", "naval_drone", "ground_robot", "ew_set", "howitzer")
# So many numbers of unit-level classes are made in a world of full size; what nobody bought stays at the line.
MADE_OF_UNIT_CLASSES = 61_000


def add_blocks(draft: Draft) -> None:
    """Which blocks does each line commit, and what does it mark month by month, ahead of what leaves?"""
    demand: dict[tuple[str, str], dict[int, int]] = {}
    for order in draft.tables["orders"]:
        if order["line"]:
            months = demand.setdefault((order["line"], order["model"]), {})
            month = order["filed_on"].month
            months[month] = months.get(month, 0) + order["units"]
    sold = sum(
        sum(months.values()) for (_, model), months in demand.items() if draft.model(model)["class"] in UNIT_CLASSES
    )
    wanted = max(MADE_OF_UNIT_CLASSES * draft.size // 1000, sold * 5 // 4)
    for key in sorted(demand):
        is_unit = draft.model(key[1])["class"] in UNIT_CLASSES
        percent = wanted * 100 // max(1, sold) + 1 if is_unit else 108
        _add_block(draft, key, demand[key], percent)


def _add_block(draft: Draft, key: tuple[str, str], demand: dict[int, int], percent: int) -> None:
    line, model = key
    rng, first_month = draft.rng, min(demand)
    committed_on = max(date(2026, first_month, 1) - timedelta(20), date(2026, 1, 2))
    block = draft.next("block")
    at, first = 1, rng.randint(0, 40) * 100 + 1
    for month in sorted(demand):
        units = demand[month] * percent // 100 + 1
        on = max(committed_on + timedelta(2), date(2026, month, 1) - timedelta(rng.randint(2, 8)))
        draft.add("markings", block=block, first=first + at - 1, last=first + at + units - 2, fate="made", on=on)
        at += units
        if rng.random() < 0.3:
            spoilt = rng.randint(1, 3)
            draft.add("markings", block=block, first=first + at - 1, last=first + at + spoilt - 2, fate="void", on=on)
            at += spoilt
    spare = rng.randint(5, 60)
    if rng.random() < 0.5:
        draft.add(
            "markings", block=block, first=first + at - 1, last=first + at + spare - 2, fate="unused",
            on=LAST_DAY - timedelta(rng.randint(0, 20)),
        )  # fmt: skip
    draft.add(
        "blocks", block=block, line=line, model=model, prefix=_prefix(draft, model), first=first, count=at - 1 + spare,
        committed_on=committed_on, funded_for_home=False,
    )  # fmt: skip


def special_block(
    draft: Draft, line: str, model: str, units: int, *, committed_on: date, marked_on: date,
    funded_for_home: bool = False, made: int = 0,
) -> str:  # fmt: skip
    """Which block was committed beside the ordinary ones, all of it (or so many numbers) made on one day?"""
    block, first = draft.next("block"), draft.rng.randint(0, 40) * 100 + 1
    draft.add(
        "blocks", block=block, line=line, model=model, prefix=_prefix(draft, model), first=first, count=units,
        committed_on=committed_on, funded_for_home=funded_for_home,
    )  # fmt: skip
    draft.aside.add(block)
    draft.add("markings", block=block, first=first, last=first + (made or units) - 1, fate="made", on=marked_on)
    return block


def _prefix(draft: Draft, model: str) -> str:
    draft.counters["prefix"] = number = draft.counters.get("prefix", 100) + draft.rng.randint(1, 4)
    return model.partition(":")[2].replace("-", "").upper() + f"-{number}-"


def number_blocks(draft: Draft) -> dict[str, str]:
    """Which numbers do the blocks get? By line and model, the ordinary block first: it is used up first."""
    rows = sorted(
        draft.tables["blocks"], key=lambda row: (row["line"], row["model"], row["block"] in draft.aside, row["prefix"])
    )
    return {row["block"]: f"block:{number:04d}" for number, row in enumerate(rows, 1)}
