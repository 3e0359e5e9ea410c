"""Whose word is capacity? What each maker attests, what it has demonstrated, and what is publicly claimed beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.days import Month
from ecluse.office import kept
from ecluse.office.desk.today import today
from ecluse.office.people.bodies import names_of
from ecluse.office.planning.capacity import Attested, attested
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.claims import STATUSES
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import models_named
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of
from ecluse.office.views.plan import records_of_model
from ecluse.office.views.plan_frame import plan_in_force, reads_plan, tabs

# Which public claims speak of what could be made, was made, or is missing?
SPEAK_OF_CAPACITY = ("capacity_over_funded", "lines_output", "lines_in_series", "need_unmet", "home_deliveries")
LOW_PERCENT = 80  # of what was claimed for the last twelve months: less than that is marked


@never_cache
@require_safe
@reads_plan
def capacity_page(request: HttpRequest) -> HttpResponseBase:
    """What does each maker say it could make, and what has it shown? Public claims stand beneath."""
    lang, on = language_of(request), getattr(request, "on", None) or today()
    filed = plan_in_force(request)
    first, last = (filed.kept.first_month, filed.kept.last_month) if filed else _year(on.year)
    listing = capacity_listing(attested(first, last, on), lang)
    return listing_response(
        request, listing, "office/plan_list.html", claims=_claims(lang), shows_claims=True, **tabs(request)
    )


def _year(year: int) -> tuple[Month, Month]:
    return Month(year, 1), Month(year, 12)


def capacity_listing(rows: list[Attested], lang: str) -> Listing:
    """How are attestations listed? The share that was demonstrated beside each claim, what is low marked."""
    names = names_of({row.maker for row in rows}, lang)
    models, classes = models_named([row.model for row in rows], lang), sorted({row.class_ for row in rows})
    return Listing(
        name="plan-capacity", title="planpages.capacity.title", lead="planpages.capacity.lead", rows=rows,
        columns=(
            Column("model", "pages2.surplus.model", 
                   lambda row: Link(models.get(row.model, row.model), records_of_model(row.model)), "model"),
            Column("class", "pages2.surplus.class", lambda row: class_word(row.class_, lang), "class_"),
            Column("maker", "pages2.surplus.maker",
                   lambda row: Link(names.get(row.maker, row.maker), f"/parties/{row.maker}/"), "maker"),
            Column("units", "planpages.capacity.claimed", lambda row: row.units, "units", True),
            Column("before", "planpages.capacity.claimed_before", lambda row: row.units_before, "units_before", True),
            Column("shown", "planpages.capacity.demonstrated", lambda row: row.units_demonstrated,
                   "units_demonstrated", True),
            Column("share", "planpages.capacity.share", _share, "shown_percent", True),
            Column("best", "planpages.capacity.best", lambda row: row.best_month, "best_month", True),
            Column("on", "planpages.capacity.on", lambda row: row.attested_on, "attested_on"),
            Column("until", "planpages.capacity.until", lambda row: row.valid_until, "valid_until"),
        ),
        filters=(
            Filter("q", "pages2.surplus.maker", None, lambda found, text: [
                row for row in found if text.casefold() in f"{row.maker} {names.get(row.maker, '')}".casefold()]),
            Filter("class", "pages2.surplus.class", [(one, class_word(one, lang)) for one in classes],
                   lambda found, text: [row for row in found if row.class_ == text]),
            Filter("model", "pages2.surplus.model", None,
                   lambda found, text: [
                row for row in found if text.casefold() in f"{row.model} {models.get(row.model, '')}".casefold()]),
        ),
        order="model",
    )  # fmt: skip


def _share(row: Attested) -> Any:
    percent = row.shown_percent
    if percent is None:
        return None
    return Tag(f"{percent} %", "warning", "!") if percent < LOW_PERCENT else f"{percent} %"


def _claims(lang: str) -> list[dict[str, Any]]:
    """Which public claims speak of capacity, and what do the records say of each? As last measured."""
    found = kept.kept("claims")
    rows: list[Mapping[str, Any]] = found.form["rows"].get(lang, []) if found else []
    return [
        {"slug": (slug := row["claim"].rpartition(":")[2]), "address": f"/claims/#claim-{slug}", "text": row["text"],
         "speaker": row["speaker"], "measured": row["measured"],
         "tag": Tag(f"claim.status.{row['status']}", *STATUSES[row["status"]])}
        for row in rows if row.get("measure") in SPEAK_OF_CAPACITY
    ]  # fmt: skip


PATHS = [path("plan/capacity/", capacity_page, name="plan_capacity")]
