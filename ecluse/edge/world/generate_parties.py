"""Which firms, bodies and persons does a generated world have, and who owns whom? All of them invented."""

from __future__ import annotations

from datetime import date, timedelta

from ecluse.edge.world.draft import Draft, Row, day_between
from ecluse.edge.world.generate_states import BUYERS

REGISTERED = date(2025, 12, 1)
OWNED_KINDS = ("firm", "forwarder", "vessel")


def add_party(draft: Draft, kind: str, state: str, *, party: str = "", name: str = "", service: str = "") -> str:
    """Which party was added? Without a name it is given an invented one."""
    other = ""
    if not name:
        if kind == "state_body":
            name = draft.names.body()
        elif kind == "person":
            name, other = draft.names.person()
        else:
            name, other = draft.names.firm(state, service)
    draft.counters["registration"] = number = draft.counters.get("registration", 100_000) + draft.rng.randint(3, 40)
    draft.add(
        "parties", party=party or draft.next("party"), kind=kind, name=name,
        names_other=(other,) if other and state == "UA" else (), state=state,
        identifiers=(f"reg-{state.lower()}:{number}",) if kind != "person" else (),
        registered_on=day_between(draft.rng, date(2024, 1, 10), REGISTERED),
    )  # fmt: skip
    return str(draft.tables["parties"][-1]["party"])


def add_ownership(draft: Draft, owner: str, owned: str, least: int, most: int, *, controls: bool = False) -> Row:
    """Which ownership was added, between these bounds in hundredths of a percent?"""
    draft.counters["ownership"] = number = draft.counters.get("ownership", 0) + 1
    return draft.add(
        "ownerships", ownership=f"ownership:{number:05d}", owner=owner, owned=owned, share_min_bp=least,
        share_max_bp=most, controls=controls, since=date(2024, 1, 1), until=None,
    )  # fmt: skip


def add_owners(draft: Draft, firm: str) -> None:
    """Who owns this firm? One person, two persons, or a person through a holding."""
    state = draft.party(firm)["state"]
    kind = draft.rng.randint(1, 6)
    person = add_party(draft, "person", state)
    if kind <= 3:
        add_ownership(draft, person, firm, 10_000, 10_000, controls=True)
    elif kind <= 5:
        share = draft.rng.randint(51, 80) * 100
        add_ownership(draft, person, firm, share, share)
        add_ownership(draft, add_party(draft, "person", state), firm, 10_000 - share, 10_000 - share)
    else:
        holding = add_party(draft, "firm", state)
        add_ownership(draft, holding, firm, 10_000, 10_000, controls=True)
        add_ownership(draft, person, holding, 10_000, 10_000, controls=True)
    draft.groups[firm] = person


def add_firm(
    draft: Draft, state: str, *, party: str = "", name: str = "", kind: str = "firm", service: str = ""
) -> str:
    """Which firm was added, with its owners?"""
    firm = add_party(draft, kind, state, party=party, name=name, service=service)
    add_owners(draft, firm)
    return firm


def add_makers(draft: Draft) -> None:
    """Who makes and who may export? The first makers are registered exporters, two of them special exporters."""
    makers, exporters = draft.scaled(450, 60), draft.scaled(55, 24)
    for number in range(1, makers + 1):
        party = f"party:maker-{number:03d}"
        if number <= exporters:
            add_firm(draft, "UA", party=party)
            register_exporter(draft, party, defence_city=number % 2 == 0)
        else:
            add_party(draft, "firm", "UA", party=party)
            add_ownership(draft, add_party(draft, "person", "UA"), party, 10_000, 10_000, controls=True)


def register_exporter(draft: Draft, party: str, *, defence_city: bool) -> Row:
    """Which standing as an exporter does this party have?"""
    return draft.add(
        "exporters", party=party, registered_until=date(2027, 6, 30) + timedelta(draft.rng.randint(0, 300)),
        authority_until=date(2027, 3, 31) + timedelta(draft.rng.randint(0, 300)), defence_city=defence_city,
    )  # fmt: skip


class Circle:
    """The buyers, end users, carriers and banks that honest orders draw on."""

    def __init__(self, draft: Draft) -> None:
        self.end_users: dict[str, list[str]] = {}
        self.buyers: dict[str, list[str]] = {}
        each = 4 if draft.size >= 500 else 2
        for state, *_ in BUYERS:
            self.end_users[state] = [add_party(draft, "state_body", state) for _ in range(each)]
            self.buyers[state] = [add_firm(draft, state) for _ in range(2)]
        self.forwarders = [
            add_firm(draft, state, kind="forwarder", service="forwarder") for state in ("PL", "DE", "LT", "NL")
        ]
        self.carriers = [
            add_firm(draft, state, service="carrier") for state in ("UA", "PL", "DE", "LT", "RO", "DK", "GB", "SE")
        ]
        self.banks = [add_firm(draft, state, service="bank") for state in ("UA", "UA", "DE", "GB", "PL", "LT")]
        self.brokers = [add_firm(draft, state, service="broker") for state in ("UA", "DE", "GB", "EE")]
