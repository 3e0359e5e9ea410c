// How do bytes become text, and text bytes, in one spelling only?
const shortest = new TextEncoder();
const exact = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text) => shortest.encode(text);
export const asText = (body) => exact.decode(body); // throws where these bytes are no UTF-8
export const asLatin1 = (body) => {
  let text = "";
  for (let at = 0; at < body.length; at += 8192) text += String.fromCharCode(...body.subarray(at, at + 8192));
  return text;
};
export const fromLatin1 = (text) => Uint8Array.from(text, (char) => char.charCodeAt(0));
export const asHex = (body) => Array.from(body, (byte) => byte.toString(16).padStart(2, "0")).join("");

// The 32 bytes that this spells in lower-case hexadecimal; null for anything else.
export const fromHex32 = (text) =>
  /^[0-9a-f]{64}$/.test(text) ? Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16)) : null;

export function joined(...parts) {
  const found = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

export const isSame = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

// Which bytes does this base64 spell? null where another spelling would give the same bytes.
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return null;
  const raw = atob(text);
  return btoa(raw) === text ? fromLatin1(raw) : null;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

export function crc32(body) {
  let value = 0xffffffff;
  for (const byte of body) value = (value >>> 8) ^ table[(value ^ byte) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

export const bigEndian = (value, size) => {
  const found = new Uint8Array(size);
  let left = BigInt(value);
  for (let at = size - 1; at >= 0; at -= 1) {
    found[at] = Number(left & 0xffn);
    left >>= 8n;
  }
  return found;
};

// A whole number as canonical records have it: beyond 2^53 - 1 in decimals.
export const number = (value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value));

// Text of strangers as it may be shown: at most 100 characters, each in plain ASCII.
export const shown = (text) =>
  [...text]
    .slice(0, 100)
    .map((char) => (char >= " " && char <= "~" ? char : `\\u${char.codePointAt(0).toString(16).padStart(4, "0")}`))
    .join("");
