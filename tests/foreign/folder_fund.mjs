// Which statements must be shown of the fund at each month's end, and of the published totals?
import { draftFor } from "./folder_drafts.mjs";
import { demandOf, sumOf } from "./folder_statements.mjs";
import { inOrder } from "./public_folder.mjs";

const SUM_BITS = 48;
const MOST_DAYS = 3660;
const WIDE = 2 ** 48;
const FUND = { paid: "contribution", allocated: "allocation", spent: "purchase" };
const byDay = (one, other) => (one.on !== other.on ? (one.on < other.on ? -1 : 1) : inOrder(one, other));
const moneyOf = (lines) => sumOf(lines.map((line) => line.points.get("money")));
const ofCurrency = (lines, currency) => lines.filter(({ marks }) => marks.currency === currency);

function* monthsBetween(first, last) {
  for (let [year, month] = first.split("-").map(Number); ; [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]) {
    const text = `${year}-${String(month).padStart(2, "0")}`;
    if (text > last) return;
    yield text;
  }
}

// `fund CURRENCY at the end of YYYY-MM`
export function fundDemands(year) {
  const lines = year.lines.filter(({ kind }) => Object.values(FUND).includes(kind)).sort(byDay);
  const currencies = [...new Set(lines.map(({ marks }) => marks.currency))].sort();
  return currencies.flatMap((currency) => {
    const own = ofCurrency(lines, currency);
    const [begun, least] = [own[0].on.slice(0, 7), `${Number(year.asOf.slice(0, 4)) - 1}-01`];
    return [...monthsBetween(begun > least ? begun : least, year.asOf.slice(0, 7))].flatMap((month) => {
      const until = own.filter(({ on }) => on.slice(0, 7) <= month && on <= year.asOf);
      const of = (name) => until.filter(({ kind }) => kind === FUND[name]);
      const [allocated, spent] = [of("allocated").length > 0, of("spent").length > 0];
      if (!allocated && !spent) return [];
      return [draftFor(`fund ${currency} at the end of ${month}`, until.at(-1), "fund", year, (draft) => {
        for (const name of Object.keys(FUND)) draft.given(name, moneyOf(of(name)));
        if (allocated) draft.range([["paid", 1], ["allocated", -1]], SUM_BITS);
        if (spent) draft.range([["allocated", 1], ["spent", -1]], SUM_BITS);
      })];
    });
  });
}

const plusDays = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const daysOf = (value) => Math.min(Math.max(value, 0), MOST_DAYS);

// Is what is owed of a title certainly late, or possibly, on the day of the folder?
function latenessOf(title, year) {
  const policy = year.policyOn(year.policies, title.on);
  demandOf(policy, "no_policy");
  const { days_to_receive: receive, days_to_contribute: contribute } = policy;
  const term = plusDays(title.on, daysOf(receive));
  const rate = year.rateDay(year.tranches.get(title.marks.tranche), title);
  const earlier = rate < term ? rate : term;
  const isPast = (day) => year.asOf > plusDays(day, daysOf(contribute));
  return { certain: isPast(term), possible: isPast(earlier) };
}

function rowsOf(draft, currency, total, year) {
  const titles = ofCurrency(year.lines.filter(({ kind }) => kind === "title"), currency);
  const kinds = (kind) => ofCurrency(year.lines.filter((line) => line.kind === kind), currency);
  const titleIn = (line) => year.tranches.get(line.marks.tranche).title[0]?.marks.currency === currency;
  const made = (name, of = titles) =>
    sumOf(of.map((title) => draft.earlier(`contribution of ${title.marks.tranche}`, name)).filter(Boolean));
  const setAside = (title) => year.tranches.get(title.marks.tranche).allocation.length > 0;
  const ofAllocations = (name) => titles.filter(setAside)
    .map(({ marks }) => draft.earlier(`allocations of ${marks.tranche}`, name)).filter(Boolean);
  const unset = titles.filter((title) => !setAside(title))
    .flatMap(({ marks }) => year.tranches.get(marks.tranche).contribution.map((line) => line.points.get("money")));
  const late = (which) => titles.filter((title) => latenessOf(title, year)[which]);
  const isBound = year.bound.has(currency);
  const minor = (name) => Number(total[`${name}_minor`]);
  const zeros = [
    ["received", moneyOf(kinds("receipt").filter(titleIn)), minor("received")],
    ...Object.entries(FUND).map(([name, kind]) => [name, moneyOf(kinds(kind)), minor(name)]),
  ];
  const ranges = [["invoiced", sumOf(titles.map((title) => title.points.get("invoice"))), -1, minor("invoiced")]];
  if (!isBound) return { zeros, ranges };
  zeros.push(
    ["due", made("due"), minor("due")], ["owed", made("owed"), minor("overdue") + minor("within_term")],
    ["overpaid", made("overpaid"), minor("overpaid")],
    ["unallocated", sumOf([...ofAllocations("idle"), ...unset]), minor("unallocated")],
    ["allocated_beyond", sumOf(ofAllocations("beyond")), minor("allocated_beyond")],
  );
  ranges.push(["owed certainly late", made("owed", late("certain")), -1, minor("overdue")]);
  ranges.push(["owed possibly late", made("owed", late("possible")), 1, minor("overdue")]);
  return { zeros, ranges };
}

function checkTotal(name, isSummed, amount) {
  demandOf(Number.isSafeInteger(amount) && amount >= 0 && amount < WIDE, `${name}: a total of another size`);
  demandOf(isSummed, `${name}: total_of_nothing`);
}

// `totals CURRENCY`
export function totalsDemands(year) {
  const listed = [...year.proceeds.currencies].sort((one, other) => (one.currency < other.currency ? -1 : 1));
  const lines = [...year.lines].sort(byDay);
  return listed.flatMap((total) => {
    const own = ofCurrency(lines, total.currency);
    if (!own.some(({ kind }) => kind === "title")) return [];
    return [draftFor(`totals ${total.currency}`, own.at(-1), "totals", year, (draft) => {
      const { zeros, ranges } = rowsOf(draft, total.currency, total, year);
      for (const [name, sum, amount] of zeros) {
        checkTotal(name, sum.point || amount === 0 || !draft.published, amount);
        if (!sum.point) continue;
        draft.given(name, sum);
        draft.zero([[name, 1]], amount);
      }
      for (const [name, sum, sign, amount] of ranges) {
        checkTotal(name, sum.point || sign < 0 || amount === 0 || !draft.published, amount);
        if (!sum.point) continue;
        draft.given(name, sum);
        draft.range([[name, sign]], SUM_BITS, sign * amount);
      }
    })];
  });
}
