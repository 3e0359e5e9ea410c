"""Which figures does a record carry, and how are they shut in the log so that their sums can be shown without them?

A record that carries figures is committed to twice in its entry: as a whole by its salted hash, and figure by figure by
points that can be added up (`commitments.py`). All blindings come from the one salt under which the record itself is
committed, so that whoever opens the record on its day opens the points with it, and nothing more is kept.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from ecluse.base.canon import canonical
from ecluse.base.commitments import VALUE_BITS, Opening, blinding_from, commit
from ecluse.base.errors import BadInputError
from ecluse.base.sealed import sealed

DOMAIN = b"ecluse/figures/1\n"
LABEL_BYTES = 8
# Under this name the office keeps the key of its labels beside the salts.
LABEL_KEY = "figures/labels"
MOST_FIGURES = 480
# So many hashes are signed by one record.
MOST_SIGNED = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """One public mark of a line: its name and its text, or only a label of the text where that is secret."""

    name: str
    text: str
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What a record carries: a kind, marks by which lines are told apart and brought together, named whole numbers.

    `on` is the day that the record states of itself. `owner` is whose figures they are where the owner must sign them
    as committed; None where it need not.
    """

    kind: str
    scope: tuple[Scope, ...]
    values: tuple[tuple[str, int], ...]
    on: date
    owner: str | None = None


@sealed("figures_signed/1")
@dataclass(frozen=True, slots=True)
class FiguresSigned:
    """An owner signs its own figures as committed: the hashes of their lines. It is named by its label alone."""

    id: str
    owner: str
    figures: tuple[str, ...]
    on: date


def check_figures(figures: Figures, record: str) -> None:
    """Can these figures be committed to? Raises BadInputError naming the record and the figure that cannot."""
    for name, value in figures.values:
        if not 0 <= value < 2**VALUE_BITS:
            raise BadInputError.one(
                f"{record}, {figures.kind} {name}", f"a whole number from 0 to 2^{VALUE_BITS} - 1", str(value),
                "state the figure without a sign and in whole units or minor units",
            )  # fmt: skip
    if not 1 <= len(figures.values) <= MOST_FIGURES:
        expected, found = f"1 to {MOST_FIGURES} figures", str(len(figures.values))
        raise BadInputError.one(
            f"{record}, {figures.kind}", expected, found, "state what is meant, or in several records"
        )
    names = [name for name, _ in figures.values]
    if len(set(names)) != len(names):
        raise ValueError(f"{record}: a figure has one name")


def opening_of(salt: bytes, name: str, value: int) -> Opening:
    """What opens the point of this figure? Its blinding comes from the record's own salt and the figure's name."""
    return Opening(value, blinding_from(salt + b"\n" + name.encode()))


def openings(figures: Figures, salt: bytes) -> dict[str, Opening]:
    """What opens each figure of a record that is committed under this salt?"""
    return {name: opening_of(salt, name, value) for name, value in figures.values}


def label(key: bytes, text: str) -> str:
    """By which mark is a secret text told apart from others, and found again, without being shown?

    >>> label(bytes(32), "class:fpv") == label(bytes(32), "class:fpv") != label(bytes(32), "class:ugv")
    True
    """
    return hmac.digest(key, text.encode(), hashlib.sha256)[:LABEL_BYTES].hex()


def spelled(figures: Figures, salt: bytes, key: bytes) -> bytes:
    """Which canonical bytes are published of a record's figures? Kind, marks, points and the day, never a figure."""
    points = [[name, commit(opening).raw.hex()] for name, opening in openings(figures, salt).items()]
    scope = {mark.name: label(key, mark.text) if mark.is_secret else mark.text for mark in figures.scope}
    return canonical({"kind": figures.kind, "scope": scope, "figures": points, "on": figures.on.isoformat()})


def figures_hash(body: bytes) -> str:
    """What stands in the log's entry for a line of these canonical bytes?"""
    return hashlib.sha256(DOMAIN + body).hexdigest()
