"""Which rules of the house can be read off the source? Each is a function from a checkout to its breaches.

A breach is one line, `file:line: what is wrong and what to write instead`. The functions only read, so that the tests
can also show each of them failing on a small bad sample.
"""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import re
import string
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

Rule = Callable[[Path], list[str]]

ROOMS = ("surplus", "parties", "licence", "custody", "proceeds")
LANGUAGES = ("uk", "en", "fr")
FILE_LIMIT = 400
FUNCTION_LIMIT = 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "process", "data", "info"}
SKIPPED_FOLDERS = {
    ".git", ".venv", "var", "wheels", "build", "dist", "node_modules", "__pycache__",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis",
}  # fmt: skip
TEXT_SUFFIXES = {".py", ".toml", ".md", ".cfg", ".ini", ".lock", ".txt", ".csv", ".json", ".po", ".html", ".js", ".css"}
TEXT_SUFFIXES |= {".sh", ".yml", ".yaml", ".sql", ".svg"}


# ------------------------------------------------------------------ reading


def sources(root: Path, *parts: str) -> Iterator[Path]:
    """Which Python files lie under these folders or files of the package?"""
    for part in parts or ("",):
        place = root / "ecluse" / part if part else root / "ecluse"
        found = [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))
        for path in found:
            if path.exists() and "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path


@lru_cache(maxsize=4096)
def _parsed(path: Path, stamp: int) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def tree_of(path: Path) -> ast.Module:
    return _parsed(path, path.stat().st_mtime_ns)


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(tree_of(path))


def breach(root: Path, path: Path, line: int, text: str) -> str:
    return f"{path.relative_to(root).as_posix()}:{line}: {text}"


def dotted(node: ast.AST) -> str:
    """How is this name spelled: `a.b.c`? Empty when it is not a plain chain of names."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(words)]) if isinstance(node, ast.Name) else ""


def text_files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        named = path.suffix in TEXT_SUFFIXES or path.name in {"Makefile", "run", ".gitignore"}
        if named and SKIPPED_FOLDERS.isdisjoint(path.relative_to(root).parts) and path.is_file():
            yield path


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------ shape


def files_fit_a_sitting(root: Path) -> list[str]:
    found = []
    for path in sources(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LIMIT:
            found.append(
                breach(root, path, lines, f"{lines} lines; split where the sense divides, at most {FILE_LIMIT}")
            )
    return found


def functions_fit_a_glance(root: Path) -> list[str]:
    found = []
    for path in sources(root):
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LIMIT:
                    text = f"{node.name} has {lines} lines, at most {FUNCTION_LIMIT}"
                    found.append(breach(root, path, node.lineno, text))
    return found


def modules_say_what_they_answer(root: Path) -> list[str]:
    return [
        breach(root, path, 1, "a module opens with one sentence saying what it answers")
        for path in sources(root)
        if tree_of(path).body and not ast.get_docstring(tree_of(path))
    ]


def names_say_what_they_hold(root: Path) -> list[str]:
    found = []
    for path in sources(root):
        name = path.parent.name if path.name == "__init__.py" else path.stem
        if name in FORBIDDEN_NAMES:
            found.append(breach(root, path, 1, f"`{name}` names no idea; use a term of GLOSSARY.md"))
    return found


def nothing_is_left_undone(root: Path) -> list[str]:
    words = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"]) + r")\b")
    put_off = "x" + "fail"  # spelled in two, as the words above: what is forbidden stands nowhere, here neither
    marks = re.compile(rf"pytest\.mark\.({put_off})\b|pytest\.({put_off})\(|# type: " + r"ignore(?!\[)")
    tests = sorted((root / "tests").rglob("*.py"))
    found = []
    for path in [
        *sources(root),
        *(test for test in tests if test.name not in {"house_rules.py", "test_house_rules.py"}),
    ]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = words.search(line) or marks.search(line)
            if match:
                found.append(
                    breach(root, path, number, f"`{match[0]}`: finish it, or write what is missing in an issue")
                )
    return found


# ------------------------------------------------------------------ numbers, clocks, writes


def no_float_near_money(root: Path) -> list[str]:
    places = (*ROOMS, "base", "office/models", "office/actions", "order.py")
    return [found for path in sources(root, *places) for found in _floats(root, path)]


def _floats(root: Path, path: Path) -> Iterator[str]:
    # The canonical module alone names the type, in order to turn it away.
    rejects = path.as_posix().endswith("ecluse/base/canon.py")
    advice = "money and units are whole numbers"
    joins = _path_joins(path)
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield breach(root, path, node.lineno, f"float {node.value!r}: {advice}")
        elif isinstance(node, ast.Name) and node.id == "float" and not rejects:
            yield breach(root, path, node.lineno, f"float: {advice}")
        elif isinstance(node, ast.Attribute) and node.attr in {"FloatField", "DecimalField"}:
            yield breach(root, path, node.lineno, f"{node.attr}: {advice}; use a big integer of minor units")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and id(node) not in joins:
            yield breach(root, path, node.lineno, f"`/` makes a float: {advice}; divide once, with a named rounding")


def _path_joins(path: Path) -> set[int]:
    """Which `/` join a path? Those of a chain in which text stands."""
    joins: set[int] = set()
    for node in nodes(path):
        chain: list[ast.AST] = []
        link: ast.AST = node
        while isinstance(link, ast.BinOp) and isinstance(link.op, ast.Div):
            chain.append(link)
            link = link.left
        parts = [link, *(part.right for part in chain if isinstance(part, ast.BinOp))]
        if any(isinstance(part, ast.JoinedStr) or _is_text(part) for part in parts):
            joins |= {id(part) for part in chain}
    return joins


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


CLOCKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|timezone\.now|localtime|gmtime"
    r"|time\.(time|time_ns|monotonic|monotonic_ns|localtime|gmtime|strftime)"
    r"|os\.(environ|getenv|urandom|getrandom)|random(\..*)?|secrets(\..*)?|uuid\.uuid[14]|uuid[14])$"
)
CHANCE_MODULES = {"random", "secrets"}


def no_clock_in_a_gate(root: Path) -> list[str]:
    found = []
    for path in sources(root, *ROOMS, "base", "order.py", "plan"):
        if path.as_posix().endswith("ecluse/base/source.py"):
            continue
        for line, name in sorted(set(_clocks(path))):
            if (path.name, name) == ("checker.py", "open"):
                continue  # the stranger’s checker is a program of its own: one file that reads one plan
            text = (
                f"`{name}`: a judgement reads no clock, chance or setting; take it as an argument (`on`, `at`, Source)"
            )
            found.append(breach(root, path, line, text))
    return found


def _clocks(path: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in CHANCE_MODULES)
        elif isinstance(node, ast.ImportFrom):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name) for name in whole if CLOCKS.search(name))
        elif isinstance(node, ast.Attribute) and CLOCKS.search(dotted(node)):
            yield node.lineno, dotted(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "input"}:
            yield node.lineno, node.func.id


WRITERS = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
SQL_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|DROP|ALTER|TRUNCATE)\b", re.IGNORECASE)


def only_actions_write(root: Path) -> list[str]:
    found = []
    for path in sources(root, "office", "edge", "site", "__main__.py"):
        inside = path.relative_to(root / "ecluse").as_posix()
        # `cheat` plays the administrator with raw SQL; the audit is there to name what he did.
        if re.match(r"office/(actions|models|carry|cheat)", inside):
            continue
        # A witness is another party: its memory is a file of its own, never the office's database.
        if inside == "edge/log/witness_memory.py":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes(node, inside):
                text = f".{node.func.attr}( writes; only ecluse/office/actions may"
                found.append(breach(root, path, node.lineno, text))
    return found


def _writes(call: ast.Call, inside: str) -> bool:
    assert isinstance(call.func, ast.Attribute)
    name, chain = call.func.attr, ast.unparse(call.func.value)
    asks_rows = re.search(r"\bobjects\b|\.(filter|exclude|all|order_by|select_for_update)\(", chain) is not None
    if name in {"execute", "executemany"}:
        first = call.args[0] if call.args else None
        return isinstance(first, ast.Constant) and isinstance(first.value, str) and bool(SQL_WRITE.match(first.value))
    if name in WRITERS:
        return inside.startswith("office/") or asks_rows
    return name == "update" and asks_rows


# ------------------------------------------------------------------ grounds


def grounds_of(root: Path) -> Iterator[tuple[Path, ast.Call, str, str]]:
    """Where does a room make a ground: file, call, room, enclosing function?"""
    for room in ROOMS:
        for path in sorted((root / "ecluse" / room).glob("rules*")):
            for source in [path] if path.suffix == ".py" else sorted(path.rglob("*.py")):
                yield from ((source, call, room, function) for call, function in _ground_calls(tree_of(source), ""))


def _ground_calls(node: ast.AST, function: str) -> Iterator[tuple[ast.Call, str]]:
    for child in ast.iter_child_nodes(node):
        # A generator inside a rule is part of the rule: the outermost function gives the name.
        named = isinstance(child, ast.FunctionDef) and not function
        yield from _ground_calls(child, child.name if named and isinstance(child, ast.FunctionDef) else function)
        if isinstance(child, ast.Call) and dotted(child.func).rsplit(".", 1)[-1] in {"refuse", "refer"}:
            yield child, function


def literal(node: ast.AST | None, path: Path) -> str | None:
    """Which text stands here, as a literal or as a constant of this module?"""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        for line in tree_of(path).body:
            if isinstance(line, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in line.targets):
                return literal(line.value, path)
    return None


def codes_of_rooms(root: Path) -> dict[str, tuple[Path, int, str]]:
    """Every code a room can give, with the place that gives it and its room."""
    codes = {}
    for path, call, room, _ in grounds_of(root):
        code = literal(call.args[0], path) if call.args else None
        if code:
            codes.setdefault(code, (path, call.lineno, room))
    return codes


def grounds_name_their_rule(root: Path) -> list[str]:
    found = []
    for path, call, room, function in grounds_of(root):
        code = literal(call.args[0], path) if call.args else None
        if code is None:
            found.append(
                breach(root, path, call.lineno, "a ground's code is a literal, so that it can be searched for")
            )
        elif code != f"{room}.{function}":
            text = f"code `{code}` stands in {function}() of {room}: expected `{room}.{function}`"
            found.append(breach(root, path, call.lineno, text))
    return found


def grounds_cite_a_provision(root: Path) -> list[str]:
    provisions = provisions_of(root)
    found = []
    for path, call, _, _ in grounds_of(root):
        if len(call.args) < 2:
            found.append(breach(root, path, call.lineno, "a ground cites its provision as the second argument"))
            continue
        provision = literal(call.args[1], path)
        # A provision read from a table's row is checked where the table is loaded; a text put together is never.
        if isinstance(call.args[1], ast.JoinedStr | ast.BinOp):
            found.append(breach(root, path, call.lineno, "a provision is an id, not a text put together"))
        elif provision is not None and provision not in provisions:
            found.append(breach(root, path, call.lineno, f"provision `{provision}` is not in tables/provisions"))
    return found


def provisions_of(root: Path) -> set[str]:
    """Which provisions do the tables name? One file a room, tables/provisions/<room>.csv."""
    return {row["id"] for path in table_files(root, "provisions") for row in rows_of(path) if row.get("id")}


def code_rows(root: Path) -> Iterator[tuple[Path, int, Any]]:
    """Which codes are published, and where? One file a room, tables/codes/<room>.csv."""
    for path in table_files(root, "codes"):
        for number, row in enumerate(rows_of(path), 2):
            yield path, number, row


def table_files(root: Path, folder: str) -> list[Path]:
    return sorted((root / "ecluse/tables" / folder).glob("*.csv"))


def codes_are_published(root: Path) -> list[str]:
    provisions = provisions_of(root)
    published: dict[str, str] = {}
    stands: dict[str, tuple[Path, int]] = {}
    found = []
    for table, number, row in code_rows(root):
        code = row.get("code") or ""
        if code in published:
            found.append(breach(root, table, number, f"code `{code}` stands twice"))
        if (row.get("gate") or "") != code.split(".", 1)[0]:
            found.append(breach(root, table, number, f"code `{code}` is not of gate `{row.get('gate')}`"))
        if row.get("provision") and row["provision"] not in provisions:
            found.append(breach(root, table, number, f"provision `{row['provision']}` is not in tables/provisions"))
        published[code] = row.get("retired") or ""
        stands[code] = (table, number)
    given = codes_of_rooms(root)
    for code, (path, line, _) in given.items():
        if code not in published:
            found.append(breach(root, path, line, f"code `{code}` is not in tables/codes"))
        elif published[code]:
            found.append(breach(root, path, line, f"code `{code}` was retired on {published[code]}"))
    for code, place in stands.items():
        if not published[code] and code not in given:
            found.append(breach(root, *place, f"no rule gives `{code}`: a code is retired with its date, not removed"))
    return found


def grounds_have_two_cases(root: Path) -> list[str]:
    by_room: dict[str, dict[str, tuple[Path, int, str]]] = {}
    for code, place in codes_of_rooms(root).items():
        by_room.setdefault(place[2], {})[code] = place
    found = []
    for room, codes in by_room.items():
        file = root / "tests" / f"cases_{room}.py"
        cases = _cases(file) if file.exists() else {}
        for code, (path, line, _) in codes.items():
            if code not in cases:
                found.append(breach(root, path, line, f"`{code}` has no case in tests/cases_{room}.py: CASES"))
            elif not _is_pair(cases[code]):
                found.append(
                    breach(root, file, 1, f"`{code}`: expected a claim just held, one just passed, and the day")
                )
        found += [breach(root, file, 1, f"`{code}` has cases but no rule") for code in cases if code not in codes]
    return found


def _is_pair(case: Any) -> bool:
    return isinstance(case, tuple | list) and len(case) == 3 and case[0] is not case[1] and case[0] != case[1]


def _cases(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location(f"_house_{path.stem}_{abs(hash(path))}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(getattr(module, "CASES", {}))


# ------------------------------------------------------------------ words


def catalogues(root: Path, language: str) -> list[Path]:
    return sorted((root / "ecluse/locale" / language / "LC_MESSAGES").glob("*.po"))


def messages(path: Path) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Which keys does a catalogue hold, on which line, with which texts?"""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        for message in read_po(file):
            key = message.id[0] if isinstance(message.id, list | tuple) else message.id
            if key:
                texts = message.string if isinstance(message.string, list | tuple) else (message.string,)
                unsure = message.fuzzy or not all(texts)
                yield key, message.lineno or 1, () if unsure else tuple(texts)


def words_of(root: Path, language: str) -> dict[str, tuple[Path, int, tuple[str, ...]]]:
    return {key: (path, line, texts) for path in catalogues(root, language) for key, line, texts in messages(path)}


def placeholders(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def grounds_speak_three_languages(root: Path) -> list[str]:
    words = {language: words_of(root, language) for language in LANGUAGES}
    found = []
    for code, (path, line, _) in codes_of_rooms(root).items():
        for language in LANGUAGES:
            for key in (f"{code}.sentence", f"{code}.remedy"):
                if key not in words[language]:
                    found.append(breach(root, path, line, f"`{key}` is not in the {language} catalogue"))
    return found


def languages_are_equals(root: Path) -> list[str]:
    words = {language: words_of(root, language) for language in LANGUAGES}
    found = []
    for key in sorted(set().union(*words.values())):
        home = next(words[language][key] for language in LANGUAGES if key in words[language])
        seen: dict[str, set[str]] = {}
        for language in LANGUAGES:
            path, line, texts = words[language].get(key, (home[0], home[1], ()))
            if not texts:
                found.append(breach(root, path, line, f"`{key}` has no sure text in {language}"))
                continue
            try:
                seen[language] = placeholders(texts)
            except ValueError as error:
                found.append(breach(root, path, line, f"`{key}` in {language}: {error}"))
        if len({frozenset(names) for names in seen.values()}) > 1:
            spelled = "; ".join(f"{language}: {sorted(names)}" for language, names in seen.items())
            found.append(breach(root, home[0], home[1], f"`{key}` has other placeholders in each language: {spelled}"))
    return found


STRAIGHT = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ{«<])")


def french_apostrophes_are_typographic(root: Path) -> list[str]:
    """Is every apostrophe of the French catalogue the typographic one? A straight one is a mark of code."""
    return [
        breach(root, path, line, f"`{key}` has a straight apostrophe: {text[:60]}")
        for path in catalogues(root, "fr") for key, line, texts in messages(path) for text in texts
        if STRAIGHT.search(text)
    ]  # fmt: skip


def catalogues_are_compiled(root: Path) -> list[str]:
    from babel.messages.mofile import read_mo, write_mo
    from babel.messages.pofile import read_po

    found = []
    for language in LANGUAGES:
        for path in catalogues(root, language):
            compiled = path.with_suffix(".mo")
            if not compiled.exists():
                found.append(breach(root, path, 1, f"{compiled.name} is missing; run: make words"))
                continue
            with path.open("rb") as file:
                fresh = io.BytesIO()
                write_mo(fresh, read_po(file))
            fresh.seek(0)
            with compiled.open("rb") as stored:
                if _compiled(read_mo(fresh)) != _compiled(read_mo(stored)):
                    found.append(breach(root, path, 1, f"{compiled.name} is older than its words; run: make words"))
    return found


def _compiled(catalogue: Any) -> tuple[str, dict[Any, Any]]:
    # The header's dates are the compiler's own; its plural rule is ours.
    def spelled(text: Any) -> Any:
        return text if isinstance(text, str) else tuple(text)

    return catalogue.plural_forms, {spelled(m.id): spelled(m.string) for m in catalogue if m.id}


# ------------------------------------------------------------------ documentation and addresses


def documentation(root: Path) -> str:
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())


def commands_are_documented(root: Path) -> list[str]:
    text = documentation(root)
    found = []
    for path in sources(root):
        for line, name in _commands(path):
            if not re.search(rf"\becluse (?:[a-z-]+ )?{re.escape(name)}\b", text):
                found.append(breach(root, path, line, f"command `{name}` stands neither in README.md nor in docs/"))
    return found


def _commands(path: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "command":
                    yield node.lineno, _given_name(mark) or node.name.rstrip("_").replace("_", "-")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_typer":
            name = next((word.value for word in node.keywords if word.arg == "name"), None)
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield node.lineno, name.value


def _given_name(mark: ast.Call) -> str | None:
    values = [*mark.args[:1], *(word.value for word in mark.keywords if word.arg == "name")]
    return next((v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)), None)


def settings_are_documented(root: Path) -> list[str]:
    text = documentation(root)
    places = [*sources(root), root / "bootstrap.py", root / "tests/conftest.py", root / "Makefile", root / ".ci/run"]
    found = []
    for path in places:
        if not path.exists():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for name in re.findall(r"\bECLUSE_[A-Z][A-Z_]*\b", line):
                if not re.search(rf"\b{name}\b", text):
                    found.append(breach(root, path, number, f"setting {name} stands neither in README.md nor in docs/"))
    return found


MACHINE_PATHS = re.compile(r"(?:^|[^\w./-])/(?:work|farm|root|home/\w+|Users/\w+)/")
REGISTRIES = re.compile(
    r"https?://(?:[\w.-]+\.)?(?:py" + r"pi\.org|pythonhosted\.org|npm" + r"js\.(?:org|com)|proxy\.golang\.org)"
)


def nothing_names_this_machine(root: Path) -> list[str]:
    found = []
    for path in text_files(root):
        if path.name in {"house_rules.py", "test_house_rules.py"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            match = MACHINE_PATHS.search(line) or REGISTRIES.search(line)
            if match:
                found.append(breach(root, path, number, f"`{match[0].strip()}` belongs to one machine or one registry"))
    return found


def lock_holds_hashes_only(root: Path) -> list[str]:
    lock = root / "requirements.lock"
    if not lock.exists():
        return [f"{lock.name}:1: is missing"]
    found, pinned = [], ""
    for number, line in enumerate([*lock.read_text(encoding="utf-8").splitlines(), "end"], 1):
        if "://" in line:
            found.append(breach(root, lock, number, "an address; the lock holds pins and hashes only"))
        if re.match(r"\w", line):
            if pinned:
                found.append(breach(root, lock, number, f"{pinned} has no hash"))
            pinned = line.split()[0]
            if "==" not in pinned and line != "end":
                found.append(breach(root, lock, number, f"{pinned} is not pinned"))
        elif line.strip().startswith("--hash=sha256:"):
            pinned = ""
    return found


RULES: tuple[Rule, ...] = (
    files_fit_a_sitting,
    functions_fit_a_glance,
    modules_say_what_they_answer,
    names_say_what_they_hold,
    nothing_is_left_undone,
    no_float_near_money,
    no_clock_in_a_gate,
    only_actions_write,
    grounds_name_their_rule,
    grounds_cite_a_provision,
    codes_are_published,
    grounds_have_two_cases,
    grounds_speak_three_languages,
    languages_are_equals,
    french_apostrophes_are_typographic,
    catalogues_are_compiled,
    commands_are_documented,
    settings_are_documented,
    nothing_names_this_machine,
    lock_holds_hashes_only,
)
