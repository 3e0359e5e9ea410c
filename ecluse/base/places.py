"""Which state is this, and is it a member of that body on that day, as far as we know?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature, is_signed_by

SOURCES_NEEDED = 2

# ISO 3166-1 alpha-2, officially assigned. NA is Namibia, not an absent value.
_ASSIGNED = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
STATES = frozenset(_ASSIGNED.split())
BODY = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")


def check_state(code: str) -> str:
    """Is this the code of a state or territory? Gives it back, or raises ValueError.

    >>> check_state("NA")
    'NA'
    """
    if code not in STATES:
        raise ValueError(f"not an ISO 3166 alpha-2 code: {code!r}")
    return code


@sealed("membership/1")
@dataclass(frozen=True, slots=True)
class Membership:
    """A state's place in a body (a union, a regime, a treaty) as our sources state it.

    From the day `since` to the day `until`, both included; `until` None: still. `since` None: the sources say that it
    is no member. `owner` may vouch for it alone with a signature: the body, its depositary, the competent authority.
    """

    state: str
    body: str
    since: date | None
    until: date | None
    sources: tuple[str, ...]
    owner: str | None = None

    def __post_init__(self) -> None:
        check_state(self.state)
        if not BODY.fullmatch(self.body):
            raise ValueError(f"not the short name of a body: {self.body!r}")
        if self.until and (self.since is None or self.until < self.since):
            raise ValueError(f"membership of {self.state} in {self.body} ends before it begins")

    def is_confirmed(self, signatures: Iterable[Signature] = (), keys: Iterable[Key] = ()) -> bool:
        """Do two different sources state it, or has its owner signed it?"""
        if len({source.strip() for source in self.sources} - {""}) >= SOURCES_NEEDED:
            return True
        return self.owner is not None and is_signed_by(self.owner, self, signatures, keys)

    def covers(self, on: date) -> bool:
        """Is this day within the membership?"""
        return self.since is not None and self.since <= on and (self.until is None or on <= self.until)


def is_member(
    memberships: Iterable[Membership],
    state: str,
    body: str,
    on: date,
    signatures: Iterable[Signature] = (),
    keys: Iterable[Key] = (),
) -> bool | None:
    """Is the state a member of the body on this day? None: unknown, or stated without confirmation.

    Silence is unknown. A single source never gives an answer, but it can cast doubt on a confirmed one.
    """
    known, vouchers, public = check_state(state), tuple(signatures), tuple(keys)
    told = [item for item in memberships if item.state == known and item.body == body]
    confirmed = [item for item in told if item.is_confirmed(vouchers, public)]
    if any(item.covers(on) for item in confirmed):
        return None if any(item.since is None for item in told) else True
    return None if not confirmed or any(item.covers(on) for item in told) else False
