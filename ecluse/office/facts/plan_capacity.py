"""How many hours may a line of the plan work, by what makers attested last?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ecluse.base.signing import is_signed_by
from ecluse.office.facts.capacity import capacity_words
from ecluse.office.on_file import records
from ecluse.office.session import Session
from ecluse.surplus.terms import CapacityAttestation


def hours_attested(session: Session, question: Mapping[str, Any]) -> dict[str, list[int]]:
    """By line and month: the hours that all units attested of what is made there would take?

    Signed words count. The last word on a month does, also where its questionnaire ran out since: unknown is not zero,
    and the gates ask for one in force before anything leaves.
    """
    filed = sorted(records(CapacityAttestation), key=lambda one: (one.subject, one.turn))
    units: dict[str, Counter[str]] = {}
    session.know_signatures([one.digest for one in filed])
    signed = [one.value for one in filed if _is_signed(session, one.value, one.digest)]
    for (_, model, month), (_, count) in capacity_words(signed).items():
        units.setdefault(model, Counter())[str(month)] += count
    found = {line["id"]: [0] * len(question["months"]) for line in question["lines"]}
    for make in question["makes"]:
        own = units.get(make["product"], Counter())
        for t, month in enumerate(question["months"]):
            found[make["line"]][t] += own[month] * make["hours"]
    return found


def _is_signed(session: Session, given: CapacityAttestation, digest: str) -> bool:
    return is_signed_by(given.maker, given, session.signatures(digest), session.keys([given.maker]))
