"""What is done while faults strike, and what must be true afterwards: of a log's folder, a mirror, a witness?

A scene lays a folder, works in it (in a child that may die), and checks it as whoever starts next would find it: with
`said`, all that the child had said to others before it ended.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.errors import BadInputError, EvidenceError, ForbiddenError
from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Levels, leaf_hash
from ecluse.custody.log.note_keys import opened, public_key
from ecluse.custody.log.policy import read_policy
from ecluse.custody.log.witness import request_for
from ecluse.edge.log import folder as log_folder
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.mirror import follow
from ecluse.edge.log.verify import verify_log
from ecluse.edge.log.witness_memory import WitnessMemory
from ecluse.edge.log.witness_serve import Witness

Say = Callable[..., None]
Said = list[list[str]]
ORIGIN, NAME = "example.org/log", "witness.example"
LOG, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at in (1, 2))
KEY, WITNESS_KEY = public_key(ORIGIN, LOG, is_cosigner=False), public_key(NAME, WITNESS, is_cosigner=True)
# What a program may answer a fault with; anything else that comes out of it is a mistake of ours.
ANSWERS = (OSError, EvidenceError, BadInputError, ForbiddenError, sqlite3.Error)
OK, CONFLICT, CONTRADICTED, UNAVAILABLE = 200, 409, 422, 503


@lru_cache(maxsize=2)
def history(kind: bytes = b"entry") -> tuple[list[bytes], Levels]:
    entries = [kind + b" %d" % at for at in range(800)]
    return entries, Levels(leaf_hash(entry) for entry in entries)


def note_at(size: int, kind: bytes = b"entry") -> str:
    return sign_note(checkpoint_text(ORIGIN, size, history(kind)[1].root(size)), ORIGIN, LOG)


class Scene:
    """One piece of work: `lay` once, `work` in a child, `check` by whoever starts next."""

    name = ""
    answers: tuple[type[BaseException], ...] = ANSWERS

    def lay(self, folder: Path) -> None:
        """What stands there before."""

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        """What is done, step by step; a step that fails is told, and the next is tried."""
        return iter(())

    def check(self, folder: Path, said: Said) -> None:
        """Raises AssertionError where a promise is broken, or the work cannot go on."""

    def work(self, folder: Path, say: Say) -> bool:
        """All steps; does one fail?"""
        failed = False
        for at, step in enumerate(self.steps(folder, say)):
            try:
                step()
            except self.answers as error:
                failed = True
                say("failed", at, type(error).__name__)
        return failed


def largest(said: Said, what: str) -> int:
    return max((int(line[1]) for line in said if line[0] == what), default=0)


def grow_to(path: Path, size: int) -> None:
    entries, tree = history()
    log = LogFolder(path)
    log.grow(tree, size, lambda first, last: entries[first:last])
    log.publish(note_at(size))


def check_log(path: Path, least: int, sizes: set[int]) -> None:
    """The log verifies whole, at one of these sizes, none smaller than what was shown; and it grows on."""
    whole = verify_log(path).checkpoint
    assert whole.size >= least, f"{least} entries were shown, {whole.size} stand"
    assert whole.size in sizes, whole.size
    assert whole.root == history()[1].root(whole.size), "a fork"
    try:
        LogFolder(path).grow(history(b"other")[1], 700, lambda first, last: history(b"other")[0][first:last])
    except EvidenceError:
        pass
    else:
        raise AssertionError("another history was taken")
    grow_to(path, 700)
    assert verify_log(path).checkpoint.size == 700
    left = [str(file.relative_to(path)) for file in path.rglob("*") if "/." in f"/{file.relative_to(path)}"]
    assert not left, f"left beside for ever: {left}"


class Publishing(Scene):
    """A log grows as tiles, and its heads are shown."""

    name, sizes = "publish", (301, 512, 600)

    def lay(self, folder: Path) -> None:
        grow_to(folder / "log", 300)

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        for size in self.sizes:

            def step(size: int = size) -> None:
                grow_to(folder / "log", size)
                say("shown", size)

            yield step

    def check(self, folder: Path, said: Said) -> None:
        check_log(folder / "log", max(300, largest(said, "shown")), {300, *self.sizes})


class PublishingAtOnce(Publishing):
    """The same with eight writers, as it runs; the order of calls is then chance."""

    name = "publish, eight writers"

    def work(self, folder: Path, say: Say) -> bool:
        log_folder.WRITERS = 8
        return super().work(folder, say)


class FirstPublishing(Publishing):
    """A log's very first files, in a folder that is not there yet."""

    name, sizes = "publish at first", (3, 300)

    def lay(self, folder: Path) -> None:
        """Nothing stands there yet."""

    def check(self, folder: Path, said: Said) -> None:
        shown = largest(said, "shown")
        if not shown and not LogFolder(folder / "log").checkpoint():
            grow_to(folder / "log", 3)
        check_log(folder / "log", shown, set(self.sizes))


class Mirroring(Scene):
    """A copy follows a log."""

    name = "mirror"
    policy = read_policy(f"log {KEY}\nquorum none\n".encode())

    def lay(self, folder: Path) -> None:
        for size in (300, 600):
            grow_to(folder / "source", size)
            if size == 300:
                self.follow(folder)

    def follow(self, folder: Path) -> int:
        return follow(LogFolder(folder / "source"), LogFolder(folder / "copy"), self.policy).new

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        for _ in range(2):
            yield lambda: say("shown", self.follow(folder))

    def check(self, folder: Path, said: Said) -> None:
        assert verify_log(folder / "source").checkpoint.size == 600
        whole = verify_log(folder / "copy").checkpoint
        assert whole.size in (300, 600)
        assert whole.size >= largest(said, "shown")
        assert self.follow(folder) == 600
        check_log(folder / "copy", 600, {600})


class Witnessing(Scene):
    """A witness sees three heads, and a second history of the last."""

    name, sizes = "witness", (10, 20, 30)

    def lay(self, folder: Path) -> None:
        WitnessMemory.make(folder / "memory.sqlite3").trust(KEY)
        assert self.ask(folder, 0, 5)[0] == OK

    def ask(self, folder: Path, old: int, size: int, kind: bytes = b"entry") -> tuple[int, str]:
        proof = history(kind)[1].consistency_proof(old, size)
        witness = Witness(NAME, [WITNESS], WitnessMemory(folder / "memory.sqlite3"), lambda: 1_800_000_000.0)
        status, _, body = witness.answer(bytes(request_for(old, proof, note_at(size, kind))))
        if status == OK:
            assert opened(note_at(size, kind) + body, [WITNESS_KEY]).by
        return status, body

    def bring(self, folder: Path, size: int) -> None:
        """As a log does: with what the witness says that it saw last."""
        status, body = self.ask(folder, size, size)
        if status == CONFLICT:
            status, body = self.ask(folder, int(body), size)
        if status != OK:
            raise OSError(f"{status}: {body}")

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        for size in self.sizes:

            def step(size: int = size) -> None:
                self.bring(folder, size)
                say("signed", size)

            yield step

        def fork() -> None:
            status, body = self.ask(folder, self.sizes[-1], self.sizes[-1], b"other")
            if status == UNAVAILABLE:
                raise OSError(body)
            say("refused" if status != CONTRADICTED else "evidence", status)

        yield fork

    def check(self, folder: Path, said: Said) -> None:
        memory = WitnessMemory(folder / "memory.sqlite3")
        signed, seen = max(5, largest(said, "signed")), memory.seen(ORIGIN)
        assert seen.size >= signed, f"{signed} was signed, {seen.size} is remembered"
        assert seen.root == history()[1].root(seen.size), "another tree is remembered"
        forks = memory.forks()
        assert forks or not largest(said, "evidence"), "evidence was lost"
        assert not forks or forks[0].told == note_at(30, b"other")
        back = [self.ask(folder, old, seen.size - 1)[0] for old in (0, seen.size - 1)]
        other = self.ask(folder, seen.size, seen.size, b"other")[0]
        assert OK not in (*back, other), "signed backwards, or a second history"
        self.bring(folder, 40)
        assert memory.seen(ORIGIN).size == 40


class BeginningAWitness(Scene):
    """A witness's memory begins, and learns which log it watches."""

    name = "witness at first"

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        yield lambda: (self.made(folder, say), self.trusts(folder, say))[0]

    def made(self, folder: Path, say: Say) -> None:
        WitnessMemory.make(folder / "w" / "memory.sqlite3")
        say("made", 1)

    def trusts(self, folder: Path, say: Say) -> None:
        WitnessMemory(folder / "w" / "memory.sqlite3").trust(KEY)
        say("trusted", 1)

    def check(self, folder: Path, said: Said) -> None:
        path = folder / "w" / "memory.sqlite3"
        if not largest(said, "made"):
            with contextlib.suppress(BadInputError):  # it was made whole, and nobody was told
                WitnessMemory.make(path)  # whoever starts it calls again
        memory = WitnessMemory(path)
        assert memory.seen(ORIGIN).size == 0
        assert not largest(said, "trusted") or memory.logs() == {ORIGIN: [KEY]}
        memory.trust(KEY)
        assert memory.logs() == {ORIGIN: [KEY]}


SCENES: tuple[type[Scene], ...] = (
    Publishing, PublishingAtOnce, FirstPublishing, Mirroring, Witnessing, BeginningAWitness,
)  # fmt: skip
