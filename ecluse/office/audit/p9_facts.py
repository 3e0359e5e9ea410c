"""P9: which facts of a hearing's claim are not what the registers held when it was heard?

Every field of every claim is rebuilt from the registers, one file a gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ecluse.office.audit import (
    p9_certificate,
    p9_custody,
    p9_departure,
    p9_licence,
    p9_parties,
    p9_proceeds,
    p9_surplus,
)
from ecluse.office.audit.p9_known import Known, form_of
from ecluse.office.audit.reading import Filed, Reading
from ecluse.order import Gate, Hearing

TEXT_LIMIT = 160
FIELDS: Mapping[Gate, Mapping[str, Callable[[Known], Any]]] = MappingProxyType(
    {
        Gate.CERTIFICATE: p9_certificate.FIELDS,
        Gate.SURPLUS: p9_surplus.FIELDS,
        Gate.PARTIES: p9_parties.FIELDS,
        Gate.LICENCE: p9_licence.FIELDS,
        Gate.CUSTODY: p9_custody.FIELDS,
        Gate.DEPARTURE: p9_departure.FIELDS,
        Gate.PROCEEDS: p9_proceeds.FIELDS,
    }
)


class Difference(NamedTuple):
    """A fact that differs: its name, what the claim states, what the registers held, and whose registers they were."""

    fact: str
    stated: str
    held: str
    subjects: tuple[str, ...]


def facts_differing(reading: Reading, row: Filed) -> Iterator[Difference]:
    """Which facts of this hearing's claim differ from what the registers held?"""
    hearing: Hearing = row.value
    filed = reading.orders().get(hearing.order)
    order = filed.value if filed else None
    if order is None and hearing.gate is not Gate.CERTIFICATE:
        yield Difference("order", hearing.order, "-", ())
        return
    last = Known(reading, row, hearing, order, hearing.claim)
    for fact, rebuild in FIELDS[hearing.gate].items():
        if form_of(last.once(rebuild)) != hearing.claim.get(fact):
            yield from _differing(Known(reading, row, hearing, order, hearing.claim), fact, rebuild)


def _differing(known: Known, fact: str, rebuild: Callable[[Known], Any]) -> Iterator[Difference]:
    """Does the fact differ at every instant at which the hearing may have been heard?"""
    stated, held = known.claim.get(fact), None
    for held in known.instants(rebuild):
        if form_of(held) == stated:
            return
    yield Difference(fact, _text(stated), _text(form_of(held)), known.subjects)


def _text(form: Any) -> str:
    return "-" if form is None else str(form)[:TEXT_LIMIT]
