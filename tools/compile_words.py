"""Which bytes do the catalogues compile to? Every `.po` under ecluse/locale becomes a `.mo`, always the same bytes.

python tools/compile_words.py           write them
python tools/compile_words.py --check   say which are missing or old, and fail
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parent.parent / "ecluse" / "locale"


def read(path: Path) -> Catalog:
    """Which messages does this file hold? Refuses a fuzzy or obsolete entry, and a key that stands twice."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name, abort_invalid=True)
    keys = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("msgid ")]
    twice = {key for key in keys if keys.count(key) > 1}
    unsure = [str(message.id) for message in catalogue if message.id and message.fuzzy]
    if twice or unsure or catalogue.obsolete:
        raise ValueError(f"fuzzy, obsolete or doubled entries: {[*sorted(twice), *unsure, *catalogue.obsolete]}")
    return catalogue


class Plain(Catalog):
    """A catalogue whose header keeps only what a reader needs: no dates, no tool versions."""

    plurals = ""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Which header lines are compiled?"""
        kind = ("Content-Type", "text/plain; charset=utf-8")
        return [kind, ("Language", self.locale_identifier or ""), ("Plural-Forms", self.plurals)]


def compiled(path: Path) -> bytes:
    """What does this catalogue compile to?"""
    catalogue = read(path)
    plain = Plain(locale=path.parent.parent.name, charset="utf-8")
    plain.plurals = catalogue.plural_forms
    for message in catalogue:
        if message.id:
            plain[message.id] = message
    body = io.BytesIO()
    write_mo(body, plain)
    return body.getvalue()


def main(words: list[str]) -> int:
    """How many catalogues could not be compiled, or with --check are not as they should be? Zero is success."""
    failures = 0
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target, name = path.with_suffix(".mo"), path.relative_to(LOCALE)
        try:
            body = compiled(path)
        except (PoFileError, UnicodeDecodeError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failures += 1
            continue
        if target.exists() and target.read_bytes() == body:
            continue
        if "--check" in words:
            print(f"{name}: {target.name} is missing or old; run: python tools/compile_words.py", file=sys.stderr)
            failures += 1
        else:
            target.write_bytes(body)
            print(f"{name.with_suffix('.mo')}")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
