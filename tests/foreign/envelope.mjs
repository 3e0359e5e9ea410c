// Commands of the second verifier of closed envelopes, on @noble/curves: the modules that the verify page carries.
//
//   node envelope.mjs verify VECTORS.json    one JSON line a case: { name, holds, why }; then generators and points
//   node envelope.mjs group OPERATIONS.json  one line an operation: the point's 64 hexadecimal digits, or "refused"
//   node envelope.mjs batch PROOFS.jsonl     lines of a public folder's proofs.jsonl, added up: { proofs, ms, why }
//   node envelope.mjs one FILE…              a statement with its proof each: the answer as the page gives it
import { readFileSync } from "node:fs";
import { fromBase64 } from "../../ecluse/edge/verify_page/bytes.mjs";
import { verify, verifyAll } from "../../ecluse/edge/verify_page/envelope.mjs";
import { answerToStatement } from "../../ecluse/edge/verify_page/enveloped.mjs";
import { derived, EnvelopeError, pointOf, together } from "../../ecluse/edge/verify_page/points.mjs";
import { readStatement } from "../../ecluse/edge/verify_page/statement.mjs";
import { noble } from "../../ecluse/edge/verify_page/vendor/noble.mjs";

const { Point } = noble;
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));

function answered(judge) {
  try {
    judge();
    return { holds: true, why: "" };
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    return { holds: false, why: error.message };
  }
}

// Which statement and proof is a spoiled case? Bytes put into the proof, or a value put at a path of the statement.
function applied({ of, at, put, path, value }, whole) {
  const statement = structuredClone(whole[of].statement);
  const proof = unhex(whole[of].proof);
  if (!path) return [statement, Buffer.concat([proof.subarray(0, at[0]), unhex(put), proof.subarray(at[1])])];
  if (!path.length) return [value, proof];
  const last = path[path.length - 1];
  path.slice(0, -1).reduce((place, step) => place[step], statement)[last] = value;
  return [statement, proof];
}

function* vectorLines({ whole, spoiled, points, generators, curve }) {
  for (const { name, statement, proof } of whole) {
    yield { name, ...answered(() => verify(readStatement(statement), unhex(proof))) };
  }
  for (const one of spoiled) {
    const [statement, proof] = applied(one, whole);
    yield { name: one.name, ...answered(() => verify(readStatement(statement), proof)) };
  }
  for (const { name, raw } of points) yield { name, ...answered(() => pointOf(unhex(raw), name)) };
  for (const [text, raw] of generators) yield { name: text, holds: hex(derived(text).toBytes()) === raw, why: "" };
  for (const { text, domain, raw } of curve) {
    yield { name: `RFC 9380 ${text}`, holds: hex(derived(text, domain).toBytes()) === raw, why: "" };
  }
}

function operation([kind, scalar, left, right]) {
  const read = (text) => Point.fromBytes(unhex(text), false);
  const one = { mul: () => read(left).multiplyUnsafe(BigInt(scalar)), add: () => read(left).add(read(right)),
    sub: () => read(left).subtract(read(right)) }[kind]();
  return hex(one.toBytes());
}

function batchLine(path) {
  const given = readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  const begun = process.cpuUsage();
  const pair = ({ statement, proof }) => [readStatement(statement), fromBase64(proof)];
  const answer = answered(() => verifyAll(together(() => given.map(pair))));
  return { proofs: given.length, ms: Math.round(process.cpuUsage(begun).user / 1000), ...answer };
}

const [command, path, ...more] = process.argv.slice(2);
const read = () => JSON.parse(readFileSync(path, "utf8"));
const lines = {
  verify: () => [...vectorLines(read())].map((one) => JSON.stringify(one)),
  group: () => read().map(operation),
  batch: () => [JSON.stringify(batchLine(path))],
  one: () => [path, ...more].map((file) => JSON.stringify(answerToStatement(new Uint8Array(readFileSync(file))))),
}[command];
process.stdout.write(`${lines().join("\n")}\n`);
