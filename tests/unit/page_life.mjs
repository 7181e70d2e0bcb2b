// The shim on a page with nothing on it but what node has: runs the scenario that the first argument names,
// with the decision table on stdin, and writes what it returns as JSON.

import { readFileSync } from "node:fs";

globalThis.__TABLE__ = JSON.parse(readFileSync(0, "utf8"));
globalThis.__VERSION__ = "1.2.3";
globalThis.__WORKER__ = false;
globalThis.location = new URL("https://www.example.com/page");
const page = {
  baseURI: location.href,
  cookie: "",
  readyState: "complete",
  querySelectorAll: () => [],
  addEventListener() {},
};
globalThis.document = page;
globalThis.navigator ??= {};
globalThis.addEventListener ??= () => {};
globalThis.removeEventListener ??= () => {};
globalThis.XMLHttpRequest = class extends EventTarget {};

const said = [];
console.warn = (...words) => said.push(words.join(" "));
console.error = (...words) => said.push(words.join(" "));

const sent = [];
let answer = () => new Response("{}");
globalThis.fetch = async (input, init) => {
  const request = new Request(new URL(input.url ?? input, location.href), init);
  sent.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers) });
  return answer(request);
};

const API = { apiDomain: "https://api.example.com" };
const KEY = Symbol.for("supertokens-pyodide");

/** What Python hands over; `steps` are what its core says. */
const python = (more = {}) => ({
  plan: JSON.stringify({
    ...API,
    protocol: 2,
    hostname: "api.example.com",
    domain: null,
    skip: "doNotIntercept",
    requestHeaders: [],
    replyHeaders: [],
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

/** What a call throws, as code and text. */
const thrown = (call) => {
  try {
    call();
    return null;
  } catch (error) {
    return `${error.code}: ${error.message} ${error.hint}`;
  }
};

const load = async () => {
  const supertokens = await import("../../js_shim/src/index.js");
  globalThis.supertokensPyodide = { interpreter: "page" };
  return { supertokens, shim: globalThis[KEY] };
};

const scenarios = {
  async misspelt() {
    const { supertokens, shim } = await load();
    const wrong = { apiDommain: 1, tokentransfermethod: 1, api_base_path: 1, preApiHook: 1 };
    const refused = Object.keys(wrong).map((name) =>
      thrown(() => supertokens.init({ ...API, [name]: wrong[name] })),
    );
    refused.push(thrown(() => supertokens.init({ ...API, override: { function: () => {} } })));
    return { refused, opened: shim.driver !== null, said };
  },

  async wrong_values() {
    const { supertokens, shim } = await load();
    const wrong = [
      { apiDomain: undefined },
      { apiDomain: 5 },
      { tokenTransferMethod: "x" },
      { isInIframe: "yes" },
      { sessionExpiredStatusCode: "401" },
      { preAPIHook: 5 },
      { onHandleEvent: "x" },
      { override: () => {} },
      { override: { functions: 5 } },
    ];
    const refused = wrong.map((more) => thrown(() => supertokens.init({ ...API, ...more })));
    const none = thrown(() => supertokens.init());
    const later = await supertokens.getUserId().catch((e) => e.code);
    const all = { refreshTimeout: 1.5, tokenStore: "indexedDB", tokenTransferMethod: "header" };
    const taken = thrown(() => supertokens.init({ ...API, ...all, isInIframe: false }));
    return { refused, none, later, taken, opened: shim.driver !== null };
  },

  async unknown() {
    const { supertokens, shim } = await load();
    supertokens.init({ ...API, sessionScope: "x", nothing: undefined, override: { openId: 1 } });
    return { said, options: JSON.parse(shim.given.json) };
  },

  async again() {
    const { supertokens, shim } = await load();
    const seen = [];
    const given = (n) => ({
      ...API,
      onHandleEvent: () => seen.push(`event ${n}`),
      preAPIHook: () => seen.push(`hook ${n}`),
      override: { functions: (o) => ({ ...o, getUserId: async () => `user ${n}` }) },
      lockFactory: () => ({ acquireLock: () => seen.push(`lock ${n}`), releaseLock() {} }),
    });
    supertokens.init(given(1));
    supertokens.init({
      ...given(2),
      apiBasePath: "/auth",
      isInIframe: false,
      tokenStore: "cookies",
    });
    shim.connect(python());
    supertokens.init(given(3));
    supertokens.init(API); // what is left out stays
    shim.emit([{}]);
    const { driver } = shim;
    const { host } = driver;
    await driver.page.hooks.before({});
    await host.lock(1, "name", 1);
    return { seen, user: await supertokens.getUserId() };
  },

  async context_that_json_cannot_write() {
    const { supertokens, shim } = await load();
    const seen = [];
    supertokens.init({
      ...API,
      onHandleEvent: ({ userContext }) => seen.push(userContext === own),
    });
    const own = { count: 1n };
    own.self = own;
    const step =
      '{"events":[{"action":"SIGN_OUT","userContext":{}}],"verdict":"value","value":true}';
    const told = [];
    const notify = (text) => told.push(...JSON.parse(text));
    shim.connect(python({ call: () => step, notify: (text) => void notify(text) }));
    const ended = await supertokens.signOut({ userContext: own }).then(() => "ended", String);
    return { seen, told, ended };
  },

  async fixed() {
    const { supertokens, shim } = await load();
    const cookieHandler = () => ({ getCookie: async () => "", setCookie: async () => {} });
    supertokens.init({ ...API, cookieHandler });
    const refused = [null, { cookieHandler }];
    const others = ["cookieHandler", "windowHandler", "dateProvider", "lockFactory"];
    for (const name of others) refused.push({ [name]: () => ({}) });
    for (const name of ["addXMLHttpRequestInterceptor"]) {
      refused.push({ override: { functions: (o) => ({ ...o, [name]: () => {} }) } });
    }
    const found = refused.map((more) => thrown(() => supertokens.init({ ...API, ...more })));
    shim.close();
    return found;
  },

  async after_python() {
    const { supertokens, shim } = await load();
    const seen = [];
    const asked = [];
    const compare = (text) => {
      asked.push(JSON.parse(text));
      return "";
    };
    const functions = { preAPIHook: () => seen.push("Python's") };
    shim.connect(python({ compare, functions }));
    supertokens.init({
      ...API,
      preAPIHook: () => seen.push("JavaScript's"),
      override: { functions: (o) => ({ ...o, getUserId: async () => "mine" }) },
    });
    await shim.driver.page.hooks.before({});
    const cookieHandler = () => ({});
    const refused = thrown(() => supertokens.init({ ...API, cookieHandler }));
    return { seen, asked, user: await supertokens.getUserId(), refused };
  },

  async builder() {
    const { overridden } = await import("../../js_shim/src/page/recipe.js");
    const layer = (name) => (original) => ({
      ...original,
      a: () => `${name}(${original.a()})`,
    });
    const original = { a: () => "a", b: () => "b" };
    const results = [
      (o, builder) => {
        builder.override(layer("one"));
        return o;
      },
      (o, builder) => {
        builder.override(layer("one")).override(layer("two"));
        return { ...o, a: () => `top(${o.a()})` };
      },
      (o) => {
        o.a = () => "changed in place";
        return o;
      },
      (o) => ({
        ...o,
        a() {
          return `this: ${this.b()}`;
        },
        b: () => `b: ${o.b()}`,
      }),
    ].map((functions) => overridden(original, [functions]));
    const both = overridden(original, [layer("one"), undefined, layer("two")]);
    const texts = [...results, both].map(({ a }) => a());
    return { texts, untouched: both.b === original.b };
  },

  async two_versions() {
    globalThis[KEY] = { version: "1.0.0", init() {}, sessionHint: () => undefined };
    const { supertokens } = await load();
    const { init, getSessionStatus, getUserId, ready, sessionHint } = supertokens;
    const rejected = await Promise.all(
      [getSessionStatus, getUserId, ready].map((call) => call().catch((e) => e.code)),
    );
    return { thrown: [thrown(() => init(API)), thrown(sessionHint)], rejected };
  },

  async response() {
    const { supertokens, shim } = await load();
    supertokens.init(API);
    answer = () => new Response('{"message":"maintenance"}', { status: 503 });
    const post = { flow: 1, do: "post", url: "https://api.example.com/r", timeout: 1000 };
    const error = {
      name: "RefreshUnavailable",
      code: "REFRESH_UNAVAILABLE",
      message: "It was answered with 503.",
      hint: "Check api_domain.",
      javascript: { message: "It was answered with 503.", hint: "Check apiDomain." },
      status: 503,
      call: "REFRESH_SESSION",
    };
    const fail = JSON.stringify({ verdict: "fail", error });
    const call = () => JSON.stringify({ ...post, action: "REFRESH_SESSION" });
    shim.connect(python({ call, resume: () => fail }));
    const failure = await supertokens.attemptRefreshingSession().catch((e) => e);
    const other = new supertokens.SuperTokensError({ ...error, javascript: undefined });
    return {
      texts: [failure.message, failure.hint, String(failure), failure.data.hint],
      stack: failure.stack.includes("Check apiDomain."),
      response: [failure.ok, failure.status, failure.headers.get("content-type")],
      bodies: [await failure.json(), await failure.text(), await failure.response.text()],
      printed: Object.keys(failure),
      without: [typeof other.json, other.response ?? "none", String(other)],
      general: String(new supertokens.STGeneralError("For the user.")),
    };
  },

  async kept() {
    const { supertokens } = await load();
    const indexURL = new URL("fake_pyodide/", import.meta.url).href;
    globalThis.supertokensPyodide = { indexURL, interpreter: "own" };
    globalThis.interpreter = python;
    const boots = [];
    const live = async (close = true) => {
      supertokens.init(API);
      await supertokens.ready();
      boots.push(globalThis.boots);
      if (close) supertokens.close();
    };
    let boot;
    globalThis.bootHeld = new Promise((resolve) => {
      boot = resolve;
    });
    supertokens.init(API);
    const early = supertokens.ready().catch((e) => e.code);
    await new Promise((resolve) => setTimeout(resolve));
    supertokens.close(); // while it boots
    boot();
    for (let n = 0; n < 3; n++) await live();
    globalThis.dead = 1;
    await live();
    await live(false);
    return { early: await early, boots, value: await supertokens.getTenantId(), said };
  },

  async early() {
    globalThis.supertokensPyodide = { interpreter: "page", indexURL: "/" };
    const { supertokens, shim } = await load();
    globalThis.supertokensPyodide = { interpreter: "page", indexURL: process.argv[3] };
    supertokens.init({ apiDomain: location.origin });
    page.cookie = "st-last-access-token-update=1"; // signed out: nothing to wait for
    answer = ({ url }) => new Response(null, { status: url.includes("missing") ? 404 : 200 });
    const paths = ["/missing", "/api/x", "/api/report.zip", "/api/app.js", "/missing.css"];
    for (const path of [...paths, "/a/wheel-1-py3-none-any.whl", "/pyodide.asm.wasm"]) {
      await fetch(path);
    }
    const carried = Object.fromEntries(sent.map(({ path, headers }) => [path, "rid" in headers]));
    page.cookie = ""; // unknown: only the core can tell
    await fetch("/api/late.js");
    carried["/api/late.js"] = "rid" in sent.at(-1).headers;
    const state = await Promise.race([shim.ready().catch((e) => e.code), "waits"]);
    answer = () => new Response(null, { status: 404 });
    await fetch("/python_stdlib.zip");
    return { carried, state, after: await shim.ready().catch((e) => e.message) };
  },

  /** Which packages a boot asks an interpreter for; `has` are the wheels that are there. */
  async installing() {
    const { isReplaced } = await import("../../js_shim/src/boot/import_url.js");
    const { bootPython } = await import("../../js_shim/src/boot/boot.js");
    const ours = "https://www.example.com/wheels/supertokens_pyodide-1-py3-none-any.whl";
    const jwt = "https://www.example.com/wheels/pyjwt-2-py3-none-any.whl";
    const modules = { [ours]: "supertokens_pyodide", [jwt]: "jwt", pyjwt: "jwt" };
    const boot = async ({ wheels, lock = [], has }) => {
      const asked = [];
      const installed = new Set();
      const load = (name) => installed.add(modules[name] ?? name.replace("-", "_"));
      const pyodide = {
        lockfile: { packages: Object.fromEntries(lock.map((name) => [name, {}])) },
        async loadPackage(names, { errorCallback }) {
          for (const name of [names].flat()) {
            asked.push(name);
            if (has.includes(name)) load(name);
            else errorCallback(`no ${name}`);
          }
        },
        pyimport(name) {
          if (name === "micropip") {
            const install = async (what) => {
              asked.push(`micropip: ${what}`);
              load(what.split("==")[0]);
            };
            return { install, destroy() {} };
          }
          const find = (module) => (installed.has(module) ? { destroy() {} } : undefined);
          return Object.assign(find, { destroy() {} });
        },
      };
      const error = await bootPython({ pyodide, wheels }).then(
        () => null,
        (reason) => ({ name: reason.name, text: String(reason), cause: reason.cause?.message }),
      );
      return { asked, error };
    };
    const stock = ["micropip", "numpy"];
    return {
      listed: await boot({
        wheels: ["/wheels/supertokens_pyodide-1-py3-none-any.whl", jwt],
        lock: stock,
        has: [ours, jwt],
      }),
      half: await boot({ wheels: [ours], lock: [...stock, "pyjwt"], has: [ours, "pyjwt"] }),
      resolved: await boot({ wheels: [ours], lock: stock, has: [ours, "micropip"] }),
      named: await boot({ lock: stock, has: ["micropip"] }),
      noMicropip: await boot({ lock: stock, has: [] }),
      noJwt: await boot({ wheels: [ours], lock: stock, has: [ours] }),
      noWheel: await boot({ wheels: [ours, jwt], lock: stock, has: [jwt] }),
      replaced: [
        Object.assign(new Error("x"), { code: "MODULE_NOT_FOUND" }),
        new Error("Cannot find module 'https://www.example.com/pyodide.mjs'"),
        new Error('Dynamic require of "https://www.example.com/pyodide.mjs" is not supported'),
        new ReferenceError("require is not defined"),
        new TypeError("Failed to fetch dynamically imported module: https://www.example.com/"),
        new Error("something of Pyodide's"),
        undefined,
      ].map(isReplaced),
    };
  },

  async references() {
    const { supertokens, shim } = await load();
    const { STGeneralError } = await import("../../js_shim/src/utils/error.js");
    const classes = [
      supertokens.CookieHandlerReference,
      supertokens.WindowHandlerReference,
      supertokens.DateProviderReference,
      supertokens.LockFactoryReference,
    ];
    const errors = () =>
      classes.map((each) => {
        try {
          return each.getReferenceOrThrow();
        } catch (error) {
          return error.name;
        }
      });
    keepCookies();
    const early = errors();
    haveStorage();
    supertokens.init(API);
    const [{ cookieHandler }, { windowHandler }, { dateProvider }, { lockFactory }] = errors();
    page.cookie = "a=1; path=/";
    const cookies = [await cookieHandler.getCookie()]; // before the core is there
    shim.connect(python());
    await cookieHandler.setCookie("b=2; path=/");
    cookies.push(await cookieHandler.getCookie(), document.cookie);
    const skew = [dateProvider.getClientClockSkewInMillis(), dateProvider.getThresholdInSeconds()];
    skew.push(Math.abs(dateProvider.now() - Date.now()) < 1000);
    const [one, other] = [await lockFactory(), await lockFactory()];
    const locks = [await one.acquireLock("x"), await other.acquireLock("x", 1)];
    await one.releaseLock("x");
    locks.push(await other.acquireLock("x"));
    const validator = (id) => ({ id, refresh() {}, shouldRefresh: () => false, validate() {} });
    supertokens.SessionClaimValidatorStore.addClaimValidatorFromOtherRecipe(
      validator("from another recipe"),
    );
    let validators;
    await supertokens.validateClaims((everywhere) => {
      validators = [...everywhere, validator("of this call")].map(({ id }) => id);
      return [];
    });
    supertokens.close();
    const oneClass = STGeneralError === supertokens.STGeneralError;
    const host = windowHandler.location.getHostName();
    return { early, cookies, host, skew, locks, validators, late: errors(), oneClass };
  },

  async registered() {
    const { supertokens, shim } = await load();
    haveStorage();
    const made = { cookies: 0, window: 0, clock: 0 };
    const kept = [];
    const { CookieHandlerReference, WindowHandlerReference, DateProviderReference } = supertokens;
    CookieHandlerReference.init(() => {
      made.cookies += 1;
      return {
        getCookie: async () => kept.join("; "),
        setCookie: async (write) => void kept.push(write.split(";")[0]),
      };
    });
    WindowHandlerReference.init((original) => {
      made.window += 1;
      const location = { ...original.location, getHostName: () => "www.other.example" };
      return { ...original, location };
    });
    const clock = { now: () => 5 };
    DateProviderReference.init(() => {
      made.clock += 1;
      return clock;
    });
    const references = [CookieHandlerReference, WindowHandlerReference, DateProviderReference];
    const before = references.map((each) => each.getReferenceOrThrow());
    supertokens.init(API);
    shim.connect(python());
    const again = thrown(() => supertokens.init(API));
    const { jar } = shim.driver.host;
    jar.write(["a=1; path=/"]);
    await jar.flushed();
    const same = references.map((each, i) => each.getReferenceOrThrow() === before[i]);
    const read = await CookieHandlerReference.getReferenceOrThrow().cookieHandler.getCookie();
    const isClock = shim.given.dateProvider() === clock;
    return {
      same: [...same.slice(0, 2), same[2] && isClock],
      made,
      kept: kept.join(),
      read,
      host: shim.window.hostname,
      again,
    };
  },
};

function haveStorage() {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

/** Cookies as a browser keeps them. */
function keepCookies() {
  const cookies = new Map();
  Object.defineProperty(page, "cookie", {
    get: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    set: (write) => {
      const [name, value] = write.split(";")[0].split("=");
      cookies.set(name, value);
    },
  });
}

process.stdout.write(JSON.stringify(await scenarios[process.argv[2]]()));
process.exit();
