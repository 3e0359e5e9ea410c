"""What makes the public folder, the claims and the audit anew? One run a process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecluse.base.words import LANGUAGES

WORLDS = Path("examples")


def main(words: list[str]) -> int:
    """Make what is named, and keep it; its sign that it runs goes with it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
    import django

    django.setup()
    return run(words[0], *words[1:])


def run(name: str, *arguments: str) -> int:
    """Make this in the process at hand. Raises what stops it, after the sign that it runs is gone."""
    from ecluse.office import kept

    kept.tell(name, "")
    try:
        RUNS[name](*arguments)
    finally:
        kept.done(name)
    return 0


def make_public() -> None:
    """Publish into the folder that the public pages show. A demonstration does so by itself; a service is told to."""
    from ecluse.office.commands.envelope import PROOFS
    from ecluse.office.desk.today import is_demonstration
    from ecluse.office.kept import kept, public_folder
    from ecluse.office.publish.folder import publish

    place = public_folder()
    if place is not None and is_demonstration():
        place.parent.mkdir(parents=True, exist_ok=True)
        # Proofs take minutes; a visit makes those alone that a state of the log lacks that was proven before.
        publish(place, proofs=kept(PROOFS) is not None)


def make_claims() -> None:
    """Measure every claim of the register, in three languages, on the world that this office carried."""
    from ecluse.office.claims.answers import claim_rows
    from ecluse.office.kept import keep, tell
    from ecluse.office.views.summary import log_root

    root, world = log_root(), world_of_office()
    rows: dict[str, Any] = {}
    for lang in LANGUAGES if world is not None else ():
        rows[lang] = list(claim_rows(world, lang, lambda text: tell("claims", text)))
    keep("claims", {"log_root": root, "world": world.name if world is not None else "", "rows": rows})


def world_of_office() -> Any:
    """Which world's tables did this office carry? None where they are not at hand, as in service."""
    from ecluse.edge.world.workbook import open_world
    from ecluse.office.models import Setting

    settings = dict(Setting.objects.filter(key__in=("kind", "world", "seed")).values_list("key", "value"))
    if settings.get("kind") != "demonstration":
        return None
    name = settings.get("seed", "").partition("/")[0]
    places = [Path(os.environ["ECLUSE_WORLD"])] if os.environ.get("ECLUSE_WORLD") else [WORLDS / name]
    return next((open_world(place) for place in places if place.exists()), None)


def make_audit(person: str = "", body: str = "", role: str = "") -> None:
    """Audit the office, and seal what was found in the name of whoever asked for it."""
    from ecluse.office.actions.audits import keep_audit
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session, today
    from ecluse.office.kept import tell

    on = today()
    held = mandates_of(open_session(), person, on) if person else []
    mandate = next((one for one in held if (one.body, one.role) == (body, role)), None)
    if person and mandate is None:
        raise PermissionError(f"{person} does not speak for {body} as {role} on {on}")
    keep_audit(open_session(mandate), run_audit(lambda text: tell("audit", text)), on)


RUNS: dict[str, Callable[..., None]] = {"public": make_public, "claims": make_claims, "audit": make_audit}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
