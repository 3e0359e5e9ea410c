// Which value do these bytes spell, if they are spelled canonically? RFC 8785 without floats, nulls and wide integers.
import { asText } from "./bytes.mjs";

const DEPTH_LIMIT = 32;

class SpellingError extends Error {}

export function spelled(value, depth = 0) {
  if (depth > DEPTH_LIMIT) throw new SpellingError("nested too deep");
  if (typeof value === "string") {
    if (/[\ud800-\udfff]/u.test(value) || value.normalize("NFC") !== value) throw new SpellingError("text is not NFC");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new SpellingError("not a safe whole number");
    return JSON.stringify(value);
  }
  if (typeof value === "boolean") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => spelled(item, depth + 1)).join(",")}]`;
  if (value === null || typeof value !== "object") throw new SpellingError("no canonical spelling");
  const keys = Object.keys(value).sort();
  if (keys.some((key) => /[^\x00-\x7f]/.test(key))) throw new SpellingError("a key is not ASCII");
  return `{${keys.map((key) => `${JSON.stringify(key)}:${spelled(value[key], depth + 1)}`).join(",")}}`;
}

// null for other bytes; { value } for canonical ones.
export function parsed(body) {
  try {
    const text = asText(body);
    const value = JSON.parse(text);
    return spelled(value) === text ? { value } : null;
  } catch {
    return null;
  }
}

export const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const has = (record, key) => Object.prototype.hasOwnProperty.call(record, key);
