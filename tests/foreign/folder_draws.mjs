// Which statements must be shown of draws and licences? Each step moves a whole hold, and had it to move.
import { placeOf } from "./folder_figures.mjs";
import { demandFor, demandOf, LineFault, statementOf, Total } from "./folder_statements.mjs";
import { atHome } from "./folder_surplus.mjs";
import { before, inOrder } from "./public_folder.mjs";

const BITS = 24;
const FROM = { committed: ["reserved"], used: ["committed"], released: ["reserved", "committed"], returned: ["used"] };
const isHome = ({ log }) => log.startsWith("home/");

// The lines of one certificate in the order in which they are judged.
function inTurn(lines) {
  const rank = ({ kind }) => (kind === "draw" ? 0 : 1);
  const home = lines.filter(isHome).sort((one, other) =>
    one.log !== other.log || one.index !== other.index ? inOrder(one, other) : rank(one) - rank(other) || one.at - other.at);
  const abroad = lines.filter((line) => !isHome(line)).sort((one, other) =>
    one.marks.tranche !== other.marks.tranche ? (one.marks.tranche < other.marks.tranche ? -1 : 1)
      : one.on !== other.on ? (one.on < other.on ? -1 : 1) : inOrder(one, other));
  const earlier = new Map();
  const after = [];
  for (const line of abroad) {
    const next = home.find((one) => one.kind === "draw" && one.marks.tranche === line.marks.tranche &&
      (one.on > line.on || (one.on === line.on && one.marks.state === "returned")));
    if (next) earlier.set(next, [...(earlier.get(next) ?? []), line]);
    else after.push(line);
  }
  return [...home.flatMap((line) => [...(earlier.get(line) ?? []), line]), ...after];
}

function drawn(line, holds, balance, context) {
  const { tranche, state, expires_on: expires } = line.marks;
  const units = line.points.get("units");
  const held = holds.get(tranche);
  const name = `draw ${line.at} ${state}`;
  demandOf(isHome(line) || state === "used", "outside home logs a draw is used, nothing else");
  if (state === "reserved") {
    demandOf(!held, "its tranche holds something already");
    demandOf(expires && expires >= line.on, "a reservation without its day");
    balance.free = balance.free.plus(units, -1);
    holds.set(tranche, { state, point: units, expires });
    const ranges = [[[["units", 1]], BITS, 1], [[["free after", 1]], BITS]];
    return statementOf({ ...line, name, context }, [["units", units], ["free after", balance.free]], { ranges });
  }
  demandOf(FROM[state]?.includes(held?.state), `no step from ${held?.state ?? "nothing"} to ${state}`);
  demandOf(state !== "committed" || line.on <= held.expires, "the reservation ran out before");
  if (state === "released" || state === "returned") {
    balance.free = balance.free.plus(held.point);
    holds.delete(tranche);
  } else holds.set(tranche, { ...held, state });
  const zero = [[[["units", 1], ["held", -1]]]];
  return statementOf({ ...line, name, context }, [["units", units], ["held", held.point]], { zero });
}

function licensed(line, holds, licences, context) {
  const { tranche, permit } = line.marks;
  const units = line.points.get("units");
  demandOf(!licences.has(tranche), "a second licence of its tranche");
  licences.add(tranche);
  if (permit === "open") {
    const name = `licence ${line.at} open`;
    return statementOf({ ...line, name, context }, [["units", units]], { ranges: [[[["units", 1]], BITS, 1]] });
  }
  const held = holds.get(tranche);
  demandOf(held?.state === "committed", "its tranche holds nothing committed");
  const name = `licence ${line.at} as drawn`;
  const zero = [[[["units", 1], ["committed", -1]]]];
  return statementOf({ ...line, name, context }, [["units", units], ["committed", held.point]], { zero });
}

function ofCertificate(certificate, lines, context, broken) {
  const balance = { free: new Total(certificate.points.get("certified")) };
  const [holds, licences, found] = [new Map(), new Set(), []];
  for (const line of inTurn(lines)) {
    try {
      demandOf(isHome(line) ? before(certificate, line) : certificate.on <= line.on, "it comes before its certificate");
      const judged = line.kind === "draw" ? drawn(line, holds, balance, context) : licensed(line, holds, licences, context);
      found.push({ ...demandFor(line, judged), kind: line.kind });
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      broken(placeOf(line), error.message);
    }
  }
  return found;
}

// { line, kind, statement } of every draw and licence; one that names no certificate of the folder is a fault.
export function drawDemands({ lines: all, context }, broken) {
  const lines = atHome(all);
  const certificates = new Map();
  for (const line of lines) {
    if (line.kind === "certificate" && !certificates.has(line.marks.certificate)) certificates.set(line.marks.certificate, line);
  }
  const by = new Map();
  for (const line of lines) {
    if (line.kind !== "draw" && line.kind !== "licence") continue;
    const name = line.marks.certificate;
    if (certificates.has(name)) by.set(name, [...(by.get(name) ?? []), line]);
    else broken(placeOf(line), `a ${line.kind} on no certificate`);
  }
  return [...by].flatMap(([name, own]) => ofCertificate(certificates.get(name), own, context, broken));
}
