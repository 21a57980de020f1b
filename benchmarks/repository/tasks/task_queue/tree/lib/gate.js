"use strict";

/** A promise that is resolved from outside. */
function gate() {
  let open;
  const promise = new Promise((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

module.exports = { gate };
