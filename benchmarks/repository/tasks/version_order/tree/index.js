/** -1, 0 or 1. */
export function compare(a, b) {
  const [first, second] = [a, b].map((text) => text.replace(/^v/, ""));
  return first < second ? -1 : first > second ? 1 : 0;
}

export function latest(versions) {
  return [...versions].sort(compare).at(-1);
}
