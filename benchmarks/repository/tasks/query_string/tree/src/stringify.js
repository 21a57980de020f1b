/** A query string of an object; arrays repeat their key, null and undefined are left out. */
export function stringify(parameters) {
  const parts = [];
  for (const [key, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each === null || each === undefined) continue;
      parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(each)}`);
    }
  }
  return parts.join("&");
}
