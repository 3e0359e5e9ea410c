"""What value do these sealed bytes hold, where the same were read before? Within a bound on what a process keeps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
# By weight of sealed bytes; a value in memory takes some six times as much.
MOST_BYTES = 3_000_000


class Store(Generic[T]):
    """What was read, by its key; what was asked for longest ago is dropped first once it outweighs its bound."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.weight = most, 0
        self.kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """What was read under this key? None where nothing is kept."""
        with self.lock:
            found = self.kept.get(key)
            if found is None:
                return None
            self.kept.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: T, weight: int) -> None:
        """Keep this under the key; `weight` counts against the bound."""
        with self.lock:
            before = self.kept.pop(key, None)
            self.kept[key] = (value, weight)
            self.weight += weight - (before[1] if before else 0)
            while self.weight > self.most and len(self.kept) > 1:
                _, (_, dropped) = self.kept.popitem(last=False)
                self.weight -= dropped

    def forget(self) -> None:
        """Keep nothing of what was read."""
        with self.lock:
            self.kept.clear()
            self.weight = 0


# A sealed record never changes: what its digest names was read once and stays read.
_VALUES: Store[object] = Store()


def value_known(digest: str) -> object | None:
    """What does the record of this digest hold? None where it was not read, or long ago."""
    return _VALUES.get(digest)


def value_of(digest: str, body: bytes, read: Callable[[bytes], object]) -> object:
    """What does the record of this digest hold? Its bytes are read where they were not before."""
    found = _VALUES.get(digest)
    if found is None:
        found = read(body)
        _VALUES.put(digest, found, len(body))
    return found
