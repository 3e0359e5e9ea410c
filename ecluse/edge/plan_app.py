"""Which command of the plan is meant? Options and their words; the work is imported when it is called."""

from __future__ import annotations

import typer

from ecluse.edge.run import run

plan_app = typer.Typer(no_args_is_help=True, help="The plan: solve it, check it, change the question, prove a program.")
PLAN = "ecluse.edge.plan_commands"


@plan_app.command("solve")
def plan_solve(
    world: str = typer.Argument(help="folder or workbook with a planner's tables"),
    out: str = typer.Option(..., help="plan file to write"),
    rule: str = typer.Option("", help="N0, N1, N2 or N3 instead of the signed no-harm rule"),
    integer: bool = typer.Option(False, "--integer", help="let the solver seek whole units: slow, for small worlds"),
    weighted: bool = typer.Option(False, "--weighted", help="all aims at once by weights: quick"),
    seconds: int = typer.Option(0, help="stop after so many seconds; nothing is then written"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Make the plan of a world, baseline first, with a proof that anybody can check."""
    run(
        PLAN, "solve", world=world, file=out, rule=rule, integer=integer, weighted=weighted, seconds=seconds,
        as_json=json,
    )  # fmt: skip


@plan_app.command("check")
def plan_check(
    plan: str = typer.Argument(help="a plan file"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Does a plan hold? Every row is added up again, without a solver."""
    run(PLAN, "check", file=plan, as_json=json)


@plan_app.command("whatif")
def plan_whatif(
    plan: str = typer.Argument(help="a plan file"),
    changes: list[str] = typer.Option(..., "--set", help="KIND[:ID][.MONTH]=VALUE, as budget=+5%; may be repeated"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """What becomes different with these changes, alone or together?"""
    run(PLAN, "whatif", file=plan, changes=changes, as_json=json)


@plan_app.command("workbook")
def plan_workbook(
    world: str = typer.Argument(help="folder or workbook of the world"),
    file: str = typer.Argument(help="XLSX to write"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Write a planner's tables as a workbook, a sheet each, to be edited and taken back."""
    run(PLAN, "workbook", world=world, file=file, as_json=json)


@plan_app.command("take")
def plan_take(
    world: str = typer.Argument(help="folder or workbook of the world"),
    file: str = typer.Argument(help="XLSX with a planner's tables"),
    out: str = typer.Option("", help="folder for the world with these tables; without it nothing is written"),
    json: bool = typer.Option(False, "--json", help="JSON Lines, one a difference"),
) -> None:
    """What does a planner's workbook change? Every wrong cell at its address; with --out the world is written."""
    run(PLAN, "take", world=world, file=file, folder=out, as_json=json)


@plan_app.command("prove")
def plan_prove(
    program: str = typer.Argument(help="a linear program as MPS, whoever wrote it"),
    out: str = typer.Option(..., help="proof file to write"),
    seconds: int = typer.Option(0, help="stop after so many seconds; nothing is then written"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Prove the optimum of any linear program exactly, or say what could not be proven."""
    run(PLAN, "prove", file=program, proof=out, seconds=seconds, as_json=json)
