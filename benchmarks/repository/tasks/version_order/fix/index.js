import { parse } from "./parse.js";

function comparePart(a, b) {
  const [aNumber, bNumber] = [a, b].map((part) => /^\d+$/.test(part));
  if (aNumber && bNumber) return Math.sign(Number(a) - Number(b));
  if (aNumber !== bNumber) return aNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePre(a, b) {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const order = comparePart(a[i], b[i]);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

/** -1, 0 or 1. */
export function compare(a, b) {
  const [first, second] = [parse(a), parse(b)];
  for (const key of ["major", "minor", "patch"]) {
    if (first[key] !== second[key]) return first[key] < second[key] ? -1 : 1;
  }
  return comparePre(first.pre, second.pre);
}

export function latest(versions) {
  return [...versions].sort(compare).at(-1);
}
