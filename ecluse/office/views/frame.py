"""What stands around every page: places to go, who is signed in, language, theme, notices, the watermark?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import translation

from ecluse.base.words import LANGUAGES, has_words, say
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.models import Notice
from ecluse.office.people.bodies import name_of
from ecluse.office.people.desks import desks_of
from ecluse.office.views.named import officers_named
from ecluse.office.views.page import PLACES, THEMES, Place, has_shortcuts, is_demonstration, theme_of

MOST_NOTICES = 99


def frame(request: HttpRequest, lang: str) -> dict[str, Any]:
    """Which values does base.html show? A broken database may not hide an error page: then less is shown."""
    translation.activate(lang)
    account, mandate = getattr(request, "account", None), getattr(request, "mandate", None)
    is_home = mandate is not None and mandate.role in OFFICE_ROLES
    return {
        "lang": lang,
        "theme": theme_of(request),
        "themes": THEMES,
        "languages": [(code, say(f"language.{code}", code), _address(request, code)) for code in LANGUAGES],
        "places": _places(request.path, mandate, is_home=is_home),
        "shortcuts": has_shortcuts(request),
        "is_demonstration": is_demonstration(request),
        "account": account,
        "person": getattr(request, "person_name", "") or getattr(account, "officer", ""),
        "speaks_as": _speaks_as(mandate, lang) if mandate else "",
        "acting_for": _acting_for(mandate),
        "notices": Notice.objects.filter(account=account, read_at=None)[:MOST_NOTICES].count() if account else 0,
        "here": request.get_full_path(),
    }


def _places(path: str, mandate: Any, *, is_home: bool) -> list[tuple[Place, bool]]:
    """Which places are this person's to go to, and at which is he?"""
    own = desks_of(mandate)
    return [
        (place, place.holds(path)) for place in PLACES
        if (is_home or not place.is_for_home) and (place.key in own or not place.is_own)
    ]  # fmt: skip


def _address(request: HttpRequest, lang: str) -> str:
    """Where is this same page in that language? What was posted is not asked again."""
    kept = [(key, value) for key, values in request.GET.lists() for value in values if key != "lang"]
    return "?" + urlencode([*kept, ("lang", lang)])


def _speaks_as(mandate: Any, lang: str) -> str:
    """With which role, for which body? The role by its word, the body by its name in the registers."""
    role, body = str(mandate.role), str(mandate.body)
    said = say(f"role.{role}", lang) if has_words(f"role.{role}", lang) else role.replace("_", " ")
    name = name_of(body, lang)
    return f"{said}, {name if name != body else body.partition(':')[2].upper() or body}"


def _acting_for(mandate: Any) -> str:
    """Whom does the person stand in for, by name? Empty when for nobody."""
    absent = str(getattr(mandate, "acting_for", None) or "")
    return officers_named([absent]).get(absent, absent) if absent else ""
