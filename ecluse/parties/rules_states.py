"""Which states may an order touch: embargoes on destination, transit and parties, and the tiers of buyers?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.parties.facts import binding_embargoes, embargoes_on, joined, one_in_role, touching
from ecluse.parties.terms import BuyerTiers, PartiesClaim, Role


def destination_is_not_embargoed(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The state of destination lies under no state-wide arms embargo (controls.md 3 Q3: ATT 6(1), criterion 1)."""
    rows = binding_embargoes(claim, claim.destination, on, law)
    if rows:
        yield refuse(
            "parties.destination_is_not_embargoed", "ua-549-iv/embargo",
            state=claim.destination, imposers=joined(rows, "imposer"), acts=joined(rows, "act"),
        )  # fmt: skip


def transit_is_not_embargoed(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """No state of transit lies under a state-wide arms embargo (controls.md 5 I01: any match in force)."""
    for state in dict.fromkeys(claim.transit):
        rows = binding_embargoes(claim, state, on, law)
        if rows:
            yield refuse(
                "parties.transit_is_not_embargoed", "ua-549-iv/embargo",
                state=state, imposers=joined(rows, "imposer"), acts=joined(rows, "act"),
            )  # fmt: skip


def party_state_is_not_embargoed(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """No party and no owner has its seat in a state under a state-wide arms embargo (controls.md 5 I01).

    A seat in the state of destination is said once, by the destination."""
    for party in touching(claim, on):
        rows = binding_embargoes(claim, party.state, on, law)
        if rows and party.state != claim.destination:
            yield refuse(
                "parties.party_state_is_not_embargoed", "ua-549-iv/embargo",
                party=party.id, state=party.state, imposers=joined(rows, "imposer"), acts=joined(rows, "act"),
            )  # fmt: skip


def embargo_scope_is_settled(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """A person decides where an embargo binds only some recipients, places or goods, or rests on one source
    (controls.md C-2, C-4: a boolean is wrong; two sources or a signature)."""
    for state in _states(claim, on):
        rows = embargoes_on(state, on, law)
        if rows and not binding_embargoes(claim, state, on, law):
            yield refer(
                "parties.embargo_scope_is_settled", "ua-549-iv/embargo",
                state=state, imposers=joined(rows, "imposer"), acts=joined(rows, "act"),
            )  # fmt: skip


def states_are_known(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every state is spelled by its ISO 3166-1 code: an embargo cannot be looked up for another spelling."""
    known = {row["state"] for row in law["parties/states"].in_force(on)}
    for state in _states(claim, on):
        if state not in known:
            yield refer("parties.states_are_known", "ecluse/known-states", state=state)


def state_is_in_tier(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """The state of destination and the buyer's state stand in a tier (mechanism.md 1.5; R13)."""
    if not _is_in_force(claim.tiers, on):
        return
    assert claim.tiers is not None
    tiered = {state for state, _ in claim.tiers.tiers}
    buyer = one_in_role(claim, Role.BUYER)
    for state in dict.fromkeys((claim.destination, *((buyer.state,) if buyer else ()))):
        if state not in tiered:
            yield refuse("parties.state_is_in_tier", "ua-buyers-2025/tiers", state=state, policy=claim.tiers.id)


def tiers_are_set(claim: PartiesClaim, on: date, law: Law) -> Iterator[Ground]:
    """A policy of buyer tiers is in force on the day (mechanism.md 1.5; R13)."""
    if not _is_in_force(claim.tiers, on):
        yield refer("parties.tiers_are_set", "ua-buyers-2025/tiers", on=on)


def _is_in_force(tiers: BuyerTiers | None, on: date) -> bool:
    return tiers is not None and tiers.valid_from <= on and (tiers.valid_until is None or on <= tiers.valid_until)


def _states(claim: PartiesClaim, on: date) -> tuple[str, ...]:
    """Which states does the order touch, each once?"""
    return tuple(dict.fromkeys((claim.destination, *claim.transit, *(party.state for party in touching(claim, on)))))
