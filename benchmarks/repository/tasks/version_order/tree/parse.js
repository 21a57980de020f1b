const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$/;

export function parse(text) {
  const found = VERSION.exec(text);
  if (!found) throw new SyntaxError(`${text} is no version`);
  const [major, minor, patch] = found.slice(1, 4).map(Number);
  return { major, minor, patch, pre: found[4] ? found[4].split(".") : [] };
}
