// What does a person see who drops a bundle or a statement here? Words from the catalogues, text alone: nothing dropped becomes markup.
import { BUNDLE_BYTES_LIMIT, UnreadableBundleError } from "./bundle.mjs";
import { answerToStatement, isStatementFile, STATEMENT_BYTES_LIMIT } from "./enveloped.mjs";
import { answerTo } from "./judge.mjs";
import { hasNative } from "./signatures.mjs";

const WORDS = JSON.parse(document.getElementById("words").textContent);
const GROUPS = { uk: "\u202f", en: ",", fr: "\u202f" };
const POLICY_LIMIT = 1_000_000;
const LAST_SECOND = 253_402_300_799;
const byId = (id) => document.getElementById(id);
const dropped = { bundle: null, policy: null };
let lang = "en";
let answer = null;
let turn = 0;

const spell = (fact) =>
  typeof fact === "number" ? String(fact).replace(/\B(?=(\d{3})+(?!\d))/g, GROUPS[lang]) : String(fact);
const say = (key, facts = {}) =>
  WORDS[lang][`bundle.${key}`].replace(/\{(\w+)\}/g, (place, name) => (Object.hasOwn(facts, name) ? spell(facts[name]) : place));

function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

const instant = (at) =>
  typeof at === "number" && at <= LAST_SECOND ? new Date(at * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC") : String(at);

function told({ check, state, reason = "", whose = "", witnesses, ...facts }) {
  const which = reason || whose;
  const names = Object.entries(witnesses ?? {}).map(([name, at]) => `${name} (${instant(at)})`);
  return say(`check.${check}.${state}${which && `.${which}`}`, { ...facts, names: names.join(", ") || say("witnesses.none") });
}

function checksTable(checks) {
  const table = element("table");
  table.append(element("caption", say("page.checks")));
  const head = element("tr");
  for (const key of ["page.state", "page.check"]) {
    const cell = element("th", say(key));
    cell.scope = "col";
    head.append(cell);
  }
  table.createTHead().append(head);
  const body = table.createTBody();
  for (const check of checks) {
    const row = body.insertRow();
    row.append(element("td", say(`state.${check.state}`), `state ${check.state}`), element("td", told(check)));
  }
  return table;
}

function disclosedParts({ checks, disclosed }) {
  if (!disclosed.length) return [];
  const good = new Set(checks.filter((one) => one.check === "disclosure" && one.state === "holds").map((one) => one.at));
  const parts = [element("h3", say("page.disclosed"))];
  disclosed.forEach(({ name, value }, at) => {
    parts.push(element("h3", name));
    if (!good.has(at)) parts.push(element("p", say("page.disclosed_false")));
    else if (name === "hearing") parts.push(element("pre", value));
    else parts.push(element("pre", JSON.stringify(JSON.parse(value), null, 1)));
  });
  return parts;
}

function faultParts(fault) {
  const list = element("dl");
  for (const key of ["place", "expected", "found", "remedy"]) {
    list.append(element("dt", say(`page.${key}`)), element("dd", fault[key]));
  }
  return [element("p", say("page.unreadable"), "verdict unreadable"), list];
}

const unreadableParts = ({ unreadable, place, found, limit }) =>
  faultParts({
    place, expected: say(`expected.${unreadable}`, { limit }), found: found || say(`found.${unreadable}`),
    remedy: say("remedy.again"),
  });

function statementParts({ statement, claims, place = "", why = "", ...facts }) {
  if (statement === "unreadable") {
    const found = place === "statement" ? why : say(`envelope.found.${why}`);
    const expected = say(`envelope.expected.${place}`, { limit: STATEMENT_BYTES_LIMIT });
    return faultParts({ place, expected, found, remedy: say("envelope.remedy") });
  }
  const isShown = statement === "holds";
  return [
    element("p", say(`envelope.${statement}`, { place }), `verdict ${isShown ? "holds" : "fails"}`),
    ...["stands", "counts", "limits"].map((key) => element("p", say(`envelope.${key}`, facts))),
    element("p", say("envelope.digest", facts), "help"),
    element("h3", say(isShown ? "envelope.claims" : "envelope.claimed")),
    element("pre", claims.join("\n")),
  ];
}

function answerParts() {
  if (!dropped.bundle) return [element("p", say("page.waiting"))];
  if (!answer) return [element("p", say("page.busy"))];
  if (answer.statement) return statementParts(answer);
  if (answer.unreadable) return unreadableParts(answer);
  if ("bad_policy" in answer) {
    const text = answer.bad_policy ? say("page.bad_policy", { line: answer.bad_policy }) : say("page.no_quorum_line");
    return [element("p", text, "verdict unreadable")];
  }
  const policy = answer.checks.find((one) => one.check === "policy");
  const name = dropped.policy ? dropped.policy.name : say("page.by_own");
  const parts = [element("p", say(`answer.${answer.answer}`), `verdict ${answer.answer}`)];
  if (policy.digest) parts.push(element("p", say("page.by", { name, digest: policy.digest })));
  parts.push(checksTable(answer.checks));
  return answer.answer === "fails" ? parts : [...parts, ...disclosedParts(answer)];
}

async function show() {
  for (const [id, file] of Object.entries(dropped)) byId(`${id}-named`).textContent = file ? file.name : say("page.none");
  byId("answered").replaceChildren(...answerParts());
  const { disclosed, claims, ...form } = answer ?? {};
  byId("answer").dataset.form = answer ? JSON.stringify(form) : "";
  byId("engine").textContent = say("page.engine", { engine: say((await hasNative()) ? "page.engine_browser" : "page.engine_page") });
}

function speak(wanted) {
  lang = wanted;
  document.documentElement.lang = lang;
  document.title = say("page.title");
  const word = (key) => say(key.slice("bundle.".length));
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = word(one.dataset.say);
  for (const one of document.querySelectorAll("[data-say-label]")) one.setAttribute("aria-label", word(one.dataset.sayLabel));
  for (const button of byId("languages").children) button.setAttribute("aria-pressed", String(button.value === lang));
  show();
}

async function judged({ bundle, policy }) {
  if (bundle.size > BUNDLE_BYTES_LIMIT) {
    return new UnreadableBundleError("bundle_bytes", "bundle", String(bundle.size), BUNDLE_BYTES_LIMIT).form();
  }
  if (policy && policy.size > POLICY_LIMIT) return { bad_policy: 0 };
  const read = async (file) => new Uint8Array(await file.arrayBuffer());
  const content = await read(bundle);
  if (isStatementFile(content)) return answerToStatement(content);
  return answerTo(content, policy && (await read(policy)));
}

async function take(files) {
  turn += 1;
  const mine = turn;
  Object.assign(dropped, files);
  answer = null;
  show();
  if (!dropped.bundle) return;
  const found = await judged({ ...dropped });
  if (mine !== turn) return; // another file was dropped meanwhile
  answer = found;
  show();
}

const isBundle = async (file) => {
  const first = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return file.name.endsWith(".ecluse-proof") || (first[0] === 0x50 && first[1] === 0x4b) || isStatementFile(first);
};

byId("languages").addEventListener("click", (event) => event.target.value && speak(event.target.value));
byId("bundle").addEventListener("change", ({ target }) => take({ bundle: target.files[0] ?? null }));
byId("policy").addEventListener("change", ({ target }) => take({ policy: target.files[0] ?? null }));
byId("forget").addEventListener("click", () => {
  for (const id of ["bundle", "policy"]) byId(id).value = "";
  take({ bundle: null, policy: null });
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  byId("drop").classList.add("over");
});
document.addEventListener("dragleave", () => byId("drop").classList.remove("over"));
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  const files = {};
  for (const file of [...event.dataTransfer.files].slice(0, 2)) files[(await isBundle(file)) ? "bundle" : "policy"] = file;
  take(files);
});
speak(["uk", "fr"].find((one) => navigator.language.startsWith(one)) ?? "en");
