"""What does the public outer log say now: head, cadence, who cosigned it, how often a witness was overridden?"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.custody.log.outer import DEMONSTRATION, Beacon, is_outer, missed, read_entry
from ecluse.office.publish.published import Published
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public import from_publication, said_is_old
from ecluse.office.views.public_words import day_of

FORM = "outer.json"
CLOSES_SHOWN = 12


@from_publication
def log_page(request: HttpRequest, said: Published) -> HttpResponse:
    """Where does the public log stand, and with what does a stranger check it?"""
    shown: dict[str, Any] = {"said": said, "is_old": said_is_old(said)}
    if FORM in said.files:
        shown |= _outer(said, language_of(request))
    return page(request, "office/public_log.html", shown)


def _outer(said: Published, lang: str) -> dict[str, Any]:
    form, custody = said.form("outer"), said.form("custody")
    name = max(filter(is_outer, said.sizes))
    place = f"tiles/{name}"
    note = said.folder.joinpath(place, "checkpoint").read_text(encoding="utf-8")
    text, lines = split_note(note)
    head, own = parse_checkpoint(text), {said.verifier_key.partition("+")[0]}
    entries = [_read(line, name) for line in said.lines(name)]
    days = {entry.on for entry in entries if entry is not None}
    closes = Counter(row["on"] for row in form["opened"])
    names = sorted(file for file in said.files if file.startswith(f"{place}/"))
    return {
        "name": name, "head": head, "root": head.root.hex(), "days": form["days"],
        "newest": day_of(form["newest"]), "missed": missed(days, form["days"]),
        "witnesses": sorted({line.name for line in lines} - own - {head.origin}),
        "overrides": custody["overrides"], "limit": custody["overrides"]["limit_bp"],
        "beacon": next((one for one in reversed(entries) if isinstance(one, Beacon)), None),
        "demonstration": DEMONSTRATION,
        "closes": [(date.fromisoformat(on), closes[on]) for on in sorted(closes, reverse=True)][:CLOSES_SHOWN],
        "files": [FORM, f"{place}/checkpoint", f"logs/{name}/entries.jsonl"], "tiles": len(names) - 1,
        "months": form["months_shown"],
    }  # fmt: skip


def _read(line: bytes, name: str) -> Any:
    """One of the outer log's own entries; None for one that commits to a record."""
    try:
        return read_entry(line, name)
    except EvidenceError:
        return None


PATHS = [path("log/", log_page, name="public_log")]
