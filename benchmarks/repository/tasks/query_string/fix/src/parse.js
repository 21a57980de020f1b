function decode(text) {
  return decodeURIComponent(text.replaceAll("+", " "));
}

/** The parameters of a query string; a key that comes more than once has an array. */
export function parse(query) {
  const found = {};
  for (const part of query.replace(/^\?/, "").split("&")) {
    if (part === "") continue;
    const [, rawKey, rawValue] = /^([^=]*)=?(.*)$/s.exec(part);
    const key = decode(rawKey);
    const value = decode(rawValue);
    if (!Object.hasOwn(found, key)) {
      found[key] = value;
    } else if (Array.isArray(found[key])) {
      found[key].push(value);
    } else {
      found[key] = [found[key], value];
    }
  }
  return found;
}
