// What does the page's own module answer to each of these bundles? One JSON line a case; nothing but Node's own.
//
//   node bundle_page.mjs FOLDER_OF_THE_PAGE CASES.json [without-webcrypto]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, cases, without] = process.argv.slice(2);
if (without) Object.defineProperty(globalThis, "crypto", { value: undefined });
const load = (name) => import(pathToFileURL(join(folder, name)));
const { answerTo } = await load("judge.mjs");
const { hasNative } = await load("signatures.mjs");
const bytes = (text) => (text === null ? null : new Uint8Array(Buffer.from(text, "base64")));
const said = [];
for (const { content, policy } of JSON.parse(readFileSync(cases, "utf8"))) {
  said.push(JSON.stringify(await answerTo(bytes(content), bytes(policy))));
}
process.stdout.write(`${JSON.stringify({ native: await hasNative() })}\n${said.join("\n")}\n`);
