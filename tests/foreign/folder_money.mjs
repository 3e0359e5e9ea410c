// Which statements must be shown of titles and of what is set aside? From lines, policies, rates and published totals.
import { citedBy, DECIMALS, placeOf } from "./folder_figures.mjs";
import { fundDemands, totalsDemands } from "./folder_fund.mjs";
import { allocationDemands } from "./folder_spent.mjs";
import { demandOf, draftFor, Fraction, shownBy } from "./folder_drafts.mjs";
import { openedOf } from "./public_folder.mjs";

const MOST_PAYMENTS = 60;
const BASIS = 10_000n;

function byTranche(lines) {
  const found = new Map();
  for (const line of lines) {
    const { tranche } = line.marks;
    if (!tranche) continue;
    if (!found.has(tranche)) found.set(tranche, { sale: [], title: [], receipt: [], contribution: [], allocation: [] });
    found.get(tranche)[line.kind]?.push(line);
  }
  return found;
}

// Rates by base, quote and day; null where two records of one day differ.
function ratesOf(records) {
  const found = new Map();
  for (const { base, quote, on, numerator, denominator } of records) {
    const rate = new Fraction(BigInt(denominator), BigInt(numerator));
    const key = `${base} ${quote} ${on}`;
    const standing = found.get(key);
    found.set(key, standing === undefined || standing?.equals(rate) ? rate : null);
  }
  return found;
}

// What a unit of the other currency is worth in the contract's; null when nobody says.
function worthOf(year, contract, other, on) {
  if (contract === other) return new Fraction(1n, 1n);
  const rate = year.rates.get(`${contract} ${other} ${on}`);
  const [up, down] = [DECIMALS[contract], DECIMALS[other]].map((digits) => 10n ** BigInt(digits));
  return rate ? rate.times(new Fraction(up, down)) : null;
}

function policyOn(policies, on) {
  const inForce = policies.filter((one) => one.valid_from <= on && (!one.valid_until || on <= one.valid_until));
  return inForce.reduce((best, one) => (!best || one.valid_from > best.valid_from ? one : best), null);
}

const rateDay = ({ receipt }, title) =>
  receipt.length ? receipt.reduce((last, one) => (one.on > last ? one.on : last), "") : title.on;

const bp = (value) => new Fraction(BigInt(value), BASIS);

const RULES = {
  ad_valorem: (draft, { policy }) => {
    draft.fresh("due");
    draft.share(1, [["due", 1]], [["invoice", bp(policy.ad_valorem_bp)]]);
  },
  development_share: (draft, { stated, sale }) => {
    demandOf(Number.isSafeInteger(stated) && stated >= 0, "number_not_public");
    draft.given("development_bp", sale.points.get("development_bp"));
    draft.fresh("due");
    draft.zero([["development_bp", 1]], stated);
    draft.share(1, [["due", 1]], [["invoice", bp(stated)]]);
  },
  profit_share: (draft, { policy, sale, title, worth }) => {
    const ratio = bp(policy.profit_share_bp);
    const cost = worth(sale.marks.currency_cost);
    draft.given("price", sale.points.get("price"));
    draft.given("cost", sale.points.get("cost"));
    draft.given("units sold", sale.points.get("units"));
    draft.given("units", title.points.get("units"));
    draft.fresh("due");
    draft.fresh("loss");
    draft.amount("price");
    draft.amount("cost");
    draft.zero([["units sold", 1], ["units", -1]]);
    draft.share(1, [["due", 1], ["loss", -1]], [["price", ratio], ["cost", ratio.times(cost).negated()]]);
    draft.apart("due", "loss");
  },
  order_ratio: (draft, { policy, sale, worth }) => {
    const ratio = bp(policy.order_ratio_bp);
    const orders = worth(sale.marks.currency_home);
    draft.given("home_orders", sale.points.get("home_orders"));
    for (const name of ["due", "left of invoice", "left of orders"]) draft.fresh(name);
    draft.amount("home_orders");
    draft.share(1, [["due", 1], ["left of invoice", 1]], [["invoice", ratio]]);
    draft.share(1, [["due", 1], ["left of orders", 1]], [["home_orders", ratio.times(orders)]]);
    draft.apart("left of invoice", "left of orders");
  },
  none: (draft) => {
    draft.fresh("due");
    draft.zero([["due", 1]]);
  },
};

function receiptsOf(draft, receipts, currency) {
  const own = receipts.filter((one) => one.marks.currency === currency);
  const others = receipts.filter((one) => one.marks.currency !== currency);
  const add = (lines, word) => lines.map((line, at) => {
    draft.given(`${word} ${at + 1}`, line.points.get("money"));
    draft.amount(`${word} ${at + 1}`);
    return `${word} ${at + 1}`;
  });
  const names = add(own, "receipt");
  add(others, "receipt otherwise");
  draft.fresh("missing");
  draft.fresh("over");
  draft.zero([["invoice", 1], ...names.map((name) => [name, -1]), ["missing", -1], ["over", 1]]);
  draft.apart("missing", "over");
}

// The names of what was paid, in the title's currency.
function paidOf(draft, contributions, worth) {
  const worths = contributions.map((line) => worth(line.marks.currency));
  const names = contributions.map((_, at) => `contribution ${at + 1}`);
  if (worths.every((one) => one.isOne())) return names;
  draft.fresh("paid");
  draft.share(-1, [["paid", 1]], names.map((name, at) => [name, worths[at]]));
  draft.amount("paid");
  return ["paid"];
}

function titleDraft(draft, title, year) {
  const own = year.tranches.get(title.marks.tranche);
  const { currency } = title.marks;
  const sale = own.sale.at(-1);
  demandOf(own.title[0] === title, "title_twice");
  demandOf(sale, "no_sale");
  demandOf(sale.marks.currency === currency, "currency");
  const policy = policyOn(year.policies, title.on);
  demandOf(policy && RULES[policy.rule], "no_policy");
  demandOf(own.receipt.length + own.contribution.length <= MOST_PAYMENTS, "too_many");
  const worth = (other) => worthOf(year, currency, other, rateDay(own, title));
  demandOf(own.contribution.every((line) => worth(line.marks.currency)), "no_rate");
  const needed = (other) => {
    demandOf(worth(other), "number_not_public");
    return worth(other);
  };
  draft.given("invoice", title.points.get("invoice"));
  draft.amount("invoice");
  receiptsOf(draft, own.receipt, currency);
  own.contribution.forEach((line, at) => {
    draft.given(`contribution ${at + 1}`, line.points.get("money"));
    draft.amount(`contribution ${at + 1}`);
  });
  RULES[policy.rule](draft, { policy, sale, title, worth: needed, stated: year.shares[title.marks.tranche] });
  const paid = paidOf(draft, own.contribution, worth);
  draft.fresh("owed");
  draft.fresh("overpaid");
  draft.zero([["due", 1], ...paid.map((name) => [name, -1]), ["owed", -1], ["overpaid", 1]]);
  draft.apart("owed", "overpaid");
}

function setAsideDraft(draft, tranche, year) {
  const own = year.tranches.get(tranche);
  const title = own.title[0];
  const { currency } = title.marks;
  demandOf(own.contribution.length + own.allocation.length <= MOST_PAYMENTS, "too_many");
  const amounts = ["contribution", "allocation"].flatMap((kind) => own[kind].map((line, at) => {
    const worth = worthOf(year, currency, line.marks.currency, rateDay(own, title));
    demandOf(worth, "no_rate");
    draft.given(`${kind} ${at + 1}`, line.points.get("money"));
    return [`${kind} ${at + 1}`, kind === "allocation" ? worth.negated() : worth];
  }));
  draft.fresh("idle");
  draft.fresh("beyond");
  draft.share(-1, [["idle", 1], ["beyond", -1]], amounts);
  draft.apart("idle", "beyond");
  if (!year.bound.has(currency)) draft.zero([["beyond", 1]]);
}

// Which currencies do the published totals bind? Those that no line mixes with another.
function boundIn(lines, tranches, proceeds) {
  const mixed = new Set();
  for (const { kind, marks } of lines) {
    if (!["sale", "contribution", "allocation"].includes(kind)) continue;
    const titles = tranches.get(marks.tranche).title.map((one) => one.marks.currency);
    const found = new Set([marks.currency, marks.currency_cost, marks.currency_home, ...titles].filter(Boolean));
    if (found.size > 1) found.forEach((one) => mixed.add(one));
  }
  return new Set(proceeds.currencies.map(({ currency }) => currency).filter((one) => !mixed.has(one)));
}

const MONEY = new Set(["sale", "title", "receipt", "contribution", "allocation", "purchase"]);

// Everything that must be shown of the money, in its order; lines that belong to no title are faults.
export function moneyDemands({ folder, logs, lines: all, context }, broken) {
  const lines = all.filter((line) => MONEY.has(line.kind));
  const tranches = byTranche(lines);
  const proceeds = folder.json("proceeds.json");
  const year = {
    context, lines, tranches, proceeds, asOf: folder.manifest.as_of, made: new Map(), policyOn, rateDay, citedBy,
    policies: openedOf(folder, logs, "contribution_policy/1"), rates: ratesOf(openedOf(folder, logs, "rate_of_day/1")),
    shares: folder.json("envelope.json").development_shares ?? {}, bound: boundIn(lines, tranches, proceeds),
  };
  for (const line of lines) {
    const isPaid = ["receipt", "contribution", "allocation"].includes(line.kind);
    if (isPaid && !tranches.get(line.marks.tranche).title.length) broken(placeOf(line), "no_title");
  }
  const titles = lines.filter(({ kind }) => kind === "title");
  const first = [...new Set(lines.filter(({ kind }) => kind === "allocation").map(({ marks }) => marks.tranche))];
  const titled = first.filter((tranche) => tranches.get(tranche).title.length);
  return [
    ...titles.map((title) => draftFor(`contribution of ${title.marks.tranche}`, title, "contribution", year,
      (draft) => titleDraft(draft, title, year))),
    ...titled.map((tranche) => draftFor(`allocations of ${tranche}`, tranches.get(tranche).allocation.at(-1), "allocations",
      year, (draft) => setAsideDraft(draft, tranche, year))),
    ...allocationDemands(year), ...fundDemands(year), ...totalsDemands(year),
  ].filter((demand) => shownBy(demand, broken));
}
