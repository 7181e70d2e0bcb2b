// Before the app runs: show the progress of Python's start, and keep the page's layout stable.
// In a function, because the variables of a classic script are global.
(() => {
  const root = document.documentElement;
  const LAST_SEEN = "demo-last-session";

  // Files in the order in which they arrive, each with the next step and the progress.
  const MILESTONES = [
    { file: /\/(core|supertokens\.iife)\.js$/, percent: 10, next: "Looking for Python" },
    // The last file of Python in a worker that the page can see.
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
  const hasFailed = () => root.dataset.ready === "failed";

  function showProgress(path) {
    const milestone = MILESTONES.find(({ file }) => file.test(path));
    if (!milestone || milestone.percent <= reached) return;
    reached = milestone.percent;
    document.getElementById("boot-text").textContent = milestone.next;
    document.getElementById("boot-progress").value = milestone.percent;
  }

  /** A missing file takes the place of an error, which does not say which file that was. */
  function showFailure(reason, isMissing = false) {
    if (!isBooting() && !(isMissing && hasFailed())) return;
    root.dataset.ready = "failed";
    document.getElementById("boot-text").textContent = `Python could not start. ${reason}`;
  }

  /** Asks once for the status of a file of Python's. */
  async function statusOf(url, path) {
    if (seen.has(path) || !path.startsWith("/vendor/pyodide/")) return 0;
    seen.add(path);
    return (await fetchNatively(url, { method: "HEAD" })).status;
  }

  async function onFile({ name, responseStatus }) {
    const { pathname } = new URL(name);
    if (isBooting()) showProgress(pathname);
    else if (!hasFailed()) return;
    // WebKit reports no status.
    const status = responseStatus ?? (await statusOf(name, pathname));
    // If a file is missing, some ways to boot never end.
    if (status >= 400 && /^\/(vendor|static)\//.test(pathname))
      showFailure(`${pathname} is missing.`, true);
  }

  function onReady() {
    const seconds = (performance.now() / 1000).toFixed(1);
    document.getElementById("boot-time").textContent = `Python was ready after ${seconds} s. `;
  }

  // At a reload, do not show the form for a moment to a user who is signed in.
  if (sessionStorage.getItem(LAST_SEEN) === "signed-in") root.dataset.session = "restoring";

  addEventListener("DOMContentLoaded", () => {
    new PerformanceObserver((list) => {
      for (const file of list.getEntries()) onFile(file);
    }).observe({ type: "resource", buffered: true });

    new MutationObserver((changes) => {
      if (root.dataset.ready !== "true") return;
      sessionStorage.setItem(LAST_SEEN, root.dataset.session);
      // The app in JavaScript is ready before Python.
      const name = root.dataset.page === "javascript" ? "data-python" : "data-ready";
      if (changes.some(({ attributeName }) => attributeName === name) && !isBooting()) onReady();
    }).observe(root, { attributeFilter: ["data-ready", "data-python", "data-session"] });

    // PyScript shows errors at the place of its script: at the end of the page, out of sight.
    new MutationObserver(() => {
      if (document.querySelector(".py-error"))
        showFailure("See the end of the page for the reason.");
    }).observe(document.body, { childList: true });

    // Keep the mode from page to page, and nothing else: an address can contain secrets.
    const mode = new URLSearchParams(location.search).get("mode");
    if (!mode) return;
    for (const link of document.querySelectorAll("a[href^='/']")) link.search = `?mode=${mode}`;
  });

  addEventListener("error", ({ message }) => showFailure(message));
  addEventListener("unhandledrejection", ({ reason }) => showFailure(reason));

  // The apps handle the forms. An app in Python does so too late to prevent the default action.
  addEventListener("submit", (event) => event.preventDefault());
})();
