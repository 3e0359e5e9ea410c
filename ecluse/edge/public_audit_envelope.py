"""What does the closed envelope of a public folder show, of surplus and of money, without a number?"""

from __future__ import annotations

from collections.abc import Iterator

from ecluse.base.canon import canonical
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.sealed import VERSIONS, unseal_as
from ecluse.base.signing import Key
from ecluse.edge.public_audit_figures import FIGURES, SIGNED, read_figures, read_signed
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_logs import Logs
from ecluse.edge.public_audit_money import money_demands, said_of_money
from ecluse.edge.public_audit_opened_figures import check_opened_figures
from ecluse.edge.public_audit_openings import OpenedRecord, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked
from ecluse.edge.public_audit_proofs import PROOFS, Demand, Shown, Tell, check_proofs, demand_for
from ecluse.surplus.envelope_fault import Fault
from ecluse.surplus.envelope_year import Expected, PolicyAt, Signing, expected
from ecluse.surplus.terms import SurplusPolicy

ENVELOPE = "envelope.json"
CONTEXT = "ecluse/envelope/1 "


def silent(done: int, all_: int) -> None:
    """Nobody is told how far it is."""


def check_envelope(folder: Folder, logs: Logs, opened: list[OpenedRecord], tell: Tell = silent) -> Iterator[Point]:
    """P1 and P7: is every certificate, draw, licence and contribution shown by proofs over committed figures?"""
    if FIGURES not in folder.present:
        yield from _absent(logs)
        return
    context, envelope = context_of(folder), folder.json(ENVELOPE)
    if envelope["context"] != context:
        yield broken("P1", "envelope_context", ENVELOPE, context=context)
    is_proven = PROOFS in folder.present or envelope.get("proofs") is not False
    lines, points = read_figures(folder.lines(FIGURES), logs, looks=is_proven)
    yield from points
    signings, points = read_signed(folder.lines(SIGNED), logs)
    yield from points
    yield from _listed(folder, lines)
    yield from _keys(signings, opened)
    if not is_proven:
        yield cannot("P1", "envelope_without_proofs")
        yield cannot("P7", "envelope_without_proofs")
        return
    yield from check_opened_figures(lines, opened)
    surplus = expected(lines, signings, policies_at(opened), context)
    yield from (fault_point(fault) for fault in surplus.faults)
    money: list[Demand] = []
    try:
        money, points = money_demands(folder, lines, opened, envelope, context)
        yield from points
    except EvidenceError as error:
        yield broken("P7", "envelope_unreadable", FIGURES, reason=str(error))
    shown = Shown()
    yield from check_proofs([*surplus_demands(surplus), *money], folder.lines(PROOFS), shown, tell)
    yield from _said(surplus, shown)
    yield from said_of_money(shown)


def context_of(folder: Folder) -> str:
    """In which context must all statements of this folder stand? Its signer's."""
    return f"{CONTEXT}{folder.manifest['signer']}"


def policies_at(opened: list[OpenedRecord]) -> list[PolicyAt]:
    """Which surplus policies are open, and where do they stand?"""
    return [
        PolicyAt(unseal_as(SurplusPolicy, canonical(one.form)), one.place.log, one.place.index)
        for one in of_version(opened, VERSIONS[SurplusPolicy])
    ]


def surplus_demands(surplus: Expected) -> list[Demand]:
    """What must be shown of surplus?"""
    return [
        demand_for("P1", line.kind if line.kind in STEPS else "figures", str(line), statement)
        for line, statement in surplus.statements
    ]


STEPS = ("certificate", "draw", "licence")


def fault_point(fault: Fault) -> Point:
    """What is said of a line of which nothing can be shown?"""
    return broken("P1", f"envelope_{fault.key}", f"{FIGURES} {fault.line}", kind=fault.line.kind, about=fault.about)


def _absent(logs: Logs) -> Iterator[Point]:
    """Where the log names figures a folder must show their lines; before, nothing was committed that way."""
    named = sum(bool(entry.get("figures")) for entries in logs.entries.values() for entry in entries)
    yield broken("P1", "envelope_absent", FIGURES, n=named) if named else cannot("P1", "envelope_absent")


def _keys(signings: list[Signing], opened: list[OpenedRecord]) -> Iterator[Point]:
    """Whose keys are they? Those of authorities are open; of others it shows when their records open."""
    keys = {signing.key for signing in signings}
    known = {one.form["public_hex"] for one in of_version(opened, VERSIONS[Key])}
    if keys:
        yield cannot("P1", "envelope_keys", n=len(keys), registered=len(keys & known))


def _listed(folder: Folder, lines: list[Line]) -> Iterator[Point]:
    """Each certificate, and each licence that draws on one, has its line; no line has none."""
    form = folder.json("certificates.json")
    of_licences = [item for item in form["licences"] if "certificate" in item]
    for kind, items in (("certificate", form["certificates"]), ("licence", of_licences)):
        listed = {(item["log"], item["index"]) for item in items}
        lined = {(line.log, line.index) for line in lines if line.kind == kind}
        for log, index in sorted(listed - lined):
            yield broken("P1", "envelope_unlined", f"{log}#{index}", kind=kind)
        for log, index in sorted(lined - listed):
            yield broken("P1", "envelope_unlisted", f"{log}#{index}", kind=kind)


def _said(surplus: Expected, shown: Shown) -> Iterator[Point]:
    """How many were shown; and what nobody can see from here."""
    counts = {kind: shown.counts["P1", kind] for kind in (*STEPS, "figures")}
    if counts["certificate"]:
        yield checked(
            "P1", "envelope", certificates=counts["certificate"], draws=counts["draw"], licences=counts["licence"],
            figures=counts["figures"],
        )  # fmt: skip
        yield cannot("P1", "envelope_inside")
    open_ = sum(line.kind == "licence" and line.mark("permit") == "open" for line, _ in surplus.statements)
    if open_:
        yield cannot("P1", "envelope_open", n=open_)
