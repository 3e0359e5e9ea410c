"""How is one unit's story told in three languages? Line by line, from what `trace_unit` found."""

from __future__ import annotations

from datetime import date
from typing import Any

from ecluse.base.words import has_words, say


def trace_text(found: dict[str, Any], lang: str) -> str:
    """What does a person read about this serial number?"""
    lines = _known(found, lang) if found["known"] else _unknown(found, lang)
    return "".join(f"{line}\n" for line in lines)


def _unknown(found: dict[str, Any], lang: str) -> list[str]:
    if found["reason"] == "opening":
        return [opening_text(found, lang)]
    lines = [say(f"trace.{found['reason']}", lang, serial=found["serial"])]
    if found["suggestions"]:
        lines.append(say("trace.suggestions", lang))
        lines += [_candidate(one, lang) for one in found["candidates"][: len(found["suggestions"])]]
    return lines


def _candidate(one: dict[str, Any], lang: str) -> str:
    """A number that might be meant: how near the reading is, and in what it differs."""
    slips = ", ".join(say(f"tracing.slip.{slip}", lang) for slip in one["slips"])
    return f"    {one['serial']}  {one['score']} ‰  {slips or say('tracing.slip.none', lang)}"


def opening_text(found: dict[str, Any], lang: str) -> str:
    """What does a person read of a unit that was abroad before the office began?"""
    told = found["opening"]
    facts = {part: told[part] for part in ("model", "place", "record", "document")}
    facts |= {part: _name(found, told[part], lang) for part in ("custodian", "authority")}
    return say("trace.opening", lang, serial=found["serial"], day=_day(told["as_of"], lang), **facts)


def _known(found: dict[str, Any], lang: str) -> list[str]:
    last = found["last"]
    lines = [say("trace.unit", lang, serial=found["serial"], model=found["model"], block=found["block"])]
    if found["funded_for_home"]:
        lines.append(say("trace.funded_for_home", lang))
    for event in found["events"]:
        lines.append(f"    {trace_event(found, event, lang)}")
    lines.append(trace_last(found, lang))
    if last["held_on"]:
        lines.append(say("trace.held_on", lang, tranche=last["tranche"], codes=", ".join(last["held_on"])))
    return lines


def trace_last(found: dict[str, Any], lang: str) -> str:
    """Where is the unit now, and who answers for it?"""
    last = found["last"]
    names = {side: _name(found, last[side], lang) for side in ("custodian", "authority")}
    facts = {"place": last["place"], "tranche": last["tranche"], "since": _day(last["since"], lang)}
    return say(f"trace.last.{last['state']}", lang, **names, **facts)


def trace_event(found: dict[str, Any], event: dict[str, Any], lang: str) -> str:
    """What happened to the unit here?"""
    facts = {name: value for name, value in event.items() if isinstance(value, str)}
    for name in ("from", "to", "authority", "custodian", "reporter"):
        if name in facts:
            facts[name] = _name(found, facts[name], lang)
    kind = event["kind"]
    if kind == "marked":
        facts["fate"] = say(f"trace.fate.{event['fate']}", lang)
    if kind == "lost" and has_words(f"trace.cause.{event['cause']}", lang):
        facts["cause"] = say(f"trace.cause.{event['cause']}", lang)
    if "step" in facts:
        facts["step"] = say(f"trace.step.{event['step']}", lang)
    giver, taker = facts.pop("from", ""), facts.pop("to", "")
    facts |= {"giver": giver, "taker": taker, "index": str(event["index"])}
    text = say(f"trace.event.{kind}", lang, **{**facts, "on": date.fromisoformat(event["on"])})
    unsigned = [side for side in (event.get("from"), event.get("to")) if side not in event.get("signed_by", [side])]
    for side in dict.fromkeys(unsigned):
        text += " " + say("trace.unsigned", lang, party=_name(found, str(side), lang))
    return text


def _name(found: dict[str, Any], id: str, lang: str) -> str:
    name = found["names"].get(id)
    if name is None:
        return id
    return f"{name[lang] if isinstance(name, dict) else name} ({id})"


def _day(day: str | None, lang: str) -> date | str:
    return date.fromisoformat(day) if day else say("word.unknown", lang)
