"""What comes in by its own date? Rates, lives, acceptance acts, shortages, blocks, marks, lists, certificates."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from ecluse.base.canon import digest
from ecluse.base.sealed import seal
from ecluse.custody.log.outer import DEMONSTRATION, Beacon, outer_log
from ecluse.custody.terms import Fate, Marking, SerialBlock, SerialRange
from ecluse.edge.lists import own_entries
from ecluse.licence.life import may_follow, needs_two
from ecluse.licence.terms import LicenceEvent, LicenceState
from ecluse.office.actions import custody, parties, proceeds, surplus
from ecluse.office.actions.checkpoint import close_day, sign_checkpoints
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.envelope import owners_waiting, sign_figures
from ecluse.office.actions.licence import change_licence
from ecluse.office.actions.reopen import reopen_certificate, reopen_licence, reopen_parties, reserve_again
from ecluse.office.carry.founding import life_event, shortage
from ecluse.office.carry.reopen import obey
from ecluse.office.carry.steps_cases import amend
from ecluse.office.facts.classes import home_plan
from ecluse.office.facts.custody import level_of
from ecluse.office.facts.surplus import CertificateRequest
from ecluse.office.registers import HomeDelivery
from ecluse.parties.screen import Index, ListEntry, build_index
from ecluse.parties.terms import Clearance, ListVersion, Party
from ecluse.proceeds.terms import RateOfDay
from ecluse.surplus.terms import Withdrawal

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage


def schedule(stage: Stage) -> None:
    """Put everything that the world's tables date on the agenda; what lies before the first day happens on it."""
    world, put, first = stage.world, stage.agenda.put, stage.world.first_day
    for day in sorted({row.on for row in world.rates if row.on > first}):
        put(day, "rates", "all")
    for number, row in enumerate(world.lives):
        put(max(row.on, first), "lives", f"{row.subject}/{number:04d}", number=number)
    for number, home_delivery_row in enumerate(world.home_deliveries):
        put(
            max(home_delivery_row.accepted_on, first),
            "home_delivery",
            f"{home_delivery_row.class_}/{home_delivery_row.month}",
            number=number,
        )
    for shortage_row in world.shortages:
        put(max(shortage_row.named_on, first), "shortage", shortage_row.shortage)
    for block_row in world.blocks:
        put(max(block_row.committed_on, first), "block", block_row.block)
    for number, marking_row in enumerate(world.markings):
        put(max(marking_row.on, first), "marking", f"{marking_row.block}/{number:06d}", number=number)
    for day in sorted({row.in_force_from for row in world.list_versions}):
        put(max(day, first), "lists", str(day))
    for number, clearance_row in enumerate(world.clearances):
        put(max(clearance_row.on, first), "clearance", f"{clearance_row.party}/{number:04d}", number=number)
    for withdrawal_row in world.withdrawals:
        put(withdrawal_row.on, "withdrawal", withdrawal_row.certificate)
    for certificate_row in world.certificates:
        put(max(certificate_row.asked_on, first), "certificate", certificate_row.certificate)
    for number, event_row in enumerate(world.events):
        put(event_row.on, "event", f"{event_row.subject}/{number:04d}", number=number)
    for order_row in world.orders:
        put(max(order_row.filed_on, first), "file", order_row.order)
    for period_close in world.period_closes:
        put(period_close.on, "close_period", str(period_close.month))
    put(first, "sign_figures", str(first))
    for month in world.months:
        put(month.last_day(), "sign_figures", str(month))
        put(month.last_day(), "checkpoint", str(month))
    for ordinal in range(first.toordinal(), world.last_day.toordinal() + 1):
        put(date.fromordinal(ordinal), "close_day", "outer")


def rates(stage: Stage, step: Step, on: date) -> None:
    """The official rates of the day."""
    with Deed(stage.session, "office.register", actor="clock:office", on=on, subject="register:rates") as deed:
        for r in stage.rates_on(on):
            pair = f"rate:{r.base}-{r.quote}"
            deed.seal(RateOfDay(f"{pair}-{r.on}", r.base, r.quote, r.numerator, r.denominator, r.on, r.source), pair)


def lives(stage: Stage, step: Step, on: date) -> None:
    """A centre or line moves on in its life."""
    custody.enter_life(stage.session, life_event(stage.world.lives[step.fact("number")]), on)


def home_delivery(stage: Stage, step: Step, on: date) -> None:
    """The army accepts a month's deliveries."""
    row = stage.world.home_deliveries[step.fact("number")]
    owner = "authority:general-staff"
    act = HomeDelivery(
        f"home-delivery:{row.class_}/{row.month}", row.class_, row.month, row.units_planned, row.units_accepted, on
    )
    surplus.accept_home_delivery(stage.session, act, owner=owner, signature=stage.sign(owner, act, on))


def name_shortage(stage: Stage, step: Step, on: date) -> None:
    """The general staff names a shortage."""
    named = shortage(stage.world.index["shortages"][step.key])
    proceeds.name_shortage(stage.session, named, on, signature=stage.sign(named.owner, named, on))


def block(stage: Stage, step: Step, on: date) -> None:
    """A line commits a serial block."""
    row = stage.world.index["blocks"][step.key]
    made = SerialBlock(
        row.block, row.line, row.model, row.prefix, row.first, row.count, row.committed_on, row.funded_for_home
    )
    maker = stage.world.index["lines"][row.line].maker
    custody.commit_block(stage.session, made, on, maker=maker, signature=stage.sign(maker, made, on))


def marking(stage: Stage, step: Step, on: date) -> None:
    """A line marks numbers of its block."""
    row = stage.world.markings[step.fact("number")]
    made = stage.session.newest(row.block, SerialBlock)
    line = stage.world.index["lines"][stage.world.index["blocks"][row.block].line]
    if made is None:
        raise ValueError(f"{row.block} is marked before it is committed")
    record = Marking(
        f"marking:{row.block}/{row.first}",
        row.block,
        SerialRange(row.block, row.first, row.last),
        Fate(row.fate),
        line.line,
        made.model,
        row.on,
    )
    authority = "authority:ssecu" if line.host == stage.world.home else f"authority:{line.host.lower()}"
    level = level_of(stage.session, stage.model_class[made.model], on)
    custody.mark(
        stage.session,
        made,
        record,
        on,
        maker=line.maker,
        authority=authority,
        level=level,
        signature=stage.sign(line.maker, record, on),
    )


def lists(stage: Stage, step: Step, on: date) -> None:
    """New list versions take effect: one sweep over all live parties, and what they touch is heard again."""
    day = date.fromisoformat(step.key)
    rows = [row for row in stage.world.list_versions if row.in_force_from == day]
    versions = [_version(stage, row) for row in rows]
    bodies = [stage.world.lists[row.file] for row in rows]
    if on == stage.world.first_day:
        versions += [stage.loaded_version(loaded) for loaded in stage.loaded_lists]
        bodies += [body for loaded in stage.loaded_lists for body in loaded.bodies]
    parties.bring_in_lists(stage.session, versions, bodies, on)
    stage.index = index_on(stage, on)
    hit = parties.sweep(stage.session, [row.party for row in stage.world.parties], stage.index, on)
    if on > stage.world.first_day:
        for party in hit:
            obey(stage, reopen_parties(stage.session, party, on), on)


def index_on(stage: Stage, on: date) -> Index:
    """Which index serves the list versions in force on this day? A year taken up again builds it anew."""
    return build_index(_entries_in_force(stage, on), [version.id for version in stage.versions_in_force(on)])


def _version(stage: Stage, row: object) -> ListVersion:
    body = stage.world.lists[row.file]  # type: ignore[attr-defined]
    entries = len(own_entries(row.file, body, row.list))  # type: ignore[attr-defined]
    return ListVersion(row.list, row.publisher, row.title, digest(body), entries, row.in_force_from)  # type: ignore[attr-defined]


def _entries_in_force(stage: Stage, on: date) -> list[ListEntry]:
    in_force = {version.id for version in stage.versions_in_force(on)}
    found = [entry for loaded in stage.loaded_lists if loaded.id in in_force for entry in loaded.entries]
    for row in stage.world.list_versions:
        if row.list in in_force:
            found += own_entries(row.file, stage.world.lists[row.file], row.list)
    return found


def clearance(stage: Stage, step: Step, on: date) -> None:
    """A named officer clears a hit."""
    row = stage.world.clearances[step.fact("number")]
    party = stage.session.newest(row.party, Party)
    if party is None:
        return
    for reference in stage.index.references_of(row.entry):
        cleared = Clearance(
            f"clearance:{row.party}/{reference}",
            seal(party).digest,
            reference,
            row.officer,
            stage.authority_of(row.officer),
            row.reason,
            on,
        )
        parties.clear(stage.session, cleared, row.party)
    reserve_again(stage.session, row.party, on)
    stage.answered(row.party, on)


def withdrawal(stage: Stage, step: Step, on: date) -> None:
    """A certificate is withdrawn: what draws on it is heard again."""
    row = stage.world.index["withdrawals"][step.key]
    record = Withdrawal(f"withdrawal:{row.certificate}", row.certificate, row.owner, row.on, row.reason)
    officer = stage.officer(row.owner, "planner", on) or "clock:office"
    surplus.withdraw(stage.session, record, officer=officer, signature=stage.sign(row.owner, record, on))
    obey(stage, reopen_certificate(stage.session, row.certificate, on), on)


def owners_sign_figures(stage: Stage, step: Step, on: date) -> None:
    """Owners sign their figures as the log commits to them: before certificates rest on them, and each month anew."""
    for owner in owners_waiting(stage.session, stage.owners_of_figures):
        sign_figures(stage.session, owner, actor=owner, on=on, sign=stage.sign)


def certificate(stage: Stage, step: Step, on: date) -> None:
    """A maker asks for a surplus certificate; the ministry's planner judges it."""
    row = stage.world.index["certificates"][step.key]
    asked = CertificateRequest(
        row.certificate, stage.model(row.model), row.maker, row.first_month, row.last_month, row.units_asked
    )
    plan = home_plan(stage.session, stage.home_classes)
    officer = stage.officer("authority:mod", "planner", on)
    assert officer is not None
    surplus.certify(stage.session, asked, plan, officer=officer, owner="authority:mod", on=on, sign=stage.sign)


def event(stage: Stage, step: Step, on: date) -> None:
    """Something happens to a licence: it is suspended, reinstated, revoked or surrendered."""
    row = stage.world.events[step.fact("number")]
    states = {
        "licence_suspend": LicenceState.SUSPENDED,
        "licence_reinstate": LicenceState.REINSTATED,
        "licence_revoke": LicenceState.REVOKED,
        "licence_surrender": LicenceState.SURRENDERED,
    }
    if row.kind == "licence_amend" and stage.licence_is_live(row.subject, on):
        amend(stage, row.subject, row.detail or row.kind, on)
    if row.kind not in states or not stage.has_licence(row.subject):
        return
    officer = stage.officer("authority:ssecu", "author", on)
    second = stage.officer("authority:mod", "countersigner", on)
    assert officer is not None
    change = LicenceEvent(
        f"licence-event:{row.subject}/{row.kind}-{on}",
        f"licence:{row.subject}",
        states[row.kind],
        officer,
        second,
        row.detail or row.kind,
        on,
    )
    if not may_follow(stage.licence_state(row.subject), change.state):
        return  # the office would refuse it: somebody else ended or suspended the licence before
    signers = [name for name in (officer, second) if name] if needs_two(change.state) else [officer]
    change = stage.replaced(change, countersigner=second if needs_two(change.state) else None)
    change_licence(stage.session, row.subject, change, [stage.sign(name, change, on) for name in signers])
    obey(stage, reopen_licence(stage.session, stage.order(row.subject), on), on)


def checkpoint(stage: Stage, step: Step, on: date) -> None:
    """At the end of a month every log's head is signed."""
    sign_checkpoints(stage.session, on)


def close(stage: Stage, step: Step, on: date) -> None:
    """At the end of a day the outer log goes on, behind a beacon's value; here one of the demonstration's own."""
    signature = b"".join(stage.session.source.salt(f"beacon:{on}", field) for field in ("first", "second", "third"))
    value = hashlib.sha256(signature).hexdigest()
    beacon = Beacon(outer_log(on), on, DEMONSTRATION, on.toordinal(), value, signature.hex())
    close_day(stage.session, on, beacon)


STEPS = {
    "rates": rates,
    "lives": lives,
    "home_delivery": home_delivery,
    "shortage": name_shortage,
    "block": block,
    "marking": marking,
    "lists": lists,
    "clearance": clearance,
    "withdrawal": withdrawal,
    "sign_figures": owners_sign_figures,
    "certificate": certificate,
    "event": event,
    "checkpoint": checkpoint,
    "close_day": close,
}
