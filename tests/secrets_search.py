"""Does a public folder hold any secret of a world, in any spelling? And is the search one that would find it?

Words (names, ids, serials) are looked for everywhere: in file names, in texts as they stand, in decoded JSON, and in
what reads as text once hexadecimal or base64 is undone. Numbers are compared as whole tokens, outside digests, days and
the names of logs: a digest holds any run of digits by chance. Some numbers are published on purpose; they stand under
the names in DECLARED and are checked elsewhere against what they must be. Anywhere else a secret figure is a leak.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ecluse.custody.serials import serial_text
from ecluse.edge.law import TABLES
from ecluse.edge.public_audit_goods import ENDS, FATES, PARTS, TOTALS
from ecluse.edge.verify_page.page import verify_page
from ecluse.edge.world.read import World

DIGITS = 4  # figures of fewer digits point at nothing
WORD_LETTERS = 5

# Which numbers may a file hold, by the name they stand under? (file, names)
PLACES = {"index"}
DECLARED: tuple[tuple[re.Pattern[str], set[str]], ...] = tuple(
    (re.compile(pattern), names)
    for pattern, names in (
        (r"manifest\.json", {"size"}),
        (r"logs\.json", {"size"}),
        (r"logs/.*/entries\.jsonl", {"seq"}),
        (r"certificates\.json|authorities\.json", PLACES),
        (r"hearings\.json", {"minimum_count", "counts.*"}),
        (r"lists\.json", PLACES | {"entries", "parties", "hits"}),
        (r"custody\.json", PLACES | {
            "committed", *FATES, "released", *ENDS, "receipts", "verifications", "count", "of_entries", "lines.*",
            "requests", "traced", "unknown", "refused", "traced_per_10000_exported", "per", "rows.*",
            "by_class.*", "post_checks.*", "verified.*",
        }),
        (r"outer\.json", {"size"}),
        (r"proceeds\.json", PLACES | {
            "minimum_count", "reinvested_per_mille", "priority", "purchases", "units_accepted", "among",
            "leading_digits", "displaced_budget_minor",
            *(f"{name}_minor" for name in (*TOTALS, *PARTS)),
        }),
        (r"openings\.json", {"year", "commitments", "due", "done"}),
        (r"opened\.jsonl", PLACES),
        (r"envelope\.json", PLACES | {"counts.*", "development_shares.*"}),
        (r"envelope/figures\.jsonl", PLACES | {"at"}),
        (r"envelope/signed\.jsonl", PLACES),
        # What a statement claims is law: coefficients of rules, rates, bits of ranges; every figure is a point.
        (r"envelope/proofs\.jsonl", PLACES | {"bits", "less", "terms"}),
    )
)  # fmt: skip
# Which numbers may an opened record hold, by its version? Official rates, and the terms of a published policy.
OPENED = {
    "rate_of_day/1": {"numerator", "denominator"},
    "list_version/1": {"entries"},
    "sweep/1": {"parties", "hits"},
    "outer_period/1": {"size"},
    "post_check_round/1": {"round", "confidence_bp", "diverted_bp"},
    "beacon_value/1": {"round"},
    "post_check_list/1": {"deliveries", "units", "units_drawn"},
    "post_check_draw/1": {"positions"},
    "surplus_policy/1": {"ratio_numerator", "ratio_denominator"},
    "contribution_policy/1": {
        "ad_valorem_bp", "profit_share_bp", "order_ratio_bp", "days_to_receive", "days_to_contribute",
        "days_to_allocate", "days_to_purchase",
    },
}  # fmt: skip

# Which names may an opened record hold? Of who closed the books of public money (design P4: names, on their date).
OPENED_NAMES = {"period_close/1": {"spender", "controller"}}
PROOF_LINE = re.compile(r'^(\{"proof":)"([0-9A-Za-z+/]{64,}={0,2})"', re.MULTILINE)
SEALED_LINE = re.compile(r'^(\{"at":"[0-9a-f]{32}","sealed":)"([0-9A-Za-z+/]{64,}={0,2})"\}$', re.MULTILINE)

HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,})(?![0-9A-Za-z])")
BASE64 = re.compile(r"(?<![0-9A-Za-z+/])[0-9A-Za-z+/_-]{16,}={0,2}(?![0-9A-Za-z+/=])")
DAY = re.compile(r"(?<!\d)\d{4}-\d{2}(?:-\d{2})?(?:T[\d:.]+Z?)?(?!\d)")
# A log's name ends with its year; a checkpoint is named by its size, which the audit compares with what it says.
LOG = re.compile(r"\b(?:home|outer|centre-[a-z0-9-]+)/\d{4}(?:/checkpoints/[0-9-]+|#\d+(?:\.\d+)?)?\b")
GROUPS = "[,'\u2009\u202f\u00a0 .]"
# A number joined to a word by a hyphen is part of that word (`ua-1807-2003`), a number after a colon is not.
NUMBER = re.compile(rf"(?<!\w)(?<!\w-)\d+(?:{GROUPS}\d{{3}})*(?:[.,]\d{{1,2}})?(?!\w)")
READABLE_PERCENT = 90


@dataclass(frozen=True)
class Secrets:
    """What must not be seen: words in folded letters, figures as digits."""

    words: frozenset[str]
    figures: frozenset[str]


class Leak(NamedTuple):
    """Which secret stands where, and how was it found?"""

    file: str
    where: str
    secret: str
    how: str


def secrets_of(world: World) -> Secrets:
    """What does this world keep from strangers?"""
    words = set(_names(world))
    for block in world.blocks:
        words.add(block.prefix)
    for row in world.markings:
        prefix = world.index["blocks"][row.block].prefix
        words |= {serial_text(prefix, number) for number in range(row.first, row.last + 1)}
    folded = frozenset(_fold(word) for word in words if len(word) >= WORD_LETTERS)
    return Secrets(folded, frozenset(str(figure) for figure in _figures(world) if figure >= 10 ** (DIGITS - 1)))


def _names(world: World) -> Iterator[str]:
    for party in world.parties:
        yield from (party.party, party.party.partition(":")[2], party.name, *party.names_other, *party.identifiers)
    for officer in world.officers:
        yield from (officer.officer, officer.officer.partition(":")[2], officer.name)
    for model in world.models:
        yield from (model.model, model.model.partition(":")[2])
    for order in world.orders:
        yield from (order.order, order.buyer, order.end_user)
    for rows, name in ((world.certificates, "certificate"), (world.blocks, "block"), (world.lines, "line")):
        yield from (getattr(row, name) for row in rows)
    for statement in world.statements:
        yield from (statement.statement, statement.number)


def _figures(world: World) -> Iterator[int]:
    vectors: list[tuple[int | None, ...]] = [row.needed_units for row in world.needs]
    vectors += [row.due_units for row in world.funded_orders]
    vectors += [vector for row in world.capacity for vector in (row.capacity_units, row.demonstrated_units)]
    for vector in vectors:
        yield from (units for units in vector if units is not None)
    for rows in (world.stock, world.reserves, world.absorption, world.judged_surplus, world.shortages, world.orders):
        yield from (row.units for row in rows)
    for row in world.orders_statements:
        yield from (row.units_home, row.units_partner)
    yield from (row.units_asked for row in world.certificates)
    prices = [row.home_price_minor_uah for row in world.classes if row.home_price_minor_uah is not None]
    prices += [row.unit_price_minor for rows in (world.models, world.orders, world.suppliers) for row in rows]
    for minor in (*prices, *(row.unit_cost_minor for row in world.models)):
        yield minor
        if minor % 100 == 0:
            yield minor // 100


def search(folder: Path, secrets: Secrets) -> list[Leak]:
    """Which secrets stand in this folder, and where?"""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted({leak for path in files for leak in _file(folder, path, secrets)})


def _file(folder: Path, path: Path, secrets: Secrets) -> Iterator[Leak]:
    name = path.relative_to(folder).as_posix()
    text = path.read_bytes().decode("utf-8", "replace")
    for how, shown in _readings(f"{name}\n{_without_declared_words(name, text)}"):
        yield from (Leak(name, "", word, how) for word in _words_in(shown, secrets))
    figures = _figures_of(name, path, text)
    yield from (Leak(name, where, figure, "figure") for where, figure in figures if figure in secrets.figures)


# ------------------------------------------------------------------ words


def _without_declared_words(name: str, text: str) -> str:
    """The text less the names that opened records may hold, less ciphers and proofs: chance spells short words."""
    if name == "opened.jsonl":
        return "\n".join(_less_names(line) for line in text.splitlines())
    if name.startswith("sealed/"):
        return SEALED_LINE.sub(lambda line: line[0] if _is_plain(line[2]) else line[1], text)
    if name == "envelope/proofs.jsonl":
        return PROOF_LINE.sub(lambda line: line[0] if _is_plain(line[2]) else line[1], text)
    return text


def _less_names(line: str) -> str:
    form = _parsed(line)
    body = _parsed(form.get("body", "")) if isinstance(form, dict) else None
    names = OPENED_NAMES.get(body.get("v", ""), set()) if isinstance(body, dict) else set()
    if not names:
        return line
    return json.dumps({**form, "body": {key: told for key, told in body.items() if key not in names}})


def _is_plain(token: str) -> bool:
    body = _from_base64(token)
    return body is None or _is_readable(body)


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """The text as it stands, with its escapes undone, and what its hexadecimal and base64 say where they say words."""
    yield "as it stands", HEX.sub(" ", text)
    if "\\u" in text:
        yield "escaped", re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    hidden = [bytes.fromhex(match[0]) for match in HEX.finditer(text)]
    hidden += [body for match in BASE64.finditer(text) for body in [_from_base64(match[0])] if body]
    yield "encoded", "\n".join(body.decode("utf-8", "replace") for body in hidden if _is_readable(body))


def _from_base64(token: str) -> bytes | None:
    try:
        return base64.b64decode(token.replace("-", "+").replace("_", "/") + "=" * (-len(token) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_readable(body: bytes) -> bool:
    letters = sum(letter.isprintable() and letter != "\ufffd" for letter in body.decode("utf-8", "replace"))
    return 100 * letters >= READABLE_PERCENT * len(body.decode("utf-8", "replace"))


def _fold(text: str) -> str:
    """Letters alike whatever their case; the marks between parts of an id or a serial left out."""
    return re.sub(r"[-\s_:/.]+", "", text.casefold())


def _words_in(text: str, secrets: Secrets) -> list[str]:
    """Secret words in this text. Every run of the text is looked up, by lengths that secret words have."""
    tokens = re.findall(r"[^\s\"',;(){}\[\]<>=|]+(?: [^\s\"',;(){}\[\]<>=|]+){0,5}", text.casefold())
    runs = {_fold(token) for token in tokens}
    by_start = _by_start(secrets)
    found = set()
    for run in runs:
        for at in range(len(run) - WORD_LETTERS + 1):
            for word in by_start.get(run[at : at + WORD_LETTERS], ()):
                if run.startswith(word, at):
                    found.add(word)
    return sorted(found)


def _by_start(secrets: Secrets) -> dict[str, tuple[str, ...]]:
    cached = _STARTS.get(secrets)
    if cached is None:
        starts: dict[str, list[str]] = {}
        for word in secrets.words:
            starts.setdefault(word[:WORD_LETTERS], []).append(word)
        cached = _STARTS[secrets] = {start: tuple(words) for start, words in starts.items()}
    return cached


_STARTS: dict[Secrets, dict[str, tuple[str, ...]]] = {}


# ------------------------------------------------------------------ figures


def _figures_of(name: str, path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Every number of a file that is not declared: where it stands, and its digits."""
    for figure in numbers_in(name):
        yield "file name", figure
    if _is_shipped(name, path):
        return  # law and verifying page are public, byte for byte as every installation holds them
    if name.endswith(".json"):
        yield from _walk(_parsed(text), name, "", _declared(name))
    elif name.endswith(".jsonl"):
        for number, line in enumerate(text.splitlines(), 1):
            yield from _walk(_parsed(line), name, str(number), _declared(name))
    elif re.fullmatch(r"logs/.*/checkpoint(s/[0-9-]+)?", name):
        lines = text.split("\n")
        yield from (("checkpoint", figure) for line in lines[:1] + lines[2:] for figure in numbers_in(line))
    else:
        yield from (("text", figure) for figure in numbers_in(text))


def _is_shipped(name: str, path: Path) -> bool:
    if name == "verify/index.html":
        return path.read_bytes() == verify_page()
    shipped = TABLES / name.removeprefix("law/")
    return name.startswith("law/") and shipped.is_file() and shipped.read_bytes() == path.read_bytes()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _declared(name: str) -> set[str]:
    return {found for pattern, names in DECLARED if pattern.fullmatch(name) for found in names}


def _walk(value: Any, name: str, where: str, declared: set[str], above: str = "") -> Iterator[tuple[str, str]]:
    """Every undeclared number beneath this value; `above` is the name it stands under, and the one above that."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ((f"{where}.{key}", figure) for figure in numbers_in(key))
            if key == "body" and name == "opened.jsonl":
                record = _parsed(item)
                version = record.get("v", "") if isinstance(record, dict) else ""
                yield from _walk(record, name, f"{where}.body", OPENED.get(version, set()))
            else:
                yield from _walk(item, name, f"{where}.{key}", declared, f"{above.rsplit('.', 1)[-1]}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk(item, name, f"{where}[{number}]", declared, above)
    elif isinstance(value, int) and not isinstance(value, bool):
        group, _, key = above.rpartition(".")
        if key not in declared and f"{group}.*" not in declared and f"{key}.*" not in declared:
            yield where, str(abs(value))
    elif isinstance(value, str):
        yield from ((where, figure) for figure in numbers_in(value))


def numbers_in(text: str) -> set[str]:
    """Which numbers stand in this text as whole tokens? Digits alone, as written and as a price with its decimals."""
    for pattern in (LOG, DAY, HEX):
        text = pattern.sub(" ", text)
    found: set[str] = set()
    for token in NUMBER.findall(text):
        whole, _, decimals = token.rpartition(".") if re.search(r"\.\d{1,2}$", token) else ("", "", "")
        if re.search(r",\d{1,2}$", token):
            whole, _, decimals = token.rpartition(",")
        parts = [token] if not decimals else [whole, whole + decimals.ljust(2, "0")]
        found |= {re.sub(r"\D", "", part).lstrip("0") for part in parts}
        found |= {part.lstrip("0") for part in re.split(r"\D", token)}
    return {figure for figure in found if len(figure) >= DIGITS}


def planted(secrets: Iterable[Leak]) -> set[str]:
    """Which secrets were found at all?"""
    return {leak.secret for leak in secrets}
