// Which statements must be shown of certificates? Built from lines alone, as docs/reference/envelope.md says.
import { HOME_ONLY, OWNED, placeOf } from "./folder_figures.mjs";
import { demandFor, demandOf, LineFault, statementOf, sumOf, Total } from "./folder_statements.mjs";
import { before, inOrder } from "./public_folder.mjs";

const UNITS_BITS = 32;
const FIGURE_BITS = 24;
const PRODUCT_BITS = 48;
const MONTHLY = new Set(["capacity", "order", "need", "home"]);
const NEEDS = { "SR-0": ["need"], "SR-0b": ["need"], "SR-1": [], "SR-2": ["need", "stock"], "SR-3": ["absorption"],
  "SR-4": [], "SR-5": ["judged"] };

const nextMonth = (month) => {
  const [year, number] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
};
const isLater = (one, other) => one.on > other.on || (one.on === other.on && before(other, one));
const monthsOf = (line, word) => [...line.points].filter(([name]) => name.startsWith(`${word} `))
  .map(([name, point]) => ({ month: name.slice(word.length + 1), point, line }));

// For each key the figure of the later line.
function latest(figures, keyOf) {
  const found = new Map();
  for (const one of figures) {
    const key = keyOf(one);
    const standing = found.get(key);
    if (!standing || isLater(one.line, standing.line)) found.set(key, one);
  }
  return [...found.values()];
}

// From which entry on is each line signed by its owner? The earliest such place by line.
export function signedFrom(lines, signings) {
  const found = new Map();
  const home = signings.filter(({ log }) => log.startsWith("home/"));
  const byHash = new Map();
  for (const one of home) for (const hash of one.hashes) byHash.set(hash, [...(byHash.get(hash) ?? []), one]);
  for (const line of lines) {
    if (!OWNED.has(line.kind)) continue;
    const good = (byHash.get(line.hash) ?? []).filter(({ owner, log, index }) =>
      owner === line.marks.owner && (log > line.log || (log === line.log && index >= line.index)));
    good.sort((one, other) => (one.log !== other.log ? (one.log < other.log ? -1 : 1) : one.index - other.index));
    if (good.length) found.set(line, good[0]);
  }
  return found;
}

// What stands in a class before a certificate, by kind.
function standingIn(earlier, isSigned, lookAhead) {
  const of = (kind) => earlier.filter((line) => line.kind === kind);
  const capacity = latest(of("capacity").filter(isSigned).flatMap((line) => monthsOf(line, "made")),
    ({ line: { marks }, month }) => `${marks.owner} ${marks.model} ${month}`);
  const needs = latest(of("need").flatMap((line) => monthsOf(line, "needed")),
    ({ line: { marks }, month }) => `${marks.owner} ${marks.priority} ${month}`);
  const limits = latest(of("absorption").map((line) => ({ line })), ({ line: { marks } }) =>
    `${marks.owner} ${marks.first} ${marks.last}`).map(({ line }) => line);
  const judged = of("judged").filter(({ marks }) => marks.first === lookAhead[0] && marks.last === lookAhead.at(-1)).at(-1);
  return { capacity, needs, limits, judged, orders: of("order"), reserves: of("reserve"),
    stocks: stocksOf(of("stock"), lookAhead[0]) };
}

// Of each model the stock that counts; `opens` where it opens the year.
function stocksOf(lines, first) {
  const isOpening = ({ marks }) => {
    const month = marks.counted_on.slice(0, 7);
    return month === first || nextMonth(month) === first;
  };
  const keyOf = ({ line: { marks } }) => `${marks.owner} ${marks.model}`;
  const opening = latest(lines.filter(isOpening).map((line) => ({ line })), keyOf);
  const have = new Set(opening.map(keyOf));
  const others = latest(lines.map((line) => ({ line })), keyOf).filter((one) => !have.has(keyOf(one)));
  const found = new Map();
  for (const { line } of [...opening, ...others].sort((one, other) => inOrder(one.line, other.line))) {
    found.set(line.marks.model, { line, opens: isOpening(line) });
  }
  return found;
}

function lookAheadOf(home) {
  const months = monthsOf(home, "home").map(({ month }) => month);
  demandOf(months.every((month, at) => !at || month === nextMonth(months[at - 1])), "months that do not follow one another");
  return months;
}

function policyFor(line, policies) {
  const inForce = policies.filter((one) => before(one, { ...line, at: -1 }) && one.valid_from <= line.on &&
    (!one.valid_until || line.on <= one.valid_until));
  inForce.sort((one, other) => (one.valid_from !== other.valid_from ? (one.valid_from < other.valid_from ? -1 : 1) : inOrder(one, other)));
  const policy = inForce.at(-1);
  demandOf(policy && policy.id === line.marks.policy && policy.rule === line.marks.rule, "the policy that binds is another");
  demandOf(NEEDS[policy.rule], "a rule that is unknown");
  const ratio = [policy.ratio_numerator, policy.ratio_denominator];
  demandOf(policy.rule !== "SR-4" || ratio.every((one) => Number.isSafeInteger(one) && one >= 1), "a ratio below 1");
  return policy;
}

function coverage(limits, months) {
  const covered = new Set();
  for (const { marks } of limits) {
    for (let month = marks.first; month <= marks.last && month <= months.at(-1); month = nextMonth(month)) covered.add(month);
  }
  return months.every((month) => covered.has(month));
}

// The figures of the rule by name, each with the lines that they come from.
function ruleFigures(rule, standing, models) {
  const lineFigure = (line) => ({ line, point: line.points.get("units") });
  const stocks = [...standing.stocks.values()].map(({ line }) => line);
  const known = {
    need: () => [standing.needs.length > 0, standing.needs],
    stock: () => [models.every((model) => standing.stocks.has(model)), stocks.map(lineFigure)],
    absorption: () => [coverage(standing.limits, standing.months), standing.limits.map(lineFigure)],
    judged: () => [standing.judged, [standing.judged].filter(Boolean).map(lineFigure)],
  };
  return NEEDS[rule].map((name) => {
    const [isThere, figures] = known[name]();
    demandOf(isThere, `what ${rule} needs is missing: ${name}`);
    return [name, figures];
  });
}

function ruleRanges({ rule, ratio_numerator: n, ratio_denominator: d }) {
  const plus = (...names) => names.map((name) => [name, 1]);
  const minus = (...names) => names.map((name) => [name, -1]);
  const units = (terms) => [terms, UNITS_BITS];
  const funded = ["home orders", "partner orders"];
  const taken = minus("class taken");
  const unfunded = units([...plus("capacity"), ...minus(...funded), ...taken]);
  const overNeed = units([...plus("capacity"), ...minus("need"), ...taken]);
  return {
    "SR-0": () => [units([...plus(...funded), ...minus("need")]), overNeed],
    "SR-0b": () => [overNeed],
    "SR-1": () => [unfunded],
    "SR-2": () => [unfunded, units([...plus("stock", ...funded), ...minus("need")])],
    "SR-3": () => [units([...plus("capacity"), ...minus("absorption"), ...taken])],
    "SR-4": () => [unfunded, [[["home orders", n], ["class taken", -d]], PRODUCT_BITS]],
    "SR-5": () => [unfunded, units([...plus("judged"), ...taken])],
  }[rule]();
}

// The statement of one certificate, and the lines on which it rests. Throws LineFault.
function certificateOf(line, year) {
  const { marks, log, index, on } = line;
  demandOf(!year.certificates.some((one) => one.marks.certificate === marks.certificate && before(one, line)), "a second line");
  demandOf(marks.first <= marks.last, "its last month is before its first");
  const home = year.homes.find((one) => one.log === log && one.index === index && one.marks.certificate === marks.certificate);
  demandOf(home && home.marks.class === marks.class && home.marks.model === marks.model, "no line of its home deliveries");
  const months = lookAheadOf(home);
  const policy = policyFor(line, year.policies);
  const isSigned = (one) => {
    const from = year.signed.get(one);
    return Boolean(from) && (from.log < log || (from.log === log && from.index < index));
  };
  const earlier = (year.byClass.get(marks.class) ?? []).filter((one) => before(one, line));
  const standing = { ...standingIn(earlier, isSigned, months), months };
  const orders = standing.orders.flatMap((one) => monthsOf(one, "due"));
  const own = standing.capacity.filter((one) => one.line.marks.owner === marks.owner && one.line.marks.model === marks.model);
  const stock = standing.stocks.get(marks.model);
  const reserve = standing.reserves.filter((one) => one.marks.model === marks.model).at(-1);
  demandOf(own.length, "no standing capacity of its maker");
  demandOf(stock?.opens, "no stock that opens the year");
  demandOf(reserve, "no reserve");
  const within = [...standing.capacity, ...orders].every(({ month }) => months.includes(month));
  demandOf(within && months.includes(marks.first) && months.includes(marks.last), "a month outside the look-ahead");
  const models = [...new Set(standing.capacity.map((one) => one.line.marks.model))];
  const needed = ruleFigures(policy.rule, standing, models);
  const used = new Set([home, stock.line, reserve, ...standing.orders, ...standing.capacity.map((one) => one.line),
    ...needed.flatMap(([, figures]) => figures.map((one) => one.line))]);
  for (const one of used) demandOf(one === home || isSigned(one), `${placeOf(one)} is not signed before`);
  const sums = sumsOf({ line, home, months, orders, own, stock, reserve, standing, needed }, year);
  const monthly = months.slice(months.indexOf(marks.first)).flatMap((month) => [
    [[[`model free ${month}`, 1], ["model taken", -1]], UNITS_BITS],
    [[[`class free ${month}`, 1], [`class taken ${month}`, -1]], UNITS_BITS],
  ]);
  const ranges = [...ruleRanges(policy), [[["certified", 1]], FIGURE_BITS, 1], ...monthly];
  const name = `certificate ${line.at} within ${policy.rule} of ${policy.id} and its look-ahead`;
  return { used, on, statement: statementOf({ name, context: year.context, log, index }, sums, { ranges }) };
}

function sumsOf({ line, home, months, orders, own, stock, reserve, standing, needed }, year) {
  const { marks } = line;
  const pointsOf = (figures) => figures.map(({ point }) => point);
  const funded = (funder) => sumOf(pointsOf(orders.filter((one) => one.line.marks.funder === funder)));
  const certified = line.points.get("certified");
  const taken = year.certificates.filter((one) => one.marks.class === marks.class && before(one, line));
  const takenOf = (lines) => sumOf([...lines.map((one) => one.points.get("certified")), certified]);
  const modelOrders = orders.filter((one) => one.line.marks.model === marks.model);
  const at = (figures, month) => pointsOf(figures.filter((one) => one.month === month));
  let model = new Total().plus(stock.line.points.get("units")).plus(reserve.points.get("units"), -1);
  let whole = new Total();
  const free = [];
  for (const month of months) {
    model = model.all(at(own, month)).all(at(modelOrders, month), -1).plus(home.points.get(`home ${month}`), -1);
    whole = whole.all(at(standing.capacity, month)).all(at(orders, month), -1);
    if (month < marks.first) continue;
    free.push([`model free ${month}`, model], [`class free ${month}`, whole],
      [`class taken ${month}`, takenOf(taken.filter((one) => one.marks.first <= month))]);
  }
  return [
    ["capacity", sumOf(pointsOf(standing.capacity))], ["home orders", funded("home")], ["partner orders", funded("partner")],
    ...needed.map(([name, figures]) => [name, sumOf(pointsOf(figures))]), ["certified", certified],
    ["class taken", takenOf(taken)], ["model taken", takenOf(taken.filter((one) => one.marks.model === marks.model))], ...free,
  ];
}

const inRangeOf = (line, context) => {
  const figures = [...line.points].filter(([name]) => !name.startsWith("shown "));
  const bits = MONTHLY.has(line.kind) ? FIGURE_BITS : UNITS_BITS;
  const name = `${line.kind} ${line.at} in range`;
  return statementOf({ ...line, name, context }, figures, { ranges: figures.map(([one]) => [[[one, 1]], bits]) });
};

// What belongs to the office's own logs and stands elsewhere is told and does not count.
export function atHome(lines, broken = () => {}) {
  return lines.filter((line) => {
    const isAbroad = HOME_ONLY.has(line.kind) && !line.log.startsWith("home/");
    if (isAbroad) broken(placeOf(line), `a ${line.kind} outside home logs`);
    return !isAbroad;
  });
}

// { line, kind, statement } of every certificate and of every line on which one rests; faults are told.
export function certificateDemands({ lines, signings, policies, context }, broken) {
  const known = atHome(lines, broken);
  const of = (kind) => known.filter((line) => line.kind === kind);
  const byClass = new Map();
  for (const line of known) {
    if (OWNED.has(line.kind)) byClass.set(line.marks.class, [...(byClass.get(line.marks.class) ?? []), line]);
  }
  const year = { context, policies, byClass, certificates: of("certificate"), homes: of("home"), signed: signedFrom(known, signings) };
  const used = new Set();
  const found = [];
  for (const line of year.certificates) {
    try {
      const { statement, used: rests } = certificateOf(line, year);
      rests.forEach((one) => used.add(one));
      found.push({ ...demandFor(line, statement), kind: "certificate" });
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      broken(placeOf(line), error.message);
    }
  }
  return [...found, ...[...used].map((line) => ({ ...demandFor(line, inRangeOf(line, context)), kind: "figures" }))];
}
