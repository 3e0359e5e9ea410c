"""How does a command end: yes, no, or not able to judge?"""

from __future__ import annotations

import typer

from ecluse.base.errors import EcluseError

YES, NO, UNABLE = 0, 1, 2
# Which extra brings a package that is not there?
EXTRAS = {
    "highspy": "plan", "numpy": "plan", "scipy": "plan", "xlsxwriter": "documents", "python_calamine": "documents",
}  # fmt: skip


def run(module: str, function: str, **arguments: object) -> None:
    """Call a command and leave with its exit status; a bad input is said in words, never as a stack trace."""
    from importlib import import_module

    try:
        status = getattr(import_module(module), function)(**arguments)
    except EcluseError as error:
        typer.echo(str(error), err=True)
        status = UNABLE
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0], "office")
        typer.echo(f"{error.name} is not installed: pip install 'ecluse[{extra}]'", err=True)
        status = UNABLE
    except KeyboardInterrupt:
        typer.echo("stopped; what was printed as committed is kept", err=True)
        status = UNABLE
    raise typer.Exit(status or YES)
