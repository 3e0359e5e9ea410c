"""Was there one custodian at every instant? Rules of handover; they hold at release and at delivery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refuse
from ecluse.custody.chain import Break, BreakKind, breaks, by_sequence, hand_over
from ecluse.custody.measures import signatures_by
from ecluse.custody.ranges import Ranges, contains, count, difference, normal, overlap, same
from ecluse.custody.terms import CustodyClaim, Manifest, SerialRange, Step

BACKWARD = {Step.RETURN, Step.RECALL}


def custody_begins_with_the_maker(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """The first handover is from the line's maker (mechanism.md R27)."""
    maker = claim.line.maker if claim.line else "unknown"
    for manifest in by_sequence(claim.manifests)[:1]:
        if manifest.from_custodian != maker:
            yield refuse(
                "custody.custody_begins_with_the_maker", "ecluse/one-custodian",
                manifest=manifest.id, custodian=manifest.from_custodian, maker=maker,
            )  # fmt: skip


def custody_has_no_gap(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Whoever hands units on had signed for them, and no handover of the count is missing (mechanism.md R27)."""
    ordered = by_sequence(claim.manifests)
    broken = {found.manifest for found in _breaks(claim, BreakKind.GAP)}
    for number, manifest in enumerate(ordered, 1):
        if manifest.sequence != number or manifest.id in broken:
            yield refuse(
                "custody.custody_has_no_gap", "ecluse/one-custodian",
                manifest=manifest.id, custodian=manifest.from_custodian,
            )  # fmt: skip
            return


def custody_does_not_overlap(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Nobody hands on units before the instant he signed for them, and none arrive before they left (R27)."""
    for found in _breaks(claim, BreakKind.OVERLAP)[:1]:
        yield refuse(
            "custody.custody_does_not_overlap", "ecluse/one-custodian", manifest=found.manifest, previous=found.previous
        )


def handover_keeps_ranges(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """What was received, less short, rejected and lost, is handed on; returns may come in parts (mechanism.md R26)."""
    ordered = by_sequence(claim.manifests)
    held: dict[str, Ranges] = {ordered[0].from_custodian: normal(claim.ranges)} if ordered else {}
    for manifest in ordered:
        handed = ranges_for(claim, manifest.tranche, manifest.ranges)
        holding = held.get(manifest.from_custodian, ())
        left = difference(holding, lost_by(claim, manifest.from_custodian, manifest.sent_at.date()))
        expected = overlap(left, claim.ranges)
        # Whoever holds nothing hands on what another holds: that is a gap, and said there.
        is_gap = bool(handed) and not holding
        if not is_gap and not (_fits(manifest, handed, expected) and _is_whole(manifest)):
            yield refuse(
                "custody.handover_keeps_ranges", "ecluse/every-unit-named",
                manifest=manifest.id, units_expected=count(expected), units_handed=manifest.units,
            )  # fmt: skip
        hand_over(held, manifest)


def release_is_signed_by_both(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Before release every handover so far bears both custodians' signatures (mechanism.md R26)."""
    for manifest, custodian in unsigned(claim, on, also_open=True):
        yield refuse(
            "custody.release_is_signed_by_both", "ecluse/two-sided-handover", manifest=manifest.id, custodian=custodian
        )


def handover_is_signed_by_both(claim: CustodyClaim, on: date, law: Law) -> Iterator[Ground]:
    """Before the chain closes every handover bears both custodians' signatures (mechanism.md R26)."""
    for manifest, custodian in unsigned(claim, on, also_open=False):
        yield refuse(
            "custody.handover_is_signed_by_both", "ecluse/two-sided-handover", manifest=manifest.id, custodian=custodian
        )


def unsigned(claim: CustodyClaim, on: date, *, also_open: bool) -> Iterator[tuple[Manifest, str]]:
    """Which handovers lack whose signature? A handover still open lacks the receiver's, when it is asked for.

    The sender signs what he sent, before anyone can know what arrives; his signature of the finished record counts too.
    """
    for manifest in by_sequence(claim.manifests):
        rows = [row.signatures for row in claim.manifest_signatures if row.manifest == manifest.id]
        signatures = [signature for row in rows for signature in signatures_by(row, on)]
        sender, receiver = manifest.from_custodian, manifest.to_custodian
        as_sent = replace(manifest, short=(), rejected=(), received_at=None)
        if not any(is_signed_by(sender, record, signatures, claim.keys) for record in (manifest, as_sent)):
            yield manifest, sender
        is_asked = also_open or manifest.received_at is not None
        if is_asked and not (manifest.received_at and is_signed_by(receiver, manifest, signatures, claim.keys)):
            yield manifest, receiver


def ranges_for(claim: CustodyClaim, tranche: str, ranges: Ranges) -> Ranges:
    """Which of these numbers concern the claim? A parent tranche's handover, made before the split, names more."""
    return normal(ranges) if tranche == claim.tranche else overlap(ranges, claim.ranges)


def lost_by(claim: CustodyClaim, custodian: str, until: date | None = None) -> list[SerialRange]:
    """Which numbers did this custodian report lost, by this day?"""
    rows = [loss for loss in claim.losses if loss.custodian == custodian and (until is None or loss.on <= until)]
    return [run for loss in rows for run in loss.ranges]


def _fits(manifest: Manifest, handed: Ranges, expected: Ranges) -> bool:
    if manifest.step in BACKWARD:
        return bool(handed) and contains(expected, handed)
    return same(handed, expected)


def _is_whole(manifest: Manifest) -> bool:
    refused = (*manifest.short, *manifest.rejected)
    return manifest.units == sum(r.units() for r in manifest.ranges) and contains(manifest.ranges, refused)


def _breaks(claim: CustodyClaim, kind: BreakKind) -> list[Break]:
    return [found for found in breaks(by_sequence(claim.manifests)) if found.kind is kind]


RULES_OF_CHAIN = (
    custody_begins_with_the_maker,
    custody_has_no_gap,
    custody_does_not_overlap,
    handover_keeps_ranges,
)
