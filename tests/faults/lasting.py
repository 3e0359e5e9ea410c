"""What is left of a folder when the power goes: what was synced, and of the rest whatever chance leaves of it.

A file's bytes last from its own sync on; its name, or that another took its place, from the sync of its folder. This is
what POSIX promises and no more: disks keep more, and a program may not lean on it.
"""

from __future__ import annotations

import os
import random
from itertools import count
from pathlib import Path

SECTOR = 512
FOLDER = -1


class Lasting:
    """Follows one folder: what stood there at first lasts."""

    def __init__(self, root: Path) -> None:
        self.root, self._next = root, count()
        self._tokens: dict[int, int] = {}  # a file while it has a name, by inode
        self.bytes: dict[int, bytes] = {}
        self.names: dict[Path, dict[str, int]] = {}
        for folder, _, files in os.walk(root):
            self._folder(Path(folder))
            for name in files:
                self.synced(str(Path(folder) / name))

    def _token(self, path: Path) -> int:
        inode = path.stat().st_ino
        if inode not in self._tokens:
            self._tokens[inode] = next(self._next)
        return self._tokens[inode]

    def leaves(self, path: str) -> None:
        """A file loses its last name: its inode may be another's soon."""
        try:
            found = os.lstat(path)
        except OSError:
            return
        if found.st_nlink == 1:
            self._tokens.pop(found.st_ino, None)

    def synced(self, path: str) -> None:
        """This file's bytes, or this folder's names, last from now on."""
        place = Path(path)
        if place.is_dir():
            self._folder(place)
        elif place.is_file():
            self.bytes[self._token(place)] = place.read_bytes()

    def _folder(self, place: Path) -> None:
        self.names[place] = {
            entry.name: FOLDER if entry.is_dir() else self._token(Path(entry.path)) for entry in os.scandir(place)
        }

    def left(self, to: Path, chance: random.Random | None = None) -> None:
        """Lay there what the power cut leaves; with chance, sectors and names that were not synced come through too."""
        self._lay(self.root, to, chance)

    def _lay(self, place: Path, to: Path, chance: random.Random | None) -> None:
        to.mkdir(parents=True, exist_ok=True)
        lasts, now = self.names.get(place, {}), {}
        if chance and place.is_dir():
            now = {entry.name: FOLDER if entry.is_dir() else self._token(Path(entry.path))
                   for entry in os.scandir(place)}  # fmt: skip
        for name in sorted(lasts.keys() | now.keys()):
            token = lasts.get(name)
            if chance and token != now.get(name) and chance.random() < 0.5:
                token = now.get(name)
            if token == FOLDER:
                self._lay(place / name, to / name, chance)
            elif token is not None:
                body = self.bytes.get(token, b"")
                if chance and now.get(name) == token:
                    body = mixed(body, (place / name).read_bytes(), chance)
                (to / name).write_bytes(body)


def mixed(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """Sector by sector the one or the other; of the length too."""
    size = len(chance.choice((old, new)))
    sectors = range(0, size, SECTOR)
    if old[:size] == new[:size]:
        return new[:size].ljust(size, b"\0")
    drawn = ((old, new)[chance.random() < 0.5][at : at + SECTOR] for at in sectors)
    return b"".join(part.ljust(min(SECTOR, size - at), b"\0") for at, part in zip(sectors, drawn, strict=True))
