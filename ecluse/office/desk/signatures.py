"""Which action brings in a signature that was made away from the office? One file of them, all or none."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecluse.office.actions import signatures as act
from ecluse.office.desk.form import Upload
from ecluse.office.desk.opening import plain
from ecluse.office.desk.registry import About, Action, Desk, Done


@dataclass(frozen=True, slots=True)
class BringSignatures:
    """Which file holds the signatures?"""

    file: Upload = field()


def bring_signatures(desk: Desk, subject: str, form: BringSignatures) -> Done:
    """Bring signatures in: each is checked against key, owner and digest; one that fails keeps all of them out."""
    act.bring_signatures(
        desk.session, plain(form.file.name), form.file.content, actor=desk.person, on=desk.on
    )  # fmt: skip
    return Done(subject)


ACTIONS = (Action("office.bring_signatures", About.OFFICE, BringSignatures, bring_signatures),)
