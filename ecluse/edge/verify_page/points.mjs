// Which points may enter, and do multiples of them add up to nothing? The prime-order subgroup of edwards25519.
import { asHex, bigEndian, joined, utf8 } from "./bytes.mjs";
import { noble } from "./vendor/noble.mjs";

const { Point, pippenger } = noble;
const DOMAIN = "ECLUSE-V01-CS01-with-edwards25519_XMD:SHA-512_ELL2_RO_";
const KEPT_LIMIT = 200_000;
const TRIALS = 128;
const TABLE = 5;
export const GROUP_ORDER = Point.Fn.ORDER;
export const BASE = Point.BASE;

// What is refused: `code` is statement, proof or untrue; `place` says where.
export class EnvelopeError extends Error {
  constructor(code, place, why = "") {
    super(why ? `${place}: ${why}` : place);
    Object.assign(this, { code, place });
  }
}

export const reduced = (scalar) => ((scalar % GROUP_ORDER) + GROUP_ORDER) % GROUP_ORDER;
export const inverseOf = (scalar) => Point.Fn.inv(scalar);

// Points that were checked once: statements and proofs share most of theirs. `pending` are those of `together`.
const checked = new Map();
let pending = null;

// The point of these 32 bytes; throws EnvelopeError for any that spell none of the subgroup.
export function pointOf(bytes, place, code = "statement") {
  if (bytes.length !== 32) throw new EnvelopeError(code, place, `a point has 32 bytes, here are ${bytes.length}`);
  const spelling = asHex(bytes);
  let point = checked.get(spelling) ?? pending?.get(spelling);
  if (point) return point;
  try {
    point = Point.fromBytes(bytes, false);
  } catch {
    throw new EnvelopeError(code, place, "the point is not on the curve");
  }
  const why = whyNoPoint(point, spelling);
  if (why) throw new EnvelopeError(code, place, why);
  if (checked.size >= KEPT_LIMIT) checked.clear();
  (pending ?? checked).set(spelling, point);
  return point;
}

function whyNoPoint(point, spelling) {
  if (asHex(point.toBytes()) !== spelling) return "the point is not spelled canonically";
  if (point.is0()) return "the neutral element commits to nothing";
  if (point.isSmallOrder()) return "the point is of small order";
  return pending || point.isTorsionFree() ? "" : "the point is not in the subgroup of prime order";
}

// What `work` returns, the subgroup of all points that it reads being checked at once: a quarter of the time. Where one
// does not lie in it, or anything is refused, `work` is done again with each point checked where it stands.
export function together(work) {
  if (pending) return work();
  try {
    pending = new Map();
    const found = work();
    if (areInSubgroup(pending)) {
      for (const [spelling, point] of pending) checked.set(spelling, point);
      return found;
    }
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
  } finally {
    pending = null;
  }
  return work();
}

// Of 128 subsets drawn by a hash of all points, is each sum in the subgroup? A point outside it puts at least half of
// all such sums outside, whatever the others are. Sums of five points are looked up instead of added.
function areInSubgroup(points) {
  if (!points.size) return true;
  const sums = Array(TRIALS).fill(Point.ZERO);
  const seed = noble.sha512(utf8([...points.keys()].join("\n")));
  const all = [...points.values()];
  for (let at = 0; at < all.length; at += TABLE) {
    const table = [Point.ZERO];
    for (const point of all.slice(at, at + TABLE)) table.push(...table.map((one) => one.add(point)));
    const drawn = [0, 1].map((half) => noble.sha512(joined(seed, bigEndian(at, 8), Uint8Array.of(half))));
    for (let trial = 0; trial < TRIALS; trial += 1) {
      sums[trial] = sums[trial].add(table[drawn[trial >> 6][trial & 63] & (table.length - 1)]);
    }
  }
  return sums.every((sum) => sum.isTorsionFree());
}

// The generator that this text gives, by RFC 9380.
export const derived = (text, domain = DOMAIN) =>
  Point.fromAffine(noble.ed25519_hasher.hashToCurve(utf8(text), { DST: utf8(domain) }).toAffine());

export const SECOND = derived("H");
const pairs = [];

// The left and right generator of bit number `at` of a range proof.
export function pair(at) {
  while (pairs.length <= at) pairs.push([derived(`left ${pairs.length}`), derived(`right ${pairs.length}`)]);
  return pairs[at];
}

// Do these multiples, [scalar, point] each, add up to the neutral element? A point named again is multiplied once.
export function isNothing(terms) {
  const scalars = new Map();
  for (const [scalar, point] of terms) scalars.set(point, (scalars.get(point) ?? 0n) + scalar);
  const wanted = [...scalars].map(([point, scalar]) => [point, reduced(scalar)]).filter(([, scalar]) => scalar);
  if (!wanted.length) return true;
  return pippenger(Point, wanted.map(([point]) => point), wanted.map(([, scalar]) => scalar)).is0();
}
