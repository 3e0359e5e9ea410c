"""Each ground of custody, just held and just passed: one fact apart, with the day of judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from keys import key_for, signed

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.custody.terms import (
    Centre,
    CentreRole,
    CustodyClaim,
    CustodyStage,
    DeliveryVerification,
    Fate,
    HostLicence,
    Level,
    LicenceStanding,
    LifeState,
    Line,
    LineRule,
    Loss,
    Manifest,
    Marking,
    OutputRule,
    SerialBlock,
    SerialRange,
    Sighting,
    SignedManifest,
    Step,
)
from ecluse.custody.witnessed import Departure, WitnessCall, WitnessedHead, WitnessOverride
from ecluse.licence.terms import Licence, LicenceFinding, LicenceState, Outcome, PermitKind, Route
from ecluse.surplus.terms import GoodsKind, HomeProgress, MonthUnits

Case = tuple[CustodyClaim | Departure, CustodyClaim | Departure, date]

UNITS = 100
RELEASE_DAY, DELIVERY_DAY = date(2026, 5, 20), date(2026, 7, 15)
MAKER, CENTRE, END_USER = "maker:lozova", "centre:lt-1", "user:dk-1"
CARRIER, SHIPPER = "carrier:dnister", "carrier:baltia"
OWNERS = (MAKER, CARRIER, CENTRE, SHIPPER, END_USER, "authority:lt", "authority:de", "authority:dk")
KEYS = tuple(key_for(owner)[0] for owner in OWNERS)


def run(first: int, last: int) -> SerialRange:
    return SerialRange("B-1", first, last)


ALL = (run(1, UNITS),)
BLOCK = SerialBlock("B-1", "LINE-1", "LR-7", "UA-LR7-", 1, 500, date(2026, 3, 1), False)
MADE = Marking("MK-1", "B-1", run(1, 200), Fate.MADE, "LINE-1", "LR-7", date(2026, 3, 2))
LINE = Line("LINE-1", MAKER, "UA", "long_range", 9000, 8000, 10000, "declared", date(2026, 1, 10))
RULE = LineRule("LR-1", "LINE-1", OutputRule.HOME_FIRST, 0, "synthetic", date(2026, 1, 10), date(2026, 12, 31))
CENTRE_LT = Centre("CENTRE-LT", "LT", CENTRE, (CentreRole.REPRESENTATION, CentreRole.DEPOT), date(2026, 2, 8))
HOST = HostLicence("HL-1", "LT", "authority:lt", "O-1", 150, date(2026, 5, 1), date(2026, 6, 30))
FINDING = LicenceFinding(
    "T-1", Outcome.GRANT, Route.D, PermitKind.ONE_OFF, "LR-7", GoodsKind.ARTICLE, UNITS, Money(4_700_000_00, "EUR"),
    END_USER, "DK", None, date(2026, 12, 31),
)  # fmt: skip
LICENCE = Licence(
    "L-1", "EX-2026-0001", "A-1", "O-1", "T-1", MAKER, END_USER, "DK", "LR-7", PermitKind.ONE_OFF, Route.D, 150,
    Money(4_700_000_00, "EUR"), "C-1", None, "0" * 64, date(2026, 5, 1), date(2026, 12, 31),
)  # fmt: skip


def manifest(
    sequence: int, step: Step, sender: str, receiver: str, place: tuple[str, str], sent: datetime, hours: int = 48
) -> Manifest:
    """A handover of all units that arrives whole."""
    state, authority = place
    return Manifest(
        f"M-{sequence}", "T-1", sequence, step, sender, receiver, state, authority, ALL, UNITS, (), (),
        sent, sent + timedelta(hours=hours),
    )  # fmt: skip


HOME, HOST_PLACE, DESTINATION = ("UA", "authority:ua"), ("LT", "authority:lt"), ("DK", "authority:dk")
DISPATCH = manifest(1, Step.DISPATCH, MAKER, CARRIER, HOME, datetime(2026, 5, 2, 8, tzinfo=UTC), hours=2)
ARRIVAL = manifest(2, Step.ARRIVAL, CARRIER, CENTRE, HOST_PLACE, datetime(2026, 5, 2, 12, tzinfo=UTC))
LEAVING = manifest(3, Step.RELEASE, CENTRE, SHIPPER, HOST_PLACE, datetime(2026, 5, 21, 8, tzinfo=UTC), hours=2)
HANDOVER = manifest(4, Step.DELIVERY, SHIPPER, END_USER, DESTINATION, datetime(2026, 5, 22, 8, tzinfo=UTC))
VERIFICATION = DeliveryVerification("DV-1", "T-1", END_USER, "authority:dk", ALL, UNITS, date(2026, 6, 10))


def sign_all(*manifests: Manifest) -> dict[str, Any]:
    """These handovers, each signed by both sides on the day it was sent: the sender signs what he sent."""
    rows = []
    for item in manifests:
        as_sent = replace(item, short=(), rejected=(), received_at=None)
        signatures = [signed(item.from_custodian, as_sent, item.sent_at.date())]
        if item.received_at:
            signatures.append(signed(item.to_custodian, item, item.received_at.date()))
        rows.append(SignedManifest(item.id, tuple(signatures)))
    custodians = {name for item in manifests for name in (item.from_custodian, item.to_custodian)}
    keys = (*KEYS, *(key_for(name)[0] for name in sorted(custodians.difference(OWNERS))))
    return {"manifests": tuple(manifests), "manifest_signatures": tuple(rows), "keys": keys}


def with_host(licence: HostLicence, owner: str = "authority:lt") -> dict[str, Any]:
    return {"host_licence": licence, "host_licence_signatures": (signed(owner, licence, date(2026, 5, 1)),)}


def with_verification(verification: DeliveryVerification, owner: str = "authority:dk") -> dict[str, Any]:
    return {"verification": verification, "verification_signatures": (signed(owner, verification, verification.on),)}


RELEASE = CustodyClaim(
    tranche="T-1", order="O-1", stage=CustodyStage.RELEASE, finding=FINDING, licence_hearing="1" * 64,
    licence=LICENCE, licence_standing=LicenceStanding(LicenceState.ISSUED, 50), level=Level.UNIT, units=UNITS,
    ranges=ALL, blocks=(BLOCK,), markings=(MADE,), units_of_others=0, line=LINE, line_state=LifeState.SERIES,
    line_rule=RULE, line_output=(MonthUnits(Month(2026, 4), 120), MonthUnits(Month(2026, 5), 80)),
    line_units_released_before=0, centre=CENTRE_LT, centre_state=LifeState.OPEN,
    home=HomeProgress("long_range", Month(2026, 4), 1000, 1000), **with_host(HOST), host_units_released_before=50,
    **sign_all(DISPATCH, ARRIVAL), losses=(), verification=None, verification_signatures=(), sightings=(),
    end_user=END_USER, end_user_state="DK", deliver_by=date(2026, 6, 30),
)  # fmt: skip
DELIVERY = replace(
    RELEASE,
    stage=CustodyStage.DELIVERY,
    **sign_all(DISPATCH, ARRIVAL, LEAVING, HANDOVER),
    **with_verification(VERIFICATION),
)


def at_release(held: dict[str, Any], passed: dict[str, Any] | None = None, on: date = RELEASE_DAY) -> Case:
    return replace(RELEASE, **held), replace(RELEASE, **(passed or {})), on


def at_delivery(held: dict[str, Any], passed: dict[str, Any] | None = None, on: date = DELIVERY_DAY) -> Case:
    return replace(DELIVERY, **held), replace(DELIVERY, **(passed or {})), on


def chain(*changed: Manifest) -> dict[str, Any]:
    """The full chain with these handovers in place of those of the same sequence."""
    by_number = {item.sequence: item for item in (DISPATCH, ARRIVAL, LEAVING, HANDOVER, *changed)}
    return sign_all(*(by_number[number] for number in sorted(by_number)))


def shared(units_before: int) -> dict[str, Any]:
    """A line whose host keeps a quarter: 150 of its 200 units are free."""
    rule = replace(RULE, rule=OutputRule.SHARED, host_share_bp=2500)
    return {"line_rule": rule, "line_units_released_before": units_before}


def one_unit(units: int) -> dict[str, Any]:
    """A first article: so many units straight from the line."""
    return {"units": units, "ranges": (run(1, units),), "line_state": LifeState.FIRST_ARTICLE, **sign_all()}


def returned(units: int) -> dict[str, Any]:
    """A temporary export of which the first units came back to the maker."""
    back = replace(
        manifest(5, Step.RETURN, END_USER, MAKER, HOME, datetime(2026, 6, 20, 8, tzinfo=UTC)),
        ranges=(run(1, units),), units=units,
    )  # fmt: skip
    licence = replace(LICENCE, permit=PermitKind.TEMPORARY, return_by=date(2026, 7, 14))
    return {"licence": licence, **chain(back)}


LOT_VERIFIED = replace(VERIFICATION, ranges=(), units=995)


def lots(units: int) -> dict[str, Any]:
    """A thousand units traced by lot, of which the end user's state certifies so many."""
    ranges, count = (run(1, 1000),), 1000
    moved = [replace(item, ranges=ranges, units=count) for item in (DISPATCH, ARRIVAL, LEAVING, HANDOVER)]
    finding = replace(FINDING, units=count)
    fields = {"level": Level.LOT, "units": count, "ranges": ranges, "finding": finding, **sign_all(*moved)}
    return fields | with_verification(replace(LOT_VERIFIED, units=units))


def lost(**changes: Any) -> dict[str, Any]:
    """Five units burn with the last carrier; the end user finds them short and certifies the rest."""
    loss = replace(Loss("LS-1", "T-1", (run(96, 100),), 5, SHIPPER, "fire", date(2026, 5, 23)), **changes)
    short = replace(HANDOVER, short=(run(96, 100),))
    verification = replace(VERIFICATION, ranges=(run(1, 95),), units=95)
    return {"losses": (loss,), **chain(short), **with_verification(verification)}


def unsigned_by(custodian: str, number: int, base: CustodyClaim) -> dict[str, Any]:
    """One handover without this custodian's signature."""
    key = key_for(custodian)[0].id
    rows = list(base.manifest_signatures)
    kept = tuple(signature for signature in rows[number].signatures if signature.key != key)
    rows[number] = replace(rows[number], signatures=kept)
    return {"manifest_signatures": tuple(rows)}


def sighted(state: str) -> dict[str, Any]:
    return {"sightings": (Sighting("S-1", run(17, 17), state, "finder", date(2026, 7, 1)),)}


def without_last_unit() -> dict[str, Any]:
    """The carrier hands on one unit fewer than he signed for."""
    return sign_all(DISPATCH, replace(ARRIVAL, ranges=(run(1, 99),), units=99))


# Two runs that share number 60: the units add up, the numbers do not.
TWICE = (run(1, 60), run(60, 99))
APART = (run(1, 60), run(61, 100))
BY_HOUR = replace(LEAVING, sent_at=datetime(2026, 5, 4, 11, 59, tzinfo=UTC))
ON_TIME = replace(LEAVING, sent_at=datetime(2026, 5, 4, 12, tzinfo=UTC))
STRANGER = replace(LEAVING, from_custodian="carrier:unknown")
LATE = replace(HANDOVER, received_at=datetime(2026, 7, 1, 0, 0, tzinfo=UTC))
DUE = replace(HANDOVER, received_at=datetime(2026, 6, 30, 23, 59, tzinfo=UTC))
LATE_VERIFICATION = with_verification(replace(VERIFICATION, on=date(2026, 7, 2)))
FOREIGN_LINE = replace(MADE, line="LINE-2")

# A release stands at index 41 of the log of a centre abroad.
LOG, CALLED = "centre-lt-1/2026", datetime(2026, 5, 20, 8, 0, tzinfo=UTC)
CALL = WitnessCall("WC-1", "LT", "T-1", LOG, 41, CALLED)
OFFICERS = (("officer:a", "authority:ssecu"), ("officer:b", "authority:mod"))


def seen(size: int, host: str = "LT", log: str = LOG) -> WitnessedHead:
    """The host's witness saw so many entries."""
    return WitnessedHead(f"WH-{host}-{log}-{size}", host, log, size, "0" * 64, "key:witness", "", CALLED)


def departing(*heads: WitnessedHead) -> Departure:
    """What is known of the goods that would leave."""
    return Departure("T-1", "LT", LOG, 41, heads, CALL, None, (), tuple(key_for(name)[0] for name, _ in OFFICERS))


def overridden(minutes: int = 15, second: tuple[str, str] = OFFICERS[1], call: str = "WC-1") -> Departure:
    """Its silence is overridden after so many minutes, by two officers."""
    (one, body), (other, its_body) = OFFICERS[0], second
    made = WitnessOverride(
        "WO-1", "LT", "T-1", call, one, body, other, its_body, "silent", CALLED + timedelta(minutes=minutes)
    )
    signatures = tuple(signed(officer, made, RELEASE_DAY) for officer in dict.fromkeys((one, other)))
    return replace(departing(), override=made, override_signatures=signatures)


CASES: dict[str, Case] = {
    # a host's witness
    "custody.release_is_witnessed": (departing(seen(41)), departing(seen(42)), RELEASE_DAY),
    "custody.override_follows_silence": (overridden(14), overridden(15), RELEASE_DAY),
    "custody.override_is_by_two": (overridden(second=("officer:b", "authority:ssecu")), overridden(), RELEASE_DAY),
    # birth
    "custody.block_is_not_home_funded": at_release({"blocks": (replace(BLOCK, funded_for_home=True),)}),
    "custody.units_are_born_in_block": at_release(
        {"markings": (replace(MADE, range=run(1, 99)),)}, {"markings": (replace(MADE, range=run(1, 100)),)}
    ),
    "custody.block_precedes_production": at_release(
        {"blocks": (replace(BLOCK, committed_on=date(2026, 3, 2)),)},
        {"blocks": (replace(BLOCK, committed_on=date(2026, 3, 1)),)},
    ),
    "custody.marks_are_by_the_blocks_line": at_release({"markings": (FOREIGN_LINE,)}, {"markings": (MADE,)}),
    "custody.units_are_nobodys_else": at_release({"units_of_others": 1}, {"units_of_others": 0}),
    "custody.ranges_do_not_overlap": at_release({"ranges": TWICE, **sign_all()}, {"ranges": APART, **sign_all()}),
    "custody.units_match_ranges": at_release({"units": 99}, {"units": 100}),
    "custody.units_are_within_finding": at_release(
        {"finding": replace(FINDING, units=99)}, {"finding": replace(FINDING, units=100)}
    ),
    "custody.model_is_the_one_judged": at_release(
        {"blocks": (replace(BLOCK, model="LR-8"),), "markings": (replace(MADE, model="LR-8"),)}
    ),
    "custody.level_is_fine_enough": at_release({"level": Level.CRATE}, {"level": Level.UNIT}),
    "custody.line_is_registered": at_release(
        {"line": replace(LINE, registered_on=date(2026, 3, 3))}, {"line": replace(LINE, registered_on=date(2026, 3, 2))}
    ),
    "custody.line_is_in_series": at_release(one_unit(2), one_unit(1)),
    "custody.line_output_may_go": at_release({"line_rule": replace(RULE, rule=OutputRule.ALL_HOME)}),
    "custody.line_output_is_shared": at_release(shared(51), shared(50)),
    "custody.line_rule_is_known": at_release(
        {"line_rule": replace(RULE, valid_until=date(2026, 5, 19))},
        {"line_rule": replace(RULE, valid_until=date(2026, 5, 20))},
    ),
    # centre and home army
    "custody.centre_is_open": at_release({"centre_state": LifeState.SUSPENDED}, {"centre_state": LifeState.OPEN}),
    "custody.centre_may_hold_goods": at_release(
        {"centre": replace(CENTRE_LT, roles=(CentreRole.REPRESENTATION, CentreRole.SERVICE))},
        {"centre": replace(CENTRE_LT, roles=(CentreRole.REPRESENTATION, CentreRole.LINE))},
    ),
    "custody.home_deliveries_are_on_plan": at_release(
        {"home": HomeProgress("long_range", Month(2026, 4), 1000, 999)},
        {"home": HomeProgress("long_range", Month(2026, 4), 1000, 1000)},
    ),
    "custody.home_deliveries_are_known": at_release(
        {"home": HomeProgress("long_range", Month(2026, 3), 900, 900)},
        {"home": HomeProgress("long_range", Month(2026, 4), 1000, 1000)},
    ),
    # permits
    "custody.licence_is_in_force": at_release(
        {"licence_standing": LicenceStanding(LicenceState.SUSPENDED, 50)},
        {"licence_standing": LicenceStanding(LicenceState.REINSTATED, 50)},
    ),
    "custody.licence_is_for_this_order": at_release(
        {"licence": replace(LICENCE, order="O-2")}, {"licence": replace(LICENCE, order="O-1")}
    ),
    "custody.release_is_within_licence": at_release(
        {"licence_standing": LicenceStanding(LicenceState.ISSUED, 51)},
        {"licence_standing": LicenceStanding(LicenceState.ISSUED, 50)},
    ),
    "custody.host_licence_is_present": at_release({"host_licence": None}),
    "custody.host_licence_is_signed": at_release(with_host(HOST, "authority:de"), with_host(HOST, "authority:lt")),
    "custody.host_licence_covers_units": at_release(
        {"host_units_released_before": 51}, {"host_units_released_before": 50}
    ),
    "custody.host_licence_is_in_force": at_release(
        with_host(replace(HOST, valid_until=date(2026, 5, 19))), with_host(replace(HOST, valid_until=date(2026, 5, 20)))
    ),
    # handovers
    "custody.custody_begins_with_the_maker": at_release(
        {"line": replace(LINE, maker="maker:other")}, {"line": replace(LINE, maker=MAKER)}
    ),
    "custody.release_is_signed_by_both": at_release(unsigned_by(CENTRE, 1, RELEASE)),
    "custody.custody_has_no_gap": at_delivery(chain(STRANGER), chain(LEAVING)),
    "custody.custody_does_not_overlap": at_delivery(chain(BY_HOUR), chain(ON_TIME)),
    "custody.handover_keeps_ranges": at_release(without_last_unit()),
    "custody.handover_is_signed_by_both": at_delivery(unsigned_by(END_USER, 3, DELIVERY)),
    # delivery
    "custody.end_user_received": at_delivery(chain(replace(HANDOVER, place_state="SE")), chain(HANDOVER)),
    "custody.units_are_accounted_for": at_delivery(lost(units=6), lost(units=5)),
    "custody.temporary_export_is_returned": at_delivery(returned(99), returned(100)),
    "custody.verification_is_signed": at_delivery(
        with_verification(VERIFICATION, "authority:de"), with_verification(VERIFICATION, "authority:dk")
    ),
    "custody.receipt_is_in_time": at_delivery(chain(LATE) | LATE_VERIFICATION, chain(DUE) | LATE_VERIFICATION),
    "custody.delivery_is_verified": at_delivery({"verification": None}),
    "custody.delivered_units_match": at_delivery(lots(994), lots(995)),
    "custody.losses_are_explained": at_delivery(lost(cause="unknown"), lost(cause="fire")),
    "custody.units_stay_with_end_user": at_delivery(sighted("SE"), sighted("DK")),
}
