// Verifies a log of C2SP tiles with Node's own crypto alone; nothing of this project is read.
//
//   node check.mjs FOLDER LOG_KEY [WITNESS_KEY ...] [-old SIZE ROOT] [-proofs FOLDER]
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const fail = (why) => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
const ensure = (holds, why) => holds || fail(why);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leaf = (entry) => sha256(Buffer.of(0), entry);
const node = (left, right) => sha256(Buffer.of(1), left, right);
const read = (path) => {
  try {
    return readFileSync(path);
  } catch (error) {
    return fail(`${path}: ${error.code}`);
  }
};
const base64 = (text) => {
  const body = Buffer.from(text, "base64");
  ensure(body.toString("base64") === text, `not base64: ${text}`);
  return body;
};
const hashOf = (text) => {
  const body = base64(text);
  ensure(body.length === 32, "not a hash");
  return body;
};
const whole = (text) => {
  ensure(/^(0|[1-9][0-9]{0,15})$/.test(text), `not a whole number: ${text}`);
  return Number(text);
};

function keyOf(vkey, kind) {
  const [name, id, ...rest] = vkey.split("+");
  const body = base64(rest.join("+"));
  ensure(body.length === 33 && body[0] === kind, `not such a key: ${vkey}`);
  ensure(sha256(`${name}\n`, body).subarray(0, 4).toString("hex") === id, `a key with another id: ${vkey}`);
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), body.subarray(1)]);
  return { name, id, kind, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

function holds(key, text, value) {
  if (key.kind === 1) return verify(null, text, key.key, value);
  if (value.length !== 72) return false;
  const at = value.readBigUInt64BE(0);
  const message = Buffer.concat([Buffer.from(`cosignature/v1\ntime ${at}\n`), text]);
  return at > 0n && at < 1n << 63n && verify(null, message, key.key, value.subarray(8));
}

function openNote(body, keys) {
  const whole_ = body.toString("utf8");
  ensure(Buffer.from(whole_).equals(body), "a note is UTF-8");
  const cut = whole_.lastIndexOf("\n\n");
  ensure(cut > 0 && whole_.endsWith("\n"), "not a note");
  const text = whole_.slice(0, cut + 1);
  const signed = new Set();
  for (const line of whole_.slice(cut + 2, -1).split("\n")) {
    const match = /^\u2014 (\S+) (\S+)$/.exec(line);
    ensure(match, "not a signature line");
    const value = base64(match[2]);
    const key = keys.find((one) => one.name === match[1] && one.id === value.subarray(0, 4).toString("hex"));
    if (!key) continue;
    ensure(holds(key, Buffer.from(text), value.subarray(4)), `a false signature of ${key.name}`);
    signed.add(key);
  }
  ensure(signed.size === keys.length, `${signed.size} of ${keys.length} keys signed`);
  const [origin, size, root] = text.split("\n");
  ensure(origin === keys[0].name, "a checkpoint of another log");
  return { origin, size: whole(size), root: hashOf(root), signed: signed.size };
}

const number = (n) => {
  const digits = String(n);
  const parts = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g);
  return parts.map((part, at) => (at < parts.length - 1 ? `x${part}` : part)).join("/");
};
const pathOf = (level, n, width) => `tile/${level}/${number(n)}${width < 256 ? `.p/${width}` : ""}`;

function rootOf(hashes) {
  if (!hashes.length) return sha256();
  let level = hashes;
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < level.length; at += 2) above.push(node(level[at], level[at + 1]));
    if (level.length % 2) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}

function replay(folder, top) {
  const leaves = [];
  for (let n = 0; n < top.size; n += 256) {
    const width = Math.min(256, top.size - n);
    const body = read(join(folder, pathOf("entries", n / 256, width)));
    let at = 0;
    for (let i = 0; i < width; i += 1) {
      ensure(at + 2 <= body.length && at + 2 + body.readUInt16BE(at) <= body.length, `bundle ${n / 256} is cut`);
      const end = at + 2 + body.readUInt16BE(at);
      leaves.push(leaf(body.subarray(at + 2, end)));
      at = end;
    }
    ensure(at === body.length, `bundle ${n / 256} holds more than its entries`);
  }
  let hashes = leaves;
  for (let level = 0; hashes.length; level += 1) {
    const above = [];
    for (let n = 0; n * 256 < hashes.length; n += 1) {
      const part = hashes.slice(n * 256, n * 256 + 256);
      const path = pathOf(level, n, part.length);
      ensure(read(join(folder, path)).equals(Buffer.concat(part)), `${path} is not what the entries give`);
      if (part.length === 256) above.push(rootOf(part));
    }
    hashes = above;
  }
  ensure(rootOf(leaves).equals(top.root), "the entries do not give the root of the checkpoint");
  return leaves;
}

function includes(entry, index, top, steps) {
  ensure(index < top.size, "an index beyond the tree");
  let [at, last, found] = [BigInt(index), BigInt(top.size) - 1n, leaf(entry)];
  for (const step of steps) {
    ensure(last !== 0n, "a proof that is too long");
    if (at & 1n || at === last) {
      found = node(step, found);
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else found = node(found, step);
    [at, last] = [at >> 1n, last >> 1n];
  }
  ensure(last === 0n && found.equals(top.root), `entry ${index} is not in the log`);
}

const [folder, logKey, ...rest] = process.argv.slice(2);
const keys = [keyOf(logKey, 1)];
while (rest.length && !rest[0].startsWith("-")) keys.push(keyOf(rest.shift(), 4));
const top = openNote(read(join(folder, "checkpoint")), keys);
const leaves = replay(folder, top);
const said = {
  origin: top.origin, size: top.size, signatures: top.signed, entries: leaves.length, proofs: 0, consistent: false,
};
while (rest.length) {
  const option = rest.shift();
  if (option === "-old") {
    const [size, root] = [whole(rest.shift()), hashOf(rest.shift())];
    ensure(size <= top.size && rootOf(leaves.slice(0, size)).equals(root), "the older tree is no beginning of this");
    said.consistent = true;
  } else if (option === "-proofs") {
    const where = rest.shift();
    for (const name of readdirSync(where).filter((one) => one.endsWith(".tlog-proof"))) {
      const body = read(join(where, name));
      const cut = body.indexOf("\n\n");
      ensure(cut > 0, `${name}: not a proof`);
      let lines = body.subarray(0, cut).toString("utf8").split("\n");
      ensure(lines[0] === "c2sp.org/tlog-proof@v1", `${name}: not a proof`);
      if (lines[1].startsWith("extra ")) lines = lines.slice(1);
      ensure(lines[1].startsWith("index "), `${name}: no index`);
      const under = openNote(body.subarray(cut + 2), keys);
      const entry = read(join(where, name.replace(/\.tlog-proof$/, ".entry")));
      includes(entry, whole(lines[1].slice(6)), under, lines.slice(2).map(hashOf));
      said.proofs += 1;
    }
  } else fail(`what is ${option}?`);
}
process.stdout.write(`${JSON.stringify(said)}\n`);
