"""What stands around every page: places to go, who is signed in, language, theme, notices, the watermark?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import translation

from ecluse.base.words import LANGUAGES, has_words, say
from ecluse.office.models import Notice
from ecluse.office.views.page import PLACES, THEMES, has_shortcuts, is_demonstration, theme_of

MOST_NOTICES = 99


def frame(request: HttpRequest, lang: str) -> dict[str, Any]:
    """Which values does base.html show? A broken database may not hide an error page: then less is shown."""
    translation.activate(lang)
    account, mandate = getattr(request, "account", None), getattr(request, "mandate", None)
    return {
        "lang": lang,
        "theme": theme_of(request),
        "themes": THEMES,
        "languages": [(code, say(f"language.{code}", code), _address(request, code)) for code in LANGUAGES],
        "places": [(place, place.holds(request.path)) for place in PLACES],
        "shortcuts": has_shortcuts(request),
        "is_demonstration": is_demonstration(request),
        "account": account,
        "person": getattr(request, "person_name", "") or getattr(account, "officer", ""),
        "speaks_as": _speaks_as(mandate, lang) if mandate else "",
        "acting_for": getattr(mandate, "acting_for", "") or "",
        "notices": Notice.objects.filter(account=account, read_at=None)[:MOST_NOTICES].count() if account else 0,
        "here": request.get_full_path(),
    }


def _address(request: HttpRequest, lang: str) -> str:
    """Where is this same page in that language? What was posted is not asked again."""
    kept = [(key, value) for key, values in request.GET.lists() for value in values if key != "lang"]
    return "?" + urlencode([*kept, ("lang", lang)])


def _speaks_as(mandate: Any, lang: str) -> str:
    """With which role, for which body? Both by their words where the catalogues have them."""
    role, body = str(mandate.role), str(mandate.body)
    said = say(f"role.{role}", lang) if has_words(f"role.{role}", lang) else role.replace("_", " ")
    name = body.replace(":", ".")
    known = say(name, lang) if has_words(name, lang) else body.partition(":")[2].upper() or body
    return f"{said}, {known}"
