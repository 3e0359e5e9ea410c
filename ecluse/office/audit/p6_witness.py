"""P6, last part: did the host states' witnesses see one and the same log, and every release before it left a centre?"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import Levels
from ecluse.base.signing import Key
from ecluse.custody.log.cosigned import read_seen
from ecluse.custody.measures import home_state, witness_minutes, witness_terms
from ecluse.custody.terms import Centre, Manifest, Step
from ecluse.custody.witnessed import WitnessCall, WitnessedHead, WitnessOverride, heads_of, witness_of
from ecluse.edge.law import newest_law
from ecluse.office.audit.p6_log import SIGNER, trees_of
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Officer, Release

BP = 10_000


def heads_are_of_one_log(reading: Reading, tally: Tally) -> None:
    """Is every head that a witness saw signed by log and witness, and is it of the log that stands here?"""
    trees = trees_of(reading)
    seen: dict[str, int] = {}

    def check(row: Filed) -> None:
        head: WitnessedHead = row.value
        tally.count("witnessed_heads")
        own, abroad = _keys_of(reading, SIGNER), _keys_of(reading, witness_of(head.host))
        tree = trees.get(head.log, Levels())
        try:
            read = read_seen(head.note, f"ecluse/{head.log}", own, abroad)
        except (EvidenceError, ValueError):
            tally.broken("witnessed_head_unsigned", head.id, row.on, host=head.host, log=head.log)
            return
        said = (read.checkpoint.size, read.checkpoint.root.hex(), read.key, read.at)
        if said != (head.size, head.root_hex, head.key, head.at) or row.subject != heads_of(head.host, head.log):
            tally.broken("witnessed_head_altered", head.id, row.on, host=head.host, log=head.log)
        elif head.size > tree.size or tree.root(head.size).hex() != head.root_hex:
            tally.broken("witnessed_head_forked", head.id, row.on, host=head.host, log=head.log, size=head.size)
        elif head.size < seen.get(row.subject, 0):
            tally.broken("witness_went_back", head.id, row.on, host=head.host, log=head.log, size=head.size)
        seen[row.subject] = max(head.size, seen.get(row.subject, 0))

    tally.each(reading.of(WitnessedHead), check, lambda row: row.rid)


def releases_are_witnessed(reading: Reading, tally: Tally) -> None:
    """Did every release at a centre abroad leave seen by its host's witness, or overridden within the limit?"""
    law = newest_law()
    overridden: Counter[int] = Counter()
    left: Counter[int] = Counter()
    heads: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(WitnessedHead):
        heads[row.subject].append(row)

    def check(row: Filed) -> None:
        manifest: Manifest = row.value
        host = _host(reading, manifest.tranche)
        if manifest.step is not Step.RELEASE or host is None or host == home_state(law, row.on):
            return
        left[row.on.year] += 1
        release = next((r for r in reversed(reading.about(manifest.tranche, Release)) if _is_before(r, row)), None)
        seen = heads[heads_of(host, release.log)] if release else []
        if any(release and head.value.size > release.index and _is_before(head, row) for head in seen):
            tally.count("releases_witnessed")
        elif any(_is_before(made, row) for made in reading.about(manifest.tranche, WitnessOverride)):
            overridden[row.on.year] += 1
            tally.count("releases_overridden")
        else:
            tally.broken("left_unwitnessed", manifest.tranche, row.on, host=host, log=row.log)

    tally.each(reading.of(Manifest), check, lambda row: row.rid)
    for year, number in sorted(overridden.items()):
        _share_is_within_limit(reading, tally, year, number, left[year])


def _share_is_within_limit(reading: Reading, tally: Tally, year: int, overrides: int, releases: int) -> None:
    last = max(row.on for row in reading.of(WitnessOverride) if row.on.year == year)
    terms = witness_terms(newest_law(), last, "")
    share, limit = -(-overrides * BP // releases), min(row["override_share_bp"] for row in terms)
    if overrides > min(row["overrides_free"] for row in terms) and share > limit:
        subject = f"overrides/{year}"
        tally.broken("overrides_over_limit", subject, last, overrides=overrides, share_bp=share, limit_bp=limit)


def overrides_are_sound(reading: Reading, tally: Tally) -> None:
    """Was every override made by two officers in office, of two authorities, signed, after the witness's clock ran?"""
    law = newest_law()

    def check(row: Filed) -> None:
        made: WitnessOverride = row.value
        sides = ((made.officer, made.officer_authority), (made.countersigner, made.countersigner_authority))
        are_two = made.officer != made.countersigner and made.officer_authority != made.countersigner_authority
        in_office = all(
            any(o.value.authority == body and o.value.valid_from <= row.on and (o.value.valid_until or row.on) >= row.on
                for o in reading.about(officer, Officer))
            for officer, body in sides
        )  # fmt: skip
        if not are_two or not in_office or not all(reading.is_signed(row, officer) for officer, _ in sides):
            tally.broken("override_not_by_two", made.id, row.on, officer=made.officer, countersigner=made.countersigner)
        calls = [c for c in reading.about(made.tranche, WitnessCall) if c.value.id == made.call and _is_before(c, row)]
        wait = timedelta(minutes=witness_minutes(law, row.on, made.host))
        if not calls or made.at - calls[0].value.at < wait:
            tally.broken("override_too_soon", made.id, row.on, host=made.host)

    tally.each(reading.of(WitnessOverride), check, lambda row: row.rid)


def _keys_of(reading: Reading, owner: str) -> list[Key]:
    return [key for key in reading.keys.values() if key.owner == owner]


def _host(reading: Reading, tranche: str) -> str | None:
    """In which state is the centre by which this tranche goes? None when it goes by none."""
    order = reading.orders().get(order_of(tranche))
    centre = reading.newest(order.value.centre, Centre) if order and order.value.centre else None
    return centre.host if centre else None


def _is_before(row: Filed, other: Filed) -> bool:
    """Was this record written before the other? Within one log the index says so, between two the day does."""
    return row.index < other.index if row.log == other.log else row.on <= other.on
