"""What do `ecluse witness init`, `trust` and `serve` do? One folder holds a witness's name, key and memory."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.errors import BadInputError, EvidenceError, ForbiddenError
from ecluse.base.words import say as word
from ecluse.edge.commands import say as tell
from ecluse.edge.keys import make_key, open_key, slug
from ecluse.edge.language import person_language

NAME_FILE, MEMORY_FILE, PEM = "name", "memory.sqlite3", ".pem"


def init(folder: str, name: str) -> int:
    """Which verifier key has the new witness? Raises BadInputError where one is already, or the name cannot be one."""
    from ecluse.custody.log.note_keys import NAME
    from ecluse.edge.log.witness_memory import WitnessMemory

    path, lang = Path(folder), person_language()
    if not NAME.fullmatch(name):
        raise BadInputError.one("--name", word("log.expected.name", lang), repr(name), word("log.remedy.name", lang))
    if not _was_begun(path):
        WitnessMemory.make(path / MEMORY_FILE)
    if not (path / (slug(name) + PEM)).is_file():
        make_key(path, name)
    beside = path / f".{NAME_FILE}.new"
    beside.write_text(name + "\n", encoding="utf-8")
    beside.replace(path / NAME_FILE)  # with its name it is whole
    print(_key(path))
    tell(word("log.witness.made", lang, folder=str(path)))
    return 0


def _was_begun(path: Path) -> bool:
    """Was a witness begun here and cut short before it had its name? It has signed nothing, and is taken up again."""
    from ecluse.edge.log.witness_memory import WitnessMemory

    file = path / MEMORY_FILE
    return file.is_file() and not (path / NAME_FILE).exists() and not WitnessMemory(file).logs()


def trust(folder: str, key: str) -> int:
    """Let the witness watch the log of this key. Raises BadInputError for what is no log's key."""
    from ecluse.custody.log.note_keys import read_key
    from ecluse.edge.log.witness_memory import WitnessMemory

    lang = person_language()
    try:
        log = read_key(key)
        WitnessMemory(Path(folder) / MEMORY_FILE).trust(log)
    except EvidenceError:
        raise BadInputError.one(
            "key", word("log.expected.key", lang), key[:80], word("log.remedy.key", lang)
        ) from None  # fmt: skip
    tell(word("log.witness.trusts", lang, log=log.name))
    return 0


def serve(folder: str, host: str, port: int) -> int:
    """Answer until stopped by a signal; the address is printed when the witness listens."""
    from ecluse.edge.log.witness_memory import WitnessMemory
    from ecluse.edge.log.witness_serve import Witness, server

    path, lang = Path(folder), person_language()
    memory = WitnessMemory(path / MEMORY_FILE)
    name = _name(path)
    try:
        http_server = server(Witness(name, [_private(path, name)], memory), host, port)
    except OSError as error:
        raise BadInputError.one(
            f"{host}:{port}", word("log.expected.port", lang), str(error), word("log.remedy.port", lang)
        ) from None  # fmt: skip
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: threading.Thread(target=http_server.shutdown).start())
    address = f"http://{host}:{http_server.server_address[1]}"
    print(address, flush=True)
    tell(word("log.witness.serves", lang, name=name, logs=len(memory.logs()), address=address))
    http_server.serve_forever()
    http_server.server_close()
    return 0


def _name(path: Path) -> str:
    try:
        return (path / NAME_FILE).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        lang = person_language()
        raise BadInputError.one(
            str(path / NAME_FILE), word("log.expected.witness", lang), word("log.found.nothing", lang),
            word("log.remedy.witness", lang),
        ) from None  # fmt: skip


def _private(path: Path, name: str) -> Ed25519PrivateKey:
    key = open_key(path / (slug(name) + PEM))
    if key.owner != name:
        raise ForbiddenError(word("log.witness.another_key", person_language(), name=name, owner=key.owner))
    return key.private


def _key(path: Path) -> str:
    from ecluse.custody.log.note_keys import public_key

    name = _name(path)
    return str(public_key(name, _private(path, name), is_cosigner=True))
