// What does a public folder hold, and is it what its signer listed? Files, logs and openings, read and not believed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asHex, fromBase64, fromHex32, utf8 } from "../../ecluse/edge/verify_page/bytes.mjs";
import { isRecord, parsed, spelled } from "../../ecluse/edge/verify_page/canon.mjs";
import { committed } from "../../ecluse/edge/verify_page/proof.mjs";
import { holdsEd25519 } from "../../ecluse/edge/verify_page/signatures.mjs";

const LINES_LIMIT = 500_000;
export const HEX = /^[0-9a-f]{64}$/;
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

// A publication that breaks here cannot be judged further: it is no folder, or its manifest is false.
export class NoFolder extends Error {}

export const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
export const signedMessage = (body, on) => utf8(`ecluse/signature/1\n${on}\n${sha256(body).toString("hex")}\n`);
export const before = (one, other) =>
  one.log !== other.log ? one.log < other.log : one.index !== other.index ? one.index < other.index : one.at < other.at;
export const inOrder = (one, other) => (before(one, other) ? -1 : before(other, one) ? 1 : 0);

export class Folder {
  constructor(path) {
    this.path = path;
    this.faults = [];
    this.manifest = this.json("manifest.json");
    if (this.manifest.v !== "publication/1") throw new NoFolder(`${path}: no manifest of publication/1`);
  }

  broken(place, why) {
    this.faults.push({ place, why });
  }

  bytes(name) {
    const path = join(this.path, name);
    if (!existsSync(path)) throw new NoFolder(`${name} is absent`);
    return readFileSync(path);
  }

  has(name) {
    return existsSync(join(this.path, name));
  }

  json(name) {
    try {
      return JSON.parse(this.bytes(name).toString("utf8"));
    } catch (error) {
      throw new NoFolder(`${name}: ${error.message}`);
    }
  }

  lines(name) {
    const text = this.bytes(name);
    const found = [];
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf(10, at);
      if (end < 0) throw new NoFolder(`${name}: the last line does not end`);
      if (found.push(text.subarray(at, end)) > LINES_LIMIT) throw new NoFolder(`${name}: more than ${LINES_LIMIT} lines`);
      at = end + 1;
    }
    return found;
  }
}

export async function checkManifest(folder) {
  const { signature, ...rest } = folder.manifest;
  const [, , ...key] = String(rest.verifier_key).split("+");
  const raw = fromBase64(key.join("+"));
  const message = signedMessage(utf8(spelled(rest)), signature.on);
  const isSigned = raw?.[0] === 1 && (await holdsEd25519(bytesOf(signature.value_hex), message, raw.subarray(1)));
  if (!isSigned) folder.broken("manifest.json", "the signature does not hold");
  for (const { path, sha256: wanted } of rest.files) {
    if (!folder.has(path)) folder.broken(path, "listed and absent");
    else if (sha256(folder.bytes(path)).toString("hex") !== wanted) folder.broken(path, "not as the manifest lists it");
  }
}

function rootOf(leaves) {
  let level = leaves;
  if (!level.length) return sha256();
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < level.length; at += 2) above.push(sha256(Buffer.of(1), level[at], level[at + 1]));
    if (level.length % 2) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}

// Every log's entries by name, each under the root that the folder names; the root over all logs is the manifest's.
export function readLogs(folder) {
  const { logs, log_root: wanted } = folder.json("logs.json");
  const found = new Map();
  const heads = [];
  for (const { log, root, size } of logs) {
    const name = `logs/${log}/entries.jsonl`;
    const bodies = folder.lines(name);
    if (bodies.length !== size || rootOf(bodies.map((body) => sha256(Buffer.of(0), body))).toString("hex") !== root) {
      folder.broken(name, "the entries do not give the root");
    }
    found.set(log, bodies.map((body) => parsed(body)?.value ?? {}));
    heads.push({ log, root, size });
  }
  heads.sort((one, other) => (one.log < other.log ? -1 : 1));
  const leaves = heads.map((head) => sha256(Buffer.of(0), utf8(spelled(head))));
  const root = rootOf(leaves).toString("hex");
  if (root !== wanted || wanted !== folder.manifest.log_root) folder.broken("logs.json", "the root over all logs differs");
  return found;
}

// Does this salt open that commitment to the body, and does it stand at its place? "" or what is wrong.
export function openingFault({ log, index, commitment, salt }, body, logs, kind = "") {
  const salted = typeof salt === "string" ? fromHex32(salt) : null;
  if (!salted || asHex(committed(salted, body)) !== commitment) return "salt and record do not open the commitment";
  const entry = logs.get(log)?.[index];
  if (!entry || !Array.isArray(entry.sd) || !entry.sd.includes(commitment)) return "the commitment does not stand there";
  return kind && entry.kind !== kind ? "the entry is of another kind" : "";
}

// The opened records of one version, each where it stands.
export function openedOf(folder, logs, version) {
  const found = [];
  folder.lines("opened.jsonl").forEach((line, at) => {
    if (!line.includes(version)) return;
    const row = parsed(line)?.value;
    const form = isRecord(row) && typeof row.body === "string" ? parsed(utf8(row.body))?.value : null;
    if (form?.v !== version) return;
    const fault = openingFault(row, utf8(row.body), logs);
    if (fault) folder.broken(`opened.jsonl:${at + 1}`, fault);
    else found.push({ ...form, log: row.log, index: row.index, at: -1 });
  });
  return found;
}
