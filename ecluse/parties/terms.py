"""What are the nouns of the parties gate? Parties, owners, lists, screenings, sweeps, end-use statements, tiers."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature
from ecluse.surplus.terms import SurplusFinding


class PartyKind(enum.Enum):
    """What is a party: a state body, a firm, a person, a freight forwarder, a vessel?"""

    STATE_BODY = "state_body"
    FIRM = "firm"
    PERSON = "person"
    FORWARDER = "forwarder"
    VESSEL = "vessel"


class Role(enum.Enum):
    """What does a party do in this order?"""

    EXPORTER = "exporter"
    BUYER = "buyer"
    CONSIGNEE = "consignee"
    END_USER = "end_user"
    BROKER = "broker"
    CARRIER = "carrier"
    BANK = "bank"


@sealed("party/1")
@dataclass(frozen=True, slots=True)
class Party:
    """A party as registered: names, state of seat (ISO 3166 alpha-2), identifiers as `scheme:value`."""

    id: str
    kind: PartyKind
    name: str
    names_other: tuple[str, ...]
    state: str
    identifiers: tuple[str, ...]
    registered_on: date


@sealed("ownership/1")
@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns how much of whom, in hundredths of a percent between two bounds; bounds apart mean unknown."""

    id: str
    owner: str
    owned: str
    share_min_bp: int
    share_max_bp: int
    controls: bool
    since: date
    until: date | None
    source: str


@sealed("exporter_status/1")
@dataclass(frozen=True, slots=True)
class ExporterStatus:
    """Registration as a subject of transfers, and the time-limited authority to export military goods."""

    id: str
    party: str
    registered_until: date
    authority_until: date | None
    defence_city: bool


@sealed("list_version/1")
@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of one publisher's list: digest of its bytes, number of entries, day it took effect here."""

    id: str
    publisher: str
    title: str
    digest: str
    entries: int
    in_force_from: date


class MatchGrade(enum.Enum):
    """How sure is a name match? `exact` identifier or name, `normalised` equal after folding."""

    IDENTIFIER = "identifier"
    EXACT = "exact"
    NORMALISED = "normalised"


@dataclass(frozen=True, slots=True)
class Hit:
    """One list entry that answers to a party."""

    list_version: str
    entry: str
    entry_name: str
    grade: MatchGrade


@sealed("screening/1")
@dataclass(frozen=True, slots=True)
class Screening:
    """One party screened against stated list versions with a stated matcher. No hits is evidence too."""

    id: str
    party: str
    party_digest: str
    list_versions: tuple[str, ...]
    matcher: str
    hits: tuple[Hit, ...]
    on: date


@sealed("clearance/1")
@dataclass(frozen=True, slots=True)
class Clearance:
    """A named officer found that a hit is another person, with reasons; it falls when either side changes."""

    id: str
    party_digest: str
    entry: str
    officer: str
    authority: str
    reason: str
    on: date


@sealed("sweep/1")
@dataclass(frozen=True, slots=True)
class Sweep:
    """One list version against every live party: counts, and the tree root over the live parties' digests."""

    id: str
    list_versions: tuple[str, ...]
    matcher: str
    parties: int
    hits: int
    root: str
    on: date


class EndUseClause(enum.Enum):
    """Which promises does the statement make?"""

    NO_RE_EXPORT_WITHOUT_CONSENT = "no_re_export_without_consent"
    DELIVERY_VERIFICATION = "delivery_verification"
    ON_SITE_CHECKS = "on_site_checks"
    LOSS_REPORTS = "loss_reports"


@sealed("end_use_statement/1")
@dataclass(frozen=True, slots=True)
class EndUseStatement:
    """The end user's statement: model, quantity, place of use, promises, validity; issued by the end user's state."""

    id: str
    number: str
    end_user: str
    state: str
    model: str
    units: int
    clauses: tuple[EndUseClause, ...]
    issued_on: date
    valid_until: date
    verified_with_issuer_on: date | None


@sealed("buyer_tiers/1")
@dataclass(frozen=True, slots=True)
class BuyerTiers:
    """Which states may buy, in which order of priority (tier 1 first); a state in no tier may not."""

    id: str
    owner: str
    tiers: tuple[tuple[str, int], ...]
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Part:
    """Which party plays which role?"""

    role: Role
    party: str


@dataclass(frozen=True, slots=True)
class PartiesClaim:
    """The facts on which a tranche's parties are judged. Screenings cover parties and their owners.

    `end_user_response` is the grave response after earlier deliveries that stands against the end user, if any.
    """

    tranche: str
    order: str
    surplus: SurplusFinding
    surplus_hearing: str
    parts: tuple[Part, ...]
    parties: tuple[Party, ...]
    ownerships: tuple[Ownership, ...]
    exporter: ExporterStatus | None
    destination: str
    transit: tuple[str, ...]
    control_entry: str
    lists_in_force: tuple[ListVersion, ...]
    screenings: tuple[Screening, ...]
    clearances: tuple[Clearance, ...]
    end_use: EndUseStatement | None
    end_use_signatures: tuple[Signature, ...]
    units_on_statement_before: int
    tiers: BuyerTiers | None
    verifications_overdue: int
    keys: tuple[Key, ...]
    end_user_response: str | None = None


@sealed("parties_finding/1")
@dataclass(frozen=True, slots=True)
class PartiesFinding:
    """Everyone who touches this tranche is known and clear on these list versions."""

    tranche: str
    exporter: str
    buyer: str
    end_user: str
    destination: str
    end_use_statement: str
    list_versions: tuple[str, ...]
    units: int
    model: str
