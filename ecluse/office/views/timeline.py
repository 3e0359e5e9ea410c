"""What happened, in which order? The moments of one thing's life, as every page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ecluse.office.views.cells import Tag


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment: its day, what happened (a catalogue key or a text), more of it, a tag, and where it leads."""

    on: date | datetime
    title: str
    text: str = ""
    tag: Tag | None = None
    link: str = ""

    @property
    def colour(self) -> str:
        """Which colour has its place on the line? That of its tag."""
        return self.tag.colour if self.tag else ""
