"""What is this body called? An authority by its name in the reader's language, a party by its registered one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ecluse.office.on_file import newest, records_of
from ecluse.office.registers import Authority
from ecluse.parties.terms import Party


def name_of(body: str, lang: str) -> str:
    """What is it called in this language? Its id when it is not in the registers."""
    return names_of([body], lang).get(body, body)


def names_of(bodies: Iterable[str], lang: str) -> dict[str, str]:
    """What are they called? By id, the newest record of each counts."""
    wanted = sorted(set(bodies))
    found = dict(zip(wanted, wanted, strict=True))
    for body, value in newest(records_of((Authority, Party), subject__in=wanted)).items():
        found[body] = _name(value, lang)
        if lang == "fr":  # no line begins with a colon
            found[body] = found[body].replace(" :", "\u00a0:")
    return found


def _name(value: Any, lang: str) -> str:
    return str(getattr(value, f"name_{lang}", "") or value.name)
