"""Up to where may a stranger see the logs? Entries of closed times, the outer log whole, and how the two are bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.base.law import Law
from ecluse.base.sealed import unseal_as
from ecluse.custody.log.outer import OuterPeriod, cadence, closes_showing, is_outer, outer_log
from ecluse.edge.log.folder import LogFolder
from ecluse.office.models import Checkpoint, Record, Setting
from ecluse.office.publish.tiles import log_of, newest_checkpoint

TILES = "tiles"


@dataclass(frozen=True)
class Placed:
    """One period of the outer log, and where its first entry stands."""

    period: OuterPeriod
    log: str
    index: int


@dataclass(frozen=True)
class Outer:
    """Every period that was closed, and those at which a time ended whose entries are shown."""

    placed: tuple[Placed, ...]
    shown: tuple[OuterPeriod, ...]
    days: int
    months: int

    @classmethod
    def of(cls, law: Law) -> Outer | None:
        """What has this office closed? None in a demonstration that never began an outer log.

        Raises BadInputError where nothing may be shown yet: a service shows no time that is not over.
        """
        rows = Record.objects.filter(v="outer_period/1").order_by("on", "log", "index")
        found = rows.values_list("body", "log", "index")
        placed = tuple(Placed(unseal_as(OuterPeriod, bytes(body)), log, index) for body, log, index in found)
        if not placed and Setting.objects.filter(key="kind", value="demonstration").exists():
            return None
        days, months = cadence(law, placed[-1].period.on) if placed else (1, 1)
        shown = tuple(_shown([one.period for one in placed], months))
        if not shown:
            expected, remedy = "an outer log with a closed month", "run each day: ecluse log write DIR --sign"
            raise BadInputError.one("database", expected, f"{len(placed)} closed periods", remedy)
        return cls(placed, shown, days, months)

    def sizes(self, stood: dict[str, int]) -> dict[str, int]:
        """How much of each log is shown? What its newest shown head holds; of the outer log what that close wrote."""
        found: dict[str, int] = {}
        for period in self.shown:
            found |= {head.log: head.size for head in period.heads}
        after = next((one for one in self.placed if one.period.on > self.shown[-1].on), None)
        for log in filter(is_outer, stood):
            found[log] = after.index if after is not None and after.log == log else stood[log]
        last = outer_log(self.shown[-1].on)
        return {log: size for log, size in sorted(found.items()) if not is_outer(log) or log <= last}

    def sizes_shown(self, log: str, size: int) -> set[int]:
        """At which sizes may a signed head of this log be shown? Those at which a shown time ended."""
        if is_outer(log):
            closes = {one.period.on for one in self.placed} & {period.on for period in self.shown}
            rows = Checkpoint.objects.filter(log=log, size__lte=size, on__in=closes)
            return set(rows.values_list("size", flat=True))
        heads = (period.head_of(log) for period in self.shown)
        return {head.size for head in heads if head is not None}

    def form(self) -> dict[str, Any]:
        """How is it told? The cadence, the newest period, and each shown head with the salt that opens its entry."""
        return {
            "days": self.days, "months_shown": self.months, "newest": self.placed[-1].period.on.isoformat(),
            "opened": [
                {"log": outer_log(period.on), "on": period.on.isoformat(), "of": head.log, "size": head.size,
                 "root": head.root_hex, "salt": head.salt_hex}
                for period in self.shown for head in period.heads
            ],
        }  # fmt: skip


def _shown(periods: list[OuterPeriod], months: int) -> Iterator[OuterPeriod]:
    """Which periods ended a time that is shown? The last one up to each last day of it."""
    for at, period in enumerate(periods):
        after = periods[at + 1].on if at + 1 < len(periods) else None
        last = after - timedelta(1) if after is not None else period.on
        if any(closes_showing(date.fromordinal(day), months)
               for day in range(period.on.toordinal(), last.toordinal() + 1)):  # fmt: skip
            yield period


def write_outer_tiles(folder: Path, logs: Iterable[str]) -> None:
    """Write each outer log whole, up to its newest signed head, as tiles that programs of others read."""
    for name in logs:
        size, note = newest_checkpoint(name)
        if note:
            tree, entries = log_of(name, size)
            log = LogFolder(folder / TILES / name)
            log.grow(tree, size, entries)
            log.publish(note)
