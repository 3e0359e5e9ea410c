// What is claimed of figures that nobody may see? A statement as it is published, checked to the last field.
import { utf8 } from "./bytes.mjs";
import { isRecord, parsed, spelled } from "./canon.mjs";
import { BASE, EnvelopeError, pointOf } from "./points.mjs";

const STATEMENT = "envelope_statement/1";
const FIELDS = "commitments,context,in_range,index,known,log,name,one_of,v,zero";
const MOST = { commitments: 512, claims: 256, terms: 512, branches: 8, bits: 48, text: 400 };
const WIDE = 2 ** 48;

const demand = (holds, why) => {
  if (!holds) throw new EnvelopeError("statement", why);
};
const isWell = (value) => typeof value === "string" && value.normalize("NFC") === value && !/\p{Surrogate}/u.test(value);
const isWithin = (value) => Number.isSafeInteger(value) && Math.abs(value) < WIDE;

const bytesOfHex = (text, name) => {
  demand(typeof text === "string" && /^(?:[0-9a-f]{2})*$/.test(text), `commitment ${name}: not small hexadecimal`);
  return Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
};

function checkSum(value, points, ...more) {
  const fields = ["less", "terms", ...more].sort().join();
  demand(isRecord(value) && Object.keys(value).sort().join() === fields, "a sum has terms and less");
  demand(isWithin(value.less), "a public number has at most 48 bits");
  demand(Array.isArray(value.terms) && value.terms.length >= 1 && value.terms.length <= MOST.terms, "1 to 512 terms");
  for (const term of value.terms) {
    demand(Array.isArray(term) && term.length === 2 && points.has(term[0]), "nothing is committed under a name");
    demand(isWithin(term[1]) && term[1] !== 0, "a coefficient is not zero and has at most 48 bits");
  }
  demand(new Set(value.terms.map(([name]) => name)).size === value.terms.length, "each commitment once in a sum");
}

function pointsOf(entries) {
  demand(entries.length <= MOST.commitments, "more than 512 commitments");
  const points = new Map();
  for (const entry of entries) {
    demand(Array.isArray(entry) && entry.length === 2 && isWell(entry[0]), "a commitment is a name and a point");
    demand(!points.has(entry[0]), "commitments have one name each");
    points.set(entry[0], pointOf(bytesOfHex(entry[1], entry[0]), `commitment ${entry[0]}`));
  }
  return points;
}

// The statement with its points by name and the bytes that open its transcript; throws EnvelopeError.
export function readStatement(value) {
  demand(isRecord(value) && Object.keys(value).sort().join() === FIELDS, "the fields of a statement");
  demand(value.v === STATEMENT, "the version of a statement");
  for (const name of ["name", "context", "log"]) {
    demand(isWell(value[name]) && [...value[name]].length <= MOST.text, `${name} is text of at most 400 letters`);
  }
  demand(isWithin(value.index) && value.index >= 0, "an index has 48 bits");
  for (const name of ["commitments", "known", "zero", "one_of", "in_range"]) {
    demand(Array.isArray(value[name]), `${name} is a list`);
  }
  const points = pointsOf(value.commitments);
  const claims = value.known.length + value.zero.length + value.one_of.length + value.in_range.length;
  demand(claims >= 1 && claims <= MOST.claims, "a statement claims 1 to 256 things");
  for (const name of value.known) demand(points.has(name), "nothing is committed under a name");
  for (const one of value.zero) checkSum(one, points);
  for (const branches of value.one_of) {
    demand(Array.isArray(branches) && branches.length >= 2 && branches.length <= MOST.branches, "2 to 8 branches");
    for (const one of branches) checkSum(one, points);
  }
  for (const one of value.in_range) {
    checkSum(one, points, "bits");
    demand(Number.isSafeInteger(one.bits) && one.bits >= 1 && one.bits <= MOST.bits, "a range has 1 to 48 bits");
  }
  return { ...value, points, bytes: utf8(spelled(value)) };
}

// The same of bytes, which must be the one spelling that the value has.
export function readStatementBytes(body) {
  const found = parsed(body);
  demand(found, "the statement is not spelled canonically");
  return readStatement(found.value);
}

// The multiples of points that a sum is; its public number is a multiple of the base point.
export const termsOf = (one, points) => [
  ...one.terms.map(([name, coefficient]) => [BigInt(coefficient), points.get(name)]),
  [BigInt(-one.less), BASE],
];
