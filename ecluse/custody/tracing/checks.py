"""Can this trace request be taken in? Every fault by its field: what was expected, what was found, what mends it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from ecluse.base.errors import Fault
from ecluse.custody.tracing.terms import TraceRequest

FILE = "trace request"
MARKS_LIMIT, TEXT_LIMIT, SERIAL_LIMIT = 20, 2000, 60
FIRST_IMPORT_YEAR = 1950
STATE, DIGEST = re.compile(r"[A-Z]{2}"), re.compile(r"[0-9a-f]{64}")


def faults_of(request: TraceRequest, on: date) -> list[Fault]:
    """What is wrong with this request? Nothing, when it can be taken in."""
    return [Fault(FILE, None, *fault) for fault in _faults(request, on)]


def _faults(request: TraceRequest, on: date) -> Iterator[tuple[str, str, str, str]]:
    for name in ("requester", "contact_point", "reference", "serial_read", "circumstances"):
        if not getattr(request, name).strip():
            yield name, "a text", "nothing", f"state {name.replace('_', ' ')}"
    if len(request.serial_read) > SERIAL_LIMIT:
        yield (
            "serial_read",
            f"at most {SERIAL_LIMIT} characters",
            str(len(request.serial_read)),
            "type what stands there",
        )
    yield from _states(request)
    if request.recovered_on > on:
        yield "recovered_on", f"a day up to {on}", str(request.recovered_on), "a recovery lies in the past"
    year = request.import_year
    if year is not None and not FIRST_IMPORT_YEAR <= year <= on.year:
        yield "import_year", f"{FIRST_IMPORT_YEAR} to {on.year}", str(year), "take it from the import mark"
    yield from _marks(request)


def _states(request: TraceRequest) -> Iterator[tuple[str, str, str, str]]:
    for name in ("requester_state", "manufacture_state", "import_state", "recovered_state"):
        state = getattr(request, name)
        if state is not None and not STATE.fullmatch(state):
            yield name, "two capital letters (ISO 3166)", state[:20], "such as LT"


def _marks(request: TraceRequest) -> Iterator[tuple[str, str, str, str]]:
    if len(request.marks) > MARKS_LIMIT:
        yield "marks", f"at most {MARKS_LIMIT} marks", str(len(request.marks)), "send the rest with the photographs"
    for mark in request.marks:
        if not mark.place.strip() or not mark.text.strip():
            yield "marks", "where it stands and what it says", f"{mark.place}: {mark.text}"[:60], "write place: text"
        if mark.photo is not None and not DIGEST.fullmatch(mark.photo):
            yield "marks", "64 hexadecimal digits (SHA-256)", mark.photo[:20], "give the digest of the photograph"
    texts = [request.manufacturer, request.type_or_model, request.calibre, *(mark.text for mark in request.marks)]
    if any(_is_control(sign) for text in texts for sign in text):
        yield "marks", "text without control characters", "a control character", "type the mark again"


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" and sign not in "\n\t"
