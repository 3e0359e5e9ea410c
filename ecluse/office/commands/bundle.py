"""What does `ecluse log bundle --disclose` do? What an entry committed to, opened from the office's own records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ecluse.base.canon import parse
from ecluse.base.errors import BadInputError
from ecluse.base.note import Checkpoint
from ecluse.base.proof import opens
from ecluse.base.sealed import unseal_as
from ecluse.base.words import say as word
from ecluse.custody.log.bundle import OUTER_PROOF, OUTER_SALT, Disclosure
from ecluse.custody.log.bundle_judge import HEARING, ORIGIN
from ecluse.custody.log.outer import OuterPeriod, entry_of, outer_log
from ecluse.custody.log.proof_file import LogProof
from ecluse.custody.log.tiles import bundles_between
from ecluse.edge.language import person_language
from ecluse.edge.log.bundle_commands import bundle as write_bundle
from ecluse.edge.log.folder import LogFolder
from ecluse.office.commands.year import open_office

ALL = "all"
Held = tuple[tuple[str, ...], Disclosure]


def bundle(
    folder: str, index: int, out: str, policy: str, outer_proof: str, outer_salt: str, tokens: Sequence[str],
    disclose: Sequence[str], db: str, authorities: str = "",
) -> int:  # fmt: skip
    """Write the bundle of one entry with these records opened, by id or kind. Raises BadInputError for another name."""
    open_office(db)
    lang, head = person_language(), LogFolder(Path(folder)).head()
    log = head.origin.removeprefix(ORIGIN) if head else ""
    held = _held(log, index)
    if not held:
        expected, remedy = word("bundle.expected.log", lang), word("bundle.remedy.log", lang)
        raise BadInputError.one(folder, expected, f"{log}#{index}", remedy)
    wanted = set(disclose)
    chosen = [one for names, one in held if wanted & {*names, ALL}]
    known = {name for names, _ in held for name in names} | {ALL}
    if wanted - known:
        expected = word("bundle.expected.name", lang, index=index, log=log, names=", ".join(sorted(known)))
        found = ", ".join(sorted(wanted - known))
        raise BadInputError.one("--disclose", expected, found, word("bundle.remedy.name", lang))
    beside = {} if outer_proof or head is None else _outer(Path(folder), log, head)
    return write_bundle(folder, index, out, policy, outer_proof, outer_salt, tokens, chosen, beside, authorities)


def _outer(folder: Path, log: str, head: Checkpoint) -> dict[str, bytes]:
    """Which proof and salt show this head in the outer log, whose tiles lie beside this log's? Nothing where none do.

    A head that was signed between two periods stands in no entry.
    """
    from ecluse.office.models import Record

    bodies = Record.objects.filter(v="outer_period/1").order_by("on").values_list("body", flat=True)
    periods = [unseal_as(OuterPeriod, bytes(body)) for body in bodies]
    at = (head.size, head.root.hex())
    found = [(p, h) for p in periods if (h := p.head_of(log)) is not None and (h.size, h.root_hex) == at]
    for period, hides in found[:1]:  # the first says that it stood so early
        tiles = LogFolder(folder.parents[len(Path(log).parts) - 1] / outer_log(period.on))
        shown = tiles.head()
        wanted = entry_of(hides, period.on).body()
        for index, body in enumerate(_entries(tiles, shown.size if shown else 0)):
            if body == wanted and shown is not None:
                steps = tuple(tiles.tree(shown.size).inclusion_proof(index))
                proof = LogProof(index, steps, tiles.checkpoint(), body)
                return {OUTER_PROOF: str(proof).encode(), OUTER_SALT: bytes.fromhex(hides.salt_hex)}
    return {}


def _entries(tiles: LogFolder, size: int) -> Iterator[bytes]:
    return (body for part in bundles_between(0, size) for body in tiles.entries(part))


def _held(log: str, index: int) -> list[Held]:
    """What can be disclosed of this entry, each under the names by which it may be asked for."""
    from ecluse.office.models import LogEntry, Record, Salt

    rows = list(Record.objects.filter(log=log, index=index).order_by("turn", "rid"))
    salts = dict(Salt.objects.filter(digest__in=[row.digest for row in rows]).values_list("digest", "salt_hex"))
    found: list[Held] = [
        ((row.rid, row.v), Disclosure(row.v, salts[row.digest], bytes(row.body).decode()))
        for row in rows
        if row.digest in salts
    ]
    entry = LogEntry.objects.filter(log=log, index=index).first()
    judged = parse(bytes(entry.body)).get(HEARING) if entry else None
    for row in rows:
        if judged and row.digest in salts:
            salt = bytes.fromhex(salts[row.digest])
            if opens(bytes.fromhex(judged), salt, bytes.fromhex(row.digest)):
                found.append(((HEARING,), Disclosure(HEARING, salts[row.digest], row.digest)))
    return found
