// Which statements must be shown of purchases, and of the allocations that they draw on?
import { placeOf } from "./folder_figures.mjs";
import { demandOf, draftFor } from "./folder_drafts.mjs";
import { Total } from "./folder_statements.mjs";

const MOST_DRAWN = 200;
const drawnBy = (purchase) => `drawn by ${placeOf(purchase)}`;

const standsBefore = (one, other) =>
  one.log === other.log ? one.index < other.index || (one.index === other.index && one.at < other.at) : one.on <= other.on;

// What may each purchase draw on? Allocations that it cites, of its currency, which stood before it.
function drawsOf(purchase, byLabel, citedBy) {
  const cited = [...new Set(citedBy(purchase.marks))].map((label) => byLabel.get(label)).filter(Boolean);
  return cited.filter((one) => one.marks.currency === purchase.marks.currency && standsBefore(one, purchase));
}

// `allocation LABEL` for each, then `purchase AT` for each.
export function allocationDemands(year) {
  const allocations = year.lines.filter(({ kind }) => kind === "allocation");
  const purchases = year.lines.filter(({ kind }) => kind === "purchase");
  const byLabel = new Map();
  for (const one of allocations) if (!byLabel.has(one.marks.allocation)) byLabel.set(one.marks.allocation, one);
  const draws = new Map(purchases.map((one) => [one, drawsOf(one, byLabel, year.citedBy)]));
  const nameOf = (allocation) => `allocation ${allocation.marks.allocation}`;
  const setAside = allocations.map((line) => draftFor(nameOf(line), line, "allocation", year, (draft) => {
    demandOf(byLabel.get(line.marks.allocation) === line, "allocation_twice");
    const drawing = purchases.filter((one) => draws.get(one).includes(line));
    demandOf(drawing.length <= MOST_DRAWN, "too_many");
    draft.given("money", line.points.get("money"));
    for (const one of drawing) draft.fresh(drawnBy(one));
    for (const one of drawing) draft.amount(drawnBy(one));
    draft.range([["money", 1], ...drawing.map((one) => [drawnBy(one), -1])]);
  }));
  const bought = purchases.map((line) => draftFor(`purchase ${placeOf(line)}`, line, "purchase", year, (draft) => {
    const points = draws.get(line).map((one) => draft.earlier(nameOf(one), drawnBy(line))).filter(Boolean);
    draft.given("money", line.points.get("money"));
    draft.given("drawn", new Total().all(points));
    draft.zero([["money", 1], ["drawn", -1]]);
  }));
  return [...setAside, ...bought];
}
