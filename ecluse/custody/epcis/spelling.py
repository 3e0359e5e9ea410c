"""Which JSON value do these bytes spell, and how is one spelled, without losing a digit of a number?"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ecluse.custody.epcis.faults import Misread, MisreadError, pointer

MOST_BYTES = 64 * 1024 * 1024
DEEPEST = 32


class _NotPlainError(ValueError):
    """What two readers could read differently: a name twice, a number that is none."""

    def __init__(self, key: str, found: str) -> None:
        self.key, self.found = key, found
        super().__init__(key)


def parse(body: bytes) -> Any:
    """Which value is it? Numbers with a fraction are decimals. Raises MisreadError for anything doubtful.

    >>> parse(b'{"quantity": 25.0}')
    {'quantity': Decimal('25.0')}
    """
    if len(body) > MOST_BYTES:
        raise _refused("size", str(len(body)), most=str(MOST_BYTES))
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise _refused("utf8", str(error.start)) from None
    except _NotPlainError as error:
        raise _refused(error.key, error.found) from None
    except json.JSONDecodeError as error:
        raise _refused("json", f"{error.lineno}:{error.colno}") from None
    except RecursionError:
        raise _refused("deep", str(DEEPEST), most=str(DEEPEST)) from None
    except (ValueError, ArithmeticError) as error:
        raise _refused("json", str(error)) from None
    _look_through(value, ())
    return value


def _refused(key: str, found: str, **facts: str) -> MisreadError:
    return MisreadError([Misread("/", key, found, tuple(facts.items()))])


def _constant(text: str) -> Any:
    raise _NotPlainError("number", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _NotPlainError("once", name)
        found[name] = value
    return found


def _look_through(value: Any, path: tuple[str, ...]) -> None:
    """Is it nested too deeply, or does a text hold what no text holds: a control character, half of a pair?"""
    if len(path) > DEEPEST:
        raise MisreadError([Misread(pointer(path), "deep", str(len(path)), (("most", str(DEEPEST)),))])
    if isinstance(value, str):
        if any(
            (char < " " and char not in "\t\n\r") or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in value
        ):
            raise MisreadError(
                [Misread(pointer(path), "text", value.encode("ascii", "backslashreplace").decode()[:80])]
            )
    elif isinstance(value, dict):
        for name, one in value.items():
            _look_through(name, path)
            _look_through(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _look_through(one, (*path, str(number)))


def spell(value: Any, indent: int = 2) -> str:
    """How is this value spelled as JSON? Decimals with the digits that they have.

    >>> spell({"quantity": Decimal("25.0"), "uom": "KGM"}, 0)
    '{"quantity": 25.0, "uom": "KGM"}'
    """
    parts: list[str] = []
    _spell(value, parts, indent, 0)
    return "".join(parts)


def _spell(value: Any, parts: list[str], indent: int, depth: int) -> None:
    if isinstance(value, dict):
        rows = [(json.dumps(name, ensure_ascii=False) + ": ", one) for name, one in value.items()]
        _spell_rows("{}", rows, parts, indent, depth)
    elif isinstance(value, list | tuple):
        _spell_rows("[]", [("", one) for one in value], parts, indent, depth)
    else:
        parts.append(str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False))


def _spell_rows(marks: str, rows: list[tuple[str, Any]], parts: list[str], indent: int, depth: int) -> None:
    if not rows:
        parts.append(marks)
        return
    new_line = "\n" + " " * (indent * (depth + 1)) if indent else ""
    between = "," + (new_line or " ")
    parts.append(marks[0] + new_line)
    for number, (lead, one) in enumerate(rows):
        parts.append((between if number else "") + lead)
        _spell(one, parts, indent, depth + 1)
    parts.append(("\n" + " " * (indent * depth) if indent else "") + marks[1])
