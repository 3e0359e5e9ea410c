"""At which addresses do the ways in stand, when nothing else of the office does?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views import notices, reads_page, settings_page, sign_in

handler400 = "ecluse.office.views.errors.handler400"
handler403 = "ecluse.office.views.errors.handler403"
handler404 = "ecluse.office.views.errors.handler404"


def whoami(request: Any) -> HttpResponse:
    mandate = request.mandate
    said = f"{mandate.person} {mandate.body} {mandate.role} {mandate.acting_for}" if mandate else "nobody"
    return HttpResponse(f"{said} {request.lang} {request.on} {request.is_demonstration}")


@needs_person
@records_read("order")
def order_page(request: HttpRequest, id: str) -> HttpResponse:
    return HttpResponse(f"about {id}", status=404 if id == "order:none" else 200)


def public_page(request: HttpRequest, id: str) -> HttpResponse:
    return HttpResponse("public")


urlpatterns = [
    path("", whoami),
    path("favicon.ico", public_page, {"id": "icon"}),
    path("orders/<path:id>/", order_page),
    path("public/orders/<path:id>/", public_page),
    *sign_in.PATHS,
    *settings_page.PATHS,
    *notices.PATHS,
    *reads_page.PATHS,
]
