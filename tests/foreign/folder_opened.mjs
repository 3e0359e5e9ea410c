// Once a record is open: does its salt open the points of its line, figure by figure?
import { createHash } from "node:crypto";
import { asHex, joined, utf8 } from "../../ecluse/edge/verify_page/bytes.mjs";
import { isRecord, parsed } from "../../ecluse/edge/verify_page/canon.mjs";
import { BASE, isNothing, reduced, SECOND } from "../../ecluse/edge/verify_page/points.mjs";
import { bytesOf, openingFault } from "./public_folder.mjs";

const OPENED = "opened.jsonl";
const [ALL, FEWEST, MULTIPLIER_BYTES] = [[], 1, 16];
const units = (record) => [["units", record.units]];
const money = (record) => [["money", record.money[0]]];

// Of a month named twice the last word counts, or both are added up.
function monthly(word, points, field, isAdded) {
  const found = new Map();
  for (const point of points) {
    const name = `${word} ${point.month}`;
    found.set(name, point[field] + (isAdded ? (found.get(name) ?? 0) : 0));
  }
  return [...found];
}

// Of each record that carries figures: the kind of its line, and its figures in their order.
const CARRIES = {
  "capacity_attestation/1": ["capacity", (one) => [
    ...monthly("made", one.capacity, "units", false), ...monthly("shown", one.demonstrated, "units", false)]],
  "funded_order/1": ["order", (one) => monthly("due", one.due, "units", true)],
  "stated_need/1": ["need", (one) => monthly("needed", one.needed, "units", true)],
  "absorption_limit/1": ["absorption", units], "judged_surplus/1": ["judged", units],
  "stock_count/1": ["stock", units], "reserve/1": ["reserve", units],
  "surplus_certificate/1": ["certificate", (one) => [["certified", one.units_certified]]],
  "draw/1": ["draw", units], "licence/1": ["licence", (one) => (one.certificate && one.units >= FEWEST ? units(one) : ALL)],
  "hearing/1": ["home", (one) =>
    one.gate === "certificate" && one.finding ? monthly("home", one.claim.flows, "units_home", false) : ALL],
  "sale/1": ["sale", (one) => [
    ["units", one.units], ["price", BigInt(one.unit_price[0]) * BigInt(one.units)],
    ["cost", BigInt(one.unit_cost[0]) * BigInt(one.units)], ["home_orders", one.home_order_value[0]],
    ["development_bp", one.development_share_bp]]],
  "title_transfer/1": ["title", (one) => [["units", one.units], ["invoice", one.invoice[0]]]],
  "receipt/1": ["receipt", money], "contribution/1": ["contribution", money], "allocation/1": ["allocation", money],
  "purchase/1": ["purchase", (one) => [["money", one.money[0]], ["units", one.units]]],
};

function grouped(items, keyOf) {
  const found = new Map();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}

const littleEndian = (bytes) => BigInt(`0x${asHex(Uint8Array.from(bytes).reverse())}`);

function blindingOf(salt, name) {
  const domain = utf8(`ecluse/blinding/1\n`);
  return littleEndian(createHash("sha512").update(joined(domain, salt, utf8(`\n${name}`))).digest());
}

// Terms that add up to nothing when the point is value BASE + blinding SECOND.
const claimOf = ([name, value], point, salt) => [[BigInt(value), BASE], [blindingOf(salt, name), SECOND], [-1n, point]];

// A line of this entry that has the kind and, in their order, the names of the figures.
const fits = (line, kind, figures) =>
  line.kind === kind && line.points.size === figures.length && [...line.points.keys()].every((name, at) => name === figures[at][0]);

const opens = (one, line) =>
  one.figures.every((figure) => isNothing(claimOf(figure, line.points.get(figure[0]), one.salt)));

// All of them at once, each under a multiplier that hangs on all: true only where each holds.
function allOpen(pairs) {
  const seed = createHash("sha512");
  for (const [one, line] of pairs) {
    seed.update(one.salt).update(JSON.stringify(one.figures.map(([name, value]) => [name, String(value)])));
    for (const point of line.points.values()) seed.update(point.toBytes());
  }
  const drawn = seed.digest();
  let at = 0;
  return isNothing(pairs.flatMap(([one, line]) => one.figures.flatMap((figure) => {
    at += 1;
    const bytes = createHash("sha512").update(drawn).update(`${at}`).digest().subarray(0, MULTIPLIER_BYTES);
    const multiplier = littleEndian(bytes);
    return claimOf(figure, line.points.get(figure[0]), one.salt).map(([scalar, point]) => [reduced(scalar * multiplier), point]);
  })));
}

// Opened records that carry figures, each with its salt and place; an opening that does not hold is told.
function readOpened(folder, logs) {
  const found = [];
  folder.lines(OPENED).forEach((body, number) => {
    const row = parsed(body)?.value;
    const form = isRecord(row) && typeof row.body === "string" ? parsed(utf8(row.body))?.value : null;
    if (!isRecord(form) || !Object.hasOwn(CARRIES, form.v)) return;
    const fault = openingFault(row, utf8(row.body), logs);
    if (fault) return void folder.broken(`${OPENED}:${number + 1}`, fault);
    const [kind, figuresOf] = CARRIES[form.v];
    const figures = figuresOf(form);
    if (figures.length) found.push({ kind, figures, salt: bytesOf(row.salt), body: row.body, log: row.log, index: row.index });
  });
  return found;
}

// How many opened records open their points? A record filed about two subjects has its line at one of its places.
export function checkOpenedFigures(folder, logs, lines) {
  const at = ({ log, index }) => `${log}#${index}`;
  const standing = grouped(lines, at);
  const records = grouped(readOpened(folder, logs), ({ body }) => body);
  const [sure, doubtful] = [[], []];
  for (const places of records.values()) {
    const pairs = places.flatMap((one) =>
      (standing.get(at(one)) ?? []).filter((line) => fits(line, one.kind, one.figures)).map((line) => [one, line]));
    (pairs.length === 1 ? sure : doubtful).push([places[0], pairs]);
  }
  const open = allOpen(sure.map(([, [pair]]) => pair)) ? sure.length : null;
  const singly = open === null ? [...sure, ...doubtful] : doubtful;
  const closed = singly.filter(([, pairs]) => !pairs.some(([one, line]) => opens(one, line)));
  for (const [one] of closed) folder.broken(`${OPENED} ${at(one)}`, "its salt does not open the points of its line");
  return records.size - closed.length;
}
