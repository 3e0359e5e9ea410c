"""Which frauds does an insider commit with the office's own keys, so that every record is sealed, salted and logged?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ecluse.base.days import Month
from ecluse.custody.ranges import difference
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Line, Manifest, SerialBlock, SerialRange, Step
from ecluse.licence.terms import Licence, LicenceEvent, LicenceState, ProposedDecision
from ecluse.office.actions import custody, parties
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import restand
from ecluse.office.cheats.hands import Insider, Kinds, Named
from ecluse.office.models import CertificateBalance, LicenceLine, Tranche
from ecluse.office.registers import HomeDelivery, Officer, Order, Packing, Release
from ecluse.order import Gate, Hearing, Standing, finding_form
from ecluse.parties.screen import build_index
from ecluse.parties.terms import Party
from ecluse.surplus.terms import Certificate, Draw, DrawState, GoodsKind, SurplusFinding

KINDS = Kinds(as_administrator=False)
RESERVATION_DAYS = 90


@KINDS.breaks("P1")
def licence_without_surplus(hand: Insider) -> Named:
    """A second licence for the same goods is issued on no certificate at all."""
    session, on = hand.session, hand.today
    left = {release.order for release in hand.each(Release)}
    first = hand.any(Licence, lambda found: found.certificate is not None and found.order not in left)
    second = replace(first, id=f"{first.id}/2", number=f"{first.number}/2", certificate=None, issued_on=on)
    with Deed(session, "licence.change", actor="clock:office", on=on, subject=first.tranche, order=first.order) as deed:
        deed.seal(second, first.order)
        twin = LicenceLine(
            licence=second.id, order=second.order, state=LicenceState.ISSUED.value, units=second.units,
            units_released=0,
        )  # fmt: skip
        deed.put(twin, first.order)
    return Named(second.id, str(on))


@KINDS.breaks("P1")
def certificate_overdrawn(hand: Insider) -> Named:
    """More is drawn on a certificate than it still holds, and its balance is left alone."""
    session, on = hand.session, hand.today
    certificate = hand.any(Certificate)
    row = session.row(CertificateBalance, certificate.id, certificate.id)
    assert row is not None
    units = row.units_certified - row.units_reserved - row.units_committed - row.units_used + 1
    order = hand.any(Order, lambda found: found.certificate != certificate.id)
    tranche = f"{order.id}/0"
    draw = Draw(
        f"draw:{tranche}/overdrawn", certificate.id, tranche, units, DrawState.RESERVED, on,
        on + timedelta(RESERVATION_DAYS),
    )  # fmt: skip
    with Deed(session, "surplus.draw", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        deed.seal(draw, certificate.id)
    return Named(draw.id, str(on))


@KINDS.breaks("P2")
def released_while_home_waited(hand: Insider) -> Named:
    """The act that shows the home army behind plan lay in a drawer until the goods had left."""
    session, on = hand.session, hand.today
    orders = {order.id: order for order in hand.each(Order)}
    release = max(hand.each(Release), key=lambda found: (found.on, found.id))
    class_ = orders[release.order].class_
    owner = "authority:general-staff"
    act = HomeDelivery(f"home-delivery:{class_}/late", class_, Month.of(release.on), 100_000, 0, release.on)
    with Deed(session, "surplus.accept_home_delivery", actor=owner, on=on, subject=f"home:{class_}") as deed:
        deed.seal(act, signatures=[hand.sign(owner, act)])
    return Named(release.tranche, str(release.on))


@KINDS.breaks("P3")
def screened_on_no_list(hand: Insider) -> Named:
    """Every party is screened once more, on no list at all: nobody has a hit."""
    session, on = hand.session, hand.today
    names = [party.id for party in hand.each(Party)]
    parties.sweep(session, names, build_index(()), on)
    return Named(f"sweep:{on}", str(on))


@KINDS.breaks("P4")
def countersigned_by_its_author(hand: Insider) -> Named:
    """A decision is countersigned by the officer who wrote it."""
    session, on = hand.session, hand.today
    author = _officer(hand, "author")
    first = hand.any(ProposedDecision, lambda found: found.id.startswith("decision:order:"))
    order = first.id.removeprefix("decision:")
    again = replace(
        first, id=f"{first.id}/2", author=author.id, author_authority=author.authority, countersigner=author.id,
        countersigner_authority=author.authority, on=on,
    )  # fmt: skip
    with Deed(session, "licence.decide", actor=author.id, on=on, subject=order, order=order) as deed:
        deed.seal(again, signatures=[hand.sign(author.id, again)])
    return Named(again.id, str(on))


def _officer(hand: Insider, role: str) -> Officer:
    def acts(found: Officer) -> bool:
        in_office = found.valid_from <= hand.today and (found.valid_until is None or hand.today <= found.valid_until)
        return found.role == role and in_office

    return hand.any(Officer, acts)


@KINDS.breaks("P4")
def amended_by_one_hand(hand: Insider) -> Named:
    """A licence is amended by one officer in both places."""
    officer = _officer(hand, "author").id
    found = hand.any(Licence)
    event = LicenceEvent(
        f"licence-event:{found.order}/amended", found.id, LicenceState.AMENDED, officer, officer, "a friend asked",
        hand.today,
    )  # fmt: skip
    with Deed(
        hand.session, "licence.change", actor=officer, on=hand.today, subject=found.order, order=found.order
    ) as deed:
        deed.seal(event, signatures=[hand.sign(officer, event)])
    return Named(event.id, str(hand.today))


@KINDS.breaks("P5")
def handed_on_unsigned(hand: Insider) -> Named:
    """One delivered unit is handed on by the end user to somebody who does not sign for it."""
    delivered = hand.any(Manifest, lambda found: found.step is Step.DELIVERY and _is_done(hand, found))
    last = hand.session.of(delivered.tranche, Manifest)[-1]
    left = difference(last.ranges, (*last.short, *last.rejected))
    one = replace(left[0], last=left[0].first)
    order = delivered.tranche.rsplit("/", 1)[0]
    filed = hand.session.newest(order, Order)
    assert filed is not None
    at = hand.source.now()
    onward = replace(
        last, id=f"manifest:{last.tranche}/{last.sequence + 1}", sequence=last.sequence + 1, step=Step.ARRIVAL,
        from_custodian=last.to_custodian, to_custodian=filed.carrier, ranges=(one,), units=1, short=(), rejected=(),
        sent_at=at, received_at=at + timedelta(hours=1),
    )  # fmt: skip
    custody.hand_over(
        hand.session, order, onward, [hand.sign(onward.from_custodian, onward)], end_user=filed.end_user, log="home"
    )
    return Named(onward.id, str(hand.today))


def _is_done(hand: Insider, manifest: Manifest) -> bool:
    """Was this the tranche's last handover, and did the custody gate close its chain?"""
    last = hand.session.of(manifest.tranche, Manifest)[-1]
    return last.id == manifest.id and hand.passed(manifest.tranche, Gate.CUSTODY)


@KINDS.breaks("P5")
def block_overlaps(hand: Insider) -> Named:
    """A second block is committed over numbers that another block holds."""
    first = hand.any(SerialBlock)
    line = hand.session.newest(first.line, Line)
    assert line is not None
    again = replace(first, id=f"{first.id}-again", committed_on=hand.today)
    custody.commit_block(hand.session, again, hand.today, maker=line.maker, signature=hand.sign(line.maker, again))
    return Named(serial_text(again.prefix, again.first), str(hand.today))


@KINDS.breaks("P5")
def packed_twice(hand: Insider) -> Named:
    """A unit that an end user already has is packed again for another order."""
    delivered = hand.any(Manifest, lambda found: found.step is Step.DELIVERY and _is_done(hand, found))
    other = hand.any(Release, lambda found: found.tranche != delivered.tranche)
    run = delivered.ranges[0]
    one = SerialRange(run.block, run.first, run.first)
    block = hand.session.newest(run.block, SerialBlock)
    assert block is not None
    filed, tranche = hand.session.newest(other.order, Order), f"{other.order}/9"
    assert filed is not None
    with Deed(
        hand.session, "custody.hand_over", actor=filed.exporter, on=hand.today, subject=tranche, order=other.order
    ) as deed:
        for name, subject in ((f"packing:{tranche}/1", tranche), (f"packing:{tranche}/1/in-block", one.block)):
            deed.seal(Packing(name, tranche, one.block, one.first, one.last, hand.today), subject)
        hand.session.move_units(one, tranche=tranche, state="packed", on=hand.today)
    return Named(serial_text(block.prefix, one.first), str(hand.today))


@KINDS.breaks("P9")
def verdict_forged(hand: Insider) -> Named:
    """A refused order is heard again, and the verdict that is sealed is not the one that the law gives."""
    session, on = hand.session, hand.today
    held = hand.any(Hearing, lambda found: found.gate is Gate.SURPLUS and found.finding is None)
    order = session.newest(held.order, Order)
    row = session.row(Tranche, held.tranche, held.tranche)
    assert order is not None
    assert row is not None
    finding = SurplusFinding(
        held.tranche, order.model, order.class_, GoodsKind(held.claim["kind"]), order.units, None, on
    )
    number = len(session.of(held.tranche, Hearing)) + 1
    forged = replace(held, id=f"hearing:{held.tranche}/{number}", on=on, grounds=(), finding=finding_form(finding))
    with Deed(session, "surplus.hear", actor="clock:office", on=on, subject=held.tranche, order=order.id) as deed:
        deed.seal(forged, held.tranche)
        row.gate, row.standing, row.hearing = Gate.SURPLUS.value, Standing.OPEN.value, forged.id
        deed.put(row, held.tranche)
        restand(deed, order.id)
    return Named(forged.id, str(on))


@KINDS.breaks("P1")
def certificate_unheard(hand: Insider) -> Named:
    """A certificate is signed for units that no hearing found."""
    session, on = hand.session, hand.today
    first = hand.any(Certificate)
    again = replace(first, id=f"{first.id}-again", issued_on=on)
    with Deed(session, "surplus.certify", actor=_officer(hand, "planner").id, on=on, subject=again.id) as deed:
        deed.seal(again, signatures=[hand.sign(again.owner, again)])
        row = CertificateBalance(
            certificate=again.id, model=again.model, units_certified=again.units_certified, units_reserved=0,
            units_committed=0, units_used=0,
        )  # fmt: skip
        deed.put(row, again.id)
    return Named(again.id, str(on))
