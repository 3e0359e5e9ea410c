"""Is this request's JSON what it claims to be? UTF-8, each name once, numbers that are numbers, text that is text."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

DEEPEST = 20


class StrictParser(Parser):
    """Reads JSON once and in one way; whatever two readers could read differently is refused."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Which value is the body? Raises ValueError."""
        return read_json(request.body)


def read_json(body: bytes) -> Any:
    """Which value do these bytes spell? Raises ValueError for anything doubtful.

    >>> read_json(b'{"units": 3}')
    {'units': 3}
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check(value, DEEPEST)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _check(value: Any, depth: int) -> None:
    """Text with half a surrogate pair, or a NUL, can be neither written down nor answered."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("text holds a NUL")
    elif isinstance(value, dict):
        for name, one in value.items():
            _check(name, depth)
            _check(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            _check(one, depth - 1)
