// What stands in for a browser: its storage, its cookies, its console and its timers.

import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";

const nativeTimeout = globalThis.setTimeout;

/** Let everything run that is ready to run. */
export const nextTurn = () => new Promise((resolve) => nativeTimeout(resolve, 0));

// ---- the console ---------------------------------------------------------------------------------

/** What was printed to the console in this test, without what is only information. @type {string[]} */
export const printed = [];
/** @param {string} part */
export const printedWith = (part) => printed.filter((text) => text.includes(part));

for (const level of ["warn", "error"]) {
  console[level] = (...parts) => printed.push(parts.map(String).join(" "));
}
beforeEach(() => {
  printed.length = 0;
});
// An unhandled rejection fails its test.
afterEach(nextTurn);

// ---- timers --------------------------------------------------------------------------------------

/**
 * Run with timers that go off at once, however long they are set for: for functions that never answer.
 *
 * @template T
 * @param {() => T | Promise<T>} run
 */
export async function withoutWaiting(run) {
  globalThis.setTimeout = (call, _ms, ...args) => nativeTimeout(call, 0, ...args);
  try {
    return await run();
  } finally {
    globalThis.setTimeout = nativeTimeout;
  }
}

// ---- storage and cookies -------------------------------------------------------------------------

export class MemoryStore {
  entries = new Map();
  getItem = (key) => this.entries.get(key) ?? null;
  setItem = (key, text) => void this.entries.set(key, text);
  removeItem = (key) => void this.entries.delete(key);
}

/** Cookies as a browser has them: one for each name and domain, listed in the order of their creation. */
export class CookieDocument {
  cookies = [];
  baseURI = location.href;

  get cookie() {
    return this.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  set cookie(write) {
    const [pair, ...attributes] = write.split(";").map((part) => part.trim());
    const [name, value] = pair.split("=");
    const domain = attributes.find((each) => each.startsWith("domain=")) ?? "";
    const isGone = attributes.some((each) => each.includes("1970") || each === "max-age=0");
    const at = this.cookies.findIndex((each) => each.name === name && each.domain === domain);
    if (isGone) this.cookies = this.cookies.filter((_, index) => index !== at);
    else if (at >= 0) this.cookies[at].value = value;
    else this.cookies.push({ name, value, domain });
  }
}

const NEVER = "expires=Fri, 31 Dec 9999 23:59:59 GMT;path=/";
const PAST = "expires=Thu, 01 Jan 1970 00:00:00 GMT;path=/";
/** A write that keeps a cookie, and one that removes it, as the core makes them. */
export const kept = (name, value) => `${name}=${value};${NEVER}`;
export const gone = (name) => `${name}=;${PAST}`;

// ---- bodies --------------------------------------------------------------------------------------

export const encode = (text) => new TextEncoder().encode(text);

/** A body of these parts that then ends, breaks off or stays open. */
export const bodyOf = (parts, end = "end") =>
  new ReadableStream({
    pull(control) {
      if (parts.length > 0) control.enqueue(encode(parts.shift()));
      else if (end === "end") control.close();
      else if (end === "breaks off") control.error(new Error("gone"));
      else return new Promise(() => {});
    },
  });

// ---- functions of the page that fail -------------------------------------------------------------

export const hangs = () => new Promise(() => {});
export const fails = () => {
  throw new Error("own trouble");
};
/** Whether an error names the page's function that is to blame. @param {string} name */
export const isHandlerFailure = (name) => (error) => {
  assert.equal(error.name, "HandlerFailed");
  assert.equal(error.code, "HANDLER_FAILED");
  assert.ok(error.message.includes(name), error.message);
  return true;
};
