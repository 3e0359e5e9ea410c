"""Which documents lie beside an order, and how does a person get one? Listed for its parties, sent as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.office.actions.cases import touches
from ecluse.office.actions.documents import attachments_of, readable
from ecluse.office.desk.registry import all_actions, may
from ecluse.office.handing_out import handed_out
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import note_read, records_read
from ecluse.office.registers import Order
from ecluse.office.views.action import desk_of
from ecluse.office.views.page import page

ACTION = "office.attach"


@never_cache
@require_safe
@needs_person
@records_read("documents", "order")
def documents_page(request: HttpRequest, order: str) -> HttpResponse:
    """Which documents lie here, and may this person add one?"""
    desk = desk_of(request)
    if desk is None or desk.session.newest(order, Order) is None or not touches(desk.session, desk.mandate, order):
        raise Http404
    return page(request, "office/documents.html", {
        "order": order, "documents": attachments_of(desk.session, order),
        "add": f"/do/{ACTION}/{order}/" if may(desk, all_actions()[ACTION], order) else "",
    })  # fmt: skip


@never_cache
@require_safe
@needs_person
def document_page(request: HttpRequest, digest: str) -> HttpResponse:
    """The file itself, for whoever has a part in an order to which it belongs."""
    desk = desk_of(request)
    found = readable(desk.session, desk.mandate, digest) if desk else None
    if found is None:
        raise Http404
    record, content = found
    note_read(request, "document", record.subject)
    return handed_out(record.name, record.media_type, content)


PATHS = [
    re_path(r"^documents/(?P<digest>[0-9a-f]{64})/$", document_page, name="document"),
    path("documents/<path:order>/", documents_page, name="documents"),
]
