// One side of the bench in one page: ?side=ours|theirs|worker&mode=cookie|header. What run.py calls
// hangs on globalThis.bench.

import { signIn } from "./session.js";
import { storm } from "./storm.js";

const { network } = globalThis;
const { side, mode } = Object.fromEntries(new URLSearchParams(location.search));
const options = { apiDomain: network.api, tokenTransferMethod: mode };

const get = (Class, url) =>
  new Promise((resolve) => {
    const xhr = new Class();
    xhr.open("GET", url);
    xhr.onload = resolve;
    xhr.send();
  });

/** One call of each kind; `sdk` has the functions under supertokens-website's names. */
const calls = (sdk) => ({
  fetch_intercepted: () => fetch(`${network.api}/orders`),
  fetch_foreign: () => fetch(`${network.foreign}/orders`),
  fetch_native: () => network.fetch(`${network.foreign}/orders`),
  xhr_intercepted: () => get(XMLHttpRequest, `${network.api}/orders`),
  xhr_foreign: () => get(XMLHttpRequest, `${network.foreign}/orders`),
  xhr_native: () => get(network.XMLHttpRequest, `${network.foreign}/orders`),
  does_session_exist: () => sdk.doesSessionExist(),
  get_user_id: () => sdk.getUserId(),
  get_access_token: () => sdk.getAccessToken(),
  get_access_token_payload_securely: () => sdk.getAccessTokenPayloadSecurely(),
  cookie_read: async () => document.cookie,
});

/** The mean of `count` calls in a row, in microseconds. */
async function time(call, count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) await call();
  return ((performance.now() - start) * 1000) / count;
}

function load(src) {
  const script = Object.assign(document.createElement("script"), { src });
  return new Promise((resolve) => {
    script.onload = resolve;
    document.head.append(script);
  });
}

/** Python in a worker, and of ours only the shim on the page. */
async function startWorker() {
  globalThis.supertokensPyodide = { interpreter: "worker" };
  await load("/vendor/supertokens/supertokens.iife.js");
  const worker = new Worker(`/bench/worker.js?mode=${mode}`, { type: "module" });
  const urls = {
    worker_fetch: `${network.api}/orders`,
    worker_fetch_foreign: `${network.foreign}/orders`,
  };
  const answers = new Map();
  worker.onmessage = ({ data: { id, time } }) => answers.get(id)(time);
  worker.onerror = (event) => console.error(event.message);
  const time = (name, count) =>
    new Promise((resolve) => {
      const id = answers.size;
      answers.set(id, resolve);
      worker.postMessage({ id, url: urls[name], count });
    });
  globalThis.bench = { time };
  await time("worker_fetch", 1);
}

async function startTheirs() {
  await load("/website/supertokens-website.js");
  globalThis.supertokensWebsite.init(options);
  return { sdk: globalThis.supertokensWebsite, start: {} };
}

async function startOurs() {
  const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
  const times = [performance.now()];
  const pyodide = await loadPyodide({ indexURL: "/vendor/pyodide/" });
  times.push(performance.now());
  await pyodide.loadPackage("supertokens-pyodide", { messageCallback: () => {} });
  times.push(performance.now());
  pyodide.runPython("import supertokens_pyodide as supertokens");
  times.push(performance.now());
  pyodide.runPython(
    `supertokens.init(api_domain="${network.api}", token_transfer_method="${mode}")`,
  );
  times.push(performance.now());
  const [boot, install, importing, init] = times.slice(1).map((end, i) => end - times[i]);
  return {
    sdk: globalThis.supertokens,
    start: { boot, install, import: importing, init },
    pyodide,
  };
}

async function start() {
  if (!side) return;
  signIn(mode);
  if (side === "worker") return startWorker();
  const { sdk, start, pyodide } = await (side === "ours" ? startOurs() : startTheirs());
  const known = calls(sdk);
  // Both answer, or what is timed would be an error.
  if ((await sdk.getUserId()).length !== 36) throw new Error("no user id");
  if (!(await sdk.getAccessToken())) throw new Error("no access token");

  const python = pyodide?.runPython(`
    from time import perf_counter

    async def time_get_user_id(count):
        start = perf_counter()
        for _ in range(count):
            await supertokens.get_user_id()
        return (perf_counter() - start) * 1e6 / count

    time_get_user_id
  `);

  globalThis.bench = {
    start,
    calls: known,
    pyodide,
    time: (name, count) => (name.startsWith("py_") ? python(count) : time(known[name], count)),
    storm: (size) => storm(mode, size),
    memory: () => memory(pyodide),
    many: async (count) => {
      for (let i = 0; i < count; i++) {
        await known[i % 2 ? "fetch_intercepted" : "xhr_intercepted"]();
      }
    },
    traceProxies: () => traceProxies(pyodide),
  };
}

/** Count PyProxies from now on. */
function traceProxies(pyodide) {
  const { pyproxy_alloc_map: proxies, enable_pyproxy_allocation_tracing: trace } = pyodide._module;
  trace();
  const one = pyodide.runPython("object()");
  const counted = proxies.size;
  one.destroy();
  if (counted !== 1 || proxies.size !== 0) throw new Error("PyProxies cannot be counted");
}

/** What the interpreter holds at this moment. */
function memory(pyodide) {
  const objects = pyodide.runPython("import gc; gc.collect(); len(gc.get_objects())");
  const { pyproxy_alloc_map: proxies, HEAPU8 } = pyodide._module;
  return {
    proxies: proxies.size,
    references: pyodide._module._hiwire_num_refs(),
    heap: HEAPU8.byteLength,
    objects,
  };
}

globalThis.ready = start();
