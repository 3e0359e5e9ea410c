"""How did the registers stand at the end of a day? A session for reading that knows nothing filed later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django.db import models

from ecluse.base.law import Law
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.base.source import Source
from ecluse.office.actions.hearings import delivered_on, hearings_of
from ecluse.office.models import Record, Tranche
from ecluse.office.opening.records import SignatureBrought
from ecluse.office.registers import Order, Split
from ecluse.office.session import File, Session
from ecluse.order import Gate, Stage, Standing, stage_of, standing

M = TypeVar("M", bound=models.Model)


class PastSession(Session):
    """A view of a day gone by. Records count from the day they were filed; caches are built from them, not read."""

    def __init__(self, source: Source, law: Law, day: date) -> None:
        super().__init__(source, law)
        self.day = day

    def row(self, model: type[M], pk: str, subject: str) -> M | None:
        """Where did this tranche stand? Other caches are of today, and unknown here."""
        slot: tuple[Any, str] = (model, pk)
        if slot not in self.rows:
            self.rows[slot] = _tranche(self, pk) if model is Tranche else None
        return self.rows[slot]  # type: ignore[return-value]

    def know_signatures(self, digests: Iterable[str]) -> None:
        """Who had signed these records by then? A signature that was brought in counts from the day it came."""
        wanted = [digest for digest in digests if digest not in self.signatures_by_digest]
        super().know_signatures(wanted)
        for digest in wanted:
            made = self.signatures_by_digest[digest]
            self.signatures_by_digest[digest] = tuple(one for one in made if (digest, one.key) not in self._later)

    @cached_property
    def _later(self) -> set[tuple[str, str]]:
        """Which signatures, by record and key, came in only after the day?"""
        bodies = Record.objects.filter(v=VERSIONS[SignatureBrought], on__gt=self.day).values_list("body", flat=True)
        return {(said.digest, said.key) for said in (unseal(bytes(body)) for body in bodies)}

    def _load(self, subject: str) -> File:
        found = super()._load(subject)
        filed = set(Record.objects.filter(subject=subject, on__lte=self.day).values_list("digest", "rid"))
        known = [record for record in found.records if (record.digest, record.rid) in filed]
        return File(0, len(known), "", known)


def _tranche(session: Session, tranche: str) -> Tranche | None:
    """Where did this tranche stand, by the hearings that it and the one it was split from had had?"""
    order_id, _, number = tranche.rpartition("/")
    order = session.newest(order_id, Order)
    whole = f"{order_id}/0"
    split = session.newest(whole, Split)
    shares = dict(zip(split.children, split.units, strict=True)) if split else {}
    if order is None or (number != "0" and tranche not in shares):
        return None
    is_whole = tranche == whole
    row = Tranche(
        tranche=tranche, order=order_id, parent=None if is_whole else whole, is_split=is_whole and bool(shares),
        units=order.units if is_whole else shares[tranche], gate=Gate.SURPLUS.value, standing=Standing.OPEN.value,
    )  # fmt: skip
    stage = stage_of(hearings_of(session, row), delivered_on(session, row))
    if stage is not None:
        row.gate, row.standing = stage.gate.value, stage.standing.value
    return row


def standing_of(tranches: list[Tranche]) -> Standing:
    """Where did an order of these tranches stand? With its gravest."""
    return standing(Stage(Gate(one.gate), Standing(one.standing)) for one in tranches)
