"""What is done in an office while faults strike: deeds and signed heads in its database, its logs written as tiles."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from carried import copy_sqlite, office_on, settle_sqlite, sqlite_url
from faults.scenes import ANSWERS, Said, Say, Scene, largest

from ecluse.base.errors import ConflictError
from ecluse.base.proof import Levels, leaf_hash
from ecluse.edge.log.verify import verify_log

LOG, ON, DEEDS = "home/2026", date(2026, 1, 2), 3


def register(number: int) -> str:
    """One deed as the office writes it: which record stands now?"""
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Officer

    person = f"officer:fault-{number}"
    with Deed(open_session(), "office.register", actor="clock:office", on=ON, subject=f"register:{person}") as deed:
        return deed.seal(Officer(person, "authority:fault", "planner", person, ON, None), person).digest


def sign() -> tuple[int, str]:
    """Which head is signed as the log stands now?"""
    from ecluse.office.actions.checkpoint import sign_heads
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import Checkpoint

    sign_heads(open_session(), ON)
    newest = Checkpoint.objects.filter(log=LOG).order_by("size").last()
    assert newest is not None
    return newest.size, newest.root_hex


def found(url: str) -> None:
    """A small demonstration: its keys are derived, and the one that signs heads is on record."""
    with office_on(url):
        from ecluse.base.signing import Key
        from ecluse.office.actions.checkpoint import SIGNER
        from ecluse.office.actions.deed import Deed
        from ecluse.office.desk.today import open_session
        from ecluse.office.models import Setting

        for key, value in (("kind", "demonstration"), ("seed", "faults"), ("carried", str(ON))):
            Setting.objects.create(key=key, value=value)
        session = open_session()
        public = session.source.private_key(SIGNER).public_key().public_bytes_raw().hex()
        with Deed(session, "office.register", actor="clock:office", on=ON, subject="register:keys") as deed:
            deed.seal(Key(f"key:{SIGNER}/1", SIGNER, public, ON, None), SIGNER)
        register(0)
        sign()


class Appending(Scene):
    """Three deeds, each followed by a signed head."""

    name = "append"

    def __init__(self) -> None:
        from django.db import DatabaseError

        self.answers = (*ANSWERS, ConflictError, DatabaseError)

    def lay(self, folder: Path) -> None:
        place = folder.with_name("founding") / "office.sqlite3"
        found(sqlite_url(place))
        settle_sqlite(place)
        copy_sqlite(place, folder / "office.sqlite3")

    def work(self, folder: Path, say: Say) -> bool:
        try:
            with office_on(sqlite_url(folder / "office.sqlite3")):
                return super().work(folder, say)
        except self.answers as error:  # it could not be opened, or closed
            say("failed", -1, type(error).__name__)
            return True

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        for number in range(1, DEEDS + 1):

            def step(number: int = number) -> None:
                say("recorded", number, register(number))
                say("head", *sign())

            yield step

    def check(self, folder: Path, said: Said) -> None:
        url = sqlite_url(folder / "office.sqlite3")
        with closing(sqlite3.connect(folder / "office.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with office_on(url):
            self.check_log(said)
            register(99)
            said = [*said, ["head", *map(str, sign())]]
            self.check_log(said)

    def check_log(self, said: Said) -> None:
        from ecluse.office.models import Checkpoint, LogEntry, Record
        from ecluse.office.publish.tiles import tree_of

        tree: Levels = tree_of(LOG)
        for _, _, digest in (line for line in said if line[0] == "recorded"):
            record = Record.objects.filter(digest=digest).first()
            assert record is not None, "an acknowledged record is lost"
            entry = LogEntry.objects.get(log=record.log, index=record.index)
            assert leaf_hash(bytes(entry.body)).hex() == entry.leaf_hex == tree.leaf(entry.index).hex()
        heads = [(int(line[1]), line[2]) for line in said if line[0] == "head"]
        heads += Checkpoint.objects.filter(log=LOG).values_list("size", "root_hex")
        for size, root in heads:
            assert size <= tree.size, f"a head of {size} was signed, and the log holds {tree.size}"
            assert tree.root(size).hex() == root, "a fork"


class Writing(Appending):
    """`ecluse log write --sign` of an office: heads signed, tiles written, the checkpoint published."""

    name = "log write"

    def lay(self, folder: Path) -> None:
        super().lay(folder)
        with office_on(sqlite_url(folder / "office.sqlite3")):
            assert self.write(folder) == 0
            for number in range(1, DEEDS + 1):
                register(number)
        settle_sqlite(folder / "office.sqlite3")

    def write(self, folder: Path) -> int:
        from ecluse.office.commands import logs

        logs.open_office = lambda db: None  # it is open: asking Django for its tables each time takes half a second
        return logs.write(str(folder / "tiles"), "", "", True, False)

    def steps(self, folder: Path, say: Say) -> Iterator[Callable[[], None]]:
        for number in (11,):

            def step(number: int = number) -> None:
                say("recorded", number, register(number))
                if self.write(folder):
                    raise OSError("refused")
                head = verify_log(folder / "tiles" / LOG).checkpoint
                say("head", head.size, head.root.hex())
                say("shown", head.size)

            yield step

    def check(self, folder: Path, said: Said) -> None:
        whole = verify_log(folder / "tiles" / LOG).checkpoint
        assert whole.size >= largest(said, "shown")
        super().check(folder, [*said, ["head", str(whole.size), whole.root.hex()]])
        with office_on(sqlite_url(folder / "office.sqlite3")):
            assert self.write(folder) == 0, "the office stopped, and nobody is ahead of it"
            head = verify_log(folder / "tiles" / LOG).checkpoint
            self.check_log([["head", str(head.size), head.root.hex()]])


OFFICE_SCENES: tuple[type[Scene], ...] = (Appending, Writing)
