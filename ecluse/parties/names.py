"""When are two names the same? One exact form, and normalised forms that survive spelling, script and word order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from ecluse.base.canon import canonical, digest

NAME_LIMIT = 1000

# Cyrillic to Latin, one letter at a time: the Ukrainian scheme of 2010 and the usual Russian one. A Cyrillic name is
# read by both, because a list rarely says in which language it spells.
_COMMON = {
    "а": "a", "б": "b", "в": "v", "д": "d", "ж": "zh", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ь": "", "ю": "yu", "я": "ya", "ъ": "", "ы": "y", "э": "e", "ё": "e", "ў": "u",
}  # fmt: skip
UKRAINIAN = {**_COMMON, "г": "h", "ґ": "g", "е": "e", "є": "ye", "и": "y", "і": "i", "ї": "yi", "й": "y"}
RUSSIAN = {**_COMMON, "г": "g", "ґ": "g", "е": "e", "є": "e", "и": "i", "і": "i", "ї": "i", "й": "y"}

# Latin letters that no decomposition reaches.
LATIN = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "þ": "th",
    "ð": "d",
    "ß": "ss",
    "ħ": "h",
    "ə": "a",
}

# Spellings of one sound in the usual romanisations, applied in this order to each word.
FOLDS = (
    ("shch", "sc"), ("sch", "sc"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("tz", "c"), ("ts", "c"), ("w", "v"),
    ("x", "ks"), ("y", "i"), ("j", "i"), ("ie", "e"),
)  # fmt: skip

# Words that say which form a firm has, not who it is: longer phrases first, then single words.
PHRASES = (
    "товариство з обмеженою відповідальністю", "товариство з додатковою відповідальністю",
    "приватне акціонерне товариство", "публічне акціонерне товариство", "акціонерне товариство",
    "приватне підприємство", "державне підприємство", "фізична особа-підприємець",
    "общество с ограниченной ответственностью", "публичное акционерное общество", "открытое акционерное общество",
    "закрытое акционерное общество", "акционерное общество",
    "limited liability company", "limited liability partnership", "open joint stock company",
    "public joint stock company", "private joint stock company", "joint stock company", "joint-stock company",
    "private limited company", "public limited company",
    "société à responsabilité limitée", "société anonyme", "sociedad anónima", "sociedad limitada",
    "gesellschaft mit beschränkter haftung", "aktiengesellschaft", "spółka z ograniczoną odpowiedzialnością",
    "spółka akcyjna", "sp. z o.o.", "sp. z o. o.", "z o.o.", "s.r.o.", "d.o.o.",
)  # fmt: skip
WORD_TEXT = """
    ltd limited llc llp lp plc inc incorporated corp corporation co company gmbh ag kg ohg ug se sa sas sarl srl spa
    sl bv nv oy oyj ab as aps ou osauhing uab sia jsc ojsc cjsc pjsc prjsc pao oao zao ooo ao tov tzov tdv prat pat
    fop chp fze fzco fzc wll pte pty bhd sdn kft zrt doo sro dooel the and et und
"""
WORDS = frozenset(WORD_TEXT.split())

_UKRAINIAN, _RUSSIAN, _LATIN = (str.maketrans(table) for table in (UKRAINIAN, RUSSIAN, LATIN))
_CYRILLIC = re.compile("[\u0400-\u04ff]")
# Dots and strokes inside an abbreviation join it: S.A. is SA, A/S is AS.
_JOINED = re.compile(r"(?<![^\W_]{2})(?<=[^\W_])[./](?=[^\W_](?![^\W_]))")
_QUOTES = re.compile("[’‘ʼʹ′`´'\u02b9\u02bc\u2019]")
_BREAKS = re.compile(r"[\W_]+")
_TWINS = re.compile(r"([a-z])\1+")
_FOLDABLE = re.compile("|".join(old for old, _ in FOLDS))


def matcher() -> str:
    """Which matcher is this, by the digest of its rules? Stands in every screening.

    >>> matcher().startswith("ecluse-names/1:")
    True
    """
    return _MATCHER


def nfc(text: str) -> str:
    """How does this text stand in a record? Composed, as canonical spelling asks."""
    return unicodedata.normalize("NFC", text)


def exact_form(name: str) -> str:
    """What is the name without differences of case, width and spacing?

    >>> exact_form("  Veriga  TRADING Ltd ")
    'veriga trading ltd'
    """
    return " ".join(unicodedata.normalize("NFKC", name[:NAME_LIMIT]).casefold().split())


def normal_forms(name: str) -> tuple[str, ...]:
    """Under which normalised forms is this name known? One for each way of reading its letters.

    >>> normal_forms("Shevchenko, Andrii")[0] in normal_forms("Андрій Шевченко")
    True
    """
    form = exact_form(name)
    readings = (form,) if form.isascii() else tuple(dict.fromkeys(_readings(form)))
    return tuple(dict.fromkeys(filter(None, (_words(reading) for reading in readings))))


def identifier_form(identifier: str) -> str:
    """How is an identifier `scheme:value` compared? Scheme in lower case, letters and digits of the value in upper.

    >>> identifier_form("IMO: 918-7629")
    'imo:9187629'
    """
    scheme, _, value = unicodedata.normalize("NFKC", identifier).rpartition(":")
    return f"{scheme.strip().casefold()}:{_BREAKS.sub('', value).upper()}"


def _readings(form: str) -> Iterator[str]:
    form = _PHRASES.sub(" ", form)
    if _CYRILLIC.search(form):
        yield _plain(form.translate(_UKRAINIAN))
        yield _plain(form.translate(_RUSSIAN))
    else:
        yield _plain(form)


def _plain(form: str) -> str:
    """The letters without marks; a mark that makes another letter (й, ї) was read before."""
    decomposed = unicodedata.normalize("NFKD", form.translate(_LATIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _words(reading: str) -> str:
    reading = _PHRASES.sub(" ", reading) if reading.isascii() else reading
    words = _BREAKS.sub(" ", _JOINED.sub("", _QUOTES.sub("", reading))).split()
    kept = [word for word in words if word not in WORDS] or words
    return " ".join(sorted(_fold(word) for word in kept))


@lru_cache(maxsize=65536)
def _fold(word: str) -> str:
    if _FOLDABLE.search(word):
        for old, new in FOLDS:
            word = word.replace(old, new)
    return _TWINS.sub(r"\1", word)


def _phrases() -> re.Pattern[str]:
    spelled = {*PHRASES, *(_plain(phrase) for phrase in PHRASES)}
    longest_first = sorted(spelled, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _rules_digest() -> str:
    """The digest of every table above: another rule is another matcher."""
    tables = [[list(pair) for pair in sorted(table.items())] for table in (UKRAINIAN, RUSSIAN, LATIN)]
    return digest(canonical([*tables, [list(pair) for pair in FOLDS], list(PHRASES), sorted(WORDS), NAME_LIMIT]))


_PHRASES = _phrases()
_MATCHER = f"ecluse-names/1:{_rules_digest()[:16]}"
