"""P6: which signatures were brought in after their record was filed, did each hold, and what knew of them in time?"""

from __future__ import annotations

from collections import defaultdict

from ecluse.base.signing import holds
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.opening.records import SignatureBrought


def brought(reading: Reading) -> dict[str, list[Filed]]:
    """Which signatures were brought in, by the digest of what they sign?"""
    found: dict[str, list[Filed]] | None = reading.kept("signatures_brought")
    if found is None:
        found = defaultdict(list)
        for row in reading.of(SignatureBrought):
            found[row.value.digest].append(row)
        reading.keep("signatures_brought", found)
    return found


def came_later(reading: Reading, digest: str, owner: str, hearing: Filed) -> bool:
    """Did this owner's signature of this record come in only after this was heard?"""
    rows = [row for row in brought(reading).get(digest, ()) if row.value.owner == owner]
    return bool(rows) and not any(reading.window([row], hearing).most for row in rows)


def brought_signatures_hold(reading: Reading, tally: Tally) -> None:
    """Does each verify by its owner's key, over the day it names; and does it stand under its record unaltered?"""

    def check(row: Filed) -> None:
        said: SignatureBrought = row.value
        tally.count("signatures_brought")
        key = reading.keys.get(said.key)
        is_sound = key is not None and key.owner == said.owner and said.signed_on <= said.on
        is_sound = is_sound and holds(said.digest, said.signed_on, key.public_hex, said.value_hex)  # type: ignore[union-attr]
        # A paper may still wait to be taken: then no record stands under the digest.
        if is_sound and said.digest in reading.by_digest:
            filed = [
                (made.on, made.value_hex) for made in reading.signatures.get(said.digest, ()) if made.key == said.key
            ]
            is_sound = (said.signed_on, said.value_hex) in filed
        if not is_sound:
            tally.broken("signature_brought_false", said.id, row.on, rests=[row.subject], signer=said.key)

    tally.each(reading.of(SignatureBrought), check, lambda row: row.rid)
