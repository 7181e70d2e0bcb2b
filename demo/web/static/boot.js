// What the pages need before their app runs: how far Python is, and a calm page meanwhile.
// In a function of its own: what a classic script declares is every other script's too.
(() => {
  const root = document.documentElement;
  const LAST_SEEN = "demo-last-session";

  // Files in the order in which they arrive; each says what comes next, and how far we then are.
  const MILESTONES = [
    { file: /\/(core|supertokens\.iife)\.js$/, percent: 10, next: "Looking for Python" },
    // The last that a page sees of Python in a worker.
    {
      file: /\/work\.py$/,
      percent: 30,
      next: "Starting Python in a worker, 13 MB on the first visit",
    },
    { file: /\/pyodide\.mjs$/, percent: 20, next: "Loading Python, 13 MB on the first visit" },
    { file: /\/pyodide\.asm\.wasm$/, percent: 55, next: "Loading Python's standard library" },
    { file: /\/python_stdlib\.zip$/, percent: 70, next: "Starting Python" },
    { file: /\.whl$/, percent: 88, next: "Starting supertokens-pyodide" },
  ];

  // Not the SDK's, which comes later.
  const fetchNatively = globalThis.fetch;

  let reached = 0;
  const seen = new Set();

  const isBooting = () => root.dataset.ready === "false" || root.dataset.python === "loading";

  function showProgress(path) {
    const milestone = MILESTONES.find(({ file }) => file.test(path));
    if (!milestone || milestone.percent <= reached) return;
    reached = milestone.percent;
    document.getElementById("boot-text").textContent = milestone.next;
    document.getElementById("boot-progress").value = milestone.percent;
  }

  function showFailure(reason) {
    if (!isBooting()) return;
    root.dataset.ready = "failed";
    document.getElementById("boot-text").textContent = `Python could not be started. ${reason}`;
  }

  /** Asks once for the status of a file of Python's. */
  async function statusOf(url, path) {
    if (seen.has(path) || !path.startsWith("/vendor/pyodide/")) return 0;
    seen.add(path);
    return (await fetchNatively(url, { method: "HEAD" })).status;
  }

  async function onFile({ name, responseStatus }) {
    const { pathname } = new URL(name);
    if (!isBooting()) return;
    showProgress(pathname);
    // WebKit reports no status.
    const status = responseStatus ?? (await statusOf(name, pathname));
    // Some ways to boot wait for ever for a file that is not there.
    if (status >= 400 && /^\/(vendor|static)\//.test(pathname))
      showFailure(`${pathname} is missing.`);
  }

  function onReady() {
    const seconds = (performance.now() / 1000).toFixed(1);
    document.getElementById("boot-time").textContent = `Python was ready after ${seconds} s. `;
  }

  // A signed-in user must not see the form for a moment at a reload.
  if (sessionStorage.getItem(LAST_SEEN) === "signed-in") root.dataset.session = "restoring";

  addEventListener("DOMContentLoaded", () => {
    new PerformanceObserver((list) => {
      for (const file of list.getEntries()) onFile(file);
    }).observe({ type: "resource", buffered: true });

    new MutationObserver((changes) => {
      if (root.dataset.ready !== "true") return;
      sessionStorage.setItem(LAST_SEEN, root.dataset.session);
      // The app in JavaScript is ready before Python is.
      const name = root.dataset.page === "javascript" ? "data-python" : "data-ready";
      if (changes.some(({ attributeName }) => attributeName === name) && !isBooting()) onReady();
    }).observe(root, { attributeFilter: ["data-ready", "data-python", "data-session"] });

    // PyScript shows errors next to its script: at the end, out of sight.
    new MutationObserver(() => {
      if (document.querySelector(".py-error")) showFailure("The end of the page says why.");
    }).observe(document.body, { childList: true });

    // From page to page the choice of mode goes along, and no more: an address may have secrets in it.
    const mode = new URLSearchParams(location.search).get("mode");
    if (!mode) return;
    for (const link of document.querySelectorAll("a[href^='/']")) link.search = `?mode=${mode}`;
  });

  addEventListener("error", ({ message }) => showFailure(message));
  addEventListener("unhandledrejection", ({ reason }) => showFailure(reason));

  // The apps answer the forms. An app in Python does so a moment later, too late to say this.
  addEventListener("submit", (event) => event.preventDefault());
})();
