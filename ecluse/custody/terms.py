"""What are the nouns of custody? Blocks, lines, centres, manifests, host licences, releases, verifications, fates."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from ecluse.base.days import Month
from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature
from ecluse.licence.terms import Licence, LicenceFinding, LicenceState
from ecluse.surplus.terms import HomeProgress, MonthUnits


class Level(enum.Enum):
    """How finely is a class traced: each unit, each sealed crate, or each lot?"""

    UNIT = "unit"
    CRATE = "crate"
    LOT = "lot"


class CentreRole(enum.Enum):
    """What may a centre do? Only depot and line may hold goods."""

    REPRESENTATION = "representation"
    DEPOT = "depot"
    LINE = "line"
    SERVICE = "service"


class LifeState(enum.Enum):
    """Where is a centre or a line in its life?"""

    ANNOUNCED = "announced"
    AGREED = "agreed"
    ACCREDITED = "accredited"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    PLANNED = "planned"
    FIRST_ARTICLE = "first_article"
    SERIES = "series"
    STOPPED = "stopped"


@sealed("centre/1")
@dataclass(frozen=True, slots=True)
class Centre:
    """An export centre: host state, operator, declared roles."""

    id: str
    host: str
    operator: str
    roles: tuple[CentreRole, ...]
    announced_on: date


@sealed("line/1")
@dataclass(frozen=True, slots=True)
class Line:
    """A production line, at home or abroad: its maker, host state, model classes, and declared shares by origin
    (technology, parts, specialists; in hundredths of a percent) with evidence."""

    id: str
    maker: str
    host: str
    class_: str
    technology_home_bp: int | None
    parts_home_bp: int | None
    specialists_home_bp: int | None
    evidence: str
    registered_on: date


@sealed("life_event/1")
@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One step in the life of a centre or line."""

    id: str
    subject: str
    state: LifeState
    owner: str
    on: date


class OutputRule(enum.Enum):
    """Who gets a line's output: all to the home army, home first, a share to the host, host licence only?"""

    ALL_HOME = "all_home"
    HOME_FIRST = "home_first"
    SHARED = "shared"
    HOST_LICENCE = "host_licence"


@sealed("line_rule/1")
@dataclass(frozen=True, slots=True)
class LineRule:
    """The output rule of a line, from one day to another, with its source."""

    id: str
    line: str
    rule: OutputRule
    host_share_bp: int
    source: str
    valid_from: date
    valid_until: date | None


@sealed("serial_block/1")
@dataclass(frozen=True, slots=True)
class SerialBlock:
    """Serial numbers committed before production: prefix and a run of numbers; each ends made, void or unused."""

    id: str
    line: str
    model: str
    prefix: str
    first: int
    count: int
    committed_on: date
    funded_for_home: bool


@dataclass(frozen=True, slots=True)
class SerialRange:
    """A run of serial numbers of one block, both ends included."""

    block: str
    first: int
    last: int

    def units(self) -> int:
        """How many numbers does the run hold?"""
        return self.last - self.first + 1


class Fate(enum.Enum):
    """How does a block's number end?"""

    MADE = "made"
    VOID = "void"
    UNUSED = "unused"


@sealed("marking/1")
@dataclass(frozen=True, slots=True)
class Marking:
    """The line marked these numbers of its block on this day: made, or void; or closed them as unused."""

    id: str
    block: str
    range: SerialRange
    fate: Fate
    line: str
    model: str
    on: date


@sealed("lot/1")
@dataclass(frozen=True, slots=True)
class Lot:
    """A sealed crate or a lot of a class that is not traced one by one: so many units under one number."""

    id: str
    block: str
    range: SerialRange
    units: int
    packed_on: date


class Step(enum.Enum):
    """What kind of handover is it?"""

    DISPATCH = "dispatch"
    ARRIVAL = "arrival"
    RELEASE = "release"
    DELIVERY = "delivery"
    RETURN = "return"
    RECALL = "recall"


@sealed("manifest/1")
@dataclass(frozen=True, slots=True)
class Manifest:
    """One handover: serial ranges from one custodian to another, under one authority, signed once by each side.

    `sequence` counts a tranche's handovers from 1; `units_short` and `units_rejected` are what the receiver refused
    to sign for, named one by one in `short` (ranges).
    """

    id: str
    tranche: str
    sequence: int
    step: Step
    from_custodian: str
    to_custodian: str
    place_state: str
    authority: str
    ranges: tuple[SerialRange, ...]
    units: int
    short: tuple[SerialRange, ...]
    rejected: tuple[SerialRange, ...]
    sent_at: datetime
    received_at: datetime | None


class Side(enum.Enum):
    """Which side of a handover is it: who gives, or who takes?"""

    GIVER = "giver"
    TAKER = "taker"


@sealed("capture/1")
@dataclass(frozen=True, slots=True)
class Capture:
    """How one side took a handover down at a centre: serials read one by one, with a device that may have been offline.

    `client` is the id that the device gave it, `device_at` what the device's own clock showed: a statement, no proof.
    `photos` are SHA-256 digests of pictures, whether or not they were sent.
    """

    id: str
    client: str
    centre: str
    tranche: str
    manifest: str
    side: Side
    custodian: str
    units: int
    device_at: datetime
    photos: tuple[str, ...]
    on: date


@sealed("host_licence/1")
@dataclass(frozen=True, slots=True)
class HostLicence:
    """The host state's own licence for goods to leave it."""

    id: str
    host: str
    owner: str
    order: str
    units: int
    valid_from: date
    valid_until: date


@sealed("host_licence_withdrawn/1")
@dataclass(frozen=True, slots=True)
class HostLicenceWithdrawn:
    """The host state takes its licence back; what has not left its soil stays there until it grants another."""

    id: str
    host: str
    owner: str
    order: str
    licence: str
    reason: str
    on: date


@sealed("loss/1")
@dataclass(frozen=True, slots=True)
class Loss:
    """A custodian reports units lost, stolen, damaged or destroyed."""

    id: str
    tranche: str
    ranges: tuple[SerialRange, ...]
    units: int
    custodian: str
    cause: str
    on: date


@sealed("delivery_verification/1")
@dataclass(frozen=True, slots=True)
class DeliveryVerification:
    """The end user's state certifies what arrived."""

    id: str
    tranche: str
    end_user: str
    owner: str
    ranges: tuple[SerialRange, ...]
    units: int
    on: date


@sealed("sighting/1")
@dataclass(frozen=True, slots=True)
class Sighting:
    """A serial was reported from a place: a finder's report, a post-shipment check, an import report."""

    id: str
    range: SerialRange
    state: str
    reporter: str
    on: date


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest with both sides' signatures."""

    manifest: str
    signatures: tuple[Signature, ...]


class CustodyStage(enum.Enum):
    """Which question is asked: may it leave (release), or is the chain closed (delivery)?"""

    RELEASE = "release"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class LicenceStanding:
    """In which state is the licence on this day, and how many units left under it before this tranche?"""

    state: LicenceState
    units_released_before: int


@dataclass(frozen=True, slots=True)
class CustodyClaim:
    """The facts on which a tranche is released, or its chain closed.

    `line_units_released_before` and `host_units_released_before` count what other tranches already took of the line's
    output and of the host licence.
    """

    tranche: str
    order: str
    stage: CustodyStage
    finding: LicenceFinding
    licence_hearing: str
    licence: Licence | None
    licence_standing: LicenceStanding | None
    level: Level
    units: int
    ranges: tuple[SerialRange, ...]
    blocks: tuple[SerialBlock, ...]
    markings: tuple[Marking, ...]
    units_of_others: int
    line: Line | None
    line_state: LifeState | None
    line_rule: LineRule | None
    line_output: tuple[MonthUnits, ...]
    line_units_released_before: int
    centre: Centre | None
    centre_state: LifeState | None
    home: HomeProgress | None
    host_licence: HostLicence | None
    host_licence_signatures: tuple[Signature, ...]
    host_units_released_before: int
    manifests: tuple[Manifest, ...]
    manifest_signatures: tuple[SignedManifest, ...]
    losses: tuple[Loss, ...]
    verification: DeliveryVerification | None
    verification_signatures: tuple[Signature, ...]
    sightings: tuple[Sighting, ...]
    end_user: str
    end_user_state: str
    deliver_by: date
    keys: tuple[Key, ...]


@sealed("custody_finding/1")
@dataclass(frozen=True, slots=True)
class CustodyFinding:
    """Released (may leave now) or delivered (chain closed): how many units, when title passed."""

    tranche: str
    stage: CustodyStage
    units_released: int
    units_delivered: int
    units_returned: int
    units_lost: int
    delivered_on: date | None
    month: Month
