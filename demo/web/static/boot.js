// What both pages need before their app runs: how far Python is, and a calm page meanwhile.

const root = document.documentElement;
const LAST_SEEN = "demo-last-session";

// Files in the order in which they arrive; each says what comes next, and how far we then are.
const MILESTONES = [
  { file: /\/(core|supertokens\.iife)\.js$/, percent: 10, next: "Looking for Python" },
  { file: /\/pyodide\.mjs$/, percent: 20, next: "Loading Python, 13 MB on the first visit" },
  { file: /\/pyodide\.asm\.wasm$/, percent: 55, next: "Loading Python's standard library" },
  { file: /\/python_stdlib\.zip$/, percent: 70, next: "Starting Python" },
  { file: /\.whl$/, percent: 88, next: "Starting supertokens-pyodide" },
];

let reached = 0;

function showProgress(path) {
  const milestone = MILESTONES.find(({ file }) => file.test(path));
  if (!milestone || milestone.percent <= reached) return;
  reached = milestone.percent;
  document.getElementById("boot-text").textContent = milestone.next;
  document.getElementById("boot-progress").value = milestone.percent;
}

function showReady() {
  if (root.dataset.ready !== "true") return;
  const seconds = (performance.now() / 1000).toFixed(1);
  document.getElementById("boot-time").textContent = `Python was up after ${seconds} s. `;
}

// Somebody who was signed in a moment ago does not want to see the form flash by at a reload.
if (sessionStorage.getItem(LAST_SEEN) === "signed-in") root.dataset.session = "restoring";

addEventListener("DOMContentLoaded", () => {
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) showProgress(new URL(name).pathname);
  }).observe({ type: "resource", buffered: true });

  new MutationObserver(() => {
    showReady();
    if (root.dataset.ready === "true") sessionStorage.setItem(LAST_SEEN, root.dataset.session);
  }).observe(root, { attributeFilter: ["data-ready", "data-session"] });

  // From page to page the choice of mode goes along.
  for (const link of document.querySelectorAll("a[href^='/']")) link.search = location.search;
});

// The apps answer the forms. An app in Python does so a moment later, too late to say this.
addEventListener("submit", (event) => event.preventDefault());
