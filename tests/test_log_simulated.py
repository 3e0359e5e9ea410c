"""Does what a log, its witnesses and its mirror promise hold in every order of faults that a seed can draw?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from simulated_log import HONEST, OTHER, World, is_of, run

from ecluse.base.note import Checkpoint

SEEDS = 200


@pytest.mark.slow
def test_two_hundred_seeds_break_no_promise() -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        try:
            world = run(seed)
        except AssertionError as error:
            pytest.fail(f"seed {seed}: {error}")
        seen["cheats"] += world.cheats
        seen["evidence"] += any(disk.forks for disk in world.disks)
        seen["two histories signed"] += len({which_of(disk.signed) for disk in world.disks if disk.signed}) == 2
        seen["cosignatures"] += sum(len(disk.signed) for disk in world.disks)
    # The runs are worth something only when the cheats were tried and much was signed.
    assert seen["cheats"] == 67
    assert seen["evidence"] > 30
    assert seen["two histories signed"] > 30
    assert seen["cosignatures"] > 5_000


def which_of(signed: list[Checkpoint]) -> int:
    return HONEST if is_of(HONEST, signed[-1]) else OTHER


def test_a_witness_that_forgets_is_caught_by_the_simulation() -> None:
    """The check can fail: were a witness to lose its memory, a cheating log would get two histories signed."""
    with pytest.raises(AssertionError, match=r"backwards|two histories"):
        forgetful(range(0, 300, 3))


def forgetful(seeds: Iterable[int]) -> None:
    from ecluse.custody.log.witness import Seen

    for seed in seeds:
        world = World(seed)
        for step in range(400):
            world.step()
            for disk in world.disks if step % 40 == 0 else ():
                disk.seen = Seen()
