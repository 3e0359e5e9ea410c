"""Which command of the closed envelope is meant? Options and their words; the work is imported when called."""

from __future__ import annotations

import typer

from ecluse.edge.run import run

envelope_app = typer.Typer(no_args_is_help=True, help="The closed envelope: prove what is committed.")


@envelope_app.command("prove")
def envelope_prove(
    db: str = typer.Option("", help="database URL"),
    every: int = typer.Option(0, min=0, help="seconds between two looks at the log; until stopped, on one core"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Prove whatever of the closed envelope is not proven yet, on every core; each proof is kept as it is made."""
    run("ecluse.office.commands.envelope", "prove", db=db, as_json=json, every=every)


@envelope_app.callback()
def envelope() -> None:
    """The closed envelope: prove what is committed."""
