"""What are the nouns of the plan? Quotas, for now: what it proposes, gates decide."""

from __future__ import annotations

from dataclasses import dataclass

from ecluse.base.days import Month


@dataclass(frozen=True, slots=True)
class Quota:
    """So many units of a model may be certified by the end of this month, says the plan; it binds no gate."""

    class_: str
    model: str
    month: Month
    units: int
