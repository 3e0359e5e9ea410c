// Does the outer log hold this checkpoint, hidden by this salt? As ecluse/custody/log/bundle_outer.py.
import { asHex, fromHex32, joined, number, utf8 } from "./bytes.mjs";
import { isRecord, parsed } from "./canon.mjs";
import { readCheckpoint, renamed, signers } from "./note.mjs";
import { hasQuorum } from "./policy.mjs";
import { isIncluded, leafHash, readProof } from "./proof.mjs";
import { sha256 } from "./signatures.mjs";

const PROOF = "outer.tlog-proof";
const SALT = "outer.salt";
const SALT_BYTES = 32;

// Is this a day of the calendar, spelled YYYY-MM-DD?
function isDay(text) {
  const match = typeof text === "string" ? /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text) : null;
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

// { log, of, on, commitment } of an entry; null for anything else.
function readEntry(body) {
  const form = parsed(body)?.value;
  if (!isRecord(form) || Object.keys(form).sort().join() !== "commitment,log,of,on,v" || form.v !== "outer/1") return null;
  if (![form.log, form.of, form.commitment].every((text) => typeof text === "string") || !isDay(form.on)) return null;
  return form.log.startsWith("outer/") && fromHex32(form.commitment) ? form : null;
}

// Which policy's witnesses signed this note? { names, witnesses, isFalse }
export async function witnessesOf(note, head, rules) {
  const seen = await signers(note, head, [...rules.witnesses.values()]);
  const found = [...rules.witnesses].filter(([, key]) => seen.by.has(key)).map(([name, key]) => [name, seen.by.get(key)]);
  const names = found.map(([name]) => name).sort();
  const at = (name) => number(found.find(([one]) => one === name)[1]);
  return { names, witnesses: Object.fromEntries(names.map((name) => [name, at(name)])), isFalse: seen.isFalse };
}

function fault(members, inner, innerHead) {
  if (!members.has(PROOF) || !members.has(SALT)) return { reason: "half" };
  const proof = readProof(members.get(PROOF));
  const head = proof && readCheckpoint(proof.note.text);
  if (!proof || !head) return { reason: "proof" };
  const entry = readEntry(proof.extra);
  if (!entry || head.origin !== `ecluse/${entry.log}`) return { reason: "entry" };
  const salt = members.get(SALT);
  const isOpened = salt.length === SALT_BYTES && asHex(sha256(joined(salt, utf8(inner.note.text)))) === entry.commitment;
  if (innerHead.origin !== `ecluse/${entry.of}` || !isOpened) return { reason: "opens_nothing" };
  if (!isIncluded(leafHash(proof.extra), proof, head)) return { reason: "path" };
  return { proof, head, entry };
}

// The outer log's own keys, or those of the log that it holds, under its own name: a policy lists a key once.
function outerKeys(rules, innerOrigin, origin) {
  const own = rules.logs.filter((key) => key.name === origin);
  return own.length ? own : rules.logs.filter((key) => key.name === innerOrigin).map((key) => renamed(key, origin));
}

async function signed({ proof, head, entry }, rules, innerOrigin) {
  const facts = { log: entry.log, on: entry.on, index: number(proof.index) };
  if (!rules) return { state: "not_checked", facts: {} };
  const logs = await signers(proof.note, head, outerKeys(rules, innerOrigin, head.origin));
  const { names, witnesses, isFalse } = await witnessesOf(proof.note, head, rules);
  if (logs.isFalse || isFalse) return { state: "fails", facts: { reason: "false" } };
  if (![...logs.by.keys()].some((key) => key.name === head.origin)) {
    return { state: "told", facts: { reason: "unknown", ...facts } };
  }
  if (rules.quorum !== "none" && !hasQuorum(rules, names)) {
    return { state: "told", facts: { reason: "few", ...facts, witnesses } };
  }
  return { state: "holds", facts: { ...facts, witnesses } };
}

// { state, facts } of the check; null where the bundle has no proof in an outer log.
export async function judgeOuter(members, inner, innerHead, rules) {
  if (!members.has(PROOF) && !members.has(SALT)) return null;
  if (!inner || !innerHead) return { state: "not_checked", facts: {} };
  const found = fault(members, inner, innerHead);
  return found.reason ? { state: "fails", facts: found } : signed(found, rules, innerHead.origin);
}
