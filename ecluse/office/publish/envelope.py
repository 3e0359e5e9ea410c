"""What may a stranger see of the closed envelope? Figures as points, and who signed them; no number and no name."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from ecluse.base.canon import canonical, parse
from ecluse.base.errors import EvidenceError
from ecluse.base.figures import FiguresSigned, figures_hash
from ecluse.base.sealed import VERSIONS
from ecluse.base.signing import Key
from ecluse.office.actions.envelope_proofs import statement_digest
from ecluse.office.models import EnvelopeProof, FiguresLine, Record, SignatureRow
from ecluse.office.publish.envelope_work import Work, context
from ecluse.office.publish.reading import ROWS_AT_ONCE, Reading
from ecluse.proceeds.terms import ContributionPolicy
from ecluse.surplus.terms import SurplusPolicy

FIGURES, SIGNED, PROOFS, ENVELOPE = (
    "envelope/figures.jsonl", "envelope/signed.jsonl", "envelope/proofs.jsonl", "envelope.json",
)  # fmt: skip
PROOFS_AT_ONCE = 100


def figures_lines(reading: Reading) -> Iterator[bytes]:
    """Which figures does the log commit to? One canonical line a record, in the order of the log.

    Raises EvidenceError where a line is lost or is not the one that the log's entry names.
    """
    for log in sorted(reading.sizes):
        named = _named(reading.entries[log])
        rows = FiguresLine.objects.filter(log=log, index__lt=reading.sizes[log]).order_by("index", "at")
        for index, at, body in rows.values_list("index", "at", "body").iterator(ROWS_AT_ONCE):
            if next(named, None) != (index, at, figures_hash(bytes(body))):
                raise EvidenceError(
                    f"the figures of {log}/{index:08d} are not those of the log; run: ecluse envelope prove"
                )
            yield canonical({**parse(bytes(body)), "log": log, "index": index, "at": at})
        if next(named, None) is not None:
            raise EvidenceError(f"lines of figures of {log} are missing; run: ecluse envelope prove")


def _named(entries: list[bytes]) -> Iterator[tuple[int, int, str]]:
    """Which lines does each entry of a log name?"""
    for index, body in enumerate(entries):
        if b'"figures":[' in body:
            yield from ((index, at, found) for at, found in enumerate(parse(body).get("figures", ())))


def signed_lines(reading: Reading) -> Iterator[bytes]:
    """Who signed which figures as committed, and where does that record stand? The owner is named by its label."""
    records = reading.placed(FiguresSigned)
    keys = {key.id: key for key in reading.values(Key)} if records else {}
    of_them = Record.objects.filter(v=VERSIONS[FiguresSigned]).values("digest")
    rows = SignatureRow.objects.filter(digest__in=of_them).order_by("id")
    made: dict[str, list[SignatureRow]] = {}
    for row in rows:
        made.setdefault(row.digest, []).append(row)
    for record in records:
        for row in made.get(record.digest, ()):
            yield canonical({
                "owner": record.value.owner, "key": keys[row.key].public_hex, "record": record.body.decode(),
                "on": row.on.isoformat(), "value_hex": row.value_hex, "salt": record.salt_hex, **record.place(),
            })  # fmt: skip


def proof_lines(work: Work) -> Iterator[bytes]:
    """Which statements are shown, each with its proof, in the order in which a stranger expects them?"""
    names = [statement_digest(statement) for statement, _ in work.tasks]
    for start in range(0, len(names), PROOFS_AT_ONCE):
        part = names[start : start + PROOFS_AT_ONCE]
        rows = EnvelopeProof.objects.filter(statement_digest__in=part).values_list("statement_digest", "body", "proof")
        kept = {name: (bytes(body), bytes(proof)) for name, body, proof in rows}
        for body, proof in (kept[name] for name in part if name in kept):
            yield canonical({"statement": parse(body), "proof": base64.b64encode(proof).decode()})


def envelope(reading: Reading, counts: dict[str, int], work: Work | None) -> dict[str, Any]:
    """In which context do the statements stand, under which policies, and how much is there of each kind?

    `proofs` says whether this folder holds them. Shares in the development are public where they are a title's rate.
    """
    policies = [
        {"kind": kind, "id": record.value.id, **record.place()}
        for kind, cls in (("surplus", SurplusPolicy), ("contribution", ContributionPolicy))
        for record in reading.placed(cls)
    ]
    shares = work.shares if work else {}
    return {
        "context": context(), "counts": counts, "policies": policies, "proofs": work is not None,
        "development_shares": shares,
    }  # fmt: skip
