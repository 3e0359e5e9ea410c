"""A log, five witnesses and three mirrors in one thread, with everything that can go wrong drawn from one seed.

Messages are lost before and after they were heard, come late and twice; the log's process dies between any two steps
and starts again from its database; witnesses die; the network splits. One log in three cheats: it shows a second
history to some. What must never be is checked after every step (`World.check`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.note import Checkpoint, checkpoint_text, sign_note, split_note
from ecluse.base.proof import Levels, leaf_hash, verify_consistency
from ecluse.custody.log.note_keys import cosign, public_key
from ecluse.custody.log.policy import Policy, read_policy
from ecluse.custody.log.witness import Asked, Refused, Seen, fork_between, judge, read_asked, request_for

ORIGIN, WITNESSES, QUORUM, MIRRORS, MOST = "example.org/log", 5, 3, 3, 400
LOG = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
KEY = public_key(ORIGIN, LOG, is_cosigner=False)
PRIVATE = [Ed25519PrivateKey.from_private_bytes(bytes([at + 2]) * 32) for at in range(WITNESSES)]
NAMES = [f"w{at}.example" for at in range(WITNESSES)]
KEYS = [public_key(name, key, is_cosigner=True) for name, key in zip(NAMES, PRIVATE, strict=True)]
HONEST, OTHER, FORK = 0, 1, 10


@lru_cache(maxsize=2)
def history(which: int) -> Levels:
    """The honest history, and one that leaves it at entry FORK."""
    return Levels(leaf_hash(b"%d" % (at if which == HONEST or at < FORK else -at)) for at in range(MOST))


@lru_cache(maxsize=2_000)
def root_at(which: int, size: int) -> bytes:
    return history(which).root(size)


@lru_cache(maxsize=2_000)
def head(which: int, size: int) -> str:
    return sign_note(checkpoint_text(ORIGIN, size, root_at(which, size)), ORIGIN, LOG)


def policy() -> Policy:
    lines = [f"log {KEY}", *(f"witness w{at} {key}" for at, key in enumerate(KEYS))]
    members = " ".join(f"w{at}" for at in range(WITNESSES))
    return read_policy("\n".join([*lines, f"group some {QUORUM} {members}", "quorum some"]).encode())


@dataclass
class Disk:
    """What lasts of one process: synced state, and nothing else."""

    seen: Seen = field(default_factory=Seen)
    forks: list[tuple[str, str]] = field(default_factory=list)
    signed: list[Checkpoint] = field(default_factory=list)  # for the check alone: all that was ever cosigned


@dataclass
class World:
    """One run: what is true, what each has kept, what is under way."""

    seed: int
    committed: int = 0  # entries in the log's database
    published: dict[int, tuple[int, str]] = field(default_factory=dict)  # by history: size and cosigned note
    acknowledged: int = 0
    mirrors: list[Seen] = field(default_factory=lambda: [Seen()] * MIRRORS)
    under_way: list[Callable[[], None]] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.disks = [Disk() for _ in range(WITNESSES)]
        self.cheats = self.seed % 3 == 0
        self.lean = self.chance.choice((0.2, 0.5, 0.8))  # how often a cheat shows its other history
        self.policy = policy()
        self.lines: dict[tuple[int, int], dict[int, str]] = {}
        self.believed = [[0] * WITNESSES, [0] * WITNESSES]
        self.target = [0, 0]
        self.faults = True

    # ------------------------------------------------------------------ what may happen

    def step(self) -> None:
        """One thing happens."""
        self.steps += 1
        acts: list[Callable[[], None]] = [self.append, self.publish, self.pull, *[self.ask] * 5, *[self.deliver] * 8]
        if self.faults:
            acts += [self.log_dies, self.lose, self.double]
        self.chance.choice(acts)()
        self.check()

    def append(self) -> None:
        self.committed = min(MOST, self.committed + self.chance.randrange(0, 9))
        if self.chance.random() < 0.5:
            self.acknowledged = self.committed  # said to a centre: it is in the log

    def ask(self, which: int | None = None, witness: int | None = None) -> None:
        """The log brings its newest head to a witness; the cheat now and then brings its other history."""
        if which is None:
            which = OTHER if self.cheats and self.chance.random() < self.lean else HONEST
        witness = self.chance.randrange(WITNESSES) if witness is None else witness
        if self.chance.random() < 0.05 or self.published.get(which, (0, ""))[0] >= self.target[which]:
            self.target[which] = self.committed  # one head at a time is brought to all
        size = self.target[which]
        if which == OTHER and self.chance.random() < 0.5:
            size = self.disks[witness].seen.size  # a second tree of the very size that was seen
        last = min(self.believed[which][witness], size)
        asked = request_for(last, history(which).consistency_proof(last, size), head(which, size))
        self.under_way.append(lambda: self.heard(which, witness, bytes(asked)))

    def heard(self, which: int, witness: int, body: bytes) -> None:
        """A witness answers: judged and kept in one step; it may die before or after, and its answer may be lost."""
        disk, asked = self.disks[witness], read_asked(body)
        assert isinstance(asked, Asked)
        if self.faults and self.chance.random() < 0.1:
            return  # it died before it kept anything
        found = judge(asked, [KEY], disk.seen)
        if isinstance(found, Refused):
            if found.is_fork:
                disk.forks.append((disk.seen.note, asked.note))
            if found.status == 409 and self.chance.random() < 0.9:
                known = int(found.body)
                self.under_way.append(lambda: self.told(which, witness, known))
            return
        disk.seen = Seen(found.size, found.root, asked.note)
        disk.signed.append(found)
        if self.faults and self.chance.random() < 0.2:
            return  # kept and signed, and nobody hears of it
        line = cosign(split_note(asked.note)[0], NAMES[witness], PRIVATE[witness], 1_700_000_000 + self.steps)
        self.under_way.append(lambda: self.signed(which, witness, found.size, line))

    def told(self, which: int, witness: int, size: int) -> None:
        self.believed[which][witness] = size

    def signed(self, which: int, witness: int, size: int, line: str) -> None:
        self.believed[which][witness] = max(size, self.believed[which][witness])
        self.lines.setdefault((which, size), {})[witness] = line

    def publish(self) -> None:
        """A head that has its quorum is shown to the world."""
        ready = [at for at, lines in self.lines.items() if len(lines) >= QUORUM]
        for which, size in sorted(ready):
            note = head(which, size) + "".join(line for _, line in sorted(self.lines[which, size].items()))
            if size >= self.published.get(which, (0, ""))[0]:
                self.policy.judge(note)
                self.published[which] = (size, note)

    def pull(self) -> None:
        """A mirror follows what is published, whichever history it is shown; one may be long behind the others."""
        for at in range(MIRRORS) if not self.faults else (self.chance.randrange(MIRRORS),):
            self.follow(at)

    def follow(self, at: int) -> None:
        for which, (size, note) in sorted(self.published.items(), key=lambda _: self.chance.random()):
            root, seen = root_at(which, size), self.mirrors[at]
            if size < seen.size:
                continue
            proof = history(which).consistency_proof(seen.size, size)
            if verify_consistency(seen.size, size, proof, seen.root, root):
                self.mirrors[at] = Seen(size, root, note)

    def deliver(self) -> None:
        if self.under_way:
            self.under_way.pop(self.chance.randrange(len(self.under_way)))()

    def lose(self) -> None:
        if self.under_way and self.chance.random() < 0.5:
            self.under_way.pop(self.chance.randrange(len(self.under_way)))

    def double(self) -> None:
        if self.under_way and self.chance.random() < 0.3:
            self.under_way.append(self.chance.choice(self.under_way))

    def log_dies(self) -> None:
        """The log starts again: its database is whole, all that it only held in memory is gone."""
        if self.chance.random() < 0.3:
            self.under_way.clear()
            self.lines.clear()
            self.believed = [[0] * WITNESSES, [0] * WITNESSES]

    # ------------------------------------------------------------------ what must never be

    def check(self) -> None:
        """Raises AssertionError where a promise of the log, a witness or a mirror is broken."""
        for disk in self.disks:
            sizes = [one.size for one in disk.signed]
            assert sizes == sorted(sizes), "a witness signed backwards"
            own = {which for which in (HONEST, OTHER) if all(is_of(which, one) for one in disk.signed)}
            assert own, "a witness signed two histories"
            for seen, told in disk.forks:
                assert fork_between(seen, told, [KEY]) is not None, "what was kept proves no fork"
        forked = [which for which, (size, _) in self.published.items() if size > FORK]
        assert len(forked) < 2, "two histories have a quorum"
        if not self.cheats:
            assert not any(disk.forks for disk in self.disks), "an honest log stands accused"
        size, _ = self.published.get(HONEST, (0, ""))
        assert size <= self.committed
        for which in (HONEST, OTHER):
            if all(is_of(which, mirror) for mirror in self.mirrors):
                break
        else:
            raise AssertionError("two mirrors hold two histories, each under a quorum")

    def settle(self) -> None:
        """The faults end: an honest log must get its quorum for all that it holds, and nothing acknowledged is lost."""
        self.faults, self.under_way, self.target = False, [], [self.committed] * 2
        for _ in range(6):
            for witness in range(WITNESSES):
                self.ask(HONEST, witness)
                while self.under_way:
                    self.deliver()
        self.publish()
        self.pull()
        self.check()
        if not self.cheats:
            assert self.published[HONEST][0] == self.committed >= self.acknowledged, "no quorum without faults"
            assert all(mirror.size == self.committed for mirror in self.mirrors)


def is_of(which: int, head: Checkpoint | Seen) -> bool:
    """Is this head of that history?"""
    return root_at(which, head.size) == head.root


def run(seed: int, steps: int = 300) -> World:
    """How did this seed end? Raises AssertionError naming what broke."""
    world = World(seed)
    for _ in range(steps):
        world.step()
    world.settle()
    return world
