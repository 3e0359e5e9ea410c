"""What do the commands that need no database do?"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.edge.language import person_language


def say(text: str) -> None:
    """Tell the person at the terminal; results alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def out(form: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output."""
    print(json.dumps(dict(form), ensure_ascii=False))


def replay(paths: list[str], as_json: bool) -> int:
    """Judge every hearing of these dossiers again. 0: all the same; 1: one differs; 2: one could not be judged."""
    from ecluse.edge.dossier import ReplaySummary, replay_paths

    results = list(replay_paths([Path(path) for path in paths]))
    summary = ReplaySummary.of(results)
    for result in results:
        if result.error is not None:
            say(f"{result.path}: {result.error}")
        for replayed in result.different():
            say(f"{result.path}: {replayed.hearing.id} stored {replayed.stored.decode()} but the law gives "
                f"{replayed.again.decode()}")  # fmt: skip
    out(summary.form())
    if any(result.error is not None for result in results):
        return 2
    return 0 if summary.is_same() else 1


def judge(dossier: str, lang: str, as_json: bool) -> int:
    """What does the law give for each tranche's last hearing? 0: none held; 1: one held."""
    from ecluse.base.words import say as word
    from ecluse.edge.dossier import read_dossier
    from ecluse.edge.law import library
    from ecluse.order import replay as replay_dossier

    read = read_dossier(Path(dossier))
    last = {replayed.hearing.tranche: replayed for replayed in replay_dossier(read, library)}
    is_held = False
    for tranche, replayed in sorted(last.items()):
        verdict = json.loads(replayed.again)
        is_held = is_held or "held" in verdict
        if as_json:
            out({"tranche": tranche, "gate": replayed.hearing.gate.value, "verdict": verdict})
            continue
        print(f"{tranche}  {replayed.hearing.gate.value}  {'held' if 'held' in verdict else 'passed'}")
        for ground in replayed.hearing.grounds:
            print(f"  {ground.code}: {word(f'{ground.code}.sentence', lang, **ground.facts_by_name())}")
            print(f"    {word(f'{ground.code}.remedy', lang, **ground.facts_by_name())}")
    return 1 if is_held else 0


def explain(code: str, on: str, lang: str, as_json: bool) -> int:
    """What does a ground mean?"""
    from ecluse.base.errors import BadInputError
    from ecluse.edge.explain import explain as explained
    from ecluse.edge.explain import explain_text

    try:
        day = date.fromisoformat(on) if on else date.today()
        found = explained(code, day, lang)
    except (KeyError, ValueError) as error:
        raise BadInputError.one("explain", "a published code, a day YYYY-MM-DD, a language uk, en or fr",
                                str(error), "see ecluse/tables/codes") from None  # fmt: skip
    out(found) if as_json else print(explain_text(found))
    return 0


def surplus(world: str, as_json: bool) -> int:
    """What does every rule give, class by class and model by model, each alone and then jointly?"""
    from ecluse.base.words import say as word
    from ecluse.edge import surplus as told
    from ecluse.edge import surplus_joint as joint
    from ecluse.edge.world.workbook import open_world

    opened, lang = open_world(Path(world)), person_language()
    for row in told.single_rows(opened):
        _surplus_row(row, as_json)
    if not as_json:
        for class_, attested, shown in told.capacity_beside(opened):
            print(f"{class_:<14}{word('plan.surplus.attested', lang)} {attested}, "
                  f"{word('plan.surplus.demonstrated', lang)} {'?' if shown is None else shown}")  # fmt: skip
    if not joint.has_plan(opened):
        say(word("plan.surplus.no_tables", lang))
        return 0
    try:
        flows = {model: own for model, own, _ in told.look_aheads(opened)}
        unmet = lambda rule, models: say(f"{rule}: {word('plan.surplus.unmet', lang, models=', '.join(models))}")  # noqa: E731
        for row in joint.rows(opened, flows, unmet):
            _surplus_row(row, as_json)
    except ModuleNotFoundError as error:
        say(f"{word('plan.surplus.no_solver', lang)} ({error.name})")
    return 0


def _surplus_row(row: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        out(row)
    elif row["model"] is None:
        print(f"{row['class'] or '':<14}{row['rule']:<24}{'unknown' if row['units'] is None else row['units']}")


def world_check(path: str) -> int:
    """Name every error of a world."""
    from ecluse.base.errors import BadInputError
    from ecluse.edge.world.check import check_world

    faults = check_world(Path(path))
    if faults:
        raise BadInputError(faults)
    say(f"{path}: no error found")
    return 0


def world_generate(seed: int, size: int, cheats: int, out: str) -> int:
    """Generate a world and, apart, its answer key."""
    from ecluse.edge.world.generate import generate

    answers = Path(out).with_name(Path(out).name + ".answers.csv")
    generate(seed, size=size, cheats=cheats, out=Path(out), answers=answers)
    say(f"world: {out}\nanswer key, apart: {answers}")
    return 0


def audit_public(folder: str, as_json: bool) -> int:
    """What can a stranger check in a public folder?"""
    from ecluse.edge.public_audit import audit_public as audited

    return audited(Path(folder), as_json, person_language())
