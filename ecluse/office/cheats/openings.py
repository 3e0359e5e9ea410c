"""Which frauds touch the keys that open secrets? Shares held back until the last day has passed."""

from __future__ import annotations

from datetime import date, timedelta

from ecluse.custody.openings import OpeningDone, OpeningKey
from ecluse.office.actions.calendar import turn_day
from ecluse.office.actions.openings import KEYS, hand_in
from ecluse.office.cheats.hands import Insider, Kinds, Named, lacking
from ecluse.office.session import Session

KINDS = Kinds(as_administrator=False)


@KINDS.breaks("P8")
def opening_missed(hand: Insider) -> Named:
    """The day of a key comes and its last day goes by; no host hands in, and nothing opens."""
    key = next_due(hand)
    on = key.due_on + timedelta(1)
    turn_day(_session_on(hand), on)
    return Named(key.id, str(on))


def opened_on_the_last_day(hand: Insider) -> Named:
    """The honest twin: on the very last day as many hosts hand in as open the key, and the day after comes."""
    key = next_due(hand)
    for share in key.shares[: key.threshold]:
        hand_in(
            _session_on(hand), key.id, share.host, on=key.due_on,
            sign=lambda owner, record, on: hand.sign(owner, record),
        )  # fmt: skip
    on = key.due_on + timedelta(1)
    turn_day(_session_on(hand), on)
    return Named(key.id, str(on))


def next_due(hand: Insider) -> OpeningKey:
    """Which key falls due next? One that hides something, of a period that is over."""

    def is_waiting(key: OpeningKey) -> bool:
        return key.last_day <= hand.today and not hand.session.of(key.name, OpeningDone)

    found = [key for key in hand.session.of(KEYS, OpeningKey) if is_waiting(key)]
    if not found:
        raise lacking("an opening key that is not due yet")
    return min(found, key=_days)


def _days(key: OpeningKey) -> tuple[date, str]:
    return key.opens_on, key.id


def _session_on(hand: Insider) -> Session:
    """Each deed reads anew what the one before wrote."""
    return Session(hand.source, hand.session.law)
