"use strict";

class TaskQueue {
  /** Runs at most `limit` tasks at a time, in the order in which they came. */
  constructor(limit) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError("limit must be a positive integer");
    this.limit = limit;
    this.running = 0;
    this.waiting = [];
    this.idle = [];
  }

  /** Gives a promise of what the task gives. */
  add(task) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, resolve, reject });
      this.#next();
    });
  }

  /** Resolves when nothing runs or waits. */
  async drain() {
    if (this.running === 0 && this.waiting.length === 0) return;
    await new Promise((resolve) => this.idle.push(resolve));
  }

  #next() {
    while (this.running < this.limit && this.waiting.length > 0) {
      this.running += 1;
      this.#run(this.waiting.shift());
    }
    if (this.running === 0) {
      for (const resolve of this.idle.splice(0)) resolve();
    }
  }

  async #run({ task, resolve, reject }) {
    try {
      resolve(await task());
    } catch (error) {
      reject(error);
    } finally {
      this.running -= 1;
      this.#next();
    }
  }
}

module.exports = { TaskQueue };
