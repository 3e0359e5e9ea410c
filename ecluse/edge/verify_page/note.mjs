// Whose key is this, what did it sign, what does a checkpoint say? C2SP signed-note, tlog-checkpoint, tlog-cosignature.
import { asHex, bigEndian, fromBase64, isSame, joined, utf8 } from "./bytes.mjs";
import { holdsEd25519, holdsMlDsa44, sha256 } from "./signatures.mjs";

const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const KEY_NAME = new RegExp(`^[^${BLANK}+\\x00-\\x1f]+$`, "u");
const SIGNATURE_LINE = new RegExp(`^\\u2014 ([^${BLANK}]+) ([A-Za-z0-9+/]+=*)$`, "u");
const NOTE_BYTES_LIMIT = 1_000_000;
const SIGNATURES_LIMIT = 100;
const TIME_LIMIT = 2n ** 63n - 1n;
export const LOG_ED25519 = 1;
export const COSIGNER_ED25519 = 4;
export const COSIGNER_ML_DSA_44 = 6;
const PUBLIC_BYTES = { [LOG_ED25519]: 32, [COSIGNER_ED25519]: 32, [COSIGNER_ML_DSA_44]: 1312 };

// A key { name, kind, id, body }; null for another spelling, kind or id.
export function readKey(text) {
  const first = text.indexOf("+");
  const second = first < 0 ? -1 : text.indexOf("+", first + 1);
  if (second < 0) return null;
  const name = text.slice(0, first);
  const held = fromBase64(text.slice(second + 1));
  if (!held || !KEY_NAME.test(name) || held.length - 1 !== PUBLIC_BYTES[held[0]]) return null;
  const id = keyId(name, held);
  return text.slice(first + 1, second) === id ? { name, kind: held[0], id, body: held.subarray(1) } : null;
}

const keyId = (name, held) => asHex(sha256(joined(utf8(`${name}\n`), held)).subarray(0, 4));

// The same key under another name.
export const renamed = ({ kind, body }, name) => ({ name, kind, id: keyId(name, joined(Uint8Array.of(kind), body)), body });

// { text, lines } of a note; null for anything else.
export function splitNote(note) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n") || cut + 2 === note.length || utf8(note).length > NOTE_BYTES_LIMIT) return null;
  const rows = note.slice(cut + 2, -1).split("\n");
  const text = note.slice(0, cut + 1);
  if (rows.length > SIGNATURES_LIMIT || /[\x00-\x09\x0b-\x1f]/.test(text)) return null;
  const lines = rows.map((row) => {
    const match = SIGNATURE_LINE.exec(row);
    const body = match && !match[1].includes("+") ? fromBase64(match[2]) : null;
    return body && body.length > 4 ? { name: match[1], id: asHex(body.subarray(0, 4)), value: body.subarray(4) } : null;
  });
  return lines.includes(null) ? null : { text, lines };
}

// { origin, size, root } of a checkpoint's text; null for any other spelling.
export function readCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines[lines.length - 1] || lines.slice(0, -1).includes("")) return null;
  const [origin, size, root] = lines;
  const found = fromBase64(root);
  if (!/^(0|[1-9][0-9]{0,18})$/.test(size) || BigInt(size) > TIME_LIMIT || found?.length !== 32) return null;
  return { origin, size: BigInt(size), root: found };
}

const sized = (name) => {
  const body = utf8(name);
  return body.length > 0 && body.length < 256 ? joined(Uint8Array.of(body.length), body) : null;
};

function mlDsaMessage(key, head, at) {
  const [name, origin] = [sized(key.name), sized(head.origin)];
  if (!name || !origin) return null;
  return joined(utf8("subtree/v1\n\0"), name, bigEndian(at, 8), origin, bigEndian(0, 8), bigEndian(head.size, 8), head.root);
}

// When did this key sign, as its line says? 0n for a log's own signature, null where the signature is false.
async function signedAt(key, line, text, head) {
  if (key.kind === LOG_ED25519) return (await holdsEd25519(line.value, utf8(text), key.body)) ? 0n : null;
  if (line.value.length <= 8) return null;
  const at = line.value.subarray(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  if (at < 1n || at > TIME_LIMIT) return null;
  const value = line.value.subarray(8);
  if (key.kind === COSIGNER_ED25519) {
    return (await holdsEd25519(value, utf8(`cosignature/v1\ntime ${at}\n${text}`), key.body)) ? at : null;
  }
  const message = mlDsaMessage(key, head, at);
  return message && holdsMlDsa44(value, message, key.body) ? at : null;
}

// Which of these keys signed the note, and when; is any signature of theirs false?
export async function signers(note, head, keys) {
  const by = new Map();
  for (const key of keys) {
    for (const line of note.lines.filter((one) => one.name === key.name && one.id === key.id)) {
      const at = await signedAt(key, line, note.text, head);
      if (at === null) return { by, isFalse: true };
      by.set(key, by.has(key) && by.get(key) > at ? by.get(key) : at);
    }
  }
  return { by, isFalse: false };
}

export const isSameKey = (one, other) => isSame(one.body, other.body);
