"""P5: after delivery: was each check drawn from a list that no one could fit, and is all that is owed responded to?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from ecluse.custody.drawn import (
    THERE,
    draw,
    drawn_by_end_user,
    live,
    round_at,
    sample_size,
    told_at,
    units_of,
    value_of,
)
from ecluse.custody.measures import measure
from ecluse.custody.ranges import Ranges, count, difference, union
from ecluse.custody.rules_after import Matter as Owed
from ecluse.custody.rules_after import after, beacon_named, due_rungs, held_digest, quarters_due, statement_id
from ecluse.custody.terms import DeliveryVerification, Loss, Manifest
from ecluse.custody.terms_after import (
    AfterResponse,
    ArrivalReport,
    BeaconOrigin,
    BeaconValue,
    CaseClosed,
    Cause,
    CheckDraw,
    CheckFrame,
    CheckList,
    CheckRound,
    CheckVisit,
    DeliveryStatement,
    LiveDelivery,
    Outcome,
    Rung,
)
from ecluse.edge.law import newest_law
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Case, DeliveryMade
from ecluse.order import Gate

BAD = {Outcome.MISSING: Cause.MISSING, Outcome.REFUSED: Cause.REFUSED, Outcome.ELSEWHERE: Cause.ELSEWHERE}
ONLY_A_PERSON = frozenset({Rung.SUSPENSION, Rung.CLOSED})


def checks_follow_their_order(reading: Reading, tally: Tally) -> None:
    """Was the round fixed before the list, the list committed before the value, and the draw made from both?"""

    def check(row: Filed) -> None:
        fixed: CheckRound = row.value
        tally.count("checks_fixed")
        listed, value, drawn = (_one(reading, fixed.id, cls) for cls in (CheckList, BeaconValue, CheckDraw))
        steps = [one for one in (row, listed, value, drawn) if one is not None]
        is_ordered = all(_is_before(one, other) for one, other in pairwise(steps))
        if not is_ordered or (listed is not None and listed.value.on >= fixed.value_on):
            tally.broken("check_out_of_order", fixed.id, (listed or row).on, value_on=fixed.value_on)
        if listed is not None:
            _list_is_whole(reading, tally, fixed, listed)
        if value is not None:
            _value_is_of_the_round(reading, tally, row, value)
        if listed is not None and value is not None and drawn is not None:
            tally.count("checks_drawn")
            _draw_is_repeated(tally, listed, value, drawn)

    tally.each(reading.of(CheckRound), check, lambda row: row.rid)


def _one(reading: Reading, check: str, cls: type[Any]) -> Filed | None:
    found = reading.about(check, cls)
    return found[0] if found else None


def _is_before(one: Filed, other: Filed) -> bool:
    """Within a log the index says; from one year's log to the next only a later day does."""
    return one.index < other.index and one.on <= other.on if one.log == other.log else one.on < other.on


def _list_is_whole(reading: Reading, tally: Tally, fixed: CheckRound, listed: Filed) -> None:
    """Does the committed list hold every delivered unit that was with its end user, and enough of them drawn?"""
    frame = reading.by_digest.get(listed.value.frame_digest)
    if frame is None or not isinstance(frame.value, CheckFrame) or frame.value.check != fixed.id:
        tally.broken("check_list_gone", fixed.id, listed.on, rests=[fixed.id])
        return
    wanted, stated = live_on(reading, listed.on), frame.value.deliveries
    if sorted(stated, key=lambda one: one.tranche) != wanted:
        tally.broken(
            "check_list_differs", fixed.id, listed.on, rests=[one.tranche for one in wanted], units=units_of(wanted),
            listed=units_of(stated),
        )  # fmt: skip
    size = sample_size(units_of(stated), fixed.confidence_bp, fixed.diverted_bp)
    if (listed.value.units, listed.value.units_drawn) != (units_of(stated), size):
        tally.broken("check_sample_small", fixed.id, listed.on, units_drawn=listed.value.units_drawn, needed=size)
    law = newest_law()
    if fixed.confidence_bp < after(law, fixed.on, "confidence_bp") or fixed.diverted_bp > after(
        law, fixed.on, "diverted_bp"
    ):
        tally.broken("check_sample_small", fixed.id, fixed.on, units_drawn=listed.value.units_drawn, needed=size)


def live_on(reading: Reading, on: date) -> list[LiveDelivery]:
    """Which delivered units were with their end users at the end of this day?"""
    found = []
    for tranche, made in _delivered(reading).items():
        if made.value.on > on:
            continue
        runs = _live(reading, tranche, made.value.end_user, on)
        order = reading.orders().get(order_of(tranche))
        if runs:
            found.append(LiveDelivery(tranche, made.value.end_user, order.value.class_ if order else "", runs))
    return sorted(found, key=lambda one: one.tranche)


def _delivered(reading: Reading) -> dict[str, Filed]:
    found: dict[str, Filed] = {}
    for row in reading.of(DeliveryMade):
        found.setdefault(row.value.tranche, row)
    return found


def _live(reading: Reading, tranche: str, end_user: str, on: date) -> Ranges:
    manifests = [row.value for row in reading.about(tranche, Manifest)]
    return live(manifests, [row.value for row in reading.about(tranche, Loss)], end_user, on)


def _value_is_of_the_round(reading: Reading, tally: Tally, fixed: Filed, row: Filed) -> None:
    """Is it the value of that very round, no earlier than the round was told, and no demonstration's in service?"""
    value: BeaconValue = row.value
    beacon = beacon_named(newest_law(), fixed.on, fixed.value.beacon)
    told = told_at(beacon, value.round)
    is_round = (value.beacon, value.round) == (fixed.value.beacon, fixed.value.round)
    is_of_day = told.date() == fixed.value.value_on and round_at(beacon, told) == value.round
    is_signed = value_of(bytes.fromhex(value.signature_hex)).hex() == value.value_hex
    if not (is_round and is_of_day and is_signed) or row.on < told.date():
        tally.broken("beacon_of_another_round", fixed.value.id, row.on, round=value.round)
    if (value.origin is BeaconOrigin.DEMONSTRATION) != reading.is_demonstration():
        tally.broken("beacon_of_a_demonstration", fixed.value.id, row.on, round=value.round)


def _draw_is_repeated(tally: Tally, listed: Filed, value: Filed, drawn: Filed) -> None:
    numbers = listed.value
    again = draw(
        bytes.fromhex(value.value.value_hex), bytes.fromhex(numbers.frame_digest), numbers.units, numbers.units_drawn
    )
    tally.count("units_drawn", len(again))
    if (drawn.value.positions, drawn.value.frame_digest) != (again, numbers.frame_digest):
        tally.broken("check_drawn_otherwise", drawn.value.check, drawn.on, rests=[drawn.value.check])


def visits_are_of_the_sample(reading: Reading, tally: Tally) -> None:
    """Was every unit drawn seen for by its day, each once, and no other in its stead?"""
    visits: dict[str, dict[str, list[Filed]]] = defaultdict(lambda: defaultdict(list))
    for row in reading.of(CheckVisit):
        visits[row.value.check][row.value.end_user].append(row)

    def check(row: Filed) -> None:
        drawn: CheckDraw = row.value
        frame = reading.by_digest.get(drawn.frame_digest)
        if frame is None:
            return  # said where the list is checked
        wanted, made = drawn_by_end_user(frame.value.deliveries, drawn.positions), visits.pop(drawn.check, {})
        due_on = drawn.on + timedelta(after(newest_law(), drawn.on, "visit_days"))
        for end_user in sorted({*wanted, *made}):
            _visit(reading, tally, drawn, (end_user, wanted.get(end_user, ()), due_on), made.get(end_user, []))

    tally.each(reading.of(CheckDraw), check, lambda row: row.rid)
    for check_name, own in sorted(visits.items()):
        for rows in own.values():
            tally.broken("visit_of_others", check_name, rows[0].on, end_user=rows[0].value.end_user)


def _visit(
    reading: Reading, tally: Tally, drawn: CheckDraw, wanted: tuple[str, Ranges, date], made: list[Filed]
) -> None:
    end_user, runs, due_on = wanted
    if not made:
        tally.count("units_not_visited", count(runs))
        if reading.today() > due_on:
            tally.held("visit_overdue", drawn.check, due_on, end_user=end_user, units=count(runs))
        return
    told = [run for row in made for one in row.value.found for run in one.ranges]
    if union(told) != runs or sum(run.units() for run in told) != count(runs) or len(made) > 1:
        tally.broken(
            "visit_of_others", drawn.check, made[0].on, rests=[end_user], end_user=end_user,
            units=count(difference(union(told), runs)) + count(difference(runs, union(told))),
        )  # fmt: skip
    for row in made:
        if not reading.is_signed(row, row.value.officer):
            tally.broken("visit_unsigned", row.rid, row.on, rests=[end_user], officer=row.value.officer)
        for one in row.value.found:
            tally.count(f"units_{one.outcome.value}", count(one.ranges))


def statements_agree(reading: Reading, tally: Tally) -> None:
    """Did recipients sign what they state, and does it add up to what the handovers say they have?"""

    def check(row: Filed) -> None:
        stated: DeliveryStatement = row.value
        tally.count("statements")
        if not reading.is_signed(row, stated.end_user):
            tally.broken("statement_unsigned", stated.id, row.on, rests=[stated.end_user], end_user=stated.end_user)
        held = union(*_held(reading, stated.end_user, stated.last_day).values())
        gone = stated.units_used + stated.units_lost + stated.units_transferred
        is_same = gone or stated.held_digest == held_digest(held)
        if stated.units_held + gone != count(held) or not is_same:
            tally.held(
                "statement_differs", stated.id, row.on, end_user=stated.end_user, units=count(held),
                stated=stated.units_held + gone,
            )  # fmt: skip

    tally.each(reading.of(DeliveryStatement), check, lambda row: row.rid)


def _held(reading: Reading, end_user: str, on: date) -> dict[str, Ranges]:
    made = dict.fromkeys(row.value.tranche for row in reading.about(end_user, DeliveryMade) if row.value.on <= on)
    found = {tranche: _live(reading, tranche, end_user, on) for tranche in made}
    return {tranche: runs for tranche, runs in found.items() if runs}


# ------------------------------------------------------------------ what is owed


def owed_is_responded_to(reading: Reading, tally: Tally) -> None:
    """Is every rung of the ladder that the clock takes on record, and did only persons suspend or close?"""
    law, on = newest_law(), reading.today()
    end_users = sorted({row.subject for row in reading.of(DeliveryMade)})

    def check(end_user: str) -> None:
        responses = [row.value for row in reading.about(end_user, AfterResponse)]
        for matter in _matters(reading, end_user, on):
            taken = {one.rung for one in responses if one.about == matter.about}
            is_made_good = bool(taken & {Rung.ANSWERED, Rung.CLOSED})
            tally.count(f"{matter.cause.value}_overdue" if matter.cause in OWED else f"{matter.cause.value}_found")
            for due in due_rungs(matter, taken, law, on):
                if due.is_clocks:
                    tally.broken(
                        "response_missing", matter.about, due.on, rests=[end_user, matter.tranche], end_user=end_user,
                        rung=due.rung.value,
                    )  # fmt: skip
            if not is_made_good:
                tally.held("matter_open", matter.about, matter.since, end_user=end_user, cause=matter.cause.value)

    tally.each(end_users, check, str)
    for row in reading.of(AfterResponse):
        tally.count("responses")
        is_person = row.value.by.startswith("officer:") and row.value.by == row.actor
        if row.value.rung in ONLY_A_PERSON and not is_person:
            tally.broken("response_by_no_person", row.rid, row.on, rests=[row.subject], rung=row.value.rung.value)
    for row in reading.of(CaseClosed):
        tally.count("cases_closed")
        if row.value.officer != row.actor or not row.actor.startswith("officer:"):
            tally.broken("response_by_no_person", row.rid, row.on, rests=[row.subject], rung=Rung.CLOSED.value)


OWED = frozenset({Cause.VERIFICATION, Cause.STATEMENT})


def _matters(reading: Reading, end_user: str, on: date) -> Iterator[Owed]:
    law, made = newest_law(), [row.value for row in reading.about(end_user, DeliveryMade)]
    verified = {row.value.tranche for row in reading.about(end_user, DeliveryVerification)}
    for one in made:
        due_on = one.on + timedelta(measure(law, one.on, "verification_days"))
        if one.tranche not in verified and due_on < on:
            yield Owed(end_user, Cause.VERIFICATION, one.tranche, one.tranche, due_on)
    stated = {row.value.last_day for row in reading.about(end_user, DeliveryStatement)}
    for _, last, due_on in quarters_due(law, min((one.on for one in made), default=on), on):
        held = _held(reading, end_user, last) if due_on < on and last not in stated else {}
        if held:
            yield Owed(end_user, Cause.STATEMENT, statement_id(end_user, last), max(held), due_on)
    for row in reading.about(end_user, CheckVisit):
        for cause in dict.fromkeys(BAD[one.outcome] for one in row.value.found if one.outcome in BAD):
            yield Owed(end_user, cause, f"{row.rid}/{cause.value}", "", row.value.on)


def shortfalls_have_cases(reading: Reading, tally: Tally) -> None:
    """Is what did not arrive as its manifest says on record by the manifest's own count, and with a case?"""
    opened = {(row.value.tranche, row.on) for row in reading.of(Case) if row.value.gate == Gate.CUSTODY.value}
    reports = {row.value.manifest: row for row in reading.of(ArrivalReport)}

    def check(row: Filed) -> None:
        manifest: Manifest = row.value
        if manifest.received_at is None or not (manifest.short or manifest.rejected):
            return
        tally.count("shortfalls")
        told = reports.get(manifest.id)
        is_told = told is not None and (told.value.short, told.value.rejected) == (manifest.short, manifest.rejected)
        if not is_told or (manifest.tranche, row.on) not in opened:
            units = count((*manifest.short, *manifest.rejected))
            tally.broken_unless(
                reading.is_held(manifest.tranche, Gate.CUSTODY), "shortfall_untold", manifest.id, row.on,
                rests=[manifest.tranche, order_of(manifest.tranche)], units=units,
            )  # fmt: skip

    tally.each(reading.of(Manifest), check, lambda row: row.rid)


def verified(reading: Reading) -> dict[str, Ranges]:
    """Which numbers of which tranche did the authority of its end user's state verify by its own signature?"""
    found = {}
    for row in reading.of(DeliveryVerification):
        order = reading.orders().get(order_of(row.value.tranche))
        if order and reading.signs_kept(row.digest, f"authority:{order.value.destination.lower()}"):
            found[row.value.tranche] = row.value.ranges
    return found


def post_checks(reading: Reading) -> dict[str, int]:
    """How many checks were drawn, of how many units, and how many of those were seen or accounted for?"""
    drawn = reading.of(CheckDraw)
    visits = [one for row in reading.of(CheckVisit) for one in row.value.found]
    return {
        "checks": len(drawn), "units_drawn": sum(len(row.value.positions) for row in drawn),
        "units_visited": sum(count(one.ranges) for one in visits),
        "units_there": sum(count(one.ranges) for one in visits if one.outcome in THERE),
    }  # fmt: skip


CHECKS = (
    checks_follow_their_order,
    visits_are_of_the_sample,
    statements_agree,
    owed_is_responded_to,
    shortfalls_have_cases,
)
