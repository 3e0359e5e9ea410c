"""What carries certificates and yes-or-no words to the low side, and files them there? One deed a carriage."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import split_note
from ecluse.base.sealed import VERSIONS, seal
from ecluse.base.words import say
from ecluse.edge.keys import OpenKey
from ecluse.edge.language import person_language
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.reopen import reopen_certificate
from ecluse.office.facts import classes
from ecluse.office.facts.sides import FROM_HIGH, HIGH, LOW, TO_LOW, side_of
from ecluse.office.facts.surplus import model_capacity
from ecluse.office.models import CertificateBalance, Record
from ecluse.office.registers import CapacityStanding, Carriage, HomeStanding
from ecluse.office.session import Session
from ecluse.office.sides import (
    MANIFEST,
    SECRET_VERSIONS,
    Carried,
    Manifest,
    discard,
    files_of,
    read_carriage,
    write_carriage,
)
from ecluse.surplus.dated import term
from ecluse.surplus.terms import Certificate, SurplusPolicy, Withdrawal

SUBJECTS: dict[type, Callable[[Any], str]] = {
    SurplusPolicy: lambda record: "policy:surplus",
    Certificate: lambda record: str(record.id),
    CapacityStanding: lambda record: str(record.certificate),
    Withdrawal: lambda record: str(record.certificate),
    HomeStanding: lambda record: f"home:{record.class_}",
}


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What came of one carriage: its number, how many records of each kind, which certificates were withdrawn."""

    number: int
    records: int
    by_kind: tuple[tuple[str, int], ...]
    withdrawn: tuple[str, ...]

    @classmethod
    def of(cls, manifest: Manifest, carried: Iterable[Carried]) -> CarriedOver:
        """What is to be told of this carriage?"""
        kinds = [one.record.v for one in carried]
        withdrawn = tuple(one.value.certificate for one in carried if isinstance(one.value, Withdrawal))
        return cls(
            manifest.number, len(kinds), tuple((kind, kinds.count(kind)) for kind in sorted(set(kinds))), withdrawn
        )


# ------------------------------------------------------------------ out of the high side


def export_side(session: Session, folder: Path, key: OpenKey, *, on: date, log_root: str) -> CarriedOver:
    """Which carriage lies in the folder now? Everything of the kinds that cross and did not cross before.

    Raises BadInputError on the low side, or where the folder holds anything. A carriage that a crash left unfinished
    beside the folder is finished when the office had committed it, and discarded when it had not.
    """
    if LOW in (side_of(session), os.environ.get("ECLUSE_SIDE")):
        raise _refused("export_from_low", "ECLUSE_SIDE=low")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _refused("folder_taken", str(folder))
    if key.public_hex not in {known.public_hex for known in session.keys([key.owner]) if known.id == key.key}:
        raise EvidenceError(_say("key_unregistered", owner=key.owner, signer=key.key))
    partial = folder.with_name(folder.name + ".partial")
    sent = session.of(TO_LOW, Carriage)
    if _is_committed(partial, sent):
        partial.replace(folder)
        last = sent[-1]
        return CarriedOver(last.number, len(last.records), (), ())
    discard(partial)
    carried = _to_carry(session, key, sent, on)
    bodies = files_of(carried)
    listed = tuple((name, digest(body)) for name, body in sorted(bodies.items()))
    last_digest = sent[-1].manifest if sent else ""
    manifest = Manifest(key.owner, len(sent) + 1, last_digest, on, log_root, listed)
    try:
        write_carriage(partial, manifest, bodies, key.private)
        with Deed(session, "sides.export", actor="clock:office", on=on, subject=TO_LOW) as deed:
            for one in carried:
                if isinstance(one.value, HomeStanding | CapacityStanding):
                    deed.seal(one.value, SUBJECTS[type(one.value)](one.value), one.signatures)
            deed.seal(_carriage(manifest, carried, TO_LOW))
    except BaseException:
        discard(partial)
        raise
    if folder.exists():
        folder.rmdir()
    partial.replace(folder)
    return CarriedOver.of(manifest, carried)


def _is_committed(partial: Path, sent: list[Carriage]) -> bool:
    try:
        text, _ = split_note(partial.joinpath(MANIFEST).read_text(encoding="utf-8"))
    except (OSError, EvidenceError, UnicodeDecodeError):
        return False
    return bool(sent) and digest(text.encode()) == sent[-1].manifest


def _carriage(manifest: Manifest, carried: Iterable[Carried], subject: str) -> Carriage:
    return Carriage(
        f"carriage:{subject.removeprefix('side:')}/{manifest.number:06d}", manifest.owner, manifest.number,
        manifest.previous, manifest.digest(), manifest.log_root, tuple(sorted(one.record.digest for one in carried)),
        manifest.on,
    )  # fmt: skip


def _to_carry(session: Session, key: OpenKey, sent: list[Carriage], on: date) -> list[Carried]:
    gone = {record for carriage in sent for record in carriage.records}
    number = len(sent) + 1
    certificates = [c for c in _records(session, Certificate) if isinstance(c, Certificate)]
    standing = [*_records(session, SurplusPolicy), *certificates, *_records(session, Withdrawal)]
    found = [Carried.of(value, session.signatures(seal(value).digest)) for value in standing]
    found = [one for one in found if one.record.digest not in gone]
    words = [*_capacity_words(session, key, certificates, number, on), *_home_words(session, key, number, on)]
    return [*found, *(Carried.of(word, [key.sign(word, on)]) for word in words)]


def _records(session: Session, cls: type) -> list[Any]:
    version = VERSIONS[cls]
    subjects = Record.objects.filter(v=version).order_by("subject").values_list("subject", flat=True).distinct()
    return [record for subject in subjects for record in session.of(subject, cls)]


def _capacity_words(
    session: Session, key: OpenKey, certificates: Iterable[Certificate], number: int, on: date
) -> Iterator[CapacityStanding]:
    """One word for each certificate in force whose standing is not what was said last."""
    tolerance = 100 + term("capacity_tolerance_percent", on, session.law)
    for certificate in certificates:
        capacity = model_capacity(session, certificate.model, certificate, on)
        if capacity is None or certificate.valid_until < on:
            continue
        is_shown = capacity.units_attested * 100 <= capacity.units_demonstrated * tolerance
        last = session.newest(certificate.id, CapacityStanding)
        if last is None or (last.is_demonstrated, last.valid_until) != (is_shown, capacity.attestation_valid_until):
            yield CapacityStanding(
                f"capacity-standing:{certificate.id}/{number}", key.owner, certificate.id, is_shown,
                capacity.attestation_valid_until, on,
            )  # fmt: skip


def _home_words(session: Session, key: OpenKey, number: int, on: date) -> Iterator[HomeStanding]:
    """One word for each class and month whose standing is not what was said last; of what is unknown, none."""
    subjects = Record.objects.filter(v="model/1", subject__startswith="class:").values_list("subject", flat=True)
    for subject in subjects.order_by("subject").distinct():
        class_ = subject.removeprefix("class:")
        progress = classes.home_progress(session, class_, on)
        if progress is None:
            continue
        is_behind = progress.units_accepted < progress.units_planned
        last = session.newest(f"home:{class_}", HomeStanding)
        if last is None or (last.month, last.is_behind) != (progress.month, is_behind):
            yield HomeStanding(f"home-standing:{class_}/{number}", key.owner, class_, progress.month, is_behind, on)


# ------------------------------------------------------------------ into the low side


def import_side(session: Session, folder: Path, owner: str, *, on: date) -> CarriedOver:
    """What did this carriage bring? All of it is filed in one deed, or nothing.

    Raises EvidenceError for a gap, a replay, altered bytes or a signature that does not hold; BadInputError for a
    folder that is no carriage and for a database that is not a low side.
    """
    taken = session.of(FROM_HIGH, Carriage)
    _check_low(session)
    if taken and taken[0].owner != owner:
        raise EvidenceError(_say("other_owner", owner=owner, wanted=taken[0].owner))
    manifest, carried = read_carriage(folder, owner, lambda name: session.keys([name]))
    _check_turn(manifest, taken)
    if manifest.on > on:
        raise EvidenceError(_say("from_the_future", on=manifest.on))
    known = dict(Record.objects.filter(rid__in=[one.value.id for one in carried]).values_list("rid", "digest"))
    certificates = {one.value.id for one in carried if isinstance(one.value, Certificate)}
    with Deed(session, "sides.import", actor="clock:office", on=on, subject=FROM_HIGH) as deed:
        for one in carried:
            if known.get(one.value.id, one.record.digest) != one.record.digest:
                raise EvidenceError(_say("record_differs", record=one.value.id))
            named = one.value.certificate if isinstance(one.value, Withdrawal | CapacityStanding) else None
            if named and named not in certificates and session.newest(named, Certificate) is None:
                raise EvidenceError(_say("certificate_unknown", record=named))
            if one.value.id not in known:
                _file(deed, one)
        deed.seal(_carriage(manifest, carried, FROM_HIGH))
    return CarriedOver.of(manifest, carried)


def _file(deed: Deed, one: Carried) -> None:
    subject = SUBJECTS[type(one.value)](one.value)
    registered = {key.id for key in deed.session.keys([one.value.owner])}
    deed.seal(one.value, subject, [made for made in one.signatures if made.key in registered])
    if isinstance(one.value, Certificate):
        deed.put(
            CertificateBalance(
                certificate=one.value.id, model=one.value.model, units_certified=one.value.units_certified,
                units_reserved=0, units_committed=0, units_used=0,
            ),
            subject,
        )  # fmt: skip


def _check_low(session: Session) -> None:
    secret = Record.objects.filter(v__in=SECRET_VERSIONS).values_list("v", flat=True).first()
    if HIGH in (side_of(session), os.environ.get("ECLUSE_SIDE")) or secret:
        raise _refused("import_into_high", str(secret or HIGH))


def _check_turn(manifest: Manifest, taken: list[Carriage]) -> None:
    expected = len(taken) + 1
    if manifest.number < expected:
        raise EvidenceError(_say("replayed", number=manifest.number, last=expected - 1))
    if manifest.number > expected:
        raise EvidenceError(_say("gap", number=manifest.number, expected=expected))
    if manifest.previous != (taken[-1].manifest if taken else ""):
        raise EvidenceError(_say("forked", number=manifest.number))


def rehear_withdrawn(session: Session, certificate: str, on: date) -> list[str]:
    """Which tranches were heard again, and stopped, because their certificate was withdrawn?"""
    return [followed.tranche for followed in reopen_certificate(session, certificate, on)]


def _say(name: str, **facts: Any) -> str:
    return say(f"keep.side.{name}", person_language(), **facts)


def _refused(name: str, found: str) -> BadInputError:
    lang = person_language()
    return BadInputError.one(
        "side", say(f"keep.side.{name}.expected", lang), found, say(f"keep.side.{name}.remedy", lang)
    )  # fmt: skip
