"""How do goods move? Packed from marked numbers, dispatched, released, delivered, verified, lost, or sent back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.verdict import Passed
from ecluse.custody.ranges import difference, normal
from ecluse.custody.terms import (
    Centre,
    CustodyFinding,
    DeliveryVerification,
    Fate,
    HostLicence,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
)
from ecluse.custody.terms import (
    Step as Handover,
)
from ecluse.licence.terms import PermitKind
from ecluse.office.actions import custody as act
from ecluse.office.carry.manifests import hand_over, last_units, manifest_of, order_of
from ecluse.office.carry.steps_after import expect
from ecluse.office.carry.steps_proceeds import pass_title
from ecluse.office.carry.witnesses import see_release
from ecluse.office.facts.classes import home_progress
from ecluse.office.facts.custody import Moving, packed_ranges, taken_in
from ecluse.office.registers import Order
from ecluse.order import Trigger
from ecluse.surplus.terms import GoodsKind

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage

WAIT_FOR_HOME_DAYS, WAIT_FOR_LICENCE_DAYS = 7, 7
WAYS_TO_TAKE = 40
# Nothing happened: the office looks because a term has run.
BY_CLOCK = {"trigger": Trigger.CLOCK.value}


def moving(stage: Stage, tranche: str) -> Moving | None:
    """Which tranche is on its way, under which finding of the licence gate? None when the gate does not stand."""
    found = stage.licence_finding(tranche)
    if found is None:
        return None
    return Moving(stage.order(order_of(tranche)), tranche, stage.units(tranche), *found)


def pack(stage: Stage, step: Step, on: date) -> None:
    """The maker packs marked numbers and the goods leave the line."""
    tranche = step.key
    going = moving(stage, tranche)
    if going is None or not stage.is_open(tranche):
        return
    order = going.order
    if going.finding.kind in (GoodsKind.SERVICE, GoodsKind.TECHNOLOGY):
        stage.agenda.put(on, "release", tranche)
        return
    ranges = _numbers(stage, going)
    maker = stage.session.newest(order.line, Line).maker if order.line else order.exporter  # type: ignore[union-attr]
    log = stage.log_of(order)
    if not ranges:
        # Nothing marked is free: the maker tries again when the line has made more.
        stage.agenda.put(on + timedelta(WAIT_FOR_LICENCE_DAYS), "pack", tranche)
        return
    act.pack(stage.session, order.id, tranche, ranges, maker=maker, on=on, log=log)
    _ask_host(stage, going, on)
    stage.agenda.put(on, "dispatch" if order.centre else "release", tranche)


def _numbers(stage: Stage, going: Moving) -> list[SerialRange]:
    """Which numbers does the maker take? The first free ones marked as made, unless the parties mean something else."""
    order, conduct, left = going.order, stage.conduct(going.order.id), going.units
    if ("units", "reuse") in conduct:
        return list(packed_ranges(stage.session, f"{conduct['units', 'reuse']}/0"))[:WAYS_TO_TAKE]
    wanted = conduct.get(("units", "block"))
    blocks = [wanted] if wanted else stage.blocks_of_line(order.line or "", order.model)
    taken: list[SerialRange] = []
    for name in blocks:
        block = stage.session.newest(name, SerialBlock)
        if block is None:
            continue
        made = [m.range for m in stage.session.of(name, Marking) if m.fate is Fate.MADE]
        if ("units", "unmarked") in conduct:
            made = [SerialRange(name, block.first, block.first + block.count - 1)]
            void = [m.range for m in stage.session.of(name, Marking)]
            made = list(difference(made, void)) or made
        for run in difference(normal(made), taken_in(stage.session, name)):
            count = min(left, run.units())
            taken.append(SerialRange(name, run.first, run.first + count - 1))
            left -= count
            if left == 0:
                return taken
    return taken if wanted and left < going.units else []


def _ask_host(stage: Stage, going: Moving, on: date) -> None:
    """The host state grants its own licence, once for the order, where goods leave from abroad."""
    order = going.order
    conduct = stage.conduct(order.id).get(("host", "licence"), "")
    places = [
        stage.session.newest(order.centre, Centre) if order.centre else None,
        stage.session.newest(order.line, Line) if order.line else None,
    ]
    host = next((place.host for place in places if place and place.host != stage.world.home), None)
    if host is None or conduct == "none" or stage.session.of(f"host:{order.id}", HostLicence):
        return
    units = int(conduct.split(":")[1]) if conduct.startswith("units:") else order.units
    owner = f"authority:{host.lower()}"
    licence = HostLicence(f"host-licence:{order.id}", host, owner, order.id, units, on, on + timedelta(180))
    signer = order.exporter if conduct == "unsigned" else owner
    act.license_by_host(stage.session, licence, signature=stage.sign(signer, licence, on))


def dispatch(stage: Stage, step: Step, on: date) -> None:
    """The maker sends the goods to the centre; its operator signs for them two days later."""
    tranche = step.key
    order = stage.order(order_of(tranche))
    line = stage.session.newest(order.line, Line) if order.line else None
    centre = stage.session.newest(order.centre, Centre) if order.centre else None
    assert line is not None
    assert centre is not None
    manifest = manifest_of(
        stage, tranche, 1, Handover.DISPATCH, (line.maker, centre.operator), centre.host, (on, on + timedelta(2))
    )
    hand_over(stage, order, manifest)
    stage.agenda.put(on + timedelta(4), "release", tranche)


def release(stage: Stage, step: Step, on: date) -> None:
    """May the units leave? If so they go with the carrier."""
    tranche = step.key
    going = moving(stage, tranche)
    order = stage.order(order_of(tranche))
    conduct = stage.conduct(order.id)
    if going is None or not (stage.is_open(tranche) or ("release", "despite_suspension") in conduct):
        return
    if _waits(stage, order, tranche, on):
        return
    log = stage.log_of(order)
    if not isinstance(act.release(stage.session, going, on, log=log), Passed):
        return
    stage.agenda.put_once(on + timedelta(1), "exhaust", order.id)
    if going.finding.kind in (GoodsKind.SERVICE, GoodsKind.TECHNOLOGY):
        stage.agenda.put(on + timedelta(DAYS_TO_VERIFY), "verify", tranche)
        return
    see_release(stage, order, tranche, on)
    sequence = len(stage.session.of(tranche, Manifest)) + 1
    holder = _holder(stage, order, tranche)
    state = stage.home_or_host(order)
    manifest = manifest_of(stage, tranche, sequence, Handover.RELEASE, (holder, order.carrier), state, (on, on))
    hand_over(stage, order, manifest)
    if ("loss", "units") in conduct:
        stage.agenda.put(on + timedelta(2), "loss", tranche)
    stage.agenda.put(on + timedelta(5), "deliver", tranche)


DAYS_TO_VERIFY = 10


def _waits(stage: Stage, order: Order, tranche: str, on: date) -> bool:
    """An honest operator waits while the home army is behind plan or the licence is suspended, and asks again."""
    conduct = stage.conduct(order.id)
    home = home_progress(stage.session, order.class_, on)
    is_behind = home is None or home.units_accepted < home.units_planned
    if is_behind and ("release", "early") not in conduct:
        stage.agenda.put(on + timedelta(WAIT_FOR_HOME_DAYS), "release", tranche)
        return True
    is_live = stage.licence_is_live(order.id, on) or not stage.has_licence(order.id)
    if not is_live and ("release", "despite_suspension") not in conduct:
        stage.agenda.put(on + timedelta(WAIT_FOR_LICENCE_DAYS), "release", tranche)
        return True
    return False


def _holder(stage: Stage, order: Order, tranche: str) -> str:
    manifests = stage.session.of(tranche, Manifest)
    if manifests:
        return manifests[-1].to_custodian
    line = stage.session.newest(order.line, Line) if order.line else None
    return line.maker if line else order.exporter


def deliver(stage: Stage, step: Step, on: date) -> None:
    """The carrier hands the goods to the end user, or to somebody else."""
    tranche = step.key
    order = stage.order(order_of(tranche))
    conduct = stage.conduct(order.id)
    if stage.is_recalled(tranche) or not stage.is_open(tranche):
        return
    receiver = conduct.get(("handover", "end_user"), order.end_user)
    state = conduct.get(("handover", "state"), order.destination)
    sequence = len(stage.session.of(tranche, Manifest)) + 1
    manifest = manifest_of(
        stage,
        tranche,
        sequence,
        Handover.DELIVERY,
        (_holder(stage, order, tranche), receiver),
        state,
        (on, on),
    )
    hand_over(stage, order, manifest)
    expect(stage, order.end_user, on)
    permit = stage.row(order.id).permit
    back = conduct.get(("return", "units"), "all")
    if permit == PermitKind.TEMPORARY.value and back != "none":
        days = int(conduct.get(("return", "after_days"), "30"))
        due = stage.row(order.id).return_by
        day = on + timedelta(days) if ("return", "after_days") in conduct else min(on + timedelta(days), due)
        stage.agenda.put(max(day, on + timedelta(1)), "give_back", tranche)
    elif permit == PermitKind.TEMPORARY.value:
        stage.agenda.put(max(stage.row(order.id).return_by, on) + timedelta(1), "close_chain", tranche, **BY_CLOCK)
    if ("verification", "none") in conduct:
        stage.agenda.put(on + timedelta(91), "close_chain", tranche, **BY_CLOCK)
    else:
        stage.agenda.put(on + timedelta(DAYS_TO_VERIFY), "verify", tranche)
    if ("sighting", "state") in conduct:
        days = int(conduct.get(("sighting", "after_days"), "5"))
        stage.agenda.put(on + timedelta(days), "sighting", tranche)


def loss(stage: Stage, step: Step, on: date) -> None:
    """Units are lost on the way; the carrier reports them, or does not."""
    tranche = step.key
    order = stage.order(order_of(tranche))
    conduct = stage.conduct(order.id)
    lost = last_units(stage, tranche, int(conduct["loss", "units"]))
    if conduct.get(("loss", "reported"), "yes") == "yes":
        cause = conduct.get(("loss", "cause"), "transport_accident")
        units = sum(run.units() for run in lost)
        record = Loss(f"loss:{tranche}", tranche, tuple(lost), units, order.carrier, cause, on)
        act.report_loss(stage.session, order.id, record, log=stage.log_of(order))


def give_back(stage: Stage, step: Step, on: date) -> None:
    """Goods go back to the maker: a temporary export ends, or a recall reached them."""
    tranche = step.key
    order = stage.order(order_of(tranche))
    conduct = stage.conduct(order.id)
    manifests = stage.session.of(tranche, Manifest)
    if not manifests:
        return
    kind = Handover.RECALL if step.fact("recall") else Handover.RETURN
    wanted = conduct.get(("return", "units"), "all") if kind is Handover.RETURN else "all"
    maker, holder = manifests[0].from_custodian, manifests[-1].to_custodian
    if holder == maker:
        return
    manifest = manifest_of(
        stage,
        tranche,
        len(manifests) + 1,
        kind,
        (holder, maker),
        stage.world.home,
        (on, on),
        units=None if wanted == "all" else int(wanted),
    )
    hand_over(stage, order, manifest)
    if kind is Handover.RETURN:
        day, facts = on + timedelta(1), {}
        if wanted != "all" and stage.row(order.id).return_by >= on:
            day, facts = stage.row(order.id).return_by + timedelta(1), BY_CLOCK
        stage.agenda.put(day, "close_chain", tranche, **facts)


def verify(stage: Stage, step: Step, on: date) -> None:
    """The end user's state certifies what arrived."""
    tranche = step.key
    order = stage.order(order_of(tranche))
    conduct = stage.conduct(order.id)
    ranges, units = _arrived(stage, order, tranche)
    units = int(conduct.get(("verification", "units"), units))
    owner = f"authority:{order.destination.lower()}"
    record = DeliveryVerification(f"verification:{tranche}", tranche, order.end_user, owner, tuple(ranges), units, on)
    signer = order.exporter if ("verification", "unsigned") in conduct else owner
    act.verify_delivery(stage.session, order.id, record, [stage.sign(signer, record, on)], log=stage.log_of(order))
    if stage.row(order.id).permit != PermitKind.TEMPORARY.value:
        stage.agenda.put(on, "close_chain", tranche)


def _arrived(stage: Stage, order: Order, tranche: str) -> tuple[list[SerialRange], int]:
    deliveries = [m for m in stage.session.of(tranche, Manifest) if m.step is Handover.DELIVERY]
    if not deliveries:
        return [], stage.units(tranche)
    last = deliveries[-1]
    ranges = list(difference(last.ranges, (*last.short, *last.rejected)))
    return ranges, sum(run.units() for run in ranges)


def close_chain(stage: Stage, step: Step, on: date) -> None:
    """Is the chain closed? Then title passes, if anything was sold."""
    going = moving(stage, step.key)
    if going is None or not stage.was_released(step.key):
        return
    trigger = Trigger(step.fact("trigger")) if step.fact("trigger") else None
    verdict = act.close_chain(stage.session, going, on, log=stage.log_of(going.order), trigger=trigger)
    if isinstance(verdict, Passed):
        finding: CustodyFinding = verdict.finding
        pass_title(stage, going, finding, on)


def sighting(stage: Stage, step: Step, on: date) -> None:
    """A unit is seen in another state; the chain is looked at again."""
    tranche = step.key
    order = stage.order(order_of(tranche))
    state = stage.conduct(order.id)["sighting", "state"]
    run = last_units(stage, tranche, 1)
    if not run:
        return
    record = Sighting(f"sighting:{tranche}", run[0], state, f"authority:{state.lower()}", on)
    act.report_sighting(stage.session, order.id, tranche, record)
    going = moving(stage, tranche)
    if going is not None and stage.is_verified(order, tranche):
        act.close_chain(stage.session, going, on, log=stage.log_of(order), trigger=stage.trigger_sighting)


STEPS = {
    "pack": pack,
    "dispatch": dispatch,
    "release": release,
    "deliver": deliver,
    "loss": loss,
    "give_back": give_back,
    "verify": verify,
    "close_chain": close_chain,
    "sighting": sighting,
}
