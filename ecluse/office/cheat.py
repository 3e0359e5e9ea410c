"""Which frauds can be committed on a demonstration, so that the audit may be seen to name each of them?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction

from ecluse.base.errors import BadInputError, ForbiddenError
from ecluse.base.words import say
from ecluse.office.cheats import (
    after,
    envelope,
    insider,
    insider_left_out,
    insider_money,
    openings,
    plans,
    raw_caches,
    raw_log,
    raw_records,
    witnesses,
)
from ecluse.office.cheats.hands import Administrator, CheatKind, Insider, guards_down
from ecluse.office.models import Setting

KINDS: Mapping[str, CheatKind] = MappingProxyType(
    {
        **raw_caches.KINDS,
        **raw_records.KINDS,
        **raw_log.KINDS,
        **insider.KINDS,
        **insider_left_out.KINDS,
        **insider_money.KINDS,
        **after.KINDS,
        **envelope.KINDS,
        **openings.KINDS,
        **plans.RAW_KINDS,
        **plans.INSIDE_KINDS,
        **witnesses.RAW_KINDS,
        **witnesses.INSIDE_KINDS,
    }
)


@dataclass(frozen=True, slots=True)
class Cheated:
    """What was done: which fraud, which promise it breaks, about whom and on which day the audit must say so."""

    kind: str
    promise: str
    subject: str
    day: str
    told: str


def commit_cheat(kind: str) -> Cheated:
    """What did this fraud change? Raises ForbiddenError outside a demonstration, BadInputError for an unknown kind."""
    if not Setting.objects.filter(key="kind", value="demonstration").exists():
        raise ForbiddenError("frauds are committed on a demonstration's database only, and this is none")
    found = KINDS.get(kind)
    if found is None:
        raise BadInputError.one("KIND", "one of: " + ", ".join(sorted(KINDS)), repr(kind), "name one of these")
    if found.as_administrator:
        with guards_down() if found.puts_guards_back else nullcontext(), transaction.atomic():
            subject, day = found.do(Administrator())
    else:
        subject, day = found.do(Insider())
    return Cheated(kind, found.promise, subject, day, _told(found, subject, day))


def _told(kind: CheatKind, subject: str, day: str) -> str:
    when = day or say("cheat.no_day", "en")
    return say("cheat.told", "en", what=say(kind.description, "en"), promise=kind.promise, subject=subject, day=when)


def kinds_text(lang: str) -> str:
    """Which kinds of fraud are there, by promise, each with the hand that commits it?"""
    lines = [say("cheat.heading", lang)]
    for name, kind in sorted(KINDS.items(), key=lambda item: (item[1].promise, item[0])):
        hand = say("cheat.by_administrator" if kind.as_administrator else "cheat.by_insider", lang)
        lines.append(f"{kind.promise}  {name}  ({hand})  {say(kind.description, lang)}")
    return "\n".join(lines)
