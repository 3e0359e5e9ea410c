"""What do the records say about each public claim? Supported, contradicted, open, or not testable here; and why.

A status is computed from what is on record in this database and says nothing beyond it: in a demonstration the figures
are invented, and so each row says how many rows of the tables behind it are public and how many synthetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ecluse.base.money import Money
from ecluse.base.sealed import encode
from ecluse.base.words import LANGUAGES, has_words, say, spell
from ecluse.edge.world.read import World
from ecluse.office.audit.reading import read
from ecluse.office.claims import gates, money, places, supply
from ecluse.office.claims.terms import Claim, Fact, Measure, Measured, Status, Worded
from ecluse.office.models import Setting

MEASURES: Mapping[str, Measure] = {
    **places.MEASURES,
    **supply.MEASURES,
    **gates.MEASURES,
    **money.MEASURES,
}


def claim_rows(world: World, lang: str, tell: Callable[[str], None] = lambda text: None) -> Iterator[dict[str, Any]]:
    """What do the records say about every claim of the world's register, in this language?

    Raises KeyError for a language that is none of the three.
    """
    if lang not in LANGUAGES:
        raise KeyError(f"unknown language {lang!r}")
    tell(say("claims.reading", lang))
    reading = read()
    kind = Setting.objects.filter(key="kind").values_list("value", flat=True).first() or ""
    for row in sorted(world.claims, key=lambda row: _place(row.claim)):
        id = row.claim.rpartition(":")[2]
        measure = MEASURES.get(id)
        found = _measured(measure, Claim(id, row.said_on, reading, world))
        yield {
            "claim": row.claim, "text": getattr(row, f"text_{lang}"), "speaker": row.speaker,
            "source": row.source_text, "said_on": row.said_on.isoformat(), "measure": row.measure,
            "status": found.status.value, "status_text": say(f"claim.status.{found.status.value}", lang),
            "measured": _sentence(f"claim.{id}.measured", lang, found.figures),
            "figures": {name: _form(value) for name, value in found.figures.items()},
            "would_change": _sentence(f"claim.{id}.change", lang, found.figures),
            "basis": {"kind": kind, **_basis(world, measure.tables if measure else ())},
        }  # fmt: skip


def _place(claim: str) -> tuple[str, int, str]:
    """Where does a claim stand in the register? By its letter, then by its number: A2 before A10."""
    slug = claim.rpartition(":")[2]
    number = slug[1:]
    return slug[:1], int(number) if number.isascii() and number.isdigit() else 0, slug


def _measured(measure: Measure | None, claim: Claim) -> Measured:
    if measure is None:
        return Measured(Status.NOT_TESTABLE, {})
    return measure.of(claim)


def _sentence(key: str, lang: str, figures: Mapping[str, Fact]) -> str:
    if not has_words(key, lang):
        return say(f"claim.unknown.{key.rpartition('.')[2]}", lang)
    return say(key, lang, **{name: _spelled(value, lang) for name, value in figures.items()})


def _spelled(value: Fact, lang: str) -> str:
    """How is a figure written? Several stand beside each other; what is unknown says so."""
    if value is None or value == ():
        return say("word.unknown" if value is None else "claims.none", lang)
    if isinstance(value, Worded):
        return f"{say(value.key, lang)} {spell(value.number, lang)}"
    if isinstance(value, tuple):
        return "; ".join(_spelled(item, lang) for item in value)
    return spell(value, lang)


def _form(value: Fact) -> Any:
    if isinstance(value, Worded):
        return {value.key.rpartition(".")[2]: value.number}
    if isinstance(value, tuple):
        return [_form(item) for item in value]
    return encode(value) if isinstance(value, Money | date) else value


def _basis(world: World, tables: tuple[str, ...]) -> dict[str, Any]:
    """On which tables of the world does a measure rest, and how many of their rows are public or invented?"""
    sources = [row.source for table in tables for row in getattr(world, table)]
    public = sum(source.startswith("public") for source in sources)
    return {"tables": list(tables), "rows_public": public, "rows_synthetic": len(sources) - public}


def claims_text(rows: Iterable[dict[str, Any]], world: World, lang: str) -> str:
    """What does a person read about the whole register?"""
    return "\n".join([say("claims.head", lang, world=world.name) + "\n", *(claim_text(row, lang) for row in rows)])


def claim_text(row: dict[str, Any], lang: str) -> str:
    """What does a person read about one claim: who said it, what is measured, what would change it, its basis?"""
    basis = row["basis"]
    kind = "demonstration" if basis["kind"] == "demonstration" else "service"
    name = row["claim"].rpartition(":")[2]
    lines = (
        f"{name}  {row['status_text'].upper()}  {row['text']}",
        say("claims.said", lang, speaker=row["speaker"], source=row["source"]),
        row["measured"],
        row["would_change"],
        say(f"claims.basis.{kind}", lang, public=basis["rows_public"], synthetic=basis["rows_synthetic"]),
    )
    return "\n    ".join(lines) + "\n"
