// Which challenges follow from all that was said so far, and what do a proof's bytes say? Strong Fiat–Shamir.
import { bigEndian, joined, utf8 } from "./bytes.mjs";
import { EnvelopeError, GROUP_ORDER, pointOf } from "./points.mjs";
import { noble } from "./vendor/noble.mjs";

const SCALAR = 32;

export function lowFirst(bytes) {
  let found = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) found = (found << 8n) | BigInt(bytes[at]);
  return found;
}

export class Transcript {
  constructor(statement) {
    this.hash = noble.sha512.create().update(utf8("ecluse/envelope/1\n"));
    this.say("statement", statement);
  }

  absorb(kind, label, message) {
    const name = utf8(label);
    const head = [Uint8Array.of(kind), bigEndian(name.length, 2), name, bigEndian(message.length, 8)];
    this.hash.update(joined(...head)).update(message);
  }

  say(label, message) {
    this.absorb(0, label, message);
  }

  challenge(label) {
    this.absorb(1, label, new Uint8Array());
    return (lowFirst(this.hash.clone().digest()) % (GROUP_ORDER - 1n)) + 1n;
  }
}

// A proof being read, each part checked as it is read; what it says enters the transcript.
export class ProofBytes {
  constructor(raw, transcript) {
    Object.assign(this, { raw, transcript, at: 1 });
  }

  take(place) {
    const part = this.raw.subarray(this.at, this.at + 32);
    if (part.length !== 32) throw new EnvelopeError("proof", `byte ${this.at}, ${place}`, "the proof is cut");
    this.at += 32;
    return part;
  }

  said(place) {
    const at = this.at;
    const raw = this.take(place);
    this.transcript.say(place, raw);
    return pointOf(raw, `byte ${at}, ${place}`, "proof");
  }

  answered(place, count = 1) {
    const start = this.at;
    const found = [];
    for (let left = count; left > 0; left -= 1) {
      found.push(lowFirst(this.take(place)));
      if (found.at(-1) < GROUP_ORDER) continue;
      throw new EnvelopeError("proof", `byte ${this.at - SCALAR}, ${place}`, "the scalar is out of range");
    }
    this.transcript.say(place, this.raw.subarray(start, this.at));
    return found;
  }

  end() {
    const [here, expected] = [this.raw.length, this.at];
    if (here !== expected) throw new EnvelopeError("proof", `${here} bytes, expected ${expected}`);
  }
}
