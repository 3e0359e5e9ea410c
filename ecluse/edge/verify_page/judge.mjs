// Does a bundle hold, check by check? The same checks, in the same order, as ecluse/custody/log/bundle_judge.py.
import { asHex, fromHex32, isSame, number, utf8 } from "./bytes.mjs";
import { LIMITS, readBundle, TOKENS, UnreadableBundleError } from "./bundle.mjs";
import { has, isRecord, parsed, spelled } from "./canon.mjs";
import { readCheckpoint, signers } from "./note.mjs";
import { judgeOuter, witnessesOf } from "./outer.mjs";
import { hasQuorum, PolicyError, readPolicy } from "./policy.mjs";
import { committed, isIncluded, leafHash, readProof } from "./proof.mjs";
import { sha256 } from "./signatures.mjs";

const DISCLOSURES_LIMIT = 100;

function judgeMembers(members, add) {
  const names = [...LIMITS.keys()].filter((name) => members.has(name) && name !== "manifest.json");
  const manifest = parsed(members.get("manifest.json")).value;
  const rows = manifest.members;
  if (Object.keys(manifest).sort().join() !== "members,v" || !Array.isArray(rows) || rows.length !== names.length) {
    return add("members", "fails", { reason: "list" });
  }
  for (const [at, name] of names.entries()) {
    const body = members.get(name);
    const real = { name, size: body.length, sha256: asHex(sha256(body)) };
    if (spelled(rows[at]) !== spelled(real)) return add("members", "fails", { reason: "differs", member: name });
  }
  return add("members", "holds", { n: names.length });
}

const hasCommitments = (form) =>
  has(form, "sd") && Array.isArray(form.sd) && form.sd.every((one) => typeof one === "string") &&
  (!has(form, "hearing") || typeof form.hearing === "string");

function judgeEntry(body, head, add) {
  const form = parsed(body)?.value;
  if (form === undefined) return add("entry", "fails", { reason: "spelling" });
  if (!isRecord(form) || !has(form, "v") || form.v !== "entry/1" || !hasCommitments(form)) {
    return add("entry", "fails", { reason: "version" });
  }
  if (!has(form, "log") || typeof form.log !== "string" || (head && head.origin !== `ecluse/${form.log}`)) {
    return add("entry", "fails", { reason: "log" });
  }
  add("entry", "holds", { hash: asHex(leafHash(body)), log: form.log });
  return form;
}

function judgeInclusion(entry, proof, head, add) {
  if (!proof || !head) return add("inclusion", "fails", { reason: proof ? "checkpoint" : "proof" });
  if (!isIncluded(leafHash(entry), proof, head)) return add("inclusion", "fails", { reason: "path" });
  return add("inclusion", "holds", { index: number(proof.index), size: number(head.size) });
}

async function judgeSignatures(rules, proof, head, outer, add) {
  if (!rules || !proof || !head) {
    add("log_signature", "not_checked", {});
    return add("quorum", "not_checked", {});
  }
  const logs = await signers(proof.note, head, rules.logs);
  const own = [...logs.by.keys()].filter((key) => key.name === head.origin);
  if (logs.isFalse || !own.length) add("log_signature", "fails", { reason: logs.isFalse ? "false" : "unknown" });
  else add("log_signature", "holds", { log: head.origin, key_id: own[0].id });
  const { names, witnesses, isFalse } = await witnessesOf(proof.note, head, rules);
  if (isFalse) return add("quorum", "fails", { reason: "false" });
  if (rules.quorum === "none") return add("quorum", "told", { reason: "none_needed", witnesses });
  if (!hasQuorum(rules, names) && outer?.state === "holds") {
    return add("quorum", "holds", { reason: "outer", witnesses: outer.facts.witnesses });
  }
  if (!hasQuorum(rules, names)) return add("quorum", "fails", { reason: "few", witnesses });
  return add("quorum", "holds", { witnesses });
}

function readDisclosures(body) {
  const form = parsed(body)?.value;
  if (!Array.isArray(form) || form.length > DISCLOSURES_LIMIT) return null;
  const isOne = (one) =>
    isRecord(one) && Object.keys(one).sort().join() === "name,salt,value" &&
    Object.values(one).every((part) => typeof part === "string");
  return form.every(isOne) ? form : null;
}

function faultOf({ name, salt, value }, left) {
  const kind = name === "hearing" ? "hearing" : "record";
  const salted = fromHex32(salt);
  const body = kind === "record" ? utf8(value) : fromHex32(value);
  if (!salted || !body) return "form";
  if (kind === "record") {
    const form = parsed(body)?.value;
    if (!isRecord(form) || !has(form, "v") || form.v !== name) return "name";
  }
  const wanted = asHex(committed(salted, body));
  const at = left.findIndex(([held, text]) => held === kind && text === wanted);
  if (at < 0) return "opens_nothing";
  left.splice(at, 1);
  return "";
}

function judgeDisclosures(body, entry, add) {
  const disclosed = readDisclosures(body);
  if (!disclosed) {
    add("disclosures", "fails", { reason: "form" });
    return [];
  }
  if (!entry) {
    if (disclosed.length) add("disclosures", "not_checked", {});
    return disclosed;
  }
  const left = entry.sd.map((text) => ["record", text]);
  if (has(entry, "hearing")) left.push(["hearing", entry.hearing]);
  disclosed.forEach((one, at) => {
    const reason = faultOf(one, left);
    add("disclosure", reason ? "fails" : "holds", { ...(reason && { reason }), at, name: one.name });
  });
  if (left.length) add("closed", "told", { n: left.length });
  return disclosed;
}

function judgePolicy(copy, given, rules, add) {
  if (given) {
    const isCopy = isSame(given, copy);
    const whose = isCopy ? "yours" : "differs";
    return add("policy", isCopy ? "holds" : "told", { whose, digest: asHex(sha256(given)) });
  }
  if (!rules) return add("policy", "fails", { reason: "form" });
  return add("policy", "told", { whose: "own", digest: asHex(sha256(copy)) });
}

function ownPolicy(copy) {
  try {
    return readPolicy(copy);
  } catch (error) {
    if (error instanceof PolicyError) return null;
    throw error;
  }
}

// { answer, policy, checks, disclosed }; throws UnreadableBundleError, or PolicyError for a policy that was given.
export async function judgeBundle(content, given = null) {
  const members = readBundle(content);
  const copy = members.get("policy");
  const rules = given ? readPolicy(given) : ownPolicy(copy);
  const checks = [];
  const add = (check, state, facts) => {
    checks.push({ check, state, ...facts });
    return null;
  };
  judgeMembers(members, add);
  const proof = readProof(members.get("inner.tlog-proof"));
  const head = proof && readCheckpoint(proof.note.text);
  const entry = judgeEntry(members.get("entry.json"), head, add);
  judgeInclusion(members.get("entry.json"), proof, head, add);
  const outer = await judgeOuter(members, proof, head, rules);
  await judgeSignatures(rules, proof, head, outer, add);
  const disclosed = judgeDisclosures(members.get("disclosures.json"), entry, add);
  judgePolicy(copy, given, rules, add);
  if (outer) add("outer", outer.state, outer.facts);
  const tokens = TOKENS.filter((name) => members.has(name)).length;
  if (tokens) add("tokens", "told", { n: tokens });
  const hasFailed = checks.some(({ state }) => state === "fails");
  const policy = given ? "yours" : "own";
  return { answer: hasFailed ? "fails" : given ? "holds" : "own", policy, checks, disclosed };
}

// The same, where what cannot be read is an answer too.
export async function answerTo(content, given = null) {
  try {
    return await judgeBundle(content, given);
  } catch (error) {
    if (error instanceof UnreadableBundleError || error instanceof PolicyError) return error.form();
    throw error;
  }
}
