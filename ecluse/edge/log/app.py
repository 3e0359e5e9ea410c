"""Which command of the log or of a witness is meant? Options and their words; the work is imported when called."""

from __future__ import annotations

import typer

from ecluse.edge.run import run

log_app = typer.Typer(no_args_is_help=True, help="Logs as tiles: write, verify, prove, have them cosigned.")
witness_app = typer.Typer(no_args_is_help=True, help="A witness of logs: make one, let it watch a log, let it answer.")
LOG = "ecluse.edge.log.commands"
WITNESS = "ecluse.edge.log.witness_commands"
OFFICE = "ecluse.office.commands.logs"
BUNDLE, DISCLOSED = "ecluse.edge.log.bundle_commands", "ecluse.office.commands.bundle"
STAMP = "ecluse.edge.log.stamp_commands"


@log_app.command("write")
def log_write(
    folder: str = typer.Argument(help="folder of the tile logs, one folder a log; grows with each call"),
    db: str = typer.Option("", help="database URL"),
    policy: str = typer.Option("", help="policy file: its witnesses with addresses are asked what they saw last"),
    sign: bool = typer.Option(False, "--sign", help="sign the heads of the logs as they stand, by this office's key"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Write every log of the office up to its newest signed checkpoint, as tiles that other programs read."""
    run(OFFICE, "write", folder=folder, db=db, policy=policy, sign=sign, as_json=json)


@log_app.command("recover")
def log_recover(
    source: str = typer.Option(..., "--from", help="folder or address of a mirror of the logs"),
    db: str = typer.Option("", help="database URL"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Fill the logs of an office on an older copy from a mirror, so that it may sign again."""
    run(OFFICE, "recover", source=source, db=db, as_json=json)


@log_app.command("verify")
def log_verify(
    folder: str = typer.Argument(help="one tile log, or a folder of them"),
    policy: str = typer.Option("", help="policy file: logs, witnesses, quorum"),
    key: list[str] = typer.Option([], help="verifier key of a log, when there is no policy; may be repeated"),
    processes: int = typer.Option(1, min=1, max=64, help="how many processes hash"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Hash every entry again: do the tiles and the signed checkpoint hold?"""
    run(LOG, "verify", folder=folder, policy=policy, keys=key, processes=processes, as_json=json)


@log_app.command("prove")
def log_prove(
    folder: str = typer.Argument(help="one tile log"),
    index: int = typer.Argument(min=0, help="which entry, from 0"),
    out: str = typer.Option(..., help="proof file to write (.tlog-proof); the entry comes beside it (.entry)"),
) -> None:
    """Write the proof that an entry stands in the log, for a stranger without a network."""
    run(LOG, "prove", folder=folder, index=index, out=out)


@log_app.command("bundle")
def log_bundle(
    folder: str = typer.Argument(help="one tile log"),
    index: int = typer.Argument(min=0, help="which entry, from 0"),
    out: str = typer.Option(..., help="bundle to write (.ecluse-proof)"),
    policy: str = typer.Option(..., help="policy file, of which the bundle holds a copy"),
    disclose: list[str] = typer.Option([], help="open this record, by id or kind; hearing; all; may be repeated"),
    db: str = typer.Option("", help="database URL of the office that holds the records, for --disclose"),
    outer_proof: str = typer.Option("", help="proof in the public outer log (.tlog-proof)"),
    outer_salt: str = typer.Option("", help="file with the salt of that commitment"),
    token: list[str] = typer.Option([], help="time stamp beyond those kept beside the checkpoint; may be repeated"),
    authorities: str = typer.Option("", help="certificates (PEM) of the time-stamping authorities to judge them by"),
) -> None:
    """Write one file with entry, proof and what is disclosed, for a stranger without a network."""
    given: dict[str, object] = {
        "folder": folder, "index": index, "out": out, "policy": policy, "outer_proof": outer_proof,
        "outer_salt": outer_salt, "tokens": token, "authorities": authorities,
    }  # fmt: skip
    if disclose:
        run(DISCLOSED, "bundle", **given, disclose=disclose, db=db)
    run(BUNDLE, "bundle", **given)


def verify(
    bundle: str = typer.Argument(
        help="a proof bundle (.ecluse-proof), or a statement of the closed envelope with its proof"
    ),
    policy: str = typer.Option("", help="policy file of your own: logs, witnesses, quorum"),
    authorities: str = typer.Option("", help="certificates (PEM) of time-stamping authorities that you trust"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Does a proof bundle hold by the policy that you name, or the proof of one statement?"""
    run(BUNDLE, "verify", bundle=bundle, policy=policy, authorities=authorities, as_json=json)


@log_app.command("stamp")
def log_stamp(
    folder: str = typer.Argument(help="one tile log"),
    url: str = typer.Option("", help="address of a time-stamping authority (RFC 3161)"),
    out: str = typer.Option("", help="file to write instead of stamps/<size>.tsr in the log's folder"),
    request: str = typer.Option(
        "", help="request to write (.tsq), never over another; with --answer: the one it answers"
    ),
    answer: str = typer.Option("", help="answer that was brought by hand (.tsr)"),
    authorities: str = typer.Option("", help="certificates (PEM) of authorities, by one of which it must be made"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Have the newest checkpoint stamped by a time-stamping authority: it stood not after that second."""
    run(
        STAMP, "stamp", folder=folder, url=url, out=out, request=request, answer=answer, authorities=authorities,
        as_json=json,
    )  # fmt: skip


@log_app.command("check-proof")
def log_check_proof(
    proof: str = typer.Argument(help="a proof file (.tlog-proof)"),
    entry: str = typer.Option(..., help="file with the entry's bytes"),
    policy: str = typer.Option(..., help="policy file: logs, witnesses, quorum"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Does the proof show the entry, under a checkpoint that enough witnesses saw?"""
    run(LOG, "check_proof", proof=proof, entry=entry, policy=policy, as_json=json)


@log_app.command("cosign")
def log_cosign(
    folder: str = typer.Argument(help="one tile log, or a folder of them"),
    policy: str = typer.Option(..., help="policy file whose witnesses have addresses"),
    db: str = typer.Option("", help="database URL of the office that keeps what host states' witnesses saw"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Bring each newest checkpoint to the policy's witnesses and put their signatures under it."""
    if db:
        run(OFFICE, "cosign", folder=folder, policy=policy, db=db, as_json=json)
    run(LOG, "cosign", folder=folder, policy=policy, as_json=json)


@log_app.command("mirror")
def log_mirror(
    source: str = typer.Argument(help="folder or address of one tile log"),
    folder: str = typer.Argument(help="folder of the copy; grows with each call"),
    policy: str = typer.Option(..., help="policy file: logs, witnesses, quorum"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Let a copy follow a log, only where the log extends what the copy holds."""
    run(LOG, "mirror", source=source, folder=folder, policy=policy, as_json=json)


@witness_app.command("init")
def witness_init(
    folder: str = typer.Argument(help="folder for the witness's key and memory"),
    name: str = typer.Option(..., help="its name, such as witness.example/w1"),
) -> None:
    """Make a witness: a key of its own and an empty memory. Prints its verifier key."""
    run(WITNESS, "init", folder=folder, name=name)


@witness_app.command("trust")
def witness_trust(
    folder: str = typer.Argument(help="folder of the witness"),
    key: str = typer.Argument(help="verifier key of the log"),
) -> None:
    """Let the witness watch a log."""
    run(WITNESS, "trust", folder=folder, key=key)


@witness_app.command("serve")
def witness_serve(
    folder: str = typer.Argument(help="folder of the witness"),
    host: str = typer.Option("127.0.0.1", help="address to listen at"),
    port: int = typer.Option(8090, min=0, max=65535),
) -> None:
    """Answer logs that ask for cosignatures, until stopped."""
    run(WITNESS, "serve", folder=folder, host=host, port=port)
