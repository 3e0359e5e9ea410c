"""Which command of EPCIS is meant? Options and their words; the work is imported when called."""

from __future__ import annotations

import typer

from ecluse.edge.run import run

epcis_app = typer.Typer(no_args_is_help=True, help="Custody as EPCIS 2.0: write documents, check them, take them in.")
EDGE = "ecluse.edge.epcis"
OFFICE = "ecluse.office.commands.epcis"


@epcis_app.command("export")
def epcis_export(
    serial: str = typer.Option("", help="one unit, by its serial number as marked"),
    consignment: str = typer.Option("", help="one consignment, such as order:0001/0"),
    first: str = typer.Option("", "--from", help="what was put on record from this day, YYYY-MM-DD"),
    last: str = typer.Option("", "--until", help="up to this day, YYYY-MM-DD"),
    out: str = typer.Option("", help="file to write, never over another; standard output when absent"),
    db: str = typer.Option("", help="database URL"),
) -> None:
    """Tell custody of one unit, one consignment or a time as a document of EPCIS 2.0."""
    run(OFFICE, "export", serial=serial, consignment=consignment, first=first, last=last, file=out, db=db)


@epcis_app.command("check")
def epcis_check(
    files: list[str] = typer.Argument(help="documents of EPCIS 2.0 in JSON"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Can these documents be read? Every fault is named by its place in the JSON."""
    run(EDGE, "check", files=files, as_json=json)


@epcis_app.command("capture")
def epcis_capture(
    file: str = typer.Argument(help="a document of EPCIS 2.0 in JSON"),
    person: str = typer.Option("", "--as", help="who sends it, with a mandate for the body that acted"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Make a partner's shipping, receiving and accepting our own custody records; all of the document, or none."""
    run(OFFICE, "take_in", file=file, person=person, db=db, as_json=json)
