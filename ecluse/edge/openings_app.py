"""Which command of openings is meant? Options and their words; the work is imported when called."""

from __future__ import annotations

import typer

from ecluse.edge.run import run

openings_app = typer.Typer(no_args_is_help=True, help="Keys that open secrets: a host's share, k shares, late hosts.")
EDGE = "ecluse.edge.openings"
OFFICE = "ecluse.office.commands.openings"


@openings_app.command("share")
def openings_share(
    folder: str = typer.Argument(help="public folder"),
    name: str = typer.Argument(help="the opening key, such as 2026-q1/2026-06-30"),
    key: str = typer.Option(..., "--key", help="the host's signing key, KEY.pem"),
    passphrase: str = typer.Option("", envvar="ECLUSE_KEYS_PASSPHRASE", help="of the key"),
) -> None:
    """Open this host's share of an opening key, check it against its logged digest, and print it."""
    run(EDGE, "share", folder=folder, name=name, key=key, passphrase=passphrase)


@openings_app.command("open")
def openings_open(
    folder: str = typer.Argument(help="public folder"),
    name: str = typer.Argument(help="the opening key, such as 2026-q1/2026-06-30"),
    shares: list[str] = typer.Argument(help="as many shares as restore it, each a file of `ecluse openings share`"),
    out: str = typer.Option("", help="file to write, never over another; standard output when absent"),
) -> None:
    """Open with k shares what a period hid, without the office: every record with its salt and its place in the log."""
    run(EDGE, "open_folder", folder=folder, name=name, shares=shares, out=out)


@openings_app.command("late")
def openings_late(db: str = typer.Option("", help="database URL"), json: bool = typer.Option(False, "--json")) -> None:
    """Put on record which hosts let their last day pass; for the daily clock. 1 when an opening was missed."""
    run(OFFICE, "late", db=db, as_json=json)
