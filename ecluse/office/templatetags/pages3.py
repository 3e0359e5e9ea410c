"""Which parts do the pages of books and of the public share? Their tabs, and a short table of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.context import Context

from ecluse.office.templatetags.house import language

register = template.Library()
PUBLIC = (
    ("/public/", "pages3.public.tab"), ("/public/sale/", "pages3.sale.tab"), ("/public/serial/", "pages3.serial.tab"),
    ("/public/claims/", "pages3.claims.tab"), ("/log/", "publiclog.tab"), ("/public/verify/", "pages3.verify.tab"),
)  # fmt: skip
BOOKS = (
    ("/books/", "pages3.books.tab"), ("/books/shortages/", "pages3.shortages.tab"),
    ("/books/entries/", "pages3.entries.tab"),
)  # fmt: skip


def _tabs(context: Context, tabs: Sequence[tuple[str, str]], name: str) -> dict[str, Any]:
    return {"tabs": tabs, "here": context["request"].path, "name": name, "lang": language(context)}


@register.inclusion_tag("office/components/tabs.html", takes_context=True)
def public_tabs(context: Context) -> dict[str, Any]:
    """Which public pages are there?"""
    return _tabs(context, PUBLIC, "pages3.public.tabs")


@register.inclusion_tag("office/components/tabs.html", takes_context=True)
def books_tabs(context: Context) -> dict[str, Any]:
    """Which pages have the books?"""
    return _tabs(context, BOOKS, "pages3.books.tabs")


@register.inclusion_tag("office/components/counted.html", takes_context=True)
def counted(context: Context, rows: Sequence[tuple[str, int]], name: str) -> dict[str, Any]:
    """How many are there of each? A short table under the heading of this id; rows are (words, number)."""
    return {"rows": rows, "name": name, "lang": language(context)}
