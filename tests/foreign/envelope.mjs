// A second verifier of closed envelopes, on @noble/curves; written from docs/decisions/0008-closed-envelope.md.
//
//   node envelope.mjs verify VECTORS.json    one JSON line a case: { name, holds, why }; then generators and points
//   node envelope.mjs group OPERATIONS.json  one line an operation: the point's 64 hexadecimal digits, or "refused"
import { readFileSync } from "node:fs";
import { ed25519, ed25519_hasher, pippenger, sha512 } from "./vendor/noble-curves.mjs";

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const BASE = Point.BASE;
const DOMAIN = "ecluse/envelope/1\n";
const GENERATORS = "ECLUSE-V01-CS01-with-edwards25519_XMD:SHA-512_ELL2_RO_";
const FIELDS = "commitments,context,in_range,index,known,log,name,one_of,v,zero";
const MOST = { commitments: 512, claims: 256, terms: 512, branches: 8, bits: 48, text: 400, pairs: 768, values: 16 };
const WIDE = 2 ** 48;

class Refused extends Error {}
const ensure = (holds, why) => {
  if (!holds) throw new Refused(why);
};
const mod = (scalar) => ((scalar % ORDER) + ORDER) % ORDER;
const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const number = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const powers = (base, count) => {
  const found = [1n];
  while (found.length < count) found.push(mod(found[found.length - 1] * base));
  return found;
};
const sum = (scalars) => mod(scalars.reduce((total, scalar) => total + scalar, 0n));

// ---------------------------------------------------------------- group

function unhex(text, place) {
  ensure(typeof text === "string" && /^(?:[0-9a-f]{2})*$/.test(text), `${place}: not small hexadecimal`);
  return new Uint8Array(Buffer.from(text, "hex"));
}

// Points that were checked once: many cases share theirs.
const checked = new Map();

function pointOf(bytes, place) {
  ensure(bytes.length === 32, `${place}: a point has 32 bytes`);
  const spelling = hex(bytes);
  if (!checked.has(spelling)) checked.set(spelling, checkedPoint(bytes, place));
  return checked.get(spelling);
}

function checkedPoint(bytes, place) {
  let point;
  try {
    point = Point.fromBytes(bytes, false);
  } catch (error) {
    throw new Refused(`${place}: ${error.message}`);
  }
  ensure(hex(point.toBytes()) === hex(bytes), `${place}: not canonical`);
  ensure(!point.is0(), `${place}: the neutral element`);
  ensure(point.isTorsionFree(), `${place}: not in the subgroup of prime order`);
  return point;
}

function derived(text) {
  return Point.fromAffine(ed25519_hasher.hashToCurve(utf8(text), { DST: utf8(GENERATORS) }).toAffine());
}

const SECOND = derived("H");
const kept = [];
function pair(at) {
  while (kept.length <= at) kept.push([derived(`left ${kept.length}`), derived(`right ${kept.length}`)]);
  return kept[at];
}

function isZero(equation) {
  const terms = new Map();
  for (const [scalar, point] of equation) {
    const key = hex(point.toBytes());
    terms.set(key, [mod((terms.get(key)?.[0] ?? 0n) + scalar), point]);
  }
  const wanted = [...terms.values()].filter(([scalar]) => scalar !== 0n);
  if (!wanted.length) return true;
  return pippenger(Point, wanted.map(([, point]) => point), wanted.map(([scalar]) => scalar)).is0();
}

// ---------------------------------------------------------------- statement

function spelled(value) {
  if (Array.isArray(value)) return `[${value.map(spelled).join(",")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${spelled(value[key])}`).join(",")}}`;
}

const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isText = (value) =>
  typeof value === "string" && value.normalize("NFC") === value && !/\p{Surrogate}/u.test(value);

function sumRead(value, names, ...more) {
  const fields = ["less", "terms", ...more].sort().join();
  ensure(isRecord(value) && Object.keys(value).sort().join() === fields, "a sum has terms and less");
  ensure(Number.isSafeInteger(value.less) && Math.abs(value.less) < WIDE, "a public number has 48 bits");
  ensure(Array.isArray(value.terms) && value.terms.length >= 1 && value.terms.length <= MOST.terms, "terms");
  for (const term of value.terms) {
    ensure(Array.isArray(term) && term.length === 2 && names.has(term[0]), "nothing is committed under that name");
    ensure(Number.isSafeInteger(term[1]) && term[1] !== 0 && Math.abs(term[1]) < WIDE, "a coefficient");
  }
  ensure(new Set(value.terms.map((term) => term[0])).size === value.terms.length, "each commitment once");
}

function statementOf(value) {
  ensure(isRecord(value) && Object.keys(value).sort().join() === FIELDS, "the fields of a statement");
  ensure(value.v === "envelope_statement/1", "the version of a statement");
  for (const name of ["name", "context", "log"]) {
    ensure(isText(value[name]) && [...value[name]].length <= MOST.text, `${name} is text`);
  }
  ensure(Number.isSafeInteger(value.index) && value.index >= 0 && value.index < WIDE, "an index");
  for (const name of ["commitments", "known", "zero", "one_of", "in_range"]) ensure(Array.isArray(value[name]), name);
  ensure(value.commitments.length <= MOST.commitments, "too many commitments");
  const points = new Map();
  for (const entry of value.commitments) {
    ensure(Array.isArray(entry) && entry.length === 2 && isText(entry[0]) && !points.has(entry[0]), "a commitment");
    points.set(entry[0], pointOf(unhex(entry[1], entry[0]), entry[0]));
  }
  const claims = value.known.length + value.zero.length + value.one_of.length + value.in_range.length;
  ensure(claims >= 1 && claims <= MOST.claims, "1 to 256 claims");
  for (const name of value.known) ensure(points.has(name), "nothing is committed under that name");
  for (const one of value.zero) sumRead(one, points);
  for (const branches of value.one_of) {
    ensure(Array.isArray(branches) && branches.length >= 2 && branches.length <= MOST.branches, "2 to 8 branches");
    for (const one of branches) sumRead(one, points);
  }
  for (const one of value.in_range) {
    sumRead(one, points, "bits");
    ensure(Number.isSafeInteger(one.bits) && one.bits >= 1 && one.bits <= MOST.bits, "1 to 48 bits");
  }
  return points;
}

const termsOf = (one, points) => [
  ...one.terms.map(([name, coefficient]) => [BigInt(coefficient), points.get(name)]),
  [BigInt(-one.less), BASE],
];
const times = (scalar, terms) => terms.map(([coefficient, point]) => [mod(scalar * coefficient), point]);

// ---------------------------------------------------------------- transcript and the bytes of a proof

class Transcript {
  constructor(statement) {
    this.hash = sha512.create().update(utf8(DOMAIN));
    this.say("statement", statement);
  }

  absorb(kind, label, message) {
    const name = utf8(label);
    const head = new DataView(new ArrayBuffer(3));
    head.setUint8(0, kind);
    head.setUint16(1, name.length);
    const length = new DataView(new ArrayBuffer(8));
    length.setBigUint64(0, BigInt(message.length));
    this.hash.update(new Uint8Array(head.buffer)).update(name).update(new Uint8Array(length.buffer)).update(message);
  }

  say(label, message) {
    this.absorb(0, label, message);
  }

  challenge(label) {
    this.absorb(1, label, new Uint8Array());
    return (number(this.hash.clone().digest()) % (ORDER - 1n)) + 1n;
  }
}

class ProofBytes {
  constructor(raw, transcript) {
    Object.assign(this, { raw, transcript, at: 1 });
  }

  take(place) {
    const part = this.raw.subarray(this.at, this.at + 32);
    ensure(part.length === 32, `${place}: the proof is cut`);
    this.at += 32;
    return part;
  }

  said(place) {
    const raw = this.take(place);
    this.transcript.say(place, raw);
    return pointOf(raw, place);
  }

  answered(place, count = 1) {
    const start = this.at;
    const found = Array.from({ length: count }, () => number(this.take(place)));
    for (const scalar of found) ensure(scalar < ORDER, `${place}: a scalar out of range`);
    this.transcript.say(place, this.raw.subarray(start, this.at));
    return found;
  }
}

// ---------------------------------------------------------------- the parts: each gives equations

function known(place, terms, proof) {
  const announced = proof.said(`${place} T`);
  const challenge = proof.transcript.challenge(place);
  const [value] = proof.answered(`${place} z`);
  const [blinding] = proof.answered(`${place} w`);
  return [[[value, BASE], [blinding, SECOND], [-1n, announced], ...times(-challenge, terms)]];
}

function zero(place, terms, proof) {
  const announced = proof.said(`${place} T`);
  const challenge = proof.transcript.challenge(place);
  const [answer] = proof.answered(`${place} z`);
  return [[[answer, SECOND], [-1n, announced], ...times(-challenge, terms)]];
}

function oneOf(place, sums, proof) {
  const announced = sums.map((_, at) => proof.said(`${place} T${at}`));
  let left = proof.transcript.challenge(place);
  return sums.map((terms, at) => {
    const share = at === sums.length - 1 ? left : proof.answered(`${place} e${at}`)[0];
    left = mod(left - share);
    const [answer] = proof.answered(`${place} z${at}`);
    return [[answer, SECOND], [-1n, announced[at]], ...times(-share, terms)];
  });
}

function bitByBit(place, [terms], bits, proof) {
  const points = Array.from({ length: bits }, (_, bit) => proof.said(`${place} C${bit}`));
  const whole = [...terms, ...points.map((point, bit) => [-(1n << BigInt(bit)), point])];
  const each = points.flatMap((point, bit) =>
    oneOf(`${place} b${bit}`, [[[1n, point]], [[1n, point], [-1n, BASE]]], proof),
  );
  return [whole, ...each];
}

function byVectors(place, sums, bits, proof) {
  const count = bits * sums.length;
  const [A, S] = [proof.said(`${place} A`), proof.said(`${place} S`)];
  const [y, z] = [proof.transcript.challenge(`${place} y`), proof.transcript.challenge(`${place} z`)];
  const [T1, T2] = [proof.said(`${place} T1`), proof.said(`${place} T2`)];
  const x = proof.transcript.challenge(`${place} x`);
  const [tau] = proof.answered(`${place} tau`);
  const [mu] = proof.answered(`${place} mu`);
  const l = proof.answered(`${place} l`, count);
  const r = proof.answered(`${place} r`, count);
  const zs = powers(z, sums.length + 2);
  const weights = Array.from({ length: count }, (_, i) =>
    mod(zs[2 + Math.floor(i / bits)] * (1n << BigInt(i % bits))),
  );
  const delta = (z - z * z) * sum(powers(y, count)) - z * sum(weights);
  const inner = sum(l.map((one, i) => one * r[i]));
  const values = [
    [mod(inner - delta), BASE], [tau, SECOND], [mod(-x), T1], [mod(-x * x), T2],
    ...sums.flatMap((terms, j) => times(mod(-zs[2 + j]), terms)),
  ];
  const inverse = powers(Point.Fn.inv(y), count);
  const vector = [[1n, A], [x, S], [mod(-mu), SECOND]];
  for (let i = 0; i < count; i += 1) {
    const [left, right] = pair(i);
    vector.push([mod(-z - l[i]), left], [mod(z + inverse[i] * mod(weights[i] - r[i])), right]);
  }
  return [values, vector];
}

function* blocks(statement, form) {
  const widths = [...new Set(statement.in_range.map((one) => one.bits))].sort((a, b) => a - b);
  for (const bits of widths) {
    const ranges = statement.in_range.filter((one) => one.bits === bits);
    const most = form === 1 ? 1 : Math.min(MOST.values, Math.floor(MOST.pairs / bits));
    for (let at = 0; at < ranges.length; at += most) {
      yield [`in_range ${bits} bits ${at}`, bits, ranges.slice(at, at + most)];
    }
  }
}

export function verify(statement, raw) {
  const points = statementOf(statement);
  const form = raw[0];
  ensure(form === 1 || form === 2, "a proof begins with its form");
  const transcript = new Transcript(utf8(spelled(statement)));
  transcript.say("form", Uint8Array.of(form));
  const proof = new ProofBytes(raw, transcript);
  const found = [];
  statement.known.forEach((name, at) => found.push(...known(`known ${at}`, [[1n, points.get(name)]], proof)));
  statement.zero.forEach((one, at) => found.push(...zero(`zero ${at}`, termsOf(one, points), proof)));
  statement.one_of.forEach((branches, at) =>
    found.push(...oneOf(`one_of ${at}`, branches.map((one) => termsOf(one, points)), proof)),
  );
  for (const [place, bits, ranges] of blocks(statement, form)) {
    const sums = ranges.map((one) => termsOf(one, points));
    found.push(...(form === 1 ? bitByBit : byVectors)(place, sums, bits, proof));
  }
  ensure(proof.at === raw.length, "bytes are left over");
  ensure(found.every(isZero), "the proof does not show it");
}

// ---------------------------------------------------------------- commands

function answered(judge) {
  try {
    judge();
    return { holds: true, why: "" };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { holds: false, why: error.message };
  }
}

// Which statement and proof is a spoiled case? Bytes put into the proof, or a value put at a path of the statement.
function applied({ of, at, put, path, value }, whole) {
  const statement = structuredClone(whole[of].statement);
  const proof = unhex(whole[of].proof, "proof");
  if (!path) return [statement, Buffer.concat([proof.subarray(0, at[0]), unhex(put, "put"), proof.subarray(at[1])])];
  if (!path.length) return [value, proof];
  const last = path[path.length - 1];
  path.slice(0, -1).reduce((place, step) => place[step], statement)[last] = value;
  return [statement, proof];
}

function* vectorLines({ whole, spoiled, points, generators, curve }) {
  for (const { name, statement, proof } of whole) {
    yield { name, ...answered(() => verify(statement, unhex(proof, "proof"))) };
  }
  for (const one of spoiled) yield { name: one.name, ...answered(() => verify(...applied(one, whole))) };
  for (const { name, raw } of points) yield { name, ...answered(() => pointOf(unhex(raw, name), name)) };
  for (const [text, raw] of generators) yield { name: text, holds: hex(derived(text).toBytes()) === raw, why: "" };
  for (const { text, domain, raw } of curve) {
    const found = ed25519_hasher.hashToCurve(utf8(text), { DST: utf8(domain) }).toBytes();
    yield { name: `RFC 9380 ${text}`, holds: hex(found) === raw, why: "" };
  }
}

function operation([kind, scalar, left, right]) {
  const read = (text) => Point.fromBytes(unhex(text, kind), false);
  const one = { mul: () => read(left).multiplyUnsafe(BigInt(scalar)), add: () => read(left).add(read(right)),
    sub: () => read(left).subtract(read(right)) }[kind]();
  return hex(one.toBytes());
}

const [command, path] = process.argv.slice(2);
const asked = JSON.parse(readFileSync(path, "utf8"));
const said = command === "group" ? asked.map(operation) : [...vectorLines(asked)].map((one) => JSON.stringify(one));
process.stdout.write(`${said.join("\n")}\n`);
