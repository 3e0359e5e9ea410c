"""What is this body called? An authority by its name in the reader's language, a party by its registered one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ecluse.base.sealed import unseal
from ecluse.office.models import Record

AT_ONCE = 500


def name_of(body: str, lang: str) -> str:
    """What is it called in this language? Its id when it is not in the registers."""
    return names_of([body], lang).get(body, body)


def names_of(bodies: Iterable[str], lang: str) -> dict[str, str]:
    """What are they called? By id, the newest record of each counts."""
    wanted = sorted(set(bodies))
    found = dict(zip(wanted, wanted, strict=True))
    for start in range(0, len(wanted), AT_ONCE):
        rows = Record.objects.filter(subject__in=wanted[start : start + AT_ONCE], v__in=("authority/1", "party/1"))
        for subject, body in rows.order_by("turn").values_list("subject", "body"):
            found[subject] = _name(unseal(bytes(body)), lang)
    return found


def _name(value: Any, lang: str) -> str:
    return str(getattr(value, f"name_{lang}", "") or value.name)
