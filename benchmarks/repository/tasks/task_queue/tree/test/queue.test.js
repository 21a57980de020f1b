"use strict";

const assert = require("node:assert");
const test = require("node:test");

const { gate } = require("../lib/gate.js");
const { TaskQueue } = require("../lib/queue.js");

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("gives the result", async () => {
  assert.strictEqual(await new TaskQueue(1).add(() => 7), 7);
});

test("needs a limit", () => {
  assert.throws(() => new TaskQueue(0), RangeError);
});

test("never runs more than the limit", async () => {
  const queue = new TaskQueue(2);
  const gates = Array.from({ length: 5 }, gate);
  let now = 0;
  let most = 0;
  const all = gates.map((each) =>
    queue.add(async () => {
      now += 1;
      most = Math.max(most, now);
      await each.promise;
      now -= 1;
    }),
  );
  for (const each of gates) {
    await turn();
    each.open();
  }
  await Promise.all(all);
  assert.strictEqual(most, 2);
});

test("drain waits for all", async () => {
  const queue = new TaskQueue(1);
  const done = [];
  for (const number of [1, 2, 3]) {
    queue.add(async () => {
      await turn();
      done.push(number);
    });
  }
  await queue.drain();
  assert.deepStrictEqual(done, [1, 2, 3]);
});

test("drain of an idle queue", async () => {
  await new TaskQueue(1).drain();
});

test("an error stays with its task", async () => {
  const queue = new TaskQueue(1);
  const bad = queue.add(async () => {
    await turn();
    throw new Error("no");
  });
  const good = queue.add(() => "yes");
  await assert.rejects(bad, /no/);
  assert.strictEqual(await good, "yes");
});
