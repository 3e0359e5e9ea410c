// How is a statement that must be shown put together? Sums of points under names, and claims of 32 bits or fewer.
import { asHex } from "../../ecluse/edge/verify_page/bytes.mjs";


// A fault of one line: what must be shown cannot even be said.
export class LineFault extends Error {}
export const demandOf = (holds, why) => {
  if (!holds) throw new LineFault(why);
};

// Points added up, with their signs; empty where there is no summand at all.
export class Total {
  constructor(point = null) {
    this.point = point;
  }

  plus(point, sign = 1) {
    const signed = sign < 0 ? point.negate() : point;
    return new Total(this.point ? this.point.add(signed) : signed);
  }

  all(points, sign = 1) {
    return points.reduce((total, point) => total.plus(point, sign), this);
  }
}

export const sumOf = (points, sign = 1) => new Total().all(points, sign);

// A statement as it is published; commitments are [name, point or Total], those without a summand left out with their
// terms. Claims: zero as [terms, less], one_of as lists of such, ranges as [terms, bits, less].
export function statementOf({ name, context, log, index }, commitments, { zero = [], one_of = [], ranges = [] }) {
  const given = commitments.map(([one, sum]) => [one, sum instanceof Total ? sum.point : sum]).filter(([, point]) => point);
  const names = new Set(given.map(([one]) => one));
  const kept = (terms) => terms.filter(([one]) => names.has(one));
  const sum = (terms, less = 0) => ({ less, terms: kept(terms) });
  return {
    v: "envelope_statement/1", name, context, log, index,
    commitments: given.map(([one, point]) => [one, asHex(point.toBytes())]), known: [],
    zero: zero.map((one) => sum(...one)), one_of: one_of.map((branches) => branches.map((one) => sum(...one))),
    in_range: ranges.map(([terms, bits, less = 0]) => ({ bits, ...sum(terms, less) })),
  };
}

// What must be shown, where the statement follows from lines alone; `line` says where in the list it comes.
export const demandFor = (line, statement) => ({ line, key: keyOf(statement), build: () => statement });
export const keyOf = ({ name, log, index }) => `${name}\n${log}\n${index}`;
