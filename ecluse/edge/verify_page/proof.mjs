// Does this proof lead from an entry to a root, and what opens a commitment? C2SP tlog-proof, RFC 6962.
import { asText, bigEndian, fromBase64, isSame, joined, utf8 } from "./bytes.mjs";
import { splitNote } from "./note.mjs";
import { sha256 } from "./signatures.mjs";

const HEADER = "c2sp.org/tlog-proof@v1";
const HASHES_LIMIT = 63;

// { index, hashes, note, extra } of a proof file; null for any other spelling.
export function readProof(content) {
  let text = "";
  try {
    text = asText(content);
  } catch {
    return null;
  }
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(cut, 0)).split("\n");
  if (cut < 0 || lines[0] !== HEADER) return null;
  const extra = lines[1]?.startsWith("extra ") ? fromBase64(lines.splice(1, 1)[0].slice(6)) : new Uint8Array();
  if (extra === null) return null;
  const index = lines[1]?.startsWith("index ") ? lines[1].slice(6) : "";
  if (!/^(0|[1-9][0-9]{0,18})$/.test(index)) return null;
  const hashes = lines.slice(2).map(fromBase64);
  if (hashes.length > HASHES_LIMIT || hashes.some((hash) => hash?.length !== 32)) return null;
  const note = splitNote(text.slice(cut + 2));
  return note && { index: BigInt(index), hashes, note, extra };
}

export const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

export function isIncluded(leaf, { index, hashes }, { size, root }) {
  if (index >= size) return false;
  let [at, last, found] = [index, size - 1n, leaf];
  for (const step of hashes) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      found = nodeHash(step, found);
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else found = nodeHash(found, step);
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && isSame(found, root);
}

const prefixed = (part) => joined(bigEndian(part.length, 8), part);

export const committed = (salt, body) => sha256(joined(utf8("ecluse/commitment/1\n"), prefixed(salt), prefixed(body)));
