"""Under which URNs do our units, places, parties and papers stand in a document, and what is an event's own id?"""

from __future__ import annotations

import hmac
from urllib.parse import quote, unquote
from uuid import UUID

from ecluse.base.errors import EvidenceError
from ecluse.custody.serials import Serial, parse
from ecluse.custody.terms import SerialRange

ROOT = "urn:ecluse:"
UNIT, LOT, PLACE = f"{ROOT}unit:", f"{ROOT}lot:", f"{ROOT}place:"
# What may stand in a URN as it is (RFC 8141); everything else is spelled in percents.
PLAIN = ":/-._~*@!$&'()+,;="
PURPOSE = "ecluse/epcis/event/1"
UUID_BYTES = 16


def urn_of(id: str) -> str:
    """Which URN names the thing on file under this id?

    >>> urn_of("order:0001/0")
    'urn:ecluse:order:0001/0'
    """
    return ROOT + quote(id, safe=PLAIN)


def id_of(urn: str) -> str:
    """Which id on file does this URN name? Empty when it is none of ours.

    >>> id_of("urn:ecluse:party:firm-1"), id_of("urn:epc:id:pgln:4012345.00225")
    ('party:firm-1', '')
    """
    return unquote(urn[len(ROOT) :]) if urn.startswith(ROOT) else ""


def unit_urn(serial: str) -> str:
    """Which URN names the unit with this serial number?"""
    return UNIT + quote(serial, safe=PLAIN)


def serial_of(urn: str) -> Serial | None:
    """Which serial number does this URN name? None when it names no unit of ours, or its check character fails."""
    if not urn.startswith(UNIT):
        return None
    try:
        return parse(unquote(urn[len(UNIT) :]))
    except EvidenceError:
        return None


def lot_urn(run: SerialRange) -> str:
    """Which URN names these numbers of a block as one lot?

    >>> lot_urn(SerialRange("block:0013", 2401, 2469))
    'urn:ecluse:lot:block:0013:2401-2469'
    """
    return f"{LOT}{quote(run.block, safe=PLAIN)}:{run.first}-{run.last}"


def lot_of(urn: str) -> SerialRange | None:
    """Which numbers of which block does this URN name as a lot? None when it names none.

    >>> lot_of("urn:ecluse:lot:block:0013:2401-2469")
    SerialRange(block='block:0013', first=2401, last=2469)
    """
    block, _, numbers = urn[len(LOT) :].rpartition(":")
    first, _, last = numbers.partition("-")
    is_lot = (
        urn.startswith(LOT) and bool(block) and all(n.isascii() and n.isdigit() and len(n) < 16 for n in (first, last))
    )
    return SerialRange(unquote(block), int(first), int(last)) if is_lot and int(first) <= int(last) else None


def place_urn(state: str, holder: str) -> str:
    """Which URN names the place of this holder in this state?

    >>> place_urn("PL", "party:firm-1")
    'urn:ecluse:place:PL:party:firm-1'
    """
    return f"{PLACE}{quote(state, safe=PLAIN)}:{quote(holder, safe=PLAIN)}"


def state_of_place(urn: str) -> str:
    """In which state lies this place? Empty when it is none of ours.

    >>> state_of_place("urn:ecluse:place:PL:party:firm-1"), state_of_place("urn:ecluse:place:PL")
    ('PL', 'PL')
    """
    return unquote(urn[len(PLACE) :].partition(":")[0]) if urn.startswith(PLACE) else ""


def event_id(salt: bytes, digest: str, part: str) -> str:
    """Which id has this part of what a sealed record says happened? The same whenever it is asked, a UUID of version 8.

    It is made from the record's digest under the record's own salt, which only the office holds: whoever meets the id
    alone cannot try guesses of serial numbers, places and times against it, as he could with the standard's unsalted
    hash of the event, and cannot look the record up in the log, which shows salted commitments only.
    """
    made = bytearray(hmac.digest(salt, f"{PURPOSE}\n{digest}\n{part}".encode(), "sha256")[:UUID_BYTES])
    made[6] = (made[6] & 0x0F) | 0x80
    made[8] = (made[8] & 0x3F) | 0x80
    return f"urn:uuid:{UUID(bytes=bytes(made))}"
