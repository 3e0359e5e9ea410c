"""Does the custody gate hold what it must and let pass what it may, and do its engines agree with plain sets?"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from cases_custody import (
    ALL,
    BLOCK,
    CASES,
    CENTRE,
    CENTRE_LT,
    DELIVERY,
    DELIVERY_DAY,
    END_USER,
    FINDING,
    HANDOVER,
    HOST,
    LICENCE,
    LINE,
    MADE,
    MAKER,
    RELEASE,
    RELEASE_DAY,
    SHIPPER,
    chain,
    lost,
    returned,
    run,
    shared,
    sighted,
    sign_all,
    with_host,
    with_verification,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.canon import canonical
from ecluse.base.claim import read_claim, write_claim
from ecluse.base.days import Month
from ecluse.base.errors import EvidenceError, UnknownLawError
from ecluse.base.sealed import encode, unseal
from ecluse.base.verdict import Held, Passed, codes_of
from ecluse.custody.blocks import account_of, units_by_end
from ecluse.custody.chain import BreakKind, Chains, breaks, by_time
from ecluse.custody.gate import (
    DEPARTURE_TABLES,
    RULES,
    RULES_OF_DEPARTURE,
    TABLES,
    CustodyClaim,
    CustodyFinding,
    CustodyStage,
    Departure,
    judge,
    judge_departure,
)
from ecluse.custody.life import Subject, may_follow, may_record, next_steps, out_of_turn, state_on
from ecluse.custody.ranges import contains, count, difference, normal, overlap, same, twice, union
from ecluse.custody.recall import Effect, Reach, Recallable, recall, units_short
from ecluse.custody.serials import ALPHABET, check_character, is_in_block, parse, serial_text
from ecluse.custody.terms import (
    Fate,
    Level,
    LicenceStanding,
    LifeEvent,
    LifeState,
    Loss,
    Manifest,
    SerialRange,
    Step,
)
from ecluse.edge.law import newest_law
from ecluse.licence.terms import LicenceState, Outcome
from ecluse.surplus.terms import GoodsKind, HomeProgress

LAW = newest_law().only(TABLES)
Verdict = Passed[Any] | Held


def verdict(claim: CustodyClaim | Departure, on: date) -> Verdict:
    if isinstance(claim, Departure):
        return judge_departure(claim, on=on, law=newest_law().only(DEPARTURE_TABLES))
    return judge(claim, on=on, law=LAW)


def release(**changes: Any) -> Verdict:
    return verdict(replace(RELEASE, **changes), RELEASE_DAY)


def delivery(**changes: Any) -> Verdict:
    return verdict(replace(DELIVERY, **changes), DELIVERY_DAY)


def gravity(found: Verdict) -> int:
    return 0 if isinstance(found, Passed) else 2 if found.is_refused() else 1


def verdict_bytes(found: Verdict) -> bytes:
    return canonical(encode(found.finding) if isinstance(found, Passed) else [encode(g) for g in found.grounds])


# ------------------------------------------------------------------ every ground


@pytest.mark.parametrize("code", CASES, ids=lambda code: f"{code.split('.')[1].replace('_', ' ')} not: held")
def test_just_held(code: str) -> None:
    held, _, on = CASES[code]
    assert codes_of(verdict(held, on)) == [code]


@pytest.mark.parametrize("code", CASES, ids=lambda code: f"{code.split('.')[1].replace('_', ' ')}: passed")
def test_just_passed(code: str) -> None:
    _, passed, on = CASES[code]
    assert codes_of(verdict(passed, on)) == []


def test_every_rule_has_its_case() -> None:
    assert {f"custody.{rule.__name__}" for rule in (*RULES, *RULES_OF_DEPARTURE)} == set(CASES)


def test_a_release_says_how_many_leave() -> None:
    assert release() == Passed(
        CustodyFinding("T-1", CustodyStage.RELEASE, 100, 0, 0, 0, None, Month(2026, 5)),
    )


def test_a_delivery_says_where_all_units_are() -> None:
    found = CustodyFinding("T-1", CustodyStage.DELIVERY, 100, 100, 0, 0, date(2026, 5, 24), Month(2026, 5))
    assert delivery() == Passed(found)
    assert delivery(**lost()) == Passed(replace(found, units_delivered=95, units_lost=5))
    assert delivery(**returned(100)) == Passed(replace(found, units_delivered=0, units_returned=100))


UNKNOWN = [
    pytest.param({"line": None}, "custody.line_is_registered", id="the line"),
    pytest.param({"line_state": None}, "custody.line_is_in_series", id="the line's state"),
    pytest.param({"line_rule": None}, "custody.line_rule_is_known", id="the line's output rule"),
    pytest.param({"centre_state": None}, "custody.centre_is_open", id="the centre's state"),
    pytest.param({"home": None}, "custody.home_deliveries_are_known", id="home deliveries"),
    pytest.param({"licence": None}, "custody.licence_is_in_force", id="the licence"),
    pytest.param({"licence_standing": None}, "custody.licence_is_in_force", id="the licence's state"),
    pytest.param({"host_licence": None}, "custody.host_licence_is_present", id="the host licence"),
    pytest.param({"markings": ()}, "custody.units_are_born_in_block", id="the birth"),
    pytest.param({"blocks": ()}, "custody.units_are_born_in_block", id="the block"),
    pytest.param({"line_output": (), **shared(0)}, "custody.line_output_is_shared", id="the line's output"),
    pytest.param({"keys": ()}, "custody.host_licence_is_signed", id="the keys"),
]


@pytest.mark.parametrize(("changes", "code"), UNKNOWN)
def test_what_is_unknown_holds(changes: dict[str, Any], code: str) -> None:
    assert code in codes_of(release(**changes))


HELD_AT_RELEASE = [
    pytest.param({"ranges": (SerialRange("B-9", 1, 100),), **sign_all()}, "units_are_born_in_block", id="other block"),
    pytest.param(
        {"markings": (MADE, replace(MADE, id="MK-2", range=run(7, 7), fate=Fate.VOID))},
        "units_are_born_in_block", id="a unit was made and then void",
    ),
    pytest.param(
        {"markings": (replace(MADE, on=date(2026, 5, 21)),)}, "units_are_born_in_block", id="marked in the future"
    ),
    pytest.param({"markings": (replace(MADE, model="LR-8"),)}, "marks_are_by_the_blocks_line", id="other model marked"),
    pytest.param({"line": replace(LINE, id="LINE-2")}, "marks_are_by_the_blocks_line", id="another line claimed"),
    pytest.param({"ranges": (), "units": 0, **sign_all()}, "units_match_ranges", id="no unit at all"),
    pytest.param(
        {"ranges": (run(1, 101), run(9, 7)), **sign_all()}, "units_match_ranges", id="a run that ends before it begins"
    ),
    pytest.param({"line_state": LifeState.STOPPED}, "line_is_in_series", id="a stopped line"),
    pytest.param(
        {"licence_standing": LicenceStanding(LicenceState.REVOKED, 0)}, "licence_is_in_force", id="a revoked licence"
    ),
    pytest.param({"licence": replace(LICENCE, end_user="user:x")}, "licence_is_for_this_order", id="another end user"),
    pytest.param({"licence": replace(LICENCE, destination="SE")}, "licence_is_for_this_order", id="other destination"),
    pytest.param(with_host(replace(HOST, order="O-2")), "host_licence_is_present", id="host licence of another order"),
    pytest.param(with_host(replace(HOST, host="PL")), "host_licence_is_present", id="host licence of another state"),
    pytest.param(
        {"home": HomeProgress("fpv", Month(2026, 4), 9, 9)}, "home_deliveries_are_known", id="home figures of others"
    ),
    pytest.param(
        {"line": replace(LINE, class_="no-such-class"), "level": Level.CRATE},
        "level_is_fine_enough", id="a class without a row is traced by unit",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code"), HELD_AT_RELEASE)
def test_held_at_release(changes: dict[str, Any], code: str) -> None:
    assert f"custody.{code}" in codes_of(release(**changes))


def test_goods_in_transit_to_the_centre_are_not_released() -> None:
    arriving = replace(RELEASE.manifests[1], received_at=None)
    assert "custody.release_is_signed_by_both" in codes_of(release(**sign_all(RELEASE.manifests[0], arriving)))


def test_goods_that_need_no_licence_still_need_the_hosts() -> None:
    finding = replace(FINDING, outcome=Outcome.NO_LICENCE_REQUIRED)
    changes = {"finding": finding, "licence": None, "licence_standing": None}
    assert codes_of(release(**changes)) == []
    assert codes_of(release(**changes, host_licence=None)) == ["custody.host_licence_is_present"]


def test_goods_that_leave_from_home_need_no_host() -> None:
    changes = {"centre": None, "centre_state": None, "host_licence": None, "host_licence_signatures": ()}
    assert codes_of(release(**changes)) == []
    abroad = replace(LINE, host="DE")
    assert codes_of(release(**changes, line=abroad)) == ["custody.host_licence_is_present"]
    licence = replace(HOST, host="DE", owner="authority:de")
    assert codes_of(release(**{**changes, **with_host(licence, "authority:de")}, line=abroad)) == []


@pytest.mark.parametrize("kind", [GoodsKind.SERVICE, GoodsKind.TECHNOLOGY])
@pytest.mark.parametrize("stage", CustodyStage)
def test_what_has_no_units_needs_only_its_permits(kind: GoodsKind, stage: CustodyStage) -> None:
    bare: dict[str, Any] = {
        "stage": stage, "finding": replace(FINDING, kind=kind), "ranges": (), "blocks": (), "markings": (),
        "home": None, "line": None, "line_state": None, "line_rule": None, "manifests": (),
        "centre": None, "centre_state": None,
    }  # fmt: skip
    assert codes_of(release(**bare)) == []
    suspended = LicenceStanding(LicenceState.SUSPENDED, 0)
    assert codes_of(release(**bare, licence_standing=suspended)) == ["custody.licence_is_in_force"]
    away = {**bare, "centre": CENTRE_LT, "host_licence": None}
    assert codes_of(release(**away)) == ["custody.host_licence_is_present"]


# ------------------------------------------------------------------ chains in a claim


def test_rejected_units_go_back_and_are_counted_as_returned() -> None:
    refused = replace(HANDOVER, rejected=(run(91, 100),))
    back = Manifest(
        "M-5", "T-1", 5, Step.RETURN, SHIPPER, MAKER, "UA", "authority:ua", (run(91, 100),), 10, (), (),
        datetime(2026, 6, 1, 8, tzinfo=UTC), datetime(2026, 6, 3, 8, tzinfo=UTC),
    )  # fmt: skip
    seen = with_verification(replace(DELIVERY.verification, ranges=(run(1, 90),), units=90))
    found = delivery(**chain(refused, back), **seen)
    assert isinstance(found, Passed)
    assert (found.finding.units_delivered, found.finding.units_returned) == (90, 10)
    assert codes_of(delivery(**chain(refused), **seen)) == ["custody.units_are_accounted_for"]


def test_short_units_without_a_loss_are_missing() -> None:
    seen = with_verification(replace(DELIVERY.verification, ranges=(run(1, 95),), units=95))
    found = delivery(**chain(replace(HANDOVER, short=(run(96, 100),))), **seen)
    assert codes_of(found) == ["custody.units_are_accounted_for"]


def test_a_loss_of_foreign_numbers_hides_nothing() -> None:
    assert codes_of(delivery(**lost(ranges=(run(301, 305),)))) == ["custody.units_are_accounted_for"]


def test_a_loss_with_the_end_user_leaves_the_delivery_as_it_was() -> None:
    loss = Loss("LS-2", "T-1", (run(3, 3),), 1, END_USER, "fire", date(2026, 7, 1))
    assert isinstance(delivery(losses=(loss,)), Passed)


def test_numbers_swapped_on_arrival_are_seen() -> None:
    swapped = replace(DELIVERY.verification, ranges=(run(1, 99), run(101, 101)))
    assert codes_of(delivery(**with_verification(swapped))) == ["custody.delivered_units_match"]


def test_a_missing_handover_is_a_gap() -> None:
    found = codes_of(delivery(**sign_all(*(m for m in DELIVERY.manifests if m.sequence != 3))))
    assert "custody.custody_has_no_gap" in found


def test_handing_on_what_was_not_yet_received_is_a_gap() -> None:
    open_ = replace(DELIVERY.manifests[2], received_at=None)
    assert "custody.custody_has_no_gap" in codes_of(delivery(**chain(open_)))


def test_goods_still_on_the_road_are_overdue_after_their_term() -> None:
    on_the_road = replace(DELIVERY, **chain(replace(HANDOVER, received_at=None)), verification=None)
    due = date(2026, 6, 21)
    assert "custody.receipt_is_in_time" not in codes_of(verdict(on_the_road, due))
    assert "custody.receipt_is_in_time" in codes_of(verdict(on_the_road, due + timedelta(1)))
    assert gravity(verdict(on_the_road, due)) == 2


def test_a_split_tranche_keeps_the_story_of_its_parent() -> None:
    """The parent's dispatch names a hundred units; the child of forty continues it."""
    part, units = (run(61, 100),), 40
    parents = [replace(m, tranche="T-0") for m in RELEASE.manifests]
    child = [replace(m, ranges=part, units=units) for m in DELIVERY.manifests[2:]]
    seen = with_verification(replace(DELIVERY.verification, ranges=part, units=units))
    assert codes_of(delivery(units=units, ranges=part, **sign_all(*parents, *child), **seen)) == []


def test_a_sighting_before_delivery_or_of_another_unit_says_nothing() -> None:
    sighting = sighted("SE")["sightings"][0]
    early = replace(sighting, on=date(2026, 5, 24))
    other = replace(sighting, range=run(101, 110))
    assert isinstance(delivery(sightings=(early, other)), Passed)


def test_a_verification_of_another_tranche_is_none() -> None:
    other = with_verification(replace(DELIVERY.verification, tranche="T-2"))
    assert codes_of(delivery(**other)) == ["custody.delivery_is_verified"]


def test_a_signature_dated_ahead_proves_nothing_yet() -> None:
    assert "custody.verification_is_signed" in codes_of(verdict(DELIVERY, date(2026, 6, 9)))


def test_law_that_is_silent_is_said_so() -> None:
    with pytest.raises(UnknownLawError):
        verdict(RELEASE, date(2020, 1, 1))


# ------------------------------------------------------------------ properties of the gate

WORSE = st.sampled_from(
    [
        {"units_of_others": 3}, {"home": replace(RELEASE.home, units_accepted=10)}, {"home": None}, {"licence": None},
        {"licence_standing": LicenceStanding(LicenceState.SUSPENDED, 999)}, {"centre_state": LifeState.CLOSED},
        {"host_units_released_before": 400}, {"host_licence": None}, {"line_rule": None}, {"line_state": None},
        {"blocks": (replace(BLOCK, funded_for_home=True),)}, {"blocks": ()}, {"markings": ()}, {"line": None},
        {"manifest_signatures": ()}, {"host_licence_signatures": ()}, {"finding": replace(FINDING, units=1)},
    ]
)  # fmt: skip


@given(st.lists(WORSE, max_size=4), WORSE)
@settings(max_examples=150, deadline=None)
def test_a_worse_fact_never_improves_a_release(before: list[dict[str, Any]], worse: dict[str, Any]) -> None:
    changes = {key: value for change in before for key, value in change.items()}
    if changes.keys() & worse.keys():
        return
    first, second = release(**changes), release(**changes, **worse)
    assert gravity(second) == 2 or gravity(second) >= max(gravity(first), 1)


@given(st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_more_released_before_never_improves_a_release(one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    by_count = [release(licence_standing=LicenceStanding(LicenceState.ISSUED, units)) for units in (fewer, more)]
    assert gravity(by_count[0]) <= gravity(by_count[1])
    assert isinstance(by_count[0], Passed) == (fewer <= 50)


@given(st.integers(0, 1200), st.integers(0, 1200))
@settings(max_examples=100, deadline=None)
def test_fewer_home_deliveries_never_improve_a_release(one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    home = [release(home=replace(RELEASE.home, units_accepted=units)) for units in (more, fewer)]
    assert gravity(home[0]) <= gravity(home[1])


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 9)), max_size=4))
@settings(max_examples=60, deadline=None)
def test_units_are_conserved_whatever_falls_short(cuts: list[tuple[int, int]]) -> None:
    """What the end user did not sign for is missing, unless it is lost or sent back."""
    short = normal(run(first, first + more) for first, more in cuts)
    left = difference(ALL, short)
    seen = with_verification(replace(DELIVERY.verification, ranges=left, units=count(left)))
    found = delivery(**chain(replace(HANDOVER, short=short)), **seen)
    losses = tuple(
        Loss(f"LS-{number}", "T-1", (part,), part.units(), SHIPPER, "flood", date(2026, 5, 23))
        for number, part in enumerate(short)
    )
    explained = delivery(**chain(replace(HANDOVER, short=short)), **seen, losses=losses)
    assert codes_of(found) == (["custody.units_are_accounted_for"] if short else [])
    assert isinstance(explained, Passed)
    finding = explained.finding
    assert finding.units_released == finding.units_delivered + finding.units_returned + finding.units_lost


@pytest.mark.parametrize("code", CASES)
def test_a_claim_written_down_earns_the_same_verdict(code: str) -> None:
    for claim in CASES[code][:2]:
        form, cited = write_claim(claim)
        by_digest = {record.digest: unseal(record.body) for record in cited}
        again = read_claim(type(claim), form, by_digest.__getitem__)
        assert again == claim
        assert verdict_bytes(verdict(again, CASES[code][2])) == verdict_bytes(verdict(claim, CASES[code][2]))


# ------------------------------------------------------------------ ranges

RUNS = st.lists(
    st.builds(SerialRange, st.sampled_from(["A", "B"]), st.integers(0, 40), st.integers(0, 40)), max_size=8
).map(tuple)


def numbers(ranges: tuple[SerialRange, ...]) -> set[tuple[str, int]]:
    return {(r.block, number) for r in ranges for number in range(r.first, r.last + 1)}


@given(RUNS, RUNS)
@settings(max_examples=400, deadline=None)
def test_ranges_are_sets(left: tuple[SerialRange, ...], right: tuple[SerialRange, ...]) -> None:
    a, b = numbers(left), numbers(right)
    assert numbers(union(left, right)) == a | b
    assert numbers(overlap(left, right)) == a & b
    assert numbers(difference(left, right)) == a - b
    assert contains(left, right) == (b <= a)
    assert same(left, right) == (a == b)
    assert count(left) == len(a)
    assert twice(left) == sum(len(numbers((r,))) for r in left) - len(a)
    for result in (normal(left), union(left, right), overlap(left, right), difference(left, right)):
        assert normal(result) == result


# ------------------------------------------------------------------ chain

START = datetime(2026, 1, 1, tzinfo=UTC)


def moved(number: int, sender: str, receiver: str, ranges: tuple[SerialRange, ...], sent: int, took: int) -> Manifest:
    at = START + timedelta(hours=sent)
    return Manifest(
        f"M-{number}", "T", number, Step.DISPATCH, sender, receiver, "UA", f"authority:{receiver}", ranges,
        count(ranges), (), (), at, at + timedelta(hours=took),
    )  # fmt: skip


HOPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(0, 12), st.integers(0, 6), st.integers(0, 5)),
    max_size=10,
)


@given(HOPS)
@settings(max_examples=300, deadline=None)
def test_breaks_are_what_one_finds_unit_by_unit(hops: list[tuple[str, str, int, int, int]]) -> None:
    handovers = [
        moved(at, sender, receiver, (run(first, first + more),), at * 2, took)
        for at, (sender, receiver, first, more, took) in enumerate(hops)
    ]
    expected = set()
    last: dict[int, Manifest] = {}
    for item in handovers:
        for number in range(item.ranges[0].first, item.ranges[0].last + 1):
            before = last.get(number)
            if before and before.to_custodian != item.from_custodian:
                expected.add((BreakKind.GAP, item.id, number))
            elif before and before.received_at and before.received_at > item.sent_at:
                expected.add((BreakKind.OVERLAP, item.id, number))
            last[number] = item
    found = {(b.kind, b.manifest, n) for b in breaks(handovers) for n in range(b.range.first, b.range.last + 1)}
    assert found == expected


def test_who_answers_at_an_instant() -> None:
    chains = Chains(DELIVERY.manifests)
    where = {"maker": MAKER, "authority": "authority:ua", "state": "UA"}
    story = chains.tenures("B-1", 17, **where)
    assert [tenure.custodian for tenure in story] == [MAKER, "carrier:dnister", CENTRE, SHIPPER, END_USER]
    assert all(left.until == right.since for left, right in pairwise(story))
    received = HANDOVER.received_at
    assert received is not None
    before = chains.holder_at("B-1", 17, received - timedelta(seconds=1), **where)
    assert (before.custodian, before.authority) == (SHIPPER, "authority:lt")
    after = chains.holder_at("B-1", 17, received, **where)
    assert (after.custodian, after.authority, after.manifest) == (END_USER, "authority:dk", "M-4")
    assert chains.holder_at("B-1", 999, received, **where).custodian == MAKER


def test_a_short_unit_stays_with_the_sender() -> None:
    chains = Chains(chain(replace(HANDOVER, short=(run(17, 17),)))["manifests"])
    later = datetime(2026, 7, 1, tzinfo=UTC)
    where = {"maker": MAKER, "authority": "authority:ua", "state": "UA"}
    assert chains.holder_at("B-1", 17, later, **where).custodian == SHIPPER
    assert chains.holder_at("B-1", 18, later, **where).custodian == END_USER


@pytest.mark.slow
def test_a_hundred_thousand_handovers_are_searched_quickly() -> None:
    """Four hops of 25,000 lots, two of them broken; the bound is loose, to catch a quadratic search only."""
    hops = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    handovers = [
        moved(hop * 25_000 + lot, *hops[hop], (run(lot * 10 + 1, lot * 10 + 10),), hop * 10, 5)
        for hop in range(4)
        for lot in range(25_000)
    ]
    handovers[60_000] = replace(handovers[60_000], from_custodian="x")
    handovers[99_999] = replace(handovers[99_999], sent_at=START + timedelta(hours=24))
    begun = time.perf_counter()
    found = breaks(by_time(handovers))
    chains = Chains(handovers)
    story = chains.handovers("B-1", 100_005)
    assert time.perf_counter() - begun < 30
    assert {(b.kind, b.manifest) for b in found} == {(BreakKind.GAP, "M-60000"), (BreakKind.OVERLAP, "M-99999")}
    assert [m.id for m in story] == ["M-10000", "M-35000", "M-60000", "M-85000"]


# ------------------------------------------------------------------ serials

PREFIXES = st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,9}", fullmatch=True)
NUMBERS = st.integers(0, 999_999)


@given(PREFIXES, NUMBERS)
@settings(max_examples=300, deadline=None)
def test_a_serial_is_read_as_it_was_written(prefix: str, number: int) -> None:
    found = parse(serial_text(prefix, number))
    assert (found.prefix, found.number) == (prefix, number)
    assert str(found) == serial_text(prefix, number)


@given(PREFIXES, NUMBERS, st.data())
@settings(max_examples=300, deadline=None)
def test_one_wrong_character_or_a_swap_is_found(prefix: str, number: int, data: st.DataObject) -> None:
    text = serial_text(prefix, number)
    at = data.draw(st.integers(0, len(text) - 1))
    if text[at] != "-":
        other = data.draw(st.sampled_from(ALPHABET.replace(text[at], "")))
        with pytest.raises(EvidenceError):
            parse(text[:at] + other + text[at + 1 :])
    if at + 1 < len(text) and text[at] != text[at + 1] and "-" not in text[at : at + 2]:
        with pytest.raises(EvidenceError):
            parse(text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def test_the_check_is_that_of_the_standard() -> None:
    # The donation number that ISBT 128 prints as its example of ISO/IEC 7064 MOD 37-2.
    assert check_character("G123498654321") == "H"


@pytest.mark.parametrize("text", ["", "UA", "ua-lr7-000017X", "UA-LR7-00017X", "000017X"])
def test_what_is_no_serial_is_said_so(text: str) -> None:
    with pytest.raises(EvidenceError):
        parse(text)


@pytest.mark.parametrize(("prefix", "number"), [("ua", 1), ("", 1), ("UA", -1), ("UA", 1_000_000), ("A" * 21, 1)])
def test_what_has_no_spelling_is_said_so(prefix: str, number: int) -> None:
    with pytest.raises(ValueError):
        serial_text(prefix, number)


def test_a_serial_lies_in_its_block() -> None:
    assert is_in_block(parse(serial_text("UA-LR7-", 500)), BLOCK)
    assert not is_in_block(parse(serial_text("UA-LR7-", 501)), BLOCK)


# ------------------------------------------------------------------ blocks, lives, recalls


def test_every_number_of_a_block_has_one_end() -> None:
    made = replace(MADE, range=run(1, 480))
    void = replace(MADE, id="MK-2", range=run(481, 490), fate=Fate.VOID)
    found = account_of(BLOCK, (made, void))
    assert not found.is_closed()
    assert found.open == (run(491, 500),)
    closed = account_of(BLOCK, (made, void, replace(MADE, id="MK-3", range=run(491, 500), fate=Fate.UNUSED)))
    assert closed.is_closed()
    assert units_by_end(closed) == {"made": 480, "void": 10, "unused": 10, "open": 0}
    wrong = account_of(BLOCK, (made, replace(void, range=run(480, 501))))
    assert (wrong.disputed, wrong.foreign) == ((run(480, 480),), (run(501, 501),))


@given(st.lists(st.tuples(st.integers(1, 520), st.integers(0, 60), st.sampled_from(Fate)), max_size=6))
@settings(max_examples=100, deadline=None)
def test_ends_of_a_block_add_up(marks: list[tuple[int, int, Fate]]) -> None:
    found = account_of(
        BLOCK, [replace(MADE, id=f"MK-{first}", range=run(first, first + n), fate=fate) for first, n, fate in marks]
    )
    ended = count((*found.made, *found.void, *found.unused))
    assert ended + count(found.open) == BLOCK.count


def lived(*states: LifeState) -> list[LifeEvent]:
    first = date(2026, 1, 1)
    return [LifeEvent(f"E-{n}", "X", state, "authority:ua", first + timedelta(n)) for n, state in enumerate(states)]


def legal(subject: str, life: list[LifeEvent]) -> bool:
    return all(event.state in next_steps(subject, life[:at], event.on) for at, event in enumerate(life))


def test_a_centre_lives_step_by_step() -> None:
    s = LifeState
    life = lived(s.ANNOUNCED, s.AGREED, s.ACCREDITED, s.OPEN, s.SUSPENDED, s.OPEN, s.CLOSED)
    assert legal("centre:x", life)
    assert state_on(life, date(2026, 1, 4)) is s.OPEN
    assert state_on(life, date(2025, 12, 31)) is None
    assert not legal("centre:x", lived(s.ANNOUNCED, s.OPEN))
    assert not legal("centre:x", lived(s.OPEN))
    assert next_steps("centre:x", life, date(2026, 1, 4)) == (s.SUSPENDED, s.CLOSED)
    assert next_steps("centre:x", life, date(2026, 1, 9)) == ()
    assert not may_follow(Subject.CENTRE, s.CLOSED, s.OPEN)


def test_a_line_proves_itself_by_a_first_article() -> None:
    s = LifeState
    assert legal("line:x", lived(s.PLANNED, s.FIRST_ARTICLE, s.SERIES, s.STOPPED, s.FIRST_ARTICLE))
    assert not may_follow(Subject.LINE, s.STOPPED, s.SERIES)
    assert not may_follow(Subject.LINE, s.PLANNED, s.SERIES)


UA, LT = "authority:ua", "authority:lt"
OPENED = (("announced", UA), ("agreed", LT), ("accredited", LT), ("open", UA))
# Whose step is it? After these, this one by this authority: recorded, or refused.
WHOSE = [
    ((), ("announced", UA), True), ((), ("announced", LT), False),
    (OPENED[:1], ("agreed", LT), True), (OPENED[:1], ("agreed", UA), False),
    (OPENED[:2], ("accredited", LT), True), (OPENED[:2], ("accredited", UA), False),
    (OPENED[:3], ("open", UA), True), (OPENED[:3], ("open", LT), False),
    (OPENED, ("suspended", LT), True), (OPENED, ("suspended", UA), True), (OPENED, ("closed", LT), True),
    ((*OPENED, ("suspended", LT)), ("open", LT), True), ((*OPENED, ("suspended", LT)), ("open", UA), False),
    ((*OPENED, ("suspended", UA)), ("open", UA), True), ((*OPENED, ("suspended", UA)), ("open", LT), False),
    ((*OPENED, ("suspended", LT)), ("closed", UA), True), ((*OPENED, ("suspended", UA)), ("closed", LT), True),
    # Suspended before it ever was open: the host accredits it again, and home opens it.
    ((*OPENED[:3], ("suspended", LT)), ("open", LT), False),
    ((*OPENED[:3], ("suspended", LT)), ("accredited", LT), True),
    ((*OPENED[:3], ("suspended", UA)), ("accredited", LT), False),
    ((*OPENED[:3], ("suspended", UA)), ("open", UA), True),
]  # fmt: skip


def told(subject: str, *steps: tuple[str, str]) -> list[LifeEvent]:
    first = date(2026, 1, 1)
    return [
        LifeEvent(f"E-{n}", subject, LifeState(state), owner, first + timedelta(n))
        for n, (state, owner) in enumerate(steps)
    ]


@pytest.mark.parametrize(("before", "step", "may"), WHOSE)
def test_a_step_is_recorded_by_the_state_whose_it_is(
    before: tuple[tuple[str, str], ...], step: tuple[str, str], may: bool
) -> None:
    life = told("centre:x", *before, step)
    assert may_record("centre:x", "LT", life[:-1], life[-1]) is may
    if before:
        assert list(out_of_turn("centre:x", "LT", life)) == ([] if may else life[-1:])


def test_a_line_that_was_stopped_goes_on_by_who_stopped_it() -> None:
    for by, other in ((UA, LT), (LT, UA)):
        life = told("line:x", ("planned", LT), ("first_article", LT), ("stopped", by), ("first_article", by))
        assert list(out_of_turn("line:x", "LT", life)) == []
        life = told("line:x", ("planned", LT), ("first_article", LT), ("stopped", by), ("first_article", other))
        assert list(out_of_turn("line:x", "LT", life)) == life[-1:]


def test_a_step_that_was_left_out_is_named_and_what_was_first_on_record_is_taken() -> None:
    life = told("centre:x", ("accredited", LT), ("open", UA), ("accredited", LT), ("closed", LT))
    assert list(out_of_turn("centre:x", "LT", life)) == [life[2]]


FOUND = [
    Recallable("T-4", Reach.DELIVERED, 40),
    Recallable("T-3", Reach.MOVING, 30),
    Recallable("T-2", Reach.PACKED, 20),
    Recallable("T-1", Reach.RESERVED, 10),
]


def test_a_recall_reaches_each_tranche_where_it_is() -> None:
    effects = [Effect.RELEASE_RESERVATION, Effect.UNPACK, Effect.TURN_BACK, Effect.OPEN_CASE]
    orders = recall(FOUND)
    assert [order.effect for order in orders] == effects
    assert [order.units_back for order in orders] == [10, 20, 30, 0]


def test_a_recall_stops_when_enough_is_back() -> None:
    assert [order.tranche for order in recall(FOUND, 11)] == ["T-1", "T-2"]
    assert [order.tranche for order in recall(FOUND, 10)] == ["T-1"]
    assert recall(FOUND, 0) == ()
    assert units_short(recall(FOUND, 100), 100) == 40
