/** The parameters of a query string. */
export function parse(query) {
  const found = {};
  for (const part of query.replace(/^\?/, "").split("&")) {
    if (part === "") continue;
    const [key, value = ""] = part.split("=").map(decodeURIComponent);
    if (key in found && typeof found[key] === "function") continue;
    found[key] = value;
  }
  return found;
}
