"""What is surplus, by model: what every rule gives, what is certified, reserved, committed, used and left?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.office.desk.registry import Desk
from ecluse.office.models import CertificateBalance
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.planning.capacity import attested_before
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import models_named
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of
from ecluse.office.views.things import desk_at, is_home, records
from ecluse.surplus.balance import balance
from ecluse.surplus.terms import Balance, Certificate, Draw, SurplusRule, Withdrawal

UNITS = ("certified", "reserved", "committed", "used", "left", "lapsed")
RULES = tuple(rule.value for rule in SurplusRule)


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate, or all of one model: its class, maker and rule, and units; what no draw can take has lapsed.

    `results` is what each rule gave when the newest certificate was issued; empty where the reader may not know.
    """

    pk: str
    class_: str
    model: str
    maker: str
    rule: str
    certificates: int
    certified: int
    reserved: int
    committed: int
    used: int
    left: int
    lapsed: int
    issued_on: date
    valid_until: date
    stands: bool
    newest: str
    results: Mapping[str, int | None]
    need_unmet: int | None


@never_cache
@require_safe
@needs_person
def surplus_page(request: HttpRequest) -> HttpResponseBase:
    """How much of each model is surplus, by every rule, and what is left of it?"""
    return listing_response(request, surplus_listing(request))


def surplus_listing(request: HttpRequest) -> Listing:
    """How is the surplus of all models shown to this person? A maker sees its own, and no figure of the ministry's."""
    desk, lang = reader(request), language_of(request)
    rows = by_model(certificate_rows(desk))
    names = names_of({maker for row in rows for maker in row.maker.split(", ")}, lang)
    models: dict[str, str] = {}
    return Listing(
        name="surplus", title="pages2.surplus.title",
        lead="pages2.surplus.lead" if is_home(desk) else "pages2.surplus.lead_maker", rows=rows,
        columns=(
            Column("model", "pages2.surplus.model", lambda row: models.get(row.model, row.model), sort="model"),
            Column("class", "pages2.surplus.class", lambda row: class_word(row.class_, lang), sort="class_"),
            Column("maker", "pages2.surplus.maker", lambda row: makers(row, names), sort="maker"),
            Column("rule", "pages2.surplus.rule", lambda row: models.get(row.rule, row.rule), sort="rule"),
            Column("certificates", "pages2.surplus.certificates", lambda row: row.certificates, "certificates", True),
            *(capacity_columns(desk.on) if is_home(desk) else ()),
            *units_columns(), *(rule_columns() if is_home(desk) else ()),
        ),
        filters=(_as_known(desk, by_model), *_filters(rows, lang)),
        order="model", row_link=lambda row: f"/surplus/{row.model}/",
        hidden=("class", "certificates", "maker", "lapsed"), ahead=lambda found: models.update(_said(found, lang)),
    )  # fmt: skip


def _said(rows: Iterable[Row], lang: str) -> dict[str, str]:
    """How do models and rules stand on a page, by their ids, which a file keeps? A rule's name stays on one line."""
    found = list(rows)
    return {row.rule: row.rule.replace("-", "\u2011") for row in found} | models_named([r.model for r in found], lang)


def makers(row: Row, names: Mapping[str, str]) -> str:
    """Who makes it? By name."""
    return ", ".join(names.get(maker, maker) for maker in row.maker.split(", "))


def units_columns() -> tuple[Column, ...]:
    """Which columns say how many units are certified, held and left, each figure opening to what it was summed from?"""
    return tuple(
        Column(name, f"pages2.surplus.{name}", lambda row, name=name: _summed(row, name), name, True) for name in UNITS
    )


def _summed(row: Row, name: str) -> Any:
    """A model's figure opens to its certificates, a certificate's to its draws; nothing opens to nothing."""
    units = getattr(row, name)
    if not units:
        return units
    is_one = row.pk == row.newest
    place = "#records" if name == "certified" else "#draws"
    return Link(units, f"/surplus/certificates/{row.pk}/{place}" if is_one else f"/surplus/{row.model}/")


def rule_columns() -> tuple[Column, ...]:
    """Which columns say what each rule gives, each figure opening to the certificate that states it?"""
    rules = tuple(
        Column(rule, rule, lambda row, rule=rule: _stated(row, row.results.get(rule)), None, True) for rule in RULES
    )
    return (*rules, Column("need", "pages2.surplus.need", lambda row: _stated(row, row.need_unmet), None, True))


def capacity_columns(on: date) -> tuple[Column, ...]:
    """Which columns say what its makers attest for the last twelve months, and demonstrated in them?"""
    held: dict[str, tuple[int, int]] = {}
    for one in attested_before(on):
        claimed, shown = held.get(one.model, (0, 0))
        held[one.model] = (claimed + one.units_before, shown + one.units_demonstrated)

    def cell(row: Row, place: int) -> Any:
        return Link(held[row.model][place], f"/plan/capacity/?model={row.model}") if row.model in held else None

    return (
        Column("claimed", "planpages.capacity.claimed_before", lambda row: cell(row, 0), None, True),
        Column("shown", "planpages.capacity.demonstrated", lambda row: cell(row, 1), None, True),
    )


def _stated(row: Row, units: int | None) -> Any:
    return None if units is None else Link(units, f"/surplus/certificates/{row.newest}/")


def _filters(rows: Iterable[Row], lang: str) -> tuple[Filter, ...]:
    classes = sorted({row.class_ for row in rows})
    return (
        Filter("q", "pages2.surplus.model", None, lambda found, text: [
            row for row in found
            if text.casefold() in f"{row.pk} {row.model} {class_word(row.class_, lang)} {row.maker}".casefold()]),
        Filter("class", "pages2.surplus.class", [(one, class_word(one, lang)) for one in classes],
               lambda found, text: [row for row in found if row.class_ == text]),
        Filter("rule", "pages2.surplus.rule", [(rule, rule) for rule in RULES],
               lambda found, text: [row for row in found if row.rule == text]),
    )  # fmt: skip


def _as_known(desk: Desk, gather: Any) -> Filter:
    """The same rows as they were known on a day: applied before every other filter."""

    def apply(found: Any, text: str) -> Any:
        return gather(certificate_rows(desk, date.fromisoformat(text)))

    return Filter("on", "pages2.as_known", None, apply, kind="date")


# ------------------------------------------------------------------ the rows


def reader(request: HttpRequest) -> Desk:
    """Who reads of surplus? Who works for the home state, or a party that may be a maker; nobody else."""
    desk = desk_at(request)
    if desk is None or not (is_home(desk) or desk.body.startswith("party:")):
        raise PermissionDenied
    return desk


def is_readers(desk: Desk, certificate: Certificate) -> bool:
    """May this person read of this certificate?"""
    return is_home(desk) or certificate.maker == desk.body


def certificate_rows(desk: Desk, on: date | None = None, model: str = "") -> list[Row]:
    """Which certificates may this person see, and what do they hold: today by the cache, or as known on a day?"""
    found = [one for one in records(Certificate) if is_readers(desk, one.value)]
    found = [one for one in found if (not model or one.value.model == model) and (on is None or one.on <= on)]
    withdrawn = {one.subject for one in records(Withdrawal) if on is None or one.on <= on}
    balances = _balances([one.value for one in found], on)
    return [
        _row(one.value, balances[one.subject], on or desk.on, one.subject in withdrawn, is_secret=not is_home(desk))
        for one in found if one.subject in balances
    ]  # fmt: skip


def _balances(certificates: list[Certificate], on: date | None) -> dict[str, Balance]:
    if on is None:
        return {
            row.certificate: Balance(
                row.certificate, row.units_certified, row.units_reserved, row.units_committed, row.units_used
            )
            for row in CertificateBalance.objects.all()
        }
    draws: dict[str, list[Draw]] = {}
    for one in records(Draw, on__lte=on):
        draws.setdefault(one.subject, []).append(one.value)
    return {c.id: balance(c.id, c.units_certified, draws.get(c.id, ()), on=on) for c in certificates}


def _row(certificate: Certificate, held: Balance, on: date, is_withdrawn: bool, *, is_secret: bool) -> Row:
    stands = not is_withdrawn and on <= certificate.valid_until
    free = held.units_free()
    return Row(
        certificate.id, certificate.class_, certificate.model, certificate.maker, certificate.rule.value, 1,
        held.units_certified, held.units_reserved, held.units_committed, held.units_used, free if stands else 0,
        0 if stands else free, certificate.issued_on, certificate.valid_until, stands, certificate.id,
        {} if is_secret else {result.rule.value: result.units for result in certificate.results},
        None if is_secret else certificate.units_need_unmet,
    )  # fmt: skip


def by_model(rows: Iterable[Row]) -> list[Row]:
    """What do the certificates of each model come to? Results are those of the newest."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.model, []).append(row)
    return [_sum(model, of_model) for model, of_model in sorted(found.items())]


def _sum(model: str, rows: list[Row]) -> Row:
    last = max(rows, key=lambda row: (row.issued_on, row.pk))
    makers = sorted({row.maker for row in rows})
    sums = {name: sum(getattr(row, name) for row in rows) for name in UNITS}
    return replace(
        last, pk=model, maker=", ".join(makers), certificates=len(rows), stands=any(row.stands for row in rows),
        valid_until=max(row.valid_until for row in rows), **sums,
    )  # fmt: skip


# ------------------------------------------------------------------ one model


@never_cache
@require_safe
@needs_person
@records_read("surplus", "thing")
def model_page(request: HttpRequest, thing: str) -> HttpResponseBase:
    """Which certificates has this model? An address that names a certificate leads to its page."""
    if thing.startswith("certificate:"):
        on = request.GET.get("on", "")
        return HttpResponseRedirect(f"/surplus/certificates/{thing}/" + (f"?{urlencode({'on': on})}" if on else ""))
    desk = reader(request)
    rows = certificate_rows(desk, model=thing)
    if not rows:
        raise Http404
    return listing_response(request, certificates_listing(desk, thing, rows))


def certificates_listing(desk: Desk, model: str, rows: list[Row]) -> Listing:
    """How are the certificates of one model shown?"""

    def as_known(found: Any, text: str) -> list[Row]:
        return certificate_rows(desk, date.fromisoformat(text), model)

    return Listing(
        name="certificates", title=model, lead="pages2.surplus.model_lead", rows=rows,
        columns=(
            Column("certificate", "pages2.surplus.certificate", lambda row: row.pk, sort="pk"),
            Column("stands", "pages2.surplus.state", state_tag, sort="stands"),
            Column("maker", "pages2.surplus.maker", lambda row: row.maker, sort="maker"),
            Column("issued", "pages2.surplus.issued_on", lambda row: row.issued_on, sort="issued_on"),
            Column("until", "pages2.surplus.valid_until", lambda row: row.valid_until, sort="valid_until"),
            Column("rule", "pages2.surplus.rule", lambda row: row.rule, sort="rule"),
            *units_columns(), *(rule_columns() if is_home(desk) else ()),
        ),
        filters=(Filter("on", "pages2.as_known", None, as_known, kind="date"),),
        order="-issued", row_link=lambda row: f"/surplus/certificates/{row.pk}/", hidden=("maker",),
    )  # fmt: skip


def state_tag(row: Row) -> Tag:
    """May more be drawn on it?"""
    return Tag("pages2.surplus.stands", "success", "✓") if row.stands else Tag("pages2.surplus.ended", "neutral", "–")


PATHS = [
    path("surplus/", surplus_page, name="surplus"),
    path("surplus/<path:thing>/", model_page, name="surplus-model"),
]
