import assert from "node:assert/strict";
import test from "node:test";

import { compare, latest } from "../index.js";
import { parse } from "../parse.js";

test("parse", () => {
  assert.deepEqual(parse("v1.2.3-rc.1"), { major: 1, minor: 2, patch: 3, pre: ["rc", "1"] });
  assert.throws(() => parse("1.2"), SyntaxError);
});

test("equal versions", () => {
  assert.equal(compare("1.2.3", "v1.2.3"), 0);
});

test("plain order", () => {
  assert.equal(compare("1.2.3", "1.2.4"), -1);
  assert.equal(compare("2.0.0", "1.9.9"), 1);
});

test("numbers are compared as numbers", () => {
  assert.equal(compare("1.9.0", "1.10.0"), -1);
  assert.equal(latest(["1.9.0", "1.10.0", "1.2.30"]), "1.10.0");
});

test("a pre-release comes before its release", () => {
  assert.equal(compare("1.0.0-rc.1", "1.0.0"), -1);
  assert.equal(latest(["1.0.0", "1.0.0-rc.1"]), "1.0.0");
});

test("order of pre-releases", () => {
  const order = ["1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0"];
  for (let i = 1; i < order.length; i += 1) {
    assert.equal(compare(order[i - 1], order[i]), -1, `${order[i - 1]} and ${order[i]}`);
  }
});
