"""Which views of lists does this person keep? Saved and removed by small forms beside each list."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ecluse.base.errors import BadInputError
from ecluse.office.actions.views import MOST_NAME, MOST_VIEWS, remove_view, save_view
from ecluse.office.views.errors import handler403, refuse_page

# A view is filters, order and columns; a place in the list, or a file, is not part of it.
NOT_KEPT = ("at", "format", "lang")


@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """Is this view of a list to be kept, or removed? Only by whoever is signed in, and only among their own."""
    account = getattr(request, "account", None)
    if account is None:
        return handler403(request)
    listing, name = request.POST.get("listing", ""), request.POST.get("name", "")
    if request.POST.get("remove"):
        remove_view(account, listing, name)
        return HttpResponseRedirect(_next(request))
    kept = [(key, value) for key, value in parse_qsl(request.POST.get("query", "")) if key not in NOT_KEPT]
    try:
        view = save_view(account, listing, name, urlencode(kept))
    except BadInputError as error:
        return refuse_page(request, "house.list.views.refused", error, letters=MOST_NAME, most=MOST_VIEWS)
    return HttpResponseRedirect(f"{_next(request).partition('?')[0]}?{view.query}")


def _next(request: HttpRequest) -> str:
    """Where to afterwards? To a page of this office, whatever the form says."""
    wanted = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=False)
    return wanted if is_ours and wanted.startswith("/") else "/"


PATHS = [path("views/", views, name="views")]
