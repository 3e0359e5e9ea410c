"""Which command is meant? Gathers the subcommands; each imports what it needs only when it is called."""

from __future__ import annotations

import typer

from ecluse.edge.envelope_app import envelope_app
from ecluse.edge.epcis_app import epcis_app
from ecluse.edge.log.app import log_app, witness_app
from ecluse.edge.log.app import verify as verify_bundle
from ecluse.edge.openings_app import openings_app
from ecluse.edge.plan_app import plan_app
from ecluse.edge.run import run as _run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Controlled export through five gates: surplus, parties, licence, custody, proceeds.",
)
world_app = typer.Typer(no_args_is_help=True, help="Demonstration worlds: check one, generate one.")
app.add_typer(world_app, name="world")
side_app = typer.Typer(no_args_is_help=True, help="Two sides: signed files from the high side to the low one.")
app.add_typer(side_app, name="side")
lists_app = typer.Typer(no_args_is_help=True, help="Watchlists: take new versions in, see how they stand.")
app.add_typer(lists_app, name="lists")
keys_app = typer.Typer(no_args_is_help=True, help="Keys of those who sign: make one.")
app.add_typer(keys_app, name="keys")
signatures_app = typer.Typer(no_args_is_help=True, help="Signatures made apart: what waits, out to be signed, back in.")
app.add_typer(signatures_app, name="signatures")
app.add_typer(plan_app, name="plan")
app.add_typer(log_app, name="log")
app.add_typer(witness_app, name="witness")
app.add_typer(epcis_app, name="epcis")
app.add_typer(openings_app, name="openings")
app.add_typer(envelope_app, name="envelope")
app.command("verify")(verify_bundle)
notices_app = typer.Typer(no_args_is_help=True, help="Notices: mail what people were told and have not read.")
app.add_typer(notices_app, name="notices")

OFFICE = "ecluse.office.commands.year"
EDGE = "ecluse.edge.commands"
KEEP = "ecluse.office.commands.keep"
OPENING = "ecluse.office.commands.opening"
LISTS = "ecluse.office.commands.lists"
PEOPLE = "ecluse.office.commands.people"
SIGNATURES = "ecluse.office.commands.signatures"
TRACE = "ecluse.office.commands.trace"


@app.command()
def demo(
    world: str = typer.Option("examples/ua-2026", help="folder or workbook of the world"),
    lists: str = typer.Option("", help="folder of real watchlists to screen against as well"),
    db: str = typer.Option("", help="database URL, sqlite:///PATH or postgresql://…"),
    export: str = typer.Option("", help="write every order's dossier into this folder"),
    json: bool = typer.Option(False, "--json", help="print the summary as one JSON object only"),
    unless_carried: bool = typer.Option(False, help="do nothing where this year was carried already"),
) -> None:
    """Carry a world's year through the five gates, audit it, print the summary."""
    _run(OFFICE, "demo", world=world, lists=lists, db=db, export=export, as_json=json, unless_carried=unless_carried)


@app.command()
def audit(
    db: str = typer.Option("", help="database URL"),
    public: str = typer.Option("", help="audit a public folder instead, without any database"),
    keep: bool = typer.Option(False, "--keep", help="seal what was found, for the office's own page"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Is every promise kept, as far as can be checked from here?"""
    if public:
        _run(EDGE, "audit_public", folder=public, as_json=json)
    _run(OFFICE, "audit", db=db, as_json=json, keep=keep)


@app.command()
def surge(
    out: str = typer.Option(..., help="folder for the file that the next step needs"),
    order: str = typer.Option("", help="which urgent order; by default the newest"),
    db: str = typer.Option("", help="database URL"),
    seconds: int = typer.Option(0, help="stop after so many seconds; nothing is then written"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """An urgent home order: make the plan again, or show what of the certificates its surplus still carries."""
    _run("ecluse.office.commands.surge", "surge", order=order, db=db, out=out, seconds=seconds, as_json=json)


@app.command()
def publish(
    folder: str = typer.Argument(help="an empty or absent folder"),
    db: str = typer.Option("", help="database URL"),
    without_proofs: bool = typer.Option(False, help="write the closed envelope's figures, and prove nothing of them"),
) -> None:
    """Write exactly what a stranger may see; what the closed envelope lacks is proven first."""
    _run(OFFICE, "publish", folder=folder, db=db, proofs=not without_proofs)


@app.command()
def cheat(
    kind: str = typer.Argument("", help="which fraud; without it the kinds are listed"),
    db: str = typer.Option("", help="database URL of a demonstration"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """On a demonstration database: commit a chosen fraud, then see the audit name it."""
    _run(OFFICE, "cheat", kind=kind, db=db, as_json=json)


@app.command()
def serve(
    db: str = typer.Option("", help="database URL"),
    port: int = typer.Option(8000, help="on 127.0.0.1"),
    prove: bool = typer.Option(True, help="beside it prove the closed envelope, on one core's spare time"),
) -> None:
    """Serve the office."""
    _run(OFFICE, "serve", db=db, port=port, prove=prove)


@app.command()
def init(
    db: str = typer.Option("", help="database URL of an empty database"),
    answers: str = typer.Option("", "--from", help="file of answers (TOML); without it plain questions are asked"),
    side: str = typer.Option("", help="high, low or both; the answers' own when absent"),
    passphrase_file: str = typer.Option("", help="file whose first line locks the private keys"),
) -> None:
    """Begin an empty office: home state, authorities, the first two officers, their keys."""
    _run(OPENING, "init", db=db, answers=answers, side=side, passphrase_file=passphrase_file)


@app.command("import")
def import_(
    kind: str = typer.Argument("", help="which kind of table; without it the kinds are listed"),
    file: str = typer.Argument("", help="CSV or XLSX"),
    map_file: str = typer.Option("", "--map", help="how its headings, words and units become ours (TOML)"),
    dry_run: bool = typer.Option(False, help="say what would be filed and file nothing"),
    person: str = typer.Option("", "--as", help="the officer who acts, such as officer:mod-1"),
    accept: str = typer.Option("", help="accept this proposal, as a second person of another authority"),
    decline: str = typer.Option("", help="decline this proposal"),
    reason: str = typer.Option("", help="why it is declined"),
    waiting: bool = typer.Option(False, help="list the proposals that wait"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Bring a table in: read it, name every error by row, propose it; a second person accepts."""
    _run(
        OPENING, "import_table", kind=kind, file=file, map_file=map_file, dry_run=dry_run, person=person,
        accept=accept, decline=decline, reason=reason, waiting=waiting, db=db, as_json=json,
    )  # fmt: skip


@lists_app.command("import")
def lists_import(
    folder: str = typer.Argument(help="walked; formats are known by content"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Put the newest whole list of each publisher in force today and screen everybody on them."""
    _run(LISTS, "lists_import", folder=folder, db=db, as_json=json)


@lists_app.command("status")
def lists_status(
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Which lists are in force, when was everybody screened, and who was not?"""
    _run(LISTS, "lists_status", db=db, as_json=json)


@keys_app.command("make")
def keys_make(
    owner: str = typer.Argument(help="an authority, party or officer, such as officer:mod-2"),
    folder: str = typer.Option("", help="ECLUSE_KEYS when absent"),
    passphrase_file: str = typer.Option("", help="file whose first line locks the key"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Make a key; its public half is printed, to be registered by a table."""
    _run(PEOPLE, "keys_make", owner=owner, folder=folder, passphrase_file=passphrase_file, as_json=json)


@notices_app.command("send")
def notices_send(db: str = typer.Option("", help="database URL"), json: bool = typer.Option(False, "--json")) -> None:
    """Mail every notice that is neither mailed nor read, a letter a person, never twice."""
    _run("ecluse.office.commands.notices", "send", db=db, as_json=json)


@app.command()
def account(
    officer: str = typer.Argument(help="a person with a mandate on record, such as officer:mod-2"),
    email: str = typer.Option(..., help="the person's address"),
    language: str = typer.Option("uk", "--lang", help="uk, en or fr"),
    out: str = typer.Option(..., help="file to write the first password into"),
    db: str = typer.Option("", help="database URL"),
) -> None:
    """Give a person on record a way into the office."""
    _run(PEOPLE, "account", officer=officer, email=email, language=language, out=out, db=db)


@app.command()
def doctor(
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """What is missing or amiss here, and which one command mends it?"""
    _run(KEEP, "doctor", db=db, as_json=json)


@app.command()
def seal(
    file: str = typer.Argument(help="a file of `ecluse signatures export`, or one record in canonical form"),
    key: str = typer.Option(..., help="the signer's private key, KEY.pem"),
    on: str = typer.Option("", help="YYYY-MM-DD; today when absent"),
    out: str = typer.Option("", help="file for the signature; FILE.signature.json when absent, - for standard output"),
) -> None:
    """Show records and sign them, away from the office; writes a small file of signatures."""
    _run(KEEP, "seal", file=file, key=key, on=on, out=out)


@signatures_app.command("waiting")
def signatures_waiting(
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Whose signatures does the office wait for?"""
    _run(SIGNATURES, "waiting", db=db, as_json=json)


@signatures_app.command("export")
def signatures_export(
    owner: str = typer.Argument(help="whose signature is waited for, such as authority:mod"),
    out: str = typer.Option(..., help="file to write; never over another"),
    db: str = typer.Option("", help="database URL"),
) -> None:
    """Write what waits for this owner's signature, to be signed by `ecluse seal`."""
    _run(SIGNATURES, "export", owner=owner, out=out, db=db)


@signatures_app.command("import")
def signatures_import(
    file: str = typer.Argument(help="a file that `ecluse seal` wrote"),
    person: str = typer.Option("", "--as", help="the officer who brings it, such as officer:mod-1"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Check signatures made apart and put each under its record; all, or none."""
    _run(SIGNATURES, "bring", file=file, person=person, db=db, as_json=json)


@app.command()
def backup(
    file: str = typer.Argument(help="the archive to write; never over another"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Copy the whole office into one archive while others go on working."""
    _run(KEEP, "backup", file=file, db=db, as_json=json)


@app.command()
def restore(
    file: str = typer.Argument(help="an archive of `ecluse backup`"),
    db: str = typer.Option(..., help="database URL of an empty place"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Bring an office back from its archive into an empty place."""
    _run(KEEP, "restore", file=file, db=db, as_json=json)


@side_app.command("export")
def side_export(
    folder: str = typer.Argument(help="an empty or absent folder"),
    db: str = typer.Option("", help="database URL of the high side"),
    key: str = typer.Option("authority:mod", help="who signs: a key file, or an owner whose key this office holds"),
    on: str = typer.Option("", help="YYYY-MM-DD; the office's day when absent"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """High side: write what may cross as signed files."""
    _run(KEEP, "side_export", folder=folder, db=db, key=key, on=on, as_json=json)


@side_app.command("import")
def side_import(
    folder: str = typer.Argument(help="a folder that the high side wrote"),
    db: str = typer.Option("", help="database URL of the low side"),
    owner: str = typer.Option("authority:mod", help="whose carriages this side takes"),
    on: str = typer.Option("", help="YYYY-MM-DD; the office's day when absent"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Low side: check the signed files and file them; all, or nothing."""
    _run(KEEP, "side_import", folder=folder, db=db, owner=owner, on=on, as_json=json)


@app.command()
def judge(
    dossier: str = typer.Argument(help="a dossier file"),
    lang: str = typer.Option("en", help="uk, en or fr"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Judge a dossier's last hearing of each tranche again and say the grounds."""
    _run(EDGE, "judge", dossier=dossier, lang=lang, as_json=json)


@app.command()
def replay(
    paths: list[str] = typer.Argument(help="dossier files or folders of them"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Judge every hearing again; is each stored verdict what the law gives on the stored facts?"""
    _run(EDGE, "replay", paths=paths, as_json=json)


@app.command()
def explain(
    code: str = typer.Argument(help="a ground's code, such as surplus.home_army_first"),
    on: str = typer.Option("", help="YYYY-MM-DD; today when absent"),
    lang: str = typer.Option("en", help="uk, en or fr"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """What does a ground mean, by which provision, and how is it mended?"""
    _run(EDGE, "explain", code=code, on=on, lang=lang, as_json=json)


@app.command()
def surplus(
    world: str = typer.Argument("examples/ua-2026"),
    json: bool = typer.Option(False, "--json", help="JSON Lines"),
) -> None:
    """What does every surplus rule give, class by class, and what is surplus alone and jointly, model by model?"""
    _run(EDGE, "surplus", world=world, as_json=json)


@app.command()
def trace(
    serial: str = typer.Argument(help="a serial number as marked"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Where was one unit born, through whose hands did it go, where is it now?"""
    _run(TRACE, "trace", serial=serial, db=db, as_json=json)


@app.command()
def reconcile(
    file: str = typer.Argument(help="CSV or XLSX with the columns licence, state, day, units"),
    kind: str = typer.Option(..., help="customs-exits or import-reports"),
    db: str = typer.Option("", help="database URL"),
    keep: bool = typer.Option(False, "--keep", help="seal the totals, so that they are published"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Do another state's customs exits or import reports agree with our handovers?"""
    _run(TRACE, "reconcile", file=file, kind=kind, db=db, keep=keep, as_json=json)


@app.command()
def claims(
    db: str = typer.Option("", help="database URL"),
    world: str = typer.Option("examples/ua-2026"),
    lang: str = typer.Option("en", help="uk, en or fr"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """What do the records say about each public claim?"""
    _run(OFFICE, "claims", db=db, world=world, lang=lang, as_json=json)


@app.command()
def flow(
    db: str = typer.Option("", help="database URL"),
    out: str = typer.Option("docs/pictures/flow.svg"),
    lang: str = typer.Option("en", help="uk, en or fr"),
) -> None:
    """Draw the carried year: how many orders came to each gate, and where they stopped."""
    _run(OFFICE, "flow", db=db, out=out, lang=lang)


@world_app.command("check")
def world_check(path: str = typer.Argument(help="folder or .xlsx workbook")) -> None:
    """Name every error of a world by file, row and column."""
    _run(EDGE, "world_check", path=path)


@world_app.command("generate")
def world_generate(
    seed: int = typer.Option(..., help="a whole number"),
    size: int = typer.Option(1000, help="per mille of the full world"),
    cheats: int = typer.Option(0, help="hidden variants of each kind of cheat"),
    out: str = typer.Option(..., help="folder to write"),
    carry: bool = typer.Option(False, help="carry it too, and print caught and false-alarm rates by threat"),
) -> None:
    """Generate a new world with hidden cheats and honest twins; the answer key goes to a file apart."""
    _run(OFFICE if carry else EDGE, "world_generate", seed=seed, size=size, cheats=cheats, out=out)


def main() -> None:
    """The entry point of the `ecluse` command."""
    app()


if __name__ == "__main__":
    main()
