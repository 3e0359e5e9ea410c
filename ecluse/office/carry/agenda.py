"""What will the simulated parties do, and when? An agenda kept in the database, so that a killed year goes on.

A day is one transaction: its steps run in the order of their ids, what they put on the agenda is kept with what they
recorded, and the whole becomes durable together. Printed days are committed days.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.office.models import Agenda

PHASES = (
    "rates", "lives", "home_delivery", "shortage", "block", "marking", "lists", "clearance", "withdrawal",
    "sign_figures", "certificate", "event", "ask_to_offer", "authorise_offer", "file", "parties", "stop_clock",
    "resume_clock",
    "opinion", "condition", "decide", "appeal", "decide_appeal", "decide_anew", "exhaust", "expire", "lapse",
    "call_off", "pack", "dispatch",
    "release", "deliver", "loss", "give_back", "verify", "close_chain", "sighting", "receive", "contribute",
    "allocate", "purchase", "accept", "close_period", "proceeds", "commit_baseline", "adopt_plan", "lay_keys",
    "hand_in", "note_late", "state_held", "fix_round", "commit_list", "bring_value", "visit", "look_after",
    "checkpoint", "close_day",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One thing that somebody does on a day: its kind, whom it concerns, and what else it needs."""

    id: str
    kind: str
    key: str
    facts: str

    def fact(self, name: str) -> Any:
        """What else does the step need, under this name?"""
        return json.loads(self.facts).get(name)


class AgendaBook:
    """The steps ahead, by day; what is new and what is done goes to the database with the day."""

    def __init__(self, last_day: date) -> None:
        self.last_day = last_day
        self.by_day: dict[date, list[Step]] = {}
        self.new: dict[str, Agenda] = {}
        self.today: date | None = None

    def put(self, on: date, kind: str, key: str, **facts: Any) -> None:
        """Somebody will do this on that day; what lies beyond the world's last day never happens."""
        if on > self.last_day:
            return
        step_id = f"{on}|{PHASES.index(kind):02d}|{kind}|{key}"
        step = Step(step_id, kind, key, json.dumps(facts, sort_keys=True))
        heapq.heappush(self.by_day.setdefault(on, []), step)
        if on != self.today:
            self.new[step_id] = Agenda(id=step_id, on=on, body=step.facts)

    def put_once(self, on: date, kind: str, key: str) -> None:
        """As `put`, unless the same is on the agenda of that day already."""
        step_id = f"{on}|{PHASES.index(kind):02d}|{kind}|{key}"
        if all(step.id != step_id for step in self.by_day.get(on, ())):
            self.put(on, kind, key)

    def load(self) -> None:
        """Take up the agenda as the last committed day left it."""
        for row in Agenda.objects.order_by("id"):
            _, _, kind, key = row.id.split("|", 3)
            heapq.heappush(self.by_day.setdefault(row.on, []), Step(row.id, kind, key, row.body))

    def days(self) -> Iterator[date]:
        """Which days are still to come, in order?"""
        while self.by_day:
            yield min(self.by_day)

    def run(self, day: date, stage: Any, does: Mapping[str, Callable[[Any, Step, date], None]]) -> int:
        """Do everything of this day, what it puts on the same day included. How many steps were done?"""
        self.today, done = day, 0
        while self.by_day.get(day):
            step = heapq.heappop(self.by_day[day])
            does[step.kind](stage, step, day)
            done += 1
        self.by_day.pop(day, None)
        return done

    def save(self, day: date) -> None:
        """Keep the agenda in the day's transaction."""
        Agenda.objects.filter(on=day).delete()
        Agenda.objects.bulk_create(list(self.new.values()), batch_size=2000)
        self.new.clear()
