"""Which rows of a world contradict another table? One rule, one function: classes, days, units, shares, lists."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from ecluse.base.errors import Fault
from ecluse.base.money import EXPONENTS
from ecluse.custody.life import kind_of, may_follow, out_of_turn
from ecluse.custody.terms import LifeEvent, LifeState
from ecluse.edge.world.check_cells import found_in, wrong_text
from ecluse.edge.world.check_rules import Found, Rule, Spot
from ecluse.edge.world.check_sheet import SEE, Gathered

WHOLE_BP = 10_000

# Table and column whose day comes no earlier than a day of another table, found by the column that cites it.
NO_EARLIER = (
    ("withdrawals", "on", "certificate", "certificates", "certificate", "asked_on"),
    ("lives", "on", "subject", "centres", "centre", "announced_on"),
    ("events", "on", "subject", "orders", "order", "filed_on"),
)


def days_follow_what_they_cite(found: Found) -> Iterator[Fault]:
    """Which days come before that of the row they cite?"""
    for table, day, cites, other, key, other_day in NO_EARLIER:
        since = found.by_id(other, key, other_day)
        for spot, (cited, on) in found.rows(table, cites, day):
            first = since.get(cited)
            if on is not None and first is not None and on < first:
                expected = f"{other_day} of {cited} ({first}) or later"
                yield spot.fault(day, expected, str(on), "mend one of the days")


def classes_agree(found: Found) -> Iterator[Fault]:
    """Which rows name a model and a class that is not its own?"""
    class_of = found.by_id("models", "model", "class")
    for table in ("capacity", "funded_orders", "stock", "reserves"):
        for spot, (model, said) in found.rows(table, "model", "class"):
            own = class_of.get(model)
            if said and own and said != own:
                yield spot.fault("class", f"{own}, the class of {model}", said, "mend the model or the class")


def lines_make_the_class(found: Found) -> Iterator[Fault]:
    """Which orders and blocks name a line that makes goods of another class?"""
    class_of = found.by_id("models", "model", "class")
    made_on = found.by_id("lines", "line", "class")
    for table in ("orders", "blocks"):
        for spot, (model, line) in found.rows(table, "model", "line"):
            own, made = class_of.get(model), made_on.get(line)
            if own and made and own != made:
                remedy = "name a line of that class, or another model"
                yield spot.fault("line", f"a line for {own}, the class of {model}", f"{line} for {made}", remedy)


def units_come_from_the_class(found: Found) -> Iterator[Fault]:
    """Which orders take units of a block of another class?"""
    class_of = found.by_id("models", "model", "class")
    ordered, built = found.by_id("orders", "order", "model"), found.by_id("blocks", "block", "model")
    for spot, (order, step, name, block) in found.rows("conduct", "order", "step", "field", "value"):
        if (step, name) == ("units", "block"):
            own, other = class_of.get(ordered.get(order, "")), class_of.get(built.get(block, ""))
            if own and other and own != other:
                expected = f"a block of {own}, the class of {order}"
                yield spot.fault("value", expected, f"{block} of {other}", "name a block of that class")


# What the value of a deviation names: step and field (or its beginning, up to a dot), then the table of its ids.
# An allocation may name a shortage that nobody stated: that is no error of the table but a thing for the gate to find.
CITED_BY_CONDUCT = (
    ("decision", "author", "officers"), ("decision", "countersigner", "officers"), ("opinion", "officer.", "officers"),
    ("units", "block", "blocks"), ("units", "reuse", "orders"), ("handover", "end_user", "parties"),
    ("receipt", "payer", "parties"), ("contribution", "payer", "parties"),
    ("condition", "set_by", "authorities"), ("condition", "lifted_by", "authorities"),
)  # fmt: skip


def deviations_name_what_is_known(found: Found) -> Iterator[Fault]:
    """Which deviations name an officer, block, order, party, authority or currency that nobody knows?"""
    known = {name: found.ids(name) for *_, name in CITED_BY_CONDUCT if found.has_ids(name)}
    for spot, (step, name, value) in found.rows("conduct", "step", "field", "value"):
        if not value or not name:
            continue
        if (step, name) == ("receipt", "currency") and value not in EXPONENTS:
            yield spot.fault("value", f"one of {', '.join(EXPONENTS)}", found_in(value), "name a currency")
        for cited_step, beginning, table in CITED_BY_CONDUCT:
            cites = (
                step == cited_step and name.startswith(beginning) and beginning in (name, f"{name.partition('.')[0]}.")
            )
            if cites and value != "none" and value not in known.get(table, (value,)):
                yield spot.fault("value", f"an id of {table}", found_in(value), "add its row, or cite another")


EVENT_OF = {"licence": "orders", "urgent": "classes", "centre": "centres", "line": "lines"}


def events_fit_their_subjects(found: Found) -> Iterator[Fault]:
    """Which events happen to something they cannot happen to?"""
    known = {name: found.ids(name) for name in EVENT_OF.values() if found.has_ids(name)}
    for spot, (kind, subject) in found.rows("events", "kind", "subject"):
        table = EVENT_OF.get((kind or "").partition("_")[0], "")
        is_other = any(subject in ids for name, ids in known.items() if name != table)
        if table in known and subject not in known[table] and is_other:
            yield spot.fault("subject", f"an id of {table} for {kind}", subject, "mend the kind or the subject")


def lives_go_step_by_step(found: Found) -> Iterator[Fault]:
    """Which steps of a centre or line may not follow those before, or are another state's to record?

    Steps of one day follow in the order of rows. The first is what is known when the world begins: a line may be in
    series since long ago.
    """
    hosts = {**found.by_id("centres", "centre", "host"), **found.by_id("lines", "line", "host")}
    steps: dict[str, list[tuple[date, int, LifeEvent, Spot]]] = {}
    for spot, (subject, state, owner, on) in found.rows("lives", "subject", "state", "owner", "on"):
        if subject and state and owner and on:
            event = LifeEvent(f"{spot.at}", subject, LifeState(state), owner, on)
            steps.setdefault(subject, []).append((on, spot.at, event, spot))
    for subject, rows in steps.items():
        rows.sort(key=lambda row: row[:2])
        yield from _wrong_step(subject, hosts.get(subject), [(event, spot) for _, _, event, spot in rows])


def _wrong_step(subject: str, host: str | None, steps: list[tuple[LifeEvent, Spot]]) -> Iterator[Fault]:
    """The first step of a life that is wrong, if one is; whose it is, only where it is known where the place stands."""
    anothers = next(out_of_turn(subject, host, [event for event, _ in steps]), None) if host else None
    for (before, _), (event, spot) in pairwise(steps):
        may = [one.value for one in LifeState if may_follow(kind_of(subject), before.state, one)]
        if event.state.value not in may:
            expected = f"after {before.state.value}: {' or '.join(may) or 'nothing'}"
            yield spot.fault("state", expected, event.state.value, "mend the steps or their days")
            return
        if event is anothers:
            expected = f"the authority whose step {event.state.value} is after {before.state.value}"
            yield spot.fault("owner", expected, event.owner, "name who took it: the home state or the host")
            return


_Run = tuple[int, int, Spot]


def markings_lie_within_blocks(found: Found) -> Iterator[Fault]:
    """Which marked runs reach beyond their block, or mark a number twice?"""
    first_of, count_of = found.by_id("blocks", "block", "first"), found.by_id("blocks", "block", "count")
    runs: dict[str, list[_Run]] = {}
    for spot, (block, first, last) in found.rows("markings", "block", "first", "last"):
        if block is None or first is None or last is None or last < first:
            continue
        begins, count = first_of.get(block), count_of.get(block)
        if begins is not None and count:
            for heading, number in (("first", first), ("last", last)):
                if not begins <= number < begins + count:
                    expected = f"a number of {block}, {begins} to {begins + count - 1}"
                    yield spot.fault(heading, expected, str(number), "mend the run or the block")
        runs.setdefault(block, []).append((first, last, spot))
    for block, marked in runs.items():
        yield from _overlaps(marked, f"of {block}")


def blocks_lie_apart(found: Found) -> Iterator[Fault]:
    """Which blocks commit numbers of a prefix that another block has committed?"""
    runs: dict[str, list[_Run]] = {}
    for spot, (prefix, first, count) in found.rows("blocks", "prefix", "first", "count"):
        if prefix is not None and first is not None and count:
            runs.setdefault(prefix, []).append((first, first + count - 1, spot))
    for prefix, committed in runs.items():
        yield from _overlaps(committed, f"with prefix {prefix}")


def _overlaps(runs: list[_Run], of: str) -> Iterator[Fault]:
    """Which runs begin before an earlier one ends? The later row is named."""
    furthest: _Run | None = None
    for run in sorted(runs, key=lambda run: (run[0], run[1], run[2].at)):
        if furthest is not None and run[0] <= furthest[1]:
            earlier, later = sorted((run[2], furthest[2]), key=lambda spot: spot.at)
            row = earlier.sheet.rows[earlier.at][0]
            what = f"{run[0]} to {min(run[1], furthest[1])} again, as in row {row}"
            yield later.fault("first", f"each number {of} once", what, "mend one of the runs")
        if furthest is None or run[1] > furthest[1]:
            furthest = run


def shares_stay_within_the_whole(found: Found) -> Iterator[Fault]:
    """Of which firms do the owners' smallest shares exceed the whole on some day? Who owns itself?"""
    held: dict[str, list[tuple[date, int, date, int, Spot]]] = {}
    for spot, (owner, owned, share, since, until) in found.rows(
        "ownerships", "owner", "owned", "share_min_bp", "since", "until"
    ):
        if owner is not None and owner == owned:
            yield spot.fault("owner", "another party than the one owned", owner, "mend owner or owned")
        if owned and share and since:
            held.setdefault(owned, []).append((since, spot.at, until or date.max, share, spot))
    for owned, stakes in held.items():
        live: list[tuple[date, int]] = []
        whole = 0
        for since, _, until, share, spot in sorted(stakes, key=lambda stake: stake[:2]):
            while live and live[0][0] < since:
                whole -= heapq.heappop(live)[1]
            heapq.heappush(live, (until, share))
            whole += share
            if whole > WHOLE_BP:
                expected = f"at most {WHOLE_BP} together of {owned}"
                yield spot.fault("share_min_bp", expected, f"{whole} on {since}", "mend the shares")
                break


LIST_HEADINGS = ("entry", "name", "kind", "identifiers")


def lists_are_there(found: Found) -> Iterator[Fault]:
    """Which versions of a list name a file that is missing, or that holds no entries?"""
    gathered = found.gathered
    for spot, (file,) in found.rows("list_versions", "file"):
        if not file:
            continue
        if file not in gathered.files and file not in gathered.others:
            missing = "no such sheet" if gathered.is_workbook else "no such file"
            yield spot.fault("file", "a file of the world", f"{file}, {missing}", "add the file, or name another")


def entries_are_whole(found: Found) -> Iterator[Fault]:
    """Which entries of the lists lack an id or a name, or stand twice?"""
    for file in sorted(found.gathered.files):
        if file.startswith("lists/"):
            yield from _list_faults(found.gathered, file)


def _list_faults(gathered: Gathered, file: str) -> Iterator[Fault]:
    place, (header, *rows) = gathered.place(file), gathered.files[file] or [(1, [])]
    if tuple(header[1]) != LIST_HEADINGS:
        expected = f"the headings {','.join(LIST_HEADINGS)}"
        yield Fault(place, 1, None, expected, found_in(",".join(header[1])), f"name them so; {SEE}")
        return
    seen: dict[str, int] = {}
    for number, cells in rows:
        if len(cells) != len(LIST_HEADINGS):
            yield Fault(place, number, None, f"{len(LIST_HEADINGS)} cells", str(len(cells)), "add the missing cells")
            continue
        for heading, text in zip(LIST_HEADINGS, cells, strict=True):
            wrong = wrong_text(text) or ("an empty cell" if not text and heading in LIST_HEADINGS[:2] else None)
            if wrong:
                yield Fault(place, number, heading, f"the {heading} in plain text", wrong, "mend the cell")
        earlier = seen.setdefault(cells[0], number)
        if earlier != number and cells[0]:
            what = f"{cells[0]}, as in row {earlier}"
            yield Fault(place, number, "entry", "each entry once", what, "remove or rename one")


RULES: tuple[Rule, ...] = (
    days_follow_what_they_cite, classes_agree, lines_make_the_class, units_come_from_the_class,
    deviations_name_what_is_known, events_fit_their_subjects, lives_go_step_by_step,
    markings_lie_within_blocks, blocks_lie_apart, shares_stay_within_the_whole, lists_are_there, entries_are_whole,
)  # fmt: skip
