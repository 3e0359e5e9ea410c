"""What are the nouns of licensing? Routes, applications, marketing authorisations, opinions, conditions, licences."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Stop
from ecluse.base.money import Money, Rate
from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature
from ecluse.licence.officers import Absence, Officer
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import GoodsKind


class Route(enum.Enum):
    """Which procedure? A base, B wartime surplus test on A, C Defence City with treaty, D Drone Deal."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class GoodsList(enum.Enum):
    """On which list does the article stand? Uncontrolled goods need no licence."""

    MILITARY = "military"
    DUAL_USE = "dual_use"
    UNCONTROLLED = "uncontrolled"


class PermitKind(enum.Enum):
    """Which instrument is asked for?"""

    ONE_OFF = "one_off"
    GENERAL = "general"
    OPEN = "open"
    CONCLUSION = "conclusion"
    TEMPORARY = "temporary"
    TECHNOLOGY = "technology"
    LICENSED_PRODUCTION = "licensed_production"


class Voice(enum.Enum):
    """What does an authority say?"""

    FOR = "for"
    AGAINST = "against"
    VETO = "veto"
    RECUSED = "recused"


@sealed("marketing_authorisation/1")
@dataclass(frozen=True, slots=True)
class MarketingAuthorisation:
    """This exporter may offer this class to this state, from one day to another; buyers check it by its code."""

    id: str
    code: str
    owner: str
    exporter: str
    class_: str
    state: str
    valid_from: date
    valid_until: date


@sealed("application/1")
@dataclass(frozen=True, slots=True)
class Application:
    """What is asked, as filed: goods, quantity, price, kind of permit, route, dates, documents."""

    id: str
    order: str
    exporter: str
    buyer: str
    model: str
    class_: str
    kind: GoodsKind
    goods_list: GoodsList
    control_entry: str
    units: int
    unit_price: Money
    price_uah: Money
    permit: PermitKind
    route: Route
    offered_on: date
    filed_on: date
    complete_on: date | None
    return_by: date | None
    third_state: str | None
    queue_number: int


@sealed("opinion/1")
@dataclass(frozen=True, slots=True)
class Opinion:
    """One authority's opinion on one application, by one officer, with a reason."""

    id: str
    application: str
    authority: str
    officer: str
    voice: Voice
    reason: str
    on: date


@sealed("interest/1")
@dataclass(frozen=True, slots=True)
class Interest:
    """An officer declared an interest in a party."""

    id: str
    officer: str
    party: str
    declared_on: date


@sealed("condition/1")
@dataclass(frozen=True, slots=True)
class Condition:
    """A condition set by one authority; only that authority lifts it."""

    id: str
    application: str
    owner: str
    subject: str
    set_on: date
    lifted_by: str | None
    lifted_on: date | None
    must_be_lifted_before_issue: bool


@sealed("proposed_decision/1")
@dataclass(frozen=True, slots=True)
class ProposedDecision:
    """An officer proposes to grant or refuse, another of another authority countersigns; reasons in words."""

    id: str
    application: str
    grant: bool
    author: str
    author_authority: str
    countersigner: str
    countersigner_authority: str
    reason: str
    on: date


@sealed("origin_declaration/1")
@dataclass(frozen=True, slots=True)
class OriginDeclaration:
    """Whose components are inside, and which origin states' consents are on file? Pairs of state and consent id."""

    id: str
    model: str
    consents_needed: tuple[str, ...]
    consents_held: tuple[str, ...]
    declared_on: date


@sealed("re_export_consent/1")
@dataclass(frozen=True, slots=True)
class ReExportConsent:
    """Written consent to pass goods of this order on to a third state."""

    id: str
    order: str
    state: str
    owner: str
    on: date


@sealed("partner_list/1")
@dataclass(frozen=True, slots=True)
class PartnerList:
    """The Foreign Ministry's list of states with an intergovernmental deal (route D) or treaty (route C)."""

    id: str
    owner: str
    deal_states: tuple[str, ...]
    treaty_states: tuple[str, ...]
    valid_from: date
    valid_until: date | None


@sealed("critical_goods/1")
@dataclass(frozen=True, slots=True)
class CriticalGoods:
    """The Ministry of Defence's list of models that may never go."""

    id: str
    owner: str
    models: tuple[str, ...]
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What the same owners sold to the same end use in the rolling window, this application included."""

    value_uah: Money
    applications: int
    window_days: int


@dataclass(frozen=True, slots=True)
class PriceBand:
    """The peers' unit prices of the model in the last year, in the application's currency; None is unknown."""

    low: Money
    high: Money
    peers: int


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Which place was committed when the file came in, and which older complete files of the route still wait?"""

    number_committed: int
    older_waiting: int


@sealed("licence/1")
@dataclass(frozen=True, slots=True)
class Licence:
    """The licence as issued: what, how much, to whom, until when; states follow as separate records."""

    id: str
    number: str
    application: str
    order: str
    tranche: str
    exporter: str
    end_user: str
    destination: str
    model: str
    permit: PermitKind
    route: Route
    units: int
    value: Money
    certificate: str | None
    return_by: date | None
    hearing: str
    issued_on: date
    valid_until: date


class LicenceState(enum.Enum):
    """Where is a licence in its life?"""

    ISSUED = "issued"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    AMENDED = "amended"
    REVOKED = "revoked"
    SURRENDERED = "surrendered"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"


@sealed("licence_event/1")
@dataclass(frozen=True, slots=True)
class LicenceEvent:
    """One step of a licence's life, by two officers where it grants or refuses, with its reason."""

    id: str
    licence: str
    state: LicenceState
    officer: str
    countersigner: str | None
    reason: str
    on: date


@sealed("appeal/1")
@dataclass(frozen=True, slots=True)
class Appeal:
    """An exporter appeals a refusal within the term; another officer hears it."""

    id: str
    application: str
    filed_on: date
    decided_on: date | None
    upheld: bool | None
    officer: str | None


@sealed("clock_stop/1")
@dataclass(frozen=True, slots=True)
class ClockStop:
    """An authority stopped the clock of a file from this day, for a reason; `until` (exclusive) says when it ran on."""

    id: str
    application: str
    authority: str
    officer: str
    since: date
    until: date | None
    reason: str


@sealed("marketing_application/1")
@dataclass(frozen=True, slots=True)
class MarketingApplication:
    """An exporter asks to offer a class of goods to a state; two officers decide it before anything is offered."""

    id: str
    exporter: str
    class_: str
    state: str
    filed_on: date


@sealed("general_use/1")
@dataclass(frozen=True, slots=True)
class GeneralUse:
    """An exporter uses a general permit: no licence is issued; what goes, to whom and for how much is reported."""

    id: str
    order: str
    permit: str
    exporter: str
    end_user: str
    model: str
    units: int
    value: Money
    on: date


@dataclass(frozen=True, slots=True)
class LicenceClaim:
    """The facts on which a licence is decided, the proposed decision included."""

    tranche: str
    parties: PartiesFinding
    parties_hearing: str
    application: Application
    marketing: MarketingAuthorisation | None
    partner_list: PartnerList | None
    critical_goods: CriticalGoods | None
    defence_city: bool
    opinions: tuple[Opinion, ...]
    interests: tuple[Interest, ...]
    conditions: tuple[Condition, ...]
    origin: OriginDeclaration | None
    re_export_consent: ReExportConsent | None
    decision: ProposedDecision | None
    decision_signatures: tuple[Signature, ...]
    clock_stops: tuple[Stop, ...]
    queue: QueuePlace | None
    aggregate: Aggregate | None
    price_band: PriceBand | None
    units_licensed_before: int
    officers: tuple[Officer, ...]
    official_rate: Rate | None
    keys: tuple[Key, ...]
    # The absence of the countersigner whom the decision names, when the deputy signed in his place.
    stand_in: Absence | None = None


class Outcome(enum.Enum):
    """What did the gate find?"""

    GRANT = "grant"
    NO_LICENCE_REQUIRED = "no_licence_required"
    REGISTERED = "registered"
    CONCLUDED = "concluded"


# Under these the goods go without a licence of their own: none is required, or a general permit covers them.
WITHOUT_OWN_LICENCE = frozenset({Outcome.NO_LICENCE_REQUIRED, Outcome.REGISTERED})


@sealed("licence_finding/1")
@dataclass(frozen=True, slots=True)
class LicenceFinding:
    """A licence may be issued on these terms, none is required, a use is registered, or a conclusion is given."""

    tranche: str
    outcome: Outcome
    route: Route
    permit: PermitKind
    model: str
    kind: GoodsKind
    units: int
    value: Money
    end_user: str
    destination: str
    return_by: date | None
    valid_until: date
