"""What does one ground mean: its sentence, its remedy, its provision, and from when to when is it in force?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.base.law import Row
from ecluse.base.words import has_words, say, template
from ecluse.edge.law import newest_law

SUGGESTIONS = 3


def explain(code: str, on: date, lang: str) -> dict[str, Any]:
    """What is this code, on this day, in this language? Plain values, ready for JSON.

    Sentence and remedy keep their places (`{units_claimed}`), since no order is at hand to fill them.
    Raises BadInputError for a code that was never published, and names its nearest kin.
    """
    row = _published(code)
    provisions = [_provision(found, on, lang) for found in _rows("provisions") if found["id"] == row["provision"]]
    return {
        "code": code,
        "language": lang,
        "on": on.isoformat(),
        "gate": row["gate"],
        "gate_name": say(f"gate.{row['gate']}", lang),
        "sentence": template(f"{code}.sentence", lang),
        "remedy": template(f"{code}.remedy", lang),
        "since": row["since"] or None,
        "retired": row["retired"] or None,
        "in_force": _covers(row["since"], row["retired"], on, is_last_included=False),
        "provisions": sorted(provisions, key=lambda item: (not item["in_force"], item["valid_from"] or "")),
    }


def explain_text(explained: dict[str, Any]) -> str:
    """What does a person read?"""
    lang, on = explained["language"], date.fromisoformat(explained["on"])

    def line(label: str, text: str) -> str:
        return f"{say(f'explain.{label}', lang)}: {text}"

    lines = [
        f"{explained['code']} ({explained['gate_name']})",
        line("sentence", _places_shown(explained["sentence"])),
        line("remedy", _places_shown(explained["remedy"])),
        line("status", _status(explained["in_force"], on, explained["since"], explained["retired"], "retired", lang)),
    ]
    for item in explained["provisions"]:
        lines.append(line("provision", f"{item['title']} [{item['id']}]" if item["title"] else item["id"]))
        lines += [f"  {line(part, item[part])}" for part in ("act", "article", "source") if item[part]]
        lines.append(f"  {line('grade', ' — '.join(part for part in (item['grade'], item['grade_name']) if part))}")
        if item["assumption"]:
            lines.append(f"  {say('explain.assumption', lang)}")
        status = _status(item["in_force"], on, item["valid_from"], item["valid_until"], "until", lang)
        lines.append(f"  {line('status', status)}")
    return "\n".join(lines)


def published_codes() -> list[str]:
    """Which codes were ever published, retired ones too?"""
    return sorted(row["code"] for row in _rows("codes"))


def _published(code: str) -> Row:
    for row in _rows("codes"):
        if row["code"] == code:
            return row
    near = difflib.get_close_matches(code, published_codes(), SUGGESTIONS, cutoff=0)
    raise BadInputError.one("explain", "a published code", repr(code), f"nearest: {', '.join(near) or 'none'}")


def _rows(folder: str) -> Iterator[Row]:
    """The rows of every table in this folder of ecluse/tables, newest versions."""
    for name, table in sorted(newest_law().tables.items()):
        if name.startswith(f"{folder}/"):
            yield from table.rows


def _provision(row: Row, on: date, lang: str) -> dict[str, Any]:
    title, grade = f"provision.{row['id']}.title", f"grade.{row['grade']}"
    return {
        "id": row["id"],
        "title": template(title, lang) if has_words(title, lang) else None,
        "act": row["act"],
        "article": row["article"],
        "grade": row["grade"],
        "grade_name": say(grade, lang) if has_words(grade, lang) else None,
        "source": row["source"],
        "assumption": row.get("assumption") == "yes",
        "valid_from": row["valid_from"] or None,
        "valid_until": row["valid_until"] or None,
        "in_force": _covers(row["valid_from"], row["valid_until"], on, is_last_included=True),
    }


def _covers(since: str, last: str, on: date, *, is_last_included: bool) -> bool:
    day = on.isoformat()
    return (since or "") <= day and (not last or day < last or (is_last_included and day == last))


def _status(is_in_force: bool, on: date, since: str | None, last: str | None, last_word: str, lang: str) -> str:
    words = [say("explain.in_force" if is_in_force else "explain.not_in_force", lang, on=on)]
    if since:
        words.append(say("explain.since", lang, since=date.fromisoformat(since)))
    if last:
        words.append(say(f"explain.{last_word}", lang, **{last_word: date.fromisoformat(last)}))
    return "; ".join(words)


def _places_shown(sentence: str) -> str:
    return re.sub(r"\{(\w+)\}", r"‹\1›", sentence)
