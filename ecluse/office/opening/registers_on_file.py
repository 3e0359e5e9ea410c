"""What is on record already, as far as a table that comes in may cite it?"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from ecluse.base.law import Law
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.terms import Centre, Line
from ecluse.office.models import Record
from ecluse.office.registers import Authority, Model, Officer
from ecluse.parties.terms import Party

REGISTERS: dict[str, type] = {
    "authorities": Authority, "officers": Officer, "parties": Party, "models": Model, "lines": Line, "centres": Centre,
}  # fmt: skip


class OnFile:
    """The registers of this office as they stand now. Reads each register once."""

    def __init__(self, law: Law, on: date) -> None:
        self.law, self.on = law, on
        self._ids: dict[str, frozenset[str]] = {}

    def has(self, register: str, id: str) -> bool:
        """Does this register hold this id?"""
        if register == "classes":
            return id in self.classes
        if register not in self._ids:
            found = Record.objects.filter(v=VERSIONS[REGISTERS[register]]).values_list("rid", flat=True)
            self._ids[register] = frozenset(rid.partition("@")[0] for rid in found)
        return id in self._ids[register]

    def class_of(self, model: str) -> str | None:
        """Of which class is this model?"""
        return self._classes_by_model.get(model)

    @cached_property
    def classes(self) -> frozenset[str]:
        """Which classes are known: those that the law traces, and those of catalogued models?"""
        traced = {row["class"] for row in self.law["custody/levels"].in_force(self.on)}
        return frozenset(traced | set(self._classes_by_model.values()))

    @cached_property
    def _classes_by_model(self) -> dict[str, str]:
        bodies = Record.objects.filter(v=VERSIONS[Model]).order_by("turn").values_list("body", flat=True)
        return {model.id: model.class_ for model in (unseal(bytes(body)) for body in bodies)}
