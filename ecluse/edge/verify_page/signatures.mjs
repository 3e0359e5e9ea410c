// Does this signature hold? By the browser's own cryptography where it is there, else by code carried with the page.
import { noble } from "./vendor/noble.mjs";

export const { sha256 } = noble;
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
// RFC 8032, 7.1, test 1: the browser's own is used only where it knows this one good and this one spoilt bad.
const KNOWN_KEY = bytesOf("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const KNOWN_SIGNATURE = bytesOf(
  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
);
let native = null;

async function byBrowser(signature, message, key) {
  const subtle = globalThis.crypto.subtle;
  const imported = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

export function hasNative() {
  native ??= (async () => {
    try {
      const nothing = new Uint8Array(0);
      const isGood = await byBrowser(KNOWN_SIGNATURE, nothing, KNOWN_KEY);
      return isGood && !(await byBrowser(KNOWN_SIGNATURE, Uint8Array.of(0), KNOWN_KEY));
    } catch {
      return false;
    }
  })();
  return native;
}

export async function holdsEd25519(signature, message, key) {
  if (signature.length !== 64) return false;
  try {
    return (await hasNative()) ? await byBrowser(signature, message, key) : noble.verifyEd25519(signature, message, key);
  } catch {
    return false;
  }
}

export function holdsMlDsa44(signature, message, key) {
  try {
    return signature.length === 2420 && noble.verifyMlDsa44(signature, message, key);
  } catch {
    return false;
  }
}
