"""What are the nouns after delivery? Statements, rounds, lists, values, draws, visits, responses, shortfalls."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import sealed
from ecluse.custody.terms import SerialRange


@sealed("delivery_statement/1")
@dataclass(frozen=True, slots=True)
class DeliveryStatement:
    """A recipient's word for a quarter: units held with the digest of their numbers, used, lost, passed on."""

    id: str
    end_user: str
    first_day: date
    last_day: date
    units_held: int
    held_digest: str
    units_used: int
    units_lost: int
    units_transferred: int
    on: date


@sealed("post_check_round/1")
@dataclass(frozen=True, slots=True)
class CheckRound:
    """Which round of which beacon will draw a post-shipment check, fixed before its list; and how sure it is to be."""

    id: str
    beacon: str
    round: int
    value_on: date
    confidence_bp: int
    diverted_bp: int
    on: date


@dataclass(frozen=True, slots=True)
class LiveDelivery:
    """What an end user has of one tranche: the numbers in their order."""

    tranche: str
    end_user: str
    class_: str
    ranges: tuple[SerialRange, ...]


@sealed("post_check_frame/1")
@dataclass(frozen=True, slots=True)
class CheckFrame:
    """The list itself from which a check is drawn: every delivered unit that is with its end user, with a salt."""

    id: str
    check: str
    salt_hex: str
    deliveries: tuple[LiveDelivery, ...]
    on: date


@sealed("post_check_list/1")
@dataclass(frozen=True, slots=True)
class CheckList:
    """The committed list: the digest of the frame, how many deliveries and units it holds, how many are drawn."""

    id: str
    check: str
    frame_digest: str
    deliveries: int
    units: int
    units_drawn: int
    on: date


class BeaconOrigin(enum.Enum):
    """Where does a beacon's value come from: brought in from a public beacon, or made by a demonstration?"""

    BROUGHT = "brought"
    DEMONSTRATION = "demonstration"


@sealed("beacon_value/1")
@dataclass(frozen=True, slots=True)
class BeaconValue:
    """The value of a round: the SHA-256 of the beacon's signature, which is kept beside it."""

    id: str
    check: str
    beacon: str
    round: int
    value_hex: str
    signature_hex: str
    origin: BeaconOrigin
    on: date


@sealed("post_check_draw/1")
@dataclass(frozen=True, slots=True)
class CheckDraw:
    """Which positions of the committed list were drawn by the value of the round?"""

    id: str
    check: str
    frame_digest: str
    value_hex: str
    positions: tuple[int, ...]
    on: date


class Outcome(enum.Enum):
    """What did a visit find of a unit? Seen by its number, accounted for on paper, or not as it should be."""

    SEEN = "seen"
    ACCOUNTED = "accounted"
    DAMAGED = "damaged"
    MISSING = "missing"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class UnitsFound:
    """These numbers were found so."""

    outcome: Outcome
    ranges: tuple[SerialRange, ...]


@sealed("post_check_visit/1")
@dataclass(frozen=True, slots=True)
class CheckVisit:
    """An officer was at an end user to see the units drawn: what was found of each."""

    id: str
    check: str
    end_user: str
    officer: str
    found: tuple[UnitsFound, ...]
    on: date


class Cause(enum.Enum):
    """What does an end user owe, or what was found there?"""

    VERIFICATION = "verification"
    STATEMENT = "statement"
    MISSING = "missing"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"


class Rung(enum.Enum):
    """On which rung of the ladder does the office stand? Answered or closed ends the matter."""

    REMINDER = "reminder"
    NOTICE = "notice"
    REFERRED = "referred"
    SUSPENSION = "suspension"
    CASE = "case"
    ANSWERED = "answered"
    CLOSED = "closed"


@sealed("after_response/1")
@dataclass(frozen=True, slots=True)
class AfterResponse:
    """The office responds to what an end user owes or to what was found there: one rung of the ladder."""

    id: str
    end_user: str
    cause: Cause
    about: str
    rung: Rung
    since: date
    by: str
    reason: str
    on: date


@sealed("arrival_report/1")
@dataclass(frozen=True, slots=True)
class ArrivalReport:
    """What did not arrive as the manifest says: units short, damaged, rejected; the signed count stands."""

    id: str
    tranche: str
    manifest: str
    receiver: str
    short: tuple[SerialRange, ...]
    damaged: tuple[SerialRange, ...]
    rejected: tuple[SerialRange, ...]
    reason: str
    on: date


@sealed("case_closed/1")
@dataclass(frozen=True, slots=True)
class CaseClosed:
    """A named officer closed a case over delivered goods, for this reason."""

    id: str
    case: str
    tranche: str
    officer: str
    authority: str
    reason: str
    on: date
