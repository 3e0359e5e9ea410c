"""How do templates speak? Words of the catalogues, values as the language writes them, and the house's components."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ecluse.base.words import LANGUAGES, say, say_count
from ecluse.office.views import page as pages
from ecluse.office.views.cells import Link, Tag, shown, standing_tag
from ecluse.office.views.icons import ICONS
from ecluse.order import Standing

register = template.Library()
# Where a thing of this kind has its page; its id follows.
ADDRESSES = {
    "order": "/orders/", "unit": "/units/", "centre": "/places/", "line": "/places/", "certificate": "/surplus/",
    "model": "/surplus/", "claim": "/claims/",
}  # fmt: skip


def language(context: Context) -> str:
    """In which language is this template rendered?"""
    if context.get("lang") in LANGUAGES:
        return str(context["lang"])
    request = context.get("request")
    return pages.language_of(request) if request is not None else _active()


def _active() -> str:
    active = (get_language() or "").partition("-")[0]
    return active if active in LANGUAGES else LANGUAGES[0]


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """A marked-safe text is a text: the catalogues' speller knows exact types only, and `str` leaves it marked."""
    return {name: str.__str__(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}


@register.simple_tag(takes_context=True)
def t(context: Context, key: str, **facts: Any) -> str:
    """What does this catalogue key say here? `{% t "house.skip" %}`"""
    return say(key, language(context), **_plain(facts))


@register.simple_tag(takes_context=True)
def tn(context: Context, key: str, n: int, **facts: Any) -> str:
    """What does this key say of so many? `{% tn "house.rows" 3 %}`"""
    return say_count(key, n, language(context), **_plain(facts))


@register.simple_tag(takes_context=True)
def word(context: Context, text: str) -> str:
    """What does this say, if it is a key; else the text itself, as a name is."""
    return pages.word(str(text), language(context))


@register.filter
def spell(value: Any) -> str | SafeString:
    """How does the page's language write this value? `{{ day|spell }}`"""
    return shown(value, _active())


@register.simple_tag(takes_context=True)
def show(context: Context, value: Any) -> str | SafeString:
    """How does any value of a cell stand on this page: text, number, day, money, tag, link?"""
    return shown(value, language(context))


@register.simple_tag(takes_context=True)
def standing(context: Context, value: Standing | str) -> str | SafeString:
    """Which coloured tag shows this standing?"""
    return shown(standing_tag(value), language(context))


@register.simple_tag(takes_context=True)
def tag(context: Context, text: str, colour: str = "neutral", mark: str = "") -> str | SafeString:
    """Which coloured tag says this key or text?"""
    return shown(Tag(str(text), colour, mark), language(context))


@register.simple_tag
def link(kind: str, thing: str, text: str = "") -> SafeString:
    """Where does this thing have its page? A thing without one is named, not linked."""
    said = text or thing
    base = ADDRESSES.get(kind)
    if base is None:
        return format_html('<span class="id">{}</span>', said)
    return format_html('<a class="ds-link id" href="{}">{}</a>', address_of(kind, thing), said)


def address_of(kind: str, thing: str) -> str:
    """At which address is this thing's page? Raises KeyError for a kind without pages."""
    return f"{ADDRESSES[kind]}{quote(thing, safe=':/')}/"


@register.simple_tag
def opens_to(figure: tuple[str, str], opens: bool = True) -> str | SafeString:
    """How does a figure stand in a table: pairs of what is written and where that is listed, for who may open it?"""
    text, place = figure
    return format_html('<a class="ds-link" href="{}">{}</a>', place, text) if opens and text != "0" else text


@register.simple_tag(takes_context=True)
def figure(context: Context, number: Any, place: str, opens: bool = True) -> str | SafeString:
    """How does a number stand that opens to what it counts? Nothing opens to nothing."""
    return shown(Link(number, place) if number and opens else number, language(context))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Which small picture stands beside a word? Hidden from those who hear the word."""
    body = mark_safe(ICONS[name])  # drawn in icons.py, no outside text
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">{}</svg>',
        body,
    )


@register.simple_tag(takes_context=True)
def begin_page(context: Context) -> str:
    """What does base.html need to know? Puts language, theme, places and person into the context; writes nothing."""
    from ecluse.office.views.frame import frame

    context.update(frame(context["request"], language(context)))
    return ""


@register.inclusion_tag("office/components/field.html", takes_context=True)
def field(context: Context, view: Any) -> dict[str, Any]:
    """How is this field of a form shown: label, hint, error and control, tied together?"""
    return {"field": view, "lang": language(context)}


@register.inclusion_tag("office/components/error_summary.html", takes_context=True)
def error_summary(context: Context, fields: Any) -> dict[str, Any]:
    """Which fields must be mended, each a link to its place?"""
    return {"fields": [one for one in fields or () if one.error], "lang": language(context)}


@register.inclusion_tag("office/components/timeline.html", takes_context=True)
def timeline(context: Context, moments: Any) -> dict[str, Any]:
    """What happened, in its order?"""
    return {"moments": moments, "lang": language(context)}


@register.inclusion_tag("office/components/chart.html", takes_context=True)
def chart(context: Context, view: Any) -> dict[str, Any]:
    """How is this chart shown: as drawn by the server, and with the table it was drawn from?"""
    return {"chart": view.painted(language(context)), "lang": language(context)}


@register.inclusion_tag("office/components/stats.html", takes_context=True)
def stats(context: Context, figures: Any) -> dict[str, Any]:
    """How are a few figures shown, each with what it counts? Pairs (value, words) or triples with an address."""
    return {"figures": [(*figure, "")[:3] for figure in figures], "lang": language(context)}
