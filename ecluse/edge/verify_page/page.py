"""Which bytes has the page that verifies a bundle? One file: modules, words and style within, nothing to fetch.

A browser loads no module beside a page that lies on a disk. So the plain modules of this folder, which Node runs as
they are, are put one after the other into one inline module, their imports of each other left out. The page's own
content security policy admits this script and style by their digests, and no connection at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from ecluse.base.words import LANGUAGES, template

HERE = Path(__file__).parent
# Each stands behind all that it imports.
MODULES = ("vendor/noble", "bytes", "canon", "bundle", "signatures", "note", "policy", "proof", "outer", "judge",
           "points", "statement", "transcript", "envelope", "enveloped", "page")  # fmt: skip
IMPORT = re.compile(r'^import \{[^}]*\} from "\./[\w/]+\.mjs";\n', re.MULTILINE)
EXPORT_LIST = re.compile(r"^export \{[^}]*\};\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |function |async function |class )", re.MULTILINE)
PLACE = re.compile(r"\{\{(?:(uk|en|fr):)?([\w.]+)\}\}")
KEY = re.compile(r'^msgid "(bundle\.[\w.]+)"$', re.MULTILINE)
# What only the command says.
NOT_HERE = (
    "bundle.readme", "bundle.written", "bundle.not_written", "bundle.nothing", "bundle.public.", "bundle.check.token.",
    "bundle.stamp.",
)  # fmt: skip


@lru_cache(maxsize=1)
def verify_page() -> bytes:
    """What is the page, as it is published and as it may be carried on a stick? Raises ValueError for an open place."""
    script, style = _script(), "\n" + _read("page.css")
    policy = "; ".join((
        "default-src 'none'", f"script-src {_digest(script)}", f"style-src {_digest(style)}", "img-src data:",
        "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'",
    ))  # fmt: skip
    known = {"policy": policy, "style": style, "script": script, "words": _words()}

    def filled(place: re.Match[str]) -> str:
        lang, name = place[1] or "en", place[2]
        return known[name] if name in known else _escaped(template(name, lang))

    return PLACE.sub(filled, _read("page.html")).encode()


def _script() -> str:
    parts = []
    for name in MODULES:
        text = EXPORT.sub("", EXPORT_LIST.sub("", IMPORT.sub("", _read(f"{name}.mjs"))))
        if re.search(r"^(import|export)\b|</script|<!--", text, re.MULTILINE | re.IGNORECASE):
            raise ValueError(f"{name}.mjs cannot stand within a page")
        parts.append(text)
    return "\n" + "\n".join(parts)


def _words() -> str:
    """Every sentence that the page may say, in three languages; no tag can begin in it."""
    source = Path(__file__).parents[2] / "locale" / "en" / "LC_MESSAGES" / "bundle.po"
    keys = [key for key in KEY.findall(source.read_text(encoding="utf-8")) if not key.startswith(NOT_HERE)]
    words = {lang: {key: template(key, lang) for key in keys} for lang in LANGUAGES}
    return json.dumps(words, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
