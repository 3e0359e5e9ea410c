// How is a statement of the money put together, some of whose figures are committed to in it for the first time?
import { fromHex32 } from "../../ecluse/edge/verify_page/bytes.mjs";
import { pointOf } from "../../ecluse/edge/verify_page/points.mjs";
import { demandOf, keyOf, LineFault, statementOf } from "./folder_statements.mjs";

export { demandOf } from "./folder_statements.mjs";
const AMOUNT_BITS = 40;
const LARGEST = 2n ** 46n;
const gcd = (one, other) => (other ? gcd(other, one % other) : one < 0n ? -one : one);

export class Fraction {
  constructor(numerator, denominator) {
    const common = gcd(numerator, denominator) || 1n;
    const sign = denominator < 0n ? -1n : 1n;
    Object.assign(this, { numerator: (sign * numerator) / common, denominator: (sign * denominator) / common });
  }

  times(other) {
    return new Fraction(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  negated() {
    return new Fraction(-this.numerator, this.denominator);
  }

  equals(other) {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  isOne() {
    return this.numerator === 1n && this.denominator === 1n;
  }
}

const kept = (terms) => terms.filter(([, coefficient]) => coefficient !== 0);

class Draft {
  constructor(published, name, made) {
    Object.assign(this, { published, name, made, commitments: [], news: [], zeros: [], choices: [], ranges: [] });
  }

  given(name, point) {
    this.commitments.push([name, point]);
  }

  // A figure that this statement commits to: only its point is taken from what is published.
  fresh(name) {
    const row = this.published?.commitments?.find?.((one) => Array.isArray(one) && one[0] === name);
    const raw = typeof row?.[1] === "string" ? fromHex32(row[1]) : null;
    demandOf(raw || !this.published, `no point of ${name}`);
    if (raw) this.news.push([name, pointOf(raw, `commitment ${name}`)]);
  }

  // The point of a figure that an earlier statement committed to.
  earlier(statement, name) {
    const point = this.made.get(`${statement}\n${name}`);
    demandOf(point || !this.published, `${statement} is not shown, which commits to ${name}`);
    return point ?? null;
  }

  zero(terms, less = 0) {
    this.zeros.push([terms, less]);
  }

  range(terms, bits = AMOUNT_BITS, less = 0) {
    this.ranges.push([terms, bits, less]);
  }

  amount(name) {
    this.range([[name, 1]]);
  }

  apart(one, other) {
    this.choices.push([[[[one, 1]]], [[[other, 1]]]]);
    this.range([[one, 1], [other, 1]]);
  }

  // The whole is the share of the amounts, rounded up (sign 1) or down (sign -1).
  share(sign, whole, amounts) {
    const d = amounts.reduce((least, [, { denominator }]) => (least / gcd(least, denominator)) * denominator, 1n);
    const scaled = amounts.map(([name, { numerator, denominator }]) => [name, (d / denominator) * numerator]);
    const small = [d, ...scaled.map(([, one]) => one)].every((one) => (one < 0n ? -one : one) < LARGEST);
    demandOf(small, "number_not_public");
    const wholes = whole.map(([name, one]) => [name, sign * one * Number(d)]);
    const parts = kept(scaled.map(([name, one]) => [name, -sign * Number(one)]));
    const terms = sign > 0 ? [...wholes, ...parts] : [...parts, ...wholes];
    if (d === 1n) return this.zero(terms);
    const bits = (d - 1n).toString(2).length;
    this.range(terms, bits);
    return this.range(terms.map(([name, one]) => [name, -one]), bits, 1 - Number(d));
  }

  statement({ log, index }, context) {
    for (const [name, point] of this.news) this.made.set(`${this.name}\n${name}`, point);
    const claims = { zero: this.zeros, one_of: this.choices, ranges: this.ranges };
    return statementOf({ name: this.name, context, log, index }, [...this.commitments, ...this.news], claims);
  }
}

// What must be shown at a line's place; `fill` puts the draft together, at once to see that it can be, then as published.
export function draftFor(name, { log, index }, kind, year, fill) {
  const build = (published) => {
    const draft = new Draft(published, name, year.made);
    fill(draft);
    return published && draft.statement({ log, index }, year.context);
  };
  return { key: keyOf({ name, log, index }), name, log, index, kind, build };
}

// Can it be shown at all? What cannot is told, with its reason.
export function shownBy(demand, broken) {
  try {
    demand.build(null);
    return true;
  } catch (error) {
    if (!(error instanceof LineFault)) throw error;
    broken(`${demand.log}#${demand.index} ${demand.name}`, `not shown: ${error.message}`);
    return false;
  }
}
