"""Which linear program stands in an MPS file that somebody else wrote?"""

from __future__ import annotations

from pathlib import Path

from ecluse.base.errors import BadInputError
from ecluse.plan.mps import Linear, MpsError, read

SHOWN_CHARACTERS = 200
PROGRAM_BYTES_LIMIT = 256 * 1024 * 1024


def read_program(path: Path) -> Linear:
    """Which program is it? Raises BadInputError for a file that is none, or reads in more than one way."""
    remedy = "name a linear program as free or fixed MPS"
    try:
        if path.stat().st_size > PROGRAM_BYTES_LIMIT:
            raise BadInputError.one(str(path), f"at most {PROGRAM_BYTES_LIMIT} bytes", "more", "name a smaller program")
        with path.open(encoding="utf-8") as lines:
            return read(lines)
    except (OSError, UnicodeDecodeError, MpsError) as error:
        raise BadInputError.one(str(path), "a linear program as MPS", _shortly(error), remedy) from None


def _shortly(error: Exception) -> str:
    """A file of another kind may be one endless line."""
    text = str(error)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
