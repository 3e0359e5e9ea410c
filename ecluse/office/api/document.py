"""Which document describes the API? OpenAPI 3.1: every call, every status that can come, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecluse.base.words import has_words, say
from ecluse.office.api.problems import KINDS, PROBLEM

JSON = "application/json"
ERROR = 400
SUCCESS = {200: "api.status.200", 201: "api.status.201"}


def described(document: dict[str, Any], lang: str) -> dict[str, Any]:
    """The document as ninja draws it up, made exact: media types of problems, and words of the catalogues."""
    document["info"]["description"] = say("api.about", lang)
    for operation in operations(document):
        _speak(operation, lang)
        for status, answer in operation["responses"].items():
            code = int(status)
            answer["description"] = say(SUCCESS[code] if code in SUCCESS else f"api.problem.{KINDS[code]}", lang)
            if code >= ERROR and JSON in answer.get("content", {}):
                answer["content"] = {PROBLEM: answer["content"][JSON]}
    return document


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Which operations are there, path by path?"""
    for methods in document["paths"].values():
        yield from methods.values()


def _speak(operation: dict[str, Any], lang: str) -> None:
    """What is this operation called? By its action's words, or by its own."""
    name, _, preview = operation["operationId"].partition("__")
    gate, _, action = name.partition("_")
    title = f"desk.{gate}.{action}.title"
    if preview:
        operation["summary"] = say("api.op.preview", lang, action=say(title, lang))
    elif has_words(title, lang):
        operation["summary"], operation["description"] = say(title, lang), say(f"desk.{gate}.{action}.lead", lang)
    else:
        operation["summary"] = say(f"api.op.{name}", lang)
        operation["description"] = say(f"api.op.{name}.lead", lang)
