// Verifies the closed envelope of whole public folders, from docs/reference/envelope.md; nothing published is believed.
//
//   node envelope_folder.mjs FOLDER…   one JSON line each: { folder, holds, counts, faults: [{ place, why }] }; 1: one fails
import { createHash } from "node:crypto";
import { fromBase64, fromHex32 } from "../../ecluse/edge/verify_page/bytes.mjs";
import { isRecord, parsed, spelled } from "../../ecluse/edge/verify_page/canon.mjs";
import { BATCH, isShown, verify } from "../../ecluse/edge/verify_page/envelope.mjs";
import { EnvelopeError, pointOf, together } from "../../ecluse/edge/verify_page/points.mjs";
import { readStatement } from "../../ecluse/edge/verify_page/statement.mjs";
import { drawDemands } from "./folder_draws.mjs";
import { checkListed, readFigures, readSigned } from "./folder_figures.mjs";
import { moneyDemands } from "./folder_money.mjs";
import { checkOpenedFigures } from "./folder_opened.mjs";
import { keyOf, LineFault } from "./folder_statements.mjs";
import { certificateDemands } from "./folder_surplus.mjs";
import { checkManifest, Folder, inOrder, NoFolder, openedOf, readLogs } from "./public_folder.mjs";

const PROOFS = "envelope/proofs.jsonl";
const SHOWN_FAULTS = 20;
const FALSE_LIMIT = 20;
const STRANGE_LIMIT = 1000;
// Pairs that held once hold in every folder: statement and proof are named by their digest.
const holding = new Set();

function pairOf(body) {
  const form = parsed(body)?.value;
  const isPair = isRecord(form) && Object.keys(form).sort().join() === "proof,statement" && isRecord(form.statement);
  const raw = isPair && typeof form.proof === "string" ? fromBase64(form.proof) : null;
  return raw && { published: form.statement, raw, digest: createHash("sha256").update(body).digest("hex") };
}

// The points of many statements are checked together; a bad one is told where its statement is built.
function checkPoints(pairs) {
  const points = pairs.flatMap((pair) => (Array.isArray(pair?.published.commitments) ? pair.published.commitments : []));
  together(() => {
    for (const one of points) {
      const raw = typeof one?.[1] === "string" ? fromHex32(one[1]) : null;
      try {
        if (raw) pointOf(raw, "");
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
      }
    }
  });
}

// Which published statements are those that must be shown, in their order?
class Reading {
  constructor(folder, demands) {
    Object.assign(this, { folder, demands, next: 0, strange: 0, pairs: [] });
    this.places = new Map(demands.map((one, at) => [one.key, at]));
  }

  skip(until) {
    for (; this.next < until; this.next += 1) {
      this.folder.broken(this.demands[this.next].key.replaceAll("\n", " "), "not shown: it has no proof");
    }
  }

  take(pair, where) {
    if (!pair) return this.folder.broken(where, "no statement with its proof");
    const at = this.places.get(keyOf(pair.published)) ?? -1;
    if (at < this.next) {
      this.strange += 1;
      return this.folder.broken(where, "a statement that is not asked for here");
    }
    this.skip(at);
    this.next = at + 1;
    const [statement, why] = built(this.demands[at], pair.published);
    if (!statement) return this.folder.broken(`${where} ${pair.published.name}`, why);
    return this.pairs.push({ demand: this.demands[at], statement, raw: pair.raw, digest: pair.digest });
  }
}

function readProofs(folder, demands) {
  const reading = new Reading(folder, demands);
  const bodies = folder.lines(PROOFS);
  for (let start = 0; start < bodies.length; start += BATCH) {
    const pairs = bodies.slice(start, start + BATCH).map(pairOf);
    checkPoints(pairs);
    for (const [at, pair] of pairs.entries()) {
      if (reading.strange < STRANGE_LIMIT) reading.take(pair, `${PROOFS}:${start + at + 1}`);
    }
  }
  reading.skip(demands.length);
  return reading.pairs;
}

function built(demand, published) {
  try {
    const expected = demand.build(published);
    return spelled(published) === spelled(expected) ? [expected, ""] : [null, "the statement is another"];
  } catch (error) {
    if (error instanceof LineFault || error instanceof EnvelopeError) return [null, error.message];
    throw error;
  }
}

// All at once; where that fails each half, until the false ones are named.
function falseOf(pairs, folder, state) {
  if (!pairs.length || state.untrue >= FALSE_LIMIT) return [];
  try {
    const read = together(() => pairs.map(({ statement, raw }) => [readStatement(statement), raw]));
    if (isShown(read)) return [];
    if (pairs.length === 1) verify(...read[0]);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    if (pairs.length === 1) {
      state.untrue += 1;
      folder.broken(pairs[0].statement.name, error.message);
      return pairs;
    }
  }
  const half = pairs.length >> 1;
  return [...falseOf(pairs.slice(0, half), folder, state), ...falseOf(pairs.slice(half), folder, state)];
}

function countShown(pairs, folder, counts) {
  const state = { untrue: 0 };
  for (let at = 0; at < pairs.length && state.untrue < FALSE_LIMIT; at += BATCH) {
    const batch = pairs.slice(at, at + BATCH);
    const untrue = new Set(falseOf(batch.filter(({ digest }) => !holding.has(digest)), folder, state));
    if (state.untrue >= FALSE_LIMIT) return;
    for (const pair of batch) {
      if (untrue.has(pair)) continue;
      holding.add(pair.digest);
      counts[pair.demand.kind] = (counts[pair.demand.kind] ?? 0) + 1;
    }
  }
}

async function verifyFolder(path) {
  const folder = new Folder(path);
  await checkManifest(folder);
  const logs = readLogs(folder);
  const context = `ecluse/envelope/1 ${folder.manifest.signer}`;
  if (folder.json("envelope.json").context !== context) folder.broken("envelope.json", `the context is not ${context}`);
  const lines = readFigures(folder, logs);
  checkListed(folder, lines);
  const signings = await readSigned(folder, logs);
  const policies = openedOf(folder, logs, "surplus_policy/1");
  const broken = (place, why) => folder.broken(place, why);
  const surplus = { lines, signings, policies, context };
  const demands = [...certificateDemands(surplus, broken), ...drawDemands(surplus, broken)];
  demands.sort((one, other) => inOrder(one.line, other.line));
  demands.push(...moneyDemands({ folder, logs, lines, context }, broken));
  const pairs = readProofs(folder, demands);
  const opened = checkOpenedFigures(folder, logs, lines);
  const counts = { figures_lines: lines.length, signatures: signings.length, statements: demands.length, opened };
  countShown(pairs, folder, counts);
  return { folder: path, holds: !folder.faults.length, counts, faults: folder.faults.slice(0, SHOWN_FAULTS) };
}

async function answerOf(path) {
  try {
    return await verifyFolder(path);
  } catch (error) {
    // A file of another shape than any publication: it is refused with what was found, and the next folder is judged.
    const why = error instanceof NoFolder ? error.message : `cannot be judged: ${error.message}`;
    return { folder: path, holds: false, counts: {}, faults: [{ place: path, why }] };
  }
}

for (const path of process.argv.slice(2)) {
  const answer = await answerOf(path);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (!answer.holds) process.exitCode = 1;
}
