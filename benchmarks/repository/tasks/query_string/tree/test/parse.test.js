import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parse, stringify } from "../src/index.js";

describe("parse", () => {
  it("reads pairs", () => {
    assert.deepEqual(parse("?a=1&b=x%20y"), { a: "1", b: "x y" });
  });

  it("takes a key without a value", () => {
    assert.deepEqual(parse("a&b="), { a: "", b: "" });
  });

  it("gives nothing for nothing", () => {
    assert.deepEqual(parse(""), {});
  });

  it("collects repeated keys", () => {
    assert.deepEqual(parse("tag=a&tag=b&x=1&tag=c"), { tag: ["a", "b", "c"], x: "1" });
  });

  it("reads plus signs as spaces", () => {
    assert.deepEqual(parse("q=fish+and+chips&r=1%2B1"), { q: "fish and chips", r: "1+1" });
  });

  it("keeps equals signs in values", () => {
    assert.deepEqual(parse("t=a=b"), { t: "a=b" });
  });

  it("knows no inherited names", () => {
    assert.deepEqual(parse("toString=1"), { toString: "1" });
  });
});

describe("stringify", () => {
  it("escapes", () => {
    assert.equal(stringify({ q: "a&b", n: null }), "q=a%26b");
  });

  it("comes back", () => {
    const given = { a: ["1", "2"], b: "x y" };
    assert.deepEqual(parse(stringify(given)), given);
  });
});
