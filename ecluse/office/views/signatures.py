"""Which records wait for a signature made away from the office? Taken as a file, and the signatures brought back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ecluse.base.errors import BadInputError, ConflictError, ForbiddenError
from ecluse.base.words import has_words, say
from ecluse.edge.keys import slug
from ecluse.office.actions.signatures import CARRIERS, SignaturesRefusedError
from ecluse.office.desk.form import Fault, FormError, Upload, read_form
from ecluse.office.desk.registry import Desk, all_actions, may
from ecluse.office.desk.signatures import BringSignatures, bring_signatures
from ecluse.office.opening.unsigned import file_for, unsigned
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.action import desk_of, field_views
from ecluse.office.views.errors import handler403
from ecluse.office.views.form_fields import form_context
from ecluse.office.views.named import Named, named
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import done_here

NAME, OFFICE = "office.bring_signatures", "office"
READERS = CARRIERS | {"auditor", "controller"}
SHOWN = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs_person
def signatures_page(request: HttpRequest, name: str = "", subject: str = "") -> HttpResponse:
    """Whose signatures are waited for? Whoever may carries them in here."""
    desk = desk_of(request)
    assert desk is not None, "nobody comes here without a mandate"
    return _take(request, desk) if request.method == "POST" else _show(request, desk)


def _take(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Check every signature; what is refused is named one by one, and nothing is kept."""
    if not may(desk, all_actions()[NAME], OFFICE):
        return handler403(request)
    sent, lang = request.FILES.get("file"), language_of(request)
    raw = {"file": Upload(sent.name or "", sent.read()) if sent is not None else None}
    try:
        bring_signatures(desk, OFFICE, read_form(BringSignatures, raw))
    except FormError as error:
        return _show(request, desk, faults=error.faults, status=422)
    except SignaturesRefusedError as error:
        return _show(request, desk, refused=error, status=422)
    except BadInputError as error:
        trouble = say("signatures.bad_file", lang, found=error.faults[0].found[:120])
        return _show(request, desk, trouble=trouble, status=422)
    except ConflictError:
        return _show(request, desk, trouble=say("desk.conflict", lang), status=409)
    except ForbiddenError:
        return handler403(request)
    return HttpResponseRedirect(f"/signatures/?done={NAME}")


def _show(
    request: HttpRequest, desk: Desk, *, faults: list[Fault] | None = None,
    refused: SignaturesRefusedError | None = None, trouble: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    action, lang = all_actions()[NAME], language_of(request)
    form = {}
    if may(desk, action, OFFICE):
        views = field_views(action, {}, {}, faults or [], lang)
        form = form_context(views, action="/signatures/", send="desk.office.bring_signatures.send")
    found = refused.refused if refused else ()
    return page(request, "office/signatures.html", {
        **form, "waiting": _waiting(desk, lang), "trouble": trouble, "done": done_here(request, lang),
        "refused": [(one.number, one.digest[:16], one.part("found", lang), one.part("remedy", lang))
                    for one in found[:SHOWN]],
    }, status=status)  # fmt: skip


def _waiting(desk: Desk, lang: str) -> list[dict[str, Any]]:
    """By owner: how many records of which kinds. Officers of the office see all, others what waits for themselves."""
    by_owner: dict[str, Counter[str]] = {}
    for one in unsigned(desk.session):
        if _may_read(desk, one.owner):
            by_owner.setdefault(one.owner, Counter())[one.record.v] += 1
    names = named(list(by_owner), lang)
    return [
        {"owner": owner, "name": _name(names[owner], lang), "records": kinds.total(),
         "kinds": [_kind(kind, lang) for kind in sorted(kinds)]}
        for owner, kinds in sorted(by_owner.items())
    ]  # fmt: skip


def _name(owner: Named, lang: str) -> str:
    """An authority that is in no register is told by its state."""
    code = owner.id.removeprefix("authority:")
    return owner.name if owner.is_named or len(code) != len("UA") else state_name(code.upper(), lang)


def _kind(version: str, lang: str) -> str:
    key = f"signatures.kind.{version.partition('/')[0]}"
    return say(key, lang) if has_words(key, lang) else version


def _may_read(desk: Desk, owner: str) -> bool:
    return desk.mandate.role in READERS or owner in (desk.body, desk.person)


@never_cache
@require_safe
@needs_person
@records_read("signatures", "owner")
def to_sign_page(request: HttpRequest, owner: str) -> HttpResponse:
    """The file of what waits for this owner's signature, to be taken to where the key lies."""
    desk = desk_of(request)
    body = file_for(desk.session, owner)[0] if desk is not None and _may_read(desk, owner) else b""
    if not body:
        raise Http404
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = content_disposition_header(True, f"to-sign-{slug(owner)}.json") or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


PATHS = [
    path("signatures/", signatures_page, name="signatures"),
    # Before the page of every action: here each refusal is shown.
    path("do/office.bring_signatures/office/", signatures_page, name="bring_signatures"),
    path("signatures/<path:owner>/", to_sign_page, name="to_sign"),
]
