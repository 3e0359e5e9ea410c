"""On which grounds is a tranche held at the surplus gate? The gravest rule first: order is law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.surplus.dated import needs_certificate, term
from ecluse.surplus.terms import Certificate, GoodsKind, GoodsOrigin, SurplusClaim

Rule = Callable[[SurplusClaim, date, Law], Iterator[Ground]]


def goods_are_home_made(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """Goods that were donated, paid for by donors, captured or issued to the army never leave (mechanism.md 4 T16)."""
    if claim.origin is not GoodsOrigin.MADE:
        yield refuse(
            "surplus.goods_are_home_made", "ecluse/only-home-made",
            model=claim.model, origin=claim.origin.value,
        )  # fmt: skip


def home_army_first(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more leaves than the certificate and its class figures leave under the bound rule (mechanism.md 1.3, R5)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate is None:
        return
    units_surplus = units_left_for_export(certificate, claim)
    if claim.units > units_surplus:
        yield refuse(
            "surplus.home_army_first", "surplus-policy/home-first",
            model=claim.model, units_claimed=claim.units, units_surplus=units_surplus,
        )  # fmt: skip


def certificate_is_present(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """Articles and parts leave only under a surplus certificate (mechanism.md R5)."""
    if claim.certificate is None and needs_certificate(claim.kind, on, law):
        yield refuse(
            "surplus.certificate_is_present", "surplus-policy/certificate",
            kind=claim.kind.value, model=claim.model,
        )  # fmt: skip


def certificate_is_signed(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate bears the signature of the authority that owns it (mechanism.md R2, R4)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate and not is_signed_by(certificate.owner, certificate, claim.certificate_signatures, claim.keys):
        yield refuse(
            "surplus.certificate_is_signed", "ecluse/certificate-signed",
            certificate=certificate.id, owner=certificate.owner,
        )  # fmt: skip


def certificate_precedes_application(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate was issued no later than the application was filed (mechanism.md 4 T1)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate and certificate.issued_on > claim.filed_on:
        yield refuse(
            "surplus.certificate_precedes_application", "ecluse/certificate-before-application",
            certificate=certificate.id, issued_on=certificate.issued_on, filed_on=claim.filed_on,
        )  # fmt: skip


def certificate_covers_model(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate is for the model and the class that are sold (mechanism.md R5)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate and (certificate.model, certificate.class_) != (claim.model, claim.class_):
        yield refuse(
            "surplus.certificate_covers_model", "ecluse/certificate-scope",
            certificate=certificate.id, model_certified=certificate.model, class_certified=certificate.class_,
            model_claimed=claim.model, class_claimed=claim.class_,
        )  # fmt: skip


def certificate_covers_month(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The month of delivery lies within the certificate, which states the class figure of that month (R5)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate is None:
        return
    is_within = certificate.first_month <= claim.deliver_in <= certificate.last_month
    if not is_within or units_of_class_in_month(certificate, claim) is None:
        yield refuse(
            "surplus.certificate_covers_month", "ecluse/certificate-scope",
            certificate=certificate.id, month_claimed=str(claim.deliver_in),
            first_month=str(certificate.first_month), last_month=str(certificate.last_month),
        )  # fmt: skip


def certificate_is_in_force(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate is in force on the day of judgement (mechanism.md R5)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate and not certificate.issued_on <= on <= certificate.valid_until:
        yield refuse(
            "surplus.certificate_is_in_force", "ecluse/certificate-term",
            certificate=certificate.id, issued_on=certificate.issued_on, valid_until=certificate.valid_until, on=on,
        )  # fmt: skip


def certificate_stands(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate was not withdrawn, as it may be when the forces urgently need the goods (mechanism.md R7)."""
    certificate, withdrawal = certificate_drawn(claim, on, law), claim.withdrawal
    if certificate and withdrawal and withdrawal.certificate == certificate.id and withdrawal.on <= on:
        yield refuse(
            "surplus.certificate_stands", "surplus-policy/urgent-need",
            certificate=certificate.id, withdrawn_on=withdrawal.on, reason=withdrawal.reason,
        )  # fmt: skip


def policy_is_bound(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate rests on the surplus policy in force on the day, and states its rule's figure (R3)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate and not rests_on_policy_in_force(certificate, claim, on):
        yield refuse(
            "surplus.policy_is_bound", "surplus-policy/bound-rule",
            certificate=certificate.id, policy=certificate.policy, rule=certificate.rule.value, on=on,
        )  # fmt: skip


def balance_is_known(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The certificate's balance is known, and it is this certificate's (mechanism.md R4)."""
    certificate = certificate_drawn(claim, on, law)
    if certificate and not has_own_balance(certificate, claim):
        yield refer("surplus.balance_is_known", "ecluse/certificate-balance", certificate=certificate.id)


def balance_covers_units(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """The units are still free on the certificate; its balance never goes below zero (mechanism.md R4).

    The balance handed in leaves out this tranche's own draw, so that a tranche may be heard again.
    """
    certificate, balance = certificate_drawn(claim, on, law), claim.balance
    if certificate and balance and claim.units > balance.units_free():
        yield refuse(
            "surplus.balance_covers_units", "ecluse/certificate-balance",
            certificate=certificate.id, units_claimed=claim.units, units_free=balance.units_free(),
        )  # fmt: skip


def units_are_claimed_once(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """No other tranche claims the same units (mechanism.md R4)."""
    if claim.also_claimed_by is not None:
        yield refuse(
            "surplus.units_are_claimed_once", "ecluse/one-claim",
            tranche=claim.tranche, also_claimed_by=claim.also_claimed_by,
        )  # fmt: skip


def capacity_is_demonstrated(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """What the maker attests lies no further above what it demonstrated than the tolerance (mechanism.md 2, R1)."""
    if claim.capacity is None or not needs_certificate(claim.kind, on, law):
        return
    attested, shown = claim.capacity.units_attested, claim.capacity.units_demonstrated
    tolerance = term("capacity_tolerance_percent", on, law)
    if attested * 100 > shown * (100 + tolerance):
        yield refer(
            "surplus.capacity_is_demonstrated", "ecluse/attested-capacity",
            model=claim.model, units_attested=attested, units_demonstrated=shown, tolerance_percent=tolerance,
        )  # fmt: skip


def capacity_is_current(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """An attestation of capacity is in force on the day; it expires (mechanism.md R1)."""
    if not needs_certificate(claim.kind, on, law):
        return
    if claim.capacity is None or claim.capacity.attestation_valid_until < on:
        yield refer("surplus.capacity_is_current", "ecluse/attested-capacity", model=claim.model, on=on)


def home_deliveries_are_known(claim: SurplusClaim, on: date, law: Law) -> Iterator[Ground]:
    """Deliveries of the class to the home army are known before an article leaves (mechanism.md 4 T9, R6)."""
    if claim.kind is GoodsKind.ARTICLE and (claim.home is None or claim.home.class_ != claim.class_):
        yield refer(
            "surplus.home_deliveries_are_known", "surplus-policy/home-deliveries",
            model=claim.model, goods_class=claim.class_,
        )  # fmt: skip


RULES: tuple[Rule, ...] = (
    goods_are_home_made,
    home_army_first,
    certificate_is_present,
    certificate_is_signed,
    certificate_precedes_application,
    certificate_covers_model,
    certificate_covers_month,
    certificate_is_in_force,
    certificate_stands,
    policy_is_bound,
    balance_is_known,
    balance_covers_units,
    units_are_claimed_once,
    capacity_is_demonstrated,
    capacity_is_current,
    home_deliveries_are_known,
)


def certificate_drawn(claim: SurplusClaim, on: date, law: Law) -> Certificate | None:
    """On which certificate does the claim draw? None when it gives none, or when its kind needs none."""
    return claim.certificate if needs_certificate(claim.kind, on, law) else None


def units_of_class_in_month(certificate: Certificate, claim: SurplusClaim) -> int | None:
    """How many units of the class may have left by the month of delivery? The lowest figure stated for it."""
    return min(
        (stated.units for stated in certificate.class_units_by_month if stated.month == claim.deliver_in),
        default=None,
    )


def units_under_bound_rule(certificate: Certificate) -> int | None:
    """What does the certificate state under its own rule for the class? The lowest figure; None is unknown."""
    stated = [result.units for result in certificate.results if result.rule is certificate.rule]
    known = [units for units in stated if units is not None]
    return min(known) if known and len(known) == len(stated) else None


def units_left_for_export(certificate: Certificate, claim: SurplusClaim) -> int:
    """How many units may leave after the home army? The lowest of certificate, bound rule and class month.

    A figure that the certificate does not state is held by `policy_is_bound` or `certificate_covers_month`.
    """
    stated = (
        certificate.units_certified,
        units_under_bound_rule(certificate),
        units_of_class_in_month(certificate, claim),
    )
    return min(units for units in stated if units is not None)


def rests_on_policy_in_force(certificate: Certificate, claim: SurplusClaim, on: date) -> bool:
    """Is the certificate's policy the one in force on the day, with the same rule and a known figure under it?"""
    policy = claim.policy
    if policy is None or units_under_bound_rule(certificate) is None:
        return False
    is_in_force = policy.valid_from <= on and (policy.valid_until is None or on <= policy.valid_until)
    return is_in_force and (policy.id, policy.rule) == (certificate.policy, certificate.rule)


def has_own_balance(certificate: Certificate, claim: SurplusClaim) -> bool:
    """Is the balance this certificate's, with no figure below zero that would make room?"""
    balance = claim.balance
    if balance is None or min(balance.units_reserved, balance.units_committed, balance.units_used) < 0:
        return False
    return (balance.certificate, balance.units_certified) == (certificate.id, certificate.units_certified)
