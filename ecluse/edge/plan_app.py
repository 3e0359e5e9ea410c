"""Which command of the plan is meant? Options and their words; the work is imported when it is called."""

from __future__ import annotations

import typer

from ecluse.edge.run import run

plan_app = typer.Typer(no_args_is_help=True, help="The plan: solve it, check it, change the question, prove a program.")
PLAN = "ecluse.edge.plan_commands"
ASKED, AHEAD, AGAINST = "ecluse.edge.plan_asked", "ecluse.edge.plan_ahead", "ecluse.edge.plan_against"


@plan_app.command("solve")
def plan_solve(
    world: str = typer.Argument(help="folder or workbook with a planner's tables"),
    out: str = typer.Option(..., help="plan file to write"),
    rule: str = typer.Option("", help="N0, N1, N2 or N3 instead of the signed no-harm rule"),
    integer: bool = typer.Option(False, "--integer", help="let the solver seek whole units: slow, for small worlds"),
    weighted: bool = typer.Option(False, "--weighted", help="all aims at once by weights: quick"),
    windows: str = typer.Option(
        "", help="solve window by window: MONTHS, or MONTHS+AHEAD as 9+3; by itself where the world is too large"
    ),
    seconds: int = typer.Option(0, help="stop after so many seconds; nothing is then written"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Make the plan of a world, baseline first, with a proof that anybody can check."""
    run(
        PLAN, "solve", world=world, file=out, rule=rule, integer=integer, weighted=weighted, windows=windows,
        seconds=seconds, as_json=json,
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


@plan_app.command("explain")
def plan_explain(
    plan: str = typer.Argument(help="a plan file"),
    models: list[str] = typer.Argument(None, help="models of the plan"),
    month: str = typer.Option("", help="YYYY-MM; every month when absent"),
    centre: list[str] = typer.Option([], help="what would closing this centre cost? may be repeated"),
    json: bool = typer.Option(False, "--json", help="JSON Lines, one a sentence"),
) -> None:
    """Why may so many units of a model leave in a month, and no more? In words."""
    run(ASKED, "explain", file=plan, models=models or [], month=month, centres=centre, as_json=json)


@plan_app.command("tornado")
def plan_tornado(
    plan: str = typer.Argument(help="a plan file, or a world in a folder or workbook"),
    percent: int = typer.Option(10, help="by so much is each figure made larger and smaller"),
    by_need: bool = typer.Option(False, "--by-need", help="sort by unmet need, not by receipts"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Which figures matter most: budget, rates, lag, share, capacity, demand, centres, need?"""
    run(ASKED, "tornado", file=plan, percent=percent, by_need=by_need, as_json=json)


@plan_app.command("rules")
def plan_rules(
    plan: str = typer.Argument(help="a plan file, or a world in a folder or workbook"),
    seconds: int = typer.Option(0, help="stop after so many seconds"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """What do N1, N2 and N3 allow beside one baseline, and what would N1 add and cost at home?"""
    run(ASKED, "rules", world=plan, seconds=seconds, as_json=json)


@plan_app.command("surge")
def plan_surge(
    plan: str = typer.Argument(help="the published plan"),
    class_: str = typer.Option(..., "--class", help="the class that is urgent"),
    units: int = typer.Option(..., help="so many units"),
    first: str = typer.Option("", "--from", help="first month in which some are due; the plan's first when absent"),
    last: str = typer.Option("", "--by", help="month by which all are due; the plan's last when absent"),
    frozen: int = typer.Option(0, help="so many first months stand as published: the order came in after them"),
    certificates: str = typer.Option("", help="CSV of certificates in force; without it what the plan lets leave"),
    out: str = typer.Option("", help="file for the new plan"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """An urgent order for home comes in: the new plan, certificates that shrink, units that stay."""
    run(
        AHEAD, "surge", file=plan, class_=class_, units=units, first=first, last=last, frozen=frozen,
        certificates=certificates, result=out, as_json=json,
    )  # fmt: skip


@plan_app.command("roll")
def plan_roll(
    plan: str = typer.Argument(help="the last published plan"),
    frozen: int = typer.Option(..., help="so many of its first months stand as published"),
    out: str = typer.Option(..., help="plan file to write"),
    world: str = typer.Option("", help="folder or workbook with newer figures; without it those of the plan"),
    changes: list[str] = typer.Option([], "--set", help="KIND[:ID][.MONTH]=VALUE, as for whatif; may be repeated"),
    seconds: int = typer.Option(0, help="stop after so many seconds; nothing is then written"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """Make the rest of a plan again while its first months stand."""
    run(
        AHEAD, "roll", file=plan, frozen=frozen, world=world, changes=changes, result=out, seconds=seconds,
        as_json=json,
    )  # fmt: skip


@plan_app.command("against")
def plan_against(
    plan: str = typer.Argument(help="the published plan"),
    world: str = typer.Argument(help="folder or workbook with what was delivered, demonstrated and claimed"),
    until: str = typer.Option("", help="YYYY-MM; the plan's last month when absent"),
    json: bool = typer.Option(False, "--json"),
) -> None:
    """What did home accept beside what was planned, and whose claims of surplus ended in shortage?"""
    run(AGAINST, "against", file=plan, world=world, until=until, as_json=json)
