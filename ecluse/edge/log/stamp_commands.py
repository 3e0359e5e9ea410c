"""What does `ecluse log stamp` do? A time stamp over a log's newest checkpoint, asked for, judged, kept beside it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.x509 import Certificate

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.words import say as word
from ecluse.custody.log.bundle import TOKENS
from ecluse.custody.log.stamp_der import BYTES_LIMIT, StampError
from ecluse.custody.log.stamp_token import read_request, request_bytes
from ecluse.custody.log.timestamp import (
    AUTHORITIES_BYTES_LIMIT,
    UNVOUCHED,
    Stamp,
    imprint_of,
    read_authorities,
    read_stamp,
)
from ecluse.edge.commands import out as print_form
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.edge.log.ask_authority import SilentAuthorityError, ask_authority
from ecluse.edge.log.commands import read_file, write_whole
from ecluse.edge.log.folder import LogFolder

STAMPS = "stamps"
NONCE_BITS = 64


def stamp(folder: str, url: str, out: str, request: str, answer: str, authorities: str, as_json: bool) -> int:
    """Keep what an authority says of the newest checkpoint, or write the request for it. 1 for a refused answer."""
    lang, log = person_language(), LogFolder(Path(folder))
    note, head = log.checkpoint(), log.head()
    if head is None:
        expected, remedy = word("log.expected.folder", lang), word("log.remedy.folder", lang)
        raise BadInputError.one(folder, expected, word("log.found.nothing", lang), remedy)
    if bool(url) + bool(answer) > 1 or not (url or answer or request) or (url and request):
        expected, remedy = word("bundle.stamp.expected.way", lang), word("bundle.stamp.remedy.way", lang)
        named = [name for name, given in (("--url", url), ("--request", request), ("--answer", answer)) if given]
        told = ", ".join(named) or word("log.found.nothing", lang)
        raise BadInputError.one("ecluse log stamp", expected, told, remedy)
    imprint, pinned = imprint_of(note), pinned_in(authorities)
    if request and not answer:
        _write_request(Path(request), request_bytes(imprint, secrets.randbits(NONCE_BITS)))
        if as_json:
            print_form({"request": request, "size": head.size})
        return 0
    nonce = secrets.randbits(NONCE_BITS) if url else _nonce_of(request, imprint)
    content = _asked(url, request_bytes(imprint, nonce or 0)) if url else read_file(Path(answer), BYTES_LIMIT)
    try:
        found = read_stamp(content, imprint, pinned, nonce)
    except StampError as error:
        reason = why(error.code, error.found, lang)
        tell(word("bundle.stamp.refused", lang, source=url or answer, reason=reason))
        if as_json:
            print_form({"kept": False, "reason": error.code, "found": error.found})
        return 1
    place = Path(out) if out else log.path / kept_at(log, head.size, content)
    _keep(place, content)
    _tell_kept(found, place, pinned, lang)
    if as_json:
        print_form({"kept": True, "file": str(place), "size": head.size, "judged": pinned is not None, **found.facts()})
    return 0


def pinned_in(path: str) -> tuple[Certificate, ...] | None:
    """Which authorities are pinned in this file? None where none is named. Raises BadInputError."""
    if not path:
        return None
    lang, content = person_language(), read_file(Path(path), AUTHORITIES_BYTES_LIMIT)
    try:
        return read_authorities(content)
    except EvidenceError as error:
        expected, remedy = word("bundle.stamp.expected.pem", lang), word("bundle.stamp.remedy.pem", lang)
        raise BadInputError.one(path, expected, str(error), remedy) from None


def stamps_of(log: LogFolder, size: int, note: str) -> list[bytes]:
    """Which stamps are kept beside this checkpoint? Raises BadInputError for one that is not over it."""
    lang, found = person_language(), []
    for name in names_of(size):
        if (content := _kept(log, name)) is None:
            continue
        try:
            read_stamp(content, imprint_of(note), None)
        except StampError as error:
            if error.code in UNVOUCHED:  # kept by an authority that was pinned then; whoever checks pins their own
                found.append(content)
                continue
            expected, reason = word("bundle.stamp.expected.kept", lang), why(error.code, error.found, lang)
            remedy = word("bundle.stamp.remedy.kept", lang)
            raise BadInputError.one(str(log.path / name), expected, reason, remedy) from None
        found.append(content)
    return found


def names_of(size: int) -> list[str]:
    """Under which names may stamps of a checkpoint of this size be kept? The first plain, others numbered."""
    return [f"{STAMPS}/{size}{f'-{at}' if at > 1 else ''}.tsr" for at in range(1, len(TOKENS) + 1)]


def kept_at(log: LogFolder, size: int, content: bytes) -> str:
    """Where is this stamp to be kept? Beside those of other authorities. Raises BadInputError for one too many."""
    for name in names_of(size):
        if _kept(log, name) in (None, content):
            return name
    lang = person_language()
    expected, remedy = word("bundle.stamp.expected.place", lang, n=len(TOKENS)), word("bundle.stamp.remedy.place", lang)
    raise BadInputError.one(str(log.path / STAMPS), expected, str(len(TOKENS)), remedy)


def _kept(log: LogFolder, name: str) -> bytes | None:
    """The stamp of this name; None where there is none. Raises BadInputError for what is no such file."""
    try:
        return log.body(name, BYTES_LIMIT)
    except FileNotFoundError:
        return None
    except (OSError, EvidenceError) as error:
        lang = person_language()
        expected, remedy = word("bundle.stamp.expected.kept", lang), word("bundle.stamp.remedy.kept", lang)
        raise BadInputError.one(str(log.path / name), expected, str(error), remedy) from None


def why(code: str, found: str, lang: str) -> str:
    """Why is a time stamp refused, in this language?"""
    text = word(f"bundle.stamp.why.{code}", lang)
    return f"{text} ({found})" if found else text


def _nonce_of(request: str, imprint: bytes) -> int | None:
    """The nonce of the request that was carried to the authority; None where it is not at hand."""
    if not request:
        return None
    lang, content = person_language(), read_file(Path(request), BYTES_LIMIT)
    try:
        asked, nonce = read_request(content)
        if asked == imprint:
            return nonce
        reason = why("other_imprint", asked.hex(), lang)
    except StampError as error:
        reason = why(error.code, error.found, lang)
    expected, remedy = word("bundle.stamp.expected.request", lang), word("bundle.stamp.remedy.request", lang)
    raise BadInputError.one(request, expected, reason, remedy)


def _asked(url: str, request: bytes) -> bytes:
    lang = person_language()
    try:
        return ask_authority(url, request)
    except (SilentAuthorityError, ValueError) as error:
        expected, remedy = word("bundle.stamp.expected.answer", lang), word("bundle.stamp.remedy.answer", lang)
        raise BadInputError.one(url, expected, str(error), remedy) from None


def _write_request(path: Path, content: bytes) -> None:
    """A request never takes the place of another: its answer may be on its way."""
    lang = person_language()
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        expected, remedy = word("bundle.stamp.expected.new", lang), word("bundle.stamp.remedy.new", lang)
        raise BadInputError.one(str(path), expected, error.strerror or str(error), remedy) from None
    tell(word("bundle.stamp.request", lang, file=str(path)))


def _keep(place: Path, content: bytes) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        lang = person_language()
        expected, reason = word("log.expected.file", lang), error.strerror or str(error)
        raise BadInputError.one(str(place), expected, reason, word("log.remedy.file", lang)) from None
    write_whole(place, content)


def _tell_kept(found: Stamp, place: Path, pinned: Sequence[Certificate] | None, lang: str) -> None:
    facts = found.facts()
    tell(word("bundle.stamp.kept", lang, file=str(place), authority=found.authority, at=facts["at"]))
    if pinned is None:
        tell(word("bundle.stamp.unjudged", lang))
