"""Which lines does `ecluse surplus` print? One for each class and rule, and S1 for each model and month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ecluse.surplus.figures import results
from ecluse.surplus.terms import ClassYear, MonthUnits, SurplusPolicy

LOOK_AHEAD = "S1"


def rows(years: Iterable[ClassYear], policy: SurplusPolicy) -> Iterator[dict[str, Any]]:
    """What does every rule give for every class? `units` is null where a figure is unknown."""
    for year in years:
        for result in results(year, policy):
            yield {
                "class": year.class_,
                "model": None,
                "period": None,
                "rule": result.rule.value,
                "units": result.units,
            }


def model_rows(class_: str, model: str, months: Iterable[MonthUnits]) -> Iterator[dict[str, Any]]:
    """What does the look-ahead leave of one model by each month?"""
    for point in months:
        yield {"class": class_, "model": model, "period": str(point.month), "rule": LOOK_AHEAD, "units": point.units}
