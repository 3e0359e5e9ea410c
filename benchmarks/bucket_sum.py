"""What would a sum of many multiples cost by buckets (Pippenger 1976), in plain whole numbers with coordinates kept?

The way not taken: an addition is several times cheaper than libsodium's, which decodes and encodes each time, yet at no
size that we verify does the whole sum come out cheaper. `bench_envelope.py` measures both in each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nacl import bindings

from ecluse.base import curve
from ecluse.base.curve import NEUTRAL, PRIME, Extended
from ecluse.base.group import ORDER, SECOND, Point

SCALAR_BITS = 253
Ready = tuple[int, int, int]
# A known point for `coordinates`: (x, y) of the second generator.
HELPER = SECOND
HELPER_Y, _SIGN = curve.y_and_sign(SECOND.raw)
HELPER_X = curve.x_of(HELPER_Y, _SIGN) or 0


def point_of(terms: Iterable[tuple[int, Point]]) -> Point:
    """Which point is the sum of these multiples?"""
    return Point(curve.encode(total(terms)))


def total(terms: Iterable[tuple[int, Point]]) -> Extended:
    """What is the sum of these multiples? A point that is named several times is multiplied once."""
    scalars: dict[bytes, int] = {}
    for scalar, point in terms:
        scalars[point.raw] = scalars.get(point.raw, 0) + scalar
    reduced = {raw: scalar % ORDER for raw, scalar in scalars.items()}
    wanted = {raw: scalar for raw, scalar in reduced.items() if scalar}
    return by_buckets(list(wanted.values()), coordinates(list(wanted)))


def by_buckets(scalars: Sequence[int], points: Sequence[Ready]) -> Extended:
    """What is the sum of scalar times point? Windows of signed digits, a bucket a digit, summed by running sums."""
    if not scalars:
        return NEUTRAL
    width = window_width(len(scalars))
    half, mask = 1 << (width - 1), (1 << width) - 1
    windows = -(-(SCALAR_BITS + 1) // width)
    # With half added at every window, each window's bits less half are the signed digit: no carry is left to follow.
    shift = sum(half << (width * window) for window in range(windows))
    shifted = [scalar + shift for scalar in scalars]
    found = NEUTRAL
    for window in reversed(range(windows)):
        for _ in range(width):
            found = curve.double(found)
        place = width * window
        digits = [((scalar >> place) & mask) - half for scalar in shifted]
        found = curve.add(found, _window(digits, points, half))
    return found


def window_width(count: int) -> int:
    """How many bits has a digit? The width at which terms and buckets together cost the fewest additions."""
    return min(range(2, 16), key=lambda width: -(-(SCALAR_BITS + 1) // width) * (4 * count + 5 * 2 ** (width - 1)))


def _window(digits: Sequence[int], points: Sequence[Ready], half: int) -> Extended:
    """Sum of digit times point: one bucket for each absolute digit; a negative digit adds the point turned round."""
    buckets: list[Extended | None] = [None] * (half + 1)
    for digit, (less, more, twice) in zip(digits, points, strict=True):
        if not digit:
            continue
        if digit < 0:
            digit, less, more, twice = -digit, more, less, -twice  # noqa: PLW2901
        bucket = buckets[digit]
        x1, y1, z1, t1 = bucket if bucket is not None else NEUTRAL
        # `add_ready`, written out: this line is where a verification spends its time.
        a, b, c, d = (y1 - x1) * less % PRIME, (y1 + x1) * more % PRIME, t1 * twice % PRIME, z1 + z1
        e, f, g, h = b - a, d - c, d + c, b + a
        buckets[digit] = e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME
    running, found = NEUTRAL, NEUTRAL
    for bucket in reversed(buckets[1:]):
        if bucket is not None:
            running = curve.add(running, bucket)
        found = curve.add(found, running)
    return found


def coordinates(raws: Sequence[bytes]) -> list[Ready]:
    """Which coordinates have these points of the subgroup, each already checked by `decode`?

    The x of a point P costs a square root. But y(P + Q) of a known Q tells it by one division, since the addition law
    y3 = (y1 y2 + x1 x2) / (1 - d x1 x2 y1 y2) is linear in x1: x1 = (y3 - y1 y2) / (x2 (1 + d y1 y2 y3)). libsodium
    adds in a fraction of a root's time, and one inversion serves all points. The result is held against the curve and
    the sign; where it does not stand, the root is taken.
    """
    unknown = list(dict.fromkeys(raws))
    known: dict[bytes, Ready] = {}
    tops, bottoms, ys = [], [], []
    for raw in unknown:
        y = curve.y_and_sign(raw)[0]
        both = curve.y_and_sign(bindings.crypto_core_ed25519_add(raw, HELPER.raw))[0]
        product = y * HELPER_Y % PRIME
        ys.append(y)
        tops.append(both - product)
        bottoms.append(HELPER_X * (1 + curve.D * product % PRIME * both) % PRIME)
    for raw, y, top, inverse in zip(unknown, ys, tops, inverses(bottoms), strict=True):
        x = top * inverse % PRIME
        known[raw] = made_ready(x, y) if x & 1 == raw[31] >> 7 and is_on_curve(x, y) else _by_root(raw)
    return [known[raw] for raw in raws]


def _by_root(raw: bytes) -> Ready:
    y, sign = curve.y_and_sign(raw)
    x = curve.x_of(y, sign)
    if x is None:
        raise ValueError("a point that was not decoded has come into a sum")
    return made_ready(x, y)


def add_ready(left: Extended, right: Ready) -> Extended:
    """What is the sum of a point and one that was made ready? madd-2008-hwcd-3."""
    x1, y1, z1, t1 = left
    less, more, twice = right
    a, b, c, d = (y1 - x1) * less % PRIME, (y1 + x1) * more % PRIME, t1 * twice % PRIME, z1 + z1
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def made_ready(x: int, y: int) -> Ready:
    """What is kept of a point that is added often?"""
    return (y - x) % PRIME, (y + x) % PRIME, curve.D_TWICE * x % PRIME * y % PRIME


def is_on_curve(x: int, y: int) -> bool:
    """Does this pair satisfy -x^2 + y^2 = 1 + d x^2 y^2?"""
    xx, yy = x * x % PRIME, y * y % PRIME
    return (yy - xx - 1 - curve.D * xx % PRIME * yy) % PRIME == 0


def inverses(values: Sequence[int]) -> list[int]:
    """What is one over each of these? One inversion for all (Montgomery's trick); one over zero is given as zero."""
    running, before = 1, []
    for value in values:
        before.append(running)
        running = running * (value or 1) % PRIME
    inverse, found = pow(running, -1, PRIME), [0] * len(values)
    for place in range(len(values) - 1, -1, -1):
        value = values[place]
        if value:
            found[place] = inverse * before[place] % PRIME
            inverse = inverse * value % PRIME
    return found
