"""How are the fields of a sign-in form shown? With labels of our catalogues and the house's field."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from ecluse.base.words import has_words, say
from ecluse.office.templatetags.house import language

register = template.Library()
KINDS = {"password": "password", "email": "email", "text": "text", "checkbox": "checkbox"}


@register.inclusion_tag("office/components/sign_in_fields.html", takes_context=True)
def sign_in_fields(context: Context, form: Any) -> dict[str, Any]:
    """Which fields has this form, each with label, hint, error and control?"""
    lang = language(context)
    rows = [_row(field, lang) for field in form.visible_fields()]
    return {"rows": rows, "hidden": form.hidden_fields(), "faults": form.non_field_errors(), "lang": lang}


def _row(field: Any, lang: str) -> dict[str, Any]:
    attributes = field.field.widget.attrs
    kind = attributes.get("type") or getattr(field.field.widget, "input_type", "text")
    return {
        "id": field.id_for_label,
        "name": field.html_name,
        "kind": KINDS.get(kind, "text"),
        "label": _said(f"people.field_{field.name}", lang, str(field.label)),
        "hint": _said(f"people.hint_{field.name}", lang, ""),
        "value": "" if kind == "password" else field.value() or "",
        "errors": list(field.errors),
        "is_required": field.field.required,
        "autocomplete": attributes.get("autocomplete", ""),
    }


def _said(key: str, lang: str, otherwise: str) -> str:
    return say(key, lang) if has_words(key, lang) else otherwise
