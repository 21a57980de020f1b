// A reporter of node --test (18.15 or newer) that tells the controller each result. It runs in the process that
// starts the test files, which does not run them itself.
import fs from "node:fs";
import path from "node:path";

const CHANNEL = "ATLAS_TUI_REPORT";
const SECRET_BYTES = 32, DETAIL = 8000, MESSAGE = 500, ID = 2000, PLACES = 30;
const root = fs.realpathSync(process.cwd());
let detailsLeft = 2000000;

function claim() {
  const [report, told] = (process.env[CHANNEL] ?? "").split(",").map(Number);
  delete process.env[CHANNEL];
  const secret = Buffer.alloc(SECRET_BYTES);
  if (fs.readSync(told, secret, 0, SECRET_BYTES, null) !== SECRET_BYTES) throw new Error("no controller");
  fs.closeSync(told);
  return (kind, values) => {
    let data = Buffer.concat([Buffer.from("\n"), secret, Buffer.from(JSON.stringify({ ...values, kind }) + "\n")]);
    while (data.length) data = data.subarray(fs.writeSync(report, data));
  };
}

const tell = claim();

const shortened = (text, most) =>
  text.length <= most ? text : text.slice(0, most / 2) + "\n[...]\n" + text.slice(-most / 2);

function inTree(file) {
  const short = path.relative(root, String(file).replace(/^file:\/\//, ""));
  return short && !short.startsWith("..") && !path.isAbsolute(short) && !short.includes("node_modules/")
    ? short : "";
}

// "at f (file:///tree/a.mjs:3:5)" or "at /tree/a.js:3:5", innermost first.
function places(stack) {
  const found = [];
  for (const match of stack.matchAll(/^(?:\s+at (?:.*\()?)?(?:file:\/\/)?(\/[^\n]*?):(\d+)(?::\d+)?\)?$/gm)) {
    const short = inTree(match[1]);
    if (short && !found.some((one) => one[0] === short && one[1] === Number(match[2])))
      found.push([short, Number(match[2])]);
  }
  return found.slice(0, PLACES).reverse();
}

function failure(details) {
  const error = details.error ?? {};
  const cause = error.cause ?? error;
  const text = String(cause?.stack ?? cause?.message ?? cause ?? "");
  const lines = String(cause?.message ?? cause ?? "").split("\n").filter((line) => line.trim());
  const kind = cause?.name ? cause.name + ": " : "";
  const shown = shortened(text, Math.max(0, Math.min(DETAIL, detailsLeft)));
  detailsLeft -= shown.length;
  return { message: (kind + (lines[0] ?? "")).slice(0, MESSAGE), detail: shown, places: places(text) };
}

export default async function* reporter(source) {
  const open = new Map(); // the names around a test, by its file
  const said = new Map(); // what a file printed that could not be run
  for await (const { type, data } of source) {
    const file = data?.file ? inTree(data.file) || data.file : "";
    if (type === "test:stderr" && file) said.set(file, shortened((said.get(file) ?? "") + data.message, DETAIL));
    if (type !== "test:start" && type !== "test:pass" && type !== "test:fail") continue;
    const names = (open.get(file) ?? []).slice(0, data.nesting);
    names[data.nesting] = data.name;
    open.set(file, names);
    const whole = inTree(data.name) === file && data.nesting === 0; // the file itself, as a test
    const id = (whole ? file : [file + "::" + names[0], ...names.slice(1)].join(" > ")).slice(0, ID);
    if (type === "test:start") {
      tell("start", { id });
      continue;
    }
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const failed = type === "test:fail" && !skipped;
    // A suite, or a test around others, fails by itself only where none of its own did.
    const inner = data.details?.error?.failureType === "subtestsFailed";
    if (data.details?.type === "suite" && (!failed || inner)) {
      tell("over", { id });
      continue;
    }
    const told = failed ? failure(data.details) : {};
    if (failed && whole && said.has(file)) {
      const lines = said.get(file).split("\n");
      const first = lines.find((line) => /^\w*Error\b/.test(line)) ?? told.message;
      Object.assign(told, { message: first.slice(0, MESSAGE), detail: said.get(file), places: places(said.get(file)) });
    }
    const outcome = failed ? (whole ? "error" : "failed") : skipped ? "skipped" : "passed";
    tell("case", { id, outcome, seconds: (data.details?.duration_ms ?? 0) / 1000, ...told });
  }
  tell("end", { whole: true, status: 0 });
}
