"""What does one sealed record say, who filed it, where does the log hold it? And which records are there?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, re_path
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.canon import digest as digest_of
from ecluse.base.canon import parse
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.models import Record, SignatureRow
from ecluse.office.people.doors import for_roles
from ecluse.office.people.reads import note_read
from ecluse.office.views.cells import Link, Said, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import address_of
from ecluse.office.views.page import language_of, page

MOST_FIELDS, MOST_CITED, MOST_SIGNATURES, DIGEST = 600, 500, 60, 64
READERS = tuple(sorted(OFFICE_ROLES))


@never_cache
@require_safe
@for_roles(*READERS)
def records_page(request: HttpRequest) -> HttpResponseBase:
    """Which sealed records are there, by subject, order, kind and log?"""
    return listing_response(request, records_listing())


def records_listing() -> Listing:
    """How are records listed? By their ids; their bytes are read on a record's own page only."""
    return Listing(
        name="records", title="pages2.records.title", lead="pages2.records.lead", rows=Record.objects.defer("body"),
        columns=(
            Column("record", "pages2.record", lambda row: row.rid, sort="rid"),
            Column("kind", "pages2.record.kind", lambda row: row.v, sort="v"),
            Column("subject", "pages2.record.subject", lambda row: thing(row.subject), sort="subject"),
            Column("on", "pages2.day", lambda row: row.on, sort="on"),
            Column("actor", "pages2.by", lambda row: row.actor, sort="actor"),
            Column("log", "pages2.log", lambda row: f"{row.log} · {row.index}"),
        ),
        filters=(
            Filter("subject", "pages2.record.subject", None, lambda rows, text: rows.filter(subject=text)),
            Filter("order", "orders.order", None, lambda rows, text: rows.filter(order=text)),
            Filter("kind", "pages2.record.kind", None, lambda rows, text: rows.filter(v__startswith=text)),
            Filter("log", "pages2.record.log", None, lambda rows, text: rows.filter(log=text)),
            Filter("record", "pages2.record", None, lambda rows, text: rows.filter(rid__contains=text)),
        ),
        order="record", hidden=("actor",), row_link=lambda row: address(row.digest), row_key="rid",
    )  # fmt: skip


@never_cache
@require_safe
@for_roles(*READERS)
def record_page(request: HttpRequest, digest: str) -> HttpResponse:
    """What was sealed under this digest, byte for byte, and who signed it?"""
    row, lang = Record.objects.filter(digest=digest).first(), language_of(request)
    if row is None:
        raise Http404
    body = row.body.encode() if isinstance(row.body, str) else bytes(row.body)
    is_whole = digest_of(body) == row.digest
    form: dict[str, Any] = parse(body) if is_whole else {}
    signatures = list(SignatureRow.objects.filter(digest=digest).order_by("on", "id")[:MOST_SIGNATURES])
    note_read(request, "record", row.subject)
    return page(request, "office/record.html", {
        "record": row, "facts": _facts(row), "fields": _fields(form), "text": body.decode(errors="replace"),
        "signatures": signatures, "lang": lang,
        "tag": Tag("pages2.record.whole", "success", "✓") if is_whole else Tag("pages2.record.changed", "danger", "×"),
    })  # fmt: skip


def address(digest: str) -> str:
    """Where is the record of this digest shown?"""
    return f"/records/{digest}/"


def of_subject(subject: str) -> str:
    """Where are all records about this subject listed?"""
    return f"/records/?subject={quote(subject)}"


def thing(subject: str) -> Any:
    """The subject, with a way to its page where it has one; an order's tranches have their order's."""
    named = subject.rsplit("/", 1)[0] if subject.startswith("order:") else subject
    place = address_of(named)
    return Link(subject, place) if place else subject


def _facts(row: Record) -> list[tuple[str, Any]]:
    order = thing(row.order) if row.order.startswith("order:") else row.order
    return [
        ("pages2.record.kind", row.v), ("pages2.record.subject", thing(row.subject)), ("orders.order", order),
        ("pages2.day", row.on), ("pages2.by", row.actor), ("pages2.record.action", row.action),
        ("pages2.log", f"{row.log} · {row.index}"),
        ("pages2.record.about", Link(Said("pages2.record.about.link"), of_subject(row.subject))),
    ]  # fmt: skip


# ------------------------------------------------------------------ the fields as they were sealed


def _fields(form: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """Each field by its path, with its values; a digest that names a record on file leads to it."""
    cut = [(path, values) for path, values in _flat("", form) if path != "v"][:MOST_FIELDS]
    cited = [text for _, values in cut for text in values if _is_digest(text)][:MOST_CITED]
    there = set(Record.objects.filter(digest__in=cited).values_list("digest", flat=True))
    return [(path, [_part(text, there) for text in values]) for path, values in cut]


def _flat(path: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    """Every value of a form under its path: `claim.class_year.units_need`; a list of plain values stays together."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(f"{path}.{name}" if path else name, one)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, one in enumerate(value):
            yield from _flat(f"{path}[{number}]", one)
    else:
        yield path, [_text(one) for one in (value if isinstance(value, list) else [value])]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _part(text: str, there: set[str]) -> Any:
    if text in there:
        return Link(text, address(text))
    return thing(text) if ":" in text else SafeString(escape(text))


def _is_digest(text: str) -> bool:
    return len(text) == DIGEST and not set(text) - set("0123456789abcdef")


PATHS = [
    path("records/", records_page, name="records"),
    re_path(r"^records/(?P<digest>[0-9a-f]{64})/$", record_page, name="record"),
]
