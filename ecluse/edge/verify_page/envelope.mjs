// Does this proof show this statement, and do these hundreds? From docs/decisions/0008-closed-envelope.md.
import { bigEndian, joined, utf8 } from "./bytes.mjs";
import { BASE, EnvelopeError, inverseOf, isNothing, GROUP_ORDER, pair, reduced, SECOND, together } from "./points.mjs";
import { termsOf } from "./statement.mjs";
import { lowFirst, ProofBytes, Transcript } from "./transcript.mjs";
import { noble } from "./vendor/noble.mjs";

const BLOCK = { pairs: 768, values: 16 };
const WEIGHTS = utf8("ecluse/envelope/1/batch\n");
export const BATCH = 256;

const times = (scalar, terms) => terms.map(([coefficient, point]) => [scalar * coefficient, point]);
const totalOf = (scalars) => scalars.reduce((total, scalar) => total + scalar, 0n);
const powersOf = (base, count) => {
  const found = [1n];
  while (found.length < count) found.push((found[found.length - 1] * base) % GROUP_ORDER);
  return found;
};

function knownEquations(place, terms, proof) {
  const announced = proof.said(`${place} T`);
  const challenge = proof.transcript.challenge(place);
  const [value] = proof.answered(`${place} z`);
  const [blinding] = proof.answered(`${place} w`);
  return [[[value, BASE], [blinding, SECOND], [-1n, announced], ...times(-challenge, terms)]];
}

function zeroEquations(place, terms, proof) {
  const announced = proof.said(`${place} T`);
  const challenge = proof.transcript.challenge(place);
  const [answer] = proof.answered(`${place} z`);
  return [[[answer, SECOND], [-1n, announced], ...times(-challenge, terms)]];
}

function oneOfEquations(place, sums, proof) {
  const announced = sums.map((_, at) => proof.said(`${place} T${at}`));
  let left = proof.transcript.challenge(place);
  return sums.map((terms, at) => {
    const share = at === sums.length - 1 ? left : proof.answered(`${place} e${at}`)[0];
    left = reduced(left - share);
    const [answer] = proof.answered(`${place} z${at}`);
    return [[answer, SECOND], [-1n, announced[at]], ...times(-share, terms)];
  });
}

function bitEquations(place, [terms], bits, proof) {
  const points = Array.from({ length: bits }, (_, bit) => proof.said(`${place} C${bit}`));
  const whole = [...terms, ...points.map((point, bit) => [-(1n << BigInt(bit)), point])];
  const each = points.flatMap((point, bit) =>
    oneOfEquations(`${place} b${bit}`, [[[1n, point]], [[1n, point], [-1n, BASE]]], proof),
  );
  return [whole, ...each];
}

// (65) and (67) of Bulletproofs, with its names.
function vectorEquations(place, sums, bits, proof) {
  const count = bits * sums.length;
  const [A, S] = [proof.said(`${place} A`), proof.said(`${place} S`)];
  const [y, z] = [proof.transcript.challenge(`${place} y`), proof.transcript.challenge(`${place} z`)];
  const [T1, T2] = [proof.said(`${place} T1`), proof.said(`${place} T2`)];
  const x = proof.transcript.challenge(`${place} x`);
  const [tau] = proof.answered(`${place} tau`);
  const [mu] = proof.answered(`${place} mu`);
  const l = proof.answered(`${place} l`, count);
  const r = proof.answered(`${place} r`, count);
  const zs = powersOf(z, sums.length + 2);
  const weights = Array.from({ length: count }, (_, i) => (zs[2 + Math.floor(i / bits)] << BigInt(i % bits)) % GROUP_ORDER);
  const delta = (z - z * z) * totalOf(powersOf(y, count)) - z * totalOf(weights);
  const inner = totalOf(l.map((one, i) => one * r[i]));
  const values = [
    [reduced(inner - delta), BASE], [tau, SECOND], [-x, T1], [reduced(-x * x), T2],
    ...sums.flatMap((terms, j) => times(-zs[2 + j], terms)),
  ];
  const inverse = powersOf(inverseOf(y), count);
  const vector = [[1n, A], [x, S], [-mu, SECOND]];
  for (let i = 0; i < count; i += 1) {
    const [left, right] = pair(i);
    vector.push([-z - l[i], left], [z + reduced(inverse[i] * (weights[i] - r[i])), right]);
  }
  return [values, vector];
}

function* blocksOf(statement, form) {
  const widths = [...new Set(statement.in_range.map((one) => one.bits))].sort((a, b) => a - b);
  for (const bits of widths) {
    const ranges = statement.in_range.filter((one) => one.bits === bits);
    const most = form === 1 ? 1 : Math.min(BLOCK.values, Math.floor(BLOCK.pairs / bits));
    for (let at = 0; at < ranges.length; at += most) {
      yield [`in_range ${bits} bits ${at}`, bits, ranges.slice(at, at + most)];
    }
  }
}

// [place, equation] each, which hold only if the proof shows the statement (of readStatement); bytes are checked here.
export function equationsOf(statement, raw) {
  const [form] = raw;
  if (form !== 1 && form !== 2) throw new EnvelopeError("proof", "byte 0", "a proof begins with its form, 1 or 2");
  const { points } = statement;
  const transcript = new Transcript(statement.bytes);
  transcript.say("form", Uint8Array.of(form));
  const proof = new ProofBytes(raw, transcript);
  const found = [];
  const add = (place, equations) => equations.forEach((one) => found.push([place, one]));
  statement.known.forEach((name, at) => add(`known ${at}`, knownEquations(`known ${at}`, [[1n, points.get(name)]], proof)));
  statement.zero.forEach((one, at) => add(`zero ${at}`, zeroEquations(`zero ${at}`, termsOf(one, points), proof)));
  statement.one_of.forEach((branches, at) => {
    const sums = branches.map((one) => termsOf(one, points));
    add(`one_of ${at}`, oneOfEquations(`one_of ${at}`, sums, proof));
  });
  for (const [place, bits, ranges] of blocksOf(statement, form)) {
    const sums = ranges.map((one) => termsOf(one, points));
    add(place, (form === 1 ? bitEquations : vectorEquations)(place, sums, bits, proof));
  }
  proof.end();
  return found;
}

const checkEach = (equations, where = "") => {
  for (const [place, equation] of equations) {
    if (!isNothing(equation)) throw new EnvelopeError("untrue", `${where}${place}`, "the proof does not show it");
  }
};

// Throws EnvelopeError where the proof does not show the statement.
export const verify = (statement, raw) => checkEach(equationsOf(statement, raw));

function* weights(batch) {
  const key = noble.sha512.create().update(WEIGHTS);
  for (const part of batch.flatMap(([statement, raw]) => [statement.bytes, raw])) {
    key.update(bigEndian(part.length, 8)).update(noble.sha512(part));
  }
  const seed = joined(WEIGHTS, key.digest());
  for (let count = 0; ; count += 1) {
    yield lowFirst(noble.sha512(joined(seed, bigEndian(count, 8))).subarray(0, 16)) || 1n;
  }
}

function named(number, [statement, raw]) {
  try {
    return equationsOf(statement, raw);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    throw new EnvelopeError(error.code, `proof ${number}: ${statement.name}: ${error.message}`);
  }
}

// Do all these [statement, proof], few enough for one sum, hold? Each equation is multiplied by 128 bits, the hash of all
// statements and proofs, and all are added up (Bellare, Garay, Rabin 1998). Throws EnvelopeError for bytes that are none.
export function isShown(batch, start = 0) {
  const drawn = weights(batch);
  const found = together(() => batch.map((one, at) => named(start + at, one)));
  return isNothing(found.flat().flatMap(([, equation]) => times(drawn.next().value, equation)));
}

// Do all hold, however many? Throws EnvelopeError naming the first that does not.
export function verifyAll(given) {
  for (let start = 0; start < given.length; start += BATCH) {
    const batch = given.slice(start, start + BATCH);
    if (isShown(batch, start)) continue;
    batch.forEach(([statement, raw], at) => {
      checkEach(equationsOf(statement, raw), `proof ${start + at}: ${statement.name}, `);
    });
  }
}
