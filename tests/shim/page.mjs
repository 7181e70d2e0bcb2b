// A page that has the shim: its network, a scripted core in Python's place, and functions for tests.
// A file of tests has one shim, as a page has; close() brings it back to its beginning.

import { afterEach, beforeEach } from "node:test";
import { MemoryStore } from "./browser.mjs";

export const API = { apiDomain: "https://api.example.com" };
export const KEY = Symbol.for("supertokens-pyodide");

export const page = document;

/** What went out to the network in this test. @type {{path: string, headers: Record<string, string>}[]} */
export const sent = [];
/** What the network answers. */
export const network = { answer: (_request) => new Response("{}") };

async function nativeFetch(input, init) {
  const request = new Request(new URL(input.url ?? input, location.href), init);
  sent.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers) });
  return network.answer(request);
}
globalThis.fetch = nativeFetch;

/** What Python hands over; `more` are the core's answers that matter to a test. */
export const python = (more = {}) => ({
  plan: JSON.stringify({
    ...API,
    protocol: 2,
    hostname: "api.example.com",
    domain: null,
    skip: "doNotIntercept",
    requestHeaders: [],
    responseHeaders: [],
    probe: ["a=b", "a="],
    statuses: [],
  }),
  functions: {},
  exchange: () => '{"flow":1,"do":"send","headers":{"rid":"x"},"drop":[]}',
  call: () => '{"verdict":"value","value":"value"}',
  resume: () => '{"verdict":"deliver"}',
  observe: () => "",
  notify() {},
  cancel() {},
  compare: () => "",
  facts: () => "{}",
  closed() {
    globalThis[KEY].disconnect();
  },
  ...more,
});

/** What a call throws, as code and text; null if it throws nothing. */
export const thrown = (call) => {
  try {
    call();
    return null;
  } catch (error) {
    return `${error.code}: ${error.message} ${error.hint}`;
  }
};

export const supertokens = await import("../../js_shim/src/index.js");
export const shim = globalThis[KEY];
await shim.withPart(); // before Python calls init()

beforeEach(() => {
  globalThis.supertokensPyodide = { interpreter: "page" };
  globalThis.document = page;
  Object.defineProperty(page, "cookie", { value: "", configurable: true, writable: true });
  delete globalThis.localStorage;
  network.answer = () => new Response("{}");
  sent.length = 0;
});
afterEach(() => supertokens.close());

export function haveStorage() {
  globalThis.localStorage = new MemoryStore();
}

/** Cookies as a browser keeps them. */
export function keepCookies() {
  const cookies = new Map();
  Object.defineProperty(page, "cookie", {
    configurable: true,
    get: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    set: (write) => {
      const [name, value] = write.split(";")[0].split("=");
      cookies.set(name, value);
    },
  });
}
