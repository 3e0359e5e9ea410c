// Which figures were committed, each line as its log entry names it, and which did their owners sign?
import { createHash } from "node:crypto";
import { utf8 } from "../../ecluse/edge/verify_page/bytes.mjs";
import { isRecord, parsed, spelled } from "../../ecluse/edge/verify_page/canon.mjs";
import { EnvelopeError, pointOf, together } from "../../ecluse/edge/verify_page/points.mjs";
import { holdsEd25519 } from "../../ecluse/edge/verify_page/signatures.mjs";
import { before, bytesOf, HEX, openingFault, signedMessage } from "./public_folder.mjs";

export const FIGURES = "envelope/figures.jsonl";
const SIGNED = "envelope/signed.jsonl";
const FIELDS = "at,figures,index,kind,log,on,scope";
const TEXT = /^[A-Za-z0-9][A-Za-z0-9 ._:/@-]{0,199}$/;
const MOST = 480;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOST_HASHES = 1000;

// Of each kind its marks and its figures; a figure with M stands once for every month.
export const KINDS = {
  capacity: ["class,model,owner", "made M"], order: ["class,model,owner,funder", "due M"],
  need: ["class,owner,priority", "needed M"], absorption: ["class,owner,first,last", "units"],
  judged: ["class,owner,first,last", "units"], stock: ["class,model,owner,counted_on", "units"],
  reserve: ["class,model,owner", "units"], home: ["certificate,class,model", "home M"],
  certificate: ["certificate,class,model,owner,rule,policy,first,last", "certified"],
  draw: ["certificate,tranche,state", "units"], licence: ["certificate,tranche,permit", "units"],
  sale: ["tranche,currency,currency_cost,currency_home", "units,price,cost,home_orders,development_bp"],
  title: ["tranche,currency", "units,invoice"], receipt: ["tranche,currency", "money"],
  contribution: ["tranche,currency", "money"], allocation: ["allocation,tranche,currency", "money"],
  purchase: ["purchase,currency", "money,units"],
};
export const DECIMALS = { UAH: 2, EUR: 2, USD: 2, GBP: 2, DKK: 2, NOK: 2, SEK: 2, PLN: 2, CZK: 2, CHF: 2, JPY: 0 };
const CITED = /^allocation ([1-9][0-9]*)$/;
export const OWNED = new Set(["capacity", "order", "need", "absorption", "judged", "stock", "reserve"]);
export const HOME_ONLY = new Set([...OWNED, "home", "certificate", "licence"]);

export const placeOf = ({ log, index, at }) => `${log}#${index}.${at}`;
export const isDay = (text) => DAY.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text);

const isText = (value) => typeof value === "string" && TEXT.test(value);
const demand = (holds, why) => {
  if (!holds) throw new EnvelopeError("statement", why);
};

function lineOf(body) {
  const form = parsed(body)?.value;
  demand(isRecord(form) && Object.keys(form).sort().join() === FIELDS, "not a canonical line");
  const { kind, log, index, at, on, scope, figures } = form;
  demand([kind, log].every(isText) && typeof on === "string" && isDay(on), "kind, log and day are plain text");
  demand([index, at].every((one) => Number.isSafeInteger(one) && one >= 0), "a place is two whole numbers");
  demand(isRecord(scope) && Object.entries(scope).length <= MOST, `more than ${MOST} marks`);
  demand(Object.entries(scope).flat().every(isText), "marks are plain text");
  demand(Array.isArray(figures) && figures.length >= 1 && figures.length <= MOST, `1 to ${MOST} figures`);
  const points = new Map();
  for (const one of figures) {
    demand(Array.isArray(one) && one.length === 2 && isText(one[0]), "a figure has a name");
    demand(typeof one[1] === "string" && HEX.test(one[1]), `${one[0]}: not 64 small hexadecimal digits`);
    demand(!points.has(one[0]), "a figure stands twice");
    points.set(one[0], pointOf(bytesOf(one[1]), one[0]));
  }
  const marks = Object.assign(Object.create(null), scope);
  demand(Object.hasOwn(KINDS, kind), `no kind ${kind}`);
  checkKind(kind, marks, [...points.keys()]);
  const hashed = utf8(`ecluse/figures/1\n${spelled({ kind, scope, figures, on })}`);
  return { kind, log, index, at, on, ...{ marks, points }, hash: createHash("sha256").update(hashed).digest("hex") };
}

function checkKind(kind, marks, names) {
  const [wanted, figures] = KINDS[kind];
  for (const mark of wanted.split(",")) demand(marks[mark], `a ${kind} without ${mark}`);
  for (const mark of Object.keys(marks)) demand(!mark.startsWith("currency") || marks[mark] in DECIMALS, mark);
  for (const figure of figures.split(",")) {
    const word = figure.endsWith(" M") ? figure.slice(0, -1) : null;
    demand(word ? names.some((name) => name.startsWith(word)) : names.includes(figure), `a ${kind} without ${figure}`);
  }
  demand(kind !== "purchase" || citedBy(marks), "the allocations that it cites are not counted");
}

// The labels of the allocations that a purchase cites, in its order; null where they are not numbered from 1.
export function citedBy(marks) {
  const cited = Object.keys(marks).filter((mark) => mark.startsWith("allocation "));
  const numbers = cited.map((mark) => Number(CITED.exec(mark)?.[1])).sort((one, other) => one - other);
  return numbers.every((number, at) => number === at + 1) ? numbers.map((number) => marks[`allocation ${number}`]) : null;
}

// The lines in their order; every fault is told. Points are checked together, which tells the same more quickly.
export function readFigures(folder, logs) {
  const bodies = folder.lines(FIGURES);
  const { lines, faults } = together(() => {
    const [good, bad, seen] = [[], [], new Set()];
    bodies.forEach((body, number) => {
      const where = `${FIGURES}:${number + 1}`;
      try {
        const line = lineOf(body);
        const named = logs.get(line.log)?.[line.index]?.figures;
        demand(!good.length || before(good[good.length - 1], line), `${placeOf(line)} is out of order`);
        demand(Array.isArray(named) && named[line.at] === line.hash, `${placeOf(line)} is not what its entry names`);
        demand(!seen.has(line.hash), `${placeOf(line)} stands twice`);
        seen.add(line.hash);
        good.push(line);
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
        bad.push([where, error.message]);
      }
    });
    return { lines: good, faults: bad };
  });
  faults.forEach(([place, why]) => folder.broken(place, why));
  const shown = new Set(lines.map(placeOf));
  for (const [log, entries] of logs) {
    entries.forEach(({ figures = [] }, index) => {
      for (let at = 0; at < figures.length; at += 1) {
        if (!shown.has(placeOf({ log, index, at }))) folder.broken(placeOf({ log, index, at }), "its line is left out");
      }
    });
  }
  return lines;
}

// Certificates and licences are those that the folder lists, place for place.
export function checkListed(folder, lines) {
  const form = folder.json("certificates.json");
  const drawing = form.licences.filter((one) => "certificate" in one);
  for (const [kind, items] of [["certificate", form.certificates], ["licence", drawing]]) {
    const listed = new Set(items.map(({ log, index }) => `${log}#${index}`));
    const lined = new Set(lines.filter((line) => line.kind === kind).map(({ log, index }) => `${log}#${index}`));
    for (const place of listed) if (!lined.has(place)) folder.broken(place, `a ${kind} without its line`);
    for (const place of lined) if (!listed.has(place)) folder.broken(place, `a ${kind} that is not listed`);
  }
}

// Which signatures of owners hold, and where do they stand? [{ owner, hashes, log, index }]
export async function readSigned(folder, logs) {
  const found = [];
  const keys = new Map();
  for (const [number, body] of folder.lines(SIGNED).entries()) {
    const row = parsed(body)?.value ?? {};
    const fault = await signatureFault(row, logs, keys);
    if (fault) folder.broken(`${SIGNED}:${number + 1}`, fault);
    else found.push({ owner: row.owner, hashes: new Set(JSON.parse(row.record).figures), log: row.log, index: row.index });
  }
  return found;
}

async function signatureFault(row, logs, keys) {
  if (typeof row.record !== "string" || !HEX.test(row.key) || !/^[0-9a-f]{128}$/.test(row.value_hex)) return "its fields";
  const body = utf8(row.record);
  const record = parsed(body)?.value;
  if (record?.v !== "figures_signed/1" || record.owner !== row.owner) return "no signature of this owner";
  const { figures } = record;
  const isList = Array.isArray(figures) && figures.length >= 1 && figures.length <= MOST_HASHES;
  if (!isList || !figures.every((one) => typeof one === "string" && HEX.test(one))) return "no list of hashes";
  const fault = openingFault(row, body, logs, "surplus");
  if (fault) return fault;
  if (!isDay(row.on)) return "no day";
  if (!(await holdsEd25519(bytesOf(row.value_hex), signedMessage(body, row.on), bytesOf(row.key)))) return "the signature";
  if ((keys.get(row.key) ?? row.owner) !== row.owner) return "this key signs for another owner, too";
  keys.set(row.key, row.owner);
  return "";
}
