// Does a file of one statement with its proof hold? The same answers as ecluse/edge/envelope_file.py.
import { asHex, fromBase64 } from "./bytes.mjs";
import { isRecord, parsed } from "./canon.mjs";
import { verify } from "./envelope.mjs";
import { EnvelopeError } from "./points.mjs";
import { readStatement } from "./statement.mjs";
import { sha256 } from "./signatures.mjs";

export const STATEMENT_BYTES_LIMIT = 8_000_000;
const BRACE = 0x7b;

// Is this file meant as a statement? A proof bundle is a zip and begins otherwise.
export const isStatementFile = (content) => content[0] === BRACE;

const unreadable = (place, why = "") => ({ statement: "unreadable", place, why });

function readFile(content) {
  const body = content.at(-1) === 0x0a ? content.subarray(0, -1) : content;
  const found = parsed(body)?.value;
  if (found === undefined) return unreadable("file", "json");
  if (!isRecord(found) || Object.keys(found).sort().join() !== "proof,statement") {
    return unreadable("file", "fields");
  }
  const proof = typeof found.proof === "string" ? fromBase64(found.proof) : null;
  return proof ? { value: found.statement, proof } : unreadable("proof", "base64");
}

const factsOf = ({ name, context, log, index, bytes, commitments, known, zero, one_of, in_range }) => ({
  name, context, log, index, digest: asHex(sha256(bytes)), commitments: commitments.length,
  known: known.length, zero: zero.length, one_of: one_of.length, in_range: in_range.length,
});

const signOf = (coefficient) => (coefficient < 0 ? "−" : "+");
const scaled = (coefficient) => (Math.abs(coefficient) === 1 ? "" : `${Math.abs(coefficient)} · `);

// A sum as a person writes it: names in brackets, signs between.
function sumText({ terms, less }) {
  const text = terms.map(([name, coefficient]) => ` ${signOf(coefficient)} ${scaled(coefficient)}[${name}]`).join("");
  const whole = less ? `${text} ${signOf(-less)} ${Math.abs(less)}` : text;
  return whole.startsWith(" + ") ? whole.slice(3) : `−${whole.slice(3)}`;
}

// What is claimed, in the signs of arithmetic, which are the same in every language.
export const claimLines = ({ zero, one_of, in_range }) => [
  ...zero.map((one) => `${sumText(one)} = 0`),
  ...one_of.map((branches) => branches.map((one) => `${sumText(one)} = 0`).join(" ∨ ")),
  ...in_range.map((one) => `0 ≤ ${sumText(one)} < 2^${one.bits}`),
];

// { statement: holds | untrue | unreadable, place, why, … } of such a file's bytes.
export function answerToStatement(content) {
  if (content.length > STATEMENT_BYTES_LIMIT) return unreadable("file", "bytes");
  const given = readFile(content);
  if (given.statement) return given;
  let statement = null;
  try {
    statement = readStatement(given.value);
    verify(statement, given.proof);
    return { statement: "holds", ...factsOf(statement), claims: claimLines(statement) };
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    if (!statement) return unreadable("statement", error.message);
    return { statement: "untrue", place: error.place, ...factsOf(statement), claims: claimLines(statement) };
  }
}
