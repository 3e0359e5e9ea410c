"""How does a load come in that was judged where it was made? Each paper its own sealed record, hundreds to a deed.

Nothing of a record is left out: digest, salt, commitment, log entry, head, the units moved. But no gate is asked, no
count of serials, no host's witness, and signatures are written as they are given. So this door lies outside the
program: benchmarks come by it. What centres hand in by the hundred comes by `ecluse/office/desk/capture_many.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from ecluse.base.law import Law
from ecluse.base.signing import Signature
from ecluse.base.source import Source
from ecluse.custody.chain import taken_over
from ecluse.custody.terms import Manifest, SerialRange
from ecluse.office.actions.deed import HEADS_AT_ONCE, Deed
from ecluse.office.registers import Packing
from ecluse.office.session import File, Mandate, Session

# What a statement would undo is kept in memory: SQLite would write every page that a row touches to a file first.
ROOMY = ("PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -1048576")
HEADS = "SELECT subject, version, turn, leaf_hex FROM office_head WHERE subject IN"


def make_room() -> None:
    """From now on this connection may take a gigabyte: for a load that nobody else works beside."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pragma in ROOMY:
                cursor.execute(pragma)


class HeadsSession(Session):
    """A session that knows many subjects by their heads alone: enough to write about them, not to judge."""

    def know(self, subjects: Sequence[str]) -> None:  # type: ignore[override]
        """Read these heads at once; a subject without one is new."""
        wanted = sorted(set(subjects) - self.files.keys())
        self.files |= {subject: File(0, 0, "", []) for subject in wanted}
        with connection.cursor() as cursor:
            for start in range(0, len(wanted), HEADS_AT_ONCE):
                asked = wanted[start : start + HEADS_AT_ONCE]
                cursor.execute(f"{HEADS} ({', '.join(['%s'] * len(asked))})", asked)
                self.files.update({row[0]: File(row[1], row[2], row[3], []) for row in cursor.fetchall()})


def hand_over_many(
    source: Source, law: Law, order: str, manifests: Sequence[Manifest], *, actor: str, on: date, log: str,
    mandate: Mandate | None = None, signatures: Mapping[str, Sequence[Signature]] | None = None,
) -> None:  # fmt: skip
    """These handovers of one order happened: sealed in one deed, and what was signed for is its receiver's."""
    session, signed = HeadsSession(source, law, mandate=mandate), signatures or {}
    session.know([order, *(one.tranche for one in manifests)])
    with Deed(session, "custody.hand_over", actor=actor, on=on, subject=order, order=order, log=log) as deed:
        for one in manifests:
            deed.seal(one, one.tranche, signed.get(one.id, ()))
            for run in taken_over(one):
                session.move_units(
                    run, custodian=one.to_custodian, authority=one.authority, state=one.step.value, on=on
                )


def pack_many(
    source: Source, law: Law, order: str, packed: Sequence[tuple[str, SerialRange]], *, actor: str, on: date, log: str,
    mandate: Mandate | None = None,
) -> None:  # fmt: skip
    """These tranches of one order were packed: one deed, each packing on file with its tranche and with its block."""
    session = HeadsSession(source, law, mandate=mandate)
    session.know([order, *(tranche for tranche, _ in packed), *(run.block for _, run in packed)])
    with Deed(session, "custody.pack", actor=actor, on=on, subject=order, order=order, log=log) as deed:
        for tranche, run in packed:
            for name, subject in ((f"packing:{tranche}/1", tranche), (f"packing:{tranche}/1/in-block", run.block)):
                deed.seal(Packing(name, tranche, run.block, run.first, run.last, on), subject)
            session.move_units(run, tranche=tranche, state="packed", on=on)
