"""How does an office that lost an opening key get it back? From the shares of so many host states as restore it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ecluse.base.errors import ConflictError, ForbiddenError
from ecluse.base.words import say
from ecluse.custody.openings import HandedShare, OpeningKey, OpeningKeyRestored, restored, standing_keys
from ecluse.edge.language import person_language
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.opening import actor_of
from ecluse.office.actions.openings import ACCEPTORS, KEYS, secret_name
from ecluse.office.models import Salt
from ecluse.office.session import Session


def lost_keys(keys: Iterable[OpeningKey]) -> list[OpeningKey]:
    """Which of these keys does the office not keep any more?"""
    names = {secret_name(key.key_digest): key for key in keys}
    there = set(Salt.objects.filter(digest__in=list(names)).values_list("digest", flat=True))
    return [key for name, key in names.items() if name not in there]


def restore_key(
    session: Session, key_id: str, shares: Sequence[HandedShare], *, officer: str, on: date
) -> OpeningKeyRestored:
    """Put a lost key back from its hosts' shares; who gave them stands on record, what they gave does not.

    Raises EvidenceError for too few shares, for one that was not laid, or for shares that restore another key;
    ForbiddenError for a key that is not there, ConflictError for one that is not lost.
    """
    actor = actor_of(session, officer, ACCEPTORS, on)
    key = next((one for one in standing_keys(session.of(KEYS, OpeningKey)).values() if one.id == key_id), None)
    if key is None:
        raise ForbiddenError(say("openingkeys.not_replaceable", person_language(), name=key_id))
    if not lost_keys([key]):
        raise ConflictError(say("openingkeys.not_lost", person_language(), name=key_id))
    secret, hosts = restored(key, shares), tuple(sorted({one.host for one in shares}))
    number = 1 + sum(one.key == key.id for one in session.of(key.name, OpeningKeyRestored))
    record = OpeningKeyRestored(
        f"opening-key-restored:{key.id}/{number}", key.id, hosts, actor.person, actor.authority, on
    )
    with Deed(session, "openings.restore_key", actor=officer, on=on, subject=key.name) as deed:
        deed.seal(record)
        deed.add([Salt(digest=secret_name(key.key_digest), salt_hex=secret.hex())])
    return record
