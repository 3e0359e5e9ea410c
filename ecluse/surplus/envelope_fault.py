"""What is wrong with a line of the closed envelope before any proof is looked at?"""

from __future__ import annotations

from dataclasses import dataclass

from ecluse.base.figure_line import Line


@dataclass(frozen=True, slots=True)
class Fault:
    """A line for which nothing can be shown: why (a key of the catalogues), and what else it is about."""

    key: str
    line: Line
    about: str = ""
