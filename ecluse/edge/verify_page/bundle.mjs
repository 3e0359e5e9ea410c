// Which members lie in this bundle? The same rules, refusals and limits as ecluse/custody/log/bundle.py.
import { asHex, asLatin1, crc32, fromLatin1, isSame, joined, shown } from "./bytes.mjs";
import { has, isRecord, parsed } from "./canon.mjs";

const VERSION = "proof-bundle/1";
const SMALL = 0x10000;
export const TOKENS = Array.from({ length: 8 }, (_, at) => `token-${at + 1}.tsr`);
export const LIMITS = new Map([
  ["manifest.json", SMALL], ["entry.json", 0xffff], ["inner.tlog-proof", 1_200_000], ["policy", SMALL],
  ["disclosures.json", 4_000_000], ["outer.tlog-proof", 1_200_000], ["outer.salt", 32],
  ...TOKENS.map((name) => [name, SMALL]), ...["uk", "en", "fr"].map((lang) => [`README.${lang}.txt`, SMALL]),
]);
const ORDER = [...LIMITS.keys()];
const REQUIRED = ORDER.slice(0, 5);
export const BUNDLE_BYTES_LIMIT = 8_000_000;
const NAME_BYTES_LIMIT = 100;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const NEEDED = 20;
const FIRST_DAY = 0x21;
const READABLE = 0o100644 * 0x10000;

export class UnreadableBundleError extends Error {
  constructor(code, place, found = "", limit = 0) {
    super(`${place}: ${code} ${found}`);
    Object.assign(this, { code, place, found, limit });
  }

  form() {
    return { unreadable: this.code, place: this.place, found: this.found, limit: this.limit };
  }
}

function fields(size, widths) {
  const body = new Uint8Array(size);
  const view = new DataView(body.buffer);
  let at = 0;
  for (const [width, value] of widths) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return body;
}

// Which bytes has a zip of these members, in the bundle's order?
function packed(members) {
  const parts = [];
  const directory = [];
  let at = 0;
  const names = ORDER.filter((name) => members.has(name));
  for (const name of names) {
    const body = members.get(name);
    const same = [[4, crc32(body)], [4, body.length], [4, body.length], [2, name.length], [2, 0]];
    const dated = [[2, 0], [2, 0], [2, 0], [2, FIRST_DAY]];
    const head = fields(LOCAL_BYTES, [[4, 0x04034b50], [2, NEEDED], ...dated, ...same]);
    const row = [[4, 0x02014b50], [2, (3 << 8) | NEEDED], [2, NEEDED], ...dated, ...same];
    const ends = [[2, 0], [2, 0], [2, 0], [4, READABLE], [4, at]];
    directory.push(fields(CENTRAL_BYTES, [...row, ...ends]), fromLatin1(name));
    parts.push(head, fromLatin1(name), body);
    at += head.length + name.length + body.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = [[2, names.length], [2, names.length]];
  return joined(...parts, ...directory, fields(END_BYTES, [[4, 0x06054b50], [2, 0], [2, 0], ...count, [4, size], [4, at], [2, 0]]));
}

function memberAt(content, at, before) {
  const left = content.length - at;
  if (left < LOCAL_BYTES) throw new UnreadableBundleError("cut", String(at), `${left} < ${LOCAL_BYTES}`);
  const view = new DataView(content.buffer, content.byteOffset + at, LOCAL_BYTES);
  const u16 = (place) => view.getUint16(place, true);
  const u32 = (place) => view.getUint32(place, true);
  const named = u16(26);
  const begin = at + LOCAL_BYTES;
  const name = asLatin1(content.subarray(begin, begin + Math.min(named, NAME_BYTES_LIMIT)));
  if (named > NAME_BYTES_LIMIT || !LIMITS.has(name)) throw new UnreadableBundleError("unknown", String(at), shown(name));
  if (before.includes(name)) throw new UnreadableBundleError("twice", name);
  const last = before[before.length - 1];
  if (last && ORDER.indexOf(last) > ORDER.indexOf(name)) throw new UnreadableBundleError("order", name, last);
  if (u16(6) || u16(8) || u16(28)) throw new UnreadableBundleError("stored", name);
  const size = u32(22);
  const most = Math.max(size, u32(18));
  const limit = LIMITS.get(name);
  if (most > limit) throw new UnreadableBundleError("member_bytes", name, String(most), limit);
  const body = content.subarray(begin + named, begin + named + size);
  if (body.length < size) throw new UnreadableBundleError("cut", name, `${body.length} < ${size}`);
  if (crc32(body) !== u32(14)) throw new UnreadableBundleError("damaged", name);
  return [name, body, begin + named + size];
}

const isLocal = (content, at) => asHex(content.subarray(at, at + 4)) === "504b0304";

function firstDifference(one, other) {
  const most = Math.min(one.length, other.length);
  for (let at = 0; at < most; at += 1) if (one[at] !== other[at]) return at;
  return most;
}

// A map of members by name; throws UnreadableBundleError naming the first rule that is broken.
export function readBundle(content) {
  if (content.length > BUNDLE_BYTES_LIMIT) {
    throw new UnreadableBundleError("bundle_bytes", "bundle", String(content.length), BUNDLE_BYTES_LIMIT);
  }
  const members = new Map();
  let at = 0;
  while (isLocal(content, at)) {
    const [name, body, next] = memberAt(content, at, [...members.keys()]);
    members.set(name, body);
    at = next;
  }
  if (!members.size) throw new UnreadableBundleError("zip", "0", asHex(content.subarray(0, 4)));
  for (const name of REQUIRED) if (!members.has(name)) throw new UnreadableBundleError("missing", name);
  const again = packed(members);
  if (!isSame(again, content)) throw new UnreadableBundleError("spelling", String(firstDifference(again, content)));
  const manifest = parsed(members.get("manifest.json"))?.value;
  if (!isRecord(manifest) || !has(manifest, "v") || typeof manifest.v !== "string") {
    throw new UnreadableBundleError("manifest", "manifest.json");
  }
  if (manifest.v !== VERSION) throw new UnreadableBundleError("version", "manifest.json", shown(manifest.v));
  return members;
}
